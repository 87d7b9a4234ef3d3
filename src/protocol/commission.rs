//! How a station was left by the technician who set it up: written once at the end, signed by the station's key, and
//! kept at the server. Nothing in it is of a person.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Blob;

/// What the report says. What travels is these words as JSON, inside of the signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commissioning {
    pub at: Timestamp,
    /// The program's version.
    pub version: String,
    /// The board's maker and model, as the kernel says them.
    pub board: String,
    pub serial: Option<String>,
    /// As the picture stands: width, height, and how far it is turned to the right on its glass.
    pub display: (u32, u32),
    pub turn: u16,
    /// The matrix of the touch layer.
    pub touch: [i8; 6],
    /// Somebody pressed four marks, and they were met.
    pub touch_checked: bool,
    pub camera: String,
    pub printer: Option<String>,
    /// The clean plates that there are, by their files.
    pub plates: Vec<String>,
    pub clock_trusted: bool,
    pub disk_free_mib: Option<u64>,
    pub parts: Vec<PartFound>,
}

/// A part as `doctor` found it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartFound {
    pub part: String,
    /// `well`, `attention`, `fault` or `unknown`.
    pub verdict: String,
    pub said: String,
}

/// The report under the station's own key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commissioned {
    /// A COSE_Sign1 with a [`Commissioning`] as JSON in it.
    pub signed: Blob,
}
