//! What can go wrong in the central server. None of it carries personal data: it ends up in logs.

use std::path::{Path, PathBuf};

use crate::credential::CredentialError;
use crate::sealed::SealedError;

#[derive(Debug, thiserror::Error)]
pub enum CentralError {
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
    #[error("the database's schema: {0}")]
    Schema(#[from] sqlx::migrate::MigrateError),
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: std::io::Error },
    /// The library names the file, which is a photo's hash.
    #[error("the photos: {0}")]
    Photos(#[source] Box<object_store::Error>),
    #[error("the key in {}: {reason}", path.display())]
    Key { path: PathBuf, reason: &'static str },
    #[error("in the configuration: {0}")]
    Config(String),
    #[error("{0}")]
    Argument(String),
    #[error("a credential could not be made: {0}")]
    Credential(#[from] CredentialError),
    #[error("sealing: {0}")]
    Sealed(#[from] SealedError),
    /// Something in the database or a file that this program cannot have written.
    #[error("{0} in storage is not as it was written")]
    Stored(&'static str),
    #[error("a worker gave up")]
    Worker,
    #[error("{0}")]
    NotFound(&'static str),
    /// Not for whoever asks.
    #[error("{0}")]
    Forbidden(&'static str),
    /// Without the address: that is a person's.
    #[error("the mail server: {0}")]
    Mail(&'static str),
    /// What follows from the date waits until somebody confirms it.
    #[error("{0}")]
    Clock(super::timekeeping::Doubt),
    #[error("the import file: {0}")]
    Import(String),
}

impl CentralError {
    pub fn io(path: &Path, source: std::io::Error) -> CentralError {
        CentralError::Io { path: path.to_owned(), source }
    }

    pub fn photos(error: object_store::Error) -> CentralError {
        CentralError::Photos(Box::new(error))
    }
}
