//! No way out of the station's screen: keys, gestures and the mouse, sent into the real screen under its real session.
//! What only the console can show (consoles, SysRq) stands in `package.rs`. One platform a process.
#![cfg(feature = "station")]

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use anjungan::clock::{SharedClock, SystemClock};
use anjungan::display::{self, DisplayKind, Finger};
use anjungan::lang::Lang;
use anjungan::session::{Event, LIT, Session};
use anjungan::station::screens::{self, App};
use slint::ComponentHandle;
use slint::platform::{Key, PointerEventButton, WindowEvent};

const SOON: Duration = Duration::from_secs(20);

/// The screen under a session that starts with these events; `walk` runs beside it, `asked` counts the effects.
fn with_screen(
    first: Vec<Event>,
    age: Duration,
    walk: impl FnOnce(&Finger<App>) + Send + 'static,
) -> Vec<String> {
    let clock: SharedClock = SystemClock::shared();
    display::select(DisplayKind::Headless { width: 800, height: 480 }, &clock).unwrap();
    let app = App::new().unwrap();
    // As if it had stood there for so long.
    let now = {
        let clock = clock.clone();
        move || clock.monotonic() + age
    };
    let session = first
        .into_iter()
        .fold(Session::new(Lang::Id, Duration::ZERO), |session, event| session.step(event, Duration::ZERO).0);
    let asked: Rc<RefCell<Vec<String>>> = Rc::default();
    screens::set_station(&app, "Lobi", "23.24");
    screens::set_diagonal(&app, None);
    screens::show(&app, &session, now());
    let session = Rc::new(RefCell::new(Some(session)));
    screens::wire(&app, {
        let (weak, asked) = (app.as_weak(), Rc::clone(&asked));
        move |event: Event| {
            let now = now();
            let (next, effects) = session.borrow_mut().take().unwrap().step(event, now);
            asked.borrow_mut().extend(effects.iter().map(|effect| format!("{effect:?}")));
            screens::show(&weak.unwrap(), &next, now);
            session.borrow_mut().replace(next);
        }
    });
    screens::keep_open(&app);
    app.show().unwrap();
    let finger = Finger::new(&app, clock);
    let walking = std::thread::spawn(move || {
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| walk(&finger)));
        slint::quit_event_loop().unwrap();
        result
    });
    slint::run_event_loop().unwrap();
    if let Err(panic) = walking.join().unwrap() {
        std::panic::resume_unwind(panic);
    }
    assert!(app.window().is_visible(), "the window was closed");
    asked.take()
}

/// A chord: all of them down, then up again.
fn chord(finger: &Finger<App>, keys: &[slint::SharedString]) {
    let keys = keys.to_vec();
    finger
        .send(move |window| {
            for text in &keys {
                window.dispatch_event(WindowEvent::KeyPressed { text: text.clone() });
            }
            for text in keys.iter().rev() {
                window.dispatch_event(WindowEvent::KeyReleased { text: text.clone() });
            }
        })
        .unwrap();
}

#[test]
fn no_key_and_no_chord_leaves_the_first_screen() {
    let asked = with_screen(Vec::new(), Duration::ZERO, |finger| {
        finger.wait_for("Kartu ASN Virtual", SOON).unwrap();
        let functions = [
            Key::F1,
            Key::F2,
            Key::F3,
            Key::F4,
            Key::F5,
            Key::F6,
            Key::F7,
            Key::F8,
            Key::F9,
            Key::F10,
            Key::F11,
            Key::F12,
            Key::Escape,
            Key::Home,
            Key::End,
            Key::Menu,
            Key::SysReq,
            Key::Pause,
            Key::Insert,
            Key::PageUp,
            Key::PageDown,
            Key::Backspace,
            Key::Delete,
        ];
        let modifiers = [Key::Control, Key::Alt, Key::Meta, Key::Shift];
        for key in functions {
            chord(finger, &[key.into()]);
            for modifier in modifiers {
                chord(finger, &[modifier.into(), key.into()]);
            }
            chord(finger, &[Key::Control.into(), Key::Alt.into(), key.into()]);
        }
        for letter in ["c", "q", "w", "t", "d", "z", " ", "x", "l"] {
            for modifier in [Key::Control, Key::Alt, Key::Meta] {
                chord(finger, &[modifier.into(), letter.into()]);
            }
        }
        finger.wait_for("Mulai", SOON).unwrap();
        assert!(finger.labels().unwrap().contains(&"Kartu ASN Virtual".to_owned()));
    });
    assert!(asked.is_empty(), "{asked:?}");
}

