//! Every bound on what a caller controls, in one place: how long a list or a text may be, how much
//! is kept, how often something may be asked. Each says what it rests on; a test walks the table and
//! sends one more than each allows.
//!
//! Lists of the protocol carry their bounds themselves, where both sides read them
//! ([`HandOver::MOST`](crate::protocol::HandOver::MOST) and its like); they stand here by name.

use std::time::Duration;

use super::lookup::RateLimit;
use crate::protocol::{AskWipe, HandOver, OutboxBatch, Report};

/// One line of the table.
#[cfg(test)]
#[derive(Clone, Copy, Debug)]
pub struct Bound {
    pub name: &'static str,
    pub most: usize,
    /// What it rests on.
    pub why: &'static str,
}

macro_rules! bounds {
    ($($name:ident = $most:expr, $why:literal;)*) => {
        $(
            #[doc = $why]
            #[allow(dead_code, reason = "lists of the protocol keep to their bounds by themselves")]
            pub const $name: usize = $most;
        )*

        /// All of them.
        #[cfg(test)]
        pub const TABLE: &[Bound] =
            &[$(Bound { name: stringify!($name), most: $name, why: $why }),*];
    };
}

bounds! {
    THROTTLED_NAMES = 20_000, "Names that a throttle remembers at a time: some 2 MiB.";
    THROTTLED_NAMES_OF_ONE = 1_000, "Of these, those that one address or station brings: an office behind one address has fewer wrong numbers in an hour, and twenty loud addresses fill no table.";
    SMALL_BODY = 64 * 1024, "A body of a form or of a short call, in bytes.";
    UNPROVEN_BODY = 16 * 1024, "A body of whoever has proved nothing, in bytes: the longest of ours is one of 2 KiB.";
    LARGE_BODY = 8 * 1024 * 1024, "A body that may hold a portrait, or a batch of them, in bytes.";
    JSON_VALUES = 60_000, "Values in one body in JSON: ids of an outage of years (WIPE_IDS) and what stands around them; at 72 bytes each they take 4 MiB at most.";
    HAND_OVER_ITEMS = HandOver::MOST, "Items that a revoked station hands over at a time.";
    WIPE_IDS = AskWipe::MOST, "Ids that wait at a revoked station: 27 a day for five years.";
    BATCH_ITEMS = OutboxBatch::MOST, "Items of the outbox at a time.";
    REPORT_FIELDS = Report::MOST, "Fields that a person ticks as wrong: there are six.";
    HEAVY_AT_ONCE = 32, "Pages of the roster and outbox calls at a time: a page holds 2 MiB, a body 8 MiB, so these stay below 512 MiB.";
    HEAVY_OF_ONE = 4, "Of these, those of one station: it makes one at a time, and repeats one that it gave up.";
    LEAVING_AT_ONCE = 4, "Hand-overs of revoked stations at a time.";
    LEAVING_OF_ONE = 1, "Of these, those of one station.";
    SLOW_BODIES = 256, "Bodies of nobody that do not arrive at once, at a time: 16 MiB.";
    SLOW_BODIES_OF_ONE = 16, "Of these, those of one address.";
    LINES = 8_192, "Connections at a time: an eighth of the unit's LimitNOFILE.";
    LINES_OF_ONE = 1_024, "Of these, those of one address: an office behind one. A proxy that the configuration names is not counted.";
    REPORT_BYTES = 32 * 1024, "A technician's report on a station, in bytes: one of ours has 3 KiB.";
    REPORT_TEXT = 500, "A text in it, in bytes.";
    REPORT_PARTS = 64, "Parts in it, and plates.";
    REPORTS_KEPT = 20, "Reports that are kept of one station.";
    AUDIT_NAME = 128, "A name in an entry of a station's audit chain, in bytes: ids have 32.";
    HASHES_OF_A_LANE = 2, "Runs of Argon2id at a time in each of three lanes: 19 MiB each, 114 MiB in all.";
    HASH_QUEUE_STRANGERS = 24, "Strangers whose passwords are looked at or wait for it: at 30 ms and two cores the last waits half a second.";
    HASH_QUEUE_KNOWN = 64, "The same of stations, and of browsers that are known or have worked.";
    HASH_QUEUE_OF_ONE = 8, "Of these, those of one address, station or browser.";
    RATED_NAMES = 50_000, "Names that a rate remembers at a time: some 4 MiB.";
}

/// Tries to sign in of browsers that nobody knows, over the whole server: a region of 12,000 people
/// signs in within an hour at three a second. Beyond it each one does the proof of work first.
pub const STRANGERS: (u32, Duration) = (3_000, Duration::from_millis(100));
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
/// Requests at a time on one HTTP/2 connection; the library keeps to it.
pub const STREAMS: u32 = 64;
/// The head of a request, in bytes; the library keeps to it.
pub const HEAD_BYTES: u32 = 32 * 1024;
/// What one station sends in heavy calls, in KiB: 64 MiB at once, then half a MiB a second. The portraits of
/// a month's outage (500) are in within a quarter of an hour.
pub const SENT_KIB: (u32, Duration) = (64 * 1024, Duration::from_micros(1_953));
/// How often one station says how it is: every few minutes, and when something changes.
pub const STATES: RateLimit = RateLimit { burst: 30, seconds_each: 10 };
/// How often a technician leaves one station.
pub const REPORTS: RateLimit = RateLimit { burst: 10, seconds_each: 60 };
/// How long a connection lives on which nothing is asked: longer than a station or a browser waits between two
/// requests of one visit. It ends within twice this.
pub const IDLE_LINE: Duration = Duration::from_secs(30);
/// A wait that is longer than this is one that somebody else may have earned: the proof of work takes
/// its place.
pub const PATIENCE: Duration = Duration::from_secs(30);

#[cfg(test)]
#[path = "limits_tests.rs"]
mod tests;
