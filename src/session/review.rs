//! `Lihat Kartu`: the person sees the card with the new photo, upright or lying, and decides.

use std::sync::Arc;

use image::RgbaImage;

use super::{Accepting, Cx, Effect, Event, Fault, PhotoStep, Report, Step, Tap, Ticket};
use crate::card::{CardData, Codes, Orientation};
use crate::person::Employee;
use crate::protocol::Issue;

/// The finished photo. It lives in the step that shows it and in the effect that sends it,
/// nowhere else.
#[derive(Clone)]
pub struct Portrait {
    /// Straight alpha, in the card's proportion.
    pub photo: Arc<RgbaImage>,
    /// Was the background removed against the clean plate, or by the net alone?
    pub used_plate: bool,
}

impl std::fmt::Debug for Portrait {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Portrait({}x{})", self.photo.width(), self.photo.height())
    }
}

/// The two faces of a card, as they will be printed.
#[derive(Clone)]
pub struct Drawing {
    pub front: Arc<RgbaImage>,
    pub back: Arc<RgbaImage>,
}

impl std::fmt::Debug for Drawing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Drawing(..)")
    }
}

pub struct Review {
    pub employee: Employee,
    pub portrait: Portrait,
    pub orientation: Orientation,
    pub drawing: Option<Drawing>,
    pub fault: Option<Fault>,
    pub(super) grant: String,
    drawing_ticket: Ticket,
}

impl Review {
    pub(super) fn start(employee: Employee, grant: String, portrait: Portrait, cx: &mut Cx) -> Review {
        let mut review = Review {
            employee,
            portrait,
            orientation: Orientation::Landscape,
            drawing: None,
            fault: None,
            grant,
            drawing_ticket: Ticket::default(),
        };
        review.draw(cx);
        review
    }

    fn draw(&mut self, cx: &mut Cx) {
        self.drawing = None;
        self.drawing_ticket = cx.ticket();
        cx.emit(Effect::Draw {
            ticket: self.drawing_ticket,
            card: Box::new(card_before_issue(&self.employee, &self.portrait)),
            orientation: self.orientation,
        });
    }

    pub(super) fn step(mut self: Box<Self>, event: Event, cx: &mut Cx) -> Step {
        match event {
            Event::Drawn(ticket, result) if ticket == self.drawing_ticket => match result {
                Ok(drawing) => self.drawing = Some(drawing),
                Err(fault) => self.fault = Some(fault),
            },
            Event::Tap(Tap::Orient(orientation)) if orientation != self.orientation => {
                self.orientation = orientation;
                self.draw(cx);
            }
            Event::Tap(Tap::WrongData) => return Step::Report(Box::new(Report::of_review(self))),
            Event::Tap(Tap::Retake | Tap::Back) => {
                return Step::Photo(Box::new(PhotoStep::again(self.employee, self.grant, None, cx)));
            }
            // Nobody accepts a card that they have not seen.
            Event::Tap(Tap::UseThisPhoto) if self.drawing.is_some() => {
                return Step::Accepting(Box::new(Accepting::start(
                    self.grant,
                    self.portrait,
                    self.orientation,
                    cx,
                )));
            }
            _ => {}
        }
        Step::Review(self)
    }
}

impl std::fmt::Debug for Review {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Review").field("orientation", &self.orientation).finish_non_exhaustive()
    }
}

/// The card as it will be, before it has a serial and codes.
fn card_before_issue(employee: &Employee, portrait: &Portrait) -> CardData {
    CardData {
        kind: employee.kind(),
        name: employee.name.clone(),
        nip: employee.nip,
        body: employee.body.clone(),
        unit: employee.unit.clone(),
        face_serial: None,
        issued_on: None,
        photo: Some((*portrait.photo).clone()),
        codes: None,
        return_to: employee.body.clone(),
    }
}

/// The card of an issue, with the portrait that the server keeps for it.
pub fn card_of_issue(issue: &Issue) -> Result<CardData, Fault> {
    let photo = image::load_from_memory_with_format(&issue.photo_png.0, image::ImageFormat::Png)
        .map_err(|_| Fault::CardPicture)?;
    Ok(CardData {
        kind: issue.nip.kind(),
        name: issue.name.clone(),
        nip: issue.nip,
        body: issue.body.clone(),
        unit: issue.unit.clone(),
        face_serial: Some(issue.face_serial.clone()),
        issued_on: Some(issue.issued_on),
        photo: Some(photo.into_rgba8()),
        codes: Some(Codes { front: issue.front_code.clone(), back: issue.back_code.clone() }),
        return_to: issue.return_to.clone(),
    })
}
