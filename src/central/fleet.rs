//! The stations: how one joins with a one-time code, proves later who it is, and is shut out.

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use super::codes::{self, code_hash, new_token, random_id, token_hash};
use super::keys::epoch;
use super::storage::{Tx, audit};
use super::{CentralError, Office, approval, trust};
use crate::clock::{os_random, random_bytes};
use crate::credential::verify_assertion;
use crate::protocol::{DeviceSession, Enrol, Enrolled, EpochWrap, Nonce, OpenSession, Problem, ProblemCode};
use crate::sealed::{EpochKey, wrap_epoch};

/// How long a one-time code opens the door.
pub const CODE_LIFE: SignedDuration = SignedDuration::from_hours(24);
const NONCE_LIFE_S: i64 = 60;
const SESSION_LIFE_S: i64 = 15 * 60;
/// What a nonce begins with: chance, and until when it is good. Its seal follows.
const NONCE_CHANCE: usize = 16;
const NONCE_HEAD: usize = NONCE_CHANCE + 8;
const PURPOSE: &str = "device";
/// A station that waits for approval asks again after this.
const APPROVAL_POLL_S: u64 = 30;

/// Why a station is refused, or why the server could not say.
pub type Refused = super::Refused;

/// A station as `device list` shows it.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub struct DeviceLine {
    pub id: String,
    pub name: String,
    pub place: String,
    pub version: Option<String>,
    pub created_at: i64,
    pub enrolled_at: Option<i64>,
    pub revoked_at: Option<i64>,
    /// When it last opened a session.
    pub seen_at: Option<i64>,
    /// The serial number of the board that it is meant for, where a batch said so.
    pub board_serial: Option<String>,
    /// Until when its code to join is good; none once it is used.
    pub code_expires_at: Option<i64>,
    /// When it said, after it was revoked, that nothing is left on it.
    pub wiped_at: Option<i64>,
    /// What it handed over then and nobody has decided about.
    pub quarantined: i64,
    /// When an administrator approved the keys that it joined with, and who.
    pub approved_at: Option<i64>,
    pub approved_by: Option<String>,
    /// When an administrator refused the keys that joined in its place last.
    pub rejected_at: Option<i64>,
    /// How often something joined in its place.
    pub enrolments: i64,
    #[serde(skip)]
    pub device_public: Option<Vec<u8>>,
    #[serde(skip)]
    pub sealing_public: Option<Vec<u8>>,
}

/// Makes room for a station. Returns its id and the one-time code, which is shown this once.
pub async fn new_device(
    office: &Office,
    actor: &str,
    name: &str,
    place: &str,
) -> Result<(String, String), CentralError> {
    let mut tx = office.store.write().await?;
    let made = room_in(office, &mut tx, actor, name, place).await?;
    tx.commit().await?;
    Ok(made)
}

