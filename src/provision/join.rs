//! Joining: keys are made here, the server gets the public halves, the answer is pinned.

use data_encoding::HEXLOWER;
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{Link, PinError, check_pin, new_staff_code, staff_secret};
use crate::clock::SharedClock;
use crate::credential::{IssuerId, KeyPair};
use crate::protocol::{Enrol, Enrolled, Fingerprint};
use crate::sealed::{SealedError, StaffParams, StationKeys, WrappedEpoch, unwrap_epoch, wrap_private};
use crate::store::{Identity, Store, StoreError, secrets};
use crate::sync::{Client, Roots, SyncError, Timeouts};

/// What joining costs: how long a call may take, and what Argon2id spends; and whose certificate
/// the server may have.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    pub timeouts: Timeouts,
    pub roots: Roots,
    pub staff: StaffParams,
    /// The first staff code, where it was written down beforehand; otherwise one is made here.
    pub staff_code: Option<Zeroizing<String>>,
    /// Of the board, where it joins by a batch file: the batch may have been approved beforehand.
    pub board_serial: Option<String>,
    /// Join under another device id even if that leaves accepted cards behind which the server will
    /// then not take. Only where the former place at the server is gone for good.
    pub leave_waiting: bool,
}

/// What to tell the person who joined the station.
#[derive(Debug)]
pub struct Joined {
    /// Shown this once; it is kept nowhere.
    pub staff_code: Zeroizing<String>,
    pub device_id: String,
    pub station_name: String,
    pub place: String,
    /// Of the keys that were made here, for an administrator to approve.
    pub fingerprint: Fingerprint,
    /// No administrator has approved it yet: the server gives this station nothing of people.
    pub waiting: bool,
    /// The station had joined before; its outbox and history are still here.
    pub again: bool,
    /// Items that wait here from under another device id: the server will not take the accepted
    /// cards among them. More than none only with [`Terms::leave_waiting`], or where the former
    /// identity could not be read.
    pub orphaned: u32,
}

