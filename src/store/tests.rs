//! The store as its users see it: what survives, what is refused, what a full or damaged disk does.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use jiff::Timestamp;
use proptest::prelude::*;
use rusqlite::Connection;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use super::*;
use crate::credential::{IssuerId, Kid, Serial, Verdict};
use crate::protocol::{
    Acceptance, AcceptedPhoto, Blob, Enrolled, EpochWrap, Looked, OutboxItem, OutboxKind, PrintOutcome,
    Printed, RosterPage,
};
use crate::sealed::{Index, RecordId, SealedRecord, StaffEnvelope, StaffParams, StationKeys, Wrap};

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn open(dir: &TempDir) -> SqliteStore {
    let opened = SqliteStore::open(dir.path().join("station.db"), at(0)).unwrap();
    assert_eq!(opened.set_aside, None);
    opened.store
}

pub(super) fn acceptance(id: &str) -> OutboxItem {
    OutboxItem {
        id: id.into(),
        happened_at: at(1),
        kind: OutboxKind::Acceptance(Acceptance { sealed: Blob(vec![7; 3000]) }),
    }
}

pub(super) fn printed(id: &str) -> OutboxItem {
    let kind = OutboxKind::Printed(Printed {
        print_id: format!("print-{id}"),
        serial: "S".into(),
        outcome: PrintOutcome::Printed,
    });
    OutboxItem { id: id.into(), happened_at: at(2), kind }
}

pub(super) fn job(id: &str) -> NewJob {
    NewJob {
        id: id.into(),
        print_id: format!("print-{id}"),
        serial: "S".into(),
        options: "{}".into(),
        sealed_picture: vec![1, 2, 3],
    }
}

pub(super) fn identity(root: u8) -> Identity {
    Identity {
        central_url: "http://127.0.0.1:1".into(),
        enrolled: Enrolled {
            device_id: "device-1".into(),
            station_name: "Meja 1".into(),
            place: "Lobi".into(),
            utc_offset_hours: 7,
            issuer: "6201".into(),
            root_public: Blob(vec![root; 32]),
            time_public: Blob(vec![2; 32]),
            portrait_public: Blob(vec![3; 32]),
            epoch: EpochWrap { epoch: 1, wrapped: Blob(vec![4; 80]) },
            waiting: false,
        },
        device_key: "device.key".into(),
        sealing_public: [5; 32],
        staff_envelope: StaffEnvelope {
            params: StaffParams::LEAST,
            salt: [6; 16],
            public: [5; 32],
            sealed: vec![8; 60],
        },
        joined_at: at(0),
    }
}

fn record(id: &str, version: u64, card: u8) -> SealedRecord {
    SealedRecord {
        id: RecordId(id.into()),
        version,
        ciphertext: vec![version as u8; 20],
        wraps: vec![
            Wrap::Card { tag: [card; 16], wrapped: vec![1] },
            Wrap::Epoch { epoch: 1, wrapped: vec![2] },
        ],
        indexes: vec![Index { epoch: 1, tag: [card + 100; 16] }],
    }
}

fn page(records: Vec<SealedRecord>, removed: &[&str], cursor: &str, more: bool) -> RosterPage {
    let removed = removed.iter().map(ToString::to_string).collect();
    RosterPage { records, removed, cursor: cursor.into(), more, epoch: None }
}

#[test]
fn an_empty_store_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    assert!(store.identity().unwrap().is_none());
    assert!(store.outbox_head().unwrap().is_none());
    assert_eq!(store.outbox_counts().unwrap(), OutboxCounts::default());
    assert_eq!(store.roster_state().unwrap(), RosterState::default());
    assert_eq!(store.trust().unwrap(), None);
    assert_eq!(store.clock_floor().unwrap(), None);
    assert!(store.open_jobs().unwrap().is_empty());
}

