//! A camera: whether its pictures can be taken, and who has it otherwise.

use std::fs;
use std::path::Path;

use super::{Answer, Part, Verdict};
use crate::camera::{self, Held};

/// What the kernel calls a process of the station.
const STATION: &str = env!("CARGO_PKG_NAME");

/// A camera: its device can be opened, its folder read. Whether its picture is good the photo page shows.
pub struct Camera {
    pub role: &'static str,
    pub uri: String,
}

impl Part for Camera {
    fn name(&self) -> &'static str {
        self.role
    }

    fn check(&self) -> Answer {
        let (scheme, rest) = self.uri.split_once(':').unwrap_or((&self.uri, ""));
        // What stands after a question mark is how the camera is wanted, not where it is.
        let place = rest.split('?').next().unwrap_or(rest);
        let path = Path::new(place.strip_prefix("//").unwrap_or(place));
        match scheme {
            "v4l" => device(&self.uri, path),
            "dir" | "shown" if path.exists() => Answer::well(format!("{} is there", self.uri)),
            "dir" | "shown" => Answer::new(
                Verdict::Fault,
                format!("{} is not there", self.uri),
                "Correct the path in the configuration.",
            ),
            "demo" => Answer::new(
                Verdict::Attention,
                "a drawn person, no camera",
                "Name a real camera before people come.",
            ),
            _ => Answer::new(
                Verdict::Unknown,
                format!("{:?} is no kind of camera that can be looked at here", self.uri),
                "Write v4l:///dev/video0 or dir:PATH.",
            ),
        }
    }
}

fn device(uri: &str, path: &Path) -> Answer {
    // Closed at once, or this would be who has it open.
    if let Err(error) = fs::OpenOptions::new().read(true).write(true).open(path).map(drop) {
        return Answer::new(
            Verdict::Fault,
            format!("{uri} cannot be opened: {error}"),
            "Plug the camera in; the station's user must be in the group video.",
        );
    }
    match holder(path).as_deref() {
        None => pictures(uri, camera::could_hold(uri)),
        Some(STATION) => Answer::well(format!("{uri} can be opened; the station uses it now")),
        Some(other) => used(uri, other),
    }
}

/// The program that has a device open, among those that can be seen. The station's own must not be disturbed.
fn holder(device: &Path) -> Option<String> {
    let folders = |path: &Path| fs::read_dir(path).into_iter().flatten().flatten();
    let holds = |process: &Path| {
        folders(&process.join("fd")).any(|file| fs::read_link(file.path()).is_ok_and(|open| open == device))
    };
    let process = folders(Path::new("/proc")).find(|process| holds(&process.path()))?;
    Some(fs::read_to_string(process.path().join("comm")).unwrap_or_default().trim().to_owned())
}

fn used(uri: &str, by: &str) -> Answer {
    let next = "Close what uses it; the station has the camera alone.";
    Answer::new(Verdict::Attention, format!("{uri} is used by {by}"), next)
}

/// A device that may be read is not yet one whose pictures can be taken.
fn pictures(uri: &str, held: Result<Held, String>) -> Answer {
    // A camera that can hold nothing is no fault: its plate is looked at more often.
    let also = match held {
        Ok(Held { exposure: true, white: true }) => "exposure and white balance can be held",
        Ok(Held { exposure: true, white: false }) => "exposure can be held, white balance not",
        Ok(Held { exposure: false, white: true }) => "white balance can be held, exposure not",
        Ok(Held { exposure: false, white: false }) => {
            "it cannot hold exposure or white balance, which is fine"
        }
        // EBUSY.
        Err(why) if why.contains("os error 16") => return used(uri, "another program"),
        Err(why) => {
            return Answer::new(
                Verdict::Fault,
                format!("{uri} is there and gives no pictures: {why}"),
                "Choose another of the camera's devices (v4l2-ctl --list-devices), or another camera.",
            );
        }
    };
    Answer::well(format!("{uri} can be opened; {also}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_that_gives_no_pictures_is_a_fault() {
        let none = pictures("v4l:///dev/video1", Err("CameraFormat: Failed to Fufill".to_owned()));
        assert!(none.verdict == Verdict::Fault && !none.next.is_empty(), "{}", none.said);
        let busy = std::io::Error::from_raw_os_error(rustix::io::Errno::BUSY.raw_os_error());
        let used = pictures("v4l:///dev/video0", Err(format!("1280x960: {busy}")));
        assert!(used.verdict == Verdict::Attention && used.said.contains("used by"), "{}", used.said);
        assert_eq!(pictures("v4l:///dev/video0", Ok(Held::default())).verdict, Verdict::Well);
    }

    #[test]
    fn who_has_a_device_open_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap().join("video0");
        let held = fs::File::create(&path).unwrap();
        assert!(holder(&path).is_some());
        drop(held);
        assert_eq!(holder(&path), None);
    }
}
