//! A passphrase over a folder of keys: Argon2id makes one key of it, and that key seals each secret
//! under its own name, so that no two files can be exchanged.

use argon2::{Algorithm, Argon2, Version};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::secret::{self, Key};
use super::{SealedError, StaffParams, bytes};

const CHECK: &str = "anjungan/key-lock-check/1";

/// What lies beside the sealed files; not secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyLock {
    pub params: StaffParams,
    #[serde(with = "bytes")]
    pub salt: [u8; 16],
    /// A known text under the key, so that a wrong passphrase is told as such.
    #[serde(with = "bytes")]
    pub check: Vec<u8>,
}

/// The opened lock. Overwritten when dropped.
pub struct LockKey(Key);

impl KeyLock {
    /// A new lock for this passphrase.
    pub fn new(
        passphrase: &[u8],
        params: StaffParams,
        rng: &mut impl CryptoRng,
    ) -> Result<(KeyLock, LockKey), SealedError> {
        let mut salt = [0; 16];
        rng.fill_bytes(&mut salt);
        let mut lock = KeyLock { params, salt, check: Vec::new() };
        let key = lock.key(passphrase)?;
        lock.check = secret::seal(&key, &lock.binding(CHECK), b"open", rng)?;
        Ok((lock, LockKey(key)))
    }

    /// [`SealedError::DoesNotOpen`]: another passphrase.
    pub fn open(&self, passphrase: &[u8]) -> Result<LockKey, SealedError> {
        let key = self.key(passphrase)?;
        secret::open(&key, &self.binding(CHECK), &self.check)?;
        Ok(LockKey(key))
    }

    fn key(&self, passphrase: &[u8]) -> Result<Key, SealedError> {
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, self.params.check()?);
        let password = Zeroizing::new(secret::context("anjungan/key-lock/1", &[passphrase]));
        let mut key = Key::new([0; 32]);
        argon2.hash_password_into(&password, &self.salt, key.as_mut()).map_err(|_| SealedError::Costs)?;
        Ok(key)
    }

    fn binding(&self, name: &str) -> Vec<u8> {
        secret::context(name, &[&self.salt])
    }
}

impl LockKey {
    /// Seals the secret that has this name.
    pub fn seal(
        &self,
        name: &str,
        plain: &[u8; 32],
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, SealedError> {
        secret::seal(&self.0, &file(name), plain, rng)
    }

    pub fn open(&self, name: &str, sealed: &[u8]) -> Result<Zeroizing<[u8; 32]>, SealedError> {
        secret::open_key(&self.0, &file(name), sealed)
    }
}

fn file(name: &str) -> Vec<u8> {
    secret::context("anjungan/key-file/1", &[name.as_bytes()])
}
