//! The end of a station, in SQLite and beside it.

use std::fs;
use std::io::ErrorKind;

use rusqlite::Transaction;

use super::{SqliteStore, moment};
use crate::protocol::LeftItem;
use crate::store::{Farewell, IdentityStore as _, LeavingStore, NoteStore as _, StoreError};

/// The setting that stands for it.
const FAREWELL: &str = "farewell";
/// Everything but the schema's own notes, and the floor below which no clock goes: it is of nobody.
const KEPT: [&str; 2] = ["migrations", "clock_floor"];
const WAITING: &str = "state IN ('queued', 'parked')";

impl LeavingStore for SqliteStore {
    fn owed(&self, after: i64, most: usize, bytes: usize) -> Result<Vec<(i64, LeftItem)>, StoreError> {
        let mut query = self.conn.prepare(&format!(
            "SELECT seq, id, kind, happened_at, body, reason FROM outbox
             WHERE seq > ?1 AND {WAITING} ORDER BY seq LIMIT ?2"
        ))?;
        let mut rows = query.query([after, i64::try_from(most).unwrap_or(i64::MAX)])?;
        let (mut owed, mut size) = (Vec::new(), 0);
        while let Some(row) = rows.next()? {
            let item = LeftItem {
                id: row.get(1)?,
                kind: row.get(2)?,
                happened_at: moment(row, 3)?,
                body: row.get(4)?,
                reason: row.get(5)?,
            };
            size += item.body.len();
            if size > bytes && !owed.is_empty() {
                break;
            }
            owed.push((row.get(0)?, item));
        }
        Ok(owed)
    }

    fn owed_ids(&self) -> Result<Vec<String>, StoreError> {
        let mut query = self.conn.prepare(&format!("SELECT id FROM outbox WHERE {WAITING} ORDER BY seq"))?;
        Ok(query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    fn wipe(&mut self, farewell: &Farewell, items: &[String]) -> Result<bool, StoreError> {
        let text = written(farewell)?;
        self.write(|tx| {
            let mut waiting = named(tx, &format!("SELECT id FROM outbox WHERE {WAITING}"))?;
            let mut items = items.to_vec();
            waiting.sort_unstable();
            items.sort_unstable();
            if waiting != items {
                return Ok(false);
            }
            tx.execute_batch("PRAGMA defer_foreign_keys = ON")?;
            for table in named(tx, "SELECT name FROM sqlite_master WHERE type = 'table'")? {
                if !KEPT.contains(&table.as_str()) && !table.starts_with("sqlite_") {
                    tx.execute(&format!("DELETE FROM \"{table}\""), [])?;
                }
            }
            tx.execute("INSERT INTO settings (name, value) VALUES (?1, ?2)", [FAREWELL, &text])?;
            Ok(true)
        })
    }

    fn finish_wipe(&mut self) -> Result<(), StoreError> {
        let Some(farewell) = self.farewell()? else { return Ok(()) };
        let keys = self.keys_dir();
        match fs::remove_dir_all(&keys) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(StoreError::io(keys, error)),
            _ => {}
        }
        // Databases that were set aside, and what a carrying over left: they hold what this one held.
        let name = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let own = ["", "-wal", "-shm", "-journal"].map(|ending| format!("{name}{ending}"));
        let folder = self.path.parent().map(ToOwned::to_owned).unwrap_or_default();
        for entry in fs::read_dir(&folder).map_err(|error| StoreError::io(&folder, error))? {
            let path = entry.map_err(|error| StoreError::io(&folder, error))?.path();
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if file.starts_with(&name) && !own.contains(&file) {
                fs::remove_file(&path).map_err(|error| StoreError::io(&path, error))?;
            }
        }
        // What was deleted is overwritten already (`secure_delete`); its old pages stand in the journal.
        self.conn.execute_batch("VACUUM")?;
        let busy: i64 = self.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if busy != 0 {
            return Err(StoreError::Busy);
        }
        self.put_setting(FAREWELL, &written(&Farewell { finished: true, ..farewell })?)
    }

    fn farewell(&self) -> Result<Option<Farewell>, StoreError> {
        let Some(text) = self.setting(FAREWELL)? else { return Ok(None) };
        serde_json::from_str(&text).map(Some).map_err(|error| StoreError::bad_row("settings", error))
    }

    fn farewell_told(&mut self) -> Result<(), StoreError> {
        let Some(farewell) = self.farewell()? else { return Ok(()) };
        self.put_setting(FAREWELL, &written(&Farewell { told: true, ..farewell })?)
    }
}

/// A station that joins again has nothing to say of its former life.
pub(super) fn forget_farewell(tx: &Transaction<'_>) -> Result<(), StoreError> {
    tx.execute("DELETE FROM settings WHERE name = ?1", [FAREWELL])?;
    Ok(())
}

fn named(tx: &Transaction<'_>, sql: &str) -> Result<Vec<String>, StoreError> {
    let mut query = tx.prepare(sql)?;
    Ok(query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

fn written(farewell: &Farewell) -> Result<String, StoreError> {
    serde_json::to_string(farewell).map_err(|error| StoreError::bad_row("settings", error))
}
