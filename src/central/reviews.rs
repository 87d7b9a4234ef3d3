//! Photos after they counted: the office looks at each beside the one before, and says that it is good or
//! asks for another. Neither changes the card: to suspend one is a decision of its own.

use super::issuing::{IssueLine, issues_of};
use super::registry::{self, nip_from};
use super::storage::{self, Store, audit};
use super::{CentralError, Office};
use crate::person::Employee;

/// Longest reason for another photo, in characters.
pub const LONGEST_REASON: usize = 200;
/// Photos in a list; the rest stands in the count.
const PAGE: i64 = 20;

const NO_PHOTO: CentralError = CentralError::NotFound("no card has this photo");

/// What the office thinks of a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opinion {
    Good,
    /// The holder is asked for another one.
    Again,
}

impl Opinion {
    pub fn word(self) -> &'static str {
        match self {
            Opinion::Good => "good",
            Opinion::Again => "again",
        }
    }

    pub fn parse(word: &str) -> Option<Opinion> {
        [Opinion::Good, Opinion::Again].into_iter().find(|opinion| opinion.word() == word)
    }
}

/// A photo that nobody of the office has looked at.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Waiting {
    pub serial: String,
    pub name: String,
    pub unit: String,
    pub issued_at: i64,
    /// Cards that the person had before.
    pub before: i64,
}

/// What was said about a photo.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Review {
    pub no: i64,
    pub opinion: String,
    pub reason: String,
    pub actor: String,
    pub at: i64,
}

/// A photo with what it is looked at beside.
pub struct Photo {
    pub record: String,
    pub person: Employee,
    pub card: IssueLine,
    /// The card before.
    pub before: Option<IssueLine>,
    /// Its photo may be gone by the rules of retention.
    pub before_is_kept: bool,
    pub last: Option<Review>,
}

const UNSEEN: &str = "i.state IN ('live', 'suspended')
     AND NOT EXISTS (SELECT 1 FROM photo_reviews r WHERE r.serial = i.serial)";

/// Photos that wait, the oldest first, and how many there are. A photo that was replaced needs no look
/// any more.
pub async fn waiting(store: &Store) -> Result<(Vec<Waiting>, i64), CentralError> {
    let list = format!(
        "SELECT i.serial, p.name, p.unit, i.issued_at,
             (SELECT COUNT(*) FROM issues o WHERE o.nip = i.nip AND o.serial <> i.serial
                  AND o.issued_at <= i.issued_at) AS before
         FROM issues i JOIN people p ON p.nip = i.nip
         WHERE {UNSEEN} ORDER BY i.issued_at, i.serial LIMIT $1"
    );
    let lines = sqlx::query_as(sqlx::AssertSqlSafe(list)).bind(PAGE).fetch_all(store.pool()).await?;
    Ok((lines, count(store).await?))
}

/// How many photos wait.
pub async fn count(store: &Store) -> Result<i64, CentralError> {
    let sql = format!("SELECT COUNT(*) FROM issues i WHERE {UNSEEN}");
    Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(store.pool()).await?)
}

/// The photo that has waited longest.
pub async fn next(store: &Store) -> Result<Option<String>, CentralError> {
    let sql = format!("SELECT i.serial FROM issues i WHERE {UNSEEN} ORDER BY i.issued_at, i.serial LIMIT 1");
    Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_optional(store.pool()).await?)
}

