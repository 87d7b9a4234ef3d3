//! `Data saya keliru`: the person ticks fields and gets a number; the office answers by it, and the
//! answer waits for the person's next sign-in.

use jiff::Timestamp;
use serde::Serialize;

use crate::central::codes::{letters, token_hash};
use crate::central::registry::nip_from;
use crate::central::storage::{Store, audit};
use crate::central::{CentralError, Office, Refused, slow_down, welcome};
use crate::person::Nip;
use crate::protocol::{Correction, Problem, ProblemCode, Report, Reported, WrongField};

/// Open reports of one person at a time; one more says nothing new.
const MOST_OPEN: i64 = 5;
/// How long an answer is shown to its person.
const SHOWN_S: i64 = 30 * 24 * 3600;
/// Longest answer, in characters.
pub const LONGEST_ANSWER: usize = 300;

/// A report as the office works on it.
#[derive(Debug, Serialize)]
pub struct CorrectionLine {
    pub number: String,
    pub nip: Nip,
    pub name: String,
    pub unit: String,
    pub fields: Vec<WrongField>,
    pub asked_at: Timestamp,
    pub answer: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    number: String,
    nip: i64,
    name: String,
    unit: String,
    fields: String,
    asked_at: i64,
    answer: Option<String>,
}

/// From a station, on behalf of the person whose grant it holds.
pub async fn report(office: &Office, device_id: &str, asked: &Report) -> Result<Reported, Refused> {
    let now = office.clock.now();
    let nip: Option<i64> =
        sqlx::query_scalar("SELECT nip FROM grants WHERE hash = $1 AND device_id = $2 AND expires_at > $3")
            .bind(token_hash(&asked.grant))
            .bind(device_id)
            .bind(now.as_second())
            .fetch_optional(office.store.pool())
            .await?;
    let nip = nip.ok_or_else(|| Problem::new(ProblemCode::BadCode, "no such sign-in at this station"))?;
    file(office, nip_from(nip)?, &asked.fields, Some(device_id)).await
}

/// Takes a report down.
pub async fn file(
    office: &Office,
    nip: Nip,
    fields: &[WrongField],
    device_id: Option<&str>,
) -> Result<Reported, Refused> {
    let mut ticked = fields.to_vec();
    ticked.sort_unstable();
    ticked.dedup();
    if ticked.is_empty() {
        return Err(Problem::new(ProblemCode::Malformed, "no field is ticked").into());
    }
    let words = ticked.iter().map(|field| field.word()).collect::<Vec<_>>().join(",");
    let now = office.clock.now();
    let mut tx = office.store.write().await?;
    // The same fields again are the same report.
    let open: Vec<(String, String)> =
        sqlx::query_as("SELECT number, fields FROM corrections WHERE nip = $1 AND answer IS NULL")
            .bind(nip.as_u64() as i64)
            .fetch_all(&mut *tx)
            .await?;
    if let Some((number, _)) = open.iter().find(|(_, held)| *held == words) {
        return Ok(Reported { number: number.clone() });
    }
    if open.len() as i64 >= MOST_OPEN {
        return Err(slow_down(std::time::Duration::from_hours(1)).into());
    }
    let number = format!("{}-{}", office.today().year(), letters(6));
    sqlx::query(
        "INSERT INTO corrections (number, nip, fields, device_id, asked_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(&number)
    .bind(nip.as_u64() as i64)
    .bind(&words)
    .bind(device_id)
    .bind(now.as_second())
    .execute(&mut *tx)
    .await?;
    let record = welcome::record_of(&mut tx, nip).await?;
    audit(&mut tx, now, &record, "correction", &number).await?;
    tx.commit().await?;
    Ok(Reported { number })
}

/// The office's list, the oldest first; all of them, or those without an answer.
pub async fn list(store: &Store, all: bool) -> Result<Vec<CorrectionLine>, CentralError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT c.number, c.nip, p.name, p.unit, c.fields, c.asked_at, c.answer
         FROM corrections c JOIN people p ON p.nip = c.nip
         WHERE $1 = 1 OR c.answer IS NULL ORDER BY c.asked_at, c.number",
    )
    .bind(i64::from(all))
    .fetch_all(store.pool())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(CorrectionLine {
                nip: nip_from(row.nip)?,
                fields: fields_of(&row.fields),
                asked_at: at(row.asked_at)?,
                number: row.number,
                name: row.name,
                unit: row.unit,
                answer: row.answer,
            })
        })
        .collect()
}

