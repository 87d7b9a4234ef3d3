//! Photo: alpha and the person's own colour of one mixed pixel, I = a F + (1 - a) B, first by
//! itself, then settled with the pixels around it.

use super::plane::{Colour, Pixels, Plane};

/// Spread of alpha about the outline's own guess: hair is soft, cloth and skin end sharply.
pub const PRIOR_HAIR: f32 = 0.6;
pub const PRIOR_CLOTH: f32 = 0.3;
/// Spread of the brightness of smooth cloth and skin, share.
pub const SHADE: f32 = 0.2;
/// Light that gloss and the backdrop itself lay on a person, over and above: linear light, of no
/// hue, for a `shade` of one; with `SHADE` its spread is 0.04. Dark hair has it, too, which a share
/// of its own brightness would not allow for.
const GLOSS: f32 = 0.2;
/// How far around a pixel others have a say, in frame pixels, how fast their say falls with the
/// squared distance, and how fast with the squared difference of colour in units of noise.
const REACH: i32 = 3;
const FALL: f32 = 0.1;
const UNLIKE: f32 = 0.5;
/// Weight of a pixel that lies outside the mixed band, in the units of a fit's contrast; the
/// least that any has, and the most.
const OUTSIDE_BAND: f32 = 10.0;
const LEAST: f32 = 0.5;
const MOST: f32 = 100.0;
/// What is expected of errors when F is solved for: of alpha where a pixel knows nothing of it, how much
/// less where it does, of the neighbour's colour (share, and at least), and of the pixel, squared. Linear light.
const ALPHA_ERROR: f32 = 0.12;
const KNOWLEDGE: f32 = 4.0;
const TONE_SPREAD: f32 = 0.5;
const TONE_LEAST: f32 = 0.02;
const NOISE: f32 = 1e-4;
/// How far F may lie outside of what is seen and the neighbours' colour.
const ROOM: f32 = 0.1;

/// What is thought of a pixel before it is looked at.
pub struct Guess {
    pub alpha: f32,
    /// Spread of alpha about that.
    pub spread: f32,
    /// Spread of the brightness of F, share: people are lit unevenly and hair glistens.
    pub shade: f32,
    /// The camera's noise, squared, in square roots of light.
    pub grain: f32,
}

pub struct Fit {
    cost: f32,
    /// What of the pixel the line does not explain, squared, in units of noise.
    pub miss: f32,
    pub alpha: f32,
    pub colour: Colour,
    /// Squared distance of F and B in units of noise.
    pub contrast: f32,
    /// What the pixel by itself knows of alpha: one over its variance.
    pub known: f32,
}

impl Fit {
    /// Nothing known yet.
    pub fn none(alpha: f32, colour: Colour) -> Fit {
        Fit { cost: f32::INFINITY, miss: 0.0, alpha, colour, contrast: 0.0, known: 0.0 }
    }

    pub fn better(self, other: Fit) -> Fit {
        if other.cost < self.cost { other } else { self }
    }
}

/// The alpha that explains `i` best between `f` and `b`. F is f + s lit with s about 0, where lit is
/// f and some gloss, so that along it nothing much is believed and the guess decides, while a
/// difference of hue counts in full. The covariance of the misfit is then diagonal plus
/// (a shade)^2 lit lit', inverted by Sherman and Morrison's formula; it holds alpha itself, hence the
/// second round.
pub fn fit(i: Colour, f: Colour, b: Colour, guess: &Guess) -> Fit {
    let weight = weights(b, i, guess.grain);
    let dot = |p: &Colour, q: &Colour| (0..3).map(|k| weight[k] * p[k] * q[k]).sum::<f32>();
    let d: Colour = std::array::from_fn(|k| f[k] - b[k]);
    let e: Colour = std::array::from_fn(|k| i[k] - b[k]);
    let lit = f.map(|c| c + GLOSS);
    let (dd, ed) = (dot(&d, &d), dot(&e, &d));
    let (ll, ld, le) = (dot(&lit, &lit), dot(&lit, &d), dot(&lit, &e));
    let lean = 1.0 / (guess.spread * guess.spread);
    let loose = |alpha: f32| {
        let v = (alpha * guess.shade).powi(2);
        v / (1.0 + v * ll)
    };
    let (mut alpha, mut known) = (guess.alpha, 0.0);
    for _ in 0..2 {
        let l = loose(alpha);
        known = (dd - l * ld * ld).max(0.0);
        alpha = ((ed - l * ld * le + lean * guess.alpha) / (known + lean)).clamp(0.0, 1.0);
    }
    let r: Colour = std::array::from_fn(|k| e[k] - alpha * d[k]);
    let (rr, lr) = (dot(&r, &r), dot(&lit, &r));
    let miss = (rr - loose(alpha) * lr * lr).max(0.0);
    let brighter = if alpha > 0.0 { (loose(alpha) * lr / alpha).clamp(-0.5, 0.6) } else { 0.0 };
    let colour = std::array::from_fn(|k| (f[k] + brighter * lit[k]).clamp(0.5 * f[k], 1.0));
    Fit { cost: miss + lean * (alpha - guess.alpha).powi(2), miss, alpha, colour, contrast: dd, known }
}

