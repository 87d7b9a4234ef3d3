//! Refused rows as the file has them, with the line and the reason behind: mended there, they are sent
//! again.

use std::io::Write;

use super::faults::RowError;
use super::report::{Outcome, RowReport};

/// Writes them as a CSV.
pub struct RefusedRows<W: Write> {
    csv: csv::Writer<W>,
    columns: usize,
}

impl<W: Write> RefusedRows<W> {
    /// `words`: what the columns of the line and of the reason are called.
    pub fn begin(out: W, names: &[String], words: [&str; 2]) -> Result<Self, csv::Error> {
        let mut csv = csv::WriterBuilder::new().flexible(true).from_writer(out);
        let names = names.iter().map(|name| guarded(name));
        let columns = names.len();
        csv.write_record(names.chain(words.map(str::to_owned)))?;
        Ok(RefusedRows { csv, columns })
    }

    pub fn row(&mut self, row: &RowReport, say: impl Fn(&RowError) -> String) -> Result<(), csv::Error> {
        let Outcome::Refused(error) = &row.outcome else { return Ok(()) };
        let mut fields: Vec<String> = row.fields.iter().map(|field| guarded(field)).collect();
        fields.resize(fields.len().max(self.columns), String::new());
        fields.extend([row.line.to_string(), say(error)]);
        self.csv.write_record(fields)
    }

    pub fn end(mut self) -> std::io::Result<W> {
        self.csv.flush()?;
        self.csv.into_inner().map_err(|error| std::io::Error::other(error.to_string()))
    }
}

/// What a table program would take for a formula is text there: the sign before it is taken off again when
/// the row comes back. A number stays as it is.
fn guarded(field: &str) -> String {
    let formula = field.starts_with(['=', '+', '-', '@', '\t', '\r']) && field.parse::<f64>().is_err();
    if formula && field != "-" { format!("'{field}") } else { field.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_as_they_are_with_line_and_reason() {
        let names = ["NIP".to_owned(), "Nama".to_owned()];
        let mut rows = RefusedRows::begin(Vec::new(), &names, ["baris", "alasan"]).unwrap();
        let row = |line, fields: &[&str]| RowReport {
            line,
            outcome: Outcome::Refused(RowError::NoName),
            fields: fields.iter().map(|&field| field.to_owned()).collect(),
        };
        rows.row(&row(3, &["19740215 200112 2 001", ""]), RowError::to_string).unwrap();
        rows.row(&row(4, &["=1+1"]), RowError::to_string).unwrap();
        let same = RowReport { outcome: Outcome::Same, ..row(5, &["x", "y"]) };
        rows.row(&same, RowError::to_string).unwrap();
        let text = String::from_utf8(rows.end().unwrap()).unwrap();
        assert_eq!(
            text,
            "NIP,Nama,baris,alasan\n19740215 200112 2 001,,3,the name is missing\n'=1+1,,4,the name is missing\n"
        );
    }
}
