//! A wrapper that makes any camera search for its exposure, and hold it when it is told to. For tests and training.

use std::time::Duration;

use image::RgbImage;

use super::{Camera, CameraError, Frame, Held};

/// How a [`Wavering`] camera takes being held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waver {
    Holds,
    /// To a value of long ago, as some drivers do.
    Jumps,
}

/// A camera whose pictures grow brighter and darker until it is held.
pub struct Wavering {
    inner: Box<dyn Camera>,
    kind: Waver,
    /// Of 256: by how much the present picture is brighter or darker.
    gain: u32,
    turn: u32,
    held: bool,
}

impl Wavering {
    pub fn new(inner: Box<dyn Camera>, kind: Waver) -> Wavering {
        Wavering { inner, kind, gain: 256, turn: 0, held: false }
    }

    pub fn is_held(&self) -> bool {
        self.held
    }
}

impl Camera for Wavering {
    fn name(&self) -> String {
        self.inner.name()
    }

    fn frame(&mut self, timeout: Duration) -> Result<Frame, CameraError> {
        let mut frame = self.inner.frame(timeout)?;
        if !self.held {
            self.turn += 1;
            // Up and down by a tenth over twelve pictures.
            self.gain = 230 + (self.turn % 12).abs_diff(6) * 8;
        }
        for value in frame.rgb.iter_mut() {
            *value = (u32::from(*value) * self.gain / 256).min(255) as u8;
        }
        Ok(frame)
    }

    fn plate(&mut self) -> Result<Option<RgbImage>, CameraError> {
        self.inner.plate()
    }

    fn hold(&mut self, on: bool) -> Held {
        self.held = on;
        if on && self.kind == Waver::Jumps {
            self.gain = 150;
        }
        Held { exposure: on, white: on }
    }
}