#[test]
fn the_disk_is_asked_to_keep_what_it_was_given() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    let conn = Connection::open(store.path()).unwrap();
    let mode: String = conn.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
    assert_eq!(store.pragma("synchronous"), 2, "FULL");
    assert_eq!(store.pragma("foreign_keys"), 1);
    assert_eq!(store.pragma("secure_delete"), 1);
}

#[test]
fn an_acceptance_survives_its_answer_but_its_portrait_does_not() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(&dir);
    let item = acceptance("a1");
    store.accept(&item).unwrap();
    store.accept(&item).unwrap();
    assert_eq!(store.outbox_counts().unwrap().queued, 1, "a repeat changes nothing");

    drop(store);
    let mut store = open(&dir);
    let head = store.outbox_head().unwrap().unwrap();
    assert_eq!((head.id.as_str(), head.attempts), ("a1", 0));
    assert!(matches!(head.item.unwrap().kind, OutboxKind::Acceptance(a) if a.sealed.0.len() == 3000));
    store.outbox_trying("a1", at(3)).unwrap();
    assert_eq!(store.outbox_head().unwrap().unwrap().attempts, 1);

    let kept = store.acceptance("a1").unwrap().unwrap();
    assert_eq!((kept.state, kept.serial), (AcceptanceState::Kept, None));
    store.outbox_answered("a1", Some("SERIAL"), at(4)).unwrap();
    let kept = store.acceptance("a1").unwrap().unwrap();
    assert_eq!((kept.state, kept.serial.as_deref()), (AcceptanceState::Issued, Some("SERIAL")));
    assert!(store.outbox_head().unwrap().is_none());
    assert_eq!(store.text("SELECT body FROM outbox WHERE id = 'a1'"), None);

    // A repeat after the answer neither queues it again nor fails.
    store.accept(&item).unwrap();
    assert_eq!(store.outbox_counts().unwrap(), OutboxCounts::default());
    assert!(matches!(store.outbox_answered("a1", None, at(5)), Err(StoreError::WrongState { .. })));
    assert!(matches!(store.outbox_answered("zz", None, at(5)), Err(StoreError::Absent { .. })));
}

/// A thief has the disk, and time: the codes are short, so a hash of one is as good as the code.
#[test]
fn a_thief_finds_neither_grant_nor_pick_up_code() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(&dir);
    let mut rng = crate::clock::os_random();
    let server = StationKeys::generate(&mut rng).unwrap();
    let (grant, code) = ("m4XbGrantOfThisPerson0123456789", "BCDFGHJK");
    let png = b"\x89PNG and then the portrait of a person".to_vec();
    let accepted = AcceptedPhoto { grant: grant.into(), pick_up_code: code.into(), png };
    let mut item = acceptance("a1");
    item.kind = OutboxKind::Acceptance(Acceptance::seal(&accepted, "a1", &server.public, &mut rng).unwrap());
    store.accept(&item).unwrap();
    store.outbox_trying("a1", at(2)).unwrap();
    store.note("kept", "a1", at(2)).unwrap();
    let found = || {
        let mut found = Vec::new();
        for text in [grant, code, "BCDF-GHJK", "bcdfghjk", "the portrait of a person"] {
            let hash: [u8; 32] = Sha256::digest(text).into();
            let (hex, base64) = (HEXLOWER.encode(&hash), BASE64URL_NOPAD.encode(&hash));
            let forms = [text.as_bytes(), &hash[..], hex.as_bytes(), base64.as_bytes()];
            let inside = |bytes: &[u8]| forms.iter().any(|f| bytes.windows(f.len()).any(|at| at == *f));
            for file in fs::read_dir(dir.path()).unwrap() {
                let path = file.unwrap().path();
                if path.is_file() && inside(&fs::read(&path).unwrap()) {
                    found.push(format!("{text} in {}", path.display()));
                }
            }
        }
        found
    };
    assert_eq!(found(), Vec::<String>::new());
    // The search does find what is there, and the server can open what was kept.
    store.note("leak", code, at(3)).unwrap();
    assert!(!found().is_empty());
    let OutboxKind::Acceptance(kept) = store.outbox_head().unwrap().unwrap().item.unwrap().kind else {
        panic!("an acceptance")
    };
    assert!(kept.open("a1", server.private()).unwrap() == accepted);
}