/// The same, as a part of something larger.
pub async fn room_in(
    office: &Office,
    tx: &mut Tx,
    actor: &str,
    name: &str,
    place: &str,
) -> Result<(String, String), CentralError> {
    let (id, code, now) = (random_id(), codes::new_code(), office.clock.now());
    sqlx::query(
        "INSERT INTO devices (id, name, place, utc_offset_hours, code_hash, code_expires_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&id)
    .bind(name)
    .bind(place)
    .bind(i64::from(office.config.utc_offset_hours))
    .bind(code_hash(&office.keys.code, PURPOSE, &code))
    .bind(now.as_second() + CODE_LIFE.as_secs())
    .bind(now.as_second())
    .execute(&mut **tx)
    .await?;
    audit(tx, now, actor, "device-new", &id).await?;
    Ok((id, code))
}

/// A fresh one-time code for a station that is to join again, after a repair or with a new disk. The
/// id stays, and with it the grants: what was accepted there and still waits is taken from it. Until
/// the code is used, the station works on as before.
pub async fn new_code(office: &Office, actor: &str, id: &str) -> Result<String, CentralError> {
    let mut tx = office.store.write().await?;
    let code = code_in(office, &mut tx, actor, id).await?;
    tx.commit().await?;
    Ok(code)
}

/// The same, as a part of something larger.
pub async fn code_in(office: &Office, tx: &mut Tx, actor: &str, id: &str) -> Result<String, CentralError> {
    let (code, now) = (codes::new_code(), office.clock.now());
    let done = sqlx::query(
        "UPDATE devices SET code_hash = $2, code_expires_at = $3 WHERE id = $1 AND revoked_at IS NULL",
    )
    .bind(id)
    .bind(code_hash(&office.keys.code, PURPOSE, &code))
    .bind(now.as_second() + CODE_LIFE.as_secs())
    .execute(&mut **tx)
    .await?;
    if done.rows_affected() == 0 {
        return Err(CentralError::NotFound("no such device, or it is revoked"));
    }
    audit(tx, now, actor, "device-code", id).await?;
    Ok(code)
}

/// What a station's camera reads to join with this code.
pub fn join_link(office: &Office, code: &str) -> String {
    format!("{}#{code}", office.config.page("/"))
}

/// All stations, the oldest first.
pub async fn devices(office: &Office) -> Result<Vec<DeviceLine>, CentralError> {
    devices_of(office, "").await
}

/// The stations of a batch, the oldest first; of all where it is empty.
pub async fn devices_of(office: &Office, batch: &str) -> Result<Vec<DeviceLine>, CentralError> {
    Ok(sqlx::query_as(
        "SELECT id, name, place, version, created_at, enrolled_at, revoked_at, seen_at, board_serial,
             code_expires_at, wiped_at, approved_at, approved_by, rejected_at, enrolments, device_public,
             sealing_public,
             (SELECT COUNT(*) FROM quarantine q WHERE q.device_id = devices.id AND q.decision IS NULL)
             AS quarantined
         FROM devices WHERE $1 = '' OR batch_id = $1 ORDER BY created_at, id",
    )
    .bind(batch)
    .fetch_all(office.store.pool())
    .await?)
}

/// How a station is called.
pub async fn name_of(office: &Office, id: &str) -> Result<Option<String>, CentralError> {
    Ok(sqlx::query_scalar("SELECT name FROM devices WHERE id = $1")
        .bind(id)
        .fetch_optional(office.store.pool())
        .await?)
}

/// Shuts a station out: from this moment no session of it opens or holds.
pub async fn revoke(office: &Office, actor: &str, id: &str) -> Result<(), CentralError> {
    let now = office.clock.now();
    let mut tx = office.store.write().await?;
    super::ending::of_station(&mut tx, id).await?;
    let done = sqlx::query(
        "UPDATE devices SET revoked_at = $2, code_hash = NULL WHERE id = $1 AND revoked_at IS NULL",
    )
    .bind(id)
    .bind(now.as_second())
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 0 {
        return Err(CentralError::NotFound("no such device, or it is revoked already"));
    }
    end_sessions(&mut tx, id).await?;
    audit(&mut tx, now, actor, "device-revoke", id).await?;
    tx.commit().await?;
    // Whoever has it now may come by its staff code too: what changes from here on is not theirs.
    epoch::advance(office, id).await?;
    Ok(())
}

/// A station joins. The code is spent by it.
pub async fn enrol(office: &Office, asked: &Enrol) -> Result<Enrolled, Refused> {
    let malformed = |what| Problem::new(ProblemCode::Malformed, what);
    let device_public: [u8; 32] =
        asked.device_public.array().ok_or_else(|| malformed("device_public has 32 bytes"))?;
    let sealing_public: [u8; 32] =
        asked.sealing_public.array().ok_or_else(|| malformed("sealing_public has 32 bytes"))?;
    let (region, root_public) = (epoch::key(office).await?, trust::root_public(office).await?);
    // A key of no epoch, drawn for this answer alone: the region's own is fetched after the approval. Before the
    // code is spent: a key that nothing can be sealed to is refused here.
    let none = EpochKey::from_secret(EpochWrap::NONE, random_bytes());
    let wrapped = wrap_epoch(&none, &sealing_public, &mut os_random())
        .map_err(|_| malformed("sealing_public is not a key"))?;
    let now = office.clock.now();
    let version: String = asked.version.chars().filter(|c| !c.is_control()).take(40).collect();
    let mut tx = office.store.write().await?;
    let joined: Option<(String, String, String, i64)> = sqlx::query_as(
        "UPDATE devices SET device_public = $3, sealing_public = $4, version = $5, enrolled_at = $2,
             code_hash = NULL, code_expires_at = NULL, approved_at = NULL, approved_by = NULL,
             rejected_at = NULL, enrolments = enrolments + 1
         WHERE code_hash = $1 AND code_expires_at > $2 AND revoked_at IS NULL
         RETURNING id, name, place, utc_offset_hours",
    )
    .bind(code_hash(&office.keys.code, PURPOSE, &asked.code))
    .bind(now.as_second())
    .bind(device_public.to_vec())
    .bind(sealing_public.to_vec())
    .bind(version)
    .fetch_optional(&mut *tx)
    .await?;
    let Some((device_id, station_name, place, offset)) = joined else {
        return Err(Problem::new(ProblemCode::BadCode, "the one-time code is wrong, used or too old").into());
    };
    // Where it had joined before: who holds the former keys, or a session of theirs, is out.
    end_sessions(&mut tx, &device_id).await?;
    audit(&mut tx, now, &device_id, "enrol", &device_id).await?;
    let approved =
        approval::beforehand::spend(&mut tx, &device_id, asked.board_serial.as_deref(), now).await?;
    let wrapped = if approved {
        wrap_epoch(&region, &sealing_public, &mut os_random()).map_err(CentralError::from)?
    } else {
        wrapped
    };
    tx.commit().await?;
    Ok(Enrolled {
        device_id,
        station_name,
        place,
        utc_offset_hours: i8::try_from(offset).unwrap_or(office.config.utc_offset_hours),
        issuer: office.issuer.to_string(),
        root_public: root_public.to_vec().into(),
        time_public: office.keys.time.public().to_vec().into(),
        portrait_public: office.keys.portrait_public.to_vec().into(),
        epoch: EpochWrap { epoch: wrapped.epoch, wrapped: wrapped.sealed.into() },
        waiting: !approved,
    })
}

/// Whoever holds a session of this device, or a nonce, is out.
pub async fn end_sessions(tx: &mut Tx, device_id: &str) -> Result<(), CentralError> {
    for statement in
        ["DELETE FROM device_sessions WHERE device_id = $1", "DELETE FROM assist_nonces WHERE device_id = $1"]
    {
        sqlx::query(statement).bind(device_id).execute(&mut **tx).await?;
    }
    Ok(())
}

/// The region's key of today, for a station that is in session.
pub async fn epoch_for(office: &Office, device_id: &str) -> Result<EpochWrap, CentralError> {
    let bad = || CentralError::Stored("the key of a device");
    let public: Vec<u8> = sqlx::query_scalar("SELECT sealing_public FROM devices WHERE id = $1")
        .bind(device_id)
        .fetch_one(office.store.pool())
        .await?;
    let public: [u8; 32] = public.try_into().map_err(|_| bad())?;
    let key = epoch::key(office).await?;
    let wrapped = wrap_epoch(&key, &public, &mut os_random())?;
    Ok(EpochWrap { epoch: wrapped.epoch, wrapped: wrapped.sealed.into() })
}

/// A nonce for a station to sign. Asking for one writes nothing: whoever asks for many fills no table
/// and holds up nobody.
pub async fn nonce(office: &Office, device_id: &str) -> Result<Nonce, Refused> {
    let known: Option<i64> = sqlx::query_scalar(
        "SELECT 1 FROM devices WHERE id = $1 AND revoked_at IS NULL AND device_public IS NOT NULL",
    )
    .bind(device_id)
    .fetch_optional(office.store.pool())
    .await?;
    known.ok_or_else(unknown)?;
    Ok(new_nonce(office, device_id))
}

/// A nonce that is good once, for a minute, for this device: it says so itself, under a seal of the
/// server's.
pub fn new_nonce(office: &Office, device_id: &str) -> Nonce {
    let until = office.clock.now().as_second() + NONCE_LIFE_S;
    let mut nonce = random_bytes::<NONCE_CHANCE>().to_vec();
    nonce.extend_from_slice(&until.to_be_bytes());
    let seal = nonce_seal(office, device_id, &nonce);
    nonce.extend_from_slice(&seal);
    Nonce { nonce: nonce.into() }
}

fn nonce_seal(office: &Office, device_id: &str, head: &[u8]) -> [u8; 32] {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&office.keys.code[..]) else {
        unreachable!("HMAC takes any key")
    };
    mac.update(b"device-nonce\0");
    // The head has a fixed length.
    mac.update(head);
    mac.update(device_id.as_bytes());
    mac.finalize().into_bytes().into()
}

