//! Photo: on drawn people, and on real faces where the shared pictures are present.

use std::path::{Path, PathBuf};

use image::{Rgb, RgbImage};

use super::*;

const BLUE: [f32; 3] = [36.0, 84.0, 188.0];

/// Deterministic noise of about +-2, so that nothing is exactly flat.
pub fn grain(x: u32, y: u32, seed: u32) -> f32 {
    let mut v = x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77) ^ seed.wrapping_mul(0xC2B2_AE3D);
    v ^= v >> 15;
    v = v.wrapping_mul(0x2C1B_3C6D);
    v ^= v >> 12;
    (v % 1000) as f32 / 250.0 - 2.0
}

/// The empty backdrop: blue cloth, lit from the left.
pub fn plate(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let light = 1.05 - 0.15 * x as f32 / width as f32;
        Rgb(BLUE.map(|c| (c * light + grain(x, y, 1)).round() as u8))
    })
}

/// One drawn person: eye middle and T in pixels. Gives the share of person at a place and the
/// colour there, in units of T from the eye middle.
pub struct Drawn {
    pub x: f32,
    pub y: f32,
    pub t: f32,
}

impl Drawn {
    fn at(&self, px: f32, py: f32) -> (f32, [f32; 3]) {
        let (x, y) = ((px - self.x) / self.t, (py - self.y) / self.t);
        let soft = 1.5 / self.t;
        let ellipse = |cx: f32, cy: f32, rx: f32, ry: f32| {
            let d = (((x - cx) / rx).hypot((y - cy) / ry) - 1.0) * rx.min(ry);
            (0.5 - d / soft).clamp(0.0, 1.0)
        };
        let below = |line: f32| (0.5 + (y - line) / soft).clamp(0.0, 1.0);
        let mut share = 0.0_f32;
        let mut colour = [0.0; 3];
        let mut paint = |cover: f32, c: [f32; 3]| {
            for k in 0..3 {
                colour[k] += (c[k] - colour[k]) * if share > 0.0 { cover } else { 1.0 };
            }
            share = share.max(cover);
        };
        let (skin, hair, cloth) = ([198.0, 148.0, 112.0], [35.0, 28.0, 26.0], [90.0, 84.0, 70.0]);
        let within = (1.7 - x.abs()).min(y - 1.1 - 0.25 * x * x);
        let shoulders = (0.5 + within / soft).clamp(0.0, 1.0);
        let mut layer = |cover: f32, c: [f32; 3]| {
            if cover > 0.0 {
                paint(cover, c);
            }
        };
        layer(shoulders, cloth);
        layer(if x.abs() < 0.33 && (0.6..1.5).contains(&y) { 1.0 } else { 0.0 }, [160.0, 112.0, 82.0]);
        layer(ellipse(0.0, -0.25, 0.8, 1.0), hair);
        layer(ellipse(0.0, 0.08, 0.7, 0.92) * below(-0.5), skin);
        for side in [-0.285, 0.285] {
            layer(ellipse(side, -0.17, 0.19, 0.035), hair);
            layer(ellipse(side, 0.0, 0.15, 0.075), [238.0, 232.0, 226.0]);
            layer(ellipse(side, 0.0, 0.07, 0.07), [20.0, 14.0, 12.0]);
        }
        layer(ellipse(0.0, 0.4, 0.13, 0.03), [150.0, 100.0, 76.0]);
        layer(ellipse(0.0, 0.62, 0.23, 0.055), [165.0, 85.0, 80.0]);
        (share, colour)
    }
}

