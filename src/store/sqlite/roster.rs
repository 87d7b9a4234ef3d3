//! The sealed roster in SQLite.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};

use super::{SqliteStore, millis, moment, whole};
use crate::protocol::RosterPage;
use crate::sealed::{Index, SealedRecord, Wrap};
use crate::store::{PageApplied, RosterState, RosterStore, StoreError};

/// Begins a new generation; what older ones brought stays until the walk ends.
pub(super) fn restart(tx: &Transaction<'_>) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO roster_cursor (id, position, generation) VALUES ('roster', NULL, 1)
         ON CONFLICT (id) DO UPDATE SET position = NULL, generation = roster_cursor.generation + 1",
        [],
    )?;
    Ok(())
}

fn store_record(tx: &Transaction<'_>, record: &SealedRecord, generation: i64) -> Result<bool, StoreError> {
    let id = record.id.to_string();
    let sealed = serde_json::to_vec(record).map_err(|error| StoreError::bad_row("roster", error))?;
    let version = whole(record.version, "roster")?;
    let held: Option<i64> =
        tx.query_row("SELECT version FROM roster WHERE id = ?1", [&id], |row| row.get(0)).optional()?;
    if held.is_some_and(|held| held > version) {
        // Still named by this walk, so it is not forgotten at its end.
        tx.execute("UPDATE roster SET generation = ?2 WHERE id = ?1", params![id, generation])?;
        return Ok(false);
    }
    tx.execute(
        "INSERT INTO roster (id, version, generation, sealed) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (id) DO UPDATE SET version = excluded.version, generation = excluded.generation,
                                        sealed = excluded.sealed",
        params![id, version, generation, sealed],
    )?;
    tx.execute("DELETE FROM roster_keys WHERE record_id = ?1", [&id])?;
    let mut insert = tx.prepare_cached(
        "INSERT INTO roster_keys (kind, tag, record_id) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
    )?;
    for wrap in &record.wraps {
        if let Wrap::Card { tag, .. } = wrap {
            insert.execute(params!["card", tag.as_slice(), id])?;
        }
    }
    for index in &record.indexes {
        insert.execute(params!["look-up", index.tag.as_slice(), id])?;
    }
    Ok(held != Some(version))
}

impl SqliteStore {
    fn records_under(&self, kind: &str, tag: &[u8]) -> Result<Vec<SealedRecord>, StoreError> {
        let mut query = self.conn.prepare_cached(
            "SELECT roster.sealed FROM roster_keys JOIN roster ON roster.id = roster_keys.record_id
             WHERE roster_keys.kind = ?1 AND roster_keys.tag = ?2 ORDER BY roster.id",
        )?;
        let rows = query.query_map(params![kind, tag], |row| row.get::<_, Vec<u8>>(0))?;
        rows.map(|row| serde_json::from_slice(&row?).map_err(|error| StoreError::bad_row("roster", error)))
            .collect()
    }
}

impl RosterStore for SqliteStore {
    fn roster_state(&self) -> Result<RosterState, StoreError> {
        let records = self.conn.query_row("SELECT count(*) FROM roster", [], |row| row.get(0))?;
        let cursor = self
            .conn
            .query_row("SELECT position, synced_at FROM roster_cursor WHERE id = 'roster'", [], |row| {
                let synced: Option<i64> = row.get(1)?;
                Ok((row.get(0)?, synced.map(|_| moment(row, 1)).transpose()?))
            })
            .optional()?;
        let (cursor, synced_at) = cursor.unwrap_or_default();
        Ok(RosterState { cursor, synced_at, records })
    }

    fn apply_roster_page(&mut self, page: &RosterPage, now: Timestamp) -> Result<PageApplied, StoreError> {
        self.write(|tx| {
            let generation: Option<i64> = tx
                .query_row("SELECT generation FROM roster_cursor WHERE id = 'roster'", [], |row| row.get(0))
                .optional()?;
            let generation = generation.unwrap_or(1);
            let mut applied = PageApplied::default();
            for record in &page.records {
                if store_record(tx, record, generation)? {
                    applied.stored += 1;
                } else {
                    applied.kept += 1;
                }
            }
            for id in &page.removed {
                applied.removed +=
                    u32::try_from(tx.execute("DELETE FROM roster WHERE id = ?1", [id])?).unwrap_or(u32::MAX);
            }
            tx.execute(
                "INSERT INTO roster_cursor (id, position, generation) VALUES ('roster', ?1, ?2)
                 ON CONFLICT (id) DO UPDATE SET position = excluded.position",
                params![page.cursor, generation],
            )?;
            if !page.more {
                let forgotten = tx.execute("DELETE FROM roster WHERE generation < ?1", [generation])?;
                applied.removed += u32::try_from(forgotten).unwrap_or(u32::MAX);
                // Deltas from here on belong to what is held now, whatever walk brought it.
                tx.execute("UPDATE roster_cursor SET synced_at = ?1 WHERE id = 'roster'", [millis(now)])?;
            }
            Ok(applied)
        })
    }

    fn restart_roster(&mut self) -> Result<(), StoreError> {
        self.write(restart)
    }

    fn records_by_card(&self, tag: &[u8; 16]) -> Result<Vec<SealedRecord>, StoreError> {
        self.records_under("card", tag)
    }

    fn records_by_index(&self, index: &Index) -> Result<Vec<SealedRecord>, StoreError> {
        self.records_under("look-up", &index.tag)
    }
}
