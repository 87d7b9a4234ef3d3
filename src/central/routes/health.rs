//! Whether the server is up, whether it can work, and its numbers.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use subtle::ConstantTimeEq as _;

use super::answer::Refusal;
use crate::central::{App, storage};

/// Is the server up, and does its database answer?
pub async fn healthz(State(app): State<Arc<App>>) -> Result<&'static str, Refusal> {
    storage::current(&app.office.store, "roster").await?;
    Ok("ok\n")
}

/// May a proxy send people here? A line for each part, and 503 where one is not well.
pub async fn readyz(State(app): State<Arc<App>>) -> (StatusCode, String) {
    let parts = app.readiness.parts(&app.office).await;
    let all = parts.iter().all(|(_, well)| *well);
    let mut lines = String::new();
    for (part, well) in parts {
        lines.extend([part, if well { " ok\n" } else { " failed\n" }]);
    }
    (if all { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, lines)
}

/// For this machine, or for who has the token. What a proxy passes on is not of this machine, whoever
/// the proxy is.
pub async fn metrics(State(app): State<Arc<App>>, request: Request) -> Result<Response, Refusal> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let headers = request.headers();
    let passed_on = headers.contains_key("x-forwarded-for") || headers.contains_key("forwarded");
    let here = peer.is_some_and(|ConnectInfo(peer)| peer.ip().to_canonical().is_loopback()) && !passed_on;
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    let known =
        app.metrics_token.as_ref().is_some_and(|token| bool::from(token.as_bytes().ct_eq(given.as_bytes())));
    if !here && !known {
        return Ok(super::refusal(crate::protocol::ProblemCode::NotFound, "no such path"));
    }
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], app.metrics.text(&app.office).await?).into_response())
}

/// Counts a request under its route's template.
pub async fn counted(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let began = app.office.clock.monotonic();
    let response = next.run(request).await;
    let took = app.office.clock.monotonic().saturating_sub(began);
    app.metrics.answered(route.as_deref().unwrap_or("none"), response.status().as_u16(), took);
    response
}
