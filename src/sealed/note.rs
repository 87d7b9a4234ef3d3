//! What staff note at a station for themselves: sealed under a key of the station's private half,
//! so it opens with a staff code and PIN and with nothing else.

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::secret::{self, Key};
use super::{SealedError, StationKeys};

fn key(keys: &StationKeys, purpose: &str) -> Key {
    secret::derive(keys.private(), &secret::context("anjungan/note/1", &[purpose.as_bytes()]))
}

/// Seals a note. `purpose` says what kind it is, `id` which one; neither is part of the result.
pub fn seal_note(
    keys: &StationKeys,
    purpose: &str,
    id: &str,
    plain: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, SealedError> {
    secret::seal(&key(keys, purpose), id.as_bytes(), plain, rng)
}

/// Opens what [`seal_note`] sealed, with the same `purpose` and `id`.
pub fn open_note(
    keys: &StationKeys,
    purpose: &str,
    id: &str,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, SealedError> {
    secret::open(&key(keys, purpose), id.as_bytes(), sealed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_opens_for_its_station_purpose_and_id_alone() {
        let mut rng = crate::clock::os_random();
        let keys = StationKeys::generate(&mut rng).unwrap();
        let sealed = seal_note(&keys, "visit", "1", b"Sri", &mut rng).unwrap();
        assert_eq!(open_note(&keys, "visit", "1", &sealed).unwrap().as_slice(), b"Sri");
        assert!(open_note(&keys, "visit", "2", &sealed).is_err());
        assert!(open_note(&keys, "other", "1", &sealed).is_err());
        let other = StationKeys::generate(&mut rng).unwrap();
        assert!(open_note(&other, "visit", "1", &sealed).is_err());
    }
}
