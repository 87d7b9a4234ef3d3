//! Photo: where the head looks, from the mesh's points laid onto MediaPipe's model of a mean face.

type Row = (usize, f32, [f32; 3]);

/// (point of the mesh, weight, place on the mean face in centimetres: right in the picture, up,
/// towards the camera). The points and weights of MediaPipe's own face geometry, Apache-2.0:
/// `geometry_pipeline_metadata_landmarks.binarypb` of the package named in `assets/models/ORIGIN.md`.
const MEAN_FACE: [Row; 33] = [
    (4, 0.07091, [0.0000, -0.4632, 7.5866]),
    (6, 0.03210, [0.0000, 2.4733, 5.7886]),
    (10, 0.00845, [0.0000, 8.2618, 4.4815]),
    (33, 0.05872, [-4.4459, 2.6640, 3.1734]),
    (54, 0.00767, [-6.2793, 6.6154, 1.4259]),
    (67, 0.00908, [-3.5240, 8.0060, 3.7292]),
    (117, 0.00979, [-5.2587, 0.9458, 2.9743]),
    (119, 0.01457, [-3.3007, 0.8616, 3.8728]),
    (121, 0.01859, [-1.8207, 1.4680, 4.2241]),
    (127, 0.00520, [-7.7431, 2.3650, -2.0052]),
    (129, 0.12063, [-1.7858, -0.9783, 4.8505]),
    (132, 0.00556, [-7.2709, -2.8909, -2.2525]),
    (133, 0.05329, [-1.8564, 2.5852, 3.7579]),
    (136, 0.06689, [-5.0853, -7.1786, 0.7147]),
    (143, 0.01482, [-6.4076, 2.2360, 1.5608]),
    (147, 0.01426, [-6.2349, -1.9444, 1.6635]),
    (198, 0.02546, [-1.2468, 0.2303, 5.6810]),
    (205, 0.04725, [-3.8329, -1.5373, 4.1377]),
    (263, 0.05872, [4.4459, 2.6640, 3.1734]),
    (284, 0.00767, [6.2793, 6.6154, 1.4259]),
    (297, 0.00908, [3.5240, 8.0060, 3.7292]),
    (346, 0.00979, [5.2587, 0.9458, 2.9743]),
    (348, 0.01457, [3.3007, 0.8616, 3.8728]),
    (350, 0.01859, [1.8207, 1.4680, 4.2241]),
    (356, 0.00520, [7.7431, 2.3650, -2.0052]),
    (358, 0.12063, [1.7858, -0.9783, 4.8505]),
    (361, 0.00556, [7.2709, -2.8909, -2.2525]),
    (362, 0.05329, [1.8564, 2.5852, 3.7579]),
    (365, 0.06689, [5.0853, -7.1786, 0.7147]),
    (372, 0.01482, [6.4076, 2.2360, 1.5608]),
    (376, 0.01426, [6.2349, -1.9444, 1.6635]),
    (420, 0.02546, [1.2468, 0.2303, 5.6810]),
    (425, 0.04725, [3.8329, -1.5373, 4.1377]),
];

/// Angles of the head in degrees.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pose {
    /// Positive when the nose points to the right of the picture.
    pub yaw: f32,
    /// Positive when the nose points up.
    pub pitch: f32,
}

