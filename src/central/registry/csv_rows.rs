//! The rows of a CSV file: comma, semicolon or tab, UTF-8 or Windows-1252.

use std::io::BufRead;

use super::columns::{Columns, delimiter};
use super::faults::RowError;
use super::lines::{Line, Lines, quotes};
use super::row::{self, Field, Form, Read, Rules};
use super::source::{Asked, See, Tally, unreadable};
use super::text::decode;
use crate::central::CentralError;

pub fn walk(reader: impl BufRead, asked: &Asked, see: &mut dyn See) -> Result<Tally, CentralError> {
    let mut lines = Lines::new(reader);
    let (delimiter, header) = header(&mut lines)?;
    let names: Vec<String> = header.iter().map(|field| decode(field).0.into_owned()).collect();
    let columns = Columns::guess(&names, &asked.mapping)?;
    see.header(&names, &columns)?;
    let mut tally = Tally { heading: lines.count(), ..Tally::default() };
    loop {
        let Some(mut row) = lines.next_row(delimiter).map_err(unreadable)? else {
            tally.lines = lines.count();
            return Ok(tally);
        };
        let number = row[0].number;
        if row.len() == 1 && row[0].bytes.iter().all(|b| b.is_ascii_whitespace() || *b == delimiter) {
            tally.blank += 1;
            continue;
        }
        let whole = record(&row, delimiter);
        let mut fields: Vec<Field<'_>> = whole.iter().flatten().map(field).collect();
        let mut read = read(&row, whole.as_ref(), &fields, delimiter, &columns, &asked.rules);
        let own;
        // What the order of a column's days makes of a row has nothing to do with where it ends.
        let torn = !matches!(read, Ok(_) | Err(RowError::Date(_) | RowError::DateOrder { .. }));
        if row.len() > 1 && (torn || row[1..].iter().any(|line| holds_a_number(&line.bytes))) {
            // The quote may have been a slip, and the lines after it rows of their own.
            lines.hand_back(row.split_off(1));
            read = Err(RowError::Quote);
            own = record(&row, delimiter);
            fields = own.iter().flatten().map(field).collect();
        }
        tally.rows += 1;
        tally.in_rows += row.len() as u64;
        if see.row(number, &fields, read).is_break() {
            tally.cut = true;
            return Ok(tally);
        }
    }
}

/// Eighteen digits, perhaps in groups: what stands here is the row of somebody.
fn holds_a_number(line: &[u8]) -> bool {
    let parts = line.split(|byte| !byte.is_ascii_digit() && !matches!(byte, b' ' | b'.' | b'-'));
    parts.map(|part| part.iter().filter(|byte| byte.is_ascii_digit()).count()).any(|digits| digits == 18)
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
    record.ok_or(RowError::Glued)?;
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
    let (mut record, mut more) = (csv::ByteRecord::new(), csv::ByteRecord::new());
    let one = matches!(reader.read_byte_record(&mut record), Ok(true));
    // Nothing of the line may be left: it would be lost without a word.
    (one && !matches!(reader.read_byte_record(&mut more), Ok(true))).then_some(record)
}
