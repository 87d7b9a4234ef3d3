//! The beginning of an import file, for whoever decides which column is which.

use std::io::{BufReader, Read as IoRead, Seek};
use std::ops::ControlFlow;

use super::columns::{Columns, HeaderError};
use super::row::{Field, Read, RowError};
use super::source::{Asked, See, walk};
use crate::central::CentralError;

/// Rows that are shown.
pub const ROWS: usize = 8;

#[derive(Clone, Debug, Default)]
pub struct Preview {
    /// Empty for a CSV.
    pub sheets: Vec<String>,
    pub sheet: String,
    pub header: Vec<String>,
    pub columns: Vec<Option<super::Column>>,
    /// The first rows, as the file holds them: line, fields, and why it would not go in.
    pub rows: Vec<(u64, Vec<String>, Option<RowError>)>,
}

/// Looks at the beginning of a file. Blocks. Of several sheets it takes the first where none is asked
/// for; columns that are missing are no error here.
pub fn preview<R: IoRead + Seek>(input: BufReader<R>, asked: &Asked) -> Result<Preview, CentralError> {
    let mut seen = Preview::default();
    walk(input, asked, &mut seen)?;
    Ok(seen)
}

impl See for Preview {
    fn sheets(&mut self, names: &[String], asked: Option<&str>) -> Result<String, CentralError> {
        let found = asked.and_then(|asked| names.iter().find(|name| *name == asked)).or(names.first());
        self.sheets = names.to_vec();
        self.sheet = found.cloned().ok_or_else(|| CentralError::Import("it has no sheet".into()))?;
        Ok(self.sheet.clone())
    }

    fn header(&mut self, names: &[String], columns: &Columns) -> Result<(), HeaderError> {
        self.header = names.to_vec();
        self.columns.clone_from(&columns.0);
        Ok(())
    }

    fn row(&mut self, line: u64, fields: &[Field<'_>], read: Result<Read, RowError>) -> ControlFlow<()> {
        let texts = fields.iter().map(|field| field.text.chars().take(60).collect()).collect();
        self.rows.push((line, texts, read.err()));
        if self.rows.len() == ROWS { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}
