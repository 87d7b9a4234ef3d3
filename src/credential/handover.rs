//! From one root to the next: the former root signs the public half of its successor.
//!
//! A station pins one root. It follows these documents, each signed by the root that it holds, and
//! pins the last; so one that was switched off for years still finds the way, and a root that was
//! handed over counts for nothing any more. A hand-over may be signed long before it is needed and
//! kept in a safe with the successor's secret half: then a root that is lost costs no visit to any
//! station.

use super::cbor::Order;
use super::cose::{self, Signed};
use super::{CredentialError, KeyPair};

const AAD: &[u8] = b"anjungan/root-handover/1";

/// Signs the successor's public half with the root that goes.
pub fn sign_handover(former: &KeyPair, next_public: &[u8; 32]) -> Vec<u8> {
    cose::sign(former, None, None, AAD, next_public.to_vec())
}

/// The successor that the holder of `former_public` named.
pub fn verify_handover(bytes: &[u8], former_public: &[u8; 32]) -> Result<[u8; 32], CredentialError> {
    let signed = Signed::decode(bytes, None, Order::Sorted)?;
    signed.verify(former_public, AAD)?;
    signed.payload().try_into().map_err(|_| CredentialError::Shape("root"))
}

/// The root at the end of the way from `pinned`; `None` where no document starts there.
pub fn follow_handovers(pinned: [u8; 32], documents: &[Vec<u8>]) -> Option<[u8; 32]> {
    let mut root = pinned;
    // Each may be used once, so a circle ends.
    let mut left: Vec<&Vec<u8>> = documents.iter().collect();
    while let Some(at) = left.iter().position(|bytes| verify_handover(bytes, &root).is_ok()) {
        root = verify_handover(left.swap_remove(at), &root).ok()?;
    }
    (root != pinned).then_some(root)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(n: u8) -> KeyPair {
        KeyPair::from_secret([n; 32])
    }

    fn to(from: u8, next: u8) -> Vec<u8> {
        sign_handover(&root(from), &root(next).public())
    }

    #[test]
    fn a_station_follows_from_the_root_it_holds_and_from_no_other() {
        let way = vec![to(2, 3), to(1, 2)];
        assert_eq!(follow_handovers(root(1).public(), &way), Some(root(3).public()));
        assert_eq!(follow_handovers(root(2).public(), &way), Some(root(3).public()));
        assert_eq!(follow_handovers(root(3).public(), &way), None);
        assert_eq!(follow_handovers(root(9).public(), &way), None);
        assert_eq!(follow_handovers(root(1).public(), &[]), None);
        let circle = vec![to(1, 2), to(2, 1)];
        assert_eq!(follow_handovers(root(1).public(), &circle), None);
    }

    #[test]
    fn nothing_else_is_a_hand_over() {
        let good = to(1, 2);
        assert_eq!(verify_handover(&good, &root(1).public()), Ok(root(2).public()));
        for at in 0..good.len() {
            let mut changed = good.clone();
            changed[at] ^= 1;
            assert!(verify_handover(&changed, &root(1).public()).is_err(), "byte {at}");
        }
        let short = cose::sign(&root(1), None, None, AAD, vec![1; 31]);
        assert!(verify_handover(&short, &root(1).public()).is_err());
        let other = cose::sign(&root(1), None, None, b"anjungan/trust-list/1", vec![1; 32]);
        assert!(verify_handover(&other, &root(1).public()).is_err());
    }
}
