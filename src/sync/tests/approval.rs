//! A station that waits for an administrator: it keeps everything, asks for nothing of people, and goes on by itself.

use super::*;
use crate::store::{AcceptanceState, OutboxStore, RosterStore};

/// The paths that were asked for since the last look, without their queries.
fn asked(stub: &Stub, since: usize) -> Vec<String> {
    let seen = stub.seen();
    let path = |line: &String| line.rsplit("/api/v1/").next().unwrap().split('?').next().unwrap().to_owned();
    seen[since..].iter().map(path).collect()
}

fn names_people(path: &str) -> bool {
    ["outbox", "roster", "epoch", "card", "calls", "pick-up", "sign-in"]
        .iter()
        .any(|word| path.starts_with(word))
}

#[test]
fn a_station_that_joined_keeps_what_it_owes_until_the_approval_and_then_sends_it() {
    let (office, stub) = Office::open();
    office.approved.store(false, Ordering::SeqCst);
    let mut desk = Desk::waiting_at(&stub.url);
    desk.store.accept(&acceptance("item-001")).unwrap();
    desk.store.enqueue(&printed("item-002")).unwrap();
    for round in 0..5 {
        let before = stub.seen().len();
        let report = desk.syncer.run_once();
        assert!(report.waiting && !report.revoked && !report.wiped && report.clock_trusted);
        assert!(report.errors.is_empty(), "waiting is no fault: {:?}", report.errors);
        assert_eq!((report.online, report.outbox.queued, report.outbox.parked), (Some(true), 2, 0));
        assert!(report.next_in <= Duration::from_secs(30), "somebody stands before its screen");
        let asked = asked(&stub, before);
        assert!(!asked.iter().any(|path| names_people(path)), "{round}: {asked:?}");
        assert!(asked.iter().any(|path| path == "device"), "{round}: {asked:?}");
        desk.base.advance(Duration::from_secs(30));
    }
    // What verdicts rest on is there.
    assert!(desk.syncer.trust().is_some());
    assert!(desk.store.identity().unwrap().unwrap().enrolled.waiting);

    office.approved.store(true, Ordering::SeqCst);
    let report = desk.syncer.run_once();
    assert!(!report.waiting && report.errors.is_empty(), "{:?}", report.errors);
    assert_eq!((report.issued.len(), report.outbox.queued, report.roster.stored), (1, 0, 4));
    assert!(!desk.store.identity().unwrap().unwrap().enrolled.waiting, "also after a new start");
}

#[test]
fn one_that_was_at_work_and_hears_that_it_is_not_approved_loses_nothing() {
    let (office, stub) = Office::open();
    let mut desk = Desk::at(&stub.url);
    desk.syncer.run_once();
    office.approved.store(false, Ordering::SeqCst);
    desk.store.accept(&acceptance("item-001")).unwrap();
    for _ in 0..5 {
        let report = desk.syncer.run_once();
        assert!(report.waiting && !report.revoked && report.errors.is_empty(), "{:?}", report.errors);
        assert_eq!((report.outbox.queued, report.outbox.parked, report.online), (1, 0, Some(true)));
        desk.base.advance(Duration::from_secs(600));
    }
    assert_eq!(desk.store.roster_state().unwrap().cursor.as_deref(), Some("c2"), "what it has stays");
    office.approved.store(true, Ordering::SeqCst);
    assert_eq!(desk.syncer.run_once().issued.len(), 1);
}

/// How a station of before the approval meets it: a refusal whose code it does not know.
#[test]
fn a_word_of_a_newer_server_is_a_server_out_of_reach_and_costs_nothing() {
    let (office, stub) = Office::open();
    let mut desk = Desk::at(&stub.url);
    desk.store.accept(&acceptance("item-001")).unwrap();
    desk.store.enqueue(&printed("item-002")).unwrap();
    let unknown = || {
        Reply::json(403, &serde_json::json!({ "code": "of-tomorrow", "detail": "x", "retry_after_s": 30 }))
    };
    for _ in 0..6 {
        for path in ["outbox", "outbox", "roster"] {
            office.instead(path, unknown());
        }
        let report = desk.syncer.run_once();
        assert!(!report.revoked && !report.wiped && !report.waiting);
        assert_eq!((report.outbox.queued, report.outbox.parked, report.online), (2, 0, Some(false)));
        assert!(report.next_in <= Duration::from_secs(300));
        office.instead.lock().unwrap().clear();
        desk.base.advance(Duration::from_secs(300));
    }
    let report = desk.syncer.run_once();
    assert_eq!((report.issued.len(), report.outbox.queued), (1, 0));
    assert_eq!(desk.store.acceptance("item-001").unwrap().unwrap().state, AcceptanceState::Issued);
}
