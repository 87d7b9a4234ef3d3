//! Exposure and white balance by V4L2's controls. Which of them a camera has, and what they do to it, differs; what is
//! not there is simply not held.

use nokhwa::Camera;
use nokhwa::utils::{ControlValueDescription, ControlValueSetter, KnownCameraControl};

use super::Held;

/// linux/v4l2-controls.h
const AUTO_WHITE_BALANCE: u128 = 0x0098_090c;
const EXPOSURE_AUTO: u128 = 0x009a_0901;
const EXPOSURE_ABSOLUTE: u128 = 0x009a_0902;
const LOCK_3A: u128 = 0x009a_091b;

/// Values of `EXPOSURE_AUTO`: by hand, and the aperture's priority, which is what webcams call automatic.
const MANUAL: i64 = 1;
const APERTURE_PRIORITY: i64 = 3;
const AUTO: i64 = 0;

/// Bits of `LOCK_3A`.
const LOCK_EXPOSURE: i64 = 1;
const LOCK_WHITE: i64 = 2;

/// Holds both, or lets go of them; says what is held then.
pub fn hold(camera: &mut Camera, on: bool) -> Held {
    // Sensors on a ribbon lock their own algorithms, which moves nothing in the picture.
    let both = if on { LOCK_EXPOSURE | LOCK_WHITE } else { 0 };
    if set(camera, LOCK_3A, ControlValueSetter::Integer(both)) {
        return Held { exposure: on, white: on };
    }
    let white = set(camera, AUTO_WHITE_BALANCE, ControlValueSetter::Boolean(!on));
    let exposure = if on {
        let now = read(camera, EXPOSURE_ABSOLUTE);
        let manual = set(camera, EXPOSURE_AUTO, ControlValueSetter::Integer(MANUAL));
        // What it had found by itself; some drivers go back to a value of their own otherwise.
        if let (true, Some(now)) = (manual, now) {
            set(camera, EXPOSURE_ABSOLUTE, ControlValueSetter::Integer(now));
        }
        manual
    } else {
        [APERTURE_PRIORITY, AUTO]
            .into_iter()
            .any(|auto| set(camera, EXPOSURE_AUTO, ControlValueSetter::Integer(auto)))
    };
    Held { exposure: exposure && on, white: white && on }
}

/// What a camera could hold, without touching it.
pub fn could(camera: &Camera) -> Held {
    let has = |id| camera.camera_control(KnownCameraControl::Other(id)).is_ok();
    let lock = has(LOCK_3A);
    Held { exposure: lock || has(EXPOSURE_AUTO), white: lock || has(AUTO_WHITE_BALANCE) }
}

fn set(camera: &mut Camera, id: u128, value: ControlValueSetter) -> bool {
    let control = KnownCameraControl::Other(id);
    // A control that is not there is asked for in vain; setting it would be an error of the device's.
    camera.camera_control(control).is_ok()
        && camera
            .set_camera_control(control, value)
            .inspect_err(|error| tracing::debug!(%error, "a control of the camera"))
            .is_ok()
}

fn read(camera: &Camera, id: u128) -> Option<i64> {
    match camera.camera_control(KnownCameraControl::Other(id)).ok()?.description() {
        ControlValueDescription::IntegerRange { value, .. } => Some(*value),
        _ => None,
    }
}
