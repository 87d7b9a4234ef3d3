//! One-time codes and tokens: made at random, kept as hashes only.
//!
//! Codes are short enough to be typed, so at rest they are HMACs under a key that does not lie in
//! the database; tokens have 256 random bits, for which a plain hash is enough.

use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::clock::random_bytes;

/// No vowels, so no words; no digits, so none is taken for a letter (RFC 8628, 6.1).
const ALPHABET: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

/// A code for people to type, `XXXX-XXXX-XXXX`: 20^12, about 52 bits.
pub fn new_code() -> String {
    let letters = letters(12);
    format!("{}-{}-{}", &letters[..4], &letters[4..8], &letters[8..])
}

/// So many random letters.
pub fn letters(count: usize) -> String {
    let mut text = String::with_capacity(count);
    while text.len() < count {
        // 240 is the largest multiple of 20 in a byte: above it, letters would not be even.
        let even = random_bytes::<16>().into_iter().filter(|byte| *byte < 240);
        let room = count - text.len();
        text.extend(even.take(room).map(|byte| char::from(ALPHABET[usize::from(byte % 20)])));
    }
    text
}

/// The form in which a typed code is compared: capitals, without what people put between.
pub fn normal_code(typed: &str) -> String {
    typed.chars().filter(char::is_ascii_alphanumeric).take(64).map(|c| c.to_ascii_uppercase()).collect()
}

/// What is kept of a code. `purpose` keeps a code for one thing from opening another.
pub fn code_hash(key: &[u8; 32], purpose: &str, typed: &str) -> Vec<u8> {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { unreachable!("HMAC takes any key") };
    mac.update(purpose.as_bytes());
    mac.update(&[0]);
    mac.update(normal_code(typed).as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// A bearer token of 256 random bits.
pub fn new_token() -> String {
    BASE64URL_NOPAD.encode(&random_bytes::<32>())
}

/// What is kept of a token.
pub fn token_hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// A random id of 16 characters for rows that have no natural one.
pub fn random_id() -> String {
    BASE32_NOPAD.encode(&random_bytes::<10>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_typed_as_people_type() {
        let code = new_code();
        assert_eq!(code.len(), 14);
        assert!(code.bytes().all(|b| b == b'-' || ALPHABET.contains(&b)));
        assert_ne!(code, new_code());
        let hash = code_hash(&[1; 32], "device", &code);
        assert_eq!(code_hash(&[1; 32], "device", &code.to_lowercase().replace('-', " ")), hash);
        assert_ne!(code_hash(&[1; 32], "account", &code), hash);
        assert_ne!(code_hash(&[2; 32], "device", &code), hash);
    }

    #[test]
    fn tokens_and_ids_are_random() {
        assert_eq!(new_token().len(), 43);
        assert_ne!(new_token(), new_token());
        assert_ne!(random_id(), random_id());
    }
}
