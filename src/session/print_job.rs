//! The print job: the one machine that outlives both the visit and the power.
//!
//! Each state is on disk before what it names happens, so that after a power cut the station
//! knows what it cannot know: a job that was `Sending` may or may not have come out.

use super::Fault;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// Written down; the printer has not seen a byte of it.
    Queued,
    /// The printer has it, or part of it.
    Sending,
    Printed,
    /// Known not to have come out.
    Failed(Fault),
    /// The power went while sending. Staff are asked; nobody guesses.
    Unknown,
}

/// What happens to a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobEvent {
    Send,
    Done,
    Fail(Fault),
    /// The station started and found the job on disk.
    PowerCameBack,
    /// Staff looked at what lies in the printer's tray.
    StaffSaw {
        card: bool,
    },
}

/// An event that has no meaning in the state: the caller has lost track, and must not go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a print job that is {state:?} cannot take {event:?}")]
pub struct NotNow {
    pub state: JobState,
    pub event: JobEvent,
}

impl JobState {
    pub fn step(self, event: JobEvent) -> Result<JobState, NotNow> {
        use JobEvent as E;
        use JobState as S;
        Ok(match (self, event) {
            (S::Queued, E::Send) => S::Sending,
            (S::Queued | S::Sending, E::Fail(fault)) => S::Failed(fault),
            (S::Sending, E::Done) => S::Printed,
            (S::Sending, E::PowerCameBack) => S::Unknown,
            // Nobody waits for it any more: a card must not come out an hour later for nobody.
            (S::Queued, E::PowerCameBack) => S::Failed(Fault::PrintDropped),
            (S::Printed | S::Failed(_) | S::Unknown, E::PowerCameBack) => self,
            (S::Unknown, E::StaffSaw { card: true }) => S::Printed,
            (S::Unknown, E::StaffSaw { card: false }) => S::Failed(Fault::PrintDropped),
            (state, event) => return Err(NotNow { state, event }),
        })
    }

    /// The word in the database.
    pub fn word(self) -> &'static str {
        match self {
            JobState::Queued => "queued",
            JobState::Sending => "sending",
            JobState::Printed => "printed",
            JobState::Failed(_) => "failed",
            JobState::Unknown => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_transition() {
        use JobEvent as E;
        use JobState as S;
        let fault = Fault::Paper;
        let states = [S::Queued, S::Sending, S::Printed, S::Failed(fault), S::Unknown];
        let events = [
            E::Send,
            E::Done,
            E::Fail(fault),
            E::PowerCameBack,
            E::StaffSaw { card: true },
            E::StaffSaw { card: false },
        ];
        let dropped = Some(S::Failed(Fault::PrintDropped));
        let failed = Some(S::Failed(fault));
        let table = [
            [Some(S::Sending), None, failed, dropped, None, None],
            [None, Some(S::Printed), failed, Some(S::Unknown), None, None],
            [None, None, None, Some(S::Printed), None, None],
            [None, None, None, failed, None, None],
            [None, None, None, Some(S::Unknown), Some(S::Printed), dropped],
        ];
        for (state, row) in states.into_iter().zip(table) {
            for (event, expected) in events.into_iter().zip(row) {
                assert_eq!(state.step(event).ok(), expected, "{state:?} {event:?}");
            }
        }
    }
}
