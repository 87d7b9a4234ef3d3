//! Station: when the voice speaks. A screen is read once, when it is new; a button when the keypad
//! comes to it.

use super::screens::{self, App};

/// What was read last, without the digits that count down.
#[derive(Default)]
pub struct Reader {
    last: String,
}

impl Reader {
    /// What is to be said now, if it is another screen than before.
    pub fn news(&mut self, app: &App) -> Option<String> {
        self.of(&screens::texts_to_read(app))
    }

    fn of(&mut self, texts: &[String]) -> Option<String> {
        let text = texts.join(". ").replace("..", ".");
        let key: String = text.chars().filter(|c| !c.is_ascii_digit()).collect();
        if key == self.last {
            return None;
        }
        self.last = key;
        (!text.is_empty()).then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(words: &[&str]) -> Vec<String> {
        words.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_screen_is_read_once_and_a_countdown_does_not_make_it_new() {
        let mut reader = Reader::default();
        let first = reader.of(&texts(&["Terima kasih.", "Layar ini tertutup dalam 20 detik."]));
        assert_eq!(first.as_deref(), Some("Terima kasih. Layar ini tertutup dalam 20 detik."));
        assert_eq!(reader.of(&texts(&["Terima kasih.", "Layar ini tertutup dalam 19 detik."])), None);
        assert!(reader.of(&texts(&["Mohon buka mata"])).is_some());
        assert_eq!(reader.of(&[]), None);
        assert!(reader.of(&texts(&["Mohon buka mata"])).is_some(), "after an empty screen it is new again");
    }
}
