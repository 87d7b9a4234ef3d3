//! Stations on behalf of somebody who needs help: other ways in, calls for staff.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;

use super::answer::{Device, Json, Refusal, parameter};
use crate::central::App;
use crate::central::help::{assist, calls, corrections, downloads, offers};
use crate::protocol::{
    AskAssist, AskDownload, AskSignIn, Assist, AssistChallenge, Assisted, Call, DeskCalls, DownloadLink,
    MarkCall, Report, Reported, SignInAnswer, SignInOffer,
};

pub async fn offer(
    State(app): State<Arc<App>>,
    Device(device): Device,
) -> Result<Json<SignInOffer>, Refusal> {
    Ok(Json(offers::offer(&app.office, &device).await?))
}

pub async fn ask(
    State(app): State<Arc<App>>,
    Device(device): Device,
    Json(asked): Json<AskSignIn>,
) -> Result<Json<SignInAnswer>, Refusal> {
    Ok(Json(offers::ask(&app.office, &device, &asked.device_code).await?))
}

pub async fn withdraw(
    State(app): State<Arc<App>>,
    Device(device): Device,
    Json(asked): Json<AskSignIn>,
) -> Result<StatusCode, Refusal> {
    offers::withdraw(&app.office, &device, &asked.device_code).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn challenge(
    State(app): State<Arc<App>>,
    Device(device): Device,
    Json(asked): Json<AskAssist>,
) -> Result<Json<AssistChallenge>, Refusal> {
    Ok(Json(assist::challenge(&app.office, &device, &asked).await?))
}

pub async fn assisted(
    State(app): State<Arc<App>>,
    Device(device): Device,
    Json(asked): Json<Assist>,
) -> Result<Json<Assisted>, Refusal> {
    Ok(Json(assist::assist(&app.office, &device, &asked).await?))
}

pub async fn report(
    State(app): State<Arc<App>>,
    Device(device): Device,
    Json(asked): Json<Report>,
) -> Result<Json<Reported>, Refusal> {
    Ok(Json(corrections::report(&app.office, &device, &asked).await?))
}

pub async fn download(
    State(app): State<Arc<App>>,
    Device(device): Device,
    Json(asked): Json<AskDownload>,
) -> Result<Json<DownloadLink>, Refusal> {
    Ok(Json(downloads::link(&app.office, &device, &asked).await?))
}

pub async fn call(State(app): State<Arc<App>>, Device(device): Device) -> Result<Json<Call>, Refusal> {
    Ok(Json(calls::call(&app, &device).await?))
}

/// `known` is the version that the desk has; none asks for an answer at once.
pub async fn listen(
    State(app): State<Arc<App>>,
    Device(device): Device,
    RawQuery(query): RawQuery,
) -> Result<Json<DeskCalls>, Refusal> {
    let known = parameter(query.as_deref(), "known").and_then(|known| known.parse().ok()).unwrap_or(0);
    Ok(Json(calls::listen(&app, &device, known).await?))
}

pub async fn look(
    State(app): State<Arc<App>>,
    Device(device): Device,
    Path(id): Path<String>,
) -> Result<Json<Call>, Refusal> {
    Ok(Json(calls::look(&app, &device, &id)))
}

pub async fn mark(
    State(app): State<Arc<App>>,
    Device(device): Device,
    Path(id): Path<String>,
    Json(asked): Json<MarkCall>,
) -> Result<Json<Call>, Refusal> {
    Ok(Json(calls::mark(&app, &device, &id, asked.state).await?))
}
