//! Photo: the soft edge. Alpha and the person's own colour where person and backdrop mix.
//!
//! Every pixel is I = a F + (1 - a) B in linear light. B is known, F is taken from the surely
//! inner pixels nearby, so a lies on the line from B to F; then F is solved for anew, which takes
//! the backdrop's colour out of the hair ("decontamination").

use image::{RgbImage, RgbaImage};

use super::backdrop::Backdrop;
use super::linear;
use super::plane::{Colour, Pixels, Plane};
use super::refine::{Shape, nearest};

/// Width of the mixed band within and without the outline, in working pixels.
const WITHIN: f32 = 5.0;
const WITHOUT: f32 = 6.0;
/// Depths at which the person's colours are taken, and how far aside others are tried.
const WELL_INSIDE: f32 = 7.0;
const JUST_INSIDE: f32 = 3.5;
const REACH: i32 = 7;
/// Squared distance of F and B, in units of noise, from which the outline stands out.
const STANDS_OUT: f32 = 6.0;
/// Loose hair is looked for this far out, and gaps in hair this far in.
const HAIR_OUT: f32 = 40.0;
const HAIR_IN: f32 = 25.0;
/// Squared difference above which a pixel outside holds hair.
const IS_HAIR: f32 = 14.0;
/// A colour this different is the person's own, unmixed.
const SEED_DIFFERS: f32 = 30.0;
/// A pixel of less hair than this, explained this well by hair and backdrop, is part of a gap.
const SOLID: f32 = 0.8;
const MISFIT: f32 = 25.0;
/// The same for lighter hair, before a backdrop with a hue only, which skin and cloth come near
/// less easily than they do dark hair and grey.
const MISFIT_LIGHT: f32 = 5.0;
/// Share of a person that looks like the backdrop, above which looking like it says nothing.
const MUCH_ALIKE: f32 = 0.08;
/// Spread of alpha about the outline's own guess: dark hair is soft, cloth and skin end sharply.
const PRIOR_HAIR: f32 = 0.45;
const PRIOR_CLOTH: f32 = 0.2;
/// What the line fit leaves below and above counts as none and all.
const FLOOR: f32 = 0.035;
const CEILING: f32 = 0.965;

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
    let solid = without_gaps(shape, small, backdrop);
    let (inward, _) = nearest(&solid.map(|s| !s));
    let zone = zones(shape, &outward, &inward);
    let (_, deep) = nearest(&seeds(shape, &inward, WELL_INSIDE));
    let (_, near) = nearest(&seeds(shape, &inward, JUST_INSIDE));
    let tones = Tones { small, deep, near };
    let mut picture = RgbaImage::new(frame.width(), frame.height());
    let plate = plate.map(Pixels::of);
    let pixels = Pixels::of(frame);
    let (mut apart, mut outline) = (0_usize, 0_usize);
    let grain = (backdrop.noise * factor as f32).powi(2);
    for (px, py, pixel) in picture.enumerate_pixels_mut() {
        let (x, y) = (px as usize, py as usize);
        let (wx, wy) = ((x / factor).min(small.width - 1), (y / factor).min(small.height - 1));
        match zone.at(wx, wy) {
            Zone::Backdrop => {}
            Zone::Person => {
                let [r, g, b] = frame.get_pixel(px, py).0;
                pixel.0 = [r, g, b, 255];
            }
            Zone::Mixed => {
                let seen = pixels.at(x, y);
                let behind = backdrop.full(plate, factor, x, y);
                let (inn, out) = (inward.at(wx, wy), outward.at(wx, wy));
                let prior = (0.5 + (inn - out) / 4.0).clamp(0.0, 1.0);
                let best = tones.explain(seen, behind, (wx, wy), prior, grain);
                if out <= 2.0 && inn <= 2.0 {
                    outline += 1;
                    apart += usize::from(best.contrast > STANDS_OUT);
                }
                let alpha = ((best.alpha - FLOOR) / (CEILING - FLOOR)).clamp(0.0, 1.0);
                if alpha > 0.0 {
                    pixel.0 = bytes(own_colour(seen, behind, &best, alpha), alpha);
                }
            }
        }
    }
    Matte { picture, told_apart: apart as f32 / outline.max(1) as f32 }
}

/// The person's own colours near the outline: for every working pixel the nearest place well
/// inside, and the nearest just inside.
struct Tones<'a> {
    small: &'a Plane<Colour>,
    deep: Plane<u32>,
    near: Plane<u32>,
}

impl Tones<'_> {
    /// The best of several colours from around this working pixel.
    fn explain(&self, pixel: Colour, behind: Colour, at: (usize, usize), prior: f32, grain: f32) -> Fit {
        let mut best = Fit { cost: f32::INFINITY, miss: 0.0, alpha: prior, colour: pixel, contrast: 0.0 };
        for (dx, dy) in [(0, 0), (-REACH, 0), (REACH, 0), (0, -REACH), (0, REACH)] {
            let x = (at.0 as i32 + dx).clamp(0, self.small.width as i32 - 1) as usize;
            let y = (at.1 as i32 + dy).clamp(0, self.small.height as i32 - 1) as usize;
            let seed = self.deep.at(x, y);
            if seed == u32::MAX {
                continue;
            }
            let colour = self.small.data[seed as usize];
            best = best.better(fit(pixel, colour, behind, prior, grain));
            // Cloth and skin change towards the edge, so colours closer to it count too; in dark
            // hair those would be mixed ones.
            let seed = self.near.at(x, y);
            if seed != u32::MAX && !dark(colour) && neutral(behind) {
                best = best.better(fit(pixel, self.small.data[seed as usize], behind, prior, grain));
            }
        }
        best
    }
}

