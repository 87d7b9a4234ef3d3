//! The card: an employee's data, a photo and two code texts become the two faces of a CR80 card.
//!
//! Floor 1: values in, values out. A face is an SVG template ([`Templates`]) whose marked boxes are
//! filled with measured text, the photo and a QR code ([`svg`]); from that one text come the pixels
//! ([`render`], [`png`]) and the PDF at true size ([`pdf`]). One unit of a template is one dot at
//! 300 dpi, so what sits on whole units is printed on whole dots.

mod code;
mod compose;
mod error;
mod fit;
mod fonts;
mod output;
mod photo;
mod slot;
mod template;
#[cfg(test)]
mod tests;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::person::{Kind, Nip};

pub use code::outline as code_outline;
pub use compose::{escape, svg};
pub use error::{CardError, TemplateProblem};
pub use fit::letter_widths;
pub use fonts::fonts;
pub use output::{drawing, drawings_pdf, pages_pdf, pdf, pdf_moved, png, render, round_corners};
pub use template::Templates;

/// Long side of a CR80 card in millimetres (ISO/IEC 7810, ID-1).
pub const LONG_MM: f32 = 85.60;
/// Short side of a CR80 card in millimetres.
pub const SHORT_MM: f32 = 53.98;
/// Radius of the corners in millimetres.
pub const CORNER_MM: f32 = 3.18;
/// What has to be read keeps this distance from the edge, for printers that shift the picture.
pub const SAFE_MM: f32 = 3.0;
/// Dots an inch of the pictures.
pub const DPI: f32 = 300.0;
/// Long side in dots at 300 dpi.
pub const LONG_PX: u32 = 1011;
/// Short side in dots at 300 dpi.
pub const SHORT_PX: u32 = 638;

/// Upright (`Tegak`, for the phone) or lying (`Mendatar`, for print).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Orientation {
    Landscape,
    Portrait,
}

impl Orientation {
    pub const ALL: [Orientation; 2] = [Orientation::Landscape, Orientation::Portrait];

    /// Width and height in dots at 300 dpi.
    pub fn pixels(self) -> (u32, u32) {
        match self {
            Orientation::Landscape => (LONG_PX, SHORT_PX),
            Orientation::Portrait => (SHORT_PX, LONG_PX),
        }
    }

    /// Width and height in millimetres.
    pub fn millimetres(self) -> (f32, f32) {
        match self {
            Orientation::Landscape => (LONG_MM, SHORT_MM),
            Orientation::Portrait => (SHORT_MM, LONG_MM),
        }
    }

    /// The word in file names and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Orientation::Landscape => "landscape",
            Orientation::Portrait => "portrait",
        }
    }
}

/// Which face of the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    Front,
    Back,
}

impl Side {
    pub const ALL: [Side; 2] = [Side::Front, Side::Back];

    /// The word in file names and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Side::Front => "front",
            Side::Back => "back",
        }
    }
}

/// The texts of the two QR codes, as the issuer signed them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Codes {
    /// `HTTPS://HOST/V/<serial>#<base32>`; drawn with error correction M or better.
    pub front: String,
    /// Base45; drawn with error correction L or better.
    pub back: String,
}

/// What stands on one card.
#[derive(Clone, Debug)]
pub struct CardData {
    pub kind: Kind,
    /// With titles, never cut.
    pub name: String,
    pub nip: Nip,
    /// Employing body (instansi).
    pub body: String,
    /// Work unit (unit kerja).
    pub unit: String,
    /// `A` or `B` and 11 digits; `None` in a preview before the issue.
    pub face_serial: Option<String>,
    /// Day of issue; `None` in a preview.
    pub issued_on: Option<Date>,
    /// Straight alpha, 3:4 (600x800 as the photo module cuts it).
    pub photo: Option<image::RgbaImage>,
    /// `None` in a preview: a quiet box says that the code comes with the issue.
    pub codes: Option<Codes>,
    /// Where a found card goes: office and address. A line break in it is kept.
    pub return_to: String,
}
