//! Items that come in parts. What came stays until the whole is there, is taken as if it had come in one call,
//! and then goes; a station has one such item at a time, so it never fills more than one item's room.

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use super::InFlight;
use super::outbox::{answer_of, is_item_id, take};
use crate::central::storage::Tx;
use crate::central::{CentralError, Office, Refused};
use crate::protocol::{OutboxItem, OutboxPart, PartTaken, Problem, ProblemCode};

/// Bytes of an item, and where they belong.
pub struct Part<'a> {
    pub id: &'a str,
    /// Of the whole, in hexadecimal.
    pub sha256: &'a str,
    /// Of the whole.
    pub size: u64,
    pub offset: u64,
    pub bytes: &'a [u8],
}

/// Keeps a part; with the last one the item is taken. A repeat of any of them is harmless.
pub async fn take_part(
    office: &Office,
    in_flight: &InFlight,
    device_id: &str,
    part: &Part<'_>,
) -> Result<PartTaken, Refused> {
    check(part)?;
    // The answer to the last part may have been lost.
    if let Some(answer) = answer_of(office, device_id, part.id).await? {
        forget(office, device_id).await?;
        return Ok(PartTaken { have: part.size, answer: Some(answer) });
    }
    let have = keep(office, device_id, part).await?;
    if have < part.size {
        return Ok(PartTaken { have, answer: None });
    }
    let whole = whole(office, device_id).await?;
    if HEXLOWER.encode(&Sha256::digest(&whole)) != part.sha256 {
        tracing::warn!(device = device_id, item = part.id, "the parts do not make the whole; once more");
        forget(office, device_id).await?;
        return Ok(PartTaken { have: 0, answer: None });
    }
    let taken = match serde_json::from_slice::<OutboxItem>(&whole) {
        Ok(item) if item.id == part.id => take(office, in_flight, device_id, item).await,
        // The parser's own words may quote the item.
        _ => Err(malformed("an item that cannot be read").into()),
    };
    // What failed for the server's own sake is asked for again, and need not come again.
    if !matches!(taken, Err(Refused::Server(_))) {
        forget(office, device_id).await?;
    }
    Ok(PartTaken { have, answer: Some(taken?) })
}

fn check(part: &Part<'_>) -> Result<(), Refused> {
    let hash = part.sha256.len() == 64 && part.sha256.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if !is_item_id(part.id) || !hash {
        return Err(malformed("an item's id has 8 to 64 letters and digits, its hash 64 digits").into());
    }
    if !(1..=OutboxPart::WHOLE as u64).contains(&part.size) {
        return Err(malformed("an item has 8 MiB at most").into());
    }
    let length = part.bytes.len() as u64;
    let end = part.offset.saturating_add(length);
    if end > part.size {
        return Err(malformed("a part beyond the end").into());
    }
    if (1..OutboxPart::LEAST as u64).contains(&length) && end < part.size {
        return Err(malformed("a part that others follow has 4 KiB at least").into());
    }
    Ok(())
}

/// Adds the bytes where they follow what is there. Returns how much is there then.
async fn keep(office: &Office, device_id: &str, part: &Part<'_>) -> Result<u64, CentralError> {
    let now = office.clock.now().as_second();
    let mut tx = office.store.write().await?;
    let held: Option<(String, String, i64, i64)> =
        sqlx::query_as("SELECT item_id, sha256, size, received FROM outbox_uploads WHERE device_id = $1")
            .bind(device_id)
            .fetch_optional(&mut *tx)
            .await?;
    let size = part.size as i64;
    let received = match held {
        Some((id, sha256, held, received)) if id == part.id && sha256 == part.sha256 && held == size => {
            received
        }
        other => {
            if other.is_some() {
                remove(&mut tx, device_id).await?;
            }
            sqlx::query(
                "INSERT INTO outbox_uploads (device_id, item_id, sha256, size, received, changed_at)
                 VALUES ($1, $2, $3, $4, 0, $5)",
            )
            .bind(device_id)
            .bind(part.id)
            .bind(part.sha256)
            .bind(size)
            .bind(now)
            .execute(&mut *tx)
            .await?;
            0
        }
    };
    if part.bytes.is_empty() || part.offset != received as u64 {
        tx.commit().await?;
        return Ok(received as u64);
    }
    sqlx::query("INSERT INTO outbox_parts (device_id, position, bytes, received_at) VALUES ($1, $2, $3, $4)")
        .bind(device_id)
        .bind(received)
        .bind(part.bytes)
        .bind(now)
        .execute(&mut *tx)
        .await?;
    let received = received + part.bytes.len() as i64;
    sqlx::query("UPDATE outbox_uploads SET received = $2, changed_at = $3 WHERE device_id = $1")
        .bind(device_id)
        .bind(received)
        .bind(now)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(received as u64)
}

async fn whole(office: &Office, device_id: &str) -> Result<Vec<u8>, CentralError> {
    let parts: Vec<Vec<u8>> =
        sqlx::query_scalar("SELECT bytes FROM outbox_parts WHERE device_id = $1 ORDER BY position")
            .bind(device_id)
            .fetch_all(office.store.pool())
            .await?;
    Ok(parts.concat())
}

async fn forget(office: &Office, device_id: &str) -> Result<(), CentralError> {
    let mut tx = office.store.write().await?;
    remove(&mut tx, device_id).await?;
    tx.commit().await?;
    Ok(())
}

async fn remove(tx: &mut Tx, device_id: &str) -> Result<(), CentralError> {
    for sql in
        ["DELETE FROM outbox_parts WHERE device_id = $1", "DELETE FROM outbox_uploads WHERE device_id = $1"]
    {
        sqlx::query(sql).bind(device_id).execute(&mut **tx).await?;
    }
    Ok(())
}

fn malformed(detail: &str) -> Problem {
    Problem::new(ProblemCode::Malformed, detail)
}
