//! A local-mean threshold: each pixel against the mean of the square around it, so that a shadow over half a code does
//! not turn that half black.

use super::Luma;

/// The window's share of the picture's shorter side: an eighth holds several modules of any code worth reading.
const WINDOW_SHARE: usize = 8;
/// How far under the local mean a pixel must be to count as black, in grey levels: paper grain stays white.
const MARGIN: u32 = 6;

/// The picture in black (0) and white (255), same size. Uses an integral image, so the window's size costs nothing.
pub fn local_mean(picture: Luma) -> Vec<u8> {
    let Luma { width, height, data } = picture;
    let radius = (width.min(height) / WINDOW_SHARE / 2).max(4);

    // Sums over all pixels above and to the left; 8192 * 8192 * 255 needs 34 bits.
    let stride = width + 1;
    let mut sums = vec![0u64; stride * (height + 1)];
    for y in 0..height {
        let mut row = 0u64;
        for x in 0..width {
            row += u64::from(data[y * width + x]);
            sums[(y + 1) * stride + x + 1] = sums[y * stride + x + 1] + row;
        }
    }

    let mut out = vec![0u8; width * height];
    for y in 0..height {
        let (top, bottom) = (y.saturating_sub(radius), (y + radius + 1).min(height));
        for x in 0..width {
            let (left, right) = (x.saturating_sub(radius), (x + radius + 1).min(width));
            let area = ((bottom - top) * (right - left)) as u64;
            let sum = sums[bottom * stride + right] + sums[top * stride + left]
                - sums[top * stride + right]
                - sums[bottom * stride + left];
            let mean = (sum / area) as u32;
            let black = u32::from(data[y * width + x]) + MARGIN < mean;
            out[y * width + x] = if black { 0 } else { 255 };
        }
    }
    out
}
