//! What stations owe the server, each item taken once: a repeat, also one that comes while the
//! first is still under way, gets the first one's answer.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{acceptance, issues};
use crate::central::chain;
use crate::central::storage::{Store, Tx, audit};
use crate::central::words::Rejection;
use crate::central::{App, CentralError, Refused};
use crate::credential::Verdict;
use crate::protocol::{
    Looked, OutboxAnswer, OutboxItem, OutboxKind, PrintOutcome, Printed, Problem, ProblemCode,
};

/// An answer as it is kept. A card is kept by its serial: an issue never changes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum Kept {
    Issued { serial: String },
    Noted,
    Rejected { reason: String },
}

impl From<Rejection> for Kept {
    fn from(rejection: Rejection) -> Kept {
        Kept::Rejected { reason: rejection.reason() }
    }
}

/// Items that are being worked on at this moment.
pub struct InFlight {
    /// An item takes one of these by its id: the same item always the same one.
    stripes: Vec<tokio::sync::Mutex<()>>,
    random: RandomState,
    pick_ups: Mutex<HashMap<Vec<u8>, usize>>,
}

impl Default for InFlight {
    fn default() -> Self {
        InFlight {
            stripes: std::iter::repeat_with(Default::default).take(64).collect(),
            random: RandomState::new(),
            pick_ups: Mutex::default(),
        }
    }
}

impl InFlight {
    fn stripe(&self, id: &str) -> &tokio::sync::Mutex<()> {
        let stripe = self.random.hash_one(id) as usize % self.stripes.len();
        &self.stripes[stripe]
    }

    /// Is a card for this pick-up code being made right now?
    pub fn awaits(&self, pick_up_hash: &[u8]) -> bool {
        self.pick_ups.lock().unwrap_or_else(PoisonError::into_inner).contains_key(pick_up_hash)
    }

    pub fn note(&self, pick_up_hash: &[u8]) -> Noted<'_> {
        let mut pick_ups = self.pick_ups.lock().unwrap_or_else(PoisonError::into_inner);
        *pick_ups.entry(pick_up_hash.to_vec()).or_default() += 1;
        Noted { all: &self.pick_ups, hash: pick_up_hash.to_vec() }
    }
}

/// While this lives, the pick-up code is one whose card is being made.
pub struct Noted<'a> {
    all: &'a Mutex<HashMap<Vec<u8>, usize>>,
    hash: Vec<u8>,
}

impl Drop for Noted<'_> {
    fn drop(&mut self) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = all.get_mut(&self.hash) {
            *count -= 1;
            if *count == 0 {
                all.remove(&self.hash);
            }
        }
    }
}

/// Takes one item and answers it.
pub async fn take(app: &App, device_id: &str, item: OutboxItem) -> Result<OutboxAnswer, Refused> {
    if !(8..=64).contains(&item.id.len()) || !item.id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    {
        return Err(
            Problem::new(ProblemCode::Malformed, "an item's id has 8 to 64 letters and digits").into()
        );
    }
    let _turn = app.in_flight.stripe(&item.id).lock().await;
    let kept = match first_answer(&app.office.store, device_id, &item.id).await? {
        Some(kept) => kept,
        None => match &item.kind {
            OutboxKind::Acceptance(sealed) => acceptance::accept(app, device_id, &item, sealed).await?,
            OutboxKind::Printed(printed) => note_print(app, device_id, &item, printed).await?,
            OutboxKind::Looked(looked) => note_look(app, device_id, &item, looked).await?,
            OutboxKind::Audit(entry) => {
                chain::take(&app.office, device_id, &item, entry).await?;
                Kept::Noted
            }
        },
    };
    Ok(match kept {
        Kept::Issued { serial } => OutboxAnswer::Issued(Box::new(
            issues::by_serial(&app.office.store, &serial).await?.ok_or(CentralError::Stored("an answer"))?,
        )),
        Kept::Noted => OutboxAnswer::Noted,
        Kept::Rejected { reason } => OutboxAnswer::Rejected { reason },
    })
}

