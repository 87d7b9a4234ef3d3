//! Why a credential, a list or an answer is refused.

use thiserror::Error;

/// What was wrong. None of these carries content of the refused document: they end up in logs.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CredentialError {
    /// Not CBOR at all, or bytes follow after its end.
    #[error("not one complete CBOR item")]
    NotCbor,
    /// CBOR, but not in its one deterministic form (RFC 8949, 4.2.1): such a document was not
    /// written by a signer of ours.
    #[error("CBOR that is not in deterministic form")]
    NotDeterministic,
    /// A map names a key twice, so that two readers could see two different documents.
    #[error("a CBOR map names a key twice")]
    DuplicateKey,
    /// Larger than such a document can be.
    #[error("{what} is too long: {len}, at most {max}")]
    TooLong { what: &'static str, len: usize, max: usize },
    /// A part is missing or of another type.
    #[error("{0} is missing or not of the right form")]
    Shape(&'static str),
    /// A signature algorithm other than Ed25519.
    #[error("signed with an algorithm that is not Ed25519")]
    UnknownAlgorithm,
    /// No trusted issuer has this key, or it may not sign this document.
    #[error("signed by a key that is not known for this")]
    UnknownSigner,
    /// The issuer's key was withdrawn.
    #[error("signed by a key that was withdrawn")]
    KeyRevoked,
    /// The key was not in use on the day the document names.
    #[error("signed by a key that was not in use on that day")]
    KeyNotValidThen,
    /// The signature does not fit the content.
    #[error("the signature does not fit the content")]
    BadSignature,
    /// A list about something else, or an answer to another question.
    #[error("not the {0} that was asked for")]
    NotThisOne(&'static str),
    /// Older than what is held already.
    #[error("older than the one held already")]
    GoesBack,
    /// A name that cannot stand in a code.
    #[error("a name must have 1 to {max} bytes and no control characters")]
    Name { max: usize },
    /// A host that cannot stand in a code.
    #[error("a host has letters, digits, '-', '.' and perhaps a port, at most {max} characters")]
    Host { max: usize },
    /// An index beyond the list, or a status of more than four bits.
    #[error("no such entry or status in this list")]
    NoSuchEntry,
}
