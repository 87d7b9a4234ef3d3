//! The way out for a station that was revoked.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;

use super::answer::{Json, Refusal};
use crate::central::App;
use crate::central::leaving::{self, BOUNDS};
use crate::protocol::{AskNonce, AskWipe, HandOver, HandedOver, Nonce, Ordered, Wiped};

pub async fn nonce(State(app): State<Arc<App>>, Json(asked): Json<AskNonce>) -> Result<Json<Nonce>, Refusal> {
    Ok(Json(leaving::nonce(&app.office, &asked.device_id).await?))
}

pub async fn items(
    State(app): State<Arc<App>>,
    Json(asked): Json<HandOver>,
) -> Result<Json<HandedOver>, Refusal> {
    Ok(Json(leaving::take(&app.office, &asked, BOUNDS).await?))
}

pub async fn wipe(State(app): State<Arc<App>>, Json(asked): Json<AskWipe>) -> Result<Json<Ordered>, Refusal> {
    Ok(Json(leaving::order(&app.office, &asked, BOUNDS).await?))
}

pub async fn wiped(State(app): State<Arc<App>>, Json(told): Json<Wiped>) -> Result<StatusCode, Refusal> {
    leaving::wiped(&app.office, &told).await?;
    Ok(StatusCode::NO_CONTENT)
}
