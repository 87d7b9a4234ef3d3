//! What every way in ends with: a grant for this station, and what the person is shown.

use jiff::SignedDuration;

use super::codes::{new_token, token_hash};
use super::help::{corrections, downloads};
use super::storage::{Tx, audit};
use super::{CentralError, Office, issuing};
use crate::person::{Employee, Nip, Refusal, card_holds, eligibility};
use crate::protocol::SignedIn;

/// How long a station may hand in what was accepted: two weeks without a network.
const GRANT_LIFE: SignedDuration = SignedDuration::from_hours(14 * 24);

/// A grant for this person at this station; `None` where the rules give them no card today.
pub async fn grant(
    office: &Office,
    tx: &mut Tx,
    device_id: &str,
    person: &Employee,
) -> Result<Option<String>, CentralError> {
    if issuing::entitled(office, tx, person).await?.is_err() {
        return Ok(None);
    }
    let (grant, now) = (new_token(), office.clock.now().as_second());
    sqlx::query(
        "INSERT INTO grants (hash, nip, device_id, issued_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(token_hash(&grant))
    .bind(person.nip.as_u64() as i64)
    .bind(device_id)
    .bind(now)
    .bind(now + GRANT_LIFE.as_secs())
    .execute(&mut **tx)
    .await?;
    Ok(Some(grant))
}

/// The answer to whoever is let in.
pub async fn signed_in(
    office: &Office,
    device_id: &str,
    person: Employee,
    grant: Option<String>,
) -> Result<SignedIn, CentralError> {
    let today = office.today();
    let suspended = issuing::is_suspended(&office.store, person.nip).await?;
    let refusal = eligibility(&person, today).err().or(suspended.then_some(Refusal::Suspended));
    let issue =
        if card_holds(&person, today) { issuing::newest_of(&office.store, person.nip).await? } else { None };
    if let Some(issue) = &issue {
        let mut tx = office.store.write().await?;
        downloads::handed(office, &mut tx, device_id, &issue.serial).await?;
        tx.commit().await?;
    }
    let corrections = corrections::of(office, person.nip).await?;
    Ok(SignedIn { employee: person, grant, refusal, issue, corrections })
}

/// The name under which audit lines speak of a person.
pub async fn record_of(tx: &mut Tx, nip: Nip) -> Result<String, CentralError> {
    Ok(sqlx::query_scalar("SELECT record_id FROM people WHERE nip = $1")
        .bind(nip.as_u64() as i64)
        .fetch_one(&mut **tx)
        .await?)
}

/// Notes that this person did, or had done, this.
pub async fn note(
    office: &Office,
    tx: &mut Tx,
    actor: &str,
    action: &str,
    nip: Nip,
) -> Result<(), CentralError> {
    let record = record_of(tx, nip).await?;
    audit(tx, office.clock.now(), actor, action, &record).await
}
