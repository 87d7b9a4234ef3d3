//! Time-outs that are kind: two minutes of quiet, then a visible countdown, then home.

use std::time::Duration;

/// Quiet time before the warning.
pub const IDLE: Duration = Duration::from_secs(120);

/// How long the warning counts down (never under 20 s, WCAG 2.2 and US 508).
pub const WARNING: Duration = Duration::from_secs(45);

#[derive(Clone, Copy, Debug)]
pub(super) struct Idle {
    last_touch: Duration,
    quiet: Duration,
    warning: Duration,
}

impl Idle {
    pub fn new(now: Duration) -> Idle {
        Idle { last_touch: now, quiet: IDLE, warning: WARNING }
    }

    pub fn patience(&mut self, quiet: Duration, warning: Duration) {
        (self.quiet, self.warning) = (quiet, warning);
    }

    pub fn touched(&mut self, now: Duration) {
        self.last_touch = now;
    }

    /// Nobody has touched anything for this long.
    pub fn quiet_for(self, now: Duration) -> Duration {
        now.saturating_sub(self.last_touch)
    }

    pub fn is_over(self, now: Duration) -> bool {
        now.saturating_sub(self.last_touch) >= self.quiet + self.warning
    }

    /// What is left of the warning, once it stands on the screen.
    pub fn warning_left(self, now: Duration) -> Option<Duration> {
        let since = now.saturating_sub(self.last_touch);
        (since >= self.quiet).then(|| (self.quiet + self.warning).saturating_sub(since))
    }
}
