//! The screens that only tell: a refusal, a wait, a code for later, the end, a trouble.

use std::time::Duration;

use slint::ComponentHandle;

use super::generated::{AcceptingView, DoneView, LaterView, RefusedView, TroubleView};
use super::{App, chrome, fault, pick_up};
use crate::lang::Lang;
use crate::person::Refusal;
use crate::session::{Accepting, Ending, Fault, Secret};

pub fn refused(app: &App, refusal: Refusal, lang: Lang) {
    let view = app.global::<RefusedView>();
    view.set_sentence(refusal.sentence(lang).into());
    view.set_next(refusal.next(lang).into());
}

pub fn accepting(app: &App, step: &Accepting) {
    app.global::<AcceptingView>().set_kept(step.is_kept());
}

pub fn later(app: &App, code: Option<&Secret>, why: Fault, lang: Lang) {
    let view = app.global::<LaterView>();
    view.set_code(code.map(|code| pick_up::grouped(code.expose())).unwrap_or_default().into());
    view.set_fault(fault(Some(why), lang));
}

pub fn done(app: &App, ending: Ending, left: Duration) {
    let view = app.global::<DoneView>();
    view.set_printed(ending == Ending::Printed);
    view.set_sent(ending == Ending::Sent);
    view.set_seconds(chrome::seconds(left));
}

pub fn trouble(app: &App, why: Fault, lang: Lang) {
    app.global::<TroubleView>().set_fault(fault(Some(why), lang));
}

pub fn forget(app: &App) {
    let view = app.global::<RefusedView>();
    view.set_sentence("".into());
    view.set_next("".into());
    app.global::<AcceptingView>().set_kept(false);
    let view = app.global::<LaterView>();
    view.set_code("".into());
    view.set_fault(super::generated::Fault::default());
    app.global::<TroubleView>().set_fault(super::generated::Fault::default());
}
