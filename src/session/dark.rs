//! The black screen of the night: nobody is there, and nothing is that staff have to see. A touch brings the picture
//! back and does nothing else.

use std::time::Duration;

use super::{Alert, Session, Step};
use crate::config::Profile;

/// So long after the last touch the screen stays lit, at any hour.
pub const LIT: Duration = Duration::from_secs(120);

/// What the night needs to know beside the step.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Night {
    /// The clock stands within the hours that are to be dark.
    pub hours: bool,
    /// A print is under way, with or without somebody who waits for it.
    pub printing: bool,
}

/// What is amiss so that somebody has to see it, whatever the hour: what people were promised, or left, is at stake.
const KEEP_LIT: [Alert; 3] = [Alert::Disk, Alert::SetAside, Alert::Unclaimed];

impl Session {
    /// Is the screen black at this moment?
    pub fn is_dark(&self, now: Duration) -> bool {
        let nobody = match &self.step {
            Step::Attract => true,
            Step::StaffSignIn(step) => self.duty.profile == Profile::MejaPetugas && step.is_empty(),
            _ => false,
        };
        self.night.hours
            && nobody
            && !self.night.printing
            && self.desk_calls.is_empty()
            && !KEEP_LIT.iter().any(|alert| self.alerts.is_raised(*alert))
            // Hours that are counted on a clock that nobody believes may be anybody's noon.
            && !self.alerts.is_raised(Alert::ClockUntrusted)
            && self.idle.quiet_for(now) >= LIT
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Lang;
    use crate::protocol::{CallState, DeskCall};
    use crate::session::{Event, Key, Tap};

    const S: Duration = Duration::from_secs(1);

    fn at_night() -> Session {
        Session::new(Lang::Id, S).step(Event::Dark(true), S).0
    }

    fn after(session: Session, event: Event, now: Duration) -> Session {
        session.step(event, now).0
    }

    #[test]
    fn the_night_is_dark_and_the_day_is_not() {
        assert!(!at_night().is_dark(S), "somebody may still be about");
        assert!(at_night().is_dark(S + LIT));
        assert!(!after(at_night(), Event::Dark(false), S + LIT).is_dark(S + LIT));
    }

    #[test]
    fn the_first_touch_brings_the_picture_back_and_does_nothing_else() {
        for touch in [Event::Tap(Tap::Start), Event::Key(Key::Char('B')), Event::Tap(Tap::CallStaff)] {
            let now = S + LIT;
            let (session, effects) = at_night().step(touch, now);
            assert!(matches!(session.step, Step::Attract) && effects.is_empty(), "{effects:?}");
            assert!(!session.is_dark(now) && session.calling.is_free());
            let session = after(session, Event::Tap(Tap::Start), now + S);
            assert!(matches!(session.step, Step::Choose), "the second one counts");
            // And it goes dark again when the visit is over and nobody touches it.
            let session = after(session, Event::Tap(Tap::Home), now + 2 * S);
            assert!(session.is_dark(now + 2 * S + LIT));
        }
    }

    #[test]
    fn nothing_goes_dark_before_somebody_or_over_what_staff_must_see() {
        let late = S + 10 * LIT;
        let visit = after(at_night(), Event::Tap(Tap::Start), S);
        assert!(!visit.is_dark(late));
        let broken = after(at_night(), Event::Broken(crate::session::Fault::PartEnded), S);
        assert!(!broken.is_dark(late));
        for alert in KEEP_LIT.into_iter().chain([Alert::ClockUntrusted]) {
            let session = after(at_night(), Event::Alert(alert, true), S);
            assert!(!session.is_dark(late), "{alert:?}");
            assert!(after(session, Event::Alert(alert, false), S).is_dark(late));
        }
        // The network may be down all night.
        assert!(after(at_night(), Event::Alert(Alert::Offline, true), S).is_dark(late));
        let call = DeskCall { id: "1".into(), station: "Lobi".into(), state: CallState::Waiting, age_s: 1 };
        assert!(!after(at_night(), Event::DeskCalls(vec![call]), S).is_dark(late));
    }
}
