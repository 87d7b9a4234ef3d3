//! The epoch key: it opens all records of a region, for as long as an epoch lasts, and names them
//! by number without opening them.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::secret::{self, Key};
use super::{SealedError, bytes, open_with, seal_to};

const INFO: &[u8] = b"anjungan/epoch/1";

/// A region's key for one epoch. A new epoch begins when a station is lost.
pub struct EpochKey {
    epoch: u32,
    key: Key,
}

impl EpochKey {
    pub fn generate(epoch: u32, rng: &mut impl CryptoRng) -> Self {
        Self { epoch, key: secret::random_key(rng) }
    }

    /// From where the central server keeps it.
    pub fn from_secret(epoch: u32, secret: [u8; 32]) -> Self {
        Self { epoch, key: Key::new(secret) }
    }

    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    /// The secret bytes, for the central server to keep. A station never stores them.
    pub fn secret(&self) -> &[u8; 32] {
        &self.key
    }

    /// Where a record with this number is found: HMAC-SHA256 of the number, cut to 16 bytes. A
    /// NIP has so little chance in it that a plain hash would be no secret.
    pub fn index(&self, look_up: &LookUp) -> Index {
        let context = secret::context("anjungan/index/1", &[&self.epoch.to_be_bytes()]);
        let key = secret::derive::<32>(self.key.as_ref(), &context);
        let mut mac = Hmac::<Sha256>::new_from_slice(key.as_ref()).expect("HMAC takes a key of any length");
        mac.update(&look_up.to_bytes());
        let mut tag = [0; 16];
        tag.copy_from_slice(&mac.finalize().into_bytes()[..16]);
        Index { epoch: self.epoch, tag }
    }

    /// The key that wraps the data key of one record in one version.
    pub(super) fn wrapping_key(&self, binding: &[u8]) -> Key {
        secret::derive(self.key.as_ref(), binding)
    }
}

impl fmt::Debug for EpochKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EpochKey").field("epoch", &self.epoch).finish_non_exhaustive()
    }
}

/// A number that somebody at the desk may type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookUp<'a> {
    Nip(u64),
    /// The number of an older KARPEG; case, spaces and points between do not matter.
    Karpeg(&'a str),
}

impl LookUp<'_> {
    fn to_bytes(self) -> Vec<u8> {
        match self {
            LookUp::Nip(nip) => secret::context("nip", &[&nip.to_be_bytes()]),
            LookUp::Karpeg(number) => {
                let plain: String = number
                    .chars()
                    .filter(char::is_ascii_alphanumeric)
                    .map(|c| c.to_ascii_uppercase())
                    .collect();
                secret::context("karpeg", &[plain.as_bytes()])
            }
        }
    }
}

/// What a store finds a record by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Index {
    pub epoch: u32,
    #[serde(with = "bytes")]
    pub tag: [u8; 16],
}

/// An epoch key sealed to a station.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrappedEpoch {
    pub epoch: u32,
    #[serde(with = "bytes")]
    pub sealed: Vec<u8>,
}

/// Seals an epoch key to a station's public key.
pub fn wrap_epoch(
    key: &EpochKey,
    station_public: &[u8; 32],
    rng: &mut impl CryptoRng,
) -> Result<WrappedEpoch, SealedError> {
    let aad = key.epoch.to_be_bytes();
    let sealed = seal_to(station_public, INFO, &aad, key.key.as_ref(), rng)?;
    Ok(WrappedEpoch { epoch: key.epoch, sealed })
}

/// Opens an epoch key with the station's private half.
pub fn unwrap_epoch(wrapped: &WrappedEpoch, private: &[u8; 32]) -> Result<EpochKey, SealedError> {
    let plain = open_with(private, INFO, &wrapped.epoch.to_be_bytes(), &wrapped.sealed)?;
    Ok(EpochKey { epoch: wrapped.epoch, key: secret::to_key(&plain)? })
}
