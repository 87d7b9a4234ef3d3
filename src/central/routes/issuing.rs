//! People and their cards: activation, sign-in, the outbox, pick-up.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;

use super::answer::{Device, Json, Octets, Refusal, parameter};
use super::caller::Caller;
use crate::central::{App, accounts, issuing};
use crate::protocol::{
    Activate, Issue, OutboxAnswer, OutboxAnswers, OutboxBatch, OutboxItem, PartTaken, PickUp, Problem,
    ProblemCode, SignIn, SignedIn,
};

pub async fn activate(
    State(app): State<Arc<App>>,
    _device: Device,
    Caller(address): Caller,
    Json(asked): Json<Activate>,
) -> Result<StatusCode, Refusal> {
    accounts::activate(&app, asked, address).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn sign_in(
    State(app): State<Arc<App>>,
    Device(device): Device,
    Json(asked): Json<SignIn>,
) -> Result<Json<SignedIn>, Refusal> {
    Ok(Json(accounts::sign_in(&app, &device, asked).await?))
}

/// If the station hangs up midway, what was not committed is undone, and its repeat does it anew.
pub async fn outbox(
    State(app): State<Arc<App>>,
    Device(device): Device,
    Json(item): Json<OutboxItem>,
) -> Result<Json<OutboxAnswer>, Refusal> {
    Ok(Json(issuing::take(&app.office, &app.in_flight, &device, item).await?))
}

/// Several at once; the same holds for each.
pub async fn outbox_batch(
    State(app): State<Arc<App>>,
    Device(device): Device,
    Json(batch): Json<OutboxBatch>,
) -> Result<Json<OutboxAnswers>, Refusal> {
    Ok(Json(issuing::take_all(&app.office, &app.in_flight, &device, batch).await?))
}

/// A part of one that is too large for the way here.
pub async fn outbox_part(
    State(app): State<Arc<App>>,
    Device(device): Device,
    RawQuery(query): RawQuery,
    Octets(bytes): Octets,
) -> Result<Json<PartTaken>, Refusal> {
    let asked = |name| parameter(query.as_deref(), name);
    let number = |name| asked(name).and_then(|value| value.parse().ok());
    let (Some(id), Some(sha256), Some(size), Some(offset)) =
        (asked("id"), asked("sha256"), number("size"), number("offset"))
    else {
        return Err(Problem::new(ProblemCode::Malformed, "id, size, sha256 and offset are asked for").into());
    };
    let part = issuing::Part { id, sha256, size, offset, bytes: &bytes };
    Ok(Json(issuing::take_part(&app.office, &app.in_flight, &device, &part).await?))
}

pub async fn pick_up(
    State(app): State<Arc<App>>,
    Device(device): Device,
    Json(asked): Json<PickUp>,
) -> Result<Json<Issue>, Refusal> {
    Ok(Json(issuing::pick_up(&app, &device, &asked).await?))
}
