//! Any bytes as a status list: as they come, where no signature fits, and as the payload of a list that is signed, so
//! that the claims and the zlib below are reached: `cargo +nightly fuzz run status_list`
#![no_main]

use std::sync::LazyLock;

use anjungan::credential::{
    CardStatus, Issuer, IssuerId, IssuerKey, ListId, SigningKey, StatusList, TrustList,
};
use coset::TaggedCborSerializable as _;
use jiff::civil::date;
use libfuzzer_sys::fuzz_target;

static KEY: LazyLock<SigningKey> =
    LazyLock::new(|| SigningKey::from_secret([1; 32], IssuerId::parse("6201").unwrap()));
static TRUST: LazyLock<TrustList> = LazyLock::new(|| TrustList {
    version: 1,
    issued_at: "2026-03-01T00:00:00Z".parse().unwrap(),
    issuers: vec![Issuer {
        id: KEY.issuer().clone(),
        name: "BKPSDM".into(),
        bodies: Vec::new(),
        host: "kartu.kabupaten-abc.go.id".into(),
        face_serials: Vec::new(),
        keys: vec![IssuerKey::new(KEY.public(), date(2026, 1, 1))],
    }],
});

/// The bytes as the payload of a list that the office signed.
fn signed(payload: &[u8]) -> Vec<u8> {
    use ed25519_dalek::Signer as _;
    let header = coset::HeaderBuilder::new()
        .algorithm(coset::iana::Algorithm::EdDSA)
        .key_id(KEY.kid().as_bytes().to_vec())
        .value(16, coset::cbor::Value::Text("application/statuslist+cwt".into()));
    let key = ed25519_dalek::SigningKey::from_bytes(&[1; 32]);
    coset::CoseSign1Builder::new()
        .protected(header.build())
        .payload(payload.to_vec())
        .create_signature(&[], |message| key.sign(message).to_bytes().to_vec())
        .build()
        .to_tagged_vec()
        .unwrap()
}

fuzz_target!(|bytes: &[u8]| {
    let sub =
        ListId { issuer: KEY.issuer().clone(), kid: KEY.kid().clone() }.sub("kartu.kabupaten-abc.go.id");
    // Of what comes as it is, only the list that the seeds hold was ever signed.
    if let Ok(list) = StatusList::verify(bytes, &TRUST, &sub, None) {
        assert_eq!((list.len(), list.get(4)), (1_000, Some(CardStatus::Revoked)));
        assert_eq!(list.iat(), "2026-03-10T02:00:00Z".parse().ok());
    }
    if let Ok(list) = StatusList::verify(&signed(bytes), &TRUST, &sub, None) {
        assert!(list.len() <= 16 * 1024 * 1024);
        assert!(list.get(list.len() as u64).is_none());
        let _ = list.get(0);
    }
});
