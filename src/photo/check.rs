//! Photo: the verdict on a finished picture, with all its reasons and the figures behind them; and
//! the photo itself where there are none.

use image::RgbImage;
use serde::{Serialize, Serializer};

use super::cut::{cut_out, same_size};
use super::face::somebody_far;
use super::guide::{Advice, Look, faults, look};
use super::quality::Measures;
use super::{Cloth, Crop, Cutout, Models, PhotoError};

/// Why a picture is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    Advice(Advice),
    /// The person cannot be told from the backdrop; with the side of the two-coloured cloth that
    /// would do better, where one can be named.
    LikeBackdrop(Option<Cloth>),
}

impl Reason {
    /// Kebab-case name.
    pub fn code(self) -> &'static str {
        match self {
            Reason::Advice(advice) => advice.code(),
            Reason::LikeBackdrop(_) => "like-backdrop",
        }
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
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

/// What became of a shot.
pub enum Taken {
    Photo(Box<Cutout>),
    /// Worst first, at least one.
    Refused(Vec<Reason>),
}

/// Judges a picture for the card. With the empty backdrop the cut is tried too.
///
/// # Errors
/// [`PhotoError::PlateSize`], a frame too small to look at, an unusable network. A bad photo is
/// not an error but a report.
pub fn check(models: &Models, frame: &RgbImage, plate: Option<&RgbImage>) -> Result<Report, PhotoError> {
    same_size(frame, plate)?;
    let seen = look(models, frame)?;
    let mut reasons = spoilt(models, frame, &seen)?;
    if reasons.is_empty()
        && plate.is_some()
        && let Taken::Refused(why) = cut_seen(models, frame, plate, &seen)?
    {
        reasons = why;
    }
    Ok(Report { verdict_ok: reasons.is_empty(), reasons, measures: seen.measures })
}

/// The checks of [`check`] and the cut for the card in one go: nothing is looked at twice while
/// somebody waits.
///
/// # Errors
/// As [`check`].
pub fn take(models: &Models, frame: &RgbImage, plate: Option<&RgbImage>) -> Result<Taken, PhotoError> {
    same_size(frame, plate)?;
    let seen = look(models, frame)?;
    let reasons = spoilt(models, frame, &seen)?;
    if reasons.is_empty() { cut_seen(models, frame, plate, &seen) } else { Ok(Taken::Refused(reasons)) }
}

fn spoilt(models: &Models, frame: &RgbImage, seen: &Look) -> Result<Vec<Reason>, PhotoError> {
    let found = faults(frame, &seen.faces, &seen.measures);
    if found == [Advice::NoFace] && somebody_far(models, frame)? {
        return Ok(vec![Reason::Advice(Advice::ComeCloser)]);
    }
    Ok(found.into_iter().map(Reason::Advice).collect())
}

fn cut_seen(
    models: &Models,
    frame: &RgbImage,
    plate: Option<&RgbImage>,
    seen: &Look,
) -> Result<Taken, PhotoError> {
    let why = match cut_out(models, frame, plate, Crop::Card, seen.faces.first()) {
        Ok(cutout) => return Ok(Taken::Photo(Box::new(cutout))),
        Err(PhotoError::LikeBackdrop(side)) => Reason::LikeBackdrop(side),
        Err(PhotoError::FaceCutOff) => Reason::Advice(Advice::FaceCutOff),
        Err(PhotoError::FaceTooSmall) => Reason::Advice(Advice::ComeCloser),
        Err(error) => return Err(error),
    };
    Ok(Taken::Refused(vec![why]))
}
