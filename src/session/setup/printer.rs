//! Which printer: those that are found, one of them tried, or none.

use super::{Go, Page, shown, turned};
use crate::session::{Cx, Effect, Event, Fault, Tap, Ticket};

/// A printer that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundPrinter {
    pub uri: String,
    /// What it calls itself; may be empty.
    pub called: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestPrint {
    Printing(Ticket),
    /// The printer has it, and said so or cannot say.
    Done,
    Failed(Fault),
}

#[derive(Debug)]
pub struct PrinterPage {
    /// `None` while they are looked for.
    pub found: Option<Vec<FoundPrinter>>,
    pub page: usize,
    pub chosen: Option<FoundPrinter>,
    pub test: Option<TestPrint>,
    ticket: Ticket,
}

impl PrinterPage {
    pub(super) fn start(cx: &mut Cx) -> PrinterPage {
        let uri = cx.fitting.chosen.printer.clone().or_else(|| cx.fitting.printer.clone());
        let chosen = uri.map(|uri| FoundPrinter { uri, called: String::new() });
        PrinterPage { found: None, page: 0, chosen, test: None, ticket: search(cx) }
    }

    pub fn lines(&self) -> &[FoundPrinter] {
        self.found.as_deref().map_or(&[], |found| shown(found, self.page))
    }

    pub(super) fn step(mut self, event: Event, cx: &mut Cx) -> Go {
        let busy = matches!(self.test, Some(TestPrint::Printing(_)));
        match event {
            Event::PrintersFound(ticket, found) if ticket == self.ticket => {
                // The only one there is need not be chosen.
                if self.chosen.is_none() && found.len() == 1 {
                    self.chosen = found.first().cloned();
                }
                self.found = Some(found);
            }
            Event::TestPrinted(ticket, result) if self.test == Some(TestPrint::Printing(ticket)) => {
                self.test = Some(result.map_or_else(TestPrint::Failed, |()| TestPrint::Done));
            }
            _ if busy => {}
            Event::Tap(Tap::Pick(row)) => {
                if let Some(line) = self.lines().get(row).cloned() {
                    (self.chosen, self.test) = (Some(line), None);
                }
            }
            Event::Tap(tap @ (Tap::More | Tap::Less)) => {
                self.page = turned(self.page, tap, self.found.as_ref().map_or(0, Vec::len));
            }
            Event::Tap(Tap::TestPrint) => {
                if let Some(chosen) = &self.chosen {
                    let ticket = cx.ticket();
                    cx.emit(Effect::TestPrint { ticket, uri: chosen.uri.clone() });
                    self.test = Some(TestPrint::Printing(ticket));
                }
            }
            Event::Tap(Tap::Again) if self.found.is_some() => {
                (self.found, self.page) = (None, 0);
                self.ticket = search(cx);
            }
            Event::Tap(Tap::Continue) if self.chosen.is_some() => {
                cx.fitting.chosen.printer = self.chosen.map(|chosen| chosen.uri);
                return Go::On;
            }
            // What the configuration says, if anything, stands.
            Event::Tap(Tap::Skip) => {
                cx.fitting.chosen.printer = None;
                return Go::On;
            }
            Event::Tap(Tap::Back) => return Go::Back,
            _ => {}
        }
        Go::Stay(Page::Printer(self))
    }
}

fn search(cx: &mut Cx) -> Ticket {
    let ticket = cx.ticket();
    cx.emit(Effect::FindPrinters { ticket });
    ticket
}
