//! The visitor log in SQLite. `secure_delete` overwrites what is forgotten.

use jiff::Timestamp;
use rusqlite::params;

use super::{SqliteStore, millis, moment};
use crate::store::{SealedVisit, StoreError, VisitStore};

impl VisitStore for SqliteStore {
    fn add_visit(&mut self, visit: &SealedVisit) -> Result<(), StoreError> {
        self.write(|tx| {
            let rows = tx.execute(
                "INSERT INTO visits (id, at, sealed) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                params![visit.id, millis(visit.at), visit.sealed],
            )?;
            match rows {
                1 => Ok(()),
                _ => Err(StoreError::Conflict { what: "visit", id: visit.id.clone() }),
            }
        })
    }

    fn visits_since(&self, since: Timestamp) -> Result<Vec<SealedVisit>, StoreError> {
        let mut query = self
            .conn
            .prepare("SELECT id, at, sealed FROM visits WHERE at >= ?1 ORDER BY at DESC, id DESC")?;
        let rows = query.query_map([millis(since)], |row| {
            Ok(SealedVisit { id: row.get(0)?, at: moment(row, 1)?, sealed: row.get(2)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn prune_visits(&mut self, before: Timestamp) -> Result<u32, StoreError> {
        self.write(|tx| {
            let gone = tx.execute("DELETE FROM visits WHERE at < ?1", [millis(before)])?;
            Ok(u32::try_from(gone).unwrap_or(u32::MAX))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::at;

    fn visit(id: &str, second: i64) -> SealedVisit {
        SealedVisit { id: id.into(), at: at(second), sealed: vec![1, 2, 3] }
    }

    #[test]
    fn visits_come_newest_first_and_go_after_their_time() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = SqliteStore::open(dir.path().join("station.db"), at(0)).unwrap().store;
        for (id, second) in [("a", 10), ("c", 30), ("b", 20)] {
            store.add_visit(&visit(id, second)).unwrap();
        }
        assert!(matches!(store.add_visit(&visit("a", 99)), Err(StoreError::Conflict { .. })));
        let ids = |store: &SqliteStore, since| {
            let visits = store.visits_since(at(since)).unwrap();
            visits.into_iter().map(|visit| visit.id).collect::<Vec<_>>()
        };
        assert_eq!(ids(&store, 20), ["c", "b"]);
        assert_eq!(store.prune_visits(at(20)).unwrap(), 1);
        assert_eq!(ids(&store, 0), ["c", "b"]);
    }
}