#[test]
fn what_lies_on_the_disk_is_for_its_owner_only() {
    let outer = tempfile::tempdir().unwrap();
    let dir = outer.path().join("data");
    let path = dir.join("station.db");
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let mut store = SqliteStore::open(&path, at(0)).unwrap().store;
    store.accept(&acceptance("a")).unwrap();
    assert_eq!(mode(&dir), 0o700);
    for ending in ["", "-wal", "-shm"] {
        assert_eq!(mode(&dir.join(format!("station.db{ending}"))), 0o600, "{ending}");
    }
    // A file that came back from a copy.
    drop(store);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let _store = SqliteStore::open(&path, at(0)).unwrap().store;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&dir.join("station.db-wal")), 0o600);
}

#[test]
fn one_id_never_stands_for_two_things() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(&dir);
    store.enqueue(&printed("x")).unwrap();
    let mut other = printed("x");
    other.happened_at = at(99);
    assert!(matches!(store.enqueue(&other), Err(StoreError::Conflict { .. })));
    assert!(matches!(store.accept(&printed("y")), Err(StoreError::WrongState { .. })));
    store.accept(&acceptance("a")).unwrap();
    let mut twin = acceptance("a");
    if let OutboxKind::Acceptance(acceptance) = &mut twin.kind {
        acceptance.sealed = Blob(vec![8; 3000]);
    }
    assert!(matches!(store.accept(&twin), Err(StoreError::Conflict { .. })));
    assert_eq!(store.outbox_counts().unwrap().queued, 2, "and half of it is not kept either");
}

#[test]
fn order_holds_across_parking() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(&dir);
    store.accept(&acceptance("1")).unwrap();
    store.enqueue(&printed("2")).unwrap();
    let look = Looked { serial: Serial::from_bytes([3; 10]), verdict: Verdict::Confirm };
    store.enqueue(&OutboxItem { kind: OutboxKind::Looked(look), ..printed("3") }).unwrap();
    store.park("1", "no such grant", at(3)).unwrap();
    assert_eq!(store.outbox_counts().unwrap(), OutboxCounts { queued: 2, parked: 1 });
    assert_eq!(store.outbox_head().unwrap().unwrap().id, "2");
    assert_eq!(store.acceptance("1").unwrap().unwrap().state, AcceptanceState::Refused);
    let parked = store.parked().unwrap();
    assert_eq!((parked[0].kind.as_str(), parked[0].reason.as_str()), ("acceptance", "no such grant"));
    store.unpark("1", at(4)).unwrap();
    let head = store.outbox_head().unwrap().unwrap();
    assert_eq!(head.id, "1", "its old place");
    assert!(head.item.is_ok(), "nothing was lost by parking");
}

#[test]
fn a_full_disk_is_an_error_of_its_own_and_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(&dir);
    store.accept(&acceptance("a")).unwrap();
    let faults = store.faults();
    faults.disk_full_after(0);
    assert!(matches!(store.accept(&acceptance("b")), Err(StoreError::Full)));
    assert!(matches!(store.outbox_answered("a", Some("S"), at(2)), Err(StoreError::Full)));
    assert!(store.acceptance("b").unwrap().is_none());
    assert_eq!(store.acceptance("a").unwrap().unwrap().state, AcceptanceState::Kept);
    assert!(matches!(store.beside().unwrap().note("k", "d", at(1)), Err(StoreError::Full)));
    faults.clear();
    store.accept(&acceptance("b")).unwrap();
    assert_eq!(store.outbox_counts().unwrap().queued, 2);
}

