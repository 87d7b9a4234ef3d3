//! Argon2id for the passwords of accounts: a few runs at a time, in memory that is used again.
//!
//! Each run takes 19 MiB and the better part of a core. Who waits for one waits in a lane of their own:
//! a storm of strangers delays neither stations nor browsers that are known, and where a lane is full,
//! whoever comes then is told when to come back, before anything is worked on.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use argon2::password_hash::PasswordVerifier as _;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use data_encoding::BASE64_NOPAD;
use subtle::ConstantTimeEq as _;
use tokio::sync::Semaphore;

use super::places::Places;
use super::{CentralError, Refused, limits, slow_down};
use crate::clock::random_bytes;

/// OWASP Password Storage Cheat Sheet, Argon2id: m = 19 MiB, t = 2, p = 1.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
/// How a hash of ours begins in PHC form.
const PREFIX: &str = "$argon2id$v=19$m=19456,t=2,p=1$";
const LENGTH: usize = 32;
/// Whoever finds a lane full comes back after this.
const LATER: Duration = Duration::from_secs(2);

fn argon2id() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).unwrap_or(Params::DEFAULT);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Who asks for a run.
#[derive(Clone, Copy, Debug)]
pub enum Lane<'a> {
    /// A station, by its id.
    Station(&'a str),
    /// A browser that somebody has signed in with, or work, by its name.
    Known(&'a str),
    /// Anybody, by address.
    Stranger(&'a str),
}

struct Queue {
    runs: Semaphore,
    places: Places,
}

impl Queue {
    fn new(most: usize, of_one: usize) -> Queue {
        Queue { runs: Semaphore::new(limits::HASHES_OF_A_LANE), places: Places::new(most, of_one) }
    }
}

/// The memory of runs, kept between them: asked for anew each time, some of it stayed with each of the
/// threads that had worked.
type Blocks = Arc<Mutex<Vec<Vec<Block>>>>;

pub struct Hasher {
    stations: Queue,
    known: Queue,
    strangers: Queue,
    blocks: Blocks,
    /// Compared with where there is no account, so that an unknown NIP takes as long as a known.
    nobody: String,
}

impl Hasher {
    /// Takes as long as one hash; at the start of the server only.
    pub fn new() -> Result<Hasher, CentralError> {
        let unknown = data_encoding::HEXLOWER.encode(&random_bytes::<16>());
        Ok(Hasher {
            stations: Queue::new(limits::HASH_QUEUE_KNOWN, limits::HASH_QUEUE_OF_ONE),
            known: Queue::new(limits::HASH_QUEUE_KNOWN, limits::HASH_QUEUE_OF_ONE),
            strangers: Queue::new(limits::HASH_QUEUE_STRANGERS, limits::HASH_QUEUE_OF_ONE),
            blocks: Blocks::default(),
            nobody: hash_now(&unknown)?,
        })
    }

    /// Is there no room for another stranger?
    pub fn is_crowded(&self) -> bool {
        self.strangers.places.is_full()
    }

    /// The PHC string of this password.
    pub async fn hash(&self, password: String, lane: Lane<'_>) -> Result<String, Refused> {
        self.run(lane, move |blocks| hash_in(&password, &random_bytes::<16>(), blocks)).await
    }

    /// Is it this password? `None` (no such account, or no password yet) takes as long and is never right.
    pub async fn verify(
        &self,
        password: String,
        stored: Option<String>,
        lane: Lane<'_>,
    ) -> Result<bool, Refused> {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.nobody.clone());
        let right = self.run(lane, move |blocks| fits(&password, &stored, blocks)).await?;
        Ok(right && known)
    }

    async fn run<T: Send + 'static>(
        &self,
        lane: Lane<'_>,
        work: impl FnOnce(&mut [Block]) -> Result<T, CentralError> + Send + 'static,
    ) -> Result<T, Refused> {
        let (queue, who) = match lane {
            Lane::Station(id) => (&self.stations, id),
            Lane::Known(name) => (&self.known, name),
            Lane::Stranger(address) => (&self.strangers, address),
        };
        let Some(_place) = queue.places.take(who) else { return Err(slow_down(LATER).into()) };
        let _run = queue.runs.acquire().await.map_err(|_| CentralError::Worker)?;
        let blocks = self.blocks.clone();
        let done = tokio::task::spawn_blocking(move || {
            let lock = || blocks.lock().unwrap_or_else(PoisonError::into_inner);
            let mut held = lock().pop().unwrap_or_else(|| vec![Block::default(); MEMORY_KIB as usize]);
            let done = work(&mut held);
            lock().push(held);
            done
        });
        Ok(done.await.map_err(|_| CentralError::Worker)??)
    }

    #[cfg(test)]
    fn buffers(&self) -> usize {
        self.blocks.lock().unwrap().len()
    }
}

