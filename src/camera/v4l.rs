//! `v4l:///dev/videoN`: a real camera through nokhwa.
//!
//! nokhwa's `frame()` has no timeout and blocks for ever when a camera stops sending, so it runs on a thread of its own.
//! That thread leaves the newest raw picture in a slot; [`Camera::frame`] waits at the slot with a timeout and unpacks on
//! the caller's thread, so pictures that nobody asks for cost no decoding. When nothing comes, the caller is the watchdog:
//! it gives the thread up (a stuck thread ends by itself as soon as the driver lets go) and opens the device anew.

use super::address::Address;
use super::pixels::{Packing, unpack};
use super::{Camera, CameraError, Frame, Held, controls, listed, offered};
use image::RgbImage;
use nokhwa::utils::{ApiBackend, CameraIndex, FrameFormat, RequestedFormat, RequestedFormatType};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long opening a camera may take before it counts as silent; slow webcams need about two seconds.
const OPENING: Duration = Duration::from_secs(6);
/// How long a camera may take to hold.
const HOLDING: Duration = Duration::from_secs(1);

/// A camera of the system.
pub struct Video4Linux {
    path: PathBuf,
    index: u32,
    size: (u32, u32),
    slot: Arc<Slot>,
    seq: u64,
}

/// Where the thread leaves its newest picture.
#[derive(Default)]
struct Slot {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    newest: Option<Raw>,
    opened: bool,
    /// Set by the thread as it ends, with the reason.
    ended: Option<End>,
    /// Set by the watchdog or on drop: the thread ends at its next picture.
    abandoned: bool,
    /// To hold, or to let go: for the thread to do at its next picture.
    wish: Option<bool>,
    /// What came of it.
    held: Option<Held>,
}

enum End {
    CannotOpen(String),
    Stopped(String),
}

struct Raw {
    packing: Packing,
    width: u32,
    height: u32,
    bytes: Vec<u8>,
    seq: u64,
}

impl Slot {
    /// The state, also after a panic elsewhere: a picture slot has no half-made states.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Video4Linux {
    /// Opens `/dev/videoN` and waits until it delivers or fails.
    pub(super) fn open(address: &Address) -> Result<Video4Linux, CameraError> {
        let (path, index, size) = wanted(address)?;
        let mut camera = Video4Linux { path, index, size, slot: Arc::default(), seq: 0 };
        if !camera.path.exists() {
            return Err(camera.missing());
        }
        camera.start()?;
        let state = camera.slot.lock();
        let (state, _) = camera
            .slot
            .changed
            .wait_timeout_while(state, OPENING, |s| !s.opened && s.ended.is_none())
            .unwrap_or_else(PoisonError::into_inner);
        match &state.ended {
            Some(end) => Err(camera.error(end)),
            None if !state.opened => Err(CameraError::NoFrame { name: camera.name(), waited: OPENING }),
            None => {
                drop(state);
                Ok(camera)
            }
        }
    }

    fn start(&mut self) -> Result<(), CameraError> {
        self.slot.lock().abandoned = true;
        self.slot = Arc::default();
        let slot = Arc::clone(&self.slot);
        let (index, size, first) = (self.index, self.size, self.seq);
        std::thread::Builder::new()
            .name(format!("camera-{index}"))
            .spawn(move || {
                let end = capture(index, size, first, &slot);
                slot.lock().ended = Some(end);
                slot.changed.notify_all();
            })
            .map(drop)
            .map_err(|e| CameraError::Open { name: self.name(), why: e.to_string() })
    }

    fn missing(&self) -> CameraError {
        CameraError::Missing { name: self.name(), path: self.path.clone() }
    }

    fn error(&self, end: &End) -> CameraError {
        let name = self.name();
        match end {
            _ if !self.path.exists() => CameraError::Unplugged { name },
            End::CannotOpen(why) => CameraError::Open { name, why: why.clone() },
            End::Stopped(why) if why.contains("No such device") => CameraError::Unplugged { name },
            End::Stopped(why) => CameraError::Broken { name, why: why.clone() },
        }
    }
}

impl Camera for Video4Linux {
    fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn frame(&mut self, timeout: Duration) -> Result<Frame, CameraError> {
        if self.slot.lock().ended.is_some() {
            if !self.path.exists() {
                // Not there yet: wait here, so that a caller in a loop does not spin.
                std::thread::sleep(timeout.min(Duration::from_millis(250)));
                return Err(CameraError::Unplugged { name: self.name() });
            }
            self.start()?;
        }
        let slot = Arc::clone(&self.slot);
        let (mut state, _) = slot
            .changed
            .wait_timeout_while(slot.lock(), timeout, |s| s.newest.is_none() && s.ended.is_none())
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(raw) = state.newest.take() {
            drop(state);
            self.seq = raw.seq + 1;
            return match unpack(raw.packing, raw.width, raw.height, &raw.bytes) {
                Ok(rgb) => Ok(Frame { rgb, seq: raw.seq }),
                Err(why) => Err(CameraError::Broken { name: self.name(), why }),
            };
        }
        if let Some(end) = &state.ended {
            return Err(self.error(end));
        }
        let was_open = state.opened;
        drop(state);
        // Still opening is no reason to open again; open and silent is.
        if was_open {
            self.start()?;
        }
        Err(CameraError::NoFrame { name: self.name(), waited: timeout })
    }

