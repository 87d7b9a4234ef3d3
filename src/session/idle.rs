//! Time-outs that are kind: two minutes of quiet, then a visible countdown, then home.

use std::time::Duration;

/// Quiet time before the warning.
pub const IDLE: Duration = Duration::from_secs(120);

/// How long the warning counts down (never under 20 s, WCAG 2.2 and US 508).
pub const WARNING: Duration = Duration::from_secs(45);

#[derive(Clone, Copy, Debug)]
pub(super) struct Idle {
    last_touch: Duration,
}

impl Idle {
    pub fn new(now: Duration) -> Idle {
        Idle { last_touch: now }
    }

    pub fn touched(&mut self, now: Duration) {
        self.last_touch = now;
    }

    pub fn is_over(self, now: Duration) -> bool {
        now.saturating_sub(self.last_touch) >= IDLE + WARNING
    }

    /// What is left of the warning, once it stands on the screen.
    pub fn warning_left(self, now: Duration) -> Option<Duration> {
        let quiet = now.saturating_sub(self.last_touch);
        (quiet >= IDLE).then(|| (IDLE + WARNING).saturating_sub(quiet))
    }
}
