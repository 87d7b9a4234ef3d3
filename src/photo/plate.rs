//! Photo: the empty backdrop ("clean plate"): taken well, noticed when it no longer holds, and
//! compared with what stands before it now.

use image::RgbImage;

use super::backdrop::{Backdrop, shift};
use super::face::faces;
use super::linear;
use super::plane::{Colour, Pixels, Plane};
use super::refine::pieces;
use super::segment::{person, stretched};
use super::{Models, PhotoError};

/// Fewest frames that make a plate; some thirty are better, a second of a camera.
pub const LEAST_FRAMES: usize = 8;
/// Longer side at which plates are judged.
const WORKING: usize = 320;
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
/// Beyond these the match between plate and frame grows worse than the bench shows it: brightness
/// (either way), balance of the colours, and movement in pixels of the frame.
const SAME_LIGHT: f32 = 1.5;
const SAME_BALANCE: f32 = 1.2;
const SAME_PLACE: f32 = 4.5;
/// Spread of what is left after the match, as in the cut.
const SAME_THING: f32 = 0.05;
/// A movement is believed that leaves less than this of what does not fit.
const MOVED_EXPLAINS: f32 = 0.8;
/// Share of the visible backdrop that may look like something else.
const FREE: f32 = 0.03;

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

/// Why a plate no longer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Staleness {
    /// Brightness, colour or pattern of the light is another.
    LightChanged,
    /// The camera or the cloth was moved.
    CameraMoved,
    /// Nothing fits, or the sizes differ.
    AnotherPlace,
}

