//! Hand scanners that type: a USB scanner is a keyboard that types a code within a moment and ends with Enter.
//!
//! Their keys are told from a person's by their pace: a hand needs a tenth of a second for a key, a scanner a few
//! thousandths.

use std::time::Duration;

use super::Key;

/// The longest pause within one code. The slowest scanners type 50 keys a second, and the machine may be busy.
const PAUSE: Duration = Duration::from_millis(120);
/// What is shorter is no code of a card, and may be a cat on the keyboard.
const SHORTEST: usize = 8;
/// A QR code of the largest version holds 4,296 characters of those that codes of cards use.
const LONGEST: usize = 4_296;

/// The text of a code that was typed. It may be somebody's: it is not for logs.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CodeText(pub String);

impl std::fmt::Debug for CodeText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CodeText(..)")
    }
}

/// What has been typed so far.
#[derive(Default)]
pub struct Wedge {
    typed: String,
    last: Duration,
}

impl Wedge {
    /// Would Enter end a code now?
    pub fn is_whole(&self, now: Duration) -> bool {
        now.saturating_sub(self.last) <= PAUSE && self.typed.len() >= SHORTEST
    }

    /// Takes a key. Some text where it was the Enter at the end of a code.
    pub fn key(&mut self, key: Key, now: Duration) -> Option<String> {
        if now.saturating_sub(self.last) > PAUSE {
            self.typed.clear();
        }
        self.last = now;
        match key {
            Key::Char(c) if self.typed.len() < LONGEST => self.typed.push(c),
            Key::Enter => {
                let typed = std::mem::take(&mut self.typed);
                return (typed.len() >= SHORTEST).then_some(typed);
            }
            // Too long for a code, or a key that no scanner sends.
            _ => self.typed.clear(),
        }
        None
    }
}

impl std::fmt::Debug for Wedge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wedge").field("keys", &self.typed.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text after these keys, each so many milliseconds after the one before.
    fn typed(text: &str, pause: u64) -> Option<String> {
        let mut wedge = Wedge::default();
        let mut now = Duration::from_secs(100);
        for c in text.chars() {
            now += Duration::from_millis(pause);
            let key = if c == '\n' { Key::Enter } else { Key::Char(c) };
            if let Some(text) = wedge.key(key, now) {
                return Some(text);
            }
        }
        None
    }

    #[test]
    fn a_scanner_types_a_code_and_a_person_does_not() {
        let code = "HTTPS://K.EXAMPLE/V/ABC#DEF";
        assert_eq!(typed(&format!("{code}\n"), 2).as_deref(), Some(code));
        assert_eq!(typed(&format!("{code}\n"), 20).as_deref(), Some(code));
        assert_eq!(typed(&format!("{code}\n"), 200), None);
        assert_eq!(typed(code, 2), None, "it is not at its end yet");
    }

    #[test]
    fn what_is_too_short_or_too_long_is_no_code() {
        assert_eq!(typed("1234567\n", 2), None);
        assert_eq!(typed("\n\n\n", 2), None);
        let long = "A".repeat(LONGEST + 1);
        assert_eq!(typed(&format!("{long}\n"), 1), None);
        assert_eq!(typed(&format!("{}\n", &long[1..]), 1).map(|text| text.len()), Some(LONGEST));
    }

    #[test]
    fn keys_of_long_ago_are_not_part_of_a_code() {
        let mut wedge = Wedge::default();
        let at = Duration::from_millis;
        for (i, c) in "abc".chars().enumerate() {
            assert_eq!(wedge.key(Key::Char(c), at(i as u64)), None);
        }
        for (i, c) in "12345678".chars().enumerate() {
            assert_eq!(wedge.key(Key::Char(c), at(1_000 + i as u64)), None);
        }
        assert_eq!(wedge.key(Key::Enter, at(1_009)).as_deref(), Some("12345678"));
        assert!(!format!("{wedge:?}").contains('1'));
    }
}
