//! What a forger would try, each attempt by its name. None is accepted, and each is refused for what it is.

use ciborium::Value;
use coset::iana::Algorithm;
use coset::{CborSerializable as _, CoseSign1, Header, HeaderBuilder, TaggedCborSerializable as _};
use data_encoding::BASE32_NOPAD;

use super::super::{base45, cbor};
use super::*;

/// The signed document inside the front code.
fn document() -> CoseSign1 {
    CoseSign1::from_tagged_slice(&inside(&READY.front)).unwrap()
}

fn inside(front: &str) -> Vec<u8> {
    BASE32_NOPAD.decode(front.split_once('#').unwrap().1.as_bytes()).unwrap()
}

/// These bytes in the frame of our front code.
fn framed(bytes: &[u8]) -> String {
    let frame = READY.front.split_once('#').unwrap().0;
    format!("{frame}#{}", BASE32_NOPAD.encode(bytes))
}

fn with_header(change: impl FnOnce(&mut Header)) -> String {
    let mut document = document();
    change(&mut document.protected.header);
    document.protected.original_data = None;
    framed(&document.to_tagged_vec().unwrap())
}

#[track_caller]
fn says(text: &str, reason: Reason) {
    let judgement = at_a_good_desk(&[text]);
    assert_eq!((judgement.verdict, judgement.reasons), (Verdict::NotGenuine, vec![reason]));
    assert_eq!((judgement.holder, judgement.face_webp), (None, None));
}

#[test]
fn the_frame_of_these_tests_is_that_of_a_good_code() {
    assert_eq!(framed(&inside(&READY.front)), READY.front);
    assert_eq!(with_header(|_| ()), READY.front);
    assert_eq!(at_a_good_desk(&[&READY.front]).verdict, Verdict::Valid);
}

#[test]
fn the_algorithm_swapped() {
    let name = |algorithm| {
        with_header(|header| header.alg = Some(coset::RegisteredLabelWithPrivate::Assigned(algorithm)))
    };
    for other in [Algorithm::ES256, Algorithm::HMAC_256_256, Algorithm::PS256, Algorithm::A128GCM] {
        says(&name(other), Reason::Damaged);
    }
    // The newer name of the same algorithm is known, and is not what was signed.
    says(&name(Algorithm::Ed25519), Reason::Altered);
    says(&with_header(|header| header.alg = None), Reason::Damaged);
}

#[test]
fn the_algorithm_or_key_id_named_outside_the_signature() {
    for header in [
        HeaderBuilder::new().algorithm(Algorithm::EdDSA).build(),
        HeaderBuilder::new().key_id(office().kid().as_bytes().to_vec()).build(),
        HeaderBuilder::new().key_id(key(2, "6301").kid().as_bytes().to_vec()).build(),
    ] {
        let mut document = document();
        document.unprotected = header;
        says(&framed(&document.to_tagged_vec().unwrap()), Reason::Damaged);
    }
}

#[test]
fn the_key_id_swapped() {
    let kid = |bytes: &[u8]| with_header(|header| header.key_id = bytes.to_vec());
    says(&kid(key(2, "6301").kid().as_bytes()), Reason::UnknownSigner);
    says(&kid(&[1, 2, 3, 4]), Reason::UnknownSigner);
    says(&kid(&[]), Reason::Damaged);
    says(&kid(&[0; 5]), Reason::Damaged);
    // Two keys of one office: the id of the other does not fit the signature.
    let second = key(3, "6201");
    let mut trust = trust();
    trust.issuers[0].keys.push(IssuerKey::new(second.public(), date(2026, 1, 1)));
    let codes = [parse(&kid(second.kid().as_bytes()))];
    let judgement = judge(&Evidence { trust: &trust, ..evidence(&codes) });
    assert_eq!((judgement.verdict, judgement.reasons), (Verdict::NotGenuine, vec![Reason::Altered]));
}

#[test]
fn another_issuers_key() {
    let by = |key: SigningKey| sign_front(&key, HOST, serial(9), &front_claims(NAME)).unwrap();
    // The neighbour in our name, a stranger in our name, we in the neighbour's name.
    says(&by(key(2, "6201")), Reason::UnknownSigner);
    says(&by(key(99, "6201")), Reason::UnknownSigner);
    says(&by(key(1, "6301")), Reason::UnknownSigner);
    // An office that no list names.
    says(&by(key(1, "9999")), Reason::UnknownSigner);
}

/// Of the curve's group, least byte first (RFC 8032, 5.1).
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

#[test]
fn a_signature_from_elsewhere() {
    let mut document = document();
    document.signature = inside(&back_in_front())[..64].to_vec();
    says(&framed(&document.clone().to_tagged_vec().unwrap()), Reason::Altered);
    document.signature = vec![0; 64];
    says(&framed(&document.clone().to_tagged_vec().unwrap()), Reason::Altered);
    document.signature = vec![];
    says(&framed(&document.clone().to_tagged_vec().unwrap()), Reason::Damaged);
    // The second form of a signature: the order of the curve's group added to its second half.
    let mut signature = self::document().signature;
    let mut carry = 0_u16;
    for (byte, add) in signature[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        (*byte, carry) = (sum as u8, sum >> 8);
    }
    document.signature = signature;
    says(&framed(&document.to_tagged_vec().unwrap()), Reason::Altered);
}

