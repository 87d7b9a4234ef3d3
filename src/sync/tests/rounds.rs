//! Rounds that go well, and rounds in which one thing does not.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::*;
use crate::store::{AcceptanceState, ListStore, OutboxStore, RosterStore};
use crate::sync::plan::Operation;
use crate::sync::{Next, SyncError};

#[test]
fn the_first_round_fetches_everything_and_sends_in_order() {
    let (office, stub) = Office::open();
    let mut desk = Desk::at(&stub.url);
    desk.store.accept(&acceptance("item-001")).unwrap();
    desk.store.enqueue(&printed("item-002")).unwrap();
    desk.store.accept(&acceptance("item-003")).unwrap();
    let report = desk.syncer.run_once();
    assert!(report.errors.is_empty(), "{:?}", report.errors);
    assert_eq!(report.online, Some(true));
    assert!(report.clock_trusted && report.trust_changed);
    assert_eq!(*office.taken.lock().unwrap(), ["item-001", "item-002", "item-003"]);
    let issued: Vec<_> = report.issued.iter().map(|item| item.outbox_id.as_str()).collect();
    assert_eq!(issued, ["item-001", "item-003"]);
    assert_eq!(report.roster.stored, 4);
    assert_eq!(office.sessions.load(Ordering::SeqCst), 1, "one session serves the whole round");

    let kept = desk.store.acceptance("item-001").unwrap().unwrap();
    assert_eq!((kept.state, kept.serial.as_deref()), (AcceptanceState::Issued, Some("SERIAL-item-001")));
    assert_eq!(desk.store.trust().unwrap().unwrap().version, 1);
    let list = list_id();
    assert_eq!(desk.store.status_list(&list.issuer, &list.kid).unwrap().unwrap().iat, at(10));
    assert_eq!(desk.store.roster_state().unwrap().records, 4);

    // Nothing is due: nothing is asked.
    let asked = stub.seen().len();
    let report = desk.syncer.run_once();
    assert_eq!((report.online, stub.seen().len()), (None, asked));
    assert!(report.next_in >= Duration::from_secs(30));
}

#[test]
fn what_did_not_change_is_not_sent_again_and_deltas_go_on_where_they_stopped() {
    let (_office, stub) = Office::open();
    let mut desk = Desk::at(&stub.url);
    desk.syncer.run_once();
    desk.base.advance(Duration::from_hours(2));
    let asked = stub.seen().len();
    let report = desk.syncer.run_once();
    assert!(report.errors.is_empty(), "{:?}", report.errors);
    let later = stub.requests().split_off(asked);
    let of = |prefix: &str| later.iter().find(|request| request.path.contains(prefix)).unwrap();
    assert!(of("/trust").header("if-none-match").is_some());
    assert!(of("/status/").header("if-none-match").is_some());
    assert_eq!(of("/roster").path, "/api/v1/roster?after=c2");
    assert!(!report.trust_changed);
    let fetched = desk.store.trust().unwrap().unwrap().fetched_at;
    assert!(fetched >= at(1000), "known to be current since {fetched}");
}

#[test]
fn the_clock_is_set_by_the_signed_time_and_never_goes_back() {
    let (office, stub) = Office::open();
    let mut desk = Desk::at(&stub.url);
    let report = desk.syncer.run_once();
    let time = report.time.unwrap();
    assert!(time.trusted);
    assert_eq!(time.moved.as_secs(), 1000);
    assert_eq!(desk.now(), at(1000));
    assert_eq!(desk.store.clock_floor().unwrap(), Some(at(1000)));

    // The server's clock falls back: it is not believed, and nothing goes back.
    *office.now.lock().unwrap() = at(100);
    desk.base.advance(Duration::from_secs(3700));
    let report = desk.syncer.run_once();
    assert!(!report.time.unwrap().trusted && !report.clock_trusted);
    assert_eq!(desk.now(), at(4700), "the floor has followed the clock");

    // A restart with a clock of long ago starts at the floor, and does not trust it.
    let clock = Arc::new(CorrectedClock::new(Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH))));
    let store = Box::new(desk.store.beside().unwrap());
    let syncer = Syncer::new(store, clock.clone(), Box::new(os_random()), None, timeouts()).unwrap();
    assert_eq!(clock.now(), at(4700));
    assert_eq!(syncer.clock_trust(), crate::credential::ClockTrust::Untrusted);
}

