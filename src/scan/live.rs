//! Reading a live picture: frame after frame, each with little time, and the next one comes anyway.

use super::cascade;
use super::region::Region;
use super::{Budget, Engine as _, Found, Luma, Zxing, distinct};

/// A frame in which nothing was seen gets the long look only once in so many: a code that only the other engines read
/// is then found within half a second, and an empty desk costs little.
const LONG_LOOK_EVERY: u32 = 8;

/// What a camera's worker keeps between frames.
#[derive(Debug, Default)]
pub struct LiveReader {
    /// Where the last code was: looked at first, since a card that is held moves little.
    last: Option<Region>,
    empty: u32,
}

impl LiveReader {
    /// The codes of this frame, each text once.
    ///
    /// The whole frame is looked at even where the last place has its code again, every other
    /// frame: a second card beside the first must not stay unseen.
    pub fn read(&mut self, picture: Luma, budget: &Budget) -> Vec<Found> {
        if !picture.is_sound() {
            return Vec::new();
        }
        if self.empty == 0
            && let Some(region) = self.last.take()
        {
            let found = within(region, picture);
            if !found.is_empty() {
                // Not kept: the next frame looks at everything.
                return found;
            }
        }
        let first = Zxing::local().read(picture);
        let mut found = distinct(first.found);
        let seen = first.near.iter().any(|corners| Region::around(corners, picture).is_some());
        if found.is_empty() && (seen || self.empty % LONG_LOOK_EVERY == LONG_LOOK_EVERY - 1) {
            found = cascade::longer(picture, &first.near, budget);
        }
        self.last = match found.as_slice() {
            [one] => Region::around(&one.corners, picture),
            _ => None,
        };
        self.empty = if found.is_empty() { self.empty.wrapping_add(1) } else { 0 };
        found
    }
}

fn within(region: Region, picture: Luma) -> Vec<Found> {
    let cut = region.cut(picture);
    let closer = Luma { width: region.width, height: region.height, data: &cut };
    if !closer.is_sound() {
        return Vec::new();
    }
    distinct(Zxing::local().read(closer).found).into_iter().map(|one| region.back(one)).collect()
}
