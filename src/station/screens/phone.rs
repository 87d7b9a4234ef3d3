//! Sign-in by phone, and `Lupa Kata Sandi`: the codes that a phone is pointed at.

use std::cell::RefCell;

use slint::ComponentHandle;

use super::generated::{Code, ForgotView, PhoneView};
use super::{App, fault, qr};
use crate::lang::Lang;
use crate::session::{Forgot, PhoneSignIn};

thread_local! {
    /// The text whose code stands on the screen: it is not made anew at every tick.
    static SHOWN: RefCell<String> = const { RefCell::new(String::new()) };
}

pub fn show(app: &App, step: &PhoneSignIn, lang: Lang) {
    let view = app.global::<PhoneView>();
    let (url, code, page) = step
        .offer
        .as_ref()
        .map_or(("", "", ""), |offer| (offer.url.as_str(), offer.user_code.as_str(), offer.page.as_str()));
    if let Some(code) = news(url) {
        view.set_code(code);
    }
    view.set_user_code(code.into());
    view.set_page(bare(page).into());
    view.set_waiting(step.is_waiting());
    view.set_opened(step.opened);
    view.set_fault(fault(step.fault, lang));
}

pub fn forgot(app: &App, step: &Forgot) {
    let view = app.global::<ForgotView>();
    let page = step.page.as_deref().unwrap_or_default();
    if let Some(code) = news(page) {
        view.set_code(code);
    }
    view.set_page(bare(page).into());
}

pub fn forget(app: &App) {
    SHOWN.with_borrow_mut(String::clear);
    let view = app.global::<PhoneView>();
    view.set_code(Code::default());
    view.set_user_code("".into());
    view.set_page("".into());
    view.set_waiting(false);
    view.set_opened(false);
    view.set_fault(super::generated::Fault::default());
    let view = app.global::<ForgotView>();
    view.set_code(Code::default());
    view.set_page("".into());
}

/// The code for this text where another one stands on the screen.
pub fn news(text: &str) -> Option<Code> {
    SHOWN.with_borrow_mut(|shown| {
        if shown == text {
            return None;
        }
        text.clone_into(shown);
        Some(if text.is_empty() { Code::default() } else { qr::code(text) })
    })
}

/// As people type it.
fn bare(page: &str) -> &str {
    page.trim_start_matches("https://")
}
