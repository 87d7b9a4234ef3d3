//! A handle that makes the store fail on request: for tests, the demo and designers.

use std::sync::{Arc, Mutex, PoisonError};

use super::StoreError;

/// Shared between a store and whoever simulates its failures. Off unless turned on.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// Commits that still succeed before the disk is full; `None`: it has room.
    room: Arc<Mutex<Option<u32>>>,
}

impl Faults {
    /// Lets `commits` more changes through, then answers each with [`StoreError::Full`].
    pub fn disk_full_after(&self, commits: u32) {
        *self.room.lock().unwrap_or_else(PoisonError::into_inner) = Some(commits);
    }

    /// There is room again.
    pub fn clear(&self) {
        *self.room.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Asked by the store when everything is written and nothing is committed yet.
    pub(super) fn before_commit(&self) -> Result<(), StoreError> {
        match &mut *self.room.lock().unwrap_or_else(PoisonError::into_inner) {
            None => Ok(()),
            Some(0) => Err(StoreError::Full),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
        }
    }
}
