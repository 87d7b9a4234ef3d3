//! Station: a number that a clerk types, looked up in the region's sealed records. The index is
//! made with the epoch key, so nobody who is not signed in learns even whether a number stands
//! there.

use std::sync::Arc;

use super::ClerkWorker;
use crate::clock::day;
use crate::person::Nip;
use crate::protocol::{AuditAction, OpenRecord};
use crate::sealed::{LookUp, RecordId, open_by_epoch};
use crate::session::{Facts, Fault, NumberFinding};
use crate::station::desk::{in_service, picture};
use crate::station::faults::of_store;
use crate::store::{IdentityStore as _, RosterStore, StoreError};

/// Fewer digits than any KARPEG number, or more letters: a slip of the finger and a word are not looked up. What is no
/// number at all is not "in another office's records".
const FEWEST_DIGITS: usize = 4;
const MOST_LETTERS: usize = 3;

impl ClerkWorker {
    /// 18 digits are a NIP, anything else is the number of a KARPEG.
    pub(super) fn look_up(&mut self, typed: &str) -> Result<Box<NumberFinding>, Fault> {
        let plain: String = typed.chars().filter(char::is_ascii_alphanumeric).collect();
        let digits = plain.bytes().filter(u8::is_ascii_digit).count();
        if digits < FEWEST_DIGITS || plain.len() - digits > MOST_LETTERS {
            return Err(Fault::NumberShape);
        }
        let all_digits = digits == plain.len();
        let look_up = if all_digits && plain.len() >= 15 {
            LookUp::Nip(Nip::parse(&plain).map_err(Fault::Nip)?.as_u64())
        } else {
            LookUp::Karpeg(&plain)
        };
        let found = self.record(&look_up)?;
        let (action, subject) = match &found {
            Some((id, _)) => (AuditAction::LookUp, id.0.as_str()),
            None => (AuditAction::LookUpNone, ""),
        };
        // Who looks is on the disk before anything is shown.
        self.audit(action, subject)?;
        let Some((_, record)) = found else { return Ok(Box::new(NumberFinding::NotHere)) };
        // Where only a day that nobody can be sure of says that it is over, it is not called over.
        let today = day(self.clock.now(), self.utc_offset_hours);
        let in_service = in_service(&record, today, self.time.now()).unwrap_or(true);
        let portrait = record
            .portrait_webp
            .as_ref()
            .and_then(|webp| picture(&webp.0))
            .filter(|_| in_service)
            .map(Arc::new);
        let facts = facts_of(record);
        Ok(Box::new(if in_service {
            NumberFinding::Matches { facts, portrait }
        } else {
            NumberFinding::NoLonger { facts }
        }))
    }

    /// The record behind a number. One that the key at hand does not find may have been sealed for the
    /// region's next key since the clerk signed in: then that one is opened, and looked with.
    fn record(&mut self, look_up: &LookUp) -> Result<Option<(RecordId, OpenRecord)>, Fault> {
        if let Some(found) = self.record_of_epoch(look_up)? {
            return Ok(Some(found));
        }
        let identity = self.store.identity().map_err(|error| of_store(&error))?;
        let (Some(identity), Some(open)) = (identity, self.open.as_mut()) else { return Ok(None) };
        let held = open.epoch.epoch();
        if !open.renew(&identity) {
            tracing::error!("the region's new key does not open");
        }
        if open.epoch.epoch() == held { Ok(None) } else { self.record_of_epoch(look_up) }
    }

    fn record_of_epoch(&self, look_up: &LookUp) -> Result<Option<(RecordId, OpenRecord)>, Fault> {
        let open = self.open.as_ref().ok_or(Fault::StaffOut)?;
        if self.store.roster_state().map_err(|error| of_store(&error))?.records == 0 {
            return Err(Fault::NoRecords);
        }
        let records = self
            .store
            .records_by_index(&open.epoch.index(look_up))
            .map_err(|error: StoreError| of_store(&error))?;
        Ok(records.into_iter().find_map(|record| {
            let plain = open_by_epoch(&record, &open.epoch)
                .inspect_err(|error| tracing::error!(%error, "a record does not open"))
                .ok()?;
            let open = serde_json::from_slice(&plain)
                .inspect_err(|error| tracing::error!(%error, "an opened record cannot be read"))
                .ok()?;
            Some((record.id, open))
        }))
    }
}

