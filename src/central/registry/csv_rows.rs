//! The rows of a CSV file: comma, semicolon or tab, UTF-8 or Windows-1252.

use std::io::BufRead;

use super::columns::{Columns, delimiter};
use super::lines::{Line, Lines, quotes};
use super::row::{self, Field, Form, Read, RowError, Rules};
use super::source::{Asked, See, unreadable};
use super::text::decode;
use crate::central::CentralError;

pub fn walk(reader: impl BufRead, asked: &Asked, see: &mut dyn See) -> Result<(), CentralError> {
    let mut lines = Lines::new(reader);
    let (delimiter, header) = header(&mut lines)?;
    let names: Vec<String> = header.iter().map(|field| decode(field).0.into_owned()).collect();
    let columns = Columns::guess(&names, &asked.mapping)?;
    see.header(&names, &columns)?;
    loop {
        let Some(mut row) = lines.next_row(delimiter).map_err(unreadable)? else {
            return Ok(());
        };
        let number = row[0].number;
        if row.len() == 1 && row[0].bytes.iter().all(|b| b.is_ascii_whitespace() || *b == delimiter) {
            continue;
        }
        let record = record(&row, delimiter);
        let fields: Vec<Field<'_>> = record.iter().flatten().map(field).collect();
        let mut read = read(&row, record.as_ref(), &fields, delimiter, &columns, &asked.rules);
        if read.is_err() && row.len() > 1 {
            // The quote may have been a slip, and the lines after it rows of their own.
            lines.hand_back(row.split_off(1));
            read = Err(RowError::Quote);
        }
        if see.row(number, &fields, read).is_break() {
            return Ok(());
        }
    }
}

/// The delimiter, and the row of names.
fn header<R: BufRead>(lines: &mut Lines<R>) -> Result<(u8, csv::ByteRecord), CentralError> {
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
    let header = split(&first.bytes, delimiter).ok_or_else(|| CentralError::Import("it is empty".into()))?;
    Ok((delimiter, header))
}

fn read(
    row: &[Line],
    record: Option<&csv::ByteRecord>,
    fields: &[Field<'_>],
    delimiter: u8,
    columns: &Columns,
    rules: &Rules,
) -> Result<Read, RowError> {
    if row.iter().any(|line| line.too_long) {
        return Err(RowError::TooLong);
    }
    if row.len() == 1 && quotes(&row[0].bytes, delimiter, false).open {
        return Err(RowError::Quote);
    }
    record.ok_or(RowError::Fields { found: 0, named: columns.0.len() })?;
    row::read(fields, columns, rules)
}

fn record(row: &[Line], delimiter: u8) -> Option<csv::ByteRecord> {
    if row.iter().any(|line| line.too_long) {
        return None;
    }
    split(&row.iter().map(|line| line.bytes.as_slice()).collect::<Vec<_>>().join(&b'\n'), delimiter)
}

fn field(bytes: &[u8]) -> Field<'_> {
    let (text, utf8) = decode(bytes);
    Field { text, form: if utf8 { Form::Text } else { Form::Windows } }
}

fn split(row: &[u8], delimiter: u8) -> Option<csv::ByteRecord> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .buffer_capacity(row.len().max(64))
        .from_reader(row);
    let mut record = csv::ByteRecord::new();
    matches!(reader.read_byte_record(&mut record), Ok(true)).then_some(record)
}
