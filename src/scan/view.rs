//! The same picture seen another way: larger, smaller, turned, evened out. A reader that misses a code at one grid of
//! pixels often reads it at another, because its rounding falls elsewhere.

use super::Luma;
use super::threshold::{flattened, local_mean};

/// One way of seeing a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum View {
    /// As it is.
    Plain,
    /// Scaled by this many sixths: 12 doubles it, 3 halves it.
    Scaled(u8),
    /// Turned by 30 degrees: finder patterns that run along the rows at odd angles come to lie elsewhere.
    Turned,
    /// Black and white by the mean of a window of this share of the shorter side.
    Local(u8),
    /// Light evened out by that window, still grey.
    Flat,
    /// The median of each pixel's neighbourhood: grain and broken print.
    Median,
    /// Edges raised: soft focus.
    Sharp,
}

/// A picture made by a view, and the way back to the original's pixels.
pub struct Seen {
    width: usize,
    height: usize,
    data: Vec<u8>,
    /// `[a b c; d e f]`: from this picture's pixels to the original's.
    back: [f32; 6],
}

impl Seen {
    pub fn luma(&self) -> Luma<'_> {
        Luma { width: self.width, height: self.height, data: &self.data }
    }

    /// A point of this picture in pixels of the original.
    #[allow(clippy::many_single_char_names, reason = "an affine map is written with its six letters")]
    pub fn back(&self, (x, y): (i32, i32)) -> (i32, i32) {
        let [a, b, c, d, e, f] = self.back;
        let (x, y) = (x as f32, y as f32);
        ((a * x + b * y + c).round() as i32, (d * x + e * y + f).round() as i32)
    }
}

impl View {
    /// Pixels of the result, by those of the original.
    pub fn pixels(self, picture: Luma) -> usize {
        let (width, height) = self.size(picture);
        width * height
    }

    fn size(self, picture: Luma) -> (usize, usize) {
        let by = |side: usize| match self {
            View::Scaled(sixths) => (side * usize::from(sixths) / 6).max(1),
            _ => side,
        };
        (by(picture.width), by(picture.height))
    }

    /// Nanoseconds a pixel of the result that making it takes on a desk computer, rounded up.
    pub fn cost(self) -> f32 {
        match self {
            View::Plain => 0.0,
            View::Scaled(_) => 4.0,
            View::Local(_) | View::Flat => 7.0,
            View::Turned => 12.0,
            View::Median => 16.0,
            View::Sharp => 10.0,
        }
    }

    pub fn of(self, picture: Luma) -> Seen {
        let (width, height) = self.size(picture);
        let same = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0];
        let (data, back) = match self {
            View::Plain => (picture.data.to_vec(), same),
            View::Local(share) => (local_mean(picture, usize::from(share)), same),
            View::Flat => (flattened(picture), same),
            View::Median => (median(picture), same),
            View::Sharp => (sharpened(picture), same),
            View::Scaled(_) => {
                let (sx, sy) = (picture.width as f32 / width as f32, picture.height as f32 / height as f32);
                // Centres of pixels lie at halves.
                let back = [sx, 0.0, sx / 2.0 - 0.5, 0.0, sy, sy / 2.0 - 0.5];
                (scaled(picture, width, height), back)
            }
            View::Turned => {
                let (sin, cos) = 30f32.to_radians().sin_cos();
                let (cx, cy) = (width as f32 / 2.0, height as f32 / 2.0);
                let back = [cos, -sin, cx - cos * cx + sin * cy, sin, cos, cy - sin * cx - cos * cy];
                (turned(picture, back), back)
            }
        };
        Seen { width, height, data, back }
    }
}

/// Bilinear, in 8-bit fixed point.
fn scaled(picture: Luma, width: usize, height: usize) -> Vec<u8> {
    let steps = |from: usize, to: usize| -> Vec<(usize, usize, u32)> {
        let ratio = from as f32 / to as f32;
        (0..to)
            .map(|i| {
                let at = ((i as f32 + 0.5) * ratio - 0.5).clamp(0.0, (from - 1) as f32);
                let low = at as usize;
                (low, (low + 1).min(from - 1), ((at - low as f32) * 256.0) as u32)
            })
            .collect()
    };
    let columns = steps(picture.width, width);
    let mut out = Vec::with_capacity(width * height);
    for (top, bottom, down) in steps(picture.height, height) {
        let row = |y: usize| &picture.data[y * picture.width..(y + 1) * picture.width];
        let (top, bottom) = (row(top), row(bottom));
        out.extend(columns.iter().map(|&(left, right, across)| {
            let mix = |row: &[u8]| u32::from(row[left]) * (256 - across) + u32::from(row[right]) * across;
            ((mix(top) * (256 - down) + mix(bottom) * down + (1 << 15)) >> 16) as u8
        }));
    }
    out
}

