//! Photo: 468 points on the face, by MediaPipe's face mesh, and what a portrait asks of them.

use image::RgbImage;

use super::PhotoError;
use super::face::Face;
use super::nets::{MESH_SIDE, Models, Window, planar_turned};
use super::pose::{Pose, pose};

/// The net looks at the detector's box this much enlarged (MediaPipe's own graph).
const ENLARGED: f32 = 1.5;
/// Log odds from which the net itself says that it sees a face (0.5, same graph).
const PRESENT: f32 = 0.0;

/// Outline of the face, clockwise in the picture from the middle of the forehead.
const OVAL: [usize; 36] = [
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176,
    149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
];
const CHIN: usize = 152;
const BRIDGE: usize = 168;
/// Corners of each eye, left in the picture first.
const CORNERS: [(usize, usize); 2] = [(33, 133), (362, 263)];
/// Upper and lower lid, three pairs an eye.
const LIDS: [[(usize, usize); 3]; 2] =
    [[(159, 145), (158, 153), (160, 144)], [(386, 374), (385, 380), (387, 373)]];
/// Inner edges of the lips.
const LIPS: [(usize, usize); 3] = [(13, 14), (82, 87), (312, 317)];

/// The mesh of one face, in pixels of the frame.
pub struct Mesh {
    points: Vec<(f32, f32)>,
    pub pose: Pose,
}

/// Lays the mesh onto a face; `None` where the net sees no face in the detector's box.
pub fn mesh(models: &Models, frame: &RgbImage, face: &Face) -> Result<Option<Mesh>, PhotoError> {
    let side = face.bbox.width.max(face.bbox.height) * ENLARGED;
    if !(side.is_finite() && side >= 16.0) {
        return Ok(None);
    }
    let middle = (face.bbox.x + face.bbox.width / 2.0, face.bbox.y + face.bbox.height / 2.0);
    let window = Window { x: middle.0 - side / 2.0, y: middle.1 - side / 2.0, width: side, height: side };
    let roll = face.roll().to_radians();
    let mut input = planar_turned(frame, window, roll, MESH_SIDE);
    for v in &mut input {
        *v /= 255.0;
    }
    let (raw, presence) = models.mesh(input)?;
    if presence < PRESENT || raw.len() < 468 * 3 {
        return Ok(None);
    }
    let scale = side / MESH_SIDE as f32;
    let level: Vec<[f32; 3]> =
        raw.chunks_exact(3).map(|p| [p[0] * scale, p[1] * scale, p[2] * scale]).collect();
    let (sin, cos) = roll.sin_cos();
    let points = level
        .iter()
        .map(|p| {
            let (u, v) = (p[0] - side / 2.0, p[1] - side / 2.0);
            (middle.0 + u * cos - v * sin, middle.1 + u * sin + v * cos)
        })
        .collect();
    Ok(Some(Mesh { points, pose: pose(&level) }))
}

impl Mesh {
    fn gap(&self, (a, b): (usize, usize)) -> f32 {
        let (a, b) = (self.points[a], self.points[b]);
        (b.0 - a.0).hypot(b.1 - a.1)
    }

    fn between(&self, (a, b): (usize, usize)) -> (f32, f32) {
        let (a, b) = (self.points[a], self.points[b]);
        (a.0.midpoint(b.0), a.1.midpoint(b.1))
    }

    pub fn chin(&self) -> (f32, f32) {
        self.points[CHIN]
    }

    /// From the middle of the four eye corners to the chin, pixels.
    pub fn t(&self) -> f32 {
        let (l, r) = (self.between(CORNERS[0]), self.between(CORNERS[1]));
        let (eyes, chin) = ((l.0.midpoint(r.0), l.1.midpoint(r.1)), self.chin());
        (chin.0 - eyes.0).hypot(chin.1 - eyes.1).max(1.0)
    }

    /// Mean gap between the lids over both eyes, as share of T.
    pub fn lid_gap(&self) -> f32 {
        LIDS.iter().flatten().map(|p| self.gap(*p)).sum::<f32>() / 6.0 / self.t()
    }

    /// Mean gap between the lips, as share of T.
    pub fn mouth_gap(&self) -> f32 {
        LIPS.iter().map(|p| self.gap(*p)).sum::<f32>() / 3.0 / self.t()
    }

    /// Corners of each eye in pixels, left in the picture first, each from left to right.
    pub fn eye_corners(&self) -> [((f32, f32), (f32, f32)); 2] {
        CORNERS.map(|(a, b)| (self.points[a], self.points[b]))
    }

    /// Outline of the face as a polygon.
    pub fn oval(&self) -> Vec<(f32, f32)> {
        OVAL.iter().map(|i| self.points[*i]).collect()
    }

    /// The line from the bridge of the nose to the chin, which parts the face in two.
    pub fn midline(&self) -> ((f32, f32), (f32, f32)) {
        (self.points[BRIDGE], self.chin())
    }
}
