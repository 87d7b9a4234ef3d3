//! Growing pauses between tries.

use std::time::Duration;

/// The first pause, before jitter.
const FIRST: Duration = Duration::from_secs(2);
/// The longest pause, before jitter.
const LONGEST: Duration = Duration::from_mins(5);

/// How long to wait after the given number of failures in a row (1: the first), with `jitter` of
/// 0 to 1. Exponential with equal jitter: half of the pause is fixed, half is chance, so that the
/// stations of a region do not all come back in the same second.
pub fn pause(failures: u32, jitter: f64) -> Duration {
    if failures == 0 {
        return Duration::ZERO;
    }
    let doubled = FIRST.saturating_mul(1 << (failures - 1).min(16)).min(LONGEST);
    let jitter = if jitter.is_finite() { jitter.clamp(0.0, 1.0) } else { 1.0 };
    doubled / 2 + (doubled / 2).mul_f64(jitter)
}

/// A jitter of 0 to 1 from random bits.
pub fn jitter(bits: u32) -> f64 {
    f64::from(bits) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pauses_double_up_to_five_minutes() {
        let seconds: Vec<u64> = (0..10).map(|failures| pause(failures, 1.0).as_secs()).collect();
        assert_eq!(seconds, [0, 2, 4, 8, 16, 32, 64, 128, 256, 300]);
        assert_eq!(pause(1, 0.0), Duration::from_secs(1));
    }

    proptest! {
        #[test]
        fn never_shorter_than_half_and_never_longer_than_the_cap(failures in 1u32.., bits in any::<u32>()) {
            let full = pause(failures, 1.0);
            let some = pause(failures, jitter(bits));
            prop_assert!(some >= full / 2 && some <= full && full <= LONGEST);
        }
    }
}