#[test]
fn sqlites_own_disk_full_is_recognised() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(&dir);
    let pages = store.pragma("page_count");
    store.pragma(&format!("max_page_count = {}", pages + 2));
    let failed = (0..50).find_map(|n| store.accept(&acceptance(&format!("id{n}"))).err());
    assert!(matches!(failed, Some(StoreError::Full)), "{failed:?}");
    let kept = store.outbox_counts().unwrap().queued;
    drop(store);
    assert_eq!(open(&dir).outbox_counts().unwrap().queued, kept);
}

#[test]
fn a_crash_in_the_middle_of_a_transaction_leaves_what_was_promised_and_no_more() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(&dir);
    store.accept(&acceptance("kept")).unwrap();
    // Another process dies with its transaction open: copy the files as a power cut leaves them.
    let writer = Connection::open(store.path()).unwrap();
    writer.execute_batch("PRAGMA cache_spill = ON; PRAGMA cache_size = 1; BEGIN IMMEDIATE").unwrap();
    for n in 0..200 {
        writer
            .execute(
                "INSERT INTO outbox (id, seq, kind, body, state, happened_at)
                 VALUES (?1, ?2, 'printed', ?3, 'queued', 0)",
                rusqlite::params![format!("half-{n}"), 1000 + n, "x".repeat(2000)],
            )
            .unwrap();
    }
    let after = tempfile::tempdir().unwrap();
    for file in fs::read_dir(dir.path()).unwrap() {
        let file = file.unwrap();
        if file.file_type().unwrap().is_file() && !file.file_name().to_string_lossy().ends_with("-shm") {
            fs::copy(file.path(), after.path().join(file.file_name())).unwrap();
        }
    }
    let wal = fs::metadata(after.path().join("station.db-wal")).unwrap().len();
    assert!(wal > 100_000, "the unfinished transaction reached the disk: {wal}");
    let store = open(&after);
    assert_eq!(store.outbox_counts().unwrap().queued, 1);
    assert_eq!(store.outbox_head().unwrap().unwrap().id, "kept");
}

#[test]
fn a_damaged_file_is_set_aside_and_never_deleted() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("station.db");
    fs::write(&path, b"this is not a database, it is a sentence that is long enough to be read as one")
        .unwrap();
    let before = fs::read(&path).unwrap();
    let opened = SqliteStore::open(&path, at(0)).unwrap();
    let aside = opened.set_aside.unwrap();
    assert_eq!(fs::read(&aside.kept_as).unwrap(), before);
    let name = aside.kept_as.file_name().unwrap().to_string_lossy().into_owned();
    assert!(name.starts_with("station.db.damaged-2027"), "{name}");
    assert!(opened.store.identity().unwrap().is_none());

    assert_eq!(aside.salvaged, Salvaged::default());

    // A database that was one, and then lost a page. The same second: another name.
    let mut store = opened.store;
    store.put_identity(&identity(1)).unwrap();
    store.raise_clock_floor(at(77)).unwrap();
    for n in 0..20 {
        store.accept(&acceptance(&format!("n{n}"))).unwrap();
    }
    store.outbox_answered("n0", Some("S"), at(5)).unwrap();
    store.park("n1", "why", at(5)).unwrap();
    drop(store);
    let mut bytes = fs::read(&path).unwrap();
    // A page of a portrait: the one before the last.
    let place = bytes.len() - 2 * 4096;
    bytes[place..place + 4096].fill(0xa5);
    fs::write(&path, &bytes).unwrap();
    let opened = SqliteStore::open(&path, at(0)).unwrap();
    let again = opened.set_aside.unwrap();
    assert_ne!(again.kept_as, aside.kept_as);
    assert!(aside.kept_as.exists() && again.kept_as.exists());
    assert_eq!(fs::read(&again.kept_as).unwrap(), bytes, "what was set aside is not touched");

    // What can be read is carried over, in its order; what was answered is not sent again.
    assert!(again.salvaged.identity);
    let store = opened.store;
    assert!((17..19).contains(&again.salvaged.outbox), "{:?}", again.salvaged);
    assert_eq!(store.outbox_counts().unwrap().queued, again.salvaged.outbox);
    assert_eq!(store.outbox_head().unwrap().unwrap().id, "n1");
    assert_eq!(store.acceptance("n2").unwrap().unwrap().state, AcceptanceState::Kept);
    assert!(store.acceptance("n0").unwrap().is_none());
    assert_eq!(store.clock_floor().unwrap(), Some(at(77)));
    assert_eq!(store.identity().unwrap().unwrap().enrolled.device_id, "device-1");
    let left = fs::read_dir(dir.path()).unwrap().map(|file| file.unwrap().file_name());
    assert!(left.into_iter().all(|name| !name.to_string_lossy().contains("reading")));
}

