//! A CSV file into the registry, row by row: memory does not grow with the file, every bad row is
//! told with its line and reason, and no good row is lost for a bad neighbour.

use std::io::BufRead;

use serde::Serialize;

use super::columns::{Columns, delimiter};
use super::lines::{Line, Lines, quotes};
use super::row::{self, Read, RowError, Rules};
use super::{Change, in_tx, put};
use crate::central::storage::Tx;
use crate::central::{CentralError, Office};
use crate::person::Employee;

/// Rows in one transaction: a writer elsewhere waits no longer than this takes.
const BATCH: usize = 500;

/// A row that did not go in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RefusedRow {
    /// The line of the file on which the row begins, counted from 1.
    pub line: u64,
    pub reason: String,
}

/// What came of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    pub rows: u64,
    pub new: u64,
    pub changed: u64,
    pub same: u64,
    pub refused: u64,
    /// Rows that were not UTF-8 and were read as Windows-1252.
    pub converted: u64,
}

/// Imports a file. `refused` hears of each bad row at once. An error is one of the whole file (it
/// cannot be read, its first row names no columns) or of the database; rows that were committed
/// before it stay. A dry run says what would happen and puts nobody in.
pub async fn import(
    office: &Office,
    reader: impl BufRead,
    dry_run: bool,
    mut refused: impl FnMut(RefusedRow),
) -> Result<ImportReport, CentralError> {
    let bodies = &office.config.issuer.bodies;
    let rules = Rules { default_body: bodies.first().map(String::as_str), bodies };
    let mut rows = Rows::open(reader)?;
    let mut report = ImportReport::default();
    let mut batch: Vec<Employee> = Vec::with_capacity(BATCH);
    loop {
        let row = rows.next(&rules)?;
        let at_end = row.is_none();
        if let Some((line, row)) = row {
            report.rows += 1;
            match row {
                Ok(read) => {
                    report.converted += u64::from(read.converted);
                    batch.push(read.person);
                }
                Err(reason) => {
                    report.refused += 1;
                    refused(RefusedRow { line, reason: reason.to_string() });
                }
            }
        }
        if batch.len() == BATCH || (at_end && !batch.is_empty()) {
            let mut tx = office.store.write().await?;
            for person in batch.drain(..) {
                let change = if dry_run {
                    would_be(&mut tx, &person).await?
                } else {
                    put(office, &mut tx, &person).await?
                };
                match change {
                    Change::New => report.new += 1,
                    Change::Changed | Change::CardsChanged => report.changed += 1,
                    Change::Same => report.same += 1,
                }
            }
            tx.commit().await?;
        }
        if at_end {
            return Ok(report);
        }
    }
}

/// What [`put`] would do.
async fn would_be(tx: &mut Tx, person: &Employee) -> Result<Change, CentralError> {
    Ok(match in_tx(tx, person.nip).await? {
        None => Change::New,
        Some(before) if before == *person => Change::Same,
        Some(_) => Change::Changed,
    })
}

/// The rows of a file whose first row is understood.
struct Rows<R> {
    lines: Lines<R>,
    delimiter: u8,
    columns: Columns,
}

impl<R: BufRead> Rows<R> {
    fn open(reader: R) -> Result<Self, CentralError> {
        let mut lines = Lines::new(reader);
        let mut first = loop {
            let Some(line) = lines.next().map_err(unreadable)? else {
                return Err(CentralError::Import("it is empty".into()));
            };
            if !line.bytes.trim_ascii().is_empty() {
                break line;
            }
        };
        if first.bytes.starts_with(&[0xff, 0xfe]) || first.bytes.starts_with(&[0xfe, 0xff]) {
            return Err(CentralError::Import("it is UTF-16; save it as CSV UTF-8".into()));
        }
        if first.bytes.starts_with(b"PK\x03\x04") {
            return Err(CentralError::Import("it is a spreadsheet, not CSV; export it as CSV UTF-8".into()));
        }
        if let Some(rest) = first.bytes.strip_prefix(b"\xef\xbb\xbf") {
            first.bytes = rest.to_vec();
        }
        // Excel's own hint, a line before the header.
        let mut hint = None;
        if let [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', sign] = first.bytes[..] {
            hint = Some(sign);
            first = lines
                .next()
                .map_err(unreadable)?
                .ok_or_else(|| CentralError::Import("it has no row of column names".into()))?;
        }
        let delimiter = hint.unwrap_or_else(|| delimiter(&first.bytes));
        let header =
            fields(&first.bytes, delimiter).ok_or_else(|| CentralError::Import("it is empty".into()))?;
        let columns = Columns::read(&header).map_err(|e| CentralError::Import(e.to_string()))?;
        Ok(Rows { lines, delimiter, columns })
    }

    /// The next row that is not blank, with the line on which it begins.
    #[allow(clippy::type_complexity, reason = "read in one place, right above")]
    fn next(&mut self, rules: &Rules) -> Result<Option<(u64, Result<Read, RowError>)>, CentralError> {
        loop {
            let Some(mut row) = self.lines.next_row(self.delimiter).map_err(unreadable)? else {
                return Ok(None);
            };
            let number = row[0].number;
            if row.len() == 1 && row[0].bytes.iter().all(|b| b.is_ascii_whitespace() || *b == self.delimiter)
            {
                continue;
            }
            let read = self.read(&row, rules);
            if read.is_err() && row.len() > 1 {
                // The quote may have been a slip, and the lines after it rows of their own.
                self.lines.hand_back(row.split_off(1));
                return Ok(Some((number, Err(RowError::Quote))));
            }
            return Ok(Some((number, read)));
        }
    }

    fn read(&self, row: &[Line], rules: &Rules) -> Result<Read, RowError> {
        if row.iter().any(|line| line.too_long) {
            return Err(RowError::TooLong);
        }
        let bytes = row.iter().map(|line| line.bytes.as_slice()).collect::<Vec<_>>().join(&b'\n');
        if row.len() == 1 && quotes(&bytes, self.delimiter, false).open {
            return Err(RowError::Quote);
        }
        let fields = fields(&bytes, self.delimiter)
            .ok_or(RowError::Fields { found: 0, named: self.columns.0.len() })?;
        row::read(&fields, &self.columns, rules)
    }
}

fn fields(row: &[u8], delimiter: u8) -> Option<csv::ByteRecord> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .buffer_capacity(row.len().max(64))
        .from_reader(row);
    let mut record = csv::ByteRecord::new();
    matches!(reader.read_byte_record(&mut record), Ok(true)).then_some(record)
}

#[allow(clippy::needless_pass_by_value, reason = "the form that map_err hands it in")]
fn unreadable(error: std::io::Error) -> CentralError {
    CentralError::Import(format!("it cannot be read: {error}"))
}

#[cfg(test)]
#[path = "import_tests.rs"]
mod tests;
