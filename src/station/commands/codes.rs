//! Pictures of QR codes: from a scanner, a screen shot, or a program that draws a pixel a module.

use std::path::Path;

use image::RgbImage;
use image::imageops::{self, FilterType};

use super::CommandError;
use crate::photo::{self, PhotoError};

/// The smallest QR code has so many modules a side; fewer pixels hold none.
const LEAST: u32 = 21;
/// Below this side the readers find codes worse than they could.
const SMALL: u32 = 320;
/// White around it, in modules of the smallest code: a code that fills its picture has none.
const QUIET: u32 = 4;

/// Reads a picture of a code; the error names the file, and speaks of a code.
pub fn picture(path: &Path) -> Result<RgbImage, CommandError> {
    let told = |why: String| CommandError::from(format!("{}: {why}", path.display()));
    let bytes = std::fs::read(path).map_err(|error| told(error.to_string()))?;
    photo::decode_code(&bytes, LEAST).map_err(|error| match error {
        PhotoError::TooSmall(width, height) => told(format!(
            "a picture of {width}x{height} pixels holds no QR code; the smallest code has {LEAST}x{LEAST} modules"
        )),
        PhotoError::NotAPicture => told("no picture of a code: the file is neither JPEG nor PNG".into()),
        other => told(other.to_string()),
    })
}

/// The same enlarged, pixel by pixel, on white; nothing where it is large enough as it is.
pub fn larger(picture: &RgbImage) -> Option<RgbImage> {
    let (width, height) = picture.dimensions();
    let side = width.min(height);
    if side >= SMALL {
        return None;
    }
    let factor = SMALL.div_ceil(side);
    let margin = QUIET * factor * side.div_ceil(LEAST);
    let enlarged = imageops::resize(picture, width * factor, height * factor, FilterType::Nearest);
    let outer = (enlarged.width() + 2 * margin, enlarged.height() + 2 * margin);
    let mut framed = RgbImage::from_pixel(outer.0, outer.1, image::Rgb([255; 3]));
    imageops::replace(&mut framed, &enlarged, i64::from(margin), i64::from(margin));
    Some(framed)
}

#[cfg(test)]
mod tests {
    use qrcode::QrCode;

    use super::*;
    use crate::station::scanner::codes_in;

    fn drawn(text: &str, module: u32, quiet: u32) -> RgbImage {
        let code = QrCode::new(text).unwrap();
        let modules = code.width() as u32;
        let side = (modules + 2 * quiet) * module;
        RgbImage::from_fn(side, side, |x, y| {
            let at = |n: u32| (n / module).checked_sub(quiet).filter(|n| *n < modules);
            let dark =
                at(x).zip(at(y)).is_some_and(|(x, y)| code[(x as usize, y as usize)] == qrcode::Color::Dark);
            image::Rgb(if dark { [0; 3] } else { [255; 3] })
        })
    }

    #[test]
    fn a_code_of_a_pixel_a_module_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let link = "https://kantor.example/#ABCD-EFGH";
        for (module, quiet) in [(1, 0), (1, 4), (2, 0), (2, 4), (3, 1)] {
            let path = folder.path().join("code.png");
            drawn(link, module, quiet).save(&path).unwrap();
            let picture = picture(&path).unwrap();
            let enlarged = larger(&picture).unwrap();
            assert_eq!(codes_in(&enlarged), [link], "{module} pixels a module, {quiet} of quiet zone");
        }
        assert!(larger(&RgbImage::new(640, 480)).is_none());
    }

    #[test]
    fn what_is_no_picture_of_a_code_is_told_in_words_of_a_code() {
        let folder = tempfile::tempdir().unwrap();
        let told = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            picture(&path).unwrap_err().to_string()
        };
        let mut tiny = std::io::Cursor::new(Vec::new());
        RgbImage::new(20, 20).write_to(&mut tiny, image::ImageFormat::Png).unwrap();
        let tiny = told("tiny.png", tiny.get_ref());
        assert!(tiny.contains("tiny.png") && tiny.contains("20x20") && tiny.contains("QR code"), "{tiny}");
        assert!(told("text.png", b"hello").contains("code"));
        assert!(!tiny.contains("photo"));
    }
}
