//! A word for each step: for logs and for whoever drives a station from outside. It says where the screen is,
//! and nothing of who stands before it.

use super::Step;

impl Step {
    pub fn name(&self) -> &'static str {
        match self {
            Step::Attract => "attract",
            Step::Choose => "choose",
            Step::Phone(_) => "phone",
            Step::SignIn(_) => "sign-in",
            Step::Assisted(_) => "assisted",
            Step::Forgot(_) => "forgot",
            Step::Refused { .. } => "refused",
            Step::MyCard(_) => "my-card",
            Step::Photo(_) => "photo",
            Step::Review(_) => "review",
            Step::Report(_) => "report",
            Step::Accepting(_) => "accepting",
            Step::Issued(_) => "issued",
            Step::Printing(_) => "printing",
            Step::Later { .. } => "later",
            Step::Done { .. } => "done",
            Step::PickUp(_) => "pick-up",
            Step::Check(_) => "check",
            Step::StaffSignIn(_) => "staff-sign-in",
            Step::StaffHome(_) => "staff-home",
            Step::Studio(_) => "studio",
            Step::Counter(_) => "counter",
            Step::Visitors(_) => "visitors",
            Step::Prints(_) => "prints",
            Step::Setup(setup) => setup.name(),
            Step::OutOfOrder { .. } => "out-of-order",
            Step::Trouble { .. } => "trouble",
        }
    }
}
