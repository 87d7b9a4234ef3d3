//! What a station makes of a signed time. Pure.
//!
//! The floor is the latest time that is known to have passed, and it is on the disk for good. So a time is let into it
//! only where it can be so: not far beyond the floor and the trust list that is held, or, once this run has a time, not far
//! beyond what has passed since. One that lies further ahead is a jump: the server's clock may be wrong, or this station was
//! off for long. It becomes the floor after it held for hours, or by somebody's word. A time before the floor is
//! never taken by itself: the way back is an order under the pinned key, or a clerk.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// A server this far behind what is known to have passed is not believed.
const TOLERANCE: SignedDuration = SignedDuration::from_mins(2);
/// How far a time may lie beyond what the station's own running says.
const RUNNING: SignedDuration = SignedDuration::from_hours(1);
/// A station that was off for no longer takes the time at once.
pub const LONGEST_OFF: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Answers of one jump agree to this.
const AGREES: SignedDuration = SignedDuration::from_mins(10);
/// So many answers, over so much running time, make a jump true.
pub const ANSWERS: u32 = 3;
pub const HELD: Duration = Duration::from_hours(6);

/// A time beyond what can be, and for how long the server has held to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jump {
    /// The last answer.
    pub at: Timestamp,
    pub answers: u32,
    /// Running time of the station over which the answers agreed, in seconds.
    pub agreed_s: u64,
    /// When the last answer came, on this run's steady clock.
    #[serde(skip)]
    seen: Option<Duration>,
}

impl Jump {
    fn first(at: Timestamp, steady: Duration) -> Jump {
        Jump { at, answers: 1, agreed_s: 0, seen: Some(steady) }
    }

    /// The jump with one more answer; from the beginning where that says something else.
    fn with(self, at: Timestamp, steady: Duration) -> Jump {
        let (passed, agrees) = if let Some(seen) = self.seen {
            let passed = steady.saturating_sub(seen);
            let expected = later(self.at, passed);
            (passed, at.duration_since(expected).abs() <= AGREES)
        } else {
            // The station was started again meanwhile: nothing of the time between counts.
            let ahead = at.duration_since(self.at);
            (Duration::ZERO, ahead >= -AGREES && ahead <= LONGEST_OFF)
        };
        if !agrees {
            return Jump::first(at, steady);
        }
        let agreed_s = self.agreed_s.saturating_add(passed.as_secs());
        Jump { at, answers: self.answers.saturating_add(1), agreed_s, seen: Some(steady) }
    }

    fn holds(&self) -> bool {
        self.answers >= ANSWERS && Duration::from_secs(self.agreed_s) >= HELD
    }
}

/// What is known when an answer comes.
#[derive(Debug, Default)]
pub struct Known {
    pub floor: Option<Timestamp>,
    /// The last time that was believed in this run, and what has passed since.
    pub runs: Option<Timestamp>,
    /// When the trust list that is held was issued.
    pub listed: Option<Timestamp>,
    pub jump: Option<Jump>,
}

/// What to make of an answer.
#[derive(Debug, PartialEq, Eq)]
pub enum Judged {
    /// It may become the floor.
    Believed,
    /// It lies ahead of what can be, for now.
    Ahead(Jump),
    /// It lies before a time that is known to have passed.
    Behind,
}

/// Judges a signed time, at this moment of the run's steady clock.
pub fn judge(known: Known, signed: Timestamp, steady: Duration) -> Judged {
    if known.floor.is_some_and(|floor| floor.duration_since(signed) > TOLERANCE) {
        return Judged::Behind;
    }
    let far = |from: Option<Timestamp>, by| from.is_some_and(|from| signed.duration_since(from) > by);
    let known_at_all = known.floor.is_some() || known.listed.is_some();
    let ahead = match known.runs {
        Some(runs) => far(Some(known.floor.map_or(runs, |floor| floor.max(runs))), RUNNING),
        None => known_at_all && far(known.floor.max(known.listed), LONGEST_OFF),
    };
    if !ahead {
        return Judged::Believed;
    }
    let jump = match known.jump {
        Some(jump) => jump.with(signed, steady),
        None => Jump::first(signed, steady),
    };
    if jump.holds() { Judged::Believed } else { Judged::Ahead(jump) }
}

/// This time, and what has passed since.
pub fn later(at: Timestamp, passed: Duration) -> Timestamp {
    at.checked_add(SignedDuration::try_from(passed).unwrap_or(SignedDuration::MAX)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    #[test]
    fn what_can_be_and_what_cannot() {
        let ahead =
            |known: Known, second| matches!(judge(known, at(second), Duration::ZERO), Judged::Ahead(_));
        let off = |floor| Known { floor: Some(at(floor)), ..Known::default() };
        assert!(!ahead(Known::default(), 5 * 365 * DAY), "a station that has just joined knows nothing");
        assert!(!ahead(off(0), 30 * DAY) && ahead(off(0), 30 * DAY + 1));
        let listed = Known { listed: Some(at(20 * DAY)), ..off(0) };
        assert!(!ahead(listed, 50 * DAY), "the trust list was issued by then");
        assert!(ahead(Known { listed: Some(at(0)), ..Known::default() }, 31 * DAY));
        let runs = || Known { runs: Some(at(0)), ..off(0) };
        assert!(!ahead(runs(), 3600) && ahead(runs(), 3601), "less than any time zone");
        let raised = Known { floor: Some(at(90 * DAY)), ..runs() };
        assert!(!ahead(raised, 90 * DAY + 60), "a clerk said so beside this run");
        for (second, behind) in [(-120, false), (-121, true), (-5 * 365 * DAY, true)] {
            assert_eq!(judge(off(0), at(second), Duration::ZERO) == Judged::Behind, behind, "{second}");
        }
    }

    #[test]
    fn a_jump_becomes_true_after_hours_in_which_it_held() {
        let judged = |jump: Option<Jump>, second: i64, steady: u64| {
            let known = Known { floor: Some(at(0)), jump, ..Known::default() };
            judge(known, at(second), Duration::from_secs(steady))
        };
        let waits = |jump, second, steady| match judged(jump, second, steady) {
            Judged::Ahead(jump) => Some(jump),
            _ => None,
        };
        let base = 90 * DAY;
        let mut jump = None;
        for hour in 0..6 {
            jump = waits(jump, base + 3600 * hour, 3600 * hour as u64);
            assert!(jump.is_some(), "{hour}");
        }
        // Another time in between begins it again.
        let other = waits(jump.clone(), base + 40 * DAY, 6 * 3600);
        assert_eq!(other.unwrap().agreed_s, 0);
        // A restart keeps what was counted and counts nothing of what lies between.
        let text = serde_json::to_string(&jump).unwrap();
        let kept: Jump = serde_json::from_str(&text).unwrap();
        let again = waits(Some(kept), base + 2 * DAY, 0).unwrap();
        assert_eq!((again.agreed_s, again.answers), (5 * 3600, 7));
        assert_eq!(judged(Some(again), base + 2 * DAY + 3600, 3600), Judged::Believed);
        assert_eq!(judged(jump, base + 6 * 3600, 6 * 3600), Judged::Believed);
    }
}
