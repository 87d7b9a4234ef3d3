//! What can go wrong with what the station keeps.

use std::path::PathBuf;

/// Why the store refused. After any of these nothing has changed: a transaction is whole or not.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Staff must free space. Until then nothing new can be promised to anybody.
    #[error("the disk is full")]
    Full,
    /// The file broke while it was open. The next start sets it aside, see [`SetAside`](super::SetAside).
    #[error("the database is damaged: {0}")]
    Damaged(String),
    #[error("the database was written by a newer version (schema {found}; this one knows {known})")]
    Newer { found: i64, known: i64 },
    /// Another connection held the database for longer than anybody should.
    #[error("the database is busy")]
    Busy,
    /// A step that does not follow from the state the thing is in.
    #[error("{what} {id} is {state}, which does not allow this")]
    WrongState { what: &'static str, id: String, state: String },
    #[error("there is no {what} {id}")]
    Absent { what: &'static str, id: String },
    /// An id that stands for something else already.
    #[error("{what} {id} exists already, with another content")]
    Conflict { what: &'static str, id: String },
    /// Something that must only grow would have become smaller.
    #[error("the {0} would go back")]
    GoesBack(&'static str),
    /// A row that this version cannot read.
    #[error("a row of {table} cannot be read: {why}")]
    BadRow { table: &'static str, why: String },
    #[error("{path}: {source}", path = path.display())]
    Io { path: PathBuf, source: std::io::Error },
    #[error("database: {0}")]
    Sql(String),
}

impl StoreError {
    pub(super) fn io(path: impl Into<PathBuf>, source: std::io::Error) -> StoreError {
        let path = path.into();
        match source.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => StoreError::Full,
            _ => StoreError::Io { path, source },
        }
    }

    pub(super) fn bad_row(table: &'static str, why: impl std::fmt::Display) -> StoreError {
        StoreError::BadRow { table, why: why.to_string() }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> StoreError {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => StoreError::Full,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                StoreError::Damaged(error.to_string())
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy,
            _ => StoreError::Sql(error.to_string()),
        }
    }
}