/// The mean of many frames, in linear light, so that the camera's noise is out of it.
///
/// # Errors
/// Each [`PlateProblem`] names what to do better.
pub fn make(models: &Models, frames: &[RgbImage]) -> Result<RgbImage, PlateProblem> {
    let [first, ..] = frames else { return Err(PlateProblem::TooFew(0)) };
    if frames.len() < LEAST_FRAMES {
        return Err(PlateProblem::TooFew(frames.len()));
    }
    let (w, h) = first.dimensions();
    if w.min(h) < 64 {
        return Err(PhotoError::TooSmall(w, h).into());
    }
    if frames.iter().any(|f| f.dimensions() != (w, h)) {
        return Err(PlateProblem::Sizes);
    }
    still(frames)?;
    let plate = mean(frames);
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

fn mean(frames: &[RgbImage]) -> RgbImage {
    let table = linear::table();
    let (w, h) = frames[0].dimensions();
    let mut sum = vec![0.0_f32; frames[0].as_raw().len()];
    for frame in frames {
        for (s, v) in sum.iter_mut().zip(frame.as_raw()) {
            *s += table[usize::from(*v)];
        }
    }
    let n = frames.len() as f32;
    let mut out = RgbImage::new(w, h);
    for (o, s) in out.iter_mut().zip(&sum) {
        *o = linear::to_byte(s / n);
    }
    out
}

/// Compares squares of every frame with their mean over all of them.
fn still(frames: &[RgbImage]) -> Result<(), PlateProblem> {
    let factor = (frames[0].width().max(frames[0].height()) as usize).div_ceil(WORKING);
    let squares: Vec<Vec<f32>> = frames
        .iter()
        .map(|f| {
            let small = reduced_light(f, factor * 8);
            small.data.iter().map(|c| 0.25 * c[0] + 0.6 * c[1] + 0.15 * c[2] + 1e-3).collect()
        })
        .collect();
    let totals: Vec<f32> = squares.iter().map(|s| s.iter().sum::<f32>() / s.len() as f32).collect();
    let middle = totals.iter().sum::<f32>() / totals.len() as f32;
    if totals.iter().any(|t| (t / middle - 1.0).abs() > STEADY_LIGHT) {
        return Err(PlateProblem::LightChanging);
    }
    let n = squares.len() as f32;
    let means: Vec<f32> = (0..squares[0].len())
        .map(|i| squares.iter().zip(&totals).map(|(s, t)| s[i] / t).sum::<f32>() / n)
        .collect();
    for (square, total) in squares.iter().zip(&totals) {
        let moved = square.iter().zip(&means).filter(|(s, m)| (*s / total / *m - 1.0).abs() > STILL).count();
        if moved as f32 > RESTLESS * means.len() as f32 {
            return Err(PlateProblem::Moving);
        }
    }
    Ok(())
}

fn reduced_light(picture: &RgbImage, factor: usize) -> Plane<Colour> {
    let limit = (picture.width().min(picture.height()) as usize).max(1);
    Pixels::of(picture).reduced(factor.clamp(1, limit))
}

/// Whether the plate still holds for this frame; a person may stand in it. Looks where backdrop
/// shows in a portrait: beside and above the person, in the upper two thirds.
pub fn stale(plate: &RgbImage, frame: &RgbImage) -> Option<Staleness> {
    if plate.dimensions() != frame.dimensions() || plate.width().min(plate.height()) < 64 {
        return Some(Staleness::AnotherPlace);
    }
    let factor = (frame.width().max(frame.height()) as usize).div_ceil(WORKING);
    let (seen, kept) = (reduced_light(frame, factor), reduced_light(plate, factor));
    let (w, h) = (seen.width, seen.height);
    let mut beside = Plane::filled(w, h, false);
    for y in 0..h * 2 / 3 {
        for x in 0..w {
            beside.data[y * w + x] = x < w / 6 || x >= w - w / 6 || y < h / 16;
        }
    }
    let gain: Colour = std::array::from_fn(|k| {
        let ratio = |i: usize| (seen.data[i][k] + 2e-3) / (kept.data[i][k] + 2e-3);
        let mut ratios: Vec<f32> = (0..w * h).filter(|i| beside.data[*i]).map(ratio).collect();
        let half = ratios.len() / 2;
        *ratios.select_nth_unstable_by(half, f32::total_cmp).1
    });
    let other = |ratio: f32, limit: f32| !(1.0 / limit..=limit).contains(&ratio);
    // Only channels that the cloth has light in say something about balance.
    let bright = |k: usize| kept.data.iter().map(|c| c[k]).sum::<f32>() / (w * h) as f32 > 0.02;
    let balance =
        [0, 2].into_iter().any(|k| bright(k) && bright(1) && other(gain[k] / gain[1], SAME_BALANCE));
    if balance || (0..3).any(|k| bright(k) && other(gain[k], SAME_LIGHT)) {
        return Some(Staleness::LightChanged);
    }
    let left = |by| Backdrop::matched(&seen, &kept, by, &beside).map_or(f32::MAX, |m| m.noise);
    let moved = shift(&seen, &kept, &beside, SAME_PLACE * 4.0);
    let (as_it_is, if_moved) = (left((0.0, 0.0)), left(moved));
    // On plain cloth a movement is guessed from noise and explains nothing; nor does it matter there.
    if moved.0.hypot(moved.1) * factor as f32 > SAME_PLACE && if_moved < MOVED_EXPLAINS * as_it_is {
        return Some(Staleness::CameraMoved);
    }
    (as_it_is.min(if_moved) > SAME_THING).then_some(Staleness::AnotherPlace)
}

/// Whether nothing but one person stands before the backdrop.
///
/// # Errors
/// An unusable network.
pub fn free(models: &Models, plate: &RgbImage, frame: &RgbImage) -> Result<bool, PhotoError> {
    if plate.dimensions() != frame.dimensions() || frame.width().min(frame.height()) < 64 {
        return Ok(true);
    }
    let factor = (frame.width().max(frame.height()) as usize).div_ceil(WORKING);
    let (seen, kept) = (reduced_light(frame, factor), reduced_light(plate, factor));
    let net = stretched(&person(models, frame)?, seen.width, seen.height);
    let people = pieces(&net.map(|p| p > 0.6), true);
    let largest = people.iter().map(Vec::len).max().unwrap_or(0);
    let others: usize = people.iter().map(Vec::len).filter(|n| *n < largest).sum();
    if others as f32 > FREE * net.data.len() as f32 {
        return Ok(false);
    }
    let sure = net.box_mean(6).map(|p| p < 0.05);
    let places: Vec<usize> = (0..sure.data.len()).filter(|i| sure.data[*i]).collect();
    if places.is_empty() {
        return Ok(true);
    }
    let ratio = |i: usize, k: usize| (seen.data[i][k] + 5e-3) / (kept.data[i][k] + 5e-3);
    let gain: Colour = std::array::from_fn(|k| {
        let mut ratios: Vec<f32> = places.iter().map(|i| ratio(*i, k)).collect();
        let half = ratios.len() / 2;
        *ratios.select_nth_unstable_by(half, f32::total_cmp).1
    });
    // A shadow darkens all colours alike; a thing is of another hue, or far brighter or darker.
    let strange = places
        .iter()
        .filter(|&&i| {
            let r: Colour = std::array::from_fn(|k| ratio(i, k) / gain[k]);
            let light = 0.25 * r[0] + 0.6 * r[1] + 0.15 * r[2];
            let hue = r.iter().fold(0.0_f32, |m, v| m.max((v / light - 1.0).abs()));
            hue > 0.45 || !(0.35..=1.8).contains(&light)
        })
        .count();
    Ok(strange as f32 <= FREE * places.len() as f32)
}