/// One photo, by the serial of its card.
pub async fn photo(office: &Office, serial: &str) -> Result<Photo, CentralError> {
    let found: Option<(i64, String)> = sqlx::query_as(
        "SELECT i.nip, p.record_id FROM issues i JOIN people p ON p.nip = i.nip WHERE i.serial = $1",
    )
    .bind(serial)
    .fetch_optional(office.store.pool())
    .await?;
    let (nip, record) = found.ok_or(NO_PHOTO)?;
    let nip = nip_from(nip)?;
    let person = registry::find(&office.store, nip).await?.ok_or(NO_PHOTO)?;
    let mut cards = issues_of(office, nip).await?.into_iter();
    let card = cards.find(|card| card.serial == serial).ok_or(NO_PHOTO)?;
    let before = cards.next();
    let kept: Option<i64> = sqlx::query_scalar("SELECT 1 FROM photos WHERE hash = $1")
        .bind(before.as_ref().map_or("", |card| card.photo_hash.as_str()))
        .fetch_optional(office.store.pool())
        .await?;
    let last = sqlx::query_as(
        "SELECT no, opinion, reason, actor, at FROM photo_reviews WHERE serial = $1 ORDER BY no DESC LIMIT 1",
    )
    .bind(serial)
    .fetch_optional(office.store.pool())
    .await?;
    Ok(Photo { record, person, card, before, before_is_kept: kept.is_some(), last })
}

