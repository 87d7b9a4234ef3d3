//! The print queue, as it survives a power cut.
//!
//! ```text
//! queued -> sending -> printed | sent | failed | unknown
//! sending -> queued            known not to have come out whole: paper, printer gone
//! unknown -> queued | printed | failed | spoiled      staff looked
//! printed | sent -> spoiled    staff were brought a bad one, and destroyed it
//! queued -> failed             given up
//! ```
//!
//! Each step also stands in the job's journal, in the same transaction.

use std::fmt;

use jiff::Timestamp;

use super::StoreError;
use crate::protocol::OutboxItem;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    Queued,
    /// Written before the first byte goes to the printer.
    Sending,
    Printed,
    /// Every byte went out, to a printer that does not say what became of it.
    Sent,
    Failed,
    /// The printer had it when the power or the connection went.
    Unknown,
    /// It came out unusable, and staff confirmed that they destroyed it.
    Spoiled,
}

impl JobState {
    pub const ALL: [JobState; 7] = [
        JobState::Queued,
        JobState::Sending,
        JobState::Printed,
        JobState::Sent,
        JobState::Failed,
        JobState::Unknown,
        JobState::Spoiled,
    ];

    pub fn word(self) -> &'static str {
        match self {
            JobState::Queued => "queued",
            JobState::Sending => "sending",
            JobState::Printed => "printed",
            JobState::Sent => "sent",
            JobState::Failed => "failed",
            JobState::Unknown => "unknown",
            JobState::Spoiled => "spoiled",
        }
    }

    pub fn parse(word: &str) -> Option<JobState> {
        JobState::ALL.into_iter().find(|state| state.word() == word)
    }

    pub fn ended(self) -> bool {
        matches!(self, JobState::Printed | JobState::Sent | JobState::Failed | JobState::Spoiled)
    }

    /// May a job go from `self` to `next`?
    pub fn allows(self, next: JobState) -> bool {
        use JobState::{Failed, Printed, Queued, Sending, Sent, Spoiled, Unknown};
        matches!(
            (self, next),
            (Queued | Unknown, Failed)
                | (Queued, Sending)
                | (Sending, Queued | Printed | Sent | Failed | Unknown)
                | (Unknown, Queued | Printed | Spoiled)
                | (Printed | Sent, Spoiled)
        )
    }
}

impl fmt::Display for JobState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// How a job ends. Its picture goes then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobEnd<'a> {
    Printed,
    Sent,
    Failed {
        cause: &'a str,
    },
    /// Only once staff have confirmed that the spoiled card is destroyed.
    Spoiled {
        cause: &'a str,
    },
}

/// A job to be queued.
#[derive(Clone, Debug)]
pub struct NewJob {
    pub id: String,
    /// Its own, so that a paper can be traced.
    pub print_id: String,
    /// Of the issue.
    pub serial: String,
    /// What the printing part wants to know (JSON; opaque here).
    pub options: String,
    /// HPKE to the station's sealing key: opens only with the staff secret.
    pub sealed_picture: Vec<u8>,
}

#[derive(Clone, PartialEq, Eq)]
pub struct PrintJob {
    pub id: String,
    pub print_id: String,
    pub serial: String,
    pub state: JobState,
    /// Why it waits, failed or is unknown.
    pub cause: Option<String>,
    pub options: String,
    /// What it left at its printer, written before the print can become whole: see
    /// [`JobStore::job_trace`]. `None`: what came out so far cannot be whole.
    pub trace: Option<String>,
    /// `None` once the job has ended.
    pub sealed_picture: Option<Vec<u8>>,
    pub queued_at: Timestamp,
    pub changed_at: Timestamp,
}

impl fmt::Debug for PrintJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrintJob")
            .field("id", &self.id)
            .field("serial", &self.serial)
            .field("state", &self.state)
            .field("cause", &self.cause)
            .field("picture", &self.sealed_picture.as_ref().map(Vec::len))
            .finish_non_exhaustive()
    }
}

/// One line of a job's journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalLine {
    pub at: Timestamp,
    pub state: JobState,
    pub cause: Option<String>,
}

pub trait JobStore {
    fn add_job(&mut self, job: &NewJob, now: Timestamp) -> Result<(), StoreError>;

    /// To be called, and to have returned, before the first byte goes to the printer.
    fn job_sending(&mut self, id: &str, now: Timestamp) -> Result<(), StoreError>;

    /// To be called, and to have returned, before a byte goes out after which the print could be
    /// whole. `trace` is how the printing part finds the job again at its printer (opaque here).
    fn job_trace(&mut self, id: &str, trace: &str, now: Timestamp) -> Result<(), StoreError>;

    /// Back into the queue: it is known not to be whole, or staff wants it once more.
    fn job_waiting(&mut self, id: &str, cause: &str, now: Timestamp) -> Result<(), StoreError>;

    /// Nobody can say what came out.
    fn job_unknown(&mut self, id: &str, cause: &str, now: Timestamp) -> Result<(), StoreError>;

    /// Ends a job: its picture goes, and the report enters the outbox in the same transaction.
    /// A print of no issue (a test card) is reported to nobody.
    fn end_job(
        &mut self,
        id: &str,
        end: JobEnd<'_>,
        report: Option<&OutboxItem>,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    fn job(&self, id: &str) -> Result<Option<PrintJob>, StoreError>;

    /// Jobs that have not ended, oldest first.
    fn open_jobs(&self) -> Result<Vec<PrintJob>, StoreError>;

    /// The newest jobs, ended or not, newest first; without their pictures.
    fn recent_jobs(&self, at_most: u32) -> Result<Vec<PrintJob>, StoreError>;

    /// Every step of a job, oldest first.
    fn journal(&self, id: &str) -> Result<Vec<JournalLine>, StoreError>;

    /// At start: what was being sent becomes unknown. Returns every unknown job; staff decides.
    fn recover(&mut self, now: Timestamp) -> Result<Vec<PrintJob>, StoreError>;
}
