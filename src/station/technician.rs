//! Station: the worker of whoever sets the station up. What it does takes seconds to minutes and happens rarely, one
//! thing after the other.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};
use std::time::Duration;

use super::commands::test_print;
use super::commissioning::{self, Surroundings};
use super::engine::{self, post};
use super::faults::{of_join, of_network, of_store, of_sync};
use super::office::OfficeOrder;
use super::time_trust::TimeTrust;
use crate::camera;
use crate::clock::{Clock as _, CorrectedClock, SharedClock, offset, os_random};
use crate::config::StationConfig;
use crate::credential::ClockTrust;
use crate::network::{self, Network};
use crate::printing;
use crate::provision::{JoinError, Link, Terms, join, setup};
use crate::session::print_job::JobState;
use crate::session::{
    Alert, Chosen, Event, Fault, FoundCamera, FoundPrinter, JoinedNote, Secret, ShownKeys, Ticket, TimeNote,
};
use crate::store::{IdentityStore, SqliteStore};
use crate::sync::{Roots, SyncError, Syncer, Timeouts, time};

/// How long a test print waits for paper or a closed cover before the page says so.
const TEST_PATIENCE: Duration = Duration::from_secs(20);

pub enum TechnicianOrder {
    Keep(Box<Chosen>),
    Anew,
    LookNetwork(Ticket),
    FindWifi(Ticket),
    JoinWifi { ticket: Ticket, name: String, password: Secret },
    Join { ticket: Ticket, link: Secret, pin: Secret },
    AskTime(Ticket),
    FindPrinters(Ticket),
    TestPrint { ticket: Ticket, uri: String },
    FindCameras(Ticket),
    Commission(Ticket),
}

pub struct TechnicianWorker {
    pub config: StationConfig,
    pub store: SqliteStore,
    pub orders: Receiver<TechnicianOrder>,
    pub office: Sender<OfficeOrder>,
    pub clock: Arc<CorrectedClock>,
    pub time: TimeTrust,
    /// As it was kept last.
    pub chosen: Chosen,
}

impl TechnicianWorker {
    /// Runs until the station lets go of the other end.
    pub fn run(mut self) {
        let mut network = network::open(&self.config.network);
        while let Ok(order) = self.orders.recv() {
            match order {
                TechnicianOrder::Keep(chosen) => self.keep(*chosen),
                TechnicianOrder::Anew => engine::leave_for_a_new_start(),
                TechnicianOrder::LookNetwork(ticket) => {
                    post(Event::NetworkSeen(ticket, of(&mut network, |network| network.state())));
                }
                TechnicianOrder::FindWifi(ticket) => {
                    post(Event::WifiFound(ticket, of(&mut network, |network| network.wifis())));
                }
                TechnicianOrder::JoinWifi { ticket, name, password } => {
                    let joined = of(&mut network, |network| network.join(&name, password.expose()));
                    post(Event::WifiJoined(ticket, joined));
                }
                TechnicianOrder::Join { ticket, link, pin } => {
                    let joined = self.join(link.expose(), pin.expose());
                    post(Event::Joined(ticket, joined.map(Box::new)));
                }
                TechnicianOrder::AskTime(ticket) => post(Event::TimeAsked(ticket, self.ask_time())),
                TechnicianOrder::FindPrinters(ticket) => {
                    let (found, untold) = printing::found();
                    for sentence in &untold {
                        tracing::info!(sentence, "looking for printers");
                    }
                    let mut found: Vec<FoundPrinter> = found
                        .into_iter()
                        .map(|found| FoundPrinter { uri: found.uri, called: found.called })
                        .collect();
                    // One in the network is not found; the configuration may name it.
                    if let Some(uri) = &self.config.printer
                        && !found.iter().any(|printer| printer.uri == *uri)
                    {
                        found.push(FoundPrinter { uri: uri.clone(), called: String::new() });
                    }
                    post(Event::PrintersFound(ticket, found));
                }
                TechnicianOrder::TestPrint { ticket, uri } => {
                    post(Event::TestPrinted(ticket, self.test_print(&uri)));
                }
                TechnicianOrder::FindCameras(ticket) => {
                    let found = camera::found().into_iter();
                    let mut found: Vec<FoundCamera> =
                        found.map(|(uri, called)| FoundCamera { uri, called }).collect();
                    let own = &self.config.cameras.face;
                    if !found.iter().any(|camera| camera.uri == *own) {
                        found.insert(0, FoundCamera { uri: own.clone(), called: String::new() });
                    }
                    post(Event::CamerasFound(ticket, found));
                }
                TechnicianOrder::Commission(ticket) => {
                    let result = self.commission();
                    post(Event::Commissioned(ticket, result.map(Box::new)));
                }
            }
        }
    }

    fn keep(&mut self, chosen: Chosen) {
        let kept = setup::keep(&self.config.data_dir, &chosen);
        if let Err(error) = &kept {
            tracing::error!(%error, "what was chosen is not kept");
        }
        post(Event::Alert(Alert::Disk, kept.is_err()));
        setup::overlay(&mut self.config, &chosen);
        self.chosen = chosen;
    }

