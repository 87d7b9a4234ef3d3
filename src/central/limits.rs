//! Every bound on what a caller controls, in one place: how long a list or a text may be, how much
//! is kept, how often something may be asked. Each says what it rests on; a test walks the table and
//! sends one more than each allows.
//!
//! Lists of the protocol carry their bounds themselves, where both sides read them
//! ([`HandOver::MOST`](crate::protocol::HandOver::MOST) and its like); they stand here by name.

use std::time::Duration;

use super::lookup::RateLimit;

/// One line of the table.
#[cfg(test)]
#[allow(dead_code, reason = "wip")]
#[derive(Clone, Copy, Debug)]
pub struct Bound {
    pub name: &'static str,
    pub most: usize,
    /// What it rests on.
    pub why: &'static str,
}

macro_rules! bounds {
    ($($name:ident = $most:expr, $why:literal;)*) => {
        $(#[doc = $why] pub const $name: usize = $most;)*

        /// All of them.
        #[cfg(test)]
        #[allow(dead_code, reason = "wip")]
        pub const TABLE: &[Bound] =
            &[$(Bound { name: stringify!($name), most: $name, why: $why }),*];
    };
}

bounds! {
    THROTTLED_NAMES = 20_000, "Names that a throttle remembers at a time: some 2 MiB.";
    THROTTLED_NAMES_OF_ONE = 1_000, "Of these, those that one address or station brings: an office behind one address has fewer wrong numbers in an hour, and twenty loud addresses fill no table.";
    RATED_NAMES = 50_000, "Names that a rate remembers at a time: some 4 MiB.";
}

/// Tries to sign in of browsers that nobody knows, over the whole server: a region of 12,000 people
/// signs in within an hour at three a second. Beyond it each one does the proof of work first.
pub const STRANGERS: (u32, Duration) = (600, Duration::from_millis(100));
/// The same with the work done, over the whole server; each costs its sender a second of a phone.
pub const WORKED: (u32, Duration) = (300, Duration::from_millis(100));
/// With the work done, at one person's number: six a minute, so that whoever guesses gets nowhere and
/// whoever is meant waits seconds.
pub const WORKED_NUMBER: RateLimit = RateLimit { burst: 60, seconds_each: 10 };
/// With the work done, from one address: an office whose address somebody uses up.
pub const WORKED_ADDRESS: RateLimit = RateLimit { burst: 120, seconds_each: 1 };
/// Pick-up codes at one station. A person types one in ten seconds, and the wait never grows: who
/// types wrong ones for fun holds up the next one for five seconds. Codes have 34 bits: at this rate,
/// twenty stations need months for an even chance at one of a thousand cards.
pub const PICK_UPS: RateLimit = RateLimit { burst: 20, seconds_each: 5 };
/// A wait that is longer than this is one that somebody else may have earned: the proof of work takes
/// its place.
pub const PATIENCE: Duration = Duration::from_secs(30);
