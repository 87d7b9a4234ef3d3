//! Reading QR codes: grey pixels in, bytes out (floor 1: no file, no camera, no clock).
//!
//! Two engines of different origin look at a picture in turn, because each reads some pictures that the other
//! cannot: zxing-cpp first (fast and the better of the two), then rqrr on the plain picture and on a copy with a
//! local threshold for uneven light.

mod rqrr_engine;
mod threshold;
mod zxing;

pub use rqrr_engine::Rqrr;
pub use zxing::Zxing;

/// The longest side of a picture that is looked at. Larger ones are refused (nothing is found): a photo of 12 megapixels
/// fits, a crafted file that would keep an engine busy for minutes does not.
pub const MAX_SIDE: usize = 8192;

/// A grey picture: one byte a pixel, rows without padding, top row first.
#[derive(Clone, Copy, Debug)]
pub struct Luma<'a> {
    /// Pixels a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width * height` bytes, 0 black, 255 white.
    pub data: &'a [u8],
}

impl<'a> From<&'a image::GrayImage> for Luma<'a> {
    fn from(picture: &'a image::GrayImage) -> Self {
        Luma { width: picture.width() as usize, height: picture.height() as usize, data: picture.as_raw() }
    }
}

impl Luma<'_> {
    /// Whether the sizes agree and are within bounds; the engines may rely on it.
    fn is_sound(&self) -> bool {
        (1..=MAX_SIDE).contains(&self.width)
            && (1..=MAX_SIDE).contains(&self.height)
            && self.data.len() == self.width * self.height
    }
}

/// One code that was read, with its error correction passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What the code says, byte for byte, before any guess at a character set.
    pub bytes: Vec<u8>,
    /// Top left, top right, bottom right, bottom left of the symbol, in pixels of the picture.
    pub corners: [(i32, i32); 4],
}

impl Found {
    /// The bytes as UTF-8; what is not UTF-8 becomes U+FFFD.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

/// Something that finds QR codes in a grey picture.
pub trait Engine {
    /// A short name for logs and measurements.
    fn name(&self) -> &'static str;
    /// Every code in the picture, in no particular order; empty where there is none. Never panics.
    fn read(&self, picture: Luma) -> Vec<Found>;
}

/// Every QR code in the picture, each text once: the first engine that finds any decides.
pub fn read(picture: Luma) -> Vec<Found> {
    read_with(&[&Zxing, &Rqrr::plain(), &Rqrr::local()], picture)
}

/// As [`read`], with zxing-cpp alone: about 2 ms a picture, for every frame of a live camera.
pub fn read_live(picture: Luma) -> Vec<Found> {
    read_with(&[&Zxing], picture)
}

/// The findings of the first engine that has any, without repeats.
pub fn read_with(engines: &[&dyn Engine], picture: Luma) -> Vec<Found> {
    if !picture.is_sound() {
        return Vec::new();
    }
    engines
        .iter()
        .map(|engine| distinct(engine.read(picture)))
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}

/// One finding for each text, the first one seen, empty ones left out.
fn distinct(found: Vec<Found>) -> Vec<Found> {
    let mut once: Vec<Found> = Vec::with_capacity(found.len());
    for one in found {
        if !one.bytes.is_empty() && once.iter().all(|o| o.bytes != one.bytes) {
            once.push(one);
        }
    }
    once
}

#[cfg(test)]
mod tests;