/// A system clock that somebody sets under the running program.
struct Jumpy {
    steady: ManualClock,
    jump: Mutex<Duration>,
}

impl Clock for Jumpy {
    fn now(&self) -> Timestamp {
        self.steady.now() + *self.jump.lock().unwrap()
    }

    fn monotonic(&self) -> Duration {
        self.steady.monotonic()
    }
}

#[test]
fn a_system_clock_that_jumps_moves_neither_the_station_nor_its_floor() {
    let (office, stub) = Office::open();
    let desk = Desk::at(&stub.url);
    let base = Arc::new(Jumpy { steady: ManualClock::at(at(0)), jump: Mutex::default() });
    let clock = Arc::new(CorrectedClock::new(base.clone()));
    let store = Box::new(desk.store.beside().unwrap());
    let mut syncer = Syncer::new(store, clock.clone(), Box::new(os_random()), None, timeouts()).unwrap();
    assert!(syncer.run_once().clock_trusted);
    assert_eq!(clock.now(), at(1000));

    *base.jump.lock().unwrap() = Duration::from_hours(24 * 365);
    base.steady.advance(Duration::from_secs(20));
    syncer.run_once();
    assert_eq!(clock.now(), at(1020), "once set, the clock runs on by the steady one alone");
    assert_eq!(desk.store.clock_floor().unwrap(), Some(at(1000)));

    // The floor follows a clock that runs on.
    base.steady.advance(Duration::from_mins(15));
    *office.now.lock().unwrap() = at(1920);
    syncer.run_once();
    assert!(desk.store.clock_floor().unwrap().unwrap() >= at(1920));
}

#[test]
fn a_time_that_another_key_signed_is_not_taken() {
    let (office, stub) = Office::open();
    let mut desk = Desk::at(&stub.url);
    let forged = SignedTime::sign(&root(), &[0; 16], at(9_999_999)).unwrap();
    office.instead("time", Reply::json(200, &Blob(forged)));
    let report = desk.syncer.run_once();
    assert!(matches!(report.errors.as_slice(), [(Operation::Time, SyncError::Untrusted { .. })]));
    assert_eq!(desk.now(), at(0));
    assert!(!report.clock_trusted);
    assert_eq!(report.roster.stored, 4, "the rest goes on");
}

#[test]
fn a_rejected_item_is_parked_and_the_rest_goes_on() {
    let (office, stub) = Office::open();
    let mut desk = Desk::at(&stub.url);
    desk.store.accept(&acceptance("item-bad")).unwrap();
    desk.store.accept(&acceptance("item-good")).unwrap();
    let report = desk.syncer.run_once();
    assert_eq!(report.refused.len(), 1);
    assert_eq!(report.refused[0].reason, "no such grant");
    assert_eq!(report.issued.len(), 1);
    assert_eq!(report.outbox.parked, 1);
    assert_eq!(*office.taken.lock().unwrap(), ["item-good"]);
    assert_eq!(desk.store.parked().unwrap()[0].id, "item-bad");
    assert_eq!(desk.store.acceptance("item-bad").unwrap().unwrap().state, AcceptanceState::Refused);
}

