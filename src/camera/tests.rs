//! Every simulated camera, and every way in which a folder can disappoint.

use super::*;
use image::{Rgb, RgbaImage};
use std::fs;
use std::path::Path;

const SOON: Duration = Duration::from_millis(500);

fn picture(path: &Path, grey: u8) {
    RgbImage::from_pixel(32, 24, Rgb([grey; 3])).save(path).unwrap();
}

fn failure(uri: &str) -> CameraError {
    match open(uri) {
        Ok(camera) => panic!("{} should not open", camera.name()),
        Err(error) => error,
    }
}

#[test]
fn a_folder_plays_in_name_order_and_loops() {
    let dir = tempfile::tempdir().unwrap();
    for (name, grey) in [("b.png", 20), ("a.png", 10), ("C.PNG", 5), ("plate.png", 99)] {
        picture(&dir.path().join(name), grey);
    }
    fs::write(dir.path().join("notes.txt"), "no picture").unwrap();
    let mut camera = open(&format!("dir:{}?fps=100", dir.path().display())).unwrap();
    let greys: Vec<(u64, u8)> = (0..4)
        .map(|_| {
            let frame = camera.frame(SOON).unwrap();
            (frame.seq, frame.rgb.get_pixel(3, 3)[0])
        })
        .collect();
    assert_eq!(greys, [(0, 5), (1, 10), (2, 20), (3, 5)]);
    let plate = camera.plate().unwrap().unwrap();
    assert_eq!(plate.get_pixel(0, 0)[0], 99);
}

#[test]
fn a_broken_picture_is_skipped_and_all_broken_is_an_error_that_names_one() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("01.jpg"), [0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]).unwrap();
    let uri = format!("dir:{}", dir.path().display());
    let error = open(&uri).unwrap().frame(SOON).unwrap_err();
    assert_eq!(error.code(), "camera-folder-broken");
    assert!(error.to_string().contains("01.jpg"), "{error}");

    picture(&dir.path().join("02.png"), 40);
    let mut camera = open(&uri).unwrap();
    for _ in 0..2 {
        assert_eq!(camera.frame(SOON).unwrap().rgb.get_pixel(0, 0)[0], 40);
    }
}

#[test]
fn a_broken_plate_is_an_error_and_none_is_none() {
    let dir = tempfile::tempdir().unwrap();
    picture(&dir.path().join("01.png"), 40);
    let uri = format!("dir:{}", dir.path().display());
    assert!(open(&uri).unwrap().plate().unwrap().is_none());
    fs::write(dir.path().join("plate.jpg"), "not a picture").unwrap();
    let error = open(&uri).unwrap().plate().unwrap_err();
    assert_eq!(error.code(), "camera-picture-broken");
    assert!(error.to_string().contains("plate.jpg"));
}

#[test]
fn a_folder_that_is_empty_missing_or_a_file_is_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let uri = |path: &Path| format!("dir:{}", path.display());
    assert_eq!(failure(&uri(dir.path())).code(), "camera-folder-empty");
    let gone = dir.path().join("gone");
    let error = failure(&uri(&gone));
    assert_eq!(error.code(), "camera-missing");
    assert!(error.to_string().contains("gone"));
    let file = dir.path().join("file.png");
    picture(&file, 1);
    assert_eq!(failure(&uri(&file)).code(), "camera-busy");
}

