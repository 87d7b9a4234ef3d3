//! What the manual's page shows of a card's holder, and the note that somebody saw it.

use std::str::FromStr as _;

use jiff::civil::Date;

use crate::central::registry::PersonRow;
use crate::central::storage::audit;
use crate::central::{CentralError, Office};
use crate::credential::Serial;
use crate::person::Employee;

/// The actor in the audit table: nothing is kept about who asked.
const ACTOR: &str = "phone";

/// The holder, and two facts of the card.
pub struct Shown {
    pub person: Employee,
    pub face_serial: String,
    pub issued_on: Date,
}

#[derive(sqlx::FromRow)]
struct Row {
    face_serial: String,
    issued_on: String,
    #[sqlx(flatten)]
    person: PersonRow,
}

/// The data behind this serial, noted as seen in the same transaction. Whoever calls has checked
/// the code and the captcha.
pub async fn holder(office: &Office, serial: Serial) -> Result<Option<Shown>, CentralError> {
    let mut tx = office.store.write().await?;
    let row: Option<Row> = sqlx::query_as(
        "SELECT i.face_serial, i.issued_on, p.nip, p.name, p.status, p.status_since, p.tmt, p.contract_end,
             p.body, p.unit, p.position, p.karpeg
         FROM issues i JOIN people p ON p.nip = i.nip WHERE i.serial = $1",
    )
    .bind(serial.to_string())
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    audit(&mut tx, office.clock.now(), ACTOR, "page: data shown", &serial.to_string()).await?;
    tx.commit().await?;
    Ok(Some(Shown {
        person: row.person.person()?,
        face_serial: row.face_serial,
        issued_on: Date::from_str(&row.issued_on).map_err(|_| CentralError::Stored("a day of issue"))?,
    }))
}
