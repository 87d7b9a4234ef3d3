//! Photo: fine structure that the backdrop does not have. Clothes of the backdrop's very colour
//! still have folds and weave; what is left of the backdrop after the match is the camera's noise.

use super::backdrop::Backdrop;
use super::plane::{Colour, Plane};

/// Reach of what counts as fine, and of the square over which it is summed, in working pixels.
const FINE: usize = 3;
const SUMMED: usize = 4;
/// One pixel counts at most this many times the usual noise, so that an outline nearby does not
/// make the cloth beside it look like weave.
const MOST: f32 = 6.0;
/// Odds (natural logarithm) a step, where a step is from the backdrop's median to its rarest
/// twentieth, and from which step on they speak for the person. Smoothness says nothing: people
/// wear that too.
const A_STEP: f32 = 1.5;
const FROM: f32 = 1.0;
const WOVEN: f32 = 4.0;

/// Evidence for a person from structure alone, natural logarithm of odds. `sure` says where
/// backdrop surely shows; there the camera's noise is learnt.
pub fn texture(frame: &Plane<Colour>, backdrop: &Backdrop, sure: &Plane<bool>) -> Plane<f32> {
    let mut energy = Plane::filled(frame.width, frame.height, 0.0_f32);
    let places: Vec<usize> = (0..sure.data.len()).filter(|i| sure.data[*i]).collect();
    if places.is_empty() {
        return energy;
    }
    for k in 0..3 {
        let mut left = Plane::filled(frame.width, frame.height, 0.0_f32);
        for ((l, f), b) in left.data.iter_mut().zip(&frame.data).zip(&backdrop.colour.data) {
            *l = f[k].max(0.0).sqrt() - b[k].max(0.0).sqrt();
        }
        let slow = left.box_mean(FINE);
        for (l, s) in left.data.iter_mut().zip(&slow.data) {
            *l = (*l - s).powi(2);
        }
        let usual = quantile(&left, &places, 0.5).max(1e-9);
        for (e, l) in energy.data.iter_mut().zip(&left.data) {
            // The median of a square is 0.45 of its mean.
            *e += (l / usual).min(MOST / 0.45) / 3.0;
        }
    }
    let energy = energy.box_mean(SUMMED).map(|e| (e + 1e-3).ln());
    let energy = eroded(&energy, SUMMED);
    let (usual, rare) = (quantile(&energy, &places, 0.5), quantile(&energy, &places, 0.95));
    let step = (rare - usual).max(0.05);
    energy.map(|e| (A_STEP * ((e - usual) / step - FROM)).clamp(0.0, WOVEN))
}

/// The least of the places so far away in four directions: what an outline lends to the cloth
/// beside it is taken back.
fn eroded(plane: &Plane<f32>, by: usize) -> Plane<f32> {
    let (w, h) = (plane.width, plane.height);
    let mut out = plane.clone();
    for y in 0..h {
        for x in 0..w {
            let around = [
                (x.saturating_sub(by), y),
                ((x + by).min(w - 1), y),
                (x, y.saturating_sub(by)),
                (x, (y + by).min(h - 1)),
            ];
            let least = around.iter().map(|(x, y)| plane.at(*x, *y)).fold(plane.at(x, y), f32::min);
            out.data[y * w + x] = least;
        }
    }
    out
}

fn quantile(plane: &Plane<f32>, places: &[usize], share: f32) -> f32 {
    let mut values: Vec<f32> = places.iter().map(|i| plane.data[*i]).collect();
    let at = ((values.len() - 1) as f32 * share) as usize;
    *values.select_nth_unstable_by(at, f32::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photo::tests::grain;

    #[test]
    fn cloth_with_a_weave_speaks_for_a_person_and_mere_noise_does_not() {
        let (w, h) = (120, 90);
        let colour = |weave: bool| {
            let mut plane = Plane::filled(w, h, [0.0_f32; 3]);
            for (i, c) in plane.data.iter_mut().enumerate() {
                let (x, y) = ((i % w) as u32, (i / w) as u32);
                let worn = weave && (30..90).contains(&x) && y > 40;
                let fold = if worn && (x / 2 + y) % 4 < 2 { 0.03 } else { 0.0 };
                *c = std::array::from_fn(|k| 0.3 + fold + 0.004 * grain(x, y, 7 + k as u32));
            }
            plane
        };
        let mut sure = Plane::filled(w, h, true);
        for (i, s) in sure.data.iter_mut().enumerate() {
            *s = !(25..95).contains(&(i % w));
        }
        let plate = Plane::filled(w, h, [0.3; 3]);
        let behind = Backdrop::matched(&colour(false), &plate, (0.0, 0.0), &sure).unwrap();
        let seen = texture(&colour(true), &behind, &sure);
        assert!(seen.at(60, 65) > 2.0, "{}", seen.at(60, 65));
        assert!(seen.at(60, 15) < 0.5 && seen.at(10, 65) < 0.5);
    }
}
