//! A folder in place of a loudspeaker: what would be heard, as numbered WAV files.

use std::path::PathBuf;

use super::{SoundError, Speaker, Wave};

pub struct Folder {
    path: PathBuf,
    count: usize,
}

impl Folder {
    pub fn new(path: impl Into<PathBuf>) -> Folder {
        Folder { path: path.into(), count: 0 }
    }
}

impl Speaker for Folder {
    fn play(&mut self, name: &str, wave: &Wave) -> Result<(), SoundError> {
        self.count += 1;
        let path = self.path.join(format!("{:03}-{name}.wav", self.count));
        std::fs::write(&path, wave.to_wav()).map_err(|why| SoundError::Folder { path, why })
    }
}
