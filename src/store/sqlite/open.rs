//! Opening: checks the file, sets a damaged one aside, brings the schema up to date.

use std::fs;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags};

use super::{Salvaged, SqliteStore, migrate, replace};
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
        SqliteStore::open_watched(path.as_ref(), now, &mut |_| Ok(()))
    }

    /// [`open`](Self::open), for a test that cuts the power on the way.
    pub(super) fn open_watched(
        path: &Path,
        now: Timestamp,
        watch: replace::Watch<'_>,
    ) -> Result<Opened, StoreError> {
        if let Some(dir) = path.parent().filter(|dir| !dir.as_os_str().is_empty()) {
            let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(dir);
            made.map_err(|error| StoreError::io(dir, error))?;
        }
        if !replace::exists(path)?
            && let Some(set_aside) = replace::finish(path, now, watch)?
        {
            let store = ready(checked(path)?, path, now, Faults::default())?;
            return Ok(Opened { store, set_aside: Some(set_aside) });
        }
        let why = match checked(path) {
            Ok(conn) => {
                replace::tidy(path);
                return Ok(Opened { store: ready(conn, path, now, Faults::default())?, set_aside: None });
            }
            Err(StoreError::Damaged(why)) => why,
            Err(other) => return Err(other),
        };
        let set_aside = replace::replace(path, why, now, watch)?;
        let store = ready(checked(path)?, path, now, Faults::default())?;
        Ok(Opened { store, set_aside: Some(set_aside) })
    }

    /// Another connection to the same database, for another thread.
    pub fn beside(&self) -> Result<SqliteStore, StoreError> {
        let conn = connect(&self.path)?;
        Ok(SqliteStore { conn, path: self.path.clone(), faults: self.faults.clone() })
    }
}

pub(super) fn ready(
    mut conn: Connection,
    path: &Path,
    now: Timestamp,
    faults: Faults,
) -> Result<SqliteStore, StoreError> {
    migrate::up(&mut conn, now)?;
    Ok(SqliteStore { conn, path: path.to_owned(), faults })
}

pub(super) fn connect(path: &Path) -> Result<Connection, StoreError> {
    for_its_owner_only(path)?;
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

/// Makes the file, where there is none, before SQLite would: what SQLite puts beside it takes its
/// mode. One that an older version made, or that came back from a copy, is closed to others.
fn for_its_owner_only(path: &Path) -> Result<(), StoreError> {
    let made = fs::OpenOptions::new().append(true).create(true).mode(0o600).open(path);
    made.map_err(|error| StoreError::io(path, error))?;
    for ending in ["", "-wal", "-shm"] {
        let file = with_ending(path, ending);
        let open = fs::metadata(&file).is_ok_and(|about| about.permissions().mode() & 0o077 != 0);
        if open && let Err(error) = fs::set_permissions(&file, fs::Permissions::from_mode(0o600)) {
            // Another user's file: a desk that stands still would help nobody.
            tracing::warn!(%error, file = %file.display(), "others can read this file");
        }
    }
    Ok(())
}

/// A connection to a file that SQLite finds nothing wrong with.
pub(super) fn checked(path: &Path) -> Result<Connection, StoreError> {
    let conn = connect(path)?;
    let verdict: String = conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if verdict == "ok" { Ok(conn) } else { Err(StoreError::Damaged(verdict)) }
}

pub(super) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
