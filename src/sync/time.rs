//! The time from the server: asked with a nonce, signed by the key pinned at enrolment. What may be
//! made of an answer stands in [`floor`]; here it is asked for and carried out.

use std::time::Duration;

use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp};

use super::floor::{Judged, Jump, Known, judge, later};
use super::{Client, SyncError};
use crate::clock::{Clock, CorrectedClock};
use crate::credential::{ClockReset, CredentialError, SignedTime};
use crate::protocol::Blob;
use crate::store::{ListStore, Store, StoreError};

/// An answer that took longer says too little about the present.
const SLOWEST: Duration = Duration::from_secs(10);

/// Where a jump that waits is kept over a restart.
const JUMP: &str = "clock-jump";
/// It is written again after so much running time, to spare the disk.
const JUMP_STEP_S: u64 = 600;

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
    /// May the clock be believed now? Not where the server is behind the floor, or far ahead of it.
    pub trusted: bool,
    /// What the server said.
    pub said: Timestamp,
}

/// What one run knows of the time beside the floor.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// The last time that was believed, and when that was on the steady clock.
    believed: Option<(Timestamp, Duration)>,
    jump: Option<Jump>,
    /// How much of the jump is on the disk.
    kept_s: Option<u64>,
}

impl Memory {
    /// With the jump that an earlier run left.
    pub fn load(store: &dyn Store) -> Result<Memory, StoreError> {
        let jump: Option<Jump> = store.setting(JUMP)?.and_then(|text| serde_json::from_str(&text).ok());
        Ok(Memory { kept_s: jump.as_ref().map(|jump| jump.agreed_s), jump, believed: None })
    }

    fn keep(&mut self, store: &mut dyn Store, jump: Jump) -> Result<(), StoreError> {
        let enough = self.kept_s.is_some_and(|kept| (kept..kept + JUMP_STEP_S).contains(&jump.agreed_s));
        if !enough {
            store.put_setting(JUMP, &serde_json::to_string(&jump).unwrap_or_default())?;
            self.kept_s = Some(jump.agreed_s);
        }
        self.jump = Some(jump);
        Ok(())
    }

    fn drop_jump(&mut self, store: &mut dyn Store) -> Result<(), StoreError> {
        if self.jump.take().is_some() {
            self.kept_s = None;
            store.put_setting(JUMP, "")?;
        }
        Ok(())
    }
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

/// Asks the server for the time, and sets the clock by it. `listed`: when the trust list that is held was issued.
pub(super) fn check(
    client: &Client,
    store: &mut dyn Store,
    clock: &CorrectedClock,
    time_public: &[u8; 32],
    memory: &mut Memory,
    listed: Option<Timestamp>,
    mut nonce: impl FnMut() -> [u8; 16],
) -> Result<TimeCheck, SyncError> {
    let said = signed(client, clock, time_public, nonce())?;
    let check = take(store, clock, memory, listed, said)?;
    if check.trusted {
        return Ok(check);
    }
    // Somebody at the server may have said that its time is the one to take.
    match ordered(client, clock, time_public, nonce()) {
        Ok(at) => Ok(take_back(store, clock, memory, at)?),
        Err(error) => {
            tracing::debug!(%error, "no order to take the server's time");
            Ok(check)
        }
    }
}

/// The server's time, proven; nothing is changed by it.
pub(super) fn signed(
    client: &Client,
    clock: &dyn Clock,
    time_public: &[u8; 32],
    nonce: [u8; 16],
) -> Result<Timestamp, SyncError> {
    asked(client, clock, "time", nonce, |bytes| SignedTime::verify(bytes, time_public, &nonce))
}

fn ordered(
    client: &Client,
    clock: &dyn Clock,
    time_public: &[u8; 32],
    nonce: [u8; 16],
) -> Result<Timestamp, SyncError> {
    asked(client, clock, "time/reset", nonce, |bytes| ClockReset::verify(bytes, time_public, &nonce))
}

/// Asks over whatever transport; only what `verify` finds proven counts.
fn asked(
    client: &Client,
    clock: &dyn Clock,
    path: &str,
    nonce: [u8; 16],
    verify: impl FnOnce(&[u8]) -> Result<Timestamp, CredentialError>,
) -> Result<Timestamp, SyncError> {
    let path = format!("{path}?nonce={}", HEXLOWER.encode(&nonce));
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
    let signed = verify(&answer.0).map_err(|source| SyncError::Untrusted { what: "the time", source })?;
    if took > SLOWEST {
        return Err(SyncError::TimedOut(format!("the time took {} s on its way", took.as_secs())));
    }
    // Half of the way has passed since it was signed, as far as anybody can tell.
    Ok(later(signed, took / 2))
}

/// Does what follows from a proven answer.
pub(super) fn take(
    store: &mut dyn Store,
    clock: &CorrectedClock,
    memory: &mut Memory,
    listed: Option<Timestamp>,
    said: Timestamp,
) -> Result<TimeCheck, StoreError> {
    let (steady, before, floor) = (clock.monotonic(), clock.now(), store.clock_floor()?);
    let runs = memory.believed.map(|(at, when)| later(at, steady.saturating_sub(when)));
    let known = Known { floor, runs, listed, jump: memory.jump.clone() };
    let trusted = match judge(known, said, steady) {
        Judged::Believed => {
            if memory.jump.as_ref().is_some_and(|jump| jump.at <= said) {
                store.note("clock", &format!("a jump to {said} held"), said)?;
            }
            memory.drop_jump(store)?;
            store.raise_clock_floor(said)?;
            memory.believed = Some((said, steady));
            clock.set(said.max(floor.unwrap_or(said)));
            true
        }
        Judged::Ahead(jump) => {
            tracing::warn!(%said, known = %before, "the server's time lies ahead of what can be; it must hold first");
            memory.keep(store, jump)?;
            // A run that has a time of its own keeps it. Otherwise this is the best guess there is: the server's
            // certificate is judged by it, and nothing else.
            if memory.believed.is_none() {
                clock.set(said);
            }
            false
        }
        Judged::Behind => {
            tracing::warn!(%said, known = %before, "the server's time lies before one that was proven");
            memory.drop_jump(store)?;
            if memory.believed.is_none()
                && let Some(floor) = floor
            {
                clock.set(floor);
            }
            false
        }
    };
    Ok(TimeCheck { moved: clock.now().duration_since(before), trusted, said })
}

/// Takes a time that may lie before the floor: by an order under the pinned key, or by a clerk's word.
pub(super) fn take_back(
    store: &mut dyn Store,
    clock: &CorrectedClock,
    memory: &mut Memory,
    at: Timestamp,
) -> Result<TimeCheck, StoreError> {
    let before = clock.now();
    store.reset_clock_floor(at)?;
    store.note("clock", &format!("taken by somebody's word: {at}"), at)?;
    memory.drop_jump(store)?;
    memory.believed = Some((at, clock.monotonic()));
    clock.set(at);
    Ok(TimeCheck { moved: at.duration_since(before), trusted: true, said: at })
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
