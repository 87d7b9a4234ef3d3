//! COSE_Sign1 (RFC 9052) with Ed25519, in the one shape that documents of ours have: tagged,
//! algorithm, key id and type in the protected header, nothing in the unprotected one.
//!
//! We sign as EdDSA (-8), which readers of Claim 169 know, and accept Ed25519 (-19, RFC 9864) too.

use ciborium::Value;
use coset::iana::Algorithm;
use coset::{
    CoseSign1, CoseSign1Builder, HeaderBuilder, Label, RegisteredLabelWithPrivate, TaggedCborSerializable,
};

use super::cbor::{self, Order};
use super::key;
use super::{CredentialError, KeyPair, Kid};

/// Header parameter `typ` (RFC 9596).
const TYP: i64 = 16;

/// A signed document taken apart; not yet proven.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Signed(CoseSign1);

/// CBOR knows floats and so has no full equality of its own; signed documents are compared by
/// their integers, texts and bytes, where there is one.
impl Eq for Signed {}

/// Signs `payload`. `aad` is bound to it without being part of the document.
pub(super) fn sign(
    key: &KeyPair,
    kid: Option<&Kid>,
    typ: Option<&str>,
    aad: &[u8],
    payload: Vec<u8>,
) -> Vec<u8> {
    let mut header = HeaderBuilder::new().algorithm(Algorithm::EdDSA);
    if let Some(kid) = kid {
        header = header.key_id(kid.as_bytes().to_vec());
    }
    if let Some(typ) = typ {
        header = header.value(TYP, Value::Text(typ.to_owned()));
    }
    CoseSign1Builder::new()
        .protected(header.build())
        .payload(payload)
        .create_signature(aad, |message| key.sign(message))
        .build()
        .to_tagged_vec()
        // Header and payload are values of ours that CBOR can hold, and a Vec takes any bytes.
        .unwrap_or_default()
}

impl Signed {
    /// Takes a document apart, strictly. `typ` is the type that the protected header must name;
    /// `None` where it must name none. `order` is that of the map keys in the header.
    pub fn decode(bytes: &[u8], typ: Option<&str>, order: Order) -> Result<Self, CredentialError> {
        let shape = CredentialError::Shape("COSE_Sign1");
        let value = cbor::strict(bytes, order)?;
        let protected = match &value {
            Value::Tag(_, inner) => inner.as_array().and_then(|parts| parts.first()?.as_bytes()),
            _ => None,
        };
        cbor::strict(protected.ok_or_else(|| shape.clone())?, order)?;
        let sign1 = CoseSign1::from_tagged_slice(bytes).map_err(|_| shape.clone())?;

        let header = &sign1.protected.header;
        match header.alg {
            Some(RegisteredLabelWithPrivate::Assigned(Algorithm::EdDSA | Algorithm::Ed25519)) => {}
            _ => return Err(CredentialError::UnknownAlgorithm),
        }
        let named = match header.rest.as_slice() {
            [] => None,
            [(Label::Int(TYP), Value::Text(named))] => Some(named.as_str()),
            _ => return Err(shape),
        };
        if named != typ {
            return Err(CredentialError::NotThisOne("type of document"));
        }
        let known_only = header.crit.is_empty()
            && header.content_type.is_none()
            && header.iv.is_empty()
            && header.partial_iv.is_empty()
            && header.counter_signatures.is_empty();
        if !known_only || !sign1.unprotected.is_empty() || sign1.payload.is_none() {
            return Err(shape);
        }
        if sign1.signature.len() != ed25519_dalek::SIGNATURE_LENGTH {
            return Err(CredentialError::BadSignature);
        }
        Ok(Self(sign1))
    }

    pub fn verify(&self, public: &[u8; 32], aad: &[u8]) -> Result<(), CredentialError> {
        self.0.verify_signature(aad, |signature, message| key::verify(public, message, signature))
    }

    pub fn kid(&self) -> Result<Kid, CredentialError> {
        Kid::from_bytes(&self.0.protected.header.key_id)
    }

    pub fn payload(&self) -> &[u8] {
        self.0.payload.as_deref().unwrap_or_default()
    }

    pub fn signature(&self) -> &[u8] {
        &self.0.signature
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> KeyPair {
        KeyPair::from_secret([4; 32])
    }

    /// A document with this header, and this one outside the signature.
    fn document(protected: HeaderBuilder, unprotected: HeaderBuilder) -> CoseSign1 {
        CoseSign1Builder::new()
            .protected(protected.build())
            .unprotected(unprotected.build())
            .payload(b"payload".to_vec())
            .create_signature(b"aad", |message| key().sign(message))
            .build()
    }

    fn header() -> HeaderBuilder {
        HeaderBuilder::new().algorithm(Algorithm::EdDSA)
    }

    fn decode(document: CoseSign1) -> Result<Signed, CredentialError> {
        Signed::decode(&document.to_tagged_vec().unwrap(), None, Order::Sorted)
    }

    #[test]
    fn both_names_of_the_algorithm_are_taken_and_no_other() {
        for algorithm in [Algorithm::EdDSA, Algorithm::Ed25519] {
            let protected = HeaderBuilder::new().algorithm(algorithm);
            let signed = decode(document(protected, HeaderBuilder::new())).unwrap();
            assert_eq!(signed.verify(&key().public(), b"aad"), Ok(()));
            assert_eq!(signed.verify(&key().public(), b""), Err(CredentialError::BadSignature));
        }
        for protected in
            [HeaderBuilder::new().algorithm(Algorithm::ES256), HeaderBuilder::new().key_id(vec![1])]
        {
            let refused = decode(document(protected, HeaderBuilder::new()));
            assert_eq!(refused, Err(CredentialError::UnknownAlgorithm));
        }
    }

    #[test]
    fn nothing_stands_outside_the_signature_and_nothing_unknown_within() {
        let plain = HeaderBuilder::new;
        assert!(decode(document(header(), plain())).is_ok());
        for refused in [
            document(header(), plain().key_id(vec![1, 2, 3, 4])),
            document(header(), plain().algorithm(Algorithm::EdDSA)),
            document(header().value(99, Value::Null), plain()),
            document(header().value(TYP, Value::Text("other".to_owned())), plain()),
            document(header().add_critical(coset::iana::HeaderParameter::Alg), plain()),
            document(header().content_type("text/plain".to_owned()), plain()),
        ] {
            assert!(decode(refused).is_err());
        }
    }

    #[test]
    fn untagged_unsigned_or_without_a_payload_is_no_document() {
        use coset::CborSerializable as _;
        let good = document(header(), HeaderBuilder::new());
        let untagged = good.clone().to_vec().unwrap();
        assert!(Signed::decode(&untagged, None, Order::Sorted).is_err());
        assert!(decode(CoseSign1 { payload: None, ..good.clone() }).is_err());
        assert!(decode(CoseSign1 { signature: vec![], ..good }).is_err());
    }
}
