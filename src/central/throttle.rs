//! Slows down who tries again and again: after a few free tries the wait doubles with each.
//!
//! Held in memory: a restart of the server forgives, which costs an attacker who cannot restart it
//! nothing and spares the office a stuck account. What staff try is kept in the database besides
//! ([`staff`](super::staff)). The number of names is bounded, and a flood of names makes nobody's
//! wait shorter: a call that is refused stores nothing, a name whose free tries are used up is never
//! thrown out, and where there is no room, whoever brought the most names is turned away first.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::limits;

/// Tries that cost nothing.
pub const FREE: u32 = 3;
/// The same for a name under which a crowd tries: a person's number from anywhere, an office's one
/// address, a password over all accounts.
const FREE_FOR_A_CROWD: u32 = 60;
/// The wait after the first try that costs; each further one doubles it.
const FIRST_WAIT: Duration = Duration::from_secs(2);
pub const LONGEST_WAIT: Duration = Duration::from_mins(15);
/// A name that nobody tried for this long is forgotten.
pub const FORGET_AFTER: Duration = Duration::from_hours(1);
/// How long somebody is sent away for whom there is no room.
const NO_ROOM: Duration = Duration::from_mins(1);
/// How often forgotten names are looked for while there is no room.
const SWEEP_EVERY: Duration = Duration::from_secs(1);

/// The wait after so many tries.
pub fn wait_after(count: u32, free: u32) -> Duration {
    if count < free {
        return Duration::ZERO;
    }
    (FIRST_WAIT * 2_u32.pow((count - free).min(16))).min(LONGEST_WAIT)
}

struct Tries {
    count: u32,
    last: Duration,
    not_before: Duration,
    /// `last` and `not_before` as the newest try found them.
    before: (Duration, Duration),
    /// Who brought the name.
    home: Arc<str>,
}

impl Tries {
    fn count(&mut self, now: Duration, free: u32) {
        self.count = self.count.saturating_add(1);
        self.before = (self.last, self.not_before);
        self.last = now;
        let wait = wait_after(self.count, free);
        if !wait.is_zero() {
            self.not_before = now + wait;
        }
    }

    fn is_forgotten(&self, now: Duration) -> bool {
        now.saturating_sub(self.last) >= FORGET_AFTER
    }
}

#[derive(Default)]
struct Names {
    tries: HashMap<Arc<str>, Tries>,
    /// The names that each brought.
    homes: HashMap<Arc<str>, HashSet<Arc<str>>>,
    swept_at: Option<Duration>,
}

impl Names {
    fn remove(&mut self, name: &str) {
        let Some(tries) = self.tries.remove(name) else { return };
        if let Some(names) = self.homes.get_mut(&tries.home) {
            names.remove(name);
            if names.is_empty() {
                self.homes.remove(&tries.home);
            }
        }
    }

    fn brought_by(&self, home: &str) -> usize {
        self.homes.get(home).map_or(0, HashSet::len)
    }

    fn sweep(&mut self, now: Duration) {
        if self.swept_at.is_some_and(|at| now.saturating_sub(at) < SWEEP_EVERY) {
            return;
        }
        self.swept_at = Some(now);
        let gone: Vec<Arc<str>> = self
            .tries
            .iter()
            .filter(|(_, tries)| tries.is_forgotten(now))
            .map(|(name, _)| name.clone())
            .collect();
        for name in gone {
            self.remove(&name);
        }
    }

    /// Room for one more name of `home`. Whoever brought the most gives it up, and of theirs only
    /// what costs an attacker nothing to lose: a name with free tries left.
    fn make_room(&mut self, home: &str, now: Duration, free: u32) -> Result<(), Duration> {
        let full = self.tries.len() >= limits::THROTTLED_NAMES;
        if full || self.brought_by(home) >= limits::THROTTLED_NAMES_OF_ONE {
            self.sweep(now);
        }
        if self.brought_by(home) >= limits::THROTTLED_NAMES_OF_ONE {
            return Err(NO_ROOM);
        }
        if self.tries.len() < limits::THROTTLED_NAMES {
            return Ok(());
        }
        let loudest = self.homes.values().max_by_key(|names| names.len()).ok_or(NO_ROOM)?;
        if loudest.len() > 1 && self.brought_by(home) >= loudest.len() {
            return Err(NO_ROOM);
        }
        let is_spare = |name: &&Arc<str>| self.tries.get(*name).is_some_and(|tries| tries.count < free);
        let spare = loudest.iter().find(is_spare).or_else(|| self.tries.keys().find(is_spare));
        let spare = spare.cloned().ok_or(NO_ROOM)?;
        self.remove(&spare);
        Ok(())
    }
}

/// Counts tries by name: a NIP at a device, or a device that asks for cards by code.
pub struct Throttle {
    names: Mutex<Names>,
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

    /// Asks leave for one try at `now` (time since some fixed moment), under a name that stands for
    /// itself.
    pub fn ask(&self, name: &str, now: Duration) -> Result<(), Duration> {
        self.ask_from(name, name, now)
    }

