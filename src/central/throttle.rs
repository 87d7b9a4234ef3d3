//! Slows down who tries again and again: after a few free tries the wait doubles with each.
//!
//! Held in memory: a restart of the server forgives, which costs an attacker who cannot restart it
//! nothing and spares the office a stuck account. The number of names remembered is bounded.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Tries that cost nothing.
const FREE: u32 = 3;
/// The same for a name under which a crowd tries: a person's number from anywhere, an office's one
/// address.
const FREE_FOR_A_CROWD: u32 = 60;
/// The wait after the first try that costs; each further one doubles it.
const FIRST_WAIT: Duration = Duration::from_secs(2);
const LONGEST_WAIT: Duration = Duration::from_mins(15);
/// A name that nobody tried for this long is forgotten.
const FORGET_AFTER: Duration = Duration::from_hours(1);
const MOST_NAMES: usize = 20_000;

#[derive(Clone, Copy)]
struct Tries {
    count: u32,
    last: Duration,
    not_before: Duration,
    /// `last` and `not_before` as the newest try found them.
    before: (Duration, Duration),
}

impl Tries {
    fn none(now: Duration) -> Tries {
        Tries { count: 0, last: now, not_before: now, before: (now, now) }
    }
}

/// Counts tries by name: a NIP at a device, or a device that asks for cards by code.
pub struct Throttle {
    names: Mutex<HashMap<String, Tries>>,
    free: u32,
}

impl Default for Throttle {
    fn default() -> Self {
        Throttle { names: Mutex::default(), free: FREE }
    }
}

impl Throttle {
    /// For names that many people share.
    pub fn for_crowds() -> Throttle {
        Throttle { free: FREE_FOR_A_CROWD, ..Throttle::default() }
    }

    /// Asks leave for one try at `now` (time since some fixed moment). The try counts at once, so
    /// that many at the same time do not slip through together; [`Throttle::forgive`] takes it back.
    /// The error is how long to wait.
    pub fn ask(&self, name: &str, now: Duration) -> Result<(), Duration> {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if names.len() >= MOST_NAMES {
            names.retain(|_, tries| now.saturating_sub(tries.last) < FORGET_AFTER);
        }
        if names.len() >= MOST_NAMES && !names.contains_key(name) {
            // Somebody tries many names. Making room costs them their own oldest tries; turning
            // new names away would lock everybody else out.
            let oldest = names.iter().min_by_key(|(_, tries)| tries.last).map(|(name, _)| name.clone());
            oldest.and_then(|name| names.remove(&name));
        }
        let tries = names.entry(name.to_owned()).or_insert(Tries::none(now));
        if now.saturating_sub(tries.last) >= FORGET_AFTER {
            *tries = Tries::none(now);
        }
        if now < tries.not_before {
            return Err(tries.not_before.saturating_sub(now));
        }
        tries.count = tries.count.saturating_add(1);
        tries.before = (tries.last, tries.not_before);
        tries.last = now;
        if tries.count >= self.free {
            let doublings = (tries.count - self.free).min(16);
            tries.not_before = now + (FIRST_WAIT * 2_u32.pow(doublings)).min(LONGEST_WAIT);
        }
        Ok(())
    }

    /// Are the free tries used up? Nothing is counted.
    pub fn is_used_up(&self, name: &str, now: Duration) -> bool {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        names
            .get(name)
            .is_some_and(|tries| tries.count >= self.free && now.saturating_sub(tries.last) < FORGET_AFTER)
    }

    /// The try that was asked for at `asked_at` was right: it does not count, and all others do. For
    /// names under which many people try: whoever has one right code must not wipe out their wrong
    /// ones with it.
    pub fn refund(&self, name: &str, asked_at: Duration) {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(tries) = names.get_mut(name) else { return };
        tries.count = tries.count.saturating_sub(1);
        // Where another try came in between, the wait that it earned stays.
        if tries.last == asked_at {
            (tries.last, tries.not_before) = tries.before;
        }
    }

    /// The try was right: everything before it is forgotten.
    pub fn forgive(&self, name: &str) {
        self.names.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn the_wait_doubles_and_ends() {
        let throttle = Throttle::default();
        for _ in 0..3 {
            assert_eq!(throttle.ask("a", s(10)), Ok(()));
        }
        assert_eq!(throttle.ask("a", s(10)), Err(s(2)));
        assert_eq!(throttle.ask("b", s(10)), Ok(()), "another name is not held up");
        assert!(throttle.is_used_up("a", s(1000)) && !throttle.is_used_up("a", s(4000)));
        assert!(!throttle.is_used_up("b", s(10)) && !throttle.is_used_up("c", s(10)));
        assert_eq!(throttle.ask("a", s(12)), Ok(()));
        assert_eq!(throttle.ask("a", s(12)), Err(s(4)));
        let mut now = 100;
        for _ in 0..40 {
            now += 900;
            assert_eq!(throttle.ask("a", s(now)), Ok(()), "never longer than a quarter of an hour");
        }
    }

    #[test]
    fn a_flood_of_names_locks_nobody_out_and_stays_bounded() {
        let throttle = Throttle::default();
        for i in 0..MOST_NAMES + 50 {
            throttle.ask(&i.to_string(), s(1)).unwrap();
        }
        assert_eq!(throttle.ask("somebody else", s(1)), Ok(()));
        assert!(throttle.names.lock().unwrap().len() <= MOST_NAMES);
    }

    #[test]
    fn a_right_try_takes_back_itself_and_no_other() {
        let throttle = Throttle::default();
        for _ in 0..2 {
            throttle.ask("a", s(1)).unwrap();
        }
        for now in 2..20 {
            assert_eq!(throttle.ask("a", s(now)), Ok(()), "right tries alone never wait");
            throttle.refund("a", s(now));
        }
        throttle.ask("a", s(20)).unwrap();
        assert_eq!(throttle.ask("a", s(20)), Err(s(2)), "the two wrong ones still count");
        throttle.ask("a", s(22)).unwrap();
        throttle.refund("a", s(22));
        throttle.ask("a", s(22)).unwrap();
        assert_eq!(throttle.ask("a", s(22)), Err(s(4)));
        // A wrong try while a right one is under way keeps its wait.
        throttle.ask("a", s(26)).unwrap();
        let earned = throttle.ask("a", s(34));
        throttle.refund("a", s(26));
        assert_eq!((earned, throttle.ask("a", s(34))), (Ok(()), Err(s(16))));
        throttle.refund("nobody", s(1));
    }

    #[test]
    fn a_right_try_and_an_hour_forgive() {
        let throttle = Throttle::default();
        for _ in 0..3 {
            throttle.ask("a", s(1)).unwrap();
        }
        throttle.forgive("a");
        assert_eq!(throttle.ask("a", s(1)), Ok(()));
        for _ in 0..2 {
            throttle.ask("a", s(1)).unwrap();
        }
        assert!(throttle.ask("a", s(1)).is_err());
        assert_eq!(throttle.ask("a", s(4000)), Ok(()));
        assert_eq!(throttle.ask("a", s(4000)), Ok(()));
    }
}