/// A frame with these people, another exposure and balance than the plate's, and a soft shadow;
/// and the true alpha.
pub fn frame(width: u32, height: u32, people: &[Drawn]) -> (RgbImage, Vec<f32>) {
    let back = plate(width, height);
    let mut alpha = Vec::new();
    let gain = [1.06, 1.0, 0.95];
    let lin = |c: f32| (c / 255.0).powf(2.2);
    let picture = RgbImage::from_fn(width, height, |x, y| {
        let (a, c) = people
            .iter()
            .map(|p| p.at(x as f32, y as f32))
            .max_by(|p, q| p.0.total_cmp(&q.0))
            .unwrap_or((0.0, [0.0; 3]));
        alpha.push(a);
        let b = back.get_pixel(x, y).0;
        let shadow = people.first().map_or(1.0, |p| {
            let d = (x as f32 - p.x - 40.0).hypot(y as f32 - p.y - 30.0) / p.t;
            1.0 - 0.15 * (-d * d / 2.0).exp()
        });
        Rgb(std::array::from_fn(|k| {
            let mixed = a * lin(c[k]) + (1.0 - a) * lin(f32::from(b[k])) * shadow;
            ((mixed * gain[k]).clamp(0.0, 1.0).powf(1.0 / 2.2) * 255.0 + grain(x, y, 2)).round() as u8
        }))
    });
    (picture, alpha)
}

pub fn middle() -> Drawn {
    Drawn { x: 400.0, y: 260.0, t: 130.0 }
}

#[test]
fn a_drawn_person_is_guided_checked_and_cut_like_any_other() {
    let models = Models::load().unwrap();
    let (picture, alpha) = frame(800, 600, &[middle()]);
    let back = plate(800, 600);
    assert_eq!(guide(&models, &picture).unwrap(), Advice::Ready);
    assert!(check(&models, &picture, Some(&back)).unwrap().verdict_ok);

    let whole = cut(&models, &picture, Some(&back), Crop::FullFrame).unwrap();
    assert!(whole.used_plate);
    assert_eq!(whole.photo.dimensions(), (800, 600));
    let error: f32 =
        whole.photo.pixels().zip(&alpha).map(|(p, a)| (f32::from(p.0[3]) / 255.0 - a).abs()).sum::<f32>()
            / alpha.len() as f32;
    assert!(error < 0.004, "mean alpha error {error}");

    let card = cut(&models, &picture, Some(&back), Crop::Card).unwrap();
    assert_eq!(card.photo.dimensions(), (CARD_WIDTH, CARD_HEIGHT));
    assert_eq!(card.preview.dimensions(), (CARD_WIDTH / 2, CARD_HEIGHT / 2));
    assert_eq!(card.photo.get_pixel(5, 5).0[3], 0);
    assert_eq!(card.photo.get_pixel(300, 400).0[3], 255);
    // No blue seam: nothing that shows is as blue as the backdrop.
    let blue =
        card.photo.pixels().filter(|p| p.0[3] > 60 && i16::from(p.0[2]) > i16::from(p.0[0]) + 50).count();
    assert!(blue < 40, "{blue} blue pixels at the edge");
}

#[test]
fn without_a_plate_or_with_another_places_it_says_so() {
    let models = Models::load().unwrap();
    let (picture, _) = frame(800, 600, &[middle()]);
    assert!(!cut(&models, &picture, None, Crop::Card).unwrap().used_plate);
    let elsewhere = RgbImage::from_fn(800, 600, |x, y| {
        if (x / 50 + y / 50) % 2 == 0 { Rgb([220, 200, 60]) } else { Rgb([20, 60, 20]) }
    });
    assert!(!cut(&models, &picture, Some(&elsewhere), Crop::Card).unwrap().used_plate);
    let small = plate(640, 480);
    assert!(matches!(cut(&models, &picture, Some(&small), Crop::Card), Err(PhotoError::PlateSize { .. })));
}

