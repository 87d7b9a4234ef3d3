//! Whether the server's clock can be believed. A clock that is years ahead for six seconds would sign what stations
//! never forget, delete what had years to go, and end every contract; so a clock that jumped is in doubt until somebody
//! confirms it, and what follows from the date waits.
//!
//! While the program runs, the wall clock is held against the time that passed on the steady one; across a restart, against
//! the last time that the database knows. Three months without power are no fault, and still a jump that nobody can tell from a
//! wrong year: it is confirmed once.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::storage::{Store, audit};
use super::{CentralError, Office};

/// How far the wall clock may stray from the steady one: NTP at work, a machine that was paused. Less than the
/// difference between UTC and any time zone of the country.
const TOLERANCE: SignedDuration = SignedDuration::from_hours(1);
/// A server that was off for longer asks for a confirmation.
const LONGEST_OFF: SignedDuration = SignedDuration::from_hours(30 * 24);
/// No clock of a server of this program stood before 1 January 2025.
const EARLIEST: i64 = 1_735_689_600;
/// How often the time is written down.
const RECORD: Duration = Duration::from_mins(5);
/// How often the clock is looked at.
pub const LOOK: Duration = Duration::from_secs(15);

/// Why the clock is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Doubt {
    /// The time that it showed when the doubt arose.
    pub shows: Timestamp,
    /// What the time was at that moment at least, as far as is known.
    pub known: Timestamp,
}

impl std::fmt::Display for Doubt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let way = if self.shows > self.known { "forward" } else { "back" };
        write!(
            f,
            "the server's clock is in doubt: it went {way} from {} to {}; set it right, or confirm it with \
             `anjungan-central clock confirm`",
            self.known.strftime("%Y-%m-%d %H:%M UTC"),
            self.shows.strftime("%Y-%m-%d %H:%M UTC")
        )
    }
}

/// A time that was believed, and the steady time of that moment.
#[derive(Clone, Copy, Debug)]
struct Anchor {
    at: Timestamp,
    steady: Duration,
}

impl Anchor {
    /// What the time is now, by the steady clock alone.
    fn runs_to(&self, steady: Duration) -> Timestamp {
        let ran = SignedDuration::try_from(steady.saturating_sub(self.steady)).unwrap_or(SignedDuration::MAX);
        self.at.checked_add(ran).unwrap_or(Timestamp::MAX)
    }
}

/// When a doubt arose.
#[derive(Clone, Copy, Debug)]
enum Since {
    /// With the start; with what the database knew, if it knew anything.
    Start(Option<Timestamp>),
    Running,
}

#[derive(Debug)]
struct State {
    anchor: Anchor,
    doubt: Option<(Doubt, Since)>,
    /// Confirmations that are known here; another process may have added one.
    confirmations: i64,
    recorded: Option<Duration>,
}

/// What the server thinks of its clock.
#[derive(Debug)]
pub struct Timekeeping(Mutex<State>);

/// The row of the database. The clock of another process may have written it.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
struct Row {
    good_at: i64,
    confirmations: i64,
}

async fn row(store: &Store) -> Result<Option<Row>, CentralError> {
    let row = sqlx::query_as("SELECT good_at, confirmations FROM server_clock WHERE id = 'clock'");
    Ok(row.fetch_optional(store.pool()).await?)
}

/// The newest time in the rows of a database that knows no other: one of an earlier version.
async fn newest(store: &Store) -> Result<Option<i64>, CentralError> {
    let newest: Option<i64> = sqlx::query_scalar("SELECT MAX(at) FROM audit").fetch_one(store.pool()).await?;
    Ok(newest)
}

impl Timekeeping {
    /// Holds the clock against what the database knows.
    pub async fn open(store: &Store, now: Timestamp, steady: Duration) -> Result<Timekeeping, CentralError> {
        let row = row(store).await?;
        let known = match row {
            Some(row) => Some(row.good_at),
            None => newest(store).await?,
        };
        let known = known.and_then(|second| Timestamp::from_second(second).ok());
        let doubt = after_start(now, known);
        let anchor = match doubt {
            None => Anchor { at: now, steady },
            Some(doubt) => Anchor { at: doubt.known, steady },
        };
        if let Some(doubt) = doubt {
            tracing::error!("{doubt}");
        }
        let confirmations = row.map_or(0, |row| row.confirmations);
        Ok(Timekeeping(Mutex::new(State {
            anchor,
            doubt: doubt.map(|doubt| (doubt, Since::Start(known))),
            confirmations,
            recorded: None,
        })))
    }

    /// Looks at the clock, and says what there is against it. A doubt ends when the clock shows again what the steady one
    /// says, or by a confirmation.
    pub fn doubt(&self, now: Timestamp, steady: Duration) -> Option<Doubt> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = state.anchor.runs_to(steady);
        let stands = now.duration_since(known).abs() <= TOLERANCE;
        let holds = match state.doubt {
            None | Some((_, Since::Running)) => stands,
            // What is known is the least that it can be: the server was off for a while.
            Some((_, Since::Start(least))) => after_start(now, least.map(|_| known)).is_none(),
        };
        match (state.doubt, holds) {
            (None, false) => {
                let doubt = Doubt { shows: now, known };
                tracing::error!("{doubt}");
                state.doubt = Some((doubt, Since::Running));
            }
            (Some(_), false) => {}
            (was, true) => {
                if was.is_some() {
                    tracing::warn!("the server's clock shows a time again that can be");
                }
                state.doubt = None;
                state.anchor = Anchor { at: now, steady };
            }
        }
        state.doubt.map(|(doubt, _)| doubt)
    }

    /// The time that is known: the clock's, or while that is in doubt, what it must be at least.
    pub fn known(&self, now: Timestamp, steady: Duration) -> Timestamp {
        if self.doubt(now, steady).is_none() {
            return now;
        }
        self.0.lock().unwrap_or_else(PoisonError::into_inner).anchor.runs_to(steady)
    }

    fn confirmed(&self, now: Timestamp, steady: Duration, confirmations: i64) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.doubt = None;
        state.anchor = Anchor { at: now, steady };
        state.confirmations = confirmations;
    }
}

