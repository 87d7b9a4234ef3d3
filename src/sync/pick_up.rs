//! Pick-up codes: what a person is given when the card comes later.

use rand_core::CryptoRng;

/// Letters that are told apart on a worn slip and spell no words: no vowels, no digits.
pub const ALPHABET: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

/// `count` random letters of [`ALPHABET`].
pub fn letters(count: usize, rng: &mut impl CryptoRng) -> String {
    let mut text = String::with_capacity(count);
    while text.len() < count {
        let mut byte = [0];
        rng.fill_bytes(&mut byte);
        // 240 is the largest multiple of 20 in a byte: each letter is equally likely.
        if byte[0] < 240 {
            text.push(char::from(ALPHABET[usize::from(byte[0] % 20)]));
        }
    }
    text
}

/// A new code, as it is shown: `XXXX-XXXX`, 34 random bits. The server limits guesses.
pub fn new_code(rng: &mut impl CryptoRng) -> String {
    let text = letters(8, rng);
    format!("{}-{}", &text[..4], &text[4..])
}

/// The code as it travels: letters and digits only, in capitals, however it was typed.
pub fn normal(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_the_same_however_it_is_typed() {
        let code = new_code(&mut crate::clock::os_random());
        assert_eq!(code.len(), 9);
        assert_eq!(normal(&code).len(), 8);
        assert!(normal(&code).bytes().all(|byte| ALPHABET.contains(&byte)));
        let typed = format!(" {} ", code.to_lowercase().replace('-', " "));
        assert_eq!(normal(&typed), normal(&code));
        assert_ne!(normal(&code), normal(&new_code(&mut crate::clock::os_random())));
    }
}