/// Says it. `seen`: the last review that whoever decides has read, 0 for none; somebody else may have
/// decided meanwhile, and two opinions at once would leave the holder with either.
pub async fn review(
    office: &Office,
    actor: &str,
    serial: &str,
    opinion: Opinion,
    reason: &str,
    seen: i64,
) -> Result<(), CentralError> {
    let reason = if opinion == Opinion::Again { reason.trim() } else { "" };
    let length = reason.chars().count();
    if opinion == Opinion::Again
        && (length == 0 || length > LONGEST_REASON || reason.chars().any(char::is_control))
    {
        return Err(CentralError::Argument(format!(
            "a reason has 1 to {LONGEST_REASON} characters, one line"
        )));
    }
    let now = office.clock.now();
    let mut tx = office.store.write().await?;
    let state: Option<String> = sqlx::query_scalar("SELECT state FROM issues WHERE serial = $1")
        .bind(serial)
        .fetch_optional(&mut *tx)
        .await?;
    if !matches!(state.ok_or(NO_PHOTO)?.as_str(), "live" | "suspended") {
        return Err(CentralError::NotFound("the card of this photo was replaced or revoked meanwhile"));
    }
    let last: Option<i64> = sqlx::query_scalar("SELECT MAX(no) FROM photo_reviews WHERE serial = $1")
        .bind(serial)
        .fetch_one(&mut *tx)
        .await?;
    if last.unwrap_or(0) != seen {
        return Err(CentralError::NotFound("somebody else has decided about this photo meanwhile"));
    }
    let no = storage::next(&mut tx, "photo-review").await?;
    sqlx::query(
        "INSERT INTO photo_reviews (no, serial, opinion, reason, actor, at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(no)
    .bind(serial)
    .bind(opinion.word())
    .bind(reason)
    .bind(actor)
    .bind(now.as_second())
    .execute(&mut *tx)
    .await?;
    let action = match opinion {
        Opinion::Good => "photo-accepted",
        Opinion::Again => "photo-again",
    };
    audit(&mut tx, now, actor, action, serial).await?;
    tx.commit().await?;
    Ok(())
}

/// Why the office asks this person for another photo, if it does: it speaks of the card that they hold,
/// so a new one ends it.
pub async fn asked_again(store: &Store, serial: &str) -> Result<Option<String>, CentralError> {
    let last: Option<(String, String)> = sqlx::query_as(
        "SELECT r.opinion, r.reason FROM photo_reviews r JOIN issues i ON i.serial = r.serial
         WHERE r.serial = $1 AND i.state IN ('live', 'suspended') ORDER BY r.no DESC LIMIT 1",
    )
    .bind(serial)
    .fetch_optional(store.pool())
    .await?;
    Ok(last.filter(|(opinion, _)| opinion == Opinion::Again.word()).map(|(_, reason)| reason))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::central::issuing::{Decision, accept_by_phone, decide};
    use crate::central::portrait::tests::drawn;
    use crate::central::testing::{TestOffice, office, somebody};
    use crate::person::Nip;

    async fn card(t: &TestOffice, nip: Nip) -> String {
        accept_by_phone(&t.office, nip, drawn(300, 400)).await.unwrap().unwrap()
    }

    async fn say(t: &TestOffice, serial: &str, opinion: Opinion, reason: &str, seen: i64) -> String {
        let said = review(&t.office, "STAFF", serial, opinion, reason, seen).await;
        said.err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[tokio::test]
    async fn a_photo_waits_until_somebody_has_said_something_or_it_is_replaced() {
        let t = office().await;
        let nip = somebody(&t).await;
        let first = card(&t, nip).await;
        t.advance(60);
        let (list, count_) = waiting(&t.office.store).await.unwrap();
        assert_eq!((list[0].serial.as_str(), list[0].before, count_), (first.as_str(), 0, 1));
        assert!(photo(&t.office, &first).await.unwrap().before.is_none(), "no photo before");

        let second = card(&t, nip).await;
        let (list, count_) = waiting(&t.office.store).await.unwrap();
        assert_eq!((list[0].serial.as_str(), list[0].before, count_), (second.as_str(), 1, 1));
        let beside = photo(&t.office, &second).await.unwrap();
        assert!(beside.before_is_kept && beside.before.unwrap().serial == first);
        assert!(beside.last.is_none() && beside.person.nip == nip);
        let late = say(&t, &first, Opinion::Good, "", 0).await;
        assert!(late.contains("replaced or revoked"), "{late}");

        assert_eq!(say(&t, &second, Opinion::Good, "", 0).await, "");
        assert!(waiting(&t.office.store).await.unwrap().0.is_empty());
        assert_eq!(next(&t.office.store).await.unwrap(), None);
        assert_eq!(photo(&t.office, &second).await.unwrap().last.unwrap().opinion, "good");
        assert!(photo(&t.office, "AAAAAAAAAAAAAAAA").await.is_err());
    }

    #[tokio::test]
    async fn who_is_asked_for_another_photo_reads_why_until_there_is_one() {
        let t = office().await;
        let nip = somebody(&t).await;
        let serial = card(&t, nip).await;
        for bad in ["", "  ", &"x".repeat(LONGEST_REASON + 1), "dua\nbaris"] {
            assert!(say(&t, &serial, Opinion::Again, bad, 0).await.contains("a reason has"), "{bad:?}");
        }
        assert_eq!(asked_again(&t.office.store, &serial).await.unwrap(), None);
        assert_eq!(say(&t, &serial, Opinion::Again, " Wajah terpotong <b>. ", 0).await, "");
        let why = asked_again(&t.office.store, &serial).await.unwrap();
        assert_eq!(why.as_deref(), Some("Wajah terpotong <b>."));
        assert_eq!(issues_of(&t.office, nip).await.unwrap()[0].state, "live", "the card stays what it is");

        // Somebody who has not read this decides nothing; who has may take it back.
        assert!(say(&t, &serial, Opinion::Good, "", 0).await.contains("somebody else"));
        let seen = photo(&t.office, &serial).await.unwrap().last.unwrap().no;
        assert_eq!(say(&t, &serial, Opinion::Good, "", seen).await, "");
        assert_eq!(asked_again(&t.office.store, &serial).await.unwrap(), None);

        let seen = photo(&t.office, &serial).await.unwrap().last.unwrap().no;
        assert_eq!(say(&t, &serial, Opinion::Again, "Buram", seen).await, "");
        decide(&t.office, "STAFF", &serial, Decision::Suspend, "Diperiksa").await.unwrap();
        assert!(asked_again(&t.office.store, &serial).await.unwrap().is_some(), "suspended, and asked");
        // A new photo is taken once the office has lifted that.
        decide(&t.office, "STAFF", &serial, Decision::Resume, "Selesai").await.unwrap();
        let fresh = card(&t, nip).await;
        assert_eq!(asked_again(&t.office.store, &fresh).await.unwrap(), None, "a new photo ends it");
        decide(&t.office, "STAFF", &fresh, Decision::Revoke, "Salah").await.unwrap();
        assert_eq!(count(&t.office.store).await.unwrap(), 0, "a revoked card's photo needs no look");
    }
}
