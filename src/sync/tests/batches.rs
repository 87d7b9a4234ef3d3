//! Items that go in one call, and servers that take them otherwise.

use super::*;
use crate::store::{AcceptanceState, OutboxStore};

fn calls(stub: &Stub, path: &str) -> usize {
    stub.seen().iter().filter(|seen| seen.ends_with(path)).count()
}

#[test]
fn many_items_go_in_few_calls_and_each_gets_its_own_answer() {
    let (office, stub) = Office::open();
    let mut desk = Desk::at(&stub.url);
    for n in 0..120 {
        desk.store.enqueue(&printed(&format!("item-{n:03}"))).unwrap();
    }
    desk.store.accept(&acceptance("item-card")).unwrap();
    desk.store.accept(&acceptance("item-bad")).unwrap();
    desk.store.enqueue(&printed("item-last")).unwrap();
    let report = desk.syncer.run_once();
    assert!(report.errors.is_empty(), "{:?}", report.errors);
    let issued: Vec<_> = report.issued.iter().map(|item| item.outbox_id.as_str()).collect();
    assert_eq!(issued, ["item-card"]);
    let refused: Vec<_> = report.refused.iter().map(|item| item.outbox_id.as_str()).collect();
    assert_eq!(refused, ["item-bad"], "its reason stands with it, and the others pass");
    assert_eq!((report.outbox.queued, report.outbox.parked), (0, 1));
    assert_eq!(office.taken.lock().unwrap().len(), 122);
    assert_eq!(office.taken.lock().unwrap()[..2], ["item-000", "item-001"], "in their order");
    assert_eq!((calls(&stub, "/outbox/batch"), calls(&stub, "/outbox")), (3, 0));
}

#[test]
fn one_item_goes_by_itself() {
    let (_office, stub) = Office::open();
    let mut desk = Desk::at(&stub.url);
    desk.store.accept(&acceptance("item-001")).unwrap();
    desk.syncer.run_once();
    assert_eq!((calls(&stub, "/outbox/batch"), calls(&stub, "/outbox")), (0, 1));
}

#[test]
fn portraits_do_not_pile_up_in_one_call() {
    let (_office, stub) = Office::open();
    let mut desk = Desk::at(&stub.url);
    for n in 0..5 {
        let sealed = Acceptance { sealed: Blob(vec![7; 700 * 1024]) };
        let kind = OutboxKind::Acceptance(sealed);
        desk.store.accept(&OutboxItem { id: format!("item-{n:03}"), happened_at: at(1), kind }).unwrap();
    }
    let report = desk.syncer.run_once();
    assert_eq!((report.issued.len(), report.errors.len()), (5, 0));
    let largest = stub.requests().iter().map(|request| request.body.len()).max().unwrap();
    assert!(largest <= 2 * 1024 * 1024 + 1024, "{largest}");
}

#[test]
fn a_lost_answer_is_asked_for_again_and_nothing_is_taken_twice() {
    let (office, stub) = Office::open();
    let mut desk = Desk::at(&stub.url);
    desk.store.accept(&acceptance("item-001")).unwrap();
    desk.store.enqueue(&printed("item-002")).unwrap();
    office.instead("outbox/batch", Reply::Close);
    let report = desk.syncer.run_once();
    assert_eq!((report.online, report.outbox.queued), (Some(false), 2));
    // It had been taken; the answer was lost.
    office.taken.lock().unwrap().push("item-001".into());
    let report = desk.syncer.run_once();
    assert_eq!((report.issued.len(), report.outbox.queued), (1, 0));
    assert_eq!(*office.taken.lock().unwrap(), ["item-001", "item-002"]);
}

#[test]
fn a_refused_item_holds_up_those_behind_it_until_it_is_parked() {
    let (office, stub) = Office::open();
    let mut desk = Desk::at(&stub.url);
    for id in ["item-001", "item-odd", "item-003", "item-004"] {
        desk.store.accept(&acceptance(id)).unwrap();
    }
    for round in 0..2 {
        let report = desk.syncer.run_once();
        assert_eq!(report.outbox.queued, 3, "round {round}: order holds");
        assert_eq!(*office.taken.lock().unwrap(), ["item-001"]);
    }
    let report = desk.syncer.run_once();
    assert_eq!((report.outbox.queued, report.outbox.parked), (0, 1));
    assert_eq!(report.refused[0].outbox_id, "item-odd");
    assert_eq!(*office.taken.lock().unwrap(), ["item-001", "item-003", "item-004"]);
    assert_eq!(desk.store.acceptance("item-odd").unwrap().unwrap().state, AcceptanceState::Refused);
}

#[test]
fn an_older_server_gets_them_one_by_one_and_is_asked_once() {
    let (office, stub) = Office::open();
    let mut desk = Desk::at(&stub.url);
    for refusal in [problem(404, ProblemCode::NotFound), problem(404, ProblemCode::NotFound)] {
        office.instead("outbox/batch", refusal);
        for n in 0..3 {
            let id = format!("item-{}-{n}", stub.seen().len());
            desk.store.enqueue(&printed(&id)).unwrap();
        }
        let report = desk.syncer.run_once();
        assert!(report.errors.is_empty(), "{:?}", report.errors);
        assert_eq!(report.outbox.queued, 0);
    }
    assert_eq!((calls(&stub, "/outbox/batch"), calls(&stub, "/outbox")), (1, 6));
}

#[test]
fn a_server_that_says_nothing_of_any_item_is_odd_and_nothing_is_given_up() {
    let (office, stub) = Office::open();
    let mut desk = Desk::at(&stub.url);
    desk.store.accept(&acceptance("item-001")).unwrap();
    desk.store.accept(&acceptance("item-002")).unwrap();
    let card = || OutboxAnswer::Issued(Box::new(issue("S")));
    for answers in [vec![], vec![card(), card(), card()]] {
        office.instead("outbox/batch", Reply::json(200, &OutboxAnswers { answers, problem: None }));
        let report = desk.syncer.run_once();
        assert_eq!(report.outbox.queued, 2);
        assert!(!report.errors.is_empty());
    }
    // Fewer answers than items: the rest has its turn next.
    let first = OutboxAnswers { answers: vec![card()], problem: None };
    office.instead("outbox/batch", Reply::json(200, &first));
    let report = desk.syncer.run_once();
    assert_eq!((report.issued.len(), report.outbox.queued), (2, 0));
}
