//! The card that a person holds, or the way to one.

use slint::ComponentHandle;

use super::generated::MyCardView;
use super::picture::{self, Place};
use super::{App, fault, frame};
use crate::lang::Lang;
use crate::session::MyCard;

pub fn show(app: &App, step: &MyCard, lang: Lang) {
    let view = app.global::<MyCardView>();
    view.set_has_card(step.issue.is_some());
    view.set_answered(step.corrections.iter().any(|correction| correction.answer.is_some()));
    view.set_name(step.employee.name.as_str().into());
    view.set_nip(step.employee.nip.masked().into());
    view.set_fault(fault(step.fault, lang));
    match &step.drawing {
        Some(drawing) => {
            if let Some(image) = picture::news(Place::MyCard, &drawing.front, frame::card_room(app)) {
                view.set_front(image);
                view.set_drawn(true);
            }
        }
        None => blank(&view),
    }
}

pub fn forget(app: &App) {
    let view = app.global::<MyCardView>();
    blank(&view);
    view.set_has_card(false);
    view.set_answered(false);
    view.set_name("".into());
    view.set_nip("".into());
    view.set_fault(super::generated::Fault::default());
}

fn blank(view: &MyCardView) {
    if view.get_drawn() {
        view.set_drawn(false);
        view.set_front(slint::Image::default());
        picture::gone(Place::MyCard);
    }
}
