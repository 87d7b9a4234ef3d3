//! The last list is taken back as a whole: whoever it changed is as before, whoever it brought is gone.
//! Not where somebody has been changed since, or has an account or a card by now: that would be lost.

use std::collections::HashSet;

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};
use sqlx::AssertSqlSafe;

use super::changes::By;
use super::people::{many_in_tx, remove};
use super::put;
use crate::central::storage::{self, Tx, audit, rows_of_places};
use crate::central::{CentralError, Office};
use crate::person::{Employee, Nip};

/// Changes in one statement: four values each.
const TOGETHER: usize = 100;

/// A list that is being taken in, as far as it can be taken back. One that changes nobody is none to take
/// back: the one before it stays that.
pub struct Kept {
    pub id: String,
    actor: String,
    begun: bool,
}

/// What taking the last list back would do.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct UndoPlan {
    pub id: String,
    pub at: i64,
    pub actor: String,
    /// People who would be as they were before.
    pub back: u64,
    /// People whom the list brought, and who would be gone.
    pub gone: u64,
    /// Of these, people who were changed since, or have an account, a card or a report by now. With one,
    /// nothing is taken back.
    pub in_the_way: u64,
    /// When it was taken back already.
    pub undone_at: Option<i64>,
}

impl Kept {
    pub fn new(id: String, actor: String) -> Kept {
        Kept { id, actor, begun: false }
    }

    async fn begin(&mut self, office: &Office, tx: &mut Tx) -> Result<(), CentralError> {
        // Only the last list can be taken back: what those before it changed is kept no longer.
        sqlx::query("DELETE FROM import_changes").execute(&mut **tx).await?;
        let no = storage::next(tx, "imports").await?;
        sqlx::query("INSERT INTO imports (id, no, at, actor) VALUES ($1, $2, $3, $4)")
            .bind(&self.id)
            .bind(no)
            .bind(office.clock.now().as_second())
            .bind(&self.actor)
            .execute(&mut **tx)
            .await?;
        self.begun = true;
        Ok(())
    }

    /// Notes, in the transaction that puts them in, who is new and who was what before.
    pub async fn note(
        &mut self,
        office: &Office,
        tx: &mut Tx,
        new: &[Employee],
        changed: &[(Employee, Employee)],
    ) -> Result<(), CentralError> {
        let mut rows = Vec::with_capacity(new.len() + changed.len());
        for person in new {
            rows.push((person.nip, None, mark(person)?));
        }
        for (before, after) in changed {
            rows.push((after.nip, Some(written(before)?), mark(after)?));
        }
        if !rows.is_empty() && !self.begun {
            self.begin(office, tx).await?;
        }
        for rows in rows.chunks(TOGETHER) {
            let sql = format!(
                "INSERT INTO import_changes (import_id, nip, before, after) VALUES {}",
                rows_of_places(rows.len(), 4)
            );
            let mut insert = sqlx::query(AssertSqlSafe(sql));
            for (nip, before, after) in rows {
                insert = insert.bind(&self.id).bind(nip.as_u64() as i64).bind(before.as_deref()).bind(after);
            }
            insert.execute(&mut **tx).await?;
        }
        Ok(())
    }
}

fn written(person: &Employee) -> Result<String, CentralError> {
    serde_json::to_string(person).map_err(|_| CentralError::Stored("a person of a list"))
}

/// By which it is seen that somebody is as the list has left them.
fn mark(person: &Employee) -> Result<String, CentralError> {
    Ok(HEXLOWER.encode(&Sha256::digest(written(person)?)))
}

/// Who, what they were before, and the mark of what the list made of them.
type Change = (Nip, Option<Employee>, String);

/// What taking the last list back would do; `None` where there is none.
pub async fn plan(office: &Office) -> Result<Option<UndoPlan>, CentralError> {
    let mut tx = office.store.write().await?;
    let plan = planned(&mut tx).await?;
    tx.rollback().await?;
    Ok(plan)
}

