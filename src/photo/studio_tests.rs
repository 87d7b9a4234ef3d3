//! Photo: the plate, the burst and the finer advice, on drawn people.

use image::{Rgb, RgbImage};

use super::plate::PlateProblem;
use super::tests::{Drawn, frame, grain, middle, plate as cloth};
use super::*;

/// Frames of the empty cloth, each with its own noise.
fn empty(n: u32) -> Vec<RgbImage> {
    let still = cloth(640, 480);
    (0..n)
        .map(|i| {
            RgbImage::from_fn(640, 480, |x, y| {
                Rgb(still
                    .get_pixel(x, y)
                    .0
                    .map(|v| (f32::from(v) + 2.0 * grain(x, y, 100 + i)).clamp(0.0, 255.0) as u8))
            })
        })
        .collect()
}

fn brighter(picture: &RgbImage, by: [f32; 3]) -> RgbImage {
    let mut out = picture.clone();
    for p in out.pixels_mut() {
        p.0 = std::array::from_fn(|k| (f32::from(p.0[k]) * by[k]).min(255.0) as u8);
    }
    out
}

#[test]
fn a_plate_is_quieter_than_its_frames() {
    let models = Models::load().unwrap();
    let frames = empty(16);
    let made = plate::make(&models, &frames).unwrap();
    let still = cloth(640, 480);
    let spread = |p: &RgbImage| {
        p.iter().zip(still.iter()).map(|(a, b)| f32::from(a.abs_diff(*b)).powi(2)).sum::<f32>() / 921_600.0
    };
    assert!(spread(&made) < spread(&frames[0]) / 4.0, "{} {}", spread(&made), spread(&frames[0]));
}

#[test]
fn a_bad_plate_is_refused_by_its_fault() {
    let models = Models::load().unwrap();
    let frames = empty(10);
    let make = |frames: &[RgbImage]| plate::make(&models, frames).unwrap_err();
    assert!(matches!(make(&[]), PlateProblem::TooFew(0)));
    assert!(matches!(make(&frames[..3]), PlateProblem::TooFew(3)));
    let dark: Vec<_> = frames.iter().map(|f| brighter(f, [0.15; 3])).collect();
    assert!(matches!(make(&dark), PlateProblem::TooDark));
    let mut flicker = frames.clone();
    flicker[4] = brighter(&frames[4], [1.2; 3]);
    assert!(matches!(make(&flicker), PlateProblem::LightChanging));
    let mut sizes = frames.clone();
    sizes[2] = cloth(320, 240);
    assert!(matches!(make(&sizes), PlateProblem::Sizes));
    let mut moving = frames;
    for (i, f) in moving.iter_mut().enumerate() {
        for y in 100..300 {
            for x in 0..60 {
                f.put_pixel(x + 40 * i as u32, y, Rgb([180, 170, 40]));
            }
        }
    }
    assert!(matches!(make(&moving), PlateProblem::Moving));
    let person = frame(640, 480, &[Drawn { x: 320.0, y: 200.0, t: 100.0 }]).0;
    let standing: Vec<_> = (0..10).map(|_| person.clone()).collect();
    assert!(matches!(make(&standing), PlateProblem::Somebody));
}

#[test]
fn a_stale_plate_is_noticed_and_a_good_one_holds_with_a_person_in_it() {
    // A cloth with wrinkles, so that a bump can be seen.
    let wrinkled = |by: f32| {
        RgbImage::from_fn(800, 600, |x, y| {
            let (x, y) = (x as f32 + by, y as f32 + by / 2.0);
            let light = 1.0 + 0.12 * (x / 7.0).sin() * (y / 90.0).cos() + 0.08 * (y / 8.0 + x / 140.0).sin();
            Rgb([36.0, 84.0, 188.0].map(|c: f32| (c * light) as u8))
        })
    };
    let plate = wrinkled(0.0);
    let kept = Kept::new(plate.clone());
    assert_eq!(kept.stale(&plate), None);
    assert_eq!(kept.stale(&wrinkled(1.5)), None);
    assert_eq!(kept.stale(&wrinkled(6.0)), Some(Staleness::CameraMoved));
    assert_eq!(kept.stale(&brighter(&plate, [0.6; 3])), Some(Staleness::LightChanged));
    assert_eq!(kept.stale(&brighter(&plate, [1.0, 1.0, 0.8])), Some(Staleness::LightChanged));
    assert_eq!(kept.stale(&cloth(640, 480)), Some(Staleness::AnotherPlace));
    let (person, _) = frame(800, 600, &[middle()]);
    assert_eq!(Kept::new(cloth(800, 600)).stale(&person), None);
}

