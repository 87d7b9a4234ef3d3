//! Servers that fail in every way that has a name.

use std::time::Duration;

use super::*;
use crate::store::OutboxStore;
use crate::sync::plan::Operation;
use crate::sync::{Client, Next, SyncError};

/// What the client makes of an answer to a plain call.
fn asked(reply: Reply) -> SyncError {
    let stub = Stub::new(move |_| reply.clone());
    let clock = Arc::new(ManualClock::at(at(0)));
    let client = Client::new(&stub.url, clock, timeouts()).unwrap().with_device("device-1", device_key());
    match super::super::Desk::new(client).pick_up("BCDF") {
        Ok(_) => panic!("took it"),
        Err(error) => error,
    }
}

fn whole(status: u16, body: &[u8]) -> Reply {
    Reply::Whole { status, etag: None, body: body.to_vec() }
}

#[test]
fn each_failure_has_its_own_error_and_says_whether_to_try_again() {
    assert!(matches!(asked(whole(500, b"oops")), SyncError::Server { status: 500 }));
    assert!(matches!(asked(whole(503, b"")), SyncError::Server { status: 503 }));
    assert!(matches!(asked(whole(200, b"<html>log in</html>")), SyncError::Garbage { status: 200, .. }));
    assert!(matches!(asked(whole(200, b"")), SyncError::Garbage { .. }));
    assert!(matches!(asked(whole(200, b"{\"nonce\":7}")), SyncError::Garbage { .. }));
    assert!(matches!(asked(whole(403, b"<html>no</html>")), SyncError::Garbage { status: 403, .. }));
    assert!(matches!(asked(whole(302, b"")), SyncError::Garbage { status: 302, .. }));
    assert!(matches!(
        asked(Reply::Raw(b"\x00\xff\x00\xff nonsense\r\n\r\n".to_vec())),
        SyncError::Garbage { .. }
    ));
    assert!(matches!(
        asked(Reply::Close),
        SyncError::Unreachable(_) | SyncError::BrokeOff(_) | SyncError::Garbage { .. }
    ));
    assert!(matches!(asked(Reply::Slow(Duration::from_secs(30))), SyncError::TimedOut(_)));
    let cut = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{\"no".to_vec();
    assert!(matches!(
        asked(Reply::Raw(cut)),
        SyncError::Unreachable(_) | SyncError::BrokeOff(_) | SyncError::Garbage { .. }
    ));
    for reply in [whole(500, b"oops"), whole(200, b"junk"), Reply::Close] {
        let error = asked(reply);
        assert_eq!((error.next(), error.is_offline()), (Next::Retry, true), "{error}");
    }
}

#[test]
fn an_endless_answer_is_cut() {
    let mut endless = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    endless.resize(1024 * 1024, b' ');
    let error = asked(Reply::Raw(endless));
    assert!(matches!(&error, SyncError::Garbage { why, .. } if why.contains("more than")), "{error}");
}

#[test]
fn refusals_keep_their_code_and_their_time_to_wait() {
    let mut slow_down = Problem::new(ProblemCode::SlowDown, "too many tries");
    slow_down.retry_after_s = Some(90);
    let error = asked(Reply::json(429, &slow_down));
    assert_eq!(error.next(), Next::RetryAfter(Duration::from_secs(90)));
    assert_eq!(error.code(), Some(ProblemCode::SlowDown));
    assert!(!error.is_offline());
    assert_eq!(asked(problem(401, ProblemCode::WrongCredentials)).next(), Next::Never);
    let internal = asked(problem(500, ProblemCode::Internal));
    assert_eq!((internal.next(), internal.is_offline()), (Next::Retry, true));
}

#[test]
fn nobody_listens() {
    let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", unused.local_addr().unwrap());
    drop(unused);
    let mut desk = Desk::at(&url);
    desk.store.accept(&acceptance("item-001")).unwrap();
    let mut pauses = Vec::new();
    for _ in 0..6 {
        let report = desk.syncer.run_once();
        assert_eq!(report.online, Some(false));
        assert!(matches!(report.errors.as_slice(), [(_, SyncError::Unreachable(_))]), "one try a round");
        assert_eq!(report.outbox.queued, 1);
        pauses.push(report.next_in);
    }
    assert!(pauses[0] <= Duration::from_secs(2) && pauses[5] >= Duration::from_secs(32), "{pauses:?}");
}

/// Whoever stands between can answer for the time without a certificate: it gains him nothing.
#[test]
fn a_refusal_of_the_time_neither_revokes_nor_silences_a_station() {
    let mut pause = Problem::new(ProblemCode::SlowDown, "wait for a day");
    pause.retry_after_s = Some(86_400);
    for refusal in [Reply::json(429, &pause), problem(401, ProblemCode::UnknownDevice)] {
        let (office, stub) = Office::open();
        let mut desk = Desk::at(&stub.url);
        office.instead("time", refusal);
        let report = desk.syncer.run_once();
        let errors = report.errors.as_slice();
        assert!(matches!(errors, [(Operation::Time, SyncError::Untrusted { .. })]), "{errors:?}");
        assert!(!report.revoked && !report.clock_trusted);
        assert!(report.next_in < Duration::from_mins(2), "{:?}", report.next_in);
        assert_eq!(report.online, Some(true), "the other calls judge for themselves");
    }
}

#[test]
fn what_is_no_address_is_refused_at_once() {
    for url in ["", "kantor.example", "ftp://kantor.example", "http://", "https:///x", "http://a b"] {
        let clock = Arc::new(ManualClock::at(at(0)));
        assert!(matches!(Client::new(url, clock, timeouts()), Err(SyncError::Address(_))), "{url}");
    }
}
