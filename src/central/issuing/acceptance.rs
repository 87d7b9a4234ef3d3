//! One acceptance to one issue: everything is checked again, and what is written is written in
//! one transaction, so a power cut leaves a whole card or none.

use crate::central::codes::{normal_code, token_hash};
use crate::central::help::downloads;
use crate::central::storage::{Tx, audit};
use crate::central::words::Rejection;
use crate::central::{CentralError, Office, registry};
use crate::person::Employee;
use crate::protocol::{Acceptance, AcceptedPhoto, OutboxItem};

use super::decisions::entitled;
use super::issues::pick_up_hash;
use super::making::{Making, keep_photo, make, prepare, undrawable};
use super::outbox::{InFlight, Kept, keep};

/// Letters and digits of a pick-up code that is none too easy to guess.
const PICK_UP_LENGTH: std::ops::RangeInclusive<usize> = 8..=32;

/// Makes the card, or says why it never will. The caller has seen that the item is new.
pub async fn accept(
    office: &Office,
    in_flight: &InFlight,
    device_id: &str,
    item: &OutboxItem,
    sealed: &Acceptance,
) -> Result<Kept, CentralError> {
    let mut accepted = match open(office, item, sealed).await? {
        Ok(accepted) => accepted,
        Err(rejection) => return reject(office, device_id, item, rejection).await,
    };
    let code_hash = pick_up_hash(office, &accepted.pick_up_code);
    // From here on, whoever comes with the code is told that the card is on its way.
    let _noted = in_flight.note(&code_hash);
    // Encoding takes long; nothing is locked meanwhile. What may have changed since is checked
    // again below.
    let portrait = match prepare(office, std::mem::take(&mut accepted.png)).await? {
        Ok(portrait) => portrait,
        Err(why) => return reject(office, device_id, item, Rejection::Portrait(why)).await,
    };
    let photo_hash = keep_photo(office, &portrait).await?;
    let mut tx = office.store.write().await?;
    let person = match holder(office, &mut tx, device_id, &item.id, &accepted.grant).await? {
        Ok(person) => person,
        Err(rejection) => {
            tx.rollback().await?;
            return reject(office, device_id, item, rejection).await;
        }
    };
    let made = Making { actor: device_id, item_id: &item.id, code_hash: &code_hash, photo_hash: &photo_hash };
    let serial = make(office, &mut tx, &made, &person, portrait).await?;
    downloads::handed(office, &mut tx, device_id, &serial).await?;
    let kept = Kept::Issued { serial };
    keep(&mut tx, office.clock.now(), device_id, item, &kept).await?;
    tx.commit().await?;
    Ok(kept)
}

async fn reject(
    office: &Office,
    device_id: &str,
    item: &OutboxItem,
    rejection: Rejection,
) -> Result<Kept, CentralError> {
    let now = office.clock.now();
    let kept = Kept::from(rejection);
    let mut tx = office.store.write().await?;
    keep(&mut tx, now, device_id, item, &kept).await?;
    audit(&mut tx, now, device_id, "reject", &item.id).await?;
    tx.commit().await?;
    Ok(kept)
}

async fn open(
    office: &Office,
    item: &OutboxItem,
    sealed: &Acceptance,
) -> Result<Result<AcceptedPhoto, Rejection>, CentralError> {
    let (private, sealed, id) = (office.keys.portrait.clone(), sealed.clone(), item.id.clone());
    let opened = tokio::task::spawn_blocking(move || sealed.open(&id, &private))
        .await
        .map_err(|_| CentralError::Worker)?;
    Ok(match opened {
        Err(_) => Err(Rejection::Seal),
        Ok(accepted) if !PICK_UP_LENGTH.contains(&normal_code(&accepted.pick_up_code).len()) => {
            Err(Rejection::PickUpCode)
        }
        Ok(accepted) => Ok(accepted),
    })
}

/// Who accepts, by the grant; spends the grant for this item.
async fn holder(
    office: &Office,
    tx: &mut Tx,
    device_id: &str,
    item_id: &str,
    grant: &str,
) -> Result<Result<Employee, Rejection>, CentralError> {
    let hash = token_hash(grant);
    let grant: Option<(i64, String, i64, Option<String>)> =
        sqlx::query_as("SELECT nip, device_id, expires_at, item_id FROM grants WHERE hash = $1")
            .bind(&hash)
            .fetch_optional(&mut **tx)
            .await?;
    let nip = match grant {
        Some((nip, device, expires_at, used_by)) if device == device_id => {
            if used_by.is_some() {
                return Ok(Err(Rejection::GrantUsed));
            }
            if expires_at <= office.clock.now().as_second() {
                return Ok(Err(Rejection::GrantExpired));
            }
            registry::nip_from(nip)?
        }
        _ => return Ok(Err(Rejection::GrantUnknown)),
    };
    let person = registry::in_tx(tx, nip).await?.ok_or(CentralError::Stored("the person of a grant"))?;
    // A sign-in may be two weeks old: what counts is today.
    if let Err(refusal) = entitled(office, tx, &person).await? {
        return Ok(Err(Rejection::NotEligible(refusal)));
    }
    if let Some(letter) = undrawable(&person) {
        return Ok(Err(Rejection::Letter(letter)));
    }
    sqlx::query("UPDATE grants SET item_id = $2 WHERE hash = $1")
        .bind(hash)
        .bind(item_id)
        .execute(&mut **tx)
        .await?;
    Ok(Ok(person))
}
