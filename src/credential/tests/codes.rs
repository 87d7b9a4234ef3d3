//! What stands in the codes, and how large they are.

use ciborium::Value;
use data_encoding::BASE32_NOPAD;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use qrcode::{EcLevel, QrCode, Version};
use std::io::Write as _;

use super::super::claims::Claims;
use super::super::{back, base45, cbor, cose, key};
use super::*;

#[test]
fn a_front_code_says_what_was_signed() {
    let text = front();
    assert!(text.starts_with("HTTPS://KARTU.KABUPATEN-ABC.GO.ID/V/BEEQSCIJBEEQSCIJ#"), "{text}");
    let Code::Front(code) = parse(&text) else { panic!("not a front code") };
    assert_eq!(code.serial, serial(9));
    assert_eq!(code.issuer, issuer_id("6201"));
    assert_eq!(code.kid, *office().kid());
    assert_eq!(code.claims, front_claims(NAME));
    assert_eq!(code.signature().len(), 64);
    assert_eq!(code.verify(&office().public()), Ok(()));
    assert_eq!(Code::Front(code).list(), Some(list_id()));
}

#[test]
fn a_back_code_says_what_was_signed() {
    let Code::Back(code) = parse(&back()) else { panic!("not a back code") };
    assert_eq!(code.claims, back_claims(NAME, serial(9)));
    assert_eq!(code.verify(&office().public()), Ok(()));
}

#[test]
fn scheme_and_host_in_any_case_and_the_rest_exactly() {
    let text = front();
    let (link, rest) = text.split_once("/V/").unwrap();
    let lower = format!("{}/V/{rest}", link.to_ascii_lowercase());
    assert_eq!(at_a_good_desk(&[&lower]).verdict, Verdict::Valid);
    for bad in [
        text.to_ascii_lowercase(),
        text.replace("HTTPS", "HTTP"),
        text.replace('#', "?"),
        text.replace("/V/", "/V//"),
        format!("{text}="),
        format!("{text} "),
        text[..text.len() - 1].to_owned(),
    ] {
        assert_ne!(at_a_good_desk(&[&bad]).verdict, Verdict::Valid, "{bad}");
    }
}

#[test]
fn the_host_and_the_serial_are_bound() {
    let text = front();
    let other_host = text.replace("KARTU.KABUPATEN-ABC", "KARTU.KABUPATEN-ABD");
    let other_serial = text.replace("BEEQSCIJBEEQSCIJ", &serial(8).to_string());
    for text in [other_host, other_serial] {
        let judgement = at_a_good_desk(&[&text]);
        assert_eq!(judgement.verdict, Verdict::NotGenuine);
        assert_eq!(judgement.reasons, [Reason::Altered]);
        assert_eq!(judgement.holder, None);
    }
}

/// The smallest version of medium correction that holds this text, as the card draws it.
fn version(text: &str) -> i16 {
    match QrCode::with_error_correction_level(text, EcLevel::M).unwrap().version() {
        Version::Normal(version) => version,
        Version::Micro(_) => 0,
    }
}

#[test]
fn a_front_code_stays_small() {
    assert_eq!(HOST.len(), 25);
    let letters = "Dr. Ir. H. Muhammad Abdurrahman Wiryosudarmo Kusumaningrat, ";
    // The last index of the largest list takes as many bytes as any.
    let size = |name: &str| {
        let claims = FrontClaims { status_index: 15_999_999, ..front_claims(name) };
        version(&sign_front(&office(), HOST, serial(255), &claims).unwrap())
    };
    let largest = |range: std::ops::RangeInclusive<usize>| range.map(|n| size(&letters[..n])).max().unwrap();
    assert!(largest(1..=40) <= 11, "{}", largest(1..=40));
    assert!(largest(41..=60) <= 13, "{}", largest(41..=60));
    // Sixty characters of two bytes each still fit a 13-M.
    assert!(size(&"é".repeat(60)) <= 13, "{}", size(&"é".repeat(60)));
}

#[test]
fn a_back_code_with_a_usual_portrait_fits_25_m() {
    assert!(version(&back()) <= 25, "{}", version(&back()));
}

#[test]
fn a_back_code_under_zlib_is_read_too_and_never_without_bound() {
    let zlib = |bytes: &[u8]| {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
        zlib.write_all(bytes).unwrap();
        base45::encode(&zlib.finish().unwrap())
    };
    let plain = base45::decode(&back()).unwrap();
    assert!(matches!(parse(&zlib(&plain)), Code::Back(_)));
    let mut bomb = plain;
    bomb.resize(4_000_000, 0);
    assert!(matches!(parse(&zlib(&bomb)), Code::Damaged | Code::Other));
}

