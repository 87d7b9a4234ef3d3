//! What a file says as a whole, before any of its rows is taken: in which order its days are written,
//! which numbers stand in it twice with different things, and whether a table program has rounded them.

use std::collections::HashMap;
use std::collections::hash_map::{DefaultHasher, Entry};
use std::hash::{Hash as _, Hasher as _};
use std::ops::ControlFlow;
use std::sync::Arc;

use super::columns::{Column, Columns, HeaderError};
use super::days::Shown;
use super::faults::RowError;
use super::letters::folded;
use super::row::{self, Field, Form, ROUNDED_TO, Read, Rules, Twice};
use super::source::See;
use super::text::tidy;
use super::words::plain;
use crate::central::CentralError;
use crate::person::Nip;

/// Where a number stands first, and what is said there.
struct First {
    line: u64,
    all: u64,
    name: u64,
}

pub struct Survey {
    /// Chooses the sheet.
    sheets: fn(&[String], Option<&str>) -> Result<String, CentralError>,
    /// Rows that are looked at.
    most: u64,
    rows: u64,
    pub names: Vec<String>,
    pub columns: Columns,
    first: HashMap<Nip, First>,
    twice: HashMap<Nip, Twice>,
    shown: [Shown; 3],
    even: usize,
}

impl Survey {
    pub fn new(sheets: fn(&[String], Option<&str>) -> Result<String, CentralError>, most: u64) -> Survey {
        Survey {
            sheets,
            most,
            rows: 0,
            names: Vec::new(),
            columns: Columns(Vec::new()),
            first: HashMap::new(),
            twice: HashMap::new(),
            shown: Default::default(),
            even: 0,
        }
    }

    /// The rules for reading the rows, with what the file has shown.
    pub fn rules(&self, rules: &Rules) -> Rules {
        let all = self.first.len();
        // One honest number in 32 can have been rounded; and of many, never so many.
        let rounded = (self.even == all && all >= 3) || (self.even >= 6 && self.even * 4 >= all);
        Rules {
            orders: self.shown.map(Shown::order),
            twice: Arc::new(self.twice.clone()),
            rounded,
            ..rules.clone()
        }
    }

    /// Does this number stand in the file?
    pub fn holds(&self, nip: Nip) -> bool {
        self.first.contains_key(&nip)
    }

    fn number(&mut self, line: u64, nip: Nip, fields: &[Field<'_>]) {
        let text = |column: Column| {
            let field = self.columns.place(column).and_then(|at| fields.get(at));
            plain(&folded(field.map_or("", |field| field.text.as_ref())).0)
        };
        let mut all = DefaultHasher::new();
        for column in Column::ALL {
            if column != Column::Nip && self.columns.has(column) {
                text(column).hash(&mut all);
            }
        }
        let mut name = DefaultHasher::new();
        text(Column::Name).hash(&mut name);
        let (all, name) = (all.finish(), name.finish());
        match self.first.entry(nip) {
            Entry::Vacant(free) => {
                free.insert(First { line, all, name });
                self.even += usize::from(nip.as_u64().is_multiple_of(ROUNDED_TO));
            }
            Entry::Occupied(first) if first.get().all != all => {
                let first = first.get();
                let another = first.name != name;
                let twice = Twice { first: first.line, other: line, name: another };
                self.twice.entry(nip).and_modify(|known| known.name |= another).or_insert(twice);
            }
            Entry::Occupied(_) => {}
        }
    }
}

impl See for Survey {
    fn sheets(&mut self, names: &[String], asked: Option<&str>) -> Result<String, CentralError> {
        (self.sheets)(names, asked)
    }

    fn header(&mut self, names: &[String], columns: &Columns) -> Result<(), HeaderError> {
        self.names = names.to_vec();
        self.columns = columns.clone();
        Ok(())
    }

    fn row(&mut self, line: u64, fields: &[Field<'_>], _: Result<Read, RowError>) -> ControlFlow<()> {
        let at = |column: Column| self.columns.place(column).and_then(|at| fields.get(at));
        for (shown, column) in self.shown.iter_mut().zip(Column::DAYS) {
            if let Some(field) = at(column) {
                shown.look(&field.text, line);
            }
        }
        // A workbook's number has lost its last digits: it may look like somebody else's.
        let number = at(Column::Nip).filter(|field| field.form != Form::Number);
        let nip = number.and_then(|field| row::nip(&tidy(&folded(&field.text).0)).ok());
        if let Some(nip) = nip {
            self.number(line, nip, fields);
        }
        self.rows += 1;
        if self.rows == self.most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}
