//! The front code: who holds this card, in a link that a phone can open and a desk can prove.
//!
//! `HTTPS://HOST/V/<serial>#<unpadded base32 of a COSE_Sign1>`, all in characters of a QR code's
//! alphanumeric mode but the `#`. What stands after `#` never reaches a server or its logs.
//!
//! Payload, a CWT claim set (RFC 8392) in deterministic CBOR:
//!
//! | key | value |
//! | --- | --- |
//! | 1 iss | issuer, text |
//! | 6 iat | day of issue: seconds since 1970 at 00:00 UTC of that day |
//! | 169 | `{4: name}`, of Claim 169 |
//! | 65535 status | `{"status_list": {"idx": n}}`; the list's address follows from issuer and key id (a deviation: the draft wants `uri` too, for which there is no room) |
//! | -65537 | NIP as an integer; a claim key for private use |
//!
//! External associated data: a label, the serial and the host, so that neither can be exchanged:
//! a copied code with the address of another server is an altered code.

use data_encoding::BASE32_NOPAD;
use jiff::civil::Date;

use super::cbor::{self, Order};
use super::claims::{self, Claims};
use super::cose::{self, Signed};
use super::key::SigningKey;
use super::{CredentialError, IssuerId, Kid, Serial};
use crate::person::Nip;

/// A host in a code, in characters.
const MAX_HOST: usize = 63;
/// The longest front code that is looked at: prefix, host, serial and 400 bytes of signed claims.
pub(super) const MAX_TEXT: usize = 800;

/// What the front code says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrontClaims {
    pub nip: Nip,
    pub name: String,
    /// The day of issue, at the issuing office.
    pub issued_on: Date,
    /// Where this issue stands in its issuer's status list: random, never used again.
    pub status_index: u64,
}

/// A front code taken apart. Nothing in it is proven until [`judge`](super::judge) has seen it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrontCode {
    /// As written in the code, in capitals.
    pub host: String,
    pub serial: Serial,
    pub issuer: IssuerId,
    pub kid: Kid,
    pub claims: FrontClaims,
    signed: Signed,
}

impl FrontCode {
    /// The 64 bytes of the signature: what opens a sealed record of this card's holder.
    pub fn signature(&self) -> &[u8] {
        self.signed.signature()
    }

    /// Proves that the holder of this public key signed this serial, host and content.
    pub fn verify(&self, public: &[u8; 32]) -> Result<(), CredentialError> {
        self.signed.verify(public, &aad(self.serial, &self.host))
    }

    /// After `HTTPS://HOST/V/`: serial, `#`, signed claims.
    pub(super) fn decode(host: &str, rest: &str) -> Result<Self, CredentialError> {
        let (serial, signed) = rest.split_once('#').ok_or(CredentialError::Shape("front code"))?;
        let serial = Serial::parse(serial)?;
        let host = normal_host(host)?;
        let bytes = BASE32_NOPAD.decode(signed.as_bytes()).map_err(|_| CredentialError::Shape("base32"))?;
        let signed = Signed::decode(&bytes, None, Order::Sorted)?;
        let claims = Claims::decode(signed.payload(), Order::Sorted)?;
        let identity = claims.identity()?;
        Ok(Self {
            host,
            serial,
            issuer: claims.issuer()?,
            kid: signed.kid()?,
            claims: FrontClaims {
                nip: claims.nip()?,
                name: identity.name()?,
                issued_on: claims.issued_on()?,
                status_index: claims.status_index()?,
            },
            signed,
        })
    }
}

/// Makes the text of the front code. `host` is the address that outlives the server behind it,
/// with a port where there must be one.
///
/// With a host of 25 characters and an issuer of 4, a name of 40 plain characters fits a QR code
/// of version 11-M, one of 60 13-M; a test builds them.
pub fn sign_front(
    key: &SigningKey,
    host: &str,
    serial: Serial,
    claims: &FrontClaims,
) -> Result<String, CredentialError> {
    let host = normal_host(host)?;
    let payload = Claims::new(key.issuer(), claims.issued_on, claims.status_index, claims.nip)?
        .with_identity(vec![(4, claims::name(&claims.name)?)])
        .encode();
    let signed = cose::sign(key.pair(), Some(key.kid()), None, &aad(serial, &host), payload);
    let code = BASE32_NOPAD.encode(&signed);
    Ok(format!("HTTPS://{host}/V/{serial}#{code}"))
}

/// A host in capitals: letters, digits, `-` and `.`, and perhaps `:` and a port.
pub(super) fn normal_host(host: &str) -> Result<String, CredentialError> {
    let bad = CredentialError::Host { max: MAX_HOST };
    let (name, port) = match host.split_once(':') {
        Some((name, port)) => (name, Some(port)),
        None => (host, None),
    };
    let name_fits = !name.is_empty()
        && host.len() <= MAX_HOST
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
    let port_fits = port.is_none_or(|port| {
        !port.starts_with('0') && port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok()
    });
    if name_fits && port_fits { Ok(host.to_ascii_uppercase()) } else { Err(bad) }
}

fn aad(serial: Serial, host: &str) -> Vec<u8> {
    cbor::labelled("anjungan/front/1", &[serial.as_bytes(), host.as_bytes()])
}
