//! `ipp://HOST:PORT/PATH`: a card printer that speaks IPP, or a queue of CUPS. The printer is asked what it takes, the job is
//! followed to its end, and a queue that stopped is started again once the cause is gone.
//!
//! A job is made first and filled afterwards (Create-Job, Send-Document), so its number is on disk before a page can come
//! out: after a power cut the printer itself is asked what became of it.

mod client;
mod follow;
mod pwg;
mod takes;

pub use client::queues;

use super::{
    Capabilities, Fate, Outcome, PrintError, PrintJob, Printer, PrinterFault, PrinterStatus, Progress,
    Witness,
};
use crate::clock::SharedClock;
use client::{Client, Trouble};
use follow::{End, Following, GLANCE, Queue};
use std::fmt::Display;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;
use takes::{Documents, Form, JobPhase, Takes};

/// So long a job of before the power cut is waited for.
const LOOKING_UP: Duration = Duration::from_secs(12);

/// A printer that speaks IPP.
pub struct Ipp {
    uri: String,
    client: Client,
    clock: SharedClock,
    /// It has counted the sides of an earlier job.
    counts: bool,
}

impl Ipp {
    /// `None` where the address is none.
    pub fn new(uri: &str, clock: SharedClock) -> Option<Ipp> {
        Some(Ipp { uri: uri.to_owned(), client: Client::new(uri)?, clock, counts: false })
    }

    fn fault(&self, fault: PrinterFault, detail: impl Display) -> PrintError {
        PrintError::Fault { printer: self.uri.clone(), fault, detail: detail.to_string() }
    }

    fn ask(&self) -> Result<Takes, PrintError> {
        match self.client.printer() {
            Ok(takes) => Ok(takes),
            Err(Trouble::Refused(why)) => Err(PrintError::Refused { printer: self.uri.clone(), why }),
            Err(Trouble::Busy(why)) => Err(self.fault(PrinterFault::Offline, why)),
            Err(Trouble::Silent(why)) => Err(self.fault(PrinterFault::Unreachable, why)),
        }
    }

    /// Asks, and starts a queue that stands still for no reason that is left.
    fn roused(&self) -> Result<Takes, PrintError> {
        let takes = self.ask()?;
        if !takes.stopped {
            return Ok(takes);
        }
        if takes.fault.is_none() {
            self.restart();
            let again = self.ask()?;
            if !again.stopped {
                return Ok(again);
            }
        }
        Err(self.fault(takes.fault.unwrap_or(PrinterFault::Offline), &takes.reasons))
    }

    fn restart(&self) {
        match self.client.resume() {
            Ok(()) => tracing::info!(printer = self.uri, "the queue stood still and was started again"),
            Err(why) => {
                tracing::warn!(printer = self.uri, %why, "the queue stands still and cannot be started");
            }
        }
    }

    /// Sends the documents beside the following, so that a printer that takes them slowly is watched meanwhile.
    fn send(&self, id: i32, documents: Documents) -> Receiver<Result<(), Trouble>> {
        let (told, answers) = channel();
        let client = self.client.clone();
        let sending = move || {
            let mime = documents.form.mime();
            let count = documents.pages.len();
            for (number, page) in documents.pages.into_iter().enumerate() {
                let answer = client.send(id, mime, page, number + 1 == count);
                let failed = answer.is_err();
                // Who has stopped listening has seen the job's end.
                if told.send(answer).is_err() || failed {
                    return;
                }
            }
        };
        if let Err(error) = std::thread::Builder::new().name("ipp-documents".to_owned()).spawn(sending) {
            tracing::error!(%error, "no thread to send a document");
        }
        answers
    }
}

fn status_of(takes: &Takes) -> PrinterStatus {
    let fault = if takes.stopped { takes.fault.or(Some(PrinterFault::Offline)) } else { None };
    PrinterStatus { fault, paper_low: takes.low, confirmed: true }
}

impl Printer for Ipp {
    fn name(&self) -> String {
        self.uri.clone()
    }

    fn status(&mut self) -> Result<PrinterStatus, PrintError> {
        Ok(status_of(&self.ask()?))
    }

    fn ready(&mut self) -> Result<PrinterStatus, PrintError> {
        let takes = self.ask()?;
        if takes.stopped && takes.fault.is_none() {
            self.restart();
            return self.status();
        }
        Ok(status_of(&takes))
    }

    fn capabilities(&mut self) -> Result<Capabilities, PrintError> {
        Ok(Capabilities::Card { both_sides: self.ask()?.duplex })
    }

    fn print(&mut self, job: &PrintJob, witness: &mut dyn Witness) -> Result<Outcome, PrintError> {
        witness.progress(Progress::Connecting);
        let takes = self.roused()?;
        let refuse = |why: String| PrintError::Refused { printer: self.uri.clone(), why };
        let documents = takes.documents(job).map_err(refuse)?;
        let sides = match documents.form {
            Form::Pdf if job.sides.is_empty() => 1,
            _ => job.sides.len().max(1) as u32,
        };
        let refused = |trouble: Trouble| match trouble {
            Trouble::Refused(why) => PrintError::Refused { printer: self.uri.clone(), why },
            Trouble::Busy(why) => self.fault(PrinterFault::Offline, why),
            Trouble::Silent(why) => self.fault(PrinterFault::Unreachable, why),
        };
        // Nothing can come out of a job without a document.
        let id = self.client.create(&job.title, &takes, job).map_err(refused)?;
        if !witness.point_of_no_return(&format!("ipp {id}")) {
            let _ = self.client.cancel(id);
            return Err(PrintError::NotWrittenDown);
        }
        let following = Following {
            queue: &self.client,
            clock: &self.clock,
            id,
            sides,
            counts: self.counts,
            sending: self.send(id, documents),
        };
        match following.run(witness) {
            End::Completed { counts } => {
                self.counts |= counts;
                Ok(Outcome { confirmed: true, files: Vec::new(), trouble: None })
            }
            End::Refused(why) => Err(PrintError::Refused { printer: self.uri.clone(), why }),
            End::Broken { fault, may_be_whole, detail } => {
                let (printer, total) = (self.uri.clone(), sides as usize);
                Err(PrintError::Interrupted { printer, fault, sent: 0, total, may_be_whole, detail })
            }
        }
    }

    fn look_up(&mut self, trace: &str) -> Option<Fate> {
        let id = trace.strip_prefix("ipp ")?.parse().ok()?;
        let until = self.clock.monotonic() + LOOKING_UP;
        loop {
            let job = self.client.job(id).ok()?;
            match job.phase {
                JobPhase::Completed => return Some(Fate::Printed),
                JobPhase::Canceled | JobPhase::Aborted => {
                    // A count of zero says nothing here: many queues never count.
                    return (!job.began()).then_some(Fate::NotPrinted);
                }
                // Its person has gone: it must not come out now.
                JobPhase::Waiting | JobPhase::Stopped => {
                    self.client.cancel(id).ok()?;
                }
                JobPhase::Processing => {}
            }
            if self.clock.monotonic() > until {
                return None;
            }
            std::thread::sleep(GLANCE);
        }
    }
}
