//! Any text is some kind of code, and a holder is named only for the one card that was signed:
//! `cargo +nightly fuzz run code`
#![no_main]

use std::sync::LazyLock;

use anjungan::credential::{
    AgeLimits, ClockTrust, Evidence, Issuer, IssuerId, IssuerKey, Serial, SigningKey, TrustList, Verdict,
    judge, parse,
};
use jiff::civil::date;
use libfuzzer_sys::fuzz_target;

/// The office of the seeds: its key signed the front and the back of one card and nothing else.
static TRUST: LazyLock<TrustList> = LazyLock::new(|| {
    let id = IssuerId::parse("6201").unwrap();
    let key = SigningKey::from_secret([1; 32], id.clone());
    let issuer = Issuer {
        id,
        name: "BKPSDM".into(),
        bodies: Vec::new(),
        host: "kartu.kabupaten-abc.go.id".into(),
        face_serials: Vec::new(),
        keys: vec![IssuerKey::new(key.public(), date(2026, 1, 1))],
    };
    TrustList { version: 1, issued_at: "2026-03-01T00:00:00Z".parse().unwrap(), issuers: vec![issuer] }
});

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let code = parse(&text);
    let (list, serial) = (code.list(), code.serial());
    assert_eq!(list.is_some(), serial.is_some());
    let codes = [code];
    let judgement = judge(&Evidence {
        codes: &codes,
        trust: &TRUST,
        status: None,
        live: None,
        record: None,
        clock: ClockTrust::Trusted,
        now: "2026-03-02T00:00:00Z".parse().unwrap(),
        limits: AgeLimits::default(),
    });
    // Without a status list nothing is plainly valid, and only the one card that was signed has a holder.
    assert_ne!(judgement.verdict, Verdict::Valid);
    if let Some(holder) = judgement.holder {
        assert_eq!(holder.serial, Serial::from_bytes([9; 10]));
        assert_eq!(
            (holder.name.as_str(), holder.nip.as_u64()),
            ("Sri Wahyuni, S.Kep., Ns.", 197_402_152_001_122_001)
        );
    }
});
