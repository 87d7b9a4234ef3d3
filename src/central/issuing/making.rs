//! One accepted photo to one card, whoever accepted it where: the one before is marked replaced, the
//! sealed record and the status list change, all in one transaction.

use crate::central::keys::signing;
use crate::central::portrait::{self, Portrait, PortraitError};
use crate::central::storage::{Tx, audit};
use crate::central::{CentralError, Office, registry, roster, status};
use crate::credential::{BackClaims, FrontClaims, sign_back, sign_front};
use crate::person::Employee;

use super::decisions::entitled;
use super::draw::{self, Drawn};

/// What a card is made under.
pub struct Making<'a> {
    /// Who made it, in the journal: a station, or the person's record.
    pub actor: &'a str,
    /// The acceptance that it comes from; one makes one card.
    pub item_id: &'a str,
    pub code_hash: &'a [u8],
    pub photo_hash: &'a str,
}

/// Checks a portrait and makes the small pictures, a few at a time. Refuses while the clock is in doubt: no card gets
/// a date that may be wrong, and nobody's grant is called old by it. What was accepted waits.
pub async fn prepare(office: &Office, png: Vec<u8>) -> Result<Result<Portrait, PortraitError>, CentralError> {
    office.sure_now()?;
    let _permit = office.workers.acquire().await.map_err(|_| CentralError::Worker)?;
    tokio::task::spawn_blocking(move || portrait::prepare(&png)).await.map_err(|_| CentralError::Worker)
}

/// Puts the photo where photos are kept; its name.
pub async fn keep_photo(office: &Office, portrait: &Portrait) -> Result<String, CentralError> {
    office.store.keep_photo(portrait.png.clone()).await
}

/// The first letter of this person's data that no card can draw. A card that nobody can draw is none.
pub fn undrawable(person: &Employee) -> Option<char> {
    [&person.name, &person.body, &person.unit].into_iter().find_map(|text| registry::undrawable(text))
}

/// Makes the card; its serial. Whoever calls has seen that this person may hold one today.
pub async fn make(
    office: &Office,
    tx: &mut Tx,
    making: &Making<'_>,
    person: &Employee,
    portrait: Portrait,
) -> Result<String, CentralError> {
    // Whatever way led here, and whatever it has looked at: no card lifts a suspension.
    if entitled(office, tx, person).await?.is_err() {
        return Err(CentralError::Stored("the right to a card of somebody who was to get one"));
    }
    if undrawable(person).is_some() {
        return Err(CentralError::Stored("a name with a letter that no card can draw"));
    }
    let (now, today) = (office.sure_now()?, office.today());
    let key = signing::signer(office).await?;
    let Drawn { serial, face_serial, status_index } =
        draw::draw(office, tx, person.kind(), today, key.kid()).await?;
    let front = FrontClaims { nip: person.nip, name: person.name.clone(), issued_on: today, status_index };
    let front_code = sign_front(&key, &office.config.host, serial, &front)?;
    let back = BackClaims {
        serial,
        nip: person.nip,
        name: person.name.clone(),
        issued_on: today,
        status_index,
        face_webp: portrait.face_webp,
    };
    let back_code = sign_back(&key, &back)?;
    let nip = person.nip.as_u64() as i64;
    sqlx::query("UPDATE issues SET state = 'replaced' WHERE nip = $1 AND state = 'live'")
        .bind(nip)
        .execute(&mut **tx)
        .await?;
    sqlx::query(
        "INSERT INTO photos (hash, bytes, stored_at) VALUES ($1, $2, $3) ON CONFLICT (hash) DO NOTHING",
    )
    .bind(making.photo_hash)
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
    .bind(making.photo_hash)
    .bind(today.to_string())
    .bind(now.as_second())
    .bind(&office.config.return_to)
    .bind(front_code)
    .bind(back_code)
    .bind(making.item_id)
    .bind(making.code_hash)
    .execute(&mut **tx)
    .await?;
    status::changed(tx).await?;
    roster::reseal(office, tx, person, Some(portrait.record_webp)).await?;
    audit(tx, now, making.actor, "issue", &serial.to_string()).await?;
    Ok(serial.to_string())
}