#[test]
fn closing_the_window_closes_nothing() {
    let asked = with_screen(Vec::new(), Duration::ZERO, |finger| {
        finger.wait_for("Mulai", SOON).unwrap();
        finger.send(|window| window.dispatch_event(WindowEvent::CloseRequested)).unwrap();
        finger.wait_for("Mulai", SOON).unwrap();
    });
    assert!(asked.is_empty(), "{asked:?}");
}

#[test]
fn other_buttons_long_presses_and_drags_do_nothing() {
    let asked = with_screen(Vec::new(), Duration::ZERO, |finger| {
        finger.wait_for("Mulai", SOON).unwrap();
        for button in [
            PointerEventButton::Right,
            PointerEventButton::Middle,
            PointerEventButton::Back,
            PointerEventButton::Forward,
        ] {
            for (x, y) in [(0.25, 0.5), (0.01, 0.01), (0.99, 0.99), (0.5, 0.05), (0.9, 0.5)] {
                finger.press_at(x, y, button).unwrap();
            }
        }
        // From each edge into the screen, over whatever stands there.
        for (from, to) in [
            ((0.0, 0.5), (0.9, 0.5)),
            ((0.5, 0.0), (0.5, 0.9)),
            ((1.0, 0.5), (0.1, 0.5)),
            ((0.5, 1.0), (0.5, 0.1)),
        ] {
            finger
                .send(move |window| {
                    let size = window.size().to_logical(window.scale_factor());
                    let at =
                        |(x, y): (f32, f32)| slint::LogicalPosition::new(x * size.width, y * size.height);
                    let button = PointerEventButton::Left;
                    window.dispatch_event(WindowEvent::PointerPressed { position: at(from), button });
                    for step in 1..=10 {
                        let share = step as f32 / 10.0;
                        let between = (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share);
                        window.dispatch_event(WindowEvent::PointerMoved { position: at(between) });
                    }
                    window.dispatch_event(WindowEvent::PointerReleased { position: at(to), button });
                    window.dispatch_event(WindowEvent::PointerExited);
                })
                .unwrap();
        }
        finger.wait_for("Mulai", SOON).unwrap();
        assert!(finger.labels().unwrap().contains(&"Kartu ASN Virtual".to_owned()));
    });
    assert!(asked.is_empty(), "{asked:?}");
}

#[test]
fn a_dark_screen_is_black_and_the_first_touch_only_lights_it() {
    let asked = with_screen(vec![Event::Dark(true)], LIT, |finger| {
        let black =
            |finger: &Finger<App>| finger.snapshot().unwrap().pixels().all(|pixel| pixel.0[..3] == [0, 0, 0]);
        assert!(black(finger), "the whole glass is black");
        // Where the button for help stands under it.
        finger.touch_at(0.9, 0.05).unwrap();
        finger.wait_for("Mulai", SOON).unwrap();
        assert!(!black(finger));
        assert!(!finger.labels().unwrap().iter().any(|label| label == "Tutup"), "no sheet was opened");
    });
    assert!(asked.is_empty(), "{asked:?}");
}

#[test]
fn a_key_lights_a_dark_screen_and_does_nothing_else() {
    let asked = with_screen(vec![Event::Dark(true)], LIT, |finger| {
        chord(finger, &[Key::Return.into()]);
        finger.wait_for("Mulai", SOON).unwrap();
        assert!(finger.labels().unwrap().contains(&"Kartu ASN Virtual".to_owned()));
    });
    assert!(asked.is_empty(), "{asked:?}");
}
