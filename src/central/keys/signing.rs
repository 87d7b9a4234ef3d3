//! The issuer's signing keys, one after the other.
//!
//! A key signs for a while and proves for good: `from` and `until` are the days on which it signs,
//! and a card of one of those days stays valid for as long as its holder serves. A new key is
//! announced in the trust list before its first day, so that stations know it by then, and the one
//! before may sign a while longer. Revoking takes a key out for good, with every card that nothing
//! else proves; that is why each signs for a short time only.

use std::str::FromStr as _;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::{Span, ToSpan as _};

use crate::central::storage::{self, Tx, audit};
use crate::central::{CentralError, Office, trust};
use crate::credential::{IssuerKey, Kid, SigningKey};

/// Entries of a new key's status list. A third byte in the code's index would hold no more.
const FIRST_LENGTH: i64 = 1 << 16;

/// One key as the database has it.
#[derive(Clone, Debug)]
pub struct Key {
    pub kid: Kid,
    pub public: [u8; 32],
    pub from: Date,
    pub until: Option<Date>,
    pub revoked: bool,
    pub list_length: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    kid: String,
    public_key: Vec<u8>,
    from_day: String,
    until_day: Option<String>,
    revoked_at: Option<i64>,
    list_length: i64,
}

impl Row {
    fn key(self) -> Result<Key, CentralError> {
        let bad = || CentralError::Stored("a key of the issuer");
        let day = |text: &str| Date::from_str(text).map_err(|_| CentralError::Stored("a day of a key"));
        let public = <[u8; 32]>::try_from(self.public_key).map_err(|_| bad())?;
        let kid = Kid::parse(&self.kid).ok().filter(|kid| *kid == Kid::of(&public)).ok_or_else(bad)?;
        Ok(Key {
            kid,
            public,
            from: day(&self.from_day)?,
            until: self.until_day.as_deref().map(day).transpose()?,
            revoked: self.revoked_at.is_some(),
            list_length: self.list_length,
        })
    }
}

impl Key {
    fn may_sign(&self, day: Date) -> bool {
        !self.revoked && self.from <= day && self.until.is_none_or(|until| day <= until)
    }

    /// In one word, for `key list`.
    pub fn state(&self, today: Date, in_use: Option<&Kid>) -> &'static str {
        if self.revoked {
            "revoked"
        } else if today < self.from {
            "coming"
        } else if !self.may_sign(today) {
            "retired"
        } else if in_use == Some(&self.kid) {
            "signing"
        } else {
            "overlap"
        }
    }

    /// As it stands in a trust list.
    pub fn entry(&self) -> IssuerKey {
        IssuerKey { until: self.until, revoked: self.revoked, ..IssuerKey::new(self.public, self.from) }
    }
}

/// The one that signs on this day: the newest that may. Of two that begin on one day it is the one
/// that goes on: [`new`] gave the other an end.
pub fn in_use(keys: &[Key], day: Date) -> Option<&Key> {
    let newest = |key: &&Key| (key.from, key.until.unwrap_or(Date::MAX), key.kid.clone());
    keys.iter().filter(|key| key.may_sign(day)).max_by_key(newest)
}

/// All keys of this issuer, the oldest first.
pub async fn all(office: &Office) -> Result<Vec<Key>, CentralError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT kid, public_key, from_day, until_day, revoked_at, list_length FROM issuer_keys
         WHERE issuer = $1 ORDER BY from_day, kid",
    )
    .bind(office.issuer.as_str())
    .fetch_all(office.store.pool())
    .await?;
    rows.into_iter().map(Row::key).collect()
}

/// The key that signs today.
pub async fn signer(office: &Office) -> Result<Arc<SigningKey>, CentralError> {
    let mut keys = all(office).await?;
    // A file that is elsewhere is of no use, whatever the database says.
    keys.retain(|key| office.keys.has_signer(&key.kid));
    if let Some(shared) = trust::shared::held(office).await? {
        // What the list of all issuers does not name, no station takes.
        let list = shared.list()?;
        keys.retain(|key| {
            let entry = list.key(&office.issuer, &key.kid);
            entry.is_some_and(|entry| entry.check_day(office.today()).is_ok())
        });
    }
    let key = in_use(&keys, office.today())
        .ok_or(CentralError::NotFound("no key may sign today; `anjungan-central key new --now` makes one, which a shared trust list has to name"))?;
    office.keys.signer(&key.kid)
}

/// Enters the key that was made with the folder, at the first start.
pub async fn register_first(office: &Office, tx: &mut Tx) -> Result<(), CentralError> {
    let Some(kid) = &office.keys.first else { return Ok(()) };
    let public = office.keys.signer(kid)?.public();
    insert(office, tx, kid, public, office.today()).await
}