    fn plate(&mut self) -> Result<Option<RgbImage>, CameraError> {
        Ok(None)
    }

    fn hold(&mut self, on: bool) -> Held {
        let mut state = self.slot.lock();
        (state.wish, state.held) = (Some(on), None);
        let (mut state, _) = self
            .slot
            .changed
            .wait_timeout_while(state, HOLDING, |s| s.held.is_none() && s.ended.is_none())
            .unwrap_or_else(PoisonError::into_inner);
        state.wish = None;
        state.held.take().unwrap_or_default()
    }
}

/// What a camera that nobody uses could hold.
pub(super) fn could_hold(address: &Address) -> Result<Held, String> {
    let (_, index, size) = wanted(address).map_err(|error| error.to_string())?;
    open_best(index, size).map(|camera| controls::could(&camera))
}

/// The device of an address, its number, and about what size is wanted of it.
fn wanted(address: &Address) -> Result<(PathBuf, u32, (u32, u32)), CameraError> {
    let path = address.path()?;
    let index = path
        .to_str()
        .and_then(|p| p.strip_prefix("/dev/video"))
        .and_then(|n| n.parse().ok())
        .ok_or_else(|| address.bad("the device must be /dev/video and a number"))?;
    Ok((path, index, (address.pixels("width", 1280)?, address.pixels("height", 960)?)))
}

impl Drop for Video4Linux {
    fn drop(&mut self) {
        self.slot.lock().abandoned = true;
    }
}

/// The thread: opens the device and puts picture after picture into the slot until it fails or is given up.
fn capture(index: u32, size: (u32, u32), first: u64, slot: &Slot) -> End {
    let mut camera = match open_best(index, size) {
        Ok(camera) => camera,
        Err(why) => return End::CannotOpen(why),
    };
    if let Err(e) = camera.open_stream() {
        return End::CannotOpen(e.to_string());
    }
    let format = camera.camera_format();
    let Some(packing) = packing(format.format()) else {
        return End::CannotOpen(format!("it sends {format}, which is not known here"));
    };
    slot.lock().opened = true;
    slot.changed.notify_all();
    for seq in first.. {
        let bytes = match camera.frame_raw() {
            Ok(bytes) => bytes.into_owned(),
            Err(e) => return End::Stopped(e.to_string()),
        };
        if let Some(on) = slot.lock().wish.take() {
            let held = controls::hold(&mut camera, on);
            slot.lock().held = Some(held);
        }
        let mut state = slot.lock();
        if state.abandoned {
            break;
        }
        state.newest = Some(Raw { packing, width: format.width(), height: format.height(), bytes, seq });
        drop(state);
        slot.changed.notify_all();
    }
    End::Stopped("closed".to_owned())
}

/// The best of what the camera offers for about this size.
fn open_best(index: u32, size: (u32, u32)) -> Result<nokhwa::Camera, String> {
    let device = ::v4l::Device::new(index as usize).map_err(|error| error.to_string())?;
    listed::few_enough(&device)?;
    let format = offered::put(&device, size)?;
    drop(device);
    let packings = [format.format()];
    let request = RequestedFormat::with_formats(RequestedFormatType::Exact(format), &packings);
    nokhwa::Camera::with_backend(CameraIndex::Index(index), request, ApiBackend::Video4Linux)
        .map_err(|error| format!("{format}: {error}"))
}

fn packing(format: FrameFormat) -> Option<Packing> {
    match format {
        FrameFormat::YUYV => Some(Packing::Yuyv),
        FrameFormat::MJPEG => Some(Packing::Mjpeg),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_that_is_not_there_is_named() {
        let address = Address::parse("v4l:///dev/video97").unwrap();
        let Err(error) = Video4Linux::open(&address) else {
            panic!("there is no /dev/video97");
        };
        assert_eq!(error.code(), "camera-missing");
        assert!(error.to_string().contains("/dev/video97"));
    }

    #[test]
    fn what_cannot_be_opened_for_pictures_says_why() {
        assert!(open_best(97, (1280, 960)).err().unwrap().contains("No such file"));
    }
}
