//! The card exists: look at it, print it, or leave.

use std::sync::Arc;

use super::review::card_of_issue;
use super::{CLOSING, Cx, Drawing, Effect, Ending, Event, Fault, Printing, Secret, Step, Tap, Ticket};
use crate::card::Orientation;
use crate::protocol::Issue;

/// `Unduh`: a link to the card, for the phone of the person who stands here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkStage {
    Closed,
    Asking(Ticket),
    /// The address for the QR code.
    Open(String),
}

pub struct Issued {
    pub issue: Arc<Issue>,
    pub orientation: Orientation,
    pub drawing: Option<Drawing>,
    pub fault: Option<Fault>,
    pub link: LinkStage,
    pick_up: Option<Secret>,
    drawing_ticket: Ticket,
}

impl Issued {
    pub(super) fn start(
        issue: Arc<Issue>,
        orientation: Orientation,
        pick_up: Option<Secret>,
        cx: &mut Cx,
    ) -> Issued {
        let mut issued = Issued {
            issue,
            orientation,
            drawing: None,
            fault: None,
            link: LinkStage::Closed,
            pick_up,
            drawing_ticket: Ticket::default(),
        };
        issued.draw(cx);
        issued
    }

    fn draw(&mut self, cx: &mut Cx) {
        self.drawing_ticket = cx.ticket();
        match card_of_issue(&self.issue) {
            Ok(card) => cx.emit(Effect::Draw {
                ticket: self.drawing_ticket,
                card: Box::new(card),
                orientation: self.orientation,
            }),
            Err(fault) => self.fault = Some(fault),
        }
    }

    pub(super) fn step(mut self: Box<Self>, event: Event, cx: &mut Cx) -> Step {
        match event {
            Event::Drawn(ticket, result) if ticket == self.drawing_ticket => match result {
                Ok(drawing) => self.drawing = Some(drawing),
                Err(fault) => self.fault = Some(fault),
            },
            Event::Tap(Tap::Orient(orientation)) if orientation != self.orientation => {
                self.orientation = orientation;
                self.draw(cx);
            }
            Event::Tap(Tap::Download) if self.link == LinkStage::Closed => {
                let ticket = cx.ticket();
                self.fault = None;
                self.link = LinkStage::Asking(ticket);
                cx.emit(Effect::Download { ticket, serial: self.issue.serial.clone() });
            }
            Event::Link(ticket, result) if self.link == LinkStage::Asking(ticket) => match result {
                Ok(url) => self.link = LinkStage::Open(url),
                Err(fault) => {
                    self.link = LinkStage::Closed;
                    self.fault = Some(fault);
                }
            },
            Event::Tap(Tap::SkipDownload | Tap::Back) if self.link != LinkStage::Closed => {
                self.link = LinkStage::Closed;
            }
            Event::Tap(Tap::Print) => {
                let start = Printing::start(self.issue, self.orientation, self.pick_up, cx);
                return Step::Printing(Box::new(start));
            }
            Event::Tap(Tap::Finish | Tap::Back) => {
                return Step::Done { ending: Ending::NotPrinted, until: cx.now + CLOSING };
            }
            _ => {}
        }
        Step::Issued(self)
    }
}

impl std::fmt::Debug for Issued {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issued").field("orientation", &self.orientation).finish_non_exhaustive()
    }
}
