//! Pictures of any camera address as raw YUYV, for a bench that plays them into a V4L2 device.
//!
//! `cargo run --example camera_frames -- dir:PICTURES 1280 720 8 frames.yuyv` writes eight pictures, each filling
//! the width and height from the middle, limited range BT.601 as UVC cameras send it. With a sixth word, `plate`,
//! the camera's empty backdrop instead.

use std::io::Write as _;
use std::time::Duration;

use anjungan::camera;
use image::RgbImage;
use image::imageops::{FilterType, crop_imm, resize};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [uri, width, height, count, file, rest @ ..] = args.as_slice() else {
        return Err("camera_frames URI WIDTH HEIGHT COUNT FILE [plate]".into());
    };
    let (width, height, count): (u32, u32, usize) = (width.parse()?, height.parse()?, count.parse()?);
    let mut camera = camera::open(uri)?;
    let mut out = std::io::BufWriter::new(std::fs::File::create(file)?);
    for _ in 0..count {
        let picture = if rest.first().is_some_and(|word| word == "plate") {
            camera.plate()?.ok_or("this camera has no plate of its own")?
        } else {
            camera.frame(Duration::from_secs(10))?.rgb
        };
        out.write_all(&yuyv(&filling(&picture, width, height)))?;
    }
    out.flush()?;
    Ok(())
}

/// Scaled until it fills the size, the middle of it.
fn filling(picture: &RgbImage, width: u32, height: u32) -> RgbImage {
    let (w, h) = (f64::from(picture.width()), f64::from(picture.height()));
    let scale = (f64::from(width) / w).max(f64::from(height) / h);
    let (w, h) = ((w * scale).ceil() as u32, (h * scale).ceil() as u32);
    let scaled = resize(picture, w, h, FilterType::Triangle);
    crop_imm(&scaled, (w - width) / 2, (h - height) / 2, width, height).to_image()
}

/// BT.601, limited range; the colour of two pixels is their mean.
fn yuyv(picture: &RgbImage) -> Vec<u8> {
    let luma = |p: &[u8]| {
        let [r, g, b] = [p[0], p[1], p[2]].map(f32::from);
        (16.0 + 0.257 * r + 0.504 * g + 0.098 * b).round() as u8
    };
    picture
        .as_raw()
        .chunks_exact(6)
        .flat_map(|two| {
            let [r, g, b] = [0, 1, 2].map(|c| f32::midpoint(f32::from(two[c]), f32::from(two[c + 3])));
            let blue = (128.0 - 0.148 * r - 0.291 * g + 0.439 * b).round() as u8;
            let red = (128.0 + 0.439 * r - 0.368 * g - 0.071 * b).round() as u8;
            [luma(&two[..3]), blue, luma(&two[3..]), red]
        })
        .collect()
}
