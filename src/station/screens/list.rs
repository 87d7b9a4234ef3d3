//! The visitor log and the prints, a screenful of lines at a time.

use slint::{ComponentHandle, Model, ModelRc, VecModel};

use super::generated::{ListView, PrintsView, Row};
use super::picture::{self, Place};
use super::{App, fault, frame};
use crate::lang::Lang;
use crate::person::Nip;
use crate::session::{PRINT_LINES, Prints, VISITOR_LINES, Visit, VisitLine, Visitors, askable};

pub fn visitors(app: &App, step: &Visitors, lang: Lang) {
    let view = app.global::<ListView>();
    let found = step.found();
    let rows = found.iter().skip(step.from).take(VISITOR_LINES).map(|line| visit(line, lang)).collect();
    set_rows(&view.get_rows(), rows, |rows| view.set_rows(rows));
    view.set_search(step.search.expose().into());
    view.set_reading(step.lines.is_none());
    view.set_less(step.from > 0);
    view.set_more(step.from + VISITOR_LINES < found.len());
    view.set_said(step.exported.as_ref().map(|file| saved(file, lang)).unwrap_or_default().into());
    view.set_fault(fault(step.fault, lang));
}

pub fn prints(app: &App, step: &Prints, lang: Lang) {
    let view = app.global::<ListView>();
    let found = step.found();
    let rows = found.iter().skip(step.from).take(PRINT_LINES);
    let rows = rows
        .map(|line| Row {
            title: line.print_id.as_str().into(),
            detail: format!("{} {} · {}", line.day, line.time, line.serial).into(),
            state: line.state.word(lang).into(),
            asks: askable(line.state),
        })
        .collect();
    set_rows(&view.get_rows(), rows, |rows| view.set_rows(rows));
    view.set_search(step.search.expose().into());
    view.set_reading(step.lines.is_none());
    view.set_less(step.from > 0);
    view.set_more(step.from + PRINT_LINES < found.len());
    view.set_said("".into());
    view.set_fault(fault(step.fault, lang));

    let view = app.global::<PrintsView>();
    view.set_fault(fault(step.fault, lang));
    view.set_waiting(step.is_waiting());
    let Some(question) = &step.question else {
        view.set_asks(false);
        without_picture(&view);
        return;
    };
    view.set_asks(true);
    view.set_spoiled(question.spoiled);
    view.set_left(question.is_left_behind());
    view.set_print_id(question.line.print_id.as_str().into());
    match &question.picture {
        Some(card) => {
            if let Some(image) = picture::news(Place::Question, card, frame::card_room(app)) {
                view.set_picture(image);
                view.set_drawn(true);
            }
        }
        None => without_picture(&view),
    }
}

fn without_picture(view: &PrintsView) {
    if view.get_drawn() {
        view.set_drawn(false);
        view.set_picture(slint::Image::default());
        picture::gone(Place::Question);
    }
}

pub fn forget(app: &App) {
    let view = app.global::<ListView>();
    view.set_rows(ModelRc::new(VecModel::default()));
    view.set_search("".into());
    view.set_said("".into());
    view.set_fault(super::generated::Fault::default());
    let view = app.global::<PrintsView>();
    view.set_asks(false);
    view.set_spoiled(false);
    view.set_left(false);
    view.set_print_id("".into());
    view.set_fault(super::generated::Fault::default());
    without_picture(&view);
}

/// Gives the screen other rows only where they are other ones: a list that is set anew at every
/// tick would lose a press.
pub fn set_rows<T: Clone + PartialEq + 'static>(
    held: &ModelRc<T>,
    rows: Vec<T>,
    set: impl FnOnce(ModelRc<T>),
) {
    if held.row_count() != rows.len() || !held.iter().zip(&rows).all(|(held, row)| held == *row) {
        set(ModelRc::new(VecModel::from(rows)));
    }
}

/// Who came, where the card named anybody.
pub fn visitor(visit: &Visit, lang: Lang) -> String {
    if visit.name.is_empty() {
        lang.pick("Tamu tanpa data kartu", "Visitor without card data").to_owned()
    } else {
        visit.name.clone()
    }
}

fn visit(line: &VisitLine, lang: Lang) -> Row {
    let visit = &line.visit;
    let nip = visit.nip.map(Nip::grouped).unwrap_or_default();
    let host = if visit.host.is_empty() { String::new() } else { format!(" · {}", visit.host) };
    let state = visit.decision.map_or_else(|| visit.verdict.word(lang), |decision| decision.word(lang));
    Row {
        title: format!("{}{host}", visitor(visit, lang)).into(),
        detail: format!("{} {}  {nip}", line.day, line.time).into(),
        state: state.into(),
        asks: false,
    }
}

fn saved(file: &str, lang: Lang) -> String {
    match lang {
        Lang::Id => format!("Tersimpan di {file}. Berkas ini tidak tersegel."),
        Lang::En => format!("Saved in {file}. This file is not sealed."),
    }
}
