//! The person waits for the print. The job itself is on disk and goes its own way.

use std::sync::Arc;

use super::print_job::JobState;
use super::{CLOSING, Cx, Effect, Ending, Event, Fault, READING, Secret, Step, Tap, Ticket};
use crate::card::Orientation;
use crate::protocol::Issue;

pub struct Printing {
    pub state: JobState,
    /// What staff look for, once the job has one.
    pub print_id: Option<String>,
    issue: Arc<Issue>,
    orientation: Orientation,
    pick_up: Option<Secret>,
    ticket: Ticket,
}

impl Printing {
    pub(super) fn start(
        issue: Arc<Issue>,
        orientation: Orientation,
        pick_up: Option<Secret>,
        cx: &mut Cx,
    ) -> Printing {
        let ticket = cx.ticket();
        cx.emit(Effect::Print { ticket, issue: Arc::clone(&issue), orientation });
        Printing { state: JobState::Queued, print_id: None, issue, orientation, pick_up, ticket }
    }

    /// What the printer's worker must know once nobody stands here any more: what has not begun
    /// is dropped, and what comes out all the same belongs to somebody who has gone.
    pub(super) fn left(&self) -> Effect {
        Effect::LeavePrint { ticket: self.ticket }
    }

    pub(super) fn step(mut self: Box<Self>, event: Event, cx: &mut Cx) -> Step {
        match event {
            Event::PrintJob { ticket, print_id, state } if ticket == self.ticket => {
                self.print_id = Some(print_id);
                let ending = match state {
                    JobState::Printed => Some(Ending::Printed),
                    JobState::Sent => Some(Ending::Sent),
                    _ => None,
                };
                if let Some(ending) = ending {
                    return Step::Done { ending, until: cx.now + CLOSING };
                }
                self.state = state;
            }
            // Only a job that is known to have failed may be asked for again: never two cards.
            Event::Tap(Tap::Print) if matches!(self.state, JobState::Failed(_)) => {
                let again = Printing::start(self.issue, self.orientation, self.pick_up, cx);
                return Step::Printing(Box::new(again));
            }
            Event::Tap(Tap::Later | Tap::Back) => match self.state {
                JobState::Waiting(fault) => {
                    // It must not come out later for nobody.
                    cx.emit(self.left());
                    return Step::Later { code: self.pick_up, fault, until: cx.now + READING };
                }
                JobState::Failed(fault) => {
                    return Step::Later { code: self.pick_up, fault, until: cx.now + READING };
                }
                JobState::Unknown => {
                    return Step::Later {
                        code: self.pick_up,
                        fault: Fault::PrintUnknown,
                        until: cx.now + READING,
                    };
                }
                JobState::Queued | JobState::Sending(_) | JobState::Printed | JobState::Sent => {}
            },
            _ => {}
        }
        Step::Printing(self)
    }
}

impl std::fmt::Debug for Printing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Printing").field("state", &self.state).finish_non_exhaustive()
    }
}
