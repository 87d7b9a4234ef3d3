//! Employees in the database. Whoever changes gets a record sealed anew.

use std::collections::HashMap;
use std::str::FromStr as _;

use jiff::civil::Date;
use sqlx::AssertSqlSafe;

use super::changes::{self, By};
use crate::central::codes::random_id;
use crate::central::commands::CONSOLE;
use crate::central::ending::{self, Cause};
use crate::central::storage::{self, Query, Tx, places, rows_of_places};
use crate::central::{CentralError, Office, mail, roster, status};
use crate::person::{Employee, Nip, Status, card_holds};

/// What a row did to the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    New,
    Changed,
    /// Changed, and the holder's cards hold no more, or hold again.
    CardsChanged,
    Same,
}

/// The columns of an employee.
#[derive(sqlx::FromRow)]
pub struct Row {
    nip: i64,
    name: String,
    status: String,
    status_since: Option<String>,
    tmt: Option<String>,
    contract_end: Option<String>,
    body: String,
    unit: String,
    position: String,
    karpeg: Option<String>,
}

const COLUMNS: &str =
    "SELECT nip, name, status, status_since, tmt, contract_end, body, unit, position, karpeg
     FROM people WHERE nip = $1";

/// People in one statement: twelve values each, of the 32,766 that SQLite takes.
const TOGETHER: usize = 100;

impl Row {
    pub fn person(self) -> Result<Employee, CentralError> {
        let bad = |_| CentralError::Stored("a day of an employee");
        let day = |text: Option<String>| text.map(|t| Date::from_str(&t).map_err(bad)).transpose();
        Ok(Employee {
            nip: nip_from(self.nip)?,
            name: self.name,
            status: Status::parse(&self.status).ok_or(CentralError::Stored("a status"))?,
            status_since: day(self.status_since)?,
            tmt: day(self.tmt)?,
            contract_end: day(self.contract_end)?,
            body: self.body,
            unit: self.unit,
            position: self.position,
            karpeg: self.karpeg,
        })
    }
}

/// A NIP as the database holds it.
pub fn nip_from(value: i64) -> Result<Nip, CentralError> {
    u64::try_from(value)
        .ok()
        .and_then(|value| Nip::from_u64(value).ok())
        .ok_or(CentralError::Stored("an employee number"))
}

/// The employee with this number.
pub async fn find(store: &storage::Store, nip: Nip) -> Result<Option<Employee>, CentralError> {
    let row: Option<Row> =
        sqlx::query_as(COLUMNS).bind(nip.as_u64() as i64).fetch_optional(store.pool()).await?;
    row.map(Row::person).transpose()
}

/// The same, inside a transaction.
pub async fn in_tx(tx: &mut Tx, nip: Nip) -> Result<Option<Employee>, CentralError> {
    let row: Option<Row> =
        sqlx::query_as(COLUMNS).bind(nip.as_u64() as i64).fetch_optional(&mut **tx).await?;
    row.map(Row::person).transpose()
}

/// Those of these numbers who are in the registry, inside a transaction.
pub async fn many_in_tx(tx: &mut Tx, nips: &[Nip]) -> Result<HashMap<Nip, Employee>, CentralError> {
    let mut found = HashMap::with_capacity(nips.len());
    for nips in nips.chunks(TOGETHER) {
        let sql = COLUMNS.replace("= $1", &format!("IN ({})", places(1, nips.len())));
        let mut query = sqlx::query_as::<_, Row>(AssertSqlSafe(sql));
        for nip in nips {
            query = query.bind(nip.as_u64() as i64);
        }
        for row in query.fetch_all(&mut **tx).await? {
            let person = row.person()?;
            found.insert(person.nip, person);
        }
    }
    Ok(found)
}

/// Puts an employee in, or over what was known by that number: `before`, as this transaction sees it.
pub async fn put(
    office: &Office,
    tx: &mut Tx,
    person: &Employee,
    before: Option<Employee>,
    by: By<'_>,
) -> Result<Change, CentralError> {
    let Some(before) = before else {
        put_new(office, tx, std::slice::from_ref(person)).await?;
        return Ok(Change::New);
    };
    if before == *person {
        return Ok(Change::Same);
    }
    let update = sqlx::query(
        "UPDATE people SET name = $2, status = $3, status_since = $4, tmt = $5, contract_end = $6, body = $7,
             unit = $8, position = $9, karpeg = $10, changed_at = $11
         WHERE nip = $1",
    )
    .bind(person.nip.as_u64() as i64);
    bound(update, person).bind(office.clock.now().as_second()).execute(&mut **tx).await?;
    changes::note(office, tx, by, &before, person).await?;
    roster::reseal(office, tx, person, None).await?;
    let today = office.today();
    if card_holds(&before, today) != card_holds(person, today) {
        status::changed(tx).await?;
        if !card_holds(person, today) {
            ending::of_person(tx, person.nip, Cause::Left).await?;
        }
        return Ok(Change::CardsChanged);
    }
    Ok(Change::Changed)
}

