//! Photo: plain planes of floats, the working material of segmentation and matting.

use image::RgbImage;

use super::linear;

/// One value or colour a pixel, row by row.
#[derive(Clone)]
pub struct Plane<T> {
    pub width: usize,
    pub height: usize,
    pub data: Vec<T>,
}

/// Linear-light red, green, blue.
pub type Colour = [f32; 3];

impl<T: Copy> Plane<T> {
    pub fn filled(width: usize, height: usize, value: T) -> Self {
        Plane { width, height, data: vec![value; width * height] }
    }

    pub fn at(&self, x: usize, y: usize) -> T {
        self.data[y * self.width + x]
    }

    /// Same size, each value mapped.
    pub fn map<U>(&self, f: impl FnMut(T) -> U) -> Plane<U> {
        Plane { width: self.width, height: self.height, data: self.data.iter().copied().map(f).collect() }
    }
}

impl Plane<f32> {
    /// Value at a fractional place of this plane's pixels (centres at whole numbers), edges held.
    pub fn sample(&self, x: f32, y: f32) -> f32 {
        let (xi, yi, fx, fy) = cell(x, y, self.width, self.height);
        let (xj, yj) = ((xi + 1).min(self.width - 1), (yi + 1).min(self.height - 1));
        let top = self.at(xi, yi) * (1.0 - fx) + self.at(xj, yi) * fx;
        let bottom = self.at(xi, yj) * (1.0 - fx) + self.at(xj, yj) * fx;
        top * (1.0 - fy) + bottom * fy
    }

    /// Mean over a square of side `2 * radius + 1`, edges held back to what exists.
    pub fn box_mean(&self, radius: usize) -> Plane<f32> {
        let (w, h) = (self.width, self.height);
        let mut rows = vec![0.0; w * h];
        for y in 0..h {
            let row = &self.data[y * w..(y + 1) * w];
            running_mean(w, radius, |i| row[i], |i, v| rows[y * w + i] = v);
        }
        // Columns by whole rows at a time, so that memory is walked in order.
        let mut out = vec![0.0; w * h];
        let mut sum = vec![0.0_f32; w];
        let mut count = 0.0_f32;
        for y in 0..(radius.min(h)) {
            add_row(&mut sum, &rows[y * w..(y + 1) * w], 1.0);
            count += 1.0;
        }
        for y in 0..h {
            if y + radius < h {
                add_row(&mut sum, &rows[(y + radius) * w..(y + radius + 1) * w], 1.0);
                count += 1.0;
            }
            if y > radius {
                add_row(&mut sum, &rows[(y - radius - 1) * w..(y - radius) * w], -1.0);
                count -= 1.0;
            }
            for (o, s) in out[y * w..(y + 1) * w].iter_mut().zip(&sum) {
                *o = s / count;
            }
        }
        Plane { width: w, height: h, data: out }
    }
}

impl Plane<Colour> {
    /// Colour at a fractional place, edges held.
    pub fn sample(&self, x: f32, y: f32) -> Colour {
        let (xi, yi, fx, fy) = cell(x, y, self.width, self.height);
        let (xj, yj) = ((xi + 1).min(self.width - 1), (yi + 1).min(self.height - 1));
        let top = (self.at(xi, yi), self.at(xj, yi));
        let low = (self.at(xi, yj), self.at(xj, yj));
        std::array::from_fn(|k| {
            (top.0[k] * (1.0 - fx) + top.1[k] * fx) * (1.0 - fy)
                + (low.0[k] * (1.0 - fx) + low.1[k] * fx) * fy
        })
    }
}

fn cell(x: f32, y: f32, width: usize, height: usize) -> (usize, usize, f32, f32) {
    let x = x.clamp(0.0, (width - 1) as f32);
    let y = y.clamp(0.0, (height - 1) as f32);
    (x as usize, y as usize, x.fract(), y.fract())
}

