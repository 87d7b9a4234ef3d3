//! What a look at a card costs, in processor time of one thread: frame in, verdict out, with the status of five million
//! cards in memory. `cargo bench --bench verdict`
//!
//! Before Criterion's figures it prints two tables of its own: each frame by itself (median and worst, since Criterion
//! gives means), and the size of status lists on the wire and in memory.

mod common;

use std::hint::black_box;
use std::time::Duration;

use anjungan::camera::{Shot, photographed};
use anjungan::card::{self, CardData, Orientation, Side, Templates};
use anjungan::clock::thread_cpu;
use anjungan::credential::{
    AgeLimits, BackClaims, CardStatus, ClockTrust, Code, Evidence, FrontClaims, Issuer, IssuerId, IssuerKey,
    ListId, Serial, SigningKey, StatusList, TrustList, Verdict, judge, parse, sign_back, sign_front,
};
use anjungan::person::Nip;
use anjungan::scan::{Budget, LiveReader, Luma};
use common::ThreadCpu;
use criterion::{Criterion, criterion_group, criterion_main};
use image::{GrayImage, RgbaImage};
use jiff::Timestamp;
use jiff::civil::date;

const ENTRIES: usize = 5_000_000;
const HOST: &str = "kartu.kabupaten-abc.go.id";
const NAME: &str = "Dra. Hj. Sri Wahyuni Kusumaningtyas, M.Si.";

/// A desk with everything at hand, and the two codes of a card.
struct Desk {
    trust: TrustList,
    list: StatusList,
    front: String,
    back: String,
}

fn now() -> Timestamp {
    "2026-03-10T02:00:00Z".parse().unwrap()
}

fn key() -> SigningKey {
    SigningKey::from_secret([1; 32], IssuerId::parse("6201").unwrap())
}

fn sub() -> String {
    ListId { issuer: key().issuer().clone(), kid: key().kid().clone() }.sub(HOST)
}

/// Numbers that repeat.
fn chance(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 11
}

/// Five million entries of which so many in a thousand are set: ended, revoked, replaced in turn.
fn filled(per_mille: usize) -> StatusList {
    let mut list = StatusList::new(ENTRIES);
    let mut state = 7;
    let kinds = [CardStatus::NoLongerAsn, CardStatus::Replaced, CardStatus::Replaced, CardStatus::Revoked];
    for i in 0..ENTRIES * per_mille / 1000 {
        list.set(chance(&mut state) % ENTRIES as u64, kinds[i % 4]).unwrap();
    }
    list
}

fn desk() -> Desk {
    // A country's list of issuers: 500 of them.
    let issuers = (0..500).map(|n| {
        let id = IssuerId::parse(&format!("{}", 6_201 + n)).unwrap();
        let own = if n == 0 { key() } else { SigningKey::from_secret([2; 32], id.clone()) };
        Issuer {
            id,
            name: "BKPSDM".into(),
            bodies: vec!["Pemerintah Kabupaten Contoh".into()],
            host: HOST.into(),
            face_serials: Vec::new(),
            keys: vec![IssuerKey::new(own.public(), date(2026, 1, 1))],
        }
    });
    let trust = TrustList { version: 1, issued_at: now(), issuers: issuers.collect() };
    let mut list = filled(10);
    list.set(4_711_000, CardStatus::Valid).unwrap();
    let list = list.sign(&key(), &sub(), now(), None, None).unwrap();
    let list = StatusList::verify(&list, &trust, &sub(), None).unwrap();
    let (nip, serial) = (Nip::parse("197402152001122001").unwrap(), Serial::from_bytes([9; 10]));
    let (name, issued_on, status_index) = (NAME.to_owned(), date(2026, 3, 1), 4_711_000);
    let face_webp = (0..692_u16).map(|i| (i * 7 % 251) as u8).collect();
    let front = FrontClaims { nip, name: name.clone(), issued_on, status_index };
    let back = BackClaims { serial, nip, name, issued_on, status_index, face_webp };
    Desk {
        front: sign_front(&key(), HOST, serial, &front).unwrap(),
        back: sign_back(&key(), &back).unwrap(),
        trust,
        list,
    }
}

impl Desk {
    fn verdict(&self, texts: &[String]) -> Verdict {
        let codes: Vec<Code> = texts.iter().map(|text| parse(text)).collect();
        judge(&Evidence {
            codes: &codes,
            trust: &self.trust,
            status: Some(&self.list),
            live: None,
            record: None,
            clock: ClockTrust::Trusted,
            now: now(),
            limits: AgeLimits::default(),
        })
        .verdict
    }

    /// A frame of the scan camera, to its verdict.
    fn look(&self, reader: &mut LiveReader, frame: &GrayImage) -> Verdict {
        let found = reader.read(Luma::from(frame), &Budget::new(Budget::FRAME, &thread_cpu));
        let texts: Vec<String> = found.iter().map(anjungan::scan::Found::text).collect();
        self.verdict(&texts)
    }

