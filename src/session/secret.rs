//! Text that is wiped when it goes and never stands in a log.

use zeroize::{Zeroize, ZeroizeOnDrop};

/// A password, or a code that fetches somebody's card.
///
/// The buffer has its full size from the start, so that growing leaves no copy behind.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Secret(String);

/// Longest password that can be typed, in bytes.
const CAPACITY: usize = 512;

impl Secret {
    pub fn push(&mut self, c: char) {
        if self.0.len() + c.len_utf8() <= CAPACITY {
            self.0.push(c);
        }
    }

    pub fn pop(&mut self) {
        self.0.pop();
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many characters there are, for the dots on the screen.
    pub fn count(&self) -> usize {
        self.0.chars().count()
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Default for Secret {
    fn default() -> Self {
        Secret(String::with_capacity(CAPACITY))
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        let mut secret = Secret::default();
        text.chars().for_each(|c| secret.push(c));
        secret
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}
