//! Photo: what can be measured of a face in a frame, and the limits, in one table.

use image::RgbImage;
use serde::Serialize;

use super::face::Face;

/// Measures of the best face in a frame. Shares are 0..1.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Measures {
    pub faces: usize,
    /// The detector's score.
    pub score: f32,
    /// Pixels between the eyes.
    pub eye_distance: f32,
    /// T (eye middle to chin) as share of the frame's height.
    pub t_share: f32,
    /// Eye middle, share of the frame's width and height.
    pub eyes_x: f32,
    pub eyes_y: f32,
    /// Degrees; positive when the right eye in the picture is lower.
    pub roll: f32,
    /// 0 facing the camera, about 1 in profile, signed.
    pub turn: f32,
    /// Mean brightness of the face, of coded values.
    pub luminance: f32,
    /// Share of the face at 247..=255 and at 0..=25.
    pub overexposed: f32,
    pub underexposed: f32,
    /// Energy of fine structure against the face's contrast; no unit.
    pub sharpness: f32,
}

/// The limits. "OFIQ" is BSI's open face quality library (ISO/IEC 29794-5), whose scores of 50
/// of 100 are taken as the bar; "own" are chosen for a desk and stand in proportion to the crop.
pub struct Limits {
    /// OFIQ: 50 points at 70 px.
    pub eye_distance: f32,
    /// Own: nearer and farther than this the card's crop (T is a quarter of its height) leaves the
    /// frame or loses detail. Live advice only; the eye distance decides about a picture.
    pub t_share: (f32, f32),
    /// Own: eye middle about the frame's centre line, and its height; live advice only.
    pub eyes_x: (f32, f32),
    pub eyes_y: (f32, f32),
    /// Own: up to here the crop levels the eyes well; ICAO wants 5 after that.
    pub roll: f32,
    /// Own: about 20 degrees.
    pub turn: f32,
    /// OFIQ: mean between 0.2 and 0.8.
    pub luminance: (f32, f32),
    /// OFIQ gives 50 points at 1 % of a well segmented face; our region has spectacles and
    /// foreheads in it, so more is borne.
    pub overexposed: f32,
    /// Own: black hair and beards lie in the region.
    pub underexposed: f32,
    /// Own, measured on sharp portraits and the same blurred.
    pub sharpness: f32,
}

pub const LIMITS: Limits = Limits {
    eye_distance: 70.0,
    t_share: (0.15, 0.30),
    eyes_x: (0.38, 0.62),
    eyes_y: (0.25, 0.60),
    roll: 15.0,
    turn: 0.55,
    luminance: (0.2, 0.8),
    overexposed: 0.08,
    underexposed: 0.6,
    sharpness: 0.02,
};

/// Side of the square that the face is brought to before it is measured; the eyes are then a
/// third of it apart, so that the measure does not depend on the distance.
const SIDE: usize = 128;

/// Measures the first face; without a face only `faces` is filled.
pub fn measure(frame: &RgbImage, faces: &[Face]) -> Measures {
    let Some(face) = faces.first() else { return Measures::default() };
    let (w, h) = (frame.width() as f32, frame.height() as f32);
    let (eyes, t) = (face.eye_middle(), face.t());
    let luma = face_luma(frame, face);
    let n = luma.len() as f32;
    let share = |f: &dyn Fn(f32) -> bool| luma.iter().filter(|v| f(**v)).count() as f32 / n;
    Measures {
        faces: faces.len(),
        score: face.score,
        eye_distance: face.eye_distance(),
        t_share: t / h,
        eyes_x: eyes.0 / w,
        eyes_y: eyes.1 / h,
        roll: face.roll(),
        turn: face.turn(),
        luminance: luma.iter().sum::<f32>() / n / 255.0,
        overexposed: share(&|v| v >= 246.5),
        underexposed: share(&|v| v <= 25.5),
        sharpness: sharpness(&luma),
    }
}

/// Brightness 0..255 of the face from brow to chin, `SIDE` by `SIDE`, upright as it stands.
fn face_luma(frame: &RgbImage, face: &Face) -> Vec<f32> {
    let (eyes, t) = (face.eye_middle(), face.t());
    let (left, top, size) = (eyes.0 - 0.75 * t, eyes.1 - 0.45 * t, 1.5 * t);
    let step = size / SIDE as f32;
    let taps = (step.ceil() as usize).clamp(1, 4);
    let (w, h) = (frame.width() as f32, frame.height() as f32);
    let mut out = Vec::with_capacity(SIDE * SIDE);
    for y in 0..SIDE {
        for x in 0..SIDE {
            let mut sum = 0.0;
            for j in 0..taps {
                for i in 0..taps {
                    let px = left + (x as f32 + (i as f32 + 0.5) / taps as f32) * step;
                    let py = top + (y as f32 + (j as f32 + 0.5) / taps as f32) * step;
                    let p = frame.get_pixel(px.clamp(0.0, w - 1.0) as u32, py.clamp(0.0, h - 1.0) as u32).0;
                    sum += 0.2126 * f32::from(p[0]) + 0.7152 * f32::from(p[1]) + 0.0722 * f32::from(p[2]);
                }
            }
            out.push(sum / (taps * taps) as f32);
        }
    }
    out
}

/// Variance of the Laplacian over the variance of brightness, in the middle of the face where no
/// outline against the backdrop can feign sharpness.
fn sharpness(luma: &[f32]) -> f32 {
    let (from, to) = (SIDE / 6, SIDE - SIDE / 6);
    let (mut lap, mut sum, mut squares, mut n) = (0.0_f64, 0.0_f64, 0.0_f64, 0.0_f64);
    for y in from..to {
        for x in from..to {
            let at = |x: usize, y: usize| f64::from(luma[y * SIDE + x]);
            let v = at(x, y);
            let l = at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1) - 4.0 * v;
            lap += l * l;
            sum += v;
            squares += v * v;
            n += 1.0;
        }
    }
    let variance = squares / n - (sum / n).powi(2);
    (lap / n / (variance + 4.0)) as f32
}
