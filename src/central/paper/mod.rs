//! What the office prints on A4: a unit's report for its head, labels for a batch of stations. Drawn as
//! pages of SVG with the card's fonts, and written as a PDF whose words can be found and copied.

mod labels;
mod sheet;
mod unit;

pub use labels::{Label, labels};
pub use unit::unit_report;
