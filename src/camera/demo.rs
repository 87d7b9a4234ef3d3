//! `demo:`: a drawn person before a drawn backdrop. The photo checks treat these pictures like any other camera's.

use super::photographed::Chance;
use super::{Camera, CameraError, Frame};
use image::{Rgb, RgbImage};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg;
use std::time::Duration;

const SIZE: (u32, u32) = (1280, 960);
const BACKDROP: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/demo/backdrop.svg"));
const PERSON: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/demo/person.svg"));
/// Standard deviation of the sensor's noise, in levels of 0–255: a fair webcam in office light.
const NOISE: f32 = 1.5;
/// The plate's noise is drawn from here, so that it is not the noise of any early frame.
const PLATE_SEED: u64 = 1 << 40;

/// The demonstration camera: 1280 by 960 pixels, the person swaying a little from picture to picture.
pub struct Demo {
    backdrop: RgbImage,
    person: Pixmap,
    noise: Vec<i8>,
    pace: Duration,
    seq: u64,
}

impl Demo {
    /// Draws person and backdrop once; `pace` is the time between two pictures.
    ///
    /// # Errors
    /// [`CameraError::Open`] if a drawing cannot be drawn.
    pub fn new(pace: Duration) -> Result<Demo, CameraError> {
        let backdrop = draw(BACKDROP)?;
        let mut chance = Chance(7);
        Ok(Demo {
            backdrop: RgbImage::from_fn(SIZE.0, SIZE.1, |x, y| {
                backdrop.pixel(x, y).map_or(Rgb([0; 3]), |p| Rgb([p.red(), p.green(), p.blue()]))
            }),
            person: draw(PERSON)?,
            noise: (0..8191).map(|_| (chance.normal() * NOISE).round() as i8).collect(),
            pace,
            seq: 0,
        })
    }

    /// Where the person stands in picture `seq`, in pixels: never above the drawing's own place, because the body must reach
    /// the picture's lower edge.
    fn sway(seq: u64) -> (i64, i64) {
        let t = seq as f32;
        let dx = 5.0 * (t * 0.21).sin();
        let dy = 2.0 + 2.0 * (t * 0.13).sin();
        (dx.round() as i64, dy.round() as i64)
    }

    /// The backdrop, with the person at an offset or without, and with noise from `seed`.
    fn picture(&self, person: Option<(i64, i64)>, seed: u64) -> RgbImage {
        let mut out = self.backdrop.clone();
        let (width, height) = (i64::from(SIZE.0), i64::from(SIZE.1));
        if let Some((dx, dy)) = person {
            let pixels = self.person.pixels();
            for (i, to) in out.pixels_mut().enumerate() {
                let (x, y) = (i as i64 % width - dx, i as i64 / width - dy);
                if !(0..width).contains(&x) || !(0..height).contains(&y) {
                    continue;
                }
                let from = pixels[(y * width + x) as usize];
                if from.alpha() == 0 {
                    continue;
                }
                // The drawing's colours are already multiplied by their alpha.
                let rest = 255 - u32::from(from.alpha());
                for (t, f) in to.0.iter_mut().zip([from.red(), from.green(), from.blue()]) {
                    let mixed = u32::from(f) + (u32::from(*t) * rest + 127) / 255;
                    *t = mixed.min(255) as u8;
                }
            }
        }
        let mut chance = Chance(seed);
        for row in out.as_flat_samples_mut().samples.chunks_mut(SIZE.0 as usize * 3) {
            // One table of noise, entered at a new place for each row.
            let start = (chance.next() % self.noise.len() as u64) as usize;
            let noise = self.noise[start..].iter().chain(self.noise.iter().cycle());
            for (channel, n) in row.iter_mut().zip(noise) {
                *channel = channel.saturating_add_signed(*n);
            }
        }
        out
    }
}

fn draw(svg: &str) -> Result<Pixmap, CameraError> {
    let fault = |why: String| CameraError::Open { name: "demo:".to_owned(), why };
    let tree = usvg::Tree::from_str(svg, &usvg::Options::default()).map_err(|e| fault(e.to_string()))?;
    let mut pixmap =
        Pixmap::new(SIZE.0, SIZE.1).ok_or_else(|| fault("no memory for a picture".to_owned()))?;
    resvg::render(&tree, Transform::identity(), &mut pixmap.as_mut());
    Ok(pixmap)
}

impl Camera for Demo {
    fn name(&self) -> String {
        "demo:".to_owned()
    }

    fn frame(&mut self, timeout: Duration) -> Result<Frame, CameraError> {
        if self.pace > timeout {
            std::thread::sleep(timeout);
            return Err(CameraError::NoFrame { name: self.name(), waited: timeout });
        }
        if self.seq > 0 {
            std::thread::sleep(self.pace);
        }
        let seq = self.seq;
        self.seq += 1;
        Ok(Frame { rgb: self.picture(Some(Demo::sway(seq)), seq), seq })
    }

    fn plate(&mut self) -> Result<Option<RgbImage>, CameraError> {
        Ok(Some(self.picture(None, PLATE_SEED)))
    }
}
