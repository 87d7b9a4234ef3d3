//! Everything that comes in over the network. A route reads the request, calls the module that
//! does the work, and writes the answer; nothing is decided here. Nothing is logged per request:
//! paths hold serials, and bodies hold people.

mod activation;
mod again;
mod akun;
mod answer;
pub mod api;
#[cfg(test)]
mod asking;
mod assets;
mod caller;
mod card;
mod devices;
mod download;
mod form;
mod gate;
mod hardened;
mod health;
mod help;
mod issuing;
mod kantor;
mod leaving;
mod lupa;
mod manifest;
mod masuk;
mod multipart;
mod notice;
mod pace;
mod packing;
mod room;
mod secret;
mod signed;
mod upload;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};

use super::{App, limits};
use crate::protocol::{BASE, OutboxPart, Problem, ProblemCode};
use answer::Refusal;
use pace::Pace;

/// How long a request may take.
#[derive(Clone, Copy)]
struct Limits {
    /// From the first byte of the body to the answer: it is short.
    usual: Duration,
    /// A portrait or a list over a thin line. A station gives up its transfers later than this lets a body stand
    /// still, and sooner than this cuts one that gets on.
    upload: Pace,
    /// Of it, the work on a list of employees.
    list: Duration,
}

const LIMITS: Limits = Limits {
    usual: Duration::from_secs(30),
    upload: Pace {
        quiet: Duration::from_secs(45),
        rate: 1024,
        whole: Duration::from_mins(20),
        work: Duration::from_mins(2),
    },
    list: Duration::from_mins(10),
};

/// The routes of version 1 of the protocol, and the pages for people.
pub fn all(app: Arc<App>) -> Router {
    within(app, LIMITS)
}

fn within(app: Arc<App>, limits: Limits) -> Router {
    let usual = middleware::from_fn(move |request, next| in_time(limits.usual, request, next));
    let upload = middleware::from_fn(move |request, next| pace::keep(limits.upload, request, next));
    let list = Pace { work: limits.list, ..limits.upload };
    let list = middleware::from_fn(move |request, next| pace::keep(list, request, next));
    let admit = middleware::from_fn_with_state(app.clone(), room::admit);
    let admit_leaving = middleware::from_fn_with_state(app.clone(), room::admit_leaving);
    let unproven = middleware::from_fn_with_state(app.clone(), room::unproven);
    let form = middleware::from_fn_with_state(app.clone(), room::form);
    let counted = middleware::from_fn_with_state(app.clone(), health::counted);
    // A layer holds for the routes above it.
    let anybody = Router::new()
        .route("/time", get(signed::time))
        .route("/time/reset", get(signed::reset))
        .route("/trust", get(signed::trust))
        .route("/roots", get(signed::roots))
        .route("/status/{issuer}/{kid}", get(signed::status))
        .route("/enrol", post(devices::enrol))
        .route("/device/nonce", post(devices::nonce))
        .route("/device/session", post(devices::session))
        .route("/leave/nonce", post(leaving::nonce))
        .route("/leave/wiped", post(leaving::wiped))
        .layer(DefaultBodyLimit::max(limits::UNPROVEN_BODY))
        .layer(unproven);
    let v1 = Router::new()
        .route("/activate", post(issuing::activate))
        .route("/sign-in", post(issuing::sign_in))
        .route("/sign-in/offer", post(help::offer))
        .route("/sign-in/ask", post(help::ask))
        .route("/sign-in/withdraw", post(help::withdraw))
        .route("/assist/challenge", post(help::challenge))
        .route("/assist", post(help::assisted))
        .route("/report", post(help::report))
        .route("/download", post(help::download))
        .route("/calls", get(help::listen).post(help::call))
        .route("/calls/{id}", get(help::look).post(help::mark))
        .route("/pick-up", post(issuing::pick_up))
        .route("/roster", get(devices::roster).layer(admit.clone()))
        .route("/epoch", get(devices::epoch))
        .route("/card/{serial}", get(devices::card))
        .route("/state", post(devices::state))
        .route("/device", get(devices::standing))
        .merge(api::routes())
        .layer(DefaultBodyLimit::max(limits::SMALL_BODY))
        .merge(anybody)
        .layer(usual.clone())
        .merge(
            Router::new()
                .route("/outbox", post(issuing::outbox))
                .route("/outbox/batch", post(issuing::outbox_batch))
                .layer(admit.clone())
                .layer(DefaultBodyLimit::max(limits::LARGE_BODY))
                .layer(upload.clone()),
        )
        .merge(
            Router::new()
                .route("/outbox/part", post(issuing::outbox_part))
                .layer(admit)
                .layer(DefaultBodyLimit::max(OutboxPart::MOST))
                .layer(upload.clone()),
        )
        .merge(
            Router::new()
                .route("/leave/items", post(leaving::items))
                .route("/leave/wipe", post(leaving::wipe))
                .layer(admit_leaving)
                .layer(DefaultBodyLimit::max(limits::LARGE_BODY))
                .layer(upload.clone()),
        );
    Router::new()
        // The address that a status list names as its own.
        .route("/v1/status/{issuer}/{kid}", get(signed::status))
        .route("/V/{serial}", get(card::show).post(card::verdict))
        .route("/V/{serial}/pemegang", post(card::holder))
        .route("/aktivasi", get(activation::show).post(activation::take))
        .route("/aset/{name}", get(assets::file))
        .route("/masuk", get(masuk::show).post(masuk::take))
        .route("/masuk/putusan", post(masuk::decide))
        .route("/", get(manifest::home))
        .route("/manifest.webmanifest", get(manifest::show))
        .merge(akun::routes())
        .route("/lupa", get(lupa::show).post(lupa::take))
        .route("/lupa/{token}", get(lupa::link).post(lupa::redeem))
        .route("/u/{token}", get(download::show).post(download::open))
        .route("/u/{token}/{sheet}", get(download::sheet))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(health::metrics))
        .merge(kantor::routes())
        .layer(form)
        .layer(DefaultBodyLimit::max(limits::SMALL_BODY))
        .layer(usual)
        .merge(akun::uploads().layer(upload))
        .merge(kantor::uploads().layer(list))
        .nest(BASE, v1)
        .fallback(async || refusal(ProblemCode::NotFound, "no such path"))
        .method_not_allowed_fallback(async || no_such_method())
        .layer(middleware::from_fn_with_state(app.clone(), hardened::headers))
        .layer(counted)
        .with_state(app)
}

