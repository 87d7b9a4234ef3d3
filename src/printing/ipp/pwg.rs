//! PWG raster (PWG 5102.4): pages of pixels for printers that draw nothing themselves. 24-bit sRGB at 300 dpi.

use crate::card::DPI;
use image::RgbaImage;

/// Bytes of a page's header.
const HEADER: usize = 1796;

/// The sides as one file, a page each.
pub fn pages(sides: &[RgbaImage], duplex: bool) -> Vec<u8> {
    let mut out = b"RaS2".to_vec();
    for side in sides {
        out.extend(header(side, sides.len() as u32, duplex && sides.len() > 1));
        for row in side.rows() {
            let pixels: Vec<[u8; 3]> = row.map(|p| [p[0], p[1], p[2]]).collect();
            // "This line once": rows of a card are rarely alike.
            out.push(0);
            packed(&pixels, &mut out);
        }
    }
    out
}

/// Numbers are big-endian; what is not set is zero. Offsets as in the standard's table 2.
fn header(side: &RgbaImage, pages: u32, duplex: bool) -> Vec<u8> {
    let (width, height) = side.dimensions();
    let mut page = vec![0; HEADER];
    let mut text = |at: usize, value: &str| page[at..at + value.len()].copy_from_slice(value.as_bytes());
    text(0, "PwgRaster");
    text(1732, "custom_card_85.6x53.98mm");
    let lying = u32::from(width >= height);
    let dpi = DPI as u32;
    let points = |pixels: u32| (pixels as f32 * 72.0 / DPI).round() as u32;
    for (at, value) in [
        (272, u32::from(duplex)),
        (276, dpi),
        (280, dpi),
        (340, 1),
        (352, points(width)),
        (356, points(height)),
        // Turned about the short edge where the card lies.
        (368, 1 - lying),
        (372, width),
        (376, height),
        (384, 8),
        (388, 24),
        (392, width * 3),
        (400, 19),
        (420, 3),
        (452, pages),
        (456, 1),
        (460, 1),
    ] {
        page[at..at + 4].copy_from_slice(&value.to_be_bytes());
    }
    page
}

/// PackBits over whole pixels: a run of 2 to 128 equal ones as count - 1 and the pixel, others as 257 - count and the pixels.
fn packed(pixels: &[[u8; 3]], out: &mut Vec<u8>) {
    let mut rest = pixels;
    while let Some(first) = rest.first() {
        let run = rest.iter().take(128).take_while(|pixel| *pixel == first).count();
        if run > 1 || rest.len() == 1 {
            out.push(run as u8 - 1);
            out.extend(first);
            rest = &rest[run..];
            continue;
        }
        let odd = rest.windows(2).take(128).take_while(|pair| pair[0] != pair[1]).count();
        let odd = if odd == rest.len() - 1 { (odd + 1).min(128) } else { odd };
        if odd == 1 {
            // A single one is a run of one.
            out.push(0);
        } else {
            out.push((257 - odd) as u8);
        }
        out.extend(rest[..odd].iter().flatten());
        rest = &rest[odd..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgba;
    use proptest::prelude::*;

    fn unpacked(mut data: &[u8], count: usize) -> (Vec<[u8; 3]>, usize) {
        let before = data.len();
        let mut pixels = Vec::new();
        while pixels.len() < count {
            let code = usize::from(data[0]);
            let pixel = |at: usize| [data[at], data[at + 1], data[at + 2]];
            if code < 128 {
                pixels.extend(std::iter::repeat_n(pixel(1), code + 1));
                data = &data[4..];
            } else {
                let odd = 257 - code;
                pixels.extend((0..odd).map(|n| pixel(1 + n * 3)));
                data = &data[1 + odd * 3..];
            }
        }
        (pixels, before - data.len())
    }

    proptest! {
        #[test]
        fn rows_come_back_as_they_were(tones in prop::collection::vec(0u8..3, 1..700)) {
            let pixels: Vec<[u8; 3]> = tones.iter().map(|tone| [*tone, 9, 200]).collect();
            let mut out = Vec::new();
            packed(&pixels, &mut out);
            let (back, used) = unpacked(&out, pixels.len());
            prop_assert_eq!(back, pixels);
            prop_assert_eq!(used, out.len());
        }
    }

    #[test]
    fn a_page_says_its_size_and_resolution() {
        let side = RgbaImage::from_pixel(1011, 638, Rgba([1, 2, 3, 255]));
        let file = pages(&[side.clone(), side], true);
        let number = |at: usize| u32::from_be_bytes(file[4 + at..8 + at].try_into().unwrap());
        assert_eq!(&file[..13], b"RaS2PwgRaster");
        assert_eq!([272, 276, 372, 376, 388, 392, 452].map(number), [1, 300, 1011, 638, 24, 3033, 2]);
        // 1011 equal pixels: seven runs of 128 and one of 115, four bytes each.
        assert_eq!(file.len(), 4 + 2 * (HEADER + 638 * (1 + 8 * 4)));
    }
}
