//! The stations' audit chains: taken as they come, and said aloud where one does not hold.

use serde::Serialize;
use sqlx::Row as _;

use super::issuing::{Kept, keep};
use super::storage::{Tx, audit};
use super::words::Rejection;
use super::{CentralError, Office, limits};
use crate::protocol::{AuditAction, AuditEntry, ChainBreak, ChainEnd, OutboxItem};

/// Where a station's chain does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Break {
    pub device: String,
    pub station: String,
    pub seq: u64,
    /// A word of [`ChainBreak`](crate::protocol::ChainBreak).
    pub why: String,
}

/// What a walk over all chains found.
#[derive(Debug, Default, Serialize)]
pub struct Verified {
    pub entries: u64,
    pub stations: u64,
    pub breaks: Vec<Break>,
}

/// Takes an entry. One that does not follow is kept too, with the reason: it is evidence. The
/// station goes on from it.
pub async fn take(
    office: &Office,
    device_id: &str,
    item: &OutboxItem,
    entry: &AuditEntry,
) -> Result<Kept, CentralError> {
    let now = office.clock.now();
    let mut tx = office.store.write().await?;
    if !fits(entry) {
        let answer = Kept::from(Rejection::AuditShape);
        keep(&mut tx, now, device_id, item, &answer).await?;
        tx.commit().await?;
        return Ok(answer);
    }
    let end = end_of(&mut tx, device_id).await?;
    let broken = entry.check(end.as_ref()).err();
    sqlx::query(
        "INSERT INTO audit_chain (item_id, device_id, arrival, seq, at_ms, actor, action, subject,
                                  previous, hash, broken, received_at)
         VALUES ($1, $2, (SELECT COALESCE(MAX(arrival), 0) + 1 FROM audit_chain),
                 $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(&item.id)
    .bind(device_id)
    .bind(entry.seq as i64)
    .bind(entry.at_ms)
    .bind(&entry.actor)
    .bind(entry.action.word())
    .bind(&entry.subject)
    .bind(&entry.previous.0)
    .bind(&entry.hash.0)
    .bind(broken.map(ChainBreak::word))
    .bind(now.as_second())
    .execute(&mut *tx)
    .await?;
    if let Some(broken) = broken {
        tracing::error!(device_id, seq = entry.seq, %broken, "a station's audit chain does not hold");
        audit(&mut tx, now, device_id, "audit-chain-broken", broken.word()).await?;
    }
    keep(&mut tx, now, device_id, item, &Kept::Noted).await?;
    tx.commit().await?;
    Ok(Kept::Noted)
}

/// Names in an entry are ids, and its hashes have one length.
fn fits(entry: &AuditEntry) -> bool {
    entry.actor.len() <= limits::AUDIT_NAME
        && entry.subject.len() <= limits::AUDIT_NAME
        && entry.previous.0.len() <= 32
        && entry.hash.0.len() <= 32
}

async fn end_of(tx: &mut Tx, device_id: &str) -> Result<Option<ChainEnd>, CentralError> {
    let row: Option<(i64, Vec<u8>)> = sqlx::query_as(
        "SELECT seq, hash FROM audit_chain WHERE device_id = $1 ORDER BY arrival DESC LIMIT 1",
    )
    .bind(device_id)
    .fetch_optional(&mut **tx)
    .await?;
    // A hash of another length follows from nothing: the next entry says so.
    Ok(row.map(|(seq, hash)| ChainEnd { seq: seq.unsigned_abs(), hash: hash.try_into().unwrap_or_default() }))
}

/// Walks every chain from its start and checks each entry anew: what somebody changed in this
/// database shows as well.
pub async fn verify(office: &Office) -> Result<Verified, CentralError> {
    let mut verified = Verified::default();
    let devices: Vec<(String, String)> =
        sqlx::query_as("SELECT id, name FROM devices ORDER BY created_at, id")
            .fetch_all(office.store.pool())
            .await?;
    for (device, station) in devices {
        let rows = sqlx::query(
            "SELECT seq, at_ms, actor, action, subject, previous, hash FROM audit_chain
             WHERE device_id = $1 ORDER BY arrival",
        )
        .bind(&device)
        .fetch_all(office.store.pool())
        .await?;
        verified.stations += u64::from(!rows.is_empty());
        let mut end = None;
        for row in rows {
            let word: String = row.try_get("action")?;
            let action = AuditAction::parse(&word).ok_or(CentralError::Stored("an audit action"))?;
            let entry = AuditEntry {
                seq: row.try_get::<i64, _>("seq")?.unsigned_abs(),
                at_ms: row.try_get("at_ms")?,
                actor: row.try_get("actor")?,
                action,
                subject: row.try_get("subject")?,
                previous: row.try_get::<Vec<u8>, _>("previous")?.into(),
                hash: row.try_get::<Vec<u8>, _>("hash")?.into(),
            };
            verified.entries += 1;
            if let Err(broken) = entry.check(end.as_ref()) {
                let (device, station) = (device.clone(), station.clone());
                verified.breaks.push(Break { device, station, seq: entry.seq, why: broken.word().into() });
            }
            end = Some(entry.end());
        }
    }
    Ok(verified)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::central::fleet::tests::joined;
    use crate::central::testing::office;
    use crate::protocol::OutboxKind;

    fn item(id: &str, entry: &AuditEntry) -> OutboxItem {
        OutboxItem {
            id: id.to_owned(),
            happened_at: Timestamp::from_millisecond(entry.at_ms).unwrap(),
            kind: OutboxKind::Audit(entry.clone()),
        }
    }

    fn chain(subjects: &[&str]) -> Vec<AuditEntry> {
        let mut chain: Vec<AuditEntry> = Vec::new();
        for subject in subjects {
            let end = chain.last().map(AuditEntry::end);
            let at = Timestamp::from_second(1_800_000_000).unwrap();
            chain.push(AuditEntry::after(end.as_ref(), at, "petugas-1", AuditAction::LookUp, subject));
        }
        chain
    }

    #[tokio::test]
    async fn a_chain_holds_and_what_is_taken_out_or_changed_is_said() {
        let t = office().await;
        let office = &t.office;
        let (first, second) = (joined(&t).await, joined(&t).await);
        let whole = chain(&["a", "b", "c"]);
        for (n, entry) in whole.iter().enumerate() {
            take(office, &first, &item(&format!("first-{n:04}"), entry), entry).await.unwrap();
        }
        // The second station's comes without its middle.
        for n in [0, 2] {
            take(office, &second, &item(&format!("second-{n:04}"), &whole[n]), &whole[n]).await.unwrap();
        }
        let found = verify(office).await.unwrap();
        assert_eq!((found.entries, found.stations), (5, 2));
        let breaks: Vec<_> =
            found.breaks.iter().map(|b| (b.device.as_str(), b.seq, b.why.as_str())).collect();
        assert_eq!(breaks, [(second.as_str(), 3, "gap")]);
        let told: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM audit WHERE action = 'audit-chain-broken'")
            .fetch_one(office.store.pool())
            .await
            .unwrap();
        assert_eq!(told, 1);

        // Somebody at the server changes what the first station said.
        sqlx::query("UPDATE audit_chain SET subject = 'x' WHERE item_id = 'first-0001'")
            .execute(office.store.pool())
            .await
            .unwrap();
        let found = verify(office).await.unwrap();
        assert!(found.breaks.iter().any(|b| b.device == first && b.seq == 2 && b.why == "altered"));
    }

    #[tokio::test]
    async fn a_station_whose_disk_was_lost_begins_anew_and_that_is_said() {
        let t = office().await;
        let office = &t.office;
        let device = joined(&t).await;
        for (n, entry) in chain(&["a", "b"]).iter().chain(&chain(&["z", "y"])).enumerate() {
            take(office, &device, &item(&format!("item-{n:04}"), entry), entry).await.unwrap();
        }
        let breaks = verify(office).await.unwrap().breaks;
        assert_eq!(breaks.len(), 1);
        assert_eq!((breaks[0].seq, breaks[0].why.as_str()), (1, "restarted"));
    }
}
