//! An import file, whatever it is: rows of fields under a row of names.

use std::io::{BufRead, BufReader, Read as IoRead, Seek};
use std::ops::ControlFlow;

use super::columns::{Columns, HeaderError, Mapping};
use super::faults::RowError;
use super::row::{Field, Read, Rules};
use super::words::Meanings;
use super::{csv_rows, sheet};
use crate::central::CentralError;

/// What is asked of a file.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Which sheet of a workbook; needed where it has several.
    pub sheet: Option<String>,
    pub mapping: Mapping,
    /// What is said now of words for a status; what was said before is kept.
    pub meanings: Meanings,
    pub rules: Rules,
}

/// Whoever looks at a file, row by row.
pub trait See {
    /// The sheets of a workbook, before anything else, and the one that is asked for. `Err` ends it.
    fn sheets(&mut self, names: &[String], asked: Option<&str>) -> Result<String, CentralError>;
    /// The row of names, and what they seem to mean.
    fn header(&mut self, names: &[String], columns: &Columns) -> Result<(), HeaderError>;
    /// A row that is not blank. `line` is counted from 1, as people see it in the file.
    fn row(&mut self, line: u64, fields: &[Field<'_>], read: Result<Read, RowError>) -> ControlFlow<()>;
}

/// What became of the lines of a file (the rows of a sheet): each is one of these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub lines: u64,
    /// Up to the row of names, and with it.
    pub heading: u64,
    pub blank: u64,
    /// Handed on; a row may go over several lines.
    pub in_rows: u64,
    pub rows: u64,
    /// Nobody wanted the rest.
    pub cut: bool,
}

impl Tally {
    /// Is every line accounted for?
    pub fn agrees(&self) -> bool {
        self.cut || self.lines == self.heading + self.blank + self.in_rows
    }
}

/// Walks a file from its beginning. Blocks; memory does not grow with the file, but for the strings
/// that a workbook keeps apart, which are bounded (see `guard`).
pub fn walk<R: IoRead + Seek>(
    mut input: BufReader<R>,
    asked: &Asked,
    see: &mut dyn See,
) -> Result<Tally, CentralError> {
    let start = input.fill_buf().map_err(unreadable)?;
    if start.starts_with(b"PK\x03\x04") {
        return sheet::walk(input, asked, see);
    }
    if start.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(CentralError::Import(
            "it is an old workbook (.xls) or one with a password; save it as .xlsx without a password".into(),
        ));
    }
    if is_page(start) {
        return Err(CentralError::Import(
            "it is a web page with the ending .xls; open it in a table program and save it as .xlsx".into(),
        ));
    }
    csv_rows::walk(input, asked, see)
}

/// HTML and XML tables, which many programs of offices write and call a workbook.
fn is_page(start: &[u8]) -> bool {
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    let begins =
        |tag: &str| start.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag.as_bytes()));
    ["<html", "<!doctype", "<table", "<?xml", "<head", "<body", "<meta", "<style", "<div", "<!--", "<tr"]
        .iter()
        .any(|tag| begins(tag))
        || start.starts_with(b"MIME-Version:")
}

#[allow(clippy::needless_pass_by_value, reason = "the form that map_err hands it in")]
pub fn unreadable(error: std::io::Error) -> CentralError {
    CentralError::Import(format!("it cannot be read: {error}"))
}

impl From<HeaderError> for CentralError {
    fn from(error: HeaderError) -> CentralError {
        CentralError::Import(error.to_string())
    }
}