/// The rotation that lays the mean face onto the points best (weighted least squares over
/// rotation, scale and place; Horn 1987, by unit quaternions). `points` are in pixels, x to the
/// right, y down, z away from the camera, all 468 of them, turned so that the eyes are level.
pub fn pose(points: &[[f32; 3]]) -> Pose {
    let seen = |i: usize| points.get(i).map_or([0.0; 3], |p| [p[0], -p[1], -p[2]]);
    let total: f32 = MEAN_FACE.iter().map(|(_, w, _)| w).sum();
    let middle = |f: &dyn Fn(&Row) -> [f32; 3]| {
        let mut sum = [0.0_f32; 3];
        for row in &MEAN_FACE {
            let p = f(row);
            for k in 0..3 {
                sum[k] += row.1 * p[k] / total;
            }
        }
        sum
    };
    let (from, to) = (middle(&|r| r.2), middle(&|r| seen(r.0)));
    let mut s = [[0.0_f32; 3]; 3];
    for (i, w, place) in &MEAN_FACE {
        let p = seen(*i);
        for (a, row) in s.iter_mut().enumerate() {
            for (b, cell) in row.iter_mut().enumerate() {
                *cell += w * (place[a] - from[a]) * (p[b] - to[b]);
            }
        }
    }
    let q = largest(&[
        [s[0][0] + s[1][1] + s[2][2], s[1][2] - s[2][1], s[2][0] - s[0][2], s[0][1] - s[1][0]],
        [s[1][2] - s[2][1], s[0][0] - s[1][1] - s[2][2], s[0][1] + s[1][0], s[2][0] + s[0][2]],
        [s[2][0] - s[0][2], s[0][1] + s[1][0], s[1][1] - s[0][0] - s[2][2], s[1][2] + s[2][1]],
        [s[0][1] - s[1][0], s[2][0] + s[0][2], s[1][2] + s[2][1], s[2][2] - s[0][0] - s[1][1]],
    ]);
    let [w, x, y, z] = q;
    // Where the mean face's own "towards the camera" comes to lie.
    let ahead = [2.0 * (x * z + w * y), 2.0 * (y * z - w * x), 1.0 - 2.0 * (x * x + y * y)];
    Pose { yaw: ahead[0].atan2(ahead[2]).to_degrees(), pitch: ahead[1].clamp(-1.0, 1.0).asin().to_degrees() }
}

/// Eigenvector of the largest eigenvalue: the matrix, shifted to be positive, is squared until
/// only that one is left.
fn largest(matrix: &[[f32; 4]; 4]) -> [f32; 4] {
    let size = matrix.iter().flatten().fold(0.0_f32, |m, v| m.max(v.abs())).max(1e-6);
    let mut m: [[f64; 4]; 4] = std::array::from_fn(|i| {
        std::array::from_fn(|j| f64::from(matrix[i][j] / size) + if i == j { 4.0 } else { 0.0 })
    });
    for _ in 0..12 {
        let squared: [[f64; 4]; 4] =
            std::array::from_fn(|i| std::array::from_fn(|j| (0..4).map(|k| m[i][k] * m[k][j]).sum()));
        let most = squared.iter().flatten().fold(0.0_f64, |a, v| a.max(v.abs()));
        m = squared.map(|row| row.map(|v| v / most));
    }
    // Any column points along it; the longest is the safest.
    let length = |j: usize| (0..4).map(|i| m[i][j] * m[i][j]).sum::<f64>().sqrt();
    let best = (0..4).max_by(|a, b| length(*a).total_cmp(&length(*b))).unwrap_or(0);
    std::array::from_fn(|i| (m[i][best] / length(best)) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mean face turned by these degrees, larger, moved, in the picture's directions.
    fn turned(yaw: f32, pitch: f32) -> Vec<[f32; 3]> {
        let mut points = vec![[0.0; 3]; 468];
        let ((sy, cy), (sp, cp)) = (yaw.to_radians().sin_cos(), pitch.to_radians().sin_cos());
        for (i, _, [x, y, z]) in MEAN_FACE {
            let (y, z) = (y * cp + z * sp, z * cp - y * sp);
            let (x, z) = (x * cy + z * sy, z * cy - x * sy);
            points[i] = [600.0 + 17.0 * x, 300.0 - 17.0 * y, -17.0 * z];
        }
        points
    }

    #[test]
    fn finds_the_angles_back() {
        for (yaw, pitch) in [(0.0, 0.0), (20.0, 0.0), (-35.0, 10.0), (5.0, -25.0), (60.0, 0.0)] {
            let found = pose(&turned(yaw, pitch));
            assert!(
                (found.yaw - yaw).abs() < 0.2 && (found.pitch - pitch).abs() < 0.2,
                "{yaw} {pitch} {found:?}"
            );
        }
    }

    #[test]
    fn nonsense_gives_no_panic() {
        let found = pose(&[]);
        assert!(found.yaw.is_finite() && found.pitch.is_finite());
    }
}
