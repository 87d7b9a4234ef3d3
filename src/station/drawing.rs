//! Station: the worker that draws cards.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use super::engine::post;
use crate::card::{self, CardData, CardError, Orientation, Side, Templates};
use crate::session::{Drawing, Event, Fault, Ticket};

pub struct DrawOrder {
    pub ticket: Ticket,
    pub card: Box<CardData>,
    pub orientation: Orientation,
}

/// Draws each order in turn until the station lets go of the other end.
pub fn run(templates: &Templates, orders: &Receiver<DrawOrder>) {
    while let Ok(order) = orders.recv() {
        let result = draw(&order.card, order.orientation, templates).map_err(|error| {
            tracing::error!(%error, "the card cannot be drawn");
            Fault::CardPicture
        });
        post(Event::Drawn(order.ticket, result));
    }
}

fn draw(data: &CardData, orientation: Orientation, templates: &Templates) -> Result<Drawing, CardError> {
    Ok(Drawing {
        front: Arc::new(card::render(data, orientation, Side::Front, templates)?),
        back: Arc::new(card::render(data, orientation, Side::Back, templates)?),
    })
}

/// The office's own templates over the built-in ones. A broken file is named and stops the start:
/// a card in the wrong dress is worse than none.
pub fn templates(folder: Option<&PathBuf>) -> Result<Templates, TemplateError> {
    let mut texts = Vec::new();
    let sides =
        Orientation::ALL.into_iter().flat_map(|orientation| Side::ALL.map(|side| (orientation, side)));
    for (orientation, side) in sides {
        let Some(folder) = folder else { break };
        let path = folder.join(Templates::file_name(orientation, side));
        match std::fs::read_to_string(&path) {
            Ok(text) => texts.push((orientation, side, text)),
            // An office may replace one side and keep the others.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && folder.is_dir() => {}
            Err(source) => return Err(TemplateError::Unreadable { path, source }),
        }
    }
    Ok(Templates::from_texts(texts)?)
}

#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    #[error("{path}: {source}", path = path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error(transparent)]
    Broken(#[from] CardError),
}
