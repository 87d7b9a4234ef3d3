//! What is shown of a batch once: kept in memory for a quarter of an hour, for whoever made it, so that file and
//! sheet can be fetched. A restart forgets it; new codes can be made.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use zeroize::Zeroizing;

const LIFE: Duration = Duration::from_secs(15 * 60);

/// File and sheet of one batch.
pub struct Handout {
    /// Who made it: nobody else is given it.
    pub owner: String,
    pub labels: Zeroizing<Vec<u8>>,
    pub file: Zeroizing<String>,
}

/// By batch, each with the moment in which it was made.
#[derive(Default)]
pub struct Handouts(Mutex<HashMap<String, (Duration, Arc<Handout>)>>);

impl Handouts {
    /// Keeps it, over a former one of the same batch. `now` is monotonic.
    pub fn keep(&self, batch: &str, handout: Handout, now: Duration) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, (made, _)| now.saturating_sub(*made) < LIFE);
        all.insert(batch.to_owned(), (now, Arc::new(handout)));
    }

    pub fn find(&self, batch: &str, asker: &str, now: Duration) -> Option<Arc<Handout>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, (made, _)| now.saturating_sub(*made) < LIFE);
        all.get(batch).filter(|(_, handout)| handout.owner == asker).map(|(_, handout)| handout.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_maker_gets_it_and_not_for_long() {
        let all = Handouts::default();
        let handout = |file: &str| Handout {
            owner: "A".into(),
            labels: Zeroizing::new(vec![1]),
            file: Zeroizing::new(file.into()),
        };
        let at = Duration::from_secs;
        all.keep("X", handout("first"), at(10));
        assert!(all.find("X", "A", at(20)).is_some() && all.find("X", "B", at(20)).is_none());
        all.keep("X", handout("second"), at(600));
        assert_eq!(*all.find("X", "A", at(1000)).unwrap().file, "second", "the former one's end is not its");
        assert!(all.find("X", "A", at(1500)).is_none() && all.find("X", "A", at(601)).is_none());
    }
}
