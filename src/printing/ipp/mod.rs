//! `ipp://HOST:PORT/PATH`: a card printer that speaks IPP, or a queue of CUPS. The printer is asked what it takes, the job is
//! followed to its end, and a queue that stopped is started again once the cause is gone.
//!
//! A job is made first and filled afterwards (Create-Job, Send-Document), so its number is on disk before a page can come
//! out: after a power cut the printer itself is asked what became of it.

mod client;
mod pwg;
mod takes;

pub use client::queues;

use super::{
    Capabilities, Fate, Outcome, PrintError, PrintJob, Printer, PrinterFault, PrinterStatus, Progress,
    Witness,
};
use crate::clock::SharedClock;
use client::{Client, Trouble};
use std::fmt::Display;
use std::time::Duration;
use takes::{Form, JobPhase, JobView, Takes};

/// Between two looks at a job.
const GLANCE: Duration = Duration::from_millis(400);
/// So long the printer may not answer before nobody can say what becomes of the job.
const SILENT: Duration = Duration::from_secs(10);
/// Between two tries to start a stopped queue.
const RESTARTING: Duration = Duration::from_secs(3);
/// So long a job of before the power cut is waited for.
const LOOKING_UP: Duration = Duration::from_secs(12);

/// A printer that speaks IPP.
pub struct Ipp {
    uri: String,
    client: Client,
    clock: SharedClock,
}

impl Ipp {
    /// `None` where the address is none.
    pub fn new(uri: &str, clock: SharedClock) -> Option<Ipp> {
        Some(Ipp { uri: uri.to_owned(), client: Client::new(uri)?, clock })
    }

    fn fault(&self, fault: PrinterFault, detail: impl Display) -> PrintError {
        PrintError::Fault { printer: self.uri.clone(), fault, detail: detail.to_string() }
    }

    fn ask(&self) -> Result<Takes, PrintError> {
        match self.client.printer() {
            Ok(takes) => Ok(takes),
            Err(Trouble::Refused(why)) => Err(PrintError::Refused { printer: self.uri.clone(), why }),
            Err(Trouble::Silent(why)) => Err(self.fault(PrinterFault::Unreachable, why)),
        }
    }

    /// Asks, and starts a queue that stands still for no reason that is left.
    fn ready(&self) -> Result<Takes, PrintError> {
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

    /// What was sent and did not come to a good end.
    fn broken(
        &self,
        fault: PrinterFault,
        may_be_whole: bool,
        sides: usize,
        detail: impl Display,
    ) -> PrintError {
        let (printer, detail) = (self.uri.clone(), detail.to_string());
        PrintError::Interrupted { printer, fault, sent: 0, total: sides, may_be_whole, detail }
    }

    /// Follows a job to its end.
    fn follow(&self, id: i32, sides: u32, witness: &mut dyn Witness) -> Result<Outcome, PrintError> {
        let of = sides as usize;
        let mut heard = self.clock.monotonic();
        let mut restarted = Duration::ZERO;
        let mut shown = None;
        loop {
            let now = self.clock.monotonic();
            let job = match self.client.job(id) {
                Ok(job) => job,
                Err(Trouble::Refused(why)) => return Err(self.broken(PrinterFault::Other, true, of, why)),
                Err(Trouble::Silent(why)) if now.saturating_sub(heard) > SILENT => {
                    return Err(self.broken(PrinterFault::Unreachable, true, of, why));
                }
                Err(Trouble::Silent(_)) => {
                    std::thread::sleep(GLANCE);
                    continue;
                }
            };
            heard = now;
            let whole = job.impressions.is_none_or(|printed| printed >= sides);
            match job.phase {
                JobPhase::Completed => {
                    return Ok(Outcome { confirmed: true, files: Vec::new(), trouble: None });
                }
                JobPhase::Canceled | JobPhase::Aborted => {
                    let takes = self.client.printer().ok();
                    let fault = takes.and_then(|takes| takes.complaint).unwrap_or(PrinterFault::Other);
                    return Err(self.broken(fault, whole && job.began(), of, &job.reasons));
                }
                JobPhase::Waiting | JobPhase::Processing | JobPhase::Stopped => {}
            }
            let side = (job.impressions.unwrap_or(0) + 1).min(sides.max(1));
            let mut progress = Progress::Side { side, of: sides };
            if let Ok(takes) = self.client.printer()
                && (takes.stopped || job.phase == JobPhase::Stopped)
            {
                progress = Progress::Paused(takes.fault.unwrap_or(PrinterFault::Offline));
                if takes.stopped && takes.fault.is_none() && now.saturating_sub(restarted) > RESTARTING {
                    restarted = now;
                    self.restart();
                }
                if !witness.is_wanted() {
                    return Err(self.withdraw(id, sides, takes.fault));
                }
            }
            if shown != Some(progress) {
                witness.progress(progress);
                shown = Some(progress);
            }
            std::thread::sleep(GLANCE);
        }
    }

    /// Takes a job back, so that it does not come out an hour later for nobody.
    fn withdraw(&self, id: i32, sides: u32, fault: Option<PrinterFault>) -> PrintError {
        let gone = self.client.cancel(id);
        let job = self.client.job(id).ok();
        let over = job.as_ref().is_some_and(JobView::is_over);
        let printed = job.as_ref().and_then(|job| job.impressions);
        let may_be_whole = !(gone.is_ok() && over && printed.is_some_and(|printed| printed < sides));
        self.broken(fault.unwrap_or(PrinterFault::Offline), may_be_whole, sides as usize, "taken back")
    }
}

impl Printer for Ipp {
    fn name(&self) -> String {
        self.uri.clone()
    }

