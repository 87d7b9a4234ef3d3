//! Who changed what in a person's data, and when. What stations hold does not follow from it.

use super::columns::Column;
use crate::central::storage::{Store, Tx, next};
use crate::central::{CentralError, Office};
use crate::person::{Employee, Nip};

/// Who puts people in, and by what way.
#[derive(Clone, Copy, Debug)]
pub struct By<'a> {
    pub actor: &'a str,
    pub way: &'a str,
}

/// One field that was changed.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ChangeLine {
    pub at: i64,
    pub actor: String,
    pub way: String,
    pub field: String,
    pub before: String,
    pub after: String,
}

/// The field of a person as lists write it.
pub fn value(person: &Employee, column: Column) -> String {
    let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string()).unwrap_or_default();
    match column {
        Column::Nip => person.nip.to_string(),
        Column::Name => person.name.clone(),
        Column::Status => person.status.word().to_owned(),
        Column::StatusSince => day(person.status_since),
        Column::Tmt => day(person.tmt),
        Column::ContractEnd => day(person.contract_end),
        Column::Body => person.body.clone(),
        Column::Unit => person.unit.clone(),
        Column::Position => person.position.clone(),
        Column::Karpeg => person.karpeg.clone().unwrap_or_default(),
        // Read into the name and the status, and not kept by themselves.
        Column::Kind | Column::TitleBefore | Column::TitleAfter => String::new(),
    }
}

/// The fields in which two differ.
pub fn differing(before: &Employee, after: &Employee) -> Vec<Column> {
    Column::KEPT.into_iter().filter(|column| value(before, *column) != value(after, *column)).collect()
}

/// Notes what changes from one to the other.
pub async fn note(
    office: &Office,
    tx: &mut Tx,
    by: By<'_>,
    before: &Employee,
    after: &Employee,
) -> Result<(), CentralError> {
    for column in differing(before, after) {
        let no = next(tx, "person-changes").await?;
        sqlx::query(
            "INSERT INTO person_changes (no, nip, at, actor, way, field, before, after)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(no)
        .bind(after.nip.as_u64() as i64)
        .bind(office.clock.now().as_second())
        .bind(by.actor)
        .bind(by.way)
        .bind(column.word())
        .bind(value(before, column))
        .bind(value(after, column))
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// The newest changes of one person, the newest first.
pub async fn of(store: &Store, nip: Nip) -> Result<Vec<ChangeLine>, CentralError> {
    Ok(sqlx::query_as(
        "SELECT at, actor, way, field, before, after FROM person_changes WHERE nip = $1
         ORDER BY no DESC LIMIT 100",
    )
    .bind(nip.as_u64() as i64)
    .fetch_all(store.pool())
    .await?)
}