#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    #[error("the PIN is refused: {0}")]
    Pin(#[from] PinError),
    /// Before the server was asked: the one-time code is still good.
    #[error("this station cannot keep its keys: {0}")]
    Keep(#[source] StoreError),
    /// The server said no, or could not be asked. See [`SyncError::code`].
    #[error(transparent)]
    Server(#[from] SyncError),
    /// The server answered with something that cannot be pinned.
    #[error("the server's answer cannot be used: {0}")]
    Answer(&'static str),
    /// The server took the station, and then the station could not keep the answer: a new
    /// one-time code is needed.
    #[error("joined, but the station could not keep it ({0}); ask for a new one-time code")]
    Lost(#[source] StoreError),
    /// What was accepted here is bound to the id under which it was accepted. Nothing changed at
    /// this station, and it goes on under its former id; only the one-time code is spent.
    #[error(
        "{waiting} items still wait here to be sent as device {held}, and this code is for device \
         {offered}. Nothing was changed. At the server, `anjungan-central device new --for {held}` gives \
         a code that keeps the device; {offered} can be revoked"
    )]
    WouldOrphan { waiting: u32, held: String, offered: String },
    #[error("keys: {0}")]
    Keys(#[from] SealedError),
}

/// Joins a server. Everything that can fail on this side is tried before the one-time code is
/// spent. Where the station had joined before, outbox and history stay, and the staff code and
/// PIN are new ones.
pub fn join(
    link: &Link,
    pin: &str,
    store: &mut dyn Store,
    clock: &SharedClock,
    terms: &Terms,
    rng: &mut impl CryptoRng,
) -> Result<Joined, JoinError> {
    check_pin(pin)?;
    let client = Client::new(&link.central_url, clock.clone(), terms.timeouts)?.with_roots(&terms.roots)?;
    let before = held(store)?;

    let mut device_secret = Zeroizing::new([0; 32]);
    rng.fill_bytes(device_secret.as_mut());
    let device_public = KeyPair::from_secret(*device_secret).public();
    let keys = StationKeys::generate(rng)?;
    let staff_code = terms.staff_code.clone().unwrap_or_else(|| new_staff_code(rng));
    let secret = staff_secret(&staff_code).ok_or(SealedError::Shape("staff code"))?;
    let staff_envelope = wrap_private(&keys, &secret, pin, terms.staff, rng)?;

    // A file of its own for each key, so that the identity in the database and the key on the disk
    // agree at every moment.
    let device_key = format!("device-{}.key", HEXLOWER.encode(&Sha256::digest(device_public)[..8]));
    let dir = store.keys_dir();
    secrets::write(&dir, &device_key, device_secret.as_ref()).map_err(JoinError::Keep)?;
    let give_up = |error: JoinError| {
        if let Err(left) = secrets::remove(&dir, &device_key) {
            tracing::warn!(%left, "a key that nothing uses stays behind");
        }
        error
    };

    // Says early that the disk is full.
    store.note("provision", "joining", clock.now()).map_err(|error| give_up(JoinError::Keep(error)))?;

    let waiting = store.outbox_counts().map_err(|error| give_up(JoinError::Keep(error)))?.queued;

    let enrol = Enrol {
        code: link.code.clone(),
        device_public: device_public.into(),
        sealing_public: keys.public.into(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        board_serial: terms.board_serial.clone(),
    };
    let enrolled = client.enrol(&enrol).map_err(|error| give_up(error.into()))?;
    usable(&enrolled, &keys).map_err(|why| give_up(JoinError::Answer(why)))?;

    // Only the answer says which id the code is for. The former identity still stands, and with it
    // the way on which the items go out.
    let orphaned = match &before {
        Some(before) if before.enrolled.device_id == enrolled.device_id => 0,
        Some(before) if waiting > 0 && !terms.leave_waiting => {
            let (held, offered) = (before.enrolled.device_id.clone(), enrolled.device_id);
            return Err(give_up(JoinError::WouldOrphan { waiting, held, offered }));
        }
        _ => waiting,
    };

    let joined = Joined {
        staff_code,
        device_id: enrolled.device_id.clone(),
        station_name: enrolled.station_name.clone(),
        place: enrolled.place.clone(),
        fingerprint: Fingerprint::of(&device_public, &keys.public),
        waiting: enrolled.waiting,
        again: before.is_some(),
        orphaned,
    };
    let identity = Identity {
        central_url: link.central_url.clone(),
        enrolled,
        device_key: device_key.clone(),
        sealing_public: keys.public,
        staff_envelope,
        joined_at: clock.now(),
    };
    store.put_identity(&identity).map_err(|error| give_up(JoinError::Lost(error)))?;
    if let Some(before) = before
        && let Err(left) = secrets::remove(&dir, &before.device_key)
    {
        tracing::warn!(%left, "the former device key stays behind");
    }
    let what = if joined.again { "joined again" } else { "joined" };
    if let Err(error) = store.note("provision", what, clock.now()) {
        tracing::warn!(%error, "the event could not be noted");
    }
    Ok(joined)
}

/// Of the keys that a station holds; on its screen and on the administrator's page it is the same.
pub fn fingerprint(store: &dyn Store, identity: &Identity) -> Result<Fingerprint, StoreError> {
    let secret = secrets::read::<32>(&store.keys_dir(), &identity.device_key)?;
    Ok(Fingerprint::of(&KeyPair::from_secret(*secret).public(), &identity.sealing_public))
}

/// The identity that is held. One that cannot be read is no reason not to join again.
fn held(store: &dyn Store) -> Result<Option<Identity>, JoinError> {
    match store.identity() {
        Err(StoreError::BadRow { table, why }) => {
            tracing::warn!(table, why, "the former identity cannot be read");
            Ok(None)
        }
        other => other.map_err(JoinError::Keep),
    }
}

/// Checks what is about to be pinned, and that the region's key opens here.
fn usable(enrolled: &Enrolled, keys: &StationKeys) -> Result<(), &'static str> {
    for (name, key) in [
        ("root_public has not 32 bytes", &enrolled.root_public),
        ("time_public has not 32 bytes", &enrolled.time_public),
        ("portrait_public has not 32 bytes", &enrolled.portrait_public),
    ] {
        key.array::<32>().ok_or(name)?;
    }
    if enrolled.device_id.is_empty() {
        return Err("it names no device");
    }
    IssuerId::parse(&enrolled.issuer).map_err(|_| "it names no issuer")?;
    let epoch = &enrolled.epoch;
    let wrapped = WrappedEpoch { epoch: epoch.epoch, sealed: epoch.wrapped.0.clone() };
    unwrap_epoch(&wrapped, keys.private()).map_err(|_| "the region's key does not open here")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use jiff::Timestamp;
    use tempfile::TempDir;

    use super::*;
    use crate::clock::{ManualClock, os_random};
    use crate::protocol::{
        Blob, EpochWrap, OutboxItem, OutboxKind, PrintOutcome, Printed, Problem, ProblemCode,
    };
    use crate::provision::{UnlockError, unlock};
    use crate::sealed::{EpochKey, wrap_epoch};
    use crate::store::{IdentityStore, OutboxStore, SqliteStore};
    use crate::sync::stub::{Reply, Stub};

    const PIN: &str = "582917";

    fn terms() -> Terms {
        let long = Duration::from_secs(10);
        let timeouts = Timeouts { connect: long, answer: long, quiet: long, transfer: long };
        Terms { timeouts, staff: StaffParams::LEAST, ..Terms::default() }
    }

    fn clock() -> SharedClock {
        Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH))
    }

    fn open(dir: &TempDir) -> SqliteStore {
        SqliteStore::open(dir.path().join("station.db"), Timestamp::UNIX_EPOCH).unwrap().store
    }

    fn epoch() -> EpochKey {
        EpochKey::from_secret(3, [9; 32])
    }

    fn enrolled(asked: &Enrol) -> Enrolled {
        let public = asked.sealing_public.array().unwrap();
        let wrapped = wrap_epoch(&epoch(), &public, &mut os_random()).unwrap();
        Enrolled {
            device_id: "device-1".into(),
            station_name: "Meja 1".into(),
            place: "Lobi".into(),
            utc_offset_hours: 8,
            issuer: "6201".into(),
            root_public: Blob(vec![1; 32]),
            time_public: Blob(vec![2; 32]),
            portrait_public: Blob(vec![3; 32]),
            epoch: EpochWrap { epoch: wrapped.epoch, wrapped: Blob(wrapped.sealed) },
            waiting: false,
        }
    }

    /// A server that takes the code `GOOD` and lets a test spoil its answer.
    fn server(spoil: impl Fn(&mut Enrolled) + Send + Sync + 'static) -> Stub {
        Stub::new(move |request| {
            assert_eq!(request.path, "/api/v1/enrol");
            let asked: Enrol = serde_json::from_slice(&request.body).unwrap();
            if asked.code != "GOOD" {
                return Reply::json(403, &Problem::new(ProblemCode::BadCode, "used"));
            }
            let mut answer = enrolled(&asked);
            spoil(&mut answer);
            Reply::json(200, &answer)
        })
    }

    fn try_join(stub: &Stub, code: &str, pin: &str, store: &mut SqliteStore) -> Result<Joined, JoinError> {
        let link = Link::new(&stub.url, code).unwrap();
        join(&link, pin, store, &clock(), &terms(), &mut os_random())
    }

    fn keys(dir: &TempDir) -> Vec<String> {
        let Ok(files) = fs::read_dir(dir.path().join("keys")) else { return Vec::new() };
        files.map(|file| file.unwrap().file_name().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_station_that_joined_opens_with_code_and_pin_together() {
        let (dir, stub) = (tempfile::tempdir().unwrap(), server(|_| ()));
        let mut store = open(&dir);
        let joined = try_join(&stub, "GOOD", PIN, &mut store).unwrap();
        assert_eq!((joined.station_name.as_str(), joined.again), ("Meja 1", false));
        drop(store);
        let identity = open(&dir).identity().unwrap().unwrap();
        assert_eq!(identity.central_url, stub.url);
        assert_eq!(keys(&dir), [identity.device_key.as_str()]);

        let unlocked = unlock(&identity, &joined.staff_code, PIN).unwrap();
        assert_eq!(unlocked.epoch.secret(), epoch().secret());
        assert_eq!(unlocked.keys.public, identity.sealing_public);
        assert_eq!(unlock(&identity, &joined.staff_code, "582918").unwrap_err(), UnlockError::Wrong);
        assert_eq!(unlock(&identity, "BCDFG-HJKLM", PIN).unwrap_err(), UnlockError::Wrong);
        assert_eq!(unlock(&identity, "nonsense", PIN).unwrap_err(), UnlockError::Wrong);
    }

    #[test]
    fn neither_code_nor_pin_nor_secret_key_is_written_down() {
        let (dir, stub) = (tempfile::tempdir().unwrap(), server(|_| ()));
        let mut store = open(&dir);
        let joined = try_join(&stub, "GOOD", PIN, &mut store).unwrap();
        let identity = store.identity().unwrap().unwrap();
        let unlocked = unlock(&identity, &joined.staff_code, PIN).unwrap();
        let plain = joined.staff_code.replace('-', "");
        let needles: [&[u8]; 3] = [joined.staff_code.as_bytes(), plain.as_bytes(), unlocked.keys.private()];
        for folder in [dir.path().to_owned(), dir.path().join("keys")] {
            for file in fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
                let bytes = if file.is_file() { fs::read(&file).unwrap() } else { Vec::new() };
                for needle in needles {
                    let found = bytes.windows(needle.len()).any(|window| window == needle);
                    assert!(!found, "{}", file.display());
                }
            }
        }
        let sent = stub.requests().pop().unwrap();
        assert!(!String::from_utf8_lossy(&sent.body).contains(PIN));
    }

    #[test]
    fn a_weak_pin_and_a_full_disk_do_not_spend_the_code() {
        let (dir, stub) = (tempfile::tempdir().unwrap(), server(|_| ()));
        let mut store = open(&dir);
        assert!(matches!(try_join(&stub, "GOOD", "123456", &mut store), Err(JoinError::Pin(_))));
        store.faults().disk_full_after(0);
        assert!(matches!(try_join(&stub, "GOOD", PIN, &mut store), Err(JoinError::Keep(StoreError::Full))));
        store.faults().clear();
        assert!(keys(&dir).is_empty());
        fs::remove_dir(dir.path().join("keys")).unwrap();
        fs::write(dir.path().join("keys"), b"a file where the folder should be").unwrap();
        assert!(matches!(try_join(&stub, "GOOD", PIN, &mut store), Err(JoinError::Keep(_))));
        assert!(stub.seen().is_empty());
    }

    #[test]
    fn what_was_refused_leaves_nothing_behind() {
        let (dir, stub) = (tempfile::tempdir().unwrap(), server(|_| ()));
        let mut store = open(&dir);
        let refused = try_join(&stub, "USED", PIN, &mut store).unwrap_err();
        assert!(matches!(refused, JoinError::Server(error) if error.code() == Some(ProblemCode::BadCode)));
        assert!(store.identity().unwrap().is_none() && keys(&dir).is_empty());

        store.faults().disk_full_after(1);
        assert!(matches!(try_join(&stub, "GOOD", PIN, &mut store), Err(JoinError::Lost(StoreError::Full))));
        assert!(store.identity().unwrap().is_none() && keys(&dir).is_empty());
    }

    #[test]
    fn an_answer_that_cannot_be_pinned_is_refused() {
        let spoilt: [fn(&mut Enrolled); 5] = [
            |answer| answer.root_public.0.truncate(31),
            |answer| answer.time_public.0.push(0),
            |answer| answer.portrait_public.0.clear(),
            |answer| answer.issuer = "no issuer".into(),
            |answer| answer.epoch.wrapped.0[40] ^= 1,
        ];
        for spoil in spoilt {
            let (dir, stub) = (tempfile::tempdir().unwrap(), server(spoil));
            let mut store = open(&dir);
            assert!(matches!(try_join(&stub, "GOOD", PIN, &mut store), Err(JoinError::Answer(_))));
            assert!(store.identity().unwrap().is_none() && keys(&dir).is_empty());
        }
    }

    fn waits() -> OutboxItem {
        let kind = OutboxKind::Printed(Printed {
            print_id: "p".into(),
            serial: "S".into(),
            outcome: PrintOutcome::Printed,
        });
        OutboxItem { id: "item-001".into(), happened_at: Timestamp::UNIX_EPOCH, kind }
    }

    #[test]
    fn a_code_for_another_device_takes_nothing_away_from_what_waits() {
        let dir = tempfile::tempdir().unwrap();
        let here = server(|_| ());
        let elsewhere = server(|answer| answer.device_id = "device-2".into());
        let mut store = open(&dir);
        let staff_code = try_join(&here, "GOOD", PIN, &mut store).unwrap().staff_code;
        let held = keys(&dir);
        store.enqueue(&waits()).unwrap();
        let refused = try_join(&elsewhere, "GOOD", PIN, &mut store).unwrap_err();
        assert!(refused.to_string().contains("device new --for device-1"), "{refused}");
        assert!(matches!(refused, JoinError::WouldOrphan { waiting: 1, .. }));
        // The station is what it was, and can send.
        let identity = store.identity().unwrap().unwrap();
        assert_eq!((identity.enrolled.device_id.as_str(), keys(&dir)), ("device-1", held));
        assert!(unlock(&identity, &staff_code, PIN).is_ok());
        assert_eq!(store.outbox_counts().unwrap().queued, 1);

        // Who knows what they leave behind may; and with nothing waiting nobody is asked.
        let link = Link::new(&elsewhere.url, "GOOD").unwrap();
        let leave = Terms { leave_waiting: true, ..terms() };
        let joined = join(&link, PIN, &mut store, &clock(), &leave, &mut os_random()).unwrap();
        assert_eq!((joined.device_id.as_str(), joined.orphaned), ("device-2", 1));
        store.outbox_answered("item-001", None, Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(try_join(&here, "GOOD", PIN, &mut store).unwrap().orphaned, 0);
    }

    #[test]
    fn joining_again_keeps_the_outbox_and_changes_every_key() {
        let dir = tempfile::tempdir().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = asked.clone();
        let stub = Stub::new(move |request| {
            let enrol: Enrol = serde_json::from_slice(&request.body).unwrap();
            let answer = enrolled(&enrol);
            log.lock().unwrap().push((enrol.device_public, enrol.sealing_public));
            Reply::json(200, &answer)
        });
        let mut store = open(&dir);
        let first = try_join(&stub, "GOOD", PIN, &mut store).unwrap();
        store.enqueue(&waits()).unwrap();
        let second = try_join(&stub, "GOOD", PIN, &mut store).unwrap();
        assert!(second.again && second.orphaned == 0);
        assert_eq!(store.outbox_counts().unwrap().queued, 1);
        assert_ne!(*first.staff_code, *second.staff_code);
        let identity = store.identity().unwrap().unwrap();
        assert_eq!(keys(&dir), [identity.device_key.as_str()], "the former key is gone");
        assert!(unlock(&identity, &first.staff_code, PIN).is_err());
        assert!(unlock(&identity, &second.staff_code, PIN).is_ok());
        let asked = asked.lock().unwrap();
        assert!(asked[0].0 != asked[1].0 && asked[0].1 != asked[1].1);
    }
}
