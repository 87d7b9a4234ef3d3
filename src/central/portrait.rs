//! The portrait that a station hands in, and the two small ones made from it: the face in the
//! back code and the picture in the roster record. Pixels in, bytes out.

use std::io::Cursor;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::imageops::{self, FilterType as Resize};
use image::{ExtendedColorType, ImageEncoder as _, ImageReader, Limits, RgbImage, RgbaImage};

/// Longest side of a portrait.
const LONGEST: u32 = 2000;
/// Shortest width that still prints: 20 mm at 300 dpi are 236 dots.
const NARROWEST: u32 = 150;
/// Width to height of a card photo is 3:4; crops are whole pixels, so not to the last digit.
const ASPECT: std::ops::RangeInclusive<f32> = 0.70..=0.80;
/// Below this share of clear pixels nobody has removed a background, above the other nobody is left.
const CLEAR: std::ops::RangeInclusive<f32> = 0.02..=0.95;
/// The ground under the transparent parts: light, as on the card.
const GROUND: [u8; 3] = [0xf2, 0xf4, 0xf7];
/// What the picture in the back code may take; see the table of sizes in `credential`.
pub const FACE_BYTES: usize = 750;

/// Why a picture is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PortraitError {
    #[error("the portrait is not a PNG that can be read")]
    NotPng,
    #[error("the portrait has no transparent channel or no removed background")]
    NotTransparent,
    #[error("the portrait is not 3 to 4 in proportion")]
    Proportion,
    #[error("the portrait is too small or too large")]
    Size,
    #[error("the portrait cannot be made small enough")]
    Encoding,
}

/// What one accepted photo becomes.
pub struct Portrait {
    /// The photo, written anew: what a station appended to its file does not travel on.
    pub png: Vec<u8>,
    /// For the back code: at most [`FACE_BYTES`].
    pub face_webp: Vec<u8>,
    /// For the roster record: 180 pixels wide.
    pub record_webp: Vec<u8>,
}

/// Checks a portrait and makes the small pictures. Takes up to a second: not on an async thread.
pub fn prepare(png: &[u8]) -> Result<Portrait, PortraitError> {
    let photo = check(png)?;
    Ok(Portrait { png: encode_png(&photo)?, face_webp: face(&photo)?, record_webp: record(&photo)? })
}

/// The picture for a roster record, from a photo that was checked when it came in.
pub fn record_of(png: &[u8]) -> Result<Vec<u8>, PortraitError> {
    record(&check(png)?)
}

fn check(png: &[u8]) -> Result<RgbaImage, PortraitError> {
    let mut reader = ImageReader::with_format(Cursor::new(png), image::ImageFormat::Png);
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST);
    limits.max_image_height = Some(LONGEST);
    limits.max_alloc = Some(64 * 1024 * 1024);
    reader.limits(limits);
    let picture = reader.decode().map_err(|e| match e {
        image::ImageError::Limits(_) => PortraitError::Size,
        _ => PortraitError::NotPng,
    })?;
    if !picture.color().has_alpha() {
        return Err(PortraitError::NotTransparent);
    }
    let photo = picture.into_rgba8();
    let (width, height) = photo.dimensions();
    if !(NARROWEST..=LONGEST).contains(&width) || height > LONGEST {
        return Err(PortraitError::Size);
    }
    if !ASPECT.contains(&(width as f32 / height as f32)) {
        return Err(PortraitError::Proportion);
    }
    let clear = photo.pixels().filter(|p| p.0[3] < 8).count() as f32 / (width * height) as f32;
    if !CLEAR.contains(&clear) {
        return Err(PortraitError::NotTransparent);
    }
    Ok(photo)
}

fn encode_png(photo: &RgbaImage) -> Result<Vec<u8>, PortraitError> {
    let mut png = Vec::new();
    PngEncoder::new_with_quality(&mut png, CompressionType::Default, FilterType::Adaptive)
        .write_image(photo.as_raw(), photo.width(), photo.height(), ExtendedColorType::Rgba8)
        .map_err(|_| PortraitError::Encoding)?;
    Ok(png)
}

