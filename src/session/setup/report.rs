//! The end: every part is looked at once more, and the office gets a signed report of how the station was left.

use super::{Go, Page};
use crate::session::{Cx, Effect, Event, Fault, Tap, Ticket};

/// How a part was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PartState {
    Fault,
    Attention,
    Unknown,
    Well,
}

/// What the report says, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commissioned {
    /// Parts by the name that the doctor gives them.
    pub parts: Vec<(String, PartState)>,
    /// The office has it already; otherwise it waits in the outbox.
    pub sent: bool,
}

#[derive(Debug)]
pub struct ReportPage {
    pub report: Option<Result<Commissioned, Fault>>,
    ticket: Ticket,
}

impl ReportPage {
    pub(super) fn start(cx: &mut Cx) -> ReportPage {
        ReportPage { report: None, ticket: ask(cx) }
    }

    pub(super) fn step(mut self, event: Event) -> Go {
        match event {
            Event::Commissioned(ticket, result) if ticket == self.ticket => {
                self.report = Some(result.map(|report| *report));
            }
            Event::Tap(Tap::Continue) if matches!(self.report, Some(Ok(_))) => return Go::On,
            Event::Tap(Tap::Back) if self.report.is_some() => return Go::Back,
            _ => {}
        }
        Go::Stay(Page::Report(self))
    }
}

fn ask(cx: &mut Cx) -> Ticket {
    let ticket = cx.ticket();
    cx.emit(Effect::Commission { ticket });
    ticket
}
