//! A voice that reads the screen to whoever wears the headphones.

use std::io::Write;
use std::process::{Command, Stdio};

use super::player::installed;
use super::{SoundError, Speaker, Wave};
use crate::lang::Lang;

/// Says a sentence; a new one replaces one that is still spoken.
pub trait Voice: Send {
    fn say(&mut self, text: &str, lang: Lang) -> Result<(), SoundError>;

    fn hush(&mut self);
}

/// Nobody speaks: no headphones are named, or no voice is installed.
pub struct Silent;

impl Voice for Silent {
    fn say(&mut self, _: &str, _: Lang) -> Result<(), SoundError> {
        Ok(())
    }

    fn hush(&mut self) {}
}

/// `espeak-ng` into the headphones.
pub struct Espeak {
    headphones: Box<dyn Speaker>,
}

impl Espeak {
    /// `None` where the program is not installed.
    pub fn into_headphones(headphones: Box<dyn Speaker>) -> Option<Espeak> {
        installed("espeak-ng").then_some(Espeak { headphones })
    }
}

impl Voice for Espeak {
    fn say(&mut self, text: &str, lang: Lang) -> Result<(), SoundError> {
        self.hush();
        self.headphones.play("speech", &spoken(text, lang)?)
    }

    fn hush(&mut self) {
        self.headphones.hush();
    }
}

/// The text goes in by standard input: arguments can be read by everybody on the machine.
fn spoken(text: &str, lang: Lang) -> Result<Wave, SoundError> {
    let failed = |why| SoundError::Program { program: "espeak-ng".into(), why };
    let mut child = Command::new("espeak-ng")
        .args(["-v", lang.tag(), "-s", "150", "--stdin", "--stdout"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(text.as_bytes()).map_err(failed)?;
    }
    let file = child.wait_with_output().map_err(failed)?.stdout;
    Ok(Wave(samples(&file)))
}

/// The samples of a WAV file of [`super::RATE`], which is espeak-ng's own; espeak-ng writes sizes that it does not know yet, so
/// everything after the word `data` and its length counts.
fn samples(file: &[u8]) -> Vec<i16> {
    let data = file
        .windows(4)
        .position(|word| word == b"data")
        .map_or(&[][..], |at| file.get(at + 8..).unwrap_or_default());
    data.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::Folder;

    #[test]
    fn samples_are_found_behind_any_header() {
        assert_eq!(samples(b"RIFF....WAVEfmt data\xff\xff\xff\x7f\x01\x00\x02\x00"), [1, 2]);
        assert_eq!(samples(b"nothing here"), Vec::<i16>::new());
        assert_eq!(samples(b"data"), Vec::<i16>::new());
    }

    #[test]
    fn a_sentence_is_spoken_where_there_is_a_voice() {
        let folder = tempfile::tempdir().unwrap();
        let Some(mut voice) = Espeak::into_headphones(Box::new(Folder::new(folder.path()))) else {
            eprintln!("skipped: espeak-ng is not installed");
            return;
        };
        voice.say("Silakan pilih layanan", Lang::Id).unwrap();
        let length = folder.path().join("001-speech.wav").metadata().unwrap().len();
        assert!(length > 20_000, "half a second at least: {length} bytes");
    }
}
