//! The staff secret and PIN, and the envelope in which a station keeps its private key.
//!
//! The secret is a code of its own that a clerk carries, never the code shown on a card: whoever
//! films a card being scanned must not be able to open the region.

use std::fmt;

use argon2::{Algorithm, Argon2, Params, Version};
use data_encoding::BASE32_NOPAD;
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::secret::{self, Key};
use super::{SealedError, StationKeys, bytes};

/// What a clerk's own code carries: 160 random bits, written `STAF:` and 32 characters of base32.
pub struct StaffSecret(Zeroizing<[u8; 20]>);

impl StaffSecret {
    const PREFIX: &str = "STAF:";

    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut secret = Zeroizing::new([0; 20]);
        rng.fill_bytes(secret.as_mut());
        Self(secret)
    }

    /// Takes the text of a staff code; `None` for any other code.
    pub fn parse(text: &str) -> Option<Self> {
        let code = text.strip_prefix(Self::PREFIX)?;
        let bytes = Zeroizing::new(BASE32_NOPAD.decode(code.as_bytes()).ok()?);
        Some(Self(Zeroizing::new(bytes.as_slice().try_into().ok()?)))
    }

    /// The text for the clerk's code. It is the secret: print it once, log it never.
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{}{}", Self::PREFIX, BASE32_NOPAD.encode(self.0.as_ref())))
    }

    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_ref()
    }
}

impl fmt::Debug for StaffSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StaffSecret(..)")
    }
}

/// What Argon2id (RFC 9106) spends on one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffParams {
    pub memory_kib: u32,
    pub passes: u32,
    pub lanes: u32,
}

impl Default for StaffParams {
    /// 64 MiB and three passes on one lane: memory and passes of RFC 9106's second recommended
    /// choice. One attempt took 0.47 s on a server core; once per sign-in of a clerk.
    fn default() -> Self {
        Self { memory_kib: 64 * 1024, passes: 3, lanes: 1 }
    }
}

impl StaffParams {
    /// OWASP's least for Argon2id with two passes. An envelope with less was not made by us.
    pub const LEAST: Self = Self { memory_kib: 19 * 1024, passes: 2, lanes: 1 };
    /// More would let a forged envelope bring a station to its knees.
    const MOST: Self = Self { memory_kib: 256 * 1024, passes: 10, lanes: 4 };

    pub(super) fn check(self) -> Result<Params, SealedError> {
        let (least, most) = (Self::LEAST, Self::MOST);
        let fits = (least.memory_kib..=most.memory_kib).contains(&self.memory_kib)
            && (least.passes..=most.passes).contains(&self.passes)
            && (least.lanes..=most.lanes).contains(&self.lanes);
        if !fits {
            return Err(SealedError::Costs);
        }
        Params::new(self.memory_kib, self.passes, self.lanes, Some(32)).map_err(|_| SealedError::Costs)
    }
}

/// A station's private key under one clerk's secret and PIN. Safe to store; costs, salt and public
/// half are bound to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffEnvelope {
    pub params: StaffParams,
    #[serde(with = "bytes")]
    pub salt: [u8; 16],
    #[serde(with = "bytes")]
    pub public: [u8; 32],
    #[serde(with = "bytes")]
    pub sealed: Vec<u8>,
}

/// Puts a private key into an envelope, under a fresh salt.
pub fn wrap_private(
    keys: &StationKeys,
    staff_secret: &StaffSecret,
    pin: &str,
    params: StaffParams,
    rng: &mut impl CryptoRng,
) -> Result<StaffEnvelope, SealedError> {
    let mut salt = [0; 16];
    rng.fill_bytes(&mut salt);
    let mut envelope = StaffEnvelope { params, salt, public: keys.public, sealed: Vec::new() };
    let key = envelope.key(staff_secret, pin)?;
    envelope.sealed = secret::seal(&key, &envelope.binding(), keys.private(), rng)?;
    Ok(envelope)
}

/// Opens the envelope. How often that may be tried is the caller's to limit.
pub fn open_private(
    envelope: &StaffEnvelope,
    staff_secret: &StaffSecret,
    pin: &str,
) -> Result<StationKeys, SealedError> {
    let key = envelope.key(staff_secret, pin)?;
    let private = secret::open_key(&key, &envelope.binding(), &envelope.sealed)?;
    StationKeys::from_private(&private)
}

impl StaffEnvelope {
    fn key(&self, staff_secret: &StaffSecret, pin: &str) -> Result<Key, SealedError> {
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, self.params.check()?);
        let parts = [staff_secret.as_bytes(), pin.as_bytes()];
        let password = Zeroizing::new(secret::context("anjungan/staff/1", &parts));
        let mut key = Key::new([0; 32]);
        argon2.hash_password_into(&password, &self.salt, key.as_mut()).map_err(|_| SealedError::Costs)?;
        Ok(key)
    }

    fn binding(&self) -> Vec<u8> {
        let StaffParams { memory_kib, passes, lanes } = self.params;
        let costs = [memory_kib, passes, lanes].map(u32::to_be_bytes).concat();
        secret::context("anjungan/staff-envelope/1", &[&costs, &self.salt, &self.public])
    }
}
