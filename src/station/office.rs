//! Station: what goes between the person at the screen and the central server. One thread for what
//! somebody waits for, one for sync, so that nobody waits behind a roster.

use std::io::Cursor;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use data_encoding::HEXLOWER;

use super::asking::Asking;
use super::clerk::{count_tries, wrong_tries};
use super::condition::{Condition, Facts, Sent};
use super::engine::post;
use super::faults::{of_assist, of_store, of_sync};
use super::helping::{HelpLoop, HelpOrder};
use super::leaving::SeeingOff;
use super::listening::listen;
use super::syncing::{SyncLoop, Waiting, lock};
use super::time_trust::TimeTrust;
use crate::clock::{Clock, CorrectedClock, os_random, random_bytes};
use crate::config::{Profile, StationConfig};
use crate::person::Nip;
use crate::protocol::{
    Acceptance, AcceptedPhoto, AssistPurpose, Assisted, CallState, OutboxItem, OutboxKind, WrongField,
};
use crate::provision::open_as;
use crate::session::staff::{CodePlace, Tries};
use crate::session::{Alert, Event, Fault, NewPassword, Portrait, Secret, SignedInBox, Ticket};
use crate::store::{
    IdentityStore, LeavingStore, NoteStore, OutboxStore, SqliteStore, StaffStore, StoreError,
};
use crate::sync::{Desk, Roots, SyncError, Syncer, Timeouts, pick_up};

pub enum OfficeOrder {
    SignIn {
        ticket: Ticket,
        nip: Nip,
        password: Secret,
    },
    PickUp {
        ticket: Ticket,
        code: Secret,
    },
    Accept {
        ticket: Ticket,
        grant: String,
        portrait: Portrait,
    },
    Assist {
        ticket: Ticket,
        purpose: AssistPurpose,
        nip: Nip,
        staff_code: Secret,
        pin: Secret,
    },
    Report {
        ticket: Ticket,
        grant: String,
        fields: Vec<WrongField>,
    },
    Download {
        ticket: Ticket,
        serial: String,
    },
    /// At a desk: what is done about a call.
    MarkCall {
        id: String,
        state: CallState,
    },
    /// For the thread that goes on beside the person's way.
    Help(HelpOrder),
    /// Something waits in the outbox.
    Sync,
}

pub struct OfficeWorker {
    store: SqliteStore,
    orders: Receiver<OfficeOrder>,
    clock: Arc<CorrectedClock>,
    time: TimeTrust,
    central: Option<String>,
    central_ca: Option<PathBuf>,
    rest: Duration,
    clock_limit: Duration,
    profile: Profile,
    condition: Condition,
    asking: Option<Asking>,
    facts: Facts,
    /// Wrong staff codes that were handed in for other people, by code.
    tries: Tries,
}

impl OfficeWorker {
    pub fn new(
        config: &StationConfig,
        store: SqliteStore,
        orders: Receiver<OfficeOrder>,
        clock: Arc<CorrectedClock>,
        time: TimeTrust,
    ) -> OfficeWorker {
        let rest = Duration::from_secs(config.limits.sync_seconds.into());
        OfficeWorker {
            store,
            orders,
            clock,
            time,
            central: config.central.clone(),
            central_ca: config.central_ca.clone(),
            rest,
            clock_limit: Duration::from_hours(u64::from(config.limits.clock_days) * 24),
            profile: config.profile,
            condition: Condition::default(),
            asking: None,
            facts: Facts { has_printer: config.printer.is_some(), data_dir: config.data_dir.clone() },
            tries: Tries::default(),
        }
    }

    /// Tells the server how the station is by what the other threads leave here.
    #[must_use]
    pub fn with_condition(self, condition: Condition) -> OfficeWorker {
        OfficeWorker { condition, ..self }
    }

    /// Asks the server about cards that the scan camera sees.
    #[must_use]
    pub fn with_asking(self, asking: Asking) -> OfficeWorker {
        OfficeWorker { asking: Some(asking), ..self }
    }

    /// What goes on beside the orders.
    fn start_beside(&mut self, desk: &Desk) {
        if let Some(asking) = self.asking.take() {
            asking.start(desk.clone());
        }
        if let Ok(store) = self.store.beside() {
            listen(desk.clone(), store, self.profile);
        }
    }

