//! The back code: the same issue with its holder's face, for a desk that is not connected.
//!
//! Base45 (RFC 9285) of a COSE_Sign1 over a CWT with Claim 169 (identity data in a QR code), so
//! readers of that standard understand it. Without zlib: a portrait does not get smaller by it. A
//! reader takes zlib as well, since others write it.
//!
//! | key | value |
//! | --- | --- |
//! | 1 iss, 6 iat, 65535 status, -65537 NIP | as on the [front](super::front) |
//! | 169 | `{1: serial, 2: "1", 4: name, 16: picture, 17: 4 (WebP)}` |
//!
//! The NIP costs 15 bytes beside a picture of 500 to 900 and is always there: with it a desk can
//! compare the two sides of a card.

use std::io::Read as _;

use ciborium::Value;
use jiff::civil::Date;

use super::cbor::Order;
use super::claims::{self, Claims};
use super::cose::{self, Signed};
use super::key::SigningKey;
use super::{CredentialError, IssuerId, Kid, Serial, base45};
use crate::person::Nip;

/// The largest picture that is signed, in bytes; one of 500 to 900 is enough for a face.
pub const MAX_FACE_BYTES: usize = 1_200;
/// What a QR code of version 40-L holds in alphanumeric mode.
pub(super) const MAX_TEXT: usize = 4_296;
/// The most that zlib may unfold to.
const MAX_INFLATED: u64 = 8 * 1024;
/// The version of the identity data, key 2 of Claim 169.
const VERSION: &str = "1";
/// WebP, key 17 of Claim 169.
const WEBP: u64 = 4;

/// What the back code says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackClaims {
    /// The serial of the issue, the same as on the front.
    pub serial: Serial,
    pub nip: Nip,
    pub name: String,
    pub issued_on: Date,
    pub status_index: u64,
    /// The face as a small WebP picture, at most [`MAX_FACE_BYTES`].
    pub face_webp: Vec<u8>,
}

/// A back code taken apart. Nothing in it is proven until [`judge`](super::judge) has seen it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackCode {
    pub issuer: IssuerId,
    pub kid: Kid,
    pub claims: BackClaims,
    signed: Signed,
}

impl BackCode {
    /// Proves that the holder of this public key signed this content.
    pub fn verify(&self, public: &[u8; 32]) -> Result<(), CredentialError> {
        // No associated data: Claim 169 knows none, and other readers shall understand this code.
        self.signed.verify(public, &[])
    }

    /// From the bytes that base45 (and zlib) gave.
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, CredentialError> {
        let signed = Signed::decode(bytes, None, Order::Sorted)?;
        let claims = Claims::decode(signed.payload(), Order::Sorted)?;
        let identity = claims.identity()?;
        if identity.uint(17) != Some(WEBP) {
            return Err(CredentialError::Shape("picture format"));
        }
        let face_webp =
            identity.bytes(16).filter(|face| !face.is_empty()).ok_or(CredentialError::Shape("picture"))?;
        Ok(Self {
            issuer: claims.issuer()?,
            kid: signed.kid()?,
            claims: BackClaims {
                serial: Serial::parse(identity.text(1).unwrap_or_default())?,
                nip: claims.nip()?,
                name: identity.name()?,
                issued_on: claims.issued_on()?,
                status_index: claims.status_index()?,
                face_webp: face_webp.to_vec(),
            },
            signed,
        })
    }
}

/// Makes the text of the back code.
pub fn sign_back(key: &SigningKey, claims: &BackClaims) -> Result<String, CredentialError> {
    let len = claims.face_webp.len();
    if len == 0 {
        return Err(CredentialError::Shape("picture"));
    }
    if len > MAX_FACE_BYTES {
        return Err(CredentialError::TooLong { what: "picture", len, max: MAX_FACE_BYTES });
    }
    let payload = Claims::new(key.issuer(), claims.issued_on, claims.status_index, claims.nip)?
        .with_identity(vec![
            (1, Value::Text(claims.serial.to_string())),
            (2, Value::Text(VERSION.to_owned())),
            (4, claims::name(&claims.name)?),
            (16, Value::Bytes(claims.face_webp.clone())),
            (17, Value::from(WEBP)),
        ])
        .encode();
    let signed = cose::sign(key.pair(), Some(key.kid()), None, &[], payload);
    Ok(base45::encode(&signed))
}

/// The bytes behind a back code, if the text can be one: base45 of a tagged COSE_Sign1, perhaps
/// under zlib. Bounded, whatever the text unfolds to.
pub(super) fn unfold(text: &str) -> Option<Vec<u8>> {
    /// Tag 18 (COSE_Sign1) and an array of four.
    const SIGN1: [u8; 2] = [0xd2, 0x84];
    if text.len() > MAX_TEXT {
        return None;
    }
    let bytes = base45::decode(text)?;
    if bytes.starts_with(&SIGN1) {
        return Some(bytes);
    }
    let mut inflated = Vec::new();
    flate2::read::ZlibDecoder::new(bytes.as_slice()).take(MAX_INFLATED).read_to_end(&mut inflated).ok()?;
    inflated.starts_with(&SIGN1).then_some(inflated)
}
