//! `Layanan Lainnya → Kartu ASN Virtual`: the card that the person holds, or the way to one.

use std::sync::Arc;

use super::review::card_of_issue;
use super::{Cx, Drawing, Effect, Event, Fault, Issued, PhotoStep, Report, Step, Tap, Ticket};
use crate::card::Orientation;
use crate::person::Employee;
use crate::protocol::{Correction, Issue};

pub struct MyCard {
    pub employee: Employee,
    pub issue: Option<Arc<Issue>>,
    /// Pictures of the present card, once drawn.
    pub drawing: Option<Drawing>,
    /// The present card could not be drawn; a new photo can still be taken.
    pub fault: Option<Fault>,
    /// Reports of wrong data, with the office's answers.
    pub corrections: Vec<Correction>,
    pub(super) grant: String,
    drawing_ticket: Ticket,
}

impl MyCard {
    pub(super) fn start(
        employee: Employee,
        grant: String,
        issue: Option<Issue>,
        corrections: Vec<Correction>,
        cx: &mut Cx,
    ) -> MyCard {
        let issue = issue.map(Arc::new);
        let ticket = cx.ticket();
        let mut fault = None;
        if let Some(issue) = &issue {
            match card_of_issue(issue) {
                Ok(card) => cx.emit(Effect::Draw {
                    ticket,
                    card: Box::new(card),
                    orientation: Orientation::Landscape,
                }),
                Err(why) => fault = Some(why),
            }
        }
        MyCard { employee, issue, drawing: None, fault, corrections, grant, drawing_ticket: ticket }
    }

    pub(super) fn step(mut self: Box<Self>, event: Event, cx: &mut Cx) -> Step {
        match event {
            Event::Drawn(ticket, result) if ticket == self.drawing_ticket => match result {
                Ok(drawing) => self.drawing = Some(drawing),
                Err(fault) => self.fault = Some(fault),
            },
            Event::Tap(Tap::WrongData) => return Step::Report(Box::new(Report::of_card(self))),
            Event::Tap(Tap::UpdatePhoto) => {
                return Step::Photo(Box::new(PhotoStep::start(self.employee, self.grant)));
            }
            // Only a card that exists can be printed; to see it first is the next screen's job.
            Event::Tap(Tap::Continue) => {
                if let Some(issue) = self.issue.clone() {
                    return Step::Issued(Box::new(Issued::start(issue, Orientation::Landscape, None, cx)));
                }
                return Step::Photo(Box::new(PhotoStep::start(self.employee, self.grant)));
            }
            Event::Tap(Tap::Back | Tap::Finish) => return Step::Attract,
            _ => {}
        }
        Step::MyCard(self)
    }
}

impl std::fmt::Debug for MyCard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MyCard").field("issue", &self.issue.is_some()).finish_non_exhaustive()
    }
}
