//! Floor 5: the screens. One adapter a screen is the one place where what is shown and what is
//! decided meet: [`show`] brings a session onto the screen, [`wire`] turns touches into events.

mod aloud;
mod assisted;
mod check;
mod chrome;
mod counter;
mod frame;
pub mod gallery;
mod issued;
mod list;
mod my_card;
mod phone;
mod photo;
mod pick_up;
mod picture;
mod printing;
mod qr;
mod report;
mod review;
mod setup;
mod sign_in;
mod staff;
mod state;
mod studio;
mod waiting;
mod wire;

#[allow(clippy::pedantic, clippy::all, reason = "generated from ui/*.slint")]
mod generated {
    slint::include_modules!();
}

use std::time::Duration;

use slint::ComponentHandle;
use slint::platform::WindowEvent;

use crate::display::density;
use crate::lang::Lang;
use crate::session::{Fault, Session, Step};

pub use aloud::texts as texts_to_read;
pub use frame::{frame_size, prepare_frame, show_frame};
pub use generated::{App, Gallery};
pub use state::window_state;
pub use wire::wire;

/// Brings the session onto the screen. Cheap enough for every tick: a property that gets the
/// value it has changes nothing, and a picture is only touched when it is another one.
pub fn show(app: &App, session: &Session, now: Duration) {
    chrome::show(app, session, now);
    let lang = session.lang;
    match &session.step {
        Step::Attract | Step::Choose => {}
        Step::Phone(step) => phone::show(app, step, lang),
        Step::Assisted(step) => assisted::show(app, step, lang),
        Step::Forgot(step) => phone::forgot(app, step),
        Step::SignIn(step) => sign_in::show(app, step, lang),
        Step::Refused { refusal } => waiting::refused(app, *refusal, lang),
        Step::MyCard(step) => my_card::show(app, step, lang),
        Step::Photo(step) => photo::show(app, step, lang, now),
        Step::Review(step) => review::show(app, step, lang),
        Step::Report(step) => report::show(app, step, lang),
        Step::Accepting(step) => waiting::accepting(app, step),
        Step::Issued(step) => issued::show(app, step, lang),
        Step::Printing(step) => printing::show(app, step, lang),
        Step::Later { code, fault, .. } => waiting::later(app, code.as_ref(), *fault, lang),
        Step::Done { ending, until } => waiting::done(app, *ending, until.saturating_sub(now)),
        Step::PickUp(step) => pick_up::show(app, step, lang),
        Step::Check(step) => check::show(app, step, lang, now),
        Step::StaffSignIn(step) => staff::sign_in(app, step, &session.duty, lang, now),
        Step::StaffHome(_) => staff::home(app, &session.duty),
        Step::Studio(step) => studio::show(app, step, lang, now),
        Step::Counter(step) => counter::show(app, step, lang, now),
        Step::Visitors(step) => list::visitors(app, step, lang),
        Step::Prints(step) => list::prints(app, step, lang),
        Step::Setup(step) => setup::show(app, step, &session.fitting, lang, now),
        Step::OutOfOrder { fault } | Step::Trouble { fault } => waiting::trouble(app, *fault, lang),
    }
}

/// The station's name, and the time as it is to be read (`10.24`).
pub fn set_station(app: &App, name: &str, time: &str) {
    let chrome = app.global::<generated::Chrome>();
    chrome.set_station(name.into());
    chrome.set_time(time.into());
}

/// The physical size of the display, where it is known: millimetres become pixels by it.
pub fn set_diagonal(app: &App, inches: Option<f32>) {
    app.global::<generated::Size>().set_diagonal(inches.unwrap_or_default());
    fit(app);
}

/// Whoever asks the window to close, a desktop or Alt+F4, asks in vain.
pub fn keep_open(app: &App) {
    app.window().on_close_requested(|| slint::CloseRequestResponse::KeepWindowShown);
}

/// Gives the window the scale in which a design pixel is a sixth of a millimetre.
fn fit(app: &App) {
    let stated = app.global::<generated::Size>().get_diagonal();
    fit_window(app.window(), (stated > 0.0).then_some(stated));
}

fn fit_window(window: &slint::Window, diagonal: Option<f32>) {
    let size = window.size();
    if size.width == 0 || size.height == 0 {
        return;
    }
    let scale = density::scale(size.width, size.height, diagonal);
    if (scale - window.scale_factor()).abs() > 0.001 {
        window.dispatch_event(WindowEvent::ScaleFactorChanged { scale_factor: scale });
        window.dispatch_event(WindowEvent::Resized { size: size.to_logical(scale) });
    }
}

/// Tells what the keypad stands on now.
pub fn on_focus(app: &App, tell: impl Fn(String) + 'static) {
    app.global::<generated::Act>().on_heard(move |label| tell(label.into()));
}

/// Blanks every picture and text of the last person. Call it when the session asks to forget.
pub fn forget(app: &App) {
    sign_in::forget(app);
    phone::forget(app);
    assisted::forget(app);
    waiting::forget(app);
    my_card::forget(app);
    photo::forget(app);
    review::forget(app);
    report::forget(app);
    issued::forget(app);
    printing::forget(app);
    pick_up::forget(app);
    check::forget(app);
    staff::forget(app);
    studio::forget(app);
    counter::forget(app);
    list::forget(app);
    setup::forget(app);
    app.global::<generated::Chrome>().set_alert_open(false);
    app.global::<generated::Chrome>().set_call_open(false);
    picture::forget();
}

/// A fault in the words of the person's language; empty where there is none.
fn fault(fault: Option<Fault>, lang: Lang) -> generated::Fault {
    fault.map_or_else(generated::Fault::default, |fault| generated::Fault {
        sentence: fault.sentence(lang).into(),
        next: fault.next(lang).into(),
        code: fault.code().into(),
    })
}
