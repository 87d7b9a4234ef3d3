//! Everything that comes in over the network. A route reads the request, calls the module that
//! does the work, and writes the answer; nothing is decided here. Nothing is logged per request:
//! paths hold serials, and bodies hold people.

mod answer;
mod devices;
mod issuing;
mod pages;
mod signed;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};

use super::App;
use crate::protocol::{BASE, Problem, ProblemCode};
use answer::Refusal;

/// Bodies but those of the outbox.
const SMALL: usize = 64 * 1024;
/// An acceptance holds a portrait.
const LARGE: usize = 8 * 1024 * 1024;
/// From the first byte of the body to the answer.
const SLOWEST: Duration = Duration::from_secs(30);

/// The routes of version 1 of the protocol, and the page behind a front code.
pub fn all(app: Arc<App>) -> Router {
    let v1 = Router::new()
        .route("/time", get(signed::time))
        .route("/trust", get(signed::trust))
        .route("/status/{issuer}/{kid}", get(signed::status))
        .route("/enrol", post(devices::enrol))
        .route("/device/nonce", post(devices::nonce))
        .route("/device/session", post(devices::session))
        .route("/activate", post(issuing::activate))
        .route("/sign-in", post(issuing::sign_in))
        .route("/pick-up", post(issuing::pick_up))
        .route("/roster", get(devices::roster))
        .layer(DefaultBodyLimit::max(SMALL))
        .route("/outbox", post(issuing::outbox).layer(DefaultBodyLimit::max(LARGE)));
    Router::new()
        .nest(BASE, v1)
        // The address that a status list names as its own.
        .route("/v1/status/{issuer}/{kid}", get(signed::status))
        .route("/V/{serial}", get(pages::card))
        .route("/healthz", get(pages::healthz))
        .fallback(async || refusal(ProblemCode::NotFound, "no such path"))
        .method_not_allowed_fallback(async || {
            let mut response = refusal(ProblemCode::Malformed, "no such method for this path");
            *response.status_mut() = axum::http::StatusCode::METHOD_NOT_ALLOWED;
            response
        })
        .layer(middleware::from_fn(in_time))
        .with_state(app)
}

fn refusal(code: ProblemCode, detail: &str) -> Response {
    Refusal::from(Problem::new(code, detail)).into_response()
}

async fn in_time(request: Request, next: Next) -> Response {
    tokio::time::timeout(SLOWEST, next.run(request)).await.unwrap_or_else(|_| {
        let mut response = refusal(ProblemCode::Internal, "took too long");
        *response.status_mut() = axum::http::StatusCode::SERVICE_UNAVAILABLE;
        response
    })
}
