//! Which camera takes the portraits, and whether it is sharp and sees a person where they will stand.

use super::{Go, Page};
use crate::photo::Quantity;
use crate::session::{Cx, Effect, Event, Reading, Tap, Ticket};

/// A camera that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundCamera {
    pub uri: String,
    pub called: String,
}

#[derive(Debug)]
pub struct CameraPage {
    pub found: Vec<FoundCamera>,
    /// The one whose picture is shown, as its address.
    pub uri: String,
    pub reading: Option<Box<Reading>>,
    search: Ticket,
    ticket: Ticket,
}

impl CameraPage {
    pub(super) fn start(cx: &mut Cx) -> CameraPage {
        let uri = cx.fitting.chosen.face.clone().unwrap_or_else(|| cx.fitting.face.clone());
        let (search, ticket) = (cx.ticket(), cx.ticket());
        cx.emit(Effect::FindCameras { ticket: search });
        cx.emit(Effect::Study { ticket });
        CameraPage { found: Vec::new(), uri, reading: None, search, ticket }
    }

    /// Which of those that were found, from 0.
    pub fn place(&self) -> Option<usize> {
        self.found.iter().position(|camera| camera.uri == self.uri)
    }

    /// Is the picture as sharp as a portrait has to be? `None`: nobody is there to focus on.
    pub fn is_sharp(&self) -> Option<bool> {
        let gauges = &self.reading.as_ref()?.gauges;
        gauges.iter().find(|gauge| gauge.what == Quantity::Sharpness).map(|gauge| gauge.ok)
    }

    pub(super) fn step(mut self: Box<Self>, event: Event, cx: &mut Cx) -> Go {
        match event {
            Event::CamerasFound(ticket, found) if ticket == self.search => self.found = found,
            Event::Reading(ticket, reading) if ticket == self.ticket => self.reading = Some(reading),
            Event::Tap(Tap::OtherCamera) if !self.found.is_empty() => {
                let next = self.place().map_or(0, |at| (at + 1) % self.found.len());
                self.uri.clone_from(&self.found[next].uri);
                self.reading = None;
                cx.emit(Effect::UseCamera { uri: self.uri.clone() });
                self.ticket = cx.ticket();
                cx.emit(Effect::Study { ticket: self.ticket });
            }
            Event::Tap(Tap::Continue) => {
                // What the configuration says stays the configuration's to say.
                let own = self.uri == cx.fitting.face && cx.fitting.chosen.face.is_none();
                if !own {
                    cx.fitting.chosen.face = Some(self.uri);
                }
                cx.emit(Effect::CloseCameras);
                return Go::On;
            }
            Event::Tap(Tap::Back) => {
                cx.emit(Effect::CloseCameras);
                return Go::Back;
            }
            _ => {}
        }
        Go::Stay(Page::Camera(self))
    }
}
