//! The photo: the camera goes on when asked, guides, counts down, and the background goes.

use std::time::Duration;

use super::Role;
use super::{Cx, Effect, Event, Fault, Portrait, Review, Sound, Step, Tap, Ticket};
use crate::person::Employee;
use crate::photo::Advice;

/// From the press to the picture.
pub const COUNTDOWN: Duration = Duration::from_secs(3);

pub struct PhotoStep {
    pub stage: PhotoStage,
    employee: Employee,
    grant: String,
}

#[derive(Debug)]
pub enum PhotoStage {
    /// "Kamera menyala setelah Anda menekan Mulai."
    Invite,
    Live {
        ticket: Ticket,
        advice: Option<Advice>,
        fault: Option<Fault>,
    },
    Countdown {
        ends: Duration,
    },
    /// The background is being removed.
    Cutting {
        ticket: Ticket,
    },
}

impl PhotoStep {
    pub(super) fn start(employee: Employee, grant: String) -> PhotoStep {
        PhotoStep { stage: PhotoStage::Invite, employee, grant }
    }

    /// Opens the camera for another try.
    pub(super) fn again(employee: Employee, grant: String, fault: Option<Fault>, cx: &mut Cx) -> PhotoStep {
        PhotoStep { stage: live(fault, cx), employee, grant }
    }

    /// What was last said of the picture no longer holds, and there is nothing to press for until it comes back.
    pub(super) fn camera_gone(&mut self) {
        if let PhotoStage::Live { advice, .. } = &mut self.stage {
            *advice = None;
        }
    }

    pub(super) fn step(mut self: Box<Self>, event: Event, cx: &mut Cx) -> Step {
        if matches!(event, Event::Tap(Tap::Back)) {
            cx.emit(Effect::CloseCameras);
            if matches!(self.stage, PhotoStage::Invite) {
                return Step::Attract;
            }
            self.stage = PhotoStage::Invite;
            return Step::Photo(self);
        }
        let PhotoStep { stage, employee, grant } = *self;
        let stage = match (stage, event) {
            (PhotoStage::Invite, Event::Tap(Tap::CameraOn)) => live(None, cx),
            (PhotoStage::Live { ticket, fault, .. }, Event::Advice(answered, advice))
                if answered == ticket =>
            {
                // What went wrong stands until the person has read it, that is, presses again.
                PhotoStage::Live { ticket, advice: Some(advice), fault }
            }
            (PhotoStage::Live { advice: Some(advice), .. }, Event::Tap(Tap::Shoot))
                if allows_shot(advice) =>
            {
                PhotoStage::Countdown { ends: cx.now + COUNTDOWN }
            }
            (PhotoStage::Countdown { ends }, Event::Tick) if cx.now >= ends => {
                let ticket = cx.ticket();
                cx.emit(Effect::Sound(Sound::Shutter));
                cx.emit(Effect::Shoot { ticket });
                PhotoStage::Cutting { ticket }
            }
            (PhotoStage::Cutting { ticket }, Event::Cut(answered, result)) if answered == ticket => {
                return cut(employee, grant, result, cx);
            }
            (stage, _) => stage,
        };
        Step::Photo(Box::new(PhotoStep { stage, employee, grant }))
    }
}

fn cut(employee: Employee, grant: String, result: Result<Portrait, Fault>, cx: &mut Cx) -> Step {
    match result {
        Ok(portrait) => {
            cx.emit(Effect::CloseCameras);
            Step::Review(Box::new(Review::start(employee, grant, portrait, cx)))
        }
        Err(fault) => Step::Photo(Box::new(PhotoStep::again(employee, grant, Some(fault), cx))),
    }
}

fn live(fault: Option<Fault>, cx: &mut Cx) -> PhotoStage {
    let ticket = cx.ticket();
    cx.emit(Effect::OpenCamera { ticket, role: Role::Face });
    PhotoStage::Live { ticket, advice: None, fault }
}

impl std::fmt::Debug for PhotoStep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("PhotoStep").field(&self.stage).finish()
    }
}

/// May the button be pressed? The finer checks run on the picture itself; without exactly one
/// whole face there is nothing to take.
pub fn allows_shot(advice: Advice) -> bool {
    !matches!(advice, Advice::NoFace | Advice::SeveralPeople | Advice::FaceCutOff)
}
