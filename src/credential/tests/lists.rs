//! Trust list and status list: who may sign them, and that they never go back.

use super::*;
use jiff::SignedDuration;

#[test]
fn a_trust_list_comes_back_whole_and_never_goes_back() {
    let bytes = trust().sign(&root()).unwrap();
    let public = root().public();
    assert_eq!(TrustList::verify(&bytes, &public, None), Ok(trust()));
    assert_eq!(TrustList::verify(&bytes, &public, Some(7)), Ok(trust()));
    assert_eq!(TrustList::verify(&bytes, &public, Some(8)), Err(CredentialError::GoesBack));
    let other = KeyPair::from_secret([1; 32]).public();
    assert_eq!(TrustList::verify(&bytes, &other, None), Err(CredentialError::BadSignature));
}

#[test]
fn a_trust_list_in_which_a_look_up_had_two_answers_is_refused() {
    let mut twice = trust();
    twice.issuers[1].id = twice.issuers[0].id.clone();
    let mut kid = trust();
    let key = kid.issuers[0].keys[0].clone();
    kid.issuers[0].keys.push(key);
    let mut renamed = trust();
    renamed.issuers[0].keys[0].kid = Kid::of(&[5; 32]);
    let mut days = trust();
    days.issuers[0].keys[0].until = Some(date(2025, 1, 1));
    let mut host = trust();
    host.issuers[0].host = "example.org/x".into();
    for list in [twice, kid, renamed, days, host] {
        assert!(list.sign(&root()).is_err());
    }
}

#[test]
fn a_status_list_is_checked_for_address_signer_and_age() {
    let iat: Timestamp = "2026-03-05T00:00:00Z".parse().unwrap();
    let exp = "2026-04-05T00:00:00Z".parse().unwrap();
    let ttl = SignedDuration::from_hours(12);
    let mut list = StatusList::new(100);
    list.set(42, CardStatus::Replaced).unwrap();
    let bytes = list.sign(&office(), &sub(), iat, Some(exp), Some(ttl)).unwrap();

    let read = StatusList::verify(&bytes, &trust(), &sub(), Some(iat)).unwrap();
    assert_eq!(read.id(), Some(&list_id()));
    assert_eq!((read.iat(), read.ttl()), (Some(iat), Some(ttl)));
    assert_eq!(read.get(42), Some(CardStatus::Replaced));
    assert_eq!(read.len(), 100);
    assert!(!read.is_stale(now(), SignedDuration::from_hours(24 * 7)));
    assert!(read.is_stale(now(), SignedDuration::from_hours(24)));
    assert!(read.is_stale(exp, SignedDuration::from_hours(24 * 365)));

    let later = iat + SignedDuration::from_secs(1);
    let verify = |bytes: &[u8], sub: &str, held| StatusList::verify(bytes, &trust(), sub, held).err();
    assert_eq!(verify(&bytes, &sub(), Some(later)), Some(CredentialError::GoesBack));

    // Another list of the same country, and one that nobody has.
    let neighbour = ListId { issuer: issuer_id("6301"), kid: key(2, "6301").kid().clone() };
    let neighbour = neighbour.sub("kartu.example.id");
    assert_eq!(verify(&bytes, &neighbour, None), Some(CredentialError::UnknownSigner));
    assert_eq!(verify(&bytes, "https://example.org/list", None), Some(CredentialError::UnknownSigner));

    // The neighbour signs a list about our cards.
    let foreign = list.sign(&key(2, "6301"), &sub(), iat, None, None).unwrap();
    assert_eq!(verify(&foreign, &sub(), None), Some(CredentialError::UnknownSigner));

    // Our own key, but about something else.
    let elsewhere = list.sign(&office(), &neighbour, iat, None, None).unwrap();
    assert_eq!(verify(&elsewhere, &sub(), None), Some(CredentialError::NotThisOne("status list")));

    // A trust list and a code under the same key are no status list.
    let trust_list = trust().sign(&root()).unwrap();
    assert!(verify(&trust_list, &sub(), None).is_some());
}

#[test]
fn a_newer_key_signs_the_list_of_an_older_one_and_a_withdrawn_key_signs_none() {
    let iat: Timestamp = "2026-03-05T00:00:00Z".parse().unwrap();
    let newer = key(3, "6201");
    let mut trust = trust();
    trust.issuers[0].keys[0].until = Some(date(2026, 3, 3));
    trust.issuers[0].keys.push(IssuerKey::new(newer.public(), date(2026, 3, 4)));
    let list = StatusList::new(10);
    let by_newer = list.sign(&newer, &sub(), iat, None, None).unwrap();
    let by_older = list.sign(&office(), &sub(), iat, None, None).unwrap();
    assert_eq!(StatusList::verify(&by_newer, &trust, &sub(), None).unwrap().id(), Some(&list_id()));
    assert_eq!(StatusList::verify(&by_older, &trust, &sub(), None), Err(CredentialError::KeyNotValidThen));
    trust.issuers[0].keys[1].revoked = true;
    assert_eq!(StatusList::verify(&by_newer, &trust, &sub(), None), Err(CredentialError::KeyRevoked));
}

#[test]
fn a_keys_days_are_those_of_its_office_wherever_that_lies() {
    // An office at UTC+7 made its key on the morning of 5 March: at 18:00Z of the 4th.
    let verify = |key: &IssuerKey, iat: &str| {
        let mut trust = trust();
        trust.issuers[0].keys[0] = key.clone();
        let bytes = StatusList::new(10).sign(&office(), &sub(), iat.parse().unwrap(), None, None).unwrap();
        StatusList::verify(&bytes, &trust, &sub(), None).err()
    };
    let mut key = IssuerKey::new(office().public(), date(2026, 3, 5));
    assert_eq!(verify(&key, "2026-03-04T18:00:00Z"), None);
    assert_eq!(verify(&key, "2026-03-04T10:00:00Z"), None, "begun at UTC+14");
    assert_eq!(verify(&key, "2026-03-04T09:59:59Z"), Some(CredentialError::KeyNotValidThen));
    // Its last day: over at UTC+7 at 17:00Z, and at UTC-12 not before noon of the next.
    key.until = Some(date(2026, 3, 9));
    assert_eq!(verify(&key, "2026-03-09T16:59:59Z"), None);
    assert_eq!(verify(&key, "2026-03-10T06:00:00Z"), None);
    assert_eq!(verify(&key, "2026-03-10T11:59:59Z"), None);
    assert_eq!(verify(&key, "2026-03-10T12:00:00Z"), Some(CredentialError::KeyNotValidThen));
    key.revoked = true;
    assert_eq!(verify(&key, "2026-03-07T00:00:00Z"), Some(CredentialError::KeyRevoked));
    // What stands in a code is the office's own day, and is taken as it is.
    key.revoked = false;
    assert_eq!(key.check_day(date(2026, 3, 4)), Err(CredentialError::KeyNotValidThen));
    assert_eq!(key.check_day(date(2026, 3, 5)), Ok(()));
    assert_eq!(key.check_day(date(2026, 3, 9)), Ok(()));
    assert_eq!(key.check_day(date(2026, 3, 10)), Err(CredentialError::KeyNotValidThen));
}

#[test]
fn a_list_of_ten_thousand_cards_travels_light() {
    let mut list = StatusList::new(10_000);
    for index in (0..10_000).step_by(100) {
        list.set(index, CardStatus::NoLongerAsn).unwrap();
    }
    let bytes = list.sign(&office(), &sub(), now(), None, None).unwrap();
    assert!(bytes.len() < 1_000, "{}", bytes.len());
}
