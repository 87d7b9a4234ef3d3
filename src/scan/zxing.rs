//! zxing-cpp, by its C interface, told to look for QR codes only: the quickest engine and the best single one.

use super::{Engine, Found, Luma, Reading};
use zxingcpp::{BarcodeFormat, Binarizer, ImageFormat, ImageView, PointI};

/// zxing-cpp with every search option on: harder, rotated, inverted, on a smaller copy.
#[derive(Clone, Copy, Debug)]
pub struct Zxing {
    binarizer: Binarizer,
}

impl Zxing {
    /// With a threshold for each part of the picture.
    pub const fn local() -> Self {
        Zxing { binarizer: Binarizer::LocalAverage }
    }

    /// With one threshold for the whole picture, from its histogram: for blurred codes in even light.
    pub const fn global() -> Self {
        Zxing { binarizer: Binarizer::GlobalHistogram }
    }
}

impl Engine for Zxing {
    fn name(&self) -> &'static str {
        if self.binarizer == Binarizer::LocalAverage { "zxing-cpp" } else { "zxing-cpp, global threshold" }
    }

    fn cost(&self) -> f32 {
        30.0
    }

    fn read(&self, picture: Luma) -> Reading {
        let mut reading = Reading::default();
        let Ok(view) = ImageView::from_slice(picture.data, picture.width, picture.height, ImageFormat::Lum)
        else {
            return reading;
        };
        let reader = zxingcpp::read()
            .formats(BarcodeFormat::QRCode)
            .binarizer(self.binarizer)
            .try_harder(true)
            .try_rotate(true)
            .try_invert(true)
            .try_downscale(true)
            .return_errors(true);
        let Ok(codes) = reader.from(view) else {
            return reading;
        };
        for code in &codes {
            let at = code.position();
            let corners =
                [at.top_left, at.top_right, at.bottom_right, at.bottom_left].map(|p: PointI| (p.x, p.y));
            if code.is_valid() {
                reading.found.push(Found { bytes: code.bytes(), corners });
            } else {
                reading.near.push(corners);
            }
        }
        reading
    }
}
