//! The station: session, devices and screens wired together. Floor 5.
//!
//! [`run`] is the wiring list: what is opened, which worker gets what, and in which order things
//! end. The screen's thread only shows; everything that takes time has a thread of its own.

pub mod commands;
mod desk;
mod drawing;
mod engine;
mod face;
mod faults;
pub mod guided;
mod live;
mod office;
mod paper;
mod scanner;
pub mod screens;
mod time_trust;
mod workers;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;

use slint::ComponentHandle;

use crate::clock::{CorrectedClock, SharedClock, offset};
use crate::config::{self, StationConfig};
use crate::display::{self, DisplayError};
use crate::session::{Alert, Event, Role, Session};
use crate::store::{IdentityStore, ListStore, SqliteStore, StoreError};
use desk::Desk;
use engine::{Engine, Poster};
use face::FaceWorker;
use live::LiveView;
use office::OfficeWorker;
use paper::PaperWorker;
use scanner::ScanWorker;
use screens::App;
use time_trust::TimeTrust;
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
    #[error("the guided run: {0}")]
    Guided(#[from] guided::GuidedError),
}

/// The database of a station's data folder.
pub fn database(config: &StationConfig) -> PathBuf {
    config.data_dir.join("station.sqlite")
}

/// Opens the screen and serves people until the window is closed or the program is told to end.
pub fn run(
    config: &StationConfig,
    system: &SharedClock,
    guide: Option<guided::Guide>,
) -> Result<(), StationError> {
    // What the station keeps comes first: without it nothing may be accepted.
    let opened = SqliteStore::open(database(config), system.now())?;
    let store = opened.store;
    let identity = store.identity()?;
    let clock = Arc::new(CorrectedClock::new(Arc::clone(system)));
    // No time before one that was proven can be true.
    if let Some(floor) = store.clock_floor()?
        && system.now() < floor
    {
        clock.set(floor);
    }
    let shared: SharedClock = clock.clone();
    let time = TimeTrust::of_this_machine();
    let templates = Arc::new(drawing::templates(config.templates.as_ref())?);
    let enrolled = identity.as_ref().map(|identity| &identity.enrolled);
    let hours = config.utc_offset_hours.or(enrolled.map(|e| e.utc_offset_hours)).unwrap_or(7);
    let name = enrolled.map_or_else(|| "Anjungan".to_owned(), |e| e.station_name.clone());

    // The display is a device, chosen here and nowhere else.
    display::select(display_kind(config), &shared)?;
    let app = App::new()?;
    let poster = Poster;

    let (office, office_orders) = channel();
    let (face, face_orders) = channel();
    let (scan, scan_orders) = channel();
    let (drawing, drawing_orders) = channel();
    let (paper, paper_orders) = channel();
    let workers = Workers {
        face,
        face_view: LiveView::new(Role::Face, poster),
        scan,
        scan_view: LiveView::new(Role::Scan, poster),
        drawing,
        paper,
        office: office.clone(),
    };

    // One connection to the store a worker: SQLite keeps them apart.
    let mut threads = Vec::new();
    let mut spawn = |name: &str, run: Box<dyn FnOnce() + Send>| -> std::io::Result<()> {
        threads.push(thread::Builder::new().name(name.to_owned()).spawn(run)?);
        Ok(())
    };
    let office_worker =
        OfficeWorker::new(config, store.beside()?, office_orders, poster, Arc::clone(&clock), time.clone());
    spawn("office", Box::new(move || office_worker.run()))?;
    let face_worker = FaceWorker {
        uri: config.cameras.face.clone(),
        plate_file: config.data_dir.join("plate.png"),
        orders: face_orders,
        poster,
        view: workers.face_view.clone(),
        clock: shared.clone(),
    };
    spawn("face camera", Box::new(move || face_worker.run()))?;
    let scan_worker = ScanWorker {
        uri: config.cameras.scan.clone().unwrap_or_else(|| config.cameras.face.clone()),
        orders: scan_orders,
        poster,
        view: workers.scan_view.clone(),
        desk: Desk::new(store.beside()?, shared.clone(), time, desk::limits(&config.limits)),
        clock: shared.clone(),
    };
    spawn("scan camera", Box::new(move || scan_worker.run()))?;
    let for_drawing = Arc::clone(&templates);
    spawn("drawing", Box::new(move || drawing::run(&for_drawing, &drawing_orders, poster)))?;
    let paper_worker = PaperWorker {
        printer: config.printer.clone(),
        templates,
        store,
        orders: paper_orders,
        office,
        poster,
        clock: shared.clone(),
        utc_offset_hours: hours,
    };
    spawn("printer", Box::new(move || paper_worker.run()))?;

    let patience = |seconds: u32| std::time::Duration::from_secs(seconds.into());
    let session = Session::new(config.language, shared.monotonic())
        .with_patience(patience(config.limits.idle_seconds), patience(config.limits.warn_seconds));
    screens::wire(&app, move |event| poster.post(event));
    screens::set_station(&app, &name, &time_text(&shared, hours));
    Engine::start(session, app.clone_strong(), workers, shared.clone());
    if identity.is_none() {
        engine::handle(Event::Alert(Alert::NotJoined, true));
    }

    let ticking = slint::Timer::default();
    let for_ticks = shared.clone();
    let mut shown = String::new();
    ticking.start(slint::TimerMode::Repeated, engine::TICK, move || {
        engine::handle(Event::Tick);
        let text = time_text(&for_ticks, hours);
        if text != shown {
            engine::with_app(|app| screens::set_station(app, &name, &text));
            shown = text;
        }
    });

    let guided = guide.map(|guide| guide.start(&app, &shared)).transpose()?;
    app.show()?;
    slint::run_event_loop()?;

    // The workers end when their queues do; a print in progress is finished first.
    Engine::stop();
    for thread in threads {
        let name = thread.thread().name().unwrap_or_default().to_owned();
        if thread.join().is_err() {
            tracing::error!(name, "a worker panicked");
        }
    }
    if let Some(guided) = guided {
        guided.finish()?;
    }
    Ok(())
}

fn display_kind(config: &StationConfig) -> display::DisplayKind {
    let (width, height) = (config.display.width, config.display.height);
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