/// The back's signed bytes in the frame of a front.
fn back_in_front() -> String {
    framed(&base45::decode(&READY.back).unwrap())
}

#[test]
fn one_kind_of_document_for_another() {
    says(&back_in_front(), Reason::Damaged);
    says(&base45::encode(&inside(&READY.front)), Reason::Damaged);
    let list = StatusList::new(10).sign(&office(), &sub(), now(), None, None).unwrap();
    says(&framed(&list), Reason::Damaged);
    says(&framed(&trust().sign(&root()).unwrap()), Reason::Damaged);
    let public = root().public();
    assert!(TrustList::verify(&inside(&READY.front), &public, None).is_err());
    assert!(TrustList::verify(&list, &office().public(), None).is_err());
    assert!(StatusList::verify(&inside(&READY.front), &READY.trust, &sub(), None).is_err());
}

#[test]
fn front_and_back_of_different_issues() {
    // The front of one person, the back with the face of another, both genuine.
    let other = BackClaims {
        nip: Nip::parse("196803031989112001").unwrap(),
        ..back_claims("Budi Santoso", serial(5))
    };
    let other = sign_back(&office(), &other).unwrap();
    let judgement = at_a_good_desk(&[&READY.front, &other]);
    assert_eq!((judgement.verdict, judgement.reasons), (Verdict::Confirm, vec![Reason::SeveralCards]));
    assert_eq!((judgement.holder, judgement.face_webp), (None, None), "nobody's name, nobody's face");
    // One serial, two faces or two people.
    let differs = sign_back(&office(), &back_claims("Budi Santoso", serial(9))).unwrap();
    let judgement = at_a_good_desk(&[&READY.front, &differs]);
    assert_eq!((judgement.verdict, judgement.reasons), (Verdict::Confirm, vec![Reason::SidesDiffer]));
    assert_eq!(judgement.holder, None);
}

#[test]
fn a_body_that_the_issuer_may_not_name() {
    let codes = [parse(&READY.front)];
    let with = |record| judge(&Evidence { record: Some(record), ..evidence(&codes) });
    let record = opened();
    assert_eq!(with(record).verdict, Verdict::Valid);
    let judgement = with(Record { body: "Kementerian Lain", ..record });
    assert_eq!((judgement.verdict, judgement.reasons), (Verdict::Confirm, vec![Reason::BodyNotTheirs]));
    // A record about somebody else says nothing about this card, and its face is not shown.
    let judgement = with(Record { nip: Nip::parse("196803031989112001").unwrap(), ..record });
    assert_eq!(judgement.verdict, Verdict::Confirm);
    assert_eq!(judgement.reasons, [Reason::RecordDiffers, Reason::CompareTheFace]);
}

#[test]
fn an_older_status_list_replayed() {
    let at = |iat: &str, status| {
        let mut list = StatusList::new(10_000);
        list.set(4_711, status).unwrap();
        list.sign(&office(), &sub(), iat.parse().unwrap(), None, None).unwrap()
    };
    let newer = at("2026-03-09T00:00:00Z", CardStatus::Revoked);
    let older = at("2026-03-08T00:00:00Z", CardStatus::Valid);
    let held = StatusList::verify(&newer, &READY.trust, &sub(), None).unwrap();
    assert_eq!(StatusList::verify(&older, &READY.trust, &sub(), held.iat()), Err(CredentialError::GoesBack));
    // The same one again is no step back.
    assert!(StatusList::verify(&newer, &READY.trust, &sub(), held.iat()).is_ok());
    // And an older trust list, in which a key was not withdrawn yet.
    let old = trust().sign(&root()).unwrap();
    assert_eq!(TrustList::verify(&old, &root().public(), Some(8)), Err(CredentialError::GoesBack));
}

#[test]
fn another_lists_status() {
    let neighbour = key(2, "6301");
    let theirs = ListId { issuer: issuer_id("6301"), kid: neighbour.kid().clone() }.sub("kartu.example.id");
    let list = StatusList::new(10_000);
    let refused = |bytes: &[u8], sub: &str| StatusList::verify(bytes, &READY.trust, sub, None).unwrap_err();
    // Their list under our address, our address in their hand, our key under their address.
    let honest = list.sign(&neighbour, &theirs, now(), None, None).unwrap();
    assert_eq!(refused(&honest, &sub()), CredentialError::UnknownSigner);
    let ours_by_them = list.sign(&neighbour, &sub(), now(), None, None).unwrap();
    assert_eq!(refused(&ours_by_them, &sub()), CredentialError::UnknownSigner);
    let theirs_by_us = list.sign(&office(), &theirs, now(), None, None).unwrap();
    assert_eq!(refused(&theirs_by_us, &theirs), CredentialError::UnknownSigner);
    assert_eq!(refused(&theirs_by_us, &sub()), CredentialError::NotThisOne("status list"));
    // And a verified list of another office does not speak for our card.
    let read = StatusList::verify(&honest, &READY.trust, &theirs, None).unwrap();
    let codes = [parse(&READY.back)];
    let judgement = judge(&Evidence { status: Some(&read), ..evidence(&codes) });
    assert_eq!((judgement.verdict, judgement.reasons), (Verdict::Confirm, vec![Reason::StatusMissing]));
}

