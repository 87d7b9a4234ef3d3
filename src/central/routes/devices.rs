//! Stations: joining, sessions, the roster.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::answer::{Device, JoinedDevice, Json, Refusal, parameter};
use super::packing::packed_json;
use crate::central::{App, condition, fleet, issuing, roster, slow_down};
use crate::credential::{CardStatus, Serial};
use crate::protocol::{
    AskNonce, CardState, DeviceSession, Enrol, Enrolled, EpochWrap, LiveCard, Nonce, OpenSession, Problem,
    ProblemCode, RosterPage, Standing, StationState,
};

pub async fn enrol(State(app): State<Arc<App>>, Json(asked): Json<Enrol>) -> Result<Json<Enrolled>, Refusal> {
    Ok(Json(fleet::enrol(&app.office, &asked).await?))
}

pub async fn nonce(State(app): State<Arc<App>>, Json(asked): Json<AskNonce>) -> Result<Json<Nonce>, Refusal> {
    Ok(Json(fleet::nonce(&app.office, &asked.device_id).await?))
}

pub async fn session(
    State(app): State<Arc<App>>,
    Json(asked): Json<OpenSession>,
) -> Result<Json<DeviceSession>, Refusal> {
    Ok(Json(fleet::open_session(&app.office, &asked).await?))
}

/// Is the station one of the office's, and approved? A refusal says that it is not the office's any more.
pub async fn standing(JoinedDevice { id, approved }: JoinedDevice) -> Json<Standing> {
    Json(Standing { device_id: id, approved })
}

pub async fn epoch(State(app): State<Arc<App>>, Device(device): Device) -> Result<Json<EpochWrap>, Refusal> {
    Ok(Json(fleet::epoch_for(&app.office, &device).await?))
}

/// The cursor is opaque to stations; none or an empty one asks for everything. One that is not of
/// this server is malformed, and the station starts from the beginning.
pub async fn roster(
    State(app): State<Arc<App>>,
    _device: Device,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let foreign = || Problem::new(ProblemCode::Malformed, "the cursor is not one of this server");
    let after = match parameter(query.as_deref(), "after") {
        None | Some("") => 0,
        Some(cursor) => cursor.parse().ok().filter(|after| *after >= 0).ok_or_else(foreign)?,
    };
    let page: RosterPage = roster::page(&app.office.store, after).await?.ok_or_else(foreign)?;
    Ok(packed_json(page, headers).await?)
}

/// What became of a card, at this moment. A serial that is none is not found either: it says nothing about
/// which there are.
pub async fn card(
    State(app): State<Arc<App>>,
    _device: Device,
    path: Result<Path<String>, PathRejection>,
) -> Result<Json<LiveCard>, Refusal> {
    let none = || Problem::new(ProblemCode::NotFound, "no card of this issuer");
    let Path(serial) = path.map_err(|_| none())?;
    let serial: Serial = serial.parse().map_err(|_| none())?;
    let state = match issuing::live_status(&app.office, serial).await? {
        Some(CardStatus::Valid) => CardState::Valid,
        Some(CardStatus::Revoked) => CardState::Revoked,
        Some(CardStatus::Suspended) => CardState::Suspended,
        Some(CardStatus::NoLongerAsn) => CardState::NoLongerAsn,
        Some(CardStatus::Replaced) => CardState::Replaced,
        Some(CardStatus::Unknown(_)) | None => return Err(none().into()),
    };
    app.metrics.verified();
    Ok(Json(LiveCard { state }))
}

pub async fn state(
    State(app): State<Arc<App>>,
    Device(device): Device,
    Json(told): Json<StationState>,
) -> Result<StatusCode, Refusal> {
    app.states.take(&device, app.office.clock.monotonic()).map_err(slow_down)?;
    condition::note(&app.office, &device, told).await?;
    Ok(StatusCode::NO_CONTENT)
}
