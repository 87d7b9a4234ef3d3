//! What the doctor says of servers and of what waits for them.

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::clock::ManualClock;
use crate::credential::{KeyPair, SignedTime};
use crate::protocol::{Blob, OutboxItem, OutboxKind, PrintOutcome, Printed};
use crate::sync::stub::{Reply, Stub};

fn now() -> Timestamp {
    "2026-03-02T03:24:00Z".parse().unwrap()
}

fn key() -> KeyPair {
    KeyPair::from_secret([2; 32])
}

/// A server that signs the time with this key.
fn signs(key: KeyPair) -> Stub {
    Stub::new(move |request| {
        let nonce = request.path.strip_prefix("/api/v1/time?nonce=").unwrap();
        let nonce = data_encoding::HEXLOWER.decode(nonce.as_bytes()).unwrap();
        Reply::json(200, &Blob(SignedTime::sign(&key, &nonce, now()).unwrap()))
    })
}

fn short() -> Timeouts {
    let some = Duration::from_millis(800);
    Timeouts { connect: some, answer: some, quiet: some, transfer: some }
}

fn asked(url: &str) -> Result<Answered, ProbeError> {
    // A machine without a battery clock.
    let clock: SharedClock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
    probe(url, &Roots::default(), &clock, Some(&key().public()), short())
}

#[test]
fn the_server_that_was_joined_is_well_and_each_other_case_has_its_own_words() {
    let good = signs(key());
    let answered = asked(&good.url).unwrap();
    assert!(answered.proven && answered.now == now() && answered.behind > SignedDuration::from_hours(24));

    let page = |status| {
        Stub::new(move |_| Reply::Whole { status, etag: None, body: b"<html>Masuk ke WiFi</html>".to_vec() })
    };
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let stubs = [
        (signs(KeyPair::from_secret([9; 32])), "another server"),
        (page(200), "something else answers"),
        (page(302), "something else answers"),
        (page(403), "something else answers"),
        (page(502), "does not work now"),
        (page(503), "does not work now"),
        (Stub::new(|_| Reply::Slow(Duration::from_secs(30))), "does not answer"),
        (Stub::new(|_| Reply::Close), "cannot be reached"),
    ];
    let mut cases: Vec<(String, &str)> =
        stubs.iter().map(|(stub, words)| (stub.url.clone(), *words)).collect();
    cases.push((format!("http://{closed}"), "cannot be reached"));
    cases.push(("kantor".into(), "no address"));
    let mut remedies = std::collections::BTreeSet::new();
    for (url, words) in cases {
        let error = asked(&url).expect_err(&url);
        assert!(error.to_string().contains(words), "{url}: {error}");
        assert!(!error.to_string().contains("WiFi"), "a page is not quoted: {error}");
        remedies.insert(remedy(&error));
    }
    assert_eq!(remedies.len(), 6, "{remedies:?}");
}

#[test]
fn what_is_stuck_or_refused_is_not_called_well() {
    let item = |hours: i64, attempts: u32| {
        let printed = Printed { print_id: "p1".into(), serial: "S".into(), outcome: PrintOutcome::Printed };
        let happened_at = now() - SignedDuration::from_hours(hours);
        let item = OutboxItem { id: "item-0001".into(), happened_at, kind: OutboxKind::Printed(printed) };
        QueuedItem { id: item.id.clone(), attempts, item: Ok(item) }
    };
    let of = |queued, parked, head: Option<QueuedItem>| {
        owed(OutboxCounts { queued, parked }, head.as_ref(), now())
    };
    assert_eq!(of(0, 0, None).verdict, Verdict::Well);
    assert_eq!(of(3, 0, Some(item(0, 1))).verdict, Verdict::Well);
    let refused = of(0, 2, None);
    assert!(refused.verdict == Verdict::Attention && refused.said.contains("2 were refused"));
    for head in [item(0, 12), item(30, 0)] {
        let stuck = of(4, 1, Some(head));
        assert_eq!(stuck.verdict, Verdict::Fault);
        assert!(stuck.said.contains("4 items") && stuck.said.contains("1 were refused"), "{}", stuck.said);
    }
}

#[test]
fn the_clock_that_is_wrong_is_named() {
    let at = |day: i64| Timestamp::from_second(1_800_000_000 + day * 86_400).unwrap();
    let table = [
        (0, Some(0), Some(0), Verdict::Well, "machine"),
        (0, Some(0), None, Verdict::Well, "server not asked"),
        (0, None, None, Verdict::Unknown, "last proven here never"),
        (0, Some(1800), Some(0), Verdict::Fault, "was ahead once"),
        (0, Some(0), Some(1800), Verdict::Attention, "far ahead"),
        (1800, Some(0), Some(0), Verdict::Attention, "the machine's clock is wrong"),
        (-10, Some(0), None, Verdict::Attention, "before a time that was proven"),
    ];
    for (machine, floor, server, verdict, said) in table {
        let answer = clocks(at(machine), floor.map(at), server.map(at));
        assert!(answer.verdict == verdict && answer.said.contains(said), "{said}: {}", answer.said);
    }
    assert!(clocks(at(0), Some(at(1800)), Some(at(0))).next.contains("clock reset-stations"));
}
