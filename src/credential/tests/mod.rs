//! Tests of the credential as a whole: a card is signed, read, altered, revoked and judged.

mod altered;
mod codes;
mod forgery;
mod lists;
mod random_changes;
mod seeds;
mod verdicts;

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::{Date, date};

use super::*;
use crate::person::Nip;

/// As long as a host on a card may reasonably be: 25 characters.
const HOST: &str = "kartu.kabupaten-abc.go.id";
const DAY_OF_ISSUE: Date = date(2026, 3, 1);

fn now() -> Timestamp {
    "2026-03-10T02:00:00Z".parse().unwrap()
}

fn root() -> KeyPair {
    KeyPair::from_secret([200; 32])
}

fn issuer_id(id: &str) -> IssuerId {
    IssuerId::parse(id).unwrap()
}

fn key(secret: u8, issuer: &str) -> SigningKey {
    SigningKey::from_secret([secret; 32], issuer_id(issuer))
}

/// The office that signs the cards of these tests.
fn office() -> SigningKey {
    key(1, "6201")
}

fn issuer(id: &str, host: &str, keys: Vec<IssuerKey>) -> Issuer {
    Issuer {
        id: issuer_id(id),
        name: "BKPSDM Kabupaten Contoh".into(),
        bodies: vec!["Pemerintah Kabupaten Contoh".into()],
        host: host.into(),
        face_serials: vec![SerialRange { first: "A20260000001".into(), last: "A20260099999".into() }],
        keys,
    }
}

/// Our office and a neighbour.
fn trust() -> TrustList {
    let from = date(2026, 1, 1);
    TrustList {
        version: 7,
        issued_at: "2026-03-01T00:00:00Z".parse().unwrap(),
        issuers: vec![
            issuer("6201", HOST, vec![IssuerKey::new(office().public(), from)]),
            issuer("6301", "kartu.example.id", vec![IssuerKey::new(key(2, "6301").public(), from)]),
        ],
    }
}

fn serial(n: u8) -> Serial {
    Serial::from_bytes([n; 10])
}

fn nip() -> Nip {
    Nip::parse("197402152001122001").unwrap()
}

fn front_claims(name: &str) -> FrontClaims {
    FrontClaims { nip: nip(), name: name.into(), issued_on: DAY_OF_ISSUE, status_index: 4_711 }
}

fn back_claims(name: &str, serial: Serial) -> BackClaims {
    BackClaims {
        serial,
        nip: nip(),
        name: name.into(),
        issued_on: DAY_OF_ISSUE,
        status_index: 4_711,
        face_webp: (0..692_u16).map(|i| (i * 7 % 251) as u8).collect(),
    }
}

const NAME: &str = "Sri Wahyuni, S.Kep., Ns.";

fn front() -> String {
    sign_front(&office(), HOST, serial(9), &front_claims(NAME)).unwrap()
}

fn back() -> String {
    sign_back(&office(), &back_claims(NAME, serial(9))).unwrap()
}

/// A verified status list of our office in which our card has this status.
fn list(status: CardStatus, iat: &str) -> StatusList {
    let mut list = StatusList::new(10_000);
    list.set(4_711, status).unwrap();
    let bytes = list.sign(&office(), &sub(), iat.parse().unwrap(), None, None).unwrap();
    StatusList::verify(&bytes, &trust(), &sub(), None).unwrap()
}

fn list_id() -> ListId {
    ListId { issuer: issuer_id("6201"), kid: office().kid().clone() }
}

fn sub() -> String {
    list_id().sub(HOST)
}

/// The codes of one card and what a desk in good order holds, made once: thousands of altered
/// copies are judged by them.
struct Ready {
    front: String,
    back: String,
    trust: TrustList,
    list: StatusList,
}

static READY: LazyLock<Ready> = LazyLock::new(|| Ready {
    front: front(),
    back: back(),
    trust: trust(),
    list: list(CardStatus::Valid, "2026-03-10T00:00:00Z"),
});

/// What a desk in good order has beside these codes.
fn evidence(codes: &[Code]) -> Evidence<'_> {
    Evidence {
        codes,
        trust: &READY.trust,
        status: Some(&READY.list),
        live: None,
        record: None,
        clock: ClockTrust::Trusted,
        now: now(),
        limits: AgeLimits::default(),
    }
}

/// What a desk in good order makes of these texts.
fn at_a_good_desk(texts: &[&str]) -> Judgement {
    let codes: Vec<Code> = texts.iter().map(|text| parse(text)).collect();
    judge(&evidence(&codes))
}

/// An opened record of our holder, with a face.
fn opened() -> Record<'static> {
    Record { nip: nip(), body: "Pemerintah Kabupaten Contoh", in_service: Some(true), portrait: true }
}