#[test]
fn what_cannot_stand_in_a_code_is_refused_when_signing() {
    for name in ["", "   ", "Sri\nWahyuni", &"x".repeat(151)] {
        let refused = sign_front(&office(), HOST, serial(1), &front_claims(name));
        assert!(matches!(refused, Err(CredentialError::Name { .. })), "{name}");
    }
    for host in ["", "a b", "example.org/x", "example.org:", "example.org:99999", "ex\u{e4}mple.org", "a@b"] {
        let refused = sign_front(&office(), host, serial(1), &front_claims(NAME));
        assert!(matches!(refused, Err(CredentialError::Host { .. })), "{host}");
    }
    assert!(sign_front(&office(), "127.0.0.1:8443", serial(1), &front_claims(NAME)).is_ok());
    let claims = BackClaims { face_webp: vec![0; MAX_FACE_BYTES + 1], ..back_claims(NAME, serial(1)) };
    assert!(matches!(sign_back(&office(), &claims), Err(CredentialError::TooLong { .. })));
    let claims = BackClaims { face_webp: vec![], ..back_claims(NAME, serial(1)) };
    assert!(sign_back(&office(), &claims).is_err());
}

/// A front code around a payload of our choice, signed by the office.
fn signed(payload: Vec<u8>) -> Code {
    let aad = cbor::labelled("anjungan/front/1", &[serial(9).as_bytes(), HOST.to_uppercase().as_bytes()]);
    let code = cose::sign(office().pair(), Some(office().kid()), None, &aad, payload);
    parse(&format!("HTTPS://{}/V/{}#{}", HOST.to_uppercase(), serial(9), BASE32_NOPAD.encode(&code)))
}

#[test]
fn a_payload_in_another_form_is_damaged_even_with_a_good_signature() {
    let Code::Front(code) = parse(&front()) else { panic!("not a front code") };
    let good = BASE32_NOPAD.decode(front().split_once('#').unwrap().1.as_bytes()).unwrap();
    let payload = {
        let Value::Tag(_, inner) = cbor::strict(&good, cbor::Order::Sorted).unwrap() else { panic!() };
        inner.as_array().unwrap()[2].as_bytes().unwrap().clone()
    };
    assert_eq!(signed(payload.clone()), Code::Front(code));

    let mut trailing = payload.clone();
    trailing.push(0);
    assert_eq!(signed(trailing), Code::Damaged);

    let Value::Map(entries) = cbor::strict(&payload, cbor::Order::Sorted).unwrap() else { panic!() };
    let mut reversed = entries.clone();
    reversed.reverse();
    assert_eq!(signed(cbor::encode(&Value::Map(reversed))), Code::Damaged);
    let mut twice = entries.clone();
    twice.push(entries[0].clone());
    assert_eq!(signed(cbor::encode(&Value::Map(twice))), Code::Damaged);

    // Each claim is needed, and of its type; one that this version does not know is left alone.
    for gone in 0..entries.len() {
        let mut fewer = entries.clone();
        let (claim, _) = fewer.remove(gone);
        assert_eq!(signed(cbor::encode(&Value::Map(fewer))), Code::Damaged, "{claim:?}");
        let mut wrong = entries.clone();
        wrong[gone].1 = Value::Bool(true);
        assert_eq!(signed(cbor::encode(&Value::Map(wrong))), Code::Damaged, "{claim:?}");
    }
    let mut more = entries.clone();
    more.push((Value::from(77), Value::Bool(true)));
    assert!(matches!(signed(cbor::encode_sorted(Value::Map(more))), Code::Front(_)));
    // An hour in the day of issue would say when somebody stood at the desk.
    let mut hour = entries;
    hour[1].1 = Value::from(1_772_323_200 + 3_600);
    assert_eq!(signed(cbor::encode(&Value::Map(hour))), Code::Damaged);
}

