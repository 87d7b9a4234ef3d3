//! Station: the worker of the face camera. Live picture and guidance, the burst, the cut; and for
//! staff the measures and the clean plate.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::Duration;

use image::RgbImage;

use super::engine::post;
use super::faults::{of_camera, of_photo, of_plate, of_reason};
use super::live::LiveView;
use super::plates::{self, Plates};
use crate::camera::{self, Camera, CameraError, Hold};
use crate::clock::SharedClock;
use crate::photo::{self, Advice, Models, PhotoError, Steady, Taken};
use crate::session::{Alert, Event, Fault, PlateState, Portrait, Reading, Ticket};

/// No frame for this long: the camera counts as gone.
const FRAME_PATIENCE: Duration = Duration::from_secs(2);

/// Between two pieces of advice: ten a second, and the picture stays fluent beside it.
const ADVICE_EVERY: Duration = Duration::from_millis(100);

/// Whether something else stands before the backdrop is asked less often: it does not come and go
/// with a blink, and costs as much as the rest of the advice.
const BACKDROP_EVERY: Duration = Duration::from_secs(1);

/// Between two looks at whether the clean plate still holds.
const PLATE_EVERY: Duration = Duration::from_secs(2);

/// Frames of a burst; the best one becomes the photo, so a blink does not.
const BURST: usize = 5;

/// Before a camera that failed is opened again.
const REOPEN_AFTER: Duration = Duration::from_secs(1);

pub enum FaceOrder {
    /// For a person.
    Open(Ticket),
    Shoot(Ticket),
    /// For staff: measures instead of advice.
    Study(Ticket),
    TakePlate(Ticket),
    /// Another camera from now on.
    Use(String),
    Close,
}

/// What the worker needs to begin.
pub struct FaceWorker {
    pub uri: String,
    /// Where the clean plates of this place are.
    pub data_dir: PathBuf,
    pub orders: Receiver<FaceOrder>,
    pub view: LiveView,
    pub clock: SharedClock,
}

/// Who looks at the picture.
#[derive(Clone, Copy, PartialEq)]
enum For {
    Person,
    Staff,
}

/// The camera is on, from `Open` or `Study` to `Close`.
struct Sitting<'a> {
    worker: &'a FaceWorker,
    /// The camera's address; another one may be chosen while it is on.
    uri: String,
    models: &'a Models,
    plates: &'a mut Plates,
    camera: Option<Box<dyn Camera>>,
    whom: For,
    ticket: Ticket,
    steady: Steady,
    /// The camera is held while a person is before it.
    hold: Hold,
    advice: Pace,
    backdrop: Pace,
    plate: Pace,
    /// As it was when last asked.
    free: bool,
    state: PlateState,
}

impl FaceWorker {
    /// Runs until the station lets go of the other end.
    pub fn run(mut self) {
        let models = match Models::load() {
            Ok(models) => models,
            Err(error) => {
                tracing::error!(%error, "the face and person nets do not load; no photo can be taken here");
                post(Event::Alert(Alert::Camera, true));
                return;
            }
        };
        let mut plates = Plates::open(&self.data_dir);
        // The camera is off until somebody presses Mulai.
        while let Ok(order) = self.orders.recv() {
            let (whom, ticket) = match order {
                FaceOrder::Open(ticket) => (For::Person, ticket),
                FaceOrder::Study(ticket) => (For::Staff, ticket),
                FaceOrder::Use(uri) => {
                    self.uri = uri;
                    continue;
                }
                FaceOrder::Shoot(_) | FaceOrder::TakePlate(_) | FaceOrder::Close => continue,
            };
            let last = Sitting {
                uri: self.uri.clone(),
                worker: &self,
                models: &models,
                plates: &mut plates,
                camera: None,
                whom,
                ticket,
                steady: Steady::new(),
                hold: Hold::default(),
                advice: Pace::of(ADVICE_EVERY),
                backdrop: Pace::of(BACKDROP_EVERY),
                plate: Pace::of(PLATE_EVERY),
                free: true,
                state: PlateState::Missing,
            }
            .run();
            self.uri = last;
            self.view.reset();
        }
    }
}

