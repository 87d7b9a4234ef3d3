//! Photo: the backdrop as it would look in this frame without the person.
//!
//! The empty backdrop ("clean plate") was taken at another moment: other exposure, other white
//! balance, a camera moved by a pixel or two, and no shadow of the person. So it is matched where
//! backdrop surely shows: moved, then multiplied by a smooth field that carries gain, balance and
//! soft shadow, carried on beneath the person. Without a plate the field is the backdrop itself.

use super::extend::{Weighted, collect, filled, smoothed};
use super::plane::{Colour, Pixels, Plane};

/// Cells of the gain field, in working pixels.
const CELL: usize = 6;
/// Cells at which a backdrop seen without a plate must still be smooth, and how smooth (median
/// residual, square roots of light).
const COARSE: usize = 32;
const PLAIN: f32 = 0.03;
const EPS: f32 = 1e-3;
/// Gain of a cell against the median gain: from deep shadow to a little more light.
const GAIN: std::ops::Range<f32> = 0.5..1.5;
/// Working noise of the camera below which differences say nothing, in square-root units of light.
const LEAST_NOISE: f32 = 0.004;

/// The backdrop at working size, and how far it can be trusted.
pub struct Backdrop {
    pub colour: Plane<Colour>,
    /// Field that was multiplied onto the plate; `None` when there was none to multiply.
    field: Option<Plane<Colour>>,
    /// Movement of the plate onto the frame, in working pixels.
    shift: (f32, f32),
    /// Noise of one working pixel, in square-root units of light.
    pub noise: f32,
    /// False for a guess at a backdrop full of things: what it would look like behind the person
    /// cannot be known.
    pub plain: bool,
}

impl Backdrop {
    /// From the plate. `sure` says where backdrop surely shows; `None` when it shows nowhere.
    pub fn matched(
        frame: &Plane<Colour>,
        plate: &Plane<Colour>,
        shift: (f32, f32),
        sure: &Plane<bool>,
    ) -> Option<Backdrop> {
        let (w, h) = (frame.width, frame.height);
        let moved = moved(plate, shift);
        // The ratio of two sums, not the mean of ratios: dark pixels would shout.
        let grid_frame = collect(w, h, CELL, |x, y| sure.at(x, y).then(|| frame.at(x, y)));
        let grid_plate = collect(w, h, CELL, |x, y| sure.at(x, y).then(|| moved.at(x, y)));
        let mut ratio = grid_frame.clone();
        for (r, p) in ratio.data.iter_mut().zip(&grid_plate.data) {
            let weight = r.weight;
            r.sum = std::array::from_fn(|k| {
                weight * (r.sum[k] + EPS * weight) / (p.sum[k] + EPS * weight).max(EPS)
            });
        }
        drop_outliers(&mut ratio);
        let field = smoothed(&filled(&ratio, (CELL * CELL / 2) as f32)?);
        let colour = multiplied(&moved, &field, CELL);
        let noise = noise(frame, &colour, sure);
        Some(Backdrop { colour, field: Some(field), shift, noise, plain: true })
    }

    /// Without a plate: what shows of the backdrop, carried on behind the person.
    pub fn guessed(frame: &Plane<Colour>, sure: &Plane<bool>) -> Option<Backdrop> {
        let (w, h) = (frame.width, frame.height);
        let carried_on = |cell: usize| {
            let grid = collect(w, h, cell, |x, y| sure.at(x, y).then(|| frame.at(x, y)));
            let field = smoothed(&filled(&grid, (cell * cell / 2) as f32)?);
            Some(multiplied(&Plane::filled(w, h, [1.0; 3]), &field, cell))
        };
        let (colour, coarse) = (carried_on(CELL)?, carried_on(COARSE)?);
        let noise = noise(frame, &colour, sure);
        let plain = self::noise(frame, &coarse, sure) < PLAIN;
        Some(Backdrop { colour, field: None, shift: (0.0, 0.0), noise, plain })
    }

    /// The backdrop's colour at one pixel of the full frame, `factor` times the working size.
    pub fn full(&self, plate: Option<Pixels>, factor: usize, x: usize, y: usize) -> Colour {
        let f = factor as f32;
        let (wx, wy) = ((x as f32 + 0.5) / f - 0.5, (y as f32 + 0.5) / f - 0.5);
        match (plate, &self.field) {
            (Some(plate), Some(field)) => {
                let cell = CELL as f32;
                let gain = field.sample((wx + 0.5) / cell - 0.5, (wy + 0.5) / cell - 0.5);
                let base = plate.sample(x as f32 - self.shift.0 * f, y as f32 - self.shift.1 * f);
                std::array::from_fn(|k| base[k] * gain[k])
            }
            _ => self.colour.sample(wx, wy),
        }
    }
}

