//! A wrapper that makes any camera fail on command: unplugged, frozen, plugged in again. For tests and training.

use super::{Camera, CameraError, Frame, Held};
use image::RgbImage;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

const WORKS: u8 = 0;
const UNPLUGGED: u8 = 1;
const FROZEN: u8 = 2;

/// A camera that obeys a [`FaultSwitch`].
pub struct Faulty {
    inner: Box<dyn Camera>,
    state: Arc<AtomicU8>,
}

/// The switch of a [`Faulty`] camera; clones turn the same one, from any thread.
#[derive(Clone, Debug)]
pub struct FaultSwitch(Arc<AtomicU8>);

impl Faulty {
    /// Wraps a camera. It works until the switch says otherwise.
    pub fn new(inner: Box<dyn Camera>) -> (Faulty, FaultSwitch) {
        let state = Arc::new(AtomicU8::new(WORKS));
        let switch = FaultSwitch(Arc::clone(&state));
        (Faulty { inner, state }, switch)
    }
}

impl FaultSwitch {
    /// As if the cable were pulled.
    pub fn unplug(&self) {
        self.0.store(UNPLUGGED, Ordering::SeqCst);
    }

    /// As if the device hung: it is there and sends nothing.
    pub fn freeze(&self) {
        self.0.store(FROZEN, Ordering::SeqCst);
    }

    /// Works again.
    pub fn replug(&self) {
        self.0.store(WORKS, Ordering::SeqCst);
    }
}

impl Camera for Faulty {
    fn name(&self) -> String {
        self.inner.name()
    }

    fn frame(&mut self, timeout: Duration) -> Result<Frame, CameraError> {
        match self.state.load(Ordering::SeqCst) {
            UNPLUGGED => Err(CameraError::Unplugged { name: self.name() }),
            FROZEN => {
                std::thread::sleep(timeout);
                Err(CameraError::NoFrame { name: self.name(), waited: timeout })
            }
            _ => self.inner.frame(timeout),
        }
    }

    fn hold(&mut self, on: bool) -> Held {
        self.inner.hold(on)
    }

    fn plate(&mut self) -> Result<Option<RgbImage>, CameraError> {
        self.inner.plate()
    }
}