impl Sitting<'_> {
    /// Returns the address of the camera that was in use last.
    fn run(mut self) -> String {
        loop {
            match self.worker.orders.try_recv() {
                Ok(FaceOrder::Open(ticket)) => self.again(For::Person, ticket),
                Ok(FaceOrder::Study(ticket)) => self.again(For::Staff, ticket),
                Ok(FaceOrder::Shoot(ticket)) => {
                    let result = self.shoot();
                    post(Event::Cut(ticket, result));
                }
                Ok(FaceOrder::TakePlate(ticket)) => {
                    let result = self.take_plate();
                    post(Event::PlateTaken(ticket, result));
                }
                Ok(FaceOrder::Use(uri)) => (self.uri, self.camera, self.hold) = (uri, None, Hold::default()),
                Ok(FaceOrder::Close) | Err(TryRecvError::Disconnected) => {
                    if let Some(camera) = &mut self.camera {
                        self.hold.let_go(camera.as_mut());
                    }
                    return self.uri;
                }
                Err(TryRecvError::Empty) => {}
            }
            let Some(camera) = &mut self.camera else {
                self.open();
                continue;
            };
            match camera.frame(FRAME_PATIENCE) {
                Ok(frame) => {
                    if self.whom == For::Person {
                        self.hold.see(camera.as_mut(), &frame.rgb);
                    }
                    self.see(&frame.rgb);
                }
                Err(error) => {
                    gone(&error);
                    (self.camera, self.hold) = (None, Hold::default());
                }
            }
        }
    }

    fn again(&mut self, whom: For, ticket: Ticket) {
        (self.whom, self.ticket) = (whom, ticket);
        self.steady = Steady::new();
        self.advice = Pace::of(ADVICE_EVERY);
    }

    fn open(&mut self) {
        match camera::open(&self.uri) {
            Ok(mut camera) => {
                post(Event::Alert(Alert::Camera, false));
                self.plates.refresh();
                self.plates.bring(camera.as_mut());
                self.camera = Some(camera);
            }
            Err(error) => gone(&error),
        }
    }

    /// Shows a frame, and says what there is to say about it when that is due.
    fn see(&mut self, frame: &RgbImage) {
        match self.whom {
            For::Person => self.worker.view.show(frame),
            For::Staff => self.worker.view.show_plain(frame),
        }
        let now = self.worker.clock.monotonic();
        if !self.advice.is_due(now) {
            return;
        }
        let said = match self.whom {
            For::Person => self.advise(frame, now),
            For::Staff => self.measure(frame, now),
        };
        if let Err(error) = said {
            tracing::warn!(%error, "no advice for this frame");
        }
    }

    fn advise(&mut self, frame: &RgbImage, now: Duration) -> Result<(), PhotoError> {
        let advice = photo::guide(self.models, frame)?;
        let advice = self.with_backdrop(advice, frame, now)?;
        post(Event::Advice(self.ticket, self.steady.push(advice)));
        self.look_at_plate(advice, frame, now);
        Ok(())
    }

    fn measure(&mut self, frame: &RgbImage, now: Duration) -> Result<(), PhotoError> {
        let (advice, measures) = photo::study(self.models, frame)?;
        let advice = self.with_backdrop(advice, frame, now)?;
        self.look_at_plate(advice, frame, now);
        let advice = self.steady.push(advice);
        let reading = Reading { advice, gauges: photo::gauges(&measures), plate: self.state };
        post(Event::Reading(self.ticket, Box::new(reading)));
        Ok(())
    }

    /// Nothing else should stand before the cloth; worse things are said first.
    fn with_backdrop(
        &mut self,
        advice: Advice,
        frame: &RgbImage,
        now: Duration,
    ) -> Result<Advice, PhotoError> {
        if advice <= Advice::BackdropNotFree {
            return Ok(advice);
        }
        if self.backdrop.is_due(now) {
            self.free = match self.plates.in_use(frame) {
                Some(plate) => plate.free(self.models, frame)?,
                None => true,
            };
        }
        Ok(if self.free { advice } else { Advice::BackdropNotFree })
    }

    /// Now and then, while nobody stands there or one person stands well: whoever walks in from
    /// the side would be taken for another wall.
    fn look_at_plate(&mut self, advice: Advice, frame: &RgbImage, now: Duration) {
        let calm = advice == Advice::NoFace || advice > Advice::BackdropNotFree;
        if !calm || !self.plate.is_due(now) {
            return;
        }
        self.state = self.plates.look(frame);
        post(Event::Alert(Alert::Backdrop, matches!(self.state, PlateState::Stale(_))));
        post(Event::Alert(Alert::NoPlate, self.state == PlateState::Missing));
    }

    fn shoot(&mut self) -> Result<Portrait, Fault> {
        let camera = self.camera.as_mut().ok_or(Fault::CameraGone)?;
        let frame = best_of_burst(camera.as_mut(), self.models)?;
        // Even a stale plate is tried: the cut sees for itself whether it fits.
        let plate = self.plates.best(&frame).map(|kept| &kept.picture);
        // The same checks as the technician's command: no photo passes here that it would refuse.
        match photo::take(self.models, &frame, plate).map_err(|error| of_photo(&error))? {
            Taken::Photo(cutout) => {
                Ok(Portrait { photo: Arc::new(cutout.photo), used_plate: cutout.used_plate })
            }
            Taken::Refused(reasons) => {
                Err(reasons.first().map_or(Fault::BackgroundUnclear, |worst| of_reason(*worst)))
            }
        }
    }

    fn take_plate(&mut self) -> Result<(), Fault> {
        let camera = self.camera.as_mut().ok_or(Fault::CameraGone)?;
        let taken = plates::take(camera.as_mut(), self.models, plates::FRAMES)
            .and_then(|picture| self.plates.keep(picture));
        taken.map_err(|error| of_plate(&error))?;
        // What the camera brought itself is older than this.
        self.plates.forget_own();
        self.plate = Pace::of(PLATE_EVERY);
        post(Event::Alert(Alert::Backdrop, false));
        post(Event::Alert(Alert::NoPlate, false));
        Ok(())
    }
}

/// Something that is done so often and no oftener.
struct Pace {
    every: Duration,
    last: Option<Duration>,
}

impl Pace {
    fn of(every: Duration) -> Pace {
        Pace { every, last: None }
    }

    fn is_due(&mut self, now: Duration) -> bool {
        let due = self.last.is_none_or(|at| now.saturating_sub(at) >= self.every);
        if due {
            self.last = Some(now);
        }
        due
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
