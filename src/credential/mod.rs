//! Floor 1. What the two QR codes of a card say, who signed them, and what a desk makes of it.
//!
//! Everything here is bytes in, values out: no clock, no network, no randomness. The pieces:
//!
//! - [`sign_front`] and [`sign_back`] make the texts of the codes; [`parse`] takes them apart
//!   again and proves nothing yet: what it returns is a shape.
//! - [`TrustList`] says whose signatures count, [`StatusList`] what became of a card since.
//! - [`judge`] puts code, lists and clock together into a [`Judgement`].
//! - [`SignedTime`], [`sign_assertion`] and [`verify_assertion`] are what a station and the
//!   central server prove to each other before TLS and tokens can; [`WipeOrder`] and [`sign_wiped`] are
//!   how a station ends.
//!
//! All signatures are Ed25519 in COSE_Sign1 (RFC 9052). Each kind of document has its own
//! external associated data or its own `typ`, so that none passes for another.

mod assertion;
mod back;
mod base45;
mod cbor;
mod claims;
mod commission;
mod cose;
mod error;
mod front;
mod handover;
mod id;
mod judge;
mod key;
mod leaving;
mod parse;
mod reason;
mod status;
mod time;
mod trust;

#[cfg(test)]
mod tests;

pub use assertion::{sign_assertion, verify_assertion};
pub use back::{BackClaims, BackCode, MAX_FACE_BYTES, sign_back};
pub use commission::{sign_commission, verify_commission};
pub use error::CredentialError;
pub use front::{FrontClaims, FrontCode, sign_front};
pub use handover::{follow_handovers, sign_handover, verify_handover};
pub use id::{IssuerId, Kid, Serial};
pub use judge::{AgeLimits, ClockTrust, Evidence, Holder, Judgement, Record, Verdict, judge};
pub use key::{KeyPair, SigningKey};
pub use leaving::{WipeOrder, sign_wiped, verify_wiped};
pub use parse::{Code, parse};
pub use reason::Reason;
pub use status::{CardStatus, ListId, StatusList};
pub use time::{ClockReset, SignedTime};
pub use trust::{Issuer, IssuerKey, SerialRange, TrustList};