    fn card(&self, side: Side) -> RgbaImage {
        let data = CardData {
            kind: Nip::parse("197402152001122001").unwrap().kind(),
            name: NAME.into(),
            nip: Nip::parse("197402152001122001").unwrap(),
            body: "Pemerintah Kabupaten Contoh".into(),
            unit: "Dinas Kesehatan".into(),
            face_serial: Some("A20260000123".into()),
            issued_on: Some(date(2026, 3, 1)),
            photo: None,
            codes: Some(card::Codes { front: self.front.clone(), back: self.back.clone() }),
            return_to: "BKPSDM Kabupaten Contoh, Jalan Merdeka 1".into(),
        };
        card::render(&data, Orientation::Landscape, side, &Templates::builtin()).unwrap()
    }
}

/// Frames of 1280x720: a card held in twelve ways, seen by a fair camera.
fn frames(card: &RgbaImage, scale: f32) -> Vec<GrayImage> {
    (0..12_u8)
        .map(|i| {
            let turn = f32::from(i) - 5.5;
            let shot = Shot {
                yaw: 5.0 * turn,
                pitch: 3.0 * -turn,
                roll: 4.0 * turn,
                scale,
                seed: u64::from(i),
                ..Shot::default()
            };
            image::imageops::grayscale(&photographed(card, (1280, 720), &shot))
        })
        .collect()
}

/// What the camera sees between cards: a desk with papers and a hand's breadth of text on them, and grain.
fn empty_frames() -> Vec<GrayImage> {
    (0..12_u64)
        .map(|seed| {
            let paper = RgbaImage::from_fn(1011, 638, |x, y| {
                let line = y % 26 < 12 && (x / 7 + y / 26 * 3) % 5 < 3 && x > 60 && x < 940;
                image::Rgba(if line { [60, 60, 66, 255] } else { [236, 234, 228, 255] })
            });
            let shot = Shot { seed, roll: seed as f32 * 7.0, ..Shot::default() };
            image::imageops::grayscale(&photographed(&paper, (1280, 720), &shot))
        })
        .collect()
}

fn table(name: &str, desk: &Desk, frames: &[GrayImage], want: Option<Verdict>) {
    let mut reader = LiveReader::default();
    let (mut times, mut right) = (Vec::new(), 0);
    for frame in frames.iter().cycle().take(240) {
        let before = thread_cpu();
        let verdict = desk.look(&mut reader, frame);
        times.push(thread_cpu().saturating_sub(before).as_secs_f64() * 1e3);
        right += usize::from(want.is_none_or(|want| verdict == want));
    }
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!(
        "{name:28} median {:6.2} ms   p95 {:6.2} ms   worst {:6.2} ms   as expected {right} of {}",
        at(0.5),
        at(0.95),
        at(1.0),
        times.len()
    );
}

fn verdicts(c: &mut Criterion<ThreadCpu>) {
    println!("status list of {ENTRIES} entries, 4 bits each:");
    for per_mille in [1, 10, 50] {
        let list = filled(per_mille);
        let signed = list.sign(&key(), &sub(), now(), None, None).unwrap();
        println!(
            "  {:4.1} % set: {:7} bytes on the wire, {} bytes in memory",
            per_mille as f64 / 10.0,
            signed.len(),
            list.len() / 2
        );
    }
    let desk = desk();
    // Whoever shows a card holds its code before the lens: whole in the picture at each of the twelve
    // turns, at some four pixels a module.
    let front = desk.card(Side::Front);
    let front = image::imageops::crop_imm(&front, 505, 132, 506, 506).to_image();
    let front = frames(&front, 0.4);
    let back = desk.card(Side::Back);
    let back = image::imageops::crop_imm(&back, 489, 116, 522, 522).to_image();
    let back = frames(&back, 0.41);
    let empty = empty_frames();
    println!("frame of 1280x720 to verdict, {ENTRIES} entries, thread CPU time:");
    table("front of a card", &desk, &front, Some(Verdict::Valid));
    table("back of a card", &desk, &back, Some(Verdict::Valid));
    table("no code", &desk, &empty, Some(Verdict::NoCode));

    let mut each = |name: &str, frames: &[GrayImage]| {
        let mut reader = LiveReader::default();
        let mut at = 0;
        c.bench_function(name, |b| {
            b.iter(|| {
                at = (at + 1) % frames.len();
                black_box(desk.look(&mut reader, &frames[at]))
            });
        });
    };
    each("frame with a front code", &front);
    each("frame without a code", &empty);
    let texts = [desk.front.clone()];
    c.bench_function("verdict on a front code", |b| b.iter(|| desk.verdict(black_box(&texts))));
    let texts = [desk.back.clone()];
    c.bench_function("verdict on a back code", |b| b.iter(|| desk.verdict(black_box(&texts))));
    let mut state = 1;
    c.bench_function("status look-up", |b| {
        b.iter(|| desk.list.get(black_box(chance(&mut state) % ENTRIES as u64)));
    });
}

criterion_group!(
    name = benches;
    config = Criterion::default()
        .with_measurement(ThreadCpu)
        .sample_size(30)
        .measurement_time(Duration::from_secs(4))
        .warm_up_time(Duration::from_secs(1));
    targets = verdicts
);
criterion_main!(benches);
