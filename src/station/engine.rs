//! Station: the shortest way from an event to its effects. Lives on the screen's thread; workers
//! reach it through [`post`].

use std::cell::RefCell;
use std::time::Duration;

use super::screens::{self, App};
use super::workers::Workers;
use crate::clock::SharedClock;
use crate::session::{Effect, Event, Session, Step};

/// How often time passes for the session.
pub const TICK: Duration = Duration::from_millis(200);

thread_local! {
    static ENGINE: RefCell<Option<Engine>> = const { RefCell::new(None) };
    static WATCHER: RefCell<Option<Watcher>> = const { RefCell::new(None) };
}

/// Session, screen and workers, held together.
pub struct Engine {
    /// Taken out only while it steps.
    session: Option<Session>,
    app: App,
    workers: Workers,
    clock: SharedClock,
    /// A worker has ended while the screen went on.
    broken: bool,
}

/// Sees every event before the session does.
type Watcher = Box<dyn Fn(&Event)>;

impl Engine {
    /// Takes over this thread's screen.
    pub fn start(session: Session, app: App, workers: Workers, clock: SharedClock) {
        ENGINE.set(Some(Engine { session: Some(session), app, workers, clock, broken: false }));
        handle(Event::Tick);
    }

    /// Ends the workers and gives the screen back. `false`: one of them had ended before.
    pub fn stop() -> bool {
        ENGINE.take().is_none_or(|engine| !engine.broken)
    }

    fn handle(&mut self, event: Event) {
        let Some(session) = self.session.take() else { return };
        let now = self.clock.monotonic();
        let (session, effects) = session.step(event, now);
        screens::show(&self.app, &session, now);
        self.session = Some(session);
        for effect in effects {
            if matches!(effect, Effect::Forget) {
                screens::forget(&self.app);
            }
            if !self.workers.carry(effect) {
                // A screen that goes on without the part behind it would keep people waiting:
                // better to end and be started anew.
                tracing::error!("a worker has ended");
                self.broken = true;
                if slint::quit_event_loop().is_err() {
                    tracing::debug!("the screen is gone");
                }
            }
        }
        self.workers.tell_frame_sizes(&self.app);
    }
}

/// Lets the guided run see what happens; it changes nothing.
pub fn watch(watcher: impl Fn(&Event) + 'static) {
    WATCHER.set(Some(Box::new(watcher)));
}

/// Hands an event to the engine of this thread.
pub fn handle(event: Event) {
    WATCHER.with_borrow(|watcher| {
        if let Some(watcher) = watcher {
            watcher(&event);
        }
    });
    ENGINE.with_borrow_mut(|engine| {
        if let Some(engine) = engine {
            engine.handle(event);
        }
    });
}

/// Is nobody in the middle of anything?
pub fn at_rest() -> bool {
    ENGINE.with_borrow(|engine| {
        let session = engine.as_ref().and_then(|engine| engine.session.as_ref());
        session.is_none_or(|session| matches!(session.step, Step::Attract))
    })
}

/// Runs something with the screen, on the screen's thread.
pub fn with_app(act: impl FnOnce(&App)) {
    ENGINE.with_borrow(|engine| {
        if let Some(engine) = engine {
            act(&engine.app);
        }
    });
}

/// Sends an event to the engine from any thread. An event for a screen that is gone is dropped.
pub fn post(event: Event) {
    if let Err(error) = slint::invoke_from_event_loop(move || handle(event)) {
        tracing::debug!(%error, "the screen is gone");
    }
}

/// Lets `act` touch the screen, on the screen's thread.
pub fn on_screen(act: impl FnOnce(&App) + Send + 'static) {
    if let Err(error) = slint::invoke_from_event_loop(move || with_app(act)) {
        tracing::debug!(%error, "the screen is gone");
    }
}
