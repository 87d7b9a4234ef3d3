//! Photo: the one thing to say to the person before the camera, the worst first.

use image::RgbImage;
use serde::Serialize;

use super::crop::cut_off;
use super::face::{Face, faces};
use super::limits::LIMITS;
use super::mesh::{Mesh, mesh};
use super::quality::{Measures, measure};
use super::{Kept, Models, PhotoError};

/// One advice at a time, here from the worst to none. Left and right are the person's place in the
/// picture as the camera sees it: `MoveLeft` asks that the face come further left in the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Advice {
    NoFace,
    SeveralPeople,
    FaceCutOff,
    TooDark,
    TooBright,
    ComeCloser,
    StepBack,
    MoveLeft,
    MoveRight,
    MoveUp,
    MoveDown,
    /// Somebody or something else stands before the cloth.
    BackdropNotFree,
    HeadTilted,
    LookStraight,
    /// The chin should come up.
    ChinUp,
    ChinDown,
    UnevenLight,
    EyesClosed,
    MouthOpen,
    Blurred,
    Ready,
}

impl Advice {
    /// Kebab-case name.
    pub fn code(self) -> &'static str {
        match self {
            Advice::NoFace => "no-face",
            Advice::SeveralPeople => "several-people",
            Advice::FaceCutOff => "face-cut-off",
            Advice::TooDark => "too-dark",
            Advice::TooBright => "too-bright",
            Advice::ComeCloser => "come-closer",
            Advice::StepBack => "step-back",
            Advice::MoveLeft => "move-left",
            Advice::MoveRight => "move-right",
            Advice::MoveUp => "move-up",
            Advice::MoveDown => "move-down",
            Advice::BackdropNotFree => "backdrop-not-free",
            Advice::HeadTilted => "head-tilted",
            Advice::LookStraight => "look-straight",
            Advice::ChinUp => "chin-up",
            Advice::ChinDown => "chin-down",
            Advice::UnevenLight => "uneven-light",
            Advice::EyesClosed => "eyes-closed",
            Advice::MouthOpen => "mouth-open",
            Advice::Blurred => "blurred",
            Advice::Ready => "ready",
        }
    }
}

/// For the live picture: what to say now. Some 10 ms of one core.
///
/// # Errors
/// A frame under 64 pixels a side, or an unusable network.
pub fn guide(models: &Models, frame: &RgbImage) -> Result<Advice, PhotoError> {
    Ok(look(models, frame)?.advice(frame))
}

/// The same with the empty backdrop at hand: asks too that nothing else stand before the cloth.
/// Some 20 ms more.
///
/// # Errors
/// As [`guide`]; a plate of another size is passed over.
pub fn guide_with_plate(models: &Models, frame: &RgbImage, kept: &Kept) -> Result<Advice, PhotoError> {
    let advice = look(models, frame)?.advice(frame);
    if advice > Advice::BackdropNotFree && !kept.free(models, frame)? {
        return Ok(Advice::BackdropNotFree);
    }
    Ok(advice)
}

/// The advice of [`guide`] with the measures behind it, for a technician's page.
///
/// # Errors
/// As [`guide`].
pub fn study(models: &Models, frame: &RgbImage) -> Result<(Advice, Measures), PhotoError> {
    let seen = look(models, frame)?;
    Ok((seen.advice(frame), seen.measures))
}

/// The faces of a frame, with the mesh's chin, and the measures of the best one.
pub struct Look {
    pub faces: Vec<Face>,
    pub measures: Measures,
}

pub fn look(models: &Models, frame: &RgbImage) -> Result<Look, PhotoError> {
    let mut found = faces(models, frame)?;
    let mesh = match &mut found[..] {
        [one] => {
            let mesh = mesh(models, frame, one)?;
            one.chin = mesh.as_ref().map(Mesh::chin);
            mesh
        }
        _ => None,
    };
    let measures = measure(frame, &found, mesh.as_ref());
    Ok(Look { faces: found, measures })
}

impl Look {
    fn advice(&self, frame: &RgbImage) -> Advice {
        let faults = faults(frame, &self.faces, &self.measures);
        faults.into_iter().chain(place(&self.measures)).min().unwrap_or(Advice::Ready)
    }
}

/// Everything that spoils a picture for good, worst first. Place and distance are not among them
/// as long as the crop can mend them.
pub fn faults(frame: &RgbImage, found: &[Face], m: &Measures) -> Vec<Advice> {
    let Some(face) = found.first() else { return vec![Advice::NoFace] };
    if found.len() > 1 {
        return vec![Advice::SeveralPeople];
    }
    let aside = if m.mesh { m.yaw.abs() > LIMITS.yaw } else { m.turn.abs() > LIMITS.turn };
    let closed = m.lid_gap < LIMITS.lid_gap && m.eye_opening < LIMITS.eye_opening;
    let table = [
        (Advice::FaceCutOff, cut_off(face, frame.width() as f32, frame.height() as f32)),
        (Advice::TooDark, m.luminance < LIMITS.luminance.0 || m.underexposed > LIMITS.underexposed),
        (Advice::TooBright, m.luminance > LIMITS.luminance.1 || m.overexposed > LIMITS.overexposed),
        (Advice::ComeCloser, m.eye_distance < LIMITS.eye_distance),
        (Advice::HeadTilted, m.roll.abs() > LIMITS.roll),
        (Advice::LookStraight, aside),
        (Advice::ChinUp, m.mesh && m.pitch < LIMITS.pitch.0),
        (Advice::ChinDown, m.mesh && m.pitch > LIMITS.pitch.1),
        (Advice::UnevenLight, m.mesh && m.balance < LIMITS.balance),
        (Advice::EyesClosed, m.mesh && closed),
        (Advice::MouthOpen, m.mesh && m.mouth_gap > LIMITS.mouth_gap),
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
