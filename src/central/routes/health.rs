//! Whether the server is up.

use std::sync::Arc;

use axum::extract::State;

use super::answer::Refusal;
use crate::central::{App, storage};

/// Is the server up, and does its database answer?
pub async fn healthz(State(app): State<Arc<App>>) -> Result<&'static str, Refusal> {
    storage::current(&app.office.store, "roster").await?;
    Ok("ok\n")
}