/// The picture about its centre, same size; what comes from outside is white.
#[allow(clippy::many_single_char_names, reason = "an affine map is written with its six letters")]
fn turned(picture: Luma, [a, b, c, d, e, f]: [f32; 6]) -> Vec<u8> {
    let Luma { width, height, data } = picture;
    let mut out = vec![255u8; width * height];
    for (y, row) in out.chunks_exact_mut(width).enumerate() {
        for (x, pixel) in row.iter_mut().enumerate() {
            let (xf, yf) = (x as f32, y as f32);
            let (u, v) = (a * xf + b * yf + c, d * xf + e * yf + f);
            if u < 0.0 || v < 0.0 || u >= (width - 1) as f32 || v >= (height - 1) as f32 {
                continue;
            }
            let (left, top) = (u as usize, v as usize);
            let (across, down) = ((u - left as f32) * 256.0, (v - top as f32) * 256.0);
            let at = top * width + left;
            let mix = |at: usize| f32::from(data[at]) * (256.0 - across) + f32::from(data[at + 1]) * across;
            *pixel = ((mix(at) * (256.0 - down) + mix(at + width) * down) / 65536.0) as u8;
        }
    }
    out
}

/// The median of three by three; the rim stays as it is.
fn median(picture: Luma) -> Vec<u8> {
    let Luma { width, height, data } = picture;
    let mut out = data.to_vec();
    if width < 3 || height < 3 {
        return out;
    }
    // Of three sorted columns: the largest of the least, the middle of the middles, the least of the largest.
    let sort = |[a, b, c]: [u8; 3]| {
        let (low, high) = (a.min(b), a.max(b));
        [low.min(c), low.max(high.min(c)), high.max(c)]
    };
    let mut columns = vec![[0u8; 3]; width];
    for y in 1..height - 1 {
        for (x, column) in columns.iter_mut().enumerate() {
            *column = sort([data[(y - 1) * width + x], data[y * width + x], data[(y + 1) * width + x]]);
        }
        for (x, three) in columns.windows(3).enumerate() {
            let [l, m, r] = [three[0], three[1], three[2]];
            let lows = l[0].max(m[0]).max(r[0]);
            let middle = sort([l[1], m[1], r[1]])[1];
            let highs = l[2].min(m[2]).min(r[2]);
            out[y * width + x + 1] = sort([lows, middle, highs])[1];
        }
    }
    out
}

/// Twice the difference to the mean of a window of five by five, added.
fn sharpened(picture: Luma) -> Vec<u8> {
    let Luma { width, height, data } = picture;
    if width < 5 || height < 5 {
        return data.to_vec();
    }
    let mut rows = vec![0u16; width * height];
    for (line, sums) in data.chunks_exact(width).zip(rows.chunks_exact_mut(width)) {
        for (five, sum) in line.windows(5).zip(&mut sums[2..]) {
            *sum = five.iter().map(|&v| u16::from(v)).sum();
        }
    }
    let mut out = data.to_vec();
    for y in 2..height - 2 {
        for x in 2..width - 2 {
            let sum: u32 = (0..5).map(|i| u32::from(rows[(y + i - 2) * width + x])).sum();
            let (value, mean) = (i32::from(data[y * width + x]), (sum / 25) as i32);
            out[y * width + x] = (value + 2 * (value - mean)).clamp(0, 255) as u8;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp() -> (usize, usize, Vec<u8>) {
        (40, 30, (0..40 * 30).map(|i| (i % 40 * 6) as u8).collect())
    }

    #[test]
    fn every_view_has_the_size_it_promises_and_knows_the_way_back() {
        let (width, height, data) = ramp();
        let picture = Luma { width, height, data: &data };
        for view in [
            View::Plain,
            View::Scaled(12),
            View::Scaled(9),
            View::Scaled(4),
            View::Scaled(3),
            View::Turned,
            View::Local(8),
            View::Flat,
            View::Median,
            View::Sharp,
        ] {
            let seen = view.of(picture);
            let luma = seen.luma();
            assert_eq!(luma.data.len(), view.pixels(picture), "{view:?}");
            // The middle of one is the middle of the other.
            let middle = seen.back((luma.width as i32 / 2, luma.height as i32 / 2));
            assert!((middle.0 - 20).abs() <= 1 && (middle.1 - 15).abs() <= 1, "{view:?} {middle:?}");
        }
    }

    #[test]
    fn scaling_keeps_a_ramp_a_ramp() {
        let (width, height, data) = ramp();
        let picture = Luma { width, height, data: &data };
        for sixths in [3, 4, 9, 12] {
            let seen = View::Scaled(sixths).of(picture);
            let luma = seen.luma();
            for x in 2..luma.width - 2 {
                let there = (x as f32 + 0.5) * 40.0 / luma.width as f32 - 0.5;
                let got = f32::from(luma.data[luma.width + x]);
                assert!((got - there * 6.0).abs() <= 2.0, "{sixths} {x}: {got}");
            }
        }
    }

    #[test]
    fn a_single_speck_is_gone_from_the_median() {
        let mut data = vec![200u8; 9 * 9];
        data[40] = 0;
        let picture = Luma { width: 9, height: 9, data: &data };
        assert!(View::Median.of(picture).luma().data.iter().all(|&v| v == 200));
    }

    #[test]
    fn the_smallest_pictures_are_no_trouble() {
        for (width, height) in [(1, 1), (1, 7), (4, 2), (2, 9)] {
            let data = vec![9u8; width * height];
            let picture = Luma { width, height, data: &data };
            for view in [
                View::Scaled(3),
                View::Scaled(12),
                View::Turned,
                View::Local(3),
                View::Flat,
                View::Median,
                View::Sharp,
            ] {
                assert_eq!(view.of(picture).luma().data.len(), view.pixels(picture));
            }
        }
    }
}
