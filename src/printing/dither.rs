//! A portrait in black dots: grey tones as a thermal head can print them.

use image::{DynamicImage, GrayImage, Luma, RgbaImage, imageops::FilterType};

/// Thermal dots spread on the paper, so middle tones come out darker than asked: they are lifted by this exponent.
const LIFT: f32 = 0.62;
/// The share of the darkest and of the lightest pixels that may go fully black or white when contrast is stretched.
const CLIP: f32 = 0.01;

/// The photo on white, scaled to `width` by `height` dots, in dots of 0 and 255: contrast stretched over the person, lifted
/// for the paper, sharpened, then error diffusion (Floyd and Steinberg 1976) in alternating directions, which leaves no
/// worm patterns to one side.
pub fn portrait(photo: &RgbaImage, width: u32, height: u32) -> GrayImage {
    let small = DynamicImage::ImageRgba8(photo.clone())
        .resize_exact(width, height, FilterType::Lanczos3)
        .into_rgba8();
    let (dark, light) = range(&small);
    let toned = GrayImage::from_fn(width, height, |x, y| {
        let p = small.get_pixel(x, y);
        let alpha = f32::from(p[3]) / 255.0;
        let grey = ((luminance(p.0) - dark) / (light - dark)).clamp(0.0, 1.0);
        // The person keeps a hint of tone even where lightest, so that a pale edge still shows against the paper.
        let tone = grey.powf(LIFT) * 0.95;
        Luma([(255.0 * (tone * alpha + 1.0 - alpha)).round() as u8])
    });
    let sharp = DynamicImage::ImageLuma8(toned.clone()).unsharpen(1.1, 1).into_luma8();
    // Paper stays paper: sharpening must not throw dots outside the person.
    let mut levels: Vec<f32> = sharp
        .pixels()
        .zip(toned.pixels())
        .map(|(s, t)| if t[0] == 255 { 255.0 } else { f32::from(s[0]) })
        .collect();
    diffuse(&mut levels, width as usize, height as usize)
}

/// Rec. 601 luma of a pixel, 0 to 255.
fn luminance(p: [u8; 4]) -> f32 {
    0.299 * f32::from(p[0]) + 0.587 * f32::from(p[1]) + 0.114 * f32::from(p[2])
}

/// The tones between which the person's pixels lie, at least 40 levels apart.
fn range(photo: &RgbaImage) -> (f32, f32) {
    let mut tones: Vec<f32> = photo.pixels().filter(|p| p[3] > 127).map(|p| luminance(p.0)).collect();
    if tones.is_empty() {
        return (0.0, 255.0);
    }
    tones.sort_by(f32::total_cmp);
    let last = tones.len() - 1;
    let cut = (last as f32 * CLIP) as usize;
    let (dark, light) = (tones[cut], tones[last - cut]);
    (dark.min(light - 40.0), light)
}

fn diffuse(tones: &mut [f32], width: usize, height: usize) -> GrayImage {
    let mut out = GrayImage::new(width as u32, height as u32);
    for y in 0..height {
        let forth = y % 2 == 0;
        for step in 0..width {
            let x = if forth { step } else { width - 1 - step };
            let at = y * width + x;
            let dot = if tones[at] < 128.0 { 0.0 } else { 255.0 };
            let error = tones[at] - dot;
            out.put_pixel(x as u32, y as u32, Luma([dot as u8]));
            let ahead = if forth { 1isize } else { -1 };
            for (dx, dy, share) in [(ahead, 0, 7.0), (-ahead, 1, 3.0), (0, 1, 5.0), (ahead, 1, 1.0)] {
                let to = x.checked_add_signed(dx).filter(|&to| to < width);
                if let Some(to) = to
                    && y + dy < height
                {
                    let tone = &mut tones[(y + dy) * width + to];
                    // White stays white and does not pass error on into the paper.
                    if *tone < 255.0 {
                        *tone += error * share / 16.0;
                    }
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgba;

    fn black_share(dots: &GrayImage) -> f32 {
        dots.pixels().filter(|p| p[0] == 0).count() as f32 / dots.len() as f32
    }

    #[test]
    fn only_black_and_white_and_nothing_outside_the_person() {
        let photo = RgbaImage::from_fn(90, 120, |x, y| {
            Rgba([x as u8 * 2, y as u8 * 2, 90, if x < 45 { 255 } else { 0 }])
        });
        let dots = portrait(&photo, 60, 80);
        assert!(dots.pixels().all(|p| p[0] == 0 || p[0] == 255));
        assert!((0..80).all(|y| (34..60).all(|x| dots.get_pixel(x, y)[0] == 255)));
        assert!(black_share(&dots) > 0.1);
    }

    #[test]
    fn darker_photos_get_more_dots() {
        // Left half a fixed range of tones, right half one tone: the stretch is the same for both pictures.
        let photo = |tone: u8| {
            RgbaImage::from_fn(100, 100, |x, _| {
                let v = if x < 10 {
                    0
                } else if x < 20 {
                    255
                } else {
                    tone
                };
                Rgba([v, v, v, 255])
            })
        };
        let dark = black_share(&portrait(&photo(60), 100, 100));
        let light = black_share(&portrait(&photo(190), 100, 100));
        assert!(dark > light + 0.3, "{dark} {light}");
    }

    #[test]
    fn a_photo_of_one_tone_or_of_nothing_is_no_trouble() {
        for pixel in [[0, 0, 0, 255], [255, 255, 255, 255], [9, 9, 9, 0]] {
            let photo = RgbaImage::from_pixel(10, 10, Rgba(pixel));
            assert_eq!(portrait(&photo, 30, 40).dimensions(), (30, 40));
        }
    }
}
