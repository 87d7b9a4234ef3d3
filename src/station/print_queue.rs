//! Station: one print from its order to its end, over one or two printers. Each state is on disk
//! before what it names happens; nothing is begun again that may have come out whole; nothing waits
//! longer than its person.
//!
//! Knows no screen: the station's worker and `anjungan print` follow the same queue.

use std::time::Duration;

use data_encoding::HEXLOWER;

use super::faults::{of_printer, of_printer_fault};
use crate::clock::{SharedClock, random_bytes};
use crate::printing::{self, Fate, Offset, PrintError, PrintJob, Printer, PrinterStatus, Progress, Witness};
use crate::protocol::{OutboxItem, OutboxKind, PrintOutcome, Printed};
use crate::session::Fault;
use crate::session::print_job::{JobState, Share};
use crate::store::{self, JobEnd, JobStore, NewJob, StoreError};

/// Between two looks at a printer that cannot print.
const LOOKING: Duration = Duration::from_secs(1);

/// A printer that breaks off so often with the same job wastes paper: somebody must look.
const ATTEMPTS: u32 = 3;

/// A printer, and by how much it shifts.
pub struct Device {
    pub printer: Box<dyn Printer>,
    pub offset: Offset,
}

impl Device {
    pub fn open(uri: &str, clock: &SharedClock) -> Result<Device, PrintError> {
        Ok(Device { printer: printing::open(uri, clock)?, offset: printing::offset(uri)? })
    }
}

/// One print to be made.
pub struct Order<'a> {
    pub id: String,
    pub print_id: String,
    /// Of the issue; a print of none (a test card) is reported to nobody.
    pub serial: Option<String>,
    pub options: String,
    pub sealed_picture: Vec<u8>,
    /// Draws it for a printer that shifts by so much.
    pub draw: &'a dyn Fn(Offset) -> Result<PrintJob, Fault>,
}

impl<'a> Order<'a> {
    /// Of no issue, and with nothing to be drawn anew after a power cut.
    pub fn of_no_issue(print_id: &str, draw: &'a dyn Fn(Offset) -> Result<PrintJob, Fault>) -> Order<'a> {
        Order {
            id: HEXLOWER.encode(&random_bytes::<16>()),
            print_id: print_id.to_owned(),
            serial: None,
            options: "{}".to_owned(),
            sealed_picture: Vec::new(),
            draw,
        }
    }
}

/// Who waits for a print.
pub trait Follower {
    /// Where it stands now.
    fn stands(&mut self, state: JobState);

    /// Whether anybody still waits.
    fn wants(&mut self) -> bool;

    /// Lets time pass.
    fn rest(&mut self, how_long: Duration);
}

pub struct PrintQueue<S> {
    pub store: S,
    /// The one that is asked first stands first.
    pub devices: Vec<Device>,
    pub clock: SharedClock,
    /// So long a job waits for its printer.
    pub patience: Duration,
}

impl<S: JobStore> PrintQueue<S> {
    /// How the printers are; the first one's word, or the word of one that can print. A queue that only stands still is
    /// started.
    pub fn status(&mut self) -> Option<Result<PrinterStatus, PrintError>> {
        let mut first = None;
        for device in &mut self.devices {
            let status = device.printer.ready();
            if status.as_ref().is_ok_and(|status| status.fault.is_none()) {
                return Some(status);
            }
            first.get_or_insert(status);
        }
        first
    }

    /// Carries a print to its end.
    pub fn run(&mut self, order: &Order<'_>, follower: &mut dyn Follower) -> JobState {
        let new = NewJob {
            id: order.id.clone(),
            print_id: order.print_id.clone(),
            serial: order.serial.clone().unwrap_or_default(),
            options: order.options.clone(),
            sealed_picture: order.sealed_picture.clone(),
        };
        // Nothing has left yet: a job that cannot be written down is not begun.
        if let Err(error) = self.store.add_job(&new, self.clock.now()) {
            tracing::error!(%error, "the print job cannot be written down");
            return JobState::Failed(Fault::PrinterTrouble);
        }
        follower.stands(JobState::Queued);
        let state = self.pursue(order, follower);
        if let Err(error) = self.write_end(order, &state) {
            // What came out came out, whatever the disk says; a job that still stands as being sent
            // is a question to the staff at the next start.
            tracing::error!(%error, "the end of a print job cannot be written down");
        }
        state.state
    }

