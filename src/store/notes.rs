//! Settings that staff changed at the screen, and the list of what happened.

use jiff::Timestamp;

use super::StoreError;

/// Something that happened, for staff and support. Never personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub at: Timestamp,
    pub kind: String,
    pub detail: String,
}

pub trait NoteStore {
    fn setting(&self, name: &str) -> Result<Option<String>, StoreError>;

    fn put_setting(&mut self, name: &str, value: &str) -> Result<(), StoreError>;

    /// Notes an event. The newest ten thousand stay.
    fn note(&mut self, kind: &str, detail: &str, now: Timestamp) -> Result<(), StoreError>;

    /// The details of every event of a kind, oldest first.
    fn noted(&self, kind: &str) -> Result<Vec<String>, StoreError>;

    /// The newest events, newest first.
    fn events(&self, at_most: u32) -> Result<Vec<Event>, StoreError>;
}