fn raw(password: &str, salt: &[u8], blocks: &mut [Block]) -> Result<[u8; LENGTH], CentralError> {
    let mut hash = [0; LENGTH];
    argon2id()
        .hash_password_into_with_memory(password.as_bytes(), salt, &mut hash, blocks)
        .map_err(|_| CentralError::Worker)?;
    Ok(hash)
}

fn hash_in(password: &str, salt: &[u8], blocks: &mut [Block]) -> Result<String, CentralError> {
    let hash = raw(password, salt, blocks)?;
    Ok(format!("{PREFIX}{}${}", BASE64_NOPAD.encode(salt), BASE64_NOPAD.encode(&hash)))
}

fn fits(password: &str, stored: &str, blocks: &mut [Block]) -> Result<bool, CentralError> {
    let ours = stored.strip_prefix(PREFIX).and_then(|rest| {
        let (salt, hash) = rest.split_once('$')?;
        let hash: [u8; LENGTH] = BASE64_NOPAD.decode(hash.as_bytes()).ok()?.try_into().ok()?;
        Some((BASE64_NOPAD.decode(salt.as_bytes()).ok()?, hash))
    });
    if let Some((salt, hash)) = ours {
        return Ok(raw(password, &salt, blocks)?.ct_eq(&hash).into());
    }
    // Of other costs: as its own words say.
    let parsed = PasswordHash::new(stored).map_err(|_| CentralError::Stored("the hash of a password"))?;
    Ok(argon2id().verify_password(password.as_bytes(), &parsed).is_ok())
}

/// The PHC string of this password; takes tens of milliseconds.
pub fn hash_now(password: &str) -> Result<String, CentralError> {
    hash_in(password, &random_bytes::<16>(), &mut vec![Block::default(); MEMORY_KIB as usize])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ProblemCode;

    const HERE: Lane<'static> = Lane::Stranger("192.0.2.1");

    #[tokio::test]
    async fn the_right_password_only_and_nobody_never() {
        let hasher = Hasher::new().unwrap();
        let stored = hasher.hash("melati di beranda".into(), HERE).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        // Any reader of the form reads it.
        let parsed = PasswordHash::new(&stored).unwrap();
        assert!(argon2id().verify_password(b"melati di beranda", &parsed).is_ok());
        assert!(hasher.verify("melati di beranda".into(), Some(stored.clone()), HERE).await.unwrap());
        assert!(!hasher.verify("melati di berandA".into(), Some(stored), HERE).await.unwrap());
        assert!(!hasher.verify("melati di beranda".into(), None, HERE).await.unwrap());
        assert!(hasher.verify("x".into(), Some("rubbish".into()), HERE).await.is_err());
        // One of lower costs, as a former version may have made it.
        let cheap = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(64, 1, 1, None).unwrap());
        let former = argon2::password_hash::PasswordHasher::hash_password_with_salt(&cheap, b"x", &[7; 16]);
        let former = former.unwrap().to_string();
        assert!(hasher.verify("x".into(), Some(former), HERE).await.unwrap());
    }

    #[tokio::test]
    async fn a_storm_takes_no_more_memory_than_its_lane_and_the_others_go_on() {
        let hasher = Arc::new(Hasher::new().unwrap());
        let mut storm = tokio::task::JoinSet::new();
        for n in 0..60 {
            let hasher = hasher.clone();
            storm.spawn(async move {
                let address = n.to_string();
                hasher.verify("x".into(), None, Lane::Stranger(&address)).await
            });
        }
        tokio::task::yield_now().await;
        assert!(hasher.verify("x".into(), None, Lane::Station("S")).await.is_ok());
        assert!(hasher.verify("x".into(), None, Lane::Known("K")).await.is_ok());
        let (mut taken, mut sent_away) = (0, 0);
        while let Some(answer) = storm.join_next().await {
            match answer.unwrap() {
                Ok(_) => taken += 1,
                Err(Refused::Problem(problem)) => {
                    assert_eq!((problem.code, problem.retry_after_s), (ProblemCode::SlowDown, Some(2)));
                    sent_away += 1;
                }
                Err(error) => panic!("{error}"),
            }
        }
        assert!(taken >= limits::HASH_QUEUE_STRANGERS && sent_away > 0, "{taken} {sent_away}");
        assert!(hasher.buffers() <= 3 * limits::HASHES_OF_A_LANE, "{}", hasher.buffers());
    }

    #[tokio::test]
    async fn one_address_takes_its_share_of_the_queue() {
        let hasher = Arc::new(Hasher::new().unwrap());
        let mut storm = tokio::task::JoinSet::new();
        for _ in 0..40 {
            let hasher = hasher.clone();
            storm.spawn(async move { hasher.verify("x".into(), None, HERE).await.is_ok() });
        }
        tokio::task::yield_now().await;
        assert!(hasher.verify("x".into(), None, Lane::Stranger("192.0.2.2")).await.is_ok());
        let taken = storm.join_all().await.into_iter().filter(|taken| *taken).count();
        assert!(taken < 40, "{taken}");
    }
}
