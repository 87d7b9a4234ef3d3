//! The station: session, devices and screens wired together. Floor 5.
//!
//! [`run`] and [`Parts`] are the wiring list: what is opened, which worker gets what, and in which
//! order things end. The screen's thread only shows; everything that takes time has a thread of its own.

mod asking;
mod clerk;
pub mod commands;
mod commissioning;
mod condition;
mod desk;
pub mod doctor;
mod drawing;
mod engine;
mod face;
mod faults;
pub mod guided;
mod helping;
mod in_view;
mod leaving;
mod listening;
mod live;
mod looking;
mod office;
mod paper;
pub mod plates;
pub mod print_queue;
mod scanner;
pub mod screens;
mod sounding;
mod speech;
mod syncing;
mod technician;
mod time_trust;
mod watchdog;
mod workers;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use slint::ComponentHandle;

use crate::card::Templates;
use crate::clock::{CorrectedClock, SharedClock, offset};
use crate::config::{self, StationConfig};
use crate::display::{self, DisplayError};
use crate::provision::{fingerprint, setup};
use crate::session::{Alert, Chosen, Duty, Event, Fault, Fitting, Role, Session, ShownKeys};
use crate::store::{Identity, IdentityStore, ListStore, SqliteStore, StoreError};
use crate::sync::time::raise_to_floor;
use asking::Asking;
use clerk::{ClerkWorker, OnDuty};
use condition::Condition;
use desk::Desk;
use engine::{Engine, post};
use face::FaceWorker;
use live::LiveView;
use office::OfficeWorker;
use paper::PaperWorker;
use print_queue::{Device, PrintQueue};
use scanner::{Live, ScanWorker};
use screens::App;
use technician::TechnicianWorker;
use time_trust::TimeTrust;
use watchdog::Watchdog;
use workers::Workers;

