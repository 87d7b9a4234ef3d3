//! The rows of a spreadsheet (XLSX), read as a stream after `guard` has looked through it.

use std::borrow::Cow;
use std::io::{BufReader, Read as IoRead, Seek};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Reader as _, SheetType, SheetVisible, Xlsx, XlsxError};

use super::columns::{Column, Columns, Mapping, Place};
use super::guard;
use super::row::{self, Field, Form};
use super::source::{Asked, See, Tally, unreadable};
use crate::central::CentralError;

/// Columns that are looked at: a list of people has no more.
const COLUMNS: usize = 256;
/// Rows of a sheet, by the format itself.
const ROWS: u32 = 1_048_576;
/// Titles that may stand above the row of names.
const TITLES: usize = 20;

/// A row as it is gathered: its number in the sheet, from 1, and its fields.
type Gathered = (u64, Vec<Field<'static>>);

pub fn walk<R: IoRead + Seek>(
    mut input: BufReader<R>,
    asked: &Asked,
    see: &mut dyn See,
) -> Result<Tally, CentralError> {
    guard::check(&mut input, &guard::Limits::default()).map_err(|refused| match refused {
        guard::Refused::Io(error) => unreadable(error),
        other => CentralError::Import(other.to_string()),
    })?;
    input.rewind().map_err(unreadable)?;
    // The reader is not ours, and the file is a stranger's: a panic in it is a file that cannot be read.
    catch_unwind(AssertUnwindSafe(|| open(input, asked, see)))
        .unwrap_or_else(|_| Err(CentralError::Import("its sheet is not as the format asks".into())))
}

fn open<R: IoRead + Seek>(
    input: BufReader<R>,
    asked: &Asked,
    see: &mut dyn See,
) -> Result<Tally, CentralError> {
    let mut book = Xlsx::new(input).map_err(not_a_book)?;
    let sheets = book.sheets_metadata().iter();
    let names: Vec<String> = sheets
        .filter(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone())
        .collect();
    let name = see.sheets(&names, asked.sheet.as_deref())?;
    let mut cells = book.worksheet_cells_reader(&name).map_err(bad)?;
    let mut rows = Rows { asked, see, columns: None, titles: Vec::new(), tally: Tally::default() };
    let mut current: Gathered = (0, Vec::new());
    while let Some(cell) = cells.next_cell().map_err(bad)? {
        let (at, column) = cell.get_position();
        if at >= ROWS || u64::from(at) + 1 < current.0 {
            return Err(CentralError::Import("its rows are not in order".into()));
        }
        let number = u64::from(at) + 1;
        if number != current.0 {
            let done = std::mem::replace(&mut current, (number, Vec::new()));
            if rows.take(done)?.is_break() {
                rows.tally.cut = true;
                return Ok(rows.tally);
            }
        }
        let column = column as usize;
        let field = field(cell.get_value());
        if column < COLUMNS && !field.text.is_empty() {
            if current.1.len() <= column {
                current.1.resize(column + 1, Field::EMPTY);
            }
            current.1[column] = field;
        }
    }
    if rows.take(current)?.is_continue() {
        rows.end()?;
    } else {
        rows.tally.cut = true;
    }
    Ok(rows.tally)
}

/// Finds the row of names, and hands on what stands below it.
struct Rows<'a> {
    asked: &'a Asked,
    see: &'a mut dyn See,
    columns: Option<Columns>,
    /// Rows above it, for as long as it is not found.
    titles: Vec<Gathered>,
    tally: Tally,
}

impl Rows<'_> {
    fn take(&mut self, row: Gathered) -> Result<ControlFlow<()>, CentralError> {
        // The reader begins with a row of number 0 that is none.
        self.tally.lines += u64::from(row.0 > 0);
        if row.1.iter().all(|field| field.text.trim().is_empty()) {
            self.tally.blank += u64::from(row.0 > 0);
            return Ok(ControlFlow::Continue(()));
        }
        if self.columns.is_some() {
            return Ok(self.hand(row));
        }
        // The row below the names may be their second line, so it is looked at before it is decided.
        if let Some(at) = self.titles.iter().position(|(_, fields)| self.is_header(fields)) {
            self.titles.push(row);
            return self.begin(at);
        }
        self.titles.push(row);
        if self.titles.len() == TITLES {
            return self.begin(0);
        }
        Ok(ControlFlow::Continue(()))
    }

    fn end(&mut self) -> Result<(), CentralError> {
        if self.columns.is_none() {
            if self.titles.is_empty() {
                return Err(CentralError::Import("the sheet is empty".into()));
            }
            let at = self.titles.iter().position(|(_, fields)| self.is_header(fields));
            let _ = self.begin(at.unwrap_or_default())?;
        }
        Ok(())
    }

    /// Do these cells name columns? Titles above a table do not.
    fn is_header(&self, fields: &[Field<'_>]) -> bool {
        let mapping = &self.asked.mapping;
        let names = names(fields);
        // Columns that are said by their place say nothing of where the names are.
        let by_name = mapping.0.iter().any(|(_, place)| matches!(place, Place::Header(_)));
        if by_name {
            return Columns::guess(&names, mapping).is_ok();
        }
        Columns::guess(&names, &Mapping::default())
            .is_ok_and(|columns| columns.has(Column::Nip) && columns.has(Column::Name))
    }

    /// The row of names is this one of those that were kept back.
    fn begin(&mut self, at: usize) -> Result<ControlFlow<()>, CentralError> {
        let kept = std::mem::take(&mut self.titles);
        let mut header = kept[at].1.clone();
        if let Some(above) = at.checked_sub(1).map(|above| &kept[above])
            && above.0 + 1 == kept[at].0
            && above.1.iter().filter(|field| !field.text.trim().is_empty()).count() > 1
        {
            header = from_above(header, &above.1);
        }
        let mut below = at + 1;
        if let Some((_, second)) = kept.get(below)
            && is_second_line(&header, second, &self.asked.mapping)
        {
            header = joined(&header, second);
            below += 1;
        }
        self.tally.heading += below as u64;
        let names = names(&header);
        let columns = Columns::guess(&names, &self.asked.mapping)?;
        self.see.header(&names, &columns)?;
        self.columns = Some(columns);
        for row in kept.into_iter().skip(below) {
            if self.hand(row).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn hand(&mut self, (number, mut fields): Gathered) -> ControlFlow<()> {
        let Some(columns) = &self.columns else { return ControlFlow::Continue(()) };
        // Many lists number their columns below the names.
        if self.tally.rows == 0 && are_numbers_of_columns(&fields) {
            self.tally.heading += 1;
            return ControlFlow::Continue(());
        }
        self.tally.rows += 1;
        self.tally.in_rows += 1;
        if fields.len() < columns.0.len() {
            fields.resize(columns.0.len(), Field::EMPTY);
        }
        // Cells beside the table, under no name, are notes.
        fields.truncate(columns.0.len());
        let read = row::read(&fields, columns, &self.asked.rules);
        self.see.row(number, &fields, read)
    }
}

/// Names that stand over two rows (merged cells): a cell that is empty here has its name above.
fn from_above(mut header: Vec<Field<'static>>, above: &[Field<'static>]) -> Vec<Field<'static>> {
    header.resize(header.len().max(above.len()), Field::EMPTY);
    for (name, above) in header.iter_mut().zip(above) {
        if name.text.trim().is_empty() {
            name.clone_from(above);
        }
    }
    header
}

