//! Photo: faces and their landmarks, by MediaPipe's short-range BlazeFace.

use image::RgbImage;

use super::PhotoError;
use super::nets::{FACE_SIDE, Models, Window, planar};

/// A rectangle in pixels of the frame; may reach beyond its edge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
}

/// One face, in pixels of the frame.
#[derive(Clone, Debug)]
pub struct Face {
    /// From the brow to the chin, by the detector's own measure.
    pub bbox: Bounds,
    /// Left in the picture first.
    pub eyes: [(f32, f32); 2],
    pub nose: (f32, f32),
    pub mouth: (f32, f32),
    /// Beside the ears, left in the picture first.
    pub ears: [(f32, f32); 2],
    /// Only from the mesh; the detector gives none.
    pub chin: Option<(f32, f32)>,
    /// 0..1
    pub score: f32,
}

impl Face {
    pub fn eye_middle(&self) -> (f32, f32) {
        let [a, b] = self.eyes;
        (a.0.midpoint(b.0), a.1.midpoint(b.1))
    }

    pub fn eye_distance(&self) -> f32 {
        let [a, b] = self.eyes;
        (b.0 - a.0).hypot(b.1 - a.1)
    }

    /// Angle of the line through the eyes, degrees, positive when the right one in the picture is lower.
    pub fn roll(&self) -> f32 {
        let [a, b] = self.eyes;
        (b.1 - a.1).atan2(b.0 - a.0).to_degrees()
    }

    /// T, from the middle of the eyes to the chin. Without the mesh's chin it is estimated: the
    /// mouth stands at 0.6 of T and the eyes are T / 1.8 apart (adult means); turning the head
    /// shortens either, never lengthens it, so the larger estimate holds.
    pub fn t(&self) -> f32 {
        let m = self.eye_middle();
        if let Some(chin) = self.chin {
            return (chin.0 - m.0).hypot(chin.1 - m.1).max(1.0);
        }
        let to_mouth = (self.mouth.0 - m.0).hypot(self.mouth.1 - m.1);
        (to_mouth / 0.6).max(self.eye_distance() * 1.8)
    }

    /// How far the head is turned: 0 facing, about 1 in profile. The nose's place between the
    /// eyes, along the line through them.
    pub fn turn(&self) -> f32 {
        let (m, d) = (self.eye_middle(), self.eye_distance().max(1.0));
        let [a, b] = self.eyes;
        let along = ((b.0 - a.0) / d, (b.1 - a.1) / d);
        ((self.nose.0 - m.0) * along.0 + (self.nose.1 - m.1) * along.1) / d * 2.0
    }
}

/// A score below this is no face; the value MediaPipe's own short-range graph uses.
const MIN_SCORE: f32 = 0.5;
/// Boxes that overlap more than this are the same face (same graph).
const SAME_FACE: f32 = 0.3;
/// Own: more parts are looked at, so a chance likeness is likelier.
const FAR_SCORE: f32 = 0.7;

/// Every face in the frame, best score first.
///
/// The detector is made for faces near the camera: where T (eyes to chin) is under a tenth of the
/// frame's longer side it finds nobody.
///
/// # Errors
/// A frame under 64 pixels a side, or an unusable network.
pub fn faces(models: &Models, frame: &RgbImage) -> Result<Vec<Face>, PhotoError> {
    let (w, h) = frame.dimensions();
    if w.min(h) < 64 {
        return Err(PhotoError::TooSmall(w, h));
    }
    let (w, h) = (w as f32, h as f32);
    let side = w.max(h);
    let whole = Window { x: (w - side) / 2.0, y: (h - side) / 2.0, width: side, height: side };
    let mut found = look(models, frame, whole)?;
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    Ok(joined(&found))
}

/// Whether somebody is there whom the detector only finds in a part of the frame: so that the
/// verdict can say "come closer" rather than that nobody is there. Some 0.3 s, so not for the live
/// picture.
///
/// # Errors
/// As [`faces`].
pub fn somebody_far(models: &Models, frame: &RgbImage) -> Result<bool, PhotoError> {
    let (w, h) = (frame.width() as f32, frame.height() as f32);
    for parts in [2.0, 4.0] {
        let part = w.max(h) / parts;
        let steps = |length: f32| ((length - part) / (part / 2.0)).round().max(0.0) as usize;
        let at = |n: usize, of: usize, length: f32| {
            if of == 0 { (length - part) / 2.0 } else { (length - part) * n as f32 / of as f32 }
        };
        for j in 0..=steps(h) {
            for i in 0..=steps(w) {
                let (x, y) = (at(i, steps(w), w), at(j, steps(h), h));
                let found = look(models, frame, Window { x, y, width: part, height: part })?;
                if found.iter().any(|face| face.score > FAR_SCORE) {
                    return Ok(true);
                }
            }
        }
    }
    Ok(false)
}

