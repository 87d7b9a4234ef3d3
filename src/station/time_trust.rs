//! Station: may the clock be believed? The ladder: signed server time, a clock that the system
//! keeps itself, and a stored floor below which no time can be true.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;

use crate::credential::ClockTrust;

/// Shared between sync, which confirms the time, and the desk, which relies on it.
#[derive(Clone, Debug, Default)]
pub struct TimeTrust {
    signed: Arc<AtomicBool>,
    system: bool,
}

impl TimeTrust {
    /// Asks the system once whether its clock came from somewhere: from NTP, or from a battery.
    /// A clock that stands before a time that was proven (`floor`) came from nowhere, whatever
    /// the system says: its battery is empty.
    pub fn of_this_machine(now: Timestamp, floor: Option<Timestamp>) -> TimeTrust {
        if floor.is_some_and(|floor| now < floor) {
            return TimeTrust::default();
        }
        let synchronised = Path::new("/run/systemd/timesync/synchronized").exists();
        let battery =
            std::fs::read_to_string("/sys/class/rtc/rtc0/hctosys").is_ok_and(|text| text.trim() == "1");
        TimeTrust { signed: Arc::default(), system: synchronised || battery }
    }

    /// Whether the last signed answer is one to go by.
    pub fn signed(&self, holds: bool) {
        self.signed.store(holds, Ordering::Release);
    }

    pub fn now(&self) -> ClockTrust {
        if self.system || self.signed.load(Ordering::Acquire) {
            ClockTrust::Trusted
        } else {
            ClockTrust::Untrusted
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_before_a_proven_time_is_not_believed_until_it_is_signed() {
        let floor = Timestamp::from_second(1_800_000_000).unwrap();
        let before = Timestamp::from_second(1_700_000_000).unwrap();
        let trust = TimeTrust::of_this_machine(before, Some(floor));
        assert_eq!(trust.now(), ClockTrust::Untrusted);
        trust.signed(true);
        assert_eq!(trust.now(), ClockTrust::Trusted);
        trust.signed(false);
        assert_eq!(trust.now(), ClockTrust::Untrusted);
    }
}
