//! How a station joins, and how it proves later who it is.

use serde::{Deserialize, Serialize};

use super::Blob;

/// A station asks to join, with a one-time code and the public halves of keys it made itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Enrol {
    pub code: String,
    /// Ed25519: signs device assertions.
    pub device_public: Blob,
    /// X25519: the epoch key is sealed to it. Its private half opens only with a staff secret.
    pub sealing_public: Blob,
    /// The program's version.
    pub version: String,
    /// Of the board, where the station joins by a batch file: its batch may have been approved beforehand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub board_serial: Option<String>,
}

/// What a station keeps from joining: names, and the keys that it pins from then on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Enrolled {
    pub device_id: String,
    pub station_name: String,
    pub place: String,
    pub utc_offset_hours: i8,
    /// The issuer whose cards this station's people get.
    pub issuer: String,
    /// Ed25519: signs the trust list.
    pub root_public: Blob,
    /// Ed25519: signs the time.
    pub time_public: Blob,
    /// X25519: portraits in the outbox are sealed to it.
    pub portrait_public: Blob,
    /// While the station waits for approval, a key of epoch [`EpochWrap::NONE`] that opens nothing.
    pub epoch: EpochWrap,
    /// No administrator has approved this station's keys yet. A server from before this was asked says nothing,
    /// and means that it has.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waiting: bool,
}

/// The region's epoch key, sealed to one station's sealing key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EpochWrap {
    pub epoch: u32,
    pub wrapped: Blob,
}

impl EpochWrap {
    /// Before every epoch. A key of it was drawn for one station alone and opens no record; it has the shape that
    /// stations of before the approval ask for when they join. They fetch the region's key once records of a later
    /// epoch reach them, which is after the approval.
    pub const NONE: u32 = 0;
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AskNonce {
    pub device_id: String,
}

/// A server nonce: valid once, for a minute. Assertions rest on it, not on a clock.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Nonce {
    pub nonce: Blob,
}

/// A signature over the nonce opens a device session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OpenSession {
    pub device_id: String,
    pub nonce: Blob,
    pub signature: Blob,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct DeviceSession {
    /// Bearer token. The station holds it in memory only; the server keeps its hash.
    pub token: String,
    pub expires_in_s: u64,
}

/// The server knows the station that asks. One that is idle asks this, so that it hears within the minute
/// when it was revoked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    pub device_id: String,
    /// An administrator has approved the keys that the station proves. A server that does not say so approved them
    /// by letting it in.
    #[serde(default = "approved")]
    pub approved: bool,
}

fn approved() -> bool {
    true
}
