//! A finger for journeys: it finds what it touches by the words that a person reads, from a
//! thread beside the event loop, and presses with real pointer events.

use std::sync::mpsc;
use std::time::Duration;

use i_slint_backend_testing::{AccessibleRole, ElementHandle, ElementQuery};
use image::RgbaImage;
use slint::platform::{Key, PointerEventButton, WindowEvent};
use slint::{ComponentHandle, LogicalPosition, SharedString, Weak};

use super::headless;
use crate::clock::SharedClock;

/// How often a finger that waits looks again.
const LOOK: Duration = Duration::from_millis(50);

/// How long a finger looks at what it will touch. A screen takes no press before people could have seen it
/// (`session::SETTLING`).
const SIGHT: Duration = Duration::from_millis(450);

/// A screen that does not answer for so long hangs.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug, thiserror::Error)]
pub enum FingerError {
    #[error("'{label}' is not on the screen; there is: {}", there.join(" | "))]
    NotThere { label: String, there: Vec<String> },
    #[error("'{label}' is on the screen and cannot be touched now; there is: {}", there.join(" | "))]
    NotEnabled { label: String, there: Vec<String> },
    #[error("the screen does not answer")]
    Hangs,
    #[error("the screen is gone")]
    Gone,
    #[error("no picture of the screen: {0}")]
    NoPicture(String),
}

/// Touches the screen of a running event loop. Clone it freely; every method may be called from
/// any thread but the one of the event loop.
pub struct Finger<C: ComponentHandle> {
    screen: Weak<C>,
    clock: SharedClock,
}

impl<C: ComponentHandle> Clone for Finger<C> {
    fn clone(&self) -> Self {
        Finger { screen: self.screen.clone(), clock: self.clock.clone() }
    }
}

/// Something on the screen that has a name.
struct Seen {
    label: String,
    role: Option<AccessibleRole>,
    enabled: bool,
    centre: LogicalPosition,
}

impl Seen {
    fn can_be_touched(&self) -> bool {
        self.enabled && self.role == Some(AccessibleRole::Button)
    }
}

