//! What stations owe the server, each item taken once: a repeat, also one that comes while the
//! first is still under way, gets the first one's answer.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{acceptance, issues};
use crate::central::lookup::Rates;
use crate::central::storage::{Store, Tx, audit};
use crate::central::words::Rejection;
use crate::central::{CentralError, Office, Refused, limits, slow_down};
use crate::central::{chain, commissioning};
use crate::credential::Verdict;
use crate::protocol::{
    Looked, OutboxAnswer, OutboxAnswers, OutboxBatch, OutboxItem, OutboxKind, PrintOutcome, Printed, Problem,
    ProblemCode,
};

/// Bytes of portraits in one answer to a batch; it ends with the card that reaches this.
const PICTURES: usize = 4 * 1024 * 1024;

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
    /// How stations were left, by station.
    reports: Rates,
}

impl Default for InFlight {
    fn default() -> Self {
        InFlight {
            stripes: std::iter::repeat_with(Default::default).take(64).collect(),
            random: RandomState::new(),
            pick_ups: Mutex::default(),
            reports: Rates::new(limits::REPORTS),
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

/// Is this an id that an item may have?
pub fn is_item_id(id: &str) -> bool {
    (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// Takes several items, in their order. The first one that is refused ends it: what a station owes is taken
/// in its order or not at all.
pub async fn take_all(
    office: &Office,
    in_flight: &InFlight,
    device_id: &str,
    batch: OutboxBatch,
) -> Result<OutboxAnswers, Refused> {
    if batch.items.len() > OutboxBatch::MOST {
        return Err(Problem::new(ProblemCode::Malformed, "a batch has 50 items at most").into());
    }
    let (mut answers, mut pictures) = (Vec::with_capacity(batch.items.len()), 0);
    for item in batch.items {
        // The parser's own words may quote the item.
        let taken = match serde_json::from_value::<OutboxItem>(item) {
            Ok(item) => take(office, in_flight, device_id, item).await,
            Err(_) => Err(Problem::new(ProblemCode::Malformed, "an item that cannot be read").into()),
        };
        match taken {
            Ok(answer) => {
                if let OutboxAnswer::Issued(issue) = &answer {
                    pictures += issue.photo_png.0.len();
                }
                answers.push(answer);
                if pictures >= PICTURES {
                    break;
                }
            }
            Err(Refused::Problem(problem)) => return Ok(OutboxAnswers { answers, problem: Some(problem) }),
            // What was answered until here must reach the station, or it would wait for the rest.
            Err(Refused::Server(error)) if !answers.is_empty() => {
                tracing::error!(%error, "an item of a batch");
                let problem = Problem::new(ProblemCode::Internal, "the server could not take the next item");
                return Ok(OutboxAnswers { answers, problem: Some(problem) });
            }
            Err(error) => return Err(error),
        }
    }
    Ok(OutboxAnswers { answers, problem: None })
}

/// Takes one item and answers it.
pub async fn take(
    office: &Office,
    in_flight: &InFlight,
    device_id: &str,
    item: OutboxItem,
) -> Result<OutboxAnswer, Refused> {
    if !is_item_id(&item.id) {
        return Err(
            Problem::new(ProblemCode::Malformed, "an item's id has 8 to 64 letters and digits").into()
        );
    }
    let _turn = in_flight.stripe(&item.id).lock().await;
    let kept = match first_answer(&office.store, device_id, &item.id).await? {
        Some(kept) => kept,
        None => match &item.kind {
            OutboxKind::Acceptance(sealed) => {
                acceptance::accept(office, in_flight, device_id, &item, sealed).await?
            }
            OutboxKind::Printed(printed) => note_print(office, device_id, &item, printed).await?,
            OutboxKind::Looked(looked) => note_look(office, device_id, &item, looked).await?,
            OutboxKind::Audit(entry) => chain::take(office, device_id, &item, entry).await?,
            OutboxKind::Commissioned(told) => {
                in_flight.reports.take(device_id, office.clock.monotonic()).map_err(slow_down)?;
                commissioning::take(office, device_id, &item, told).await?
            }
        },
    };
    Ok(told(office, kept).await?)
}

/// The answer that an item got already.
pub async fn answer_of(
    office: &Office,
    device_id: &str,
    id: &str,
) -> Result<Option<OutboxAnswer>, CentralError> {
    match first_answer(&office.store, device_id, id).await? {
        Some(kept) => told(office, kept).await.map(Some),
        None => Ok(None),
    }
}

async fn told(office: &Office, kept: Kept) -> Result<OutboxAnswer, CentralError> {
    Ok(match kept {
        Kept::Issued { serial } => OutboxAnswer::Issued(Box::new(
            issues::by_serial(&office.store, &serial).await?.ok_or(CentralError::Stored("an answer"))?,
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
    .bind(item.happened_at.min(now).as_second())
    .bind(now.as_second())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Notes who looked at which card, and what the desk was told. A card of another office is noted
/// too: its holder's data was shown all the same.
async fn note_look(
    office: &Office,
    device_id: &str,
    item: &OutboxItem,
    looked: &Looked,
) -> Result<Kept, CentralError> {
    let (store, now) = (&office.store, office.clock.now());
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
    office: &Office,
    device_id: &str,
    item: &OutboxItem,
    printed: &Printed,
) -> Result<Kept, CentralError> {
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
        .bind(item.happened_at.min(office.clock.now()).as_second())
        .execute(&mut *tx)
        .await?;
        Kept::Noted
    };
    keep(&mut tx, office.clock.now(), device_id, item, &answer).await?;
    tx.commit().await?;
    Ok(answer)
}