    /// Runs until the station lets go of the other end.
    pub fn run(mut self) {
        let waiting = Waiting::default();
        let (wake, woken) = channel();
        let (desk, sync) = match self.syncer() {
            Ok(syncer) => {
                let desk = syncer.desk();
                let loop_ = SyncLoop {
                    desk: desk.clone(),
                    condition: self.condition.clone(),
                    facts: self.facts.clone(),
                    sent: Sent::default(),
                    syncer,
                    woken,
                    waiting: Arc::clone(&waiting),
                    time: self.time.clone(),
                    clock: Arc::clone(&self.clock),
                    store: self.store.beside().ok(),
                    rest: self.rest,
                    gone: false,
                };
                (Ok(desk), std::thread::Builder::new().name("sync".into()).spawn(move || loop_.run()).ok())
            }
            Err(error) => {
                tracing::error!(%error, "no sync");
                (Err(of_sync(&error)), self.see_off(woken))
            }
        };
        let (help, help_orders) = channel();
        let helping = HelpLoop::new(desk.clone(), help_orders, Arc::clone(&self.clock));
        let helping = std::thread::Builder::new().name("help".into()).spawn(move || helping.run());
        if let Ok(desk) = &desk {
            self.start_beside(desk);
        }
        while let Ok(order) = self.orders.recv() {
            match order {
                OfficeOrder::SignIn { ticket, nip, password } => {
                    let result = on(&desk, |desk| desk.sign_in(nip, password.expose()));
                    note_network(&result);
                    post(Event::SignedIn(ticket, result.map(|answer| Box::new(SignedInBox(answer)))));
                }
                OfficeOrder::PickUp { ticket, code } => {
                    let result = on(&desk, |desk| desk.pick_up(code.expose())).map_err(|fault| match fault {
                        Fault::WrongCredentials => Fault::CodeUnknown,
                        other => other,
                    });
                    note_network(&result);
                    post(Event::PickedUp(ticket, result.map(Box::new)));
                }
                OfficeOrder::Accept { ticket, grant, portrait } => {
                    let kept = self.keep(ticket, grant, &portrait, &waiting);
                    post(Event::Alert(Alert::Disk, matches!(kept, Err(Fault::DiskFull))));
                    post(Event::Kept(ticket, kept));
                    rouse(&wake);
                }
                OfficeOrder::Assist { ticket, purpose, nip, staff_code, pin } => {
                    let result = self.assist(&desk, purpose, nip, &staff_code, &pin);
                    note_network(&result);
                    post(assisted(ticket, purpose, result));
                }
                OfficeOrder::Report { ticket, grant, fields } => {
                    let result = on(&desk, |desk| desk.report(&grant, &fields));
                    note_network(&result);
                    post(Event::Reported(ticket, result));
                }
                OfficeOrder::Download { ticket, serial } => {
                    let result = on(&desk, |desk| desk.download(&serial)).map_err(|fault| match fault {
                        Fault::CodeUnknown => Fault::LinkTooLate,
                        other => other,
                    });
                    note_network(&result);
                    post(Event::Link(ticket, result.map(|link| link.url)));
                }
                OfficeOrder::MarkCall { id, state } => {
                    if let Err(fault) = on(&desk, |desk| desk.mark_call(&id, state)) {
                        tracing::warn!(?fault, "the caller is not told");
                    }
                }
                OfficeOrder::Help(order) => {
                    if let HelpOrder::CallStaff(_) = order
                        && let Err(error) = self.store.note("call-staff", "", self.clock.now())
                    {
                        tracing::warn!(%error, "the call is not noted");
                    }
                    if help.send(order).is_err() {
                        tracing::error!("nobody helps");
                    }
                }
                OfficeOrder::Sync => rouse(&wake),
            }
        }
        drop((wake, help));
        if let Ok(helping) = helping
            && helping.join().is_err()
        {
            tracing::error!("the thread that helps panicked");
        }
        if let Some(sync) = sync
            && sync.join().is_err()
        {
            tracing::error!("sync panicked");
        }
    }

    /// Opens the staff's key for this one thing and lets go of it again. A code that was
    /// wrong waits longer and longer, as at the staff's own sign-in; others do not wait for it.
    fn assist(
        &mut self,
        desk: &Result<Desk, Fault>,
        purpose: AssistPurpose,
        nip: Nip,
        staff_code: &Secret,
        pin: &Secret,
    ) -> Result<Assisted, Fault> {
        // The wrong tries here and at the staff's own sign-in are the same ones, kept on the disk.
        let (now, place) = (self.clock.monotonic(), CodePlace::of(staff_code.expose()));
        let wrong = wrong_tries(&self.store, now).count(place);
        if self.tries.count(place) != wrong {
            self.tries.put(place, wrong, now);
        }
        if self.tries.wait_left(place, now).is_some() {
            return Err(Fault::StaffWait);
        }
        count_tries(&mut self.store, place, wrong.saturating_add(1));
        let opened = match self.store.identity() {
            Ok(Some(identity)) => {
                let staff = self.store.staff().unwrap_or_else(|error| {
                    tracing::error!(%error, "only the first member of the staff can help");
                    Vec::new()
                });
                open_as(&identity, &staff, staff_code.expose(), pin.expose()).map_err(of_assist)
            }
            Ok(None) => Err(Fault::NotJoined),
            Err(error) => Err(of_store(&error)),
        };
        // What opened is not the staff's session: it ends with this call.
        match &opened {
            Ok(_) => {
                count_tries(&mut self.store, place, 0);
                self.tries.right(place);
            }
            Err(Fault::StaffWrong) => self.tries.wrong(place, self.clock.monotonic()),
            Err(_) => count_tries(&mut self.store, place, wrong),
        }
        let (clerk, _, open) = opened?;
        on(desk, |desk| desk.assist(nip, purpose, &open.keys, Some(&clerk))).map_err(|fault| match fault {
            Fault::CodeUnknown => Fault::NobodyByNip,
            other => other,
        })
    }

