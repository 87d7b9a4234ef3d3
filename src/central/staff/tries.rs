//! Wrong second factors after a right password, counted in the database for each of the staff: neither
//! a restart nor a flood of names forgives them. A browser in which somebody has signed in with their
//! second factor has a count of its own, so that a thief of the password cannot lock its person out.

use std::time::Duration;

use crate::central::storage::{Tx, audit};
use crate::central::throttle::{FORGET_AFTER, FREE, LONGEST_WAIT, wait_after};
use crate::central::{App, CentralError, Office, phone, welcome};
use crate::person::Nip;

/// One try that is being made.
pub enum Tried {
    /// In a browser of the staff: under this name, in memory.
    Known(String),
    /// In any other: the wrong ones before it.
    Stranger(u32),
}

/// Asks leave for one try. The inner error is how long to wait, and stores nothing.
pub async fn count(
    app: &App,
    tx: &mut Tx,
    nip: Nip,
    mark: &str,
) -> Result<Result<Tried, Duration>, CentralError> {
    if let Some(browser) = phone::staff_marked(&app.office, nip, mark) {
        let (name, now) = (format!("second {} {browser}", nip.as_u64()), app.office.clock.monotonic());
        return Ok(app.known.ask(&name, now).map(|()| Tried::Known(name)));
    }
    let (tries, tried_at, wait_until): (i64, i64, i64) =
        sqlx::query_as("SELECT tries, tried_at, wait_until FROM staff WHERE nip = $1")
            .bind(nip.as_u64() as i64)
            .fetch_one(&mut **tx)
            .await?;
    let now = app.office.clock.now().as_second();
    // A clock that was set back must not make anybody wait for what it was set back by.
    let wait = u64::try_from(wait_until - now).map_or(Duration::ZERO, Duration::from_secs).min(LONGEST_WAIT);
    if !wait.is_zero() {
        return Ok(Err(wait));
    }
    let forgotten = now - tried_at >= FORGET_AFTER.as_secs() as i64;
    Ok(Ok(Tried::Stranger(if forgotten { 0 } else { u32::try_from(tries).unwrap_or(u32::MAX) })))
}

impl Tried {
    /// The caller commits.
    pub async fn was_wrong(self, office: &Office, tx: &mut Tx, nip: Nip) -> Result<(), CentralError> {
        let now = office.clock.now();
        if let Tried::Stranger(before) = self {
            let tries = before.saturating_add(1);
            let wait = wait_after(tries, FREE).as_secs() as i64;
            sqlx::query("UPDATE staff SET tries = $2, tried_at = $3, wait_until = $4 WHERE nip = $1")
                .bind(nip.as_u64() as i64)
                .bind(i64::from(tries))
                .bind(now.as_second())
                .bind(now.as_second() + wait)
                .execute(&mut **tx)
                .await?;
            // Once for each row of wrong ones: whoever makes them knows the password.
            if tries == FREE {
                let record = welcome::record_of(tx, nip).await?;
                audit(tx, now, &record, "staff-second-factor-wrong", &record).await?;
                tracing::warn!(record, tries, "wrong second factors after a right password");
            }
        }
        Ok(())
    }

    /// Takes back itself, and no wrong one: its own browser's are forgiven. The caller commits.
    pub async fn was_right(self, app: &App, tx: &mut Tx, nip: Nip) -> Result<(), CentralError> {
        match self {
            Tried::Known(name) => app.known.forgive(&name),
            Tried::Stranger(before) => {
                sqlx::query("UPDATE staff SET tries = $2 WHERE nip = $1")
                    .bind(nip.as_u64() as i64)
                    .bind(i64::from(before))
                    .execute(&mut **tx)
                    .await?;
            }
        }
        Ok(())
    }
}
