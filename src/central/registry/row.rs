//! One row of an import file to one employee, or the reason why not.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::columns::{Column, Columns};
use super::days::{self, NoDay, Order};
use super::faults::RowError;
use super::letters::{first_unseen, folded, undrawable};
use super::text::tidy;
use super::words::{Employed, Meanings, said};
use crate::person::{Employee, Kind, Nip, Status};

/// What the office allows and assumes, and what the whole file has shown before its rows are read.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// The bodies that the issuer may name; empty: any. The first stands where a file has no column
    /// for the body.
    pub bodies: Vec<String>,
    pub utc_offset_hours: i8,
    /// The office's day; without one, no number is too young.
    pub today: Option<Date>,
    /// What the office has said of words for a status.
    pub meanings: Meanings,
    /// How each of [`Column::DAYS`] is written.
    pub orders: [Order; 3],
    /// Rows of the file that must not be taken, by number: those that say different things of one person,
    /// and those whose number a table program has rounded.
    pub twice: Arc<HashMap<Nip, Twice>>,
    /// Numbers that can have gone through a table program's arithmetic are not taken.
    pub rounded: bool,
}

/// Two rows of one number that differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Twice {
    pub first: u64,
    /// The first that differs from it.
    pub other: u64,
    /// Another name, not only other data.
    pub name: bool,
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

/// A row that was read.
#[derive(Debug)]
pub struct Read {
    /// As somebody who is new.
    pub person: Employee,
    /// The columns that the file has.
    columns: Kept,
    /// The row says what somebody is employed as, and not whether they still are.
    only_employed: bool,
    /// Not UTF-8, so read as Windows-1252; or UTF-8 that had been read so before.
    pub converted: bool,
}

/// Which of [`Column::KEPT`] a file has.
type Kept = [bool; Column::KEPT.len()];

/// Somebody who is known, with what a row says of them.
#[derive(Debug)]
pub struct Over {
    pub person: Employee,
    /// What was known, stands in a column of the file, and is empty in this row.
    pub emptied: Vec<Column>,
    /// Somebody who has left, of whom the row says no more than what they were employed as.
    pub still_gone: bool,
}