fn moved(plate: &Plane<Colour>, shift: (f32, f32)) -> Plane<Colour> {
    if shift == (0.0, 0.0) {
        return plate.clone();
    }
    let mut data = Vec::with_capacity(plate.data.len());
    for y in 0..plate.height {
        for x in 0..plate.width {
            data.push(plate.sample(x as f32 - shift.0, y as f32 - shift.1));
        }
    }
    Plane { width: plate.width, height: plate.height, data }
}

fn multiplied(base: &Plane<Colour>, field: &Plane<Colour>, cell: usize) -> Plane<Colour> {
    let cell = cell as f32;
    let mut data = Vec::with_capacity(base.data.len());
    for y in 0..base.height {
        let fy = (y as f32 + 0.5) / cell - 0.5;
        for x in 0..base.width {
            let gain = field.sample((x as f32 + 0.5) / cell - 0.5, fy);
            let b = base.at(x, y);
            data.push(std::array::from_fn(|k| b[k] * gain[k]));
        }
    }
    Plane { width: base.width, height: base.height, data }
}

/// Cells whose gain is far from the usual one show no backdrop, whatever the network said.
fn drop_outliers(ratio: &mut Plane<Weighted>) {
    let known = |g: &&Weighted| g.weight > 0.0;
    let middle: Colour = std::array::from_fn(|k| {
        let mut gains: Vec<f32> = ratio.data.iter().filter(known).map(|g| g.sum[k] / g.weight).collect();
        let half = gains.len() / 2;
        if gains.is_empty() { 1.0 } else { *gains.select_nth_unstable_by(half, f32::total_cmp).1 }
    });
    for g in &mut ratio.data {
        if g.weight > 0.0 && (0..3).any(|k| !GAIN.contains(&(g.sum[k] / g.weight / middle[k]))) {
            *g = Weighted::default();
        }
    }
}

/// Robust spread (median of absolute residuals / 0.67) on the sure pixels, in square roots of light.
fn noise(frame: &Plane<Colour>, backdrop: &Plane<Colour>, sure: &Plane<bool>) -> f32 {
    let mut residuals: Vec<f32> = sure
        .data
        .iter()
        .enumerate()
        .filter(|(_, s)| **s)
        .step_by(7)
        .map(|(i, _)| (frame.data[i][1].max(0.0).sqrt() - backdrop.data[i][1].max(0.0).sqrt()).abs())
        .collect();
    if residuals.is_empty() {
        return LEAST_NOISE;
    }
    let middle = residuals.len() / 2;
    let (_, median, _) = residuals.select_nth_unstable_by(middle, f32::total_cmp);
    (*median / 0.67).max(LEAST_NOISE)
}

/// Movement of the plate onto the frame, in working pixels, by least squares on the brightness
/// gradients of the backdrop (Lucas–Kanade); (0, 0) where the backdrop has no structure to hold on to.
pub fn shift(frame: &Plane<Colour>, plate: &Plane<Colour>, sure: &Plane<bool>, most: f32) -> (f32, f32) {
    let luma = |p: &Plane<Colour>| p.map(|c| (0.25 * c[0] + 0.6 * c[1] + 0.15 * c[2] + EPS).ln()).box_mean(1);
    let (f, p) = (luma(frame), luma(plate));
    // Only what stands out of the slow light matters.
    let detail = |p: &Plane<f32>| {
        let slow = p.box_mean(12);
        Plane {
            width: p.width,
            height: p.height,
            data: p.data.iter().zip(&slow.data).map(|(a, b)| a - b).collect(),
        }
    };
    let (f, p) = (detail(&f), detail(&p));
    let mut at = (0.0_f32, 0.0_f32);
    for _ in 0..3 {
        let (mut xx, mut xy, mut yy, mut xt, mut yt, mut n) =
            (0.0_f64, 0.0_f64, 0.0_f64, 0.0_f64, 0.0_f64, 0.0_f64);
        for y in (8..f.height.saturating_sub(8)).step_by(2) {
            for x in (8..f.width.saturating_sub(8)).step_by(2) {
                if !sure.at(x, y) {
                    continue;
                }
                let (px, py) = (x as f32 - at.0, y as f32 - at.1);
                let gx = f64::from(p.sample(px + 1.0, py) - p.sample(px - 1.0, py)) / 2.0;
                let gy = f64::from(p.sample(px, py + 1.0) - p.sample(px, py - 1.0)) / 2.0;
                let t = f64::from(p.sample(px, py) - f.at(x, y)).clamp(-0.2, 0.2);
                xx += gx * gx;
                xy += gx * gy;
                yy += gy * gy;
                xt += gx * t;
                yt += gy * t;
                n += 1.0;
            }
        }
        let ridge = n * 1e-7 + 1e-9;
        let (xx, yy) = (xx + ridge, yy + ridge);
        let det = xx * yy - xy * xy;
        if det <= 0.0 {
            return (0.0, 0.0);
        }
        at.0 += ((yy * xt - xy * yt) / det) as f32;
        at.1 += ((xx * yt - xy * xt) / det) as f32;
    }
    if at.0.abs() > most || at.1.abs() > most { (0.0, 0.0) } else { at }
}
