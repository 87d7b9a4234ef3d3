//! Staff codes, and what a code and a PIN open together.

use data_encoding::BASE32_NOPAD;
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::sealed::{
    EpochKey, SealedError, StaffSecret, StationKeys, WrappedEpoch, open_private, unwrap_epoch,
};
use crate::store::Identity;
use crate::sync::pick_up::{ALPHABET, letters};

/// Letters in a staff code: 43 random bits, before the PIN and under Argon2id.
const LETTERS: usize = 10;
const CONTEXT: &[u8] = b"anjungan/staff-code/1";

/// A new staff code, as it is shown once: `XXXXX-XXXXX`.
pub fn new_staff_code(rng: &mut impl CryptoRng) -> Zeroizing<String> {
    let text = Zeroizing::new(letters(LETTERS, rng));
    Zeroizing::new(format!("{}-{}", &text[..LETTERS / 2], &text[LETTERS / 2..]))
}

/// The secret behind a staff code: ten letters, however they were typed, or the text of a clerk's
/// QR code (`STAF:…`). `None`: it is neither.
pub fn staff_secret(code: &str) -> Option<StaffSecret> {
    if let Some(secret) = StaffSecret::parse(code.trim()) {
        return Some(secret);
    }
    let plain = |c: &char| !(c.is_whitespace() || *c == '-');
    let letters: Zeroizing<String> =
        Zeroizing::new(code.chars().filter(plain).map(|c| c.to_ascii_uppercase()).collect());
    if letters.len() != LETTERS || !letters.bytes().all(|letter| ALPHABET.contains(&letter)) {
        return None;
    }
    // A fixed spread of the letters over the secret's 20 bytes; what makes guessing dear is the
    // envelope's Argon2id.
    let spread = Sha256::new().chain_update(CONTEXT).chain_update(letters.as_bytes()).finalize();
    let text = Zeroizing::new(format!("STAF:{}", BASE32_NOPAD.encode(&spread[..20])));
    StaffSecret::parse(&text)
}

/// What a clerk has open while signed in. Dropped when the staff session ends.
#[derive(Debug)]
pub struct Unlocked {
    /// Opens print jobs' pictures.
    pub keys: StationKeys,
    /// Opens the region's records.
    pub epoch: EpochKey,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnlockError {
    /// Which of the two is wrong is not said.
    #[error("wrong staff code or PIN")]
    Wrong,
    /// The envelope opens, and what the server sealed to this station does not.
    #[error("the region's key does not open: the station must join again")]
    JoinAgain,
}

impl Unlocked {
    /// Follows the region to a new epoch whose key came while a clerk is signed in. `false`: it
    /// does not open, and the former one stays.
    pub fn renew(&mut self, identity: &Identity) -> bool {
        if identity.enrolled.epoch.epoch == self.epoch.epoch() {
            return true;
        }
        let Some(epoch) = epoch_of(identity, &self.keys) else { return false };
        self.epoch = epoch;
        true
    }
}

/// The region's key, as it is sealed to this station.
fn epoch_of(identity: &Identity, keys: &StationKeys) -> Option<EpochKey> {
    let wrapped = &identity.enrolled.epoch;
    let wrapped = WrappedEpoch { epoch: wrapped.epoch, sealed: wrapped.wrapped.0.clone() };
    unwrap_epoch(&wrapped, keys.private()).ok()
}

/// Opens the station's envelope and with it the region's key. Takes a second or two on purpose;
/// how often it may be tried is the caller's to limit.
pub fn unlock(identity: &Identity, staff_code: &str, pin: &str) -> Result<Unlocked, UnlockError> {
    let secret = staff_secret(staff_code).ok_or(UnlockError::Wrong)?;
    let keys = open_private(&identity.staff_envelope, &secret, pin).map_err(|error| match error {
        SealedError::DoesNotOpen => UnlockError::Wrong,
        _ => UnlockError::JoinAgain,
    })?;
    let epoch = epoch_of(identity, &keys).ok_or(UnlockError::JoinAgain)?;
    Ok(Unlocked { keys, epoch })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::os_random;

    #[test]
    fn a_code_is_the_same_however_it_is_typed() {
        let code = new_staff_code(&mut os_random());
        assert_eq!(code.len(), 11);
        let secret = staff_secret(&code).unwrap();
        let typed = format!(" {} ", code.to_lowercase().replace('-', " "));
        assert_eq!(staff_secret(&typed).unwrap().as_bytes(), secret.as_bytes());
        // What a clerk's QR code says is taken as well.
        assert_eq!(staff_secret(&secret.to_text()).unwrap().as_bytes(), secret.as_bytes());
    }

    #[test]
    fn what_is_no_code_is_none() {
        for text in ["", "BCDFG", "BCDFG-HJKLA", "BCDFG-HJKL1", "BCDFG-HJKLMN", "STAF:", "BCDFG-HJKLé"] {
            assert!(staff_secret(text).is_none(), "{text}");
        }
    }
}