#[test]
fn what_was_being_sent_is_unknown_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(&dir);
    for id in ["waits", "sends", "done"] {
        store.add_job(&job(id), at(1)).unwrap();
    }
    store.job_sending("done", at(2)).unwrap();
    store.end_job("done", JobEnd::Printed, Some(&printed("report")), at(3)).unwrap();
    store.job_sending("sends", at(4)).unwrap();
    drop(store);
    let mut store = open(&dir);
    let unknown = store.recover(at(5)).unwrap();
    assert_eq!(unknown.len(), 1);
    assert_eq!((unknown[0].id.as_str(), unknown[0].state), ("sends", JobState::Unknown));
    assert_eq!(unknown[0].sealed_picture.as_deref(), Some(&[1, 2, 3][..]));
    assert_eq!(store.open_jobs().unwrap().len(), 2);
    let done = store.job("done").unwrap().unwrap();
    assert_eq!((done.state, done.sealed_picture), (JobState::Printed, None));
    assert_eq!(store.outbox_head().unwrap().unwrap().id, "report");
    assert!(matches!(store.add_job(&job("done"), at(6)), Err(StoreError::Conflict { .. })));
}

#[test]
fn a_job_only_goes_where_its_state_allows() {
    use JobState::{Failed, Printed, Queued, Sending, Sent, Spoiled, Unknown};
    let allowed = [
        (Queued, Sending),
        (Queued, Failed),
        (Sending, Queued),
        (Sending, Printed),
        (Sending, Sent),
        (Sending, Failed),
        (Sending, Unknown),
        (Unknown, Queued),
        (Unknown, Printed),
        (Unknown, Failed),
        (Unknown, Spoiled),
        (Printed, Spoiled),
        (Sent, Spoiled),
    ];
    for from in JobState::ALL {
        assert_eq!(JobState::parse(from.word()), Some(from));
        for to in JobState::ALL {
            assert_eq!(from.allows(to), allowed.contains(&(from, to)), "{from} -> {to}");
        }
    }
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(&dir);
    store.add_job(&job("j"), at(1)).unwrap();
    assert!(matches!(
        store.end_job("j", JobEnd::Printed, Some(&printed("r")), at(2)),
        Err(StoreError::WrongState { .. })
    ));
    assert!(store.outbox_head().unwrap().is_none(), "no report of what did not happen");
    assert!(matches!(store.job_sending("none", at(2)), Err(StoreError::Absent { .. })));
    store.job_sending("j", at(2)).unwrap();
    store.job_waiting("j", "paper-out", at(3)).unwrap();
    assert_eq!(store.job("j").unwrap().unwrap().cause.as_deref(), Some("paper-out"));
    store.end_job("j", JobEnd::Failed { cause: "given up" }, Some(&printed("r")), at(4)).unwrap();
    assert_eq!(store.job("j").unwrap().unwrap().sealed_picture, None);
}

