//! `Gunakan Foto Ini` was pressed: first to disk, then to the server, then the card exists.

use std::sync::Arc;
use std::time::Duration;

use super::{Cx, Effect, Event, Fault, Issued, Portrait, READING, Secret, Step, Tap, Ticket};
use crate::card::Orientation;

/// How long a person waits for the server before the card becomes one for later.
pub const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Debug)]
pub struct Accepting {
    ticket: Ticket,
    orientation: Orientation,
    /// The code that fetches the card later. From here on the acceptance is on disk.
    kept: Option<Secret>,
    since: Duration,
}

impl Accepting {
    pub(super) fn start(
        grant: String,
        portrait: Portrait,
        orientation: Orientation,
        cx: &mut Cx,
    ) -> Accepting {
        let ticket = cx.ticket();
        cx.emit(Effect::Accept { ticket, grant, portrait });
        Accepting { ticket, orientation, kept: None, since: cx.now }
    }

    /// Is the acceptance on disk?
    pub fn is_kept(&self) -> bool {
        self.kept.is_some()
    }

    pub(super) fn step(mut self: Box<Self>, event: Event, cx: &mut Cx) -> Step {
        match event {
            Event::Kept(ticket, result) if ticket == self.ticket => match result {
                Ok(code) => self.kept = Some(code),
                // Not on disk: the person is told so, and nothing claims otherwise.
                Err(fault) => return Step::Trouble { fault },
            },
            Event::Issued(ticket, result) if ticket == self.ticket => match result {
                Ok(issue) => {
                    let start = Issued::start(Arc::new(*issue), self.orientation, self.kept, cx);
                    return Step::Issued(Box::new(start));
                }
                Err(fault @ Fault::Rejected) => return Step::Trouble { fault },
                Err(fault) => return self.later(fault, cx),
            },
            Event::Tap(Tap::Later) if self.is_kept() => return self.later(Fault::CardNotReady, cx),
            Event::Tick if self.is_kept() && cx.now.saturating_sub(self.since) >= PATIENCE => {
                return self.later(Fault::CardNotReady, cx);
            }
            _ => {}
        }
        Step::Accepting(self)
    }

    fn later(self: Box<Self>, fault: Fault, cx: &mut Cx) -> Step {
        match self.kept {
            Some(code) => Step::Later { code: Some(code), fault, until: cx.now + READING },
            None => Step::Accepting(self),
        }
    }
}
