//! Forgetting: what has served its purpose is kept no longer than needed.

use jiff::Timestamp;

use super::StoreError;

pub trait PruneStore {
    /// Forgets what ended before this moment: answered outbox items with their acceptances, and
    /// print jobs that ended. What is owed, parked or undecided stays, however old it is. Says how
    /// many rows went.
    fn prune(&mut self, before: Timestamp) -> Result<u32, StoreError>;
}
