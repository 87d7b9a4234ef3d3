//! Photo: a plate that is kept: whether it still holds, and what stands before it now.

use image::RgbImage;

use super::backdrop::{Backdrop, shift};
use super::plane::{Colour, Pixels, Plane};
use super::plate::WORKING;
use super::regions::pieces;
use super::segment::{person, stretched};
use super::{Cloth, Models, PhotoError};

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

impl Staleness {
    /// Kebab-case name.
    pub fn code(self) -> &'static str {
        match self {
            Staleness::LightChanged => "light-changed",
            Staleness::CameraMoved => "camera-moved",
            Staleness::AnotherPlace => "another-place",
        }
    }
}

/// A clean plate, and what of it is looked at again and again.
pub struct Kept {
    pub picture: RgbImage,
    small: Plane<Colour>,
}

impl Kept {
    pub fn new(picture: RgbImage) -> Kept {
        let small = reduced_light(&picture, factor(&picture));
        Kept { picture, small }
    }

    /// How unlike the frame's backdrop it is, to choose between several; the least fits best. Looks
    /// at colour and brightness beside and above a person.
    pub fn misfit(&self, frame: &RgbImage) -> f32 {
        if self.is_of_another_size(frame) {
            return f32::INFINITY;
        }
        let seen = reduced_light(frame, factor(frame));
        gain(&seen, &self.small, &beside(seen.width, seen.height)).iter().map(|g| g.ln().abs()).sum()
    }

    /// Which side of the two-coloured cloth it shows; `None` for any other wall.
    pub fn cloth(&self) -> Option<Cloth> {
        Cloth::of(&self.small)
    }

    /// Whether the plate still holds for this frame; a person may stand in it. Looks where backdrop
    /// shows in a portrait: beside and above the person, in the upper two thirds.
    pub fn stale(&self, frame: &RgbImage) -> Option<Staleness> {
        if self.is_of_another_size(frame) {
            return Some(Staleness::AnotherPlace);
        }
        let factor = factor(frame);
        let (seen, kept) = (&reduced_light(frame, factor), &self.small);
        let (w, h) = (seen.width, seen.height);
        let beside = beside(w, h);
        let gain = gain(seen, kept, &beside);
        let other = |ratio: f32, limit: f32| !(1.0 / limit..=limit).contains(&ratio);
        // Only channels that the cloth has light in say something about balance.
        let bright = |k: usize| kept.data.iter().map(|c| c[k]).sum::<f32>() / (w * h) as f32 > 0.02;
        let balance =
            [0, 2].into_iter().any(|k| bright(k) && bright(1) && other(gain[k] / gain[1], SAME_BALANCE));
        if balance || (0..3).any(|k| bright(k) && other(gain[k], SAME_LIGHT)) {
            return Some(Staleness::LightChanged);
        }
        let left = |by| Backdrop::matched(seen, kept, by, &beside).map_or(f32::MAX, |m| m.noise);
        let moved = shift(seen, kept, &beside, SAME_PLACE * 4.0);
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
    pub fn free(&self, models: &Models, frame: &RgbImage) -> Result<bool, PhotoError> {
        if self.is_of_another_size(frame) {
            return Ok(true);
        }
        let (seen, kept) = (&reduced_light(frame, factor(frame)), &self.small);
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

    fn is_of_another_size(&self, frame: &RgbImage) -> bool {
        self.picture.dimensions() != frame.dimensions() || frame.width().min(frame.height()) < 64
    }
}

/// Where backdrop shows in a portrait.
fn beside(w: usize, h: usize) -> Plane<bool> {
    let mut beside = Plane::filled(w, h, false);
    for y in 0..h * 2 / 3 {
        for x in 0..w {
            beside.data[y * w + x] = x < w / 6 || x >= w - w / 6 || y < h / 16;
        }
    }
    beside
}

/// The usual ratio of light, channel by channel.
fn gain(seen: &Plane<Colour>, kept: &Plane<Colour>, at: &Plane<bool>) -> Colour {
    std::array::from_fn(|k| {
        let ratio = |i: usize| (seen.data[i][k] + 2e-3) / (kept.data[i][k] + 2e-3);
        let mut ratios: Vec<f32> = (0..at.data.len()).filter(|i| at.data[*i]).map(ratio).collect();
        let half = ratios.len() / 2;
        if ratios.is_empty() { 1.0 } else { *ratios.select_nth_unstable_by(half, f32::total_cmp).1 }
    })
}

fn factor(picture: &RgbImage) -> usize {
    (picture.width().max(picture.height()) as usize).div_ceil(WORKING)
}

pub fn reduced_light(picture: &RgbImage, factor: usize) -> Plane<Colour> {
    let limit = (picture.width().min(picture.height()) as usize).max(1);
    Pixels::of(picture).reduced(factor.clamp(1, limit))
}
