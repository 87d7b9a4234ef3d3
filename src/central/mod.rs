//! The central server of an office or a region: the registry, the issuer, the fleet of stations.
//!
//! Floor 5, the only place that knows `axum` and `sqlx`. A request comes in through [`routes`],
//! which only translate; what it does stands in the module named after it; what is kept goes
//! through [`storage`]. [`commands`] are the same modules behind a command line.

mod accounts;
mod activation_words;
mod approval;
mod backup;
mod batch;
mod chain;
pub mod cli;
mod clients;
mod codes;
pub mod commands;
mod commissioning;
mod condition;
mod config;
mod documents;
mod ending;
mod entering;
mod environment;
mod error;
mod figures;
mod fleet;
mod hasher;
mod help;
mod imports;
mod issuing;
mod keys;
mod leaving;
mod limits;
mod lines;
mod looks;
mod lookup;
mod mail;
mod metrics;
mod pages;
mod paper;
mod password;
mod phone;
mod places;
mod portrait;
mod prints;
mod readiness;
mod recovery;
mod registry;
mod report;
mod report_cli;
mod retention;
mod reviews;
mod roster;
mod routes;
mod serving;
mod staff;
mod status;
mod storage;
mod studio;
mod throttle;
mod timekeeping;
mod timekeeping_cli;
mod trust;
mod welcome;
mod words;

use std::hash::RandomState;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;

pub use clients::ClientCommand;
pub use config::{CentralConfig, Flags, IssuerConfig};
pub use error::CentralError;
pub use keys::{KeyCommand, key_command};
pub use staff::{StaffCommand, staff_command};
pub use storage::Store;
pub use timekeeping_cli::ClockCommand;
pub use trust::{TrustCommand, trust_command};

use crate::clock::{self, SharedClock};
use crate::credential::IssuerId;
use crate::protocol::{Problem, ProblemCode};

/// How long requests that are under way may take once the server was told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// One office's data and keys, open: what the server and the commands share.
pub struct Office {
    pub config: CentralConfig,
    pub issuer: IssuerId,
    pub store: Store,
    pub keys: keys::Keys,
    pub clock: SharedClock,
    time: timekeeping::Timekeeping,
    documents: documents::Documents,
    /// Pictures that are opened and encoded at a time.
    workers: Semaphore,
}

impl Office {
    /// Opens database and keys; at the first start it makes them.
    pub async fn open(config: CentralConfig, clock: SharedClock) -> Result<Office, CentralError> {
        let issuer = config.check()?;
        std::fs::create_dir_all(&config.data).map_err(|e| CentralError::io(&config.data, e))?;
        let store = Store::open(&config.data, &config.place()?).await?;
        let time = timekeeping::Timekeeping::open(&store, clock.now(), clock.monotonic()).await?;
        let used: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM issuer_keys").fetch_one(store.pool()).await?;
        let passphrase = keys::passphrase(config.keys.passphrase_file.as_deref())?;
        let passphrase = passphrase.as_ref().map(|text| text.as_slice());
        let keys = keys::Keys::open(&config.data, issuer.clone(), passphrase, used > 0)?;
        let workers = Semaphore::new(std::thread::available_parallelism().map_or(2, std::num::NonZero::get));
        let office = Office {
            config,
            issuer,
            store,
            keys,
            clock,
            time,
            documents: documents::Documents::default(),
            workers,
        };
        trust::register(&office).await?;
        Ok(office)
    }

    /// The day at the office; the last that is known while the clock is in doubt.
    pub fn today(&self) -> Date {
        clock::day(self.known_now(), self.config.utc_offset_hours)
    }
}

