//! What goes wrong between station and server, and whether trying again helps.

use std::time::Duration;

use super::RootsError;
use crate::credential::CredentialError;
use crate::protocol::{Problem, ProblemCode};
use crate::store::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    #[error("this station has not joined a server yet")]
    NotJoined,
    #[error("'{0}' is not an address of a server")]
    Address(String),
    /// No name, no route, no connection, or one that broke.
    #[error("the server cannot be reached: {0}")]
    Unreachable(String),
    #[error("the server did not answer in time ({0})")]
    TimedOut(String),
    /// The connection was there and ended in the middle of the call.
    #[error("the connection broke off: {0}")]
    BrokeOff(String),
    /// The server, or a proxy before it, takes no body of this size: one of half of it, perhaps.
    #[error("a body of {size} bytes is more than is taken on the way to the server (HTTP 413)")]
    TooLarge { size: usize },
    /// A proxy's word that the server has no time now.
    #[error("the server is busy (HTTP {status}); again in {} s", after.as_secs())]
    Busy { status: u16, after: Duration },
    /// The server is there and broken.
    #[error("the server failed (HTTP {status})")]
    Server { status: u16 },
    /// Something answered that does not speak this protocol: another program, or the login page
    /// of a network.
    #[error("not an answer of this server (HTTP {status}): {why}")]
    Garbage { status: u16, why: String },
    /// The server understood and said no.
    #[error("the server refused: {0}")]
    Refused(Problem),
    /// An answer whose signature or content does not hold under the keys pinned at enrolment.
    #[error("{what} from the server does not hold: {source}")]
    Untrusted { what: &'static str, source: CredentialError },
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The authority that the configuration names for the server's certificate.
    #[error("the certificate authority {0}")]
    Roots(#[from] RootsError),
}

/// The longest pause that a proxy's word gives.
const BUSY: Duration = Duration::from_mins(10);

/// What to do after an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Try again, with growing pauses.
    Retry,
    /// Try again, not before this.
    RetryAfter(Duration),
    /// Repeating the same call gives the same answer.
    Never,
}

impl SyncError {
    pub fn next(&self) -> Next {
        match self {
            SyncError::Unreachable(_)
            | SyncError::TimedOut(_)
            | SyncError::BrokeOff(_)
            | SyncError::TooLarge { .. }
            | SyncError::Server { .. }
            | SyncError::Garbage { .. }
            | SyncError::Untrusted { .. }
            | SyncError::Store(_) => Next::Retry,
            SyncError::NotJoined | SyncError::Address(_) | SyncError::Roots(_) => Next::Never,
            // Nobody proved who says it.
            SyncError::Busy { after, .. } => Next::RetryAfter((*after).min(BUSY)),
            SyncError::Refused(problem) => match (problem.retry_after_s, problem.code) {
                // A day at most: a number that is out of its mind does not silence a station.
                (Some(seconds), _) => Next::RetryAfter(Duration::from_secs(seconds.min(86_400))),
                (
                    None,
                    ProblemCode::DeviceSession
                    | ProblemCode::NotApproved
                    | ProblemCode::SlowDown
                    | ProblemCode::NotReady
                    | ProblemCode::Internal,
                ) => Next::Retry,
                (None, _) => Next::Never,
            },
        }
    }

    /// Does it mean that the server is out of reach for every call, not just for this one?
    pub fn is_offline(&self) -> bool {
        match self {
            SyncError::Unreachable(_)
            | SyncError::TimedOut(_)
            | SyncError::BrokeOff(_)
            | SyncError::Busy { .. }
            | SyncError::Server { .. }
            | SyncError::Garbage { .. } => true,
            SyncError::Refused(problem) => problem.code == ProblemCode::Internal,
            _ => false,
        }
    }

    /// Did the call end while its body may still have been under way? A smaller one may arrive.
    pub(super) fn cut_short(&self) -> bool {
        matches!(self, SyncError::TimedOut(_) | SyncError::BrokeOff(_) | SyncError::Server { status: 504 })
    }

    /// The server's word, where it refused.
    pub fn code(&self) -> Option<ProblemCode> {
        match self {
            SyncError::Refused(problem) => Some(problem.code),
            _ => None,
        }
    }
}
