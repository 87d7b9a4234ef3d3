//! Headers that stand on every answer, of pages and of calls.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use super::form::is_secure;
use crate::central::App;

/// A year, which is what a browser needs to be told once.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// No browser guesses a type; where the public address is encrypted, none goes back to plain lines. Not for
/// names below this host, which may be others' servers.
pub async fn headers(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    let headers = answer.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if is_secure(&app.office) {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::central::routes::asking::start;
    use crate::central::testing::{self, office};
    use crate::central::{CentralConfig, Office};
    use crate::clock::ManualClock;

    #[tokio::test]
    async fn every_answer_carries_them_pages_calls_and_refusals() {
        let t = office().await;
        let asking = start(Arc::new(t.app())).await;
        for path in ["/masuk", "/api/v1/time", "/api/v1/people", "/nothing", "/healthz"] {
            let answer = asking.ask("GET", path, &[], "").await.to_ascii_lowercase();
            assert!(answer.contains("\r\nx-content-type-options: nosniff\r\n"), "{path}: {answer}");
            assert!(
                answer.contains("\r\nstrict-transport-security: max-age=31536000\r\n"),
                "{path}: {answer}"
            );
        }
        let page = asking.ask("GET", "/masuk", &[], "").await;
        assert!(!page.contains("set-cookie"), "a browser with its cookie gets none");
    }

    #[tokio::test]
    async fn a_server_on_plain_lines_promises_no_encryption_and_keeps_plain_cookies() {
        let dir = tempfile::tempdir().unwrap();
        let config = CentralConfig {
            data: dir.path().join("data"),
            database: testing::database().await,
            public_url: "http://127.0.0.1:8420".into(),
            ..CentralConfig::example()
        };
        let clock = ManualClock::at("2026-03-02T03:00:00Z".parse().unwrap());
        let office = Arc::new(Office::open(config, Arc::new(clock)).await.unwrap());
        let asking = start(Arc::new(App::new(office.clone()).unwrap())).await;
        let answer = asking.ask("GET", "/masuk", &[], "").await.to_ascii_lowercase();
        assert!(!answer.contains("strict-transport-security") && answer.contains("nosniff"), "{answer}");
        assert_eq!(crate::central::routes::form::cookie_name(is_secure(&office), "x"), "x");
        assert_eq!(crate::central::routes::form::cookie_name(true, "x"), "__Host-x");
    }
}
