//! Light evened out: each pixel against the mean of the square around it, so that a shadow over half a code does not
//! turn that half black.

use super::Luma;

/// How far under the local mean a pixel must be to count as black, in grey levels: paper grain stays white.
const MARGIN: u32 = 6;
/// The window of [`flattened`]: an eighth of the shorter side holds several modules of any code worth reading.
const FLAT_SHARE: usize = 8;

/// The picture in black (0) and white (255), same size. The window is `1 / share` of the shorter side.
pub fn local_mean(picture: Luma, share: usize) -> Vec<u8> {
    by_mean(picture, share, |value, mean| if value + MARGIN < mean { 0 } else { 255 })
}

/// The picture in grey with the local mean at half of the range.
pub fn flattened(picture: Luma) -> Vec<u8> {
    by_mean(picture, FLAT_SHARE, |value, mean| (value * 128 / mean.max(1)).min(255) as u8)
}

/// Each pixel by its value and the mean of its window. Uses running sums, so the window's size costs nothing.
fn by_mean(picture: Luma, share: usize, make: impl Fn(u32, u32) -> u8) -> Vec<u8> {
    let Luma { width, height, data } = picture;
    let radius = (width.min(height) / share.max(1) / 2).max(4);
    // Per column, the sum over the rows of the window; 8192 * 255 fits easily.
    let mut columns = vec![0u32; width];
    let add = |columns: &mut [u32], y: usize| {
        for (sum, &value) in columns.iter_mut().zip(&data[y * width..(y + 1) * width]) {
            *sum += u32::from(value);
        }
    };
    for y in 0..radius.min(height) {
        add(&mut columns, y);
    }
    let mut out = vec![0u8; width * height];
    let mut along = vec![0u64; width + 1];
    for y in 0..height {
        if y + radius < height {
            add(&mut columns, y + radius);
        }
        if let Some(gone) = y.checked_sub(radius + 1) {
            for (sum, &value) in columns.iter_mut().zip(&data[gone * width..(gone + 1) * width]) {
                *sum -= u32::from(value);
            }
        }
        for (x, &sum) in columns.iter().enumerate() {
            along[x + 1] = along[x] + u64::from(sum);
        }
        let rows = ((y + radius + 1).min(height) - y.saturating_sub(radius)) as u64;
        for x in 0..width {
            let (left, right) = (x.saturating_sub(radius), (x + radius + 1).min(width));
            let mean = ((along[right] - along[left]) / (rows * (right - left) as u64)) as u32;
            out[y * width + x] = make(u32::from(data[y * width + x]), mean);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_is_the_one_that_a_slow_sum_would_use() {
        let (width, height) = (23, 17);
        let data: Vec<u8> = (0..width * height).map(|i| (i * 37 % 251) as u8).collect();
        let picture = Luma { width, height, data: &data };
        let got = by_mean(picture, 3, |_, mean| mean as u8);
        let radius: usize = 4;
        for y in 0..height {
            for x in 0..width {
                let rows = y.saturating_sub(radius)..(y + radius + 1).min(height);
                let columns = x.saturating_sub(radius)..(x + radius + 1).min(width);
                let area = rows.len() * columns.len();
                let sum: usize = rows
                    .flat_map(|r| columns.clone().map(move |c| (r, c)))
                    .map(|(r, c)| usize::from(data[r * width + c]))
                    .sum();
                assert_eq!(usize::from(got[y * width + x]), sum / area, "{x} {y}");
            }
        }
    }
}
