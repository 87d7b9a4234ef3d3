//! What was chosen at the screen, in a file of the data folder: `setup.toml`. It is written whole or not at all, and
//! stands before the configuration, which belongs to root.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::config::StationConfig;
use crate::session::Chosen;

const FILE: &str = "setup.toml";

#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    #[error("{path}: {source}", path = path.display())]
    File { path: PathBuf, source: io::Error },
    /// The line, and not what stands in it: root reads this file too.
    #[error("{path}, line {line}: this is no record of a set-up", path = path.display())]
    Shape { path: PathBuf, line: usize },
    #[error("the set-up cannot be written as TOML: {0}")]
    Write(#[from] toml::ser::Error),
}

pub fn path(data_dir: &Path) -> PathBuf {
    data_dir.join(FILE)
}

/// What is there; the beginning where nothing is.
pub fn load(data_dir: &Path) -> Result<Chosen, SetupError> {
    let path = path(data_dir);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Chosen::default()),
        Err(source) => return Err(SetupError::File { path, source }),
    };
    toml::from_str(&text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start).min(text.len());
        let line = text.as_bytes()[..at].split(|byte| *byte == b'\n').count();
        SetupError::Shape { path, line }
    })
}

/// The same for a program that has to start: a record that cannot be read costs the choices, not the station.
pub fn load_or_begin(data_dir: &Path) -> Chosen {
    load(data_dir).unwrap_or_else(|error| {
        tracing::error!(%error, "what was chosen at the screen is not used");
        Chosen::default()
    })
}

/// On the disk when this returns, or as it was.
pub fn keep(data_dir: &Path, chosen: &Chosen) -> Result<(), SetupError> {
    let text = toml::to_string(chosen)?;
    let (path, new) = (path(data_dir), data_dir.join(".setup.toml.new"));
    let failed = |source| SetupError::File { path: path.clone(), source };
    let written = || -> io::Result<()> {
        fs::create_dir_all(data_dir)?;
        let mut file = File::create(&new)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, &path)?;
        File::open(data_dir)?.sync_all()
    };
    written().map_err(failed)
}

/// The configuration as it counts, with what was chosen at the screen.
pub fn overlay(config: &mut StationConfig, chosen: &Chosen) {
    if let Some(language) = chosen.language {
        config.language = language;
    }
    if chosen.printer.is_some() {
        config.printer.clone_from(&chosen.printer);
    }
    if let Some(face) = &chosen.face {
        config.cameras.face.clone_from(face);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Lang;
    use crate::session::SetupStep;
    use crate::turn::{TouchMap, Turn};

    #[test]
    fn what_was_kept_comes_back_and_the_file_is_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        assert_eq!(load(&data).unwrap(), Chosen::default());
        let chosen = Chosen {
            language: Some(Lang::En),
            printer: Some("escpos+file:/dev/usb/lp0".into()),
            face: Some("v4l:///dev/video2".into()),
            turn: Turn::Left,
            trial: Some(Turn::None),
            code_unread: true,
            done: vec![SetupStep::Language, SetupStep::Network],
            touch: Some(TouchMap { swap: true, flip_x: false, flip_y: true }),
        };
        keep(&data, &chosen).unwrap();
        assert_eq!(load(&data).unwrap(), chosen);
        keep(&data, &Chosen::default()).unwrap();
        assert_eq!(load(&data).unwrap(), Chosen::default());
        let names: Vec<_> = fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, [FILE], "nothing else stays behind");
    }

    #[test]
    fn a_record_that_cannot_be_read_is_said_with_its_line_alone_and_the_station_begins_anew() {
        let folder = tempfile::tempdir().unwrap();
        for text in ["turn = 45\n", "secret = \"x\"\n", "touch = { swap = 3 }\n"] {
            fs::write(path(folder.path()), text).unwrap();
            let said = load(folder.path()).unwrap_err().to_string();
            assert!(said.contains("line 1") && !said.contains("secret"), "{said}");
            assert_eq!(load_or_begin(folder.path()), Chosen::default());
        }
    }

    #[test]
    fn what_the_screen_chose_stands_before_the_file_and_what_it_left_open_does_not() {
        let mut config = StationConfig { printer: Some("dir:a".into()), ..StationConfig::default() };
        overlay(&mut config, &Chosen::default());
        assert_eq!(config.printer.as_deref(), Some("dir:a"));
        let chosen =
            Chosen { printer: Some("dir:b".into()), face: Some("demo:".into()), ..Chosen::default() };
        overlay(&mut config, &chosen);
        assert_eq!((config.printer.as_deref(), config.cameras.face.as_str()), (Some("dir:b"), "demo:"));
    }
}