#[test]
fn a_job_has_a_journal_and_a_trace_that_only_its_present_attempt_left() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(&dir);
    store.add_job(&job("j"), at(1)).unwrap();
    assert!(matches!(store.job_trace("j", "7", at(2)), Err(StoreError::WrongState { .. })));
    store.job_sending("j", at(2)).unwrap();
    store.job_trace("j", "7", at(3)).unwrap();
    assert_eq!(store.job("j").unwrap().unwrap().trace.as_deref(), Some("7"));
    store.job_waiting("j", "printer-paper-out", at(4)).unwrap();
    assert_eq!(store.job("j").unwrap().unwrap().trace, None);
    store.job_sending("j", at(5)).unwrap();
    drop(store);
    let mut store = open(&dir);
    store.recover(at(6)).unwrap();
    store.end_job("j", JobEnd::Spoiled { cause: "torn" }, None, at(7)).unwrap();
    assert!(store.outbox_head().unwrap().is_none());
    let words: Vec<&str> = store.journal("j").unwrap().iter().map(|line| line.state.word()).collect();
    assert_eq!(words, ["queued", "sending", "sending", "queued", "sending", "unknown", "spoiled"]);
    assert_eq!(store.journal("j").unwrap()[3].cause.as_deref(), Some("printer-paper-out"));
}

#[test]
fn a_page_and_its_cursor_are_one() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(&dir);
    let first = page(vec![record("p1", 1, 1), record("p2", 1, 2)], &[], "c1", true);
    store.faults().disk_full_after(0);
    assert!(store.apply_roster_page(&first, at(1)).is_err());
    assert_eq!(store.roster_state().unwrap(), RosterState::default());
    store.faults().clear();
    let applied = store.apply_roster_page(&first, at(1)).unwrap();
    assert_eq!(applied, PageApplied { stored: 2, kept: 0, removed: 0 });
    let state = store.roster_state().unwrap();
    assert_eq!((state.cursor.as_deref(), state.synced_at, state.records), (Some("c1"), None, 2));

    // A newer card, an older version that comes late, and somebody who left.
    let next = page(vec![record("p1", 2, 9), record("p2", 0, 7)], &["p3"], "c2", false);
    let applied = store.apply_roster_page(&next, at(2)).unwrap();
    assert_eq!(applied, PageApplied { stored: 1, kept: 1, removed: 0 });
    assert_eq!(store.roster_state().unwrap().synced_at, Some(at(2)));
    assert!(store.records_by_card(&[1; 16]).unwrap().is_empty(), "the old card's tag is gone");
    assert_eq!(store.records_by_card(&[9; 16]).unwrap(), vec![record("p1", 2, 9)]);
    assert_eq!(store.records_by_index(&Index { epoch: 1, tag: [102; 16] }).unwrap()[0].version, 1);
    store.apply_roster_page(&page(vec![], &["p1"], "c3", false), at(3)).unwrap();
    assert!(store.records_by_card(&[9; 16]).unwrap().is_empty());
}

#[test]
fn a_new_walk_forgets_what_it_does_not_name_and_not_earlier() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(&dir);
    let all = vec![record("p1", 1, 1), record("p2", 1, 2), record("p3", 1, 3)];
    store.apply_roster_page(&page(all, &[], "c1", false), at(1)).unwrap();
    store.restart_roster().unwrap();
    assert_eq!(store.roster_state().unwrap().cursor, None);
    store.apply_roster_page(&page(vec![record("p1", 1, 1)], &[], "d1", true), at(2)).unwrap();
    assert_eq!(store.roster_state().unwrap().records, 3, "the desk goes on with what it has");
    let last = store.apply_roster_page(&page(vec![record("p3", 1, 3)], &[], "d2", false), at(3)).unwrap();
    assert_eq!(last.removed, 1);
    assert!(store.records_by_card(&[2; 16]).unwrap().is_empty());
    // A delta of the same walk forgets nothing.
    store.apply_roster_page(&page(vec![record("p4", 1, 4)], &[], "d3", false), at(4)).unwrap();
    assert_eq!(store.roster_state().unwrap().records, 3);
}