fn no_such_method() -> Response {
    let mut response = refusal(ProblemCode::Malformed, "no such method for this path");
    *response.status_mut() = axum::http::StatusCode::METHOD_NOT_ALLOWED;
    response
}

fn refusal(code: ProblemCode, detail: &str) -> Response {
    Refusal::from(Problem::new(code, detail)).into_response()
}

/// Not now: come back after so many seconds.
fn refusal_after(seconds: u64) -> Response {
    let mut problem = Problem::new(ProblemCode::SlowDown, "many stations at once");
    problem.retry_after_s = Some(seconds);
    Refusal::from(problem).into_response()
}

async fn in_time(limit: Duration, request: Request, next: Next) -> Response {
    tokio::time::timeout(limit, next.run(request)).await.unwrap_or_else(|_| {
        let mut response = refusal(ProblemCode::Internal, "took too long");
        *response.status_mut() = axum::http::StatusCode::SERVICE_UNAVAILABLE;
        response
    })
}

#[cfg(test)]
mod walk_tests;

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;
    use crate::central::fleet::tests::in_session;
    use crate::central::testing::office;

    #[tokio::test]
    async fn an_upload_may_take_longer_than_the_rest() {
        let t = office().await;
        let token = in_session(&t).await;
        let limits = Limits { usual: Duration::from_millis(300), ..LIMITS };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let router = within(Arc::new(t.app()), limits);
        let serving = tokio::spawn(async move { axum::serve(listener, router).await });
        // Half of the body, a pause longer than the usual limit, and the other half.
        let slowly = async |path: &str| {
            let mut line = TcpStream::connect(addr).await.unwrap();
            let head = format!(
                "POST {BASE}{path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
                 connection: close\r\ncontent-length: 8\r\n\r\n    "
            );
            line.write_all(head.as_bytes()).await.unwrap();
            tokio::time::sleep(Duration::from_millis(900)).await;
            // The server may have hung up by now.
            let _ = line.write_all(b"null").await;
            let mut answer = Vec::new();
            let _ = line.read_to_end(&mut answer).await;
            String::from_utf8_lossy(&answer).into_owned()
        };
        let (upload, other) = tokio::join!(slowly("/outbox"), slowly("/sign-in"));
        assert!(upload.starts_with("HTTP/1.1 400 "), "read to its end: {upload}");
        assert!(other.starts_with("HTTP/1.1 503 "), "{other}");
        serving.abort();
    }

    #[tokio::test]
    async fn a_body_is_given_up_when_no_byte_comes_and_not_before() {
        let t = office().await;
        let token = in_session(&t).await;
        let pace = Pace {
            quiet: Duration::from_millis(600),
            rate: 1,
            whole: Duration::from_secs(20),
            work: Duration::from_secs(5),
        };
        let limits = Limits { usual: Duration::from_millis(300), upload: pace, list: pace.work };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let router = within(Arc::new(t.app()), limits);
        let serving = tokio::spawn(async move { axum::serve(listener, router).await });
        // So many of the body's eight bytes, one every fifth of a second.
        let trickle = async |bytes: usize| {
            let mut line = TcpStream::connect(addr).await.unwrap();
            let head = format!(
                "POST {BASE}/outbox HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
                 connection: close\r\ncontent-length: 8\r\n\r\n"
            );
            line.write_all(head.as_bytes()).await.unwrap();
            for byte in &b"    null"[..bytes] {
                tokio::time::sleep(Duration::from_millis(200)).await;
                line.write_all(&[*byte]).await.unwrap();
            }
            let mut answer = Vec::new();
            let _ = line.read_to_end(&mut answer).await;
            String::from_utf8_lossy(&answer).into_owned()
        };
        let (whole, half) = tokio::join!(trickle(8), trickle(4));
        assert!(
            whole.starts_with("HTTP/1.1 400 "),
            "read to its end, long after the silence it may have: {whole}"
        );
        assert!(half.starts_with("HTTP/1.1 408 "), "{half}");
        assert!(half.contains("\"internal\""), "a station takes it for no word about its item: {half}");
        serving.abort();
    }

    #[cfg(feature = "station")]
    #[test]
    fn the_server_waits_longer_than_a_station_does() {
        let station = crate::sync::Timeouts::default();
        assert!(LIMITS.upload.quiet > station.quiet && LIMITS.upload.whole > station.transfer);
    }
}
