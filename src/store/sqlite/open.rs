//! Opening: checks the file, sets a damaged one aside, brings the schema up to date.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags};

use super::{Salvaged, SqliteStore, migrate, salvage};
use crate::store::{Faults, StoreError};

/// A store that is ready, and what staff must hear about how it came to be.
pub struct Opened {
    pub store: SqliteStore,
    /// The file was damaged: the station starts with a new one, into which what could still be
    /// read was carried over.
    pub set_aside: Option<SetAside>,
}

/// A damaged database, kept under its name with an ending, so that somebody can look into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    pub kept_as: PathBuf,
    pub why: String,
    pub salvaged: Salvaged,
}

impl SqliteStore {
    /// Opens or makes the database at `path`, with a full check of its integrity. A damaged file is
    /// renamed, never deleted; `now` goes into its new name.
    pub fn open(path: impl AsRef<Path>, now: Timestamp) -> Result<Opened, StoreError> {
        let path = path.as_ref();
        if let Some(dir) = path.parent().filter(|dir| !dir.as_os_str().is_empty()) {
            fs::create_dir_all(dir).map_err(|error| StoreError::io(dir, error))?;
        }
        let why = match checked(path) {
            Ok(conn) => {
                return Ok(Opened { store: ready(conn, path, now, Faults::default())?, set_aside: None });
            }
            Err(StoreError::Damaged(why)) => why,
            Err(other) => return Err(other),
        };
        let kept_as = set_aside(path, now)?;
        tracing::error!(kept_as = %kept_as.display(), why, "the database is damaged and was set aside");
        let mut store = ready(checked(path)?, path, now, Faults::default())?;
        let salvaged = salvage::from(&kept_as, &mut store);
        Ok(Opened { store, set_aside: Some(SetAside { kept_as, why, salvaged }) })
    }

    /// Another connection to the same database, for another thread.
    pub fn beside(&self) -> Result<SqliteStore, StoreError> {
        let conn = connect(&self.path)?;
        Ok(SqliteStore { conn, path: self.path.clone(), faults: self.faults.clone() })
    }
}

fn ready(
    mut conn: Connection,
    path: &Path,
    now: Timestamp,
    faults: Faults,
) -> Result<SqliteStore, StoreError> {
    migrate::up(&mut conn, now)?;
    Ok(SqliteStore { conn, path: path.to_owned(), faults })
}

pub(super) fn connect(path: &Path) -> Result<Connection, StoreError> {
    // Without SQLITE_OPEN_URI: a path is a path, whatever characters it has.
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(Duration::from_secs(5))?;
    conn.pragma_update(None, "journal_mode", "WAL")?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "foreign_keys", "ON")?;
    // What is deleted (portraits above all) is overwritten, not just unlinked.
    conn.pragma_update(None, "secure_delete", "ON")?;
    Ok(conn)
}

/// A connection to a file that SQLite finds nothing wrong with.
fn checked(path: &Path) -> Result<Connection, StoreError> {
    let conn = connect(path)?;
    let verdict: String = conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if verdict == "ok" { Ok(conn) } else { Err(StoreError::Damaged(verdict)) }
}

/// Renames the database and what SQLite keeps beside it. Returns the new name.
fn set_aside(path: &Path, now: Timestamp) -> Result<PathBuf, StoreError> {
    let stamp = now.strftime("%Y%m%dT%H%M%SZ");
    let mut kept_as = with_ending(path, &format!(".damaged-{stamp}"));
    for again in 2.. {
        if !kept_as.exists() {
            break;
        }
        kept_as = with_ending(path, &format!(".damaged-{stamp}-{again}"));
    }
    for beside in ["-wal", "-shm"] {
        let from = with_ending(path, beside);
        if from.exists() {
            fs::rename(&from, with_ending(&kept_as, beside)).map_err(|error| StoreError::io(from, error))?;
        }
    }
    fs::rename(path, &kept_as).map_err(|error| StoreError::io(path, error))?;
    Ok(kept_as)
}

pub(super) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
