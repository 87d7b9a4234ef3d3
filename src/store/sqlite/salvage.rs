//! What can still be read in a damaged database: who the station is, and what people accepted.
//!
//! The file that was set aside is not touched; a copy of it is read. Every row goes through the
//! same types as always, so what is half broken is left out.

use std::fs;
use std::path::Path;

use rusqlite::OptionalExtension;

use super::{SqliteStore, open, replace};
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

/// Carries over what can be read in `from`, by way of a copy. What cannot be read is no error:
/// the file is still there for people. A full disk is one: it would look like a loss.
pub(super) fn from(from: &Path, copy: &Path, store: &mut SqliteStore) -> Result<Salvaged, StoreError> {
    replace::discard(copy)?;
    let mut salvaged = Salvaged::default();
    let outcome = read(from, copy, store, &mut salvaged);
    let removed = replace::discard(copy);
    match outcome {
        Err(StoreError::Full) => return Err(StoreError::Full),
        Err(error) => tracing::warn!(%error, "nothing more could be read of the damaged database"),
        Ok(()) => {}
    }
    removed?;
    Ok(salvaged)
}

fn read(
    from: &Path,
    copy: &Path,
    store: &mut SqliteStore,
    salvaged: &mut Salvaged,
) -> Result<(), StoreError> {
    fs::copy(from, copy).map_err(|error| StoreError::io(copy, error))?;
    let wal = open::with_ending(from, "-wal");
    if wal.exists() {
        let to = open::with_ending(copy, "-wal");
        fs::copy(&wal, &to).map_err(|error| StoreError::io(to, error))?;
    }
    let conn = open::connect(copy)?;
    let damaged = SqliteStore { conn, path: copy.to_owned(), faults: Faults::default() };
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
        let Some(item) = item(&damaged, rowid) else { continue };
        match store.enqueue(&item) {
            Ok(()) => salvaged.outbox += 1,
            Err(StoreError::Full) => return Err(StoreError::Full),
            Err(error) => tracing::warn!(%error, rowid, "an item could not be carried over"),
        }
    }
    Ok(())
}

fn item(damaged: &SqliteStore, rowid: i64) -> Option<OutboxItem> {
    let sql = "SELECT body FROM outbox WHERE rowid = ?1 AND state <> 'answered'";
    let body: Option<String> =
        damaged.conn.query_row(sql, [rowid], |row| row.get(0)).optional().ok().flatten();
    serde_json::from_str(&body?).ok()
}
