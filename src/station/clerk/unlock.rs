//! Station: staff code and PIN are tried here, and wrong tries are counted on the disk.

use std::time::Duration;

use super::ClerkWorker;
use crate::provision::{UnlockError, open_as};
use crate::session::staff::{CodePlace, Tries};
use crate::session::{Clerk, Fault};
use crate::station::faults::of_store;
use crate::store::{IdentityStore, NoteStore, StaffStore};

/// Name of the setting that counts wrong tries, by code.
const WRONG: &str = "staff.wrong";

/// The wrong tries so far; their waits begin now.
pub fn wrong_tries(store: &impl NoteStore, now: Duration) -> Tries {
    let kept = store.setting(WRONG).unwrap_or_else(|error| {
        tracing::error!(%error, "the wrong tries of before cannot be read");
        None
    });
    Tries::read(&kept.unwrap_or_default(), now)
}

/// Keeps how many wrong tries there were with a code.
pub fn count_tries(store: &mut impl NoteStore, place: CodePlace, wrong: u32) {
    let mut tries = wrong_tries(store, Duration::ZERO);
    tries.put(place, wrong, Duration::ZERO);
    // A full disk must not shut staff out who could free it; the session counts as well.
    if let Err(error) = store.put_setting(WRONG, &tries.text()) {
        tracing::error!(%error, "a try is not counted on the disk");
    }
}

impl ClerkWorker {
    /// Opens what code and PIN open. A try is counted before it is made, so that pulling the plug
    /// takes none back.
    pub(super) fn unlock(&mut self, code: &str, pin: &str) -> Result<Clerk, Fault> {
        let identity = self.store.identity().map_err(|error| of_store(&error))?.ok_or(Fault::NotJoined)?;
        let place = CodePlace::of(code);
        let wrong = wrong_tries(&self.store, Duration::ZERO).count(place);
        count_tries(&mut self.store, place, wrong.saturating_add(1));
        let staff = self.store.staff().unwrap_or_else(|error| {
            tracing::error!(%error, "only the first member of the staff can sign in");
            Vec::new()
        });
        match open_as(&identity, &staff, code, pin) {
            Ok((id, name, open)) => {
                count_tries(&mut self.store, place, 0);
                let clerk = Clerk { id, name };
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
                count_tries(&mut self.store, place, wrong);
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

    fn note(&mut self, kind: &str, detail: &str) {
        if let Err(error) = self.store.note(kind, detail, self.clock.now()) {
            tracing::warn!(%error, kind, "an event is not noted");
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::super::testing::{PIN, joined, worker};
    use super::*;
    use crate::provision::FIRST;
    use crate::store::SqliteStore;

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
        let tries =
            |store: &SqliteStore, code: &str| wrong_tries(store, Duration::ZERO).count(CodePlace::of(code));
        for count in 1..=3 {
            assert_eq!(first.unlock(&code, "000000"), Err(Fault::StaffWrong));
            assert_eq!(tries(&first.store, &code), count);
        }
        drop(first);
        let mut second = worker(beside);
        assert_eq!(second.unlock("BCDFG-HJKLM", PIN), Err(Fault::StaffWrong));
        assert_eq!((tries(&second.store, &code), tries(&second.store, "bcdfghjklm")), (3, 1));
        assert!(second.open.is_none());
        second.unlock(&code, PIN).unwrap();
        assert_eq!(tries(&second.store, &code), 0);
        assert_eq!(tries(&second.store, "BCDFG-HJKLM"), 1, "a right code wipes out no other's wrong ones");
    }

    #[test]
    fn a_station_that_has_not_joined_says_so_and_counts_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(dir.path().join("station.db"), Timestamp::UNIX_EPOCH).unwrap().store;
        let mut worker = worker(store);
        assert_eq!(worker.unlock("BCDFG-HJKLM", PIN), Err(Fault::NotJoined));
        assert_eq!(wrong_tries(&worker.store, Duration::ZERO), Tries::default());
    }
}
