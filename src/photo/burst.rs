//! Photo: the best of a short burst.

use image::RgbImage;

use super::guide::{Advice, faults, look};
use super::quality::Measures;
use super::{Models, PhotoError};

/// An eye this much less open than in the burst's most open frame is blinking. Behind spectacles
/// the lids can only be judged so, against the same person's other frames.
const BLINK: f32 = 0.82;

/// Index of the frame to keep; 0 for an empty burst. Some 20 ms of one core a frame.
///
/// First counts what would be refused, then the blink, then how sharp it is. A frame that cannot
/// be looked at comes last.
pub fn best_of(models: &Models, frames: &[RgbImage]) -> usize {
    let seen: Vec<Option<Seen>> = frames.iter().map(|frame| Seen::of(models, frame).ok()).collect();
    best(&seen)
}

struct Seen {
    worst: Advice,
    measures: Measures,
}

impl Seen {
    fn of(models: &Models, frame: &RgbImage) -> Result<Seen, PhotoError> {
        let look = look(models, frame)?;
        let worst = faults(frame, &look.faces, &look.measures).first().copied().unwrap_or(Advice::Ready);
        Ok(Seen { worst, measures: look.measures })
    }
}

fn best(seen: &[Option<Seen>]) -> usize {
    let widest = |get: &dyn Fn(&Measures) -> f32| {
        seen.iter().flatten().map(|s| get(&s.measures)).fold(0.0_f32, f32::max)
    };
    let (gap, opening) = (widest(&|m| m.lid_gap), widest(&|m| m.eye_opening));
    // Looks away, mouth and blur are small things beside closed eyes.
    let grave = |a: Advice| a < Advice::HeadTilted;
    let rank = |s: &Option<Seen>| {
        s.as_ref().map_or((false, false, false, false, -1.0), |s| {
            let m = &s.measures;
            let awake = s.worst != Advice::EyesClosed
                && m.lid_gap >= BLINK * gap
                && (m.eye_opening >= 0.6 * opening || m.lid_gap >= 0.93 * gap);
            (
                !matches!(s.worst, Advice::NoFace | Advice::SeveralPeople),
                !grave(s.worst),
                awake,
                s.worst == Advice::Ready,
                m.sharpness,
            )
        })
    };
    let ranks: Vec<_> = seen.iter().map(rank).collect();
    let better = |a: &(bool, bool, bool, bool, f32), b: &(bool, bool, bool, bool, f32)| {
        (a.0, a.1, a.2, a.3).cmp(&(b.0, b.1, b.2, b.3)).then(a.4.total_cmp(&b.4)).is_gt()
    };
    let mut best = 0;
    for i in 1..ranks.len() {
        if better(&ranks[i], &ranks[best]) {
            best = i;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(worst: Advice, lid_gap: f32, sharpness: f32) -> Seen {
        let measures =
            Measures { faces: 1, mesh: true, lid_gap, eye_opening: 0.06, sharpness, ..Measures::default() };
        Seen { worst, measures }
    }

    #[test]
    fn never_the_blink_and_of_the_others_the_sharpest() {
        let burst = [
            Some(seen(Advice::Ready, 0.07, 0.10)),
            Some(seen(Advice::Ready, 0.05, 0.90)),
            Some(seen(Advice::EyesClosed, 0.03, 0.95)),
            Some(seen(Advice::Ready, 0.068, 0.20)),
            None,
        ];
        assert_eq!(best(&burst), 3);
    }

    #[test]
    fn a_blink_is_worse_than_a_smile_and_nobody_worse_than_either() {
        let burst = [
            Some(seen(Advice::NoFace, 0.0, 0.9)),
            Some(seen(Advice::EyesClosed, 0.03, 0.9)),
            Some(seen(Advice::MouthOpen, 0.07, 0.1)),
        ];
        assert_eq!(best(&burst), 2);
        assert_eq!(best(&[]), 0);
        assert_eq!(best(&[None, None]), 0);
    }
}
