//! Tests of the server's keys: files, signing keys in their time, epochs.

use std::os::unix::fs::PermissionsExt as _;

use jiff::ToSpan as _;

use super::*;
use crate::central::testing::{TestOffice, office};
use crate::central::{registry, roster, status, trust};
use crate::credential::{ListId, StatusList, TrustList};
use crate::person::sample;
use crate::sealed::open_by_epoch;

fn issuer() -> IssuerId {
    IssuerId::parse("6201").unwrap()
}

fn open_keys(data: &Path, passphrase: Option<&[u8]>) -> Result<Keys, CentralError> {
    Keys::open(data, issuer(), passphrase, false)
}

fn told(data: &Path, passphrase: Option<&[u8]>) -> String {
    open_keys(data, passphrase).err().unwrap().to_string()
}

#[test]
fn keys_are_made_once_and_stay() {
    let dir = tempfile::tempdir().unwrap();
    let first = open_keys(dir.path(), None).unwrap();
    let again = open_keys(dir.path(), None).unwrap();
    assert_eq!(first.root().unwrap().public(), again.root().unwrap().public());
    let kid = first.first.clone().unwrap();
    assert_eq!(again.first, None, "they were there already");
    assert_eq!(again.signer(&kid).unwrap().public(), first.signer(&kid).unwrap().public());
    let files: Vec<_> = std::fs::read_dir(dir.path().join("keys")).unwrap().flatten().collect();
    assert_eq!(files.len(), FIXED.len() + 2);
    for file in files {
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_missing_open_or_broken_key_stops_the_server() {
    let dir = tempfile::tempdir().unwrap();
    open_keys(dir.path(), None).unwrap();
    let root = dir.path().join("keys/root.key");
    std::fs::set_permissions(&root, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(told(dir.path(), None).contains("0600"));
    std::fs::set_permissions(&root, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::write(&root, "zz").unwrap();
    assert!(told(dir.path(), None).contains("64 hexadecimal"));
    // A root may lie elsewhere; whoever needs it here is told.
    std::fs::remove_file(&root).unwrap();
    let error = open_keys(dir.path(), None).unwrap().root().err().unwrap().to_string();
    assert!(error.contains("missing"), "{error}");
    std::fs::remove_file(dir.path().join("keys/time.key")).unwrap();
    assert!(told(dir.path(), None).contains("missing"));
    std::fs::remove_dir_all(dir.path().join("keys")).unwrap();
    let error = Keys::open(dir.path(), issuer(), None, true).err().unwrap().to_string();
    assert!(error.contains("backup") && !dir.path().join("keys").exists(), "{error}");
}

#[test]
fn sealed_files_open_with_their_passphrase_alone() {
    let dir = tempfile::tempdir().unwrap();
    let plain = open_keys(dir.path(), None).unwrap();
    assert!(!plain.is_sealed());
    let hex = std::fs::read_to_string(dir.path().join("keys/root.key")).unwrap();
    assert_eq!(plain.seal(b"correct horse battery").unwrap(), FIXED.len() + 2);
    for entry in std::fs::read_dir(dir.path()).unwrap().flatten() {
        assert_eq!(entry.file_name(), "keys", "nothing in the clear stays behind");
    }
    for entry in std::fs::read_dir(dir.path().join("keys")).unwrap().flatten() {
        assert!(!std::fs::read_to_string(entry.path()).unwrap().contains(hex.trim()));
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    let again = open_keys(dir.path(), Some(b"correct horse battery")).unwrap();
    assert!(again.is_sealed());
    assert_eq!(again.root().unwrap().public(), plain.root().unwrap().public());
    again.new_epoch(2).unwrap();
    assert!(told(dir.path(), None).contains("passphrase"));
    assert!(told(dir.path(), Some(b"correct horse stapler")).contains("another passphrase"));
    // No file passes for another.
    std::fs::copy(dir.path().join("keys/time.key"), dir.path().join("keys/root.key")).unwrap();
    assert!(told(dir.path(), Some(b"correct horse battery")).contains("does not open"));
}

async fn states(t: &TestOffice) -> Vec<(&'static str, Option<Date>)> {
    let lines = list(&t.office).await.unwrap();
    lines.into_iter().filter_map(|line| Some((line.state?, line.until))).collect()
}

async fn list_of_trust(t: &TestOffice) -> TrustList {
    let bytes = trust::list(&t.office).await.unwrap().bytes;
    TrustList::verify(&bytes, &t.office.keys.root().unwrap().public(), None).unwrap()
}

#[tokio::test]
async fn keys_follow_each_other_by_themselves_and_each_keeps_its_list() {
    const DAY: u64 = 24 * 3600;
    let t = office().await;
    let first = signing::signer(&t.office).await.unwrap().kid().clone();
    assert_eq!(signing::rotate(&t.office).await.unwrap(), None, "it is new");
    t.advance(76 * DAY);
    let next = signing::rotate(&t.office).await.unwrap().expect("announced two weeks ahead");
    assert_eq!(signing::rotate(&t.office).await.unwrap(), None, "once");
    assert_eq!(signing::signer(&t.office).await.unwrap().kid(), &first);
    let begins = t.office.today().checked_add(14.days()).unwrap();
    let last = begins.checked_add(7.days()).unwrap();
    assert_eq!(states(&t).await, [("signing", Some(last)), ("coming", None)]);
    let trusted = list_of_trust(&t).await;
    assert_eq!(trusted.key(&issuer(), &next).unwrap().from, begins, "stations know it before it signs");

    t.advance(14 * DAY);
    assert_eq!(signing::signer(&t.office).await.unwrap().kid(), &next);
    assert_eq!(states(&t).await, [("overlap", Some(last)), ("signing", None)]);
    t.advance(30 * DAY);
    assert_eq!(states(&t).await, [("retired", Some(last)), ("signing", None)]);
    // The cards of the retired key: it proves them still, and their list goes on, signed by the new one.
    let trusted = list_of_trust(&t).await;
    let key = trusted.key(&issuer(), &first).unwrap();
    assert!(key.check_day(last).is_ok() && key.check_day(begins.checked_add(8.days()).unwrap()).is_err());
    for kid in [&first, &next] {
        let sub = ListId { issuer: issuer(), kid: kid.clone() }.sub(&t.office.config.host);
        let signed = status::list(&t.office, "6201", &kid.to_string()).await.unwrap().unwrap();
        assert!(StatusList::verify(&signed.bytes, &trusted, &sub, None).is_ok(), "{kid}");
    }
    assert!(status::list(&t.office, "6201", "00000000").await.unwrap().is_none());
}

#[tokio::test]
async fn a_revoked_key_leaves_the_others_and_another_begins_at_once() {
    let t = office().await;
    let first = signing::signer(&t.office).await.unwrap().kid().clone();
    assert!(
        matches!(signing::retire(&t.office, &first).await, Err(CentralError::NotFound(_))),
        "the only one"
    );
    let second = signing::new(&t.office, t.office.today()).await.unwrap();
    signing::retire(&t.office, &first).await.unwrap();
    t.advance(24 * 3600);
    let next = signing::revoke(&t.office, &second).await.unwrap().expect("none is left that may sign");
    assert_eq!(signing::signer(&t.office).await.unwrap().kid(), &next);
    let trusted = list_of_trust(&t).await;
    assert!(trusted.key(&issuer(), &second).unwrap().revoked);
    let day = t.office.today().yesterday().unwrap();
    assert!(trusted.key(&issuer(), &first).unwrap().check_day(day).is_ok(), "its cards are what they were");
    for again in [&second, &Kid::of(&[9; 32])] {
        assert!(matches!(signing::revoke(&t.office, again).await, Err(CentralError::NotFound(_))));
    }
}

#[tokio::test]
async fn no_day_is_without_a_key_after_one_was_revoked() {
    let t = office().await;
    let second = signing::new(&t.office, t.office.today()).await.unwrap();
    assert_eq!(signing::revoke(&t.office, &second).await.unwrap(), None, "the first one stands in");
    for _ in 0..30 {
        signing::rotate(&t.office).await.unwrap();
        signing::signer(&t.office).await.unwrap();
        t.advance(24 * 3600);
    }
}

#[tokio::test]
async fn a_new_epoch_seals_every_record_again() {
    let t = office().await;
    let people = sample::people(1, 230, t.office.today());
    registry::put_all(&t.office, &people).await.unwrap();
    let former = epoch::key(&t.office).await.unwrap();
    let before = roster::page(&t.office.store, 0).await.unwrap().unwrap();
    assert_eq!(epoch::advance(&t.office, "device-1").await.unwrap(), (2, 230));
    assert_eq!(epoch::rewrap(&t.office).await.unwrap(), 0);
    let now = epoch::key(&t.office).await.unwrap();
    let cursor = before.cursor.parse().unwrap();
    let page = roster::page(&t.office.store, cursor).await.unwrap().unwrap();
    assert_eq!(page.records.len(), 230, "all of them are changes to the stations");
    for record in &page.records {
        assert!(open_by_epoch(record, &former).is_err());
        let held = before.records.iter().find(|held| held.id == record.id).unwrap();
        assert_eq!(open_by_epoch(record, &now).unwrap(), open_by_epoch(held, &former).unwrap());
        assert!(record.indexes.iter().all(|index| index.epoch == 2));
    }
}
