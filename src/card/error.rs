//! What can go wrong between a template, a person's data and a finished card.

use super::{Orientation, Side};

/// Why a card could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum CardError {
    /// A template that an office changed does not hold together.
    #[error("template {}: {problem}", super::Templates::file_name(*.orientation, *.side))]
    Template { orientation: Orientation, side: Side, problem: TemplateProblem },
    /// The text does not fit its box, not even at the smallest size that can be read. The text
    /// itself is personal data and stays out of messages and logs.
    #[error("the text for '{id}' ({characters} characters) does not fit its box")]
    DoesNotFit { id: &'static str, characters: usize },
    /// The fonts that are built in lack a character. It would vanish from the card.
    #[error("the card's fonts have no character '{character}' (U+{:04X}), used in '{id}'", u32::from(*.character))]
    NoGlyph { id: &'static str, character: char },
    /// The code would need dots smaller than a camera reads, or is too long for a QR code.
    #[error("the {} code of {length} characters is too large for its box", .side.word())]
    CodeTooLarge { side: Side, length: usize },
    /// The photo could not be turned into a PNG.
    #[error("the photo cannot be encoded: {0}")]
    Photo(image::ImageError),
    /// The finished picture could not be turned into a PNG.
    #[error("the picture cannot be encoded: {0}")]
    Picture(image::ImageError),
    /// The PDF could not be written.
    #[error("the PDF cannot be written: {0}")]
    Pdf(String),
}

/// What is wrong with a template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateProblem {
    #[error("not well-formed XML: {0}")]
    NotXml(String),
    #[error("not an SVG that can be drawn: {0}")]
    NotSvg(String),
    #[error("viewBox must be \"0 0 {width} {height}\" (one unit is one dot at 300 dpi)")]
    ViewBox { width: u32, height: u32 },
    #[error("the root <svg> must have no class of its own, the program sets it")]
    RootClass,
    #[error("there is no <rect> with id=\"{0}\"")]
    MissingId(&'static str),
    #[error("id=\"{0}\" must be a <rect>, its box says where the program writes")]
    NotARect(&'static str),
    #[error("id=\"{0}\" stands in it twice")]
    Twice(&'static str),
    #[error("id=\"{0}\" or a group around it has a transform; give the box in plain units")]
    Transformed(&'static str),
    #[error("id=\"{id}\": {attribute}=\"{value}\" is not a number that can be used here")]
    BadNumber { id: &'static str, attribute: &'static str, value: String },
    #[error("id=\"{id}\": {attribute}=\"{value}\" is none of: {allowed}")]
    BadWord { id: &'static str, attribute: &'static str, value: String, allowed: &'static str },
    #[error("the box of id=\"{0}\" reaches over the edge of the card")]
    OutsideCard(&'static str),
    #[error("an <image> points to \"{0}\"; embed the picture as a data: URL")]
    LinkedImage(String),
}
