//! Accounts of employees: the first password, and signing in at a station.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use subtle::ConstantTimeEq as _;

use super::codes::{code_hash, new_code};
use super::ending::{self, Cause};
use super::hasher::Lane;
use super::lookup::neighbourhood;
use super::password::{self, Weak};
use super::storage::{Tx, audit};
use super::{App, CentralError, Office, Refused, registry, slow_down, welcome};
use crate::person::{Employee, Nip};
use crate::protocol::{Activate, Problem, ProblemCode, SignIn, SignedIn};

/// How long an activation code can be used: it is handed over at a desk or sent by letter.
pub const CODE_LIFE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// A code that a clerk gives to somebody whose KTP they have seen: used at once, on the spot.
const DESK_CODE_LIFE: SignedDuration = SignedDuration::from_hours(1);
const PURPOSE: &str = "account";

/// Gives an employee an activation code, shown this once. `reset` also takes the old password
/// away; without it, somebody who has a password keeps it and gets no code.
pub async fn new_code_for(
    office: &Office,
    actor: &str,
    nip: Nip,
    reset: bool,
) -> Result<String, CentralError> {
    let (code, now, number) = (new_code(), office.clock.now(), nip.as_u64() as i64);
    let mut tx = office.store.write().await?;
    let record: Option<String> = sqlx::query_scalar("SELECT record_id FROM people WHERE nip = $1")
        .bind(number)
        .fetch_optional(&mut *tx)
        .await?;
    let record = record.ok_or(CentralError::NotFound("nobody in the registry has this NIP"))?;
    let active: Option<i64> =
        sqlx::query_scalar("SELECT 1 FROM accounts WHERE nip = $1 AND password_hash IS NOT NULL")
            .bind(number)
            .fetch_optional(&mut *tx)
            .await?;
    if active.is_some() && !reset {
        return Err(CentralError::NotFound("the account has a password already; use `user reset`"));
    }
    sqlx::query(
        "INSERT INTO accounts (nip, code_hash, code_expires_at) VALUES ($1, $2, $3)
         ON CONFLICT (nip) DO UPDATE SET password_hash = NULL, code_hash = $2, code_expires_at = $3",
    )
    .bind(number)
    .bind(code_hash(&office.keys.code, PURPOSE, &code))
    .bind(now.as_second() + CODE_LIFE.as_secs())
    .execute(&mut *tx)
    .await?;
    ending::of_person(&mut tx, nip, Cause::NewCode).await?;
    audit(&mut tx, now, actor, if reset { "account-reset" } else { "account-new" }, &record).await?;
    tx.commit().await?;
    Ok(code)
}

/// A one-time code for somebody who stands before a clerk, and how many seconds it is good. The old
/// password goes only once the code is used: a code that is lost locks nobody out.
pub async fn code_at_the_desk(office: &Office, tx: &mut Tx, nip: Nip) -> Result<(String, u64), CentralError> {
    let (code, now) = (new_code(), office.clock.now());
    sqlx::query(
        "INSERT INTO accounts (nip, code_hash, code_expires_at) VALUES ($1, $2, $3)
         ON CONFLICT (nip) DO UPDATE SET code_hash = $2, code_expires_at = $3",
    )
    .bind(nip.as_u64() as i64)
    .bind(code_hash(&office.keys.code, PURPOSE, &code))
    .bind(now.as_second() + DESK_CODE_LIFE.as_secs())
    .execute(&mut **tx)
    .await?;
    Ok((code, DESK_CODE_LIFE.as_secs() as u64))
}

/// Whether this person has chosen a password.
pub async fn has_password(office: &Office, nip: Nip) -> Result<bool, CentralError> {
    let held: Option<i64> =
        sqlx::query_scalar("SELECT 1 FROM accounts WHERE nip = $1 AND password_hash IS NOT NULL")
            .bind(nip.as_u64() as i64)
            .fetch_optional(office.store.pool())
            .await?;
    Ok(held.is_some())
}

/// Gives an account a password outright: sample people only, nobody chose it.
pub async fn give_password(office: &Office, nip: Nip, hash: String) -> Result<(), CentralError> {
    let mut tx = office.store.write().await?;
    put_password(&mut tx, nip, &hash, office.clock.now()).await?;
    tx.commit().await?;
    Ok(())
}

/// Sets a password. All that rested on the old one ends with it.
pub async fn put_password(tx: &mut Tx, nip: Nip, hash: &str, now: Timestamp) -> Result<(), CentralError> {
    sqlx::query(
        "INSERT INTO accounts (nip, password_hash, activated_at) VALUES ($1, $2, $3)
         ON CONFLICT (nip) DO UPDATE SET password_hash = $2, activated_at = $3, code_hash = NULL",
    )
    .bind(nip.as_u64() as i64)
    .bind(hash)
    .bind(now.as_second())
    .execute(&mut **tx)
    .await?;
    ending::of_person(tx, nip, Cause::NewPassword).await
}

/// Another password for somebody who has proved who they are.
pub async fn change_password(app: &App, nip: Nip, new: String) -> Result<(), Refused> {
    let office = &app.office;
    let hash = app.hasher.hash(new, Lane::Known(&nip.to_string())).await?;
    let now = office.clock.now();
    let mut tx = office.store.write().await?;
    put_password(&mut tx, nip, &hash, now).await?;
    let record = welcome::record_of(&mut tx, nip).await?;
    audit(&mut tx, now, &record, "password-changed", &record).await?;
    tx.commit().await?;
    Ok(())
}

