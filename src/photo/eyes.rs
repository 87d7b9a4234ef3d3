//! Photo: whether the eyes are open, seen in the pixels.
//!
//! The mesh alone hardly follows the lids: it draws closed eyes half open. An open eye shows its
//! iris, a dark disc some 0.08 T high; of a closed one only the line of the lashes is left.

use image::RgbImage;

use super::mesh::Mesh;

/// Samples across one eye, corner to corner.
const ACROSS: usize = 32;
/// Rows of the patch, and those of them in which the iris is looked for.
const ROWS: usize = 42;
const MIDDLE_ROWS: std::ops::Range<usize> = 11..31;
/// Columns of the patch: the corners themselves are dark in every eye and left out.
const COLUMNS: usize = 26;
/// Half the columns over which the height of the iris is taken.
const AROUND: usize = 3;

/// Height of the dark of the eye, mean of both eyes, as share of T.
pub fn opening(frame: &RgbImage, mesh: &Mesh) -> f32 {
    let t = mesh.t();
    mesh.eye_corners().iter().map(|(a, b)| one(frame, *a, *b) / t).sum::<f32>() / 2.0
}

/// In pixels of the frame.
fn one(frame: &RgbImage, from: (f32, f32), to: (f32, f32)) -> f32 {
    let width = (to.0 - from.0).hypot(to.1 - from.1).max(1.0);
    let (ux, uy) = ((to.0 - from.0) / width, (to.1 - from.1) / width);
    let mut patch = [[0.0_f32; COLUMNS]; ROWS];
    for (r, row) in patch.iter_mut().enumerate() {
        let v = ((r as f32 + 0.5) / ACROSS as f32 - ROWS as f32 / ACROSS as f32 / 2.0) * width;
        for (c, cell) in row.iter_mut().enumerate() {
            let u = ((c as f32 + 0.5) / ACROSS as f32 + 0.1) * width;
            *cell = luma(frame, from.0 + u * ux - v * uy, from.1 + u * uy + v * ux);
        }
    }
    let mut below: Vec<f32> = patch[ROWS - 8..].iter().flatten().copied().collect();
    let half = below.len() / 2;
    let skin = *below.select_nth_unstable_by(half, f32::total_cmp).1;
    // The darkest place, over a patch about half an iris in size.
    let mut darkest = (f32::INFINITY, 0, 0);
    for r in MIDDLE_ROWS {
        for c in 2..COLUMNS - 2 {
            let mean = patch[r - 1..=r + 1].iter().flat_map(|row| &row[c - 2..=c + 2]).sum::<f32>() / 15.0;
            if mean < darkest.0 {
                darkest = (mean, r, c);
            }
        }
    }
    let (dark, row, column) = darkest;
    let edge = f32::midpoint(skin, dark);
    let mut heights: Vec<usize> = (column.saturating_sub(AROUND)..=(column + AROUND).min(COLUMNS - 1))
        .map(|c| {
            if patch[row][c] >= edge {
                return 0;
            }
            let up = (0..row).rev().take_while(|r| patch[*r][c] < edge).count();
            let down = (row + 1..ROWS).take_while(|r| patch[*r][c] < edge).count();
            up + down + 1
        })
        .collect();
    let half = heights.len() / 2;
    *heights.select_nth_unstable(half).1 as f32 / ACROSS as f32 * width
}

/// Brightness 0..255 at a place between pixels, edges held.
fn luma(frame: &RgbImage, x: f32, y: f32) -> f32 {
    let (w, h) = (frame.width(), frame.height());
    let (x, y) = (x.clamp(0.0, (w - 1) as f32), y.clamp(0.0, (h - 1) as f32));
    let (x0, y0) = (x as u32, y as u32);
    let (x1, y1) = ((x0 + 1).min(w - 1), (y0 + 1).min(h - 1));
    let at = |x: u32, y: u32| {
        let p = frame.get_pixel(x, y).0;
        0.2126 * f32::from(p[0]) + 0.7152 * f32::from(p[1]) + 0.0722 * f32::from(p[2])
    };
    let (fx, fy) = (x.fract(), y.fract());
    (at(x0, y0) * (1.0 - fx) + at(x1, y0) * fx) * (1.0 - fy)
        + (at(x0, y1) * (1.0 - fx) + at(x1, y1) * fx) * fy
}