impl Read {
    /// A column that is not in the file leaves what is known. So does a word that says only what
    /// somebody is employed as: whoever has left does not come back by it.
    pub fn over(&self, before: &Employee) -> Over {
        let mut person = self.person.clone();
        let has = |column: Column| {
            Column::KEPT.iter().position(|kept| *kept == column).is_some_and(|at| self.columns[at])
        };
        let left = !matches!(before.status, Status::Active | Status::Candidate);
        let still_gone = self.only_employed && left;
        if still_gone {
            person.status = before.status;
        }
        let same_status = person.status == before.status;
        // The day goes with its status: that of another one says nothing of this.
        if !has(Column::StatusSince) && same_status {
            person.status_since = before.status_since;
        }
        if !has(Column::Tmt) {
            person.tmt = before.tmt;
        }
        if !has(Column::ContractEnd) {
            person.contract_end = before.contract_end;
        }
        if !has(Column::Body) {
            person.body.clone_from(&before.body);
        }
        if !has(Column::Unit) {
            person.unit.clone_from(&before.unit);
        }
        if !has(Column::Position) {
            person.position.clone_from(&before.position);
        }
        if !has(Column::Karpeg) {
            person.karpeg.clone_from(&before.karpeg);
        }
        let lost = [
            (
                Column::StatusSince,
                same_status && before.status_since.is_some() && person.status_since.is_none(),
            ),
            (Column::Tmt, before.tmt.is_some() && person.tmt.is_none()),
            (Column::ContractEnd, before.contract_end.is_some() && person.contract_end.is_none()),
            (Column::Unit, !before.unit.is_empty() && person.unit.is_empty()),
            (Column::Position, !before.position.is_empty() && person.position.is_empty()),
            (Column::Karpeg, before.karpeg.is_some() && person.karpeg.is_none()),
        ];
        let emptied = lost.into_iter().filter(|(_, lost)| *lost).map(|(column, _)| column).collect();
        Over { person, emptied, still_gone }
    }
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
    let raw = |column: Column| columns.place(column).map_or("", |i| fields[i].text.as_ref());
    let mut get = |column: Column| {
        let (text, wrong) = folded(raw(column));
        converted |= wrong;
        let text = tidy(&text);
        // The sign with which `refused` keeps a table program from calculating.
        let guarded = text.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@']));
        guarded.map_or_else(|| text.clone(), str::to_owned)
    };
    let nip = nip(&get(Column::Nip))?;
    plausible(nip, rules)?;
    let name = named_in_full(&get(Column::TitleBefore), &get(Column::Name), &get(Column::TitleAfter));
    if name.is_empty() {
        let letter = first_unseen(raw(Column::Name));
        return Err(letter.map_or(RowError::NoName, |letter| RowError::Letter { column: "nama", letter }));
    }
    if name.len() > 150 {
        return Err(RowError::Name);
    }
    let (status, only_employed) = status(&get(Column::Status), &get(Column::Kind), columns, rules)?;
    let mut body = get(Column::Body);
    if body.is_empty() && !columns.has(Column::Body) {
        body = rules.bodies.first().cloned().unwrap_or_default();
    }
    let (unit, position, karpeg) = (get(Column::Unit), get(Column::Position), get(Column::Karpeg));
    let mut day = |column: Column| {
        let at = Column::DAYS.iter().position(|known| *known == column).unwrap_or_default();
        days::read(&get(column), rules.orders[at], rules.utc_offset_hours).map_err(|why| match why {
            NoDay::Unreadable => RowError::Date(column.word()),
            NoDay::Disagree(day_first, month_first) => {
                RowError::DateOrder { column: column.word(), day_first, month_first }
            }
        })
    };
    let (status_since, tmt) = (day(Column::StatusSince)?, day(Column::Tmt)?);
    let contract_end = day(Column::ContractEnd)?.filter(|_| nip.kind() == Kind::Pppk);
    let texts =
        [("nama", &name), ("instansi", &body), ("unit", &unit), ("jabatan", &position), ("karpeg", &karpeg)];
    for (column, text) in texts {
        if let Some(letter) = undrawable(text) {
            return Err(RowError::Letter { column, letter });
        }
        if text.chars().count() > 200 {
            return Err(RowError::Long(column));
        }
    }
    // Without the column, only somebody who is new has to have one; whoever is known keeps theirs.
    if body.is_empty() && columns.has(Column::Body) {
        return Err(RowError::NoBody);
    }
    if !rules.bodies.is_empty() && !rules.bodies.contains(&body) && columns.has(Column::Body) {
        return Err(RowError::Body);
    }
    let karpeg = (!karpeg.is_empty()).then_some(karpeg);
    let person =
        Employee { nip, name, status, status_since, tmt, contract_end, body, unit, position, karpeg };
    Ok(Read { person, columns: Column::KEPT.map(|column| columns.has(column)), only_employed, converted })
}

/// Is this row one of those that the file as a whole has shown to be wrong?
pub fn among_all(nip: Nip, line: u64, rules: &Rules) -> Result<(), RowError> {
    let even = nip.as_u64().is_multiple_of(ROUNDED_TO);
    match rules.twice.get(&nip) {
        Some(twice) => {
            let other = if line == twice.first { twice.other } else { twice.first };
            Err(if even && twice.name {
                RowError::RoundedTwice(other)
            } else {
                RowError::Twice { line: other, name: twice.name }
            })
        }
        None if even && rules.rounded => Err(RowError::Rounded),
        None => Ok(()),
    }
}

/// A table program keeps numbers of this size in steps of 32.
pub const ROUNDED_TO: u64 = 32;

