//! What happened on each of the last days: cards made, cards checked at stations, stations' faults.

use super::{CentralError, Office};
use crate::protocol::AuditAction;

/// Days that are looked back on.
pub const DAYS: usize = 30;

/// Of each day a count, the oldest first; the last is today.
pub struct Figures {
    pub issues: [i64; DAYS],
    pub checks: [i64; DAYS],
    pub faults: [i64; DAYS],
}

/// Counts them, by the office's own days.
pub async fn figures(office: &Office) -> Result<Figures, CentralError> {
    let offset = i64::from(office.config.utc_offset_hours) * 3600;
    let today = (office.clock.now().as_second() + offset).div_euclid(86_400);
    let first = today - (DAYS as i64 - 1);
    // The second at which the first of these days began.
    let since = first * 86_400 - offset;
    let looks = [
        AuditAction::LookValid,
        AuditAction::LookConfirm,
        AuditAction::LookNoLongerValid,
        AuditAction::LookNotGenuine,
    ]
    .map(AuditAction::word);
    let issues: Vec<(i64, i64)> = sqlx::query_as(
        "SELECT (issued_at + $1) / 86400 AS day, COUNT(*) FROM issues WHERE issued_at >= $2 GROUP BY 1",
    )
    .bind(offset)
    .bind(since)
    .fetch_all(office.store.pool())
    .await?;
    let checks: Vec<(i64, i64)> = sqlx::query_as(
        "SELECT (at_ms / 1000 + $1) / 86400 AS day, COUNT(*) FROM audit_chain
         WHERE at_ms >= $2 AND action IN ($3, $4, $5, $6) GROUP BY 1",
    )
    .bind(offset)
    .bind(since * 1000)
    .bind(looks[0])
    .bind(looks[1])
    .bind(looks[2])
    .bind(looks[3])
    .fetch_all(office.store.pool())
    .await?;
    let faults: Vec<(i64, i64)> = sqlx::query_as(
        "SELECT (began_at + $1) / 86400 AS day, COUNT(*) FROM device_faults WHERE began_at >= $2 GROUP BY 1",
    )
    .bind(offset)
    .bind(since)
    .fetch_all(office.store.pool())
    .await?;
    let spread = |counts: Vec<(i64, i64)>| {
        let mut days = [0; DAYS];
        for (day, count) in counts {
            // A station's clock may be ahead: what it says of tomorrow is not shown.
            if let Some(slot) = usize::try_from(day - first).ok().and_then(|at| days.get_mut(at)) {
                *slot = count;
            }
        }
        days
    };
    Ok(Figures { issues: spread(issues), checks: spread(checks), faults: spread(faults) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::central::condition::{self, tests::well};
    use crate::central::fleet::tests::joined;
    use crate::central::testing::office;
    use crate::protocol::{PartState, StationState};

    #[tokio::test]
    async fn a_fault_counts_on_the_day_on_which_it_began() {
        let t = office().await;
        let id = joined(&t).await;
        // 10.00 at the office; 16 hours later it is 02.00 of the next day there, and still the same day in UTC.
        let broken = StationState { camera: PartState::Away, ..well() };
        condition::note(&t.office, &id, broken.clone()).await.unwrap();
        condition::note(&t.office, &id, well()).await.unwrap();
        t.advance(16 * 3600);
        condition::note(&t.office, &id, StationState { printer: PartState::Faulty, ..broken }).await.unwrap();
        let seen = figures(&t.office).await.unwrap();
        assert_eq!(seen.faults[DAYS - 2..], [1, 2]);
        assert_eq!(seen.faults.iter().sum::<i64>(), 3);
        assert_eq!((seen.issues, seen.checks), ([0; DAYS], [0; DAYS]));
        t.advance(40 * 86_400);
        assert_eq!(figures(&t.office).await.unwrap().faults, [0; DAYS]);
    }
}