    fn join(&mut self, link: &str, pin: &str) -> Result<JoinedNote, Fault> {
        let link = Link::parse(link).map_err(|_| Fault::NoJoinCode)?;
        if link.is_in_the_clear() {
            tracing::warn!(server = link.central_url, "joining over a line that is not encrypted");
        }
        let roots = self.roots()?;
        let terms = Terms { roots, ..Terms::default() };
        let clock: SharedClock = self.clock.clone();
        let try_it = |store: &mut SqliteStore| join(&link, pin, store, &clock, &terms, &mut os_random());
        let mut joined = try_it(&mut self.store);
        // Joining forgets the floor; one that is years ahead would call every certificate an old one before that.
        if let Err(JoinError::Server(SyncError::Unreachable(_))) = &joined
            && self.time.now() == ClockTrust::Untrusted
            && self.clock.system() < self.clock.now()
        {
            self.clock.set(self.clock.system());
            joined = try_it(&mut self.store);
        }
        // A machine whose clock nobody keeps may take the server's certificate for one of the future.
        if let Err(JoinError::Server(SyncError::Unreachable(_))) = &joined
            && self.time.now() == ClockTrust::Untrusted
            && time::take_hint(&link.central_url, &self.clock)
        {
            joined = try_it(&mut self.store);
        }
        let joined = joined.map_err(|error| of_join(&error))?;
        Ok(JoinedNote {
            staff_code: Secret::from(joined.staff_code.as_str()),
            name: joined.station_name,
            place: joined.place,
            keys: ShownKeys {
                fingerprint: joined.fingerprint.to_string(),
                page: joined.fingerprint.page(&link.central_url),
            },
            waiting: joined.waiting,
        })
    }

    fn roots(&self) -> Result<Roots, Fault> {
        Roots::load(self.config.central_ca.as_deref()).map_err(|error| of_sync(&SyncError::from(error)))
    }

    fn ask_time(&mut self) -> Result<TimeNote, Fault> {
        let store = self.store.beside().map_err(|error| of_store(&error))?;
        let before = self.clock.now();
        let check = Syncer::new(
            Box::new(store),
            Arc::clone(&self.clock),
            Box::new(os_random()),
            self.config.central.as_deref(),
            Timeouts::default(),
        )
        .and_then(|mut syncer| syncer.ask_time())
        .map_err(|error| match error {
            SyncError::Untrusted { .. } => Fault::TimeUnsigned,
            other => of_sync(&other),
        })?;
        self.time.signed(check.trusted);
        if !check.trusted {
            tracing::warn!(?before, "the server's time lies before one that was proven");
            return Err(Fault::TimeUnsigned);
        }
        post(Event::Alert(Alert::ClockUntrusted, false));
        let here = offset(self.utc_offset_hours()).to_datetime(self.clock.now());
        Ok(TimeNote {
            day: here.strftime("%d-%m-%Y").to_string(),
            time: here.strftime("%H.%M").to_string(),
            moved: check.moved.as_secs(),
        })
    }

    fn utc_offset_hours(&self) -> i8 {
        let joined = self.store.identity().ok().flatten();
        let told = joined.map(|identity| identity.enrolled.utc_offset_hours);
        self.config.utc_offset_hours.or(told).unwrap_or(7)
    }

    fn test_print(&self, uri: &str) -> Result<(), Fault> {
        let store = self.store.beside().map_err(|error| of_store(&error))?;
        let clock: SharedClock = self.clock.clone();
        match test_print(uri, store, &clock, TEST_PATIENCE) {
            Ok(JobState::Printed | JobState::Sent) => Ok(()),
            Ok(JobState::Failed(fault) | JobState::Waiting(fault)) => Err(fault),
            Ok(_) => Err(Fault::PrintUnknown),
            Err(error) => {
                tracing::error!(%error, "the test print");
                Err(Fault::TestPrintFailed)
            }
        }
    }

    fn commission(&mut self) -> Result<crate::session::Commissioned, Fault> {
        let clock: SharedClock = self.clock.clone();
        let around = Surroundings {
            config: &self.config,
            chosen: &self.chosen,
            clock: &clock,
            trusted: self.time.now() == ClockTrust::Trusted,
            display: engine::window_size(),
        };
        let told = commissioning::make(&around, &mut self.store)?;
        if self.office.send(OfficeOrder::Sync).is_err() {
            tracing::debug!("nobody syncs");
        }
        Ok(commissioning::follow(told, &self.store))
    }
}

/// Asks the network; one that cannot be opened answers with its fault every time.
fn of<T>(
    network: &mut Result<Box<dyn Network>, network::NetworkError>,
    ask: impl FnOnce(&mut dyn Network) -> Result<T, network::NetworkError>,
) -> Result<T, Fault> {
    match network {
        Ok(network) => ask(network.as_mut()).map_err(|error| of_network(&error)),
        Err(error) => Err(of_network(error)),
    }
}

/// Where the clean plates are, as the report names them.
pub fn plates(data_dir: &std::path::Path) -> Vec<String> {
    let names = ["plate.png", "plate-red.png", "plate-blue.png"];
    let there = |name: &&&str| -> bool { PathBuf::from(data_dir).join(name).exists() };
    names.iter().filter(there).map(|name| (*name).to_owned()).collect()
}
