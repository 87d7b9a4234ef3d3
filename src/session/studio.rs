//! The technician's page: what the camera sees, the measures beside their limits, and the clean
//! plate, which is taken here. Only the staff session and the technician's command lead to it.

use std::time::Duration;

use super::{Cx, Effect, Event, Fault, SetupStep, StaffHome, Step, Tap, Ticket, setup};
use crate::photo::{Advice, Gauge, Staleness};

/// Time to step out of the picture.
pub const STEP_ASIDE: Duration = Duration::from_secs(5);

/// How it stands with the clean plate of this place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlateState {
    /// There is none for this camera: the net works alone.
    Missing,
    Holds,
    Stale(Staleness),
}

/// What the live picture gives at this moment.
#[derive(Clone, Debug)]
pub struct Reading {
    pub advice: Advice,
    pub gauges: Vec<Gauge>,
    pub plate: PlateState,
}

#[derive(Debug)]
pub struct Studio {
    pub stage: StudioStage,
    pub reading: Option<Box<Reading>>,
    /// Why the last plate was refused.
    pub fault: Option<Fault>,
    /// It is a step of `Di lokasi`, which goes on after it.
    pub in_setup: bool,
    ticket: Ticket,
}

#[derive(Debug, PartialEq, Eq)]
pub enum StudioStage {
    Watching,
    /// "Silakan keluar dari gambar."
    StepAside {
        ends: Duration,
    },
    Taking {
        ticket: Ticket,
    },
    /// The new plate is on the disk.
    Taken,
}

impl Studio {
    pub(super) fn start(cx: &mut Cx) -> Studio {
        let ticket = cx.ticket();
        cx.emit(Effect::Study { ticket });
        Studio { stage: StudioStage::Watching, reading: None, fault: None, in_setup: false, ticket }
    }

    pub(super) fn in_setup(cx: &mut Cx) -> Studio {
        Studio { in_setup: true, ..Studio::start(cx) }
    }

    pub(super) fn step(mut self: Box<Self>, event: Event, cx: &mut Cx) -> Step {
        match (&self.stage, event) {
            (_, Event::Reading(ticket, reading)) if ticket == self.ticket => self.reading = Some(reading),
            (StudioStage::StepAside { .. }, Event::Tap(Tap::Back)) => self.stage = StudioStage::Watching,
            (StudioStage::Watching | StudioStage::Taken, Event::Tap(Tap::Continue)) if self.in_setup => {
                cx.emit(Effect::CloseCameras);
                return setup::after(SetupStep::Plate, cx);
            }
            (_, Event::Tap(Tap::Back)) => {
                cx.emit(Effect::CloseCameras);
                if self.in_setup {
                    return setup::before(SetupStep::Plate, cx);
                }
                let staff = cx.duty.is_signed_in();
                return if staff { Step::StaffHome(StaffHome) } else { Step::Attract };
            }
            (StudioStage::Watching | StudioStage::Taken, Event::Tap(Tap::TakePlate)) => {
                self.fault = None;
                self.stage = StudioStage::StepAside { ends: cx.now + STEP_ASIDE };
            }
            (StudioStage::StepAside { ends }, Event::Tick) if cx.now >= *ends => {
                let ticket = cx.ticket();
                cx.emit(Effect::TakePlate { ticket });
                self.stage = StudioStage::Taking { ticket };
            }
            (StudioStage::Taking { ticket }, Event::PlateTaken(answered, result)) if *ticket == answered => {
                self.stage = if result.is_ok() { StudioStage::Taken } else { StudioStage::Watching };
                self.fault = result.err();
            }
            _ => {}
        }
        Step::Studio(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Lang;
    use crate::session::Session;

    const S: Duration = Duration::from_secs(1);

    fn opened() -> Session {
        let (session, effects) = Session::new(Lang::Id, S).step(Event::OpenStudio, S);
        assert!(matches!(effects[..], [Effect::Study { .. }]), "{effects:?}");
        session
    }

    fn studio(session: &Session) -> &Studio {
        let Step::Studio(studio) = &session.step else { panic!("{session:?}") };
        studio
    }

    /// Up to the moment at which the plate is taken; its ticket.
    fn taking() -> (Session, Ticket) {
        let (session, _) = opened().step(Event::Tap(Tap::TakePlate), 2 * S);
        let (session, effects) = session.step(Event::Tick, 6 * S);
        assert!(effects.is_empty(), "not before one can step aside");
        let (session, effects) = session.step(Event::Tick, 7 * S);
        let [Effect::TakePlate { ticket }] = effects[..] else { panic!("{effects:?}") };
        (session, ticket)
    }

    #[test]
    fn a_plate_is_taken_after_a_countdown_and_a_bad_one_is_refused_with_its_reason() {
        let (session, ticket) = taking();
        let (session, _) = session.step(Event::PlateTaken(ticket, Err(Fault::PlateSomebody)), 8 * S);
        assert_eq!(studio(&session).fault, Some(Fault::PlateSomebody));
        assert_eq!(studio(&session).stage, StudioStage::Watching);
        let (session, ticket) = taking();
        let (session, _) = session.step(Event::PlateTaken(Ticket(99), Ok(())), 8 * S);
        assert_eq!(studio(&session).stage, StudioStage::Taking { ticket });
        let (session, _) = session.step(Event::PlateTaken(ticket, Ok(())), 8 * S);
        assert_eq!(studio(&session).stage, StudioStage::Taken);
    }

    #[test]
    fn no_button_of_a_visit_leads_here_and_back_closes_the_camera() {
        for tap in [Tap::Studio, Tap::TakePlate, Tap::Start, Tap::Continue] {
            let (session, _) = Session::new(Lang::Id, S).step(Event::Tap(tap), S);
            assert!(!matches!(session.step, Step::Studio(_)));
        }
        let (session, _) = Session::new(Lang::Id, S).step(Event::Tap(Tap::Studio), S);
        assert!(matches!(session.step, Step::StaffSignIn(_)), "code and PIN come first");
        // Nor in the middle of somebody's visit.
        let (session, _) = Session::new(Lang::Id, S).step(Event::Tap(Tap::Start), S);
        let (session, _) = session.step(Event::OpenStudio, S);
        assert!(matches!(session.step, Step::Choose));
        let (session, effects) = opened().step(Event::Tap(Tap::Back), 2 * S);
        assert!(matches!(session.step, Step::Attract));
        assert!(effects.iter().any(|effect| matches!(effect, Effect::CloseCameras)));
    }
}