/// Puts in employees who are not there yet, as this transaction sees it: a few statements for many of them.
pub async fn put_new(office: &Office, tx: &mut Tx, people: &[Employee]) -> Result<(), CentralError> {
    let now = office.clock.now().as_second();
    for people in people.chunks(TOGETHER) {
        let ids: Vec<String> = people.iter().map(|_| random_id()).collect();
        let sql = format!(
            "INSERT INTO people (nip, record_id, name, status, status_since, tmt, contract_end, body, unit,
                 position, karpeg, changed_at)
             VALUES {}",
            rows_of_places(people.len(), 12)
        );
        let mut insert = sqlx::query(AssertSqlSafe(sql));
        for (person, id) in people.iter().zip(&ids) {
            insert = bound(insert.bind(person.nip.as_u64() as i64).bind(id), person).bind(now);
        }
        insert.execute(&mut **tx).await?;
        roster::seal_first(office, tx, people, ids).await?;
    }
    Ok(())
}

/// Takes out somebody of whom nothing but the registry's own data is kept. Stations forget the record.
pub async fn remove(office: &Office, tx: &mut Tx, nip: Nip) -> Result<(), CentralError> {
    let nip = nip.as_u64() as i64;
    roster::forget(office, tx, nip).await?;
    sqlx::query("DELETE FROM people WHERE nip = $1").bind(nip).execute(&mut **tx).await?;
    Ok(())
}

/// What is known of a person beside their number, in the order in which both statements name it.
fn bound<'q>(query: Query<'q>, person: &'q Employee) -> Query<'q> {
    query
        .bind(&person.name)
        .bind(person.status.word())
        .bind(day(person.status_since))
        .bind(day(person.tmt))
        .bind(day(person.contract_end))
        .bind(&person.body)
        .bind(&person.unit)
        .bind(&person.position)
        .bind(person.karpeg.as_deref())
}

fn day(date: Option<Date>) -> Option<String> {
    date.map(|date| date.to_string())
}

/// Another status for somebody, from a day on.
pub async fn change_status(
    office: &Office,
    nip: Nip,
    status: Status,
    since: Option<Date>,
    by: By<'_>,
) -> Result<(), CentralError> {
    let mut tx = office.store.write().await?;
    let before = in_tx(&mut tx, nip).await?;
    let before = before.ok_or(CentralError::NotFound("nobody in the registry has this NIP"))?;
    let person = Employee { status, status_since: since, ..before.clone() };
    put(office, &mut tx, &person, Some(before), by).await?;
    let record = crate::central::welcome::record_of(&mut tx, nip).await?;
    let action = if by.way == "api" { "api-status" } else { "person-status" };
    storage::audit(&mut tx, office.clock.now(), by.actor, action, &record).await?;
    tx.commit().await?;
    Ok(())
}

/// Where this person can be written to.
pub async fn put_email(office: &Office, nip: Nip, email: &str) -> Result<(), CentralError> {
    let email = email.trim();
    if !mail::is_address(email) {
        return Err(CentralError::Argument("this is not an e-mail address".into()));
    }
    let now = office.clock.now();
    let mut tx = office.store.write().await?;
    if in_tx(&mut tx, nip).await?.is_none() {
        return Err(CentralError::NotFound("nobody in the registry has this NIP"));
    }
    sqlx::query(
        "INSERT INTO contacts (nip, email, changed_at) VALUES ($1, $2, $3)
         ON CONFLICT (nip) DO UPDATE SET email = $2, changed_at = $3",
    )
    .bind(nip.as_u64() as i64)
    .bind(email)
    .bind(now.as_second())
    .execute(&mut *tx)
    .await?;
    let record = crate::central::welcome::record_of(&mut tx, nip).await?;
    storage::audit(&mut tx, now, "admin", "email", &record).await?;
    tx.commit().await?;
    Ok(())
}

/// Puts many in, a batch a transaction: a power cut leaves whole batches, and doing it again
/// changes nothing that is in already. Returns new, changed, same.
pub async fn put_all(office: &Office, people: &[Employee]) -> Result<(u64, u64, u64), CentralError> {
    let mut counts = (0, 0, 0);
    for batch in people.chunks(500) {
        let mut tx = office.store.write().await?;
        for person in batch {
            let before = in_tx(&mut tx, person.nip).await?;
            match put(office, &mut tx, person, before, By { actor: CONSOLE, way: "sample" }).await? {
                Change::New => counts.0 += 1,
                Change::Changed | Change::CardsChanged => counts.1 += 1,
                Change::Same => counts.2 += 1,
            }
        }
        tx.commit().await?;
    }
    Ok(counts)
}

/// What a new day changes by itself: contracts run out without anybody sending a list, and the
/// records of those people must say so. Returns how many.
pub async fn turn_of_day(office: &Office) -> Result<usize, CentralError> {
    let today = office.today().to_string();
    let due: Vec<i64> = sqlx::query_scalar(
        "SELECT p.nip FROM people p JOIN roster_records r ON r.nip = p.nip
         WHERE p.contract_end IS NOT NULL AND p.contract_end < $1 AND r.sealed_on <= p.contract_end",
    )
    .bind(&today)
    .fetch_all(office.store.pool())
    .await?;
    for batch in due.chunks(500) {
        let mut tx = office.store.write().await?;
        for nip in batch {
            if let Some(person) = in_tx(&mut tx, nip_from(*nip)?).await? {
                roster::reseal(office, &mut tx, &person, None).await?;
                ending::of_person(&mut tx, person.nip, Cause::Left).await?;
            }
        }
        status::changed(&mut tx).await?;
        tx.commit().await?;
    }
    Ok(due.len())
}
