//! Staff who are signed in to the office's pages: NIP, password and the second factor, together and
//! each time. There is no `Ingat Saya` here.

#[cfg(test)]
use std::net::IpAddr;

use super::{Role, second_factor, tries};
use crate::central::codes::{new_token, token_hash};
use crate::central::entering::Asker;
use crate::central::registry::{self, nip_from};
use crate::central::storage::audit;
use crate::central::{App, CentralError, Office, Refused, entering, slow_down, welcome};
use crate::person::{Nip, card_holds};
use crate::protocol::{Problem, ProblemCode};

/// A session ends after half an hour without a page, and after a working day in any case.
const IDLE_S: i64 = 30 * 60;
const LONGEST_S: i64 = 10 * 3600;
/// How often it is written down that a session is in use.
const NOTED_EVERY_S: i64 = 60;

/// Somebody of the staff, signed in.
#[derive(Clone, Debug)]
pub struct Session {
    pub name: String,
    pub role: Role,
    /// The name under which audit lines speak of them.
    pub record: String,
    pub nip: Nip,
    token_hash: Vec<u8>,
}

#[cfg(test)]
impl Session {
    pub fn for_test(role: Role, record: &str) -> Session {
        let nip = "198003102005011003".parse().unwrap();
        Session { name: String::new(), role, record: record.to_owned(), nip, token_hash: Vec::new() }
    }
}

/// Signs in; the value of the cookie. Whatever does not fit gets the same answer: nobody learns which
/// of the three was wrong, nor who is staff.
#[cfg(test)]
pub async fn sign_in(
    app: &App,
    nip: Nip,
    password: String,
    code: &str,
    mark: &str,
    address: IpAddr,
) -> Result<String, Refused> {
    sign_in_from(app, nip, password, code, Asker { mark, browser: "", address, worked: false }).await
}

/// The same, with all that is known of the browser.
pub async fn sign_in_from(
    app: &App,
    nip: Nip,
    password: String,
    code: &str,
    asker: Asker<'_>,
) -> Result<String, Refused> {
    let office = &app.office;
    let wrong = || Problem::new(ProblemCode::WrongCredentials, "NIP, password or code do not fit");
    let person = match entering::by_phone_from(app, nip, password, asker).await {
        Err(Refused::Problem(problem)) if problem.code == ProblemCode::NotActivated => {
            return Err(wrong().into());
        }
        other => other?,
    };
    if !card_holds(&person, office.today()) {
        return Err(wrong().into());
    }
    let number = nip.as_u64() as i64;
    let now = office.clock.now();
    let mut tx = office.store.write().await?;
    let held: Option<(i64, i64)> = sqlx::query_as("SELECT totp_no, totp_last FROM staff WHERE nip = $1")
        .bind(number)
        .fetch_optional(&mut *tx)
        .await?;
    let (totp_no, last) = held.ok_or_else(wrong)?;
    // The six digits are counted by themselves, and only after a right password: who does not know it
    // cannot hold anybody up here.
    let tried = tries::count(app, &mut tx, nip, asker.mark).await?.map_err(slow_down)?;
    let step = second_factor::step_of(office, nip, totp_no, code).filter(|step| *step > last);
    let Some(step) = step else {
        tried.was_wrong(office, &mut tx, nip).await?;
        tx.commit().await?;
        return Err(wrong().into());
    };
    tried.was_right(app, &mut tx, nip).await?;
    sqlx::query("UPDATE staff SET totp_last = $2 WHERE nip = $1")
        .bind(number)
        .bind(step)
        .execute(&mut *tx)
        .await?;
    sqlx::query("DELETE FROM staff_sessions WHERE seen_at <= $1 OR opened_at <= $2")
        .bind(now.as_second() - IDLE_S)
        .bind(now.as_second() - LONGEST_S)
        .execute(&mut *tx)
        .await?;
    let token = new_token();
    sqlx::query("INSERT INTO staff_sessions (token_hash, nip, opened_at, seen_at) VALUES ($1, $2, $3, $3)")
        .bind(token_hash(&token))
        .bind(number)
        .bind(now.as_second())
        .execute(&mut *tx)
        .await?;
    let record = welcome::record_of(&mut tx, person.nip).await?;
    audit(&mut tx, now, &record, "staff-sign-in", &record).await?;
    tx.commit().await?;
    Ok(token)
}

/// An open session without a sign-in.
#[cfg(test)]
pub async fn session_for_test(office: &Office, nip: Nip) -> String {
    let (token, now) = (new_token(), office.clock.now().as_second());
    let mut tx = office.store.write().await.unwrap();
    sqlx::query("INSERT INTO staff_sessions (token_hash, nip, opened_at, seen_at) VALUES ($1, $2, $3, $3)")
        .bind(token_hash(&token))
        .bind(nip.as_u64() as i64)
        .bind(now)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    token
}

/// The session behind a cookie.
pub async fn find(office: &Office, cookie: &str) -> Result<Option<Session>, CentralError> {
    let (hash, now) = (token_hash(cookie), office.clock.now().as_second());
    let row: Option<(String, String, String, i64, i64)> = sqlx::query_as(
        "SELECT p.name, p.record_id, f.role, s.seen_at, s.nip
         FROM staff_sessions s JOIN staff f ON f.nip = s.nip JOIN people p ON p.nip = s.nip
         WHERE s.token_hash = $1 AND s.seen_at > $2 AND s.opened_at > $3",
    )
    .bind(&hash)
    .bind(now - IDLE_S)
    .bind(now - LONGEST_S)
    .fetch_optional(office.store.pool())
    .await?;
    let Some((name, record, role, seen_at, nip)) = row else { return Ok(None) };
    if now - seen_at >= NOTED_EVERY_S {
        let mut tx = office.store.write().await?;
        sqlx::query("UPDATE staff_sessions SET seen_at = $2 WHERE token_hash = $1")
            .bind(&hash)
            .bind(now)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
    }
    let nip = nip_from(nip)?;
    // A day ends employment too, without a call that would end the session.
    let person = registry::find(&office.store, nip).await?;
    if !person.is_some_and(|person| card_holds(&person, office.today())) {
        return Ok(None);
    }
    let role = Role::parse(&role).ok_or(CentralError::Stored("a role"))?;
    Ok(Some(Session { name, role, record, nip, token_hash: hash }))
}

/// Signs out.
pub async fn close(office: &Office, session: &Session) -> Result<(), CentralError> {
    let mut tx = office.store.write().await?;
    sqlx::query("DELETE FROM staff_sessions WHERE token_hash = $1")
        .bind(&session.token_hash)
        .execute(&mut *tx)
        .await?;
    audit(&mut tx, office.clock.now(), &session.record, "staff-sign-out", &session.record).await?;
    tx.commit().await?;
    Ok(())
}
