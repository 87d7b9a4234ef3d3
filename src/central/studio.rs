//! The photo studio behind the phone's pages: the same checks and the same cut as at a station, on a
//! picture that a person sends.
//!
//! One picture is worked on at a time, away from the threads that answer requests; a few wait. What
//! came of it lives in memory alone, for its phone and for some minutes: a photo that nobody accepts
//! is never on the disk.

use std::collections::{HashMap, HashSet};
use std::io::Cursor;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use image::{ImageFormat, RgbaImage};
use tokio::sync::Semaphore;

use super::codes::random_id;
use super::{CentralError, Office};
use crate::person::Nip;
use crate::photo::{self, Models, PhotoError, Reason, Taken};

/// Largest file taken: what phones' cameras make by default lies below 10 MiB.
pub const LARGEST: usize = 12 * 1024 * 1024;
/// The longer side at which a picture is looked at: a face that fills a fifth of it still has twice
/// the pixels that the card shows.
const LONGEST: u32 = 2048;
/// Pictures on their way in, waiting or worked on: with [`LARGEST`] this bounds the memory.
const SEATS: usize = 12;
/// An undecided photo is gone after this.
pub const LIFE: Duration = Duration::from_mins(10);
/// Undecided photos at a time, of up to 2 MB; the oldest goes for the next.
const MOST_DRAFTS: usize = 100;

/// A photo that its person has not decided about.
#[derive(Clone)]
pub struct Draft {
    /// Names this photo and no later one: a decision is about the photo that was shown.
    pub id: String,
    /// 600 by 800 on transparency, as a station hands it in.
    pub png: Arc<Vec<u8>>,
    until: Duration,
}

/// What came of a picture.
pub enum Developed {
    Photo,
    /// The worst reason first, at least one.
    Refused(Vec<Reason>),
    /// No picture that can be read, or one beyond the bounds.
    Unreadable(PhotoError),
}

#[derive(Default)]
pub struct Studio {
    /// Loaded with the first picture: an office whose people use stations never needs them.
    models: OnceLock<Models>,
    desk: OnceLock<Arc<Semaphore>>,
    seats: Mutex<HashSet<u64>>,
    /// By the phone's session.
    drafts: Mutex<HashMap<String, Draft>>,
}

/// A place for one picture on its way in; given back when it is dropped.
pub struct Seat {
    studio: Arc<Studio>,
    nip: u64,
}

impl Drop for Seat {
    fn drop(&mut self) {
        locked(&self.studio.seats).remove(&self.nip);
    }
}

impl Studio {
    /// A place for this person's picture. `None`: they have one on its way, or the room is full.
    pub fn seat(self: &Arc<Self>, nip: Nip) -> Option<Seat> {
        let (mut seats, nip) = (locked(&self.seats), nip.as_u64());
        if seats.len() >= SEATS || !seats.insert(nip) {
            return None;
        }
        Some(Seat { studio: self.clone(), nip })
    }

    /// Checks a picture and cuts it out; keeps what came of it for this phone.
    pub async fn develop(
        self: &Arc<Self>,
        office: &Office,
        seat: Seat,
        series: &str,
        picture: Vec<u8>,
    ) -> Result<Developed, CentralError> {
        let desk = self.desk.get_or_init(|| Arc::new(Semaphore::new(1))).clone();
        let turn = desk.acquire_owned().await.map_err(|_| CentralError::Worker)?;
        let studio = self.clone();
        let worked = tokio::task::spawn_blocking(move || {
            // Held to the end of the work, also where nobody waits for it any more.
            let _held = (turn, seat);
            studio.work(&picture)
        });
        match worked.await.map_err(|_| CentralError::Worker)? {
            Ok(Taken::Photo(cutout)) => {
                self.keep(series, png(&cutout.photo)?, office.clock.monotonic());
                Ok(Developed::Photo)
            }
            Ok(Taken::Refused(reasons)) => Ok(Developed::Refused(reasons)),
            Err(PhotoError::Network { .. }) => Err(CentralError::Stored("a network of the photo studio")),
            Err(unreadable) => Ok(Developed::Unreadable(unreadable)),
        }
    }

    fn work(&self, picture: &[u8]) -> Result<Taken, PhotoError> {
        let frame = photo::decode_within(picture, LONGEST)?;
        // One at a time comes here, so that nobody loads them twice.
        let models = if let Some(models) = self.models.get() {
            models
        } else {
            let loaded = Models::load()?;
            self.models.get_or_init(|| loaded)
        };
        photo::take(models, &frame, None)
    }

    fn keep(self: &Arc<Self>, series: &str, png: Vec<u8>, now: Duration) {
        let draft = Draft { id: random_id(), png: Arc::new(png), until: now + LIFE };
        let mut drafts = locked(&self.drafts);
        drafts.retain(|_, held| held.until > now);
        if drafts.len() >= MOST_DRAFTS && !drafts.contains_key(series) {
            let oldest = drafts.iter().min_by_key(|(_, held)| held.until).map(|(series, _)| series.clone());
            oldest.and_then(|series| drafts.remove(&series));
        }
        let id = draft.id.clone();
        drafts.insert(series.to_owned(), draft);
        drop(drafts);
        // Gone by then, also if nobody ever asks again.
        let (studio, series) = (Arc::downgrade(self), series.to_owned());
        tokio::spawn(async move {
            tokio::time::sleep(LIFE).await;
            if let Some(studio) = studio.upgrade() {
                studio.take(&series, &id);
            }
        });
    }

    /// The photo that this phone has not decided about.
    pub fn draft(&self, series: &str, now: Duration) -> Option<Draft> {
        let mut drafts = locked(&self.drafts);
        drafts.retain(|_, held| held.until > now);
        drafts.get(series).cloned()
    }

    /// Takes a photo out, for good: it was accepted or refused, or its phone signs out. Of two who
    /// take it at once, one has it.
    pub fn take(&self, series: &str, id: &str) -> Option<Draft> {
        let mut drafts = locked(&self.drafts);
        let held = drafts.get(series).is_some_and(|draft| draft.id == id);
        if held { drafts.remove(series) } else { None }
    }

    /// Puts a photo back whose card could not be made for a fault that is not its own.
    pub fn put_back(&self, series: &str, draft: Draft) {
        locked(&self.drafts).entry(series.to_owned()).or_insert(draft);
    }

    /// Whatever this phone has.
    pub fn forget(&self, series: &str) {
        locked(&self.drafts).remove(series);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn png(photo: &RgbaImage) -> Result<Vec<u8>, CentralError> {
    let mut png = Cursor::new(Vec::new());
    photo.write_to(&mut png, ImageFormat::Png).map_err(|_| CentralError::Stored("a cut photo"))?;
    Ok(png.into_inner())
}

#[cfg(test)]
#[path = "studio_tests.rs"]
mod tests;