impl<C: ComponentHandle + 'static> Finger<C> {
    /// Call it on the event loop's thread, and hand the finger to another.
    pub fn new(screen: &C, clock: SharedClock) -> Finger<C> {
        Finger { screen: screen.as_weak(), clock }
    }

    /// Presses and releases at the centre of the button with this label, once a person would have seen it there.
    pub fn click(&self, label: &str) -> Result<(), FingerError> {
        self.find(label)?;
        std::thread::sleep(SIGHT);
        self.press_now(label)
    }

    /// Is there a button with this label that can be touched?
    fn find(&self, label: &str) -> Result<(), FingerError> {
        let label = label.to_owned();
        self.on_screen(move |screen| place(screen, label).map(|_| ()))?
    }

    /// The same without looking first: the second tap of a double tap.
    pub fn press_now(&self, label: &str) -> Result<(), FingerError> {
        let label = label.to_owned();
        self.on_screen(move |screen| {
            let position = place(screen, label)?;
            let window = screen.window();
            let left = PointerEventButton::Left;
            window.dispatch_event(WindowEvent::PointerMoved { position });
            window.dispatch_event(WindowEvent::PointerPressed { position, button: left });
            window.dispatch_event(WindowEvent::PointerReleased { position, button: left });
            window.dispatch_event(WindowEvent::PointerExited);
            Ok(())
        })?
    }

    /// Presses and releases at a place of the screen, from 0 to 1 each way.
    pub fn touch_at(&self, x: f32, y: f32) -> Result<(), FingerError> {
        self.press_at(x, y, PointerEventButton::Left)
    }

    /// The same with any button of a mouse.
    pub fn press_at(&self, x: f32, y: f32, button: PointerEventButton) -> Result<(), FingerError> {
        std::thread::sleep(SIGHT);
        self.on_screen(move |screen| {
            let window = screen.window();
            let size = window.size().to_logical(window.scale_factor());
            let position = LogicalPosition::new(x * size.width, y * size.height);
            window.dispatch_event(WindowEvent::PointerMoved { position });
            window.dispatch_event(WindowEvent::PointerPressed { position, button });
            window.dispatch_event(WindowEvent::PointerReleased { position, button });
            window.dispatch_event(WindowEvent::PointerExited);
        })
    }

    /// Waits until something with this label is on the screen.
    pub fn wait_for(&self, label: &str, timeout: Duration) -> Result<(), FingerError> {
        self.retry(timeout, || {
            let there = self.labels()?;
            if there.iter().any(|seen| seen == label) {
                Ok(())
            } else {
                Err(FingerError::NotThere { label: label.to_owned(), there })
            }
        })
    }

    /// Waits until the button with this label can be touched, and touches it.
    pub fn click_when_there(&self, label: &str, timeout: Duration) -> Result<(), FingerError> {
        self.retry(timeout, || self.click(label))
    }

    /// Everything on the screen that has a name, texts included, in the order of the screen.
    pub fn labels(&self) -> Result<Vec<String>, FingerError> {
        self.on_screen(|screen| labels(look(screen)))
    }

    /// Where each button has its centre, as shares of width and height: for a finger on the glass of another
    /// machine.
    pub fn places(&self) -> Result<Vec<(String, [f32; 2])>, FingerError> {
        self.on_screen(|screen| {
            let size = screen.window().size().to_logical(screen.window().scale_factor());
            let buttons = look(screen).into_iter().filter(|seen| seen.role == Some(AccessibleRole::Button));
            buttons
                .map(|seen| (seen.label, [seen.centre.x / size.width, seen.centre.y / size.height]))
                .collect()
        })
    }

    /// The screen as a picture.
    pub fn snapshot(&self) -> Result<RgbaImage, FingerError> {
        self.on_screen(|screen| {
            headless::refresh();
            let shot =
                screen.window().take_snapshot().map_err(|why| FingerError::NoPicture(why.to_string()))?;
            RgbaImage::from_raw(shot.width(), shot.height(), shot.as_bytes().to_vec())
                .ok_or_else(|| FingerError::NoPicture("its size is wrong".into()))
        })?
    }

    /// Types on a real keyboard; `\n` is Return, `\u{8}` Backspace.
    pub fn press_key(&self, text: &str) -> Result<(), FingerError> {
        let text = text.to_owned();
        if text.contains(['\n', ' ']) {
            std::thread::sleep(SIGHT);
        }
        self.on_screen(move |screen| {
            for c in text.chars() {
                let text = match c {
                    '\n' => SharedString::from(Key::Return),
                    '\u{8}' => SharedString::from(Key::Backspace),
                    '\t' => SharedString::from(Key::Tab),
                    c => SharedString::from(c),
                };
                let window = screen.window();
                window.dispatch_event(WindowEvent::KeyPressed { text: text.clone() });
                window.dispatch_event(WindowEvent::KeyReleased { text });
            }
        })
    }

    /// Sends anything into the window, as a keyboard or a desktop would.
    pub fn send(&self, act: impl FnOnce(&slint::Window) + Send + 'static) -> Result<(), FingerError> {
        self.on_screen(move |screen| act(screen.window()))
    }

    /// Runs something on the event loop and brings back what it says.
    fn on_screen<R: Send + 'static>(
        &self,
        act: impl FnOnce(&C) -> R + Send + 'static,
    ) -> Result<R, FingerError> {
        let (answer, answered) = mpsc::sync_channel(1);
        self.screen
            .upgrade_in_event_loop(move |screen| {
                let _ = answer.send(act(&screen));
            })
            .map_err(|_| FingerError::Gone)?;
        answered.recv_timeout(PATIENCE).map_err(|error| match error {
            mpsc::RecvTimeoutError::Timeout => FingerError::Hangs,
            mpsc::RecvTimeoutError::Disconnected => FingerError::Gone,
        })
    }

    fn retry(
        &self,
        timeout: Duration,
        attempt: impl Fn() -> Result<(), FingerError>,
    ) -> Result<(), FingerError> {
        let end = self.clock.monotonic() + timeout;
        loop {
            match attempt() {
                Err(FingerError::NotThere { .. } | FingerError::NotEnabled { .. })
                    if self.clock.monotonic() < end =>
                {
                    std::thread::sleep(LOOK);
                }
                result => return result,
            }
        }
    }
}

/// The centre of the button with this label.
fn place<C: ComponentHandle>(screen: &C, label: String) -> Result<LogicalPosition, FingerError> {
    let seen = look(screen);
    if let Some(button) = seen.iter().find(|seen| seen.label == label && seen.can_be_touched()) {
        return Ok(button.centre);
    }
    let named = seen.iter().any(|seen| seen.label == label);
    let there = labels(seen);
    Err(if named { FingerError::NotEnabled { label, there } } else { FingerError::NotThere { label, there } })
}

/// What a person can see now: named, not transparent, and with its centre inside the window.
fn look<C: ComponentHandle>(screen: &C) -> Vec<Seen> {
    headless::refresh();
    let size = screen.window().size().to_logical(screen.window().scale_factor());
    ElementQuery::from_root(screen)
        .match_predicate(|element| element.accessible_label().is_some_and(|label| !label.is_empty()))
        .find_all()
        .into_iter()
        .filter_map(|element| seen(&element, size))
        .collect()
}

fn seen(element: &ElementHandle, window: slint::LogicalSize) -> Option<Seen> {
    let (at, size) = (element.absolute_position(), element.size());
    let centre = LogicalPosition::new(at.x + size.width / 2.0, at.y + size.height / 2.0);
    let inside = (0.0..window.width).contains(&centre.x) && (0.0..window.height).contains(&centre.y);
    if size.width < 1.0 || size.height < 1.0 || !inside || element.computed_opacity() == 0.0 {
        return None;
    }
    Some(Seen {
        label: element.accessible_label()?.into(),
        role: element.accessible_role(),
        enabled: element.accessible_enabled().unwrap_or(true),
        centre,
    })
}

fn labels(seen: Vec<Seen>) -> Vec<String> {
    seen.into_iter().map(|seen| seen.label).collect()
}
