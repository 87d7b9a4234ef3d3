//! Photo: the three small networks, loaded once and run on one thread. Origin and licence of the
//! weights: `assets/models/ORIGIN.md`.

use std::sync::Arc;

use image::RgbImage;
use rten::{Model, NodeId, RunOptions, ThreadPool, Value};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;

use super::PhotoError;

static FACE: &[u8] = include_bytes!("../../assets/models/face-short-range.onnx");
static PERSON: &[u8] = include_bytes!("../../assets/models/selfie-segmentation.onnx");
static MESH: &[u8] = include_bytes!("../../assets/models/face-mesh.onnx");

/// Side in pixels of the face detector's square input.
pub const FACE_SIDE: usize = 128;
/// Side in pixels of the segmentation's square input and output.
pub const PERSON_SIDE: usize = 256;
/// Side in pixels of the face mesh's square input.
pub const MESH_SIDE: usize = 192;

/// Face detector, face mesh and person segmentation, ready to run. Loading takes some milliseconds; keep one.
pub struct Models {
    face: Net,
    person: Net,
    mesh: Net,
    /// One thread: the caller's worker is the unit of parallel work here.
    pool: Arc<ThreadPool>,
}

struct Net {
    name: &'static str,
    model: Model,
    input: NodeId,
    outputs: Vec<NodeId>,
}

impl Net {
    fn load(name: &'static str, bytes: &'static [u8], outputs: &[&str]) -> Result<Net, PhotoError> {
        let fail = |why: String| PhotoError::Network { name, why };
        let model = Model::load_static_slice(bytes).map_err(|e| fail(e.to_string()))?;
        let node = |id: &str| model.node_id(id).map_err(|e| fail(e.to_string()));
        let (input, outputs) = (node("image")?, outputs.iter().map(|o| node(o)).collect::<Result<_, _>>()?);
        Ok(Net { name, model, input, outputs })
    }

    /// `input` is planar: three planes of `side` by `side`.
    fn run(&self, input: Vec<f32>, side: usize, pool: &Arc<ThreadPool>) -> Result<Vec<Vec<f32>>, PhotoError> {
        let fail = |why: String| PhotoError::Network { name: self.name, why };
        let tensor =
            NdTensor::<f32, 4>::try_from_data([1, 3, side, side], input).map_err(|e| fail(e.to_string()))?;
        let options = RunOptions::default().with_thread_pool(Some(pool.clone()));
        let values = self
            .model
            .run(vec![(self.input, tensor.view().into())], &self.outputs, Some(options))
            .map_err(|e| fail(e.to_string()))?;
        values
            .into_iter()
            .map(|v| match v {
                Value::FloatTensor(t) => Ok(t.to_vec()),
                _ => Err(fail("an output is not of floats".into())),
            })
            .collect()
    }
}

impl Models {
    /// Loads the networks from the binary itself.
    ///
    /// # Errors
    /// Only where the weights in the binary are damaged.
    pub fn load() -> Result<Models, PhotoError> {
        Ok(Models {
            face: Net::load("face-short-range", FACE, &["boxes", "scores"])?,
            person: Net::load("selfie-segmentation", PERSON, &["mask"])?,
            mesh: Net::load("face-mesh", MESH, &["landmarks", "presence"])?,
            pool: Arc::new(ThreadPool::with_num_threads(1)),
        })
    }

    /// Raw boxes (896 × 16) and scores (896) for planar input of -1..1, [`FACE_SIDE`] square.
    pub(super) fn face(&self, input: Vec<f32>) -> Result<(Vec<f32>, Vec<f32>), PhotoError> {
        let mut out = self.face.run(input, FACE_SIDE, &self.pool)?.into_iter();
        Ok((out.next().unwrap_or_default(), out.next().unwrap_or_default()))
    }

    /// Share of person a pixel, 0..1, for planar input of 0..1, [`PERSON_SIDE`] square.
    pub(super) fn person(&self, input: Vec<f32>) -> Result<Vec<f32>, PhotoError> {
        Ok(self.person.run(input, PERSON_SIDE, &self.pool)?.into_iter().next().unwrap_or_default())
    }
}

impl Models {
    /// 468 points (x, y, z each, pixels of the input) and the log odds that a face is there, for
    /// planar input of 0..1, [`MESH_SIDE`] square.
    pub(super) fn mesh(&self, input: Vec<f32>) -> Result<(Vec<f32>, f32), PhotoError> {
        let mut out = self.mesh.run(input, MESH_SIDE, &self.pool)?.into_iter();
        let points = out.next().unwrap_or_default();
        Ok((points, out.next().and_then(|p| p.first().copied()).unwrap_or(f32::NEG_INFINITY)))
    }
}

