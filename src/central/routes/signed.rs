//! Documents that prove themselves: the time, the trust list, status lists. Anybody may ask.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use data_encoding::HEXLOWER_PERMISSIVE;

use super::answer::{Json, Refusal, parameter};
use super::packing::packed;
use crate::central::documents::Document;
use crate::central::{App, status as lists, timekeeping, trust as trust_list};
use crate::credential::{ClockReset, SignedTime};
use crate::protocol::{Blob, Problem, ProblemCode};

/// The time, bound to the caller's nonce. None while the server's own clock is in doubt.
pub async fn time(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Result<Json<Blob>, Refusal> {
    let (office, nonce) = (&app.office, nonce(query.as_deref())?);
    let signed = SignedTime::sign(&office.keys.time, &nonce, office.sure_now()?).map_err(|_| malformed())?;
    Ok(Json(signed.into()))
}

/// The order to a station that holds a later time to take this one, where an administrator gave the word.
pub async fn reset(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Result<Json<Blob>, Refusal> {
    let (office, nonce) = (&app.office, nonce(query.as_deref())?);
    if timekeeping::resets_until(office).await?.is_none() {
        return Err(Problem::new(ProblemCode::NotFound, "no station is to take back a time").into());
    }
    let signed = ClockReset::sign(&office.keys.time, &nonce, office.sure_now()?).map_err(|_| malformed())?;
    Ok(Json(signed.into()))
}

fn malformed() -> Problem {
    Problem::new(ProblemCode::Malformed, "nonce: 16 to 64 bytes in hexadecimal")
}

fn nonce(query: Option<&str>) -> Result<Vec<u8>, Problem> {
    let nonce = parameter(query, "nonce").ok_or_else(malformed)?;
    let nonce = HEXLOWER_PERMISSIVE.decode(nonce.as_bytes()).map_err(|_| malformed())?;
    if (16..=64).contains(&nonce.len()) { Ok(nonce) } else { Err(malformed()) }
}

pub async fn trust(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Refusal> {
    Ok(document(&trust_list::list(&app.office).await?, "application/cose", &headers))
}

/// How to come from a former root to the one that signs now.
pub async fn roots(State(app): State<Arc<App>>) -> Result<Json<Vec<Blob>>, Refusal> {
    let documents = trust_list::shared::handovers(&app.office).await?;
    Ok(Json(documents.into_iter().map(Blob).collect()))
}

pub async fn status(
    State(app): State<Arc<App>>,
    path: Result<Path<(String, String)>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let none = || Problem::new(ProblemCode::NotFound, "no such status list");
    let Path((issuer, kid)) = path.map_err(|_| none())?;
    let list = lists::list(&app.office, &issuer, &kid).await?.ok_or_else(none)?;
    Ok(document(&list, "application/statuslist+cwt", &headers))
}

/// A document with its ETag, nothing where the caller has it already, compressed where that helps.
fn document(document: &Document, kind: &'static str, asked: &HeaderMap) -> Response {
    let text = |name| asked.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
    let has_it = text(header::IF_NONE_MATCH)
        .split(',')
        .any(|tag| tag.trim() == "*" || tag.trim().trim_start_matches("W/") == document.etag);
    let mut headers = HeaderMap::new();
    if let Ok(etag) = HeaderValue::from_str(&document.etag) {
        headers.insert(header::ETAG, etag);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if has_it {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    packed(headers, document.bytes.as_ref().clone(), asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(bytes: Vec<u8>, asked: &[(header::HeaderName, &'static str)]) -> Response {
        let given = Document { bytes: Arc::new(bytes), etag: "\"a\"".into() };
        let headers =
            asked.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect();
        document(&given, "application/cose", &headers)
    }

    #[test]
    fn who_has_it_gets_nothing() {
        for tags in ["\"a\"", "W/\"a\"", "\"b\", \"a\"", "*"] {
            let response = answer(b"x".to_vec(), &[(header::IF_NONE_MATCH, tags)]);
            assert_eq!(response.status(), StatusCode::NOT_MODIFIED, "{tags}");
            assert_eq!(response.headers()[header::ETAG], "\"a\"");
        }
        assert_eq!(answer(b"x".to_vec(), &[(header::IF_NONE_MATCH, "\"b\"")]).status(), StatusCode::OK);
    }
}
