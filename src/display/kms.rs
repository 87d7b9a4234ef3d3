//! What can be said about the bare console before it is used. Without permission for the screen
//! the window fails late and in other words; without input devices it runs deaf and says nothing.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::PathBuf;

use super::{DisplayError, density};

pub fn check() -> Result<(), DisplayError> {
    screen(devices("/dev/dri", "card"))?;
    let inputs = devices("/dev/input", "event");
    if !inputs.iter().any(|path| File::open(path).is_ok()) {
        tracing::warn!(
            found = inputs.len(),
            "no input device can be read: the screen will show and not react to touch \
             (the station's user has to be in the group input)"
        );
    }
    Ok(())
}

/// Of the first connected display that states its size, in inches.
pub fn diagonal() -> Option<f32> {
    connected("/sys/class/drm").iter().find_map(|edid| density::diagonal_of_edid(edid))
}

/// The EDID of each connected display.
fn connected(folder: &str) -> Vec<Vec<u8>> {
    let mut connectors = devices(folder, "card");
    connectors.sort();
    let plugged = |path: &PathBuf| {
        fs::read_to_string(path.join("status")).is_ok_and(|status| status.trim() == "connected")
    };
    connectors
        .iter()
        .filter(|path| plugged(path))
        .filter_map(|path| fs::read(path.join("edid")).ok())
        .collect()
}

/// One card that can be opened for reading and writing is enough.
fn screen(cards: Vec<PathBuf>) -> Result<(), DisplayError> {
    let mut refused: Option<(PathBuf, io::Error)> = None;
    for path in cards {
        match OpenOptions::new().read(true).write(true).open(&path) {
            Ok(_) => return Ok(()),
            Err(why) => refused = Some((path, why)),
        }
    }
    Err(match refused {
        Some((path, why)) => DisplayError::NoPermission { path: path.display().to_string(), why },
        None => DisplayError::NoDevice,
    })
}

fn devices(folder: &str, prefix: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
        .map(|entry| entry.path())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_card_and_a_card_that_cannot_be_opened_are_two_errors() {
        assert!(matches!(screen(Vec::new()), Err(DisplayError::NoDevice)));
        let folder = tempfile::tempdir().unwrap();
        // A folder cannot be opened for writing, not even by root.
        let error = screen(vec![folder.path().to_owned()]).unwrap_err();
        assert!(matches!(error, DisplayError::NoPermission { .. }), "{error}");
        let card = folder.path().join("card0");
        File::create(&card).unwrap();
        assert!(screen(vec![folder.path().to_owned(), card]).is_ok());
    }

    #[test]
    fn only_devices_of_the_name_count() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["card0", "renderD128", "by-path"] {
            File::create(folder.path().join(name)).unwrap();
        }
        let found = devices(&folder.path().display().to_string(), "card");
        assert_eq!(found, [folder.path().join("card0")]);
        assert!(devices("/nowhere/at/all", "card").is_empty());
    }
}
