//! The prints of this station, for staff: what waits, what came of the others, and the question
//! that only somebody who looks can answer.

use std::sync::Arc;

use image::RgbaImage;

use super::{Cx, Effect, Event, Fault, Key, Secret, StaffGoal, Step, Tap, Ticket};
use crate::lang::Lang;

/// Lines that a screen shows at a time.
pub const LINES: usize = 3;

/// Where a print stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrintState {
    Queued,
    Sending,
    Printed,
    Sent,
    Failed,
    Unknown,
    /// It came out after its person had gone, and nobody has said yet what became of it.
    LeftBehind,
    Spoiled,
}

impl PrintState {
    pub fn word(self, lang: Lang) -> &'static str {
        match self {
            PrintState::Queued => lang.pick("Menunggu", "Waiting"),
            PrintState::Sending => lang.pick("Sedang dicetak", "Printing"),
            PrintState::Printed => lang.pick("Tercetak", "Printed"),
            PrintState::Sent => lang.pick("Terkirim ke pencetak", "Sent to the printer"),
            PrintState::Failed => lang.pick("Tidak tercetak", "Not printed"),
            PrintState::Unknown => lang.pick("Perlu jawaban", "Needs an answer"),
            PrintState::LeftBehind => lang.pick("Belum diambil", "Left behind"),
            PrintState::Spoiled => lang.pick("Rusak, dimusnahkan", "Spoiled, destroyed"),
        }
    }
}

/// One print in the list. Says nothing of its person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrintLine {
    pub id: String,
    /// What stands on the paper.
    pub print_id: String,
    pub serial: String,
    pub state: PrintState,
    pub day: String,
    pub time: String,
}

/// What somebody who looked says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrintAnswer {
    CameOut,
    NotOut,
    /// One that was left behind is with its person now.
    HandedOver,
    /// Unusable or not fetched, and destroyed: asked for before it is said.
    Spoiled,
}

/// A print whose end somebody has to say.
#[derive(Debug)]
pub struct Question {
    pub line: PrintLine,
    /// The card's picture; `None` while it is opened, or where there is none.
    pub picture: Option<Arc<RgbaImage>>,
    /// "Spoiled" was said: is it destroyed?
    pub spoiled: bool,
}

impl Question {
    /// Not whether it came out is asked, but what became of it.
    pub fn is_left_behind(&self) -> bool {
        self.line.state == PrintState::LeftBehind
    }
}

#[derive(Debug)]
pub struct Prints {
    ticket: Ticket,
    pub search: Secret,
    /// `None`: still being read.
    pub lines: Option<Vec<PrintLine>>,
    pub from: usize,
    pub question: Option<Question>,
    pub fault: Option<Fault>,
    asked: Option<Ticket>,
}

impl Prints {
    pub(super) fn start(cx: &mut Cx) -> Prints {
        let ticket = cx.ticket();
        cx.emit(Effect::ReadPrints { ticket });
        Prints {
            ticket,
            search: Secret::default(),
            lines: None,
            from: 0,
            question: None,
            fault: None,
            asked: None,
        }
    }

    /// Questions first, then what waits, then the rest; each the newest first.
    pub fn found(&self) -> Vec<&PrintLine> {
        let search = self.search.expose().to_lowercase();
        let has = |line: &&PrintLine| {
            let text = format!("{} {} {} {}", line.print_id, line.serial, line.day, line.time).to_lowercase();
            search.split_whitespace().all(|word| text.contains(word))
        };
        let mut lines: Vec<&PrintLine> = self.lines.iter().flatten().filter(has).collect();
        lines.sort_by_key(|line| match line.state {
            PrintState::Unknown | PrintState::LeftBehind => 0,
            PrintState::Queued | PrintState::Sending => 1,
            _ => 2,
        });
        lines
    }

    /// Is an answer being written down?
    pub fn is_waiting(&self) -> bool {
        self.asked.is_some()
    }

    pub(super) fn step(mut self, event: Event, cx: &mut Cx) -> Step {
        match event {
            Event::PrintsRead(ticket, result) if ticket == self.ticket => match result {
                Ok(lines) => self.lines = Some(lines),
                Err(fault) => (self.lines, self.fault) = (Some(Vec::new()), Some(fault)),
            },
            Event::PrintOpened(ticket, result) if ticket == self.ticket => match (result, &mut self.question)
            {
                (Ok(picture), Some(question)) => question.picture = Some(picture),
                (Ok(_), None) => {}
                (Err(fault), _) => self.fault = Some(fault),
            },
            Event::PrintAnswered(ticket, result) if self.asked == Some(ticket) => {
                self.asked = None;
                match result {
                    Ok(()) => return Step::Prints(Box::new(Prints::start(cx))),
                    Err(fault) => self.fault = Some(fault),
                }
            }
            _ if self.is_waiting() => {}
            Event::Tap(tap) => return self.tap(tap, cx),
            Event::Key(key) if self.question.is_none() => {
                match key {
                    Key::Char(c) => self.search.push(c),
                    Key::Erase => self.search.pop(),
                    Key::Enter | Key::Focus(_) => {}
                }
                self.from = 0;
            }
            _ => {}
        }
        Step::Prints(Box::new(self))
    }

    fn tap(mut self, tap: Tap, cx: &mut Cx) -> Step {
        let count = self.found().len();
        match (tap, &mut self.question) {
            (Tap::Back, Some(question)) if question.spoiled => question.spoiled = false,
            (Tap::Back, Some(_)) => self.question = None,
            (Tap::Back, None) => return StaffGoal::back(cx),
            (Tap::CameOut, Some(question)) if question.is_left_behind() => {
                self.answer(PrintAnswer::HandedOver, cx);
            }
            (Tap::NotOut, Some(question)) if question.is_left_behind() => {}
            (Tap::CameOut, Some(_)) => self.answer(PrintAnswer::CameOut, cx),
            (Tap::NotOut, Some(_)) => self.answer(PrintAnswer::NotOut, cx),
            (Tap::Spoiled, Some(question)) => question.spoiled = true,
            (Tap::Destroyed, Some(question)) if question.spoiled => self.answer(PrintAnswer::Spoiled, cx),
            (Tap::More, None) if self.from + LINES < count => self.from += LINES,
            (Tap::Less, None) => self.from = self.from.saturating_sub(LINES),
            (Tap::Pick(row), None) => {
                let line = self.found().get(self.from + row).map(|line| (*line).clone());
                if let Some(line) = line.filter(|line| askable(line.state)) {
                    // One that is known to have come out can only turn out to be spoiled.
                    let spoiled = !matches!(line.state, PrintState::Unknown | PrintState::LeftBehind);
                    if line.state == PrintState::Unknown {
                        cx.emit(Effect::OpenPrint { ticket: self.ticket, id: line.id.clone() });
                    }
                    self.question = Some(Question { line, picture: None, spoiled });
                }
            }
            _ => {}
        }
        Step::Prints(Box::new(self))
    }

    fn answer(&mut self, answer: PrintAnswer, cx: &mut Cx) {
        let Some(question) = &self.question else { return };
        let ticket = cx.ticket();
        self.asked = Some(ticket);
        self.fault = None;
        cx.emit(Effect::AnswerPrint { ticket, id: question.line.id.clone(), answer });
    }
}

/// Can staff say something about a print in this state?
pub fn askable(state: PrintState) -> bool {
    use PrintState::{LeftBehind, Printed, Sent, Unknown};
    matches!(state, Unknown | LeftBehind | Printed | Sent)
}
