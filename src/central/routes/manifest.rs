//! The office's address itself, and the file that lets a phone keep it as an app.

use axum::extract::RawQuery;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};

use super::masuk::see;
use crate::central::pages::{app, language};

/// Whoever types the address alone means the card.
pub async fn home(RawQuery(query): RawQuery) -> Response {
    see("/akun", language(query.as_deref()))
}

pub async fn show() -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/manifest+json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (headers, app::manifest()).into_response()
}
