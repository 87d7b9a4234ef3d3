//! Photo: what can be measured of a face in a frame.

use image::RgbImage;
use serde::Serialize;

use super::eyes::opening;
use super::face::Face;
use super::light::{Light, light};
use super::mesh::Mesh;

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
    /// 0 facing the camera, about 1 in profile, signed; by the detector.
    pub turn: f32,
    /// Whether the mesh found the face too; without it the angles and gaps below say nothing and
    /// the light is that of a square about the face.
    pub mesh: bool,
    /// Degrees; positive to the right of the picture, and up.
    pub yaw: f32,
    pub pitch: f32,
    /// Gap between the lids by the mesh, and height of the dark of the eye by its pixels, in T.
    pub lid_gap: f32,
    pub eye_opening: f32,
    /// Gap between the lips in T.
    pub mouth_gap: f32,
    /// Mean brightness of the face, of coded values.
    pub luminance: f32,
    /// Share of the face at 247..=255 and at 0..=25.
    pub overexposed: f32,
    pub underexposed: f32,
    /// Overlap of the brightness of both halves of the face, 1 for the same light on either.
    pub balance: f32,
    /// Energy of fine structure against the face's contrast; no unit.
    pub sharpness: f32,
}

/// Side of the square that the face is brought to before it is measured; the eyes are then a
/// third of it apart, so that the measure does not depend on the distance.
const SIDE: usize = 128;

/// Measures the first face; without a face only `faces` is filled.
pub fn measure(frame: &RgbImage, faces: &[Face], mesh: Option<&Mesh>) -> Measures {
    let Some(face) = faces.first() else { return Measures::default() };
    let (w, h) = (frame.width() as f32, frame.height() as f32);
    let (eyes, t) = (face.eye_middle(), face.t());
    let luma = face_luma(frame, face);
    let light = mesh.and_then(|mesh| light(frame, mesh)).unwrap_or_else(|| light_of_square(&luma));
    let pose = mesh.map_or_else(Default::default, |mesh| mesh.pose);
    Measures {
        faces: faces.len(),
        score: face.score,
        eye_distance: face.eye_distance(),
        t_share: t / h,
        eyes_x: eyes.0 / w,
        eyes_y: eyes.1 / h,
        roll: face.roll(),
        turn: face.turn(),
        mesh: mesh.is_some(),
        yaw: pose.yaw,
        pitch: pose.pitch,
        lid_gap: mesh.map_or(0.0, Mesh::lid_gap),
        eye_opening: mesh.map_or(0.0, |mesh| opening(frame, mesh)),
        mouth_gap: mesh.map_or(0.0, Mesh::mouth_gap),
        luminance: light.mean,
        overexposed: light.over,
        underexposed: light.under,
        balance: light.balance,
        sharpness: sharpness(&luma),
    }
}

fn light_of_square(luma: &[f32]) -> Light {
    let n = luma.len() as f32;
    let share = |f: &dyn Fn(f32) -> bool| luma.iter().filter(|v| f(**v)).count() as f32 / n;
    Light {
        mean: luma.iter().sum::<f32>() / n / 255.0,
        over: share(&|v| v >= 246.5),
        under: share(&|v| v <= 25.5),
        balance: 1.0,
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
