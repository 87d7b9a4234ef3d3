//! Station: the worker of the scan camera. Frames in, findings out, live picture beside it.

use std::sync::mpsc::{Receiver, Sender, TryRecvError};
use std::time::Duration;

use image::RgbImage;

use super::asking::Heard;
use super::clerk::OnDuty;
use super::desk::Desk;
use super::live::LiveView;
use super::looking::{Looking, Seen};
use crate::camera::{self, Camera};
use crate::clock::{SharedClock, thread_cpu};
use crate::credential::Serial;
use crate::protocol::{AuditEntry, Looked};
use crate::scan::{self, Budget, Luma};
use crate::session::{About, Alert, CodeText, Event, Ticket};
use crate::store::SqliteStore;

const FRAME_PATIENCE: Duration = Duration::from_secs(2);

/// A card that stays in view is asked about again after this time.
const ASK_AGAIN: Duration = Duration::from_secs(10);

const REOPEN_AFTER: Duration = Duration::from_secs(1);

pub enum ScanOrder {
    Open(Ticket),
    /// A hand scanner typed a code while the camera looks.
    Look(Ticket, CodeText),
    /// Codes as they are, for a technician: nothing is judged.
    Read(Ticket),
    /// Reads nothing, or reads again.
    Pause(bool),
    /// Another camera from now on.
    Use(String),
    Close,
}

pub struct ScanWorker {
    pub uri: String,
    pub orders: Receiver<ScanOrder>,
    pub view: LiveView,
    pub desk: Desk<SqliteStore>,
    pub clock: SharedClock,
    pub on_duty: OnDuty,
    pub live: Live,
    /// Where what was seen is told: the screen's session.
    pub post: Box<dyn Fn(Event) + Send>,
}

/// The line to whoever asks the server about cards.
pub struct Live {
    asks: Sender<Serial>,
    heard: Receiver<Heard>,
    /// What was asked last, and when.
    asked: Option<(Serial, Duration)>,
    /// The card whose verdict stands on the screen, the codes that it came from, and for whom they were judged.
    shown: Option<(Serial, Vec<String>, Ticket)>,
}

impl Live {
    pub fn new(asks: Sender<Serial>, heard: Receiver<Heard>) -> Live {
        Live { asks, heard, asked: None, shown: None }
    }

    fn ask(&mut self, serial: Serial, now: Duration) {
        let lately =
            self.asked.is_some_and(|(asked, at)| asked == serial && now.saturating_sub(at) < ASK_AGAIN);
        // A station that has not joined has nobody to ask.
        if !lately && self.asks.send(serial).is_ok() {
            self.asked = Some((serial, now));
        }
    }

    /// Another visitor: what was shown before is not judged again.
    fn begin(&mut self) {
        (self.asked, self.shown) = (None, None);
    }
}

impl ScanWorker {
    /// Runs until the station lets go of the other end.
    pub fn run(mut self) {
        while let Ok(order) = self.orders.recv() {
            match order {
                ScanOrder::Open(ticket) => self.visit(ticket, true),
                ScanOrder::Read(ticket) => self.visit(ticket, false),
                ScanOrder::Use(uri) => self.uri = uri,
                ScanOrder::Look(..) | ScanOrder::Pause(_) | ScanOrder::Close => {}
            }
            self.view.reset();
        }
    }

    fn visit(&mut self, ticket: Ticket, judging: bool) {
        let mut camera: Option<Box<dyn Camera>> = None;
        let mut looking = Looking::new(ticket, judging);
        let mut noted = Vec::new();
        self.live.begin();
        loop {
            while let Ok((serial, status)) = self.live.heard.try_recv() {
                if self.desk.heard(serial, status)
                    && let Some((_, texts, ticket)) = self.live.shown.take_if(|(shown, ..)| *shown == serial)
                {
                    self.judge(ticket, &texts, false, &mut noted);
                }
            }
            match self.orders.try_recv() {
                Ok(order @ (ScanOrder::Open(again) | ScanOrder::Read(again))) => {
                    looking = Looking::new(again, matches!(order, ScanOrder::Open(_)));
                    noted.clear();
                    self.live.begin();
                }
                Ok(ScanOrder::Look(ticket, CodeText(text))) => {
                    self.judge(ticket, &[text], false, &mut noted);
                    looking.say_again();
                    continue;
                }
                Ok(ScanOrder::Pause(paused)) => {
                    looking.pause(paused);
                    continue;
                }
                Ok(ScanOrder::Use(uri)) => {
                    (self.uri, camera) = (uri, None);
                    continue;
                }
                Ok(ScanOrder::Close) | Err(TryRecvError::Disconnected) => return,
                Err(TryRecvError::Empty) => {}
            }
            let opened = match &mut camera {
                Some(camera) => camera.frame(FRAME_PATIENCE),
                None => match camera::open(&self.uri) {
                    Ok(open) => {
                        (self.post)(Event::Alert(Alert::ScanCamera, false));
                        camera.insert(open).frame(FRAME_PATIENCE)
                    }
                    Err(error) => Err(error),
                },
            };
            match opened {
                Ok(frame) => {
                    self.view.show(&frame.rgb);
                    self.look_at(&frame.rgb, &mut looking, &mut noted);
                }
                Err(error) => {
                    tracing::warn!(%error, "scan camera");
                    (self.post)(Event::Alert(Alert::ScanCamera, true));
                    camera = None;
                    std::thread::sleep(REOPEN_AFTER);
                }
            }
        }
    }

    /// One frame, from its pixels to what the session hears of it.
    pub(super) fn look_at(&mut self, frame: &RgbImage, looking: &mut Looking, noted: &mut Vec<Looked>) {
        match looking.see(frame, self.clock.monotonic()) {
            Seen::Nothing => {}
            Seen::StillThere => (self.post)(Event::StillThere(looking.ticket())),
            Seen::Codes { texts, in_turn } if looking.judges() => {
                self.judge(looking.ticket(), &texts, in_turn, noted);
            }
            Seen::Codes { texts, .. } => {
                for text in texts {
                    (self.post)(Event::CodeRead(looking.ticket(), CodeText(text)));
                }
            }
        }
    }

    /// What the desk makes of these codes, told to the screen and noted for the server.
    fn judge(&mut self, ticket: Ticket, texts: &[String], in_turn: bool, noted: &mut Vec<Looked>) {
        let clerk = self.on_duty.clerk();
        let mut finding = self.desk.look(texts, clerk.is_some());
        // Read in turn, and not one genuine card: whether they belong together only one frame with both could show.
        if in_turn && matches!(&finding.about, About::Codes(codes) if codes.len() > 1) {
            finding.about = About::SeveralCards;
        }
        (self.post)(Event::Scanned(ticket, Box::new(finding.clone())));
        let actor = clerk.as_ref().map_or(AuditEntry::PUBLIC, |clerk| clerk.id.as_str());
        self.desk.note_look(&finding, actor, noted);
        self.live.shown =
            finding.judgement.holder.as_ref().map(|holder| (holder.serial, texts.to_vec(), ticket));
        if let Some(serial) = self.desk.to_ask(&finding) {
            self.live.ask(serial, self.clock.monotonic());
        }
    }
}

/// The texts of all codes in a picture.
pub fn codes_in(picture: &image::RgbImage) -> Vec<String> {
    let luma = image::imageops::grayscale(picture);
    let found = scan::read(Luma::from(&luma), &Budget::new(Budget::STILL, &thread_cpu));
    found.iter().map(scan::Found::text).collect()
}

#[cfg(test)]
mod tests;
