//! Station: the worker of the staff session. It holds what a staff code opened, and nothing of it
//! once staff are signed out.

mod numbers;
mod prints;
#[cfg(test)]
pub(super) mod testing;
mod unlock;
mod visits;

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};

use data_encoding::HEXLOWER;

use super::engine::post;
use super::faults::of_store;
use super::office::OfficeOrder;
use super::time_trust::TimeTrust;
use crate::clock::{SharedClock, random_bytes};
use crate::config::Profile;
use crate::protocol::{AuditAction, AuditEntry};
use crate::provision::Unlocked;
use crate::session::{Clerk, Event, Fault, PrintAnswer, Secret, Ticket, Visit};
use crate::store::{AuditStore, NoteStore, SqliteStore};
pub use numbers::facts_of;
pub use unlock::{count_tries, wrong_tries};

/// Name of the setting that keeps which way staff turned the station.
const PROFILE: &str = "profile";

pub enum ClerkOrder {
    Unlock { ticket: Ticket, code: Secret, pin: Secret },
    Lock,
    ReadDesk(Ticket),
    LookUp { ticket: Ticket, number: Secret },
    KeepVisit { ticket: Ticket, visit: Box<Visit> },
    ReadVisits(Ticket),
    ExportVisits { ticket: Ticket, ids: Vec<String> },
    ReadPrints(Ticket),
    OpenPrint { ticket: Ticket, id: String },
    AnswerPrint { ticket: Ticket, id: String, answer: PrintAnswer },
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
    pub time: TimeTrust,
    /// Told when there is something to send.
    pub office: Sender<OfficeOrder>,
    pub utc_offset_hours: i8,
    /// Where the visitor log may be saved.
    pub export_dir: Option<PathBuf>,
    /// How long a visit is kept.
    pub visit_days: u32,
}

impl ClerkWorker {
    /// Runs until the station lets go of the other end.
    pub fn run(mut self) {
        self.forget_old_visits();
        while let Ok(order) = self.orders.recv() {
            match order {
                ClerkOrder::ReadDesk(ticket) => post(Event::DeskRead(ticket, self.desk_state())),
                ClerkOrder::LookUp { ticket, number } => {
                    let found = self.look_up(number.expose());
                    post(Event::NumberLooked(ticket, found));
                }
                ClerkOrder::KeepVisit { ticket, visit } => {
                    let kept = self.keep_visit(*visit);
                    post(Event::VisitKept(ticket, kept));
                }
                ClerkOrder::ReadVisits(ticket) => post(Event::VisitsRead(ticket, self.read_visits())),
                ClerkOrder::ExportVisits { ticket, ids } => {
                    let file = self.export_visits(&ids);
                    post(Event::VisitsExported(ticket, file));
                }
                ClerkOrder::ReadPrints(ticket) => post(Event::PrintsRead(ticket, self.read_prints())),
                ClerkOrder::OpenPrint { ticket, id } => {
                    post(Event::PrintOpened(ticket, self.open_print(&id)));
                }
                ClerkOrder::AnswerPrint { ticket, id, answer } => {
                    let answered = self.answer_print(&id, answer);
                    post(Event::PrintAnswered(ticket, answered));
                }
                ClerkOrder::Unlock { ticket, code, pin } => {
                    self.forget_old_visits();
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

impl ClerkWorker {
    /// Writes down who did what, before it is shown or done.
    fn audit(&mut self, action: AuditAction, subject: &str) -> Result<(), Fault> {
        let actor = self.on_duty.clerk().map_or_else(|| AuditEntry::PUBLIC.to_owned(), |clerk| clerk.id);
        let item = HEXLOWER.encode(&random_bytes::<16>());
        self.store
            .audit(&item, &actor, action, subject, self.clock.now())
            .map_err(|error| of_store(&error))?;
        // Nobody waits for it: the next round of sync takes it anyway.
        let _ = self.office.send(OfficeOrder::Sync);
        Ok(())
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
