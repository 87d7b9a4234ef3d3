//! Station: how a live picture gets from a camera's thread to the screen without piling up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use image::RgbImage;

use super::engine::on_screen;
use super::screens::{self, App};
use crate::session::Role;

/// One camera's way to the screen.
#[derive(Clone)]
pub struct LiveView {
    role: Role,
    /// A picture waits to be shown; the next one is dropped until it has been.
    waiting: Arc<AtomicBool>,
    /// Pixels of the picture as laid out at present.
    width: Arc<AtomicU32>,
    height: Arc<AtomicU32>,
}

impl LiveView {
    pub fn new(role: Role) -> LiveView {
        LiveView {
            role,
            waiting: Arc::default(),
            width: Arc::new(AtomicU32::new(640)),
            height: Arc::new(AtomicU32::new(480)),
        }
    }

    /// Scales the frame on this thread and hands it to the screen's: to the person as in a mirror.
    pub fn show(&self, frame: &RgbImage) {
        self.show_as(frame, self.role);
    }

    /// The same for staff: as the camera sees it, and all of it.
    pub fn show_plain(&self, frame: &RgbImage) {
        self.show_as(frame, Role::Scan);
    }

    fn show_as(&self, frame: &RgbImage, like: Role) {
        if self.waiting.swap(true, Ordering::AcqRel) {
            return;
        }
        let (width, height) = (self.width.load(Ordering::Relaxed), self.height.load(Ordering::Relaxed));
        let pixels = screens::prepare_frame(frame, like, width, height);
        let (role, waiting) = (self.role, Arc::clone(&self.waiting));
        on_screen(move |app| {
            screens::show_frame(app, role, pixels);
            waiting.store(false, Ordering::Release);
        });
    }

    /// Learns how large the picture is on the screen.
    pub fn measure(&self, app: &App) {
        let (width, height) = screens::frame_size(app, self.role);
        if width > 0 && height > 0 {
            self.width.store(width, Ordering::Relaxed);
            self.height.store(height, Ordering::Relaxed);
        }
    }

    /// Forgets a picture that was never shown, so that the next visit's first one is.
    pub fn reset(&self) {
        self.waiting.store(false, Ordering::Release);
    }
}
