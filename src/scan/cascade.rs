//! Which engine looks at which view of a picture, in what order, and when to stop.
//!
//! The order is that of readings won a millisecond spent, on public pictures and on altered copies of them (turned,
//! halved, darkened, blurred, with noise): no engine is good at everything, and each view gives the same engine another
//! roll of its dice. Where an engine saw a code and could not read it, its surroundings are looked at first: they are
//! small, so every attempt on them is cheap.

use std::time::Duration;

use super::region::Region;
use super::view::View;
use super::{Budget, Engine, Found, Luma, Rqrr, Rxing, Zxing, distinct};

/// An engine and what it is shown.
struct Attempt {
    engine: &'static dyn Engine,
    view: View,
}

const fn attempt(engine: &'static dyn Engine, view: View) -> Attempt {
    Attempt { engine, view }
}

const ZXING: &Zxing = &Zxing::local();
const ZXING_GLOBAL: &Zxing = &Zxing::global();
const RXING: &Rxing = &Rxing::local();
const RXING_GLOBAL: &Rxing = &Rxing::global();
const RQRR: &Rqrr = &Rqrr;

const DOUBLE: View = View::Scaled(12);
const HALF_MORE: View = View::Scaled(9);
const TWO_THIRDS: View = View::Scaled(4);
const HALF: View = View::Scaled(3);

/// After the first look, on the whole picture.
const ATTEMPTS: &[Attempt] = &[
    attempt(ZXING_GLOBAL, View::Plain),
    attempt(RXING, View::Plain),
    attempt(ZXING, TWO_THIRDS),
    attempt(ZXING, View::Flat),
    attempt(ZXING, HALF_MORE),
    attempt(RQRR, View::Local(8)),
    attempt(ZXING, DOUBLE),
    attempt(RXING, HALF_MORE),
    attempt(ZXING_GLOBAL, View::Median),
    attempt(RQRR, View::Local(3)),
    attempt(RXING, TWO_THIRDS),
    attempt(RXING, DOUBLE),
    attempt(RQRR, View::Sharp),
    attempt(RXING_GLOBAL, View::Turned),
    attempt(ZXING, View::Turned),
    attempt(RQRR, HALF_MORE),
    attempt(RXING, View::Local(24)),
    attempt(RXING, View::Flat),
    attempt(RXING_GLOBAL, View::Sharp),
    attempt(ZXING, View::Median),
    attempt(RQRR, View::Median),
    attempt(RXING, HALF),
    attempt(ZXING, HALF),
    attempt(RXING, View::Median),
    attempt(RQRR, DOUBLE),
    attempt(RXING_GLOBAL, HALF_MORE),
    attempt(RXING, View::Sharp),
];

/// On the surroundings of a code that was seen and not read.
const CLOSER: &[Attempt] = &[
    attempt(ZXING, DOUBLE),
    attempt(ZXING_GLOBAL, View::Plain),
    attempt(RQRR, View::Local(3)),
    attempt(RXING, HALF_MORE),
    attempt(ZXING, View::Median),
    attempt(RQRR, DOUBLE),
    attempt(RXING_GLOBAL, View::Sharp),
    attempt(ZXING, View::Turned),
];

/// Views above this many pixels are not made: enlarging a picture of many megapixels helps nobody.
const MOST_PIXELS: usize = 4_000_000;

/// Looks until something is read, the budget is spent or nothing is left to try.
pub(super) fn run(picture: Luma, budget: &Budget) -> Vec<Found> {
    let first = ZXING.read(picture);
    let found = distinct(first.found);
    if found.is_empty() { longer(picture, &first.near, budget) } else { found }
}

/// After a first look in vain; `near` is where it saw something.
pub(super) fn longer(picture: Luma, near: &[[(i32, i32); 4]], budget: &Budget) -> Vec<Found> {
    let mut pace = Pace::default();
    for region in near.iter().filter_map(|corners| Region::around(corners, picture)) {
        let cut = region.cut(picture);
        let closer = Luma { width: region.width, height: region.height, data: &cut };
        if let Some(found) = pace.try_all(CLOSER, closer, budget) {
            return found.into_iter().map(|one| region.back(one)).collect();
        }
    }
    pace.try_all(ATTEMPTS, picture, budget).unwrap_or_default()
}

/// How much slower this machine is than the one on which the costs were measured: 1 until known otherwise.
struct Pace(f32);

impl Default for Pace {
    fn default() -> Self {
        Pace(1.0)
    }
}

impl Pace {
    /// The first reading of these attempts, each only begun where it probably fits into what is left.
    fn try_all(&mut self, attempts: &[Attempt], picture: Luma, budget: &Budget) -> Option<Vec<Found>> {
        for attempt in attempts {
            let pixels = attempt.view.pixels(picture);
            if pixels > MOST_PIXELS {
                continue;
            }
            let cost = (attempt.view.cost() + attempt.engine.cost()) * pixels as f32 * self.0;
            let left = budget.left();
            if left.is_zero() {
                return None;
            }
            if Duration::from_nanos(cost as u64) > left {
                continue;
            }
            let before = budget.used();
            let seen = attempt.view.of(picture);
            self.learn(attempt.view, pixels, budget.used().saturating_sub(before));
            let found = attempt.engine.read(seen.luma()).found;
            let found = distinct(found);
            if !found.is_empty() {
                let back = |one: Found| Found { corners: one.corners.map(|at| seen.back(at)), ..one };
                return Some(found.into_iter().map(back).collect());
            }
        }
        None
    }

    /// Making a view takes the same work whatever the picture shows, so its time tells the machine's pace.
    fn learn(&mut self, view: View, pixels: usize, took: Duration) {
        if view.cost() > 0.0 && pixels > 50_000 {
            let pace = took.as_nanos() as f32 / (view.cost() * pixels as f32);
            self.0 = pace.clamp(self.0.min(1.0), 20.0).max(0.25);
        }
    }
}
