//! What can still be read in a damaged database: who the station is, and what people accepted.
//!
//! The file that was set aside is not touched; a copy of it is read. Every row goes through the
//! same types as always, so what is half broken is left out.

use std::fs;
use std::path::Path;

use rusqlite::OptionalExtension;

use super::{SqliteStore, open};
use crate::protocol::OutboxItem;
use crate::store::{Faults, IdentityStore, ListStore, OutboxStore, StoreError};

/// What was carried over into the new database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Salvaged {
    /// The station need not join again.
    pub identity: bool,
    /// Items that the server had not answered yet. Parked ones are queued again.
    pub outbox: u32,
}

/// Carries over what can be read. Failing to is no error: the file is still there for people.
pub(super) fn from(kept_as: &Path, store: &mut SqliteStore) -> Salvaged {
    let copy = open::with_ending(kept_as, ".reading");
    let salvaged = read(kept_as, &copy, store).unwrap_or_else(|error| {
        tracing::warn!(%error, "nothing more could be read of the damaged database");
        Salvaged::default()
    });
    for ending in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(open::with_ending(&copy, ending));
    }
    salvaged
}

fn read(kept_as: &Path, copy: &Path, store: &mut SqliteStore) -> Result<Salvaged, StoreError> {
    fs::copy(kept_as, copy).map_err(|error| StoreError::io(copy, error))?;
    let wal = open::with_ending(kept_as, "-wal");
    if wal.exists() {
        let to = open::with_ending(copy, "-wal");
        fs::copy(&wal, &to).map_err(|error| StoreError::io(to, error))?;
    }
    let conn = open::connect(copy)?;
    let damaged = SqliteStore { conn, path: copy.to_owned(), faults: Faults::default() };
    let mut salvaged = Salvaged::default();
    if let Ok(Some(identity)) = damaged.identity() {
        store.put_identity(&identity)?;
        salvaged.identity = true;
    }
    if let Ok(Some(floor)) = damaged.clock_floor() {
        store.raise_clock_floor(floor)?;
    }
    // Row by row, past those that cannot be read; row numbers grow as items do, so order holds.
    let last: i64 = damaged.conn.query_row("SELECT max(rowid) FROM outbox", [], |row| {
        Ok(row.get::<_, Option<i64>>(0)?.unwrap_or(0))
    })?;
    for rowid in 1..=last {
        if let Some(item) = item(&damaged, rowid)
            && store.enqueue(&item).is_ok()
        {
            salvaged.outbox += 1;
        }
    }
    Ok(salvaged)
}

fn item(damaged: &SqliteStore, rowid: i64) -> Option<OutboxItem> {
    let sql = "SELECT body FROM outbox WHERE rowid = ?1 AND state <> 'answered'";
    let body: Option<String> =
        damaged.conn.query_row(sql, [rowid], |row| row.get(0)).optional().ok().flatten();
    serde_json::from_str(&body?).ok()
}
