//! A station's report of how it was set up, under the key that the server knows it by.

use super::cbor::{self, Order};
use super::cose::{self, Signed};
use super::{CredentialError, KeyPair};

/// A few dozen parts with a sentence each.
const MAX_BYTES: usize = 64 * 1024;

/// Signs a report, as this device.
pub fn sign_commission(key: &KeyPair, device_id: &str, report: Vec<u8>) -> Vec<u8> {
    cose::sign(key, None, None, &aad(device_id), report)
}

/// The report, if the holder of this public key signed it as this device.
pub fn verify_commission(
    bytes: &[u8],
    public: &[u8; 32],
    device_id: &str,
) -> Result<Vec<u8>, CredentialError> {
    cbor::at_most("report", bytes, MAX_BYTES)?;
    let signed = Signed::decode(bytes, None, Order::Sorted)?;
    signed.verify(public, &aad(device_id))?;
    Ok(signed.payload().to_vec())
}

fn aad(device_id: &str) -> Vec<u8> {
    cbor::labelled("anjungan/commissioned/1", &[device_id.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_of_one_device_and_one_key_and_whole() {
        let key = KeyPair::from_secret([1; 32]);
        let signed = sign_commission(&key, "meja-1", b"{}".to_vec());
        assert_eq!(verify_commission(&signed, &key.public(), "meja-1"), Ok(b"{}".to_vec()));
        let other = KeyPair::from_secret([2; 32]).public();
        assert!(verify_commission(&signed, &other, "meja-1").is_err());
        assert!(verify_commission(&signed, &key.public(), "meja-2").is_err());
        for i in 0..signed.len() {
            let mut altered = signed.clone();
            altered[i] ^= 1;
            assert!(verify_commission(&altered, &key.public(), "meja-1").is_err(), "{i}");
        }
        assert!(verify_commission(&vec![0; MAX_BYTES + 1], &key.public(), "meja-1").is_err());
    }
}
