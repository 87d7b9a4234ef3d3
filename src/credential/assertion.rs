//! A device proves who it is: it signs a nonce of the server with the key made when it was
//! enrolled. There is no time in it, because the clock may be what the device comes to ask for.

use super::cbor::{self, Order};
use super::cose::{self, Signed};
use super::time::check_nonce;
use super::{CredentialError, KeyPair};

const MAX_BYTES: usize = 256;

/// Signs the server's nonce (16 to 64 bytes) as this device.
pub fn sign_assertion(key: &KeyPair, device_id: &str, nonce: &[u8]) -> Result<Vec<u8>, CredentialError> {
    Ok(cose::sign(key, None, None, &aad(device_id, nonce)?, Vec::new()))
}

/// Checks that the holder of this public key signed this nonce as this device. The server takes
/// each of its nonces once.
pub fn verify_assertion(
    bytes: &[u8],
    public: &[u8; 32],
    device_id: &str,
    nonce: &[u8],
) -> Result<(), CredentialError> {
    cbor::at_most("assertion", bytes, MAX_BYTES)?;
    let signed = Signed::decode(bytes, None, Order::Sorted)?;
    if !signed.payload().is_empty() {
        return Err(CredentialError::Shape("assertion"));
    }
    signed.verify(public, &aad(device_id, nonce)?)
}

fn aad(device_id: &str, nonce: &[u8]) -> Result<Vec<u8>, CredentialError> {
    check_nonce(nonce)?;
    Ok(cbor::labelled("anjungan/device/1", &[device_id.as_bytes(), nonce]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::SignedTime;

    #[test]
    fn an_assertion_is_for_one_device_and_one_nonce() {
        let key = KeyPair::from_secret([3; 32]);
        let public = key.public();
        let bytes = sign_assertion(&key, "meja-1", &[5; 32]).unwrap();
        assert_eq!(verify_assertion(&bytes, &public, "meja-1", &[5; 32]), Ok(()));
        for (device, nonce) in [("meja-2", [5; 32]), ("meja-1", [6; 32])] {
            assert_eq!(verify_assertion(&bytes, &public, device, &nonce), Err(CredentialError::BadSignature));
        }
        // One kind of document never passes for another under the same key.
        let now = jiff::Timestamp::UNIX_EPOCH;
        let time = SignedTime::sign(&key, &[5; 32], now).unwrap();
        assert!(verify_assertion(&time, &public, "meja-1", &[5; 32]).is_err());
        assert!(SignedTime::verify(&bytes, &public, &[5; 32]).is_err());
    }
}
