//! The server's keys: files of their own beside the database, made at the first start.
//!
//! A key that is missing later is an error and never made anew: a new root would cut off every
//! station, a new epoch key every roster record. What changes in time is the issuer's signing key
//! ([`signing`]) and the region's epoch key ([`epoch`]); each is a new file with a name of its own,
//! and the database says which of them is in use, so that a command beside the running server acts
//! at once.

mod commands;
pub mod epoch;
mod folder;
pub mod signing;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use data_encoding::HEXLOWER;
use jiff::civil::Date;
use serde::Serialize;
use zeroize::Zeroizing;

use super::{CentralError, Office, storage};
use crate::clock::random_bytes;
use crate::credential::{IssuerId, KeyPair, Kid, SigningKey};
use crate::sealed::{EpochKey, StationKeys};
pub use commands::{KeyCommand, run as key_command};
pub use folder::{Folder, passphrase};

pub type Secret = Zeroizing<[u8; 32]>;

/// Name of the file and what the key is for.
const FIXED: [(&str, &str); 4] = [
    ("root", "Ed25519, signs the trust list; stations pin it"),
    ("time", "Ed25519, signs the time; stations pin it"),
    ("portrait", "X25519, opens portraits on their way from a station"),
    ("code", "symmetric, one-time codes are kept under it"),
];

/// Everything secret that the server holds.
pub struct Keys {
    folder: RwLock<Folder>,
    issuer: IssuerId,
    dir: PathBuf,
    root: Option<KeyPair>,
    pub time: KeyPair,
    pub portrait: Secret,
    pub portrait_public: [u8; 32],
    pub code: Secret,
    signers: RwLock<HashMap<Kid, Arc<SigningKey>>>,
    epochs: RwLock<HashMap<u32, Arc<EpochKey>>>,
    /// The signing key that was made with the folder, for the database of a first start.
    first: Option<Kid>,
}

/// What `key list` says of one key.
#[derive(Debug, Serialize)]
pub struct KeyLine {
    pub name: String,
    pub purpose: &'static str,
    /// The public half in hexadecimal; symmetric keys have none.
    pub public: Option<String>,
    /// Of an issuer's key: its name in codes.
    pub kid: Option<String>,
    /// Of an issuer's key: `coming`, `signing`, `overlap`, `retired` or `revoked`.
    pub state: Option<&'static str>,
    pub from: Option<Date>,
    /// The last day on which it signs; its cards stay valid after it.
    pub until: Option<Date>,
    /// Is its file sealed with a passphrase?
    pub sealed: bool,
}

impl Keys {
    /// Opens the keys in `data/keys`, or makes all of them where there is no such folder yet. With
    /// `used` the database has known keys before: then a folder that is gone is an error.
    pub fn open(
        data: &Path,
        issuer: IssuerId,
        passphrase: Option<&[u8]>,
        used: bool,
    ) -> Result<Keys, CentralError> {
        let dir = data.join("keys");
        if used && !dir.exists() {
            let reason = "the folder of keys is missing; restore it from a backup, new keys would not do";
            return Err(CentralError::Key { path: dir, reason });
        }
        let secret = Zeroizing::new(random_bytes::<32>());
        let first = SigningKey::from_secret(*secret, issuer.clone()).kid().clone();
        let (signer, epoch) = (file_of(&first), epoch_file(1));
        let mut make = vec![(signer.as_str(), secret), (epoch.as_str(), Zeroizing::new(random_bytes()))];
        make.extend(FIXED.map(|(name, _)| (name, Zeroizing::new(random_bytes()))));
        let folder = Folder::open(data, passphrase, &make)?;
        let portrait = folder.read("portrait")?;
        Ok(Keys {
            issuer,
            root: if folder.has("root") { Some(KeyPair::from_secret(*folder.read("root")?)) } else { None },
            dir,
            time: KeyPair::from_secret(*folder.read("time")?),
            portrait_public: StationKeys::from_private(&portrait)?.public,
            portrait,
            code: folder.read("code")?,
            first: folder.has(&signer).then_some(first),
            folder: RwLock::new(folder),
            signers: RwLock::default(),
            epochs: RwLock::default(),
        })
    }

    /// The root of a server that signs its own trust list.
    pub fn root(&self) -> Result<&KeyPair, CentralError> {
        self.root.as_ref().ok_or_else(|| CentralError::Key {
            path: self.dir.join("root.key"),
            reason: "the file is missing; restore it from a backup, or take in a list of the spare root \
                     (anjungan-central trust import; see docs/security.md)",
        })
    }

