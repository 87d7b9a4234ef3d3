//! Photo: the part of the frame that goes onto the card, found by the face.

use image::RgbaImage;

use super::PhotoError;
use super::face::Face;
use super::linear;

/// What [`super::cut`] returns of the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crop {
    /// Head and shoulders in the card's proportion, 3:4, eyes level.
    Card,
    /// The frame's own size and place.
    FullFrame,
}

pub const CARD_WIDTH: u32 = 600;
pub const CARD_HEIGHT: u32 = 800;

/// T (eye middle to chin) as share of the photo's height. A passport has 0.45, head alone; the
/// card shows shoulders, like the office's 3x4 photo: head half of the height, so 0.25.
const T_SHARE: f32 = 0.25;
/// Closer than this is no longer head and shoulders.
const T_SHARE_MOST: f32 = 0.36;
/// Height of the eyes below the photo's top, share of its height.
const EYES_AT: f32 = 0.42;
/// The head is levelled from this roll on, degrees; below it is the detector's own wavering.
const LEVEL_FROM: f32 = 1.0;
/// Smallest eye distance in the frame, pixels: 50 points of quality in BSI OFIQ.
pub const LEAST_EYES: f32 = 70.0;
/// Crown above the eyes in T with hair or jilbab; a frame that ends below it cuts the head off.
const CROWN: f32 = 1.25;

/// The card photo from the cut-out frame.
pub fn card(cutout: &RgbaImage, face: &Face) -> Result<RgbaImage, PhotoError> {
    if face.eye_distance() < LEAST_EYES / 2.0 {
        return Err(PhotoError::FaceTooSmall);
    }
    if cut_off(face, cutout.width() as f32, cutout.height() as f32) {
        return Err(PhotoError::FaceCutOff);
    }
    let roll = if face.roll().abs() > LEVEL_FROM { face.roll().to_radians() } else { 0.0 };
    let (sin, cos) = roll.sin_cos();
    let (eyes, t) = (face.eye_middle(), face.t());
    let (fw, fh) = (cutout.width() as f32, cutout.height() as f32);
    // Nothing may end before the photo does: below the frame, or where a shoulder meets its side,
    // there is only a straight cut, so the photo comes closer until it lies within.
    let mut share = T_SHARE;
    let view = loop {
        let view = View { eyes, sin, cos, scale: t / share / CARD_HEIGHT as f32 };
        let bottom = [view.place(0.0, CARD_HEIGHT as f32), view.place(CARD_WIDTH as f32, CARD_HEIGHT as f32)];
        let ends_below =
            bottom.iter().any(|p| p.1 > fh - 1.0 && p.0 > 0.0 && p.0 < fw && person_at_bottom(cutout, p.0));
        let middle_below = view.place(CARD_WIDTH as f32 / 2.0, CARD_HEIGHT as f32).1 > fh - 1.0;
        if !ends_below && !middle_below && !ends_aside(cutout, &view) {
            break view;
        }
        share *= 1.03;
        if share > T_SHARE_MOST {
            return Err(PhotoError::FaceCutOff);
        }
    };
    Ok(drawn(cutout, &view))
}

/// True when the face or the crown reaches beyond the frame.
pub fn cut_off(face: &Face, width: f32, height: f32) -> bool {
    let (eyes, t) = (face.eye_middle(), face.t());
    let half = 0.75 * t;
    eyes.0 - half < 0.0
        || eyes.0 + half > width
        || eyes.1 - CROWN * t * 0.8 < 0.0
        || eyes.1 + 1.1 * t > height
}

/// From places in the photo to places in the frame.
struct View {
    eyes: (f32, f32),
    sin: f32,
    cos: f32,
    /// Frame pixels a photo pixel.
    scale: f32,
}

impl View {
    fn place(&self, x: f32, y: f32) -> (f32, f32) {
        let dx = (x - CARD_WIDTH as f32 / 2.0) * self.scale;
        let dy = (y - CARD_HEIGHT as f32 * EYES_AT) * self.scale;
        (self.eyes.0 + dx * self.cos - dy * self.sin, self.eyes.1 + dx * self.sin + dy * self.cos)
    }
}

fn person_at_bottom(cutout: &RgbaImage, x: f32) -> bool {
    cutout.get_pixel((x as u32).min(cutout.width() - 1), cutout.height() - 1).0[3] > 128
}

/// True when the photo reaches beyond a side of the frame where the person touches that side.
fn ends_aside(cutout: &RgbaImage, view: &View) -> bool {
    let (w, h) = (cutout.width() as f32, cutout.height() as f32);
    (0..=20).any(|i| {
        let y = CARD_HEIGHT as f32 * i as f32 / 20.0;
        [(0.0, 0_u32), (CARD_WIDTH as f32, cutout.width() - 1)].into_iter().any(|(x, column)| {
            let p = view.place(x, y);
            let beyond = if column == 0 { p.0 < 0.0 } else { p.0 > w - 1.0 };
            beyond && p.1 >= 0.0 && p.1 < h && cutout.get_pixel(column, p.1 as u32).0[3] > 128
        })
    })
}

