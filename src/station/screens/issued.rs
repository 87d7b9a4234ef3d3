//! The card exists: both sides of it.

use slint::ComponentHandle;

use super::generated::IssuedView;
use super::picture::{self, Place};
use super::{App, fault, frame, phone};
use crate::card::Orientation;
use crate::lang::Lang;
use crate::session::{Issued, LinkStage};

pub fn show(app: &App, step: &Issued, lang: Lang) {
    let view = app.global::<IssuedView>();
    view.set_upright(step.orientation == Orientation::Portrait);
    view.set_fault(fault(step.fault, lang));
    view.set_link_waiting(matches!(step.link, LinkStage::Asking(_)));
    let url = if let LinkStage::Open(url) = &step.link { url.as_str() } else { "" };
    view.set_link_open(!url.is_empty());
    if let Some(code) = phone::news(url) {
        view.set_link(code);
    }
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
    view.set_link_waiting(false);
    view.set_link_open(false);
    view.set_link(super::generated::Code::default());
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
