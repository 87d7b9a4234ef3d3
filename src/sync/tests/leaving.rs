//! A station that was revoked: it keeps everything until somebody orders it who may, and then nothing.

use std::fs;
use std::path::Path;

use super::*;
use crate::store::{
    Farewell, JobStore, LeavingStore, NewJob, NoteStore, OutboxStore, RosterStore, StaffMember, StaffStore,
};
use crate::sync::{Roots, SyncReport, see_off};

/// Stands in everything that the station keeps of people.
const SECRET: &[u8] = b"RAHASIA-ORANG";

/// What may be found on a station in use: this, its device key, and the sealed portrait in base64.
const SECRETS: [&[u8]; 3] = [SECRET, &[4; 32], b"BwcHBwcHBwcHBwcHBwcHBwcH"];

/// A station in use that the office has revoked.
fn revoked() -> (Arc<Office>, Stub, Desk) {
    let (office, stub) = Office::open();
    let mut desk = Desk::at(&stub.url);
    desk.syncer.run_once();
    desk.store.accept(&acceptance("item-001")).unwrap();
    desk.store.accept(&acceptance("item-002")).unwrap();
    desk.store.park("item-002", "no such grant", at(5)).unwrap();
    desk.store.enqueue(&printed("item-003")).unwrap();
    let job = NewJob {
        id: "job".into(),
        print_id: "print".into(),
        serial: "S".into(),
        options: "{}".into(),
        sealed_picture: SECRET.repeat(1000),
    };
    desk.store.add_job(&job, at(5)).unwrap();
    let envelope = desk.store.identity().unwrap().unwrap().staff_envelope;
    let name = String::from_utf8(SECRET.to_vec()).unwrap();
    let clerk = StaffMember { id: "clerk".into(), name, tag: 1, envelope, added_at: at(5) };
    desk.store.add_staff(&clerk).unwrap();
    fs::write(folder(&desk).join("station.db.damaged-20260101T000000Z"), SECRET).unwrap();
    office.revoked.store(true, Ordering::SeqCst);
    desk.base.advance(Duration::from_secs(30));
    (office, stub, desk)
}

fn folder(desk: &Desk) -> &Path {
    desk.store.path().parent().unwrap()
}

/// Does any file of the station hold these bytes?
fn holds(folder: &Path, bytes: &[u8]) -> bool {
    fs::read_dir(folder).unwrap().flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return holds(&path, bytes);
        }
        fs::read(&path).unwrap().windows(bytes.len()).any(|window| window == bytes)
    })
}

fn is_whole(desk: &Desk, report: &SyncReport) {
    assert!(report.revoked && !report.wiped, "{:?}", report.errors);
    assert!(desk.store.identity().unwrap().is_some() && desk.store.farewell().unwrap().is_none());
    assert_eq!(desk.store.owed_ids().unwrap(), ["item-001", "item-002", "item-003"]);
    assert_eq!(desk.store.roster_state().unwrap().records, 4);
    assert!(holds(folder(desk), &[4; 32]) && holds(folder(desk), SECRET));
}

fn is_empty(desk: &Desk) {
    assert!(desk.store.identity().unwrap().is_none());
    assert!(desk.store.owed_ids().unwrap().is_empty() && desk.store.staff().unwrap().is_empty());
    assert!(desk.store.job("job").unwrap().is_none());
    assert_eq!(desk.store.roster_state().unwrap().records, 0);
    for secret in SECRETS {
        assert!(!holds(folder(desk), secret), "{}", String::from_utf8_lossy(secret));
    }
    assert!(!folder(desk).join("keys").exists());
}

