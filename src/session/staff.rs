//! The staff session: a staff code and a PIN open the region's records for half an hour.
//!
//! Pure, like the person's session. What the code opens is not here: a worker opens it and says
//! whether it worked.

use std::time::Duration;

/// Quiet time after which staff are signed out (VxSuite does the same).
pub const STAFF_IDLE: Duration = Duration::from_secs(30 * 60);

/// Wrong tries that cost nothing.
pub const FREE_TRIES: u32 = 5;

/// The first wait after that; each further wrong try doubles it.
pub const FIRST_WAIT: Duration = Duration::from_secs(15);

/// The longest wait, so that a forgotten PIN does not close a desk for a day.
pub const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Staff {
    SignedOut { wrong: u32, wait_until: Duration },
    Checking { wrong: u32 },
    SignedIn { last_touch: Duration },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StaffEvent {
    HandIn,
    Opened,
    Wrong,
    /// The code could not be tried: nothing was learned from it.
    NotTried,
    Touch,
    SignOut,
    Tick,
}

impl Default for Staff {
    fn default() -> Self {
        Staff::SignedOut { wrong: 0, wait_until: Duration::ZERO }
    }
}

impl Staff {
    /// Signed out, with the wrong tries of before a restart and the whole of their wait.
    pub fn after_restart(wrong: u32, now: Duration) -> Staff {
        Staff::SignedOut { wrong, wait_until: now + wait_after(wrong) }
    }

    #[must_use]
    pub fn step(self, event: StaffEvent, now: Duration) -> Staff {
        use StaffEvent as E;
        match (self, event) {
            (Staff::SignedOut { wrong, wait_until }, E::HandIn) if now >= wait_until => {
                Staff::Checking { wrong }
            }
            (Staff::Checking { .. }, E::Opened) | (Staff::SignedIn { .. }, E::Touch) => {
                Staff::SignedIn { last_touch: now }
            }
            (Staff::Checking { wrong }, E::Wrong) => {
                let wrong = wrong + 1;
                Staff::SignedOut { wrong, wait_until: now + wait_after(wrong) }
            }
            (Staff::Checking { wrong }, E::NotTried) => Staff::SignedOut { wrong, wait_until: now },
            (Staff::SignedIn { last_touch }, event)
                if event == E::SignOut
                    || event == E::Tick && now.saturating_sub(last_touch) >= STAFF_IDLE =>
            {
                Staff::default()
            }
            (state, _) => state,
        }
    }
}

/// How long the next try waits after `wrong` wrong ones.
fn wait_after(wrong: u32) -> Duration {
    if wrong < FREE_TRIES {
        return Duration::ZERO;
    }
    let doublings = (wrong - FREE_TRIES).min(16);
    (FIRST_WAIT * 2_u32.pow(doublings)).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: Duration = Duration::from_secs(1);

    fn wrong_tries(count: u32) -> Staff {
        (0..count).fold(Staff::default(), |staff, _| {
            let now = match staff {
                Staff::SignedOut { wait_until, .. } => wait_until,
                _ => Duration::ZERO,
            };
            staff.step(StaffEvent::HandIn, now).step(StaffEvent::Wrong, now)
        })
    }

    #[test]
    fn the_right_code_opens_and_a_quiet_half_hour_closes() {
        let staff = Staff::default().step(StaffEvent::HandIn, S).step(StaffEvent::Opened, S);
        assert_eq!(staff, Staff::SignedIn { last_touch: S });
        let staff = staff.step(StaffEvent::Touch, 10 * S);
        assert_eq!(staff.step(StaffEvent::Tick, 9 * S + STAFF_IDLE), staff);
        assert_eq!(staff.step(StaffEvent::Tick, 10 * S + STAFF_IDLE), Staff::default());
    }

    #[test]
    fn four_wrong_tries_cost_nothing_the_fifth_waits_and_then_it_doubles() {
        let wait = |count| match wrong_tries(count) {
            Staff::SignedOut { wrong, wait_until } => (wrong, wait_until),
            other => panic!("{other:?}"),
        };
        assert_eq!(wait(4), (4, Duration::ZERO));
        assert_eq!(wait(5), (5, 15 * S));
        assert_eq!(wait(6), (6, 45 * S));
        assert_eq!(wait_after(40), LONGEST_WAIT);
    }

    #[test]
    fn a_restart_is_no_way_round_the_wait() {
        assert_eq!(Staff::after_restart(4, S), Staff::SignedOut { wrong: 4, wait_until: S });
        let staff = Staff::after_restart(6, S);
        assert_eq!(staff.step(StaffEvent::HandIn, 30 * S), staff);
        assert_eq!(staff.step(StaffEvent::HandIn, 31 * S), Staff::Checking { wrong: 6 });
    }

    #[test]
    fn a_code_that_could_not_be_tried_costs_nothing() {
        let staff = wrong_tries(5).step(StaffEvent::HandIn, 20 * S).step(StaffEvent::NotTried, 21 * S);
        assert_eq!(staff, Staff::SignedOut { wrong: 5, wait_until: 21 * S });
    }

    #[test]
    fn nothing_is_checked_while_waiting() {
        let staff = wrong_tries(5);
        assert_eq!(staff.step(StaffEvent::HandIn, 14 * S), staff);
        assert!(matches!(staff.step(StaffEvent::HandIn, 15 * S), Staff::Checking { wrong: 5 }));
    }
}
