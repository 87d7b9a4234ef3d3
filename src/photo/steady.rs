//! Photo: advice that stands long enough to be read, instead of flickering between two.

use std::collections::VecDeque;

use super::guide::Advice;

/// Checks that are looked back on: half a second at ten a second. A blink is shorter.
const WINDOW: usize = 5;
/// Of these so many must say the same before it is shown.
const VOTES: usize = 3;
/// Checks that an advice stands at least, unless nobody or somebody else is there.
const STANDS: usize = 7;

/// Feed it every check's advice; it gives the one to show.
///
/// A new advice is shown when most of the last half second says it, and of several the worst. What
/// is shown gives way to something milder only once it is hardly said any more, so two that take
/// turns do not take turns on the screen.
#[derive(Clone, Debug, Default)]
pub struct Steady {
    last: VecDeque<Advice>,
    shown: Option<Advice>,
    stood: usize,
}

impl Steady {
    pub fn new() -> Steady {
        Steady::default()
    }

    /// One check's advice in, the advice to show out.
    pub fn push(&mut self, advice: Advice) -> Advice {
        if self.last.len() == WINDOW {
            self.last.pop_front();
        }
        self.last.push_back(advice);
        self.stood += 1;
        let Some(shown) = self.shown else { return self.show(advice) };
        let votes = |a: Advice| self.last.iter().filter(|b| **b == a).count();
        let next = self.last.iter().copied().filter(|a| votes(*a) >= VOTES).min();
        match next {
            // What is shown and still said now and then is only left for something worse.
            Some(next) if next < shown || (next > shown && votes(shown) <= 1) => {
                let urgent = next.min(shown) <= Advice::SeveralPeople;
                if self.stood >= STANDS || urgent { self.show(next) } else { shown }
            }
            // Nothing holds, and what is shown was not said for half a second: the worst of it.
            None if votes(shown) == 0 && self.stood >= STANDS => {
                let worst = self.last.iter().copied().min().unwrap_or(advice);
                self.show(worst)
            }
            _ => shown,
        }
    }

    fn show(&mut self, advice: Advice) -> Advice {
        self.shown = Some(advice);
        self.stood = 0;
        advice
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(said: &[Advice]) -> (usize, Advice) {
        let mut steady = Steady::new();
        let shown: Vec<Advice> = said.iter().map(|a| steady.push(*a)).collect();
        (shown.windows(2).filter(|w| w[0] != w[1]).count(), shown[shown.len() - 1])
    }

    #[test]
    fn two_that_take_turns_do_not_flicker() {
        let said: Vec<Advice> =
            (0..60).map(|i| if i % 2 == 0 { Advice::Ready } else { Advice::MoveLeft }).collect();
        assert_eq!(changes(&said), (1, Advice::MoveLeft));
        let rarely: Vec<Advice> =
            (0..60).map(|i| if i % 4 == 0 { Advice::Blurred } else { Advice::Ready }).collect();
        assert!(changes(&rarely).0 <= 1);
    }

    #[test]
    fn a_blink_is_not_remarked_on_and_closed_eyes_are() {
        let mut said = vec![Advice::Ready; 20];
        said[10] = Advice::EyesClosed;
        said[11] = Advice::EyesClosed;
        assert_eq!(changes(&said), (0, Advice::Ready));
        said.extend([Advice::EyesClosed; 5]);
        assert_eq!(changes(&said), (1, Advice::EyesClosed));
    }

    #[test]
    fn who_steps_away_is_noticed_at_once() {
        let mut steady = Steady::new();
        steady.push(Advice::TooDark);
        let shown: Vec<Advice> = (0..3).map(|_| steady.push(Advice::NoFace)).collect();
        assert_eq!(shown[2], Advice::NoFace);
    }
}
