//! The symmetric parts: deriving keys, and sealing under one.

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit as _, Nonce};
use hkdf::Hkdf;
use rand_core::CryptoRng;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::SealedError;

pub(super) type Key = Zeroizing<[u8; 32]>;

const NONCE: usize = 12;

/// A label and the parts it is bound to, each with its length before it, so that no two lists of
/// parts give the same bytes.
pub(super) fn context(label: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in std::iter::once(label.as_bytes()).chain(parts.iter().copied()) {
        bytes.extend((part.len() as u64).to_be_bytes());
        bytes.extend(part);
    }
    bytes
}

/// HKDF-SHA256 (RFC 5869) without a salt: what goes in is a key or a signature, even enough
/// already; the context tells the keys derived from it apart.
pub(super) fn derive<const N: usize>(input: &[u8], context: &[u8]) -> Zeroizing<[u8; N]> {
    let mut out = Zeroizing::new([0; N]);
    Hkdf::<Sha256>::new(None, input)
        .expand(context, out.as_mut())
        .expect("at most 255 times 32 bytes can be asked for, and no caller asks for more than 32");
    out
}

pub(super) fn random_key(rng: &mut impl CryptoRng) -> Key {
    let mut key = Zeroizing::new([0; 32]);
    rng.fill_bytes(key.as_mut());
    key
}

/// ChaCha20Poly1305 with a random nonce, which stands before the ciphertext. Every key here seals
/// few messages (a data key one), so nonces do not meet.
pub(super) fn seal(
    key: &Key,
    aad: &[u8],
    plain: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, SealedError> {
    let mut nonce = [0; NONCE];
    rng.fill_bytes(&mut nonce);
    let sealed = ChaCha20Poly1305::new(&(**key).into())
        .encrypt(&Nonce::from(nonce), Payload { msg: plain, aad })
        .map_err(|_| SealedError::Shape("plaintext"))?;
    Ok([&nonce[..], &sealed].concat())
}

pub(super) fn open(key: &Key, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealedError> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or(SealedError::DoesNotOpen)?;
    ChaCha20Poly1305::new(&(**key).into())
        .decrypt(&Nonce::from(*nonce), Payload { msg: sealed, aad })
        .map(Zeroizing::new)
        .map_err(|_| SealedError::DoesNotOpen)
}

/// [`open`] where a key of 32 bytes must come out.
pub(super) fn open_key(key: &Key, aad: &[u8], sealed: &[u8]) -> Result<Key, SealedError> {
    let plain = open(key, aad, sealed)?;
    to_key(&plain)
}

pub(super) fn to_key(plain: &[u8]) -> Result<Key, SealedError> {
    plain.try_into().map(Zeroizing::new).map_err(|_| SealedError::Shape("key"))
}
