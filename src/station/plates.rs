//! Station: the clean plates of this place. One for each side of the two-coloured cloth and one
//! for any other wall, so that the cloth can be turned without taking it anew.
//!
//! Plates are no secret and show nobody; they lie as PNG in the data folder.

use std::fs::{self, File};
use std::io::{self, Cursor, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use image::{ImageFormat, RgbImage};

use crate::camera::{Camera, CameraError};
use crate::photo::plate::{Maker, PlateProblem};
use crate::photo::{self, Cloth, Kept, Models, Staleness};
use crate::session::PlateState;

/// Frames of a plate: a second or two of a camera.
pub const FRAMES: usize = 30;
/// Frames that are let go first, while the camera finds its exposure.
const SETTLING: usize = 5;
/// A camera that sends nothing for so long ends the attempt.
const PATIENCE: Duration = Duration::from_secs(3);
/// So many looks in a row must say that a plate no longer holds, and so many that it does again:
/// somebody who leans in at the side is not another wall.
const BELIEVED: u32 = 3;
const BELIEVED_AGAIN: u32 = 2;

/// The plates of one side of the cloth, of the other, and of any other wall.
pub const FILES: [&str; 3] = ["plate-red.png", "plate-blue.png", "plate.png"];

/// Why no plate was taken.
#[derive(Debug, thiserror::Error)]
pub enum PlateError {
    #[error(transparent)]
    Camera(#[from] CameraError),
    #[error(transparent)]
    Problem(#[from] PlateProblem),
    #[error("the empty backdrop cannot be kept: {0}")]
    Disk(#[from] io::Error),
    #[error("the empty backdrop cannot be written as PNG: {0}")]
    Png(#[from] image::ImageError),
}

/// One file of the shelf.
struct Place {
    cloth: Option<Cloth>,
    file: PathBuf,
    /// As it was when it was read.
    written: Option<SystemTime>,
    kept: Option<Kept>,
}

/// The plates of the data folder, and the one of the camera itself where it brings one.
pub struct Plates {
    places: Vec<Place>,
    own: Option<Kept>,
    verdict: Verdict,
}

/// What the last looks at the plate said.
#[derive(Default)]
struct Verdict {
    believed: Option<Staleness>,
    against: u32,
    last: Option<Staleness>,
}

impl Plates {
    /// Reads what is there. A plate that cannot be read is as good as none, and the log says so.
    #[allow(clippy::similar_names, reason = "places of plates")]
    pub fn open(folder: &Path) -> Plates {
        let place = |cloth, name| Place { cloth, file: folder.join(name), written: None, kept: None };
        let [red, blue, any] = FILES;
        let places = vec![place(Some(Cloth::Red), red), place(Some(Cloth::Blue), blue), place(None, any)];
        let mut plates = Plates { places, own: None, verdict: Verdict::default() };
        plates.refresh();
        plates
    }

    /// Reads anew what another program (the technician's command) has written since.
    pub fn refresh(&mut self) {
        for place in &mut self.places {
            let written = fs::metadata(&place.file).and_then(|file| file.modified()).ok();
            if written == place.written {
                continue;
            }
            self.verdict = Verdict::default();
            place.written = written;
            place.kept = written.and_then(|_| read(&place.file)).map(Kept::new);
        }
    }

    /// The plate that a camera brings with it stands before those of the place.
    pub fn bring(&mut self, camera: &mut dyn Camera) {
        self.own = camera
            .plate()
            .unwrap_or_else(|error| {
                tracing::warn!(%error, "the camera's clean plate cannot be read");
                None
            })
            .map(Kept::new);
    }

    /// From now on the place's plates count.
    pub fn forget_own(&mut self) {
        self.own = None;
    }

    /// Puts a new plate in its side's place; it is on the disk when this returns.
    pub fn keep(&mut self, picture: RgbImage) -> Result<Option<Cloth>, PlateError> {
        let kept = Kept::new(picture);
        let cloth = kept.cloth();
        let Some(place) = self.places.iter_mut().find(|place| place.cloth == cloth) else {
            return Ok(cloth);
        };
        let mut png = Cursor::new(Vec::new());
        kept.picture.write_to(&mut png, ImageFormat::Png)?;
        write_whole(&place.file, png.get_ref())?;
        place.written = fs::metadata(&place.file).and_then(|file| file.modified()).ok();
        place.kept = Some(kept);
        self.verdict = Verdict::default();
        Ok(cloth)
    }

    /// The plate that is most like what stands behind the person in this frame. One of another
    /// size is of another camera and never chosen.
    pub fn best(&self, frame: &RgbImage) -> Option<&Kept> {
        let fitting = |kept: &&Kept| kept.picture.dimensions() == frame.dimensions();
        if let Some(own) = self.own.as_ref().filter(fitting) {
            return Some(own);
        }
        let mut all: Vec<&Kept> =
            self.places.iter().filter_map(|place| place.kept.as_ref()).filter(fitting).collect();
        if all.len() > 1 {
            all.sort_by(|a, b| a.misfit(frame).total_cmp(&b.misfit(frame)));
        }
        all.first().copied()
    }

    /// Looks whether the plate still holds, and says what to believe after several looks.
    pub fn look(&mut self, frame: &RgbImage) -> PlateState {
        let Some(kept) = self.best(frame) else { return PlateState::Missing };
        let seen = kept.stale(frame);
        self.verdict.push(seen).map_or(PlateState::Holds, PlateState::Stale)
    }

    /// The plate to use for this frame: none while it is believed to be stale.
    pub fn in_use(&self, frame: &RgbImage) -> Option<&Kept> {
        if self.verdict.believed.is_some() { None } else { self.best(frame) }
    }

    /// Which plates are kept, with their sizes and when they were written.
    pub fn list(&self) -> impl Iterator<Item = (&Path, Option<Cloth>, (u32, u32), Option<SystemTime>)> {
        self.places.iter().filter_map(|place| {
            let kept = place.kept.as_ref()?;
            Some((place.file.as_path(), place.cloth, kept.picture.dimensions(), place.written))
        })
    }
}

impl Verdict {
    fn push(&mut self, seen: Option<Staleness>) -> Option<Staleness> {
        if seen == self.last {
            self.against += 1;
        } else {
            self.against = 1;
        }
        self.last = seen;
        let enough = if seen.is_some() { BELIEVED } else { BELIEVED_AGAIN };
        if self.against >= enough {
            self.believed = seen;
        }
        self.believed
    }
}

/// Takes a plate with an open camera.
pub fn take(camera: &mut dyn Camera, models: &Models, frames: usize) -> Result<RgbImage, PlateError> {
    let mut maker = Maker::new();
    for _ in 0..SETTLING {
        camera.frame(PATIENCE)?;
    }
    for _ in 0..frames {
        maker.push(&camera.frame(PATIENCE)?.rgb)?;
    }
    Ok(maker.finish(models)?)
}

fn read(file: &Path) -> Option<RgbImage> {
    let warn = |why: String| tracing::warn!(file = %file.display(), why, "the clean plate cannot be read");
    let bytes = fs::read(file).map_err(|error| warn(error.to_string())).ok()?;
    photo::decode(&bytes).map_err(|error| warn(error.to_string())).ok()
}

/// Whole or not at all, also when the power goes in between.
fn write_whole(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = file.with_extension("new");
    let mut new = File::create(&beside)?;
    new.write_all(bytes)?;
    new.sync_all()?;
    fs::rename(&beside, file)?;
    match file.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    fn wall(colour: [u8; 3]) -> RgbImage {
        RgbImage::from_fn(
            160,
            120,
            |x, y| Rgb(colour.map(|c| c.saturating_add(((x * 7 + y * 13) % 5) as u8))),
        )
    }

    const RED: [u8; 3] = [200, 24, 32];
    const BLUE: [u8; 3] = [36, 84, 188];

    #[test]
    fn each_side_of_the_cloth_has_its_plate_and_the_one_that_hangs_is_used() {
        let folder = tempfile::tempdir().unwrap();
        let mut plates = Plates::open(folder.path());
        assert_eq!(plates.look(&wall(RED)), PlateState::Missing);
        assert_eq!(plates.keep(wall(RED)).unwrap(), Some(Cloth::Red));
        assert_eq!(plates.keep(wall(BLUE)).unwrap(), Some(Cloth::Blue));
        assert_eq!(plates.keep(wall([150; 3])).unwrap(), None);
        // Another program reads the same.
        let again = Plates::open(folder.path());
        assert_eq!(again.list().count(), 3);
        for colour in [RED, BLUE, [150; 3]] {
            let dimmer = wall(colour.map(|c| c / 10 * 9));
            assert_eq!(again.best(&dimmer).unwrap().picture, wall(colour));
        }
        let other = RgbImage::new(640, 480);
        assert!(again.best(&other).is_none());
    }

    #[test]
    fn a_plate_that_another_program_took_is_read_and_a_broken_one_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let mut plates = Plates::open(folder.path());
        Plates::open(folder.path()).keep(wall(BLUE)).unwrap();
        assert!(plates.best(&wall(BLUE)).is_none());
        plates.refresh();
        assert!(plates.best(&wall(BLUE)).is_some());
        fs::write(folder.path().join("plate-blue.png"), b"no picture").unwrap();
        assert!(Plates::open(folder.path()).best(&wall(BLUE)).is_none());
    }

    #[test]
    fn one_look_is_not_believed_and_three_are() {
        let folder = tempfile::tempdir().unwrap();
        let mut plates = Plates::open(folder.path());
        plates.keep(wall(BLUE)).unwrap();
        let (same, dark) = (wall(BLUE), wall(BLUE.map(|c| c / 3)));
        assert_eq!(plates.look(&dark), PlateState::Holds);
        assert_eq!(plates.look(&dark), PlateState::Holds);
        assert_eq!(plates.look(&dark), PlateState::Stale(Staleness::LightChanged));
        assert!(plates.in_use(&same).is_none());
        assert_eq!(plates.look(&same), PlateState::Stale(Staleness::LightChanged));
        assert_eq!(plates.look(&same), PlateState::Holds);
        assert!(plates.in_use(&same).is_some());
    }
}