/// A window of the frame, in its pixels; may reach beyond it, where it is black.
#[derive(Clone, Copy)]
pub struct Window {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
}

/// Planar bytes-as-floats (0..255) of a window shrunk or grown to `side` squared. Shrinking takes
/// a few samples over each target pixel, so that fine texture does not alias; beyond that, between
/// pixels.
pub fn planar(frame: &RgbImage, window: Window, side: usize) -> Vec<f32> {
    planar_turned(frame, window, 0.0, side)
}

/// Planar bytes-as-floats of the whole frame, stretched to `side` squared: the mean of the pixels
/// that fall on each target pixel, or the nearest where the frame is smaller.
pub fn planar_mean(frame: &RgbImage, side: usize) -> Vec<f32> {
    let (w, h) = (frame.width() as usize, frame.height() as usize);
    let span = |i: usize, length: usize| {
        let from = i * length / side;
        from..((i + 1) * length / side).max(from + 1)
    };
    let mut out = vec![0.0; 3 * side * side];
    for y in 0..side {
        let rows = span(y, h);
        for x in 0..side {
            let columns = span(x, w);
            let mut sum = [0_u32; 3];
            for row in rows.clone() {
                let at = (row * w + columns.start) * 3;
                for pixel in frame.as_raw()[at..at + columns.len() * 3].chunks_exact(3) {
                    for (s, v) in sum.iter_mut().zip(pixel) {
                        *s += u32::from(*v);
                    }
                }
            }
            let share = 1.0 / (rows.len() * columns.len()) as f32;
            for (k, s) in sum.iter().enumerate() {
                out[k * side * side + y * side + x] = *s as f32 * share;
            }
        }
    }
    out
}

/// The whole number below; `f32::floor` is a call into libm where SSE 4.1 is not taken for granted.
fn floor(v: f32) -> i32 {
    let whole = v as i32;
    whole - i32::from(v < whole as f32)
}

