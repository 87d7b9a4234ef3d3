//! Why something sealed does not open.

use thiserror::Error;

/// None of these tells which part was wrong where that would help somebody guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SealedError {
    /// The wrong key, secret or PIN, or the sealed bytes were altered: there is no telling which.
    #[error("does not open: wrong key, or altered")]
    DoesNotOpen,
    /// There is no wrap for this card or this epoch.
    #[error("not sealed for this key")]
    NotForThisKey,
    /// Too short or too long to be what it should be.
    #[error("{0} has not the right form")]
    Shape(&'static str),
    /// 32 bytes that are no usable public key.
    #[error("not a usable public key")]
    PublicKey,
    /// Argon2id costs outside what a station can or should spend.
    #[error("the costs of the staff envelope are out of range")]
    Costs,
}
