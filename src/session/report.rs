//! `Data saya keliru`: the person ticks what is wrong and gets a number; the office's answer to an
//! earlier report stands first. The screen that they came from waits underneath.

use super::{Cx, Effect, Event, Fault, MyCard, Review, Step, Tap, Ticket};
use crate::protocol::{Correction, WrongField};

/// Where the way back leads.
#[derive(Debug)]
enum From {
    MyCard(Box<MyCard>),
    Review(Box<Review>),
}

/// What stands on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reporting {
    /// What the office answered before.
    Answered(Correction),
    Ticking,
    /// The office has it, under this number.
    Sent(String),
}

#[derive(Debug)]
pub struct Report {
    pub stage: Reporting,
    pub ticked: Vec<WrongField>,
    pub fault: Option<Fault>,
    from: From,
    grant: String,
    waiting: Option<Ticket>,
}

impl Report {
    /// From `Kartu Saya`; the newest answer first, if there is one.
    pub(super) fn of_card(card: Box<MyCard>) -> Report {
        let answered = card.corrections.iter().find(|correction| correction.answer.is_some()).cloned();
        let stage = answered.map_or(Reporting::Ticking, Reporting::Answered);
        let grant = card.grant.clone();
        Report { stage, ticked: Vec::new(), fault: None, from: From::MyCard(card), grant, waiting: None }
    }

    pub(super) fn of_review(review: Box<Review>) -> Report {
        let grant = review.grant.clone();
        let from = From::Review(review);
        Report { stage: Reporting::Ticking, ticked: Vec::new(), fault: None, from, grant, waiting: None }
    }

    pub fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }

    /// A photo that nobody has accepted yet waits under this screen.
    pub fn holds_photo(&self) -> bool {
        matches!(self.from, From::Review(_))
    }

    pub(super) fn step(mut self: Box<Self>, event: Event, cx: &mut Cx) -> Step {
        match event {
            // The picture of the card may come only now.
            Event::Drawn(..) => {
                let below = match self.from {
                    From::MyCard(card) => card.step(event, cx),
                    From::Review(review) => review.step(event, cx),
                };
                self.from = match below {
                    Step::MyCard(card) => From::MyCard(card),
                    Step::Review(review) => From::Review(review),
                    elsewhere => return elsewhere,
                };
            }
            Event::Reported(ticket, result) if self.waiting == Some(ticket) => {
                self.waiting = None;
                match result {
                    Ok(number) => self.stage = Reporting::Sent(number),
                    Err(fault) => self.fault = Some(fault),
                }
            }
            _ if self.is_waiting() => {}
            Event::Tap(Tap::Back) => return self.back(),
            Event::Tap(Tap::Tick(field)) if self.stage == Reporting::Ticking => {
                self.fault = None;
                match self.ticked.iter().position(|ticked| *ticked == field) {
                    Some(at) => {
                        self.ticked.remove(at);
                    }
                    None => self.ticked.push(field),
                }
            }
            Event::Tap(Tap::Continue) => match self.stage {
                Reporting::Answered(_) => self.stage = Reporting::Ticking,
                Reporting::Sent(_) => return self.back(),
                Reporting::Ticking if self.ticked.is_empty() => {}
                Reporting::Ticking => {
                    let ticket = cx.ticket();
                    self.waiting = Some(ticket);
                    self.fault = None;
                    let (grant, fields) = (self.grant.clone(), self.ticked.clone());
                    cx.emit(Effect::Report { ticket, grant, fields });
                }
            },
            _ => {}
        }
        Step::Report(self)
    }

    fn back(self) -> Step {
        match self.from {
            From::MyCard(card) => Step::MyCard(card),
            From::Review(review) => Step::Review(review),
        }
    }
}
