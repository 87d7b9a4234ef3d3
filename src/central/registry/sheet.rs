//! The rows of a spreadsheet (XLSX), read as a stream after `guard` has looked through it.

use std::borrow::Cow;
use std::io::{BufReader, Read as IoRead, Seek};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Reader as _, SheetType, SheetVisible, Xlsx, XlsxError};

use super::columns::{Column, Columns, Place};
use super::guard;
use super::row::{self, Field, Form};
use super::source::{Asked, See, unreadable};
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
) -> Result<(), CentralError> {
    guard::check(&mut input, &guard::Limits::default()).map_err(|refused| match refused {
        guard::Refused::Io(error) => unreadable(error),
        other => CentralError::Import(other.to_string()),
    })?;
    input.rewind().map_err(unreadable)?;
    // The reader is not ours, and the file is a stranger's: a panic in it is a file that cannot be read.
    catch_unwind(AssertUnwindSafe(|| open(input, asked, see)))
        .unwrap_or_else(|_| Err(CentralError::Import("its sheet is not as the format asks".into())))
}

fn open<R: IoRead + Seek>(input: BufReader<R>, asked: &Asked, see: &mut dyn See) -> Result<(), CentralError> {
    let mut book = Xlsx::new(input).map_err(not_a_book)?;
    let sheets = book.sheets_metadata().iter();
    let names: Vec<String> = sheets
        .filter(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone())
        .collect();
    let name = see.sheets(&names, asked.sheet.as_deref())?;
    let mut cells = book.worksheet_cells_reader(&name).map_err(bad)?;
    let mut rows = Rows { asked, see, columns: None, titles: Vec::new() };
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
                return Ok(());
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
    }
    Ok(())
}

/// Finds the row of names, and hands on what stands below it.
struct Rows<'a> {
    asked: &'a Asked,
    see: &'a mut dyn See,
    columns: Option<Columns>,
    /// Rows above it, for as long as it is not found.
    titles: Vec<Gathered>,
}

impl Rows<'_> {
    fn take(&mut self, row: Gathered) -> Result<ControlFlow<()>, CentralError> {
        if row.1.iter().all(|field| field.text.trim().is_empty()) {
            return Ok(ControlFlow::Continue(()));
        }
        if self.columns.is_some() {
            return Ok(self.hand(row));
        }
        let found = self.is_header(&row.1);
        self.titles.push(row);
        if found {
            return self.begin(self.titles.len() - 1);
        }
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
            let _ = self.begin(0)?;
        }
        Ok(())
    }

    /// Do these cells name columns? Titles above a table do not.
    fn is_header(&self, fields: &[Field<'_>]) -> bool {
        let mapping = &self.asked.mapping;
        let by_name = mapping.0.iter().any(|(_, place)| matches!(place, Place::Header(_)));
        match Columns::guess(&names(fields), mapping) {
            Ok(columns) => by_name || (columns.has(Column::Nip) && columns.has(Column::Name)),
            Err(_) => false,
        }
    }

    /// The row of names is this one of those that were kept back.
    fn begin(&mut self, at: usize) -> Result<ControlFlow<()>, CentralError> {
        let mut kept = std::mem::take(&mut self.titles).into_iter().skip(at);
        let names = kept.next().map(|(_, fields)| names(&fields)).unwrap_or_default();
        let columns = Columns::guess(&names, &self.asked.mapping)?;
        self.see.header(&names, &columns)?;
        self.columns = Some(columns);
        for row in kept {
            if self.hand(row).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn hand(&mut self, (number, mut fields): Gathered) -> ControlFlow<()> {
        let Some(columns) = &self.columns else { return ControlFlow::Continue(()) };
        if fields.len() < columns.0.len() {
            fields.resize(columns.0.len(), Field::EMPTY);
        }
        // Cells beside the table, under no name, are notes.
        fields.truncate(columns.0.len());
        let read = row::read(&fields, columns, &self.asked.rules);
        self.see.row(number, &fields, read)
    }
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
    CentralError::Import(format!("its sheet cannot be read: {error}"))
}
