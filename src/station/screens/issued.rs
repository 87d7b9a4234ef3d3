//! The card exists: both sides of it.

use slint::ComponentHandle;

use super::generated::IssuedView;
use super::picture::{self, Place};
use super::{App, fault, frame};
use crate::card::Orientation;
use crate::lang::Lang;
use crate::session::Issued;

pub fn show(app: &App, step: &Issued, lang: Lang) {
    let view = app.global::<IssuedView>();
    view.set_upright(step.orientation == Orientation::Portrait);
    view.set_fault(fault(step.fault, lang));
    match &step.drawing {
        Some(drawing) => {
            let room = frame::card_room(app);
            if let Some(image) = picture::news(Place::IssuedFront, &drawing.front, room) {
                view.set_front(image);
                view.set_drawn(true);
            }
            if let Some(image) = picture::news(Place::IssuedBack, &drawing.back, room) {
                view.set_back(image);
            }
        }
        None => blank(&view),
    }
}

pub fn forget(app: &App) {
    let view = app.global::<IssuedView>();
    blank(&view);
    view.set_upright(false);
    view.set_fault(super::generated::Fault::default());
}

fn blank(view: &IssuedView) {
    if view.get_drawn() {
        view.set_drawn(false);
        view.set_front(slint::Image::default());
        view.set_back(slint::Image::default());
        picture::gone(Place::IssuedFront);
        picture::gone(Place::IssuedBack);
    }
}
