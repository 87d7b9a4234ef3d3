//! So many at a time, and so many of them for one: places that are given back by themselves.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Default)]
struct Taken {
    all: usize,
    by: HashMap<String, usize>,
}

/// Places that callers take. A clone is the same places.
#[derive(Clone)]
pub struct Places {
    most: usize,
    of_one: usize,
    taken: Arc<Mutex<Taken>>,
}

/// One place; free again when this goes.
pub struct Place {
    taken: Arc<Mutex<Taken>>,
    who: String,
}

impl Places {
    pub fn new(most: usize, of_one: usize) -> Places {
        Places { most, of_one, taken: Arc::default() }
    }

    /// A place for `who`. `None`: there is none left, or they have all that they may.
    pub fn take(&self, who: &str) -> Option<Place> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let own = taken.by.get(who).copied().unwrap_or(0);
        if taken.all >= self.most || own >= self.of_one {
            return None;
        }
        taken.all += 1;
        taken.by.insert(who.to_owned(), own + 1);
        Some(Place { taken: self.taken.clone(), who: who.to_owned() })
    }

    /// Is there none left?
    pub fn is_full(&self) -> bool {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).all >= self.most
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all -= 1;
        if let Some(own) = taken.by.get_mut(&self.who) {
            *own -= 1;
            if *own == 0 {
                taken.by.remove(&self.who);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_takes_so_many_and_all_so_many_and_they_come_back() {
        let places = Places::new(3, 2);
        let first = (places.take("a"), places.take("a"));
        assert!(first.0.is_some() && first.1.is_some() && places.take("a").is_none());
        let second = places.take("b");
        assert!(second.is_some() && places.take("c").is_none());
        drop(first);
        assert!(places.take("a").is_some());
        drop(second);
        assert_eq!(places.taken.lock().unwrap().by.len(), 0);
    }
}