/// The office as a server: with what is kept in memory between requests.
pub struct App {
    pub office: Arc<Office>,
    hasher: hasher::Hasher,
    /// Sign-ins at stations: nobody else gets that far.
    throttle: throttle::Throttle,
    pick_ups: lookup::Rates,
    /// Activations: anybody may try, so they have a memory of their own to fill.
    activations: throttle::Throttle,
    /// Tries on the pages of phones, by browser, person and address.
    phones: throttle::Throttle,
    crowds: throttle::Throttle,
    /// The same of browsers that their person has signed in with: no flood reaches these.
    known: throttle::Throttle,
    /// The same of browsers that have done the proof of work.
    worked: throttle::Throttle,
    worked_numbers: lookup::Rates,
    worked_addresses: lookup::Rates,
    worked_in: lookup::Rates,
    /// Passwords over all accounts, by a hash under this key.
    passwords: throttle::Throttle,
    spray_key: RandomState,
    /// All tries of browsers that nobody knows.
    strangers_in: lookup::Rates,
    in_flight: issuing::InFlight,
    calls: help::calls::Calls,
    mailer: Arc<mail::Mailer>,
    /// What phones ask about cards.
    lookup: lookup::Lookup,
    studio: Arc<studio::Studio>,
    /// For heavy calls of stations, and of those that were revoked.
    room: places::Places,
    leaving_room: places::Places,
    /// For bodies of whoever has proved nothing and sends them slowly.
    slow_bodies: places::Places,
    /// What stations send, in KiB, and how often they say how they are.
    sent_kib: lookup::Rates,
    states: lookup::Rates,
    /// Lists that somebody has uploaded.
    imports: Arc<imports::Imports>,
    /// Files and labels of batches, for a quarter of an hour.
    handouts: batch::Handouts,
    /// Calls of other systems, by client; and of those whose key is none, by address.
    clients: lookup::Rates,
    strangers: lookup::Rates,
    metrics: metrics::Metrics,
    metrics_token: Option<String>,
    readiness: readiness::Readiness,
}

impl App {
    fn new(office: Arc<Office>) -> Result<App, CentralError> {
        let mailer = Arc::new(mail::Mailer::open(&office.config.mail)?);
        let imports = imports::Imports::open(&office.config.data);
        let metrics_token = office.config.metrics_token()?;
        Ok(App {
            office,
            metrics: metrics::Metrics::default(),
            readiness: readiness::Readiness::default(),
            metrics_token,
            hasher: hasher::Hasher::new()?,
            throttle: throttle::Throttle::default(),
            pick_ups: lookup::Rates::new(limits::PICK_UPS),
            activations: throttle::Throttle::for_crowds(),
            phones: throttle::Throttle::default(),
            crowds: throttle::Throttle::for_crowds(),
            known: throttle::Throttle::default(),
            worked: throttle::Throttle::default(),
            passwords: throttle::Throttle::for_crowds(),
            spray_key: RandomState::new(),
            worked_numbers: lookup::Rates::new(limits::WORKED_NUMBER),
            worked_addresses: lookup::Rates::new(limits::WORKED_ADDRESS),
            worked_in: lookup::Rates::quick(limits::WORKED.0, limits::WORKED.1),
            strangers_in: lookup::Rates::quick(limits::STRANGERS.0, limits::STRANGERS.1),
            in_flight: issuing::InFlight::default(),
            calls: help::calls::Calls::default(),
            mailer,
            lookup: lookup::Lookup::default(),
            studio: Arc::default(),
            room: places::Places::new(limits::HEAVY_AT_ONCE, limits::HEAVY_OF_ONE),
            leaving_room: places::Places::new(limits::LEAVING_AT_ONCE, limits::LEAVING_OF_ONE),
            slow_bodies: places::Places::new(limits::SLOW_BODIES, limits::SLOW_BODIES_OF_ONE),
            sent_kib: lookup::Rates::quick(limits::SENT_KIB.0, limits::SENT_KIB.1),
            states: lookup::Rates::new(limits::STATES),
            imports: Arc::new(imports),
            handouts: batch::Handouts::default(),
            clients: routes::api::rates(),
            strangers: routes::api::strangers(),
        })
    }
}