/// One over the noise, squared, of each channel of a pixel that shows one of the two.
fn weights(one: Colour, other: Colour, grain: f32) -> Colour {
    std::array::from_fn(|k| 1.0 / (4.0 * one[k].max(other[k]).max(0.01) * grain + 4e-4))
}

/// Linear light in which dark hair lies on all channels.
pub fn dark(colour: Colour) -> bool {
    colour.iter().all(|c| *c < 0.12)
}

/// A pixel of the mixed band with its first fit.
pub struct Mixed {
    pub x: u32,
    pub y: u32,
    pub seen: Colour,
    pub behind: Colour,
    pub fit: Fit,
}

/// What the index says of pixels outside the mixed band.
pub const BACKDROP: u32 = u32::MAX;
pub const PERSON: u32 = u32::MAX - 1;

/// The mixed band, and where in it each pixel of the frame is.
pub struct Band<'a> {
    pub mixed: &'a [Mixed],
    pub index: &'a Plane<u32>,
    pub pixels: Pixels<'a>,
    pub grain: f32,
}

impl Band<'_> {
    /// Alpha fitted again with what the pixels around say for a guess, and the person's colour
    /// thereabouts. Where F and B are alike a pixel alone says little but noise.
    pub fn settled(&self, pixel: &Mixed) -> Fit {
        let (alpha, colour) = self.around(pixel);
        let spread = if dark(colour) { PRIOR_HAIR } else { PRIOR_CLOTH };
        let guess = Guess { alpha, spread, shade: SHADE, grain: self.grain };
        fit(pixel.seen, colour, pixel.behind, &guess)
    }

    /// Mean alpha of like pixels, weighed by how well they know it, and mean colour of the person.
    fn around(&self, pixel: &Mixed) -> (f32, Colour) {
        let weight = weights(pixel.seen, pixel.seen, self.grain);
        let (mut knows, mut alpha) = (0.0, 0.0);
        let (mut shows, mut colour) = (1e-9, [0.0_f32; 3]);
        let (w, h) = (self.index.width as i32, self.index.height as i32);
        let (px, py) = (pixel.x as i32, pixel.y as i32);
        for y in (py - REACH).max(0)..=(py + REACH).min(h - 1) {
            for x in (px - REACH).max(0)..=(px + REACH).min(w - 1) {
                let near = 1.0 / (1.0 + ((x - px).pow(2) + (y - py).pow(2)) as f32 * FALL);
                let (seen, a, contrast, own) = self.known(x as usize, y as usize);
                let unlike: f32 = (0..3).map(|k| weight[k] * (seen[k] - pixel.seen[k]).powi(2)).sum();
                let say = near / (1.0 + unlike * UNLIKE) * (LEAST + contrast.min(MOST));
                knows += say;
                alpha += say * a;
                if let Some(own) = own {
                    let say = near * (0.05 + a);
                    shows += say;
                    for k in 0..3 {
                        colour[k] += say * own[k];
                    }
                }
            }
        }
        (alpha / knows, colour.map(|c| c / shows))
    }

    /// Colour, alpha, how well that is known, and the person's colour, at any pixel.
    fn known(&self, x: usize, y: usize) -> (Colour, f32, f32, Option<Colour>) {
        match self.index.at(x, y) {
            BACKDROP => (self.pixels.at(x, y), 0.0, OUTSIDE_BAND, None),
            PERSON => {
                let seen = self.pixels.at(x, y);
                (seen, 1.0, OUTSIDE_BAND, Some(seen))
            }
            i => {
                let other = &self.mixed[i as usize];
                (other.seen, other.fit.alpha, other.fit.contrast, Some(other.fit.colour))
            }
        }
    }
}

