//! How each station is, as it says itself: the last report of each, and what was amiss when.

use std::collections::HashMap;

use super::codes::random_id;
use super::{CentralError, Office};
use crate::protocol::{PaperState, PartState, StationState};

/// Less than this on a station's disk is amiss: a portrait and its prints still have room, for days.
const LITTLE_DISK_MIB: u64 = 500;

/// A part of a station that can be amiss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Camera,
    Printer,
    Paper,
    Disk,
    Clock,
}

impl Part {
    pub const ALL: [Part; 5] = [Part::Camera, Part::Printer, Part::Paper, Part::Disk, Part::Clock];

    /// As it is kept.
    pub fn word(self) -> &'static str {
        match self {
            Part::Camera => "camera",
            Part::Printer => "printer",
            Part::Paper => "paper",
            Part::Disk => "disk",
            Part::Clock => "clock",
        }
    }

    /// Is it amiss, by this report? What a station cannot say is not.
    pub fn amiss(self, state: &StationState) -> bool {
        let broken = |part| matches!(part, PartState::Faulty | PartState::Away);
        match self {
            Part::Camera => broken(state.camera),
            Part::Printer => broken(state.printer),
            Part::Paper => state.paper == PaperState::Out,
            Part::Disk => state.disk_free_mib.is_some_and(|free| free < LITTLE_DISK_MIB),
            Part::Clock => !state.clock_trusted,
        }
    }
}

/// The last report of a station.
#[derive(Clone, Debug)]
pub struct Condition {
    pub at: i64,
    pub state: StationState,
}

/// Keeps what a station says of itself.
pub async fn note(office: &Office, device: &str, mut told: StationState) -> Result<(), CentralError> {
    told.version = told.version.chars().filter(|c| !c.is_control()).take(40).collect();
    let text = serde_json::to_string(&told).map_err(|_| CentralError::Stored("a report"))?;
    let now = office.clock.now().as_second();
    let mut tx = office.store.write().await?;
    sqlx::query(
        "INSERT INTO device_states (device_id, at, state) VALUES ($1, $2, $3)
         ON CONFLICT (device_id) DO UPDATE SET at = $2, state = $3",
    )
    .bind(device)
    .bind(now)
    .bind(text)
    .execute(&mut *tx)
    .await?;
    sqlx::query("UPDATE devices SET seen_at = $2, version = $3 WHERE id = $1")
        .bind(device)
        .bind(now)
        .bind(&told.version)
        .execute(&mut *tx)
        .await?;
    let open: Vec<String> =
        sqlx::query_scalar("SELECT part FROM device_faults WHERE device_id = $1 AND ended_at IS NULL")
            .bind(device)
            .fetch_all(&mut *tx)
            .await?;
    for part in Part::ALL {
        let known = open.iter().any(|word| word == part.word());
        match (known, part.amiss(&told)) {
            (false, true) => {
                sqlx::query(
                    "INSERT INTO device_faults (id, device_id, part, began_at) VALUES ($1, $2, $3, $4)",
                )
                .bind(random_id())
                .bind(device)
                .bind(part.word())
                .bind(now)
                .execute(&mut *tx)
                .await?;
            }
            (true, false) => {
                sqlx::query(
                    "UPDATE device_faults SET ended_at = $3
                     WHERE device_id = $1 AND part = $2 AND ended_at IS NULL",
                )
                .bind(device)
                .bind(part.word())
                .bind(now)
                .execute(&mut *tx)
                .await?;
            }
            _ => {}
        }
    }
    tx.commit().await?;
    Ok(())
}

/// The last report of each station that has sent one, by its id.
pub async fn all(office: &Office) -> Result<HashMap<String, Condition>, CentralError> {
    let rows: Vec<(String, i64, String)> = sqlx::query_as("SELECT device_id, at, state FROM device_states")
        .fetch_all(office.store.pool())
        .await?;
    rows.into_iter()
        .map(|(id, at, state)| {
            let state = serde_json::from_str(&state).map_err(|_| CentralError::Stored("a report"))?;
            Ok((id, Condition { at, state }))
        })
        .collect()
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::central::fleet::tests::joined;
    use crate::central::testing::office;

    pub fn well() -> StationState {
        StationState {
            version: "1.0\u{7}".into(),
            camera: PartState::Ready,
            printer: PartState::Ready,
            paper: PaperState::Enough,
            disk_free_mib: Some(9_000),
            clock_trusted: true,
            outbox: 0,
            parked: 0,
            screen_on: true,
        }
    }

    #[tokio::test]
    async fn the_last_report_stays_and_a_fault_has_a_beginning_and_an_end() {
        let t = office().await;
        let id = joined(&t).await;
        let open = async || -> Vec<(String, Option<i64>)> {
            sqlx::query_as("SELECT part, ended_at FROM device_faults ORDER BY began_at, part")
                .fetch_all(t.office.store.pool())
                .await
                .unwrap()
        };
        note(&t.office, &id, well()).await.unwrap();
        assert!(open().await.is_empty());
        let broken = StationState { paper: PaperState::Out, clock_trusted: false, ..well() };
        for _ in 0..2 {
            t.advance(60);
            note(&t.office, &id, broken.clone()).await.unwrap();
        }
        assert_eq!(
            open().await,
            [("clock".to_owned(), None), ("paper".to_owned(), None)],
            "told twice, kept once"
        );
        t.advance(60);
        note(&t.office, &id, StationState { paper: PaperState::Unknown, ..broken }).await.unwrap();
        let now = t.office.clock.now().as_second();
        assert_eq!(open().await, [("clock".to_owned(), None), ("paper".to_owned(), Some(now))]);
        let held = &all(&t.office).await.unwrap()[&id];
        assert_eq!(
            (held.at, held.state.version.as_str(), held.state.paper),
            (now, "1.0", PaperState::Unknown)
        );
    }
}
