//! Visitors whose verdict had to leave the desk's screen before they were written down: another card came, or their own
//! was taken away. Each is written down as it is, after the time that their card has to come back.

use std::time::Duration;

use super::counter::{Answer, Kept};
use super::sight::{About, CLEARED};
use super::{Cx, Effect, Ticket};

/// What the disk did not take is tried again after this time.
const AGAIN: Duration = Duration::from_secs(5);

/// As many cards as a queue can hold up within [`CLEARED`], and more. Beyond it the oldest is written down at once.
const MOST: usize = 16;

/// As many may be on their way to a disk that does not answer.
const MOST_GOING: usize = 64;

#[derive(Debug)]
struct Late {
    answer: Answer,
    /// When it is handed in.
    due: Duration,
}

#[derive(Debug)]
pub(super) struct Waiting {
    /// Who is at the desk, also once they have signed out.
    clerk: String,
    /// The oldest first.
    late: Vec<Late>,
}

impl Waiting {
    pub fn new(clerk: String) -> Waiting {
        Waiting { clerk, late: Vec::new() }
    }

    pub fn clerk(&self) -> &str {
        &self.clerk
    }

    /// `at_once`: its card had its time to come back.
    pub fn add(&mut self, answer: Answer, at_once: bool, cx: &mut Cx) {
        match answer.kept {
            Kept::Yes(_) => return,
            Kept::Going(_) => return self.await_word(answer),
            Kept::No => {}
        }
        let due = if at_once { cx.now } else { cx.now + CLEARED };
        self.push(Late { answer, due });
        let open = self.late.iter().filter(|late| late.answer.kept == Kept::No).count();
        if open > MOST
            && let Some(oldest) = self.late.iter_mut().find(|late| late.answer.kept == Kept::No)
        {
            oldest.due = cx.now;
        }
        self.tick(cx);
    }

    /// It is handed in already, and nobody has said yet whether it is on the disk.
    pub fn await_word(&mut self, answer: Answer) {
        self.push(Late { answer, due: Duration::MAX });
    }

    fn push(&mut self, late: Late) {
        if self.late.len() >= MOST_GOING {
            self.late.remove(0);
        }
        self.late.push(late);
    }

    /// The card of one of them is there again.
    pub fn take(&mut self, about: &About) -> Option<Answer> {
        let at =
            self.late.iter().position(|late| late.answer.kept == Kept::No && late.answer.is_about(about))?;
        Some(self.late.remove(at).answer)
    }

    pub fn tick(&mut self, cx: &mut Cx) {
        for late in &mut self.late {
            if late.answer.kept != Kept::No || cx.now < late.due {
                continue;
            }
            let Some(visit) = late.answer.visit(None, &self.clerk) else { continue };
            let ticket = cx.ticket();
            late.answer.kept = Kept::Going(ticket);
            cx.emit(Effect::KeepVisit { ticket, visit: Box::new(visit) });
        }
        self.late.retain(|late| late.answer.seen.verdict().is_some());
    }

    pub fn hand_in_all(&mut self, cx: &mut Cx) {
        for late in &mut self.late {
            late.due = late.due.min(cx.now);
        }
        self.tick(cx);
    }

    pub fn kept(&mut self, ticket: Ticket) {
        self.late.retain(|late| late.answer.kept != Kept::Going(ticket));
    }

    pub fn not_kept(&mut self, ticket: Ticket, now: Duration) {
        if let Some(late) = self.late.iter_mut().find(|late| late.answer.kept == Kept::Going(ticket)) {
            (late.answer.kept, late.due) = (Kept::No, now + AGAIN);
        }
    }
}
