//! The way out for a station that was revoked. It may still prove who it is, for this alone: what it owed
//! is taken into quarantine, it is ordered to wipe itself, and it says that it did. [`quarantine`] is what
//! staff make of the rest.
//!
//! | step | proves itself by | what it rests on |
//! | --- | --- | --- |
//! | a nonce | nothing; the device must be revoked | |
//! | items | a signature over the nonce | each is on the disk before it is named in the answer |
//! | the order | a signature over the nonce | every item that the station names is held; signed for these, this station and its challenge |
//! | the last word | a signature of the station's own | |

mod cli;
mod quarantine;

pub use cli::Quarantine;
pub use quarantine::{Decided, Held, LINE_DAYS, discard, held, release};

use super::fleet::{check, new_nonce, spend, unknown};
use super::issuing::is_item_id;
use super::storage::{Db, Tx, audit};
use super::{CentralError, Office, Refused};
use crate::credential::{WipeOrder, verify_wiped};
use crate::protocol::{AskWipe, HandOver, HandedOver, LeftItem, Nonce, OpenSession, Ordered, Wiped};
use crate::protocol::{Problem, ProblemCode};

/// What one station may leave behind: more than months of outage come to. A thief who holds its key fills
/// no disk; what is beyond it is given up.
#[derive(Clone, Copy)]
pub struct Bounds {
    pub items: i64,
    pub bytes: i64,
}

pub const BOUNDS: Bounds = Bounds { items: 20_000, bytes: 1024 * 1024 * 1024 };

/// A nonce for a station that was revoked. One that was not is told so, and goes on as before.
pub async fn nonce(office: &Office, device_id: &str) -> Result<Nonce, Refused> {
    key_of_revoked(office.store.pool(), device_id).await?;
    Ok(new_nonce(office, device_id))
}

/// Whether this proof would hold now: asked before a large body is read. Nothing is spent.
pub async fn holds(office: &Office, proof: &OpenSession) -> Result<(), Refused> {
    let public = key_of_revoked(office.store.pool(), &proof.device_id).await?;
    Ok(check(office, proof, &public).map(drop)?)
}

/// Keeps what a station owed. Whatever the answer names is on the disk.
pub async fn take(office: &Office, asked: &HandOver, bounds: Bounds) -> Result<HandedOver, Refused> {
    if asked.items.len() > HandOver::MOST || !asked.items.iter().all(fits) {
        return Err(
            Problem::new(ProblemCode::Malformed, "50 items at most, each with an id and a kind").into()
        );
    }
    let (mut tx, device) = proven(office, &asked.proof).await?;
    let mut room = room(&mut tx, &device, bounds).await?;
    let (mut kept, mut more) = (Vec::with_capacity(asked.items.len()), 0);
    for item in &asked.items {
        if !is_held(&mut tx, &device, &item.id).await? {
            if room.items <= 0 || room.bytes <= 0 {
                continue;
            }
            put(&mut tx, &device, item, office.clock.now().as_second()).await?;
            room.items -= 1;
            room.bytes -= item.body.len() as i64;
            more += 1;
        }
        kept.push(item.id.clone());
    }
    if more > 0 {
        audit(&mut tx, office.clock.now(), &device, "device-quarantine", &device).await?;
    }
    tx.commit().await?;
    if more > 0 {
        tracing::warn!(device, items = more, "a revoked station handed over what it owed");
    }
    Ok(HandedOver { kept })
}

/// The order to wipe, for a station whose every item is held here. Where its room is full, the rest is
/// given up: otherwise it would keep it for ever.
pub async fn order(office: &Office, asked: &AskWipe, bounds: Bounds) -> Result<Ordered, Refused> {
    let mut ids: Vec<&str> = asked.items.iter().map(String::as_str).collect();
    ids.sort_unstable();
    if ids.len() > AskWipe::MOST
        || !ids.iter().all(|id| is_item_id(id))
        || ids.windows(2).any(|two| two[0] == two[1])
    {
        return Err(Problem::new(ProblemCode::Malformed, "50000 ids at most, each once").into());
    }
    let (mut tx, device) = proven(office, &asked.proof).await?;
    let room = room(&mut tx, &device, bounds).await?;
    if room.items > 0 && room.bytes > 0 {
        for id in &asked.items {
            if !is_held(&mut tx, &device, id).await? {
                tx.commit().await?;
                let why = "something that waits at the station is not held here";
                return Err(Problem::new(ProblemCode::NotReady, why).into());
            }
        }
    }
    let order = WipeOrder::sign(&office.keys.time, &device, &asked.challenge.0, &asked.items)
        .map_err(|_| Problem::new(ProblemCode::Malformed, "challenge: 16 to 64 bytes"))?;
    audit(&mut tx, office.clock.now(), &device, "device-wipe", &device).await?;
    tx.commit().await?;
    Ok(Ordered { order: order.into() })
}