#[test]
fn what_it_owed_is_handed_over_as_it_lay_there_and_then_nothing_is_left() {
    let (office, stub, mut desk) = revoked();
    assert!(SECRETS.iter().all(|secret| holds(folder(&desk), secret)), "the search works");
    let report = desk.syncer.run_once();
    assert!(report.wiped && report.errors.is_empty(), "{:?}", report.errors);
    let held = office.quarantine.lock().unwrap().clone();
    let told: Vec<_> = held.iter().map(|item| (item.id.as_str(), item.reason.as_deref())).collect();
    assert_eq!(told, [("item-001", None), ("item-002", Some("no such grant")), ("item-003", None)]);
    let first: OutboxItem = serde_json::from_str(&held[0].body).unwrap();
    let OutboxKind::Acceptance(accepted) = first.kind else { panic!("{first:?}") };
    assert_eq!((first.id.as_str(), accepted.sealed.0), ("item-001", vec![7; 3000]));
    is_empty(&desk);
    let farewell = desk.store.farewell().unwrap().unwrap();
    assert_eq!((farewell.device_id.as_str(), farewell.station_name.as_str()), ("device-1", "Meja 1"));
    assert!(farewell.finished && farewell.told);
    assert_eq!(*office.wiped.lock().unwrap(), ["device-1"]);
    // It asks for nothing any more.
    let asked = stub.seen().len();
    assert!(desk.syncer.run_once().wiped);
    assert_eq!(stub.seen().len(), asked);
}

#[test]
fn an_idle_station_hears_of_it_within_the_minute() {
    let (office, stub) = Office::open();
    let mut desk = Desk::at(&stub.url);
    let mut report = desk.syncer.run_once();
    office.revoked.store(true, Ordering::SeqCst);
    let mut passed = Duration::ZERO;
    while !report.wiped {
        assert!(report.next_in <= Duration::from_secs(30), "{:?}", report.next_in);
        desk.base.advance(report.next_in);
        passed += report.next_in;
        report = desk.syncer.run_once();
        assert!(passed < Duration::from_mins(1), "{passed:?}");
    }
}