/// Until when a nonce of ours is good.
fn good_until(office: &Office, device_id: &str, nonce: &[u8]) -> Option<i64> {
    let (head, seal) = nonce.split_at_checked(NONCE_HEAD)?;
    let ours = bool::from(nonce_seal(office, device_id, head).as_slice().ct_eq(seal));
    let until = head.get(NONCE_CHANCE..)?.try_into().ok().map(i64::from_be_bytes)?;
    ours.then_some(until)
}

/// Checks a proof without spending it; why it does not hold, where it does not.
pub fn check(office: &Office, asked: &OpenSession, public: &[u8; 32]) -> Result<i64, Problem> {
    let wrong = |detail| Problem::new(ProblemCode::DeviceSession, detail);
    let until = good_until(office, &asked.device_id, &asked.nonce.0);
    let until = until.filter(|until| *until > office.clock.now().as_second());
    let until = until.ok_or_else(|| wrong("the nonce is used or too old"))?;
    verify_assertion(&asked.signature.0, public, &asked.device_id, &asked.nonce.0)
        .map_err(|_| wrong("the signature does not fit"))?;
    Ok(until)
}

/// Spends the nonce of a proof that holds; why it does not hold, where it does not, and then nothing
/// is stored. The caller commits either way.
pub async fn spend(
    office: &Office,
    tx: &mut Tx,
    asked: &OpenSession,
    public: &[u8; 32],
) -> Result<Option<Problem>, CentralError> {
    let until = match check(office, asked, public) {
        Ok(until) => until,
        Err(problem) => return Ok(Some(problem)),
    };
    let now = office.clock.now().as_second();
    sqlx::query("DELETE FROM nonces WHERE expires_at <= $1").bind(now).execute(&mut **tx).await?;
    let spent = sqlx::query(
        "INSERT INTO nonces (nonce, device_id, expires_at) VALUES ($1, $2, $3) ON CONFLICT (nonce) DO NOTHING",
    )
    .bind(&asked.nonce.0)
    .bind(&asked.device_id)
    .bind(until)
    .execute(&mut **tx)
    .await?;
    let used = || Problem::new(ProblemCode::DeviceSession, "the nonce is used or too old");
    Ok((spent.rows_affected() == 0).then(used))
}

