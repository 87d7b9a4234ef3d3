//! A station follows: from root to root, from epoch to epoch, and to the lists of other issuers.

use std::time::Duration;

use jiff::civil::date;

use super::certificates::server_of_2001;
use super::*;
use crate::credential::sign_handover;
use crate::store::ListStore as _;
use crate::sync::plan::Operation;

const LATER: Duration = Duration::from_secs(4000);

fn next_root() -> KeyPair {
    KeyPair::from_secret([11; 32])
}

fn list_by(root: &KeyPair, version: u64, more: Vec<Issuer>) -> Vec<u8> {
    let mut list = TrustList::verify(&trust_list(version), &super::root().public(), None).unwrap();
    list.issuers.extend(more);
    list.sign(root).unwrap()
}

#[test]
fn another_root_counts_once_the_pinned_one_handed_over_to_it() {
    let (office, stub) = Office::open();
    let mut desk = Desk::at(&stub.url);
    desk.syncer.run_once();
    *office.trust.lock().unwrap() = list_by(&next_root(), 2, vec![]);
    // Somebody else's word is none.
    *office.roots.lock().unwrap() = vec![sign_handover(&time_key(), &next_root().public())];
    desk.base.advance(LATER);
    assert!(desk.syncer.run_once().errors.iter().any(|(operation, _)| *operation == Operation::Trust));
    assert_eq!(desk.syncer.trust().unwrap().version, 1);

    office.roots.lock().unwrap().push(sign_handover(&root(), &next_root().public()));
    desk.base.advance(LATER);
    let report = desk.syncer.run_once();
    assert!(report.trust_changed && report.errors.is_empty(), "{:?}", report.errors);
    let pinned = desk.store.identity().unwrap().unwrap().enrolled.root_public;
    assert_eq!(pinned.array(), Some(next_root().public()));

    // The former root counts no more, whatever it signs.
    *office.trust.lock().unwrap() = trust_list(9);
    desk.base.advance(LATER);
    desk.syncer.run_once();
    assert_eq!(desk.syncer.trust().unwrap().version, 2);
}

#[test]
fn the_key_of_a_new_epoch_comes_after_the_records_that_need_it() {
    let (office, stub) = Office::open();
    let mut desk = Desk::at(&stub.url);
    desk.syncer.run_once();
    let fresh = EpochWrap { epoch: 2, wrapped: Blob(vec![7; 80]) };
    *office.epoch.lock().unwrap() = Some(fresh.clone());
    let records = vec![SealedRecord { version: 2, ..pages().remove(0).records.remove(0) }];
    let page = RosterPage { records, removed: vec![], cursor: "c9".into(), more: false, epoch: Some(2) };
    office.roster.lock().unwrap().push(page);
    desk.base.advance(LATER);
    let report = desk.syncer.run_once();
    assert!(report.errors.is_empty(), "{:?}", report.errors);
    let held = desk.store.identity().unwrap().unwrap();
    assert_eq!((held.enrolled.epoch.epoch, held.enrolled.epoch.wrapped), (2, fresh.wrapped));
    assert_eq!(held.enrolled.device_id, "device-1", "it did not have to join again");
    let asked = stub.seen().iter().filter(|asked| asked.contains("/epoch")).count();
    desk.base.advance(LATER);
    desk.syncer.run_once();
    let again = stub.seen().iter().filter(|asked| asked.contains("/epoch")).count();
    assert_eq!((asked, again), (1, 1), "and is fetched once");
}

#[test]
fn a_list_of_another_issuer_comes_from_that_issuer() {
    let key = SigningKey::from_secret([40; 32], IssuerId::parse("7301").unwrap());
    let id = ListId { issuer: key.issuer().clone(), kid: key.kid().clone() };
    let dir = tempfile::tempdir().unwrap();
    // Which host it is stands in the list, and where it listens is known only then: one that holds
    // nothing yet is asked in vain, and that is no fault of the own server.
    let (silent, _) = server_of_2001(dir.path(), b"");
    for (url, wanted) in [(silent, false), (String::new(), true)] {
        let (office, stub) = Office::open();
        let body = |host: &str| {
            let list = StatusList::new(64);
            list.sign(&key, &id.sub(host), at(10), None, None).unwrap()
        };
        let url = if wanted {
            // A port is free once; the list that names it is signed for the server that takes it.
            let probe = std::net::TcpListener::bind("localhost:0").unwrap();
            let port = probe.local_addr().unwrap().port();
            drop(probe);
            super::certificates::server_at(dir.path(), port, &body(&format!("localhost:{port}"))).0
        } else {
            url
        };
        let host = url.strip_prefix("https://").unwrap().to_owned();
        let neighbour = Issuer {
            id: key.issuer().clone(),
            name: "Kantor Tetangga".into(),
            bodies: vec!["Pemerintah Kabupaten Tetangga".into()],
            host,
            face_serials: vec![],
            keys: vec![IssuerKey::new(key.public(), date(2020, 1, 1))],
        };
        *office.trust.lock().unwrap() = list_by(&root(), 2, vec![neighbour]);
        let mut desk = Desk::at(&stub.url);
        let report = desk.syncer.run_once();
        assert!(report.errors.is_empty() && report.online == Some(true), "{:?}", report.errors);
        assert_eq!(desk.store.status_list(&id.issuer, &id.kid).unwrap().is_some(), wanted);
        assert_eq!(report.roster.stored, 4, "the own region comes all the same");
    }
}
