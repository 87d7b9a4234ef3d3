//! Station: tells systemd that the screen lives. Fed after each tick that went from the screen
//! through the session and back, so that a picture that stands still is started anew.

use std::time::Duration;

use sd_notify::NotifyState;

/// Where nobody watches (no `NOTIFY_SOCKET`), it does nothing.
pub struct Watchdog {
    /// A third of what systemd waits, so that one late tick is no death.
    every: Option<Duration>,
    /// When it was fed last; none before the first tick.
    fed: Option<Duration>,
}

impl Watchdog {
    pub fn of_systemd() -> Watchdog {
        Watchdog { every: sd_notify::watchdog_enabled().map(|limit| limit / 3), fed: None }
    }

    /// `now` is monotonic. The first call says that the station is ready.
    pub fn feed(&mut self, now: Duration) {
        match self.fed {
            None => tell(&[NotifyState::Ready, NotifyState::Watchdog]),
            Some(fed) if self.every.is_some_and(|every| now.saturating_sub(fed) >= every) => {
                tell(&[NotifyState::Watchdog]);
            }
            Some(_) => return,
        }
        self.fed = Some(now);
    }
}

fn tell(states: &[NotifyState]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "systemd cannot be told");
    }
}
