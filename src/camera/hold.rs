//! Holding a camera's exposure and white balance as they are: a clean plate and a portrait of the same visit then have
//! the same light, and nobody's white shirt makes the backdrop darker.
//!
//! A driver may say that it holds and jump to a value of long ago. So the picture itself is asked: where it is not as
//! bright afterwards as before, the camera is let go of, and is not held for the rest of this sitting.

use image::RgbImage;

use super::Camera;

/// What a camera holds at this moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    pub exposure: bool,
    pub white: bool,
}

impl Held {
    pub fn any(self) -> bool {
        self.exposure || self.white
    }
}

/// Pictures before it is held: one to two seconds, in which a camera finds its exposure.
const SETTLING: u32 = 20;
/// Pictures after which a jump would show.
const PROOF: u32 = 6;
/// More than this is a jump.
const JUMP: f32 = 0.12;

/// Holds the camera of one sitting, once it has settled.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hold {
    seen: u32,
    before: f32,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Settling,
    Proving,
    Held,
    /// It cannot, or not honestly.
    Free,
}

impl Hold {
    /// Sees each picture of the sitting in turn.
    pub fn see(&mut self, camera: &mut dyn Camera, picture: &RgbImage) {
        self.seen += 1;
        match self.stage {
            Stage::Settling if self.seen >= SETTLING => {
                self.before = brightness(picture);
                let held = camera.hold(true);
                self.stage = if held.any() { Stage::Proving } else { Stage::Free };
                self.seen = 0;
                tracing::debug!(?held, "the camera is held");
            }
            Stage::Proving if self.seen >= PROOF => {
                let jump = (brightness(picture) - self.before).abs() / self.before.max(1.0);
                self.stage = Stage::Held;
                if jump > JUMP {
                    tracing::warn!(camera = camera.name(), jump, "held, its picture jumps: it is let go of");
                    camera.hold(false);
                    self.stage = Stage::Free;
                }
            }
            _ => {}
        }
    }

    pub fn is_held(&self) -> bool {
        self.stage == Stage::Held
    }

    /// The visit is over: the camera finds its light by itself again.
    pub fn let_go(self, camera: &mut dyn Camera) {
        if matches!(self.stage, Stage::Held | Stage::Proving) {
            camera.hold(false);
        }
    }
}

/// Mean of every sixteenth pixel's green.
fn brightness(picture: &RgbImage) -> f32 {
    let all = picture.as_raw().iter().skip(1).step_by(48);
    let (sum, count) = all.fold((0u64, 0u64), |(sum, count), green| (sum + u64::from(*green), count + 1));
    sum as f32 / count.max(1) as f32
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::camera::{Waver, Wavering, open};

    fn pictures(camera: &mut dyn Camera, hold: &mut Hold, count: u32) -> (f32, f32) {
        let mut seen = Vec::new();
        for _ in 0..count {
            let picture = camera.frame(Duration::from_secs(5)).unwrap().rgb;
            seen.push(brightness(&picture));
            hold.see(camera, &picture);
        }
        (seen.iter().copied().fold(f32::MAX, f32::min), seen.iter().copied().fold(0.0, f32::max))
    }

    #[test]
    fn a_camera_that_wavers_stands_still_once_it_is_held_and_goes_on_afterwards() {
        let mut camera = Wavering::new(open("demo:?fps=120").unwrap(), Waver::Holds);
        let mut hold = Hold::default();
        let (least, most) = pictures(&mut camera, &mut hold, SETTLING + PROOF);
        assert!(most / least > 1.05, "it wavers: {least} to {most}");
        assert!(hold.is_held());
        let (least, most) = pictures(&mut camera, &mut hold, 20);
        assert!(most / least < 1.01, "{least} to {most}");
        hold.let_go(&mut camera);
        let (least, most) = pictures(&mut camera, &mut Hold::default(), SETTLING - 1);
        assert!(most / least > 1.05, "{least} to {most}");
    }

    #[test]
    fn one_that_jumps_is_let_go_of_and_one_that_cannot_is_left_alone() {
        let mut jumping = Wavering::new(open("demo:?fps=120").unwrap(), Waver::Jumps);
        let mut hold = Hold::default();
        pictures(&mut jumping, &mut hold, SETTLING + PROOF);
        assert!(!hold.is_held() && !jumping.is_held());
        let mut plain = open("demo:?fps=120").unwrap();
        let mut hold = Hold::default();
        pictures(plain.as_mut(), &mut hold, SETTLING + PROOF);
        assert!(!hold.is_held());
        assert_eq!(plain.hold(true), Held::default());
    }
}