async fn planned(tx: &mut Tx) -> Result<Option<UndoPlan>, CentralError> {
    let last: Option<(String, i64, String, Option<i64>)> =
        sqlx::query_as("SELECT id, at, actor, undone_at FROM imports ORDER BY no DESC LIMIT 1")
            .fetch_optional(&mut **tx)
            .await?;
    let Some((id, at, actor, undone_at)) = last else { return Ok(None) };
    let mut plan = UndoPlan { id, at, actor, back: 0, gone: 0, in_the_way: 0, undone_at };
    if undone_at.is_some() {
        return Ok(Some(plan));
    }
    let held = with_something(tx, &plan.id).await?;
    let mut after = -1;
    loop {
        let changes = changes(tx, &plan.id, after).await?;
        let Some((nip, ..)) = changes.last() else { return Ok(Some(plan)) };
        after = nip.as_u64() as i64;
        let nips: Vec<Nip> = changes.iter().map(|(nip, ..)| *nip).collect();
        let known = many_in_tx(tx, &nips).await?;
        for (nip, before, as_taken) in changes {
            *(if before.is_some() { &mut plan.back } else { &mut plan.gone }) += 1;
            let now = known.get(&nip).map(mark).transpose()?;
            plan.in_the_way +=
                u64::from(now.as_ref() != Some(&as_taken) || held.contains(&(nip.as_u64() as i64)));
        }
    }
}

/// Takes it back, all of it in one transaction or nothing.
pub async fn undo(office: &Office, actor: &str, id: &str) -> Result<UndoPlan, CentralError> {
    let mut tx = office.store.write().await?;
    let plan = planned(&mut tx).await?.ok_or(NOTHING)?;
    if plan.id != id {
        return Err(CentralError::Argument("another list was taken in since".into()));
    }
    if plan.undone_at.is_some() {
        return Err(CentralError::Argument("this list was taken back already".into()));
    }
    if plan.in_the_way > 0 {
        return Err(CentralError::Argument(format!(
            "{} people of this list were changed since, or have an account or a card by now",
            plan.in_the_way
        )));
    }
    let mut after = -1;
    loop {
        let changes = changes(&mut tx, id, after).await?;
        let Some((nip, ..)) = changes.last() else { break };
        after = nip.as_u64() as i64;
        let nips: Vec<Nip> = changes.iter().map(|(nip, ..)| *nip).collect();
        let mut known = many_in_tx(&mut tx, &nips).await?;
        for (nip, before, _) in changes {
            match before {
                Some(before) => {
                    let now = known.remove(&nip).ok_or(CentralError::Stored("a person of a list"))?;
                    put(office, &mut tx, &before, Some(now), By { actor, way: "undo" }).await?;
                }
                None => remove(office, &mut tx, nip).await?,
            }
        }
    }
    let now = office.clock.now();
    sqlx::query("UPDATE imports SET undone_at = $2 WHERE id = $1")
        .bind(id)
        .bind(now.as_second())
        .execute(&mut *tx)
        .await?;
    sqlx::query("DELETE FROM import_changes").execute(&mut *tx).await?;
    audit(&mut tx, now, actor, "import-undo", id).await?;
    tx.commit().await?;
    Ok(plan)
}

const NOTHING: CentralError = CentralError::NotFound("no list was taken in yet");

/// Some of the changes, those behind this number.
async fn changes(tx: &mut Tx, id: &str, after: i64) -> Result<Vec<Change>, CentralError> {
    let rows: Vec<(i64, Option<String>, String)> = sqlx::query_as(
        "SELECT nip, before, after FROM import_changes WHERE import_id = $1 AND nip > $2 ORDER BY nip LIMIT 500",
    )
    .bind(id)
    .bind(after)
    .fetch_all(&mut **tx)
    .await?;
    let read = |text: &str| {
        serde_json::from_str::<Employee>(text).map_err(|_| CentralError::Stored("a person of a list"))
    };
    let change = |(nip, before, after): (i64, Option<String>, String)| {
        Ok((super::nip_from(nip)?, before.as_deref().map(read).transpose()?, after))
    };
    rows.into_iter().map(change).collect()
}

/// Those whom the list brought and who have something by now that would go with them.
async fn with_something(tx: &mut Tx, id: &str) -> Result<HashSet<i64>, CentralError> {
    const WHERE: [&str; 10] = [
        "accounts",
        "issues",
        "grants",
        "contacts",
        "corrections",
        "staff",
        "phone_sessions",
        "password_links",
        "sign_in_offers",
        "person_changes",
    ];
    let has = WHERE.map(|table| format!("EXISTS (SELECT 1 FROM {table} t WHERE t.nip = c.nip)")).join(" OR ");
    let sql =
        format!("SELECT c.nip FROM import_changes c WHERE c.import_id = $1 AND c.before IS NULL AND ({has})");
    let nips: Vec<i64> = sqlx::query_scalar(AssertSqlSafe(sql)).bind(id).fetch_all(&mut **tx).await?;
    Ok(nips.into_iter().collect())
}