    /// The issuer's key with this id.
    fn signer(&self, kid: &Kid) -> Result<Arc<SigningKey>, CentralError> {
        if let Some(held) = self.signers.read().unwrap_or_else(PoisonError::into_inner).get(kid) {
            return Ok(held.clone());
        }
        let key = SigningKey::from_secret(*self.read(&file_of(kid))?, self.issuer.clone());
        if key.kid() != kid {
            return Err(CentralError::Stored("a signing key"));
        }
        let key = Arc::new(key);
        self.signers.write().unwrap_or_else(PoisonError::into_inner).insert(kid.clone(), key.clone());
        Ok(key)
    }

    /// Is this issuer's key here, so that it can sign?
    fn has_signer(&self, kid: &Kid) -> bool {
        self.folder.read().unwrap_or_else(PoisonError::into_inner).has(&file_of(kid))
    }

    fn new_signer(&self) -> Result<Arc<SigningKey>, CentralError> {
        let secret = Zeroizing::new(random_bytes::<32>());
        let key = SigningKey::from_secret(*secret, self.issuer.clone());
        self.write(&file_of(key.kid()), &secret)?;
        Ok(Arc::new(key))
    }

    /// The epoch key with this number.
    fn epoch(&self, number: u32) -> Result<Arc<EpochKey>, CentralError> {
        if let Some(held) = self.epochs.read().unwrap_or_else(PoisonError::into_inner).get(&number) {
            return Ok(held.clone());
        }
        let key = Arc::new(EpochKey::from_secret(number, *self.read(&epoch_file(number))?));
        self.epochs.write().unwrap_or_else(PoisonError::into_inner).insert(number, key.clone());
        Ok(key)
    }

    fn new_epoch(&self, number: u32) -> Result<(), CentralError> {
        let name = epoch_file(number);
        // One that a power cut left behind was never used.
        if self.folder.read().unwrap_or_else(PoisonError::into_inner).has(&name) {
            return self.read(&name).map(|_| ());
        }
        self.write(&name, &Zeroizing::new(random_bytes()))
    }

    fn read(&self, name: &str) -> Result<Secret, CentralError> {
        self.folder.read().unwrap_or_else(PoisonError::into_inner).read(name)
    }

    fn write(&self, name: &str, secret: &Secret) -> Result<(), CentralError> {
        self.folder.read().unwrap_or_else(PoisonError::into_inner).write(name, secret)
    }

    /// Writes a file into the folder of keys and removes it again.
    pub async fn try_folder(&self) -> Result<(), CentralError> {
        let dir = self.folder.read().unwrap_or_else(PoisonError::into_inner).dir().to_owned();
        storage::try_folder(&dir).await
    }

    pub fn is_sealed(&self) -> bool {
        self.folder.read().unwrap_or_else(PoisonError::into_inner).is_sealed()
    }

    /// Seals all files under a passphrase. Returns how many.
    pub fn seal(&self, passphrase: &[u8]) -> Result<usize, CentralError> {
        self.folder.write().unwrap_or_else(PoisonError::into_inner).seal(passphrase)
    }
}

fn file_of(kid: &Kid) -> String {
    format!("issuer-{kid}")
}

fn epoch_file(number: u32) -> String {
    format!("epoch-{number}")
}

/// Public facts about every key.
pub async fn list(office: &Office) -> Result<Vec<KeyLine>, CentralError> {
    let (keys, today) = (&office.keys, office.today());
    let sealed = keys.is_sealed();
    let line = |name: String, purpose, public: Option<[u8; 32]>| KeyLine {
        name,
        purpose,
        public: public.map(|bytes| HEXLOWER.encode(&bytes)),
        kid: None,
        state: None,
        from: None,
        until: None,
        sealed,
    };
    let mut lines: Vec<KeyLine> = FIXED
        .iter()
        .map(|&(name, purpose)| {
            let public = match name {
                "root" => keys.root.as_ref().map(KeyPair::public),
                "time" => Some(keys.time.public()),
                "portrait" => Some(keys.portrait_public),
                _ => None,
            };
            line(name.to_owned(), purpose, public)
        })
        .collect();
    let epoch = epoch::current(office).await?;
    lines.push(line(epoch_file(epoch), "symmetric, opens the region's roster records", None));
    let all = signing::all(office).await?;
    let in_use = signing::in_use(&all, today).map(|key| key.kid.clone());
    lines.extend(all.iter().map(|key| KeyLine {
        kid: Some(key.kid.to_string()),
        state: Some(key.state(today, in_use.as_ref())),
        from: Some(key.from),
        until: key.until,
        ..line(file_of(&key.kid), "Ed25519, signs codes and status lists", Some(key.public))
    }));
    Ok(lines)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
