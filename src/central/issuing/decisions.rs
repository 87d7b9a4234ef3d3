//! What the office decides about a card after it was issued: suspended for a while, good again,
//! withdrawn for good. Each with its reason, its day and who decided.

use clap::ValueEnum;
use serde::Serialize;

use crate::central::registry::{self, nip_from};
use crate::central::storage::{self, audit};
use crate::central::{CentralError, Office, roster, status};
use crate::credential::Serial;
use crate::person::{Employee, Nip, Refusal, eligibility};

/// Longest reason, in characters.
pub const LONGEST_REASON: usize = 200;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Decision {
    /// For a while: lost, or under inquiry. Can be taken back.
    Suspend,
    /// A suspended card is good again, unless its holder has a newer one.
    Resume,
    /// For good.
    Revoke,
}

impl Decision {
    pub fn word(self) -> &'static str {
        match self {
            Decision::Suspend => "suspend",
            Decision::Resume => "resume",
            Decision::Revoke => "revoke",
        }
    }

    pub fn parse(word: &str) -> Option<Decision> {
        Decision::value_variants().iter().copied().find(|decision| decision.word() == word)
    }

    /// The states that it can be decided in.
    pub fn applies_to(self, state: &str) -> bool {
        match self {
            Decision::Suspend => state == "live",
            Decision::Resume => state == "suspended",
            Decision::Revoke => matches!(state, "live" | "suspended" | "replaced"),
        }
    }
}

/// One card of a person, with what was decided about it last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct IssueLine {
    pub serial: String,
    pub face_serial: String,
    /// `live`, `replaced`, `suspended` or `revoked`.
    pub state: String,
    pub issued_on: String,
    pub photo_hash: String,
    /// Why it is not what it was.
    pub reason: Option<String>,
}

/// Decides. Stations see it with their next status list, phones at once.
pub async fn decide(
    office: &Office,
    actor: &str,
    serial: &str,
    decision: Decision,
    reason: &str,
) -> Result<(), CentralError> {
    let reason = reason.trim();
    let length = reason.chars().count();
    if length == 0 || length > LONGEST_REASON || reason.chars().any(char::is_control) {
        return Err(CentralError::Argument(format!(
            "a reason has 1 to {LONGEST_REASON} characters, one line"
        )));
    }
    let serial =
        serial.parse::<Serial>().map_err(|_| CentralError::Argument("not a serial".into()))?.to_string();
    let now = office.clock.now();
    let mut tx = office.store.write().await?;
    let found: Option<(String, i64)> = sqlx::query_as("SELECT state, nip FROM issues WHERE serial = $1")
        .bind(&serial)
        .fetch_optional(&mut *tx)
        .await?;
    let (state, nip) = found.ok_or(CentralError::NotFound("no card has this serial"))?;
    if !decision.applies_to(&state) {
        return Err(CentralError::NotFound("the card is not in a state in which that can be decided"));
    }
    let next = match decision {
        Decision::Suspend => "suspended",
        Decision::Revoke => "revoked",
        Decision::Resume => {
            let newer: Option<i64> =
                sqlx::query_scalar("SELECT 1 FROM issues WHERE nip = $1 AND state = 'live'")
                    .bind(nip)
                    .fetch_optional(&mut *tx)
                    .await?;
            if newer.is_some() { "replaced" } else { "live" }
        }
    };
    sqlx::query("UPDATE issues SET state = $2 WHERE serial = $1")
        .bind(&serial)
        .bind(next)
        .execute(&mut *tx)
        .await?;
    let no = storage::next(&mut tx, "issue-decision").await?;
    sqlx::query(
        "INSERT INTO issue_decisions (no, serial, decision, reason, actor, at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(no)
    .bind(&serial)
    .bind(decision.word())
    .bind(reason)
    .bind(actor)
    .bind(now.as_second())
    .execute(&mut *tx)
    .await?;
    // The card opens its holder's record no more, or opens it again.
    let person = registry::in_tx(&mut tx, nip_from(nip)?).await?.ok_or(CentralError::Stored("a holder"))?;
    roster::reseal(office, &mut tx, &person, None).await?;
    status::changed(&mut tx).await?;
    audit(&mut tx, now, actor, &format!("card-{}", decision.word()), &serial).await?;
    tx.commit().await?;
    Ok(())
}

/// Has the office suspended a card of this person? Then it has suspended their right to any: a new photo
/// would otherwise lift what the office has decided.
pub async fn is_suspended(store: &storage::Store, nip: Nip) -> Result<bool, CentralError> {
    let found: Option<i64> =
        sqlx::query_scalar(SUSPENDED).bind(nip.as_u64() as i64).fetch_optional(store.pool()).await?;
    Ok(found.is_some())
}

const SUSPENDED: &str = "SELECT 1 FROM issues WHERE nip = $1 AND state = 'suspended' LIMIT 1";

/// May this person be issued a card now, as this transaction sees it? The rules of the letter, and what the office has decided.
pub async fn entitled(
    office: &Office,
    tx: &mut storage::Tx,
    person: &Employee,
) -> Result<Result<(), Refusal>, CentralError> {
    if let Err(refusal) = eligibility(person, office.today()) {
        return Ok(Err(refusal));
    }
    let suspended: Option<i64> =
        sqlx::query_scalar(SUSPENDED).bind(person.nip.as_u64() as i64).fetch_optional(&mut **tx).await?;
    Ok(if suspended.is_some() { Err(Refusal::Suspended) } else { Ok(()) })
}

/// A person's cards, the newest first.
pub async fn of_person(office: &Office, nip: Nip) -> Result<Vec<IssueLine>, CentralError> {
    Ok(sqlx::query_as(
        "SELECT i.serial, i.face_serial, i.state, i.issued_on, i.photo_hash,
             (SELECT d.reason FROM issue_decisions d WHERE d.serial = i.serial
              ORDER BY d.no DESC LIMIT 1) AS reason
         FROM issues i WHERE i.nip = $1 ORDER BY i.issued_at DESC, i.face_serial DESC",
    )
    .bind(nip.as_u64() as i64)
    .fetch_all(office.store.pool())
    .await?)
}
