//! The staff session: a staff code and a PIN open the region's records for half an hour.
//!
//! Pure, like the person's session. What the code opens is not here: a worker opens it and says
//! whether it worked.

use std::collections::BTreeMap;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// Quiet time after which staff are signed out (VxSuite does the same).
pub const STAFF_IDLE: Duration = Duration::from_secs(30 * 60);

/// Wrong tries that cost nothing.
pub const FREE_TRIES: u32 = 5;

/// The first wait after that; each further wrong try doubles it.
pub const FIRST_WAIT: Duration = Duration::from_secs(15);

/// The longest wait, so that a forgotten PIN does not close a desk for a day.
pub const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);

/// Which code a try was made with: twelve bits of its hash. Whoever guesses codes meets another
/// one's place once in four thousand tries, and there are never more places than that; a thief of
/// the disk learns twelve bits of the code's 43 where that code was tried wrongly, and no more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct CodePlace(u16);

/// Places that there are.
pub const CODE_PLACES: u16 = 1 << 12;

impl CodePlace {
    /// Of a code as it was typed or read; blanks, dashes and small letters make no other one.
    pub fn of(code: &str) -> CodePlace {
        let plain: Zeroizing<String> = Zeroizing::new(
            code.chars()
                .filter(|c| !(c.is_whitespace() || *c == '-'))
                .map(|c| c.to_ascii_uppercase())
                .collect(),
        );
        let hash = Sha256::new().chain_update(b"anjungan/staff-place/1").chain_update(plain.as_bytes());
        let [first, second, ..] = <[u8; 32]>::from(hash.finalize());
        CodePlace(u16::from_be_bytes([first, second]) % CODE_PLACES)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Wrong {
    count: u32,
    wait_until: Duration,
}

/// The wrong tries, by code: who types wrong ones holds up nobody who has another code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tries(BTreeMap<CodePlace, Wrong>);

impl Tries {
    /// Reads what [`Tries::text`] wrote before a restart; each wait begins anew. What cannot be read
    /// is left out.
    pub fn read(text: &str, now: Duration) -> Tries {
        let pairs = text.split_ascii_whitespace().filter_map(|pair| {
            let (place, count) = pair.split_once(':')?;
            let place = place.parse().ok().filter(|place| *place < CODE_PLACES)?;
            let count: u32 = count.parse().ok().filter(|count| *count > 0)?;
            Some((CodePlace(place), Wrong { count, wait_until: now + wait_after(count) }))
        });
        Tries(pairs.collect())
    }

    /// The counts, for the disk: `PLACE:COUNT` with blanks between.
    pub fn text(&self) -> String {
        let pairs = self.0.iter().map(|(place, wrong)| format!("{}:{}", place.0, wrong.count));
        pairs.collect::<Vec<_>>().join(" ")
    }

    /// Wrong tries in a row with this code.
    pub fn count(&self, place: CodePlace) -> u32 {
        self.0.get(&place).map_or(0, |wrong| wrong.count)
    }

    /// What is left of this code's wait.
    pub fn wait_left(&self, place: CodePlace, now: Duration) -> Option<Duration> {
        let wrong = self.0.get(&place).filter(|wrong| wrong.wait_until > now)?;
        Some(wrong.wait_until.saturating_sub(now))
    }

    pub fn wrong(&mut self, place: CodePlace, now: Duration) {
        let count = self.count(place).saturating_add(1);
        self.put(place, count, now);
    }

    /// So many wrong tries; the wait begins now.
    pub fn put(&mut self, place: CodePlace, count: u32, now: Duration) {
        if count == 0 {
            self.0.remove(&place);
        } else {
            self.0.insert(place, Wrong { count, wait_until: now + wait_after(count) });
        }
    }

    /// The code and its PIN opened: what was wrong before is forgotten.
    pub fn right(&mut self, place: CodePlace) {
        self.0.remove(&place);
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Staff {
    #[default]
    SignedOut,
    Checking {
        place: CodePlace,
    },
    SignedIn {
        last_touch: Duration,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StaffEvent {
    /// A code and a PIN; a code that waits is not tried.
    HandIn(CodePlace),
    Opened,
    Wrong,
    /// The code could not be tried: nothing was learned from it.
    NotTried,
    Touch,
    SignOut,
    Tick,
}

impl Staff {
    #[must_use]
    pub fn step(self, event: StaffEvent, tries: &mut Tries, now: Duration) -> Staff {
        use StaffEvent as E;
        match (self, event) {
            (Staff::SignedOut, E::HandIn(place)) if tries.wait_left(place, now).is_none() => {
                Staff::Checking { place }
            }
            (Staff::Checking { place }, E::Opened) => {
                tries.right(place);
                Staff::SignedIn { last_touch: now }
            }
            (Staff::SignedIn { .. }, E::Touch) => Staff::SignedIn { last_touch: now },
            (Staff::Checking { place }, E::Wrong) => {
                tries.wrong(place, now);
                Staff::SignedOut
            }
            (Staff::Checking { .. }, E::NotTried) => Staff::SignedOut,
            (Staff::SignedIn { last_touch }, event)
                if event == E::SignOut
                    || event == E::Tick && now.saturating_sub(last_touch) >= STAFF_IDLE =>
            {
                Staff::SignedOut
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
    const CODE: &str = "BCDFG-HJKLM";

    fn place() -> CodePlace {
        CodePlace::of(CODE)
    }

    /// So many wrong tries, each as soon as it may be made.
    fn wrong_tries(tries: &mut Tries, place: CodePlace, count: u32, mut now: Duration) -> Duration {
        for _ in 0..count {
            now += tries.wait_left(place, now).unwrap_or_default();
            let staff = Staff::SignedOut.step(StaffEvent::HandIn(place), tries, now);
            assert_eq!(staff.step(StaffEvent::Wrong, tries, now), Staff::SignedOut);
        }
        now
    }

    #[test]
    fn the_right_code_opens_and_a_quiet_half_hour_closes() {
        let tries = &mut Tries::default();
        let staff = Staff::default().step(StaffEvent::HandIn(place()), tries, S);
        let staff = staff.step(StaffEvent::Opened, tries, S);
        assert_eq!(staff, Staff::SignedIn { last_touch: S });
        let staff = staff.step(StaffEvent::Touch, tries, 10 * S);
        assert_eq!(staff.step(StaffEvent::Tick, tries, 9 * S + STAFF_IDLE), staff);
        assert_eq!(staff.step(StaffEvent::Tick, tries, 10 * S + STAFF_IDLE), Staff::SignedOut);
    }

    #[test]
    fn four_wrong_tries_cost_nothing_the_fifth_waits_and_then_it_doubles() {
        let wait = |count| {
            let tries = &mut Tries::default();
            let now = wrong_tries(tries, place(), count, Duration::ZERO);
            (tries.count(place()), tries.wait_left(place(), now))
        };
        assert_eq!(wait(4), (4, None));
        assert_eq!(wait(5), (5, Some(15 * S)));
        assert_eq!(wait(6), (6, Some(30 * S)));
        assert_eq!(wait(40), (40, Some(LONGEST_WAIT)));
    }

    #[test]
    fn wrong_codes_make_no_clerk_wait_who_has_another() {
        let tries = &mut Tries::default();
        let mut now = S;
        // Thirteen tries with one code, and two thousand codes that nobody has.
        now = wrong_tries(tries, CodePlace::of("ZZZZZ-ZZZZZ"), 13, now);
        let letters = b"BCDFGHJKLMNPQRSTVWXZ";
        for n in 0..2_000_usize {
            let code: String =
                (0..10).map(|i| char::from(letters[(n / 20_usize.pow(i % 3) + i as usize) % 20])).collect();
            wrong_tries(tries, CodePlace::of(&code), 1, now);
        }
        assert_eq!(tries.wait_left(place(), now), None);
        let staff = Staff::SignedOut.step(StaffEvent::HandIn(place()), tries, now);
        assert_eq!(staff, Staff::Checking { place: place() });
        assert!(tries.wait_left(CodePlace::of("ZZZZZ-ZZZZZ"), now).is_some());
    }

    #[test]
    fn a_code_has_one_place_however_it_is_typed_and_there_are_so_many() {
        for text in ["bcdfg hjklm", " BCDFGHJKLM ", "bcdfghjklm"] {
            assert_eq!(CodePlace::of(text), place(), "{text}");
        }
        assert_ne!(CodePlace::of("BCDFG-HJKLN"), place());
        let tries = &mut Tries::default();
        for n in 0..40_000_u32 {
            tries.wrong(CodePlace::of(&n.to_string()), S);
        }
        assert!(tries.0.len() <= usize::from(CODE_PLACES) && tries.text().len() < 64 * 1024);
    }

    #[test]
    fn a_restart_is_no_way_round_the_wait() {
        let mut before = Tries::default();
        let now = wrong_tries(&mut before, place(), 6, Duration::ZERO);
        wrong_tries(&mut before, CodePlace::of("ZZZZZ-ZZZZZ"), 4, now);
        let mut tries = Tries::read(&before.text(), S);
        assert_eq!(tries.wait_left(place(), S), Some(30 * S));
        assert_eq!(tries.wait_left(CodePlace::of("ZZZZZ-ZZZZZ"), S), None);
        let staff = Staff::SignedOut.step(StaffEvent::HandIn(place()), &mut tries, 30 * S);
        assert_eq!(staff, Staff::SignedOut);
        let staff = staff.step(StaffEvent::HandIn(place()), &mut tries, 31 * S);
        assert_eq!(staff, Staff::Checking { place: place() });
        assert_eq!(tries.count(place()), 6);
        // What cannot be read holds up nobody: the count of former versions was one number for all.
        for text in ["13", "", "x:y 1:", "5000:3", "1:0", "1:-1"] {
            assert_eq!(Tries::read(text, S), Tries::default(), "{text}");
        }
    }

    #[test]
    fn a_code_that_could_not_be_tried_costs_nothing() {
        let tries = &mut Tries::default();
        wrong_tries(tries, place(), 5, Duration::ZERO);
        let staff = Staff::SignedOut.step(StaffEvent::HandIn(place()), tries, 20 * S);
        assert_eq!(staff.step(StaffEvent::NotTried, tries, 21 * S), Staff::SignedOut);
        assert_eq!((tries.count(place()), tries.wait_left(place(), 21 * S)), (5, None));
    }

    #[test]
    fn the_right_code_forgets_its_own_wrong_ones_alone() {
        let tries = &mut Tries::default();
        let other = CodePlace::of("ZZZZZ-ZZZZZ");
        wrong_tries(tries, place(), 3, Duration::ZERO);
        wrong_tries(tries, other, 6, Duration::ZERO);
        let staff = Staff::SignedOut.step(StaffEvent::HandIn(place()), tries, S);
        let _ = staff.step(StaffEvent::Opened, tries, S);
        assert_eq!((tries.count(place()), tries.count(other)), (0, 6));
    }
}