    /// The last word of a station that was wiped, where the server has not heard it yet.
    fn see_off(&self, ended: Receiver<()>) -> Option<JoinHandle<()>> {
        let store = self.store.beside().ok()?;
        let untold = store.farewell().ok()?.is_some_and(|farewell| !farewell.told);
        let seeing_off =
            SeeingOff { store, clock: Arc::clone(&self.clock), central_ca: self.central_ca.clone(), ended };
        let thread = std::thread::Builder::new().name("seeing off".into());
        if untold { thread.spawn(move || seeing_off.run()).ok() } else { None }
    }

    fn syncer(&self) -> Result<Syncer, SyncError> {
        let roots = Roots::load(self.central_ca.as_deref())?;
        let syncer = Syncer::new(
            Box::new(self.store.beside()?),
            Arc::clone(&self.clock),
            Box::new(os_random()),
            self.central.as_deref(),
            Timeouts::default(),
        )?;
        Ok(syncer.with_roots(&roots)?.with_clock_limit(self.clock_limit))
    }

    /// Seals what was accepted and writes it down: neither grant nor code stays here in a form that
    /// a thief could use. Returns once it is on the disk, with the code that fetches the card if it
    /// comes later.
    fn keep(
        &mut self,
        ticket: Ticket,
        grant: String,
        portrait: &Portrait,
        waiting: &Waiting,
    ) -> Result<Secret, Fault> {
        let identity = self.store.identity().map_err(|error| of_store(&error))?.ok_or(Fault::NotJoined)?;
        let key = identity.enrolled.portrait_public.array::<32>().ok_or(Fault::NotJoined)?;
        let mut png = Vec::new();
        portrait.photo.write_to(&mut Cursor::new(&mut png), image::ImageFormat::Png).map_err(|error| {
            tracing::error!(%error, "the portrait cannot be written as PNG");
            Fault::StoreTrouble
        })?;
        let id = HEXLOWER.encode(&random_bytes::<16>());
        let code = Secret::from(pick_up::letters(crate::session::CODE_LENGTH, &mut os_random()).as_str());
        let accepted = AcceptedPhoto { grant, pick_up_code: code.expose().to_owned(), png };
        let sealed = Acceptance::seal(&accepted, &id, &key, &mut os_random()).map_err(|error| {
            tracing::error!(%error, "the acceptance cannot be sealed");
            Fault::StoreTrouble
        })?;
        let item = OutboxItem {
            id: id.clone(),
            happened_at: self.clock.now(),
            kind: OutboxKind::Acceptance(sealed),
        };
        // Told apart before it can be sent, so that no answer comes before somebody waits for it.
        lock(waiting).insert(id.clone(), ticket);
        self.store.accept(&item).map_err(|error: StoreError| {
            lock(waiting).remove(&id);
            of_store(&error)
        })?;
        Ok(code)
    }
}

fn assisted(ticket: Ticket, purpose: AssistPurpose, result: Result<Assisted, Fault>) -> Event {
    match (purpose, result) {
        (_, Ok(Assisted::SignedIn(answer))) => Event::SignedIn(ticket, Ok(Box::new(SignedInBox(*answer)))),
        (_, Ok(Assisted::NewPassword { code, page, .. })) => {
            Event::NewPassword(ticket, Ok(NewPassword { code: Secret::from(code.as_str()), page }))
        }
        (AssistPurpose::SignIn, Err(fault)) => Event::SignedIn(ticket, Err(fault)),
        (AssistPurpose::NewPassword, Err(fault)) => Event::NewPassword(ticket, Err(fault)),
    }
}

fn on<T>(desk: &Result<Desk, Fault>, call: impl FnOnce(&Desk) -> Result<T, SyncError>) -> Result<T, Fault> {
    match desk {
        Ok(desk) => call(desk).map_err(|error| of_sync(&error)),
        Err(fault) => Err(*fault),
    }
}

fn rouse(wake: &Sender<()>) {
    if wake.send(()).is_err() {
        tracing::debug!("nobody syncs");
    }
}

fn note_network<T>(result: &Result<T, Fault>) {
    post(Event::Alert(Alert::Offline, matches!(result, Err(Fault::Offline))));
}
