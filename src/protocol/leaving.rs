//! How a station leaves that was revoked: it hands over what it still owed, is ordered to wipe itself, and
//! says that it did. The server keeps what it was handed apart, as it is; staff decide what becomes of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Blob, OpenSession, bounded};

/// Something that waited in the outbox of a station, as it lay there: portraits are sealed to the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftItem {
    pub id: String,
    pub kind: String,
    pub happened_at: Timestamp,
    /// An [`OutboxItem`](super::OutboxItem) in JSON, word for word; the station may not be able to read it.
    pub body: String,
    /// Why it was parked, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HandOver {
    /// A signature over a nonce of the server; it opens no session.
    pub proof: OpenSession,
    #[serde(deserialize_with = "bounded::list::<_, _, { HandOver::MOST }>")]
    pub items: Vec<LeftItem>,
}

impl HandOver {
    /// A longer list is malformed.
    pub const MOST: usize = 50;
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HandedOver {
    /// The ids of what is now on the server's disk. Whatever is not named has to be sent again.
    pub kept: Vec<String>,
}

/// A station that has handed over everything asks whether it may go.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AskWipe {
    pub proof: OpenSession,
    /// Random, made for this question.
    pub challenge: Blob,
    /// Every id that waits at the station, each once. The order is given for these and no others.
    #[serde(deserialize_with = "bounded::list::<_, _, { AskWipe::MOST }>")]
    pub items: Vec<String>,
}

impl AskWipe {
    /// Years of an outage. A longer list is malformed.
    pub const MOST: usize = 50_000;
}

/// A [`WipeOrder`](crate::credential::WipeOrder), signed by the key that signs the time.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ordered {
    pub order: Blob,
}

/// The station is empty. See [`sign_wiped`](crate::credential::sign_wiped).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Wiped {
    pub device_id: String,
    pub challenge: Blob,
    pub statement: Blob,
}
