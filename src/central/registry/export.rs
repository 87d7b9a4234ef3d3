//! The registry as a CSV file that `import` reads back unchanged.

use std::io::Write;

use super::changes::value;
use super::columns::Column;
use super::people::Row;
use crate::central::{CentralError, Office};

/// People read at a time: memory does not grow with the registry.
const BATCH: i64 = 1000;

/// Writes everybody, by NIP. Returns how many.
pub async fn export(office: &Office, out: impl Write) -> Result<u64, CentralError> {
    let unwritable = |e: csv::Error| CentralError::Argument(format!("the file cannot be written: {e}"));
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(Column::KEPT.map(Column::word)).map_err(unwritable)?;
    let (mut last, mut count) = (0_i64, 0);
    loop {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT nip, name, status, status_since, tmt, contract_end, body, unit, position, karpeg
             FROM people WHERE nip > $1 ORDER BY nip LIMIT $2",
        )
        .bind(last)
        .bind(BATCH)
        .fetch_all(office.store.pool())
        .await?;
        if rows.is_empty() {
            csv.flush().map_err(|e| unwritable(e.into()))?;
            return Ok(count);
        }
        for row in rows {
            let person = row.person()?;
            last = person.nip.as_u64() as i64;
            csv.write_record(Column::KEPT.map(|column| value(&person, column))).map_err(unwritable)?;
            count += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::import::{Plan, import};
    use super::super::put_all;
    use super::super::report::Outcome;
    use super::super::source::Asked;
    use super::*;
    use crate::central::testing::office;
    use crate::person::sample;

    async fn taken(office: &Office, file: &[u8], dry_run: bool) -> super::super::ImportReport {
        let input = std::io::BufReader::new(std::io::Cursor::new(file.to_vec()));
        let plan = Plan { asked: Asked::default(), dry_run, actor: "admin".into(), ..Plan::default() };
        import(office, input, plan, |row, _| assert!(!matches!(row.outcome, Outcome::Refused(_)), "{row:?}"))
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn what_is_exported_is_imported_unchanged() {
        let t = office().await;
        let people = sample::people(5, 300, t.office.today());
        put_all(&t.office, &people).await.unwrap();
        let mut file = Vec::new();
        assert_eq!(export(&t.office, &mut file).await.unwrap(), 300);
        let told = taken(&t.office, &file, false).await;
        assert_eq!((told.rows, told.same), (300, 300));
        let other = office().await;
        let dry = taken(&other.office, &file, true).await;
        assert_eq!((dry.new, dry.refused), (300, 0));
        let told = taken(&other.office, &file, false).await;
        assert_eq!(told.new, 300, "the dry run had put nobody in");
        let mut again = Vec::new();
        export(&other.office, &mut again).await.unwrap();
        assert_eq!(again, file);
    }
}
