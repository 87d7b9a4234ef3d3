//! What a camera would see of a card held before it: perspective, uneven light, blur, noise. Pure, and the same for the
//! same seed, so that the simulated scan camera, the tests and the guided run look at the same kind of picture.
//!
//! The pinhole model: the card is a plane, turned about its centre by roll (about the line of sight), then pitch (about
//! the horizontal), then yaw (about the vertical), two and a half card widths away. Each pixel's ray is cut with that plane.

use image::{DynamicImage, Rgb, RgbImage, RgbaImage};

/// Distance from the lens to the card's centre, in card widths: a hand's length before a desk camera.
const DISTANCE: f32 = 2.5;
/// What surrounds the card, before light: a dull desk.
const DESK: [f32; 3] = [96.0, 92.0, 86.0];

/// How the card is held and how well the camera sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shot {
    /// Turn about the vertical, degrees; up to about 35 is what people do.
    pub yaw: f32,
    /// Turn about the horizontal, degrees.
    pub pitch: f32,
    /// Turn in the picture's plane, degrees.
    pub roll: f32,
    /// The card's width, faced squarely, as a share of the picture's width.
    pub scale: f32,
    /// Standard deviation of a Gaussian blur, in pixels of the picture.
    pub blur: f32,
    /// Standard deviation of the sensor's noise, in levels of 0–255.
    pub noise: f32,
    /// Chooses light and noise.
    pub seed: u64,
}

impl Default for Shot {
    /// A card held a little askew before a fair camera.
    fn default() -> Self {
        Shot { yaw: 12.0, pitch: -9.0, roll: 4.0, scale: 0.75, blur: 0.8, noise: 4.0, seed: 1 }
    }
}

/// The card (transparent pixels show the desk) in a picture of `size` pixels.
pub fn photographed(card: &RgbaImage, size: (u32, u32), shot: &Shot) -> RgbImage {
    let mut chance = Chance(shot.seed);
    let mut canvas = projected(card, size, shot);
    shade(&mut canvas, size, &mut chance);
    let mut out = RgbImage::new(size.0, size.1);
    for (pixel, value) in out.pixels_mut().zip(&canvas) {
        *pixel = Rgb(value.map(|v| v.round().clamp(0.0, 255.0) as u8));
    }
    if shot.blur >= 0.05 {
        out = DynamicImage::ImageRgb8(out).blur(shot.blur).into_rgb8();
    }
    for pixel in out.pixels_mut() {
        // Sensor noise is mostly common to the three channels.
        let noise = (shot.noise * chance.normal()).round() as i16;
        for c in &mut pixel.0 {
            *c = (i16::from(*c) + noise).clamp(0, 255) as u8;
        }
    }
    out
}

/// The card's plane cut by each pixel's ray; several rays a pixel where the card is much finer than the picture.
fn projected(card: &RgbaImage, size: (u32, u32), shot: &Shot) -> Vec<[f32; 3]> {
    let (width, height) = (size.0 as f32, size.1 as f32);
    let (card_w, card_h) = (card.width() as f32, card.height() as f32);
    let flat = flattened(card);
    let focal = shot.scale * DISTANCE * width;
    let [right, down, normal] = axes(shot);
    let rays = (card_w / (shot.scale * width)).round().clamp(1.0, 4.0);
    let share = 1.0 / (rays * rays);
    let mut canvas = Vec::with_capacity((size.0 * size.1) as usize);
    for y in 0..size.1 {
        for x in 0..size.0 {
            let mut sum = [0.0f32; 3];
            for i in 0..(rays * rays) as u32 {
                let (dx, dy) = ((i % rays as u32) as f32, (i / rays as u32) as f32);
                let ray = [
                    (x as f32 + (dx + 0.5) / rays - width / 2.0) / focal,
                    (y as f32 + (dy + 0.5) / rays - height / 2.0) / focal,
                    1.0,
                ];
                // The plane through (0, 0, DISTANCE) with this normal.
                let depth = DISTANCE * normal[2] / dot(ray, normal);
                let at = [ray[0] * depth, ray[1] * depth, depth - DISTANCE];
                // Card widths from the centre, to pixels of the card.
                let u = dot(at, right) * card_w + card_w / 2.0;
                let v = dot(at, down) * card_w + card_h / 2.0;
                let inside = depth > 0.0 && u >= 0.0 && v >= 0.0 && u < card_w && v < card_h;
                let seen = if inside { sample(&flat, card.dimensions(), u - 0.5, v - 0.5) } else { DESK };
                sum[0] += seen[0] * share;
                sum[1] += seen[1] * share;
                sum[2] += seen[2] * share;
            }
            canvas.push(sum);
        }
    }
    canvas
}

