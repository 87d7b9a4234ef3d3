//! The visitor log, as the station keeps it without reading it.

use jiff::Timestamp;

use super::StoreError;

/// One visit. What it says is sealed under a key that only a staff code opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedVisit {
    pub id: String,
    pub at: Timestamp,
    pub sealed: Vec<u8>,
}

pub trait VisitStore {
    /// A visit once it is kept is not changed.
    fn add_visit(&mut self, visit: &SealedVisit) -> Result<(), StoreError>;

    /// Visits from this moment on, newest first.
    fn visits_since(&self, since: Timestamp) -> Result<Vec<SealedVisit>, StoreError>;

    /// Forgets the visits before this moment. Says how many went.
    fn prune_visits(&mut self, before: Timestamp) -> Result<u32, StoreError>;
}
