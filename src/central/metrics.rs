//! What an operator's Prometheus reads. Labels are the names of routes and classes of answers, never
//! anything of a person.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use jiff::SignedDuration;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use tokio::sync::Mutex;

use super::{CentralError, Office};

/// Counting rows takes a moment: whoever asks more often gets the same numbers again.
const FRESH: Duration = Duration::from_secs(10);
/// A station that was seen within this counts as seen.
const SEEN: SignedDuration = SignedDuration::from_hours(1);

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Answered {
    route: String,
    status: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct SignedIn {
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Route {
    route: String,
}

pub struct Metrics {
    registry: Registry,
    answered: Family<Answered, Counter>,
    took: Family<Route, Histogram>,
    slowed: Counter,
    verified: Counter,
    sign_ins: Family<SignedIn, Counter>,
    stored: [(&'static str, Gauge<u64, AtomicU64>); 6],
    counted_at: Mutex<Option<Duration>>,
}

impl Default for Metrics {
    fn default() -> Metrics {
        let mut registry = Registry::with_prefix("anjungan");
        let answered = Family::<Answered, Counter>::default();
        let took = Family::<Route, Histogram>::new_with_constructor(|| {
            Histogram::new([0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0])
        });
        let (slowed, verified) = (Counter::default(), Counter::default());
        let sign_ins = Family::<SignedIn, Counter>::default();
        registry.register("sign_ins", "Tries to sign in on pages, by what came of them", sign_ins.clone());
        registry.register("requests", "Requests by route and class of the answer", answered.clone());
        registry.register("request_seconds", "How long requests took, by route", took.clone());
        registry.register("slowed", "Requests told to come later (429)", slowed.clone());
        registry.register("verifications", "Cards checked here at the moment of asking", verified.clone());
        let stored = [
            ("outbox_items", "Items that stations handed in"),
            ("dead_letters", "Items that were rejected"),
            ("issues", "Cards made"),
            ("stations", "Stations that have joined and are not shut out"),
            ("stations_seen", "Stations that opened a session within an hour"),
            ("database_bytes", "Room that the database takes"),
        ]
        .map(|(name, help)| {
            let gauge = Gauge::default();
            registry.register(name, help, gauge.clone());
            (name, gauge)
        });
        Metrics { registry, answered, took, slowed, verified, sign_ins, stored, counted_at: Mutex::default() }
    }
}

impl Metrics {
    /// A request was answered. `route` is the template, so a path's serials stay out.
    pub fn answered(&self, route: &str, status: u16, took: Duration) {
        let class = match status {
            200..=299 => "2xx",
            300..=399 => "3xx",
            400..=499 => "4xx",
            _ => "5xx",
        };
        self.answered.get_or_create(&Answered { route: route.to_owned(), status: class }).inc();
        self.took.get_or_create(&Route { route: route.to_owned() }).observe(took.as_secs_f64());
        if status == 429 {
            self.slowed.inc();
        }
    }

    /// Somebody tried to sign in on a page: `right`, `wrong`, `slowed`; `sprayed` once for each row of wrong
    /// tries with one password or from one address.
    pub fn sign_in(&self, outcome: &'static str) {
        self.sign_ins.get_or_create(&SignedIn { outcome }).inc();
    }

    /// A card was judged.
    pub fn verified(&self) {
        self.verified.inc();
    }

    /// The text that Prometheus reads.
    pub async fn text(&self, office: &Office) -> Result<String, CentralError> {
        let mut counted_at = self.counted_at.lock().await;
        let now = office.clock.monotonic();
        if counted_at.is_none_or(|at| now.saturating_sub(at) >= FRESH) {
            for (name, gauge) in &self.stored {
                gauge.set(stored(office, name).await?);
            }
            *counted_at = Some(now);
        }
        let mut text = String::new();
        encode(&mut text, &self.registry).map_err(|_| CentralError::Worker)?;
        Ok(text)
    }
}

async fn stored(office: &Office, name: &str) -> Result<u64, CentralError> {
    let seen = office.clock.now().as_second() - SEEN.as_secs();
    let sql = match name {
        "outbox_items" => "SELECT COUNT(*) FROM outbox_items WHERE received_at > $1",
        "dead_letters" => {
            "SELECT COUNT(*) FROM outbox_items WHERE received_at > $1 AND answer LIKE '{\"answer\":\"rejected%'"
        }
        "issues" => "SELECT COUNT(*) FROM issues WHERE issued_at > $1",
        "stations" => "SELECT COUNT(*) FROM devices WHERE enrolled_at > $1 AND revoked_at IS NULL",
        "stations_seen" => "SELECT COUNT(*) FROM devices WHERE seen_at > $1 AND revoked_at IS NULL",
        _ => return office.store.size().await,
    };
    let after = if name == "stations_seen" { seen } else { i64::MIN };
    let count: i64 = sqlx::query_scalar(sql).bind(after).fetch_one(office.store.pool()).await?;
    Ok(count.max(0) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::central::testing::{office, somebody};

    #[tokio::test]
    async fn numbers_of_routes_and_rows_and_nothing_of_a_person() {
        let t = office().await;
        let nip = somebody(&t).await;
        let app = t.app();
        app.metrics.answered("/V/{serial}", 200, Duration::from_millis(3));
        app.metrics.answered("/V/{serial}", 429, Duration::from_millis(3));
        app.metrics.verified();
        let text = app.metrics.text(&t.office).await.unwrap();
        for line in [
            "anjungan_requests_total{route=\"/V/{serial}\",status=\"2xx\"} 1",
            "anjungan_requests_total{route=\"/V/{serial}\",status=\"4xx\"} 1",
            "anjungan_slowed_total 1",
            "anjungan_verifications_total 1",
            "anjungan_issues 0",
            "anjungan_stations 0",
        ] {
            assert!(text.contains(line), "{line}:\n{text}");
        }
        assert!(!text.contains(&nip.to_string()) && !text.contains("anjungan_database_bytes 0"), "{text}");
    }
}
