//! Issues as they stand in the database.

use std::str::FromStr as _;

use jiff::SignedDuration;
use jiff::civil::Date;

use crate::central::codes::code_hash;
use crate::central::help::downloads;
use crate::central::registry::{self, PersonRow, nip_from};
use crate::central::storage::{Store, audit};
use crate::central::{App, CentralError, Office, Refused, slow_down, status};
use crate::credential::{CardStatus, Serial};
use crate::person::{Nip, card_holds};
use crate::protocol::{Issue, PickUp, Problem, ProblemCode};

/// How long a pick-up code opens a card: the codes are short, so they do not live for ever.
const PICK_UP_LIFE: SignedDuration = SignedDuration::from_hours(60 * 24);

#[derive(sqlx::FromRow)]
struct Row {
    serial: String,
    face_serial: String,
    issued_on: String,
    nip: i64,
    name: String,
    body: String,
    unit: String,
    front_code: String,
    back_code: String,
    return_to: String,
    photo_hash: String,
}

async fn with_photo(store: &Store, row: Row) -> Result<Issue, CentralError> {
    let png = store.photo(&row.photo_hash).await?;
    Ok(Issue {
        serial: row.serial,
        face_serial: row.face_serial,
        issued_on: Date::from_str(&row.issued_on).map_err(|_| CentralError::Stored("a day of issue"))?,
        nip: nip_from(row.nip)?,
        name: row.name,
        body: row.body,
        unit: row.unit,
        front_code: row.front_code,
        back_code: row.back_code,
        return_to: row.return_to,
        photo_png: png.into(),
    })
}

/// The issue with this serial.
pub async fn by_serial(store: &Store, serial: &str) -> Result<Option<Issue>, CentralError> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT serial, face_serial, issued_on, nip, name, body, unit, front_code, back_code, return_to,
             photo_hash FROM issues WHERE serial = $1",
    )
    .bind(serial)
    .fetch_optional(store.pool())
    .await?;
    match row {
        Some(row) => with_photo(store, row).await.map(Some),
        None => Ok(None),
    }
}

/// The card that this person holds.
pub async fn newest_of(store: &Store, nip: Nip) -> Result<Option<Issue>, CentralError> {
    let serial: Option<String> =
        sqlx::query_scalar("SELECT serial FROM issues WHERE nip = $1 AND state = 'live'")
            .bind(nip.as_u64() as i64)
            .fetch_optional(store.pool())
            .await?;
    match serial {
        Some(serial) => by_serial(store, &serial).await,
        None => Ok(None),
    }
}

/// How many cards were made after this second.
pub async fn issued_since(store: &Store, second: i64) -> Result<i64, CentralError> {
    Ok(sqlx::query_scalar("SELECT COUNT(*) FROM issues WHERE issued_at > $1")
        .bind(second)
        .fetch_one(store.pool())
        .await?)
}

/// What is kept of a pick-up code. The codes are short: without the key, guessing one from its hash
/// would take minutes.
pub fn pick_up_hash(office: &Office, code: &str) -> Vec<u8> {
    code_hash(&office.keys.code, "pick-up", code)
}

/// The card behind a pick-up code, however it was typed. Tries are limited by a rate of the station,
/// not by waits that grow: whoever types wrong codes must not make the next person wait for long.
pub async fn pick_up(app: &App, device_id: &str, asked: &PickUp) -> Result<Issue, Refused> {
    let office = &app.office;
    app.pick_ups.take(device_id, office.clock.monotonic()).map_err(slow_down)?;
    let hash = pick_up_hash(office, &asked.code);
    let now = office.clock.now();
    // Only the card that its holder has: one that was replaced or withdrawn is not printed again.
    let serial: Option<String> = sqlx::query_scalar(
        "SELECT serial FROM issues WHERE pick_up_hash = $1 AND issued_at > $2
         AND state = 'live' ORDER BY issued_at DESC LIMIT 1",
    )
    .bind(&hash)
    .bind(now.as_second() - PICK_UP_LIFE.as_secs())
    .fetch_optional(office.store.pool())
    .await?;
    if let Some(serial) = serial
        && let Some(issue) = by_serial(&office.store, &serial).await?
        && still_holds(office, issue.nip).await?
    {
        let mut tx = office.store.write().await?;
        audit(&mut tx, now, device_id, "pick-up", &serial).await?;
        downloads::handed(office, &mut tx, device_id, &serial).await?;
        tx.commit().await?;
        return Ok(issue);
    }
    if app.in_flight.awaits(&hash) {
        let mut problem = Problem::new(ProblemCode::NotReady, "the card is being made");
        problem.retry_after_s = Some(2);
        return Err(problem.into());
    }
    Err(Problem::new(ProblemCode::NotFound, "no card for this code").into())
}

/// Whether this person may hold a card today. Between the acceptance and the pick-up lie up to two
/// months, and an import may have said since that somebody left.
async fn still_holds(office: &Office, nip: Nip) -> Result<bool, CentralError> {
    let person = registry::find(&office.store, nip).await?;
    Ok(person.is_some_and(|person| card_holds(&person, office.today())))
}

/// The text of the front code that was made under this serial.
pub async fn front_code(office: &Office, serial: Serial) -> Result<Option<String>, CentralError> {
    Ok(sqlx::query_scalar("SELECT front_code FROM issues WHERE serial = $1")
        .bind(serial.to_string())
        .fetch_optional(office.store.pool())
        .await?)
}

/// What is known of a serial at this moment, for anybody who asks: no name, no day.
pub async fn live_status(office: &Office, serial: Serial) -> Result<Option<CardStatus>, CentralError> {
    #[derive(sqlx::FromRow)]
    struct Live {
        state: String,
        #[sqlx(flatten)]
        person: PersonRow,
    }
    let row: Option<Live> = sqlx::query_as(
        "SELECT i.state, p.nip, p.name, p.status, p.status_since, p.tmt, p.contract_end, p.body, p.unit,
             p.position, p.karpeg
         FROM issues i JOIN people p ON p.nip = i.nip WHERE i.serial = $1",
    )
    .bind(serial.to_string())
    .fetch_optional(office.store.pool())
    .await?;
    row.map(|row| status::entry(&row.state, card_holds(&row.person.person()?, office.today()))).transpose()
}
