//! What the station owes the server, and what people accepted here.

use jiff::Timestamp;

use super::StoreError;
use crate::protocol::OutboxItem;

/// The item at the head of the queue.
#[derive(Debug)]
pub struct QueuedItem {
    pub id: String,
    /// How often it has been sent already.
    pub attempts: u32,
    /// Why the body cannot be read, where it cannot (a version that went back).
    pub item: Result<OutboxItem, String>,
}

/// An item that the server will not take. It waits for staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParkedItem {
    pub id: String,
    pub kind: String,
    pub reason: String,
    pub happened_at: Timestamp,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutboxCounts {
    pub queued: u32,
    pub parked: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcceptanceState {
    /// Here, and not answered by the server yet.
    Kept,
    /// The card is made; the pick-up code fetches it.
    Issued,
    /// The server will not take it; the item is parked with the reason.
    Refused,
}

/// What became of something a person accepted at this station.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAcceptance {
    pub outbox_id: String,
    pub state: AcceptanceState,
    pub serial: Option<String>,
    pub accepted_at: Timestamp,
}

pub trait OutboxStore {
    /// Keeps what a person accepted. The item is sealed; neither grant nor pick-up code is kept in
    /// any form. Once this returns, the person may walk away. A repeat of the same item changes
    /// nothing.
    fn accept(&mut self, item: &OutboxItem) -> Result<(), StoreError>;

    /// Puts another kind of item at the end of the queue. A repeat changes nothing.
    fn enqueue(&mut self, item: &OutboxItem) -> Result<(), StoreError>;

    /// The oldest item that is neither answered nor parked.
    fn outbox_head(&self) -> Result<Option<QueuedItem>, StoreError>;

    /// The oldest items that are neither answered nor parked, in order: so many at most, and no more after
    /// so many bytes.
    fn outbox_heads(&self, most: usize, bytes: usize) -> Result<Vec<QueuedItem>, StoreError>;

    /// Says that the item is about to be sent.
    fn outbox_trying(&mut self, id: &str, now: Timestamp) -> Result<(), StoreError>;

    /// The server took it. The body goes (and with it the portrait); the row and, for an
    /// acceptance, the serial stay.
    fn outbox_answered(&mut self, id: &str, serial: Option<&str>, now: Timestamp) -> Result<(), StoreError>;

    /// The server will never take it. Body and reason stay for staff.
    fn park(&mut self, id: &str, reason: &str, now: Timestamp) -> Result<(), StoreError>;

    fn parked(&self) -> Result<Vec<ParkedItem>, StoreError>;

    /// Staff lets a parked item be tried again, in its old place.
    fn unpark(&mut self, id: &str, now: Timestamp) -> Result<(), StoreError>;

    fn outbox_counts(&self) -> Result<OutboxCounts, StoreError>;

    /// What became of an acceptance, by its item's id.
    fn acceptance(&self, outbox_id: &str) -> Result<Option<KeptAcceptance>, StoreError>;
}