/// Lays the photo on the light ground. Straight alpha.
fn flatten(photo: &RgbaImage) -> RgbImage {
    RgbImage::from_fn(photo.width(), photo.height(), |x, y| {
        let [r, g, b, a] = photo.get_pixel(x, y).0;
        let over = |top: u8, ground: u8| {
            let a = u32::from(a);
            ((u32::from(top) * a + u32::from(ground) * (255 - a) + 127) / 255) as u8
        };
        image::Rgb([over(r, GROUND[0]), over(g, GROUND[1]), over(b, GROUND[2])])
    })
}

/// The upper part of the person, 3 to 4: of the few pixels that a code can carry, the face should
/// get most. What is clear says where the head is: it begins at the first row that is not, and is
/// centred over what stands in the rows below.
fn around_head(photo: &RgbaImage) -> RgbaImage {
    /// Share of the height that is kept: head and shoulders where the head is half the photo.
    const KEPT: f32 = 0.75;
    /// Room above the head, as a share of the height.
    const ABOVE: f32 = 0.04;
    let (width, height) = photo.dimensions();
    let seen = |x: u32, y: u32| photo.get_pixel(x, y).0[3] > 127;
    // A few stray pixels are not a head.
    let top =
        (0..height).find(|y| (0..width).filter(|x| seen(*x, *y)).count() as u32 > width / 20).unwrap_or(0);
    let head = top..(top + (height as f32 * 0.3) as u32).min(height);
    let (mut sum, mut count) = (0_u64, 0_u64);
    for y in head {
        for x in (0..width).filter(|x| seen(*x, y)) {
            sum += u64::from(x);
            count += 1;
        }
    }
    let centre = sum.checked_div(count).unwrap_or(u64::from(width / 2)) as u32;
    let kept_height = (height as f32 * KEPT) as u32;
    let kept_width = (kept_height * 3 / 4).min(width);
    let x = centre.saturating_sub(kept_width / 2).min(width - kept_width);
    let y = top.saturating_sub((height as f32 * ABOVE) as u32).min(height - kept_height);
    imageops::crop_imm(photo, x, y, kept_width, kept_height).to_image()
}

/// The face for the back code: the largest of a few sizes that still looks decent within the
/// bytes, with the best quality that fits.
fn face(photo: &RgbaImage) -> Result<Vec<u8>, PortraitError> {
    /// Below this quality the next smaller size looks better.
    const DECENT: i32 = 20;
    let flat = flatten(&around_head(photo));
    let sizes = [(72, 96), (66, 88), (60, 80), (48, 64)];
    for (i, (width, height)) in sizes.into_iter().enumerate() {
        let small = imageops::resize(&flat, width, height, Resize::Lanczos3);
        let lowest = if i + 1 == sizes.len() { 0 } else { DECENT };
        if let Some(bytes) = best_within(&small, lowest, FACE_BYTES) {
            return Ok(bytes);
        }
    }
    Err(PortraitError::Encoding)
}

/// The best quality from `lowest` up whose bytes fit, found by halving: size grows with quality.
fn best_within(picture: &RgbImage, lowest: i32, most: usize) -> Option<Vec<u8>> {
    let (mut low, mut high) = (lowest, 95);
    let mut best = None;
    while low <= high {
        let quality = i32::midpoint(low, high);
        match webp(picture, quality as f32) {
            Some(bytes) if bytes.len() <= most => {
                best = Some(bytes);
                low = quality + 1;
            }
            _ => high = quality - 1,
        }
    }
    best
}

fn record(photo: &RgbaImage) -> Result<Vec<u8>, PortraitError> {
    let small = imageops::resize(&flatten(photo), 180, 240, Resize::Lanczos3);
    webp(&small, 70.0).ok_or(PortraitError::Encoding)
}

