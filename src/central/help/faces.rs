//! A card's faces for a phone: drawn anew from the issue, as a station draws them.

use std::sync::Arc;

use image::RgbaImage;

use crate::card::{self, CardData, Codes, Orientation, Side, Templates};
use crate::central::{CentralError, Office};
use crate::person::Employee;
use crate::protocol::Issue;

/// What is handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sheet {
    Png(Orientation, Side),
    /// Both sides, in true size.
    Pdf(Orientation),
}

impl Sheet {
    /// As it is named in an address.
    pub fn parse(name: &str) -> Option<Sheet> {
        Some(match name {
            "depan-mendatar.png" => Sheet::Png(Orientation::Landscape, Side::Front),
            "belakang-mendatar.png" => Sheet::Png(Orientation::Landscape, Side::Back),
            "depan-tegak.png" => Sheet::Png(Orientation::Portrait, Side::Front),
            "belakang-tegak.png" => Sheet::Png(Orientation::Portrait, Side::Back),
            "kartu-mendatar.pdf" => Sheet::Pdf(Orientation::Landscape),
            "kartu-tegak.pdf" => Sheet::Pdf(Orientation::Portrait),
            _ => return None,
        })
    }

    pub fn kind(self) -> &'static str {
        match self {
            Sheet::Png(..) => "image/png",
            Sheet::Pdf(_) => "application/pdf",
        }
    }
}

/// Draws a card; a few at a time, for each takes a good part of a second.
pub async fn draw(office: &Office, issue: Issue, sheet: Sheet) -> Result<Vec<u8>, CentralError> {
    let data = move || {
        Ok(CardData {
            kind: issue.nip.kind(),
            name: issue.name,
            nip: issue.nip,
            body: issue.body,
            unit: issue.unit,
            face_serial: Some(issue.face_serial),
            issued_on: Some(issue.issued_on),
            photo: Some(photo(&issue.photo_png.0)?),
            codes: Some(Codes { front: issue.front_code, back: issue.back_code }),
            return_to: issue.return_to,
        })
    };
    drawn(office, data, sheet).await
}

/// The card as it would be with this photo, before it has a serial and codes.
pub async fn draw_before_issue(
    office: &Office,
    person: Employee,
    png: Arc<Vec<u8>>,
    sheet: Sheet,
) -> Result<Vec<u8>, CentralError> {
    let return_to = office.config.return_to.clone();
    let data = move || {
        Ok(CardData {
            kind: person.kind(),
            name: person.name,
            nip: person.nip,
            body: person.body,
            unit: person.unit,
            face_serial: None,
            issued_on: None,
            photo: Some(photo(&png)?),
            codes: None,
            return_to,
        })
    };
    drawn(office, data, sheet).await
}

async fn drawn(
    office: &Office,
    data: impl FnOnce() -> Result<CardData, CentralError> + Send + 'static,
    sheet: Sheet,
) -> Result<Vec<u8>, CentralError> {
    let _permit = office.workers.acquire().await.map_err(|_| CentralError::Worker)?;
    tokio::task::spawn_blocking(move || {
        let (data, templates) = (data()?, Templates::builtin());
        let drawn = match sheet {
            Sheet::Png(orientation, side) => card::png(&data, orientation, side, &templates),
            Sheet::Pdf(orientation) => card::pdf(&data, orientation, &[Side::Front, Side::Back], &templates),
        };
        drawn.map_err(|_| CentralError::Stored("what a card is drawn from"))
    })
    .await
    .map_err(|_| CentralError::Worker)?
}

fn photo(png: &[u8]) -> Result<RgbaImage, CentralError> {
    let photo = image::load_from_memory_with_format(png, image::ImageFormat::Png);
    Ok(photo.map_err(|_| CentralError::Stored("the photo of a card"))?.into_rgba8())
}