/// The same of a window turned by `angle` (radians, clockwise in the picture) about its middle.
pub fn planar_turned(frame: &RgbImage, window: Window, angle: f32, side: usize) -> Vec<f32> {
    let (sin, cos) = angle.sin_cos();
    let middle = (window.x + window.width / 2.0, window.y + window.height / 2.0);
    let (w, h) = (frame.width() as i32, frame.height() as i32);
    let raw = frame.as_raw();
    let mut out = vec![0.0; 3 * side * side];
    let step = (window.width / side as f32, window.height / side as f32);
    let taps = |s: f32| (s.ceil() as usize).clamp(1, 4);
    let (nx, ny) = (taps(step.0), taps(step.1));
    let share = 1.0 / (nx * ny) as f32;
    let several = nx * ny > 1;
    for y in 0..side {
        for x in 0..side {
            let mut sum = [0.0_f32; 3];
            for j in 0..ny {
                let v = (y as f32 + (j as f32 + 0.5) / ny as f32) * step.1 - window.height / 2.0;
                for i in 0..nx {
                    let u = (x as f32 + (i as f32 + 0.5) / nx as f32) * step.0 - window.width / 2.0;
                    let (fx, fy) = (middle.0 + u * cos - v * sin - 0.5, middle.1 + u * sin + v * cos - 0.5);
                    if several {
                        // The samples lie within a pixel of each other, so each may be the nearest.
                        let (px, py) = (floor(fx + 0.5), floor(fy + 0.5));
                        if px >= 0 && py >= 0 && px < w && py < h {
                            let at = ((py * w + px) * 3) as usize;
                            for (s, v) in sum.iter_mut().zip(&raw[at..at + 3]) {
                                *s += f32::from(*v);
                            }
                        }
                        continue;
                    }
                    let (x0, y0) = (floor(fx), floor(fy));
                    let (ax, ay) = (fx - x0 as f32, fy - y0 as f32);
                    for (dx, dy, weight) in [
                        (0, 0, (1.0 - ax) * (1.0 - ay)),
                        (1, 0, ax * (1.0 - ay)),
                        (0, 1, (1.0 - ax) * ay),
                        (1, 1, ax * ay),
                    ] {
                        let (px, py) = (x0 + dx, y0 + dy);
                        if px < -1 || py < -1 || px > w || py > h {
                            continue;
                        }
                        let at = ((py.clamp(0, h - 1) * w + px.clamp(0, w - 1)) * 3) as usize;
                        for (s, v) in sum.iter_mut().zip(&raw[at..at + 3]) {
                            *s += weight * f32::from(*v);
                        }
                    }
                }
            }
            for (k, s) in sum.iter().enumerate() {
                out[k * side * side + y * side + x] = s * share;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    static FACE_WANTED: &[u8] = include_bytes!("../../assets/models/face-short-range.reference.bin");
    static PERSON_WANTED: &[u8] = include_bytes!("../../assets/models/selfie-segmentation.reference.bin");

    static MESH_WANTED: &[u8] = include_bytes!("../../assets/models/face-mesh.reference.bin");

    fn floats(bytes: &[u8]) -> Vec<f32> {
        bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
    }

    /// The same drawing as `pattern` in `assets/models/convert.py`: head and shoulders in whole
    /// numbers, so that both sides compute it exactly.
    fn pattern(side: usize) -> Vec<f32> {
        let mut out = vec![0.0; 3 * side * side];
        let s = side as i64;
        for y in 0..s {
            for x in 0..s {
                let (u, v) = (x * 256 / s - 128, y * 256 / s);
                let head = 25 * u * u + 16 * (v - 90) * (v - 90) < 16 * 60 * 60;
                let body = v > 150 && 4 * u * u < 3 * (v - 90) * (v - 90);
                for c in 0..3 {
                    let value = if head {
                        200 - 35 * c
                    } else if body {
                        60 + 10 * c
                    } else {
                        120 + 20 * c + (x * 7 + y * 3) % 16
                    };
                    out[(c * s * s + y * s + x) as usize] = value as f32 / 255.0;
                }
            }
        }
        out
    }

    /// The same as `features` in `convert.py`: the head larger, with eyes, brows and a mouth.
    fn features(side: usize) -> Vec<f32> {
        let mut out = pattern(side);
        let s = side as i64;
        for y in 0..s {
            for x in 0..s {
                let (u, v) = ((x * 256 / s - 128).abs(), y * 256 / s);
                let skin = 36 * u * u + 25 * (v - 125) * (v - 125) < 25 * 102 * 102;
                let eye = 9 * (u - 36) * (u - 36) + 36 * (v - 100) * (v - 100) < 36 * 81;
                let pupil = (u - 36) * (u - 36) + (v - 100) * (v - 100) < 64;
                let brow = (76..83).contains(&v) && u > 18 && u < 58;
                let mouth = u < 26 && (v - 175).abs() < 7;
                let nose = u < 12 && (v - 143).abs() < 4;
                for c in 0..3 {
                    let value = if mouth || nose {
                        150 - 30 * c
                    } else if pupil || brow {
                        30
                    } else if eye {
                        235
                    } else if skin {
                        200 - 35 * c
                    } else {
                        continue;
                    };
                    out[(c * s * s + y * s + x) as usize] = value as f32 / 255.0;
                }
            }
        }
        out
    }

    #[test]
    fn the_mesh_agrees_with_the_interpreter() {
        let (points, presence) = Models::load().unwrap().mesh(features(MESH_SIDE)).unwrap();
        let wanted = floats(MESH_WANTED);
        assert_eq!(points.len(), 468 * 3);
        assert_eq!(wanted.len(), points.len() + 1);
        for (got, want) in points.iter().chain([&presence]).zip(&wanted) {
            assert!((got - want).abs() < 2e-3 * want.abs().max(1.0), "{got} {want}");
        }
        // The reference itself says something: that there is a face.
        assert!(presence > 5.0);
    }

    /// The converted networks against what the original interpreter answered.
    #[test]
    fn agrees_with_the_interpreter() {
        let models = Models::load().unwrap();
        let (boxes, scores) =
            models.face(pattern(FACE_SIDE).iter().map(|v| v * 2.0 - 1.0).collect()).unwrap();
        let wanted = floats(FACE_WANTED);
        assert_eq!(boxes.len() + scores.len(), wanted.len());
        for (got, want) in boxes.iter().chain(&scores).zip(&wanted) {
            assert!((got - want).abs() < 2e-3 * want.abs().max(1.0), "{got} {want}");
        }
        let mask = models.person(pattern(PERSON_SIDE)).unwrap();
        let wanted = floats(PERSON_WANTED);
        assert_eq!(wanted.len(), mask.len().div_ceil(13));
        for (got, want) in mask.iter().step_by(13).zip(&wanted) {
            assert!((got - want).abs() < 2e-3, "{got} {want}");
        }
        // The reference itself says something: a person there, and none in the corner.
        assert!(wanted.iter().any(|v| *v > 0.9) && wanted.iter().any(|v| *v < 0.1));
    }
}
