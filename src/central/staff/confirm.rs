//! The second look at who acts: their second factor, once more, before an account of staff is touched.

use super::rights::{self, Right, Subject, Verdict};
use super::{Role, Session, second_factor};
use crate::central::registry::nip_from;
use crate::central::{App, CentralError, Office, Refused, slow_down};
use crate::person::Nip;

/// What this person is to whoever acts.
pub async fn subject(office: &Office, session: &Session, nip: Nip) -> Result<Subject, CentralError> {
    if session.nip == nip {
        return Ok(Subject::Oneself);
    }
    let role: Option<String> = sqlx::query_scalar("SELECT role FROM staff WHERE nip = $1")
        .bind(nip.as_u64() as i64)
        .fetch_optional(office.store.pool())
        .await?;
    Ok(match role.as_deref().map(Role::parse) {
        None => Subject::Employee,
        Some(Some(Role::Administrator)) => Subject::Administrator,
        Some(_) => Subject::Staff,
    })
}

/// What the table says of this action on this person, for a page that offers it.
pub async fn verdict(
    office: &Office,
    session: &Session,
    path: &str,
    nip: Nip,
) -> Result<Verdict, CentralError> {
    let subject = subject(office, session, nip).await?;
    Ok(rights::right("POST", path).map_or(Verdict::No, |right| right.verdict(session.role, subject)))
}

/// Lets pass what the table lets this session do to this person; `code` is their second factor of now.
pub async fn touch(app: &App, session: &Session, right: &Right, nip: Nip, code: &str) -> Result<(), Refused> {
    match right.verdict(session.role, subject(&app.office, session, nip).await?) {
        Verdict::Yes => Ok(()),
        Verdict::No => Err(CentralError::Forbidden("accounts of staff are for administrators alone").into()),
        Verdict::WithFactor => confirm(app, session, code).await,
    }
}

/// Spends a code of the session's own second factor. Tries are counted by person.
pub async fn confirm(app: &App, session: &Session, code: &str) -> Result<(), Refused> {
    let wrong = || CentralError::Forbidden("this needs your own second factor, with a code not used before");
    // Nothing was typed: that guesses at nothing.
    if code.trim().is_empty() {
        return Err(wrong().into());
    }
    let (office, number) = (&app.office, session.nip.as_u64() as i64);
    let name = format!("confirm {}", session.nip.as_u64());
    let asked_at = office.clock.monotonic();
    app.phones.ask(&name, asked_at).map_err(slow_down)?;
    let mut tx = office.store.write().await?;
    let held: Option<(i64, i64)> = sqlx::query_as("SELECT totp_no, totp_last FROM staff WHERE nip = $1")
        .bind(number)
        .fetch_optional(&mut *tx)
        .await?;
    let (totp_no, last) = held.ok_or_else(wrong)?;
    let step = second_factor::step_of(office, nip_from(number)?, totp_no, code).filter(|step| *step > last);
    let step = step.ok_or_else(wrong)?;
    sqlx::query("UPDATE staff SET totp_last = $2 WHERE nip = $1")
        .bind(number)
        .bind(step)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    app.phones.refund(&name, asked_at);
    Ok(())
}
