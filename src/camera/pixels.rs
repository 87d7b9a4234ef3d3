//! From what a camera sends to RGB: YUYV by the crate `yuv`, MJPEG by the JPEG decoder of `image` (zune-jpeg, which also takes
//! the frames without Huffman tables that many webcams send, and stops at the end of the picture in an over-long buffer).

use image::{ImageFormat, RgbImage};
use yuv::{YuvPackedImage, YuvRange, YuvStandardMatrix, yuyv422_to_rgb};

/// How a camera packs a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// Two bytes a pixel, full brightness, half the colour. BT.601, limited range, as UVC cameras send it.
    Yuyv,
    /// One JPEG a picture.
    Mjpeg,
}

/// Unpacks one picture.
///
/// # Errors
/// What is wrong with the bytes: too short for the size (YUYV), or what the JPEG decoder says.
pub fn unpack(packing: Packing, width: u32, height: u32, bytes: &[u8]) -> Result<RgbImage, String> {
    match packing {
        Packing::Mjpeg => image::load_from_memory_with_format(bytes, ImageFormat::Jpeg)
            .map(image::DynamicImage::into_rgb8)
            .map_err(|e| e.to_string()),
        Packing::Yuyv => {
            let want = width as usize * height as usize * 2;
            let yuy =
                bytes.get(..want).ok_or_else(|| format!("{} bytes where {want} were due", bytes.len()))?;
            let mut rgb = RgbImage::new(width, height);
            let packed = YuvPackedImage { yuy, yuy_stride: width * 2, width, height };
            yuyv422_to_rgb(
                &packed,
                rgb.as_flat_samples_mut().samples,
                width * 3,
                YuvRange::Limited,
                YuvStandardMatrix::Bt601,
            )
            .map_err(|e| e.to_string())?;
            Ok(rgb)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuyv_of_known_colours() {
        // Four pixels a row, two rows: white, white, then BT.601 red (Y 81, U 90, V 240).
        let row = [235, 128, 235, 128, 81, 90, 81, 240];
        let bytes: Vec<u8> = row.iter().chain(&row).copied().collect();
        let rgb = unpack(Packing::Yuyv, 4, 2, &bytes).unwrap();
        assert!(rgb.get_pixel(0, 0).0.iter().all(|&c| c > 250));
        let red = rgb.get_pixel(3, 1).0;
        assert!(red[0] > 240 && red[1] < 12 && red[2] < 12, "{red:?}");
    }

    #[test]
    fn a_short_buffer_is_an_error() {
        assert!(unpack(Packing::Yuyv, 640, 480, &[0; 100]).is_err());
        assert!(unpack(Packing::Mjpeg, 640, 480, &[0xff, 0xd8, 0xff]).is_err());
    }

    #[test]
    fn a_jpeg_in_an_over_long_buffer_is_read() {
        let picture = RgbImage::from_pixel(64, 48, image::Rgb([200, 40, 40]));
        let mut bytes = Vec::new();
        picture.write_to(&mut std::io::Cursor::new(&mut bytes), ImageFormat::Jpeg).unwrap();
        bytes.resize(bytes.len() + 50_000, 0);
        let back = unpack(Packing::Mjpeg, 64, 48, &bytes).unwrap();
        assert_eq!(back.dimensions(), (64, 48));
        assert!(back.get_pixel(10, 10)[0].abs_diff(200) < 6);
    }
}
