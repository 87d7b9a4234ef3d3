//! Floor 3: sound. What the station plays and says, and the devices that do it: a player program of
//! the system, or a folder that keeps what would have been heard.
//!
//! Signals are for everybody and go to the loudspeaker. Speech is about one person and goes to
//! headphones only: it has a device of its own, and without one nothing is ever spoken.

mod folder;
mod player;
mod voice;
mod wave;

use std::path::PathBuf;

pub use folder::Folder;
pub use player::Player;
pub use voice::{Espeak, Silent, Voice};
pub use wave::{RATE, Signal, Wave};

#[derive(Debug, thiserror::Error)]
pub enum SoundError {
    #[error(
        "no player was found: install pipewire (pw-play), pulseaudio-utils (paplay) or alsa-utils (aplay)"
    )]
    NoPlayer,
    #[error("{program}: {why}")]
    Program { program: String, why: std::io::Error },
    #[error("{path}: {why}", path = path.display())]
    Folder { path: PathBuf, why: std::io::Error },
    #[error("{0:?} is no place for sound: auto, none, alsa:DEVICE or dir:PATH")]
    Address(String),
}

/// Plays a wave. Returns once it has begun; a new one replaces one that still sounds.
pub trait Speaker: Send {
    fn play(&mut self, name: &str, wave: &Wave) -> Result<(), SoundError>;

    /// Ends what still sounds.
    fn hush(&mut self) {}
}

/// Opens `auto` (the first player that is installed), `alsa:DEVICE` or `dir:PATH`; `none` is nothing.
pub fn open(address: &str) -> Result<Option<Box<dyn Speaker>>, SoundError> {
    Ok(match address {
        "none" => None,
        "auto" => Some(Box::new(Player::found()?)),
        _ => match address.split_once(':') {
            Some(("alsa", device)) if !device.is_empty() => Some(Box::new(Player::alsa(device))),
            Some(("dir", path)) if !path.is_empty() => Some(Box::new(Folder::new(path))),
            _ => return Err(SoundError::Address(address.to_owned())),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        assert!(open("none").unwrap().is_none());
        assert!(open("alsa:plughw:1").unwrap().is_some());
        for wrong in ["", "alsa:", "dir:", "loud", "http://x"] {
            assert!(matches!(open(wrong), Err(SoundError::Address(_))), "{wrong}");
        }
    }

    #[test]
    fn a_folder_keeps_what_would_be_heard() {
        let folder = tempfile::tempdir().unwrap();
        let mut speaker = open(&format!("dir:{}", folder.path().display())).unwrap().unwrap();
        speaker.play("shutter", &Signal::Shutter.wave(80)).unwrap();
        speaker.play("valid", &Signal::Valid.wave(80)).unwrap();
        let mut names: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["001-shutter.wav", "002-valid.wav"]);
        let bytes = std::fs::read(folder.path().join("001-shutter.wav")).unwrap();
        assert_eq!((&bytes[..4], &bytes[8..12]), (&b"RIFF"[..], &b"WAVE"[..]));
        drop(folder);
        assert!(matches!(speaker.play("lost", &Signal::Fault.wave(1)), Err(SoundError::Folder { .. })));
    }
}
