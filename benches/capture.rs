//! How much of what a camera gives is read: codes as printed on cards, photographed by simulation at every angle up to
//! 35 degrees, with blur, noise, uneven light and a lamp's glare, at 3 and 4 pixels a module.
//! `cargo bench --bench capture` prints a table; `-- 40` sets the shots a row.

use anjungan::camera::{Shot, photographed};
use anjungan::clock::thread_cpu;
use anjungan::scan::{Budget, LiveReader, Luma, read};
use image::{GrayImage, Rgba, RgbaImage};

/// A text in the shape of a front or back code that just fits this version of medium correction.
fn text(version: i16) -> String {
    let start = "HTTPS://KARTU.KABUPATEN-ABC.GO.ID/V/BEEQSCIJBEEQSCIJ#";
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = start.to_owned();
    let mut longest = text.clone();
    for i in 0.. {
        text.push(letters.as_bytes()[(i * 13 + i / 7) % 32].into());
        if code(&text).width() > 17 + 4 * usize::from(version.unsigned_abs()) {
            return longest;
        }
        longest.clone_from(&text);
    }
    longest
}

fn code(text: &str) -> qrcode::QrCode {
    qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::M).unwrap()
}

/// Dots of the printer a module: 300 dpi.
const DOTS: u32 = 4;

/// The part of a card around its code: quiet zone of four modules, then the card's colour and some print.
fn part(text: &str) -> RgbaImage {
    let qr = code(text);
    let (modules, dark) = (qr.width() as u32, qr.to_colors());
    let side = (modules + 20) * DOTS;
    RgbaImage::from_fn(side, side, |x, y| {
        let (c, r) = (x / DOTS, y / DOTS);
        let inside = |v: u32, margin: u32| v >= margin && v < modules + 20 - margin;
        if inside(c, 10) && inside(r, 10) {
            let black = dark[((r - 10) * modules + c - 10) as usize] == qrcode::Color::Dark;
            Rgba(if black { [16, 14, 22, 255] } else { [255, 255, 255, 255] })
        } else if inside(c, 6) && inside(r, 6) {
            Rgba([255; 4])
        } else if y % 24 < 9 && x % 11 < 7 {
            Rgba([40, 30, 90, 255])
        } else {
            Rgba([214, 196, 226, 255])
        }
    })
}

fn shots(part: &RgbaImage, size: (u32, u32), module: f32, count: usize) -> Vec<GrayImage> {
    let mut state = 42_u64;
    let mut unit = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1 << 24) as f32
    };
    let scale = module * part.width() as f32 / DOTS as f32 / size.0 as f32;
    (0..count)
        .map(|i| {
            // The tilt in any direction, evenly up to 35 degrees.
            let (tilt, way) = (35.0 * unit(), std::f32::consts::TAU * unit());
            let shot = Shot {
                yaw: tilt * way.cos(),
                pitch: tilt * way.sin(),
                roll: 360.0 * unit(),
                scale,
                blur: 0.4 + 0.6 * unit(),
                noise: 2.0 + 6.0 * unit(),
                seed: i as u64,
            };
            image::imageops::grayscale(&photographed(part, size, &shot))
        })
        .collect()
}

fn main() {
    let count = std::env::args().find_map(|arg| arg.parse().ok()).unwrap_or(60);
    std::panic::set_hook(Box::new(|_| {}));
    println!(
        "pixels a module, faced squarely; tilt to 35 degrees, any turn, blur 0.4-1.0 px, noise 2-8, glare"
    );
    println!(
        "{:<9}{:>10}{:>8}{:>9}{:>14}{:>16}",
        "version", "picture", "module", "read", "in one frame", "ms median/max"
    );
    let mut sums = [(0, 0); 2];
    for version in [8, 9, 10, 11, 12, 22, 25] {
        let text = text(version);
        let part = part(&text);
        for size in [(640, 480), (960, 720), (1280, 720)] {
            for (sum, module) in sums.iter_mut().zip([3.0, 4.0]) {
                // A code that cannot lie in the picture at any turn is not what a camera gives.
                let side = module * (part.width() / DOTS - 12) as f32;
                if side * std::f32::consts::SQRT_2 > size.1 as f32 {
                    continue;
                }
                let (mut hit, mut live, mut times) = (0, 0, Vec::new());
                for shot in shots(&part, size, module, count) {
                    let before = thread_cpu();
                    let found = read(Luma::from(&shot), &Budget::new(Budget::STILL, &thread_cpu));
                    times.push(thread_cpu().saturating_sub(before).as_secs_f64() * 1e3);
                    assert!(found.iter().all(|one| one.text() == text), "a code read wrong");
                    hit += usize::from(!found.is_empty());
                    let budget = Budget::new(Budget::FRAME, &thread_cpu);
                    live += usize::from(!LiveReader::default().read(Luma::from(&shot), &budget).is_empty());
                }
                times.sort_by(f64::total_cmp);
                println!(
                    "{version:<9}{:>10}{module:>8}{:>9}{:>14}{:>16}",
                    format!("{}x{}", size.0, size.1),
                    format!("{hit}/{count}"),
                    format!("{live}/{count}"),
                    format!("{:.1}/{:.1}", times[times.len() / 2], times[times.len() - 1]),
                );
                *sum = (sum.0 + hit, sum.1 + count);
            }
        }
    }
    for (module, (hit, of)) in [3, 4].iter().zip(sums) {
        println!(
            "{module} pixels a module: {hit} of {of}, {:.1} %",
            100.0 * f64::from(hit as u32) / f64::from(of as u32)
        );
    }
}
