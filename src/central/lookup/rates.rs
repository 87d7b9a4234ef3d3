//! How often something may be asked: a bucket a name, which fills again with time. Kept in memory
//! and bounded; a restart forgives.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// `burst` at once, and another one every `seconds_each`.
#[derive(Clone, Copy, Debug)]
pub struct RateLimit {
    pub burst: u32,
    pub seconds_each: u64,
}

const MOST_NAMES: usize = crate::central::limits::RATED_NAMES;

/// A bucket is written as the moment at which it will be full again.
pub struct Rates {
    burst: u32,
    each: Duration,
    full_at: Mutex<HashMap<String, Duration>>,
}

impl Rates {
    pub fn new(limit: RateLimit) -> Rates {
        Rates::quick(limit.burst, Duration::from_secs(limit.seconds_each))
    }

    /// For programs: `burst` at once, and another one after each such time.
    pub fn quick(burst: u32, each: Duration) -> Rates {
        Rates { burst, each, full_at: Mutex::default() }
    }

    /// Is nothing left in it? Nothing is taken.
    pub fn is_empty(&self, name: &str, now: Duration) -> bool {
        let names = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let owed = names.get(name).map_or(Duration::ZERO, |full_at| full_at.saturating_sub(now));
        owed + self.each > self.each * self.burst
    }

    /// Takes one out of the bucket with this name at `now` (time since some fixed moment). The error
    /// is how long to wait; who waits not pays nothing more for asking.
    pub fn take(&self, name: &str, now: Duration) -> Result<(), Duration> {
        self.take_some(name, 1, now)
    }

    /// The same for `count` of them, which all fit or none.
    pub fn take_some(&self, name: &str, count: u32, now: Duration) -> Result<(), Duration> {
        let each = self.each.saturating_mul(count);
        let deepest = self.each * self.burst;
        let mut names = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if names.len() >= MOST_NAMES {
            names.retain(|_, full_at| *full_at > now);
        }
        if names.len() >= MOST_NAMES && !names.contains_key(name) {
            // So many at once: whoever has the most left is let go, not whoever comes now; but nobody
            // who waits, or a flood of names would end the wait.
            let fullest = names.iter().min_by_key(|(_, full_at)| **full_at);
            let Some((fullest, owed)) = fullest.map(|(name, at)| (name.clone(), at.saturating_sub(now)))
            else {
                return Err(each);
            };
            if owed + each > deepest && self.burst > 1 {
                return Err((owed + each).saturating_sub(deepest));
            }
            names.remove(&fullest);
        }
        let full_at = names.get(name).copied().unwrap_or(now).max(now) + each;
        let owed = full_at.saturating_sub(now);
        if owed > deepest {
            return Err(owed.saturating_sub(deepest));
        }
        names.insert(name.to_owned(), full_at);
        Ok(())
    }
}

/// Whom an address stands for: a machine, or with IPv6 the /64 that one line has to itself.
pub fn neighbourhood(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            let line = || format!("{a:x}:{b:x}:{c:x}:{d:x}::/64");
            v6.to_ipv4_mapped().map_or_else(line, |v4| v4.to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_burst_and_then_one_at_a_time() {
        let rates = Rates::new(RateLimit { burst: 3, seconds_each: 10 });
        for _ in 0..3 {
            assert_eq!(rates.take("a", s(100)), Ok(()));
        }
        assert_eq!(rates.take("a", s(100)), Err(s(10)));
        assert_eq!(rates.take("a", s(104)), Err(s(6)), "asking in vain costs nothing");
        assert_eq!(rates.take("b", s(104)), Ok(()));
        assert_eq!(rates.take("a", s(110)), Ok(()));
        assert_eq!(rates.take("a", s(110)), Err(s(10)));
        for _ in 0..3 {
            assert_eq!(rates.take("a", s(1_000)), Ok(()), "full again, and no fuller");
        }
        assert!(rates.take("a", s(1_000)).is_err());
    }

    #[test]
    fn many_names_stay_bounded_and_keep_nobody_out() {
        let rates = Rates::new(RateLimit { burst: 1, seconds_each: 1_000_000 });
        for i in 0..MOST_NAMES + 20 {
            assert_eq!(rates.take(&i.to_string(), s(1)), Ok(()));
        }
        assert!(rates.full_at.lock().unwrap().len() <= MOST_NAMES);
    }

    #[test]
    fn a_flood_of_names_ends_nobodys_wait() {
        let rates = Rates::new(RateLimit { burst: 3, seconds_each: 1_000 });
        for _ in 0..3 {
            rates.take("victim", s(1)).unwrap();
        }
        assert!(rates.is_empty("victim", s(1)) && !rates.is_empty("else", s(1)));
        for i in 0..MOST_NAMES + 2_000 {
            for _ in 0..if i < MOST_NAMES { 3 } else { 1 } {
                let _ = rates.take(&i.to_string(), s(1));
            }
        }
        assert!(rates.take("victim", s(1)).is_err(), "it still waits");
        assert!(rates.full_at.lock().unwrap().len() <= MOST_NAMES);
        assert_eq!(rates.take("later", s(4_000)), Ok(()));
    }

    #[test]
    fn a_line_has_one_name_whatever_address_it_takes() {
        let name = |text: &str| neighbourhood(text.parse().unwrap());
        assert_eq!(name("2001:db8:1:2:3::4"), name("2001:db8:1:2:ffff::1"));
        assert_ne!(name("2001:db8:1:2::1"), name("2001:db8:1:3::1"));
        assert_eq!(name("::ffff:192.0.2.7"), name("192.0.2.7"));
    }
}
