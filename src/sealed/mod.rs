//! Floor 1. What a station keeps about people, sealed so that a stolen station opens nothing.
//!
//! - A **record** (one person of the roster) is encrypted once under a data key of its own. That
//!   key is wrapped for each card in use (a key from the signature in the card's front code) and
//!   for the region's epoch: [`seal_record`], [`open_by_card`], [`open_by_epoch`]. So a scan opens
//!   its own person and nobody else.
//! - The **epoch key** opens the region. It is wrapped to a station's key pair ([`wrap_epoch`]),
//!   whose private half opens only with a staff secret and a PIN ([`wrap_private`]).
//! - **Look-up** by number works without opening anything: [`EpochKey::index`].
//! - What has to leave the station unread is sealed to a public key: [`seal_to`].
//!
//! Primitives: HPKE base mode (RFC 9180: X25519, HKDF-SHA256, ChaCha20Poly1305),
//! ChaCha20Poly1305 (RFC 8439), HKDF and HMAC with SHA-256, Argon2id (RFC 9106). Randomness is
//! handed in. Associated data binds every wrap to the record and version it belongs to.

mod bytes;
mod epoch;
mod error;
mod lock;
mod public;
mod record;
mod secret;
mod staff;

#[cfg(test)]
mod tests;

pub use epoch::{EpochKey, Index, LookUp, WrappedEpoch, unwrap_epoch, wrap_epoch};
pub use error::SealedError;
pub use lock::{KeyLock, LockKey};
pub use public::{StationKeys, open_with, seal_to};
pub use record::{RecordId, SealedRecord, Wrap, card_tag, open_by_card, open_by_epoch, seal_record};
pub use staff::{StaffEnvelope, StaffParams, StaffSecret, open_private, wrap_private};
