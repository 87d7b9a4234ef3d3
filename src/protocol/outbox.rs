//! What a station owes the server. Items go in order; each has an id that makes a repeat harmless.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Acceptance, AuditEntry, Commissioned, Issue, Problem, bounded};
use crate::credential::{Serial, Verdict};

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
    /// As stations before the audit chain said it.
    Looked(Looked),
    /// Who looked at whom: a link of the station's chain. The server says where one does not follow.
    Audit(AuditEntry),
    /// How a technician left the station.
    Commissioned(Commissioned),
}

/// Somebody at this station's desk looked at a card, and was shown whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looked {
    pub serial: Serial,
    pub verdict: Verdict,
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
    /// All of it went to a printer that does not say what became of it.
    Sent,
    Failed,
    /// It came out unusable; staff confirmed that they destroyed it.
    Spoiled,
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

/// Several items at once, in their order. Each is read by itself: one of a kind that the server does not
/// know does not hold up those before it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OutboxBatch {
    /// Each an [`OutboxItem`].
    #[serde(deserialize_with = "bounded::list::<_, _, { OutboxBatch::MOST }>")]
    pub items: Vec<serde_json::Value>,
}

impl OutboxBatch {
    /// A longer one is malformed.
    pub const MOST: usize = 50;
}

/// An item that is too large for the way to the server comes in parts, in their order; the server keeps what
/// came. The body of a call is the bytes themselves; which item they are of stands in the query: `id`, `size` and
/// `sha256` (hexadecimal) of the whole, `offset`. A part that does not follow what is there changes nothing,
/// and one without bytes only asks.
pub struct OutboxPart;

impl OutboxPart {
    /// Bytes of one part.
    pub const MOST: usize = 256 * 1024;
    /// Bytes of a part that others follow: a station does not fill the server with crumbs.
    pub const LEAST: usize = 4 * 1024;
    /// Bytes of the whole.
    pub const WHOLE: usize = 8 * 1024 * 1024;
}

/// What the server has of an item after a part.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PartTaken {
    /// So many bytes from its start. Fewer than before: it begins anew.
    pub have: u64,
    /// Once all of it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<OutboxAnswer>,
}

/// The answers to the first items, in their order, each what the item would have got by itself. The server
/// stops at the first one that it refuses, and says why; it also stops where the answer grows long, for there
/// may be a portrait in each. What comes after was not looked at.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OutboxAnswers {
    pub answers: Vec<OutboxAnswer>,
    /// Why the next item has no answer, where it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
}
