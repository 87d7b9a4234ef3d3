//! Photo: the one thing to say to the person before the camera, the worst first.

use image::RgbImage;
use serde::Serialize;

use super::crop::cut_off;
use super::face::{Face, faces};
use super::quality::{LIMITS, Measures, measure};
use super::{Models, PhotoError};

/// One advice at a time. Left and right are the person's place in the picture as the camera sees
/// it: `MoveLeft` asks that the face come further left in the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Advice {
    NoFace,
    SeveralPeople,
    ComeCloser,
    StepBack,
    MoveLeft,
    MoveRight,
    MoveUp,
    MoveDown,
    TooDark,
    TooBright,
    Blurred,
    HeadTilted,
    FaceCutOff,
    Ready,
}

impl Advice {
    /// Kebab-case name.
    pub fn code(self) -> &'static str {
        match self {
            Advice::NoFace => "no-face",
            Advice::SeveralPeople => "several-people",
            Advice::ComeCloser => "come-closer",
            Advice::StepBack => "step-back",
            Advice::MoveLeft => "move-left",
            Advice::MoveRight => "move-right",
            Advice::MoveUp => "move-up",
            Advice::MoveDown => "move-down",
            Advice::TooDark => "too-dark",
            Advice::TooBright => "too-bright",
            Advice::Blurred => "blurred",
            Advice::HeadTilted => "head-tilted",
            Advice::FaceCutOff => "face-cut-off",
            Advice::Ready => "ready",
        }
    }
}

/// For the live picture: what to say now. Some 15 ms of one core.
///
/// # Errors
/// A frame under 64 pixels a side, or an unusable network.
pub fn guide(models: &Models, frame: &RgbImage) -> Result<Advice, PhotoError> {
    let found = faces(models, frame)?;
    let measures = measure(frame, &found);
    Ok(faults(frame, &found, &measures)
        .first()
        .copied()
        .or_else(|| place(&measures))
        .unwrap_or(Advice::Ready))
}

/// Everything that spoils a picture for good, worst first. Place and distance are not among them
/// as long as the crop can mend them.
pub fn faults(frame: &RgbImage, found: &[Face], m: &Measures) -> Vec<Advice> {
    let Some(face) = found.first() else { return vec![Advice::NoFace] };
    if found.len() > 1 {
        return vec![Advice::SeveralPeople];
    }
    let table = [
        (Advice::FaceCutOff, cut_off(face, frame.width() as f32, frame.height() as f32)),
        (Advice::TooDark, m.luminance < LIMITS.luminance.0 || m.underexposed > LIMITS.underexposed),
        (Advice::TooBright, m.luminance > LIMITS.luminance.1 || m.overexposed > LIMITS.overexposed),
        (Advice::ComeCloser, m.eye_distance < LIMITS.eye_distance),
        (Advice::HeadTilted, m.roll.abs() > LIMITS.roll || m.turn.abs() > LIMITS.turn),
        (Advice::Blurred, m.sharpness < LIMITS.sharpness),
    ];
    table.into_iter().filter(|(_, fault)| *fault).map(|(advice, _)| advice).collect()
}

/// Where to stand, for the live picture.
fn place(m: &Measures) -> Option<Advice> {
    let table = [
        (Advice::ComeCloser, m.t_share < LIMITS.t_share.0),
        (Advice::StepBack, m.t_share > LIMITS.t_share.1),
        (Advice::MoveRight, m.eyes_x < LIMITS.eyes_x.0),
        (Advice::MoveLeft, m.eyes_x > LIMITS.eyes_x.1),
        (Advice::MoveDown, m.eyes_y < LIMITS.eyes_y.0),
        (Advice::MoveUp, m.eyes_y > LIMITS.eyes_y.1),
    ];
    table.into_iter().find(|(_, wrong)| *wrong).map(|(advice, _)| advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_advice_for_each_wrong_place() {
        let good = Measures { faces: 1, t_share: 0.22, eyes_x: 0.5, eyes_y: 0.42, ..Measures::default() };
        assert_eq!(place(&good), None);
        for (m, want) in [
            (Measures { t_share: 0.08, ..good.clone() }, Advice::ComeCloser),
            (Measures { t_share: 0.5, ..good.clone() }, Advice::StepBack),
            (Measures { eyes_x: 0.2, ..good.clone() }, Advice::MoveRight),
            (Measures { eyes_x: 0.8, ..good.clone() }, Advice::MoveLeft),
            (Measures { eyes_y: 0.1, ..good.clone() }, Advice::MoveDown),
            (Measures { eyes_y: 0.8, ..good.clone() }, Advice::MoveUp),
        ] {
            assert_eq!(place(&m), Some(want));
        }
    }
}