/// Why a station does not start.
#[derive(Debug, thiserror::Error)]
pub enum StationError {
    #[error("the station's data: {0}")]
    Store(#[from] StoreError),
    #[error(transparent)]
    Display(#[from] DisplayError),
    #[error("the screen: {0}")]
    Screen(#[from] slint::PlatformError),
    #[error("card templates: {0}")]
    Templates(#[from] drawing::TemplateError),
    #[error("a worker cannot be started: {0}")]
    Thread(#[from] std::io::Error),
    #[error("a worker ended by itself; see the messages above")]
    WorkerEnded,
    #[error("the guided run: {0}")]
    Guided(#[from] guided::GuidedError),
}

/// How long a station that cannot start says so.
const READ_THE_FAULT: Duration = Duration::from_secs(10);

/// The database of a station's data folder.
pub fn database(config: &StationConfig) -> PathBuf {
    config.data_dir.join("station.sqlite")
}

/// What a station is made of before it has a screen.
struct Parts {
    store: SqliteStore,
    clock: Arc<CorrectedClock>,
    time: TimeTrust,
    templates: Arc<Templates>,
    name: String,
    /// Name and place, where it has joined.
    joined: Option<(String, String)>,
    /// The keys that it joined with, and whether an administrator has yet to approve them.
    keys: Option<ShownKeys>,
    waiting: bool,
    chosen: Chosen,
    /// It was revoked, and has wiped itself.
    wiped: bool,
    /// A damaged database gave way to a new one.
    set_aside: bool,
    utc_offset_hours: i8,
}

impl Parts {
    /// What the station keeps comes first: without it nothing may be accepted.
    fn open(config: &StationConfig, system: &SharedClock) -> Result<Parts, StationError> {
        let opened = SqliteStore::open(database(config), system.now())?;
        let (mut store, set_aside) = (opened.store, opened.set_aside.is_some());
        let wiped = leaving::finish(&mut store, &config.data_dir)?;
        let identity = store.identity()?;
        let clock = Arc::new(CorrectedClock::new(Arc::clone(system)));
        let time = TimeTrust::of_this_machine(system.now(), store.clock_floor()?);
        // No time before one that was proven can be true.
        raise_to_floor(&store, &clock)?;
        let keys = identity.as_ref().and_then(|identity| shown_keys(&store, identity, config));
        let enrolled = identity.as_ref().map(|identity| &identity.enrolled);
        Ok(Parts {
            templates: Arc::new(drawing::templates(config.templates.as_ref())?),
            name: enrolled
                .map(|enrolled| enrolled.station_name.clone())
                .or(wiped.as_ref().map(|farewell| farewell.station_name.clone()))
                .unwrap_or_else(|| "Anjungan".to_owned()),
            joined: enrolled.map(|e| (e.station_name.clone(), e.place.clone())),
            keys,
            waiting: enrolled.is_some_and(|enrolled| enrolled.waiting),
            chosen: setup::load_or_begin(&config.data_dir),
            wiped: wiped.is_some(),
            set_aside,
            utc_offset_hours: config.utc_offset_hours.or(enrolled.map(|e| e.utc_offset_hours)).unwrap_or(7),
            store,
            clock,
            time,
        })
    }

    /// A thread a device, each with a connection to the store of its own: SQLite keeps them apart.
    fn start_workers(self, config: &StationConfig) -> Result<(Workers, Vec<JoinHandle<()>>), StationError> {
        let clock: SharedClock = self.clock.clone();
        let (office, office_orders) = channel();
        let (face, face_orders) = channel();
        let (scan, scan_orders) = channel();
        let ((drawing, drawing_orders), (paper, paper_orders)) = (channel(), channel());
        let ((clerk, clerk_orders), (sound, sound_orders)) = (channel(), channel());
        let (technician, technician_orders) = channel();
        let condition = Condition::default();
        let workers = Workers {
            face,
            face_view: LiveView::new(Role::Face),
            scan,
            scan_view: LiveView::new(Role::Scan),
            drawing,
            paper,
            office: office.clone(),
            clerk,
            sound,
            technician,
            one_camera: config.cameras.scan.is_none(),
            condition: condition.clone(),
            speaks: config.sound.headphones.is_some(),
        };
        let on_duty = OnDuty::default();
        let clerk_worker = ClerkWorker {
            store: self.store.beside()?,
            orders: clerk_orders,
            clock: clock.clone(),
            on_duty: on_duty.clone(),
            open: None,
            time: self.time.clone(),
            office: office.clone(),
            utc_offset_hours: self.utc_offset_hours,
            export_dir: config.export_dir.clone(),
            visit_days: config.limits.visit_days,
        };
        let ((asks, asked), (tell, heard)) = (channel(), channel());
        let technician_worker = TechnicianWorker {
            config: config.clone(),
            store: self.store.beside()?,
            orders: technician_orders,
            office: office.clone(),
            clock: Arc::clone(&self.clock),
            time: self.time.clone(),
            chosen: self.chosen,
        };
        let office_worker =
            OfficeWorker::new(config, self.store.beside()?, office_orders, self.clock, self.time.clone())
                .with_condition(condition.clone())
                .with_asking(Asking { asked, heard: tell });
        let face_worker = FaceWorker {
            uri: config.cameras.face.clone(),
            data_dir: config.data_dir.clone(),
            orders: face_orders,
            view: workers.face_view.clone(),
            clock: clock.clone(),
        };
        let scan_worker = ScanWorker {
            uri: config.cameras.scan.clone().unwrap_or_else(|| config.cameras.face.clone()),
            orders: scan_orders,
            view: workers.scan_view.clone(),
            desk: Desk::new(
                self.store.beside()?,
                clock.clone(),
                self.time,
                desk::limits(&config.limits),
                self.utc_offset_hours,
            ),
            clock: clock.clone(),
            on_duty,
            live: Live::new(asks, heard),
            post: Box::new(engine::post),
        };
        let templates = Arc::clone(&self.templates);
        let paper_worker = PaperWorker {
            queue: PrintQueue {
                store: self.store,
                devices: devices(config, &clock),
                clock: clock.clone(),
                patience: Duration::from_secs(config.limits.print_seconds.into()),
            },
            templates: self.templates,
            orders: paper_orders,
            office,
            condition,
            clock,
            utc_offset_hours: self.utc_offset_hours,
        };
        let sounds = config.sound.clone();
        let threads = vec![
            spawn("office", move || office_worker.run())?,
            spawn("face camera", move || face_worker.run())?,
            spawn("scan camera", move || scan_worker.run())?,
            spawn("drawing", move || drawing::run(&templates, &drawing_orders))?,
            spawn("printer", move || paper_worker.run())?,
            spawn("sound", move || sounding::run(&sounds, &sound_orders))?,
            spawn("staff", move || clerk_worker.run())?,
            spawn("technician", move || technician_worker.run())?,
        ];
        Ok((workers, threads))
    }
}

/// How a station's screen ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// As it was told to.
    Done,
    /// To start anew at once: something was chosen that counts from a start on, or a key combination of the toolkit
    /// closed the screen.
    Anew,
}

/// With which screen a station begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// For whoever comes.
    Visit,
    /// For a technician: the page of camera and clean plate, and nothing after it.
    Studio,
}

/// Opens the screen and serves people until the window is closed or the program is told to end.
pub fn run(
    config: &StationConfig,
    system: &SharedClock,
    guide: Option<guided::Guide>,
    begin: Begin,
) -> Result<Ended, StationError> {
    let parts = match Parts::open(config, system) {
        Ok(parts) => parts,
        Err(error) => {
            tracing::error!(%error, "the station does not start");
            out_of_order(config, system)?;
            return Err(error);
        }
    };
    let (set_aside, wiped) = (parts.set_aside, parts.wiped);
    let (name, hours) = (parts.name.clone(), parts.utc_offset_hours);
    let fitting = fitting(config, &parts);
    let joined = fitting.joined.is_some();
    let clock: SharedClock = parts.clock.clone();
    let tries = clerk::wrong_tries(&parts.store, clock.monotonic());
    let duty = Duty::new(clerk::profile(&parts.store, config.profile), tries);

    // The display is a device, chosen here and nowhere else.
    let kind = display_kind(config, &parts.chosen);
    display::select(kind, &clock)?;
    let app = App::new()?;
    let (workers, threads) = parts.start_workers(config)?;

    let patience = |seconds: u32| Duration::from_secs(seconds.into());
    let session = Session::new(config.language, clock.monotonic())
        .with_duty(duty)
        .with_patience(patience(config.limits.idle_seconds), patience(config.limits.warn_seconds));
    // A guided run and a command of the technician's have a way of their own.
    let (session, due) = match (&guide, begin) {
        (Some(guide), _) if !guide.sets_up() => (session, Vec::new()),
        (_, Begin::Visit) if !wiped => session.with_fitting(fitting, clock.monotonic()),
        _ => (session, Vec::new()),
    };
    let kept_open = guide.is_none() && begin == Begin::Visit;
    screens::wire(&app, post);
    screens::on_focus(&app, engine::say);
    screens::set_station(&app, &name, &time_text(&clock, hours));
    Engine::start(session, due, app.clone_strong(), workers, clock.clone());
    if set_aside {
        engine::handle(Event::Alert(Alert::SetAside, true));
    }
    if wiped {
        engine::handle(Event::Broken(Fault::Removed));
    } else if !joined {
        engine::handle(Event::Alert(Alert::NotJoined, true));
    }

    let ticking = slint::Timer::default();
    let for_ticks = clock.clone();
    let mut shown = String::new();
    let (night, mut was_dark) = (config.display.clone(), false);
    let mut watchdog = Watchdog::of_systemd();
    ticking.start(slint::TimerMode::Repeated, engine::TICK, move || {
        engine::handle(Event::Tick);
        // Who opened the page of camera and plate from a command is done when it closes.
        if begin == Begin::Studio && engine::at_rest() {
            engine::leave(false);
        }
        let dark = night.is_dark_at(offset(hours).to_datetime(for_ticks.now()).time());
        if dark != was_dark {
            was_dark = dark;
            engine::handle(Event::Dark(dark));
        }
        let text = time_text(&for_ticks, hours);
        if text != shown {
            engine::with_app(|app| screens::set_station(app, &name, &text));
            shown = text;
        }
        // Screen, session and screen again have been passed: that is what systemd waits for.
        watchdog.feed(for_ticks.monotonic());
    });

    if begin == Begin::Studio {
        engine::handle(Event::OpenStudio);
    }
    let guided = guide.map(|guide| guide.start(&app, &clock, hours)).transpose()?;
    // Alt+F4 or the cross of a window: nobody is to close a station's screen.
    if kept_open {
        screens::keep_open(&app);
    }
    app.show()?;
    screens::set_diagonal(&app, config.display.diagonal_inches.or_else(|| display::diagonal(kind)));
    slint::run_event_loop()?;

    // The workers end when their queues do; a print in progress is finished first.
    let whole = Engine::stop();
    for thread in threads {
        let name = thread.thread().name().unwrap_or_default().to_owned();
        if thread.join().is_err() {
            tracing::error!(name, "a worker panicked");
        }
    }
    if !whole {
        return Err(StationError::WorkerEnded);
    }
    if let Some(guided) = guided {
        guided.finish()?;
    }
    Ok(match engine::leaving() {
        Some(anew) if anew => Ended::Anew,
        // On the bare console the toolkit ends its loop at Ctrl+Alt+Delete.
        None if kept_open => {
            tracing::warn!("something else than this program closed the screen");
            Ended::Anew
        }
        _ => Ended::Done,
    })
}

/// What the session is told of how the station is set up.
fn fitting(config: &StationConfig, parts: &Parts) -> Fitting {
    let glass = config.display.kind == config::DisplayKind::Linuxkms;
    Fitting {
        chosen: parts.chosen.clone(),
        joined: parts.joined.clone(),
        keys: parts.keys.clone(),
        waiting: parts.waiting,
        turns: glass || config.display.kind == config::DisplayKind::Headless,
        glass,
        face: config.cameras.face.clone(),
        printer: config.printer.clone(),
    }
}

/// What an administrator compares. A key that cannot be read is told by the worker that needs it.
fn shown_keys(store: &SqliteStore, identity: &Identity, config: &StationConfig) -> Option<ShownKeys> {
    let fingerprint = fingerprint(store, identity)
        .inspect_err(|error| tracing::error!(%error, "the fingerprint of this station's keys is not shown"))
        .ok()?;
    let server = config.central.as_deref().unwrap_or(&identity.central_url);
    Some(ShownKeys { fingerprint: fingerprint.to_string(), page: fingerprint.page(server) })
}

/// The printers of a configuration. One whose address cannot be read is left out and said: the
/// station works without it.
fn devices(config: &StationConfig, clock: &SharedClock) -> Vec<Device> {
    [&config.printer, &config.printer_spare]
        .into_iter()
        .flatten()
        .filter_map(|uri| {
            Device::open(uri, clock)
                .inspect_err(|error| tracing::error!(%error, "a printer is left out"))
                .ok()
        })
        .collect()
}

/// Says on the screen that nobody can be served here, with a code, for as long as it takes to read
/// it. Then the program ends with its error, and is started anew.
fn out_of_order(config: &StationConfig, system: &SharedClock) -> Result<(), StationError> {
    let kind = display_kind(config, &setup::load_or_begin(&config.data_dir));
    // Nobody looks at a headless display.
    if matches!(kind, display::DisplayKind::Headless { .. }) {
        return Ok(());
    }
    display::select(kind, system)?;
    let app = App::new()?;
    let now = system.monotonic();
    let (session, _) = Session::new(config.language, now).step(Event::Broken(Fault::StartFailed), now);
    screens::set_station(&app, "Anjungan", "");
    screens::show(&app, &session, now);
    app.show()?;
    screens::set_diagonal(&app, config.display.diagonal_inches.or_else(|| display::diagonal(kind)));
    slint::Timer::single_shot(READ_THE_FAULT, || {
        if slint::quit_event_loop().is_err() {
            tracing::debug!("the screen is gone");
        }
    });
    slint::run_event_loop()?;
    Ok(())
}

/// How often a configuration that was wrong is read again.
const CORRECTED: Duration = Duration::from_secs(5);

/// Says on the screen that the configuration is wrong, and where, until it is `sound`. Nobody restarts a station by
/// hand, and a program that ended at once would be started again every two seconds, with a dark screen.
pub fn misconfigured(
    config: &StationConfig,
    why: &str,
    system: &SharedClock,
    mut sound: impl FnMut() -> bool + 'static,
) -> Result<(), StationError> {
    let kind = display_kind(config, &Chosen::default());
    display::select(kind, system)?;
    let app = App::new()?;
    let now = system.monotonic();
    let (session, _) = Session::new(config.language, now).step(Event::Broken(Fault::ConfigWrong), now);
    screens::set_station(&app, why, "");
    screens::show(&app, &session, now);
    app.show()?;
    screens::set_diagonal(&app, display::diagonal(kind));
    let (clock, mut read) = (Arc::clone(system), now);
    let mut watchdog = Watchdog::of_systemd();
    let ticking = slint::Timer::default();
    ticking.start(slint::TimerMode::Repeated, engine::TICK, move || {
        let now = clock.monotonic();
        watchdog.feed(now);
        if now.saturating_sub(read) < CORRECTED {
            return;
        }
        read = now;
        if sound() && slint::quit_event_loop().is_err() {
            tracing::debug!("the screen is gone");
        }
    });
    slint::run_event_loop()?;
    Ok(())
}

/// Shows the components of the screens, for whoever designs them.
pub fn gallery(config: &StationConfig, clock: &SharedClock) -> Result<(), StationError> {
    display::select(display_kind(config, &Chosen::default()), clock)?;
    let gallery = screens::gallery::open(config.language)?;
    gallery.show()?;
    screens::gallery::fit(&gallery);
    slint::run_event_loop()?;
    Ok(())
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> std::io::Result<JoinHandle<()>> {
    thread::Builder::new().name(name.to_owned()).spawn(work)
}

fn display_kind(config: &StationConfig, chosen: &Chosen) -> display::DisplayKind {
    let (mut width, mut height) = (config.display.width, config.display.height);
    if chosen.turn.is_quarter() {
        (width, height) = (height, width);
    }
    match config.display.kind {
        config::DisplayKind::Window => display::DisplayKind::Window,
        config::DisplayKind::Linuxkms => display::DisplayKind::LinuxKms,
        config::DisplayKind::Headless => display::DisplayKind::Headless { width, height },
    }
}

/// Hours and minutes at the station's place, as Indonesian signs write them.
fn time_text(clock: &SharedClock, hours: i8) -> String {
    offset(hours).to_datetime(clock.now()).strftime("%H.%M").to_string()
}
