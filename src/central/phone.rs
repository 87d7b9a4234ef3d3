//! Phones that are signed in: the cookie, its secret that changes every few minutes, and browsers
//! that are known from an earlier sign-in.

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use super::codes::{new_token, random_id, token_hash};
use super::registry::nip_from;
use super::storage::audit;
use super::{CentralError, Office, welcome};
use crate::clock::random_bytes;
use crate::person::Nip;

/// `Ingat Saya`: so long without a visit, and the phone signs in anew.
pub const REMEMBERED_S: i64 = 60 * 24 * 3600;
/// So long after the password was typed, what cannot be taken back asks for it again.
const FRESH_S: i64 = 10 * 60;
/// Without it: for what is at hand.
const SHORT_S: i64 = 15 * 60;
/// A secret older than this is changed at the next visit.
const ROTATE_S: i64 = 10 * 60;
/// Pages that were asked for together may still bring the former secret.
const GRACE_S: i64 = 60;

/// A phone that is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneSession {
    pub series: String,
    pub nip: Nip,
    pub remember: bool,
    /// What the phone keeps from now on, where it changed.
    pub renewed: Option<String>,
    /// The password was typed a moment ago.
    pub fresh: bool,
}

/// One of a person's sessions, as their page lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionLine {
    pub series: String,
    pub created_at: i64,
    pub remember: bool,
    /// As [`named`] made it.
    pub name: String,
}

/// What a browser says of itself, brought down to a word for the system and one for the browser:
/// enough to tell one's own phones apart, and no more is kept.
pub fn named(user_agent: &str) -> String {
    let first = |words: &[(&str, &'static str)]| {
        words.iter().find(|(sign, _)| user_agent.contains(sign)).map(|(_, word)| *word)
    };
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "Mac"),
        ("CrOS", "Chromebook"),
        ("Linux", "Linux"),
    ]);
    // Most call themselves by their forefathers' names too: the younger ones stand first.
    let browser = first(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    system.into_iter().chain(browser).collect::<Vec<_>>().join(", ")
}

/// Signs a phone in; the value of its cookie.
pub async fn open(office: &Office, nip: Nip, remember: bool, name: &str) -> Result<String, CentralError> {
    let (series, secret, now) = (random_id(), new_token(), office.clock.now());
    let life = if remember { REMEMBERED_S.min(longest_s(office)) } else { SHORT_S };
    let mut tx = office.store.write().await?;
    sqlx::query("DELETE FROM phone_sessions WHERE expires_at <= $1")
        .bind(now.as_second())
        .execute(&mut *tx)
        .await?;
    sqlx::query(
        "INSERT INTO phone_sessions (series, nip, secret_hash, rotated_at, created_at, expires_at, remember, name,
             proved_at)
         VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $4)",
    )
    .bind(&series)
    .bind(nip.as_u64() as i64)
    .bind(token_hash(&secret))
    .bind(now.as_second())
    .bind(now.as_second() + life)
    .bind(i64::from(remember))
    .bind(name)
    .execute(&mut *tx)
    .await?;
    let record = welcome::record_of(&mut tx, nip).await?;
    audit(&mut tx, now, &record, "phone-sign-in", &series).await?;
    tx.commit().await?;
    Ok(format!("{series}.{secret}"))
}

#[derive(sqlx::FromRow)]
struct Row {
    nip: i64,
    secret_hash: Vec<u8>,
    former_hash: Option<Vec<u8>>,
    rotated_at: i64,
    remember: i64,
    created_at: i64,
    proved_at: i64,
}

/// However often a phone comes by, `Ingat Saya` ends so long after the sign-in.
fn longest_s(office: &Office) -> i64 {
    i64::from(office.config.remember_days) * 24 * 3600
}

