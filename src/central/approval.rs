//! Joining proves nothing: a station that has joined gets nothing of people until an administrator has approved the
//! fingerprint of its keys, and again once it joins with other keys. Whoever copies an unused code may join with a
//! program of their own; its fingerprint stands on no screen that the administrator has before them.

pub mod beforehand;
pub mod cli;

use serde::Serialize;

use super::fleet::{self, DeviceLine};
use super::storage::{Tx, audit};
use super::{CentralError, Office};
use crate::protocol::Fingerprint;

/// Where a station is between its first code and its last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Nothing has joined in its place.
    Waiting,
    /// It has joined, and nobody has approved its keys.
    Unapproved,
    /// Approved, and at work.
    Joined,
    /// The keys that joined last were refused, and nothing has joined since.
    Rejected,
    Revoked,
    Wiped,
}

impl Standing {
    /// As `device list` says it.
    pub fn word(self) -> &'static str {
        match self {
            Standing::Waiting => "waiting",
            Standing::Unapproved => "unapproved",
            Standing::Joined => "joined",
            Standing::Rejected => "rejected",
            Standing::Revoked => "revoked",
            Standing::Wiped => "wiped",
        }
    }
}

impl DeviceLine {
    pub fn standing(&self) -> Standing {
        match (self.revoked_at, self.wiped_at, self.enrolled_at, self.approved_at, self.rejected_at) {
            (Some(_), Some(_), ..) => Standing::Wiped,
            (Some(_), None, ..) => Standing::Revoked,
            (None, _, Some(_), Some(_), _) => Standing::Joined,
            (None, _, Some(_), None, _) => Standing::Unapproved,
            (None, _, None, _, Some(_)) => Standing::Rejected,
            (None, _, None, _, None) => Standing::Waiting,
        }
    }

    /// Of the keys that it joined with; none before.
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        let key = |bytes: &Option<Vec<u8>>| <[u8; 32]>::try_from(bytes.as_deref()?).ok();
        Some(Fingerprint::of(&key(&self.device_public)?, &key(&self.sealing_public)?))
    }
}

/// The stations that wait for approval, the oldest first.
pub async fn waiting(office: &Office) -> Result<Vec<DeviceLine>, CentralError> {
    let mut all = fleet::devices(office).await?;
    all.retain(|station| station.standing() == Standing::Unapproved);
    Ok(all)
}

/// The station with these keys, whatever its standing.
pub async fn with_keys(office: &Office, keys: Fingerprint) -> Result<Option<DeviceLine>, CentralError> {
    let all = fleet::devices(office).await?;
    Ok(all.into_iter().find(|station| station.fingerprint() == Some(keys)))
}

/// The station that an id or a fingerprint names.
pub async fn named(office: &Office, text: &str) -> Result<Option<DeviceLine>, CentralError> {
    let all = fleet::devices(office).await?;
    let keys: Option<Fingerprint> = text.parse().ok();
    Ok(all.into_iter().find(|one| one.id == text || (keys.is_some() && one.fingerprint() == keys)))
}

/// An administrator's word that the station with these keys is the office's own. `Err`: no station that waits has
/// them, perhaps because it has joined with others since.
pub async fn approve(office: &Office, actor: &str, keys: Fingerprint) -> Result<DeviceLine, CentralError> {
    let now = office.clock.now();
    let (mut tx, station) = undecided(office, keys).await?;
    let done = sqlx::query(
        "UPDATE devices SET approved_at = $2, approved_by = $3, rejected_at = NULL
         WHERE id = $1 AND device_public = $4 AND sealing_public = $5 AND approved_at IS NULL AND revoked_at IS NULL",
    )
    .bind(&station.id)
    .bind(now.as_second())
    .bind(actor)
    .bind(&station.device_public)
    .bind(&station.sealing_public)
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 0 {
        return Err(NOBODY);
    }
    audit(&mut tx, now, actor, "device-approve", &station.id).await?;
    tx.commit().await?;
    Ok(station)
}

/// An administrator's word that these keys are nobody's of the office. They are out for good; the place stays, and
/// the station that belongs there may join with a new code. What it owes stays with it until then.
pub async fn reject(office: &Office, actor: &str, keys: Fingerprint) -> Result<DeviceLine, CentralError> {
    let now = office.clock.now();
    let (mut tx, station) = undecided(office, keys).await?;
    let done = sqlx::query(
        "UPDATE devices SET rejected_at = $2, enrolled_at = NULL, device_public = NULL, sealing_public = NULL,
             approved_by = NULL, code_hash = NULL, code_expires_at = NULL
         WHERE id = $1 AND device_public = $3 AND sealing_public = $4 AND approved_at IS NULL AND revoked_at IS NULL",
    )
    .bind(&station.id)
    .bind(now.as_second())
    .bind(&station.device_public)
    .bind(&station.sealing_public)
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 0 {
        return Err(NOBODY);
    }
    fleet::end_sessions(&mut tx, &station.id).await?;
    audit(&mut tx, now, actor, "device-reject", &station.id).await?;
    tx.commit().await?;
    Ok(station)
}

const NOBODY: CentralError = CentralError::NotFound("no station with this fingerprint waits for approval");

/// A transaction that will write, and the station with these keys, which nobody has decided about.
async fn undecided(office: &Office, keys: Fingerprint) -> Result<(Tx, DeviceLine), CentralError> {
    let station = waiting(office).await?.into_iter().find(|one| one.fingerprint() == Some(keys));
    Ok((office.store.write().await?, station.ok_or(NOBODY)?))
}

#[cfg(test)]
mod tests;
