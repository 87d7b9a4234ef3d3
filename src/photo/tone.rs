//! Photo: a gentle hand on exposure and colour of the finished photo.
//!
//! Nobody's skin is brought to a mean: as long as the face is exposed within a broad band and its
//! colour is one that skin has in daylight, nothing is touched at all. Beyond that it is brought to
//! the band's nearer edge, never further, and never by more than a little. No smoothing, no
//! sharpening, no beautifying.

use image::{RgbImage, RgbaImage};

use super::face::Face;
use super::linear;

/// Luminance of the cheeks in linear light that is left as it is; own, from dark to very fair skin
/// in correctly exposed portraits.
const EXPOSED: std::ops::RangeInclusive<f32> = 0.06..=0.66;
/// Red and blue over green in linear light that skin has in daylight, of any tone; own, after the
/// skin locus of Soriano et al. 2000.
const RED: std::ops::RangeInclusive<f32> = 1.2..=2.5;
const BLUE: std::ops::RangeInclusive<f32> = 0.42..=0.92;
/// Most that is done: exposure up and down, and each colour.
const BRIGHTER: f32 = 1.3;
const DARKER: f32 = 0.85;
const TINT: f32 = 1.08;

/// What each channel is multiplied by, in linear light; ones leave the photo as it is.
pub fn correction(frame: &RgbImage, face: &Face) -> [f32; 3] {
    let Some([r, g, b]) = skin(frame, face) else { return [1.0; 3] };
    let into =
        |value: f32, band: &std::ops::RangeInclusive<f32>| value.clamp(*band.start(), *band.end()) / value;
    let exposure = into(0.2126 * r + 0.7152 * g + 0.0722 * b, &EXPOSED).clamp(DARKER, BRIGHTER);
    let red = into(r / g, &RED).clamp(1.0 / TINT, TINT);
    let blue = into(b / g, &BLUE).clamp(1.0 / TINT, TINT);
    [exposure * red, exposure, exposure * blue]
}

/// Multiplies, with a shoulder that keeps white white instead of clipping.
pub fn corrected(photo: &mut RgbaImage, gain: [f32; 3]) {
    if gain.iter().all(|g| (g - 1.0).abs() < 0.005) {
        return;
    }
    let table = linear::table();
    let curves: [[u8; 256]; 3] = gain.map(|g| {
        std::array::from_fn(|v| {
            let v = table[v];
            linear::to_byte(v * g / (1.0 + (g - 1.0) * v))
        })
    });
    for pixel in photo.pixels_mut() {
        for (value, curve) in pixel.0.iter_mut().zip(&curves) {
            *value = curve[usize::from(*value)];
        }
    }
}

/// Median colour between eyes and mouth, linear light; `None` where too little of it is in the frame.
fn skin(frame: &RgbImage, face: &Face) -> Option<[f32; 3]> {
    let (eyes, t) = (face.eye_middle(), face.t());
    let (sin, cos) = face.roll().to_radians().sin_cos();
    let table = linear::table();
    let mut seen: [Vec<f32>; 3] = std::array::from_fn(|_| Vec::new());
    for j in 0..16 {
        for i in 0..24 {
            let (u, v) = ((i as f32 / 23.0 - 0.5) * 0.8 * t, (0.18 + 0.32 * j as f32 / 15.0) * t);
            let (x, y) = (eyes.0 + u * cos - v * sin, eyes.1 + u * sin + v * cos);
            if x >= 0.0 && y >= 0.0 && x < frame.width() as f32 && y < frame.height() as f32 {
                let p = frame.get_pixel(x as u32, y as u32).0;
                for (k, channel) in seen.iter_mut().enumerate() {
                    channel.push(table[usize::from(p[k])]);
                }
            }
        }
    }
    if seen[0].len() < 100 {
        return None;
    }
    let half = seen[0].len() / 2;
    Some(seen.map(|mut c| c.select_nth_unstable_by(half, f32::total_cmp).1.max(1e-3)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photo::Bounds;

    fn face() -> Face {
        Face {
            bbox: Bounds { x: 50.0, y: 50.0, width: 100.0, height: 100.0 },
            eyes: [(80.0, 80.0), (120.0, 80.0)],
            nose: (100.0, 95.0),
            mouth: (100.0, 120.0),
            ears: [(60.0, 85.0), (140.0, 85.0)],
            chin: None,
            score: 0.9,
        }
    }

    fn gain(skin: [u8; 3]) -> [f32; 3] {
        correction(&RgbImage::from_pixel(200, 200, image::Rgb(skin)), &face())
    }

    #[test]
    fn well_lit_skin_of_any_tone_is_left_alone() {
        for skin in [[236, 205, 186], [198, 148, 112], [141, 96, 70], [105, 72, 55]] {
            assert!(gain(skin).iter().all(|g| (g - 1.0).abs() < 1e-6), "{skin:?} {:?}", gain(skin));
        }
    }

    #[test]
    fn a_dim_or_tinted_face_is_helped_only_a_little() {
        let dim = gain([70, 48, 36]);
        assert!(dim[1] > 1.05 && dim[1] <= BRIGHTER, "{dim:?}");
        let tungsten = gain([220, 120, 60]);
        assert!(tungsten[0] < 0.99 && tungsten[2] > 1.01, "{tungsten:?}");
        assert!(tungsten.iter().all(|g| (1.0 / TINT - 1e-3..=TINT + 1e-3).contains(g)), "{tungsten:?}");
    }

    #[test]
    fn white_stays_white_black_black_and_alpha_itself() {
        let mut photo = RgbaImage::from_pixel(2, 1, image::Rgba([255, 0, 128, 77]));
        corrected(&mut photo, [1.3, 1.3, 1.3]);
        let p = photo.get_pixel(0, 0).0;
        assert!(p[0] == 255 && p[1] == 0 && p[2] > 128 && p[3] == 77, "{p:?}");
    }
}