#[test]
fn a_word_that_nobody_signed_wipes_nothing() {
    // A captive portal, a server that was restored or is another one, and one that is broken.
    let lies: [(&'static str, Reply); 6] = [
        ("leave/nonce", problem(403, ProblemCode::UnknownDevice)),
        ("leave/nonce", problem(404, ProblemCode::NotFound)),
        ("leave/nonce", Reply::Whole { status: 200, etag: None, body: b"<html>masuk</html>".to_vec() }),
        ("leave/nonce", Reply::Close),
        ("leave/wipe", Reply::json(200, &Ordered { order: Blob(vec![]) })),
        ("leave/wipe", problem(409, ProblemCode::NotReady)),
    ];
    for (path, reply) in lies {
        let (office, _stub, mut desk) = revoked();
        office.instead(path, reply);
        let report = desk.syncer.run_once();
        is_whole(&desk, &report);
    }
}

#[test]
fn an_order_holds_for_this_station_this_question_and_what_waits_here() {
    let items = || vec!["item-001".to_owned(), "item-002".to_owned(), "item-003".to_owned()];
    let ordered = |key: &KeyPair, device: &str, challenge: [u8; 32], items: &[String]| {
        let order = WipeOrder::sign(key, device, &challenge, items).unwrap();
        Reply::json(200, &Ordered { order: order.into() })
    };
    // Signed by the right key, but for another question: an order that was overheard, or made ahead.
    for reply in [
        ordered(&time_key(), "device-1", [1; 32], &items()),
        ordered(&time_key(), "device-2", [1; 32], &items()),
        ordered(&time_key(), "device-1", [1; 32], &items()[..2]),
    ] {
        let (office, _stub, mut desk) = revoked();
        office.instead("leave/wipe", reply);
        let report = desk.syncer.run_once();
        is_whole(&desk, &report);
    }
    // Another server under the same address, which does everything else right.
    let (office, _stub, mut desk) = revoked();
    *office.orders.lock().unwrap() = KeyPair::from_secret([99; 32]);
    let report = desk.syncer.run_once();
    is_whole(&desk, &report);
    // The own server is back: what was handed over before is known, and now it goes.
    *office.orders.lock().unwrap() = time_key();
    assert!(desk.syncer.run_once().wiped);
    assert_eq!(office.quarantine.lock().unwrap().len(), 3);
}

#[test]
fn a_server_out_of_reach_wipes_nothing() {
    let (_office, stub, mut desk) = revoked();
    drop(stub);
    let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", unused.local_addr().unwrap());
    drop(unused);
    let store = Box::new(desk.store.beside().unwrap());
    desk.syncer =
        Syncer::new(store, desk.clock.clone(), Box::new(os_random()), Some(&url), timeouts()).unwrap();
    let report = desk.syncer.run_once();
    assert_eq!((report.online, report.revoked, report.wiped), (Some(false), false, false));
    assert_eq!(desk.store.owed_ids().unwrap().len(), 3);
}

#[test]
fn a_lost_answer_loses_no_item_and_a_repeat_is_kept_once() {
    for path in ["leave/items", "leave/wipe"] {
        let (office, _stub, mut desk) = revoked();
        office.instead(path, Reply::Close);
        let report = desk.syncer.run_once();
        is_whole(&desk, &report);
        assert!(desk.syncer.run_once().wiped, "{path}");
        assert_eq!(office.quarantine.lock().unwrap().len(), 3, "{path}");
        is_empty(&desk);
    }
}

#[test]
fn the_last_word_is_said_until_it_is_heard_also_after_a_restart() {
    let (office, _stub, mut desk) = revoked();
    office.instead("leave/wiped", Reply::Close);
    let report = desk.syncer.run_once();
    assert!(report.wiped && !report.errors.is_empty());
    is_empty(&desk);
    assert!(!desk.store.farewell().unwrap().unwrap().told && office.wiped.lock().unwrap().is_empty());
    // The station is switched off and on. It has no key any more; its word was signed before.
    drop(desk.syncer);
    let mut store = desk.store.beside().unwrap();
    office.instead("leave/wiped", problem(500, ProblemCode::Internal));
    for heard in [false, true] {
        let told = see_off(&mut store, desk.clock.clone(), &Roots::default(), timeouts());
        assert_eq!(told.is_ok(), heard);
        assert_eq!(store.farewell().unwrap().unwrap().told, heard);
    }
    assert_eq!(*office.wiped.lock().unwrap(), ["device-1"]);
}

#[test]
fn what_comes_while_it_leaves_is_handed_over_too() {
    let (office, _stub, mut desk) = revoked();
    let mut beside = desk.store.beside().unwrap();
    *office.meanwhile.lock().unwrap() =
        Some(Box::new(move || beside.accept(&acceptance("item-004")).unwrap()));
    assert!(desk.syncer.run_once().wiped);
    let held = office.quarantine.lock().unwrap();
    assert_eq!(held.last().unwrap().id, "item-004", "the order that did not name it was not obeyed");
    is_empty(&desk);
}

#[test]
fn a_power_cut_finds_the_whole_station_or_ends_the_wipe_at_the_next_start() {
    // Before the deletion is on the disk: nothing has happened.
    let (_office, _stub, mut desk) = revoked();
    desk.store.faults().disk_full_after(0);
    let report = desk.syncer.run_once();
    desk.store.faults().clear();
    is_whole(&desk, &report);

    // After it: the files are still there, and go when the station starts again.
    let (office, stub, mut desk) = revoked();
    let farewell = Farewell {
        central_url: stub.url.clone(),
        device_id: "device-1".into(),
        station_name: "Meja 1".into(),
        challenge: Blob(vec![1; 32]),
        statement: crate::credential::sign_wiped(&device_key(), "device-1", &[1; 32]).unwrap().into(),
        wiped_at: at(9),
        finished: false,
        told: false,
    };
    let items = desk.store.owed_ids().unwrap();
    assert!(!desk.store.wipe(&farewell, &items[1..]).unwrap(), "not for other items than these");
    assert!(desk.store.wipe(&farewell, &items).unwrap());
    let folder = folder(&desk).to_owned();
    assert!(folder.join("keys").exists());
    drop(desk.syncer);
    let again = SqliteStore::open(desk.store.path(), at(10)).unwrap();
    assert!(again.set_aside.is_none());
    let mut store = again.store;
    see_off(&mut store, desk.clock.clone(), &Roots::default(), timeouts()).unwrap();
    assert!(!folder.join("keys").exists() && !holds(&folder, SECRET));
    assert_eq!(*office.wiped.lock().unwrap(), ["device-1"]);
    // It may join again, and then has nothing to say of its former life.
    secrets::write(&store.keys_dir(), "device.key", &[4; 32]).unwrap();
    store.put_identity(&identity("http://127.0.0.1:1")).unwrap();
    assert_eq!(store.farewell().unwrap(), None);
    assert!(store.setting("farewell").unwrap().is_none());
}