fn drawn(cutout: &RgbaImage, view: &View) -> RgbaImage {
    let taps = (view.scale.ceil() as usize).clamp(1, 6);
    RgbaImage::from_fn(CARD_WIDTH, CARD_HEIGHT, |x, y| {
        let mut sum = [0.0_f32; 4];
        for j in 0..taps {
            for i in 0..taps {
                let sub = |n: usize| (n as f32 + 0.5) / taps as f32;
                let (px, py) = view.place(x as f32 + sub(i), y as f32 + sub(j));
                add(&mut sum, cutout, px - 0.5, py - 0.5);
            }
        }
        straight(sum, (taps * taps) as f32)
    })
}

/// Adds the bilinear sample at a place, premultiplied, in linear light.
fn add(sum: &mut [f32; 4], cutout: &RgbaImage, x: f32, y: f32) {
    let (width, height) = (cutout.width() as i32, cutout.height() as i32);
    let (x0, y0) = (x.floor(), y.floor());
    let (ax, ay) = (x - x0, y - y0);
    let table = linear::table();
    for (dx, dy, weight) in
        [(0, 0, (1.0 - ax) * (1.0 - ay)), (1, 0, ax * (1.0 - ay)), (0, 1, (1.0 - ax) * ay), (1, 1, ax * ay)]
    {
        let (px, py) = (x0 as i32 + dx, y0 as i32 + dy);
        // One pixel beyond the edge is held, so that the edge itself does not fade.
        if px < -1 || py < -1 || px > width || py > height {
            continue;
        }
        let pixel = cutout.get_pixel(px.clamp(0, width - 1) as u32, py.clamp(0, height - 1) as u32).0;
        let alpha = weight * f32::from(pixel[3]) / 255.0;
        for k in 0..3 {
            sum[k] += alpha * table[usize::from(pixel[k])];
        }
        sum[3] += alpha;
    }
}

fn straight(sum: [f32; 4], samples: f32) -> image::Rgba<u8> {
    if sum[3] <= samples / 512.0 {
        return image::Rgba([0; 4]);
    }
    let c = |k: usize| linear::to_byte(sum[k] / sum[3]);
    image::Rgba([c(0), c(1), c(2), (sum[3] / samples * 255.0).round().min(255.0) as u8])
}

/// Half the size, in linear light and with colours weighed by their alpha.
pub fn reduced(photo: &RgbaImage) -> RgbaImage {
    RgbaImage::from_fn((photo.width() / 2).max(1), (photo.height() / 2).max(1), |x, y| {
        let mut sum = [0.0_f32; 4];
        add(&mut sum, photo, x as f32 * 2.0 + 0.5, y as f32 * 2.0 + 0.5);
        straight(sum, 1.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photo::Bounds;

    fn face(x: f32, y: f32, eyes: f32, roll: f32) -> Face {
        let (s, c) = roll.to_radians().sin_cos();
        let at = |dx: f32, dy: f32| (x + dx * c - dy * s, y + dx * s + dy * c);
        Face {
            bbox: Bounds { x: x - eyes, y: y - eyes, width: eyes * 2.0, height: eyes * 2.5 },
            eyes: [at(-eyes / 2.0, 0.0), at(eyes / 2.0, 0.0)],
            nose: at(0.0, eyes * 0.6),
            mouth: at(0.0, eyes * 1.08),
            ears: [at(-eyes, 0.0), at(eyes, 0.0)],
            chin: None,
            score: 0.9,
        }
    }

    /// A frame whose colours name the place, opaque.
    fn frame() -> RgbaImage {
        RgbaImage::from_fn(1280, 960, |x, y| image::Rgba([(x / 6) as u8, (y / 6) as u8, 0, 255]))
    }

    #[test]
    fn the_eyes_land_where_the_card_wants_them_and_level() {
        for roll in [0.0, 8.0, -8.0] {
            let photo = card(&frame(), &face(640.0, 400.0, 100.0, roll)).unwrap();
            assert_eq!(photo.dimensions(), (CARD_WIDTH, CARD_HEIGHT));
            let p = photo.get_pixel(300, (800.0 * EYES_AT) as u32).0;
            assert!(
                p[0].abs_diff((640 / 6) as u8) <= 2 && p[1].abs_diff((400 / 6) as u8) <= 2,
                "{roll} {p:?}"
            );
            assert_eq!(p[3], 255);
        }
    }

    #[test]
    fn never_ends_before_the_photo_does() {
        // Low in the frame: comes closer, and the last row is still filled.
        let photo = card(&frame(), &face(640.0, 500.0, 100.0, 0.0)).unwrap();
        assert!((0..CARD_WIDTH).all(|x| photo.get_pixel(x, CARD_HEIGHT - 1).0[3] == 255));
    }

    #[test]
    fn refuses_a_face_at_the_edge_and_a_tiny_one() {
        assert!(matches!(card(&frame(), &face(40.0, 400.0, 100.0, 0.0)), Err(PhotoError::FaceCutOff)));
        assert!(matches!(card(&frame(), &face(640.0, 60.0, 100.0, 0.0)), Err(PhotoError::FaceCutOff)));
        assert!(matches!(card(&frame(), &face(640.0, 800.0, 100.0, 0.0)), Err(PhotoError::FaceCutOff)));
        assert!(matches!(card(&frame(), &face(640.0, 400.0, 20.0, 0.0)), Err(PhotoError::FaceTooSmall)));
    }
}
