//! Base45 (RFC 9285): bytes in the 45 characters of a QR code's alphanumeric mode.
//!
//! Thirty lines of our own rather than the crate `base45`: its reader (3.2) lets a last pair beyond
//! 255 wrap around, and a reader of codes has to refuse the second spelling of the same bytes.

const ALPHABET: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/// Two bytes become three characters, a last single byte two.
pub(super) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(2) * 3);
    for chunk in bytes.chunks(2) {
        let mut n = chunk.iter().fold(0_usize, |n, &b| (n << 8) | usize::from(b));
        for _ in 0..=chunk.len() {
            text.push(char::from(ALPHABET[n % 45]));
            n /= 45;
        }
    }
    text
}

/// `None` for a character outside the alphabet, a length that no encoder leaves, or a group whose
/// value is beyond its bytes.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 3 * 2 + 1);
    for chunk in text.as_bytes().chunks(3) {
        let mut n = 0_u32;
        for &c in chunk.iter().rev() {
            let digit = ALPHABET.iter().position(|&a| a == c)?;
            n = n * 45 + u32::try_from(digit).ok()?;
        }
        match chunk.len() {
            3 => bytes.extend(u16::try_from(n).ok()?.to_be_bytes()),
            2 => bytes.push(u8::try_from(n).ok()?),
            _ => return None,
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_rfc_9285() {
        for (bytes, text) in
            [("AB", "BB8"), ("Hello!!", "%69 VD92EX0"), ("base-45", "UJCLQE7W581"), ("ietf!", "QED8WEX0")]
        {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text).as_deref(), Some(bytes.as_bytes()));
        }
    }

    #[test]
    fn what_no_encoder_writes_is_refused() {
        for bad in ["GGW", ":::", "::", "A", "BB8A", "bb8", "B\u{e9}8"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }
}
