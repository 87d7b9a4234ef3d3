//! The first engine: zxing-cpp, by its C interface, told to look for QR codes only.

use super::{Engine, Found, Luma};
use zxingcpp::{BarcodeFormat, ImageFormat, ImageView, PointI};

/// zxing-cpp with every search option on: harder, rotated, inverted, on a smaller copy.
#[derive(Clone, Copy, Debug, Default)]
pub struct Zxing;

impl Engine for Zxing {
    fn name(&self) -> &'static str {
        "zxing-cpp"
    }

    fn read(&self, picture: Luma) -> Vec<Found> {
        let Ok(view) = ImageView::from_slice(picture.data, picture.width, picture.height, ImageFormat::Lum)
        else {
            return Vec::new();
        };
        let reader = zxingcpp::read()
            .formats(BarcodeFormat::QRCode)
            .try_harder(true)
            .try_rotate(true)
            .try_invert(true)
            .try_downscale(true)
            .return_errors(false);
        let Ok(codes) = reader.from(view) else {
            return Vec::new();
        };
        codes
            .iter()
            .filter(|code| code.is_valid())
            .map(|code| {
                let at = code.position();
                let corner = |p: PointI| (p.x, p.y);
                Found {
                    bytes: code.bytes(),
                    corners: [
                        corner(at.top_left),
                        corner(at.top_right),
                        corner(at.bottom_right),
                        corner(at.bottom_left),
                    ],
                }
            })
            .collect()
    }
}
