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
use crate::photo::{self, Models, Steady, Taken};
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
        let mut steady = Steady::new();
        loop {
            match self.orders.try_recv() {
                Ok(FaceOrder::Open(again)) => (ticket, advised_at, steady) = (again, None, Steady::new()),
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
                            Ok(advice) => post(Event::Advice(ticket, steady.push(advice))),
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
        match photo::take(models, &frame, plate.as_ref()).map_err(|error| of_photo(&error))? {
            Taken::Photo(cutout) => {
                Ok(Portrait { photo: Arc::new(cutout.photo), used_plate: cutout.used_plate })
            }
            Taken::Refused(reasons) => {
                Err(reasons.first().map_or(Fault::BackgroundUnclear, |worst| of_reason(*worst)))
            }
        }
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

/// The frame of a short burst that would pass, without a blink, and sharpest.
fn best_of_burst(camera: &mut dyn Camera, models: &Models) -> Result<RgbImage, Fault> {
    let mut frames = Vec::with_capacity(BURST);
    let mut last_error = None;
    for _ in 0..BURST {
        match camera.frame(FRAME_PATIENCE) {
            Ok(frame) => frames.push(frame.rgb),
            Err(error) => last_error = Some(error),
        }
    }
    if frames.is_empty() {
        return Err(last_error.map_or(Fault::CameraGone, |error| of_camera(&error)));
    }
    let best = photo::best_of(models, &frames);
    Ok(frames.swap_remove(best))
}