    fn status(&mut self) -> Result<PrinterStatus, PrintError> {
        let takes = self.ask()?;
        let fault = if takes.stopped { takes.fault.or(Some(PrinterFault::Offline)) } else { None };
        Ok(PrinterStatus { fault, paper_low: takes.low, confirmed: true })
    }

    fn capabilities(&mut self) -> Result<Capabilities, PrintError> {
        Ok(Capabilities::Card { both_sides: self.ask()?.duplex })
    }

    fn print(&mut self, job: &PrintJob, witness: &mut dyn Witness) -> Result<Outcome, PrintError> {
        witness.progress(Progress::Connecting);
        let takes = self.ready()?;
        let refuse = |why: String| PrintError::Refused { printer: self.uri.clone(), why };
        let documents = takes.documents(job).map_err(refuse)?;
        let sides = match documents.form {
            Form::Pdf if job.sides.is_empty() => 1,
            _ => job.sides.len().max(1) as u32,
        };
        let refused = |trouble: Trouble| match trouble {
            Trouble::Refused(why) => PrintError::Refused { printer: self.uri.clone(), why },
            Trouble::Silent(why) => self.fault(PrinterFault::Unreachable, why),
        };
        // Nothing can come out of a job without a document.
        let id = self.client.create(&job.title, &takes, job).map_err(refused)?;
        if !witness.point_of_no_return(&format!("ipp {id}")) {
            let _ = self.client.cancel(id);
            return Err(PrintError::NotWrittenDown);
        }
        let count = documents.pages.len();
        for (number, page) in documents.pages.into_iter().enumerate() {
            match self.client.send(id, documents.form.mime(), page, number + 1 == count) {
                Ok(()) => {}
                Err(Trouble::Refused(why)) => {
                    let _ = self.client.cancel(id);
                    return Err(refuse(why));
                }
                // The answer may be lost and the document there: the job itself says.
                Err(Trouble::Silent(why)) => {
                    tracing::warn!(printer = self.uri, why, "no answer to a document");
                }
            }
        }
        self.follow(id, sides, witness)
    }

    fn look_up(&mut self, trace: &str) -> Option<Fate> {
        let id = trace.strip_prefix("ipp ")?.parse().ok()?;
        let until = self.clock.monotonic() + LOOKING_UP;
        loop {
            let job = self.client.job(id).ok()?;
            match job.phase {
                JobPhase::Completed => return Some(Fate::Printed),
                JobPhase::Canceled | JobPhase::Aborted => {
                    return (job.impressions == Some(0) || !job.began()).then_some(Fate::NotPrinted);
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
