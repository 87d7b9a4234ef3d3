//! `Lupa Kata Sandi`: the two ways out, by the person's own phone or with a clerk who has seen the
//! KTP. Nothing is typed here.

use super::{Assisted, Event, Secret, SignIn, Step, Tap};
use crate::protocol::AssistPurpose;

#[derive(Debug)]
pub struct Forgot {
    /// The page for phones; `None` where the server could not be asked.
    pub page: Option<String>,
    nip: Secret,
}

impl Forgot {
    pub(super) fn start(page: Option<String>, nip: Secret) -> Forgot {
        Forgot { page, nip }
    }

    pub(super) fn step(self, event: &Event) -> Step {
        match event {
            Event::Tap(Tap::Back) => Step::SignIn(SignIn::start(self.page)),
            Event::Tap(Tap::Assisted | Tap::Continue) => {
                Step::Assisted(Assisted::start(AssistPurpose::NewPassword, Some(self.nip)))
            }
            _ => Step::Forgot(self),
        }
    }
}
