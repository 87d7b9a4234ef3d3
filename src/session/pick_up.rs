//! `Ambil Kartu`: a code from an earlier visit fetches the card that could not be had then.

use std::sync::Arc;

use super::{Cx, Effect, Event, Fault, Issued, Key, Secret, Step, Tap, Ticket};
use crate::card::Orientation;

/// Letters of a pick-up code: no vowels, so no words; none that is mistaken for a digit
/// (RFC 8628, section 6.1).
pub const CODE_LETTERS: &str = "BCDFGHJKLMNPQRSTVWXZ";

/// Letters in a code: 34.5 bits, and the server limits the rate of guesses.
pub const CODE_LENGTH: usize = 8;

#[derive(Debug, Default)]
pub struct PickUp {
    pub code: Secret,
    pub fault: Option<Fault>,
    waiting: Option<Ticket>,
}

impl PickUp {
    pub fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }

    pub(super) fn step(mut self, event: Event, cx: &mut Cx) -> Step {
        match event {
            Event::PickedUp(ticket, result) if self.waiting == Some(ticket) => {
                self.waiting = None;
                match result {
                    Ok(issue) => {
                        let code = Some(self.code);
                        let start = Issued::start(Arc::new(*issue), Orientation::Landscape, code, cx);
                        return Step::Issued(Box::new(start));
                    }
                    Err(fault) => self.fault = Some(fault),
                }
            }
            Event::Tap(Tap::Back) => return Step::Choose,
            _ if self.is_waiting() => {}
            Event::Key(Key::Char(c)) => {
                self.fault = None;
                let c = c.to_ascii_uppercase();
                if CODE_LETTERS.contains(c) && self.code.count() < CODE_LENGTH {
                    self.code.push(c);
                }
            }
            Event::Key(Key::Erase) => {
                self.fault = None;
                self.code.pop();
            }
            Event::Key(Key::Enter) | Event::Tap(Tap::Continue) => {
                if self.code.count() == CODE_LENGTH {
                    let ticket = cx.ticket();
                    self.waiting = Some(ticket);
                    cx.emit(Effect::PickUp { ticket, code: self.code.clone() });
                } else {
                    self.fault = Some(Fault::CodeShape);
                }
            }
            _ => {}
        }
        Step::PickUp(self)
    }
}
