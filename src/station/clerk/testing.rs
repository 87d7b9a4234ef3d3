//! A joined station and its clerk, for the tests of this worker.

use std::sync::Arc;
use std::sync::mpsc::channel;

use jiff::Timestamp;
use tempfile::TempDir;

use super::{ClerkWorker, OnDuty};
use crate::clock::{ManualClock, os_random};
use crate::protocol::{Enrolled, EpochWrap};
use crate::provision::{new_staff_code, staff_secret};
use crate::sealed::{EpochKey, StaffParams, StationKeys, wrap_epoch, wrap_private};
use crate::station::time_trust::TimeTrust;
use crate::store::{Identity, IdentityStore, SqliteStore};

pub const PIN: &str = "582917";

/// The region's key in these tests.
pub fn epoch() -> EpochKey {
    EpochKey::from_secret(1, [9; 32])
}

/// Ten in the morning at the station.
pub fn morning() -> Timestamp {
    "2026-03-02T03:00:00Z".parse().unwrap()
}

/// A station that has joined, and its staff code.
pub fn joined(dir: &TempDir) -> (SqliteStore, String) {
    let mut store = SqliteStore::open(dir.path().join("station.db"), Timestamp::UNIX_EPOCH).unwrap().store;
    let rng = &mut os_random();
    let keys = StationKeys::generate(rng).unwrap();
    let wrapped = wrap_epoch(&epoch(), &keys.public, rng).unwrap();
    let code = new_staff_code(rng);
    let secret = staff_secret(&code).unwrap();
    let identity = Identity {
        central_url: "http://127.0.0.1:9".into(),
        enrolled: Enrolled {
            device_id: "D".into(),
            station_name: "Meja 1".into(),
            place: "Lobi".into(),
            utc_offset_hours: 7,
            issuer: "6201".into(),
            root_public: vec![1; 32].into(),
            time_public: vec![2; 32].into(),
            portrait_public: vec![3; 32].into(),
            epoch: EpochWrap { epoch: wrapped.epoch, wrapped: wrapped.sealed.into() },
            waiting: false,
        },
        device_key: "device.key".into(),
        sealing_public: keys.public,
        staff_envelope: wrap_private(&keys, &secret, PIN, StaffParams::LEAST, rng).unwrap(),
        joined_at: Timestamp::UNIX_EPOCH,
    };
    store.put_identity(&identity).unwrap();
    (store, code.to_string())
}

/// A worker whose clock is the second thing.
pub fn worker_and_clock(store: SqliteStore) -> (ClerkWorker, ManualClock) {
    let clock = ManualClock::at(morning());
    let time = TimeTrust::default();
    time.signed(true);
    let worker = ClerkWorker {
        store,
        orders: channel().1,
        clock: Arc::new(clock.clone()),
        on_duty: OnDuty::default(),
        open: None,
        time,
        office: channel().0,
        utc_offset_hours: 7,
        export_dir: None,
        visit_days: 30,
    };
    (worker, clock)
}

pub fn worker(store: SqliteStore) -> ClerkWorker {
    worker_and_clock(store).0
}

/// A worker with somebody signed in.
pub fn on_duty(dir: &TempDir) -> (ClerkWorker, ManualClock) {
    let (store, code) = joined(dir);
    let (mut worker, clock) = worker_and_clock(store);
    worker.unlock(&code, PIN).unwrap();
    (worker, clock)
}
