//! What a receipt printer says, taken apart: answers to questions, status that it sends by itself, names, and the numbers by
//! which it confirms what is on paper. The kinds differ in their fixed bits, so one stream carries them all.

/// One thing said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// The answer to `DLE EOT n`.
    RealTime(u8),
    /// Automatic status (`GS a`): four bytes, sent whenever something changes.
    Changed([u8; 4]),
    /// The answer to `GS r 1`: everything before it has been worked off.
    InOrder,
    /// The answer to `GS ( H`: everything before this number is on paper.
    Confirmed(u16),
    /// The answer to `GS I n`: a name.
    Name(String),
}

/// Puts bytes together into words.
#[derive(Clone, Debug, Default)]
pub struct Ear {
    heard: Vec<u8>,
}

/// No answer is longer; what is, is noise.
const LONGEST: usize = 80;
/// First byte of the answers to `GS ( H`.
const PROCESS: u8 = 0x37;
/// First byte of the answers to `GS I`.
const NAME: u8 = 0x5f;

impl Ear {
    /// Takes the next byte; a word where it completes one.
    pub fn hear(&mut self, byte: u8) -> Option<Word> {
        self.heard.push(byte);
        match self.heard.as_slice() {
            [PROCESS | NAME, .., 0] => {
                let block = std::mem::take(&mut self.heard);
                return block_word(&block);
            }
            [PROCESS | NAME, ..] if self.heard.len() < LONGEST => return None,
            [PROCESS | NAME, ..] => self.heard.clear(),
            // The bits of ASB's later bytes are checked, so that a lost byte does not shift all that follows.
            [a, b, c, d] if is_change(*a) => {
                let word = [*a, *b, *c, *d];
                self.heard.clear();
                return Some(Word::Changed(word));
            }
            [a, .., last] if is_change(*a) => {
                if last & 0b1001_0000 != 0 {
                    let last = *last;
                    self.heard.clear();
                    return self.hear(last);
                }
            }
            [a] if is_change(*a) => {}
            [a] => {
                let byte = *a;
                self.heard.clear();
                if byte & 0b1001_0011 == 0b0001_0010 {
                    return Some(Word::RealTime(byte));
                }
                if byte & 0b1001_0000 == 0 {
                    return Some(Word::InOrder);
                }
            }
            _ => self.heard.clear(),
        }
        None
    }
}

fn is_change(byte: u8) -> bool {
    byte & 0b1001_0011 == 0b0001_0000
}

fn block_word(block: &[u8]) -> Option<Word> {
    match block {
        // Four characters of our choosing come back: hexadecimal digits.
        [PROCESS, 0x22, digits @ .., 0] => {
            let text = std::str::from_utf8(digits).ok()?;
            u16::from_str_radix(text, 16).ok().map(Word::Confirmed)
        }
        [NAME, name @ .., 0] => Some(Word::Name(String::from_utf8_lossy(name).trim().to_owned())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn heard(bytes: &[u8]) -> Vec<Word> {
        let mut ear = Ear::default();
        bytes.iter().filter_map(|byte| ear.hear(*byte)).collect()
    }

    #[test]
    fn kinds_are_told_apart_in_one_stream() {
        let bytes =
            [&[0x12, 0x00, 0x10, 0x00, 0x0c, 0x00][..], b"\x37\x2200fe\0", b"_EPSON\0", &[0x16]].concat();
        assert_eq!(
            heard(&bytes),
            [
                Word::RealTime(0x12),
                Word::InOrder,
                Word::Changed([0x10, 0, 0x0c, 0]),
                Word::Confirmed(0xfe),
                Word::Name("EPSON".to_owned()),
                Word::RealTime(0x16),
            ]
        );
    }

    #[test]
    fn a_broken_change_does_not_swallow_the_answer_after_it() {
        assert_eq!(heard(&[0x10, 0x00, 0x12]), [Word::RealTime(0x12)]);
    }

    proptest! {
        #[test]
        fn noise_is_survived_and_what_comes_after_is_heard(noise: Vec<u8>) {
            let mut ear = Ear::default();
            for byte in noise {
                ear.hear(byte);
            }
            let mut words = Vec::new();
            // An unfinished block ends at its zero at the latest, an unfinished change three bytes on.
            for byte in [0, 0, 0, 0, 0x12] {
                words.extend(ear.hear(byte));
            }
            prop_assert_eq!(words.last(), Some(&Word::RealTime(0x12)));
        }
    }
}
