//! How the server says no.

use serde::{Deserialize, Serialize};

/// The body of every answer that is not a success.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{code:?}: {detail}")]
pub struct Problem {
    pub code: ProblemCode,
    /// For logs and staff, in English, without personal data.
    pub detail: String,
    /// Where waiting helps: how long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u64>,
}

/// What a program does about it hangs on this alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemCode {
    /// The request cannot be read.
    Malformed,
    /// No device session, or one that ended: open a new one.
    DeviceSession,
    /// The device was revoked or never joined.
    UnknownDevice,
    /// The station has joined, and no administrator has approved its keys yet: everything is kept and tried again.
    NotApproved,
    /// The account is one of the office's staff, and is not opened at a station.
    StaffAccount,
    /// Wrong NIP or password; which of the two is not said.
    WrongCredentials,
    /// The account has no password yet.
    NotActivated,
    /// A one-time code that is wrong, used or too old.
    BadCode,
    /// A password that is too short, or a NIP or a date of birth.
    WeakPassword,
    /// Too many tries.
    SlowDown,
    NotFound,
    /// An item is accepted, but its card is not made yet.
    NotReady,
    /// The server's own fault.
    Internal,
}

impl Problem {
    pub fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Problem { code, detail: detail.into(), retry_after_s: None }
    }
}
