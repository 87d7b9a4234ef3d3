//! Photo: from a frame and the empty backdrop to the portrait on transparency.

use image::{RgbImage, RgbaImage};

use super::backdrop::{Backdrop, shift};
use super::body::{LEFT_OUT, PART, below, enclosed};
use super::cloth::other_side;
use super::crop::{Crop, card, reduced};
use super::edge::{drawn_back, seen};
use super::face::Face;
use super::guide::look;
use super::matte::matte;
use super::plane::{Colour, Pixels, Plane};
use super::refine::{More, Second, Shape, foreign, shape, weighed};
use super::regions::nearest;
use super::segment::{person, stretched};
use super::texture::texture;
use super::tone::{corrected, correction};
use super::{Models, PhotoError};

/// The longer side at which person and backdrop are told apart; the edge itself is full size.
const WORKING: usize = 640;
/// A plate that leaves more than this unexplained (median, square roots of light) is of another
/// place or another light, and is not used.
const PLATE_FITS: f32 = 0.05;
/// Outline that must stand out from the backdrop, else the picture is refused: with a plate most
/// of it, for where a third is guessed the edge is ragged (a white jilbab before a white wall);
/// without one the backdrop itself is a guess, and little can be asked.
const TOLD_APART: f32 = 0.65;
const TOLD_APART_ALONE: f32 = 0.15;
/// With a plate, the least share of the outline at which something is seen. Own: a white jilbab before
/// white with a piece torn out has 0.68, whole outlines of clothes in the cloth's colour 0.74 and more.
const OUTLINE_SEEN: f32 = 0.7;
/// The most of the outline that may be a guess, times the backdrop's linear light: a guessed edge leaves
/// its light at the person, which is nothing beside a dark blue and a white rag beside white. Own: two
/// white jilbabs before white whose edge is off by pixels have 0.16 and 0.21, white shirts that are whole 0.10.
const GUESSED_LIGHT: f32 = 0.13;

/// A person cut out of the backdrop.
pub struct Cutout {
    /// Straight alpha; 600x800 for [`Crop::Card`], the frame's size for [`Crop::FullFrame`].
    pub photo: RgbaImage,
    /// The same at half the size, for a screen.
    pub preview: RgbaImage,
    /// False when there was no empty backdrop, or it did not fit this frame.
    pub used_plate: bool,
    /// Share of the outline that stands out from the backdrop, 0..1.
    pub told_apart: f32,
}

/// Removes the background. About 0.3 s of one core for 1280x960, with or without a plate.
///
/// # Errors
/// [`PhotoError::PlateSize`], [`PhotoError::LikeBackdrop`]; for [`Crop::Card`] also a face that is
/// missing, not alone, cut off or too small.
pub fn cut(
    models: &Models,
    frame: &RgbImage,
    plate: Option<&RgbImage>,
    crop: Crop,
) -> Result<Cutout, PhotoError> {
    same_size(frame, plate)?;
    // The face first: it is cheap, and refuses before the work begins.
    let face = match crop {
        Crop::FullFrame => None,
        Crop::Card => {
            let mut found = look(models, frame)?.faces;
            match found.len() {
                0 => return Err(PhotoError::NoFace),
                1 => found.pop(),
                n => return Err(PhotoError::SeveralFaces(n)),
            }
        }
    };
    cut_out(models, frame, plate, crop, face.as_ref())
}

/// A frame worth looking at, and a plate of its size.
pub fn same_size(frame: &RgbImage, plate: Option<&RgbImage>) -> Result<(), PhotoError> {
    let (w, h) = frame.dimensions();
    if w.min(h) < 64 {
        return Err(PhotoError::TooSmall(w, h));
    }
    match plate.map(RgbImage::dimensions).filter(|size| *size != (w, h)) {
        Some(plate) => Err(PhotoError::PlateSize { frame: (w, h), plate }),
        None => Ok(()),
    }
}

/// The cut of a frame whose face is known; `face` counts for [`Crop::Card`] only.
pub fn cut_out(
    models: &Models,
    frame: &RgbImage,
    plate: Option<&RgbImage>,
    crop: Crop,
    face: Option<&Face>,
) -> Result<Cutout, PhotoError> {
    let (w, h) = frame.dimensions();
    let factor = (w.max(h) as usize).div_ceil(WORKING);
    let small = Pixels::of(frame).reduced(factor);
    let net = stretched(&person(models, frame)?, small.width, small.height);
    let small_plate = plate.map(|p| Pixels::of(p).reduced(factor));

    let matched = small_plate.as_ref().and_then(|p| with_plate(&small, p, &net, factor));
    let used_plate = matched.is_some();
    let (backdrop, mut shape, lost) = if let Some(found) = matched {
        found
    } else {
        let (backdrop, shape) = without_plate(&small, &net).ok_or(PhotoError::LikeBackdrop(None))?;
        (backdrop, shape, false)
    };
    let plate = plate.filter(|_| used_plate);
    let area = shape.inside.data.iter().filter(|s| **s).count() as f32 / shape.inside.data.len() as f32;
    if !(0.01..=0.97).contains(&area) {
        // Nobody to compare with, or nothing but a person.
        return Err(PhotoError::LikeBackdrop(None));
    }
    let refusal = || PhotoError::LikeBackdrop(Some(other_side(&small, &net, &backdrop.colour)));
    if used_plate {
        drawn_back(&mut shape);
        let guessed = 1.0 - seen(&shape);
        let ragged = guessed > 1.0 - OUTLINE_SEEN || guessed * light(&backdrop.colour) > GUESSED_LIGHT;
        if lost || ragged {
            return Err(refusal());
        }
    }
    let cutout = matte(frame, plate, &small, &backdrop, &shape, factor);
    let least = if used_plate { TOLD_APART } else { TOLD_APART_ALONE };
    if cutout.told_apart < least {
        return Err(refusal());
    }
    let photo = match (crop, face) {
        (Crop::FullFrame, _) => cutout.picture,
        (Crop::Card, None) => return Err(PhotoError::NoFace),
        (Crop::Card, Some(face)) => {
            let mut photo = card(&cutout.picture, face)?;
            corrected(&mut photo, correction(frame, face));
            photo
        }
    };
    Ok(Cutout { preview: reduced(&photo), photo, used_plate, told_apart: cutout.told_apart })
}

