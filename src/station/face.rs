//! Station: the worker of the face camera. Live picture and guidance, the burst, the cut.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::Duration;

use image::RgbImage;

use super::engine::post;
use super::faults::{of_camera, of_photo, of_reason};
use super::live::LiveView;
use crate::camera::{self, Camera, CameraError};
use crate::clock::SharedClock;
use crate::photo::{self, Advice, Crop, Models};
use crate::session::{Alert, Event, Fault, Portrait, Ticket};

/// No frame for this long: the camera counts as gone.
const FRAME_PATIENCE: Duration = Duration::from_secs(2);

/// Between two pieces of advice: ten a second, and the picture stays fluent beside it.
const ADVICE_EVERY: Duration = Duration::from_millis(100);

/// Frames of a burst; the best one becomes the photo, so a blink does not.
const BURST: usize = 5;

/// Before a camera that failed is opened again.
const REOPEN_AFTER: Duration = Duration::from_secs(1);

pub enum FaceOrder {
    Open(Ticket),
    Shoot(Ticket),
    Close,
}

/// What the worker needs to begin.
pub struct FaceWorker {
    pub uri: String,
    /// Where a clean plate that was taken at this place is kept.
    pub plate_file: PathBuf,
    pub orders: Receiver<FaceOrder>,
    pub view: LiveView,
    pub clock: SharedClock,
}

impl FaceWorker {
    /// Runs until the station lets go of the other end.
    pub fn run(self) {
        let models = match Models::load() {
            Ok(models) => models,
            Err(error) => {
                tracing::error!(%error, "the face and person nets do not load; no photo can be taken here");
                post(Event::Alert(Alert::Camera, true));
                return;
            }
        };
        // The camera is off until somebody presses Mulai.
        while let Ok(order) = self.orders.recv() {
            if let FaceOrder::Open(ticket) = order {
                self.visit(ticket, &models);
                self.view.reset();
            }
        }
    }

    /// One person before the camera, from `Open` to `Close`.
    fn visit(&self, mut ticket: Ticket, models: &Models) {
        let mut camera: Option<Box<dyn Camera>> = None;
        let mut advised_at: Option<Duration> = None;
        loop {
            match self.orders.try_recv() {
                Ok(FaceOrder::Open(again)) => (ticket, advised_at) = (again, None),
                Ok(FaceOrder::Shoot(shoot)) => {
                    let result = match &mut camera {
                        Some(camera) => self.shoot(camera.as_mut(), models),
                        None => Err(Fault::CameraGone),
                    };
                    post(Event::Cut(shoot, result));
                }
                Ok(FaceOrder::Close) | Err(TryRecvError::Disconnected) => return,
                Err(TryRecvError::Empty) => {}
            }
            let Some(open) = &mut camera else {
                camera = self.open();
                continue;
            };
            match open.frame(FRAME_PATIENCE) {
                Ok(frame) => {
                    self.view.show(&frame.rgb);
                    let now = self.clock.monotonic();
                    if advised_at.is_none_or(|at| now.saturating_sub(at) >= ADVICE_EVERY) {
                        advised_at = Some(now);
                        match photo::guide(models, &frame.rgb) {
                            Ok(advice) => post(Event::Advice(ticket, advice)),
                            Err(error) => tracing::warn!(%error, "no advice for this frame"),
                        }
                    }
                }
                Err(error) => {
                    gone(&error);
                    camera = None;
                }
            }
        }
    }

    fn open(&self) -> Option<Box<dyn Camera>> {
        match camera::open(&self.uri) {
            Ok(camera) => {
                post(Event::Alert(Alert::Camera, false));
                Some(camera)
            }
            Err(error) => {
                gone(&error);
                None
            }
        }
    }

    fn shoot(&self, camera: &mut dyn Camera, models: &Models) -> Result<Portrait, Fault> {
        let frame = best_of_burst(camera, models)?;
        let plate = self.plate(camera, &frame);
        // The same checks as the technician's command: no photo passes here that it would refuse.
        let report = photo::check(models, &frame, plate.as_ref()).map_err(|error| of_photo(&error))?;
        if let Some(worst) = report.reasons.first() {
            return Err(of_reason(*worst));
        }
        let cutout =
            photo::cut(models, &frame, plate.as_ref(), Crop::Card).map_err(|error| of_photo(&error))?;
        Ok(Portrait { photo: Arc::new(cutout.photo), used_plate: cutout.used_plate })
    }

    /// The camera's own plate, or the one taken at this place. A plate of another size is of
    /// another camera: then the net works alone, and the cut says so.
    fn plate(&self, camera: &mut dyn Camera, frame: &RgbImage) -> Option<RgbImage> {
        let own = camera.plate().unwrap_or_else(|error| {
            tracing::warn!(%error, "the camera's clean plate cannot be read");
            None
        });
        let plate = own.or_else(|| {
            let bytes = std::fs::read(&self.plate_file).ok()?;
            photo::decode(&bytes)
                .inspect_err(|error| tracing::warn!(%error, "the stored clean plate cannot be read"))
                .ok()
        })?;
        if plate.dimensions() == frame.dimensions() {
            return Some(plate);
        }
        tracing::warn!("the clean plate has another size than the picture: it is of another camera");
        None
    }
}

fn gone(error: &CameraError) {
    tracing::warn!(%error, "face camera");
    post(Event::Alert(Alert::Camera, true));
    std::thread::sleep(REOPEN_AFTER);
}

/// The frame that needs the least correction; of equals, the sharpest.
fn best_of_burst(camera: &mut dyn Camera, models: &Models) -> Result<RgbImage, Fault> {
    let mut best: Option<(bool, f32, RgbImage)> = None;
    let mut last_error = None;
    for _ in 0..BURST {
        match camera.frame(FRAME_PATIENCE) {
            Ok(frame) => {
                let ready = matches!(photo::guide(models, &frame.rgb), Ok(Advice::Ready));
                let score = (ready, sharpness(&frame.rgb));
                if best.as_ref().is_none_or(|(r, s, _)| (score.0, score.1) > (*r, *s)) {
                    best = Some((score.0, score.1, frame.rgb));
                }
            }
            Err(error) => last_error = Some(error),
        }
    }
    match (best, last_error) {
        (Some((_, _, frame)), _) => Ok(frame),
        (None, Some(error)) => Err(of_camera(&error)),
        (None, None) => Err(Fault::CameraGone),
    }
}

/// Mean squared difference of neighbours in the middle of the picture: enough to rank frames of
/// one burst against each other.
fn sharpness(frame: &RgbImage) -> f32 {
    let (width, height) = frame.dimensions();
    let mut sum = 0_u64;
    let mut count = 0_u64;
    for y in (height / 4..height * 3 / 4).step_by(2) {
        for x in (width / 4..width * 3 / 4).step_by(2) {
            let (here, right) = (frame.get_pixel(x, y).0[1], frame.get_pixel((x + 1).min(width - 1), y).0[1]);
            let difference = u64::from(here.abs_diff(right));
            sum += difference * difference;
            count += 1;
        }
    }
    sum as f32 / count.max(1) as f32
}
