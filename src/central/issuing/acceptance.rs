//! One acceptance to one issue: everything is checked again, and what is written is written in
//! one transaction, so a power cut leaves a whole card or none.

use crate::central::codes::{normal_code, token_hash};
use crate::central::help::downloads;
use crate::central::portrait::{self, Portrait};
use crate::central::storage::{Tx, audit};
use crate::central::words::Rejection;
use crate::central::{App, CentralError, Office, registry, roster, status};
use crate::credential::{BackClaims, FrontClaims, sign_back, sign_front};
use crate::person::{Employee, Nip, eligibility};
use crate::protocol::{Acceptance, AcceptedPhoto, OutboxItem};

use super::draw::{self, Drawn};
use super::issues::pick_up_hash;
use super::outbox::{Kept, keep};

/// Letters and digits of a pick-up code that is none too easy to guess.
const PICK_UP_LENGTH: std::ops::RangeInclusive<usize> = 8..=32;

/// Makes the card, or says why it never will. The caller has seen that the item is new.
pub async fn accept(
    app: &App,
    device_id: &str,
    item: &OutboxItem,
    sealed: &Acceptance,
) -> Result<Kept, CentralError> {
    let office = &*app.office;
    let mut accepted = match open(office, item, sealed).await? {
        Ok(accepted) => accepted,
        Err(rejection) => return reject(office, device_id, item, rejection).await,
    };
    let code_hash = pick_up_hash(office, &accepted.pick_up_code);
    // From here on, whoever comes with the code is told that the card is on its way.
    let _noted = app.in_flight.note(&code_hash);
    // Encoding takes long; nothing is locked meanwhile. What may have changed since is checked
    // again below.
    let portrait = match prepare(office, std::mem::take(&mut accepted.png)).await? {
        Ok(portrait) => portrait,
        Err(rejection) => return reject(office, device_id, item, rejection).await,
    };
    let photo_hash = {
        let (store, png) = (office.store.clone(), portrait.png.clone());
        tokio::task::spawn_blocking(move || store.keep_photo(&png))
            .await
            .map_err(|_| CentralError::Worker)??
    };
    let mut tx = office.store.write().await?;
    let person = match holder(office, &mut tx, device_id, &item.id, &accepted.grant).await? {
        Ok(person) => person,
        Err(rejection) => {
            tx.rollback().await?;
            return reject(office, device_id, item, rejection).await;
        }
    };
    let kept = issue(office, &mut tx, device_id, item, &code_hash, &person, portrait, &photo_hash).await?;
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

async fn prepare(office: &Office, png: Vec<u8>) -> Result<Result<Portrait, Rejection>, CentralError> {
    let _permit = office.workers.acquire().await.map_err(|_| CentralError::Worker)?;
    tokio::task::spawn_blocking(move || portrait::prepare(&png).map_err(Rejection::Portrait))
        .await
        .map_err(|_| CentralError::Worker)
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
    let person = person(tx, nip).await?;
    // A sign-in may be two weeks old: what counts is today.
    if let Err(refusal) = eligibility(&person, office.today()) {
        return Ok(Err(Rejection::NotEligible(refusal)));
    }
    sqlx::query("UPDATE grants SET item_id = $2 WHERE hash = $1")
        .bind(hash)
        .bind(item_id)
        .execute(&mut **tx)
        .await?;
    Ok(Ok(person))
}

async fn person(tx: &mut Tx, nip: Nip) -> Result<Employee, CentralError> {
    registry::in_tx(tx, nip).await?.ok_or(CentralError::Stored("the person of a grant"))
}

#[allow(clippy::too_many_arguments, reason = "each is a part of the one issue that is written here")]
async fn issue(
    office: &Office,
    tx: &mut Tx,
    device_id: &str,
    item: &OutboxItem,
    code_hash: &[u8],
    person: &Employee,
    portrait: Portrait,
    photo_hash: &str,
) -> Result<Kept, CentralError> {
    let (now, today, key) = (office.clock.now(), office.today(), &office.keys.issuer);
    let Drawn { serial, face_serial, status_index } = draw::draw(office, tx, person.kind(), today).await?;
    let front = FrontClaims { nip: person.nip, name: person.name.clone(), issued_on: today, status_index };
    let front_code = sign_front(key, &office.config.host, serial, &front)?;
    let back = BackClaims {
        serial,
        nip: person.nip,
        name: person.name.clone(),
        issued_on: today,
        status_index,
        face_webp: portrait.face_webp,
    };
    let back_code = sign_back(key, &back)?;
    let nip = person.nip.as_u64() as i64;
    sqlx::query("UPDATE issues SET state = 'replaced' WHERE nip = $1 AND state = 'live'")
        .bind(nip)
        .execute(&mut **tx)
        .await?;
    sqlx::query(
        "INSERT INTO photos (hash, bytes, stored_at) VALUES ($1, $2, $3) ON CONFLICT (hash) DO NOTHING",
    )
    .bind(photo_hash)
    .bind(portrait.png.len() as i64)
    .bind(now.as_second())
    .execute(&mut **tx)
    .await?;
    sqlx::query(
        "INSERT INTO issues (serial, face_serial, issuer, kid, status_index, state, nip, name, body, unit,
             photo_hash, issued_on, issued_at, return_to, front_code, back_code, item_id, pick_up_hash)
         VALUES ($1, $2, $3, $4, $5, 'live', $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
    )
    .bind(serial.to_string())
    .bind(face_serial)
    .bind(key.issuer().as_str())
    .bind(key.kid().to_string())
    .bind(status_index as i64)
    .bind(nip)
    .bind(&person.name)
    .bind(&person.body)
    .bind(&person.unit)
    .bind(photo_hash)
    .bind(today.to_string())
    .bind(now.as_second())
    .bind(&office.config.return_to)
    .bind(front_code)
    .bind(back_code)
    .bind(&item.id)
    .bind(code_hash)
    .execute(&mut **tx)
    .await?;
    status::changed(tx).await?;
    roster::reseal(office, tx, person, Some(portrait.record_webp)).await?;
    audit(tx, now, device_id, "issue", &serial.to_string()).await?;
    downloads::handed(office, tx, device_id, &serial.to_string()).await?;
    Ok(Kept::Issued { serial: serial.to_string() })
}