/// The first password against the office's code. Tries are counted by number and line: the code has
/// 52 bits and is not guessed, so the limit only spares the server, and nobody can use up the tries
/// of somebody elsewhere.
pub async fn activate(app: &App, asked: Activate, address: IpAddr) -> Result<(), Refused> {
    let name = format!("activate {} {}", asked.nip.as_u64(), neighbourhood(address));
    let home = neighbourhood(address);
    app.activations.ask_from(&name, &home, app.office.clock.monotonic()).map_err(slow_down)?;
    password::check(&app.office, &asked.password, asked.nip)
        .map_err(|weak: Weak| Problem::new(ProblemCode::WeakPassword, weak.to_string()))?;
    let bad = || Problem::new(ProblemCode::BadCode, "the activation code is wrong, used or too old");
    let (office, number) = (&app.office, asked.nip.as_u64() as i64);
    let now = office.clock.now();
    let stored: Option<Vec<u8>> = sqlx::query_scalar(
        "SELECT code_hash FROM accounts WHERE nip = $1 AND code_hash IS NOT NULL AND code_expires_at > $2",
    )
    .bind(number)
    .bind(now.as_second())
    .fetch_optional(office.store.pool())
    .await?;
    let typed = code_hash(&office.keys.code, PURPOSE, &asked.code);
    if !stored.is_some_and(|stored| bool::from(stored.ct_eq(&typed))) {
        return Err(bad().into());
    }
    let hash = app.hasher.hash(asked.password, Lane::Known(&name)).await?;
    let mut tx = office.store.write().await?;
    // Only while the code still stands: two at once cannot both set a password.
    let set: Option<String> = sqlx::query_scalar(
        "UPDATE accounts SET password_hash = $3, activated_at = $4, code_hash = NULL, code_expires_at = NULL
         WHERE nip = $1 AND code_hash = $2
         RETURNING (SELECT record_id FROM people WHERE people.nip = accounts.nip)",
    )
    .bind(number)
    .bind(&typed)
    .bind(hash)
    .bind(now.as_second())
    .fetch_optional(&mut *tx)
    .await?;
    let record = set.ok_or_else(bad)?;
    ending::of_person(&mut tx, asked.nip, Cause::NewPassword).await?;
    audit(&mut tx, now, &record, "activate", &record).await?;
    tx.commit().await?;
    app.activations.forgive(&name);
    Ok(())
}

/// NIP and password at a station. A wrong one and an unknown one get the same answer after the
/// same work.
pub async fn sign_in(app: &App, device_id: &str, asked: SignIn) -> Result<SignedIn, Refused> {
    let office = &app.office;
    let name = format!("sign-in {device_id} {}", asked.nip.as_u64());
    app.throttle.ask_from(&name, device_id, office.clock.monotonic()).map_err(slow_down)?;
    let person = verified(app, asked.nip, asked.password, Lane::Station(device_id)).await?;
    app.throttle.forgive(&name);

    let mut tx = office.store.write().await?;
    let grant = welcome::grant(office, &mut tx, device_id, &person).await?;
    welcome::note(office, &mut tx, device_id, "sign-in", person.nip).await?;
    tx.commit().await?;
    Ok(welcome::signed_in(office, device_id, person, grant).await?)
}

/// Whose password this is. A wrong one and an unknown number take the same work.
pub async fn verified(app: &App, nip: Nip, password: String, lane: Lane<'_>) -> Result<Employee, Refused> {
    let office = &app.office;
    let person = registry::find(&office.store, nip).await?;
    let stored: Option<Option<String>> =
        sqlx::query_scalar("SELECT password_hash FROM accounts WHERE nip = $1")
            .bind(nip.as_u64() as i64)
            .fetch_optional(office.store.pool())
            .await?;
    let stored = stored.flatten();
    let has_password = stored.is_some();
    let typed: String = if password.len() > password::LONGEST { String::new() } else { password };
    let right = app.hasher.verify(typed, stored, lane).await?;
    let Some(person) = person else {
        return Err(Problem::new(ProblemCode::WrongCredentials, "wrong NIP or password").into());
    };
    if !has_password {
        return Err(Problem::new(ProblemCode::NotActivated, "the account has no password yet").into());
    }
    if !right {
        return Err(Problem::new(ProblemCode::WrongCredentials, "wrong NIP or password").into());
    }
    Ok(person)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::central::testing::{office, somebody};

    const PASSWORD: &str = "melati di beranda";

    fn slowed<T>(answer: &Result<T, Refused>) -> bool {
        matches!(answer, Err(Refused::Problem(problem)) if problem.code == ProblemCode::SlowDown)
    }

    #[tokio::test]
    async fn wrong_activation_codes_hold_up_their_own_line_alone() {
        let t = office().await;
        let (nip, app) = (somebody(&t).await, t.app());
        let code = new_code_for(&t.office, "admin", nip, false).await.unwrap();
        let try_code = async |code: &str, from: u8| {
            let asked = Activate { nip, code: code.into(), password: PASSWORD.into() };
            activate(&app, asked, IpAddr::V4(Ipv4Addr::new(192, 0, 2, from))).await
        };
        let mut held_up = false;
        for _ in 0..100 {
            held_up |= slowed(&try_code("BBBB-BBBB-BBBB", 1).await);
        }
        assert!(held_up);
        assert!(slowed(&try_code(&code, 1).await));
        try_code(&code, 2).await.unwrap();
    }
}