    fn pursue(&mut self, order: &Order<'_>, follower: &mut dyn Follower) -> End {
        let begun = self.clock.monotonic();
        let mut attempts = 0;
        let mut fault = Fault::PrintDropped;
        let mut logged = String::new();
        loop {
            let waited = self.clock.monotonic().saturating_sub(begun);
            if !follower.wants() || waited >= self.patience {
                return End::failed(fault, "dropped: nobody waits");
            }
            fault = match self.ready() {
                Ok(device) => {
                    attempts += 1;
                    match self.attempt(device, order, follower) {
                        Attempt::Over(end) => return end,
                        Attempt::Again(fault, code) if attempts >= ATTEMPTS => {
                            return End::failed(fault, code);
                        }
                        Attempt::Again(fault, _) => fault,
                    }
                }
                // A printer that stays away is no news every second.
                Err(error) if error.is_passing() && error.to_string() == logged => {
                    of_printer_fault(error.fault())
                }
                Err(error) if error.is_passing() => {
                    logged = error.to_string();
                    of_printer(&error)
                }
                Err(error) => return End::failed(of_printer(&error), error.code()),
            };
            follower.stands(JobState::Waiting(fault));
            follower.rest(LOOKING);
        }
    }

    /// The first printer that can print; otherwise what is wrong with the first one.
    fn ready(&mut self) -> Result<usize, PrintError> {
        let mut wrong = None;
        for (at, device) in self.devices.iter_mut().enumerate() {
            let error = match device.printer.ready() {
                Ok(PrinterStatus { fault: None, .. }) => return Ok(at),
                Ok(PrinterStatus { fault: Some(fault), .. }) => {
                    PrintError::Fault { printer: device.printer.name(), fault, detail: String::new() }
                }
                Err(error) => error,
            };
            wrong.get_or_insert(error);
        }
        Err(wrong.unwrap_or_else(|| PrintError::Fault {
            printer: "(none)".to_owned(),
            fault: printing::PrinterFault::Unreachable,
            detail: "no printer is configured".to_owned(),
        }))
    }

    fn attempt(&mut self, at: usize, order: &Order<'_>, follower: &mut dyn Follower) -> Attempt {
        let Some(device) = self.devices.get_mut(at) else {
            return Attempt::Over(End::failed(Fault::PrinterOffline, "printer-unreachable"));
        };
        let job = match (order.draw)(device.offset) {
            Ok(job) => job,
            Err(fault) => return Attempt::Over(End::failed(fault, "print-form")),
        };
        if let Err(error) = self.store.job_sending(&order.id, self.clock.now()) {
            tracing::error!(%error, "the print job cannot be written down");
            return Attempt::Over(End::failed(Fault::PrinterTrouble, "print-disk"));
        }
        follower.stands(JobState::Sending(Share::default()));
        let name = device.printer.name();
        let mut notes = Notes {
            store: &mut self.store,
            clock: &self.clock,
            id: &order.id,
            printer: name,
            begun: self.clock.monotonic(),
            patience: self.patience,
            shown: JobState::Sending(Share::default()),
            follower,
        };
        let error = match device.printer.print(&job, &mut notes) {
            Ok(outcome) => {
                if let Some(trouble) = outcome.trouble {
                    tracing::warn!(?trouble, "the print is whole; the printer wants to be looked at");
                }
                return Attempt::Over(if outcome.confirmed { End::PRINTED } else { End::SENT });
            }
            Err(error) => error,
        };
        let fault = of_printer(&error);
        if error.may_be_whole() {
            return Attempt::Over(End { state: JobState::Unknown, cause: error.code() });
        }
        if !error.is_passing() {
            return Attempt::Over(End::failed(fault, error.code()));
        }
        match self.store.job_waiting(&order.id, error.code(), self.clock.now()) {
            Ok(()) => Attempt::Again(fault, error.code()),
            Err(disk) => {
                tracing::error!(error = %disk, "the print job cannot be written down");
                Attempt::Over(End::failed(fault, error.code()))
            }
        }
    }

    fn write_end(&mut self, order: &Order<'_>, end: &End) -> Result<(), StoreError> {
        let now = self.clock.now();
        let (job_end, outcome) = match end.state {
            JobState::Printed => (JobEnd::Printed, PrintOutcome::Printed),
            JobState::Sent => (JobEnd::Sent, PrintOutcome::Sent),
            JobState::Unknown => return self.store.job_unknown(&order.id, end.cause, now),
            _ => (JobEnd::Failed { cause: end.cause }, PrintOutcome::Failed),
        };
        let serial = order.serial.as_deref().unwrap_or_default();
        let report = self.report(&order.print_id, serial, outcome);
        self.store.end_job(&order.id, job_end, report.as_ref(), now)
    }