/// The station's word that nothing is left on it. A repeat is harmless.
pub async fn wiped(office: &Office, told: &Wiped) -> Result<(), Refused> {
    let now = office.clock.now();
    let mut tx = office.store.write().await?;
    let public = revoked_key(&mut tx, &told.device_id).await?;
    verify_wiped(&told.statement.0, &public, &told.device_id, &told.challenge.0)
        .map_err(|_| Problem::new(ProblemCode::DeviceSession, "the signature does not fit"))?;
    let first = sqlx::query("UPDATE devices SET wiped_at = $2 WHERE id = $1 AND wiped_at IS NULL")
        .bind(&told.device_id)
        .bind(now.as_second())
        .execute(&mut *tx)
        .await?;
    if first.rows_affected() > 0 {
        audit(&mut tx, now, &told.device_id, "device-wiped", &told.device_id).await?;
        tracing::warn!(device = told.device_id, "a revoked station has wiped itself");
    }
    tx.commit().await?;
    Ok(())
}

/// A writing transaction for the station that proves itself in it.
async fn proven(office: &Office, proof: &OpenSession) -> Result<(Tx, String), Refused> {
    let mut tx = office.store.write().await?;
    let public = revoked_key(&mut tx, &proof.device_id).await?;
    if let Some(problem) = spend(office, &mut tx, proof, &public).await? {
        tx.commit().await?;
        return Err(problem.into());
    }
    Ok((tx, proof.device_id.clone()))
}

/// The key of a device that had joined and was revoked since.
async fn revoked_key(tx: &mut Tx, device_id: &str) -> Result<[u8; 32], Refused> {
    key_of_revoked(&mut **tx, device_id).await
}

async fn key_of_revoked<'a>(
    database: impl sqlx::Executor<'a, Database = Db>,
    device_id: &str,
) -> Result<[u8; 32], Refused> {
    let row: Option<(Option<Vec<u8>>, Option<i64>)> =
        sqlx::query_as("SELECT device_public, revoked_at FROM devices WHERE id = $1")
            .bind(device_id)
            .fetch_optional(database)
            .await?;
    match row {
        Some((Some(key), Some(_))) => {
            Ok(key.try_into().map_err(|_| CentralError::Stored("the key of a device"))?)
        }
        Some((Some(_), None)) => Err(Problem::new(ProblemCode::NotFound, "the device is not revoked").into()),
        _ => Err(unknown().into()),
    }
}

/// How much more of this station is taken.
async fn room(tx: &mut Tx, device: &str, bounds: Bounds) -> Result<Bounds, CentralError> {
    let (items, bytes): (i64, i64) = sqlx::query_as(
        "SELECT COUNT(*), CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM quarantine WHERE device_id = $1",
    )
    .bind(device)
    .fetch_one(&mut **tx)
    .await?;
    Ok(Bounds { items: bounds.items - items, bytes: bounds.bytes - bytes })
}

/// Is it in quarantine, or was it answered before the station was revoked, and the answer got lost?
async fn is_held(tx: &mut Tx, device: &str, id: &str) -> Result<bool, CentralError> {
    let found: Option<i64> = sqlx::query_scalar(
        "SELECT 1 FROM quarantine WHERE device_id = $1 AND id = $2
         UNION ALL SELECT 1 FROM outbox_items WHERE device_id = $1 AND id = $2",
    )
    .bind(device)
    .bind(id)
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found.is_some())
}

async fn put(tx: &mut Tx, device: &str, item: &LeftItem, now: i64) -> Result<(), CentralError> {
    sqlx::query(
        "INSERT INTO quarantine (device_id, id, position, kind, body, bytes, reason, happened_at, received_at)
         VALUES ($1, $2, (SELECT COALESCE(MAX(position), 0) + 1 FROM quarantine WHERE device_id = $1),
                 $3, $4, $5, $6, $7, $8)",
    )
    .bind(device)
    .bind(&item.id)
    .bind(&item.kind)
    .bind(&item.body)
    .bind(item.body.len() as i64)
    .bind(item.reason.as_ref().map(|reason| reason.chars().take(200).collect::<String>()))
    .bind(item.happened_at.as_second().min(now))
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// PostgreSQL keeps no NUL in a text.
fn fits(item: &LeftItem) -> bool {
    let plain = |text: &str| !text.contains('\0');
    is_item_id(&item.id)
        && (1..=20).contains(&item.kind.len())
        && plain(&item.kind)
        && plain(&item.body)
        && item.reason.as_deref().is_none_or(plain)
}

#[cfg(test)]
mod tests;