fn add_row(sum: &mut [f32], row: &[f32], sign: f32) {
    for (s, r) in sum.iter_mut().zip(row) {
        *s += sign * r;
    }
}

fn running_mean(n: usize, radius: usize, get: impl Fn(usize) -> f32, mut set: impl FnMut(usize, f32)) {
    let (mut sum, mut count) = (0.0_f32, 0.0_f32);
    for i in 0..radius.min(n) {
        sum += get(i);
        count += 1.0;
    }
    for i in 0..n {
        if i + radius < n {
            sum += get(i + radius);
            count += 1.0;
        }
        if i > radius {
            sum -= get(i - radius - 1);
            count -= 1.0;
        }
        set(i, sum / count);
    }
}

/// A picture's pixels in linear light, read in place: a plane of floats would take twelve times
/// the memory of its bytes.
#[derive(Clone, Copy)]
pub struct Pixels<'a> {
    picture: &'a RgbImage,
    table: &'static [f32; 256],
}

impl<'a> Pixels<'a> {
    pub fn of(picture: &'a RgbImage) -> Pixels<'a> {
        Pixels { picture, table: linear::table() }
    }

    pub fn at(&self, x: usize, y: usize) -> Colour {
        self.picture.get_pixel(x as u32, y as u32).0.map(|v| self.table[usize::from(v)])
    }

    /// Colour at a fractional place, edges held.
    pub fn sample(&self, x: f32, y: f32) -> Colour {
        let (w, h) = (self.picture.width() as usize, self.picture.height() as usize);
        let (xi, yi, fx, fy) = cell(x, y, w, h);
        let (xj, yj) = ((xi + 1).min(w - 1), (yi + 1).min(h - 1));
        let top = (self.at(xi, yi), self.at(xj, yi));
        let low = (self.at(xi, yj), self.at(xj, yj));
        std::array::from_fn(|k| {
            (top.0[k] * (1.0 - fx) + top.1[k] * fx) * (1.0 - fy)
                + (low.0[k] * (1.0 - fx) + low.1[k] * fx) * fy
        })
    }

    /// Mean of squares of `factor` by `factor` pixels; what does not fill a square is left out.
    pub fn reduced(&self, factor: usize) -> Plane<Colour> {
        let (width, height) = (self.picture.width() as usize, self.picture.height() as usize);
        let (w, h) = ((width / factor).max(1), (height / factor).max(1));
        let share = 1.0 / (factor * factor) as f32;
        let raw = self.picture.as_raw();
        let mut data = vec![[0.0_f32; 3]; w * h];
        for y in 0..h * factor {
            let row = &raw[y * width * 3..][..w * factor * 3];
            let out = &mut data[y / factor * w..][..w];
            for (cell, pixels) in out.iter_mut().zip(row.chunks_exact(factor * 3)) {
                for p in pixels.chunks_exact(3) {
                    for k in 0..3 {
                        cell[k] += self.table[usize::from(p[k])] * share;
                    }
                }
            }
        }
        Plane { width: w, height: h, data }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn box_mean_keeps_a_constant_and_spreads_a_point() {
        let flat = Plane::filled(7, 5, 2.0_f32).box_mean(2);
        assert!(flat.data.iter().all(|v| (v - 2.0).abs() < 1e-5));
        let mut point = Plane::filled(9, 9, 0.0_f32);
        point.data[4 * 9 + 4] = 9.0;
        let spread = point.box_mean(1);
        assert!((spread.at(3, 5) - 1.0).abs() < 1e-5 && spread.at(2, 4).abs() < 1e-5);
    }

    #[test]
    fn sampling_between_two_pixels_gives_their_mean() {
        let p = Plane { width: 2, height: 1, data: vec![1.0_f32, 3.0] };
        assert!((p.sample(0.5, 0.0) - 2.0).abs() < 1e-6);
        assert!((p.sample(9.0, 9.0) - 3.0).abs() < 1e-6);
    }
}
