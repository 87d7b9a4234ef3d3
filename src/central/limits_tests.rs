//! One more than each line of the table allows.

use std::net::SocketAddr;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::central::fleet::tests::{in_session, joined, key};
use crate::central::issuing::Kept;
use crate::central::lookup::Rates;
use crate::central::places::Places;
use crate::central::testing::{TestOffice, office};
use crate::central::throttle::Throttle;
use crate::central::{App, chain, commissioning, routes};
use crate::credential::sign_commission;
use crate::protocol::{
    AuditAction, AuditEntry, BASE, Commissioned, Commissioning, OutboxItem, OutboxKind, PartFound,
};

struct Probe {
    t: TestOffice,
    app: Arc<App>,
    addr: SocketAddr,
    token: String,
    device: String,
}

impl Probe {
    async fn new() -> Probe {
        let t = office().await;
        let (token, device, app) = (in_session(&t).await, joined(&t).await, Arc::new(t.app()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let serving = routes::all(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, serving).await });
        Probe { t, app, addr, token, device }
    }

    /// What the server says to a body.
    async fn posted(&self, path: &str, body: &[u8]) -> String {
        let mut line = TcpStream::connect(self.addr).await.unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            self.token,
            body.len()
        );
        line.write_all(head.as_bytes()).await.unwrap();
        // Where it is refused by its length, the server hangs up.
        let _ = line.write_all(body).await;
        let mut answer = Vec::new();
        let _ = line.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }

    async fn takes_body(&self, path: &str, length: usize) -> bool {
        !self.posted(path, &vec![b' '; length]).await.starts_with("HTTP/1.1 413")
    }

    async fn takes_report(&self, report: &Commissioning, length: Option<usize>) -> bool {
        let mut json = serde_json::to_vec(report).unwrap();
        let sign = |json: &[u8]| sign_commission(&key(), &self.device, json.to_vec());
        if let Some(length) = length {
            json.resize(json.len() + 1_000, b' ');
            let around = sign(&json).len() - json.len();
            json.resize(length - around, b' ');
            json.resize(json.len() + length - sign(&json).len(), b' ');
            assert_eq!(sign(&json).len(), length);
        }
        let told = Commissioned { signed: sign(&json).into() };
        let item = item(OutboxKind::Commissioned(told.clone()), self.t.office.clock.now());
        matches!(commissioning::take(&self.t.office, &self.device, &item, &told).await.unwrap(), Kept::Noted)
    }

    async fn takes_entry(&self, name: usize) -> bool {
        let entry = AuditEntry {
            seq: 1,
            at_ms: 0,
            actor: "a".repeat(name),
            action: AuditAction::LookUp,
            subject: "b".repeat(name),
            previous: vec![0; 32].into(),
            hash: vec![0; 32].into(),
        };
        let item = item(OutboxKind::Audit(entry.clone()), self.t.office.clock.now());
        matches!(chain::take(&self.t.office, &self.device, &item, &entry).await.unwrap(), Kept::Noted)
    }

    /// Does the server take `count` of what this line bounds?
    async fn takes(&self, name: &str, count: usize) -> bool {
        let nonce = r#"{"device_id":"D","nonce":"","signature":""}"#;
        let texts = |text: &str| vec![format!("\"{text}\""); count].join(",");
        let report = || commissioning::tests::report(self.t.office.clock.now());
        match name {
            "THROTTLED_NAMES" => {
                let throttle = Throttle::default();
                (0..count).all(|n| throttle.ask_from(&n.to_string(), &(n % 40).to_string(), s(1)).is_ok())
            }
            "THROTTLED_NAMES_OF_ONE" => {
                let throttle = Throttle::default();
                (0..count).all(|n| throttle.ask_from(&n.to_string(), "one", s(1)).is_ok())
            }
            "RATED_NAMES" => {
                let rates = Rates::quick(2, s(9));
                (0..count).all(|n| (0..2).all(|_| rates.take(&n.to_string(), s(1)).is_ok()))
            }
            "SMALL_BODY" => self.takes_body("/masuk", count).await,
            "UNPROVEN_BODY" => self.takes_body(&format!("{BASE}/enrol"), count).await,
            "LARGE_BODY" => self.takes_body(&format!("{BASE}/outbox"), count).await,
            "JSON_VALUES" => {
                let body = format!("[{}]", vec!["0"; count - 1].join(","));
                !self.posted(&format!("{BASE}/outbox"), body.as_bytes()).await.contains("too many values")
            }
            "HAND_OVER_ITEMS" => {
                let one = r#"{"id":"i","kind":"k","happened_at":"2026-03-02T03:00:00Z","body":""}"#;
                let items = vec![one; count].join(",");
                serde_json::from_str::<HandOver>(&format!(r#"{{"proof":{nonce},"items":[{items}]}}"#)).is_ok()
            }
            "WIPE_IDS" => {
                let body = format!(r#"{{"proof":{nonce},"challenge":"","items":[{}]}}"#, texts("x"));
                serde_json::from_str::<AskWipe>(&body).is_ok()
            }
            "BATCH_ITEMS" => {
                serde_json::from_str::<OutboxBatch>(&format!(r#"{{"items":[{}]}}"#, texts(""))).is_ok()
            }
            "REPORT_FIELDS" => {
                let body = format!(r#"{{"grant":"g","fields":[{}]}}"#, texts("name"));
                serde_json::from_str::<Report>(&body).is_ok()
            }
            "HEAVY_AT_ONCE" => all_of(&self.app.room, count),
            "HEAVY_OF_ONE" => one_of(&self.app.room, count),
            "LEAVING_AT_ONCE" => all_of(&self.app.leaving_room, count),
            "LEAVING_OF_ONE" => one_of(&self.app.leaving_room, count),
            "SLOW_BODIES" => all_of(&self.app.slow_bodies, count),
            "SLOW_BODIES_OF_ONE" => one_of(&self.app.slow_bodies, count),
            "LINES" => all_of(&Places::new(LINES, LINES_OF_ONE), count),
            "LINES_OF_ONE" => one_of(&Places::new(LINES, LINES_OF_ONE), count),
            "REPORT_BYTES" => self.takes_report(&report(), Some(count)).await,
            "REPORT_TEXT" => {
                self.takes_report(&Commissioning { board: "b".repeat(count), ..report() }, None).await
            }
            "REPORT_PARTS" => {
                let part = PartFound { part: "disk".into(), verdict: "well".into(), said: String::new() };
                self.takes_report(&Commissioning { parts: vec![part; count], ..report() }, None).await
            }
            "REPORTS_KEPT" => {
                for _ in 0..count {
                    self.takes_report(&report(), None).await;
                }
                let kept: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM device_reports")
                    .fetch_one(self.t.office.store.pool())
                    .await
                    .unwrap();
                kept == count as i64
            }
            "HASHES_OF_A_LANE" => count <= HASHES_OF_A_LANE,
            "HASH_QUEUE_STRANGERS" => all_of(&Places::new(HASH_QUEUE_STRANGERS, HASH_QUEUE_OF_ONE), count),
            "HASH_QUEUE_KNOWN" => all_of(&Places::new(HASH_QUEUE_KNOWN, HASH_QUEUE_OF_ONE), count),
            "HASH_QUEUE_OF_ONE" => one_of(&Places::new(HASH_QUEUE_KNOWN, HASH_QUEUE_OF_ONE), count),
            "AUDIT_NAME" => self.takes_entry(count).await,
            other => panic!("{other} has no test: say here how one more is sent"),
        }
    }
}

fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn item(kind: OutboxKind, happened_at: Timestamp) -> OutboxItem {
    OutboxItem { id: crate::central::codes::random_id(), happened_at, kind }
}

fn all_of(places: &Places, count: usize) -> bool {
    let held: Vec<_> = (0..count).map(|n| places.take(&n.to_string())).collect();
    held.iter().all(Option::is_some)
}

fn one_of(places: &Places, count: usize) -> bool {
    let held: Vec<_> = (0..count).map(|_| places.take("one")).collect();
    held.iter().all(Option::is_some)
}

#[tokio::test]
async fn the_most_is_taken_and_one_more_is_not() {
    let probe = Probe::new().await;
    for bound in TABLE {
        assert!(!bound.why.is_empty());
        assert!(probe.takes(bound.name, bound.most).await, "{}: {} are taken", bound.name, bound.most);
        assert!(!probe.takes(bound.name, bound.most + 1).await, "{}: one more", bound.name);
    }
}

#[test]
fn every_rate_ends_and_fills_again() {
    let of = |limit: RateLimit| (limit.burst, s(limit.seconds_each));
    for (name, (burst, each)) in [
        ("strangers", STRANGERS),
        ("worked", WORKED),
        ("worked number", of(WORKED_NUMBER)),
        ("worked address", of(WORKED_ADDRESS)),
        ("pick-ups", of(PICK_UPS)),
        ("sent", SENT_KIB),
        ("states", of(STATES)),
        ("reports", of(REPORTS)),
    ] {
        let rates = Rates::quick(burst, each);
        assert!((0..burst).all(|_| rates.take("x", s(1)).is_ok()), "{name}");
        let wait = rates.take("x", s(1)).unwrap_err();
        assert!(wait <= each && rates.take("x", s(1) + wait).is_ok(), "{name}: {wait:?}");
    }
}
