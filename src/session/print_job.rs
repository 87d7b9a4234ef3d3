//! The print job as a visit sees it.
//!
//! The job itself is the one machine that outlives both the visit and the power; it lives on disk,
//! see [`store::JobState`](crate::store::JobState) for its transitions. A visit only learns where
//! it stands.

use super::Fault;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// Written down; the printer has not seen a byte of it.
    Queued,
    /// The printer has it, or part of it.
    Sending,
    Printed,
    /// Every byte went out, to a printer that does not say what became of it.
    Sent,
    /// Known not to have come out whole.
    Failed(Fault),
    /// Nobody can say what came out. Staff are asked; nobody guesses.
    Unknown,
}

impl JobState {
    /// The word in logs and files.
    pub fn word(self) -> &'static str {
        match self {
            JobState::Queued => "queued",
            JobState::Sending => "sending",
            JobState::Printed => "printed",
            JobState::Sent => "sent",
            JobState::Failed(_) => "failed",
            JobState::Unknown => "unknown",
        }
    }
}
