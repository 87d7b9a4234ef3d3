//! Station: the shortest way from an event to its effects. Lives on the screen's thread; workers
//! reach it through [`post`].

use std::cell::RefCell;
use std::time::Duration;

use super::screens::{self, App};
use super::speech::Reader;
use super::workers::Workers;
use crate::clock::SharedClock;
use crate::session::{Alerts, Effect, Event, Fault, Session, Step};

/// How often time passes for the session.
pub const TICK: Duration = Duration::from_millis(200);

/// How long the screen says that the station is out of order before the program ends, to be started
/// anew: long enough to be read.
const OUT_OF_ORDER: Duration = Duration::from_secs(6);

thread_local! {
    static ENGINE: RefCell<Option<Engine>> = const { RefCell::new(None) };
    static LEAVING: std::cell::Cell<Option<bool>> = const { std::cell::Cell::new(None) };
    static WATCHER: RefCell<Option<Watcher>> = const { RefCell::new(None) };
}

/// Session, screen and workers, held together.
pub struct Engine {
    /// Taken out only while it steps.
    session: Option<Session>,
    app: App,
    workers: Workers,
    clock: SharedClock,
    /// When it was seen that a worker has ended while the screen went on.
    broken: Option<Duration>,
    reader: Reader,
}

/// Sees every event before the session does.
type Watcher = Box<dyn Fn(&Event)>;

impl Engine {
    /// Takes over this thread's screen.
    pub fn start(session: Session, due: Vec<Effect>, app: App, workers: Workers, clock: SharedClock) {
        // What the first step asks for, if it is one that has to be done before anybody comes.
        let whole = due.into_iter().all(|effect| workers.carry(effect));
        ENGINE.set(Some(Engine {
            session: Some(session),
            app,
            workers,
            clock,
            broken: (!whole).then_some(Duration::ZERO),
            reader: Reader::default(),
        }));
        handle(Event::Tick);
    }

    /// Ends the workers and gives the screen back. `false`: one of them had ended before.
    pub fn stop() -> bool {
        ENGINE.take().is_none_or(|engine| engine.broken.is_none())
    }

    fn handle(&mut self, event: Event) {
        let now = self.clock.monotonic();
        let tick = matches!(event, Event::Tick);
        if !self.carry_on(event, now) && self.broken.is_none() {
            // A screen that goes on without the part behind it would keep people waiting: it says
            // so, forgets the person, and the program ends to be started anew.
            tracing::error!("a worker has ended");
            self.broken = Some(now);
            self.carry_on(Event::Broken(Fault::PartEnded), now);
        }
        if self.broken.is_some_and(|since| now.saturating_sub(since) >= OUT_OF_ORDER) {
            leave(false);
        }
        self.workers.tell_frame_sizes(&self.app);
        // By the next tick the screen is laid out, and its words can be read.
        if tick && self.workers.speaks {
            self.read_aloud();
        }
    }

    /// One event and its effects. `false`: a worker has ended.
    fn carry_on(&mut self, event: Event, now: Duration) -> bool {
        let Some(session) = self.session.take() else { return true };
        let before = session.step.name();
        trace(&event, session.alerts);
        let (session, effects) = session.step(event, now);
        if session.step.name() != before {
            tracing::debug!(screen = session.step.name());
        }
        screens::show(&self.app, &session, now);
        self.workers.condition.put(session.alerts, session.is_dark(now));
        self.session = Some(session);
        let mut whole = true;
        for effect in effects {
            if matches!(effect, Effect::Forget) {
                screens::forget(&self.app);
            }
            whole &= self.workers.carry(effect);
        }
        whole
    }

    fn read_aloud(&mut self) {
        let Some(session) = &self.session else { return };
        if let Some(text) = self.reader.news(&self.app) {
            self.workers.say(text, session.lang);
        }
    }
}

/// Whoever looks for a fault, or drives a station from outside, follows it by this and by the screens' names.
/// Nothing of a person is in it.
fn trace(event: &Event, before: Alerts) {
    match event {
        Event::Kept(_, Ok(_)) => tracing::debug!("an acceptance is on the disk"),
        Event::Scanned(_, finding) => tracing::debug!(verdict = ?finding.judgement.verdict),
        Event::Alert(alert, on) if before.is_raised(*alert) != *on => tracing::debug!(?alert, on),
        _ => {}
    }
}

/// The screen ends, and the program starts anew with what was chosen meanwhile. From any thread.
pub fn leave_for_a_new_start() {
    if let Err(error) = slint::invoke_from_event_loop(|| leave(true)) {
        tracing::debug!(%error, "the screen is gone");
    }
}

/// Ends the event loop. Whoever ends it otherwise (a key combination that the toolkit takes for its own) did not
/// mean this station.
pub fn leave(anew: bool) {
    LEAVING.set(Some(anew));
    if slint::quit_event_loop().is_err() {
        tracing::debug!("the screen is gone");
    }
}

/// Did the station itself end its event loop? And is it to start anew?
pub fn leaving() -> Option<bool> {
    LEAVING.get()
}

/// The window's size in pixels; asked from another thread.
pub fn window_size() -> (u32, u32) {
    use slint::ComponentHandle as _;
    let (answer, answered) = std::sync::mpsc::channel();
    on_screen(move |app| {
        let size = app.window().size();
        if answer.send((size.width, size.height)).is_err() {
            tracing::debug!("nobody waits for the size of the screen");
        }
    });
    answered.recv_timeout(Duration::from_secs(5)).unwrap_or_default()
}

/// Reads aloud what the keypad stands on.
pub fn say(text: String) {
    ENGINE.with(|engine| {
        // While an event is handled nothing is pressed, and nothing need be said.
        if let Ok(engine) = engine.try_borrow()
            && let Some(engine) = &*engine
            && let Some(session) = &engine.session
        {
            engine.workers.say(text, session.lang);
        }
    });
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