/// Why a call is refused: the caller's problem, or the server's.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("{0}")]
    Problem(#[from] Problem),
    #[error("{0}")]
    Server(#[from] CentralError),
}

impl From<sqlx::Error> for Refused {
    fn from(error: sqlx::Error) -> Refused {
        Refused::Server(error.into())
    }
}

/// Too many tries; how long to wait, in whole seconds and never none.
fn slow_down(wait: Duration) -> Problem {
    let mut problem = Problem::new(ProblemCode::SlowDown, "too many tries");
    problem.retry_after_s = Some(wait.as_millis().div_ceil(1000).max(1) as u64);
    problem
}

/// A server that runs until it is stopped.
pub struct Running {
    /// Where it listens; with port 0 in the configuration this is the port that it got.
    pub addr: SocketAddr,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
    office: Arc<Office>,
}

impl Running {
    /// Takes no new connection, lets what is under way end, and closes the database.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        if tokio::time::timeout(GRACE, self.serving).await.is_err() {
            tracing::warn!("requests were still under way when the server stopped");
        }
        self.office.store.close().await;
    }
}

/// Starts the server; it listens when this returns. The wiring, in order:
pub async fn serve(config: CentralConfig, clock: SharedClock) -> Result<Running, CentralError> {
    // 1. Database (migrated) and keys (made at the first start, checked at every other).
    let listen = config.listen.clone();
    let office = Arc::new(Office::open(config, clock).await?);
    // A host or a name that no list can carry is told now, not at the first card.
    match trust::list(&office).await {
        Ok(_) | Err(CentralError::Clock(_)) => {}
        Err(error) => return Err(error),
    }
    // 2. What lives in memory only: the throttle forgives at a restart.
    let app = Arc::new(App::new(office.clone())?);
    // 3. The network. A port that is taken is told before anything else runs.
    let listener = std::net::TcpListener::bind(&listen).map_err(|e| refused(&listen, e))?;
    let addr = listener.local_addr().map_err(|e| CentralError::Config(format!("listen: {e}")))?;
    let (stop, stopped) = watch::channel(false);
    // 4. What a new day changes: contracts that ran out. And the clock that says so is watched.
    tokio::spawn(watch_clock(office.clone(), stopped.clone()));
    tokio::spawn(turn_days(office.clone(), stopped.clone()));
    // 5. The routes, with TLS where there is a certificate.
    let lines =
        lines::Lines::new(limits::LINES, limits::LINES_OF_ONE, limits::IDLE_LINE, &office.config.proxies);
    let busy = lines.clone();
    let busy = axum::middleware::from_fn(move |request, next| busy.clone().busy(request, next));
    let routes = routes::all(app).layer(busy).into_make_service_with_connect_info::<SocketAddr>();
    let tls = serving::tls(&office.config.tls).await?;
    let serving = tokio::spawn(async move {
        if let Err(error) = serving::serve(listener, routes, lines, tls, stopped).await {
            tracing::error!(%error, "the server ended");
        }
    });
    Ok(Running { addr, stop, serving, office })
}

/// Looks at the clock again and again, so that a jump is noticed whether or not anybody asks for something.
async fn watch_clock(office: Arc<Office>, mut stopped: watch::Receiver<bool>) {
    loop {
        if let Err(error) = timekeeping::look(&office).await {
            tracing::error!(%error, "the time could not be written down");
        }
        tokio::select! {
            () = tokio::time::sleep(timekeeping::LOOK) => {}
            _ = stopped.wait_for(|stopped| *stopped) => return,
        }
    }
}

/// A port that is taken, or an address that the network does not give yet, may be free in a moment; what is no
/// address never is.
fn refused(listen: &str, error: std::io::Error) -> CentralError {
    if error.kind() == std::io::ErrorKind::InvalidInput {
        return CentralError::Config(format!("listen: '{listen}': {error}"));
    }
    CentralError::io(std::path::Path::new(listen), error)
}

/// Looks every quarter of an hour whether contracts have run out and keys come to their end.
async fn turn_days(office: Arc<Office>, mut stopped: watch::Receiver<bool>) {
    let mut tidied = None;
    loop {
        day_turns(&office, &mut tidied).await;
        tokio::select! {
            () = tokio::time::sleep(Duration::from_mins(15)) => {}
            _ = stopped.wait_for(|stopped| *stopped) => return,
        }
    }
}

