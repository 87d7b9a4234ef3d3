//! Photo: the soft edge. Alpha and the person's own colour where person and backdrop mix.
//!
//! Every pixel is I = a F + (1 - a) B in linear light. B is known, F is taken from the surely
//! inner pixels nearby, so a lies on the line from B to F (`fit.rs`); then F is solved for anew,
//! which takes the backdrop's colour out of the hair ("decontamination").

use image::{RgbImage, RgbaImage};

use super::backdrop::Backdrop;
use super::body::chest;
use super::fit::{
    BACKDROP, Band, Fit, Guess, Mixed, PERSON, PRIOR_CLOTH, PRIOR_HAIR, SHADE, dark, fit, own_colour,
};
use super::linear;
use super::plane::{Colour, Pixels, Plane};
use super::refine::{SEED_DIFFERS, Shape};
use super::regions::nearest;
use super::smooth::smooth;

/// Width of the mixed band within and without the outline, in working pixels.
const WITHIN: f32 = 5.0;
const WITHOUT: f32 = 6.0;
/// In hair the band is wider: its fringe lets the backdrop through far within the outline.
const WITHIN_HAIR: f32 = 8.0;
/// Depth at which the person's colours are taken, the same in hair, and how far aside others are
/// tried.
const WELL_INSIDE: f32 = 7.0;
const WELL_INSIDE_HAIR: f32 = 10.0;
const REACH: i32 = 7;
/// Squared distance of F and B, in units of noise, from which the outline stands out.
const STANDS_OUT: f32 = 6.0;
/// Loose hair is looked for this far out, and gaps in hair this far in.
const HAIR_OUT: f32 = 40.0;
const HAIR_IN: f32 = 25.0;
/// Squared difference above which a pixel outside holds hair.
const IS_HAIR: f32 = 14.0;
/// A pixel of less hair than this, explained this well by hair and backdrop, is part of a gap.
const SOLID: f32 = 0.8;
const MISFIT: f32 = 25.0;
/// The same before a backdrop without a hue, which gloss on hair and grey cloth come near: hair and
/// backdrop must explain all of the hue.
const MISFIT_NEUTRAL: f32 = 5.0;
/// The same for lighter hair, before a backdrop with a hue only, which skin and cloth come near
/// less easily than they do dark hair and grey.
const MISFIT_LIGHT: f32 = 5.0;
/// Share of a person that looks like the backdrop, above which looking like it says nothing.
const MUCH_ALIKE: f32 = 0.08;
/// The same is asked of hair that is neither dark nor lighter than this, before a backdrop
/// without a hue, where it is as rough as hair.
const BROWN: f32 = 0.2;
const ROUGH_GAP: f32 = 0.03;
/// Mean deviation from the eight neighbours, share of brightness, from which on it is hair.
const ROUGH: f32 = 0.025;
/// Spread of alpha about a half in the question whether a pixel is a gap.
const GAP_DARK: f32 = 0.45;
const GAP_LIGHT: f32 = 0.2;
/// Width of the outline's own guess, working pixels.
const RAMP: f32 = 4.0;
/// What each share of roughness adds to the spread of a colour's brightness, and the most.
const SHADE_ROUGH: f32 = 12.0;
const SHADE_MOST: f32 = 0.6;
/// What the line fit leaves below and above counts as none and all.
const FLOOR: f32 = 0.015;
const CEILING: f32 = 0.985;

pub struct Matte {
    /// Straight alpha, the frame's size, colours cleaned of backdrop.
    pub picture: RgbaImage,
    /// Share of the outline where person and backdrop can be told apart, 0..1.
    pub told_apart: f32,
}

#[derive(Clone, Copy, PartialEq)]
enum Zone {
    Backdrop,
    Person,
    Mixed,
}

