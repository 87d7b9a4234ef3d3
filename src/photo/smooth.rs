//! Photo: alpha changes where the picture changes. In the mixed band every pixel says of alpha what
//! it knows (`fit.rs`), and neighbours of one colour have one alpha. Where person and backdrop are
//! told apart by brightness alone a pixel knows next to nothing, for a shaded rim of white cloth and
//! half of a grey backdrop look the same; the rim fades slowly, though, and the edge is a step.
//!
//! The least of sum known (a - fit)^2 + sum bond (a - a')^2, by successive over-relaxation: a random
//! walk between what is known (Grady, Random Walks for Image Segmentation, PAMI 2006).

use super::fit::{BACKDROP, Band, Fit, PERSON};
use super::plane::Colour;

/// Bond of two neighbours of one colour, one over the variance of alpha's step between them (0.045).
/// A difference of colour adds to that variance its square in units of noise. Own; results hardly
/// change from half to twice this, nor with the unit of noise; five times is worse.
const BOND: f32 = 500.0;
/// What is known at the least, so that a pixel without neighbours keeps its own.
const LEAST: f32 = 1e-3;
/// Rounds, and how far beyond the neighbours' mean each goes.
const ROUNDS: usize = 40;
const BEYOND: f32 = 1.6;

/// What a pixel hears: neighbours in the band with their bonds, the sum of all bonds and of what is
/// known, and the sum that does not change from round to round.
struct Bonds {
    to: [(u32, f32); 4],
    all: f32,
    said: f32,
}

/// Alpha of every pixel of the band.
pub fn smooth(band: &Band, fits: &[Fit]) -> Vec<f32> {
    let bonds: Vec<Bonds> = (0..fits.len()).map(|i| bonds(band, fits, i)).collect();
    let mut alpha: Vec<f32> = fits.iter().map(|fit| fit.alpha).collect();
    for _ in 0..ROUNDS {
        for (i, b) in bonds.iter().enumerate() {
            let heard: f32 = b.to.iter().map(|(j, bond)| bond * alpha[*j as usize]).sum();
            let mean = (b.said + heard) / b.all;
            alpha[i] = (alpha[i] + BEYOND * (mean - alpha[i])).clamp(0.0, 1.0);
        }
    }
    alpha
}

fn bonds(band: &Band, fits: &[Fit], i: usize) -> Bonds {
    let (pixel, fit) = (&band.mixed[i], &fits[i]);
    let known = fit.known + LEAST;
    let mut out = Bonds { to: [(0, 0.0); 4], all: known, said: known * fit.alpha };
    let root = |c: Colour| c.map(|v| v.max(0.0).sqrt());
    let here = root(pixel.seen);
    let (x, y) = (pixel.x as usize, pixel.y as usize);
    let around = [(x.wrapping_sub(1), y), (x + 1, y), (x, y.wrapping_sub(1)), (x, y + 1)];
    for (to, (x, y)) in out.to.iter_mut().zip(around) {
        if x >= band.index.width || y >= band.index.height {
            continue;
        }
        let there = root(band.pixels.at(x, y));
        let apart = (0..3).map(|k| (here[k] - there[k]).powi(2)).sum::<f32>() / band.grain;
        let strength = BOND / (1.0 + apart);
        out.all += strength;
        match band.index.at(x, y) {
            BACKDROP => {}
            PERSON => out.said += strength,
            j => *to = (j, strength),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};

    use super::super::fit::Mixed;
    use super::super::plane::{Pixels, Plane};
    use super::*;

    #[test]
    fn a_shaded_rim_stays_whole_and_the_edge_is_where_the_step_is() {
        // Backdrop, a step, and cloth that brightens from its rim inwards; the pixels know nothing
        // and guess that alpha rises evenly.
        let values = [100_u8, 100, 100, 100, 150, 153, 156, 159, 162, 165];
        let picture = RgbImage::from_fn(10, 3, |x, _| Rgb([values[x as usize]; 3]));
        let pixels = Pixels::of(&picture);
        let mut index = Plane::filled(10, 3, BACKDROP);
        let (mut mixed, mut fits) = (Vec::new(), Vec::new());
        for y in 0..3 {
            index.data[y * 10 + 9] = PERSON;
            for x in 1..9 {
                index.data[y * 10 + x] = mixed.len() as u32;
                let guess = || Fit::none(x as f32 / 9.0, [0.5; 3]);
                let seen = pixels.at(x, y);
                mixed.push(Mixed { x: x as u32, y: y as u32, seen, behind: [0.1; 3], fit: guess() });
                fits.push(guess());
            }
        }
        let band = Band { mixed: &mixed, index: &index, pixels, grain: 1e-4 };
        let alpha = smooth(&band, &fits);
        let row = &alpha[8..16];
        assert!(row[..3].iter().all(|a| *a < 0.15), "backdrop: {row:?}");
        assert!(row[3..].iter().all(|a| *a > 0.85), "the rim: {row:?}");
        for fit in &mut fits {
            fit.known = 1e6;
        }
        let kept = smooth(&band, &fits);
        assert!((kept[8] - 1.0 / 9.0).abs() < 0.01, "what is known stands: {}", kept[8]);
    }
}
