//! Station: staff code and PIN are tried here, and wrong tries are counted on the disk.

use super::ClerkWorker;
use crate::provision::{UnlockError, unlock};
use crate::session::{Clerk, Fault};
use crate::station::faults::of_store;
use crate::store::{IdentityStore, NoteStore};

/// Name of the setting that counts wrong tries.
const WRONG: &str = "staff.wrong";

/// The member of the staff who was there when the station joined.
const FIRST: &str = "petugas-1";

/// Wrong tries in a row so far.
pub fn wrong_tries(store: &impl NoteStore) -> u32 {
    let kept = store.setting(WRONG).unwrap_or_else(|error| {
        tracing::error!(%error, "the wrong tries of before cannot be read");
        None
    });
    kept.and_then(|count| count.parse().ok()).unwrap_or(0)
}

/// Keeps how many wrong tries there were.
pub fn count_tries(store: &mut impl NoteStore, wrong: u32) {
    // A full disk must not shut staff out who could free it; the session counts as well.
    if let Err(error) = store.put_setting(WRONG, &wrong.to_string()) {
        tracing::error!(%error, "a try is not counted on the disk");
    }
}

impl ClerkWorker {
    /// Opens what code and PIN open. A try is counted before it is made, so that pulling the plug
    /// takes none back.
    pub(super) fn unlock(&mut self, code: &str, pin: &str) -> Result<Clerk, Fault> {
        let identity = self.store.identity().map_err(|error| of_store(&error))?.ok_or(Fault::NotJoined)?;
        let wrong = wrong_tries(&self.store);
        self.count(wrong.saturating_add(1));
        match unlock(&identity, code, pin) {
            Ok(open) => {
                self.count(0);
                let clerk = Clerk { id: FIRST.to_owned(), name: String::new() };
                self.open = Some(open);
                self.on_duty.set(Some(clerk.clone()));
                self.note("staff-in", &clerk.id);
                Ok(clerk)
            }
            Err(UnlockError::Wrong) => {
                self.note("staff-wrong", "");
                Err(Fault::StaffWrong)
            }
            Err(UnlockError::JoinAgain) => {
                self.count(wrong);
                Err(Fault::StaffJoinAgain)
            }
        }
    }

    /// What was opened is wiped as it goes.
    pub(super) fn lock(&mut self) {
        self.open = None;
        if let Some(clerk) = self.on_duty.clerk() {
            self.note("staff-out", &clerk.id);
        }
        self.on_duty.set(None);
    }

    fn count(&mut self, wrong: u32) {
        count_tries(&mut self.store, wrong);
    }

    fn note(&mut self, kind: &str, detail: &str) {
        if let Err(error) = self.store.note(kind, detail, self.clock.now()) {
            tracing::warn!(%error, kind, "an event is not noted");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::mpsc::channel;

    use jiff::Timestamp;
    use tempfile::TempDir;

    use super::super::OnDuty;
    use super::*;
    use crate::clock::{ManualClock, os_random};
    use crate::protocol::{Enrolled, EpochWrap};
    use crate::provision::{new_staff_code, staff_secret};
    use crate::sealed::{EpochKey, StaffParams, StationKeys, wrap_epoch, wrap_private};
    use crate::store::{Identity, SqliteStore};

    const PIN: &str = "582917";

    fn joined(dir: &TempDir) -> (SqliteStore, String) {
        let mut store =
            SqliteStore::open(dir.path().join("station.db"), Timestamp::UNIX_EPOCH).unwrap().store;
        let rng = &mut os_random();
        let keys = StationKeys::generate(rng).unwrap();
        let wrapped = wrap_epoch(&EpochKey::generate(1, rng), &keys.public, rng).unwrap();
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
            },
            device_key: "device.key".into(),
            sealing_public: keys.public,
            staff_envelope: wrap_private(&keys, &secret, PIN, StaffParams::LEAST, rng).unwrap(),
            joined_at: Timestamp::UNIX_EPOCH,
        };
        store.put_identity(&identity).unwrap();
        (store, code.to_string())
    }

    fn worker(store: SqliteStore) -> ClerkWorker {
        let clock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
        ClerkWorker { store, orders: channel().1, clock, on_duty: OnDuty::default(), open: None }
    }

    #[test]
    fn code_and_pin_open_without_a_network_and_signing_out_closes() {
        let dir = tempfile::tempdir().unwrap();
        let (store, code) = joined(&dir);
        let mut worker = worker(store);
        assert_eq!(worker.unlock(&code, PIN).unwrap().id, FIRST);
        assert!(worker.open.is_some() && worker.on_duty.clerk().is_some());
        worker.lock();
        assert!(worker.open.is_none() && worker.on_duty.clerk().is_none());
        let kinds: Vec<_> = worker.store.events(9).unwrap().into_iter().map(|event| event.kind).collect();
        assert_eq!(kinds, ["staff-out", "staff-in"]);
    }

    #[test]
    fn wrong_tries_are_counted_through_a_restart_and_the_right_one_clears_them() {
        let dir = tempfile::tempdir().unwrap();
        let (store, code) = joined(&dir);
        let beside = store.beside().unwrap();
        let mut first = worker(store);
        for tries in 1..=3 {
            assert_eq!(first.unlock(&code, "000000"), Err(Fault::StaffWrong));
            assert_eq!(wrong_tries(&first.store), tries);
        }
        drop(first);
        let mut second = worker(beside);
        assert_eq!(second.unlock("BCDFG-HJKLM", PIN), Err(Fault::StaffWrong));
        assert_eq!(wrong_tries(&second.store), 4);
        assert!(second.open.is_none());
        second.unlock(&code, PIN).unwrap();
        assert_eq!(wrong_tries(&second.store), 0);
    }

    #[test]
    fn a_station_that_has_not_joined_says_so_and_counts_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(dir.path().join("station.db"), Timestamp::UNIX_EPOCH).unwrap().store;
        let mut worker = worker(store);
        assert_eq!(worker.unlock("BCDFG-HJKLM", PIN), Err(Fault::NotJoined));
        assert_eq!(wrong_tries(&worker.store), 0);
    }
}
