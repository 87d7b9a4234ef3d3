//! Who is in the registry, has not left, and stands not in a list: perhaps forgotten there, perhaps gone.

use super::nip_from;
use super::report::{ImportReport, MISSING, Missing};
use super::survey::Survey;
use crate::central::{CentralError, Office};

/// People read at a time.
const BATCH: i64 = 2_000;

pub async fn count(office: &Office, survey: &Survey, report: &mut ImportReport) -> Result<(), CentralError> {
    let mut last = 0_i64;
    loop {
        let rows: Vec<(i64, String, String, String)> = sqlx::query_as(
            "SELECT nip, record_id, name, unit FROM people
             WHERE nip > $1 AND status IN ('active', 'candidate') ORDER BY nip LIMIT $2",
        )
        .bind(last)
        .bind(BATCH)
        .fetch_all(office.store.pool())
        .await?;
        let Some((nip, ..)) = rows.last() else { return Ok(()) };
        last = *nip;
        for (nip, record, name, unit) in rows {
            let nip = nip_from(nip)?;
            if survey.holds(nip) {
                continue;
            }
            report.missing += 1;
            if report.missing_people.len() < MISSING {
                report.missing_people.push(Missing { nip, record, name, unit });
            }
        }
    }
}
