//! Is what answers at the server's address the server that this station joined? Asked as a sync asks, by the signed
//! time, for whoever looks for a fault.

use std::sync::Arc;
use std::time::Duration;

use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp};

use super::client::Weight;
use super::{Client, Roots, SyncError, Timeouts};
use crate::clock::{Clock as _, CorrectedClock, SharedClock, random_bytes};
use crate::credential::SignedTime;
use crate::protocol::Blob;

/// How long somebody at a console waits.
pub const TIMEOUTS: Timeouts = Timeouts {
    connect: Duration::from_secs(3),
    answer: Duration::from_secs(10),
    quiet: Duration::from_secs(10),
    transfer: Duration::from_secs(10),
};

/// The server answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered {
    pub now: Timestamp,
    /// How far the machine's clock is behind the server's.
    pub behind: SignedDuration,
    /// Signed by the key that was pinned at enrolment; otherwise nobody knows yet whose it is.
    pub proven: bool,
}

/// What is in the way, each with another remedy.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    #[error("'{0}' is no address of a server")]
    Address(String),
    #[error("it cannot be reached: {0}")]
    Way(String),
    #[error("it takes the connection and does not answer ({0})")]
    Silent(String),
    /// Something that does not speak the protocol.
    #[error("something else answers there (HTTP {status}): {why}")]
    Portal { status: u16, why: String },
    /// The server or a proxy before it, and it is broken.
    #[error("it answers that it does not work now (HTTP {0})")]
    Broken(u16),
    /// It speaks the protocol, and another key signs.
    #[error("it is another server than the one that this station joined")]
    Foreign,
    #[error("its certificate does not hold: {0}")]
    Certificate(String),
}

/// Asks for the time twice: from whoever answers, as a station does whose clock nobody believes, and then, by the time
/// that was learned, with the certificate judged.
pub fn probe(
    url: &str,
    roots: &Roots,
    machine: &SharedClock,
    time_public: Option<&[u8; 32]>,
    timeouts: Timeouts,
) -> Result<Answered, ProbeError> {
    let clock = Arc::new(CorrectedClock::new(Arc::clone(machine)));
    let client = Client::new(url, clock.clone(), timeouts)
        .and_then(|client| client.with_roots(roots))
        .map_err(told)?;
    let nonce = random_bytes::<16>();
    let path = format!("time?nonce={}", HEXLOWER.encode(&nonce));
    let answer: Blob = client.get_unverified(&path).map_err(told)?;
    let read = |answer: &Blob, nonce: &[u8]| match time_public {
        Some(key) => SignedTime::verify(&answer.0, key, nonce),
        None => SignedTime::unproven(&answer.0),
    };
    let now = read(&answer, &nonce).map_err(|_| ProbeError::Foreign)?;
    let behind = now.duration_since(clock.now());
    clock.set(now);
    let nonce = random_bytes::<16>();
    let path = format!("time?nonce={}", HEXLOWER.encode(&nonce));
    let answer: Blob = client.get(&path, None, Weight::Short).map_err(told)?;
    read(&answer, &nonce).map_err(|_| ProbeError::Foreign)?;
    Ok(Answered { now, behind, proven: time_public.is_some() })
}

fn told(error: SyncError) -> ProbeError {
    match error {
        SyncError::Address(url) => ProbeError::Address(url),
        SyncError::Roots(error) => ProbeError::Certificate(format!("the certificate authority {error}")),
        SyncError::Unreachable(why) if why.contains("certificate") => ProbeError::Certificate(why),
        SyncError::TimedOut(why) => ProbeError::Silent(why),
        SyncError::Garbage { status, why } => ProbeError::Portal { status, why },
        SyncError::Server { status } | SyncError::Busy { status, .. } => ProbeError::Broken(status),
        SyncError::Refused(_) => ProbeError::Broken(500),
        SyncError::Untrusted { .. } => ProbeError::Foreign,
        SyncError::BrokeOff(_)
        | SyncError::Unreachable(_)
        | SyncError::TooLarge { .. }
        | SyncError::NotJoined
        | SyncError::Store(_) => ProbeError::Way(error.to_string()),
    }
}
