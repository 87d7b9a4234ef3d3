//! What revoked stations left behind, and what staff make of it: release an item, and it is taken as if the
//! station had sent it; or discard it, and it is gone. Who decided what stays.

use serde::Serialize;

use crate::central::issuing::{self, InFlight};
use crate::central::storage::audit;
use crate::central::{CentralError, Office, Refused};
use crate::protocol::{OutboxAnswer, OutboxItem};

/// How long the line about a decided item stays; its content goes with the decision.
pub const LINE_DAYS: u32 = 365;

/// An item as `device quarantine list` shows it; nothing in it is of a person.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub struct Held {
    pub device_id: String,
    pub station: String,
    pub id: String,
    pub kind: String,
    pub bytes: i64,
    pub reason: Option<String>,
    pub happened_at: i64,
    pub received_at: i64,
    pub decision: Option<String>,
    pub outcome: Option<String>,
}

/// What came of releasing items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Decided {
    pub issued: u32,
    pub noted: u32,
    pub rejected: u32,
}

/// What waits, of one station or of all; with `decided`, also what was decided already.
pub async fn held(office: &Office, device: Option<&str>, decided: bool) -> Result<Vec<Held>, CentralError> {
    Ok(sqlx::query_as(
        "SELECT q.device_id, d.name AS station, q.id, q.kind, q.bytes, q.reason, q.happened_at, q.received_at,
             q.decision, q.outcome
         FROM quarantine q JOIN devices d ON d.id = q.device_id
         WHERE ($1 = '' OR q.device_id = $1) AND (q.decision IS NULL OR $2 = 1)
         ORDER BY q.device_id, q.position",
    )
    .bind(device.unwrap_or_default())
    .bind(i64::from(decided))
    .fetch_all(office.store.pool())
    .await?)
}

/// Takes what waits of a station, or one item of it, as if the station had sent it: in its order, each
/// checked as at any other day. If it is interrupted, what was taken is taken and the rest still waits.
pub async fn release(
    office: &Office,
    actor: &str,
    device: &str,
    item: Option<&str>,
) -> Result<Decided, CentralError> {
    let (mut done, in_flight) = (Decided::default(), InFlight::default());
    for id in waiting(office, device, item).await? {
        // Somebody else may have decided meanwhile.
        let Some(body) = body_of(office, device, &id).await? else { continue };
        let outcome = match serde_json::from_str::<OutboxItem>(&body) {
            Ok(item) if item.id == id => match issuing::take(office, &in_flight, device, item).await {
                Ok(OutboxAnswer::Issued(issue)) => {
                    done.issued += 1;
                    format!("issued {}", issue.serial)
                }
                Ok(OutboxAnswer::Noted) => {
                    done.noted += 1;
                    "noted".to_owned()
                }
                Ok(OutboxAnswer::Rejected { reason }) => {
                    done.rejected += 1;
                    format!("rejected: {reason}")
                }
                Err(Refused::Problem(problem)) => {
                    done.rejected += 1;
                    format!("rejected: {}", problem.detail)
                }
                Err(Refused::Server(error)) => return Err(error),
            },
            Ok(_) | Err(_) => {
                done.rejected += 1;
                "rejected: an item that cannot be read".to_owned()
            }
        };
        decide(office, actor, device, &id, "released", Some(&outcome)).await?;
    }
    Ok(done)
}

/// Lets go of what waits of a station, or of one item of it, for good. How many that were.
pub async fn discard(
    office: &Office,
    actor: &str,
    device: &str,
    item: Option<&str>,
) -> Result<u32, CentralError> {
    let mut done = 0;
    for id in waiting(office, device, item).await? {
        decide(office, actor, device, &id, "discarded", None).await?;
        done += 1;
    }
    Ok(done)
}

/// The ids, in their order. Bodies hold portraits, and there may be many: each is read when its turn comes.
async fn waiting(office: &Office, device: &str, item: Option<&str>) -> Result<Vec<String>, CentralError> {
    let ids: Vec<String> = sqlx::query_scalar(
        "SELECT id FROM quarantine WHERE device_id = $1 AND decision IS NULL AND ($2 = '' OR id = $2)
         ORDER BY position",
    )
    .bind(device)
    .bind(item.unwrap_or_default())
    .fetch_all(office.store.pool())
    .await?;
    if ids.is_empty() {
        return Err(CentralError::NotFound("nothing of this station waits there"));
    }
    Ok(ids)
}

async fn body_of(office: &Office, device: &str, id: &str) -> Result<Option<String>, CentralError> {
    let body: Option<Option<String>> =
        sqlx::query_scalar("SELECT body FROM quarantine WHERE device_id = $1 AND id = $2")
            .bind(device)
            .bind(id)
            .fetch_optional(office.store.pool())
            .await?;
    Ok(body.flatten())
}

async fn decide(
    office: &Office,
    actor: &str,
    device: &str,
    id: &str,
    decision: &str,
    outcome: Option<&str>,
) -> Result<(), CentralError> {
    let now = office.clock.now();
    let mut tx = office.store.write().await?;
    sqlx::query(
        "UPDATE quarantine SET decision = $3, outcome = $4, decided_at = $5, decided_by = $6, body = NULL
         WHERE device_id = $1 AND id = $2 AND decision IS NULL",
    )
    .bind(device)
    .bind(id)
    .bind(decision)
    .bind(outcome)
    .bind(now.as_second())
    .bind(actor)
    .execute(&mut *tx)
    .await?;
    audit(&mut tx, now, actor, &format!("quarantine-{decision}"), id).await?;
    tx.commit().await?;
    Ok(())
}