/// `frame` and `plate` at full size; `small` is the frame at working size.
pub fn matte(
    frame: &RgbImage,
    plate: Option<&RgbImage>,
    small: &Plane<Colour>,
    backdrop: &Backdrop,
    shape: &Shape,
    factor: usize,
) -> Matte {
    let (outward, _) = nearest(&shape.inside);
    let rough = roughness(small);
    let solid = without_gaps(shape, small, backdrop, &rough);
    let (inward, _) = nearest(&solid.map(|s| !s));
    let (_, deep) = nearest(&seeds(shape, &inward, WELL_INSIDE));
    let (_, deeper) = nearest(&seeds(shape, &inward, WELL_INSIDE_HAIR));
    let zone = zones(shape, &outward, &inward, &deeper, small, &rough);
    let tones = Tones { small, deep, deeper, rough, chest: chest(&shape.inside) };
    let mut picture = RgbaImage::new(frame.width(), frame.height());
    let plate = plate.map(Pixels::of);
    let pixels = Pixels::of(frame);
    let (mut apart, mut outline) = (0_usize, 0_usize);
    let grain = (backdrop.noise * factor as f32).powi(2);
    let mut mixed = Vec::new();
    let mut index = Plane::filled(frame.width() as usize, frame.height() as usize, BACKDROP);
    for (px, py, pixel) in picture.enumerate_pixels_mut() {
        let (x, y) = (px as usize, py as usize);
        let (wx, wy) = ((x / factor).min(small.width - 1), (y / factor).min(small.height - 1));
        match zone.at(wx, wy) {
            Zone::Backdrop => {}
            Zone::Person => {
                let [r, g, b] = frame.get_pixel(px, py).0;
                pixel.0 = [r, g, b, 255];
                index.data[y * index.width + x] = PERSON;
            }
            Zone::Mixed => {
                let seen = pixels.at(x, y);
                let behind = backdrop.full(plate, factor, x, y);
                let (inn, out) = (inward.at(wx, wy), outward.at(wx, wy));
                let prior = (0.5 + (inn - out) / RAMP).clamp(0.0, 1.0);
                let best = tones.explain(seen, behind, (wx, wy), prior, grain);
                if out <= 2.0 && inn <= 2.0 {
                    outline += 1;
                    apart += usize::from(best.contrast > STANDS_OUT);
                }
                index.data[y * index.width + x] = mixed.len() as u32;
                mixed.push(Mixed { x: px, y: py, seen, behind, fit: best });
            }
        }
    }
    let band = Band { mixed: &mixed, index: &index, pixels, grain };
    let fits: Vec<Fit> = mixed.iter().map(|m| band.settled(m)).collect();
    for ((m, fit), alpha) in mixed.iter().zip(&fits).zip(smooth(&band, &fits)) {
        let alpha = ((alpha - FLOOR) / (CEILING - FLOOR)).clamp(0.0, 1.0);
        if alpha > 0.0 {
            let own = own_colour(m.seen, m.behind, fit.colour, alpha, fit.known);
            picture.get_pixel_mut(m.x, m.y).0 = bytes(own, alpha);
        }
    }
    Matte { picture, told_apart: apart as f32 / outline.max(1) as f32 }
}

/// The person's own colours near the outline: for every working pixel the nearest place well
/// inside, and the nearest still deeper, which counts where it is hair.
struct Tones<'a> {
    small: &'a Plane<Colour>,
    deep: Plane<u32>,
    deeper: Plane<u32>,
    rough: Plane<f32>,
    /// The row from which on a person is body.
    chest: usize,
}

impl Tones<'_> {
    /// The best of several colours from around this working pixel.
    fn explain(&self, pixel: Colour, behind: Colour, at: (usize, usize), prior: f32, grain: f32) -> Fit {
        let mut best = Fit::none(prior, pixel);
        for (dx, dy) in [(0, 0), (-REACH, 0), (REACH, 0), (0, -REACH), (0, REACH)] {
            let x = (at.0 as i32 + dx).clamp(0, self.small.width as i32 - 1) as usize;
            let y = (at.1 as i32 + dy).clamp(0, self.small.height as i32 - 1) as usize;
            let deeper = self.deeper.at(x, y);
            let hairy = light_hair(deeper, self.small, &self.rough, self.chest);
            let seed = if hairy { deeper } else { self.deep.at(x, y) };
            if seed == u32::MAX {
                continue;
            }
            let colour = self.small.data[seed as usize];
            let spread = if hairy || dark(colour) { PRIOR_HAIR } else { PRIOR_CLOTH };
            let shade = (SHADE_ROUGH * self.rough.data[seed as usize]).clamp(SHADE, SHADE_MOST);
            best = best.better(fit(pixel, colour, behind, &Guess { alpha: prior, spread, shade, grain }));
        }
        best
    }
}

