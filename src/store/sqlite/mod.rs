//! The store in a SQLite file. The only place that names `rusqlite`.

mod audit;
mod identity;
mod jobs;
mod leaving;
mod lists;
mod migrate;
mod notes;
mod open;
mod outbox;
mod prune;
mod replace;
mod roster;
mod salvage;
mod staff;
mod visits;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection, Row, Transaction, TransactionBehavior};

use super::{Faults, StoreError};

pub use open::{Opened, SetAside};
pub use salvage::Salvaged;

/// One connection to the station's database. Each thread opens its own; WAL lets one write while
/// others read.
pub struct SqliteStore {
    conn: Connection,
    path: PathBuf,
    faults: Faults,
}

impl SqliteStore {
    /// The handle that makes this store, and those opened beside it, fail on request.
    pub fn faults(&self) -> Faults {
        self.faults.clone()
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// One change: whole, on the disk when this returns, or not at all.
    fn write<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let transaction = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let value = work(&transaction)?;
        self.faults.before_commit()?;
        transaction.commit()?;
        Ok(value)
    }
}

#[cfg(test)]
impl SqliteStore {
    /// The number that a pragma answers on this very connection.
    pub(super) fn pragma(&self, pragma: &str) -> i64 {
        self.conn.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get(0)).unwrap()
    }

    /// One text, straight from a table.
    pub(super) fn text(&self, sql: &str) -> Option<String> {
        self.conn.query_row(sql, [], |row| row.get(0)).unwrap()
    }
}

/// A moment as the database keeps it.
fn millis(moment: Timestamp) -> i64 {
    moment.as_millisecond()
}

/// Column `index` as a moment.
fn moment(row: &Row<'_>, index: usize) -> rusqlite::Result<Timestamp> {
    let value: i64 = row.get(index)?;
    Timestamp::from_millisecond(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(index, value))
}

/// A version or another count that the rest of the program keeps as `u64`.
fn whole(value: u64, table: &'static str) -> Result<i64, StoreError> {
    i64::try_from(value).map_err(|_| StoreError::bad_row(table, "a number beyond 2^63"))
}