#[test]
fn nobody_two_people_and_a_face_at_the_edge_are_refused_with_their_reason() {
    let models = Models::load().unwrap();
    let back = plate(800, 600);
    let (empty, _) = frame(800, 600, &[]);
    assert!(matches!(cut(&models, &empty, Some(&back), Crop::Card), Err(PhotoError::NoFace)));
    assert!(matches!(
        cut(&models, &empty, Some(&back), Crop::FullFrame),
        Err(PhotoError::LikeBackdrop(None))
    ));
    assert_eq!(guide(&models, &empty).unwrap(), Advice::NoFace);

    let two = [Drawn { x: 220.0, y: 260.0, t: 110.0 }, Drawn { x: 580.0, y: 260.0, t: 110.0 }];
    let (two, _) = frame(800, 600, &two);
    assert!(matches!(cut(&models, &two, Some(&back), Crop::Card), Err(PhotoError::SeveralFaces(2))));
    assert_eq!(guide(&models, &two).unwrap(), Advice::SeveralPeople);

    let (edge, _) = frame(800, 600, &[Drawn { x: 80.0, ..middle() }]);
    assert_eq!(guide(&models, &edge).unwrap(), Advice::FaceCutOff);
}

#[test]
fn dark_bright_and_blurred_pictures_are_named() {
    let models = Models::load().unwrap();
    let (picture, _) = frame(800, 600, &[middle()]);
    let scaled = |f: f32| {
        let mut p = picture.clone();
        p.iter_mut().for_each(|v| *v = (f32::from(*v) * f).min(255.0) as u8);
        p
    };
    assert_eq!(guide(&models, &scaled(0.2)).unwrap(), Advice::TooDark);
    assert_eq!(guide(&models, &scaled(1.9)).unwrap(), Advice::TooBright);
    assert_eq!(guide(&models, &image::imageops::blur(&picture, 7.0)).unwrap(), Advice::Blurred);
}

/// Pictures of real people stand beside the repository, never in it; without them this is skipped.
fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path);
    if !path.exists() {
        eprintln!("skipped: {} is not there", path.display());
        return None;
    }
    Some(path)
}

fn read(path: &Path) -> RgbImage {
    decode(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn real_faces_get_the_verdict_of_their_manifest() {
    let Some(dir) = shared("faces") else { return };
    let models = Models::load().unwrap();
    let manifest: serde_json::Value =
        serde_json::from_slice(&std::fs::read(dir.join("manifest.json")).unwrap()).unwrap();
    for row in manifest.as_array().unwrap() {
        let (path, expect) = (row["path"].as_str().unwrap(), row["expect"].as_str().unwrap());
        let report = check(&models, &read(&dir.join(path)), None).unwrap();
        assert_eq!(report.verdict_ok, expect == "one face", "{path}: {report:?}");
        let want = match path {
            "two-people.jpg" => Advice::SeveralPeople,
            "face-cut-off.jpg" => Advice::FaceCutOff,
            "dark.jpg" => Advice::TooDark,
            "overexposed.jpg" => Advice::TooBright,
            "blurred.jpg" => Advice::Blurred,
            "tilted.jpg" => Advice::HeadTilted,
            "nobody.jpg" => Advice::NoFace,
            "too-far.jpg" => Advice::ComeCloser,
            _ => continue,
        };
        assert_eq!(report.reasons[0].code(), want.code(), "{path}: {report:?}");
    }
}

#[test]
fn people_in_the_studio_come_out_on_transparency() {
    let Some(dir) = shared("studio") else { return };
    let models = Models::load().unwrap();
    for name in ["jilbab-grey", "woman-glasses-blue", "woman-glasses-red"] {
        let back = read(&dir.join(name).join("plate.jpg"));
        let photo = cut(&models, &read(&dir.join(name).join("01.jpg")), Some(&back), Crop::Card).unwrap();
        assert!(photo.used_plate, "{name}");
        let alpha = |x, y| photo.photo.get_pixel(x, y).0[3];
        assert!(
            alpha(5, 5) == 0 && alpha(594, 5) == 0 && alpha(300, 400) == 255 && alpha(300, 795) == 255,
            "{name}"
        );
    }
}
