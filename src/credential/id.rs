//! The names of things in a credential: the serial of an issue, the issuer, the key.

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE32_NOPAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::CredentialError;

/// The serial of one issue: 80 random bits, on the front and the back of the same card. It says
/// nothing about the person; the serial printed on the face for people is another one.
///
/// Written as 16 characters of base32 (RFC 4648, upper case), which has no padding at this length.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Serial([u8; 10]);

impl Serial {
    /// From ten random bytes.
    pub const fn from_bytes(bytes: [u8; 10]) -> Self {
        Self(bytes)
    }

    pub const fn as_bytes(&self) -> &[u8; 10] {
        &self.0
    }

    /// Takes exactly what [`Display`](fmt::Display) writes: 16 characters, upper case.
    pub fn parse(text: &str) -> Result<Self, CredentialError> {
        BASE32_NOPAD
            .decode(text.as_bytes())
            .ok()
            .and_then(|bytes| <[u8; 10]>::try_from(bytes).ok())
            .map(Self)
            .ok_or(CredentialError::Shape("serial"))
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE32_NOPAD.encode(&self.0))
    }
}

impl fmt::Debug for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Serial({self})")
    }
}

impl FromStr for Serial {
    type Err = CredentialError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Serial {
    type Error = CredentialError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Serial> for String {
    fn from(serial: Serial) -> Self {
        serial.to_string()
    }
}

/// An issuing office, by a short code that the trust list explains, such as `6201`: 1 to 12
/// digits, capital letters or `-`. It stands in every code, so every character costs room.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct IssuerId(String);

impl IssuerId {
    pub const MAX_LEN: usize = 12;

    pub fn parse(text: &str) -> Result<Self, CredentialError> {
        let fits = (1..=Self::MAX_LEN).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase() || b == b'-');
        fits.then(|| Self(text.to_owned())).ok_or(CredentialError::Shape("issuer"))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for IssuerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for IssuerId {
    type Error = CredentialError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<IssuerId> for String {
    fn from(id: IssuerId) -> Self {
        id.0
    }
}

/// The id of a signing key: the first [`Kid::LEN`] bytes of SHA-256 over its 32 public bytes.
///
/// Four bytes are enough because a key is looked up by issuer and id together, an issuer has a
/// handful of keys, and a trust list in which one issuer has the same id twice is refused. It is
/// a name, not a proof: the proof is the signature under the key that the trust list holds.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Kid(Vec<u8>);

impl Kid {
    pub const LEN: usize = 4;

    /// The id of this public key.
    pub fn of(public: &[u8; 32]) -> Self {
        Self(Sha256::digest(public)[..Self::LEN].to_vec())
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CredentialError> {
        if bytes.len() == Self::LEN {
            Ok(Self(bytes.to_vec()))
        } else {
            Err(CredentialError::Shape("key id"))
        }
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Takes what [`Display`](fmt::Display) writes: hexadecimal, lower case.
    pub fn parse(text: &str) -> Result<Self, CredentialError> {
        data_encoding::HEXLOWER
            .decode(text.as_bytes())
            .map_err(|_| CredentialError::Shape("key id"))
            .and_then(|bytes| Self::from_bytes(&bytes))
    }
}

impl fmt::Display for Kid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Kid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kid({self})")
    }
}

impl TryFrom<String> for Kid {
    type Error = CredentialError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Kid> for String {
    fn from(kid: Kid) -> Self {
        kid.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_is_sixteen_characters_and_comes_back() {
        let serial = Serial::from_bytes([0, 1, 2, 3, 4, 250, 251, 252, 253, 254]);
        assert_eq!(serial.to_string().len(), 16);
        assert_eq!(Serial::parse(&serial.to_string()), Ok(serial));
        for bad in ["", "AAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAA", "aaaaaaaaaaaaaaaa", "AAAAAAAAAAAAAAA1"] {
            assert!(Serial::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_issuer_is_short_and_plain() {
        assert!(IssuerId::parse("6201").is_ok());
        for bad in ["", "6201 ", "abc", "1234567890123", "ä"] {
            assert!(IssuerId::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_kid_names_its_key_and_survives_text() {
        let kid = Kid::of(&[7; 32]);
        assert_eq!(Kid::parse(&kid.to_string()), Ok(kid.clone()));
        assert_ne!(kid, Kid::of(&[8; 32]));
        assert!(Kid::from_bytes(&[1, 2, 3]).is_err());
    }
}
