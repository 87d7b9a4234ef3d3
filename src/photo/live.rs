//! Photo: the person on transparency for the live picture: cheap, and only for the eye.

use image::{RgbImage, RgbaImage};

use super::linear;
use super::plane::{Pixels, Plane};
use super::segment::{person, stretched};
use super::{Models, PhotoError};

/// Longer side of the preview.
const SIDE: usize = 480;
/// The guided filter's reach in preview pixels, and the contrast (square roots of light, squared)
/// that it takes for an edge.
const REACH: usize = 5;
const EDGE: f32 = 1e-3;

/// The network's outline, drawn along the picture's edges (guided filter, He et al. 2013). At
/// most 480 pixels a side, straight alpha, the backdrop's colour still in the edge.
///
/// # Errors
/// A frame under 64 pixels a side, or an unusable network.
pub fn live_matte(models: &Models, frame: &RgbImage) -> Result<RgbaImage, PhotoError> {
    let (w, h) = frame.dimensions();
    if w.min(h) < 64 {
        return Err(PhotoError::TooSmall(w, h));
    }
    let small = Pixels::of(frame).reduced((w.max(h) as usize).div_ceil(SIDE));
    let net = stretched(&person(models, frame)?, small.width, small.height);
    let luma = small.map(|c| (0.25 * c[0] + 0.6 * c[1] + 0.15 * c[2]).max(0.0).sqrt());
    let product = |a: &Plane<f32>, b: &Plane<f32>| Plane {
        width: a.width,
        height: a.height,
        data: a.data.iter().zip(&b.data).map(|(a, b)| a * b).collect(),
    };
    let mean_luma = luma.box_mean(REACH);
    let mean_net = net.box_mean(REACH);
    let squares = product(&luma, &luma).box_mean(REACH);
    let both = product(&luma, &net).box_mean(REACH);
    let (mut slope, mut base) = (mean_luma.clone(), mean_luma.clone());
    for i in 0..slope.data.len() {
        let (l, n) = (mean_luma.data[i], mean_net.data[i]);
        let a = (both.data[i] - l * n) / ((squares.data[i] - l * l).max(0.0) + EDGE);
        slope.data[i] = a;
        base.data[i] = n - a * l;
    }
    let (slope, base) = (slope.box_mean(REACH), base.box_mean(REACH));
    let mut out = RgbaImage::new(small.width as u32, small.height as u32);
    for (i, pixel) in out.pixels_mut().enumerate() {
        let alpha = ((slope.data[i] * luma.data[i] + base.data[i] - 0.15) / 0.7).clamp(0.0, 1.0);
        let c = small.data[i].map(linear::to_byte);
        pixel.0 = [c[0], c[1], c[2], (alpha * 255.0).round() as u8];
    }
    Ok(out)
}