/// Nobody is appointed as a child or after the age at which offices pension.
fn plausible(nip: Nip, rules: &Rules) -> Result<(), RowError> {
    let year = i32::from(nip.appointment_year());
    let age = year - i32::from(nip.birth().year());
    if !(16..=65).contains(&age) {
        return Err(RowError::Age(age));
    }
    match rules.today {
        Some(today) if year > i32::from(today.year()) + 1 => Err(RowError::Ahead),
        _ => Ok(()),
    }
}

/// Titles that stand in columns of their own, joined to the name where it has them not yet.
fn named_in_full(before: &str, name: &str, after: &str) -> String {
    let dash = |text: &str| matches!(text, "" | "-");
    if dash(name) {
        return String::new();
    }
    let mut full = name.to_owned();
    if !dash(before) && !full.starts_with(before) {
        full = format!("{before} {full}");
    }
    let after = after.trim_start_matches([',', ' ']);
    if !dash(after) && !full.ends_with(after) {
        full = format!("{}, {after}", full.trim_end_matches([',', ' ']));
    }
    full
}

/// The status, and whether the row says no more than what somebody is employed as.
fn status(status: &str, kind: &str, columns: &Columns, rules: &Rules) -> Result<(Status, bool), RowError> {
    let read = |text: &str, column: Column| match said(text, &rules.meanings) {
        Some(said) => Ok(said),
        None => Err(RowError::Status(column.word())),
    };
    let none = |text: &str| matches!(text, "" | "-");
    let asked = if columns.has(Column::Status) { status } else { kind };
    if none(asked) {
        return Err(RowError::NoStatus);
    }
    let first = if none(status) { None } else { Some(read(status, Column::Status)?) };
    let second = if none(kind) { None } else { Some(read(kind, Column::Kind)?) };
    let of =
        |said: Option<super::words::Said>| said.map_or((None, None), |said| (said.employed, said.status));
    let ((employed, status), (as_kind, beside)) = (of(first), of(second));
    if status.is_some() && beside.is_some() && status != beside {
        return Err(RowError::Disagree);
    }
    let candidate = employed == Some(Employed::Candidate) || as_kind == Some(Employed::Candidate);
    Ok(match status.or(beside) {
        Some(Status::Active) if candidate => (Status::Candidate, false),
        Some(status) => (status, false),
        None if candidate => (Status::Candidate, employed != Some(Employed::Candidate)),
        None => (Status::Active, true),
    })
}

/// Takes the apostrophe that tells a spreadsheet "this is text" off.
pub fn nip(text: &str) -> Result<Nip, RowError> {
    let text = text.trim_start_matches(['\'', '’', '‘', '`']);
    if matches!(text, "" | "-") {
        return Err(RowError::NoNip);
    }
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

#[cfg(test)]
mod tests {
    use super::super::columns::Mapping;
    use super::*;
    use crate::person::NipError;

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
        assert_eq!(with(0, " "), Err(RowError::NoNip));
        assert_eq!(with(0, "200001012005011001"), Err(RowError::Age(5)));
        assert_eq!(with(2, "entah"), Err(RowError::Status("status")));
        assert_eq!(with(2, ""), Err(RowError::NoStatus));
        assert_eq!(with(1, "Ba\u{7}yu"), Err(RowError::Letter { column: "nama", letter: '\u{7}' }));
        assert_eq!(with(3, "31-02-2003"), Err(RowError::Date("tmt")));
        assert_eq!(with(3, "kemarin"), Err(RowError::Date("tmt")));
        assert_eq!(with(4, ""), Err(RowError::NoBody));
        assert_eq!(row(&GOOD[..3]), Err(RowError::Fields { found: 3, named: 5 }));
        assert!(row(&[&GOOD[..], &["", ""]].concat()).is_ok());
        assert!(row(&[&GOOD[..], &["x"]].concat()).is_err());
    }

    #[test]
    fn only_bodies_that_the_issuer_may_name() {
        let rules = Rules { bodies: vec!["Pemkab Lain".into()], ..Rules::default() };
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
