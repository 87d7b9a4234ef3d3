//! One row of an import file to one employee, or the reason why not.

use std::borrow::Cow;

use jiff::civil::Date;

use super::columns::{Column, Columns};
use super::text::tidy;
use crate::person::{Employee, Kind, Nip, NipError, Status};

/// What the office allows and assumes.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// The bodies that the issuer may name; empty: any. The first stands where a file has no column
    /// for the body.
    pub bodies: Vec<String>,
}

/// A field of a row, as the file holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Field<'a> {
    pub text: Cow<'a, str>,
    pub form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Text,
    /// Not UTF-8, so read as Windows-1252.
    Windows,
    /// A spreadsheet's number: it has 15 digits that hold.
    Number,
    /// A formula that failed (`#N/A`).
    Fault,
}

impl Field<'_> {
    pub const EMPTY: Field<'static> = Field { text: Cow::Borrowed(""), form: Form::Text };
}

/// Why a row is not taken. Told beside the line's number to the person who has the file; the
/// texts repeat nothing of the row but the shape of a number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowError {
    #[error("the row has {found} fields, the first row names {named}: cut off?")]
    Fields { found: usize, named: usize },
    #[error("NIP: {0}")]
    Nip(#[from] NipError),
    #[error("NIP: the spreadsheet has rounded the number; export its column as text")]
    Rounded,
    #[error("the name is missing")]
    NoName,
    #[error("the name has more than 150 bytes or control characters")]
    Name,
    #[error(
        "the status is not one of aktif, cpns, pensiun, berhenti, diberhentikan, meninggal, kontrak berakhir"
    )]
    Status,
    #[error("{0}: not a date (write 2026-12-31 or 31-12-2026)")]
    Date(&'static str),
    #[error("the employing body (instansi) is missing")]
    NoBody,
    #[error("the issuer may not name this employing body")]
    Body,
    #[error("{0}: more than 200 characters or control characters")]
    Long(&'static str),
    #[error("a quote is opened and not closed")]
    Quote,
    #[error("the line is too long")]
    TooLong,
    #[error("{0}: the formula in this cell has failed")]
    Fault(&'static str),
}

/// A row that was read.
#[derive(Debug)]
pub struct Read {
    pub person: Employee,
    /// Not UTF-8, so read as Windows-1252.
    pub converted: bool,
}

pub fn read(fields: &[Field<'_>], columns: &Columns, rules: &Rules) -> Result<Read, RowError> {
    let named = columns.0.len();
    // Spreadsheets add empty fields at the end; anything else shifts the columns.
    let extra = fields.iter().skip(named).any(|field| !field.text.trim().is_empty());
    if fields.len() < named || extra {
        return Err(RowError::Fields { found: fields.len(), named });
    }
    let mut converted = false;
    for (field, column) in fields.iter().zip(&columns.0) {
        match (column, field.form) {
            (Some(Column::Nip), Form::Number) => return Err(RowError::Rounded),
            (Some(column), Form::Fault) => return Err(RowError::Fault(column.word())),
            (Some(_), Form::Windows) => converted = true,
            _ => {}
        }
    }
    let get = |column: Column| columns.place(column).map_or_else(String::new, |i| tidy(&fields[i].text));
    let nip = nip(&get(Column::Nip))?;
    let name = get(Column::Name);
    if name.is_empty() {
        return Err(RowError::NoName);
    }
    if name.len() > 150 || name.chars().any(char::is_control) {
        return Err(RowError::Name);
    }
    let status = Status::parse(&get(Column::Status)).ok_or(RowError::Status)?;
    let mut body = get(Column::Body);
    if body.is_empty() && !columns.has(Column::Body) {
        body = rules.bodies.first().cloned().unwrap_or_default();
    }
    if body.is_empty() {
        return Err(RowError::NoBody);
    }
    if !rules.bodies.is_empty() && !rules.bodies.contains(&body) {
        return Err(RowError::Body);
    }
    let (unit, position, karpeg) = (get(Column::Unit), get(Column::Position), get(Column::Karpeg));
    let texts = [("instansi", &body), ("unit", &unit), ("jabatan", &position), ("karpeg", &karpeg)];
    for (word, text) in texts {
        if text.chars().count() > 200 || text.chars().any(char::is_control) {
            return Err(RowError::Long(word));
        }
    }
    let person = Employee {
        nip,
        name,
        status,
        status_since: date(&get(Column::StatusSince), "status_sejak")?,
        tmt: date(&get(Column::Tmt), "tmt")?,
        contract_end: date(&get(Column::ContractEnd), "akhir_kontrak")?.filter(|_| nip.kind() == Kind::Pppk),
        body,
        unit,
        position,
        karpeg: (!karpeg.is_empty()).then_some(karpeg),
    };
    Ok(Read { person, converted })
}

/// Takes the apostrophe that tells a spreadsheet "this is text" off.
fn nip(text: &str) -> Result<Nip, RowError> {
    let text = text.trim_start_matches(['\'', '’']);
    let plain = text.replace(',', ".");
    let rounded = plain
        .to_ascii_uppercase()
        .split_once('E')
        .is_some_and(|(a, b)| a.parse::<f64>().is_ok() && b.trim_start_matches('+').parse::<u8>().is_ok());
    if rounded {
        return Err(RowError::Rounded);
    }
    Ok(Nip::parse(text)?)
}

/// A day as lists write it: year first, or day first; `-`, `/` or `.` between; a time after it is
/// left out. Empty, `-` and zeros: none.
fn date(text: &str, column: &'static str) -> Result<Option<Date>, RowError> {
    let text = text.split([' ', 'T']).next().unwrap_or_default();
    if matches!(text, "" | "-" | "0000-00-00" | "NULL" | "null") {
        return Ok(None);
    }
    let parts: Vec<&str> = text.split(['-', '/', '.']).collect();
    let &[a, b, c] = parts.as_slice() else { return Err(RowError::Date(column)) };
    let (year, month, day) = if a.len() == 4 { (a, b, c) } else { (c, b, a) };
    let digits =
        |s: &str, most: usize| (1..=most).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_digit());
    if year.len() != 4 || !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
        return Err(RowError::Date(column));
    }
    let parsed = (year.parse(), month.parse(), day.parse());
    let (Ok(year), Ok(month), Ok(day)) = parsed else { return Err(RowError::Date(column)) };
    match Date::new(year, month, day) {
        Ok(date) if (1900..=2200).contains(&date.year()) => Ok(Some(date)),
        _ => Err(RowError::Date(column)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::columns::Mapping;
    use super::*;
    use jiff::civil::date as day;

    fn columns() -> Columns {
        let header = ["nip", "nama", "status", "tmt", "instansi"].map(str::to_owned);
        Columns::guess(&header, &Mapping::default()).unwrap()
    }

    fn row(fields: &[&str]) -> Result<Employee, RowError> {
        read(&texts(fields), &columns(), &Rules::default()).map(|read| read.person)
    }

    fn texts<'a>(fields: &[&'a str]) -> Vec<Field<'a>> {
        fields.iter().map(|text| Field { text: (*text).into(), form: Form::Text }).collect()
    }

    const GOOD: [&str; 5] = ["197402152001122001", "Sri", "aktif", "2003-01-01", "Pemkab Contoh"];

    #[test]
    fn each_mistake_has_its_reason() {
        assert!(row(&GOOD).is_ok());
        let with = |i: usize, text: &str| {
            let mut fields = GOOD.map(str::to_owned);
            text.clone_into(&mut fields[i]);
            row(&fields.each_ref().map(String::as_str))
        };
        assert_eq!(with(0, "1.97402E+17"), Err(RowError::Rounded));
        assert_eq!(with(0, "1,97402E+17"), Err(RowError::Rounded));
        assert_eq!(with(0, "19740215200112200"), Err(RowError::Nip(NipError::Length(17))));
        assert!(with(0, "'19740215 200112 2 001").is_ok());
        assert_eq!(with(1, "  "), Err(RowError::NoName));
        assert_eq!(with(1, &"x".repeat(151)), Err(RowError::Name));
        assert_eq!(with(2, "entah"), Err(RowError::Status));
        assert_eq!(with(3, "31-02-2003"), Err(RowError::Date("tmt")));
        assert_eq!(with(3, "kemarin"), Err(RowError::Date("tmt")));
        assert_eq!(with(4, ""), Err(RowError::NoBody));
        assert_eq!(row(&GOOD[..3]), Err(RowError::Fields { found: 3, named: 5 }));
        assert!(row(&[&GOOD[..], &["", ""]].concat()).is_ok());
        assert!(row(&[&GOOD[..], &["x"]].concat()).is_err());
    }

    #[test]
    fn dates_as_lists_write_them() {
        for text in ["2003-01-31", "31-01-2003", "31/1/2003", "31.01.2003", "2003-01-31 00:00:00"] {
            assert_eq!(date(text, "tmt"), Ok(Some(day(2003, 1, 31))), "{text}");
        }
        assert_eq!(date("", "tmt"), Ok(None));
        assert_eq!(date("-", "tmt"), Ok(None));
        assert!(date("1-2", "tmt").is_err());
        assert!(date("01-02-03", "tmt").is_err());
        assert!(date("999999-1-1", "tmt").is_err());
    }

    #[test]
    fn only_bodies_that_the_issuer_may_name() {
        let rules = Rules { bodies: vec!["Pemkab Lain".into()] };
        assert_eq!(read(&texts(&GOOD), &columns(), &rules).unwrap_err(), RowError::Body);
    }

    #[test]
    fn a_number_that_a_sheet_has_rounded_is_no_nip() {
        let mut fields = texts(&GOOD);
        fields[0].form = Form::Number;
        assert_eq!(read(&fields, &columns(), &Rules::default()).unwrap_err(), RowError::Rounded);
        let mut fields = texts(&GOOD);
        fields[3].form = Form::Fault;
        assert_eq!(read(&fields, &columns(), &Rules::default()).unwrap_err(), RowError::Fault("tmt"));
    }
}
