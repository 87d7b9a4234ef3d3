//! Station: may the clock be believed? The ladder: signed server time, a clock that the system
//! keeps itself and that fits the last signed time, and a stored floor below which no time can be true.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;

use crate::clock::CorrectedClock;
use crate::credential::ClockTrust;
use crate::sync::floor::LONGEST_OFF;

/// Shared between sync, which confirms the time, and the desk, which relies on it.
#[derive(Clone, Debug, Default)]
pub struct TimeTrust {
    signed: Arc<AtomicBool>,
    system: Arc<AtomicBool>,
    /// A signed answer set the clock in this run.
    was_signed: Arc<AtomicBool>,
}

impl TimeTrust {
    /// Asks the system whether its clock came from somewhere: from NTP, or from a battery. That alone proves nothing:
    /// the time must fit the last one that was proven (`floor`), which lies no more than a month back.
    pub fn of_this_machine(now: Timestamp, floor: Option<Timestamp>) -> TimeTrust {
        let kept = fits(now, floor) && kept_by_the_system();
        TimeTrust { system: Arc::new(AtomicBool::new(kept)), ..TimeTrust::default() }
    }

    /// Asks the system again, with every round of sync: NTP may come long after the station. Its clock is then taken
    /// for the station's, which may have been standing at the floor, unless a signed answer set that already.
    pub fn ask_again(&self, clock: &CorrectedClock, floor: Option<Timestamp>) {
        self.take(kept_by_the_system(), clock, floor);
    }

    fn take(&self, kept: bool, clock: &CorrectedClock, floor: Option<Timestamp>) {
        let system = clock.system();
        if self.now() == ClockTrust::Trusted || !kept || floor.is_some_and(|floor| system < floor) {
            return;
        }
        let fits = fits(system, floor);
        // One that does not fit is a better guess than the floor, and a worse one than what was proven in this run.
        if fits || !self.was_signed.load(Ordering::Acquire) {
            clock.set(system);
        }
        if fits {
            self.system.store(true, Ordering::Release);
        }
    }

    /// Whether the last signed answer is one to go by.
    pub fn signed(&self, holds: bool) {
        if holds {
            self.was_signed.store(true, Ordering::Release);
        }
        self.signed.store(holds, Ordering::Release);
    }

    pub fn now(&self) -> ClockTrust {
        if self.system.load(Ordering::Acquire) || self.signed.load(Ordering::Acquire) {
            ClockTrust::Trusted
        } else {
            ClockTrust::Untrusted
        }
    }
}

/// Can this be, after the last time that was proven?
fn fits(now: Timestamp, floor: Option<Timestamp>) -> bool {
    floor.is_some_and(|floor| now >= floor && now.duration_since(floor) <= LONGEST_OFF)
}

/// Does the system set its clock by NTP, or has it a battery clock?
fn kept_by_the_system() -> bool {
    Path::new("/run/systemd/timesync/synchronized").exists()
        || std::fs::read_to_string("/sys/class/rtc/rtc0/hctosys").is_ok_and(|text| text.trim() == "1")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock as _, ManualClock};

    #[test]
    fn ntp_that_comes_late_is_taken_unless_its_time_cannot_be() {
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        let (floor, boot, ntp) = (at(1_800_000_000), at(60), at(1_800_500_000));
        let machine = |now| CorrectedClock::new(Arc::new(ManualClock::at(now)));
        let clock = machine(boot);
        clock.set(floor);
        let trust = TimeTrust::default();
        trust.take(false, &clock, Some(floor));
        assert_eq!((trust.now(), clock.now()), (ClockTrust::Untrusted, floor), "nobody keeps it");
        trust.take(true, &clock, Some(floor));
        assert_eq!((trust.now(), clock.now()), (ClockTrust::Untrusted, floor), "before a proven time");
        let clock = machine(ntp);
        clock.set(floor);
        trust.take(true, &clock, Some(floor));
        assert_eq!((trust.now(), clock.now()), (ClockTrust::Trusted, ntp));
        // A signed answer goes before the system's word.
        let trust = TimeTrust::default();
        trust.signed(true);
        clock.set(floor);
        trust.take(true, &clock, Some(floor));
        assert_eq!(clock.now(), floor);
    }

    #[test]
    fn ntp_alone_makes_no_clock_a_trusted_one() {
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        let (floor, years) = (at(1_800_000_000), at(1_800_000_000 + 5 * 365 * 86_400));
        for (floor, shows) in [(None, floor), (Some(floor), years)] {
            let clock = CorrectedClock::new(Arc::new(ManualClock::at(shows)));
            let trust = TimeTrust::default();
            trust.take(true, &clock, floor);
            assert_eq!((trust.now(), clock.now()), (ClockTrust::Untrusted, shows), "used, and not trusted");
            assert_eq!(TimeTrust::of_this_machine(shows, floor).now(), ClockTrust::Untrusted);
        }
        // What was proven in this run is not moved by it.
        let clock = CorrectedClock::new(Arc::new(ManualClock::at(years)));
        clock.set(floor);
        let trust = TimeTrust::default();
        trust.signed(true);
        trust.signed(false);
        trust.take(true, &clock, Some(floor));
        assert_eq!((trust.now(), clock.now()), (ClockTrust::Untrusted, floor));
    }

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