/// The card lying on the desk, without alpha.
fn flattened(card: &RgbaImage) -> Vec<[f32; 3]> {
    card.pixels()
        .map(|p| {
            let alpha = f32::from(p[3]) / 255.0;
            let over = |i: usize| f32::from(p[i]) * alpha + DESK[i] * (1.0 - alpha);
            [over(0), over(1), over(2)]
        })
        .collect()
}

/// The turned card's right, down and outward directions.
fn axes(shot: &Shot) -> [[f32; 3]; 3] {
    let (sy, cy) = shot.yaw.to_radians().sin_cos();
    let (sp, cp) = shot.pitch.to_radians().sin_cos();
    let (sr, cr) = shot.roll.to_radians().sin_cos();
    let turn = |v: [f32; 3]| {
        let [x, y, z] = [v[0] * cr - v[1] * sr, v[0] * sr + v[1] * cr, v[2]];
        let [y, z] = [y * cp - z * sp, y * sp + z * cp];
        [x * cy + z * sy, y, -x * sy + z * cy]
    };
    [turn([1.0, 0.0, 0.0]), turn([0.0, 1.0, 0.0]), turn([0.0, 0.0, 1.0])]
}

fn dot(a: [f32; 3], b: [f32; 3]) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// Bilinear between pixel centres; edges repeat.
fn sample(flat: &[[f32; 3]], size: (u32, u32), x: f32, y: f32) -> [f32; 3] {
    let (left, top) = (x.floor(), y.floor());
    let (across, along) = (x - left, y - top);
    let column = |x: f32| (x.max(0.0) as usize).min(size.0 as usize - 1);
    let row = |y: f32| (y.max(0.0) as usize).min(size.1 as usize - 1) * size.0 as usize;
    let (upper, lower) = (row(top), row(top + 1.0));
    let (start, end) = (column(left), column(left + 1.0));
    let mix = |i: usize| {
        let above = flat[upper + start][i] * (1.0 - across) + flat[upper + end][i] * across;
        let below = flat[lower + start][i] * (1.0 - across) + flat[lower + end][i] * across;
        above * (1.0 - along) + below * along
    };
    [mix(0), mix(1), mix(2)]
}

/// Light that falls off to one side by up to a third, and a soft bright spot of a lamp on the laminate.
fn shade(canvas: &mut [[f32; 3]], size: (u32, u32), chance: &mut Chance) {
    let angle = chance.unit() * std::f32::consts::TAU;
    let (sin, cos) = angle.sin_cos();
    let fall = 0.15 + 0.2 * chance.unit();
    let lamp = (chance.unit(), chance.unit());
    let glare = 30.0 * chance.unit();
    for (i, pixel) in canvas.iter_mut().enumerate() {
        let x = (i as u32 % size.0) as f32 / size.0 as f32;
        let y = (i as u32 / size.0) as f32 / size.1 as f32;
        let along = (x - 0.5) * cos + (y - 0.5) * sin;
        let light = 1.02 - fall * (along + 0.5);
        let near = ((x - lamp.0).powi(2) + (y - lamp.1).powi(2)) / 0.03;
        let spot = glare / (1.0 + near * near);
        for c in pixel {
            // Print black is never quite black, and the lens veils a little.
            *c = (*c * 0.94 + 12.0) * light + spot;
        }
    }
}

/// `SplitMix64`: repeatable numbers from a seed, for pictures only (nothing secret hangs on them).
pub(super) struct Chance(pub u64);

