//! The time from the server: asked with a nonce, signed by the key pinned at enrolment. The
//! stored floor never goes back.

use std::time::Duration;

use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp};

use super::{Client, SyncError};
use crate::clock::{Clock, CorrectedClock};
use crate::credential::{CredentialError, SignedTime};
use crate::protocol::Blob;
use crate::store::{ListStore, Store, StoreError};

/// A server this far behind what is known to have passed is not believed.
const TOLERANCE: SignedDuration = SignedDuration::from_mins(2);
/// An answer that took longer says too little about the present.
const SLOWEST: Duration = Duration::from_secs(10);

/// The floor follows a trusted clock in steps of this, to spare the disk.
const FLOOR_STEP: SignedDuration = SignedDuration::from_mins(10);

/// Lets the floor follow a clock that is trusted.
pub(super) fn follow(store: &mut dyn Store, clock: &CorrectedClock) -> Result<(), StoreError> {
    let now = clock.now();
    if store.clock_floor()?.is_none_or(|floor| now.duration_since(floor) >= FLOOR_STEP) {
        store.raise_clock_floor(now)?;
    }
    Ok(())
}

/// What asking for the time gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeCheck {
    /// How far the clock was moved; positive: forward.
    pub moved: SignedDuration,
    /// May the clock be believed now? Not where the server itself is behind the floor.
    pub trusted: bool,
}

/// At start: a clock that stands before the stored floor (no battery clock) is set to the floor.
/// It is not trusted by that.
pub fn raise_to_floor(store: &(impl ListStore + ?Sized), clock: &CorrectedClock) -> Result<(), StoreError> {
    if let Some(floor) = store.clock_floor()?
        && clock.now() < floor
    {
        clock.set(floor);
    }
    Ok(())
}

/// Asks the server for the time, and sets the clock by it.
pub(super) fn check(
    client: &Client,
    store: &mut dyn Store,
    clock: &CorrectedClock,
    time_public: &[u8; 32],
    nonce: [u8; 16],
) -> Result<TimeCheck, SyncError> {
    let path = format!("time?nonce={}", HEXLOWER.encode(&nonce));
    let asked = clock.monotonic();
    let answer: Blob = client.get_unverified(&path).map_err(|error| match error {
        // Whoever it was: neither a pause nor "revoked" is taken from an answer without a proof.
        SyncError::Refused(problem) => {
            tracing::warn!(code = ?problem.code, "the time was refused");
            SyncError::Untrusted { what: "the time", source: CredentialError::BadSignature }
        }
        other => other,
    })?;
    let took = clock.monotonic().saturating_sub(asked);
    let signed = SignedTime::verify(&answer.0, time_public, &nonce)
        .map_err(|source| SyncError::Untrusted { what: "the time", source })?;
    if took > SLOWEST {
        return Err(SyncError::TimedOut(format!("the time took {} s on its way", took.as_secs())));
    }
    // Half of the way has passed since it was signed, as far as anybody can tell.
    let half = SignedDuration::try_from(took / 2).unwrap_or(SignedDuration::ZERO);
    let now = signed.checked_add(half).unwrap_or(signed);
    let floor = store.clock_floor()?.unwrap_or(Timestamp::MIN);
    let trusted = floor.duration_since(now) <= TOLERANCE;
    let before = clock.now();
    clock.set(now.max(floor));
    if trusted {
        store.raise_clock_floor(now)?;
    }
    Ok(TimeCheck { moved: now.max(floor).duration_since(before), trusted })
}
