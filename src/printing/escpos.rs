//! A receipt printer that speaks ESC/POS over a [`Line`]: asked how it is before, during and after; a print counts as done
//! only when the printer itself has said so.
//!
//! The last band of a slip is held back until the printer has said that all before it is worked off. So a print that broke
//! off before that is known not to be whole and may be begun anew, and what is left in the printer's buffer can never
//! become a whole slip by itself. Only after that point can the outcome be unknown.

use super::ear::{Ear, Word};
use super::line::{Line, Port, is_timeout};
use super::receipt::{CONFIRM, Script, confirm, flush, script, separate};
use super::status::{ASK_MAKER, DONE, QUESTIONS, TELL_CHANGES, judge, judge_change, question};
use super::{
    Capabilities, Outcome, Paper, PrintError, PrintJob, Printer, PrinterFault, PrinterStatus, Progress,
    Witness,
};
use crate::clock::SharedClock;
use std::fmt::Display;
use std::io;
use std::time::Duration;

/// For one status answer; printers answer in milliseconds.
const ANSWERING: Duration = Duration::from_millis(1200);
/// For a name; printers that do not know the question say nothing.
const NAMING: Duration = Duration::from_millis(400);
/// So long a printer may take no byte and give no sign before it counts as stopped.
const STALLED: Duration = Duration::from_secs(6);
/// So long it may cool its head: it says so, and so does the screen.
const COOLING: Duration = Duration::from_secs(60);
/// Between two looks.
const GLANCE: Duration = Duration::from_millis(300);

/// How the printer confirms what is on paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// By numbers sent back once something is on paper (`GS ( H`).
    Numbers,
    /// By an answer in order with the data (`GS r`).
    InOrder,
    /// Never a word.
    Nothing,
}

/// A receipt printer.
pub struct Receipt {
    port: Box<dyn Port>,
    paper: Paper,
    clock: SharedClock,
    /// `None` until it has been asked.
    says: Option<Says>,
    left: Left,
}

/// What an earlier job may have left at the printer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Left {
    Nothing,
    /// Half a command: this program has just started, and the one before may have been cut off.
    HalfACommand,
    /// That, and half a slip.
    HalfASlip,
}

impl Receipt {
    /// `says` overrides what the printer is asked for.
    pub fn new(port: Box<dyn Port>, paper: Paper, says: Option<Says>, clock: SharedClock) -> Receipt {
        Receipt { port, paper, clock, says, left: Left::HalfACommand }
    }

    fn fault(&self, fault: PrinterFault, detail: impl Display) -> PrintError {
        PrintError::Fault { printer: self.port.name(), fault, detail: detail.to_string() }
    }

    fn connect(&mut self) -> Result<Talk, PrintError> {
        match self.port.connect() {
            Ok(line) => Ok(Talk::new(line, self.clock.clone())),
            Err(e) if is_timeout(&e) => Err(self.fault(PrinterFault::Unreachable, "no answer in time")),
            Err(e) => Err(self.fault(PrinterFault::Unreachable, e)),
        }
    }

    /// Asks how it is; what is no printer does not answer so.
    fn ask(&self, talk: &mut Talk) -> Result<PrinterStatus, PrintError> {
        let answers = talk.ask().map_err(|e| {
            let mute = "it takes the connection but does not answer as a printer";
            let why = if is_timeout(&e) { mute.to_owned() } else { e.to_string() };
            self.fault(PrinterFault::Unreachable, why)
        })?;
        judge(answers).map_err(|why| self.fault(PrinterFault::Other, why))
    }

    /// How it confirms: only one maker's printers are known to send numbers back; others may print the question.
    fn says(&mut self, talk: &mut Talk) -> Says {
        if let Some(says) = self.says {
            return says;
        }
        let maker = talk.name(&ASK_MAKER).unwrap_or_default();
        let says = if maker.eq_ignore_ascii_case("epson") { Says::Numbers } else { Says::InOrder };
        tracing::debug!(printer = self.port.name(), maker, ?says, "how it confirms");
        self.says = Some(says);
        says
    }

