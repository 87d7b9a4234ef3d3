//! Cameras (floor 3): one trait, real and simulated parts, chosen at run time by an address.
//!
//! | address | what it is |
//! | --- | --- |
//! | `v4l:///dev/video0` | a camera of the system |
//! | `dir:PATH` | pictures of a folder in name order, looped; `plate.*` is the empty backdrop |
//! | `demo:` | a drawn person before a drawn backdrop |
//! | `shown:PATH` | a scan camera before which the picture file is held up, as soon as it exists |
//!
//! `dir:` and `shown:` take `?fps=10`, `v4l:` takes `?width=1280&height=960`; `demo:` takes `?fps=15`. Nothing here decides
//! whether a picture is good: the checks in `photo` and `scan` treat all cameras alike.

mod address;
mod controls;
mod demo;
mod faulty;
mod folder;
mod found;
mod hold;
mod listed;
mod offered;
mod photographed;
mod pixels;
mod shown;
mod v4l;
mod wavering;

pub use demo::Demo;
pub use faulty::{FaultSwitch, Faulty};
pub use folder::Folder;
pub use found::found;
pub use hold::{Held, Hold};
pub use photographed::{Shot, photographed};
pub use shown::Shown;
pub use v4l::Video4Linux;
pub use wavering::{Waver, Wavering};

use address::Address;
use image::RgbImage;
use std::path::PathBuf;
use std::time::Duration;

/// One picture of a camera.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The pixels, upright, 8 bits a channel, as the sensor saw them (not mirrored).
    pub rgb: RgbImage,
    /// Counts the camera's pictures from 0; a gap means that pictures were skipped.
    pub seq: u64,
}

impl Frame {
    /// Pixels a row.
    pub fn width(&self) -> u32 {
        self.rgb.width()
    }

    /// Rows.
    pub fn height(&self) -> u32 {
        self.rgb.height()
    }
}

/// Something that gives pictures. Calls block, so they belong on a worker thread, never on the screen's.
pub trait Camera: Send {
    /// How people call this camera: its address or the maker's name.
    fn name(&self) -> String;

    /// The newest picture. Waits for one up to `timeout`; after an error the next call tries again, opening the device
    /// anew where that is needed.
    fn frame(&mut self, timeout: Duration) -> Result<Frame, CameraError>;

    /// The picture of the empty backdrop that belongs to this camera, `None` where it has none of its own (then the
    /// station takes one, with nobody in the picture).
    fn plate(&mut self) -> Result<Option<RgbImage>, CameraError>;

    /// Holds exposure and white balance as they are now, or lets go of them; says what is held then. A camera that
    /// cannot is fine.
    fn hold(&mut self, on: bool) -> Held {
        let _ = on;
        Held::default()
    }
}

/// Why there is no picture. Each sentence names the camera and says what to do.
#[derive(Debug, thiserror::Error)]
pub enum CameraError {
    /// The address cannot be read.
    #[error("camera address {uri:?}: {why}. Write v4l:///dev/video0, dir:FOLDER, demo: or shown:FILE")]
    BadAddress {
        /// As it was given.
        uri: String,
        /// What is wrong with it.
        why: String,
    },
    /// The device or folder is not there.
    #[error("camera {name}: {path} is not there. Check the cable or the path")]
    Missing {
        /// The camera.
        name: String,
        /// The device or folder.
        path: PathBuf,
    },
    /// The device is there but cannot be used.
    #[error(
        "camera {name} cannot be opened: {why}. Close other programs that use it, or check its permissions"
    )]
    Open {
        /// The camera.
        name: String,
        /// What the system says.
        why: String,
    },
    /// A folder without a single picture.
    #[error(
        "camera folder {} holds no pictures. Put .jpg, .png or .webp files there", path.display()
    )]
    Empty {
        /// The folder.
        path: PathBuf,
    },
    /// A folder in which no picture can be read.
    #[error(
        "camera folder {}: none of its {count} pictures can be read; the first is {first}: {why}", path.display()
    )]
    AllBroken {
        /// The folder.
        path: PathBuf,
        /// How many were tried.
        count: usize,
        /// The first one's file name.
        first: String,
        /// What is wrong with it.
        why: String,
    },
    /// The device went away while in use.
    #[error("camera {name} was unplugged. Plug it in again; the station goes on by itself")]
    Unplugged {
        /// The camera.
        name: String,
    },
    /// The device is there and sends nothing.
    #[error(
        "camera {name} has sent no picture for {} ms. If this stays, unplug it and plug it in again", waited.as_millis()
    )]
    NoFrame {
        /// The camera.
        name: String,
        /// How long this call waited.
        waited: Duration,
    },
    /// A picture that cannot be decoded.
    #[error("camera {name} sent a picture that cannot be read: {why}")]
    Broken {
        /// The camera.
        name: String,
        /// What the decoder says.
        why: String,
    },
}

impl CameraError {
    /// A stable code for the table of messages and for logs.
    pub fn code(&self) -> &'static str {
        match self {
            CameraError::BadAddress { .. } => "camera-address",
            CameraError::Missing { .. } => "camera-missing",
            CameraError::Open { .. } => "camera-busy",
            CameraError::Empty { .. } => "camera-folder-empty",
            CameraError::AllBroken { .. } => "camera-folder-broken",
            CameraError::Unplugged { .. } => "camera-unplugged",
            CameraError::NoFrame { .. } => "camera-silent",
            CameraError::Broken { .. } => "camera-picture-broken",
        }
    }
}

/// Opens the camera at an address (the table above). A device that is not there is an error now, not at the first frame;
/// a `shown:` file may come later.
pub fn open(uri: &str) -> Result<Box<dyn Camera>, CameraError> {
    let address = Address::parse(uri)?;
    Ok(match address.scheme.as_str() {
        "v4l" => Box::new(Video4Linux::open(&address)?),
        "dir" => Box::new(Folder::open(&address.path()?, address.fps(10.0)?)?),
        "demo" => Box::new(Demo::new(address.fps(15.0)?)?),
        "shown" => Box::new(Shown::new(address.path()?, address.fps(10.0)?)),
        other => return Err(address.bad(&format!("{other:?} is no kind of camera"))),
    })
}

/// What the camera at an address could hold, or why it cannot be opened for pictures, as while it is in use.
pub fn could_hold(uri: &str) -> Result<Held, String> {
    let address = Address::parse(uri).map_err(|error| error.to_string())?;
    if address.scheme == "v4l" { v4l::could_hold(&address) } else { Ok(Held::default()) }
}

#[cfg(test)]
mod tests;