/// What staff see of a record.
pub fn facts_of(record: OpenRecord) -> Facts {
    let OpenRecord { nip, name, body, unit, position, .. } = record;
    Facts { nip, name, body, unit, position }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{epoch, morning, on_duty};
    use super::*;
    use crate::clock::os_random;
    use crate::person::Status;
    use crate::protocol::{EpochWrap, RosterPage};
    use crate::sealed::{EpochKey, seal_record, wrap_epoch};
    use crate::store::AuditStore;

    const NIP: &str = "197402152001122001";

    fn record(status: Status) -> OpenRecord {
        OpenRecord {
            nip: NIP.parse().unwrap(),
            name: "Sri Wahyuni".into(),
            status,
            status_since: None,
            tmt: None,
            contract_end: None,
            body: "Pemerintah Kabupaten Contoh".into(),
            unit: "Dinas Kesehatan".into(),
            position: "Analis".into(),
            karpeg: Some("M 123456".into()),
            portrait_webp: None,
        }
    }

    fn with(worker: &mut ClerkWorker, record: &OpenRecord) {
        with_key(worker, record, &epoch());
    }

    fn with_key(worker: &mut ClerkWorker, record: &OpenRecord, epoch: &EpochKey) {
        let look_ups = [LookUp::Nip(record.nip.as_u64()), LookUp::Karpeg("M 123456")];
        let plain = serde_json::to_vec(record).unwrap();
        let id = RecordId("R1".into());
        let sealed =
            seal_record(&plain, id, epoch.epoch().into(), &[], epoch, &look_ups, &mut os_random()).unwrap();
        let page = RosterPage {
            records: vec![sealed],
            removed: Vec::new(),
            cursor: "1".into(),
            more: false,
            epoch: None,
        };
        worker.store.apply_roster_page(&page, morning()).unwrap();
    }

    fn actions(worker: &ClerkWorker) -> Vec<(AuditAction, String)> {
        let chain = worker.store.audit_chain().unwrap();
        chain.into_iter().map(|entry| (entry.action, entry.subject)).collect()
    }

    #[test]
    fn a_karpeg_or_a_nip_finds_its_person_and_every_look_is_noted_without_a_number() {
        let dir = tempfile::tempdir().unwrap();
        let (mut worker, _) = on_duty(&dir);
        assert_eq!(worker.look_up("M 123456").err(), Some(Fault::NoRecords), "an empty roster says nothing");
        with(&mut worker, &record(Status::Active));
        for typed in ["m.123456", "M123456", "19740215 200112 2 001", NIP] {
            match *worker.look_up(typed).unwrap() {
                NumberFinding::Matches { facts, .. } => assert_eq!(facts.name, "Sri Wahyuni", "{typed}"),
                other => panic!("{typed}: {other:?}"),
            }
        }
        assert!(matches!(*worker.look_up("M 999999").unwrap(), NumberFinding::NotHere));
        for typed in ["123", "HELLO", "hello 2026 hello", "", "KTP", "https://bkn.go.id"] {
            assert_eq!(worker.look_up(typed).err(), Some(Fault::NumberShape), "{typed}");
        }
        assert!(matches!(worker.look_up("197402152001122").err(), Some(Fault::Nip(_))));
        let noted = actions(&worker);
        assert_eq!(noted.len(), 5);
        assert_eq!(noted[0], (AuditAction::LookUp, "R1".to_owned()));
        assert_eq!(noted[4], (AuditAction::LookUpNone, String::new()));
    }

    #[test]
    fn who_left_service_is_no_match_and_nobody_looks_without_a_code() {
        let dir = tempfile::tempdir().unwrap();
        let (mut worker, _) = on_duty(&dir);
        with(&mut worker, &record(Status::Retired));
        assert!(matches!(*worker.look_up(NIP).unwrap(), NumberFinding::NoLonger { .. }));
        worker.lock();
        assert_eq!(worker.look_up(NIP).err(), Some(Fault::StaffOut));
    }

    #[test]
    fn the_regions_next_key_is_followed_while_the_clerk_is_signed_in() {
        let dir = tempfile::tempdir().unwrap();
        let (mut worker, _) = on_duty(&dir);
        let next = EpochKey::from_secret(2, [8; 32]);
        with_key(&mut worker, &record(Status::Active), &next);
        assert!(matches!(*worker.look_up(NIP).unwrap(), NumberFinding::NotHere), "its key has not come");
        let mut identity = worker.store.identity().unwrap().unwrap();
        let wrapped = wrap_epoch(&next, &identity.sealing_public, &mut os_random()).unwrap();
        identity.enrolled.epoch = EpochWrap { epoch: wrapped.epoch, wrapped: wrapped.sealed.into() };
        worker.store.put_identity(&identity).unwrap();
        assert!(matches!(*worker.look_up(NIP).unwrap(), NumberFinding::Matches { .. }));
    }

    #[test]
    fn a_look_that_cannot_be_noted_shows_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let (mut worker, _) = on_duty(&dir);
        with(&mut worker, &record(Status::Active));
        worker.store.faults().disk_full_after(0);
        assert_eq!(worker.look_up(NIP).err(), Some(Fault::DiskFull));
    }
}