#[test]
fn lists_and_clock_never_go_back() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(&dir);
    let trust = |version| HeldTrust { version, bytes: vec![1], etag: Some("e".into()), fetched_at: at(1) };
    store.put_trust(&trust(5)).unwrap();
    store.put_trust(&trust(5)).unwrap();
    assert!(matches!(store.put_trust(&trust(4)), Err(StoreError::GoesBack(_))));
    store.touch_trust(at(9)).unwrap();
    assert_eq!(store.trust().unwrap().unwrap().fetched_at, at(9));

    let (issuer, kid) = (IssuerId::parse("6201").unwrap(), Kid::of(&[1; 32]));
    let status = |iat| HeldStatus {
        issuer: issuer.clone(),
        kid: kid.clone(),
        bytes: vec![2],
        etag: None,
        iat: at(iat),
        fetched_at: at(1),
    };
    store.put_status(&status(100)).unwrap();
    assert!(matches!(store.put_status(&status(99)), Err(StoreError::GoesBack(_))));
    store.put_status(&status(101)).unwrap();
    store.touch_status(&issuer, &kid, at(7)).unwrap();
    let held = store.status_list(&issuer, &kid).unwrap().unwrap();
    assert_eq!((held.iat, held.fetched_at, held.bytes.as_slice()), (at(101), at(7), &[2][..]));
    assert!(store.status_lists().unwrap()[0].bytes.is_empty());

    assert_eq!(store.raise_clock_floor(at(50)).unwrap(), at(50));
    assert_eq!(store.raise_clock_floor(at(40)).unwrap(), at(50));
    assert_eq!(store.clock_floor().unwrap(), Some(at(50)));
}

#[test]
fn joining_again_keeps_what_people_did_and_drops_what_another_root_signed() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(&dir);
    store.put_identity(&identity(1)).unwrap();
    assert_eq!(store.identity().unwrap().unwrap().enrolled.station_name, "Meja 1");
    store.accept(&acceptance("a")).unwrap();
    store.add_job(&job("j"), at(1)).unwrap();
    store.put_trust(&HeldTrust { version: 5, bytes: vec![1], etag: None, fetched_at: at(1) }).unwrap();
    store.apply_roster_page(&page(vec![record("p", 1, 1)], &[], "c", false), at(1)).unwrap();

    store.put_identity(&identity(1)).unwrap();
    assert!(store.trust().unwrap().is_some(), "the same root");
    assert_eq!(store.roster_state().unwrap().cursor, None, "the roster is walked again");
    store.put_identity(&identity(2)).unwrap();
    assert!(store.trust().unwrap().is_none(), "another root");
    assert_eq!(store.outbox_counts().unwrap().queued, 1);
    assert_eq!(store.open_jobs().unwrap().len(), 1);
    assert_eq!(store.roster_state().unwrap().records, 1);
}

#[test]
fn a_full_disk_is_over_when_it_is_over() {
    let (mut full, mut kept) = (0, 0);
    for room in 0..12 {
        let dir = tempfile::tempdir().unwrap();
        let mut store = open(&dir);
        let pages = store.pragma("page_count");
        // SQLite's own limit answers as a full disk does, at whichever statement needs the page.
        store.pragma(&format!("max_page_count = {}", pages + room));
        let mut taken = Vec::new();
        for n in 0..12 {
            let id = format!("item-{n}");
            match store.accept(&acceptance(&id)) {
                Ok(()) => taken.push(id),
                Err(StoreError::Full) => full += 1,
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!(store.outbox_counts().unwrap().queued as usize, taken.len(), "whole or not at all");
        store.pragma("max_page_count = 1000000");
        for n in 12..16 {
            store.accept(&acceptance(&format!("item-{n}"))).unwrap();
        }
        store.note("sync", "goes on", at(1)).unwrap();
        assert_eq!(store.outbox_counts().unwrap().queued as usize, taken.len() + 4);
        kept += taken.len();
    }
    eprintln!("full {full} times, {kept} kept, none lost");
    assert!(full > 12 && kept > 0);
}

#[test]
fn joining_again_forgets_the_floor_and_only_a_proof_sets_it_back() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(&dir);
    store.put_identity(&identity(1)).unwrap();
    store.raise_clock_floor(at(500)).unwrap();
    store.put_enrolled(&identity(1).enrolled).unwrap();
    assert_eq!(store.clock_floor().unwrap(), Some(at(500)));
    store.reset_clock_floor(at(100)).unwrap();
    assert_eq!(store.clock_floor().unwrap(), Some(at(100)));
    store.put_identity(&identity(1)).unwrap();
    assert_eq!(store.clock_floor().unwrap(), None);
}

#[test]
fn notes_and_settings() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(&dir);
    store.put_setting("sound", "on").unwrap();
    store.put_setting("sound", "off").unwrap();
    assert_eq!(store.setting("sound").unwrap().as_deref(), Some("off"));
    assert_eq!(store.setting("none").unwrap(), None);
    for n in 0..5 {
        store.note("sync", &n.to_string(), at(n)).unwrap();
    }
    let details: Vec<_> = store.events(2).unwrap().into_iter().map(|event| event.detail).collect();
    assert_eq!(details, ["4", "3"]);
}

