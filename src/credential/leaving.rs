//! The end of a station: the server's order to wipe it, and the station's word that it is done. An order
//! holds for one station, one question and one set of things handed over; nobody but the server whose key
//! was pinned at enrolment can give it, and none that was given before fits a later question.

use sha2::{Digest as _, Sha256};

use super::cbor::{self, Order};
use super::cose::{self, Signed};
use super::time::check_nonce;
use super::{CredentialError, KeyPair};

const MAX_BYTES: usize = 256;

/// The server's order: "wipe yourself; I hold everything that you named".
pub struct WipeOrder;

impl WipeOrder {
    /// Signs the order for this station's challenge (16 to 64 bytes) and the items that it named.
    pub fn sign(
        key: &KeyPair,
        device_id: &str,
        challenge: &[u8],
        items: &[String],
    ) -> Result<Vec<u8>, CredentialError> {
        Ok(cose::sign(key, None, None, &order(device_id, challenge, items)?, Vec::new()))
    }

    /// Does the holder of the pinned key order this, to this station, for this challenge and these items?
    pub fn verify(
        bytes: &[u8],
        public: &[u8; 32],
        device_id: &str,
        challenge: &[u8],
        items: &[String],
    ) -> Result<(), CredentialError> {
        bare(bytes, public, &order(device_id, challenge, items)?)
    }
}

/// The station's word that nothing is left on it. It is signed before the key goes with the rest.
pub fn sign_wiped(key: &KeyPair, device_id: &str, challenge: &[u8]) -> Result<Vec<u8>, CredentialError> {
    Ok(cose::sign(key, None, None, &wiped(device_id, challenge)?, Vec::new()))
}

pub fn verify_wiped(
    bytes: &[u8],
    public: &[u8; 32],
    device_id: &str,
    challenge: &[u8],
) -> Result<(), CredentialError> {
    bare(bytes, public, &wiped(device_id, challenge)?)
}

/// A signature over what both sides know: it carries nothing itself.
fn bare(bytes: &[u8], public: &[u8; 32], aad: &[u8]) -> Result<(), CredentialError> {
    cbor::at_most("a word about wiping", bytes, MAX_BYTES)?;
    let signed = Signed::decode(bytes, None, Order::Sorted)?;
    if !signed.payload().is_empty() {
        return Err(CredentialError::Shape("a word about wiping"));
    }
    signed.verify(public, aad)
}

fn order(device_id: &str, challenge: &[u8], items: &[String]) -> Result<Vec<u8>, CredentialError> {
    check_nonce(challenge)?;
    let mut items: Vec<&String> = items.iter().collect();
    items.sort_unstable();
    let named: Vec<&[u8]> = items.iter().map(|item| item.as_bytes()).collect();
    let digest = Sha256::digest(cbor::labelled("anjungan/items/1", &named));
    Ok(cbor::labelled("anjungan/wipe/1", &[device_id.as_bytes(), challenge, &digest]))
}

fn wiped(device_id: &str, challenge: &[u8]) -> Result<Vec<u8>, CredentialError> {
    check_nonce(challenge)?;
    Ok(cbor::labelled("anjungan/wiped/1", &[device_id.as_bytes(), challenge]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::{SignedTime, sign_assertion};

    fn items(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn an_order_is_for_one_station_one_question_and_one_set_of_items() {
        let key = KeyPair::from_secret([3; 32]);
        let (public, named) = (key.public(), items(&["a", "bc"]));
        let order = WipeOrder::sign(&key, "meja-1", &[5; 32], &named).unwrap();
        let holds = |device: &str, challenge: [u8; 32], named: &[&str]| {
            WipeOrder::verify(&order, &public, device, &challenge, &items(named))
        };
        assert_eq!(holds("meja-1", [5; 32], &["bc", "a"]), Ok(()), "in whatever order they are named");
        let bad = Err(CredentialError::BadSignature);
        assert_eq!(holds("meja-2", [5; 32], &["a", "bc"]), bad);
        assert_eq!(holds("meja-1", [6; 32], &["a", "bc"]), bad);
        for other in [&["a"][..], &[], &["ab", "c"], &["a", "bc", "d"]] {
            assert_eq!(holds("meja-1", [5; 32], other), bad, "{other:?}");
        }
        let stranger = KeyPair::from_secret([4; 32]).public();
        assert_eq!(WipeOrder::verify(&order, &stranger, "meja-1", &[5; 32], &named), bad);
        assert!(WipeOrder::sign(&key, "meja-1", &[5; 15], &named).is_err());
        for i in 0..order.len() {
            let mut altered = order.clone();
            altered[i] ^= 1;
            assert!(WipeOrder::verify(&altered, &public, "meja-1", &[5; 32], &named).is_err(), "{i}");
        }
    }

    #[test]
    fn one_kind_of_word_never_passes_for_another() {
        let key = KeyPair::from_secret([3; 32]);
        let (public, nonce) = (key.public(), [5; 32]);
        let now = jiff::Timestamp::UNIX_EPOCH;
        let order = WipeOrder::sign(&key, "meja-1", &nonce, &[]).unwrap();
        let done = sign_wiped(&key, "meja-1", &nonce).unwrap();
        assert_eq!(verify_wiped(&done, &public, "meja-1", &nonce), Ok(()));
        assert!(verify_wiped(&order, &public, "meja-1", &nonce).is_err());
        let others = [
            done,
            sign_assertion(&key, "meja-1", &nonce).unwrap(),
            SignedTime::sign(&key, &nonce, now).unwrap(),
        ];
        for other in others {
            assert!(WipeOrder::verify(&other, &public, "meja-1", &nonce, &[]).is_err());
        }
    }
}
