//! Settings and events in SQLite.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::{SqliteStore, millis, moment};
use crate::store::{Event, NoteStore, StoreError};

const EVENTS_KEPT: i64 = 10_000;

impl NoteStore for SqliteStore {
    fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        let sql = "SELECT value FROM settings WHERE name = ?1";
        Ok(self.conn.query_row(sql, [name], |row| row.get(0)).optional()?)
    }

    fn put_setting(&mut self, name: &str, value: &str) -> Result<(), StoreError> {
        self.write(|tx| {
            tx.execute(
                "INSERT INTO settings (name, value) VALUES (?1, ?2)
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                [name, value],
            )?;
            Ok(())
        })
    }

    fn note(&mut self, kind: &str, detail: &str, now: Timestamp) -> Result<(), StoreError> {
        self.write(|tx| {
            let seq: i64 = tx.query_row(
                "INSERT INTO events (seq, at, kind, detail)
                 VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM events), ?1, ?2, ?3) RETURNING seq",
                params![millis(now), kind, detail],
                |row| row.get(0),
            )?;
            tx.execute("DELETE FROM events WHERE seq <= ?1", [seq - EVENTS_KEPT])?;
            Ok(())
        })
    }

    fn noted(&self, kind: &str) -> Result<Vec<String>, StoreError> {
        let mut query = self.conn.prepare("SELECT detail FROM events WHERE kind = ?1 ORDER BY seq")?;
        Ok(query.query_map([kind], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    fn events(&self, at_most: u32) -> Result<Vec<Event>, StoreError> {
        let mut query =
            self.conn.prepare("SELECT at, kind, detail FROM events ORDER BY seq DESC LIMIT ?1")?;
        let rows = query.query_map([at_most], |row| {
            Ok(Event { at: moment(row, 0)?, kind: row.get(1)?, detail: row.get(2)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
