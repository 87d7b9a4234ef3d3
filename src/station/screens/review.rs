//! `Lihat Kartu`: the card with the new photo.

use slint::ComponentHandle;

use super::generated::ReviewView;
use super::picture::{self, Place};
use super::{App, fault, frame};
use crate::card::Orientation;
use crate::lang::Lang;
use crate::session::Review;

pub fn show(app: &App, step: &Review, lang: Lang) {
    let view = app.global::<ReviewView>();
    view.set_upright(step.orientation == Orientation::Portrait);
    view.set_fault(fault(step.fault, lang));
    match &step.drawing {
        Some(drawing) => {
            if let Some(image) = picture::news(Place::Review, &drawing.front, frame::card_room(app)) {
                view.set_front(image);
                view.set_drawn(true);
            }
        }
        None => blank(&view),
    }
}

pub fn forget(app: &App) {
    let view = app.global::<ReviewView>();
    blank(&view);
    view.set_upright(false);
    view.set_fault(super::generated::Fault::default());
}

fn blank(view: &ReviewView) {
    if view.get_drawn() {
        view.set_drawn(false);
        view.set_front(slint::Image::default());
        picture::gone(Place::Review);
    }
}