#[test]
fn trailing_bytes() {
    for extra in [&[0][..], &[0xff], &[0xf6], &inside(&READY.front)] {
        let longer = |bytes: &[u8]| [bytes, extra].concat();
        says(&framed(&longer(&inside(&READY.front))), Reason::Damaged);
        let back = base45::encode(&longer(&base45::decode(&READY.back).unwrap()));
        says(&back, Reason::Damaged);
        let trust = longer(&trust().sign(&root()).unwrap());
        assert_eq!(TrustList::verify(&trust, &root().public(), None), Err(CredentialError::NotCbor));
        let list = longer(&StatusList::new(10).sign(&office(), &sub(), now(), None, None).unwrap());
        assert_eq!(StatusList::verify(&list, &READY.trust, &sub(), None), Err(CredentialError::NotCbor));
    }
    for extra in ["=", "A", " ", "\n", "#", "%00"] {
        assert_ne!(
            at_a_good_desk(&[&format!("{}{extra}", READY.front)]).verdict,
            Verdict::Valid,
            "{extra:?}"
        );
    }
}

/// Our front code signed anew around a payload of the forger's making: even the right key does not
/// make a second reading of the same bytes acceptable.
fn signed(payload: Vec<u8>) -> String {
    let aad = cbor::labelled("anjungan/front/1", &[serial(9).as_bytes(), HOST.to_uppercase().as_bytes()]);
    framed(&super::super::cose::sign(office().pair(), Some(office().kid()), None, &aad, payload))
}

fn claims() -> Vec<(Value, Value)> {
    let payload = document().payload.unwrap();
    cbor::strict(&payload, cbor::Order::Sorted).unwrap().into_map().unwrap()
}

#[test]
fn duplicate_map_keys() {
    assert_eq!(at_a_good_desk(&[&signed(cbor::encode(&Value::Map(claims())))]).verdict, Verdict::Valid);
    for at in 0..claims().len() {
        // Beside its first, with another value: what one reader takes first, another takes last.
        let mut twice = claims();
        let (claim, _) = twice[at].clone();
        twice.insert(at + 1, (claim, Value::from(1)));
        says(&signed(cbor::encode(&Value::Map(twice))), Reason::Damaged);
    }
    // In the header, and in lists of others' making.
    let mut document = document();
    let header = Value::Map(vec![
        (Value::from(1), Value::from(-8)),
        (Value::from(1), Value::from(-7)),
        (Value::from(4), Value::Bytes(office().kid().as_bytes().to_vec())),
    ]);
    document.protected.original_data = Some(cbor::encode(&header));
    says(&framed(&document.to_tagged_vec().unwrap()), Reason::Damaged);
    let list = Value::Map(vec![
        (Value::from(2), Value::Text(sub())),
        (Value::from(6), Value::from(now().as_second())),
        (Value::from(6), Value::from(now().as_second() + 9)),
    ]);
    let typ = Some("application/statuslist+cwt");
    let list = super::super::cose::sign(office().pair(), Some(office().kid()), typ, &[], cbor::encode(&list));
    assert_eq!(StatusList::verify(&list, &READY.trust, &sub(), None), Err(CredentialError::DuplicateKey));
}

#[test]
fn indefinite_lengths_and_long_forms() {
    let payload = document().payload.unwrap();
    // The outer map without a length: its head (five entries) becomes 0xbf, and a break ends it.
    assert_eq!(payload[0], 0xa0 | claims().len() as u8);
    let mut endless = payload.clone();
    endless[0] = 0xbf;
    endless.push(0xff);
    says(&signed(endless), Reason::Damaged);
    // The same head in two bytes.
    let long = [&[0xb8, payload[0] & 0x1f], &payload[1..]].concat();
    says(&signed(long), Reason::Damaged);
    // The document's own frame: an array without a length, byte strings in pieces.
    let bytes = inside(&READY.front);
    assert_eq!(bytes[..2], [0xd2, 0x84]);
    let endless = [&[0xd2, 0x9f], &bytes[2..], &[0xff]].concat();
    says(&framed(&endless), Reason::Damaged);
    let pieces = [&bytes[..2], &[0x5f], &bytes[2..], &[0xff]].concat();
    says(&framed(&pieces), Reason::Damaged);
}

#[test]
fn a_document_without_its_tag_or_under_another() {
    let bytes = inside(&READY.front);
    says(&framed(&bytes[1..]), Reason::Damaged);
    for tag in [0xd1, 0xd3, 0xd0] {
        says(&framed(&[&[tag], &bytes[1..]].concat()), Reason::Damaged);
    }
    // CWT's own tag around it.
    says(&framed(&[&[0xd8, 61], &bytes[..]].concat()), Reason::Damaged);
    assert!(document().to_vec().is_ok());
}