async fn first_answer(store: &Store, device_id: &str, id: &str) -> Result<Option<Kept>, CentralError> {
    let row: Option<(String, String)> =
        sqlx::query_as("SELECT device_id, answer FROM outbox_items WHERE id = $1")
            .bind(id)
            .fetch_optional(store.pool())
            .await?;
    match row {
        None => Ok(None),
        // Ids are random: another device's is no accident, and its answer is nobody else's.
        Some((owner, _)) if owner != device_id => Ok(Some(Rejection::ForeignItem.into())),
        Some((_, answer)) => {
            serde_json::from_str(&answer).map(Some).map_err(|_| CentralError::Stored("an answer"))
        }
    }
}

/// Keeps the answer, in the transaction that did the work.
pub async fn keep(
    tx: &mut Tx,
    now: Timestamp,
    device_id: &str,
    item: &OutboxItem,
    answer: &Kept,
) -> Result<(), CentralError> {
    let text = serde_json::to_string(answer).map_err(|_| CentralError::Stored("an answer"))?;
    sqlx::query(
        "INSERT INTO outbox_items (id, device_id, answer, happened_at, received_at)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(&item.id)
    .bind(device_id)
    .bind(text)
    .bind(item.happened_at.as_second())
    .bind(now.as_second())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Notes who looked at which card, and what the desk was told. A card of another office is noted
/// too: its holder's data was shown all the same.
async fn note_look(
    app: &App,
    device_id: &str,
    item: &OutboxItem,
    looked: &Looked,
) -> Result<Kept, CentralError> {
    let (store, now) = (&app.office.store, app.office.clock.now());
    let action = match looked.verdict {
        Verdict::Valid => "look: valid",
        Verdict::Confirm => "look: confirm",
        Verdict::NoLongerValid => "look: no-longer-valid",
        Verdict::NotGenuine => "look: not-genuine",
        Verdict::NoCode => "look: no-code",
    };
    let mut tx = store.write().await?;
    // When it happened, as the station says; no later than now, whatever its clock says.
    audit(&mut tx, item.happened_at.min(now), device_id, action, &looked.serial.to_string()).await?;
    keep(&mut tx, now, device_id, item, &Kept::Noted).await?;
    tx.commit().await?;
    Ok(Kept::Noted)
}

async fn note_print(
    app: &App,
    device_id: &str,
    item: &OutboxItem,
    printed: &Printed,
) -> Result<Kept, CentralError> {
    let office = &app.office;
    let mut tx = office.store.write().await?;
    let known: Option<i64> = sqlx::query_scalar("SELECT 1 FROM issues WHERE serial = $1")
        .bind(&printed.serial)
        .fetch_optional(&mut *tx)
        .await?;
    let fits = (1..=64).contains(&printed.print_id.len());
    let answer = if known.is_none() || !fits {
        Rejection::UnknownIssue.into()
    } else {
        let outcome = match printed.outcome {
            PrintOutcome::Printed => "printed",
            PrintOutcome::Sent => "sent",
            PrintOutcome::Failed => "failed",
            PrintOutcome::Spoiled => "spoiled",
            PrintOutcome::Unknown => "unknown",
        };
        // A print whose outcome was unknown is told again once somebody has looked.
        sqlx::query(
            "INSERT INTO prints (id, serial, device_id, outcome, happened_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (id) DO UPDATE SET outcome = $4
             WHERE prints.serial = $2 AND prints.device_id = $3",
        )
        .bind(&printed.print_id)
        .bind(&printed.serial)
        .bind(device_id)
        .bind(outcome)
        .bind(item.happened_at.as_second())
        .execute(&mut *tx)
        .await?;
        Kept::Noted
    };
    keep(&mut tx, office.clock.now(), device_id, item, &answer).await?;
    tx.commit().await?;
    Ok(answer)
}