/// F from I, a and B. Two estimates of a F are at hand: a times the neighbours' colour, which an
/// error of alpha spoils by that error times F, and I - (1 - a) B, which it spoils by that times B.
/// They are mixed channel by channel so that the expected error is least: before a light backdrop
/// dark hair takes its colour from the neighbours, before a dark one from the pixel, and where a hue
/// tells alpha from the pixel, too. Held near I and the neighbours' colour, or false hues appear where B
/// is a little off. `known` is one over the variance of what the pixel says of alpha.
pub fn own_colour(i: Colour, b: Colour, f: Colour, alpha: f32, known: f32) -> Colour {
    let unsure = 1.0 / (1.0 / (ALPHA_ERROR * ALPHA_ERROR) + KNOWLEDGE * known);
    std::array::from_fn(|k| {
        let solved = ((i[k] - (1.0 - alpha) * b[k]) / alpha.max(0.1))
            .clamp(i[k].min(f[k]) - ROOM, i[k].max(f[k]) + ROOM);
        let apart = b[k] - f[k];
        let spread = (alpha * (TONE_SPREAD * f[k] + TONE_LEAST)).powi(2);
        let neighbours = (unsure * b[k] * apart + NOISE) / (unsure * apart * apart + spread + NOISE);
        let neighbours = neighbours.clamp(0.0, 1.0);
        solved * (1.0 - neighbours) + f[k] * neighbours
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(alpha: f32, shade: f32) -> Guess {
        Guess { alpha, spread: PRIOR_CLOTH, shade, grain: 1e-5 }
    }

    fn between(f: Colour, b: Colour) -> Colour {
        std::array::from_fn(|k| 0.5 * f[k] + 0.5 * b[k])
    }

    #[test]
    fn a_half_mixed_pixel_gets_half_alpha_and_its_own_colour_back() {
        let (f, b) = ([0.02, 0.02, 0.02], [0.5, 0.05, 0.05]);
        let i = between(f, b);
        let fit = fit(i, f, b, &guess(1.0, 0.0));
        assert!((fit.alpha - 0.5).abs() < 0.05, "{}", fit.alpha);
        let own = own_colour(i, b, fit.colour, fit.alpha, fit.known);
        assert!(own.iter().all(|c| *c < 0.06), "{own:?}");
    }

    #[test]
    fn where_both_look_alike_the_outline_decides() {
        let same = [0.7, 0.7, 0.7];
        assert!((fit(same, same, same, &guess(0.8, 0.0)).alpha - 0.8).abs() < 0.01);
    }

    #[test]
    fn a_shaded_edge_is_no_transparency_but_another_hue_is() {
        // A white jilbab, darker at its edge, before grey: the outline's word has more weight.
        let (white, grey) = ([0.8, 0.8, 0.8], [0.3, 0.3, 0.3]);
        let shaded = fit([0.6, 0.6, 0.6], white, grey, &guess(1.0, 0.2));
        let strict = fit([0.6, 0.6, 0.6], white, grey, &guess(1.0, 0.0));
        assert!(shaded.alpha > strict.alpha + 0.1, "{} {}", shaded.alpha, strict.alpha);
        assert!(shaded.colour[0] < 0.78, "its own colour is the darker one: {:?}", shaded.colour);
        // Before red the same freedom leaves a half-mixed pixel half.
        let red = [0.5, 0.02, 0.03];
        let mixed = fit(between(white, red), white, red, &guess(1.0, 0.2));
        assert!((mixed.alpha - 0.5).abs() < 0.12, "{}", mixed.alpha);
    }
}
