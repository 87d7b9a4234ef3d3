//! Photo: the empty backdrop ("clean plate") is taken well or not at all.

use image::RgbImage;

use super::face::faces;
use super::kept::reduced_light;
use super::linear;
use super::segment::person;
use super::{Models, PhotoError};

/// Fewest frames that make a plate; some thirty are better, a second of a camera.
pub const LEAST_FRAMES: usize = 8;
/// Longer side at which plates are judged.
pub const WORKING: usize = 320;
/// Share of the picture that the network may take for a person where nobody is.
const SOMEBODY: f32 = 0.02;
/// Mean brightness of coded values below which cloth and person cannot be told apart well, and
/// above which the cloth burns out.
const DARKEST: f32 = 0.12;
const BRIGHTEST: f32 = 0.97;
/// A square of 8 working pixels may differ by this share from its own mean over all frames (noise
/// is far below), and so many squares may do more.
const STILL: f32 = 0.06;
const RESTLESS: f32 = 0.005;
/// The whole picture's brightness over all frames.
const STEADY_LIGHT: f32 = 0.12;

/// Why no plate could be made of these frames.
#[derive(Debug, thiserror::Error)]
pub enum PlateProblem {
    #[error("{0} frames are too few for an empty backdrop (at least {LEAST_FRAMES})")]
    TooFew(usize),
    #[error("the frames are not all of one size")]
    Sizes,
    #[error("somebody is in the picture")]
    Somebody,
    #[error("the backdrop is too dark")]
    TooDark,
    #[error("the backdrop is burnt out by light")]
    TooBright,
    #[error("something moves in the picture, or the camera does")]
    Moving,
    #[error("the light changes from frame to frame")]
    LightChanging,
    #[error(transparent)]
    Photo(#[from] PhotoError),
}

/// A plate in the making: the mean of many frames, in linear light, so that the camera's noise is
/// out of it. Takes the memory of one frame in floats, however many come.
#[derive(Default)]
pub struct Maker {
    size: (u32, u32),
    sum: Vec<f32>,
    /// Brightness of each frame's squares.
    squares: Vec<Vec<f32>>,
}

impl Maker {
    pub fn new() -> Maker {
        Maker::default()
    }

    /// # Errors
    /// A frame that is too small or of another size than the first.
    pub fn push(&mut self, frame: &RgbImage) -> Result<(), PlateProblem> {
        let (w, h) = frame.dimensions();
        if w.min(h) < 64 {
            return Err(PhotoError::TooSmall(w, h).into());
        }
        if self.squares.is_empty() {
            self.size = (w, h);
            self.sum = vec![0.0; frame.as_raw().len()];
        } else if self.size != (w, h) {
            return Err(PlateProblem::Sizes);
        }
        let table = linear::table();
        for (s, v) in self.sum.iter_mut().zip(frame.as_raw()) {
            *s += table[usize::from(*v)];
        }
        let factor = (w.max(h) as usize).div_ceil(WORKING);
        let small = reduced_light(frame, factor * 8);
        self.squares.push(small.data.iter().map(|c| 0.25 * c[0] + 0.6 * c[1] + 0.15 * c[2] + 1e-3).collect());
        Ok(())
    }

    /// # Errors
    /// Each [`PlateProblem`] names what to do better.
    pub fn finish(self, models: &Models) -> Result<RgbImage, PlateProblem> {
        if self.squares.len() < LEAST_FRAMES {
            return Err(PlateProblem::TooFew(self.squares.len()));
        }
        still(&self.squares)?;
        let plate = self.mean();
        let brightness = plate.as_raw().iter().map(|v| u64::from(*v)).sum::<u64>() as f32
            / plate.as_raw().len() as f32
            / 255.0;
        if brightness < DARKEST {
            return Err(PlateProblem::TooDark);
        }
        if brightness > BRIGHTEST {
            return Err(PlateProblem::TooBright);
        }
        let net = person(models, &plate)?;
        let seen = net.data.iter().filter(|p| **p > 0.5).count() as f32 / net.data.len() as f32;
        if seen > SOMEBODY || !faces(models, &plate)?.is_empty() {
            return Err(PlateProblem::Somebody);
        }
        Ok(plate)
    }

    fn mean(&self) -> RgbImage {
        let n = self.squares.len() as f32;
        let mut out = RgbImage::new(self.size.0, self.size.1);
        for (o, s) in out.iter_mut().zip(&self.sum) {
            *o = linear::to_byte(s / n);
        }
        out
    }
}

/// A plate of frames that are all there.
///
/// # Errors
/// As [`Maker`].
pub fn make(models: &Models, frames: &[RgbImage]) -> Result<RgbImage, PlateProblem> {
    if frames.len() < LEAST_FRAMES {
        return Err(PlateProblem::TooFew(frames.len()));
    }
    let mut maker = Maker::new();
    for frame in frames {
        maker.push(frame)?;
    }
    maker.finish(models)
}

/// Compares squares of every frame with their mean over all of them.
fn still(squares: &[Vec<f32>]) -> Result<(), PlateProblem> {
    let totals: Vec<f32> = squares.iter().map(|s| s.iter().sum::<f32>() / s.len() as f32).collect();
    let middle = totals.iter().sum::<f32>() / totals.len() as f32;
    if totals.iter().any(|t| (t / middle - 1.0).abs() > STEADY_LIGHT) {
        return Err(PlateProblem::LightChanging);
    }
    let n = squares.len() as f32;
    let cells = squares.iter().map(Vec::len).min().unwrap_or(0);
    let means: Vec<f32> =
        (0..cells).map(|i| squares.iter().zip(&totals).map(|(s, t)| s[i] / t).sum::<f32>() / n).collect();
    for (square, total) in squares.iter().zip(&totals) {
        let moved = square.iter().zip(&means).filter(|(s, m)| (*s / total / *m - 1.0).abs() > STILL).count();
        if moved as f32 > RESTLESS * means.len() as f32 {
            return Err(PlateProblem::Moving);
        }
    }
    Ok(())
}
