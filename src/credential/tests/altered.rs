//! Nothing altered is ever accepted, and nothing at all makes a reader panic.

use proptest::prelude::*;

use super::*;

static TRUST_LIST: LazyLock<Vec<u8>> = LazyLock::new(|| trust().sign(&root()).unwrap());

static STATUS_LIST: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut list = StatusList::new(1000);
    list.set(4, CardStatus::Revoked).unwrap();
    list.sign(&office(), &sub(), now(), None, None).unwrap()
});

/// Two texts that differ only in the case of scheme and host are the same code.
pub(super) fn same_code(text: &str, other: &str) -> bool {
    let split = |text: &str| text.split_once("/V/").map(|(l, r)| (l.to_ascii_uppercase(), r.to_owned()));
    text == other || split(text).is_some_and(|text| split(other) == Some(text))
}

fn refused(original: &str, altered: &str) -> Result<(), TestCaseError> {
    if same_code(original, altered) {
        return Ok(());
    }
    let judgement = at_a_good_desk(&[altered]);
    prop_assert!(
        matches!(judgement.verdict, Verdict::NotGenuine | Verdict::NoCode),
        "{altered}: {judgement:?}"
    );
    prop_assert_eq!(judgement.holder, None);
    prop_assert_eq!(judgement.face_webp, None);
    Ok(())
}

/// Replaces, removes or doubles one character.
fn one_change(text: &str, at: usize, with: u8, how: u8) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let at = at % bytes.len();
    match how {
        0 => bytes[at] = with,
        1 => drop(bytes.remove(at)),
        _ => bytes.insert(at, with),
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_front_code_with_one_change(at: usize, with in 0x20_u8..0x7f, how in 0_u8..3) {
        refused(&READY.front, &one_change(&READY.front, at, with, how))?;
    }

    #[test]
    fn a_back_code_with_one_change(at: usize, with in 0x20_u8..0x7f, how in 0_u8..3) {
        refused(&READY.back, &one_change(&READY.back, at, with, how))?;
    }

    #[test]
    fn a_trust_list_with_one_change(at: usize, with: u8) {
        let mut bytes = TRUST_LIST.clone();
        let at = at % bytes.len();
        prop_assume!(bytes[at] != with);
        bytes[at] = with;
        prop_assert!(TrustList::verify(&bytes, &root().public(), None).is_err());
    }

    #[test]
    fn a_status_list_with_one_change(at: usize, with: u8) {
        let mut bytes = STATUS_LIST.clone();
        let at = at % bytes.len();
        prop_assume!(bytes[at] != with);
        bytes[at] = with;
        prop_assert!(StatusList::verify(&bytes, &READY.trust, &sub(), None).is_err());
    }

    #[test]
    fn what_can_be_signed_can_be_read(name in "\\PC{1,60}", port: u16, index: u64, n: u8, face in 1_usize..1_200) {
        let host = if port == 0 { HOST.to_owned() } else { format!("{HOST}:{port}") };
        let claims = FrontClaims { status_index: index, ..front_claims(&name) };
        if let Ok(text) = sign_front(&office(), &host, serial(n), &claims) {
            let Code::Front(code) = parse(&text) else { panic!("{text}") };
            prop_assert_eq!(code.verify(&office().public()), Ok(()));
            prop_assert_eq!((code.claims, code.serial), (claims, serial(n)));
        }
        let claims = BackClaims { face_webp: vec![n; face], ..back_claims(&name, serial(n)) };
        if let Ok(text) = sign_back(&office(), &claims) {
            let Code::Back(code) = parse(&text) else { panic!("{text}") };
            prop_assert_eq!(code.verify(&office().public()), Ok(()));
            prop_assert_eq!(code.claims, claims);
        }
    }

    #[test]
    fn any_text_has_a_shape(text in ".{0,300}") {
        parse(&text);
        parse(&format!("HTTPS://A.B/V/{text}"));
    }

    #[test]
    fn any_bytes_in_a_codes_frame(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let framed = [&[0xd2, 0x84][..], &bytes].concat();
        parse(&super::super::base45::encode(&framed));
        let code = data_encoding::BASE32_NOPAD.encode(&framed);
        prop_assert_eq!(parse(&format!("HTTPS://A.B/V/{}#{code}", serial(1))), Code::Damaged);
        prop_assert!(TrustList::verify(&framed, &root().public(), None).is_err());
        prop_assert!(StatusList::verify(&framed, &READY.trust, &sub(), None).is_err());
    }
}

#[test]
fn every_single_byte_of_both_codes_counts() {
    for text in [&READY.front, &READY.back] {
        for at in 0..text.len() {
            let with = if text.as_bytes()[at] == b'A' { b'Z' } else { b'A' };
            refused(text, &one_change(text, at, with, 0)).unwrap();
        }
    }
}
