//! Photo: the verdict on a finished picture, with all its reasons and the figures behind them.

use image::RgbImage;
use serde::Serialize;

use super::cut::cut;
use super::face::somebody_far;
use super::guide::{Advice, Look, faults, look};
use super::quality::Measures;
use super::{Crop, Models, PhotoError};

/// Why a picture is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Reason {
    Advice(Advice),
    /// Only where an empty backdrop was given: what stands in the way of cutting the person out,
    /// as [`PhotoError::code`] names it.
    Cut(&'static str),
}

impl Reason {
    /// Kebab-case name.
    pub fn code(self) -> &'static str {
        match self {
            Reason::Advice(advice) => advice.code(),
            Reason::Cut(code) => code,
        }
    }
}

/// The verdict on a picture.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    pub verdict_ok: bool,
    /// Worst first; empty when the verdict is good.
    pub reasons: Vec<Reason>,
    pub measures: Measures,
}

/// Judges a picture for the card. With the empty backdrop the cut is tried too.
///
/// # Errors
/// [`PhotoError::PlateSize`], a frame too small to look at, an unusable network. A bad photo is
/// not an error but a report.
pub fn check(models: &Models, frame: &RgbImage, plate: Option<&RgbImage>) -> Result<Report, PhotoError> {
    let Look { faces, measures } = look(models, frame)?;
    let mut reasons: Vec<Reason> = faults(frame, &faces, &measures).into_iter().map(Reason::Advice).collect();
    if reasons == [Reason::Advice(Advice::NoFace)] && somebody_far(models, frame)? {
        reasons = vec![Reason::Advice(Advice::ComeCloser)];
    }
    if reasons.is_empty() && plate.is_some() {
        match cut(models, frame, plate, Crop::Card) {
            Ok(_) => {}
            Err(e @ (PhotoError::LikeBackdrop(_) | PhotoError::FaceCutOff | PhotoError::FaceTooSmall)) => {
                reasons.push(Reason::Cut(e.code()));
            }
            Err(e) => return Err(e),
        }
    }
    Ok(Report { verdict_ok: reasons.is_empty(), reasons, measures })
}
