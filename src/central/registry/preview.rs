//! The beginning of an import file, for whoever decides which column is which.

use std::io::{BufReader, Read as IoRead, Seek};
use std::ops::ControlFlow;

use super::columns::{Columns, HeaderError};
use super::faults::RowError;
use super::row::{Field, Read};
use super::source::{Asked, See, unreadable, walk};
use super::survey::Survey;
use crate::central::CentralError;
use crate::person::Employee;

/// Rows that are shown.
pub const ROWS: usize = 8;
/// Rows that are looked at for what the file says as a whole; a try looks at all of them.
const LOOKED_AT: u64 = 20_000;

#[derive(Clone, Debug, Default)]
pub struct Preview {
    /// Empty for a CSV.
    pub sheets: Vec<String>,
    pub sheet: String,
    pub header: Vec<String>,
    pub columns: Vec<Option<super::Column>>,
    /// Names that mean nothing to the registry.
    pub passed_over: Vec<String>,
    pub rows: Vec<PreviewRow>,
}

/// One of the first rows.
#[derive(Clone, Debug)]
pub struct PreviewRow {
    pub line: u64,
    /// As the file holds them.
    pub fields: Vec<String>,
    /// As they are understood, or why the row would not go in.
    pub read: Result<Employee, RowError>,
}

/// Looks at the beginning of a file. Blocks. Of several sheets it takes the first where none is asked
/// for; columns that are missing are no error here.
pub fn preview<R: IoRead + Seek>(mut input: BufReader<R>, asked: &Asked) -> Result<Preview, CentralError> {
    let mut survey = Survey::new(first_sheet, LOOKED_AT);
    walk(BufReader::new(&mut input), asked, &mut survey)?;
    input.rewind().map_err(unreadable)?;
    let asked = Asked { rules: survey.rules(&asked.rules), ..asked.clone() };
    let mut seen = Preview::default();
    walk(input, &asked, &mut seen)?;
    Ok(seen)
}

fn first_sheet(names: &[String], asked: Option<&str>) -> Result<String, CentralError> {
    let found = asked.and_then(|asked| names.iter().find(|name| *name == asked)).or(names.first());
    found.cloned().ok_or_else(|| CentralError::Import("it has no sheet".into()))
}

impl See for Preview {
    fn sheets(&mut self, names: &[String], asked: Option<&str>) -> Result<String, CentralError> {
        self.sheets = names.to_vec();
        self.sheet = first_sheet(names, asked)?;
        Ok(self.sheet.clone())
    }

    fn header(&mut self, names: &[String], columns: &Columns) -> Result<(), HeaderError> {
        self.header = names.to_vec();
        self.columns.clone_from(&columns.0);
        self.passed_over = columns.passed_over(names);
        Ok(())
    }

    fn row(&mut self, line: u64, fields: &[Field<'_>], read: Result<Read, RowError>) -> ControlFlow<()> {
        let fields = fields.iter().map(|field| field.text.chars().take(60).collect()).collect();
        self.rows.push(PreviewRow { line, fields, read: read.map(|read| read.person) });
        if self.rows.len() == ROWS { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}
