//! Whether the server can work: its parts are tried by writing to them. Reading goes on where a disk is full or
//! takes no writing, so an answer to a question says little.

use std::time::Duration;

use tokio::sync::Mutex;

use super::keys::epoch;
use super::{CentralError, Office};

/// Below this much room on the disk the server takes no new work.
const ROOM: u64 = 256 * 1024 * 1024;
/// Anybody may ask; the disk is tried this often at most.
const FRESH: Duration = Duration::from_secs(3);
/// A part that takes longer counts as failed. The try goes on behind it.
const SLOWEST: Duration = Duration::from_secs(10);

/// A part of the server, and whether it works.
pub type Part = (&'static str, bool);

/// What was found last, and when.
#[derive(Default)]
pub struct Readiness(Mutex<Option<(Duration, Vec<Part>)>>);

impl Readiness {
    /// Every part, tried at most a few seconds ago. Those who ask meanwhile wait for the same answer.
    pub async fn parts(&self, office: &Office) -> Vec<Part> {
        let mut found = self.0.lock().await;
        let now = office.clock.monotonic();
        if let Some((at, parts)) = &*found
            && now.saturating_sub(*at) < FRESH
        {
            return parts.clone();
        }
        let parts = tried(office).await;
        *found = Some((office.clock.monotonic(), parts.clone()));
        parts
    }
}

async fn tried(office: &Office) -> Vec<Part> {
    let (database, keys, photos) = tokio::join!(
        well("database", office.store.try_row(office.clock.now())),
        well("keys", async {
            office.keys.try_folder().await?;
            epoch::key(office).await.map(drop)
        }),
        well("photos", office.store.try_photo()),
    );
    let disk = rustix::fs::statvfs(&office.config.data).map(|disk| disk.f_bavail * disk.f_frsize);
    let clock = office.clock_doubt().is_none();
    vec![database, keys, photos, ("disk", disk.is_ok_and(|free| free >= ROOM)), ("clock", clock)]
}

async fn well(part: &'static str, tried: impl Future<Output = Result<(), CentralError>>) -> Part {
    let failed = match tokio::time::timeout(SLOWEST, tried).await {
        Ok(Ok(())) => return (part, true),
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("took more than {} s", SLOWEST.as_secs()),
    };
    tracing::error!(part, error = failed, "not ready");
    (part, false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::central::testing::office;

    fn failed(parts: &[Part]) -> Vec<&'static str> {
        parts.iter().filter(|(_, well)| !well).map(|(part, _)| *part).collect()
    }

    #[tokio::test]
    async fn each_part_is_tried_by_writing_and_not_at_every_question() {
        let t = office().await;
        let ready = Readiness::default();
        let parts = ready.parts(&t.office).await;
        let names: Vec<_> = parts.iter().map(|(part, _)| *part).collect();
        assert_eq!(names, ["database", "keys", "photos", "disk", "clock"]);
        assert!(failed(&parts).iter().all(|part| *part == "disk"), "{parts:?}");

        // A folder that is not there takes no file, whoever asks.
        let (photos, away) = (t.office.config.data.join("photos"), t.office.config.data.join("away"));
        std::fs::rename(&photos, &away).unwrap();
        assert_eq!(ready.parts(&t.office).await, parts, "what was found a moment ago");
        t.advance(FRESH.as_secs());
        assert!(failed(&ready.parts(&t.office).await).contains(&"photos"));
        std::fs::rename(&away, &photos).unwrap();

        // Reads go on, and no row can be written.
        let mut held = Vec::new();
        for _ in 0..8 {
            held.push(t.office.store.pool().acquire().await.unwrap());
        }
        sqlx::query("DROP TABLE readiness").execute(&mut *held[0]).await.unwrap();
        drop(held);
        t.advance(FRESH.as_secs());
        assert!(failed(&ready.parts(&t.office).await).contains(&"database"));
    }
}