/// The session behind a cookie. A former secret that comes back after its time is a copy in other
/// hands: the whole session ends, for whoever holds either.
pub async fn find(office: &Office, cookie: &str) -> Result<Option<PhoneSession>, CentralError> {
    let Some((series, secret)) = cookie.split_once('.') else { return Ok(None) };
    let now = office.clock.now().as_second();
    let row: Option<Row> = sqlx::query_as(
        "SELECT nip, secret_hash, former_hash, rotated_at, remember, created_at, proved_at FROM phone_sessions
         WHERE series = $1 AND expires_at > $2 AND created_at > $3",
    )
    .bind(series)
    .bind(now)
    .bind(now - longest_s(office))
    .fetch_optional(office.store.pool())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let hash = token_hash(secret);
    let present = bool::from(row.secret_hash.ct_eq(&hash));
    let former = row.former_hash.is_some_and(|former| bool::from(former.ct_eq(&hash)));
    if !(present || former && now - row.rotated_at <= GRACE_S) {
        if former {
            end(office, series, "phone-secret-reused").await?;
        }
        return Ok(None);
    }
    let remember = row.remember == 1;
    let mut renewed = None;
    if present && remember && now - row.rotated_at >= ROTATE_S {
        let secret = new_token();
        let mut tx = office.store.write().await?;
        let done = sqlx::query(
            "UPDATE phone_sessions SET secret_hash = $3, former_hash = $2, rotated_at = $4, expires_at = $5
             WHERE series = $1 AND secret_hash = $2",
        )
        .bind(series)
        .bind(&hash)
        .bind(token_hash(&secret))
        .bind(now)
        .bind((now + REMEMBERED_S).min(row.created_at + longest_s(office)))
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        // Where two pages came at once, the other one has renewed it.
        renewed = (done.rows_affected() == 1).then(|| format!("{series}.{secret}"));
    }
    let fresh = now - row.proved_at < FRESH_S;
    Ok(Some(PhoneSession { series: series.to_owned(), nip: nip_from(row.nip)?, remember, renewed, fresh }))
}

