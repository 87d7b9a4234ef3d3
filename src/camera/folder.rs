//! `dir:PATH`: the pictures of a folder as if a camera took them, for tests, pictures and training.

use super::{Camera, CameraError, Frame};
use image::{DynamicImage, RgbImage};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Pictures larger than this on a side are refused: no camera here gives them.
const MAX_SIDE: u32 = 8192;
/// What counts as a picture, by the file name's end.
const KINDS: [&str; 4] = ["jpg", "jpeg", "png", "webp"];

/// Plays the pictures of a folder in name order, again and again, at an even pace. A picture that cannot be read is named
/// in a warning and skipped; if none can be read, that is an error.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    pictures: Vec<PathBuf>,
    plate: Option<PathBuf>,
    pace: Duration,
    next: usize,
    seq: u64,
    /// The picture shown last, so that a folder of one picture is decoded once.
    last: Option<(usize, RgbImage)>,
}

impl Folder {
    /// Looks into the folder; `pace` is the time between two pictures.
    pub fn open(path: &Path, pace: Duration) -> Result<Folder, CameraError> {
        let name = format!("dir:{}", path.display());
        let entries = std::fs::read_dir(path).map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => {
                CameraError::Missing { name: name.clone(), path: path.to_owned() }
            }
            _ => CameraError::Open { name: name.clone(), why: e.to_string() },
        })?;
        let mut pictures = Vec::new();
        let mut plate = None;
        for entry in entries {
            let file =
                entry.map_err(|e| CameraError::Open { name: name.clone(), why: e.to_string() })?.path();
            if !is_picture(&file) {
                continue;
            }
            if file.file_stem().is_some_and(|stem| stem == "plate") {
                plate = Some(file);
            } else {
                pictures.push(file);
            }
        }
        if pictures.is_empty() {
            return Err(CameraError::Empty { path: path.to_owned() });
        }
        pictures.sort();
        Ok(Folder { path: path.to_owned(), pictures, plate, pace, next: 0, seq: 0, last: None })
    }
}

impl Camera for Folder {
    fn name(&self) -> String {
        format!("dir:{}", self.path.display())
    }

    fn frame(&mut self, timeout: Duration) -> Result<Frame, CameraError> {
        if self.pace > timeout {
            std::thread::sleep(timeout);
            return Err(CameraError::NoFrame { name: self.name(), waited: timeout });
        }
        if self.seq > 0 {
            std::thread::sleep(self.pace);
        }
        let mut first_failure = None;
        for _ in 0..self.pictures.len() {
            let index = self.next;
            self.next = (self.next + 1) % self.pictures.len();
            if let Some((known, rgb)) = &self.last
                && *known == index
            {
                let frame = Frame { rgb: rgb.clone(), seq: self.seq };
                self.seq += 1;
                return Ok(frame);
            }
            match load(&self.pictures[index]) {
                Ok(picture) => {
                    let rgb = picture.into_rgb8();
                    self.last = Some((index, rgb.clone()));
                    let seq = self.seq;
                    self.seq += 1;
                    return Ok(Frame { rgb, seq });
                }
                Err(why) => {
                    tracing::warn!(picture = %self.pictures[index].display(), %why, "skipped");
                    first_failure.get_or_insert((index, why));
                }
            }
        }
        let (first, why) = first_failure.unwrap_or_default();
        Err(CameraError::AllBroken {
            path: self.path.clone(),
            count: self.pictures.len(),
            first: file_name(&self.pictures[first]),
            why,
        })
    }

    fn plate(&mut self) -> Result<Option<RgbImage>, CameraError> {
        let Some(file) = &self.plate else {
            return Ok(None);
        };
        match load(file) {
            Ok(picture) => Ok(Some(picture.into_rgb8())),
            Err(why) => Err(CameraError::Broken { name: file.display().to_string(), why }),
        }
    }
}

fn is_picture(file: &Path) -> bool {
    file.is_file()
        && file
            .extension()
            .is_some_and(|end| KINDS.iter().any(|kind| end.eq_ignore_ascii_case(std::ffi::OsStr::new(kind))))
}

fn file_name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Reads a picture by its content, whatever its name says, within [`MAX_SIDE`].
pub(super) fn load(file: &Path) -> Result<DynamicImage, String> {
    let mut reader = image::ImageReader::open(file)
        .and_then(image::ImageReader::with_guessed_format)
        .map_err(|e| e.to_string())?;
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    reader.limits(limits);
    reader.decode().map_err(|e| e.to_string())
}
