//! Processor time from an issued card to bytes for the printer, on one thread: `cargo bench --bench printing --all-features`.
//! Not the wall's clock: a machine that does other things meanwhile measures the same.

mod common;

use std::hint::black_box;

use anjungan::card::{self, CardData, Codes, Orientation, Side, Templates};
use anjungan::person::Nip;
use anjungan::printing::{Slip, Tone, bytes, portrait};
use common::ThreadCpu;
use criterion::{Criterion, criterion_group, criterion_main};
use image::{Rgba, RgbaImage};
use jiff::civil::date;

const NAME: &str = "Dra. Hj. Sri Wahyuni Kusumaningtyas Prawirodirdjo, M.Si.";

/// A photo of the size that an issue carries.
fn photo() -> RgbaImage {
    RgbaImage::from_fn(600, 800, |x, y| {
        let (dx, dy) = ((x as f32 - 300.0) / 200.0, (y as f32 - 320.0) / 260.0);
        if dx * dx + dy * dy < 1.0 || (y > 580 && (x as f32 - 300.0).abs() < 280.0) {
            Rgba([(150.0 + 60.0 * dx) as u8, (x * y % 97) as u8 + 80, 110, 255])
        } else {
            Rgba([0; 4])
        }
    })
}

fn printing(c: &mut Criterion<ThreadCpu>) {
    let nip = Nip::parse("19740215 200112 2 001").unwrap();
    let front = format!("HTTPS://KARTU.CONTOH.GO.ID/V/MFRGGZDFMZTWQ2LK#{}", "A7KZ".repeat(66));
    let slip = Slip {
        body: "Pemerintah Kabupaten Contoh".into(),
        unit: "Badan Kepegawaian dan Pengembangan Sumber Daya Manusia".into(),
        kind: nip.kind(),
        name: NAME.into(),
        nip,
        photo: Some(photo()),
        code: Some(front.clone()),
        serial: "A20260000123".into(),
        day: date(2026, 11, 22),
        print_id: "0123456789abcdef".into(),
        lines: Vec::new(),
    };
    for dots in [576, 384] {
        c.bench_function(&format!("slip of {dots} dots, ready to send"), |b| {
            b.iter(|| bytes(black_box(&slip), dots).unwrap());
        });
    }
    let templates = Templates::builtin();
    let data = CardData {
        kind: nip.kind(),
        name: NAME.into(),
        nip,
        body: slip.body.clone(),
        unit: slip.unit.clone(),
        face_serial: Some(slip.serial.clone()),
        issued_on: Some(date(2026, 11, 22)),
        photo: Some(photo()),
        codes: Some(Codes { front, back: "6BF".repeat(280) }),
        return_to: "BKPSDM Kabupaten Contoh, Jalan Merdeka 1".into(),
    };
    c.bench_function("card as PDF, both sides", |b| {
        b.iter(|| card::pdf(black_box(&data), Orientation::Landscape, &Side::ALL, &templates).unwrap());
    });
    let photo = photo();
    c.bench_function("portrait of 204x272 dots", |b| {
        b.iter(|| portrait(black_box(&photo), 204, 272, Tone::Normal));
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(ThreadCpu);
    targets = printing
}
criterion_main!(benches);
