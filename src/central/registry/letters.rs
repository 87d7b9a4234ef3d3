//! Letters as a card can draw them: ligatures and wide forms become plain letters, what cannot be seen is
//! dropped, text that was read in the wrong encoding is put right, and what no font here has is named.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use super::text::windows_byte;
use crate::card::letter_widths;

/// The text as it can be drawn, and whether it had been read in the wrong encoding.
pub fn folded(text: &str) -> (Cow<'_, str>, bool) {
    if text.is_ascii() {
        return (Cow::Borrowed(text), false);
    }
    let righted = righted(text);
    let was_wrong = righted.is_some();
    let text = righted.as_deref().unwrap_or(text);
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        if unseen(letter) {
            continue;
        }
        match wide(letter) {
            Some(plainly) => plain.push_str(plainly),
            None => match letter {
                '\u{ff01}'..='\u{ff5e}' => {
                    plain.extend(char::from_u32(u32::from(letter) - 0xfee0));
                }
                '\u{300}'..='\u{36f}' => match plain.pop() {
                    Some(base) => match composed(base, letter) {
                        Some(one) => plain.push(one),
                        None => plain.extend([base, letter]),
                    },
                    None => plain.push(letter),
                },
                _ => plain.push(letter),
            },
        }
    }
    (Cow::Owned(plain), was_wrong)
}

/// The first letter that no card can draw.
pub fn undrawable(text: &str) -> Option<char> {
    text.chars().find(|letter| (!letter.is_ascii() || letter.is_ascii_control()) && !drawn(*letter))
}

/// The first letter that cannot be seen.
pub fn first_unseen(text: &str) -> Option<char> {
    text.chars().find(|letter| unseen(*letter))
}

fn drawn(letter: char) -> bool {
    /// Beyond it stand the signs of other scripts, private use and the like, of which these fonts have none.
    const LAST: char = '\u{24ff}';
    static KNOWN: LazyLock<Mutex<HashMap<char, bool>>> = LazyLock::new(Mutex::default);
    if letter > LAST || letter.is_control() {
        return false;
    }
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    // In each weight that a card is set in.
    let drawn = || [400, 600, 700].into_iter().all(|weight| letter_widths(&[letter], weight)[0].is_some());
    *known.entry(letter).or_insert_with(drawn)
}

/// Takes no room and changes how the letters beside it stand, or nothing at all.
fn unseen(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// One sign for several letters, or another shape of one.
fn wide(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ﬀ' => "ff",
        'ﬁ' => "fi",
        'ﬂ' => "fl",
        'ﬃ' => "ffi",
        'ﬄ' => "ffl",
        'ﬅ' | 'ﬆ' => "st",
        'Ĳ' => "IJ",
        'ĳ' => "ij",
        'Ǆ' => "DŽ",
        'ǆ' => "dž",
        'Ǉ' => "LJ",
        'ǉ' => "lj",
        'Ǌ' => "NJ",
        'ǌ' => "nj",
        '\u{2010}' | '\u{2011}' | '\u{2212}' => "-",
        'ʼ' | 'ʹ' | '′' | '＇' => "’",
        'ʻ' => "‘",
        '\u{3000}' => " ",
        '№' => "No.",
        _ => return None,
    })
}

/// A letter and the mark behind it as the one letter that fonts have.
fn composed(base: char, mark: char) -> Option<char> {
    let (bases, whole) = match mark {
        '\u{300}' => ("aeiouAEIOU", "àèìòùÀÈÌÒÙ"),
        '\u{301}' => ("aeiouyAEIOUYcnszCNSZ", "áéíóúýÁÉÍÓÚÝćńśźĆŃŚŹ"),
        '\u{302}' => ("aeiouAEIOU", "âêîôûÂÊÎÔÛ"),
        '\u{303}' => ("anoANO", "ãñõÃÑÕ"),
        '\u{304}' => ("aeiouAEIOU", "āēīōūĀĒĪŌŪ"),
        '\u{306}' => ("agAG", "ăğĂĞ"),
        '\u{308}' => ("aeiouyAEIOUY", "äëïöüÿÄËÏÖÜŸ"),
        '\u{30a}' => ("auAU", "åůÅŮ"),
        '\u{30c}' => ("cszCSZ", "čšžČŠŽ"),
        '\u{327}' => ("csCS", "çşÇŞ"),
        _ => return None,
    };
    bases.chars().zip(whole.chars()).find(|(known, _)| *known == base).map(|(_, one)| one)
}

/// UTF-8 that somebody has read as Windows-1252 (`Nurâ€™aini`), as it was; whole, or word by word.
fn righted(text: &str) -> Option<String> {
    // What a first byte of two, three or four looks like then.
    if !text.contains(|c: char| ('\u{c2}'..='\u{f4}').contains(&c)) {
        return None;
    }
    again(text).or_else(|| {
        let mut any = false;
        let words: Vec<Cow<'_, str>> = text
            .split(' ')
            .map(|word| match again(word) {
                Some(right) => {
                    any = true;
                    Cow::Owned(right)
                }
                None => Cow::Borrowed(word),
            })
            .collect();
        any.then(|| words.join(" "))
    })
}

fn again(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let bytes: Vec<u8> = text.chars().map(windows_byte).collect::<Option<_>>()?;
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        folded(text).0.into_owned()
    }

    #[test]
    fn what_can_be_plain_becomes_plain() {
        assert_eq!(plain("Tauﬁk Contoh"), "Taufik Contoh");
        assert_eq!(plain("\u{202a}Sari\u{202c} Umpama\u{200b}"), "Sari Umpama");
        assert_eq!(plain("Ｗｉｒａ"), "Wira");
        assert_eq!(plain("Rene\u{301}"), "René");
        assert_eq!(plain("Sri"), "Sri");
        for good in ["Taufik Contoh", "René Nur’aini", "Dra. Siti Nur'aini, M.Si."] {
            assert_eq!((plain(good).as_str(), undrawable(good)), (good, None), "{good}");
        }
    }

    #[test]
    fn what_was_read_in_the_wrong_encoding_is_put_right_and_said() {
        assert_eq!(folded("Nurâ€™aini"), (Cow::Owned("Nur’aini".to_owned()), true));
        assert_eq!(folded("RenÃ© Nur’aini"), (Cow::Owned("René Nur’aini".to_owned()), true));
        for honest in ["René", "Âni", "Müller", "Nur’aini", "Niño Ñandú"] {
            assert_eq!(folded(honest), (Cow::Owned(honest.to_owned()), false));
        }
    }

    #[test]
    fn what_no_card_can_draw_is_named() {
        assert_eq!(undrawable("Nur\u{fffd}aini"), Some('\u{fffd}'));
        assert_eq!(undrawable("\u{f0b7} Dinas"), Some('\u{f0b7}'));
        assert_eq!(undrawable("Вира"), Some('В'));
        assert_eq!(undrawable("\u{1d5ea}ira"), Some('\u{1d5ea}'));
        assert_eq!(undrawable("سري"), Some('س'));
        assert_eq!(undrawable("a\u{7}"), Some('\u{7}'));
    }
}
