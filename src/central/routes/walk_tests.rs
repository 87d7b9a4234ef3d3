//! Every route that a station can call, walked with the session of one that waits for approval. The list is read
//! from the source, so a route that is added later is walked too, and has to refuse.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::central::approval::{self, Standing};
use crate::central::fleet;
use crate::central::fleet::tests::{asks, session_of, waiting_at};
use crate::central::testing::{TestOffice, office, somebody};

/// What a station may call before it is approved. Nothing of people is behind any of these; `leave` is for stations
/// that were revoked.
const OPEN: [(&str, &str); 14] = [
    // What other systems may ask, with keys of their own.
    ("GET", "/openapi.json"),
    ("GET", "/time"),
    ("GET", "/trust"),
    ("GET", "/roots"),
    ("GET", "/time/reset"),
    ("GET", "/status/{issuer}/{kid}"),
    ("POST", "/enrol"),
    ("POST", "/device/nonce"),
    ("POST", "/device/session"),
    ("GET", "/device"),
    ("POST", "/leave/nonce"),
    ("POST", "/leave/wiped"),
    ("POST", "/leave/items"),
    ("POST", "/leave/wipe"),
];

/// Method and path of each route in a piece of source.
fn routes_in(source: &str) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    for entry in source.split(".route(").skip(1) {
        let path = entry.split('"').nth(1).expect("a path").to_owned();
        let methods = entry.split_once(',').expect("a handler").1.lines().next().unwrap_or_default();
        for (word, method) in
            [("get(", "GET"), ("post(", "POST"), ("put(", "PUT"), ("patch(", "PATCH"), ("delete(", "DELETE")]
        {
            if methods.contains(word) {
                found.push((method, path.clone()));
            }
        }
    }
    found
}

/// All of version 1: those of stations, and those of other systems, which have keys of their own.
fn version_1() -> Vec<(&'static str, String)> {
    let source = include_str!("mod.rs");
    let from = source.find("let anybody = Router::new()").expect("where version 1 begins");
    let until = source[from..].find("// The address that a status list names").expect("where it ends");
    let mut all = routes_in(&source[from..from + until]);
    assert!(all.len() > 30, "{all:?}");
    let others = routes_in(include_str!("api/mod.rs").split("#[cfg(test)]").next().unwrap());
    assert!(others.len() > 3, "{others:?}");
    all.extend(others);
    all
}

pub struct Served {
    address: std::net::SocketAddr,
    serving: tokio::task::JoinHandle<()>,
}

impl Served {
    pub async fn start(t: &TestOffice) -> Served {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let routes = all(Arc::new(t.app())).into_make_service_with_connect_info::<std::net::SocketAddr>();
        let serving = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Served { address, serving }
    }

    async fn ask(&self, method: &str, path: &str, token: &str) -> (u16, String) {
        let path = path.replace("{issuer}", "6201").replace(['{', '}'], "");
        let bearer =
            if token.is_empty() { String::new() } else { format!("authorization: Bearer {token}\r\n") };
        let body = if method == "GET" { "" } else { "{}" };
        let head = format!(
            "{method} {BASE}{path} HTTP/1.1\r\nhost: x\r\n{bearer}connection: close\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let answer = self.raw(&head).await;
        let body = answer.split("\r\n\r\n").nth(1).unwrap_or_default().to_owned();
        (answer[9..12].parse().unwrap(), body)
    }

    /// Sends a request as it is; the whole answer.
    pub async fn raw(&self, request: &str) -> String {
        let mut line = TcpStream::connect(self.address).await.unwrap();
        line.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        line.read_to_end(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Walks every route; each that is not open refuses, for this reason.
    async fn all_refuse(&self, token: &str, with: ProblemCode) {
        for (method, path) in version_1() {
            if OPEN.contains(&(method, path.as_str())) {
                continue;
            }
            let (status, body) = self.ask(method, &path, token).await;
            let said = format!("{method} {path}: {status} {body}");
            assert!((400..500).contains(&status), "{said}");
            // Other systems have keys of their own, and a station's token is none.
            if is_of_other_systems(&path) {
                continue;
            }
            let problem: Problem = serde_json::from_str(&body).unwrap_or_else(|_| panic!("{said}"));
            assert_eq!(problem.code, with, "{said}");
        }
    }
}

fn is_of_other_systems(path: &str) -> bool {
    routes_in(include_str!("api/mod.rs")).iter().any(|(_, other)| other == path)
}

impl Drop for Served {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

#[tokio::test]
async fn a_station_that_waits_gets_nothing_of_people_from_any_route() {
    let t = office().await;
    somebody(&t).await;
    let served = Served::start(&t).await;
    let id = waiting_at(&t, "Lobi").await;
    served.all_refuse("", ProblemCode::DeviceSession).await;
    served.all_refuse("nonsense", ProblemCode::DeviceSession).await;
    let token = session_of(&t, &id).await;
    served.all_refuse(&token, ProblemCode::NotApproved).await;

    // What is open: nobody's data, and its own standing.
    let (status, standing) = served.ask("GET", "/device", &token).await;
    assert_eq!(status, 200);
    assert!(standing.contains("\"approved\":false"), "{standing}");
    for path in ["/trust", "/roots"] {
        assert_eq!(served.ask("GET", path, &token).await.0, 200, "{path}");
    }
    for (method, path) in OPEN.into_iter().filter(|(method, _)| *method == "POST") {
        let (status, body) = served.ask(method, path, &token).await;
        assert_eq!(status, 400, "{path}: {body}");
    }

    // Approved: the same routes answer.
    let keys = approval::named(&t.office, &id).await.unwrap().unwrap().fingerprint().unwrap();
    approval::approve(&t.office, "A", keys).await.unwrap();
    assert!(served.ask("GET", "/device", &token).await.1.contains("\"approved\":true"));
    for path in ["/roster", "/epoch"] {
        assert_eq!(served.ask("GET", path, &token).await.0, 200, "{path}");
    }

    // Joined again with another key: out, until that one is approved.
    let code = fleet::new_code(&t.office, "admin", &id).await.unwrap();
    fleet::enrol(&t.office, &asks(&code)).await.unwrap();
    served.all_refuse(&token, ProblemCode::DeviceSession).await;
    let again = session_of(&t, &id).await;
    served.all_refuse(&again, ProblemCode::NotApproved).await;

    // Rejected: no session is left, and none opens.
    let keys = approval::named(&t.office, &id).await.unwrap().unwrap().fingerprint().unwrap();
    approval::reject(&t.office, "A", keys).await.unwrap();
    served.all_refuse(&again, ProblemCode::DeviceSession).await;
    let line = approval::named(&t.office, &id).await.unwrap().unwrap();
    assert_eq!(line.standing(), Standing::Rejected);
    assert!(fleet::nonce(&t.office, &id).await.is_err());
}
