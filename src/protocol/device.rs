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
    pub epoch: EpochWrap,
}

/// The region's epoch key, sealed to one station's sealing key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EpochWrap {
    pub epoch: u32,
    pub wrapped: Blob,
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
}
