//! Time of what the photo costs for one 1280x960 frame on one thread, on a drawn person:
//! `cargo bench --bench photo`.

use std::hint::black_box;
use std::time::Duration;

use anjungan::photo::{Crop, Models, best_of, check, cut, guide, live_matte};
use criterion::{Criterion, criterion_group, criterion_main};
use image::{Rgb, RgbImage};

const WIDTH: u32 = 1280;
const HEIGHT: u32 = 960;

fn grain(x: u32, y: u32) -> f32 {
    let v = x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77);
    ((v ^ (v >> 15)).wrapping_mul(0x2C1B_3C6D) >> 8) as f32 % 5.0 - 2.0
}

fn cloth(x: u32, y: u32) -> [f32; 3] {
    let light = 1.05 - 0.15 * x as f32 / WIDTH as f32 + 0.01 * grain(x, y);
    [36.0 * light, 84.0 * light, 188.0 * light]
}

#[allow(clippy::many_single_char_names, reason = "coordinates")]
/// Head and shoulders with eyes and mouth, a soft edge of about two pixels.
fn person(x: u32, y: u32) -> [f32; 3] {
    let t = 200.0;
    let (u, v) = ((x as f32 - 640.0) / t, (y as f32 - 420.0) / t);
    let within = |cx: f32, cy: f32, rx: f32, ry: f32| {
        let d = (((u - cx) / rx).hypot((v - cy) / ry) - 1.0) * rx.min(ry) * t;
        (0.5 - d / 2.0).clamp(0.0, 1.0)
    };
    let mut colour = cloth(x, y);
    let mut paint = |cover: f32, c: [f32; 3]| {
        for k in 0..3 {
            colour[k] += (c[k] - colour[k]) * cover;
        }
    };
    let shoulders = (0.5 + ((1.7 - u.abs()).min(v - 1.1 - 0.25 * u * u)) * t / 2.0).clamp(0.0, 1.0);
    paint(shoulders, [90.0, 84.0, 70.0]);
    paint(if u.abs() < 0.33 && (0.6..1.5).contains(&v) { 1.0 } else { 0.0 }, [160.0, 112.0, 82.0]);
    paint(within(0.0, -0.25, 0.8, 1.0), [35.0, 28.0, 26.0]);
    paint(within(0.0, 0.12, 0.7, 0.88), [198.0, 148.0, 112.0]);
    for side in [-0.285, 0.285] {
        paint(within(side, -0.17, 0.19, 0.035), [35.0, 28.0, 26.0]);
        paint(within(side, 0.0, 0.15, 0.075), [238.0, 232.0, 226.0]);
        paint(within(side, 0.0, 0.07, 0.07), [20.0, 14.0, 12.0]);
    }
    paint(within(0.0, 0.4, 0.13, 0.03), [150.0, 100.0, 76.0]);
    paint(within(0.0, 0.62, 0.23, 0.055), [165.0, 85.0, 80.0]);
    colour
}

fn picture(of: impl Fn(u32, u32) -> [f32; 3]) -> RgbImage {
    RgbImage::from_fn(WIDTH, HEIGHT, |x, y| Rgb(of(x, y).map(|c| (c + grain(y, x)).clamp(0.0, 255.0) as u8)))
}

fn photo(c: &mut Criterion) {
    let models = Models::load().expect("the networks in the binary");
    let (frame, plate) = (picture(person), picture(cloth));
    // What is measured must be the whole way, not a refusal.
    cut(&models, &frame, Some(&plate), Crop::Card).expect("the drawn person is cut");
    let burst = vec![frame.clone(); 5];
    let mut group = c.benchmark_group("photo");
    group.sample_size(20).measurement_time(Duration::from_secs(8));
    group.bench_function("load", |b| b.iter(|| black_box(Models::load())));
    group.bench_function("guide", |b| b.iter(|| guide(&models, black_box(&frame))));
    group.bench_function("live matte", |b| b.iter(|| live_matte(&models, black_box(&frame))));
    group.bench_function("check", |b| b.iter(|| check(&models, black_box(&frame), None)));
    group.bench_function("best of five", |b| b.iter(|| best_of(&models, black_box(&burst))));
    group.bench_function("cut with plate", |b| {
        b.iter(|| cut(&models, black_box(&frame), Some(&plate), Crop::Card));
    });
    group.bench_function("cut without plate", |b| {
        b.iter(|| cut(&models, black_box(&frame), None, Crop::Card));
    });
    group.finish();
}

criterion_group!(benches, photo);
criterion_main!(benches);
