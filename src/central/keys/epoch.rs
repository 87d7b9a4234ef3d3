//! The region's epoch key: a new one when a station is lost or staff leave.
//!
//! From the moment of the change everything is sealed under the new key; the records that lie there
//! are sealed again one batch after the other, and go out to the stations like any change. A station
//! that was shut out never gets the new key, so what changes from then on stays closed to whoever
//! has it; what it held before it can still open with its staff code and PIN.

use std::sync::Arc;

use crate::central::storage::{self, audit};
use crate::central::{CentralError, Office, roster};
use crate::sealed::EpochKey;

/// The counter in the database. The first epoch is 1.
pub const COUNTER: &str = "epoch";
/// Records sealed again in one transaction: others write in between.
const BATCH: i64 = 200;

/// The number of the epoch.
pub async fn current(office: &Office) -> Result<u32, CentralError> {
    let number = storage::current(&office.store, COUNTER).await?.max(1);
    u32::try_from(number).map_err(|_| CentralError::Stored("the epoch"))
}

/// The key of the epoch.
pub async fn key(office: &Office) -> Result<Arc<EpochKey>, CentralError> {
    office.keys.epoch(current(office).await?)
}

/// The key of an epoch that was.
pub fn numbered(office: &Office, number: u32) -> Result<Arc<EpochKey>, CentralError> {
    office.keys.epoch(number)
}

/// Begins the next epoch and seals every record again. Returns its number and how many those were.
pub async fn advance(office: &Office, why: &str) -> Result<(u32, u64), CentralError> {
    let next = current(office).await? + 1;
    office.keys.new_epoch(next)?;
    let mut tx = office.store.write().await?;
    sqlx::query(
        "INSERT INTO counters (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2",
    )
    .bind(COUNTER)
    .bind(i64::from(next))
    .execute(&mut *tx)
    .await?;
    audit(&mut tx, office.clock.now(), "admin", "epoch-new", why).await?;
    tx.commit().await?;
    Ok((next, rewrap(office).await?))
}

/// Seals again what is still sealed for an epoch before the current one; the running server calls
/// it too, should a command have been cut off.
pub async fn rewrap(office: &Office) -> Result<u64, CentralError> {
    let mut count = 0;
    loop {
        let now = current(office).await?;
        let mut tx = office.store.write().await?;
        let ids: Vec<String> = sqlx::query_scalar(
            "SELECT record_id FROM roster_records WHERE epoch < $1 AND sealed IS NOT NULL
             ORDER BY change_no LIMIT $2",
        )
        .bind(i64::from(now))
        .bind(BATCH)
        .fetch_all(&mut *tx)
        .await?;
        if ids.is_empty() {
            return Ok(count);
        }
        for id in &ids {
            roster::rewrap(office, &mut tx, id).await?;
        }
        tx.commit().await?;
        count += ids.len() as u64;
    }
}