/// What follows from the date; nothing while the clock is in doubt.
async fn day_turns(office: &Office, tidied: &mut Option<Date>) {
    if let Err(error) = office.sure_now() {
        tracing::error!(%error, "nothing is done that follows from the date");
        return;
    }
    if *tidied != Some(office.today()) {
        match retention::run(office, false).await {
            Ok(kinds) => {
                *tidied = Some(office.today());
                for kind in kinds.iter().filter(|kind| kind.count > 0) {
                    tracing::info!(kind = kind.kind, count = kind.count, "deleted by the retention rules");
                }
            }
            Err(error) => tracing::error!(%error, "the retention rules"),
        }
    }
    match registry::turn_of_day(office).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "contracts have run out; their records were sealed again"),
        Err(error) => tracing::error!(%error, "the turn of the day"),
    }
    match keys::signing::rotate(office).await {
        Ok(None) => {}
        Ok(Some(kid)) => tracing::info!(%kid, "the next signing key is announced"),
        Err(error) => tracing::error!(%error, "the turn of the signing keys"),
    }
    if let Err(error) = keys::epoch::rewrap(office).await {
        tracing::error!(%error, "records of a former epoch");
    }
}

#[cfg(test)]
pub mod testing {
    //! An office in a temporary folder, with a clock that stands still.

    use super::*;
    use crate::clock::ManualClock;

    pub struct TestOffice {
        pub office: Arc<Office>,
        pub clock: ManualClock,
        _dir: tempfile::TempDir,
    }

    /// The database of one test. With `ANJUNGAN_TEST_DATABASE=postgres://USER@HOST` it is a new one on that
    /// server, otherwise SQLite in the data folder. All tests ask here.
    pub async fn database() -> String {
        let Ok(server) = std::env::var("ANJUNGAN_TEST_DATABASE") else { return String::new() };
        let name = codes::random_id().to_lowercase();
        let address = format!("{}/test_{name}", server.trim_end_matches('/'));
        sqlx::any::install_default_drivers();
        <sqlx::Any as sqlx::migrate::MigrateDatabase>::create_database(&address).await.unwrap();
        address
    }

    /// A database and a folder of photos without an office around them.
    pub async fn store() -> (Store, tempfile::TempDir) {
        let dir = tempfile::tempdir().unwrap();
        let place = storage::Place::read(&database().await, None).unwrap();
        (Store::open(dir.path(), &place).await.unwrap(), dir)
    }

    /// 2 March 2026, ten in the morning at the office.
    pub async fn office() -> TestOffice {
        let dir = tempfile::tempdir().unwrap();
        let clock = ManualClock::at("2026-03-02T03:00:00Z".parse().unwrap());
        let config = CentralConfig {
            data: dir.path().join("data"),
            database: database().await,
            ..CentralConfig::example()
        };
        let office = Office::open(config, Arc::new(clock.clone())).await.unwrap();
        TestOffice { office: Arc::new(office), clock, _dir: dir }
    }

    /// A sample person who may hold a card, in the registry.
    pub async fn somebody(t: &TestOffice) -> crate::person::Nip {
        let people = crate::person::sample::people(1, 10, t.office.today());
        let person = &people[crate::person::sample::ACTIVE_PNS];
        registry::put_all(&t.office, std::slice::from_ref(person)).await.unwrap();
        person.nip
    }

    /// Lets an administrator approve a station that has joined. The one place where tests do so.
    pub async fn approved(t: &TestOffice, device_id: &str) {
        let waiting = approval::waiting(&t.office).await.unwrap();
        let station = waiting.iter().find(|one| one.id == device_id).expect("a station that waits");
        approval::approve(&t.office, "admin", station.fingerprint().unwrap()).await.unwrap();
    }

    impl TestOffice {
        pub fn app(&self) -> App {
            App::new(self.office.clone()).unwrap()
        }

        pub fn advance(&self, seconds: u64) {
            self.clock.advance(Duration::from_secs(seconds));
        }
    }
}
