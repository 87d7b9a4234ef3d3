//! What staff can do at this station, once they are signed in.

use super::{Cx, Effect, Event, PickUp, StaffGoal, Step, Tap, duty};

#[derive(Clone, Copy, Debug, Default)]
pub struct StaffHome;

impl StaffHome {
    #[allow(clippy::needless_pass_by_value, reason = "a step takes its event")]
    pub(super) fn step(self, event: Event, cx: &mut Cx) -> Step {
        match event {
            // Before a screen that faces the public, going home signs staff out too.
            Event::Tap(Tap::Back) => Step::Attract,
            Event::Tap(Tap::Visitors) => StaffGoal::Visitors.open(cx),
            Event::Tap(Tap::Prints) => StaffGoal::Prints.open(cx),
            Event::Tap(Tap::PickUp) => Step::PickUp(PickUp::default()),
            Event::Tap(Tap::SwitchProfile) => {
                cx.duty.profile = cx.duty.profile.other();
                cx.emit(Effect::KeepProfile(cx.duty.profile));
                Step::Attract
            }
            Event::Tap(Tap::Setup) => duty::for_staff(StaffGoal::Lobby, cx),
            Event::Tap(Tap::Studio) => duty::for_staff(StaffGoal::Studio, cx),
            _ => Step::StaffHome(self),
        }
    }
}
