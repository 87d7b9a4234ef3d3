//! The end of a station that was revoked: what it still owes goes to the server, then everything is wiped.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::StoreError;
use crate::protocol::{Blob, LeftItem};

/// What is left of a station that was wiped: which one it was, and its word to the server that it is done.
/// It is written in the very transaction that deletes everything else, so that a power cut finds either the
/// whole station or this, and the next start ends what was begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Farewell {
    pub central_url: String,
    pub device_id: String,
    pub station_name: String,
    pub challenge: Blob,
    /// Signed before the key went.
    pub statement: Blob,
    pub wiped_at: Timestamp,
    /// Files and free pages are gone too.
    pub finished: bool,
    /// The server has heard it, or will not.
    pub told: bool,
}

pub trait LeavingStore {
    /// What waits after this position, parked items too, in order: so many items at most, and no more after
    /// so many bytes. Each with its position.
    fn owed(&self, after: i64, most: usize, bytes: usize) -> Result<Vec<(i64, LeftItem)>, StoreError>;

    /// The ids of everything that waits.
    fn owed_ids(&self) -> Result<Vec<String>, StoreError>;

    /// Deletes everything, if what waits is exactly what is named. `false`: something has come since, and
    /// nothing was deleted.
    fn wipe(&mut self, farewell: &Farewell, items: &[String]) -> Result<bool, StoreError>;

    /// Ends a wipe: free pages, the journal, the keys, set-aside databases. May be repeated.
    fn finish_wipe(&mut self) -> Result<(), StoreError>;

    /// `None`: this station was not wiped, or has joined again since.
    fn farewell(&self) -> Result<Option<Farewell>, StoreError>;

    /// The server has been told.
    fn farewell_told(&mut self) -> Result<(), StoreError>;
}
