//! A tiny generator of repeatable numbers for sample data. Never for secrets.

/// SplitMix64 (Steele, Lea, Flood 2014): the same seed gives the same people on every machine.
/// Its output is predictable, so nothing that must stay unknown may come from it.
pub struct SplitMix(u64);

impl SplitMix {
    pub fn new(seed: u64) -> SplitMix {
        SplitMix(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from `0` to `below - 1`; 0 for an empty range. The bias of a remainder is far
    /// under what sample data could show.
    pub fn below(&mut self, below: usize) -> usize {
        (self.next() % below.max(1) as u64) as usize
    }

    /// A number from `from` to `to`, both included.
    pub fn between(&mut self, from: i16, to: i16) -> i16 {
        from + self.below(usize::from((to - from).max(0).unsigned_abs()) + 1) as i16
    }

    /// True in `percent` of a hundred cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::SplitMix;

    #[test]
    fn gives_the_published_sequence() {
        // First outputs of the reference implementation for seed 1234567.
        let mut rng = SplitMix::new(1_234_567);
        assert_eq!(rng.next(), 6_457_827_717_110_365_317);
        assert_eq!(rng.next(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn ranges_hold_both_ends() {
        let mut rng = SplitMix::new(1);
        let drawn: Vec<i16> = (0..200).map(|_| rng.between(3, 5)).collect();
        assert_eq!((drawn.iter().min(), drawn.iter().max()), (Some(&3), Some(&5)));
    }
}
