//! What came of a file, counted in the ways in which an office asks.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::columns::Column;
use super::faults::RowError;
use crate::person::{Nip, Status};

/// Words without a meaning, people who are missing: told at most.
const WORDS: usize = 100;
pub const MISSING: usize = 20_000;

/// What came of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    New,
    /// In these columns.
    Changed(Vec<Column>),
    Same,
    Refused(RowError),
}

/// One row of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowReport {
    /// The line of the file on which the row begins, counted from 1.
    pub line: u64,
    pub outcome: Outcome,
    /// As the file holds it, where that was asked for and the row is refused.
    pub fields: Vec<String>,
}

/// How many went from one status to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Move {
    #[serde(serialize_with = "word")]
    pub from: Status,
    #[serde(serialize_with = "word")]
    pub to: Status,
    pub count: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the form that serde hands it in")]
fn word<S: Serializer>(status: &Status, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(status.word())
}

/// Rows that were refused for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The first of them.
    pub line: u64,
    #[serde(rename = "reason", serialize_with = "text")]
    pub error: RowError,
    pub count: u64,
}

fn text<S: Serializer>(error: &RowError, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(error)
}

/// Somebody who is in the registry, has not left, and stands not in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    pub nip: Nip,
    pub record: String,
    pub name: String,
    pub unit: String,
}

/// What came of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    pub rows: u64,
    pub new: u64,
    pub changed: u64,
    pub same: u64,
    pub refused: u64,
    /// Rows that were not UTF-8 and were read as Windows-1252, or that somebody had read so before.
    pub converted: u64,
    /// Nothing was put in: values would be emptied, and nobody has said that they may be.
    pub withheld: bool,
    /// The file's names that mean nothing to the registry.
    pub passed_over: Vec<String>,
    /// Values that are known and that the file has empty cells for, by column.
    pub emptied: BTreeMap<&'static str, u64>,
    /// Changed values, by column.
    pub fields: BTreeMap<&'static str, u64>,
    pub moves: Vec<Move>,
    /// Who has left, and of whom the file says only what they were employed as: left as they are.
    pub still_gone: u64,
    pub reasons: Vec<Reason>,
    /// Words of the columns for status that nobody has given a meaning, with their rows.
    pub words: BTreeMap<String, u64>,
    /// How many are in the registry, have not left, and stand not in the file.
    pub missing: u64,
    /// The names of the file's columns.
    #[serde(skip)]
    pub names: Vec<String>,
    #[serde(skip)]
    pub missing_people: Vec<Missing>,
}

impl ImportReport {
    pub fn count(&mut self, row: &RowReport) {
        self.rows += 1;
        match &row.outcome {
            Outcome::New => self.new += 1,
            Outcome::Changed(columns) => {
                self.changed += 1;
                for column in columns {
                    *self.fields.entry(column.word()).or_default() += 1;
                }
            }
            Outcome::Same => self.same += 1,
            Outcome::Refused(error) => {
                self.refused += 1;
                let kind = error.kind();
                match self.reasons.iter_mut().find(|reason| reason.error.kind() == kind) {
                    Some(reason) => reason.count += 1,
                    None => self.reasons.push(Reason { line: row.line, error: error.clone(), count: 1 }),
                }
            }
        }
    }

    pub fn moved(&mut self, from: Status, to: Status) {
        match self.moves.iter_mut().find(|known| known.from == from && known.to == to) {
            Some(known) => known.count += 1,
            None => self.moves.push(Move { from, to, count: 1 }),
        }
    }

    pub fn word(&mut self, word: &str) {
        if let Some(count) = self.words.get_mut(word) {
            *count += 1;
        } else if self.words.len() < WORDS {
            self.words.insert(word.to_owned(), 1);
        }
    }

    pub fn empties(&self) -> u64 {
        self.emptied.values().sum()
    }
}
