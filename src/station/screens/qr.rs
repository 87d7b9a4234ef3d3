//! A QR code for a phone, one pixel a module: the screen draws it in whole pixels.

use qrcode::{Color, EcLevel, QrCode};
use slint::{Image, Rgb8Pixel, SharedPixelBuffer};

use super::generated::Code;

/// The standard's quiet zone (ISO/IEC 18004): four modules on every side.
const QUIET: usize = 4;

/// An empty one where the text is too long for any code.
pub fn code(text: &str) -> Code {
    let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::M) else { return Code::default() };
    let inner = code.width();
    let width = inner + 2 * QUIET;
    let mut buffer = SharedPixelBuffer::<Rgb8Pixel>::new(width as u32, width as u32);
    let dark = code.into_colors();
    for (at, pixel) in buffer.make_mut_slice().iter_mut().enumerate() {
        let (x, y) = (at % width, at / width);
        let within = (QUIET..QUIET + inner).contains(&x) && (QUIET..QUIET + inner).contains(&y);
        let is_dark = within && dark[(y - QUIET) * inner + x - QUIET] == Color::Dark;
        let level = if is_dark { 0 } else { 255 };
        *pixel = Rgb8Pixel { r: level, g: level, b: level };
    }
    Code { picture: Image::from_rgb8(buffer), modules: width as i32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_reads_what_stands_on_the_screen() {
        let text = "https://kartu.example/masuk?k=BCDF-GHJK";
        let code = code(text);
        let pixels = code.picture.to_rgb8().unwrap();
        assert_eq!(pixels.width() as i32, code.modules);
        let bytes: Vec<u8> = pixels.as_slice().iter().map(|pixel| pixel.r).collect();
        let small = image::GrayImage::from_raw(pixels.width(), pixels.height(), bytes).unwrap();
        let shown = image::imageops::resize(
            &small,
            small.width() * 6,
            small.height() * 6,
            image::imageops::FilterType::Nearest,
        );
        let read = crate::scan::read((&shown).into());
        assert!(read.iter().any(|code| code.text() == text), "read back");
    }
}