/// What a clock may show when the program starts.
fn after_start(now: Timestamp, known: Option<Timestamp>) -> Option<Doubt> {
    let earliest = Timestamp::from_second(EARLIEST).unwrap_or(Timestamp::UNIX_EPOCH);
    let Some(known) = known else {
        return (now < earliest).then_some(Doubt { shows: now, known: earliest });
    };
    let jump = now.duration_since(known);
    (jump < -TOLERANCE || jump > LONGEST_OFF).then_some(Doubt { shows: now, known })
}

impl Office {
    /// What there is against the clock, if anything.
    pub fn clock_doubt(&self) -> Option<Doubt> {
        self.time.doubt(self.clock.now(), self.clock.monotonic())
    }

    /// The clock's time, for what is signed or decided under it.
    pub fn sure_now(&self) -> Result<Timestamp, CentralError> {
        match self.clock_doubt() {
            None => Ok(self.clock.now()),
            Some(doubt) => Err(CentralError::Clock(doubt)),
        }
    }

    /// The clock's time, or while that is in doubt, the last that is known and what has passed since.
    pub fn known_now(&self) -> Timestamp {
        self.time.known(self.clock.now(), self.clock.monotonic())
    }
}

/// Looks at the clock, takes what somebody confirmed meanwhile, and writes the time down now and then.
pub async fn look(office: &Office) -> Result<(), CentralError> {
    let steady = office.clock.monotonic();
    if office.clock_doubt().is_some() {
        let known = office.time.0.lock().unwrap_or_else(PoisonError::into_inner).confirmations;
        let Some(row) = row(&office.store).await? else { return Ok(()) };
        let now = office.clock.now();
        let near =
            Timestamp::from_second(row.good_at).is_ok_and(|at| now.duration_since(at).abs() <= TOLERANCE);
        if row.confirmations > known && near {
            tracing::warn!("the server's clock was confirmed");
            office.time.confirmed(now, steady, row.confirmations);
        }
        return Ok(());
    }
    let due = {
        let state = office.time.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.recorded.is_none_or(|at| steady.saturating_sub(at) >= RECORD)
    };
    if due {
        let mut tx = office.store.write().await?;
        // Waiting for the writers' turn may have taken long.
        let now = office.sure_now()?;
        sqlx::query(
            "INSERT INTO server_clock (id, good_at, confirmations) VALUES ('clock', $1, 0)
             ON CONFLICT (id) DO UPDATE SET good_at = $1",
        )
        .bind(now.as_second())
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        office.time.0.lock().unwrap_or_else(PoisonError::into_inner).recorded = Some(steady);
    }
    Ok(())
}

/// Somebody says that the clock is right. A server that runs beside this learns of it within seconds.
pub async fn confirm(office: &Office, actor: &str) -> Result<(), CentralError> {
    let now = office.clock.now();
    if now.as_second() < EARLIEST {
        return Err(CentralError::Argument(
            "no server of this program ran before 2025; set the clock first".into(),
        ));
    }
    let mut tx = office.store.write().await?;
    let confirmations: i64 = sqlx::query_scalar(
        "INSERT INTO server_clock (id, good_at, confirmations) VALUES ('clock', $1, 1)
         ON CONFLICT (id) DO UPDATE SET good_at = $1, confirmations = server_clock.confirmations + 1
         RETURNING confirmations",
    )
    .bind(now.as_second())
    .fetch_one(&mut *tx)
    .await?;
    audit(&mut tx, now, actor, "clock-confirm", &now.to_string()).await?;
    tx.commit().await?;
    office.time.confirmed(now, office.clock.monotonic(), confirmations);
    Ok(())
}

/// For how long stations are told to take back a time that was wrong, in days.
pub const RESET_DAYS: i64 = 30;

/// An administrator's word that stations which hold a later time may take this server's; `false` ends it early.
pub async fn reset_stations(
    office: &Office,
    actor: &str,
    on: bool,
) -> Result<Option<Timestamp>, CentralError> {
    let now = office.sure_now()?;
    let until = on.then(|| now.as_second() + RESET_DAYS * 86_400);
    let mut tx = office.store.write().await?;
    sqlx::query(
        "INSERT INTO server_clock (id, good_at, confirmations, reset_until) VALUES ('clock', $1, 0, $2)
         ON CONFLICT (id) DO UPDATE SET reset_until = $2",
    )
    .bind(now.as_second())
    .bind(until)
    .execute(&mut *tx)
    .await?;
    if on {
        audit(&mut tx, now, actor, "clock-reset-stations", &now.to_string()).await?;
    } else {
        audit(&mut tx, now, actor, "clock-reset-end", &now.to_string()).await?;
    }
    tx.commit().await?;
    Ok(until.and_then(|second| Timestamp::from_second(second).ok()))
}

/// Until when stations may be told so. `None`: nobody has said it, or its time is over.
pub async fn resets_until(office: &Office) -> Result<Option<Timestamp>, CentralError> {
    let until: Option<Option<i64>> =
        sqlx::query_scalar("SELECT reset_until FROM server_clock WHERE id = 'clock'")
            .fetch_optional(office.store.pool())
            .await?;
    let until = until.flatten().filter(|until| *until > office.clock.now().as_second());
    Ok(until.and_then(|second| Timestamp::from_second(second).ok()))
}

#[cfg(test)]
#[path = "timekeeping_tests.rs"]
mod tests;