#[test]
fn an_item_that_cannot_be_read_is_parked_only_when_that_is_no_accident() {
    let (office, stub) = Office::open();
    let mut desk = Desk::at(&stub.url);
    desk.store.accept(&acceptance("item-001")).unwrap();
    for _ in 0..2 {
        office.instead("outbox", problem(400, ProblemCode::Malformed));
        let report = desk.syncer.run_once();
        assert_eq!(report.outbox.queued, 1);
        assert!(matches!(report.errors.as_slice(), [(Operation::Outbox, SyncError::Refused(_))]));
    }
    office.instead("outbox", problem(400, ProblemCode::Malformed));
    let report = desk.syncer.run_once();
    assert_eq!((report.outbox.queued, report.outbox.parked), (0, 1));
}

#[test]
fn an_answer_that_was_lost_is_asked_for_again_and_taken_once() {
    let (office, stub) = Office::open();
    let mut desk = Desk::at(&stub.url);
    desk.store.accept(&acceptance("item-001")).unwrap();
    // The server takes it, and the answer never arrives.
    office.taken.lock().unwrap().push("item-001".into());
    office.instead("outbox", Reply::Close);
    let report = desk.syncer.run_once();
    assert_eq!(report.online, Some(false));
    assert_eq!(report.outbox.queued, 1);
    let report = desk.syncer.run_once();
    assert_eq!(report.issued.len(), 1);
    assert_eq!(*office.taken.lock().unwrap(), ["item-001"]);
    assert_eq!(report.outbox.queued, 0);
}

#[test]
fn a_session_that_ended_is_renewed_once() {
    let (office, stub) = Office::open();
    let mut desk = Desk::at(&stub.url);
    desk.syncer.run_once();
    office.session_ended.store(true, Ordering::SeqCst);
    desk.store.accept(&acceptance("item-001")).unwrap();
    let report = desk.syncer.run_once();
    assert!(report.errors.is_empty(), "{:?}", report.errors);
    assert_eq!(report.issued.len(), 1);
    assert_eq!(office.sessions.load(Ordering::SeqCst), 2);
    // Before its announced end a new one is opened without a refusal first.
    desk.base.advance(Duration::from_secs(3590));
    desk.store.accept(&acceptance("item-002")).unwrap();
    desk.syncer.run_once();
    assert_eq!(office.sessions.load(Ordering::SeqCst), 3);
}

#[test]
fn a_revoked_station_hears_of_it() {
    let (office, stub) = Office::open();
    let mut desk = Desk::at(&stub.url);
    desk.store.accept(&acceptance("item-001")).unwrap();
    office.instead("device/nonce", problem(403, ProblemCode::UnknownDevice));
    let report = desk.syncer.run_once();
    assert!(report.revoked);
    assert_eq!(report.outbox.queued, 1, "nothing is lost by it");
    assert_eq!(report.errors[0].1.next(), Next::Never);
}

#[test]
fn lists_never_go_back_and_another_root_signs_nothing() {
    let (office, stub) = Office::open();
    let mut desk = Desk::at(&stub.url);
    *office.trust.lock().unwrap() = trust_list(7);
    *office.status.lock().unwrap() = Some(status_list(100));
    desk.syncer.run_once();

    *office.trust.lock().unwrap() = trust_list(6);
    *office.status.lock().unwrap() = Some(status_list(99));
    desk.base.advance(Duration::from_secs(4000));
    let report = desk.syncer.run_once();
    let failed: Vec<_> = report.errors.iter().map(|(operation, _)| operation.clone()).collect();
    assert_eq!(failed, [Operation::Trust, Operation::Status(list_id())]);
    assert!(report.errors.iter().all(|(_, error)| matches!(error, SyncError::Untrusted { .. })));
    assert_eq!(desk.store.trust().unwrap().unwrap().version, 7);
    let list = list_id();
    assert_eq!(desk.store.status_list(&list.issuer, &list.kid).unwrap().unwrap().iat, at(100));

    let forged = TrustList { version: 99, issued_at: at(0), issuers: vec![] }.sign(&time_key()).unwrap();
    *office.trust.lock().unwrap() = forged;
    desk.base.advance(Duration::from_secs(4000));
    desk.syncer.run_once();
    assert_eq!(desk.syncer.trust().unwrap().version, 7);
}