    fn run(
        &mut self,
        talk: &mut Talk,
        says: Says,
        script: &Script,
        witness: &mut dyn Witness,
    ) -> Result<Option<PrinterFault>, Broken> {
        let mut start = Vec::new();
        if self.left != Left::Nothing {
            start.extend(flush(self.paper.dots));
        }
        if self.left == Left::HalfASlip {
            start.extend(separate());
        }
        start.extend_from_slice(&script.start);
        if says != Says::Nothing {
            start.extend(TELL_CHANGES);
        }
        // From the first byte on something may be left, until the end is reached.
        self.left = Left::HalfASlip;
        // A number after each band, and one more after the cut.
        let numbers = if says == Says::Numbers { (script.bands.len() + 1) * CONFIRM } else { 0 };
        let bands: usize = script.bands.iter().map(Vec::len).sum();
        talk.total = start.len() + bands + script.finish.len() + numbers;
        talk.push(&start, witness)?;
        let Some((last, bands)) = script.bands.split_last() else { return Ok(None) };
        for (number, band) in bands.iter().enumerate() {
            talk.push(band, witness)?;
            if says == Says::Numbers {
                talk.push(&confirm(number as u16 + 1), witness)?;
            }
        }
        let before = bands.len() as u16;
        if before > 0 {
            talk.worked_off(says, before, witness)?;
        }
        if !witness.point_of_no_return("escpos") {
            return Err(Broken::NotWrittenDown);
        }
        let held_back = talk.sent;
        let whole = |talk: &Talk| talk.sent > held_back;
        // The number before the cut says that the slip is whole even where the cutter fails.
        let end = match says {
            Says::Numbers => [&last[..], &confirm(before + 1), &script.finish, &confirm(before + 2)].concat(),
            _ => [&last[..], &script.finish].concat(),
        };
        let ended = talk.push(&end, witness).and_then(|()| talk.worked_off(says, before + 2, witness));
        match ended {
            Ok(()) => Ok(None),
            Err(Broken::At(fault, _)) if talk.confirmed > before => Ok(Some(fault)),
            Err(Broken::At(fault, why)) if whole(talk) => Err(Broken::MayBeWhole(fault, why)),
            Err(other) => Err(other),
        }
    }
}

impl Printer for Receipt {
    fn name(&self) -> String {
        self.port.name()
    }

    fn status(&mut self) -> Result<PrinterStatus, PrintError> {
        let mut talk = self.connect()?;
        match self.says {
            Some(Says::Nothing) => Ok(PrinterStatus { fault: None, paper_low: false, confirmed: false }),
            _ => self.ask(&mut talk),
        }
    }

    fn capabilities(&mut self) -> Result<Capabilities, PrintError> {
        Ok(Capabilities::Receipt { dots: self.paper.dots })
    }

    fn print(&mut self, job: &PrintJob, witness: &mut dyn Witness) -> Result<Outcome, PrintError> {
        // Drawn before the printer is bothered: a slip that cannot be drawn wastes no paper.
        let script = script(&job.receipt.picture(self.paper)?);
        witness.progress(Progress::Connecting);
        let mut talk = self.connect()?;
        let mut says = Says::Nothing;
        if self.says != Some(Says::Nothing) {
            if let Some(fault) = self.ask(&mut talk)?.fault {
                return Err(self.fault(fault, ""));
            }
            says = self.says(&mut talk);
        }
        match self.run(&mut talk, says, &script, witness) {
            Ok(trouble) => {
                self.left = Left::Nothing;
                Ok(Outcome { confirmed: says != Says::Nothing, files: Vec::new(), trouble })
            }
            Err(broken) => {
                let (fault, detail, may_be_whole) = match broken {
                    Broken::MayBeWhole(fault, why) => (fault, why, true),
                    Broken::At(fault, why) => (fault, why, false),
                    Broken::NotWrittenDown => return Err(PrintError::NotWrittenDown),
                };
                let (printer, sent, total) = (self.port.name(), talk.sent, talk.total);
                Err(PrintError::Interrupted { printer, fault, sent, total, may_be_whole, detail })
            }
        }
    }
}

/// Why a print broke off.
enum Broken {
    /// Known not to be whole.
    At(PrinterFault, String),
    MayBeWhole(PrinterFault, String),
    NotWrittenDown,
}

/// An open line, and what was heard on it.
struct Talk {
    line: Box<dyn Line>,
    clock: SharedClock,
    ear: Ear,
    fault: Option<PrinterFault>,
    /// The highest number that came back.
    confirmed: u16,
    /// Answers in order that came.
    in_order: u32,
    sent: usize,
    total: usize,
}

impl Talk {
    fn new(line: Box<dyn Line>, clock: SharedClock) -> Talk {
        Talk { line, clock, ear: Ear::default(), fault: None, confirmed: 0, in_order: 0, sent: 0, total: 0 }
    }

    /// The next word within a time.
    fn hear(&mut self, within: Duration) -> io::Result<Option<Word>> {
        let until = self.clock.monotonic() + within;
        loop {
            let left = until.saturating_sub(self.clock.monotonic());
            match self.line.read(left) {
                Ok(byte) => {
                    let Some(word) = self.ear.hear(byte) else { continue };
                    match &word {
                        Word::Changed(said) => self.fault = judge_change(*said).fault,
                        Word::Confirmed(number) => self.confirmed = self.confirmed.max(*number),
                        Word::InOrder => self.in_order += 1,
                        Word::RealTime(_) | Word::Name(_) => {}
                    }
                    return Ok(Some(word));
                }
                Err(e) if is_timeout(&e) => return Ok(None),
                Err(e) => return Err(e),
            }
        }
    }