fn look(models: &Models, frame: &RgbImage, window: Window) -> Result<Vec<Face>, PhotoError> {
    let mut input = planar(frame, window, FACE_SIDE);
    for v in &mut input {
        *v = *v / 127.5 - 1.0;
    }
    let (boxes, scores) = models.face(input)?;
    let mut found = Vec::new();
    for ((raw, logit), anchor) in boxes.chunks_exact(16).zip(&scores).zip(anchors()) {
        let score = 1.0 / (1.0 + (-logit.clamp(-100.0, 100.0)).exp());
        if score < MIN_SCORE {
            continue;
        }
        let scale = FACE_SIDE as f32;
        let at = |i: usize| {
            (
                window.x + (raw[i] / scale + anchor.0) * window.width,
                window.y + (raw[i + 1] / scale + anchor.1) * window.height,
            )
        };
        let centre = at(0);
        let size = (raw[2] / scale * window.width, raw[3] / scale * window.height);
        found.push(Face {
            bbox: Bounds {
                x: centre.0 - size.0 / 2.0,
                y: centre.1 - size.1 / 2.0,
                width: size.0,
                height: size.1,
            },
            eyes: [at(4), at(6)],
            nose: at(8),
            mouth: at(10),
            ears: [at(12), at(14)],
            chin: None,
            score,
        });
    }
    Ok(found)
}

/// Centres of the detector's 896 anchors, 0..1: two a cell at stride 8, six a cell at stride 16.
fn anchors() -> impl Iterator<Item = (f32, f32)> {
    [(16_usize, 2_usize), (8, 6)].into_iter().flat_map(|(cells, each)| {
        (0..cells * cells * each).map(move |i| {
            let cell = i / each;
            (((cell % cells) as f32 + 0.5) / cells as f32, ((cell / cells) as f32 + 0.5) / cells as f32)
        })
    })
}

/// Non-maximum suppression by weighted mean, as MediaPipe does it: the answers for one face are
/// averaged by their scores, which steadies the landmarks.
fn joined(sorted: &[Face]) -> Vec<Face> {
    let mut rest: Vec<&Face> = sorted.iter().collect();
    let mut out = Vec::new();
    while let Some(&best) = rest.first() {
        let (same, other): (Vec<&Face>, Vec<&Face>) = rest
            .iter()
            .copied()
            .partition(|f| std::ptr::eq(*f, best) || overlap(&f.bbox, &best.bbox) > SAME_FACE);
        let total: f32 = same.iter().map(|f| f.score).sum();
        let mean = |get: &dyn Fn(&Face) -> f32| same.iter().map(|f| get(f) * f.score).sum::<f32>() / total;
        let point = |get: &dyn Fn(&Face) -> (f32, f32)| (mean(&|f| get(f).0), mean(&|f| get(f).1));
        out.push(Face {
            bbox: Bounds {
                x: mean(&|f| f.bbox.x),
                y: mean(&|f| f.bbox.y),
                width: mean(&|f| f.bbox.width),
                height: mean(&|f| f.bbox.height),
            },
            eyes: [point(&|f| f.eyes[0]), point(&|f| f.eyes[1])],
            nose: point(&|f| f.nose),
            mouth: point(&|f| f.mouth),
            ears: [point(&|f| f.ears[0]), point(&|f| f.ears[1])],
            chin: None,
            score: best.score,
        });
        rest = other;
    }
    out
}

/// Intersection over union.
fn overlap(a: &Bounds, b: &Bounds) -> f32 {
    let w = (a.x + a.width).min(b.x + b.width) - a.x.max(b.x);
    let h = (a.y + a.height).min(b.y + b.height) - a.y.max(b.y);
    if w <= 0.0 || h <= 0.0 {
        return 0.0;
    }
    w * h / (a.width * a.height + b.width * b.height - w * h)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_anchors_as_boxes() {
        assert_eq!(anchors().count(), 896);
    }

    #[test]
    fn one_face_seen_twice_is_one() {
        let face = |x: f32, score: f32| Face {
            bbox: Bounds { x, y: 0.0, width: 10.0, height: 10.0 },
            eyes: [(x, 3.0), (x + 4.0, 3.0)],
            nose: (x + 2.0, 5.0),
            mouth: (x + 2.0, 7.0),
            ears: [(x, 4.0), (x + 8.0, 4.0)],
            chin: None,
            score,
        };
        let out = joined(&[face(0.0, 0.9), face(1.0, 0.9), face(30.0, 0.6)]);
        assert_eq!(out.len(), 2);
        assert!((out[0].bbox.x - 0.5).abs() < 1e-5);
    }
}