#[test]
fn a_thing_before_the_cloth_is_remarked_on_and_a_shadow_is_not() {
    let models = Models::load().unwrap();
    let (mut person, _) = frame(800, 600, &[middle()]);
    let back = Kept::new(cloth(800, 600));
    assert_eq!(guide_with_plate(&models, &person, &back).unwrap(), Advice::Ready);
    for y in 100..400 {
        for x in 20..120 {
            person.put_pixel(x, y, Rgb([190, 160, 40]));
        }
    }
    assert_eq!(guide_with_plate(&models, &person, &back).unwrap(), Advice::BackdropNotFree);
}

/// The drawn person with the eyes painted over but for the line of the lashes.
fn blinking() -> RgbImage {
    let (mut picture, _) = frame(800, 600, &[middle()]);
    let m = middle();
    for side in [-0.285, 0.285] {
        for py in 0..40_u32 {
            for px in 0..56_u32 {
                let (dx, dy) = (px as f32 - 28.0, py as f32 - 20.0);
                let skin =
                    if dy > 4.0 && dy < 8.0 && dx.abs() < 18.0 { [70, 48, 36] } else { [204, 148, 109] };
                if dy.abs() < 12.0 && dx.abs() < 24.0 {
                    let (x, y) = (m.x + side * m.t + dx, m.y + dy);
                    picture.put_pixel(x as u32, y as u32, Rgb(skin));
                }
            }
        }
    }
    picture
}

#[test]
fn the_blink_is_never_chosen() {
    let models = Models::load().unwrap();
    let (open, _) = frame(800, 600, &[middle()]);
    let shut = blinking();
    let (a, b) = (study(&models, &open).unwrap().1, study(&models, &shut).unwrap().1);
    assert!(b.eye_opening < 0.8 * a.eye_opening, "{} {}", a.eye_opening, b.eye_opening);
    let soft = image::imageops::blur(&open, 1.2);
    for (burst, want) in [(vec![shut.clone(), soft.clone(), shut.clone()], 1), (vec![soft, shut, open], 2)] {
        assert_eq!(best_of(&models, &burst), want);
    }
}

#[test]
fn light_from_one_side_is_uneven() {
    let models = Models::load().unwrap();
    let (even, _) = frame(800, 600, &[middle()]);
    let mut aside = even.clone();
    for (x, _, p) in aside.enumerate_pixels_mut() {
        let light = 0.45 + 0.6 / (1.0 + (-(x as f32 - 400.0) / 12.0).exp());
        p.0 = p.0.map(|v| (f32::from(v) * light).min(255.0) as u8);
    }
    let (a, b) = (study(&models, &even).unwrap().1, study(&models, &aside).unwrap().1);
    assert!(a.balance > LIMITS.balance && b.balance < LIMITS.balance, "{} {}", a.balance, b.balance);
    assert_eq!(guide(&models, &aside).unwrap(), Advice::UnevenLight);
}

#[test]
fn the_live_matte_knows_person_from_backdrop() {
    let models = Models::load().unwrap();
    let (picture, alpha) = frame(800, 600, &[middle()]);
    let live = live_matte(&models, &picture).unwrap();
    assert_eq!(live.dimensions(), (400, 300));
    let wrong = live
        .enumerate_pixels()
        .filter(|(x, y, p)| (p.0[3] > 127) != (alpha[(y * 2 * 800 + x * 2) as usize] > 0.5))
        .count();
    assert!(wrong * 50 < 400 * 300, "{wrong}");
}

#[test]
fn clothes_in_the_backdrops_colour_are_kept_or_the_other_side_is_proposed() {
    let models = Models::load().unwrap();
    let (picture, alpha) = frame(800, 600, &[middle()]);
    let back = cloth(800, 600);
    // The shirt becomes the cloth itself.
    let same = RgbImage::from_fn(800, 600, |x, y| {
        let p = picture.get_pixel(x, y);
        let shirt = y > 400 && alpha[(y * 800 + x) as usize] > 0.0;
        if shirt { *back.get_pixel(x, y) } else { *p }
    });
    match cut(&models, &same, Some(&back), Crop::FullFrame) {
        Err(PhotoError::LikeBackdrop(side)) => assert_eq!(side, Some(Cloth::Red)),
        Err(e) => panic!("{e}"),
        Ok(cutout) => {
            let kept = cutout.photo.get_pixel(400, 560).0[3];
            assert_eq!(kept, 255, "the shirt was lost in silence");
        }
    }
}
