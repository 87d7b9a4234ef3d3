//! How long a picture may be looked at. Floor 1 has no clock: whoever calls brings one, of any kind.

use std::time::Duration;

/// Time for one picture, by a clock that the caller brings; thread CPU time is the honest one, since
/// a busy machine then costs no readings.
#[derive(Clone, Copy)]
pub struct Budget<'a> {
    spent: &'a dyn Fn() -> Duration,
    start: Duration,
    allowed: Duration,
}

impl<'a> Budget<'a> {
    /// What a picture that nobody waits for may cost: under the 150 ms that a person still takes
    /// for "at once", whatever the last attempt comes to.
    pub const STILL: Duration = Duration::from_millis(105);
    /// What a live frame may cost beyond its first look: ten frames a second stay in reach of a
    /// slow machine, and the next frame brings another chance.
    pub const FRAME: Duration = Duration::from_millis(18);

    /// Starts now.
    pub fn new(allowed: Duration, spent: &'a dyn Fn() -> Duration) -> Budget<'a> {
        Budget { spent, start: spent(), allowed }
    }

    /// As long as it takes: for tests and tools.
    pub fn unlimited() -> Budget<'static> {
        Budget { spent: &|| Duration::ZERO, start: Duration::ZERO, allowed: Duration::MAX }
    }

    /// Time since the start.
    pub fn used(&self) -> Duration {
        (self.spent)().saturating_sub(self.start)
    }

    /// What is left of it.
    pub fn left(&self) -> Duration {
        self.allowed.saturating_sub(self.used())
    }
}

impl std::fmt::Debug for Budget<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Budget").field("allowed", &self.allowed).finish_non_exhaustive()
    }
}
