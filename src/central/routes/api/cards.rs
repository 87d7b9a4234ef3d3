//! Cards: those of a person, and the state of one.

use std::sync::Arc;

use axum::extract::State;

use super::access::{Fault, FaultCode, Named, Reader, Refused};
use super::people::noted;
use super::shapes::{Card, CardState, Cards, StateOfCard};
use crate::central::issuing::{issues_of, live_status};
use crate::central::routes::answer::Json;
use crate::central::{App, registry};
use crate::credential::{CardStatus, Serial};

/// The cards of a person, the newest first.
#[utoipa::path(
    get, path = "/people/{record}/issues", tag = "cards",
    params(("record" = String, Path, description = "Of a person")),
    responses(
        (status = 200, body = Cards), (status = 401, body = Fault), (status = 404, body = Fault),
        (status = 429, body = Fault)
    )
)]
pub async fn issues(
    State(app): State<Arc<App>>,
    Reader(client): Reader,
    Named(record): Named,
) -> Result<Json<Cards>, Refused> {
    let nip = registry::by_record(&app.office.store, &record).await?.ok_or_else(Refused::nobody)?;
    let cards = issues_of(&app.office, nip).await?;
    noted(&app, &client.id, "api-issues", &record).await?;
    Ok(Json(Cards { cards: cards.into_iter().map(Card::of).collect() }))
}

/// What stations and phones are told of the card with this serial at this moment.
#[utoipa::path(
    get, path = "/cards/{serial}", tag = "cards",
    params(("serial" = String, Path, description = "As it stands in the card's codes")),
    responses(
        (status = 200, body = StateOfCard), (status = 401, body = Fault), (status = 404, body = Fault),
        (status = 429, body = Fault)
    )
)]
pub async fn state(
    State(app): State<Arc<App>>,
    _client: Reader,
    Named(serial): Named,
) -> Result<Json<StateOfCard>, Refused> {
    let none = || Refused::new(FaultCode::NotFound, "no card has this serial");
    let serial = Serial::parse(&serial).map_err(|_| none())?;
    let state = match live_status(&app.office, serial).await?.ok_or_else(none)? {
        CardStatus::Valid => CardState::Valid,
        CardStatus::Revoked => CardState::Revoked,
        CardStatus::Suspended => CardState::Suspended,
        CardStatus::NoLongerAsn => CardState::HolderLeft,
        CardStatus::Replaced => CardState::Replaced,
        CardStatus::Unknown(_) => return Err(none()),
    };
    Ok(Json(StateOfCard { serial: serial.to_string(), state }))
}
