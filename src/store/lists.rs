//! What verdicts rest on: trust list, status lists, and the moment before which it cannot be.

use jiff::Timestamp;

use super::StoreError;
use crate::credential::{IssuerId, Kid};

/// The trust list as the root signed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldTrust {
    pub version: u64,
    pub bytes: Vec<u8>,
    pub etag: Option<String>,
    /// When the server last said that this is the current one.
    pub fetched_at: Timestamp,
}

/// One status list as its issuer signed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldStatus {
    pub issuer: IssuerId,
    pub kid: Kid,
    pub bytes: Vec<u8>,
    pub etag: Option<String>,
    /// When it was signed; never goes back.
    pub iat: Timestamp,
    pub fetched_at: Timestamp,
}

/// Whoever puts a list here has verified it: the store only sees that nothing goes back.
pub trait ListStore {
    fn trust(&self) -> Result<Option<HeldTrust>, StoreError>;

    /// An older version than the one held is [`StoreError::GoesBack`].
    fn put_trust(&mut self, list: &HeldTrust) -> Result<(), StoreError>;

    /// The server said that the one held is still current.
    fn touch_trust(&mut self, now: Timestamp) -> Result<(), StoreError>;

    fn status_list(&self, issuer: &IssuerId, kid: &Kid) -> Result<Option<HeldStatus>, StoreError>;

    /// All that are held, without their bytes (those are empty).
    fn status_lists(&self) -> Result<Vec<HeldStatus>, StoreError>;

    /// One signed earlier than the one held is [`StoreError::GoesBack`].
    fn put_status(&mut self, list: &HeldStatus) -> Result<(), StoreError>;

    fn touch_status(&mut self, issuer: &IssuerId, kid: &Kid, now: Timestamp) -> Result<(), StoreError>;

    /// The latest moment that is known to have passed.
    fn clock_floor(&self) -> Result<Option<Timestamp>, StoreError>;

    /// Raises the floor; a lower one changes nothing. Returns the floor that holds now.
    fn raise_clock_floor(&mut self, floor: Timestamp) -> Result<Timestamp, StoreError>;

    /// Sets the floor, also back. Caller must hold a proof: an order under the pinned key, or a clerk's word.
    fn reset_clock_floor(&mut self, floor: Timestamp) -> Result<(), StoreError>;
}
