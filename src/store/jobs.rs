//! The print queue, as it survives a power cut.
//!
//! ```text
//! queued -> sending -> printed | failed | unknown
//! sending -> queued            nothing came out: paper, printer gone
//! unknown -> queued | printed | failed      staff looked
//! queued -> failed             given up
//! ```

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
    Failed,
    /// The printer had it when the power or the connection went.
    Unknown,
}

impl JobState {
    pub const ALL: [JobState; 5] =
        [JobState::Queued, JobState::Sending, JobState::Printed, JobState::Failed, JobState::Unknown];

    pub fn word(self) -> &'static str {
        match self {
            JobState::Queued => "queued",
            JobState::Sending => "sending",
            JobState::Printed => "printed",
            JobState::Failed => "failed",
            JobState::Unknown => "unknown",
        }
    }

    pub fn parse(word: &str) -> Option<JobState> {
        JobState::ALL.into_iter().find(|state| state.word() == word)
    }

    pub fn ended(self) -> bool {
        matches!(self, JobState::Printed | JobState::Failed)
    }

    /// May a job go from `self` to `next`?
    pub fn allows(self, next: JobState) -> bool {
        use JobState::{Failed, Printed, Queued, Sending, Unknown};
        matches!(
            (self, next),
            (Queued | Unknown, Failed)
                | (Queued, Sending)
                | (Sending, Queued | Printed | Failed | Unknown)
                | (Unknown, Queued | Printed)
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
    Failed { cause: &'a str },
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

pub trait JobStore {
    fn add_job(&mut self, job: &NewJob, now: Timestamp) -> Result<(), StoreError>;

    /// To be called, and to have returned, before the first byte goes to the printer.
    fn job_sending(&mut self, id: &str, now: Timestamp) -> Result<(), StoreError>;

    /// Back into the queue: nothing came out, or staff wants it once more.
    fn job_waiting(&mut self, id: &str, cause: &str, now: Timestamp) -> Result<(), StoreError>;

    /// Nobody can say what came out.
    fn job_unknown(&mut self, id: &str, cause: &str, now: Timestamp) -> Result<(), StoreError>;

    /// Ends a job: its picture goes, and the report enters the outbox in the same transaction.
    fn end_job(
        &mut self,
        id: &str,
        end: JobEnd<'_>,
        report: &OutboxItem,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    fn job(&self, id: &str) -> Result<Option<PrintJob>, StoreError>;

    /// Jobs that have not ended, oldest first.
    fn open_jobs(&self) -> Result<Vec<PrintJob>, StoreError>;

    /// At start: what was being sent becomes unknown. Returns every unknown job; staff decides.
    fn recover(&mut self, now: Timestamp) -> Result<Vec<PrintJob>, StoreError>;
}
