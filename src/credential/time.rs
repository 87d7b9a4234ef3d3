//! The time, signed. A station without a battery clock needs the time before TLS and tokens can
//! work, so it asks with a nonce over any transport, and the answer is signed by a key that was
//! pinned when the station was enrolled.

use ciborium::Value;
use jiff::Timestamp;

use super::cbor::{self, Order};
use super::cose::{self, Signed};
use super::{CredentialError, KeyPair};

/// Short nonces could repeat, and with them an old answer would pass.
const MIN_NONCE: usize = 16;
const MAX_NONCE: usize = 64;
const MAX_BYTES: usize = 256;

/// The signed answer to "what time is it?": a COSE_Sign1 over the milliseconds since 1970, bound to
/// the nonce of the question. A station subtracts nothing for the way: an answer is at most as old
/// as its question.
pub struct SignedTime;

impl SignedTime {
    /// Answers a question. The nonce has 16 to 64 bytes.
    pub fn sign(key: &KeyPair, nonce: &[u8], now: Timestamp) -> Result<Vec<u8>, CredentialError> {
        let payload = cbor::encode(&Value::from(now.as_millisecond()));
        Ok(cose::sign(key, None, None, &aad(nonce)?, payload))
    }

    /// The time in an answer to the question with this nonce.
    pub fn verify(bytes: &[u8], public: &[u8; 32], nonce: &[u8]) -> Result<Timestamp, CredentialError> {
        cbor::at_most("signed time", bytes, MAX_BYTES)?;
        let signed = Signed::decode(bytes, None, Order::Sorted)?;
        signed.verify(public, &aad(nonce)?)?;
        SignedTime::of(&signed)
    }

    /// The time in an answer that nothing has proven yet: a hint, and no more.
    pub fn unproven(bytes: &[u8]) -> Result<Timestamp, CredentialError> {
        cbor::at_most("signed time", bytes, MAX_BYTES)?;
        SignedTime::of(&Signed::decode(bytes, None, Order::Sorted)?)
    }

    fn of(signed: &Signed) -> Result<Timestamp, CredentialError> {
        let millis = cbor::strict(signed.payload(), Order::Sorted)?;
        millis
            .as_integer()
            .and_then(|millis| i64::try_from(millis).ok())
            .and_then(|millis| Timestamp::from_millisecond(millis).ok())
            .ok_or(CredentialError::Shape("time"))
    }
}

/// The order to a station whose stored time is later than the true one to take this one in its place: the same
/// shape under another label, so that no answer about the time passes for it.
pub struct ClockReset;

impl ClockReset {
    /// Answers a station's question. The nonce has 16 to 64 bytes.
    pub fn sign(key: &KeyPair, nonce: &[u8], now: Timestamp) -> Result<Vec<u8>, CredentialError> {
        check_nonce(nonce)?;
        let payload = cbor::encode(&Value::from(now.as_millisecond()));
        Ok(cose::sign(key, None, None, &cbor::labelled(RESET, &[nonce]), payload))
    }

    /// The time to take, from the order to the question with this nonce.
    pub fn verify(bytes: &[u8], public: &[u8; 32], nonce: &[u8]) -> Result<Timestamp, CredentialError> {
        cbor::at_most("an order about the clock", bytes, MAX_BYTES)?;
        check_nonce(nonce)?;
        let signed = Signed::decode(bytes, None, Order::Sorted)?;
        signed.verify(public, &cbor::labelled(RESET, &[nonce]))?;
        SignedTime::of(&signed)
    }
}

const RESET: &str = "anjungan/time-reset/1";

fn aad(nonce: &[u8]) -> Result<Vec<u8>, CredentialError> {
    check_nonce(nonce)?;
    Ok(cbor::labelled("anjungan/time/1", &[nonce]))
}

pub(super) fn check_nonce(nonce: &[u8]) -> Result<(), CredentialError> {
    if (MIN_NONCE..=MAX_NONCE).contains(&nonce.len()) {
        Ok(())
    } else {
        Err(CredentialError::Shape("nonce of 16 to 64 bytes"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_no_answer_and_an_answer_no_order() {
        let key = KeyPair::from_secret([1; 32]);
        let now: Timestamp = "2026-02-03T04:05:06.789Z".parse().unwrap();
        let (answer, order) =
            (SignedTime::sign(&key, &[9; 16], now).unwrap(), ClockReset::sign(&key, &[9; 16], now).unwrap());
        assert_eq!(ClockReset::verify(&order, &key.public(), &[9; 16]), Ok(now));
        let bad = Err(CredentialError::BadSignature);
        assert_eq!(ClockReset::verify(&answer, &key.public(), &[9; 16]), bad);
        assert_eq!(SignedTime::verify(&order, &key.public(), &[9; 16]), bad);
        assert_eq!(ClockReset::verify(&order, &key.public(), &[8; 16]), bad);
        assert!(ClockReset::sign(&key, &[9; 15], now).is_err());
    }

    #[test]
    fn an_answer_is_for_one_question_and_one_key() {
        let key = KeyPair::from_secret([1; 32]);
        let now: Timestamp = "2026-02-03T04:05:06.789Z".parse().unwrap();
        let answer = SignedTime::sign(&key, &[9; 16], now).unwrap();
        assert_eq!(SignedTime::verify(&answer, &key.public(), &[9; 16]), Ok(now));
        assert_eq!(SignedTime::unproven(&answer), Ok(now));
        let bad = Err(CredentialError::BadSignature);
        assert_eq!(SignedTime::verify(&answer, &key.public(), &[8; 16]), bad);
        let other = KeyPair::from_secret([2; 32]).public();
        assert_eq!(SignedTime::verify(&answer, &other, &[9; 16]), bad);
        assert!(SignedTime::sign(&key, &[9; 15], now).is_err());
        for i in 0..answer.len() {
            let mut altered = answer.clone();
            altered[i] ^= 1;
            assert!(SignedTime::verify(&altered, &key.public(), &[9; 16]).is_err(), "{i}");
        }
    }
}