    /// A short command outside the print; it is taken at once or not at all.
    fn say(&mut self, command: &[u8]) -> io::Result<()> {
        let mut rest = command;
        while !rest.is_empty() {
            let taken = self.line.write(rest, ANSWERING)?;
            rest = rest.get(taken..).unwrap_or_default();
        }
        Ok(())
    }

    /// Asks the four questions, one after the other.
    fn ask(&mut self) -> io::Result<[u8; 4]> {
        let mut answers = [0; 4];
        for (request, answer) in QUESTIONS.into_iter().zip(&mut answers) {
            self.say(&question(request))?;
            let until = self.clock.monotonic() + ANSWERING;
            *answer = loop {
                let left = until.saturating_sub(self.clock.monotonic());
                match self.hear(left)? {
                    Some(Word::RealTime(byte)) => break byte,
                    Some(_) => {}
                    None => return Err(super::line::timed_out()),
                }
            };
        }
        Ok(answers)
    }

    /// Asks for a name; nothing where it does not say one.
    fn name(&mut self, question: &[u8]) -> Option<String> {
        self.say(question).ok()?;
        let until = self.clock.monotonic() + NAMING;
        loop {
            let left = until.saturating_sub(self.clock.monotonic());
            if let Word::Name(name) = self.hear(left).ok()?? {
                return Some(name);
            }
        }
    }

    /// Hands bytes over, listening while there is no room for them.
    fn push(&mut self, bytes: &[u8], witness: &mut dyn Witness) -> Result<(), Broken> {
        let mut rest = bytes;
        let mut quiet_since = self.clock.monotonic();
        while !rest.is_empty() {
            match self.line.write(rest, GLANCE) {
                Ok(taken) => {
                    self.sent += taken;
                    rest = rest.get(taken..).unwrap_or_default();
                    quiet_since = self.clock.monotonic();
                    witness.progress(Progress::Sending { done: self.sent, of: self.total });
                }
                Err(e) if is_timeout(&e) => self.bear(quiet_since, witness)?,
                Err(e) => return Err(Broken::At(PrinterFault::Unreachable, e.to_string())),
            }
            while self.hear(Duration::ZERO).map_err(gone)?.is_some() {}
            self.stop_if_broken()?;
        }
        Ok(())
    }

    /// Waits until the printer has worked off what it has.
    fn worked_off(&mut self, says: Says, number: u16, witness: &mut dyn Witness) -> Result<(), Broken> {
        let wanted = self.in_order + 1;
        match says {
            Says::Nothing => return Ok(()),
            Says::InOrder => self.say(&DONE).map_err(gone)?,
            Says::Numbers => {}
        }
        let mut quiet_since = self.clock.monotonic();
        let mut known = self.confirmed;
        loop {
            let done = match says {
                Says::Numbers => self.confirmed >= number,
                _ => self.in_order >= wanted,
            };
            if done {
                return Ok(());
            }
            self.hear(GLANCE).map_err(gone)?;
            if self.confirmed > known {
                (known, quiet_since) = (self.confirmed, self.clock.monotonic());
            }
            self.stop_if_broken()?;
            self.bear(quiet_since, witness)?;
        }
    }

    /// Nothing moves: says so where the head cools, asks what is wrong where the printer says nothing by itself, and gives
    /// up in time.
    fn bear(&mut self, quiet_since: Duration, witness: &mut dyn Witness) -> Result<(), Broken> {
        let quiet = self.clock.monotonic().saturating_sub(quiet_since);
        if self.fault == Some(PrinterFault::HeadHot) {
            witness.progress(Progress::Paused(PrinterFault::HeadHot));
            if quiet < COOLING {
                return Ok(());
            }
        } else if quiet < STALLED {
            return Ok(());
        }
        // A question may be taken even where print data is not.
        let answers = self.ask();
        self.stop_if_broken()?;
        match answers.map(judge) {
            Ok(Ok(PrinterStatus { fault: Some(fault), .. })) => Err(Broken::At(fault, String::new())),
            Err(e) if !is_timeout(&e) => Err(gone(e)),
            _ => Err(Broken::At(PrinterFault::Offline, "it takes nothing and does not say why".to_owned())),
        }
    }

    fn stop_if_broken(&self) -> Result<(), Broken> {
        match self.fault {
            None | Some(PrinterFault::HeadHot) => Ok(()),
            Some(fault) => Err(Broken::At(fault, String::new())),
        }
    }
}

#[allow(clippy::needless_pass_by_value, reason = "given to map_err")]
fn gone(error: io::Error) -> Broken {
    Broken::At(PrinterFault::Unreachable, error.to_string())
}