/// Whoever holds this phone has just typed the password.
pub async fn proved(office: &Office, series: &str) -> Result<(), CentralError> {
    let mut tx = office.store.write().await?;
    sqlx::query("UPDATE phone_sessions SET proved_at = $2 WHERE series = $1")
        .bind(series)
        .bind(office.clock.now().as_second())
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Signs a phone out.
pub async fn end(office: &Office, series: &str, why: &str) -> Result<(), CentralError> {
    let mut tx = office.store.write().await?;
    sqlx::query("DELETE FROM phone_sessions WHERE series = $1").bind(series).execute(&mut *tx).await?;
    audit(&mut tx, office.clock.now(), "phone", why, series).await?;
    tx.commit().await?;
    Ok(())
}

/// Signs one of a person's phones out, and no other person's.
pub async fn end_own(office: &Office, nip: Nip, series: &str) -> Result<bool, CentralError> {
    let mut tx = office.store.write().await?;
    let done = sqlx::query("DELETE FROM phone_sessions WHERE series = $1 AND nip = $2")
        .bind(series)
        .bind(nip.as_u64() as i64)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(done.rows_affected() == 1)
}

/// Signs all of a person's phones out; which they were.
pub async fn end_all(office: &Office, nip: Nip) -> Result<Vec<String>, CentralError> {
    let mut tx = office.store.write().await?;
    let ended: Vec<String> = sqlx::query_scalar("DELETE FROM phone_sessions WHERE nip = $1 RETURNING series")
        .bind(nip.as_u64() as i64)
        .fetch_all(&mut *tx)
        .await?;
    let record = welcome::record_of(&mut tx, nip).await?;
    audit(&mut tx, office.clock.now(), &record, "phones-signed-out", &record).await?;
    tx.commit().await?;
    Ok(ended)
}

/// A person's phones.
pub async fn of(office: &Office, nip: Nip) -> Result<Vec<SessionLine>, CentralError> {
    let rows: Vec<(String, i64, i64, String)> = sqlx::query_as(
        "SELECT series, created_at, remember, name FROM phone_sessions WHERE nip = $1 AND expires_at > $2
         ORDER BY created_at DESC",
    )
    .bind(nip.as_u64() as i64)
    .bind(office.clock.now().as_second())
    .fetch_all(office.store.pool())
    .await?;
    Ok(rows
        .into_iter()
        .map(|(series, created_at, remember, name)| SessionLine {
            series,
            created_at,
            remember: remember == 1,
            name,
        })
        .collect())
}

const KNOWN: &str = "known-browser";
const KNOWN_OF_STAFF: &str = "known-staff-browser";

/// A mark for a browser in which this person has signed in: its tries are counted apart, so that
/// nobody elsewhere can hold them up.
pub fn mark(office: &Office, nip: Nip) -> String {
    marked_as(office, nip, KNOWN)
}

/// The same after signing in with the second factor: only such a browser has tries of its own at it.
/// A password alone gets none.
pub fn staff_mark(office: &Office, nip: Nip) -> String {
    marked_as(office, nip, KNOWN_OF_STAFF)
}

/// The mark after signing in with a password, in a browser that bears `held`: a better one stays.
pub fn mark_after(office: &Office, nip: Nip, held: &str) -> String {
    if staff_marked(office, nip, held).is_some() { held.to_owned() } else { mark(office, nip) }
}

fn marked_as(office: &Office, nip: Nip, purpose: &str) -> String {
    let nonce = HEXLOWER.encode(&random_bytes::<8>());
    let mac = mac(office, purpose, &[&nip.to_string(), &nonce]);
    format!("{nonce}.{mac}")
}

/// The mark's own name, if it is one for this person.
pub fn marked(office: &Office, nip: Nip, mark: &str) -> Option<String> {
    is_mark(office, nip, mark, KNOWN).or_else(|| staff_marked(office, nip, mark))
}

/// The same for a mark that was given after a second factor.
pub fn staff_marked(office: &Office, nip: Nip, mark: &str) -> Option<String> {
    is_mark(office, nip, mark, KNOWN_OF_STAFF)
}

fn is_mark(office: &Office, nip: Nip, mark: &str, purpose: &str) -> Option<String> {
    let (nonce, seal) = mark.split_once('.')?;
    let right = mac(office, purpose, &[&nip.to_string(), nonce]);
    bool::from(right.as_bytes().ct_eq(seal.as_bytes())).then(|| nonce.to_owned())
}

/// What stands in a form so that only a page of this server, in this browser, can have made it.
pub fn form_proof(office: &Office, browser: &str) -> String {
    mac(office, "form", &[browser])
}

fn mac(office: &Office, purpose: &str, parts: &[&str]) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&office.keys.code[..]) else {
        unreachable!("HMAC takes any key")
    };
    mac.update(purpose.as_bytes());
    for part in parts {
        mac.update(&[0]);
        mac.update(part.as_bytes());
    }
    BASE64URL_NOPAD.encode(&mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::central::testing::{office, somebody};

    #[tokio::test]
    async fn a_stolen_secret_ends_the_session_for_both() {
        let t = office().await;
        let nip = somebody(&t).await;
        let stolen = open(&t.office, nip, true, "").await.unwrap();
        assert_eq!(find(&t.office, &stolen).await.unwrap().unwrap().renewed, None);
        t.advance(ROTATE_S as u64);
        let renewed = find(&t.office, &stolen).await.unwrap().unwrap().renewed.unwrap();
        // Pages asked for together are no theft.
        assert!(find(&t.office, &stolen).await.unwrap().is_some());
        t.advance(GRACE_S as u64 + 1);
        assert_eq!(find(&t.office, &stolen).await.unwrap(), None);
        assert_eq!(find(&t.office, &renewed).await.unwrap(), None, "neither the thief nor the owner");
    }

    #[tokio::test]
    async fn a_guess_ends_nothing_and_a_short_session_ends_by_itself() {
        let t = office().await;
        let nip = somebody(&t).await;
        let cookie = open(&t.office, nip, false, "").await.unwrap();
        let series = cookie.split_once('.').unwrap().0;
        for guess in ["", "x", &format!("{series}.guess"), &format!("x.{}", new_token())] {
            assert_eq!(find(&t.office, guess).await.unwrap(), None);
        }
        assert_eq!(find(&t.office, &cookie).await.unwrap().unwrap().nip, nip);
        assert_eq!(of(&t.office, nip).await.unwrap().len(), 1);
        t.advance(SHORT_S as u64);
        assert_eq!(find(&t.office, &cookie).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_remembered_phone_signs_in_anew_some_day_however_often_it_comes_by() {
        let t = office().await;
        let nip = somebody(&t).await;
        let mut cookie = open(&t.office, nip, true, "").await.unwrap();
        let day = 24 * 3600;
        for gone in 1..t.office.config.remember_days {
            t.advance(day);
            let session = find(&t.office, &cookie).await.unwrap();
            let session = session.unwrap_or_else(|| panic!("day {gone}"));
            cookie = session.renewed.unwrap_or(cookie);
        }
        t.advance(day);
        assert_eq!(find(&t.office, &cookie).await.unwrap(), None, "the last day");
    }

    #[tokio::test]
    async fn a_phone_is_fresh_for_a_while_after_the_password() {
        let t = office().await;
        let nip = somebody(&t).await;
        let cookie = open(&t.office, nip, true, "").await.unwrap();
        let fresh = async || find(&t.office, &cookie).await.unwrap().unwrap().fresh;
        assert!(fresh().await);
        t.advance(FRESH_S as u64 - 1);
        assert!(fresh().await);
        t.advance(1);
        let session = find(&t.office, &cookie).await.unwrap().unwrap();
        assert!(!session.fresh);
        let cookie = session.renewed.unwrap();
        proved(&t.office, &session.series).await.unwrap();
        assert!(find(&t.office, &cookie).await.unwrap().unwrap().fresh);
    }

    #[tokio::test]
    async fn all_phones_of_one_person_are_signed_out_and_no_other_ones() {
        let t = office().await;
        let nip = somebody(&t).await;
        let own =
            [open(&t.office, nip, true, "").await.unwrap(), open(&t.office, nip, false, "").await.unwrap()];
        assert_eq!(end_all(&t.office, "198003102005011003".parse().unwrap()).await.ok(), None, "nobody");
        assert!(find(&t.office, &own[0]).await.unwrap().is_some());
        assert_eq!(end_all(&t.office, nip).await.unwrap().len(), 2);
        for cookie in &own {
            assert_eq!(find(&t.office, cookie).await.unwrap(), None);
        }
    }

    #[test]
    fn a_browser_is_named_by_two_words_from_a_list() {
        for (said, name) in [
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36",
                "Android, Chrome",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Mobile/15E148 Safari/604.1",
                "iPhone, Safari",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/130.0.0.0 Safari/537.36 Edg/130.0",
                "Windows, Edge",
            ),
            ("<script>alert(1)</script>", ""),
            ("", ""),
        ] {
            assert_eq!(named(said), name);
        }
    }

    #[tokio::test]
    async fn a_mark_is_one_persons() {
        let t = office().await;
        let nip = somebody(&t).await;
        let mark = mark(&t.office, nip);
        assert!(marked(&t.office, nip, &mark).is_some());
        assert!(marked(&t.office, "198003102005011003".parse().unwrap(), &mark).is_none());
        assert!(marked(&t.office, nip, "a.b").is_none() && marked(&t.office, nip, "").is_none());
        let staff = staff_mark(&t.office, nip);
        assert!(marked(&t.office, nip, &staff).is_some() && staff_marked(&t.office, nip, &staff).is_some());
        assert!(staff_marked(&t.office, nip, &mark).is_none(), "a password alone gets none");
        assert_eq!(mark_after(&t.office, nip, &staff), staff);
        assert_ne!(mark_after(&t.office, nip, &mark), mark);
    }
}
