//! Photo (floor 1): pixels in, pixels out. Finds the face, advises before the shutter, judges a
//! picture, and cuts the person out of the backdrop. No camera, no files, no clock, no threads.

// x, y, w, h, t and the like are the names that pixels and faces have in every formula.
#![allow(clippy::many_single_char_names)]

mod backdrop;
#[cfg(test)]
mod bad_input;
mod body;
mod burst;
mod check;
mod cloth;
mod crop;
mod cut;
mod decode;
mod edge;
mod extend;
mod eyes;
mod face;
mod fit;
mod gauge;
mod guide;
mod kept;
mod light;
mod limits;
mod linear;
mod live;
mod matte;
mod mesh;
mod nets;
mod plane;
pub mod plate;
mod pose;
mod quality;
mod refine;
mod regions;
mod segment;
mod smooth;
mod steady;
#[cfg(test)]
mod studio_tests;
#[cfg(test)]
mod tests;
mod texture;
mod tone;
mod whole;

pub use burst::best_of;
pub use check::{Reason, Report, Taken, check, take};
pub use cloth::Cloth;
pub use crop::{CARD_HEIGHT, CARD_WIDTH, Crop};
pub use cut::{Cutout, cut};
pub use decode::{MAX_BYTES, MAX_PIXELS, decode, decode_code, decode_within};
pub use face::{Bounds, Face, faces};
pub use gauge::{Gauge, Quantity, gauges};
pub use guide::{Advice, guide, guide_with_plate, study};
pub use kept::{Kept, Staleness};
pub use limits::{LIMITS, Limits};
pub use live::live_matte;
pub use nets::Models;
pub use quality::Measures;
pub use steady::Steady;

/// What can go wrong between a picture's bytes and a cut portrait. The second half are refusals:
/// the picture was read, but no good photo can come of it.
#[derive(Debug, thiserror::Error)]
pub enum PhotoError {
    #[error("the file holds no picture in JPEG or PNG")]
    NotAPicture,
    #[error("the picture is cut off or damaged: {0}")]
    Damaged(String),
    #[error("the picture file has {0} bytes, more than the {max} allowed", max = MAX_BYTES)]
    TooManyBytes(usize),
    #[error("the picture has {0}x{1} pixels, more than 40 megapixels or a side of 20000")]
    TooManyPixels(u32, u32),
    #[error("the picture has {0}x{1} pixels, too small for a photo (at least 64x64)")]
    TooSmall(u32, u32),
    #[error("the empty backdrop has {plate:?} pixels, the photo {frame:?}: take it anew with this camera")]
    PlateSize { frame: (u32, u32), plate: (u32, u32) },
    #[error("the network {name} cannot be used: {why}")]
    Network { name: &'static str, why: String },
    #[error("no face was found")]
    NoFace,
    #[error("{0} faces were found, one is needed")]
    SeveralFaces(usize),
    #[error("the face or head is cut off by the picture's edge")]
    FaceCutOff,
    #[error("the face is too small in the picture for a card photo")]
    FaceTooSmall,
    /// With the side of the two-coloured cloth that would do better, where one can be named.
    #[error("the person cannot be told from the backdrop{}", .0.map(|side| format!(": turn the cloth to its {side} side")).unwrap_or_default())]
    LikeBackdrop(Option<Cloth>),
}

impl PhotoError {
    /// Kebab-case name of the refusal, as `anjungan photo` prints it.
    pub fn code(&self) -> &'static str {
        match self {
            PhotoError::NotAPicture => "not-a-picture",
            PhotoError::Damaged(_) => "damaged-picture",
            PhotoError::TooManyBytes(_) | PhotoError::TooManyPixels(..) => "picture-too-large",
            PhotoError::TooSmall(..) => "picture-too-small",
            PhotoError::PlateSize { .. } => "plate-of-another-size",
            PhotoError::Network { .. } => "network-unusable",
            PhotoError::NoFace => "no-face",
            PhotoError::SeveralFaces(_) => "several-people",
            PhotoError::FaceCutOff => "face-cut-off",
            PhotoError::FaceTooSmall => "come-closer",
            PhotoError::LikeBackdrop(_) => "like-backdrop",
        }
    }
}
