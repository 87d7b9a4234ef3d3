//! A display in memory with a real event loop: it lays out, draws and takes touches like one of
//! glass. Journeys, pictures for a guide, and machines without a screen use it.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::{Rc, Weak};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use slint::platform::software_renderer::{MinimalSoftwareWindow, RepaintBufferType};
use slint::platform::{EventLoopProxy, Platform, WindowAdapter, WindowEvent};
use slint::{EventLoopError, PhysicalSize, PlatformError, Rgb8Pixel, SharedPixelBuffer};

use super::DisplayError;
use crate::clock::SharedClock;

/// Shortest time between two pictures.
const FRAME: Duration = Duration::from_millis(33);

thread_local! {
    /// The screen of this thread, so that a finger can have it drawn before it looks.
    static SCREEN: RefCell<Weak<Screen>> = const { RefCell::new(Weak::new()) };
}

/// Chooses a headless display for the calling thread.
pub fn select(width: u32, height: u32, clock: &SharedClock) -> Result<(), DisplayError> {
    if !(320..=8192).contains(&width) || !(240..=8192).contains(&height) {
        return Err(DisplayError::Size { width, height });
    }
    let window = MinimalSoftwareWindow::new(RepaintBufferType::ReusedBuffer);
    let screen = Rc::new(Screen {
        window,
        size: PhysicalSize::new(width, height),
        pixels: RefCell::new(SharedPixelBuffer::new(width, height)),
    });
    let platform = Headless {
        screen: Rc::clone(&screen),
        queue: Arc::default(),
        clock: Arc::clone(clock),
        since: clock.monotonic(),
    };
    slint::platform::set_platform(Box::new(platform)).map_err(|_| DisplayError::AlreadyChosen)?;
    SCREEN.with(|place| *place.borrow_mut() = Rc::downgrade(&screen));
    Ok(())
}

/// Brings the picture up to date where this thread has a headless screen; elsewhere the display
/// does that by itself.
pub fn refresh() {
    if let Some(screen) = SCREEN.with(|place| place.borrow().upgrade()) {
        slint::platform::update_timers_and_animations();
        screen.draw();
    }
}

struct Screen {
    window: Rc<MinimalSoftwareWindow>,
    size: PhysicalSize,
    pixels: RefCell<SharedPixelBuffer<Rgb8Pixel>>,
}

impl Screen {
    /// Draws what changed. False where nothing did.
    fn draw(&self) -> bool {
        self.window.draw_if_needed(|renderer| {
            let mut pixels = self.pixels.borrow_mut();
            let size = self.window.size();
            if (size.width, size.height) != (pixels.width(), pixels.height()) {
                *pixels = SharedPixelBuffer::new(size.width, size.height);
            }
            let stride = pixels.width() as usize;
            renderer.render(pixels.make_mut_slice(), stride);
        })
    }
}

struct Headless {
    screen: Rc<Screen>,
    queue: Arc<Queue>,
    clock: SharedClock,
    /// Slint counts from zero.
    since: Duration,
}

impl Platform for Headless {
    fn create_window_adapter(&self) -> Result<Rc<dyn WindowAdapter>, PlatformError> {
        let window = &self.screen.window;
        window.set_size(self.screen.size);
        window.dispatch_event(WindowEvent::WindowActiveChanged(true));
        Ok(Rc::clone(window) as Rc<dyn WindowAdapter>)
    }

    fn duration_since_start(&self) -> Duration {
        self.clock.monotonic().saturating_sub(self.since)
    }

    fn run_event_loop(&self) -> Result<(), PlatformError> {
        self.queue.reopen();
        let mut drawn: Option<Duration> = None;
        loop {
            slint::platform::update_timers_and_animations();
            let now = self.clock.monotonic();
            // A change that fell between two pictures is shown with the next one.
            let early = drawn.and_then(|then| FRAME.checked_sub(now.saturating_sub(then)));
            if early.is_none() && self.screen.draw() {
                drawn = Some(now);
            }
            let next_picture = if self.screen.window.has_active_animations() {
                FRAME
            } else {
                early.unwrap_or(Duration::MAX)
            };
            let next_timer = slint::platform::duration_until_next_timer_update();
            match self.queue.wait(next_timer.unwrap_or(Duration::MAX).min(next_picture)) {
                Next::Quit => return Ok(()),
                Next::Work(work) => work.into_iter().for_each(|job| job()),
            }
        }
    }

    fn new_event_loop_proxy(&self) -> Option<Box<dyn EventLoopProxy>> {
        Some(Box::new(Proxy(Arc::clone(&self.queue))))
    }
}

type Job = Box<dyn FnOnce() + Send>;

enum Next {
    Quit,
    Work(VecDeque<Job>),
}

/// What other threads ask of the event loop.
#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    quit: bool,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets an end that was asked for before the loop began.
    fn reopen(&self) {
        self.lock().quit = false;
    }

    /// Everything that is waiting, or what comes within `at_most`.
    fn wait(&self, at_most: Duration) -> Next {
        let mut state = self.lock();
        if state.jobs.is_empty() && !state.quit {
            state = if at_most == Duration::MAX {
                self.wake.wait(state).unwrap_or_else(PoisonError::into_inner)
            } else {
                self.wake.wait_timeout(state, at_most).unwrap_or_else(PoisonError::into_inner).0
            };
        }
        if state.quit { Next::Quit } else { Next::Work(std::mem::take(&mut state.jobs)) }
    }
}

struct Proxy(Arc<Queue>);

impl EventLoopProxy for Proxy {
    fn quit_event_loop(&self) -> Result<(), EventLoopError> {
        self.0.lock().quit = true;
        self.0.wake.notify_one();
        Ok(())
    }

    fn invoke_from_event_loop(&self, job: Job) -> Result<(), EventLoopError> {
        self.0.lock().jobs.push_back(job);
        self.0.wake.notify_one();
        Ok(())
    }
}
