//! Forgetting in SQLite. `secure_delete` overwrites what goes.

use jiff::Timestamp;

use super::{SqliteStore, millis};
use crate::store::{PruneStore, StoreError};

/// In this order: an acceptance refers to its outbox item.
const OLD: [&str; 4] = [
    "DELETE FROM acceptances WHERE outbox_id IN
         (SELECT id FROM outbox WHERE state = 'answered' AND answered_at < ?1)",
    "DELETE FROM outbox WHERE state = 'answered' AND answered_at < ?1",
    "DELETE FROM print_journal WHERE job_id IN (SELECT id FROM print_jobs
         WHERE state IN ('printed', 'sent', 'failed', 'spoiled') AND changed_at < ?1)",
    "DELETE FROM print_jobs WHERE state IN ('printed', 'sent', 'failed', 'spoiled') AND changed_at < ?1",
];

impl PruneStore for SqliteStore {
    fn prune(&mut self, before: Timestamp) -> Result<u32, StoreError> {
        self.write(|tx| {
            let mut gone = 0;
            for sql in OLD {
                gone += tx.execute(sql, [millis(before)])?;
            }
            Ok(u32::try_from(gone).unwrap_or(u32::MAX))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::{acceptance, at, job, printed};
    use crate::store::{JobEnd, JobState, JobStore, OutboxCounts, OutboxStore};

    #[test]
    fn what_ended_long_ago_goes_and_what_is_owed_stays() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = SqliteStore::open(dir.path().join("station.db"), at(0)).unwrap().store;
        for id in ["old", "young", "parked", "queued"] {
            store.accept(&acceptance(id)).unwrap();
        }
        store.enqueue(&printed("old-print")).unwrap();
        store.outbox_answered("old", Some("S"), at(10)).unwrap();
        store.outbox_answered("old-print", None, at(10)).unwrap();
        store.outbox_answered("young", Some("S"), at(20)).unwrap();
        store.park("parked", "why", at(10)).unwrap();
        for (id, ends) in [("printed", 10), ("just-now", 20)] {
            store.add_job(&job(id), at(5)).unwrap();
            store.job_sending(id, at(6)).unwrap();
            store.end_job(id, JobEnd::Printed, Some(&printed(id)), at(ends)).unwrap();
        }
        store.add_job(&job("waits"), at(5)).unwrap();

        assert_eq!(store.prune(at(10)).unwrap(), 0, "to the moment");
        assert_eq!(store.prune(at(15)).unwrap(), 7, "a job goes with its journal");
        assert!(store.acceptance("old").unwrap().is_none());
        for id in ["young", "parked", "queued"] {
            assert!(store.acceptance(id).unwrap().is_some(), "{id}");
        }
        assert_eq!(store.text("SELECT max(id) FROM outbox WHERE id LIKE 'old%'").as_deref(), None);
        let counts = store.outbox_counts().unwrap();
        assert_eq!(counts, OutboxCounts { queued: 3, parked: 1 }, "with the word on two prints");
        assert!(store.job("printed").unwrap().is_none());
        assert_eq!(store.job("just-now").unwrap().unwrap().state, JobState::Printed);
        assert_eq!(store.job("waits").unwrap().unwrap().state, JobState::Queued);

        // Order holds when the newest rows are gone.
        store.enqueue(&printed("after")).unwrap();
        assert_eq!(store.outbox_head().unwrap().unwrap().id, "queued");
        assert_eq!(store.prune(at(15)).unwrap(), 0);
    }

    #[test]
    fn a_disk_that_refuses_keeps_everything() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = SqliteStore::open(dir.path().join("station.db"), at(0)).unwrap().store;
        store.accept(&acceptance("old")).unwrap();
        store.outbox_answered("old", Some("S"), at(10)).unwrap();
        store.faults().disk_full_after(0);
        assert!(matches!(store.prune(at(15)), Err(StoreError::Full)));
        assert!(store.acceptance("old").unwrap().is_some());
    }
}
