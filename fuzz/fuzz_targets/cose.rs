//! Any bytes in the frames of our two codes: the COSE and CWT layers take them apart or refuse them, and what they take
//! apart verifies under no key: `cargo +nightly fuzz run cose`
#![no_main]

use anjungan::credential::{Code, TrustList, parse};
use data_encoding::BASE32_NOPAD;
use libfuzzer_sys::fuzz_target;

/// The public key of RFC 8032's first example: nothing here is signed with it.
const PUBLIC: [u8; 32] = [
    0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a, 0x0e,
    0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a,
];

/// RFC 9285, without its error cases.
fn base45(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    let mut text = String::new();
    for chunk in bytes.chunks(2) {
        let mut n = chunk.iter().fold(0, |n, &b| (n << 8) | usize::from(b));
        for _ in 0..=chunk.len() {
            text.push(char::from(ALPHABET[n % 45]));
            n /= 45;
        }
    }
    text
}

fuzz_target!(|bytes: &[u8]| {
    let front = format!("HTTPS://K.EXAMPLE/V/BEEQSCIJBEEQSCIJ#{}", BASE32_NOPAD.encode(bytes));
    if let Code::Front(code) = parse(&front) {
        assert!(code.verify(&PUBLIC).is_err());
        assert_eq!(code.signature().len(), 64);
        assert!(!code.claims.name.is_empty());
    }
    if let Code::Back(code) = parse(&base45(bytes)) {
        assert!(code.verify(&PUBLIC).is_err());
        assert!(!code.claims.face_webp.is_empty());
    }
    assert!(TrustList::verify(bytes, &PUBLIC, None).is_err());
});
