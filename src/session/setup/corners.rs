//! Four marks near the corners, pressed one after the other: does a touch land where the picture shows it?

use std::time::Duration;

use super::turning::turned_with;
use super::{Go, Page};
use crate::session::{Cx, Event, Fault, Tap};
use crate::turn::{Place, TouchMap};

/// Where the marks are, of the whole screen.
pub const MARKS: [Place; 4] = [(0.1, 0.12), (0.9, 0.12), (0.9, 0.88), (0.1, 0.88)];

/// Without a touch for so long, a picture on trial comes back as it was.
pub const TRIAL: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub struct Corners {
    /// Where each mark was touched, in their order.
    pub touched: Vec<Place>,
    /// All four were met.
    pub met: bool,
    pub fault: Option<Fault>,
    /// The picture is on trial until then.
    pub until: Option<Duration>,
}

impl Corners {
    pub(super) fn start(cx: &mut Cx) -> Corners {
        let until = cx.fitting.trial().map(|_| cx.now + TRIAL);
        Corners { touched: Vec::new(), met: false, fault: None, until }
    }

    /// The mark that is to be touched now.
    pub fn mark(&self) -> Option<Place> {
        MARKS.get(self.touched.len()).copied()
    }

    pub(super) fn step(mut self, event: &Event, cx: &mut Cx) -> Go {
        match event {
            Event::Touched(x, y) if self.mark().is_some() => {
                self.until = self.until.map(|_| cx.now + TRIAL);
                self.fault = None;
                self.touched.push((*x, *y));
                if self.mark().is_none() {
                    return self.judge(cx);
                }
            }
            Event::Tap(Tap::Again) => {
                self.until = self.until.map(|_| cx.now + TRIAL);
                (self.touched, self.met, self.fault) = (Vec::new(), false, None);
            }
            Event::Tap(Tap::Continue) if self.met => {
                cx.fitting.chosen.trial = None;
                cx.fitting.chosen.note(super::SetupStep::Turn);
                return Go::On;
            }
            Event::Tap(Tap::Back) if self.until.is_none() => return Go::Back,
            Event::Tap(Tap::Back) => return take_back(cx),
            Event::Tick if self.until.is_some_and(|until| cx.now >= until) => return take_back(cx),
            _ => {}
        }
        Go::Stay(Page::Corners(self))
    }

    fn judge(mut self, cx: &mut Cx) -> Go {
        let pairs: Vec<(Place, Place)> = MARKS.into_iter().zip(self.touched.iter().copied()).collect();
        match TouchMap::correcting(&pairs) {
            Some(map) if map == TouchMap::default() => self.met = true,
            // The glass is mounted another way round than the picture: the station knows how now.
            Some(map) if cx.fitting.glass => {
                cx.fitting.chosen.touch = Some(cx.fitting.chosen.touch_map().then(map));
                return Go::Anew;
            }
            _ => {
                self.fault = Some(Fault::TouchElsewhere);
                self.touched.clear();
            }
        }
        Go::Stay(Page::Corners(self))
    }
}

/// As it was before the trial.
fn take_back(cx: &mut Cx) -> Go {
    let chosen = &mut cx.fitting.chosen;
    if let Some(before) = chosen.trial.take() {
        chosen.touch = chosen.touch.map(|touch| turned_with(touch, chosen.turn, before));
        chosen.turn = before;
    }
    Go::Anew
}
