//! Back-pressure, and who may take up room before and after they have proved who they are.
//!
//! A heavy call is let in by what stands in its head: first the proof, then a place, then the body.
//! After an outage every station of a region comes back in the same minute; each gets its turn, no
//! station takes more than its share, and memory stays bounded. Whoever has proved nothing takes no
//! place of a station: their bodies are small and must arrive at once, or they wait among a few.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use data_encoding::BASE64URL_NOPAD;

use super::answer::{Device, Refusal};
use super::{caller, refusal, refusal_after};
use crate::central::lookup::neighbourhood;
use crate::central::{App, leaving, limits};
use crate::clock::random_bytes;
use crate::protocol::{OpenSession, PROOF_HEADER, Problem, ProblemCode};

/// Whoever is sent away comes back after so many seconds and up to as many more, by chance: together
/// they would only meet again.
const LATER_S: u64 = 2;
/// A small body that has arrived within this takes no place.
const AT_ONCE: Duration = Duration::from_secs(1);

fn later() -> Response {
    let [chance] = random_bytes::<1>();
    refusal_after(LATER_S + u64::from(chance) % (LATER_S + 1))
}

/// Lets a station in where there is room; otherwise 429 with `Retry-After`, which stations obey. A
/// station that cannot prove itself is refused first, and what it sends is not read.
pub async fn admit(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let device = match Device::from_request_parts(&mut parts, &app).await {
        Ok(device) => device,
        Err(refusal) => return refusal.into_response(),
    };
    let Some(_place) = app.room.take(&device.0) else { return later() };
    // What a station sends in a day is a matter of megabytes; one that floods the disk is slowed down.
    let told = body.size_hint().lower().div_ceil(1024);
    let now = app.office.clock.monotonic();
    if let Err(wait) = app.sent_kib.take_some(&device.0, u32::try_from(told).unwrap_or(u32::MAX), now) {
        return Refusal::from(crate::central::slow_down(wait)).into_response();
    }
    parts.extensions.insert(device);
    next.run(Request::from_parts(parts, body)).await
}

/// The same for a station that was revoked: it proves itself in a header, and takes one of a few places
/// of its own kind. Without the header a small body is read, as from anybody.
pub async fn admit_leaving(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Some(proof) = parts.headers.get(PROOF_HEADER) else {
        return small(&app, parts, body, limits::SMALL_BODY, next).await;
    };
    let proof = BASE64URL_NOPAD.decode(proof.as_bytes()).ok();
    let proof = proof.and_then(|json| serde_json::from_slice::<OpenSession>(&json).ok());
    let Some(proof) = proof else {
        return refusal(ProblemCode::Malformed, "the header with the proof cannot be read");
    };
    if let Err(refused) = leaving::holds(&app.office, &proof).await {
        return Refusal::from(refused).into_response();
    }
    let Some(_place) = app.leaving_room.take(&proof.device_id) else { return later() };
    next.run(Request::from_parts(parts, body)).await
}

/// Reads the body of whoever has proved nothing.
pub async fn unproven(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    small(&app, parts, body, limits::UNPROVEN_BODY, next).await
}

/// The same for the pages: forms of people who are signed in may be longer.
pub async fn form(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    small(&app, parts, body, limits::SMALL_BODY, next).await
}

