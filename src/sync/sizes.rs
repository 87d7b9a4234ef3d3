//! How much goes into one call. What stands between a station and its server takes bodies of one size and no
//! larger ones (nginx: 1 MB), or cuts a call that takes too long; neither says where its limit lies.

use std::time::Duration;

/// A few portraits.
pub(super) const MOST: usize = 2 * 1024 * 1024;
/// Less than this helps nobody: the head of a request is not much smaller.
pub(super) const LEAST: usize = 16 * 1024;
/// A line that broke off under larger bodies is not tried with them again before so many arrived.
const TRUST: u32 = 8;
/// A size that was refused is tried again after this; somebody may have corrected the proxy.
const REFUSED_FOR: Duration = Duration::from_hours(24);

/// Bytes that a call may carry, learned from what became of those before. Kept in memory: after a start a few
/// calls teach it again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizes {
    now: usize,
    /// So many bodies that filled the room arrived, one after the other.
    good: u32,
    /// What nobody refused yet, and until when (monotonic time) that counts.
    ceiling: Option<(usize, Duration)>,
}

impl Default for Sizes {
    fn default() -> Sizes {
        Sizes { now: MOST, good: 0, ceiling: None }
    }
}

impl Sizes {
    /// How much may go now.
    pub fn room(&mut self, now: Duration) -> usize {
        if self.ceiling.is_some_and(|(_, until)| now >= until) {
            *self = Sizes::default();
        }
        self.now
    }

    /// Something on the way takes no body of this size.
    pub fn refused(&mut self, size: usize, now: Duration) {
        let half = (size.min(self.most()) / 2).max(LEAST);
        self.ceiling = Some((half, now.saturating_add(REFUSED_FOR)));
        self.now = self.now.min(half);
        self.good = 0;
    }

    /// The connection ended while a body of this size was under way. With a small one that says nothing.
    pub fn broke_off(&mut self, size: usize) {
        if size > LEAST {
            self.now = (size.min(self.now) / 2).max(LEAST);
            self.good = 0;
        }
    }

    /// A body of this size arrived, of a kind that is never larger than `most`. Several that filled the
    /// room make more room, up to what was refused.
    pub fn went(&mut self, size: usize, most: usize) {
        let most = most.min(self.most());
        if size.saturating_mul(2) < self.now || self.now >= most {
            return;
        }
        self.good += 1;
        if self.good >= TRUST {
            self.good = 0;
            self.now = self.now.saturating_mul(2).min(most);
        }
    }

    fn most(&self) -> usize {
        self.ceiling.map_or(MOST, |(most, _)| most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Duration = Duration::from_hours(12);

    #[test]
    fn a_refused_size_is_halved_and_not_tried_again_before_the_next_day() {
        let mut sizes = Sizes::default();
        sizes.refused(MOST, NOON);
        assert_eq!(sizes.room(NOON), MOST / 2);
        sizes.refused(MOST / 2 + 40, NOON);
        let held = sizes.room(NOON);
        assert!((MOST / 4..MOST / 4 + 40).contains(&held), "{held}");
        for _ in 0..50 {
            sizes.went(held, MOST);
        }
        assert_eq!(sizes.room(NOON + Duration::from_hours(23)), held, "what was refused stays refused");
        assert_eq!(sizes.room(NOON + Duration::from_hours(24)), MOST);
        for _ in 0..40 {
            sizes.refused(LEAST, NOON);
        }
        assert_eq!(sizes.room(NOON), LEAST);
    }

    #[test]
    fn a_line_that_breaks_off_gets_less_and_more_again_once_it_holds() {
        let mut sizes = Sizes::default();
        sizes.broke_off(600 * 1024);
        assert_eq!(sizes.room(NOON), 300 * 1024);
        let mut went = |size, most| {
            for _ in 0..TRUST {
                sizes.went(size, most);
            }
            sizes.room(NOON)
        };
        assert_eq!(went(1024, MOST), 300 * 1024, "a small body proves nothing");
        assert_eq!(
            went(200 * 1024, 256 * 1024),
            300 * 1024,
            "parts that arrive say nothing of larger bodies"
        );
        assert_eq!(went(200 * 1024, MOST), 600 * 1024);
        assert_eq!(sizes.room(NOON), 600 * 1024);
        sizes.broke_off(LEAST);
        assert_eq!(sizes.room(NOON), 600 * 1024, "a small body that is cut proves nothing either");
        for _ in 0..40 {
            sizes.broke_off(MOST);
        }
        assert_eq!(sizes.room(NOON), LEAST);
    }
}
