//! Station: the visitor log. A visit is sealed before it reaches the disk, opened only while staff
//! are signed in, and forgotten after its days.

use std::fs::{DirBuilder, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp};

use super::ClerkWorker;
use crate::clock::{offset, os_random, random_bytes};
use crate::credential::ClockTrust;
use crate::person::Nip;
use crate::protocol::AuditAction;
use crate::sealed::{open_note, seal_note};
use crate::session::{Decision, DeskState, Fault, PrintState, Visit, VisitLine};
use crate::station::faults::of_store;
use crate::store::{JobState, JobStore, SealedVisit, VisitStore};

/// What a visit is sealed as.
const PURPOSE: &str = "visit";

impl ClerkWorker {
    /// What stands beside the verdict: today's visitors, and prints that somebody must say something about.
    pub(super) fn desk_state(&mut self) -> Result<Box<DeskState>, Fault> {
        let now = self.clock.now();
        let local = offset(self.utc_offset_hours);
        let midnight = local
            .to_timestamp(local.to_datetime(now).date().to_datetime(jiff::civil::Time::midnight()))
            .unwrap_or(now);
        let today = self.visits_since(midnight)?;
        let open = self.store.open_jobs().map_err(|error| of_store(&error))?;
        let unknown = open.iter().filter(|job| job.state == JobState::Unknown).count();
        let left = self.read_prints()?.iter().filter(|line| line.state == PrintState::LeftBehind).count();
        let questions = unknown + left;
        Ok(Box::new(DeskState { today, questions: u32::try_from(questions).unwrap_or(u32::MAX) }))
    }

    /// Writes a visit down, and a decision into the audit log. Returns once both are on the disk.
    pub(super) fn keep_visit(&mut self, visit: Visit) -> Result<Box<VisitLine>, Fault> {
        let open = self.open.as_ref().ok_or(Fault::StaffOut)?;
        let id = HEXLOWER.encode(&random_bytes::<16>());
        let plain = serde_json::to_vec(&visit).map_err(|error| {
            tracing::error!(%error, "a visit cannot be written");
            Fault::StoreTrouble
        })?;
        let sealed = seal_note(&open.keys, PURPOSE, &id, &plain, &mut os_random()).map_err(|error| {
            tracing::error!(%error, "a visit cannot be sealed");
            Fault::StoreTrouble
        })?;
        let at = self.clock.now();
        if let Some(decision) = visit.decision {
            let action = match decision {
                Decision::AcceptedWithKtp => AuditAction::Accepted,
                Decision::NotAccepted => AuditAction::NotAccepted,
            };
            self.audit(action, visit.serial.as_deref().unwrap_or_default())?;
        }
        let kept = SealedVisit { id: id.clone(), at, sealed };
        self.store.add_visit(&kept).map_err(|error| of_store(&error))?;
        Ok(Box::new(self.line(id, at, visit)))
    }

    /// All visits that are kept, newest first.
    pub(super) fn read_visits(&mut self) -> Result<Vec<VisitLine>, Fault> {
        self.audit(AuditAction::VisitorsRead, "")?;
        self.visits_since(Timestamp::MIN)
    }

    fn visits_since(&self, since: Timestamp) -> Result<Vec<VisitLine>, Fault> {
        let open = self.open.as_ref().ok_or(Fault::StaffOut)?;
        let sealed = self.store.visits_since(since).map_err(|error| of_store(&error))?;
        let all = sealed.len();
        let lines: Vec<VisitLine> = sealed
            .into_iter()
            .filter_map(|kept| {
                let plain = open_note(&open.keys, PURPOSE, &kept.id, &kept.sealed).ok()?;
                let visit = serde_json::from_slice(&plain).ok()?;
                Some(self.line(kept.id, kept.at, visit))
            })
            .collect();
        if lines.len() < all {
            // Sealed before the station joined anew, under keys that are gone.
            tracing::warn!(count = all - lines.len(), "visits of before do not open any more");
        }
        Ok(lines)
    }

    fn line(&self, id: String, at: Timestamp, visit: Visit) -> VisitLine {
        let local = offset(self.utc_offset_hours).to_datetime(at);
        VisitLine {
            id,
            day: local.strftime("%d-%m-%Y").to_string(),
            time: local.strftime("%H.%M").to_string(),
            visit,
        }
    }

    /// Writes these visits to a file for the office. Returns its path.
    pub(super) fn export_visits(&mut self, ids: &[String]) -> Result<String, Fault> {
        let folder = self.export_dir.clone().ok_or(Fault::ExportPlace)?;
        self.audit(AuditAction::VisitorsExported, &ids.len().to_string())?;
        let lines = self.visits_since(Timestamp::MIN)?;
        let chosen: Vec<&VisitLine> = lines.iter().filter(|line| ids.contains(&line.id)).collect();
        let now = offset(self.utc_offset_hours).to_datetime(self.clock.now());
        let path = folder.join(now.strftime("tamu-%Y%m%d-%H%M%S.csv").to_string());
        write_csv(&path, &chosen).map_err(|error| {
            tracing::error!(%error, path = %path.display(), "the visitors cannot be written");
            Fault::ExportFailed
        })?;
        Ok(path.display().to_string())
    }

    /// Forgets what has stood for its days, by a clock that can be believed: one that runs ahead
    /// would forget what is young.
    pub(super) fn forget_old_visits(&mut self) {
        if self.time.now() != ClockTrust::Trusted {
            return;
        }
        let days = SignedDuration::from_hours(i64::from(self.visit_days) * 24);
        let Ok(before) = self.clock.now().checked_sub(days) else { return };
        match self.store.prune_visits(before) {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "visits are forgotten after their days"),
            Err(error) => tracing::error!(%error, "old visits cannot be forgotten"),
        }
    }
}