#[test]
fn two_connections_see_each_other() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = open(&dir);
    let mut worker: Box<dyn Store> = Box::new(desk.beside().unwrap());
    desk.accept(&acceptance("a")).unwrap();
    assert_eq!(worker.outbox_head().unwrap().unwrap().id, "a");
    worker.outbox_answered("a", Some("S"), at(2)).unwrap();
    assert_eq!(desk.acceptance("a").unwrap().unwrap().serial.as_deref(), Some("S"));
}

#[derive(Clone, Debug)]
enum Step {
    Accept(u8),
    Answer,
    Park,
    Unpark(u8),
    Full(bool),
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (0..12u8).prop_map(Step::Accept),
        2 => Just(Step::Answer),
        1 => Just(Step::Park),
        1 => (0..12u8).prop_map(Step::Unpark),
        1 => any::<bool>().prop_map(Step::Full),
        1 => Just(Step::Reopen),
    ];
    proptest::collection::vec(step, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever happens in whatever order, every acceptance that was promised is queued, parked or
    /// answered, and each is answered at most once.
    #[test]
    fn nothing_promised_is_lost(steps in steps()) {
        let dir = tempfile::tempdir().unwrap();
        let mut store = open(&dir);
        let mut promised: BTreeMap<String, AcceptanceState> = BTreeMap::new();
        for step in steps {
            match step {
                Step::Accept(n) => {
                    let id = format!("id{n}");
                    if store.accept(&acceptance(&id)).is_ok() {
                        promised.entry(id).or_insert(AcceptanceState::Kept);
                    }
                }
                Step::Answer => {
                    if let Some(head) = store.outbox_head().unwrap()
                        && store.outbox_answered(&head.id, Some("S"), at(5)).is_ok()
                    {
                        let before = promised.insert(head.id, AcceptanceState::Issued);
                        prop_assert_eq!(before, Some(AcceptanceState::Kept));
                    }
                }
                Step::Park => {
                    if let Some(head) = store.outbox_head().unwrap()
                        && store.park(&head.id, "why", at(5)).is_ok()
                    {
                        promised.insert(head.id, AcceptanceState::Refused);
                    }
                }
                Step::Unpark(n) => {
                    let id = format!("id{n}");
                    if store.unpark(&id, at(6)).is_ok() {
                        promised.insert(id, AcceptanceState::Kept);
                    }
                }
                Step::Full(true) => store.faults().disk_full_after(1),
                Step::Full(false) => store.faults().clear(),
                Step::Reopen => {
                    drop(store);
                    store = open(&dir);
                }
            }
        }
        for (id, state) in &promised {
            prop_assert_eq!(store.acceptance(id).unwrap().unwrap().state, *state);
        }
        let count = |wanted| promised.values().filter(|state| **state == wanted).count();
        let counts = store.outbox_counts().unwrap();
        prop_assert_eq!(counts.queued as usize, count(AcceptanceState::Kept));
        prop_assert_eq!(counts.parked as usize, count(AcceptanceState::Refused));
    }
}