/// The person without the gaps in dark hair through which backdrop shows, whole or in part.
fn without_gaps(shape: &Shape, small: &Plane<Colour>, backdrop: &Backdrop) -> Plane<bool> {
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
            MISFIT
        } else if neutral(behind) || bright(hair) {
            continue;
        } else {
            MISFIT_LIGHT
        };
        if shape.alike[i / shape.inside.width] < MUCH_ALIKE {
            let fit = fit(small.data[i], hair, behind, 0.5, grain);
            *s = fit.alpha > SOLID || fit.miss > most;
        }
    }
    out
}

/// Linear light in which dark hair lies on all channels.
fn dark(colour: Colour) -> bool {
    colour.iter().all(|c| *c < 0.12)
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

fn zones(shape: &Shape, outward: &Plane<f32>, inward: &Plane<f32>) -> Plane<Zone> {
    let mut zone = shape.inside.map(|s| if s { Zone::Person } else { Zone::Backdrop });
    for (i, z) in zone.data.iter_mut().enumerate() {
        let (out, d) = (outward.data[i], shape.difference.data[i]);
        let mixed = if shape.inside.data[i] {
            inward.data[i] <= WITHIN
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
        *s = *s && (shape.difference.data[i] > SEED_DIFFERS || shape.alike[i / inward.width] > MUCH_ALIKE);
    }
    out
}

struct Fit {
    cost: f32,
    /// What of the pixel the line does not explain, squared, in units of noise.
    miss: f32,
    alpha: f32,
    colour: Colour,
    /// Distance of F and B in units of noise.
    contrast: f32,
}

impl Fit {
    fn better(self, other: Fit) -> Fit {
        if other.cost < self.cost { other } else { self }
    }
}

/// The alpha that explains `i` best between `f` and `b`, leaning on `prior` where they are alike.
fn fit(i: Colour, f: Colour, b: Colour, prior: f32, grain: f32) -> Fit {
    let weight: Colour = std::array::from_fn(|k| 1.0 / (4.0 * b[k].max(i[k]).max(0.01) * grain + 4e-4));
    let along: f32 = (0..3).map(|k| weight[k] * (f[k] - b[k]) * (f[k] - b[k])).sum();
    let onto: f32 = (0..3).map(|k| weight[k] * (i[k] - b[k]) * (f[k] - b[k])).sum();
    let prior_spread = if dark(f) { PRIOR_HAIR } else { PRIOR_CLOTH };
    let lean = 1.0 / (prior_spread * prior_spread);
    let alpha = ((onto + lean * prior) / (along + lean)).clamp(0.0, 1.0);
    let miss: f32 = (0..3)
        .map(|k| {
            let r = i[k] - alpha * f[k] - (1.0 - alpha) * b[k];
            weight[k] * r * r
        })
        .sum();
    Fit { cost: miss + lean * (alpha - prior) * (alpha - prior), miss, alpha, colour: f, contrast: along }
}

/// F solved from I, a and B, held between I and the neighbour's colour (or false hues appear
/// where B is a little off); with little alpha, noise would be blown up, so it goes over to the
/// neighbour's colour there.
fn own_colour(i: Colour, b: Colour, fit: &Fit, alpha: f32) -> Colour {
    let trust = ((alpha - 0.15) / 0.6).clamp(0.0, 1.0);
    std::array::from_fn(|k| {
        let solved = ((i[k] - (1.0 - alpha) * b[k]) / alpha.max(0.1))
            .clamp(i[k].min(fit.colour[k]) - 0.01, i[k].max(fit.colour[k]) + 0.01);
        solved * trust + fit.colour[k] * (1.0 - trust)
    })
}

fn bytes(colour: Colour, alpha: f32) -> [u8; 4] {
    [
        linear::to_byte(colour[0]),
        linear::to_byte(colour[1]),
        linear::to_byte(colour[2]),
        (alpha * 255.0).round() as u8,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_mixed_pixel_gets_half_alpha_and_its_own_colour_back() {
        let (f, b) = ([0.02, 0.02, 0.02], [0.5, 0.05, 0.05]);
        let i = std::array::from_fn(|k| 0.5 * f[k] + 0.5 * b[k]);
        let fit = fit(i, f, b, 1.0, 1e-5);
        assert!((fit.alpha - 0.5).abs() < 0.05, "{}", fit.alpha);
        let own = own_colour(i, b, &fit, fit.alpha);
        assert!(own.iter().all(|c| *c < 0.06), "{own:?}");
    }

    #[test]
    fn where_both_look_alike_the_outline_decides() {
        let same = [0.7, 0.7, 0.7];
        assert!((fit(same, same, same, 0.8, 1e-5).alpha - 0.8).abs() < 0.01);
    }
}
