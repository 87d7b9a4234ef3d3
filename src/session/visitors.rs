//! The visitor log, read by staff: search, and a file of it.

use super::visit::VisitLine;
use super::{Cx, Effect, Event, Fault, Key, Secret, StaffGoal, Step, Tap, Ticket};

/// Lines that a screen shows at a time.
pub const LINES: usize = 3;

#[derive(Debug)]
pub struct Visitors {
    ticket: Ticket,
    pub search: Secret,
    /// `None`: still being opened.
    pub lines: Option<Vec<VisitLine>>,
    /// The first line on the screen, among those that are searched for.
    pub from: usize,
    /// Where the file is.
    pub exported: Option<String>,
    pub fault: Option<Fault>,
    exporting: Option<Ticket>,
}

impl Visitors {
    pub(super) fn start(cx: &mut Cx) -> Visitors {
        let ticket = cx.ticket();
        cx.emit(Effect::ReadVisits { ticket });
        Visitors {
            ticket,
            search: Secret::default(),
            lines: None,
            from: 0,
            exported: None,
            fault: None,
            exporting: None,
        }
    }

    /// The lines that are searched for.
    pub fn found(&self) -> Vec<&VisitLine> {
        let lines = self.lines.iter().flatten();
        lines.filter(|line| line.has(self.search.expose())).collect()
    }

    pub(super) fn step(mut self, event: Event, cx: &mut Cx) -> Step {
        match event {
            Event::VisitsRead(ticket, result) if ticket == self.ticket => match result {
                Ok(lines) => self.lines = Some(lines),
                Err(fault) => (self.lines, self.fault) = (Some(Vec::new()), Some(fault)),
            },
            Event::VisitsExported(ticket, result) if self.exporting == Some(ticket) => {
                self.exporting = None;
                match result {
                    Ok(file) => (self.exported, self.fault) = (Some(file), None),
                    Err(fault) => self.fault = Some(fault),
                }
            }
            Event::Key(Key::Char(c)) => {
                self.search.push(c);
                self.from = 0;
            }
            Event::Key(Key::Erase) => {
                self.search.pop();
                self.from = 0;
            }
            Event::Tap(Tap::Export) if self.exporting.is_none() => {
                let ticket = cx.ticket();
                self.exporting = Some(ticket);
                let ids = self.found().iter().map(|line| line.id.clone()).collect();
                cx.emit(Effect::ExportVisits { ticket, ids });
            }
            Event::Tap(Tap::More) if self.from + LINES < self.found().len() => self.from += LINES,
            Event::Tap(Tap::Less) => self.from = self.from.saturating_sub(LINES),
            Event::Tap(Tap::Back) => return StaffGoal::back(cx),
            _ => {}
        }
        Step::Visitors(Box::new(self))
    }
}
