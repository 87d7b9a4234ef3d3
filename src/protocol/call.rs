//! `Panggil Petugas`: a station calls, the desk stations of the same place ring, a clerk answers.

use serde::{Deserialize, Serialize};

/// How far a call has come. Each is true: nothing is said to have rung that has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallState {
    /// The server has it; no desk has shown it yet.
    Waiting,
    /// A desk of this place shows it and rings.
    Ringing,
    /// A clerk has answered and is on the way.
    Coming,
    /// Over: somebody was there, or it was withdrawn or too old.
    Ended,
}

/// A call as its station follows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    pub id: String,
    pub state: CallState,
    /// Desk stations of the place that listen at this moment.
    pub desks: u32,
}

/// A call as a desk shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskCall {
    pub id: String,
    /// Which station calls.
    pub station: String,
    pub state: CallState,
    /// Seconds since the call.
    pub age_s: u64,
}

/// The open calls of a desk's place. The desk asks again with `version`, and gets an answer when
/// something has changed or after some seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskCalls {
    pub version: u64,
    pub calls: Vec<DeskCall>,
}

/// What a desk, or the station that called, says about a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkCall {
    pub state: CallState,
}