#[test]
fn addresses_with_mistakes_say_which() {
    for (uri, part) in [
        ("nonsense", "colon"),
        ("tape:x", "tape"),
        ("dir:", "path"),
        ("demo:?fps=0", "fps"),
        ("demo:?fps=fast", "fps"),
        ("demo:?speed=3", "speed"),
        ("demo:?fps", "no value"),
        ("v4l:///dev/null", "/dev/video"),
        ("v4l:///dev/video0?width=9", "width"),
    ] {
        let error = failure(uri);
        assert_eq!(error.code(), "camera-address", "{uri}");
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[test]
fn the_demo_person_moves_before_a_backdrop_that_does_not() {
    let mut camera = open("demo:?fps=100").unwrap();
    let plate = camera.plate().unwrap().unwrap();
    let first = camera.frame(SOON).unwrap();
    let later = (0..7).map(|_| camera.frame(SOON).unwrap()).last().unwrap();
    assert_eq!((first.width(), first.height()), (1280, 960));
    assert_eq!((first.seq, later.seq), (0, 7));
    let differ = |a: &RgbImage, b: &RgbImage, x: u32, y: u32| {
        let (a, b) = (a.get_pixel(x, y), b.get_pixel(x, y));
        a.0.iter().zip(b.0).any(|(a, b)| a.abs_diff(b) > 30)
    };
    // Nose and shirt hide the backdrop; the upper corners are backdrop.
    for (x, y) in [(640, 480), (500, 955), (780, 959)] {
        assert!(differ(&first.rgb, &plate, x, y), "{x} {y}");
    }
    for (x, y) in [(40, 40), (1240, 60), (100, 500)] {
        assert!(!differ(&first.rgb, &plate, x, y), "{x} {y}");
    }
    let moved = (0..1280).filter(|&x| differ(&first.rgb, &later.rgb, x, 450));
    assert!(moved.count() > 4);
}

#[test]
fn a_scan_camera_sees_the_desk_until_the_card_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let card = dir.path().join("card.png");
    let mut camera = Shown::new(card.clone(), Duration::from_millis(1));
    camera.size = (320, 240);
    let bright = |frame: Frame| {
        let sum: u64 = frame.rgb.pixels().map(|p| u64::from(p[1])).sum();
        sum / u64::from(frame.width() * frame.height())
    };
    let desk = bright(camera.frame(SOON).unwrap());
    RgbaImage::from_pixel(1011, 638, image::Rgba([255; 4])).save(&card).unwrap();
    let held = bright(camera.frame(SOON).unwrap());
    assert!(held > desk + 20, "desk {desk}, card {held}");
    fs::remove_file(&card).unwrap();
    assert!(bright(camera.frame(SOON).unwrap()) < desk + 20);
    fs::write(&card, "broken").unwrap();
    assert_eq!(camera.frame(SOON).unwrap_err().code(), "camera-picture-broken");
}

#[test]
fn a_standing_card_is_seen_whole() {
    let dir = tempfile::tempdir().unwrap();
    let card = dir.path().join("card.png");
    RgbaImage::from_pixel(638, 1011, image::Rgba([255; 4])).save(&card).unwrap();
    let mut camera = Shown::new(card, Duration::from_millis(1));
    camera.size = (320, 240);
    for _ in 0..6 {
        let frame = camera.frame(SOON).unwrap();
        let bright = |x: u32, y: u32| frame.rgb.get_pixel(x, y)[1] > 150;
        assert!(bright(160, 120));
        assert!((0..320).all(|x| !bright(x, 0) && !bright(x, 239)), "cut off at {}", frame.seq);
    }
}

#[test]
fn a_camera_can_be_unplugged_frozen_and_plugged_in_again() {
    let dir = tempfile::tempdir().unwrap();
    picture(&dir.path().join("1.png"), 7);
    let inner = open(&format!("dir:{}?fps=100", dir.path().display())).unwrap();
    let (mut camera, switch) = Faulty::new(inner);
    let short = Duration::from_millis(30);
    assert!(camera.frame(short).is_ok());
    switch.unplug();
    assert_eq!(camera.frame(short).unwrap_err().code(), "camera-unplugged");
    switch.freeze();
    assert_eq!(camera.frame(short).unwrap_err().code(), "camera-silent");
    switch.replug();
    assert!(camera.frame(short).is_ok());
}

#[test]
fn a_camera_slower_than_the_caller_waits_says_so() {
    let mut camera = open("demo:?fps=0.5").unwrap();
    let error = camera.frame(Duration::from_millis(20)).unwrap_err();
    assert_eq!(error.code(), "camera-silent");
}
