//! The sealed roster: records that the station holds and cannot read by itself.

use jiff::Timestamp;

use super::StoreError;
use crate::protocol::RosterPage;
use crate::sealed::{Index, SealedRecord};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RosterState {
    /// What to say to the server next; `None`: from the start.
    pub cursor: Option<String>,
    /// When the last page of a walk arrived.
    pub synced_at: Option<Timestamp>,
    pub records: u32,
}

/// What one page did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PageApplied {
    pub stored: u32,
    /// Records that were held in the same or a newer version already.
    pub kept: u32,
    pub removed: u32,
}

pub trait RosterStore {
    fn roster_state(&self) -> Result<RosterState, StoreError>;

    /// Applies a page and its cursor in one transaction. The last page of a walk from the start
    /// (`more` is false) forgets what the walk did not name.
    fn apply_roster_page(&mut self, page: &RosterPage, now: Timestamp) -> Result<PageApplied, StoreError>;

    /// Starts a new walk. What is held stays usable until that walk ends.
    fn restart_roster(&mut self) -> Result<(), StoreError>;

    /// Records that a card with this tag opens, see [`card_tag`](crate::sealed::card_tag).
    fn records_by_card(&self, tag: &[u8; 16]) -> Result<Vec<SealedRecord>, StoreError>;

    /// Records under this look-up index, see [`EpochKey::index`](crate::sealed::EpochKey::index).
    fn records_by_index(&self, index: &Index) -> Result<Vec<SealedRecord>, StoreError>;
}