/// A signed nonce against a session.
pub async fn open_session(office: &Office, asked: &OpenSession) -> Result<DeviceSession, Refused> {
    let now = office.clock.now().as_second();
    let mut tx = office.store.write().await?;
    let public = known_key(&mut tx, &asked.device_id).await?;
    if let Some(problem) = spend(office, &mut tx, asked, &public).await? {
        tx.commit().await?;
        return Err(problem.into());
    }
    let token = new_token();
    sqlx::query("DELETE FROM device_sessions WHERE expires_at <= $1").bind(now).execute(&mut *tx).await?;
    sqlx::query("INSERT INTO device_sessions (token_hash, device_id, expires_at) VALUES ($1, $2, $3)")
        .bind(token_hash(&token))
        .bind(&asked.device_id)
        .bind(now + SESSION_LIFE_S)
        .execute(&mut *tx)
        .await?;
    sqlx::query("UPDATE devices SET seen_at = $2 WHERE id = $1")
        .bind(&asked.device_id)
        .bind(now)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(DeviceSession { token, expires_in_s: SESSION_LIFE_S as u64 })
}

/// The device behind a bearer token, which an administrator has approved.
pub async fn device_of(office: &Office, token: &str, now: Timestamp) -> Result<String, Refused> {
    match joined_as(office, token, now).await? {
        (id, true) => Ok(id),
        (_, false) => Err(not_approved().into()),
    }
}

/// The device behind a bearer token, and whether an administrator has approved it. Only what is nobody's data may
/// rest on this.
pub async fn joined_as(office: &Office, token: &str, now: Timestamp) -> Result<(String, bool), Refused> {
    let found: Option<(String, Option<i64>, Option<i64>)> = sqlx::query_as(
        "SELECT d.id, d.revoked_at, d.approved_at FROM device_sessions s JOIN devices d ON d.id = s.device_id
         WHERE s.token_hash = $1 AND s.expires_at > $2",
    )
    .bind(token_hash(token))
    .bind(now.as_second())
    .fetch_optional(office.store.pool())
    .await?;
    match found {
        Some((id, None, approved_at)) => Ok((id, approved_at.is_some())),
        Some((_, Some(_), _)) => Err(unknown().into()),
        None => Err(Problem::new(ProblemCode::DeviceSession, "no device session, or one that ended").into()),
    }
}

/// The public key of a device that has joined and is not revoked.
async fn known_key(tx: &mut Tx, device_id: &str) -> Result<[u8; 32], Refused> {
    let key: Option<Vec<u8>> = sqlx::query_scalar(
        "SELECT device_public FROM devices
         WHERE id = $1 AND revoked_at IS NULL AND device_public IS NOT NULL",
    )
    .bind(device_id)
    .fetch_optional(&mut **tx)
    .await?;
    let key = key.ok_or_else(unknown)?;
    Ok(key.try_into().map_err(|_| CentralError::Stored("the key of a device"))?)
}

/// Nothing is lost by it: the station keeps what it owes and asks again.
fn not_approved() -> Problem {
    let mut problem =
        Problem::new(ProblemCode::NotApproved, "an administrator has to approve this station first");
    problem.retry_after_s = Some(APPROVAL_POLL_S);
    problem
}

pub fn unknown() -> Problem {
    Problem::new(ProblemCode::UnknownDevice, "the device was revoked or never joined")
}

#[cfg(test)]
#[path = "fleet_tests.rs"]
pub mod tests;
