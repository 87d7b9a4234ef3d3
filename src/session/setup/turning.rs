//! How the picture stands on the glass. It is turned on trial: who cannot read or touch it afterwards need do
//! nothing, and it comes back.

use super::{Go, Page};
use crate::session::{Cx, Event, Tap};
use crate::turn::{TouchMap, Turn};

#[derive(Clone, Copy, Debug)]
pub struct Turning {
    /// As it stands now.
    pub now: Turn,
    pub wanted: Turn,
    /// This display is turned elsewhere.
    pub fixed: bool,
}

impl Turning {
    pub(super) fn start(cx: &mut Cx) -> Turning {
        let now = cx.fitting.chosen.turn;
        Turning { now, wanted: now, fixed: !cx.fitting.turns }
    }

    pub(super) fn step(mut self, event: &Event, cx: &mut Cx) -> Go {
        match event {
            Event::Tap(Tap::Pick(row)) if !self.fixed => {
                // Said from where the picture stands now, as the eye sees it.
                if let Some(by) = Turn::ALL.get(*row) {
                    let degrees = (self.now.degrees() + by.degrees()) % 360;
                    self.wanted = Turn::try_from(degrees).unwrap_or(self.now);
                }
            }
            Event::Tap(Tap::Continue) if self.wanted == self.now => return Go::On,
            Event::Tap(Tap::Continue) => {
                let chosen = &mut cx.fitting.chosen;
                // The glass stays mounted as it is: what was off by itself stays off by as much.
                let extra = chosen.touch;
                chosen.touch = extra.map(|touch| turned_with(touch, self.now, self.wanted));
                (chosen.trial, chosen.turn) = (Some(self.now), self.wanted);
                return Go::Anew;
            }
            Event::Tap(Tap::Back) => return Go::Back,
            _ => {}
        }
        Go::Stay(Page::Turning(self))
    }
}

/// A touch map of one turn of the picture, for another.
pub(super) fn turned_with(touch: TouchMap, from: Turn, to: Turn) -> TouchMap {
    let by = (360 + to.degrees() - from.degrees()) % 360;
    touch.then(Turn::try_from(by).unwrap_or_default().touch())
}
