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
    Sending(Share),
    /// Something is in the way, and it goes on by itself once that is mended. Nothing whole can
    /// come out before.
    Waiting(Fault),
    Printed,
    /// Every byte went out, to a printer that does not say what became of it.
    Sent,
    /// Known not to have come out whole.
    Failed(Fault),
    /// Nobody can say what came out. Staff are asked; nobody guesses.
    Unknown,
}

/// How much of a print is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Of 100, of the side that is being printed; 0 where the printer does not say.
    pub percent: u8,
    /// Which side, from 1; 0 on paper that has one.
    pub side: u8,
    pub sides: u8,
}

impl JobState {
    /// The word in logs and files.
    pub fn word(self) -> &'static str {
        match self {
            JobState::Queued => "queued",
            JobState::Sending(_) => "sending",
            JobState::Waiting(_) => "waiting",
            JobState::Printed => "printed",
            JobState::Sent => "sent",
            JobState::Failed(_) => "failed",
            JobState::Unknown => "unknown",
        }
    }

    /// Whether nothing more happens to it without somebody's word.
    pub fn is_over(self) -> bool {
        !matches!(self, JobState::Queued | JobState::Sending(_) | JobState::Waiting(_))
    }
}