/// A code of another project: `ed25519-signed` of the Claim 169 test vectors (jeremi/claim-169,
/// `test-vectors/valid`), with zlib, as that standard wants it. None of our cards, so no card to a
/// desk; but every layer of it is read as its makers meant it.
#[test]
fn a_test_vector_of_claim_169() {
    const QR: &str = concat!(
        "6BF590B20FFWJWG.FKJ05H7B0XKA8FA9DIWENPEJ/5P$DPQE88EB$CBECP9ERZC04E21DDF3/E96007F3ORAO001KL580 ",
        "B9%W5*B9C+9%R8646%86HKESED1/DRTC5UA QE$345$CVQEX.DX88WBK0NG8PB4 O/38TL6XDALLKLPQATHO.3ZPJMUAVQ",
        "FSB1:+B*21V FWMC6SU439YU774475LJ2U5T02$VBSIMLQ3:6J.E1-1STM$4",
    );
    // The key of RFC 8032's first example.
    let public = data_encoding::HEXLOWER
        .decode(b"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
        .unwrap();
    let bytes = back::unfold(QR).expect("base45 and zlib");
    let signed = cose::Signed::decode(&bytes, None, cbor::Order::Any).unwrap();
    assert_eq!(signed.verify(&public.try_into().unwrap(), &[]), Ok(()));
    let claims = Claims::decode(signed.payload(), cbor::Order::Any).unwrap();
    assert_eq!(claims.text(1), Some("https://mosip.example.org"));
    assert_eq!(claims.uint(6), Some(1_700_000_000));
    let identity = claims.identity().unwrap();
    assert_eq!(identity.text(1), Some("ID-SIGNED-001"));
    assert_eq!(identity.name().as_deref(), Ok("Signed Test Person"));
    assert_eq!(at_a_good_desk(&[QR]).verdict, Verdict::NotGenuine);
}

/// Signed with an algorithm that we do not know, and no COSE at all: `ecdsa-p256-signed` and `not-cose` of the same
/// vectors.
#[test]
fn test_vectors_of_claim_169_that_are_not_for_us() {
    const ES256: &str = concat!(
        "6BF390D20FFWJWG.FKX*4F7B0XKA8FA9DIWENPEJ/5P$DPQE88EB$CBECP9ERZC04E21DDF3/E96007F3ORAO001KL480 ",
        "B9OW5UM8SNA3W5746CP01Y8VS8MA85UA QE$345$CVQEX.D15839CZG0.SN7CP::K1QOD2S*GG4/0UR7X.E5-U-X2-GUPF7I:5",
        "SBQGZIY8NTXHRSE.YBIW6CZEAQTX%R08HJWP MPFBNN/KK.9$1C.3",
    );
    let bytes = back::unfold(ES256).expect("base45 and zlib");
    let decoded = cose::Signed::decode(&bytes, None, cbor::Order::Any);
    assert_eq!(decoded, Err(CredentialError::UnknownAlgorithm));
    assert_eq!(parse("6BFGPD$.PV0Q$LPFDQI00LTDH1"), Code::Other);
}

/// `eddsa-sig-01` of the COSE working group's examples (cose-wg/Examples, `eddsa-examples`): the signature is one that we
/// find good, and the document is one that we refuse, since it names its key outside the signature.
#[test]
fn a_test_vector_of_the_cose_working_group() {
    use coset::TaggedCborSerializable as _;
    const DOCUMENT: &[u8] = b"D28445A201270300A10442313154546869732069732074686520636F6E74656E742E58407142FD2FF96D56DB\
        85BEE905A76BA1D0B7321A95C8C4D3607C5781932B7AFB8711497DFA751BF40B58B3BCC32300B1487F3DB34085EEF013BF08F4A44D6FEF0D";
    // The key of RFC 8032's first example.
    const PUBLIC: &[u8] = b"D75A980182B10AB7D54BFED3C964073A0EE172F3DAA62325AF021A68F707511A";
    let hex = |text: &[u8]| data_encoding::HEXUPPER.decode(text).unwrap();
    let bytes = hex(DOCUMENT);
    let public: [u8; 32] = hex(PUBLIC).try_into().unwrap();
    let document = coset::CoseSign1::from_tagged_slice(&bytes).unwrap();
    let verify = |aad: &[u8]| {
        document.verify_signature(aad, |signature, message| key::verify(&public, message, signature))
    };
    assert_eq!(document.payload.as_deref(), Some(&b"This is the content."[..]));
    assert_eq!(verify(b""), Ok(()));
    assert_eq!(verify(b"other"), Err(CredentialError::BadSignature));
    let refused = cose::Signed::decode(&bytes, None, cbor::Order::Any);
    assert_eq!(refused, Err(CredentialError::Shape("COSE_Sign1")));
}
