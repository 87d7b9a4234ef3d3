//! How the screen looks for this visit: chosen on the first screen, gone with the person.

/// Larger type, stronger contrast.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Capitals of 7 mm instead of 5.
    pub large_text: bool,
    /// White and yellow on black.
    pub high_contrast: bool,
}
