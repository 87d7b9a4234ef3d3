//! `shown:PATH`: a scan camera before which somebody holds up the picture in a file, a printed card for one.

use super::photographed::{Shot, photographed};
use super::{Camera, CameraError, Frame, folder};
use image::{RgbImage, Rgba, RgbaImage};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// What a desk camera gives.
const SIZE: (u32, u32) = (1280, 960);

/// Sees the picture at a path, each time held a little differently. While the file does not exist it sees the desk; when the
/// file is written again it sees the new one.
#[derive(Debug)]
pub struct Shown {
    path: PathBuf,
    pace: Duration,
    pub(super) size: (u32, u32),
    seq: u64,
    card: Option<(SystemTime, RgbaImage)>,
}

impl Shown {
    /// A camera of 1280 by 960 pixels; `pace` is the time between two pictures.
    pub fn new(path: PathBuf, pace: Duration) -> Shown {
        Shown { path, pace, size: SIZE, seq: 0, card: None }
    }

    /// How a card is held in picture `seq`: a hand that tries angles up to 30 degrees, with the camera's usual faults, near
    /// enough to fill the picture whether the card lies or stands.
    fn shot(seq: u64, card: (u32, u32), size: (u32, u32)) -> Shot {
        let proportion = card.0 as f32 / card.1 as f32;
        let near = (0.76 * size.1 as f32 * proportion / size.0 as f32).min(0.74);
        let turn = seq as f32;
        Shot {
            yaw: 24.0 * (turn * 0.9 + 0.5).sin(),
            pitch: 18.0 * (turn * 0.6 + 1.0).sin(),
            roll: 8.0 * (turn * 0.4).sin(),
            scale: near * (1.0 + 0.08 * (turn * 0.7).sin()),
            blur: 0.9 + 0.4 * (turn * 1.3).sin(),
            noise: 4.0,
            seed: seq + 1,
        }
    }

    /// Reads the file again where it has changed.
    fn look(&mut self) -> Result<(), CameraError> {
        let Ok(changed) = std::fs::metadata(&self.path).and_then(|m| m.modified()) else {
            self.card = None;
            return Ok(());
        };
        if self.card.as_ref().is_some_and(|(then, _)| *then == changed) {
            return Ok(());
        }
        let card = folder::load(&self.path).map_err(|why| CameraError::Broken { name: self.name(), why })?;
        self.card = Some((changed, card.into_rgba8()));
        Ok(())
    }
}

impl Camera for Shown {
    fn name(&self) -> String {
        format!("shown:{}", self.path.display())
    }

    fn frame(&mut self, timeout: Duration) -> Result<Frame, CameraError> {
        if self.pace > timeout {
            std::thread::sleep(timeout);
            return Err(CameraError::NoFrame { name: self.name(), waited: timeout });
        }
        if self.seq > 0 {
            std::thread::sleep(self.pace);
        }
        self.look()?;
        let seq = self.seq;
        self.seq += 1;
        let nothing = RgbaImage::from_pixel(1, 1, Rgba([0; 4]));
        let card = self.card.as_ref().map_or(&nothing, |(_, card)| card);
        Ok(Frame { rgb: photographed(card, self.size, &Shown::shot(seq, card.dimensions(), self.size)), seq })
    }

    fn plate(&mut self) -> Result<Option<RgbImage>, CameraError> {
        Ok(None)
    }
}