async fn small(app: &App, parts: Parts, body: Body, most: usize, next: Next) -> Response {
    if body.is_end_stream() {
        return next.run(Request::from_parts(parts, body)).await;
    }
    let too_large = || {
        let mut response = refusal(ProblemCode::Malformed, "the body is too large");
        *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
        response
    };
    if body.size_hint().lower() > most as u64 {
        return too_large();
    }
    let mut reading = std::pin::pin!(axum::body::to_bytes(body, most));
    let read = if let Ok(read) = tokio::time::timeout(AT_ONCE, &mut reading).await {
        read
    } else {
        let Some(_place) = app.slow_bodies.take(&neighbourhood(caller::of(&app.office, &parts))) else {
            return later();
        };
        reading.await
    };
    match read {
        Ok(bytes) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Err(error) => {
            let source = std::error::Error::source(&error);
            let long = source.is_some_and(|source| source.to_string().contains("length limit"));
            if long {
                return too_large();
            }
            Refusal::from(Problem::new(ProblemCode::Malformed, "the body did not arrive whole"))
                .into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;
    use crate::central::fleet::tests::in_session;
    use crate::central::testing::office;
    use crate::protocol::{BASE, Problem, ProblemCode};

    struct Served {
        addr: std::net::SocketAddr,
        serving: tokio::task::JoinHandle<std::io::Result<()>>,
    }

    async fn served(app: Arc<App>) -> Served {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let routes = super::super::all(app).into_make_service_with_connect_info::<std::net::SocketAddr>();
        Served { addr, serving: tokio::spawn(async move { axum::serve(listener, routes).await }) }
    }

    impl Served {
        /// Sends these bytes, and no more.
        async fn begin(&self, bytes: &str) -> TcpStream {
            let mut line = TcpStream::connect(self.addr).await.unwrap();
            line.write_all(bytes.as_bytes()).await.unwrap();
            line
        }

        async fn answer(&self, bytes: &str) -> (u16, Option<String>, String) {
            let mut line = self.begin(bytes).await;
            let mut answer = Vec::new();
            line.read_to_end(&mut answer).await.unwrap();
            let answer = String::from_utf8_lossy(&answer).into_owned();
            let status: u16 = answer[9..12].parse().unwrap();
            let retry = answer.lines().find_map(|line| line.strip_prefix("retry-after: "));
            (status, retry.map(str::to_owned), answer.split("\r\n\r\n").nth(1).unwrap().to_owned())
        }

        async fn get(&self, path: &str, token: &str) -> (u16, Option<String>, String) {
            self.answer(&format!(
                "GET {BASE}{path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\r\n"
            ))
            .await
        }
    }

    #[tokio::test]
    async fn a_full_server_says_when_to_come_back_and_light_calls_go_on() {
        let t = office().await;
        let token = in_session(&t).await;
        let app = Arc::new(t.app());
        let server = served(app.clone()).await;
        assert_eq!(server.get("/roster", &token).await.0, 200);
        let all: Vec<_> =
            (0..limits::HEAVY_AT_ONCE).map(|n| app.room.take(&n.to_string()).unwrap()).collect();
        let (status, retry, body) = server.get("/roster", &token).await;
        let problem: Problem = serde_json::from_str(&body).unwrap();
        assert_eq!((status, problem.code), (429, ProblemCode::SlowDown));
        let seconds: u64 = retry.unwrap().parse().unwrap();
        assert!((LATER_S..=2 * LATER_S).contains(&seconds) && problem.retry_after_s == Some(seconds));
        assert_eq!(server.get("/trust", &token).await.0, 200, "what verdicts rest on is never held up");
        drop(all);
        assert_eq!(server.get("/roster", &token).await.0, 200);
        server.serving.abort();
    }

    #[tokio::test]
    async fn idle_uploads_of_nobody_take_no_place_of_a_station() {
        let t = office().await;
        let token = in_session(&t).await;
        let server = served(Arc::new(t.app())).await;
        let mut held = Vec::new();
        for path in ["/outbox", "/outbox/batch", "/leave/items", "/leave/wipe"] {
            for n in 0..40 {
                let bearer = if n % 2 == 0 { "authorization: Bearer x\r\n" } else { "" };
                let begun = format!(
                    "POST {BASE}{path} HTTP/1.1\r\nhost: x\r\n{bearer}content-type: application/json\r\ncontent-length: 8000000\r\n\r\n["
                );
                held.push(server.begin(&begun).await);
            }
        }
        assert_eq!(server.get("/roster", &token).await.0, 200);
        let look = format!(
            "POST {BASE}/outbox HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{{}}"
        );
        assert_eq!(server.answer(&look).await.0, 400, "its own words are read and judged");
        // They are refused with nothing read.
        for mut line in held {
            let mut answer = [0; 12];
            line.read_exact(&mut answer).await.unwrap();
            assert!([401, 413].contains(&String::from_utf8_lossy(&answer)[9..].parse().unwrap()));
        }
        server.serving.abort();
    }

    #[tokio::test]
    async fn one_station_takes_its_share_and_the_others_theirs() {
        let t = office().await;
        let (greedy, token) = (in_session(&t).await, in_session(&t).await);
        let server = served(Arc::new(t.app())).await;
        let idle = format!(
            "POST {BASE}/outbox HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {greedy}\r\ncontent-length: 800\r\n\r\n["
        );
        let mut held = Vec::new();
        for _ in 0..40 {
            held.push(server.begin(&idle).await);
        }
        while server.get("/roster", &greedy).await.0 != 429 {
            tokio::task::yield_now().await;
        }
        assert_eq!(server.get("/roster", &token).await.0, 200);
        server.serving.abort();
    }
}
