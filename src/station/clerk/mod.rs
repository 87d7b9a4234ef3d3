//! Station: the worker of the staff session. It holds what a staff code opened, and nothing of it
//! once staff are signed out.

mod unlock;

use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};

use super::engine::post;
use crate::clock::SharedClock;
use crate::config::Profile;
use crate::provision::Unlocked;
use crate::session::{Clerk, Event, Secret, Ticket};
use crate::store::{NoteStore, SqliteStore};

pub use unlock::{count_tries, wrong_tries};

/// Name of the setting that keeps which way staff turned the station.
const PROFILE: &str = "profile";

pub enum ClerkOrder {
    Unlock { ticket: Ticket, code: Secret, pin: Secret },
    Lock,
    KeepProfile(Profile),
}

/// Who is signed in, for the other workers: what they note is noted under that name.
#[derive(Clone, Debug, Default)]
pub struct OnDuty(Arc<Mutex<Option<Clerk>>>);

impl OnDuty {
    pub fn clerk(&self) -> Option<Clerk> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, clerk: Option<Clerk>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = clerk;
    }
}

pub struct ClerkWorker {
    pub store: SqliteStore,
    pub orders: Receiver<ClerkOrder>,
    pub clock: SharedClock,
    pub on_duty: OnDuty,
    /// What the staff code opened.
    pub open: Option<Unlocked>,
}

impl ClerkWorker {
    /// Runs until the station lets go of the other end.
    pub fn run(mut self) {
        while let Ok(order) = self.orders.recv() {
            match order {
                ClerkOrder::Unlock { ticket, code, pin } => {
                    let result = self.unlock(code.expose(), pin.expose());
                    post(Event::StaffOpened(ticket, result));
                }
                ClerkOrder::Lock => self.lock(),
                ClerkOrder::KeepProfile(profile) => {
                    if let Err(error) = self.store.put_setting(PROFILE, profile.word()) {
                        tracing::error!(%error, "after a restart the station faces the other way");
                    }
                }
            }
        }
    }
}

/// The way the station faces: as staff turned it last, otherwise as its file says.
pub fn profile(store: &impl NoteStore, configured: Profile) -> Profile {
    let kept = store.setting(PROFILE).unwrap_or_else(|error| {
        tracing::error!(%error, "which way staff turned the station cannot be read");
        None
    });
    kept.as_deref().and_then(Profile::parse).unwrap_or(configured)
}
