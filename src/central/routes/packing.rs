//! Answers that are packed (gzip) for who takes them so: signed documents and pages of the roster. Nothing
//! that a caller chose stands beside a secret in them, so their length tells nothing.

use std::io::Write as _;

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;

use crate::central::CentralError;

/// Below this a packed body is no smaller with its headers.
const WORTH: usize = 1024;

/// The answer with these headers and this body, packed where that helps.
pub fn packed(mut headers: HeaderMap, body: Vec<u8>, asked: &HeaderMap) -> Response {
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if body.len() > WORTH && takes_gzip(asked) {
        // Sealed records pack no better with more work, and a thousand stations may ask at once.
        let mut encoder = GzEncoder::new(Vec::with_capacity(body.len()), Compression::fast());
        // Writing into memory does not fail; if it did, the plain body is as good.
        if let Ok(packed) = encoder.write_all(&body).and_then(|()| encoder.finish())
            && packed.len() < body.len()
        {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            return (headers, packed).into_response();
        }
    }
    (headers, body).into_response()
}

/// An answer in JSON that is packed like a document.
pub async fn packed_json<T: Serialize + Send + 'static>(
    value: T,
    asked: HeaderMap,
) -> Result<Response, CentralError> {
    // A page of the roster takes milliseconds, in which the server would answer nobody else.
    tokio::task::spawn_blocking(move || {
        let body = serde_json::to_vec(&value).map_err(|_| CentralError::Worker)?;
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Ok(packed(headers, body, &asked))
    })
    .await
    .map_err(|_| CentralError::Worker)?
}

fn takes_gzip(asked: &HeaderMap) -> bool {
    let text = asked.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.split(',').any(|part| {
        let mut words = part.split(';').map(str::trim);
        words.next() == Some("gzip") && words.next() != Some("q=0")
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    fn answer(body: Vec<u8>, encodings: &'static str) -> Response {
        let asked = [(header::ACCEPT_ENCODING, HeaderValue::from_static(encodings))].into_iter().collect();
        packed(HeaderMap::new(), body, &asked)
    }

    #[tokio::test]
    async fn a_large_answer_is_packed_for_who_takes_it() {
        let plain = b"kartu ".repeat(1000);
        let response = answer(plain.clone(), "br, gzip;q=0.5");
        assert_eq!(response.headers()[header::CONTENT_ENCODING], "gzip");
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        assert!(bytes.len() < plain.len() / 10);
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(&bytes[..]).read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked, plain);
    }

    #[test]
    fn what_would_not_get_smaller_or_is_not_asked_for_stays_plain() {
        let noise = crate::clock::random_bytes::<4096>().to_vec();
        let large = b"kartu ".repeat(1000);
        for (body, encodings) in
            [(large.clone(), "gzip;q=0"), (large, "br"), (b"small".to_vec(), "gzip"), (noise, "gzip")]
        {
            let response = answer(body, encodings);
            assert!(!response.headers().contains_key(header::CONTENT_ENCODING), "{encodings}");
            assert_eq!(response.headers()[header::VARY], "accept-encoding");
        }
    }
}
