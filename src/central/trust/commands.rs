//! `anjungan-central trust …`: for the root of several issuers, and for each of them.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use zeroize::Zeroizing;

use super::{issuer, shared};
use crate::central::commands::{open, say};
use crate::central::keys::{Folder, passphrase};
use crate::central::{CentralConfig, CentralError};
use crate::clock::{SystemClock, random_bytes};
use crate::credential::{Issuer, KeyPair, sign_handover};

/// The list of issuers that stations trust. A root lives in a folder of its own, best on a machine
/// without a network; no other key is made there.
#[derive(Subcommand)]
pub enum TrustCommand {
    /// What this server's issuer is, its coming keys too: for the root to sign
    Export,
    /// Makes a root in a folder; prints its public half
    Root {
        folder: PathBuf,
        /// Seals it under the passphrase in this file
        #[arg(long)]
        passphrase_file: Option<PathBuf>,
    },
    /// Signs one list of all these issuers
    Sign {
        /// The folder of the root
        #[arg(long)]
        root: PathBuf,
        #[arg(long)]
        passphrase_file: Option<PathBuf>,
        #[arg(long)]
        out: PathBuf,
        /// Files of `trust export`
        #[arg(required = true)]
        issuers: Vec<PathBuf>,
    },
    /// Signs the way from a root to its successor; may be done long before it is needed
    Handover {
        /// The folder of the root that goes; of a server's own root, its data folder
        #[arg(long)]
        root: PathBuf,
        #[arg(long)]
        passphrase_file: Option<PathBuf>,
        /// The successor's public half, 64 hexadecimal digits
        #[arg(long)]
        to: String,
        #[arg(long)]
        out: PathBuf,
    },
    /// Takes in a signed list and gives it out from now on
    Import {
        list: PathBuf,
        /// The public half of the root it must be from; needed the first time
        #[arg(long)]
        root: Option<String>,
        /// A hand-over from the root that stations hold
        #[arg(long)]
        handover: Option<PathBuf>,
    },
}

pub async fn run(config: CentralConfig, command: TrustCommand) -> Result<u8, CentralError> {
    let now = SystemClock::shared().now();
    match command {
        TrustCommand::Export => {
            let office = open(config).await?;
            let own = issuer(&office).await?;
            say(&serde_json::to_string(&own).map_err(|_| CentralError::Stored("the issuer"))?);
            office.store.close().await;
        }
        TrustCommand::Root { folder, passphrase_file } => {
            say(&HEXLOWER.encode(&new_root(&folder, passphrase_file.as_deref())?.public()));
        }
        TrustCommand::Sign { root, passphrase_file, out, issuers } => {
            let root = root_in(&root, passphrase_file.as_deref())?;
            let signed = sign_files(&root, &issuers, now)?;
            write(&out, &signed)?;
            say(&format!("{}: {} issuers, version {}", out.display(), issuers.len(), now.as_second()));
        }
        TrustCommand::Handover { root, passphrase_file, to, out } => {
            let root = root_in(&root, passphrase_file.as_deref())?;
            write(&out, &sign_handover(&root, &public(&to)?))?;
            say(&format!("{}: from {}", out.display(), HEXLOWER.encode(&root.public())));
        }
        TrustCommand::Import { list, root, handover } => {
            let bytes = read(&list)?;
            let root = root.as_deref().map(public).transpose()?;
            let handover = handover.as_deref().map(read).transpose()?;
            let office = open(config).await?;
            let taken = shared::import(&office, &bytes, root, handover).await;
            office.store.close().await;
            let taken = taken?;
            say(&format!("version {}: {} issuers", taken.version, taken.issuers.len()));
        }
    }
    Ok(0)
}

fn sign_files(root: &KeyPair, files: &[PathBuf], now: Timestamp) -> Result<Vec<u8>, CentralError> {
    let issuers = files.iter().map(|path| {
        let shape = |e| CentralError::Argument(format!("{}: no export of an issuer: {e}", path.display()));
        serde_json::from_slice::<Issuer>(&read(path)?).map_err(shape)
    });
    shared::sign(root, issuers.collect::<Result<_, _>>()?, now)
}

fn new_root(folder: &Path, passphrase_file: Option<&Path>) -> Result<KeyPair, CentralError> {
    if folder.join("keys").exists() {
        return Err(CentralError::Argument(format!("{}: there are keys already", folder.display())));
    }
    std::fs::create_dir_all(folder).map_err(|e| CentralError::io(folder, e))?;
    let phrase = passphrase(passphrase_file)?;
    let phrase = phrase.as_ref().map(|text| text.as_slice());
    let made = Folder::open(folder, phrase, &[("root", Zeroizing::new(random_bytes()))])?;
    Ok(KeyPair::from_secret(*made.read("root")?))
}

fn root_in(folder: &Path, passphrase_file: Option<&Path>) -> Result<KeyPair, CentralError> {
    if !folder.join("keys").exists() {
        return Err(CentralError::Argument(format!("{}: no root there", folder.display())));
    }
    let phrase = passphrase(passphrase_file)?;
    let held = Folder::open(folder, phrase.as_ref().map(|text| text.as_slice()), &[])?;
    Ok(KeyPair::from_secret(*held.read("root")?))
}

fn public(hex: &str) -> Result<[u8; 32], CentralError> {
    let bytes = HEXLOWER.decode(hex.trim().to_lowercase().as_bytes()).ok();
    bytes
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| CentralError::Argument("a public half has 64 hexadecimal digits".into()))
}

fn read(path: &Path) -> Result<Vec<u8>, CentralError> {
    std::fs::read(path).map_err(|e| CentralError::io(path, e))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), CentralError> {
    std::fs::write(path, bytes).map_err(|e| CentralError::io(path, e))
}
