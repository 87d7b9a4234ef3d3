//! Any bytes become a bounded picture or a named error, never a panic.
//! `cargo +nightly fuzz run photo_decode -- -max_len=65536 -rss_limit_mb=1024`
#![no_main]

use anjungan::photo::{MAX_PIXELS, decode};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    match decode(bytes) {
        Ok(picture) => {
            assert!(u64::from(picture.width()) * u64::from(picture.height()) <= MAX_PIXELS);
            assert!(picture.width().min(picture.height()) >= 64);
        }
        Err(error) => assert!(!error.to_string().is_empty() && !error.code().is_empty()),
    }
});