    /// The same, for a name that `home` brings: an address, a station. The try counts at once, so
    /// that many at the same time do not slip through together; [`Throttle::forgive`] and
    /// [`Throttle::refund`] take it back. The error is how long to wait, and stores nothing.
    pub fn ask_from(&self, name: &str, home: &str, now: Duration) -> Result<(), Duration> {
        let mut names = self.lock();
        if names.tries.get(name).is_some_and(|tries| tries.is_forgotten(now)) {
            names.remove(name);
        }
        if let Some(tries) = names.tries.get_mut(name) {
            if now < tries.not_before {
                return Err(tries.not_before.saturating_sub(now));
            }
            tries.count(now, self.free);
            return Ok(());
        }
        names.make_room(home, now, self.free)?;
        let name = Arc::<str>::from(name);
        let home = names.homes.get_key_value(home).map_or_else(|| Arc::from(home), |(home, _)| home.clone());
        names.homes.entry(home.clone()).or_default().insert(name.clone());
        let mut tries = Tries { count: 0, last: now, not_before: now, before: (now, now), home };
        tries.count(now, self.free);
        names.tries.insert(name, tries);
        Ok(())
    }

    /// Are the free tries used up? Nothing is counted.
    pub fn is_used_up(&self, name: &str, now: Duration) -> bool {
        let names = self.lock();
        names.tries.get(name).is_some_and(|tries| tries.count >= self.free && !tries.is_forgotten(now))
    }

    /// Was its last try the one that used up the free ones?
    pub fn is_just_used_up(&self, name: &str) -> bool {
        self.lock().tries.get(name).is_some_and(|tries| tries.count == self.free)
    }

    /// How long this name waits still. Nothing is counted.
    pub fn wait_left(&self, name: &str, now: Duration) -> Duration {
        let names = self.lock();
        names.tries.get(name).map_or(Duration::ZERO, |tries| tries.not_before.saturating_sub(now))
    }

    /// The try that was asked for at `asked_at` was right, or was not made: it does not count, and all
    /// others do. For names under which many people try: whoever has one right code must not wipe out
    /// their wrong ones with it.
    pub fn refund(&self, name: &str, asked_at: Duration) {
        let mut names = self.lock();
        let Some(tries) = names.tries.get_mut(name) else { return };
        tries.count = tries.count.saturating_sub(1);
        // Where another try came in between, the wait that it earned stays.
        if tries.last == asked_at {
            (tries.last, tries.not_before) = tries.before;
        }
        if tries.count == 0 {
            names.remove(name);
        }
    }

    /// The try was right: everything before it is forgotten.
    pub fn forgive(&self, name: &str) {
        self.lock().remove(name);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Names> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
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
    fn a_flood_of_names_forgives_nobody_and_locks_nobody_out() {
        let throttle = Throttle::default();
        for _ in 0..3 {
            throttle.ask_from("victim", "elsewhere", s(1)).unwrap();
        }
        assert!(throttle.ask_from("victim", "elsewhere", s(1)).is_err());
        // From many addresses, each as many names as it may bring, and more.
        let mut refused = 0;
        for address in 0..40 {
            for i in 0..limits::THROTTLED_NAMES_OF_ONE + 50 {
                let answer = throttle.ask_from(&format!("{address} {i}"), &address.to_string(), s(2));
                refused += usize::from(answer.is_err());
            }
        }
        assert!(refused > 40 * 50, "the noisiest are sent away: {refused}");
        let held = || throttle.lock().tries.len();
        assert!(held() <= limits::THROTTLED_NAMES);
        assert!(throttle.is_used_up("victim", s(2)), "no flood forgives what was tried");
        assert_eq!(throttle.ask_from("somebody", "a quiet address", s(2)), Ok(()), "and none shuts out");
        assert!((0..100).any(|i| throttle.ask_from(&format!("more {i}"), "39", s(2)).is_err()));
        assert_eq!(throttle.ask_from("later", "39", s(8000)), Ok(()), "an hour makes room");
        assert_eq!(held(), 1);
    }

    #[test]
    fn names_that_wait_are_never_thrown_out() {
        let throttle = Throttle::default();
        for i in 0..limits::THROTTLED_NAMES {
            for _ in 0..3 {
                throttle.ask_from(&i.to_string(), &(i % 100).to_string(), s(1)).unwrap();
            }
        }
        assert_eq!(throttle.ask_from("new", "new", s(1)), Err(NO_ROOM));
        assert!((0..limits::THROTTLED_NAMES).all(|i| throttle.is_used_up(&i.to_string(), s(1))));
        throttle.forgive("7");
        assert_eq!(throttle.ask_from("new", "new", s(1)), Ok(()));
    }

    #[test]
    fn what_is_refused_or_taken_back_stores_nothing() {
        let throttle = Throttle::default();
        throttle.ask("a", s(1)).unwrap();
        throttle.refund("a", s(1));
        let names = throttle.lock();
        assert!(names.tries.is_empty() && names.homes.is_empty());
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
