//! What lies round every screen: which one it is, the marks, warnings, the language.

use std::time::Duration;

use slint::ComponentHandle;

use super::App;
use super::generated::{Chrome, Ink, Screen, Size};
use crate::lang::Lang;
use crate::protocol::CallState;
use crate::session::{Alert, Session, Step};

pub fn show(app: &App, session: &Session, now: Duration) {
    let chrome = app.global::<Chrome>();
    let lang = session.lang;
    if chrome.get_language() != lang.tag() {
        speak(lang);
        chrome.set_language(lang.tag().into());
    }
    app.global::<Size>().set_large(session.look.large_text);
    app.global::<Ink>().set_contrast(session.look.high_contrast);
    let (screen, mark) = place(&session.step);
    app.global::<Ink>().set_night(session.step.is_the_clerks_own());
    chrome.set_dark(session.is_dark(now));
    chrome.set_mark(mark);
    chrome.set_screen(screen);
    calls(&chrome, session);
    // That it has joined nobody is what a technician is about.
    let setting_up = matches!(session.step, Step::Setup(_));
    let alert = session.alerts.first().filter(|alert| !(setting_up && *alert == Alert::NotJoined));
    chrome.set_alert(alert.map_or("", |alert| alert.label(lang)).into());
    chrome.set_alert_sentence(alert.map_or("", |alert| alert.sentence(lang)).into());
    chrome.set_alert_studio(alert == Some(Alert::Backdrop) && matches!(session.step, Step::Attract));
    if alert.is_none() {
        chrome.set_alert_open(false);
    }
    chrome.set_warning(session.warning_left(now).map_or(-1, seconds));
}

/// The button for help: at a desk, whoever calls comes first.
fn calls(chrome: &Chrome, session: &Session) {
    let lang = session.lang;
    // The oldest that nobody has answered; then one that was answered and is not done.
    let waiting = session.desk_calls.iter().find(|call| call.state < CallState::Coming);
    let call = waiting.or(session.desk_calls.first());
    chrome.set_desk_call(call.is_some());
    chrome.set_desk_answered(call.is_some() && waiting.is_none());
    if let Some(call) = call {
        let minutes = call.age_s / 60;
        let heading = match lang {
            Lang::Id => format!("{} memanggil", call.station),
            Lang::En => format!("{} is calling", call.station),
        };
        let sentence = match (lang, waiting.is_some()) {
            (_, false) => lang
                .pick("Pemanggil melihat bahwa petugas datang.", "The caller sees that somebody is coming.")
                .to_owned(),
            (Lang::Id, true) if minutes > 0 => format!("Sudah menunggu {minutes} menit."),
            (Lang::En, true) if minutes > 0 => format!("Waiting for {minutes} min."),
            (_, true) => lang.pick("Baru saja memanggil.", "Called just now.").to_owned(),
        };
        chrome.set_call_label(call.station.as_str().into());
        chrome.set_call_heading(heading.into());
        chrome.set_call_sentence(sentence.into());
        return;
    }
    let (heading, sentence) = session.calling.words(lang);
    chrome.set_called(!session.calling.is_free());
    chrome.set_call_label(session.calling.label(lang).into());
    chrome.set_call_heading(heading.into());
    chrome.set_call_sentence(sentence.into());
}

/// Whole seconds that are left; the last one is 1.
pub fn seconds(left: Duration) -> i32 {
    i32::try_from(left.as_millis().div_ceil(1000)).unwrap_or(i32::MAX)
}

/// Indonesian is the language of the source, so it is the one without a translation.
fn speak(lang: Lang) {
    let name = match lang {
        Lang::Id => "",
        Lang::En => "en",
    };
    if let Err(error) = slint::select_bundled_translation(name) {
        tracing::error!(%error, language = lang.tag(), "the screen's language stays as it is");
    }
}

/// The screen of a step, and which of the four marks it belongs to (0: off the path).
fn place(step: &Step) -> (Screen, i32) {
    match step {
        Step::Attract => (Screen::Attract, 0),
        Step::Choose => (Screen::Choose, 0),
        Step::Phone(_) => (Screen::Phone, 1),
        Step::SignIn(_) => (Screen::SignIn, 1),
        Step::Assisted(_) => (Screen::Assisted, 1),
        Step::Forgot(_) => (Screen::Forgot, 1),
        Step::Refused { .. } => (Screen::Refused, 1),
        Step::MyCard(_) => (Screen::MyCard, 1),
        Step::Photo(_) => (Screen::Photo, 2),
        Step::Review(_) => (Screen::Review, 3),
        Step::Report(step) if step.holds_photo() => (Screen::Report, 3),
        Step::Report(_) => (Screen::Report, 1),
        Step::Accepting(_) => (Screen::Accepting, 3),
        Step::Issued(_) => (Screen::Issued, 4),
        Step::Printing(_) => (Screen::Printing, 4),
        Step::Later { .. } => (Screen::Later, 4),
        Step::Done { .. } => (Screen::Done, 4),
        Step::PickUp(_) => (Screen::PickUp, 0),
        Step::Check(_) => (Screen::Check, 0),
        Step::Studio(_) => (Screen::Studio, 0),
        Step::OutOfOrder { .. } => (Screen::OutOfOrder, 0),
        Step::Trouble { .. } => (Screen::Trouble, 0),
        Step::StaffSignIn(_) => (Screen::StaffSignIn, 0),
        Step::StaffHome(_) => (Screen::StaffHome, 0),
        Step::Counter(_) => (Screen::Counter, 0),
        Step::Visitors(_) => (Screen::Visitors, 0),
        Step::Prints(_) => (Screen::Prints, 0),
        Step::Setup(step) => (super::setup::screen(step), 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_countdown_ends_with_one() {
        assert_eq!(seconds(Duration::from_millis(3000)), 3);
        assert_eq!(seconds(Duration::from_millis(2001)), 3);
        assert_eq!(seconds(Duration::from_millis(1)), 1);
        assert_eq!(seconds(Duration::ZERO), 0);
    }
}
