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

/// Moves a clock that nobody keeps forward to what this server says, so that its certificate is not taken for one of
/// the future. Nothing proves the answer yet: it makes no clock a trusted one, and the same question is asked again
/// with a key to check it by once the station has joined. `false`: the clock stays.
pub fn take_hint(central_url: &str, clock: &std::sync::Arc<CorrectedClock>) -> bool {
    let shared: crate::clock::SharedClock = clock.clone();
    let asked = Client::new(central_url, shared, super::Timeouts::default()).and_then(|client| {
        let nonce = crate::clock::random_bytes::<16>();
        client.get_unverified::<Blob>(&format!("time?nonce={}", HEXLOWER.encode(&nonce)))
    });
    let said = asked.ok().and_then(|answer| SignedTime::unproven(&answer.0).ok());
    let later = said.filter(|said| *said > clock.now());
    if let Some(later) = later {
        tracing::info!(%later, "the clock follows the server until its answer can be checked");
        clock.set(later);
    }
    later.is_some()
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::stub::{Reply, Stub};
    use super::*;
    use crate::clock::ManualClock;
    use crate::credential::KeyPair;

    #[test]
    fn a_hint_moves_a_clock_forward_and_never_back_and_one_that_is_none_moves_nothing() {
        let now: Timestamp = "2026-03-02T03:24:00Z".parse().unwrap();
        let stub = Stub::new(move |request| {
            let nonce = request.path.strip_prefix("/api/v1/time?nonce=").unwrap();
            let nonce = HEXLOWER.decode(nonce.as_bytes()).unwrap();
            let key = KeyPair::from_secret([1; 32]);
            Reply::json(200, &Blob(SignedTime::sign(&key, &nonce, now).unwrap()))
        });
        let machine =
            |at: &str| Arc::new(CorrectedClock::new(Arc::new(ManualClock::at(at.parse().unwrap()))));
        let early = machine("1970-01-01T00:01:00Z");
        assert!(take_hint(&stub.url, &early));
        assert_eq!(early.now(), now);
        let later = machine("2030-01-01T00:00:00Z");
        assert!(!take_hint(&stub.url, &later));
        assert_eq!(later.now(), "2030-01-01T00:00:00Z".parse().unwrap());
        let odd = Stub::new(|_| Reply::json(200, &Blob(b"noon".to_vec())));
        assert!(!take_hint(&odd.url, &machine("1970-01-01T00:01:00Z")));
        assert!(!take_hint("http://127.0.0.1:9", &machine("1970-01-01T00:01:00Z")));
    }
}