/// A file that only the station's user may read; it must not be there yet.
fn write_csv(path: &Path, lines: &[&VisitLine]) -> Result<(), Box<dyn std::error::Error>> {
    if let Some(folder) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(["tanggal", "jam", "nama", "nip", "menemui", "hasil", "keputusan", "petugas"])?;
    for line in lines {
        let visit = &line.visit;
        // In groups: a table program would round eighteen digits.
        let nip = visit.nip.map(Nip::grouped).unwrap_or_default();
        out.write_record([
            line.day.as_str(),
            line.time.as_str(),
            plain(&visit.name).as_str(),
            nip.as_str(),
            plain(&visit.host).as_str(),
            visit.verdict.code(),
            visit.decision.map_or("", Decision::code),
            plain(&visit.clerk).as_str(),
        ])?;
    }
    let bytes = out.into_inner()?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(&bytes)?;
    file.sync_all()?;
    Ok(())
}

/// What was typed is text to a table program, never a formula.
fn plain(text: &str) -> String {
    match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::testing::on_duty;
    use super::*;
    use crate::session::DeskVerdict;
    use crate::store::AuditStore;

    fn visit(name: &str, decision: Option<Decision>) -> Visit {
        Visit {
            name: name.into(),
            nip: Some("197402152001122001".parse().unwrap()),
            host: "=Kepala Dinas".into(),
            verdict: DeskVerdict::Confirm,
            decision,
            serial: Some("SERIAL".into()),
            clerk: "petugas-1".into(),
        }
    }

    #[test]
    fn a_visit_lies_sealed_on_the_disk_and_opens_for_staff_alone() {
        let dir = tempfile::tempdir().unwrap();
        let (mut worker, clock) = on_duty(&dir);
        let kept = worker.keep_visit(visit("Sri Wahyuni", Some(Decision::AcceptedWithKtp))).unwrap();
        assert_eq!((kept.day.as_str(), kept.time.as_str()), ("02-03-2026", "10.00"));
        clock.advance(Duration::from_secs(24 * 3600));
        worker.keep_visit(visit("Budi", None)).unwrap();
        let today = worker.desk_state().unwrap().today;
        assert_eq!(today.iter().map(|line| line.visit.name.as_str()).collect::<Vec<_>>(), ["Budi"]);
        let all = worker.read_visits().unwrap();
        assert_eq!(all.len(), 2);
        assert_eq!(all[1].visit, visit("Sri Wahyuni", Some(Decision::AcceptedWithKtp)));
        let actions: Vec<_> =
            worker.store.audit_chain().unwrap().into_iter().map(|entry| entry.action).collect();
        assert_eq!(actions, [AuditAction::Accepted, AuditAction::VisitorsRead]);

        // Who takes the whole folder finds neither name nor number nor host.
        for entry in std::fs::read_dir(dir.path()).unwrap() {
            let path = entry.unwrap().path();
            let Ok(bytes) = std::fs::read(&path) else { continue };
            for word in ["Sri Wahyuni", "Budi", "197402152001122001", "Kepala Dinas"] {
                let found = bytes.windows(word.len()).any(|window| window == word.as_bytes());
                assert!(!found, "{word} in {}", path.display());
            }
        }
        worker.lock();
        assert_eq!(worker.read_visits().err(), Some(Fault::StaffOut));
        assert_eq!(worker.keep_visit(visit("Ani", None)).err(), Some(Fault::StaffOut));
    }

    #[test]
    fn a_visit_is_forgotten_after_its_days_and_by_a_trusted_clock_only() {
        let dir = tempfile::tempdir().unwrap();
        let (mut worker, clock) = on_duty(&dir);
        worker.keep_visit(visit("Sri", None)).unwrap();
        clock.advance(Duration::from_secs(31 * 24 * 3600));
        worker.time.signed(false);
        // A machine whose own clock is kept may believe itself.
        if worker.time.now() == ClockTrust::Untrusted {
            worker.forget_old_visits();
            assert_eq!(worker.read_visits().unwrap().len(), 1);
        }
        worker.time.signed(true);
        worker.forget_old_visits();
        assert!(worker.read_visits().unwrap().is_empty());
    }

    #[test]
    fn a_file_is_for_its_owner_and_holds_no_formula() {
        let dir = tempfile::tempdir().unwrap();
        let (mut worker, _) = on_duty(&dir);
        let one = worker.keep_visit(visit("Sri, S.E.", Some(Decision::NotAccepted))).unwrap();
        worker.keep_visit(visit("Budi", None)).unwrap();
        assert_eq!(worker.export_visits(std::slice::from_ref(&one.id)).err(), Some(Fault::ExportPlace));
        worker.export_dir = Some(dir.path().join("stick"));
        let file = worker.export_visits(&[one.id]).unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        assert_eq!(
            text,
            "tanggal,jam,nama,nip,menemui,hasil,keputusan,petugas\n\
             02-03-2026,10.00,\"Sri, S.E.\",19740215 200112 2 001,'=Kepala Dinas,confirm,not-accepted,petugas-1\n"
        );
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
        assert_eq!(mode & 0o077, 0);
        worker.export_dir = Some("/proc/nowhere".into());
        assert_eq!(worker.export_visits(&[]).err(), Some(Fault::ExportFailed));
    }
}
