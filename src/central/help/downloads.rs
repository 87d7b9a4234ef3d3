//! `Unduh`: a link to one card for the phone of the person who stands at the station. It opens for
//! the first phone alone, and for half an hour.

use crate::central::codes::{new_token, token_hash};
use crate::central::storage::{Tx, audit};
use crate::central::{CentralError, Office, Refused, issuing};
use crate::person::card_holds;
use crate::protocol::{AskDownload, DownloadLink, Issue, Problem, ProblemCode};

/// For so long after a card came to a station a link to it can be asked for there.
const AT_HAND_S: i64 = 30 * 60;
/// How long the link waits for a phone, and how long that phone may come back to it.
const WAITS_S: i64 = 10 * 60;
const OPEN_S: i64 = 30 * 60;

/// Notes that this station was given this card, for whoever stands before it.
pub async fn handed(office: &Office, tx: &mut Tx, device_id: &str, serial: &str) -> Result<(), CentralError> {
    let now = office.clock.now().as_second();
    sqlx::query("DELETE FROM handed_cards WHERE at <= $1").bind(now - AT_HAND_S).execute(&mut **tx).await?;
    sqlx::query(
        "INSERT INTO handed_cards (serial, device_id, at) VALUES ($1, $2, $3)
         ON CONFLICT (serial, device_id) DO UPDATE SET at = $3",
    )
    .bind(serial)
    .bind(device_id)
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A link to a card that this station was given just now.
pub async fn link(office: &Office, device_id: &str, asked: &AskDownload) -> Result<DownloadLink, Refused> {
    let now = office.clock.now();
    let mut tx = office.store.write().await?;
    let at_hand: Option<i64> = sqlx::query_scalar(
        "SELECT 1 FROM handed_cards h JOIN issues i ON i.serial = h.serial
         WHERE h.serial = $1 AND h.device_id = $2 AND h.at > $3 AND i.state = 'live'",
    )
    .bind(&asked.serial)
    .bind(device_id)
    .bind(now.as_second() - AT_HAND_S)
    .fetch_optional(&mut *tx)
    .await?;
    if at_hand.is_none() {
        let detail = "this station was not given this card in the last half hour";
        return Err(Problem::new(ProblemCode::NotFound, detail).into());
    }
    let token = new_token();
    sqlx::query("DELETE FROM download_links WHERE expires_at <= $1")
        .bind(now.as_second())
        .execute(&mut *tx)
        .await?;
    // One link at a time: who asks again has lost the first.
    sqlx::query("DELETE FROM download_links WHERE serial = $1 AND opened_by IS NULL")
        .bind(&asked.serial)
        .execute(&mut *tx)
        .await?;
    sqlx::query("INSERT INTO download_links (token_hash, serial, expires_at) VALUES ($1, $2, $3)")
        .bind(token_hash(&token))
        .bind(&asked.serial)
        .bind(now.as_second() + WAITS_S)
        .execute(&mut *tx)
        .await?;
    audit(&mut tx, now, device_id, "download-link", &asked.serial).await?;
    tx.commit().await?;
    Ok(DownloadLink { url: office.config.page(&format!("/u/{token}")), expires_in_s: WAITS_S as u64 })
}

/// Opens a link for this phone. `false`: it is another phone's, too old, or none.
pub async fn open(office: &Office, token: &str, phone: &str) -> Result<bool, CentralError> {
    let now = office.clock.now();
    let mut tx = office.store.write().await?;
    let serial: Option<String> = sqlx::query_scalar(
        "UPDATE download_links SET opened_by = $2, expires_at = $4
         WHERE token_hash = $1 AND expires_at > $3 AND opened_by IS NULL RETURNING serial",
    )
    .bind(token_hash(token))
    .bind(token_hash(phone))
    .bind(now.as_second())
    .bind(now.as_second() + OPEN_S)
    .fetch_optional(&mut *tx)
    .await?;
    if let Some(serial) = serial {
        audit(&mut tx, now, "phone", "download-opened", &serial).await?;
        tx.commit().await?;
        return Ok(true);
    }
    tx.rollback().await?;
    Ok(card(office, token, phone).await?.is_some())
}

/// Is there a link that waits for a phone?
pub async fn waits(office: &Office, token: &str) -> Result<bool, CentralError> {
    let found: Option<i64> = sqlx::query_scalar(
        "SELECT 1 FROM download_links WHERE token_hash = $1 AND expires_at > $2 AND opened_by IS NULL",
    )
    .bind(token_hash(token))
    .bind(office.clock.now().as_second())
    .fetch_optional(office.store.pool())
    .await?;
    Ok(found.is_some())
}

/// The card behind a link that this phone has opened, while its holder may hold one.
pub async fn card(office: &Office, token: &str, phone: &str) -> Result<Option<Issue>, CentralError> {
    let serial: Option<String> = sqlx::query_scalar(
        "SELECT l.serial FROM download_links l JOIN issues i ON i.serial = l.serial
         WHERE l.token_hash = $1 AND l.opened_by = $2 AND l.expires_at > $3 AND i.state = 'live'",
    )
    .bind(token_hash(token))
    .bind(token_hash(phone))
    .bind(office.clock.now().as_second())
    .fetch_optional(office.store.pool())
    .await?;
    let Some(serial) = serial else { return Ok(None) };
    let Some(issue) = issuing::by_serial(&office.store, &serial).await? else { return Ok(None) };
    let person = crate::central::registry::find(&office.store, issue.nip).await?;
    Ok(person.is_some_and(|person| card_holds(&person, office.today())).then_some(issue))
}
