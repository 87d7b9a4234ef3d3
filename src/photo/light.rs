//! Photo: the light on the face, within the outline that the mesh gives.

use image::RgbImage;

use super::mesh::Mesh;

/// Samples across the face; exact enough for shares of a percent.
const ACROSS: f32 = 96.0;
/// Bins of the histograms that are compared: coarse enough that noise does not matter.
const BINS: usize = 32;

/// The light on a face, shares 0..1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Light {
    /// Mean brightness of coded values.
    pub mean: f32,
    /// Share at 247..=255 and at 0..=25.
    pub over: f32,
    pub under: f32,
    /// Overlap of the histograms of both halves: 1 for the same light on either.
    pub balance: f32,
}

/// `None` where nothing of the outline lies in the frame.
pub fn light(frame: &RgbImage, mesh: &Mesh) -> Option<Light> {
    within(frame, &mesh.oval(), mesh.midline())
}

fn within(frame: &RgbImage, outline: &[(f32, f32)], midline: ((f32, f32), (f32, f32))) -> Option<Light> {
    let (w, h) = (frame.width() as f32, frame.height() as f32);
    let range = |get: &dyn Fn(&(f32, f32)) -> f32, most: f32| {
        let (lo, hi) = outline.iter().map(get).fold((f32::MAX, f32::MIN), |(l, h), v| (l.min(v), h.max(v)));
        (lo.clamp(0.0, most - 1.0), hi.clamp(0.0, most - 1.0))
    };
    let (left, right) = range(&|p| p.0, w);
    let (top, bottom) = range(&|p| p.1, h);
    let step = ((right - left) / ACROSS).max(1.0);
    let (a, b) = midline;
    let (mut sum, mut over, mut under, mut n) = (0.0_f32, 0_u32, 0_u32, 0_u32);
    let mut halves = [[0.0_f32; BINS]; 2];
    let mut y = top;
    while y < bottom {
        let mut x = left;
        while x < right {
            if inside(outline, x, y) {
                let p = frame.get_pixel(x as u32, y as u32).0;
                let luma = 0.2126 * f32::from(p[0]) + 0.7152 * f32::from(p[1]) + 0.0722 * f32::from(p[2]);
                sum += luma;
                over += u32::from(luma >= 246.5);
                under += u32::from(luma <= 25.5);
                n += 1;
                let side = (b.0 - a.0) * (y - a.1) - (b.1 - a.1) * (x - a.0) > 0.0;
                halves[usize::from(side)][(luma as usize * BINS / 256).min(BINS - 1)] += 1.0;
            }
            x += step;
        }
        y += step;
    }
    if n == 0 {
        return None;
    }
    let totals = halves.map(|half| half.iter().sum::<f32>());
    let balance = if totals[0] > 0.0 && totals[1] > 0.0 {
        (0..BINS).map(|i| (halves[0][i] / totals[0]).min(halves[1][i] / totals[1])).sum()
    } else {
        0.0
    };
    let n = n as f32;
    Some(Light { mean: sum / n / 255.0, over: over as f32 / n, under: under as f32 / n, balance })
}

/// Crossing number of a ray to the right.
fn inside(outline: &[(f32, f32)], x: f32, y: f32) -> bool {
    let mut crossings = false;
    let mut before = outline[outline.len() - 1];
    for &p in outline {
        if (p.1 > y) != (before.1 > y) && x < (before.0 - p.0) * (y - p.1) / (before.1 - p.1) + p.0 {
            crossings = !crossings;
        }
        before = p;
    }
    crossings
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: [(f32, f32); 4] = [(20.0, 20.0), (80.0, 20.0), (80.0, 80.0), (20.0, 80.0)];
    const MIDLINE: ((f32, f32), (f32, f32)) = ((50.0, 30.0), (50.0, 80.0));

    fn textured(left: f32, right: f32) -> RgbImage {
        RgbImage::from_fn(100, 100, |x, y| {
            let base = if x < 50 { left } else { right };
            image::Rgb([(base + ((x * 7 + y * 13) % 32) as f32) as u8; 3])
        })
    }

    #[test]
    fn even_light_overlaps_and_light_from_one_side_does_not() {
        let even = within(&textured(120.0, 120.0), &SQUARE, MIDLINE).unwrap();
        assert!(even.balance > 0.9 && (even.mean - 0.53).abs() < 0.02, "{even:?}");
        let aside = within(&textured(60.0, 160.0), &SQUARE, MIDLINE).unwrap();
        assert!(aside.balance < 0.05, "{aside:?}");
    }

    #[test]
    fn what_lies_outside_the_outline_does_not_count() {
        let mut picture = RgbImage::from_pixel(100, 100, image::Rgb([255; 3]));
        for y in 19..82 {
            for x in 19..82 {
                picture.put_pixel(x, y, image::Rgb([10; 3]));
            }
        }
        let light = within(&picture, &SQUARE, MIDLINE).unwrap();
        assert!(light.over < 1e-6 && light.under > 0.999);
    }
}
