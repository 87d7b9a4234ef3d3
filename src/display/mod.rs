//! Floor 3: the display. It is a device chosen at run time, like a camera: a window, the bare
//! console, or one that nobody sees and a [`Finger`] touches.

pub mod density;
mod finger;
mod headless;
mod kms;

use slint::BackendSelector;

use crate::clock::SharedClock;

pub use finger::{Finger, FingerError};
pub use headless::refresh;

/// Where the screen is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisplayKind {
    /// A window on a desktop (X11 or Wayland).
    Window,
    /// The bare console, without a desktop (DRM/KMS).
    LinuxKms,
    /// Memory only, of this size in pixels.
    Headless { width: u32, height: u32 },
}

#[derive(Debug, thiserror::Error)]
pub enum DisplayError {
    #[error("no display is connected to the console: there is no /dev/dri/card*")]
    NoDevice,
    #[error(
        "no permission for {path}: {why}. Add the station's user to the groups video and render, \
         or run it by the systemd unit"
    )]
    NoPermission { path: String, why: std::io::Error },
    #[error("a display of {width}x{height} pixels is too small or too large (320x240 to 8192x8192)")]
    Size { width: u32, height: u32 },
    #[error("a display was chosen already in this process")]
    AlreadyChosen,
    #[error("the display cannot be used: {0}")]
    Platform(#[from] slint::PlatformError),
}

/// Chooses the display. Call it once, on the thread that will run the event loop, before any
/// component exists.
pub fn select(kind: DisplayKind, clock: &SharedClock) -> Result<(), DisplayError> {
    match kind {
        // The software renderer draws the same picture everywhere and needs no graphics driver.
        DisplayKind::Window => backend("winit")?,
        DisplayKind::LinuxKms => {
            kms::check()?;
            backend("linuxkms")?;
        }
        DisplayKind::Headless { width, height } => headless::select(width, height, clock)?,
    }
    Ok(())
}

/// The diagonal in inches that the display states of itself; on the bare console only, since a
/// window may be anywhere.
pub fn diagonal(kind: DisplayKind) -> Option<f32> {
    match kind {
        DisplayKind::LinuxKms => kms::diagonal(),
        DisplayKind::Window | DisplayKind::Headless { .. } => None,
    }
}

fn backend(name: &str) -> Result<(), slint::PlatformError> {
    BackendSelector::new().backend_name(name.into()).renderer_name("software".into()).select()
}
