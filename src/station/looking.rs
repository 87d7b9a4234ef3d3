//! Station: what the scan camera sees, frame after frame, before anything is judged: which codes are in view, whether they
//! are others than before, and that they are still there.

use std::time::Duration;

use image::RgbImage;

use super::in_view::InView;
use crate::clock::thread_cpu;
use crate::credential::{Code, parse};
use crate::scan::{self, Budget, LiveReader, Luma};
use crate::session::Ticket;

/// The same codes are judged again after this time: a list may have come meanwhile.
const SAME_AGAIN: Duration = Duration::from_secs(1);

/// That they are still there is said this often, and no oftener.
const STILL_EVERY: Duration = Duration::from_millis(100);

/// What a frame says. `in_turn`: the codes were read in several frames and not all in this one.
#[derive(Debug, PartialEq, Eq)]
pub enum Seen {
    /// No code, or nothing that was not said just now.
    Nothing,
    /// The codes of before.
    StillThere,
    /// Other codes than before, or the same after some time: all that are in view.
    Codes { texts: Vec<String>, in_turn: bool },
}

/// What a visit's frames have shown so far.
pub struct Looking {
    ticket: Ticket,
    judging: bool,
    paused: bool,
    reader: LiveReader,
    in_view: InView,
    /// What was seen last, when it was said, and when it was said to be there.
    last: Option<(Vec<String>, Duration, Duration)>,
}

impl Looking {
    /// `judging`: what is seen is judged; otherwise codes are wanted as they are.
    pub fn new(ticket: Ticket, judging: bool) -> Looking {
        Looking {
            ticket,
            judging,
            paused: false,
            reader: LiveReader::default(),
            in_view: InView::default(),
            last: None,
        }
    }

    pub fn ticket(&self) -> Ticket {
        self.ticket
    }

    pub fn judges(&self) -> bool {
        self.judging
    }

    /// While it is paused nothing is read. Afterwards everything is news.
    pub fn pause(&mut self, paused: bool) {
        if self.paused != paused {
            *self = Looking { paused, ..Looking::new(self.ticket, self.judging) };
        }
    }

    /// Something else was shown meanwhile: what is in view is news again.
    pub fn say_again(&mut self) {
        self.last = None;
    }

    pub fn see(&mut self, frame: &RgbImage, now: Duration) -> Seen {
        if self.paused {
            return Seen::Nothing;
        }
        let luma = image::imageops::grayscale(frame);
        let read = self.reader.read(Luma::from(&luma), &Budget::new(Budget::FRAME, &thread_cpu));
        let here: Vec<String> = read.iter().map(scan::Found::text).collect();
        let mut texts = self.in_view.see(here.iter().cloned(), now);
        if texts.is_empty() {
            return Seen::Nothing;
        }
        // Where only a code of something else is left, a card of a moment ago is no longer what is held up.
        if here.iter().all(|text| parse(text) == Code::Other) {
            texts.clone_from(&here);
        }
        let in_turn = texts.iter().any(|text| !here.contains(text));
        match &mut self.last {
            Some((seen, said, still)) if *seen == texts && now.saturating_sub(*said) < SAME_AGAIN => {
                if now.saturating_sub(*still) < STILL_EVERY {
                    return Seen::Nothing;
                }
                *still = now;
                Seen::StillThere
            }
            last => {
                *last = Some((texts.clone(), now, now));
                Seen::Codes { texts, in_turn }
            }
        }
    }
}
