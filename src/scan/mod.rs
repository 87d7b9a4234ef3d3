//! Reading QR codes: grey pixels in, bytes out (floor 1: no file, no camera, no clock).
//!
//! Three engines of different origin look at a picture in turn, because each reads some pictures that the others cannot:
//! zxing-cpp first (the quickest and the best), then rxing and rqrr, on the picture as it is and on other
//! [views](View) of it, for as long as the [`Budget`] lasts.

mod budget;
mod cascade;
mod live;
mod region;
mod rqrr_engine;
mod rxing_engine;
mod threshold;
mod view;
mod zxing;

pub use budget::Budget;
pub use live::LiveReader;
pub use rqrr_engine::Rqrr;
pub use rxing_engine::Rxing;
pub use view::View;
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

/// What an engine makes of a picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Every code that was read.
    pub found: Vec<Found>,
    /// Where codes were seen whose content did not come out: their corners.
    pub near: Vec<[(i32, i32); 4]>,
}

/// Something that finds QR codes in a grey picture.
pub trait Engine: Sync {
    /// A short name for logs and measurements.
    fn name(&self) -> &'static str;
    /// Nanoseconds a pixel that a look usually takes on a desk computer: by this the cascade guesses what fits into
    /// its budget. Measured, and rounded up to what 19 of 20 pictures stay under.
    fn cost(&self) -> f32;
    /// Every code in the picture, in no particular order; empty where there is none. Never panics.
    fn read(&self, picture: Luma) -> Reading;
}

/// Every QR code in the picture, each text once: the first look that finds any decides.
pub fn read(picture: Luma, budget: &Budget) -> Vec<Found> {
    if !picture.is_sound() {
        return Vec::new();
    }
    cascade::run(picture, budget)
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