    /// What the server is told; nothing of a print of no issue.
    fn report(&self, print_id: &str, serial: &str, outcome: PrintOutcome) -> Option<OutboxItem> {
        (!serial.is_empty()).then(|| OutboxItem {
            id: HEXLOWER.encode(&random_bytes::<16>()),
            happened_at: self.clock.now(),
            kind: OutboxKind::Printed(Printed {
                print_id: print_id.to_owned(),
                serial: serial.to_owned(),
                outcome,
            }),
        })
    }

    /// After a start. Jobs that waited are dropped: a card must not come out an hour later for
    /// nobody. Of those that were being sent, the ones that cannot have become whole have failed;
    /// of the others the printer is asked; what it cannot say is a question to the staff. Says how
    /// many questions there are.
    pub fn settle(&mut self) -> Result<usize, StoreError> {
        let now = self.clock.now();
        let mut questions = 0;
        self.store.recover(now)?;
        for job in self.store.open_jobs()? {
            let end = match (job.state, &job.trace) {
                (store::JobState::Queued, _) => Some(JobEnd::Failed { cause: "dropped: power was cut" }),
                (store::JobState::Unknown, None) if job.cause.as_deref() == Some("interrupted") => {
                    Some(JobEnd::Failed { cause: "power was cut before it could be whole" })
                }
                (store::JobState::Unknown, Some(trace)) => match self.look_up(trace) {
                    Some(Fate::Printed) => Some(JobEnd::Printed),
                    Some(Fate::NotPrinted) => Some(JobEnd::Failed { cause: "the printer says: not printed" }),
                    None => None,
                },
                _ => None,
            };
            let Some(end) = end else {
                questions += 1;
                continue;
            };
            let outcome = match end {
                JobEnd::Printed => PrintOutcome::Printed,
                _ => PrintOutcome::Failed,
            };
            let report = self.report(&job.print_id, &job.serial, outcome);
            self.store.end_job(&job.id, end, report.as_ref(), now)?;
        }
        Ok(questions)
    }

    /// A trace is the printer's address, a line feed, and what its driver left.
    fn look_up(&mut self, trace: &str) -> Option<Fate> {
        let (address, left) = trace.split_once('\n')?;
        self.devices
            .iter_mut()
            .find(|device| device.printer.name() == address)
            .and_then(|device| device.printer.look_up(left))
    }
}

/// How a print ended, and why.
struct End {
    state: JobState,
    cause: &'static str,
}

impl End {
    const PRINTED: End = End { state: JobState::Printed, cause: "" };
    const SENT: End = End { state: JobState::Sent, cause: "" };

    fn failed(fault: Fault, cause: &'static str) -> End {
        End { state: JobState::Failed(fault), cause }
    }
}

enum Attempt {
    Over(End),
    /// Nothing whole came out, nor will.
    Again(Fault, &'static str),
}

/// Writes down what the driver says, and passes it on.
struct Notes<'a, S> {
    store: &'a mut S,
    clock: &'a SharedClock,
    id: &'a str,
    printer: String,
    begun: Duration,
    patience: Duration,
    shown: JobState,
    follower: &'a mut dyn Follower,
}

impl<S: JobStore> Witness for Notes<'_, S> {
    fn progress(&mut self, progress: Progress) {
        let state = match progress {
            Progress::Connecting => JobState::Sending(Share::default()),
            Progress::Sending { done, of } => {
                let percent = (done * 100).checked_div(of).unwrap_or(0).min(100) as u8;
                JobState::Sending(Share { percent, side: 0, sides: 0 })
            }
            Progress::Side { side, of } => {
                let small = |number: u32| u8::try_from(number).unwrap_or(u8::MAX);
                JobState::Sending(Share { percent: 0, side: small(side), sides: small(of) })
            }
            Progress::Paused(fault) => JobState::Waiting(of_printer_fault(fault)),
        };
        // A screen need not be told of each per cent.
        let news = match (self.shown, state) {
            (JobState::Sending(before), JobState::Sending(now)) => {
                before.side != now.side || now.percent.abs_diff(before.percent) >= 5
            }
            (before, now) => before != now,
        };
        if news {
            self.shown = state;
            self.follower.stands(state);
        }
    }

    fn point_of_no_return(&mut self, trace: &str) -> bool {
        let trace = format!("{}\n{trace}", self.printer);
        let written = self.store.job_trace(self.id, &trace, self.clock.now());
        if let Err(error) = &written {
            tracing::error!(%error, "a print was stopped: its trace cannot be written down");
        }
        written.is_ok()
    }

    fn is_wanted(&mut self) -> bool {
        self.clock.monotonic().saturating_sub(self.begun) < self.patience && self.follower.wants()
    }
}

#[cfg(test)]
mod tests;
