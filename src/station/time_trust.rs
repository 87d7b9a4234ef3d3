//! Station: may the clock be believed? The ladder: signed server time, a clock that the system
//! keeps itself, and a stored floor below which no time can be true.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::credential::ClockTrust;

/// Shared between sync, which confirms the time, and the desk, which relies on it.
#[derive(Clone, Debug, Default)]
pub struct TimeTrust {
    signed: Arc<AtomicBool>,
    system: bool,
}

impl TimeTrust {
    /// Asks the system once whether its clock came from somewhere: from NTP, or from a battery.
    pub fn of_this_machine() -> TimeTrust {
        let synchronised = Path::new("/run/systemd/timesync/synchronized").exists();
        let battery =
            std::fs::read_to_string("/sys/class/rtc/rtc0/hctosys").is_ok_and(|text| text.trim() == "1");
        TimeTrust { signed: Arc::default(), system: synchronised || battery }
    }

    /// A signed answer set the clock.
    pub fn confirmed(&self) {
        self.signed.store(true, Ordering::Release);
    }

    pub fn now(&self) -> ClockTrust {
        if self.system || self.signed.load(Ordering::Acquire) {
            ClockTrust::Trusted
        } else {
            ClockTrust::Untrusted
        }
    }
}