#[test]
fn a_list_that_the_server_does_not_have_stops_nothing() {
    let (office, stub) = Office::open();
    let mut desk = Desk::at(&stub.url);
    *office.status.lock().unwrap() = None;
    let report = desk.syncer.run_once();
    assert!(matches!(report.errors.as_slice(), [(Operation::Status(_), SyncError::Refused(_))]));
    assert_eq!(report.roster.stored, 4);
    let asked = stub.seen().len();
    desk.syncer.run_once();
    assert_eq!(stub.seen().len(), asked, "and is not asked for at every turn");
}

#[test]
fn a_cursor_that_the_server_forgot_starts_the_walk_again() {
    let (office, stub) = Office::open();
    let mut desk = Desk::at(&stub.url);
    desk.syncer.run_once();
    office.roster.lock().unwrap().remove(0);
    office.roster.lock().unwrap()[0].cursor = "c9".into();
    office.instead("roster?after", problem(400, ProblemCode::Malformed));
    desk.base.advance(Duration::from_secs(400));
    let report = desk.syncer.run_once();
    assert!(report.errors.is_empty(), "{:?}", report.errors);
    assert_eq!(report.roster.removed, 2, "who is not named any more is forgotten");
    assert_eq!(desk.store.roster_state().unwrap().cursor.as_deref(), Some("c9"));
}

#[test]
fn a_roster_that_breaks_off_goes_on_from_its_last_page() {
    let (office, stub) = Office::open();
    let mut desk = Desk::at(&stub.url);
    office.instead("roster?after", Reply::Close);
    let report = desk.syncer.run_once();
    assert_eq!((report.online, report.roster.stored), (Some(false), 2));
    let report = desk.syncer.run_once();
    assert_eq!(report.roster.stored, 2);
    let walked: Vec<_> = stub.seen().into_iter().filter(|path| path.contains("roster")).collect();
    assert_eq!(walked.len(), 3);
    assert!(walked[2].ends_with("after=c1"));
}

#[test]
fn a_full_disk_stops_the_round_and_loses_nothing() {
    let (office, stub) = Office::open();
    let mut desk = Desk::at(&stub.url);
    desk.store.accept(&acceptance("item-001")).unwrap();
    desk.store.faults().disk_full_after(0);
    let report = desk.syncer.run_once();
    assert!(
        report.errors.iter().all(|(_, error)| matches!(error, SyncError::Store(_))),
        "{:?}",
        report.errors
    );
    assert!(office.taken.lock().unwrap().is_empty());
    desk.store.faults().clear();
    let report = desk.syncer.run_once();
    assert_eq!(report.issued.len(), 1);
}

#[test]
fn an_answer_that_could_not_be_stored_is_asked_for_again() {
    let (office, stub) = Office::open();
    let mut desk = Desk::at(&stub.url);
    desk.store.accept(&acceptance("item-001")).unwrap();
    // The clock's floor and "about to be sent" still fit, the answer does not.
    desk.store.faults().disk_full_after(2);
    let report = desk.syncer.run_once();
    assert_eq!(*office.taken.lock().unwrap(), ["item-001"]);
    assert!(report.issued.is_empty() && report.outbox.queued == 1);
    desk.store.faults().clear();
    let report = desk.syncer.run_once();
    assert_eq!(report.issued.len(), 1);
    assert_eq!(*office.taken.lock().unwrap(), ["item-001"], "taken once");
}

#[test]
fn the_desk_fetches_a_card_by_its_code() {
    let (_office, stub) = Office::open();
    let desk = Desk::at(&stub.url);
    let calls = desk.syncer.desk();
    assert_eq!(calls.pick_up("bcdf-ghjk").unwrap().serial, "PICKED");
    let sent = stub.requests().pop().unwrap();
    assert_eq!(String::from_utf8_lossy(&sent.body), r#"{"code":"BCDFGHJK"}"#);
}
