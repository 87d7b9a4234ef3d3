//! The photo in its box: whole inside it, standing on its lower edge.

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::imageops;
use image::{ExtendedColorType, ImageEncoder as _, Rgba, RgbaImage};

use super::error::CardError;
use super::slot::{Area, Slot};

/// How much of the photo's detail is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// All of it.
    Full,
    /// A quarter more than one pixel a dot: for paper, where a printer may be finer than 300 dpi. The rest of the
    /// pixels could only cost time and bytes.
    Fine,
    /// One pixel a dot, filtered well: for pictures at 300 dpi.
    Dots,
}

/// Pixels a dot of [`Detail::Fine`].
const FINE: f32 = 1.25;

/// A photo with its place on the card.
pub struct Placed {
    pub area: Area,
    pub png: Vec<u8>,
}

/// Fits the photo into its slot. `None` for a photo without pixels.
pub fn place(photo: &RgbaImage, slot: &Slot, detail: Detail) -> Result<Option<Placed>, CardError> {
    let (width, height) = photo.dimensions();
    if width == 0 || height == 0 {
        return Ok(None);
    }
    let scale = (slot.area.width / width as f32).min(slot.area.height / height as f32);
    let across = (width as f32 * scale).round().max(1.0);
    let down = (height as f32 * scale).round().max(1.0);
    let area = Area {
        x: (slot.area.x + slot.across.offset(slot.area.width, across)).round(),
        y: (slot.area.y + slot.area.height - down).round(),
        width: across,
        height: down,
    };
    let png = match detail {
        Detail::Fine if across * FINE < width as f32 => {
            encode(&shrink(photo, (across * FINE) as u32, (down * FINE) as u32))?
        }
        Detail::Full | Detail::Fine => encode(photo)?,
        Detail::Dots => encode(&shrink(photo, across as u32, down as u32))?,
    };
    Ok(Some(Placed { area, png }))
}

/// Scales with colours weighted by their alpha, so that what hides behind transparent pixels
/// cannot bleed into the edge of the hair.
fn shrink(photo: &RgbaImage, width: u32, height: u32) -> RgbaImage {
    let mut weighted = photo.clone();
    for Rgba([r, g, b, a]) in weighted.pixels_mut() {
        for channel in [r, g, b] {
            *channel = (u16::from(*channel) * u16::from(*a)).div_ceil(255) as u8;
        }
    }
    let mut small = imageops::resize(&weighted, width, height, imageops::FilterType::CatmullRom);
    for Rgba([r, g, b, a]) in small.pixels_mut() {
        if *a == 0 {
            continue;
        }
        for channel in [r, g, b] {
            *channel = (u16::from(*channel) * 255 / u16::from(*a)).min(255) as u8;
        }
    }
    small
}

fn encode(photo: &RgbaImage) -> Result<Vec<u8>, CardError> {
    let mut png = Vec::new();
    PngEncoder::new_with_quality(&mut png, CompressionType::Fast, FilterType::Up)
        .write_image(photo.as_raw(), photo.width(), photo.height(), ExtendedColorType::Rgba8)
        .map_err(CardError::Photo)?;
    Ok(png)
}