fn webp(picture: &RgbImage, quality: f32) -> Option<Vec<u8>> {
    let mut config = webp::WebPConfig::new().ok()?;
    config.quality = quality;
    // Slowest and smallest; the pictures are tiny.
    config.method = 6;
    let encoder = webp::Encoder::from_rgb(picture.as_raw(), picture.width(), picture.height());
    encoder.encode_advanced(&config).ok().map(|memory| memory.to_vec())
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A drawn person on transparency: enough to be a portrait, of nobody.
    pub fn drawn(width: u32, height: u32) -> Vec<u8> {
        let (w, h) = (width as f32, height as f32);
        let photo = RgbaImage::from_fn(width, height, |x, y| {
            let (x, y) = (x as f32 / w - 0.5, y as f32 / h);
            let head = (x / 0.24).powi(2) + ((y - 0.42) / 0.26).powi(2);
            let body = (x / 0.48).powi(2) + ((y - 1.05) / 0.38).powi(2);
            let grain = (((x * 977.0).sin() * (y * 613.0).cos()) * 18.0) as i32;
            let tint = |v: i32| (v + grain).clamp(0, 255) as u8;
            if head < 1.0 {
                let eye = (y - 0.40).abs() < 0.02 && (x.abs() - 0.09).abs() < 0.03;
                let shade = if eye { -120 } else { (x * 60.0) as i32 };
                image::Rgba([tint(190 + shade), tint(140 + shade), tint(110 + shade), 255])
            } else if body < 1.0 {
                image::Rgba([tint(150), tint(130), tint(80), 255])
            } else {
                image::Rgba([0, 0, 0, 0])
            }
        });
        encode_png(&photo).unwrap()
    }

    #[test]
    fn a_portrait_becomes_three_pictures_that_fit() {
        let portrait = prepare(&drawn(600, 800)).unwrap();
        assert!(portrait.face_webp.len() <= FACE_BYTES && portrait.face_webp.len() > 300);
        let face = image::load_from_memory(&portrait.face_webp).unwrap();
        assert!(face.width() >= 48 && face.width() * 4 == face.height() * 3);
        let record = image::load_from_memory(&portrait.record_webp).unwrap();
        assert_eq!((record.width(), record.height()), (180, 240));
        assert!(portrait.record_webp.len() < 20_000);
        // The ground is light, not the black that lies under transparent pixels.
        assert!(record.to_rgb8().get_pixel(2, 2).0.iter().all(|v| *v > 200));
        assert_eq!(check(&portrait.png).unwrap().dimensions(), (600, 800));
        assert!(record_of(&portrait.png).is_ok());
    }

    #[test]
    fn the_face_gets_most_of_the_back_codes_pixels() {
        let photo = check(&drawn(600, 800)).unwrap();
        let cropped = around_head(&photo);
        assert_eq!(cropped.dimensions(), (450, 600));
        // The head begins near the top, and is whole: clear on both sides of its widest row.
        let row = |y: u32| (0..450).filter(|x| cropped.get_pixel(*x, y).0[3] > 127).collect::<Vec<_>>();
        assert!(row(20).is_empty() && !row(60).is_empty());
        let widest = row(240);
        assert!(widest[0] > 40 && *widest.last().unwrap() < 410, "{widest:?}");
        // Somebody who stands at the side stays in the picture.
        let mut aside = RgbaImage::new(600, 800);
        imageops::overlay(&mut aside, &imageops::resize(&photo, 300, 400, Resize::Triangle), 300, 400);
        let cropped = around_head(&aside);
        assert!((0..600).any(|y| cropped.get_pixel(300, y).0[3] > 127));
    }

    #[test]
    fn what_is_no_portrait_is_told_apart() {
        assert_eq!(prepare(b"rubbish").err(), Some(PortraitError::NotPng));
        assert_eq!(prepare(&[]).err(), Some(PortraitError::NotPng));
        let cut = drawn(600, 800);
        assert_eq!(prepare(&cut[..cut.len() / 2]).err(), Some(PortraitError::NotPng));
        assert_eq!(prepare(&drawn(60, 80)).err(), Some(PortraitError::Size));
        assert_eq!(prepare(&drawn(2100, 2800)).err(), Some(PortraitError::Size));
        assert_eq!(prepare(&drawn(600, 600)).err(), Some(PortraitError::Proportion));
        let full = RgbaImage::from_pixel(600, 800, image::Rgba([9, 9, 9, 255]));
        assert_eq!(prepare(&encode_png(&full).unwrap()).err(), Some(PortraitError::NotTransparent));
        let empty = RgbaImage::new(600, 800);
        assert_eq!(prepare(&encode_png(&empty).unwrap()).err(), Some(PortraitError::NotTransparent));
        let mut rgb = Vec::new();
        image::DynamicImage::ImageRgb8(RgbImage::new(600, 800))
            .write_to(&mut Cursor::new(&mut rgb), image::ImageFormat::Png)
            .unwrap();
        assert_eq!(prepare(&rgb).err(), Some(PortraitError::NotTransparent));
    }
}