/// Mean linear light.
fn light(colour: &Plane<Colour>) -> f32 {
    let sum: f32 = colour.data.iter().flatten().sum();
    sum / (3 * colour.data.len()).max(1) as f32
}

/// Backdrop, outline, and whether part of the person is lost in the backdrop.
fn with_plate(
    small: &Plane<Colour>,
    plate: &Plane<Colour>,
    net: &Plane<f32>,
    factor: usize,
) -> Option<(Backdrop, Shape, bool)> {
    let sure = surely_backdrop(net);
    let moved = shift(small, plate, &sure, 6.0 / factor as f32);
    let first = Backdrop::matched(small, plate, moved, &sure)?;
    if first.noise > PLATE_FITS {
        return None;
    }
    let rough = shape(small, &first, net);
    // Once more, with backdrop known up to the outline: soft shadow is followed closer.
    let sure = off_outline(&rough);
    let moved = shift(small, plate, &sure, 6.0 / factor as f32);
    let second = Backdrop::matched(small, plate, moved, &sure)?;
    let woven = texture(small, &second, &off_body(&sure, &rough.inside));
    let decided = weighed(small, &second, net, Some(&More { woven: &woven, second: Second::No }));
    let by_outline =
        |shape: &Shape, least: f32| enclosed(&shape.inside, &foreign(&woven, &shape.difference), net, least);
    let closed = by_outline(&decided, PART);
    let found = closed.data.contains(&true);
    if !found && !decided.doubtful() {
        return Some((second, decided, false));
    }
    // Clothes of the backdrop's colour. An outline that closes tells where they are. Without one the
    // network is unsure of them too, but on mere backdrop it would be sure: its word is taken for
    // more, and the result judged by the word as it was.
    let body = decided.bodiless().then(|| below(&decided.inside));
    let look = match &body {
        _ if found => Second::Within(&closed),
        Some(body) => Second::Below(body),
        None => Second::Anywhere,
    };
    let again = weighed(small, &second, net, Some(&More { woven: &woven, second: look }));
    let lost = again.lost() || by_outline(&again, LEFT_OUT).data.contains(&true);
    Some((second, again, lost))
}

/// Backdrop that is no lost body either; all of it where little else is left.
fn off_body(sure: &Plane<bool>, inside: &Plane<bool>) -> Plane<bool> {
    let mut out = sure.clone();
    for (o, body) in out.data.iter_mut().zip(&below(inside).data) {
        *o &= !body;
    }
    if out.data.iter().filter(|s| **s).count() * 50 > out.data.len() { out } else { sure.clone() }
}

fn without_plate(small: &Plane<Colour>, net: &Plane<f32>) -> Option<(Backdrop, Shape)> {
    let first = Backdrop::guessed(small, &surely_backdrop(net))?;
    let rough = shape(small, &first, net);
    let second = Backdrop::guessed(small, &off_outline(&rough))?;
    let shape = shape(small, &second, net);
    Some((second, shape))
}

/// Where the network sees nobody, some way off; the frame's upper border where it sees people everywhere.
fn surely_backdrop(net: &Plane<f32>) -> Plane<bool> {
    let sure = net.box_mean(8).map(|p| p < 0.05);
    if sure.data.iter().filter(|s| **s).count() * 50 > sure.data.len() {
        return sure;
    }
    let mut border = Plane::filled(net.width, net.height, false);
    let (mx, my) = (net.width / 16, net.height / 16);
    for y in 0..net.height / 2 {
        for x in 0..net.width {
            border.data[y * net.width + x] = x < mx || x >= net.width - mx || y < my;
        }
    }
    border
}

fn off_outline(shape: &Shape) -> Plane<bool> {
    let (outward, _) = nearest(&shape.inside);
    let mut sure = Plane::filled(outward.width, outward.height, false);
    for ((s, out), d) in sure.data.iter_mut().zip(&outward.data).zip(&shape.difference.data) {
        *s = *out > 5.0 && *d < 20.0;
    }
    sure
}
