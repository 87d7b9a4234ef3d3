//! The fingerprint of a station's keys: what an administrator compares on two screens.

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE32_NOPAD;
use sha2::{Digest, Sha256};

const DOMAIN: &[u8] = b"anjungan/station-keys/1";
/// Bytes that are kept of the hash: 120 bits, so that nobody finds other keys with the same fingerprint.
const BYTES: usize = 15;
/// Letters of a group.
const GROUP: usize = 4;

/// Names both keys of a station, the one that proves who it is and the one that the region's key is sealed to.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; BYTES]);

/// What was typed or read is no fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a fingerprint has 24 letters and digits")]
pub struct NotAFingerprint;

impl Fingerprint {
    pub fn of(device_public: &[u8; 32], sealing_public: &[u8; 32]) -> Fingerprint {
        let mut hash = Sha256::new();
        for part in [DOMAIN, device_public, sealing_public] {
            hash.update(part);
        }
        let mut kept = [0; BYTES];
        kept.copy_from_slice(&hash.finalize()[..BYTES]);
        Fingerprint(kept)
    }

    /// As it stands in an address: no blanks.
    pub fn plain(&self) -> String {
        BASE32_NOPAD.encode(&self.0)
    }

    /// The page of the server at `central_url` on which an administrator approves it. The station shows it as a QR
    /// code.
    pub fn page(&self, central_url: &str) -> String {
        format!("{}{}{}", central_url.trim_end_matches('/'), Self::PATH, self.plain())
    }

    /// The folder of that page.
    pub const PATH: &'static str = "/kantor/kunci/";
}

/// In groups of four, as people read it.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = self.plain();
        for at in (0..plain.len()).step_by(GROUP) {
            let group = &plain[at..(at + GROUP).min(plain.len())];
            write!(f, "{}{group}", if at == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

/// Groups, blanks, dashes and small letters do not matter.
impl FromStr for Fingerprint {
    type Err = NotAFingerprint;

    fn from_str(text: &str) -> Result<Fingerprint, NotAFingerprint> {
        let letters: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(|c| c.to_ascii_uppercase())
            .take(BYTES * 2)
            .collect();
        let bytes = BASE32_NOPAD.decode(letters.as_bytes()).map_err(|_| NotAFingerprint)?;
        bytes.try_into().map(Fingerprint).map_err(|_| NotAFingerprint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_keys_count_and_what_is_read_in_groups_is_the_same() {
        let print = Fingerprint::of(&[1; 32], &[2; 32]);
        for other in [
            Fingerprint::of(&[1; 32], &[3; 32]),
            Fingerprint::of(&[3; 32], &[2; 32]),
            Fingerprint::of(&[2; 32], &[1; 32]),
        ] {
            assert_ne!(other, print);
        }
        let shown = print.to_string();
        assert_eq!((shown.len(), shown.split(' ').count(), print.plain().len()), (29, 6, 24));
        for typed in [
            shown.clone(),
            print.plain(),
            shown.to_lowercase(),
            shown.replace(' ', "-"),
            format!(" {shown}\n"),
        ] {
            assert_eq!(typed.parse(), Ok(print), "{typed}");
        }
        let plain = print.plain();
        for bad in [
            "",
            "ABCD",
            &plain[1..],
            &format!("{plain}A"),
            &plain.replace(&plain[..1], "1"),
            &"A".repeat(10_000),
        ] {
            assert_eq!(bad.parse::<Fingerprint>(), Err(NotAFingerprint), "{bad}");
        }
        assert_eq!(
            print.page("https://kantor.example/"),
            format!("https://kantor.example/kantor/kunci/{plain}")
        );
    }
}