/// Does this row name columns too? It has no number and no name of anybody, and says of a column that has
/// none yet, or of one under a heading of several, what it is.
fn is_second_line(header: &[Field<'static>], second: &[Field<'static>], mapping: &Mapping) -> bool {
    let Ok(columns) = Columns::guess(&names(header), mapping) else { return false };
    let filled = |column: Column| {
        columns.place(column).and_then(|at| second.get(at)).is_some_and(|field| !field.text.trim().is_empty())
    };
    if filled(Column::Nip) || filled(Column::Name) {
        return false;
    }
    let known = |fields: &[Field<'static>]| {
        let columns = Columns::guess(&names(fields), &Mapping::default());
        columns.map_or(0, |columns| columns.0.iter().flatten().count())
    };
    known(&joined(header, second)) > known(header)
}

/// Each column under its name of both lines, or of the one that is known.
fn joined(header: &[Field<'static>], second: &[Field<'static>]) -> Vec<Field<'static>> {
    let text = |fields: &[Field<'static>], at: usize| {
        fields.get(at).map(|field| field.text.trim().to_owned()).unwrap_or_default()
    };
    let known = |name: &str| {
        Columns::guess(&[name.to_owned()], &Mapping::default()).is_ok_and(|columns| columns.0[0].is_some())
    };
    // A heading over several columns stands in the first of them.
    let mut group = String::new();
    (0..header.len().max(second.len()))
        .map(|at| {
            let (above, below) = (text(header, at), text(second, at));
            if !above.is_empty() {
                group.clone_from(&above);
            }
            let both = format!("{group} {below}");
            let name = match (above.is_empty(), below.is_empty()) {
                (_, true) => above,
                _ if known(&both) => both,
                _ if known(&below) => below,
                (false, false) if known(&above) => above,
                _ => both,
            };
            Field { text: name.into(), form: Form::Text }
        })
        .collect()
}

/// `1 2 3 4 …` below the names.
fn are_numbers_of_columns(fields: &[Field<'_>]) -> bool {
    let filled: Vec<_> =
        fields.iter().map(|field| field.text.trim()).filter(|text| !text.is_empty()).collect();
    let number = |text: &str| text.trim_matches(['(', ')']).parse::<usize>().ok();
    filled.len() > 2
        && filled.windows(2).all(|pair| number(pair[0]).is_some_and(|n| number(pair[1]) == Some(n + 1)))
        && matches!(number(filled[0]), Some(0..=2))
}

fn names(fields: &[Field<'_>]) -> Vec<String> {
    fields.iter().map(|field| field.text.clone().into_owned()).collect()
}

fn field(value: &DataRef<'_>) -> Field<'static> {
    let text = |text: &str| Field { text: Cow::Owned(text.to_owned()), form: Form::Text };
    match value {
        DataRef::Empty => Field::EMPTY,
        DataRef::String(value) | DataRef::DateTimeIso(value) | DataRef::DurationIso(value) => text(value),
        DataRef::SharedString(value) => text(value),
        DataRef::Bool(value) => text(if *value { "TRUE" } else { "FALSE" }),
        DataRef::Int(value) => Field { text: value.to_string().into(), form: Form::Number },
        DataRef::Float(value) => Field { text: value.to_string().into(), form: Form::Number },
        DataRef::DateTime(value) => {
            let (year, month, day, ..) = value.to_ymd_hms_milli();
            text(&format!("{year:04}-{month:02}-{day:02}"))
        }
        DataRef::Error(error) => Field { text: error.to_string().into(), form: Form::Fault },
    }
}

#[allow(clippy::needless_pass_by_value, reason = "the form that map_err hands it in")]
fn not_a_book(error: XlsxError) -> CentralError {
    CentralError::Import(format!("it is no workbook that can be read (.xlsx): {error}"))
}

#[allow(clippy::needless_pass_by_value, reason = "the form that map_err hands it in")]
fn bad(error: XlsxError) -> CentralError {
    CentralError::Import(format!("its sheet cannot be read ({error}); open it and save it again as .xlsx"))
}
