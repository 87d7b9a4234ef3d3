//! `Gunakan Foto Ini` on a person's own phone: the same card as a station's acceptance makes, without
//! an outbox and a pick-up code.

use crate::central::codes::random_id;
use crate::central::storage::Tx;
use crate::central::{CentralError, Office, registry, welcome};
use crate::clock::random_bytes;
use crate::person::{Employee, Nip, Refusal, eligibility};

use super::making::{Making, keep_photo, make, prepare};

/// Cards that one person may make in a day, wherever: each takes a number that is never given again.
pub const MOST_A_DAY: i64 = 5;
const DAY_S: i64 = 24 * 3600;

/// Why no card is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoCard {
    /// The rules give this person none today.
    Rule(Refusal),
    /// [`MOST_A_DAY`] were made since yesterday.
    Enough,
    /// The picture is none that a card can carry.
    Picture,
}

/// Whether this person could accept a photo now: asked before they take the trouble of one.
pub async fn may_accept(office: &Office, person: &Employee) -> Result<Option<NoCard>, CentralError> {
    if let Err(refusal) = eligibility(person, office.today()) {
        return Ok(Some(NoCard::Rule(refusal)));
    }
    let made: i64 = sqlx::query_scalar(RECENT)
        .bind(person.nip.as_u64() as i64)
        .bind(office.clock.now().as_second() - DAY_S)
        .fetch_one(office.store.pool())
        .await?;
    Ok((made >= MOST_A_DAY).then_some(NoCard::Enough))
}

const RECENT: &str = "SELECT COUNT(*) FROM issues WHERE nip = $1 AND issued_at > $2";

/// Makes the card; its serial.
pub async fn accept_by_phone(
    office: &Office,
    nip: Nip,
    png: Vec<u8>,
) -> Result<Result<String, NoCard>, CentralError> {
    // Asked before the photo is written down: what is refused leaves nothing behind.
    let person = registry::find(&office.store, nip).await?.ok_or(NOBODY)?;
    if let Some(no) = may_accept(office, &person).await? {
        return Ok(Err(no));
    }
    let Ok(portrait) = prepare(office, png).await? else { return Ok(Err(NoCard::Picture)) };
    let photo_hash = keep_photo(office, &portrait).await?;
    let mut tx = office.store.write().await?;
    // And again, for what has changed meanwhile.
    let person = match holder(office, &mut tx, nip).await? {
        Ok(person) => person,
        Err(no) => return Ok(Err(no)),
    };
    let record = welcome::record_of(&mut tx, nip).await?;
    let item_id = format!("phone-{}", random_id());
    // Nobody waits for this card with a code: its place is taken by what no code leads to.
    let nobodys = random_bytes::<32>();
    let making = Making { actor: &record, item_id: &item_id, code_hash: &nobodys, photo_hash: &photo_hash };
    let serial = make(office, &mut tx, &making, &person, portrait).await?;
    tx.commit().await?;
    Ok(Ok(serial))
}

const NOBODY: CentralError = CentralError::Stored("the person of a session");

async fn holder(office: &Office, tx: &mut Tx, nip: Nip) -> Result<Result<Employee, NoCard>, CentralError> {
    let person = registry::in_tx(tx, nip).await?.ok_or(NOBODY)?;
    if let Err(refusal) = eligibility(&person, office.today()) {
        return Ok(Err(NoCard::Rule(refusal)));
    }
    let made: i64 = sqlx::query_scalar(RECENT)
        .bind(nip.as_u64() as i64)
        .bind(office.clock.now().as_second() - DAY_S)
        .fetch_one(&mut **tx)
        .await?;
    Ok(if made >= MOST_A_DAY { Err(NoCard::Enough) } else { Ok(person) })
}