impl Chance {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to below 1.
    pub(super) fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u64 << 24) as f32
    }

    /// About normal with mean 0 and deviation 1: the sum of four uniform numbers, scaled.
    pub(super) fn normal(&mut self) -> f32 {
        let bits = self.next();
        let sum: u32 = (0..4).map(|i| (bits >> (16 * i)) as u32 & 0xffff).sum();
        (sum as f32 / 65536.0 - 2.0) * 1.732
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan;

    /// A white card with a code of four dots a module, as printed at 300 dpi.
    fn card(text: &str) -> RgbaImage {
        let qr = qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::M).unwrap();
        let (n, dark) = (qr.width() as u32, qr.to_colors());
        RgbaImage::from_fn(1011, 638, |x, y| {
            let (c, r) = (x.wrapping_sub(650) / 4, y.wrapping_sub(200) / 4);
            let black = c < n && r < n && dark[(r * n + c) as usize] == qrcode::Color::Dark;
            image::Rgba(if black { [20, 20, 30, 255] } else { [250, 250, 250, 255] })
        })
    }

    const TEXT: &str = "HTTPS://KARTU.EXAMPLE/V/ABCDEFGHIJKLMNOP#ABCDEFGHIJKLMNOPQRSTUVWXYZ234567ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    #[test]
    fn the_same_seed_gives_the_same_picture_and_another_seed_another() {
        let card = card("seed");
        let shot = Shot::default();
        let once = photographed(&card, (320, 240), &shot);
        assert_eq!(once, photographed(&card, (320, 240), &shot));
        assert_ne!(once, photographed(&card, (320, 240), &Shot { seed: 2, ..shot }));
    }

    #[test]
    fn a_card_faced_squarely_keeps_its_size_and_place() {
        let shot = Shot { yaw: 0.0, pitch: 0.0, roll: 0.0, scale: 0.5, blur: 0.0, noise: 0.0, seed: 3 };
        let plain = RgbaImage::from_pixel(1011, 638, image::Rgba([255; 4]));
        let seen = photographed(&plain, (400, 300), &shot);
        let bright = |x, y| seen.get_pixel(x, y)[0] > 120;
        // Half the width: from 100 to 300; the height follows, from about 87 to 213.
        assert!(bright(104, 150) && bright(295, 150) && !bright(95, 150) && !bright(305, 150));
        assert!(bright(200, 91) && bright(200, 209) && !bright(200, 82) && !bright(200, 218));
    }

    #[test]
    fn a_printed_code_is_read_at_every_angle_people_hold_it() {
        let card = card(TEXT);
        for (yaw, pitch, roll) in [(0.0, 0.0, 0.0), (35.0, 0.0, 10.0), (-20.0, 25.0, -30.0)] {
            let shot = Shot { yaw, pitch, roll, ..Shot::default() };
            let seen = image::imageops::grayscale(&photographed(&card, (1280, 960), &shot));
            let found = scan::read((&seen).into(), &scan::Budget::unlimited());
            assert_eq!(found.len(), 1, "yaw {yaw} pitch {pitch} roll {roll}");
            assert_eq!(found[0].text(), TEXT);
        }
    }

    #[test]
    fn codes_of_every_size_on_cards_are_read_at_three_and_four_pixels_a_module() {
        // A sample of `cargo bench --bench capture`, small enough for every run of the tests.
        for (letters, way) in [(120, 0.0_f32), (190, 2.0), (260, 4.0)] {
            let text = format!("HTTPS://KARTU.EXAMPLE/V/ABCDEFGHIJKLMNOP#{}", "A7".repeat(letters / 2));
            let card = card(&text);
            for module in [3.0_f32, 4.0] {
                let (yaw, pitch) = (30.0 * way.cos(), 30.0 * way.sin());
                // Four dots a module on the card, 1011 dots wide: the picture shows the part around the code.
                let part = image::imageops::crop_imm(&card, 620, 170, 340, 340).to_image();
                let scale = module * 340.0 / 4.0 / 480.0;
                let shot =
                    Shot { yaw, pitch, roll: 20.0 * way, scale, blur: 0.7, noise: 5.0, seed: letters as u64 };
                let seen = image::imageops::grayscale(&photographed(&part, (480, 400), &shot));
                let found = scan::read((&seen).into(), &scan::Budget::unlimited());
                assert_eq!(found.len(), 1, "{letters} letters, {module} pixels a module");
                assert_eq!(found[0].text(), text);
            }
        }
    }

    #[test]
    fn far_too_blurred_is_not_read() {
        let shot = Shot { blur: 9.0, ..Shot::default() };
        let seen = image::imageops::grayscale(&photographed(&card(TEXT), (640, 480), &shot));
        assert!(scan::read((&seen).into(), &scan::Budget::unlimited()).is_empty());
    }
}
