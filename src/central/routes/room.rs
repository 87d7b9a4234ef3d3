//! Back-pressure: so many heavy calls at a time, and a clear "later" for the rest. After an outage
//! every station of a region comes back in the same minute; each gets its turn, and memory stays
//! bounded.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use super::refusal_after;
use crate::central::App;
use crate::clock::random_bytes;

/// Pages of the roster and outbox items that are worked on at a time. A page holds at most 2 MiB
/// of records, so these stay below 100 MiB.
pub const ROOM: usize = 32;
/// Whoever is sent away comes back after so many seconds and up to as many more, by chance: together
/// they would only meet again.
const LATER_S: u64 = 2;

/// Lets a request in where there is room; otherwise 429 with `Retry-After`, which stations obey.
pub async fn admit(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let Ok(_room) = app.room.try_acquire() else {
        let [chance] = random_bytes::<1>();
        return refusal_after(LATER_S + u64::from(chance) % (LATER_S + 1));
    };
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;
    use crate::central::fleet::tests::in_session;
    use crate::central::testing::office;
    use crate::protocol::{BASE, Problem, ProblemCode};

    #[tokio::test]
    async fn a_full_server_says_when_to_come_back_and_light_calls_go_on() {
        let t = office().await;
        let token = in_session(&t).await;
        let app = Arc::new(t.app());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let routes = super::super::all(app.clone());
        let serving = tokio::spawn(async move { axum::serve(listener, routes).await });
        let ask = async |path: &str| {
            let mut line = TcpStream::connect(addr).await.unwrap();
            let head = format!(
                "GET {BASE}{path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\r\n"
            );
            line.write_all(head.as_bytes()).await.unwrap();
            let mut answer = Vec::new();
            line.read_to_end(&mut answer).await.unwrap();
            let answer = String::from_utf8_lossy(&answer).into_owned();
            let status: u16 = answer[9..12].parse().unwrap();
            let retry = answer.lines().find_map(|line| line.strip_prefix("retry-after: "));
            (status, retry.map(str::to_owned), answer.split("\r\n\r\n").nth(1).unwrap().to_owned())
        };
        assert_eq!(ask("/roster").await.0, 200);
        let all = app.room.acquire_many(ROOM as u32).await.unwrap();
        let (status, retry, body) = ask("/roster").await;
        let problem: Problem = serde_json::from_str(&body).unwrap();
        assert_eq!((status, problem.code), (429, ProblemCode::SlowDown));
        let seconds: u64 = retry.unwrap().parse().unwrap();
        assert!((LATER_S..=2 * LATER_S).contains(&seconds) && problem.retry_after_s == Some(seconds));
        assert_eq!(ask("/trust").await.0, 200, "what verdicts rest on is never held up");
        drop(all);
        assert_eq!(ask("/roster").await.0, 200);
        serving.abort();
    }
}