/// The office has answered: data are corrected, or why not.
pub async fn close(office: &Office, actor: &str, number: &str, answer: &str) -> Result<(), CentralError> {
    let answer = answer.trim();
    let length = answer.chars().count();
    if length == 0 || length > LONGEST_ANSWER || answer.chars().any(char::is_control) {
        return Err(CentralError::Argument(format!(
            "an answer has 1 to {LONGEST_ANSWER} characters, one line"
        )));
    }
    let now = office.clock.now();
    let mut tx = office.store.write().await?;
    let done = sqlx::query(
        "UPDATE corrections SET answer = $2, answered_at = $3 WHERE number = $1 AND answer IS NULL",
    )
    .bind(number.trim().to_ascii_uppercase())
    .bind(answer)
    .bind(now.as_second())
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 0 {
        return Err(CentralError::NotFound("no open report has this number"));
    }
    audit(&mut tx, now, actor, "correction-closed", number).await?;
    tx.commit().await?;
    Ok(())
}

/// What the person is shown: open reports, and answers of the last weeks.
pub async fn of(office: &Office, nip: Nip) -> Result<Vec<Correction>, CentralError> {
    let rows: Vec<(String, String, i64, Option<String>)> = sqlx::query_as(
        "SELECT number, fields, asked_at, answer FROM corrections
         WHERE nip = $1 AND (answer IS NULL OR answered_at > $2) ORDER BY asked_at DESC, number",
    )
    .bind(nip.as_u64() as i64)
    .bind(office.clock.now().as_second() - SHOWN_S)
    .fetch_all(office.store.pool())
    .await?;
    rows.into_iter()
        .map(|(number, fields, asked_at, answer)| {
            Ok(Correction { number, fields: fields_of(&fields), asked_at: at(asked_at)?, answer })
        })
        .collect()
}

fn fields_of(words: &str) -> Vec<WrongField> {
    words.split(',').filter_map(WrongField::parse).collect()
}

fn at(seconds: i64) -> Result<Timestamp, CentralError> {
    Timestamp::from_second(seconds).map_err(|_| CentralError::Stored("the time of a report"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::central::fleet::tests::joined;
    use crate::central::testing::{office, somebody};

    #[tokio::test]
    async fn a_report_has_a_number_an_answer_and_an_end() {
        let t = office().await;
        let (device, nip) = (joined(&t).await, somebody(&t).await);
        let mut tx = t.office.store.write().await.unwrap();
        let person = crate::central::registry::in_tx(&mut tx, nip).await.unwrap().unwrap();
        let grant = welcome::grant(&t.office, &mut tx, &device, &person).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        let asked =
            |fields: &[WrongField], grant: &str| Report { grant: grant.into(), fields: fields.to_vec() };
        let send = async |asked: Report| report(&t.office, &device, &asked).await;
        let first = send(asked(&[WrongField::Unit, WrongField::Name], &grant)).await.unwrap();
        let again =
            send(asked(&[WrongField::Name, WrongField::Unit, WrongField::Name], &grant)).await.unwrap();
        assert_eq!(first, again, "the same again is the same");
        assert!(send(asked(&[WrongField::Name], "forged")).await.is_err());
        assert!(send(asked(&[], &grant)).await.is_err());
        assert_eq!(of(&t.office, nip).await.unwrap()[0].fields, [WrongField::Name, WrongField::Unit]);

        let line = &list(&t.office.store, false).await.unwrap()[0];
        assert_eq!((line.number.as_str(), line.nip), (first.number.as_str(), nip));
        assert!(close(&t.office, "admin", &first.number, "  ").await.is_err());
        assert!(close(&t.office, "admin", "2026-NOTONE", "x").await.is_err());
        close(&t.office, "admin", &first.number.to_lowercase(), "Nama sudah diperbaiki.").await.unwrap();
        assert!(close(&t.office, "admin", &first.number, "anew").await.is_err(), "answered once");
        assert!(list(&t.office.store, false).await.unwrap().is_empty());
        assert_eq!(list(&t.office.store, true).await.unwrap().len(), 1);
        assert_eq!(of(&t.office, nip).await.unwrap()[0].answer.as_deref(), Some("Nama sudah diperbaiki."));
        t.advance(SHOWN_S as u64);
        assert!(of(&t.office, nip).await.unwrap().is_empty());
    }
}
