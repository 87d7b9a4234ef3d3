//! What stands between a station and its server says many things. None of them is a success, none is the
//! server's word about an item, and nothing is lost for any of them.

use super::*;
use crate::store::OutboxStore;
use crate::sync::{Client, SyncError};

const PAGE: &str = "<html><body><h1>Selamat datang di WiFi Kantor</h1></body></html>";

fn page(status: u16, headers: &str) -> Reply {
    let length = PAGE.len();
    let head =
        format!("HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n");
    Reply::Raw([head.as_bytes(), PAGE.as_bytes()].concat())
}

/// Each with the pause that it asks for.
fn answers() -> Vec<(&'static str, Reply, u64)> {
    vec![
        ("a portal's page", page(200, "content-type: text/html\r\n"), 0),
        ("a portal's empty page", Reply::Whole { status: 200, etag: None, body: vec![] }, 0),
        ("a portal's 204", Reply::Whole { status: 204, etag: None, body: vec![] }, 0),
        ("a portal's way to its page", page(302, "location: http://portal.example/\r\n"), 0),
        ("307", page(307, "location: https://portal.example/\r\n"), 0),
        ("511 of a network that wants a login", page(511, ""), 0),
        ("400", page(400, ""), 0),
        ("401", page(401, ""), 0),
        ("403", page(403, ""), 0),
        ("404", page(404, ""), 0),
        ("405", page(405, ""), 0),
        ("407", page(407, "proxy-authenticate: Basic\r\n"), 0),
        ("408", page(408, ""), 0),
        ("411", page(411, ""), 0),
        ("414", page(414, ""), 0),
        ("417", page(417, ""), 0),
        ("429", page(429, ""), 0),
        ("429 with a time", page(429, "retry-after: 90\r\n"), 90),
        ("429 with a date", page(429, "retry-after: Wed, 21 Oct 2026 07:28:00 GMT\r\n"), 0),
        ("431", page(431, ""), 0),
        ("500", page(500, ""), 0),
        ("502", page(502, ""), 0),
        ("503", page(503, ""), 0),
        ("503 with a time", page(503, "retry-after: 120\r\n"), 120),
        ("503 that would silence a station", page(503, "retry-after: 99999999999\r\n"), 600),
        ("504", page(504, ""), 0),
        ("cut before a word", Reply::Close, 0),
        ("cut in the head", Reply::Raw(b"HTTP/1.1 200 OK\r\ncontent-le".to_vec()), 0),
        (
            "cut in the answer",
            Reply::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"answer\":\"noted\"}".to_vec()),
            0,
        ),
    ]
}

#[test]
fn what_is_owed_waits_whatever_a_proxy_says() {
    for (name, reply, pause) in answers() {
        // One by itself, and several.
        for count in [1, 3] {
            let (office, stub) = Office::open();
            let mut desk = Desk::at(&stub.url);
            for n in 0..count {
                desk.store.accept(&acceptance(&format!("item-{n:04}"))).unwrap();
            }
            for round in 0..5 {
                for _ in 0..3 {
                    office.instead("outbox", reply.clone());
                }
                let report = desk.syncer.run_once();
                let counts = (report.outbox.queued, report.outbox.parked);
                assert_eq!(counts, (count, 0), "{name}, round {round}: {:?}", report.errors);
                assert!(report.issued.is_empty() && report.refused.is_empty(), "{name}");
                assert!(!report.errors.is_empty() && !report.revoked, "{name}");
                assert!(report.next_in >= Duration::from_secs(pause), "{name}: {:?}", report.next_in);
                assert!(report.next_in <= Duration::from_secs(600), "{name}: {:?}", report.next_in);
                office.instead.lock().unwrap().clear();
            }
            let report = desk.syncer.run_once();
            assert_eq!((report.issued.len() as u32, report.outbox.queued), (count, 0), "{name}");
        }
    }
}

/// Calls whose answer is nothing: a page is no answer to them.
#[test]
fn a_portals_page_is_no_success_of_a_call_without_an_answer() {
    for reply in [page(200, ""), Reply::Whole { status: 200, etag: None, body: vec![] }, page(302, "")] {
        let (office, stub) = Office::open();
        let clock = Arc::new(ManualClock::at(at(0)));
        let client = Client::new(&stub.url, clock, timeouts()).unwrap().with_device("device-1", device_key());
        let desk = crate::sync::Desk::new(client);
        office.instead("activate", reply.clone());
        office.instead("sign-in/withdraw", reply.clone());
        let nip = crate::person::Nip::parse("197402152001122001").unwrap();
        let activated = desk.activate(nip, "BCDF", "melati di beranda");
        let withdrawn = desk.withdraw_sign_in("code");
        for told in [activated, withdrawn] {
            assert!(matches!(told, Err(SyncError::Garbage { .. })), "{told:?}");
        }
    }
}