async fn insert(
    office: &Office,
    tx: &mut Tx,
    kid: &Kid,
    public: [u8; 32],
    from: Date,
) -> Result<(), CentralError> {
    sqlx::query(
        "INSERT INTO issuer_keys (issuer, kid, public_key, from_day, list_length)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (issuer, kid) DO NOTHING",
    )
    .bind(office.issuer.as_str())
    .bind(kid.to_string())
    .bind(public.to_vec())
    .bind(from.to_string())
    .bind(FIRST_LENGTH)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A new key that signs from this day on. Those before it end some days later: stations that
/// hold no newer list still take what they sign meanwhile.
pub async fn new(office: &Office, from: Date) -> Result<Kid, CentralError> {
    let key = office.keys.new_signer()?;
    let last = days_after(from, office.config.keys.overlap_days)?;
    let mut tx = office.store.write().await?;
    sqlx::query(
        "UPDATE issuer_keys SET until_day = $2
         WHERE issuer = $1 AND revoked_at IS NULL AND (until_day IS NULL OR until_day > $2)
         AND from_day <= $3",
    )
    .bind(office.issuer.as_str())
    .bind(last.to_string())
    .bind(from.to_string())
    .execute(&mut *tx)
    .await?;
    insert(office, &mut tx, key.kid(), key.public(), from).await?;
    note(office, &mut tx, "key-new", key.kid()).await?;
    tx.commit().await?;
    Ok(key.kid().clone())
}

/// Today is its last day; its cards stay what they are.
pub async fn retire(office: &Office, kid: &Kid) -> Result<(), CentralError> {
    let today = office.today();
    let keys = all(office).await?;
    let key = keys.iter().find(|key| key.kid == *kid).ok_or(CentralError::NotFound("no such key"))?;
    if key.revoked || !key.may_sign(today) {
        return Err(CentralError::NotFound("that key does not sign any more, or not yet"));
    }
    let rest: Vec<Key> = keys.iter().filter(|key| key.kid != *kid).cloned().collect();
    if in_use(&rest, today).is_none() {
        return Err(CentralError::NotFound(
            "no other key may sign today; make one first: anjungan-central key new --now",
        ));
    }
    let mut tx = office.store.write().await?;
    sqlx::query("UPDATE issuer_keys SET until_day = $3 WHERE issuer = $1 AND kid = $2")
        .bind(office.issuer.as_str())
        .bind(kid.to_string())
        .bind(today.to_string())
        .execute(&mut *tx)
        .await?;
    note(office, &mut tx, "key-retire", kid).await?;
    tx.commit().await?;
    Ok(())
}

/// Somebody else may have it: nothing that it signed counts by itself any more, whatever day it
/// names, since a thief writes any day. Where no other key is left to sign, a new one begins at
/// once; its id is returned.
pub async fn revoke(office: &Office, kid: &Kid) -> Result<Option<Kid>, CentralError> {
    let mut tx = office.store.write().await?;
    let done = sqlx::query(
        "UPDATE issuer_keys SET revoked_at = $3 WHERE issuer = $1 AND kid = $2 AND revoked_at IS NULL",
    )
    .bind(office.issuer.as_str())
    .bind(kid.to_string())
    .bind(office.clock.now().as_second())
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 0 {
        return Err(CentralError::NotFound("no such key, or it is revoked already"));
    }
    note(office, &mut tx, "key-revoke", kid).await?;
    tx.commit().await?;
    let rest = all(office).await?;
    let another = in_use(&rest, office.today()).is_some_and(|key| office.keys.has_signer(&key.kid));
    if another { Ok(None) } else { new(office, office.today()).await.map(Some) }
}

/// What the running server does each day: announces the next key when the one in use comes to
/// its end.
pub async fn rotate(office: &Office) -> Result<Option<Kid>, CentralError> {
    let (today, config) = (office.today(), &office.config.keys);
    let keys = all(office).await?;
    if keys.iter().any(|key| !key.revoked && key.from > today) {
        return Ok(None);
    }
    let Some(newest) = in_use(&keys, today) else { return new(office, today).await.map(Some) };
    let end = days_after(newest.from, config.signing_days)?;
    // One that stands in for a revoked key may have few days left.
    let after_last = newest.until.map(|until| days_after(until, 1)).transpose()?;
    let end = after_last.map_or(end, |after| after.min(end));
    let announce = announced(office)?;
    if end > announce {
        return Ok(None);
    }
    // A server that was off for long announces as well: nobody waits for the new key, the old one
    // signs until it begins.
    let begins = after_last.map_or(announce, |after| after.min(announce));
    new(office, begins.max(end)).await.map(Some)
}

/// The first day of a key that is announced today.
pub fn announced(office: &Office) -> Result<Date, CentralError> {
    days_after(office.today(), office.config.keys.announce_days)
}

fn days_after(day: Date, days: u16) -> Result<Date, CentralError> {
    let span: Span = i32::from(days).days();
    day.checked_add(span).map_err(|_| CentralError::Config("keys: too many days".into()))
}

async fn note(office: &Office, tx: &mut Tx, action: &str, kid: &Kid) -> Result<(), CentralError> {
    // Trust list and status lists are signed anew at the next question.
    storage::next(tx, "keys").await?;
    audit(tx, office.clock.now(), "admin", action, &kid.to_string()).await
}
