//! What a station owes the server. Items go in order; each has an id that makes a repeat harmless.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Blob, Issue};

/// One thing that happened at a station and that the server must learn.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OutboxItem {
    /// Random, made once. The server answers a repeat as it answered the first.
    pub id: String,
    pub happened_at: Timestamp,
    #[serde(flatten)]
    pub kind: OutboxKind,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum OutboxKind {
    Acceptance(Acceptance),
    Printed(Printed),
}

/// `Gunakan Foto Ini`: the person accepts this photo, and so asks for a card with it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Acceptance {
    /// From the sign-in. Says who accepts.
    pub grant: String,
    /// HPKE to the server's portrait key, with [`PORTRAIT_INFO`](super::PORTRAIT_INFO) and the
    /// item's id as associated data. Inside: a PNG with a transparent background.
    pub sealed_portrait: Blob,
    /// SHA-256 of the pick-up code that the station showed.
    pub pick_up_hash: Blob,
}

/// One print of one issue. A print has its own id, so a paper can be traced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Printed {
    pub print_id: String,
    pub serial: String,
    pub outcome: PrintOutcome,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PrintOutcome {
    Printed,
    Failed,
    /// The power went while the printer had the job, and nobody has said yet what came out.
    Unknown,
}

/// What the server makes of an item.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum OutboxAnswer {
    /// The card is made.
    Issued(Box<Issue>),
    /// Noted; there is nothing to hand back.
    Noted,
    /// Never going to be taken. The station parks the item with the reason.
    Rejected { reason: String },
}
