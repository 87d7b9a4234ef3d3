//! From dots to the bytes of a receipt printer (ESC/POS), composed by the crate `escpos`.
//!
//! The picture goes out as `GS v 0` through `custom`: the crate's own `bit_image` puts a stray byte before it.

use super::PrintError;
use super::slip::{Slip, raster};
use escpos::driver::Driver;
use escpos::errors::Result as EscposResult;
use escpos::printer::Printer;
use escpos::utils::Protocol;
use image::GrayImage;
use std::cell::RefCell;
use std::rc::Rc;

/// Rows a raster command, 6 mm: small printers buffer no more than a few kilobytes of one picture, and between two bands the
/// printer can say how far it is.
pub const BAND: u32 = 48;
/// `GS V 66 0`: feed to the cutter and leave a point uncut, so that the slip does not fall on the floor.
const CUT: [u8; 4] = [0x1d, b'V', 66, 0];

/// A print cut into pieces, so that the printer can be asked between them.
#[derive(Clone, Debug)]
pub struct Script {
    /// Sets the printer up; leaves no ink.
    pub start: Vec<u8>,
    /// Bands of the picture, from the top. The last one ends the ink, with the white below it: the print is whole only once
    /// it is on paper, and without it 6 mm are missing.
    pub bands: Vec<Vec<u8>>,
    /// Feeds and cuts.
    pub finish: Vec<u8>,
}

/// The whole print of a slip on paper of 576 or 384 dots.
pub fn bytes(slip: &Slip, dots: u32) -> Result<Vec<u8>, PrintError> {
    Ok(raster_bytes(&raster(slip, dots)?))
}

/// The print of a picture: anything darker than middle grey is a black dot. Ends with a cut.
pub fn raster_bytes(picture: &GrayImage) -> Vec<u8> {
    let script = script(picture);
    [script.start, script.bands.concat(), script.finish].concat()
}

/// The print of a picture, in pieces.
pub fn script(picture: &GrayImage) -> Script {
    // A last band of white only would leave nothing to miss: everything that can be seen would be out before it.
    let white_from = (0..picture.height())
        .rev()
        .find(|y| (0..picture.width()).any(|x| picture.get_pixel(x, *y)[0] < 128))
        .map_or(picture.height(), |y| y + 1);
    let last_from = white_from.saturating_sub(BAND);
    let cut = |from: u32, to: u32| {
        (from..to).step_by(BAND as usize).map(move |top| band(picture, top, BAND.min(to - top)))
    };
    let mut bands: Vec<Vec<u8>> = cut(0, last_from).collect();
    bands.push(cut(last_from, white_from).chain(cut(white_from, picture.height())).flatten().collect());
    Script {
        start: composed(|printer| printer.init().map(|_| ())),
        bands,
        finish: composed(|printer| printer.feed()?.custom(&CUT).map(|_| ())),
    }
}

/// Completes whatever command a job that broke off has left half-sent: as picture data zeros are white, as text they are
/// nothing. As many as the longest band holds.
pub fn flush(dots: u32) -> Vec<u8> {
    vec![0; (dots.div_ceil(8) * BAND) as usize + 16]
}

/// Separates a piece of paper that a broken-off job has left.
pub fn separate() -> Vec<u8> {
    composed(|printer| printer.init()?.feed()?.custom(&CUT).map(|_| ()))
}

/// Bytes of one [`confirm`].
pub const CONFIRM: usize = 11;

/// `GS ( H` function 48: the printer sends these four digits back once everything before them is on paper.
pub fn confirm(number: u16) -> Vec<u8> {
    [&[0x1d, b'(', b'H', 6, 0, 48, 48][..], format!("{number:04x}").as_bytes()].concat()
}

/// What the crate composes, as bytes.
fn composed(compose: impl FnOnce(&mut Printer<Memory>) -> EscposResult<()>) -> Vec<u8> {
    let memory = Memory::default();
    let mut printer = Printer::new(memory.clone(), Protocol::default(), None);
    // Composing into memory has no failure of its own.
    let _ = compose(&mut printer).and_then(|()| printer.print().map(|_| ()));
    memory.0.take()
}

/// `GS v 0` at single size: width in bytes and height in rows, least significant byte first, a set bit is black.
fn band(picture: &GrayImage, top: u32, rows: u32) -> Vec<u8> {
    let width = picture.width().div_ceil(8);
    let [wl, wh] = (width as u16).to_le_bytes();
    let [hl, hh] = (rows as u16).to_le_bytes();
    let mut out = vec![0x1d, b'v', b'0', 0, wl, wh, hl, hh];
    for y in top..top + rows {
        for byte in 0..width {
            let mut bits = 0u8;
            for bit in 0..8 {
                let x = byte * 8 + bit;
                if x < picture.width() && picture.get_pixel(x, y)[0] < 128 {
                    bits |= 0x80 >> bit;
                }
            }
            out.push(bits);
        }
    }
    out
}

/// A driver that keeps what it is given.
#[derive(Clone, Default)]
struct Memory(Rc<RefCell<Vec<u8>>>);

impl Driver for Memory {
    fn name(&self) -> String {
        "memory".to_owned()
    }

    fn write(&self, data: &[u8]) -> EscposResult<()> {
        self.0.borrow_mut().extend_from_slice(data);
        Ok(())
    }

    fn read(&self, _: &mut [u8]) -> EscposResult<usize> {
        Ok(0)
    }

    fn flush(&self) -> EscposResult<()> {
        Ok(())
    }
}