/// The person without the gaps in dark hair through which backdrop shows, whole or in part.
/// How rough a place is: the mean deviation from the eight neighbours, share of brightness.
fn roughness(small: &Plane<Colour>) -> Plane<f32> {
    let luma = small.map(|c| (0.25 * c[0] + 0.6 * c[1] + 0.15 * c[2]).max(0.0).sqrt());
    let slow = luma.box_mean(1);
    let mut out = luma.clone();
    for (o, s) in out.data.iter_mut().zip(&slow.data) {
        *o = (*o - s).abs() / (s + 0.1);
    }
    out.box_mean(4)
}

fn without_gaps(
    shape: &Shape,
    small: &Plane<Colour>,
    backdrop: &Backdrop,
    rough: &Plane<f32>,
) -> Plane<bool> {
    let (inward, _) = nearest(&shape.inside.map(|s| !s));
    let (_, deep) = nearest(&seeds(shape, &inward, 3.0 * WITHIN));
    let grain = backdrop.noise.powi(2);
    let mut out = shape.inside.clone();
    for (i, s) in out.data.iter_mut().enumerate() {
        if !*s || inward.data[i] > HAIR_IN || deep.data[i] == u32::MAX {
            continue;
        }
        let (hair, behind) = (small.data[deep.data[i] as usize], backdrop.colour.data[i]);
        let most = if dark(hair) {
            if neutral(behind) { MISFIT_NEUTRAL } else { MISFIT }
        } else if (neutral(behind)
            && (rough.data[deep.data[i] as usize] < ROUGH_GAP || hair.iter().any(|c| *c > BROWN)))
            || bright(hair)
        {
            continue;
        } else {
            MISFIT_LIGHT
        };
        if shape.near[i / shape.inside.width] < MUCH_ALIKE {
            let spread = if dark(hair) { GAP_DARK } else { GAP_LIGHT };
            let guess = Guess { alpha: 0.5, spread, shade: 0.0, grain };
            let fit = fit(small.data[i], hair, behind, &guess);
            *s = fit.alpha > SOLID || fit.miss > most;
        }
    }
    out
}

/// Linear light above which it is skin or cloth rather than hair.
fn bright(colour: Colour) -> bool {
    colour.iter().any(|c| *c > 0.45)
}

/// A backdrop without a hue of its own: there shaded cloth lies on the line from cloth to
/// backdrop, as mixed pixels do.
fn neutral(b: Colour) -> bool {
    b[0].min(b[1]).min(b[2]) > 0.6 * b[0].max(b[1]).max(b[2])
}

/// Hair that is not dark, at the head, for lower down what is rough is cloth; the gaps of dark hair are found by their colour (`without_gaps`).
fn light_hair(seed: u32, small: &Plane<Colour>, rough: &Plane<f32>, chest: usize) -> bool {
    seed != u32::MAX
        && seed as usize / small.width < chest
        && rough.data[seed as usize] > ROUGH
        && !dark(small.data[seed as usize])
}

fn zones(
    shape: &Shape,
    outward: &Plane<f32>,
    inward: &Plane<f32>,
    deeper: &Plane<u32>,
    small: &Plane<Colour>,
    rough: &Plane<f32>,
) -> Plane<Zone> {
    let chest = chest(&shape.inside);
    let mut zone = shape.inside.map(|s| if s { Zone::Person } else { Zone::Backdrop });
    for (i, z) in zone.data.iter_mut().enumerate() {
        let (out, d) = (outward.data[i], shape.difference.data[i]);
        let mixed = if shape.inside.data[i] {
            let seed = deeper.data[i];
            let hairy = light_hair(seed, small, rough, chest);
            inward.data[i] <= if hairy { WITHIN_HAIR } else { WITHIN }
        } else {
            out <= WITHOUT || (out <= HAIR_OUT && d > IS_HAIR)
        };
        if mixed {
            *z = Zone::Mixed;
        }
    }
    zone
}

/// Where the person's own colour is taken from: so far inside, away from gaps, and not of the
/// backdrop's colour unless much of the person is.
fn seeds(shape: &Shape, inward: &Plane<f32>, depth: f32) -> Plane<bool> {
    let mut out = inward.map(|d| d > depth);
    for (i, s) in out.data.iter_mut().enumerate() {
        *s = *s && (shape.difference.data[i] > SEED_DIFFERS || shape.near[i / inward.width] > MUCH_ALIKE);
    }
    out
}

fn bytes(colour: Colour, alpha: f32) -> [u8; 4] {
    [
        linear::to_byte(colour[0]),
        linear::to_byte(colour[1]),
        linear::to_byte(colour[2]),
        (alpha * 255.0).round() as u8,
    ]
}
