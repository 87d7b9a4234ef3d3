//! Codes drawn here, plain and in bad light, and pictures that hold none.

use super::*;
use image::{GrayImage, Luma as Grey};

/// A code of `scale` pixels a module with a quiet zone of four, black on white.
fn code(text: &[u8], scale: u32) -> GrayImage {
    let qr = qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::M).unwrap();
    let modules = qr.width() as u32;
    let dark = qr.to_colors();
    GrayImage::from_fn((modules + 8) * scale, (modules + 8) * scale, |x, y| {
        match (
            (x / scale).checked_sub(4).filter(|&c| c < modules),
            (y / scale).checked_sub(4).filter(|&r| r < modules),
        ) {
            (Some(c), Some(r)) if dark[(r * modules + c) as usize] == qrcode::Color::Dark => Grey([0]),
            _ => Grey([255]),
        }
    })
}

/// A soft shadow over one side and dim light on the whole: from 250 down to 60, ink at a third of the paper.
fn in_bad_light(picture: &GrayImage) -> GrayImage {
    GrayImage::from_fn(picture.width(), picture.height(), |x, y| {
        let light = 250.0 - 190.0 * x as f32 / picture.width() as f32;
        let ink = if picture.get_pixel(x, y)[0] < 128 { 0.35 } else { 1.0 };
        Grey([(light * ink) as u8])
    })
}

fn all(picture: &GrayImage) -> Vec<Found> {
    read(picture.into(), &Budget::unlimited())
}

#[test]
fn every_engine_reads_a_clean_code() {
    let picture = code(b"HTTPS://KARTU.EXAMPLE/V/ABCD#EFGH", 4);
    let engines: [&dyn Engine; 5] =
        [&Zxing::local(), &Zxing::global(), &Rxing::local(), &Rxing::global(), &Rqrr];
    for engine in engines {
        let found = engine.read((&picture).into()).found;
        assert_eq!(found.len(), 1, "{}", engine.name());
        assert_eq!(found[0].text(), "HTTPS://KARTU.EXAMPLE/V/ABCD#EFGH");
    }
}

#[test]
fn corners_lie_on_the_symbol() {
    let picture = code(b"corners", 6);
    let found = all(&picture);
    let far = picture.width() as i32 - 24;
    let want = [(24, 24), (far, 24), (far, far), (24, far)];
    for (got, want) in found[0].corners.iter().zip(want) {
        assert!(
            (got.0 - want.0).abs() <= 6 && (got.1 - want.1).abs() <= 6,
            "{got:?} should be near {want:?}"
        );
    }
}

#[test]
fn bytes_come_through_unchanged() {
    let raw: Vec<u8> = vec![0xd2, 0x84, 0x43, 0x00, 0xff, 0xfe, 0x80, b'A'];
    let found = all(&code(&raw, 5));
    assert_eq!(found[0].bytes, raw);
}

#[test]
fn bad_light_is_read() {
    let picture = in_bad_light(&code(b"shadow over one side of the card", 5));
    assert_eq!(all(&picture)[0].text(), "shadow over one side of the card");
    assert_eq!(
        Rqrr.read(View::Local(8).of((&picture).into()).luma()).found[0].text(),
        "shadow over one side of the card"
    );
}

#[test]
fn the_same_text_twice_counts_once_and_two_texts_count_twice() {
    let (one, two) = (code(b"one", 4), code(b"two", 4));
    let w = one.width();
    let mut page = GrayImage::from_pixel(w * 3, w, Grey([255]));
    for (i, part) in [&one, &two, &one].into_iter().enumerate() {
        image::imageops::replace(&mut page, part, i64::from(w) * i as i64, 0);
    }
    let mut texts: Vec<String> = all(&page).iter().map(Found::text).collect();
    texts.sort();
    assert_eq!(texts, ["one", "two"]);
}

#[test]
fn nothing_is_found_in_a_blank_page_or_in_stripes() {
    let blank = GrayImage::from_pixel(320, 240, Grey([230]));
    let stripes = GrayImage::from_fn(320, 240, |x, _| Grey([if x / 7 % 2 == 0 { 20 } else { 240 }]));
    assert!(all(&blank).is_empty());
    assert!(all(&stripes).is_empty());
}

