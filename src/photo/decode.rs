//! Photo, first step: bytes from a camera folder, an upload or a phone become pixels, within bounds.

use std::io::Cursor;

use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage};

use super::PhotoError;

/// Largest file taken, in bytes.
pub const MAX_BYTES: usize = 30 * 1024 * 1024;
/// Largest picture taken, in pixels: above what the cameras of phones deliver by default.
pub const MAX_PIXELS: u64 = 40_000_000;
const MAX_SIDE: u32 = 20_000;
const MIN_SIDE: u32 = 64;

/// Reads a JPEG or PNG, upright by its EXIF orientation; transparency is laid on white.
///
/// The header's size is judged before any pixel is decoded, so that a small file cannot claim a
/// large memory.
///
/// # Errors
/// Another format, a file cut off, and sizes beyond the bounds, each with its own error.
pub fn decode(bytes: &[u8]) -> Result<RgbImage, PhotoError> {
    decode_within(bytes, MAX_SIDE)
}

/// The same, with the longer side brought down to `longest` pixels before anything else is made of
/// it: a phone's picture has ten times the pixels that a card's photo needs.
///
/// # Errors
/// As [`decode`].
pub fn decode_within(bytes: &[u8], longest: u32) -> Result<RgbImage, PhotoError> {
    decode_from(bytes, longest, MIN_SIDE)
}

/// The same for a picture of a code, whose shorter side has `least` pixels or more.
///
/// # Errors
/// As [`decode`].
pub fn decode_code(bytes: &[u8], least: u32) -> Result<RgbImage, PhotoError> {
    decode_from(bytes, MAX_SIDE, least)
}

fn decode_from(bytes: &[u8], longest: u32, least: u32) -> Result<RgbImage, PhotoError> {
    if bytes.len() > MAX_BYTES {
        return Err(PhotoError::TooManyBytes(bytes.len()));
    }
    let Ok(format @ (ImageFormat::Jpeg | ImageFormat::Png)) = image::guess_format(bytes) else {
        return Err(PhotoError::NotAPicture);
    };
    if !has_end(bytes, format) {
        // The decoder would fill the missing half with grey and call it a picture.
        return Err(PhotoError::Damaged("the file has no end marker".into()));
    }
    let damaged = |e: image::ImageError| PhotoError::Damaged(e.to_string());
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(512 * 1024 * 1024);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS || width.max(height) > MAX_SIDE {
        return Err(PhotoError::TooManyPixels(width, height));
    }
    if width.min(height) < least {
        return Err(PhotoError::TooSmall(width, height));
    }
    let orientation = decoder.orientation().map_err(damaged)?;
    let picture = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    let mut picture = smaller(picture, longest);
    picture.apply_orientation(orientation);
    Ok(on_white(picture))
}

/// Whole blocks are averaged down to twice the size that is wanted, which is quick and takes little
/// memory; the last step is the finer one.
fn smaller(picture: DynamicImage, longest: u32) -> DynamicImage {
    let side = picture.width().max(picture.height());
    if side <= longest {
        return picture;
    }
    let twice = longest.saturating_mul(2);
    let picture = if side > twice { picture.thumbnail(twice, twice) } else { picture };
    picture.resize(longest, longest, FilterType::Triangle)
}

/// Trailing bytes after the marker are common (cameras pad their buffers), so it is looked for.
fn has_end(bytes: &[u8], format: ImageFormat) -> bool {
    let marker: &[u8] = match format {
        ImageFormat::Jpeg => &[0xFF, 0xD9],
        _ => b"IEND\xAE\x42\x60\x82",
    };
    bytes.windows(marker.len()).rev().any(|w| w == marker)
}

fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let rgba = picture.into_rgba8();
    RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let [r, g, b, a] = rgba.get_pixel(x, y).0;
        let over = |c: u8| ((u32::from(c) * u32::from(a) + 255 * (255 - u32::from(a)) + 127) / 255) as u8;
        image::Rgb([over(r), over(g), over(b)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let picture = RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, (x ^ y) as u8]));
        let mut out = Cursor::new(Vec::new());
        picture.write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    #[test]
    fn reads_both_formats() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png] {
            assert_eq!(decode(&encoded(200, 100, format)).unwrap().dimensions(), (200, 100));
        }
    }

    #[test]
    fn a_large_picture_is_brought_down_and_a_small_one_left_alone() {
        for (size, want) in [((3000, 1500), (400, 200)), ((500, 700), (286, 400)), ((390, 200), (390, 200))] {
            let bytes = encoded(size.0, size.1, ImageFormat::Jpeg);
            assert_eq!(decode_within(&bytes, 400).unwrap().dimensions(), want);
        }
    }

    #[test]
    fn a_file_cut_in_the_middle_is_damaged_not_half_grey() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png] {
            let bytes = encoded(200, 100, format);
            for part in [bytes.len() / 4, bytes.len() / 2, bytes.len() - 3] {
                assert!(matches!(decode(&bytes[..part]), Err(PhotoError::Damaged(_))), "{format:?} {part}");
            }
        }
    }

    #[test]
    fn refuses_what_is_no_picture_too_small_or_too_large() {
        assert!(matches!(decode(b""), Err(PhotoError::NotAPicture)));
        assert!(matches!(decode(b"<svg/>"), Err(PhotoError::NotAPicture)));
        assert!(matches!(decode(&vec![0xFF; MAX_BYTES + 1]), Err(PhotoError::TooManyBytes(_))));
        assert!(matches!(decode(&encoded(63, 100, ImageFormat::Png)), Err(PhotoError::TooSmall(63, 100))));
        // A header that claims 30000 x 30000 is refused before memory is taken.
        let mut png = encoded(64, 64, ImageFormat::Png);
        png[16..20].copy_from_slice(&30_000_u32.to_be_bytes());
        png[20..24].copy_from_slice(&30_000_u32.to_be_bytes());
        assert!(decode(&png).is_err());
    }
}
