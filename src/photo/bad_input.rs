//! Photo: what should not get in, or get in only whole. Everything is made here.

use std::io::Cursor;

use image::{DynamicImage, ExtendedColorType, ImageBuffer, ImageEncoder, ImageFormat, Luma, Rgb, RgbImage};

use super::*;

fn gradient(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| Rgb([(x * 255 / width) as u8, (y * 255 / height) as u8, 90]))
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, format).unwrap();
    out.into_inner()
}

#[test]
fn one_pixel_is_too_small_to_decode_and_to_look_at() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg] {
        let dot = encoded(&gradient(1, 1).into(), format);
        assert!(matches!(decode(&dot), Err(PhotoError::TooSmall(1, 1))));
    }
    let models = Models::load().unwrap();
    let dot = gradient(1, 1);
    assert!(matches!(guide(&models, &dot), Err(PhotoError::TooSmall(1, 1))));
    assert!(matches!(check(&models, &dot, None), Err(PhotoError::TooSmall(1, 1))));
    assert!(matches!(cut(&models, &dot, None, Crop::FullFrame), Err(PhotoError::TooSmall(1, 1))));
    assert!(matches!(live_matte(&models, &dot), Err(PhotoError::TooSmall(1, 1))));
    assert!(matches!(plate::make(&models, std::slice::from_ref(&dot)), Err(plate::PlateProblem::TooFew(1))));
    assert_eq!(Kept::new(dot.clone()).stale(&dot), Some(Staleness::AnotherPlace));
    assert_eq!(best_of(&models, &[dot]), 0);
}

#[test]
fn more_pixels_than_a_phone_takes_are_refused_by_the_header() {
    // 48 megapixels, a few kilobytes as PNG: refused before memory is taken for it.
    let mut out = Vec::new();
    let rows = vec![0_u8; 8000 * 6000];
    image::codecs::png::PngEncoder::new(&mut out)
        .write_image(&rows, 8000, 6000, ExtendedColorType::L8)
        .unwrap();
    assert!(matches!(decode(&out), Err(PhotoError::TooManyPixels(8000, 6000))));
}

#[test]
fn grey_and_sixteen_bits_become_colour_of_eight() {
    let grey = DynamicImage::ImageLuma8(ImageBuffer::from_pixel(100, 80, Luma([77])));
    for format in [ImageFormat::Png, ImageFormat::Jpeg] {
        let got = decode(&encoded(&grey, format)).unwrap();
        assert_eq!((got.dimensions(), got.get_pixel(50, 40).0), ((100, 80), [77; 3]));
    }
    let deep: ImageBuffer<Rgb<u16>, Vec<u16>> =
        ImageBuffer::from_pixel(100, 80, Rgb([0x8000, 0x4000, 0xFFFF]));
    let got = decode(&encoded(&DynamicImage::ImageRgb16(deep), ImageFormat::Png)).unwrap();
    assert_eq!(got.get_pixel(3, 3).0, [128, 64, 255]);
}

/// A JPEG of four inks, as printers' offices send them: plain mid grey, or a clear error.
#[test]
fn a_jpeg_of_four_inks_is_read_or_named() {
    let bytes = include_bytes!("../../tests/photo_cmyk.jpg");
    match decode(bytes) {
        Ok(picture) => {
            assert_eq!(picture.dimensions(), (96, 80));
            let [r, g, b] = picture.get_pixel(48, 40).0;
            assert!(r > g.saturating_add(40) && r > b.saturating_add(40), "{r} {g} {b}: red ink stays red");
        }
        Err(e) => assert!(matches!(e, PhotoError::Damaged(_)), "{e}"),
    }
}

#[test]
fn a_truncated_file_of_either_kind_is_damaged_at_every_length() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg] {
        let bytes = encoded(&gradient(120, 90).into(), format);
        for length in (0..bytes.len() - 2).step_by(97) {
            let e = decode(&bytes[..length]).unwrap_err();
            assert!(matches!(e, PhotoError::Damaged(_) | PhotoError::NotAPicture), "{format:?} {length} {e}");
        }
    }
}

/// Puts an EXIF block with nothing but an orientation behind the JPEG's start marker.
fn turned(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    let length = (exif.len() + 2) as u16;
    [&jpeg[..2], &[0xFF, 0xE1], &length.to_be_bytes(), &exif, &jpeg[2..]].concat()
}

#[test]
fn a_picture_that_a_phone_took_lying_stands() {
    let mut picture = RgbImage::from_pixel(200, 100, Rgb([20, 20, 20]));
    for y in 0..100 {
        for x in 0..40 {
            picture.put_pixel(x, y, Rgb([230, 230, 230]));
        }
    }
    let jpeg = encoded(&picture.into(), ImageFormat::Jpeg);
    // 6: the left edge is to stand on top; 8: on the bottom; 3: on the right.
    for (orientation, size, bright) in [
        (1, (200, 100), (10, 50)),
        (3, (200, 100), (190, 50)),
        (6, (100, 200), (50, 10)),
        (8, (100, 200), (50, 190)),
    ] {
        let got = decode(&turned(&jpeg, orientation)).unwrap();
        assert_eq!(got.dimensions(), size, "{orientation}");
        assert!(got.get_pixel(bright.0, bright.1).0[0] > 200, "{orientation}");
    }
}

#[test]
fn a_small_file_cannot_take_a_large_memory() {
    // A good header of 6000 x 6000 of 16 bits and four channels would be 288 megabytes decoded;
    // of 20000 x 20000 it is refused by its pixels.
    let mut png = encoded(&gradient(64, 64).into(), ImageFormat::Png);
    png[16..20].copy_from_slice(&20_000_u32.to_be_bytes());
    png[20..24].copy_from_slice(&20_000_u32.to_be_bytes());
    // The header's checksum is wrong now, and either ground is good.
    assert!(matches!(decode(&png), Err(PhotoError::Damaged(_) | PhotoError::TooManyPixels(..))));
    // A true bomb: 6324 x 6324 of nothing, just under the bound, in some 200 kilobytes. It is
    // read, and is no face.
    let side = 6324;
    let mut bomb = Vec::new();
    image::codecs::png::PngEncoder::new(&mut bomb)
        .write_image(&vec![0_u8; (side * side) as usize], side, side, ExtendedColorType::L8)
        .unwrap();
    assert!(bomb.len() < 300_000, "{}", bomb.len());
    assert_eq!(decode(&bomb).unwrap().dimensions(), (side, side));
    // Chunks of text that unpack to far more than they are.
    assert!(matches!(decode(&vec![0x89; MAX_BYTES + 1]), Err(PhotoError::TooManyBytes(_))));
}

#[test]
fn a_plate_of_another_size_is_named_with_both_sizes() {
    let models = Models::load().unwrap();
    let (frame, plate) = (gradient(640, 480), gradient(480, 640));
    match cut(&models, &frame, Some(&plate), Crop::Card) {
        Err(e @ PhotoError::PlateSize { .. }) => {
            let said = e.to_string();
            assert!(said.contains("640") && said.contains("480"), "{said}");
        }
        Err(e) => panic!("{e}"),
        Ok(_) => panic!("cut with a plate of another size"),
    }
    assert_eq!(Kept::new(plate).stale(&frame), Some(Staleness::AnotherPlace));
}
