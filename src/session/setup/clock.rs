//! The time, signed by the server that was joined.

use super::{Go, Page};
use crate::session::{Cx, Effect, Event, Fault, Tap, Ticket};

/// What the server said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeNote {
    /// Day and time at the station's place.
    pub day: String,
    pub time: String,
    /// Seconds by which the machine's clock was off.
    pub moved: i64,
}

#[derive(Debug)]
pub struct ClockPage {
    pub note: Option<TimeNote>,
    pub fault: Option<Fault>,
    ticket: Option<Ticket>,
}

impl ClockPage {
    pub(super) fn start(cx: &mut Cx) -> ClockPage {
        ClockPage { note: None, fault: None, ticket: Some(ask(cx)) }
    }

    pub fn is_waiting(&self) -> bool {
        self.ticket.is_some()
    }

    pub(super) fn step(mut self, event: Event, cx: &mut Cx) -> Go {
        match event {
            Event::TimeAsked(ticket, result) if self.ticket == Some(ticket) => {
                self.ticket = None;
                match result {
                    Ok(note) => (self.note, self.fault) = (Some(note), None),
                    Err(fault) => self.fault = Some(fault),
                }
            }
            Event::Tap(Tap::Again) if self.ticket.is_none() => self.ticket = Some(ask(cx)),
            Event::Tap(Tap::Continue) if self.note.is_some() => return Go::On,
            Event::Tap(Tap::Back) => return Go::Back,
            _ => {}
        }
        Go::Stay(Page::Clock(self))
    }
}

fn ask(cx: &mut Cx) -> Ticket {
    let ticket = cx.ticket();
    cx.emit(Effect::AskTime { ticket });
    ticket
}
