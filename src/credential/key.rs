//! Keys that sign. Secrets come in as 32 bytes from wherever they are kept, are never shown, and
//! are overwritten when dropped.

use std::fmt;

use ed25519_dalek::Signer as _;
use zeroize::Zeroize;

use super::{CredentialError, IssuerId, Kid};

/// An Ed25519 key pair without a role of its own: the root of a trust list, a server that signs
/// the time, a device that asserts who it is.
pub struct KeyPair(ed25519_dalek::SigningKey);

impl KeyPair {
    /// From 32 secret bytes, which must come from a random source.
    pub fn from_secret(mut secret: [u8; 32]) -> Self {
        let key = ed25519_dalek::SigningKey::from_bytes(&secret);
        secret.zeroize();
        Self(key)
    }

    /// The half that everybody may know.
    pub fn public(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    /// An Ed25519 signature over `message`. Only documents of this module are signed, hence not
    /// public: a key that signs whatever it is handed soon signs a thing it should not.
    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).to_bytes().to_vec()
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyPair({})", Kid::of(&self.public()))
    }
}

/// The key with which one issuer signs codes and status lists. Its [`Kid`] follows from its public
/// half and cannot be given another value.
#[derive(Debug)]
pub struct SigningKey {
    pair: KeyPair,
    issuer: IssuerId,
    kid: Kid,
}

impl SigningKey {
    pub fn from_secret(secret: [u8; 32], issuer: IssuerId) -> Self {
        let pair = KeyPair::from_secret(secret);
        let kid = Kid::of(&pair.public());
        Self { pair, issuer, kid }
    }

    pub fn public(&self) -> [u8; 32] {
        self.pair.public()
    }

    pub fn issuer(&self) -> &IssuerId {
        &self.issuer
    }

    pub fn kid(&self) -> &Kid {
        &self.kid
    }

    pub(super) fn pair(&self) -> &KeyPair {
        &self.pair
    }
}

/// Checks an Ed25519 signature, strictly: keys of small order and signatures in a second form are
/// refused, so that a signature names one message and one message only. The latter matters here
/// because card keys are derived from signatures.
pub(super) fn verify(public: &[u8; 32], message: &[u8], signature: &[u8]) -> Result<(), CredentialError> {
    let key = ed25519_dalek::VerifyingKey::from_bytes(public).map_err(|_| CredentialError::UnknownSigner)?;
    let signature =
        ed25519_dalek::Signature::from_slice(signature).map_err(|_| CredentialError::BadSignature)?;
    key.verify_strict(message, &signature).map_err(|_| CredentialError::BadSignature)
}
