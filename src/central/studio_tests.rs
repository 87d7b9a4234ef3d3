//! The studio's room and its memory, with the drawn person of the demonstration camera.

use std::path::Path;

use image::{Rgb, RgbImage};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg;

use super::*;
use crate::central::testing::{office, somebody};
use crate::photo::Advice;

/// No larger than it must be: the work on it is slow in a build that is not optimised.
const SIZE: (u32, u32) = (880, 660);

/// Nobody: the drawing of the demonstration camera before its cloth, with the grain that no camera is
/// without.
fn drawn() -> RgbImage {
    let mut picture = Pixmap::new(SIZE.0, SIZE.1).unwrap();
    for name in ["backdrop.svg", "person.svg"] {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo").join(name);
        let tree = usvg::Tree::from_data(&std::fs::read(file).unwrap(), &usvg::Options::default()).unwrap();
        let scale = SIZE.0 as f32 / tree.size().width();
        resvg::render(&tree, Transform::from_scale(scale, scale), &mut picture.as_mut());
    }
    RgbImage::from_fn(SIZE.0, SIZE.1, |x, y| {
        let p = picture.pixel(x, y).unwrap();
        let grain = ((x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77)) >> 13) % 5;
        Rgb([p.red(), p.green(), p.blue()].map(|v| v.saturating_add(grain as u8).saturating_sub(2)))
    })
}

fn jpeg(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

/// The same file with an EXIF note that says: turn it by a quarter.
fn turned(picture: &RgbImage) -> Vec<u8> {
    let bytes = jpeg(&image::imageops::rotate270(picture));
    let exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    let length = (exif.len() as u16 + 2).to_be_bytes();
    [&bytes[..2], &[0xFF, 0xE1], &length, exif, &bytes[2..]].concat()
}

#[tokio::test]
async fn a_good_picture_waits_for_its_person_and_goes_after_minutes() {
    let t = office().await;
    let nip = somebody(&t).await;
    let studio = Arc::new(Studio::default());
    let now = || t.office.clock.monotonic();
    // As phones take them: lying, with a note that it stands.
    let done = studio.develop(&t.office, studio.seat(nip).unwrap(), "A", turned(&drawn())).await.unwrap();
    if let Developed::Refused(why) = &done {
        panic!("{why:?}");
    }
    assert!(matches!(done, Developed::Photo));
    let draft = studio.draft("A", now()).unwrap();
    let photo = image::load_from_memory(&draft.png).unwrap().into_rgba8();
    assert_eq!(photo.dimensions(), (photo::CARD_WIDTH, photo::CARD_HEIGHT));
    assert!(photo.get_pixel(5, 5).0[3] == 0 && photo.get_pixel(300, 400).0[3] == 255, "cut out");
    assert!(crate::central::portrait::prepare(&draft.png).is_ok(), "what a station hands in");
    assert!(studio.draft("B", now()).is_none(), "another phone's");
    assert!(studio.take("A", "another").is_none() && studio.take("B", &draft.id).is_none());
    assert!(studio.take("A", &draft.id).is_some() && studio.take("A", &draft.id).is_none(), "once");
    studio.put_back("A", draft);
    t.advance(LIFE.as_secs());
    assert!(studio.draft("A", now()).is_none());
    assert!(locked(&studio.drafts).is_empty(), "gone from memory, not only from view");
    assert!(studio.seat(nip).is_some(), "the seat is free again");
}

#[tokio::test]
async fn what_is_no_good_photo_is_refused_with_its_reason_and_nothing_is_kept() {
    let t = office().await;
    let nip = somebody(&t).await;
    let studio = Arc::new(Studio::default());
    let develop = async |picture: Vec<u8>| {
        studio.develop(&t.office, studio.seat(nip).unwrap(), "A", picture).await.unwrap()
    };
    let dark = RgbImage::from_fn(SIZE.0, SIZE.1, |x, y| Rgb(drawn_at(x, y).map(|v| v / 8)));
    for (picture, advice) in [
        (RgbImage::from_pixel(640, 480, Rgb([90, 120, 160])), Advice::NoFace),
        (dark, Advice::TooDark),
        (
            image::imageops::resize(&drawn(), 320, 240, image::imageops::FilterType::Triangle),
            Advice::ComeCloser,
        ),
    ] {
        let Developed::Refused(reasons) = develop(jpeg(&picture)).await else { panic!("{advice:?}") };
        assert_eq!(reasons.first(), Some(&Reason::Advice(advice)));
    }
    // A bomb: a few bytes that claim 30,000 pixels a side.
    let mut bomb = Cursor::new(Vec::new());
    RgbImage::new(64, 64).write_to(&mut bomb, ImageFormat::Png).unwrap();
    let mut bomb = bomb.into_inner();
    bomb[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    for file in [bomb, b"<svg/>".to_vec(), jpeg(&drawn())[..9_000].to_vec()] {
        assert!(matches!(develop(file).await, Developed::Unreadable(_)));
    }
    assert!(locked(&studio.drafts).is_empty());
    let photos = std::fs::read_dir(t.office.config.data.join("photos")).unwrap().count();
    assert_eq!(photos, 0, "nothing of it on the disk");
}

fn drawn_at(x: u32, y: u32) -> [u8; 3] {
    static DRAWN: OnceLock<RgbImage> = OnceLock::new();
    DRAWN.get_or_init(drawn).get_pixel(x, y).0
}

#[tokio::test]
async fn the_room_is_bounded_and_one_person_has_one_place() {
    let studio = Arc::new(Studio::default());
    let people = crate::person::sample::people(1, SEATS + 1, jiff::civil::date(2026, 3, 2));
    let mut held: Vec<Seat> = people[..SEATS].iter().map(|p| studio.seat(p.nip).unwrap()).collect();
    assert!(studio.seat(people[SEATS].nip).is_none(), "full");
    held.pop();
    assert!(studio.seat(people[0].nip).is_none(), "one at a time");
    assert!(studio.seat(people[SEATS].nip).is_some());
}

#[tokio::test]
async fn the_oldest_photo_goes_where_too_many_wait() {
    let studio = Arc::new(Studio::default());
    for n in 0..=MOST_DRAFTS {
        studio.keep(&n.to_string(), vec![0], Duration::from_millis(n as u64));
    }
    let now = Duration::from_secs(1);
    assert_eq!(locked(&studio.drafts).len(), MOST_DRAFTS);
    assert!(studio.draft("0", now).is_none() && studio.draft("1", now).is_some());
    studio.forget("1");
    assert!(studio.draft("1", now).is_none());
}