#[test]
fn sizes_that_do_not_agree_are_refused() {
    let data = [0u8; 12];
    for (width, height) in [(0, 0), (4, 4), (12, 0), (usize::MAX, 2), (MAX_SIDE + 1, 1)] {
        assert!(read(Luma { width, height, data: &data }, &Budget::unlimited()).is_empty());
    }
}

#[test]
fn a_panicking_engine_is_one_that_found_nothing() {
    // A picture of one pixel and of one row: sizes at which rqrr's arithmetic is at its worst.
    for (width, height) in [(1, 1), (1, 9), (9, 1), (2, 2)] {
        let data = vec![0u8; width * height];
        let picture = Luma { width, height, data: &data };
        assert!(read(picture, &Budget::unlimited()).is_empty());
    }
}

/// A frame of 640x480 with these codes, each with its left upper corner there.
fn frame(codes: &[(&GrayImage, i64, i64)]) -> GrayImage {
    let mut frame = GrayImage::from_pixel(640, 480, Grey([200]));
    for (code, x, y) in codes {
        image::imageops::replace(&mut frame, *code, *x, *y);
    }
    frame
}

#[test]
fn a_live_reader_follows_a_code_and_sees_a_second_one_within_two_frames() {
    let (one, two) = (code(b"one", 4), code(b"two", 4));
    let mut reader = LiveReader::default();
    let mut look = |frame: &GrayImage| {
        let found = reader.read(frame.into(), &Budget::unlimited());
        let mut texts: Vec<String> = found.iter().map(Found::text).collect();
        texts.sort();
        (texts.concat(), found.first().map(|one| one.corners[0]))
    };
    for step in 0..4 {
        let (texts, at) = look(&frame(&[(&one, 40 + 6 * step, 60)]));
        assert_eq!(texts, "one");
        let (x, y) = at.unwrap();
        assert!((x - (56 + 6 * step as i32)).abs() <= 4 && (y - 76).abs() <= 4, "{step}: {x} {y}");
    }
    let both = frame(&[(&one, 60, 60), (&two, 400, 200)]);
    let seen = [look(&both).0, look(&both).0, look(&both).0];
    assert!(seen[..2].contains(&"onetwo".to_owned()), "{seen:?}");
    // Gone, and somewhere else.
    assert_eq!(look(&frame(&[])).0, "");
    assert_eq!(look(&frame(&[(&one, 300, 300)])).0, "one");
}

#[test]
fn what_only_a_longer_look_reads_is_read_live_too() {
    // Grain that grows: at some point the first look reads no more, and the longer one does.
    let clean = frame(&[(&code(b"HTTPS://KARTU.EXAMPLE/V/ABCDEFGH", 3), 200, 180)]);
    let grainy = |level: u32| {
        GrayImage::from_fn(640, 480, |x, y| {
            let mix = (x * 640 + y).wrapping_mul(0x9e37_79b1) ^ (y * 31 + level).wrapping_mul(0x85eb_ca77);
            let grain = ((mix ^ (mix >> 15)).wrapping_mul(0x2c1b_3c6d) >> 16) % (level * 20);
            let light = f32::from(clean.get_pixel(x, y)[0]) * 0.5 + 40.0;
            Grey([(light + grain as f32 - level as f32 * 10.0).clamp(0.0, 255.0) as u8])
        })
    };
    let only_longer =
        |frame: &GrayImage| Zxing::local().read(frame.into()).found.is_empty() && !all(frame).is_empty();
    let hard = (4..24).map(grainy).find(only_longer).expect("a grain between the two");
    let mut reader = LiveReader::default();
    assert!((0..16).any(|_| !reader.read((&hard).into(), &Budget::unlimited()).is_empty()));
}

#[test]
fn without_time_only_the_first_look_is_taken() {
    let dark = in_bad_light(&code(b"no time", 5));
    let spent = || std::time::Duration::from_secs(1);
    let none = Budget::new(std::time::Duration::ZERO, &spent);
    assert_eq!(
        read((&dark).into(), &none).len(),
        usize::from(!Zxing::local().read((&dark).into()).found.is_empty())
    );
    assert_eq!(read((&code(b"no time", 5)).into(), &none).len(), 1);
}
