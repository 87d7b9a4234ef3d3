//! Bytes of a spreadsheet's export to text: UTF-8, and where it is not, Windows-1252 (which holds
//! Latin-1). Decided field by field, so a list pasted together from two programs is read too.

use std::borrow::Cow;

/// What Windows-1252 has at 0x80 to 0x9f. The five free places keep their control characters.
const UPPER: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// The text, and whether it was UTF-8.
pub fn decode(bytes: &[u8]) -> (Cow<'_, str>, bool) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (Cow::Borrowed(text), true);
    }
    let text = bytes
        .iter()
        .map(|byte| match byte {
            0x80..=0x9f => UPPER[usize::from(byte - 0x80)],
            _ => char::from(*byte),
        })
        .collect();
    (Cow::Owned(text), false)
}

/// The byte that this letter is in Windows-1252.
pub fn windows_byte(letter: char) -> Option<u8> {
    match u32::from(letter) {
        code @ (0..=0x7f | 0xa0..=0xff) => u8::try_from(code).ok(),
        _ => UPPER.iter().position(|known| *known == letter).and_then(|at| u8::try_from(0x80 + at).ok()),
    }
}

/// A field as people mean it: no blanks around, one space inside, no non-breaking ones.
pub fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c == '\u{feff}').filter(|word| !word.is_empty()) {
        if !tidy.is_empty() {
            tidy.push(' ');
        }
        tidy.push_str(word);
    }
    tidy
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_encodings() {
        assert_eq!(decode("André".as_bytes()), (Cow::Borrowed("André"), true));
        assert_eq!(decode(b"Andr\xe9"), (Cow::Owned("André".to_owned()), false));
        assert_eq!(decode(b"Nur\x92aini").0, "Nur’aini");
        assert_eq!(tidy("  Siti\u{a0} Nur'aini,\n M.Si. "), "Siti Nur'aini, M.Si.");
    }
}
