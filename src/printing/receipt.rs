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

/// Rows a raster command: small printers buffer no more than a few kilobytes of one picture.
const BAND: u32 = 192;
/// `GS V 66 0`: feed to the cutter and leave a point uncut, so that the slip does not fall on the floor.
const CUT: [u8; 4] = [0x1d, b'V', 66, 0];

/// The whole print of a slip on paper of 576 or 384 dots.
pub fn bytes(slip: &Slip, dots: u32) -> Result<Vec<u8>, PrintError> {
    Ok(raster_bytes(&raster(slip, dots)?))
}

/// The print of a picture: anything darker than middle grey is a black dot. Ends with a cut.
pub fn raster_bytes(picture: &GrayImage) -> Vec<u8> {
    let memory = Memory::default();
    // Composing into memory has no failure of its own.
    let _ = compose(memory.clone(), picture);
    memory.0.take()
}

fn compose(memory: Memory, picture: &GrayImage) -> EscposResult<()> {
    let mut printer = Printer::new(memory, Protocol::default(), None);
    printer.init()?;
    let mut top = 0;
    while top < picture.height() {
        let rows = BAND.min(picture.height() - top);
        printer.custom(&band(picture, top, rows))?;
        top += rows;
    }
    printer.feed()?.custom(&CUT)?.print()?;
    Ok(())
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
