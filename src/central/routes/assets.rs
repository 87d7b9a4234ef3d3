//! The files that pages load: the same for everybody, and for good under their address.

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};

use super::answer::Refusal;
use crate::central::pages::Asset;
use crate::protocol::{Problem, ProblemCode};

pub async fn file(name: Result<Path<String>, PathRejection>) -> Result<Response, Refusal> {
    let found = name.ok().and_then(|Path(name)| Asset::find(&name));
    let asset = found.ok_or_else(|| Problem::new(ProblemCode::NotFound, "no such file"))?;
    let headers: [(HeaderName, HeaderValue); 4] = [
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    Ok((headers, asset.bytes).into_response())
}
