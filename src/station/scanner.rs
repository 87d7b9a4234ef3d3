//! Station: the worker of the scan camera. Frames in, findings out, live picture beside it.

use std::sync::mpsc::{Receiver, Sender, TryRecvError};
use std::time::Duration;

use super::asking::Heard;
use super::clerk::OnDuty;
use super::desk::Desk;
use super::engine::post;
use super::in_view::InView;
use super::live::LiveView;
use crate::camera::{self, Camera};
use crate::clock::{SharedClock, thread_cpu};
use crate::credential::Serial;
use crate::protocol::{AuditEntry, Looked};
use crate::scan::{self, Budget, LiveReader, Luma};
use crate::session::{Alert, CodeText, Event, Ticket};
use crate::store::SqliteStore;

const FRAME_PATIENCE: Duration = Duration::from_secs(2);

/// The same codes seen again within this time say nothing new, so they are not judged again.
const SAME_AGAIN: Duration = Duration::from_secs(1);

/// A card that stays in view is asked about again after this time.
const ASK_AGAIN: Duration = Duration::from_secs(10);

const REOPEN_AFTER: Duration = Duration::from_secs(1);

pub enum ScanOrder {
    Open(Ticket),
    /// A hand scanner typed a code while the camera looks.
    Look(Ticket, CodeText),
    /// Codes as they are, for a technician: nothing is judged.
    Read(Ticket),
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
}

/// The line to whoever asks the server about cards.
pub struct Live {
    asks: Sender<Serial>,
    heard: Receiver<Heard>,
    /// What was asked last, and when.
    asked: Option<(Serial, Duration)>,
    /// The card whose verdict stands on the screen, and the codes that it came from.
    shown: Option<(Serial, Vec<String>)>,
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
                ScanOrder::Look(..) | ScanOrder::Close => {}
            }
            self.view.reset();
        }
    }

    fn visit(&mut self, mut ticket: Ticket, mut judging: bool) {
        let mut camera: Option<Box<dyn Camera>> = None;
        let mut last: Option<(Vec<String>, Duration)> = None;
        let mut noted = Vec::new();
        let (mut reader, mut in_view) = (LiveReader::default(), InView::default());
        self.live.begin();
        loop {
            while let Ok((serial, status)) = self.live.heard.try_recv() {
                if self.desk.heard(serial, status)
                    && let Some((_, texts)) = self.live.shown.take_if(|(shown, _)| *shown == serial)
                {
                    self.judge(ticket, &texts, &mut noted);
                }
            }
            match self.orders.try_recv() {
                Ok(order @ (ScanOrder::Open(again) | ScanOrder::Read(again))) => {
                    judging = matches!(order, ScanOrder::Open(_));
                    (ticket, last) = (again, None);
                    (reader, in_view) = (LiveReader::default(), InView::default());
                    noted.clear();
                    self.live.begin();
                }
                Ok(ScanOrder::Look(ticket, CodeText(text))) => {
                    self.judge(ticket, &[text], &mut noted);
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
                        post(Event::Alert(Alert::ScanCamera, false));
                        camera.insert(open).frame(FRAME_PATIENCE)
                    }
                    Err(error) => Err(error),
                },
            };
            let frame = match opened {
                Ok(frame) => frame,
                Err(error) => {
                    tracing::warn!(%error, "scan camera");
                    post(Event::Alert(Alert::ScanCamera, true));
                    camera = None;
                    std::thread::sleep(REOPEN_AFTER);
                    continue;
                }
            };
            self.view.show(&frame.rgb);
            let now = self.clock.monotonic();
            let luma = image::imageops::grayscale(&frame.rgb);
            let read = reader.read(Luma::from(&luma), &Budget::new(Budget::FRAME, &thread_cpu));
            let texts = in_view.see(read.iter().map(scan::Found::text), now);
            let same = last
                .as_ref()
                .is_some_and(|(seen, at)| *seen == texts && now.saturating_sub(*at) < SAME_AGAIN);
            if texts.is_empty() || same {
                continue;
            }
            if judging {
                self.judge(ticket, &texts, &mut noted);
            } else {
                for text in &texts {
                    post(Event::CodeRead(ticket, CodeText(text.clone())));
                }
            }
            last = Some((texts, now));
        }
    }

    /// What the desk makes of these codes, told to the screen and noted for the server.
    fn judge(&mut self, ticket: Ticket, texts: &[String], noted: &mut Vec<Looked>) {
        let clerk = self.on_duty.clerk();
        let finding = self.desk.look(texts, clerk.is_some());
        post(Event::Scanned(ticket, Box::new(finding.clone())));
        let actor = clerk.as_ref().map_or(AuditEntry::PUBLIC, |clerk| clerk.id.as_str());
        self.desk.note_look(&finding, actor, noted);
        self.live.shown = finding.judgement.holder.as_ref().map(|holder| (holder.serial, texts.to_vec()));
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
