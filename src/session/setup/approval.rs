//! A station that has joined waits until an administrator has approved its keys: at the bench the technician is told
//! so and goes on; after that, it is what stands on the screen until the server says that it is approved.

use super::{Setup, SetupStep};
use crate::session::{Cx, Event, StaffGoal, Step, Tap, duty};

/// The keys of this station, as an administrator compares them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownKeys {
    /// The fingerprint, in groups.
    pub fingerprint: String,
    /// The server's page on which it is approved.
    pub page: String,
}

/// Who looks at the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApprovalPage {
    /// A technician, who has more to do.
    Bench,
    /// Whoever comes: nothing goes on before the approval but what staff do.
    Alone,
}

impl ApprovalPage {
    pub(super) fn step(self, event: &Event, cx: &mut Cx) -> Step {
        match (self, event) {
            (ApprovalPage::Bench, Event::Tap(Tap::Continue)) => Setup::at(SetupStep::Clock, cx),
            // Di lokasi needs no approval.
            (ApprovalPage::Alone, Event::Tap(Tap::Staff)) => duty::for_staff(StaffGoal::Home, cx),
            _ => Step::Setup(Setup { page: super::Page::Approval(self) }),
        }
    }
}
