//! A file into the registry, row by row: memory does not grow with the file, every row is told with
//! its line and what came of it, and no good row is lost for a bad neighbour.

use std::io::{BufReader, Read as IoRead, Seek};
use std::ops::ControlFlow;

use serde::Serialize;
use tokio::sync::mpsc;

use super::changes::{By, differing};
use super::columns::{Column, Columns, HeaderError};
use super::people::{many_in_tx, put_new};
use super::row::{Field, Read, RowError, Rules};
use super::source::{Asked, See, walk};
use super::{Change, put};
use crate::central::codes::random_id;
use crate::central::storage::audit;
use crate::central::{CentralError, Office};
use crate::person::{Employee, Nip};

/// Rows in one transaction: a writer elsewhere waits no longer than this takes.
const BATCH: usize = 500;
/// Batches that are read ahead of the database.
const AHEAD: usize = 2;

/// What is to be done with a file.
#[derive(Clone, Debug)]
pub struct Plan {
    pub asked: Asked,
    /// Says what would happen, and puts nobody in.
    pub dry_run: bool,
    /// Who does it.
    pub actor: String,
}

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
}

/// What came of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    pub rows: u64,
    pub new: u64,
    pub changed: u64,
    pub same: u64,
    pub refused: u64,
    /// Rows that were not UTF-8 and were read as Windows-1252.
    pub converted: u64,
}

type Row = (u64, Result<Read, RowError>);

/// Imports a file. `tell` hears of each row, with what is counted up to it. An error is one of the
/// whole file (it cannot be read, its first row names no columns) or of the database; rows that were
/// committed before it stay.
pub async fn import<R: IoRead + Seek + Send + 'static>(
    office: &Office,
    input: BufReader<R>,
    mut plan: Plan,
    mut tell: impl FnMut(&RowReport, &ImportReport),
) -> Result<ImportReport, CentralError> {
    plan.asked.rules = rules(office);
    let (sender, mut batches) = mpsc::channel::<Vec<Row>>(AHEAD);
    let asked = plan.asked.clone();
    let reading = tokio::task::spawn_blocking(move || {
        let mut feed = Feed { sender, batch: Vec::with_capacity(BATCH) };
        let walked = walk(input, &asked, &mut feed);
        // What is read so far goes on, also where the file breaks off.
        let _ = feed.send();
        walked
    });
    let mut report = ImportReport::default();
    while let Some(batch) = batches.recv().await {
        take(office, &plan, batch, &mut report, &mut tell).await?;
    }
    reading.await.map_err(|_| CentralError::Worker)??;
    if !plan.dry_run {
        let mut tx = office.store.write().await?;
        audit(&mut tx, office.clock.now(), &plan.actor, "import", &random_id()).await?;
        tx.commit().await?;
    }
    Ok(report)
}

/// What this office takes from a list.
pub fn rules(office: &Office) -> Rules {
    Rules { bodies: office.config.issuer.bodies.clone() }
}

async fn take(
    office: &Office,
    plan: &Plan,
    batch: Vec<Row>,
    report: &mut ImportReport,
    tell: &mut impl FnMut(&RowReport, &ImportReport),
) -> Result<(), CentralError> {
    let by = By { actor: &plan.actor, way: "import" };
    let mut told = Vec::with_capacity(batch.len());
    let mut tx = office.store.write().await?;
    let nips: Vec<Nip> = batch.iter().filter_map(|(_, row)| Some(row.as_ref().ok()?.person.nip)).collect();
    let mut known = many_in_tx(&mut tx, &nips).await?;
    // Put in together: a statement for each would take five times as long.
    let mut new = Vec::new();
    for (line, row) in batch {
        let outcome = match row {
            Err(reason) => Outcome::Refused(reason),
            Ok(Read { person, converted }) => {
                report.converted += u64::from(converted);
                let before = known.get(&person.nip);
                let outcome = match before {
                    None => Outcome::New,
                    Some(before) if *before == person => Outcome::Same,
                    Some(before) => Outcome::Changed(differing(before, &person)),
                };
                match before {
                    _ if plan.dry_run || outcome == Outcome::Same => {}
                    None => {
                        new.push(person.clone());
                        known.insert(person.nip, person);
                    }
                    Some(before) => {
                        // Twice in this batch: the row before has to be in first.
                        if new.iter().any(|new: &Employee| new.nip == person.nip) {
                            put_new(office, &mut tx, &std::mem::take(&mut new)).await?;
                        }
                        let change = put(office, &mut tx, &person, Some(before.clone()), by).await?;
                        debug_assert_ne!(change, Change::Same);
                        known.insert(person.nip, person);
                    }
                }
                outcome
            }
        };
        told.push(RowReport { line, outcome });
    }
    put_new(office, &mut tx, &new).await?;
    tx.commit().await?;
    // Told once it is so.
    for row in &told {
        report.rows += 1;
        *match row.outcome {
            Outcome::New => &mut report.new,
            Outcome::Changed(_) => &mut report.changed,
            Outcome::Same => &mut report.same,
            Outcome::Refused(_) => &mut report.refused,
        } += 1;
        tell(row, report);
    }
    Ok(())
}

/// Reads on its own thread, and hands rows on in batches.
struct Feed {
    sender: mpsc::Sender<Vec<Row>>,
    batch: Vec<Row>,
}

impl Feed {
    fn send(&mut self) -> ControlFlow<()> {
        let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
        // Nobody there: the import has ended with an error of its own.
        if batch.is_empty() || self.sender.blocking_send(batch).is_ok() {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    }
}

impl See for Feed {
    fn sheets(&mut self, names: &[String], asked: Option<&str>) -> Result<String, CentralError> {
        let list = || names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ");
        match (asked, names) {
            (Some(asked), _) if names.iter().any(|name| name == asked) => Ok(asked.to_owned()),
            (Some(asked), _) => {
                Err(CentralError::Import(format!("it has no sheet '{asked}'; its sheets: {}", list())))
            }
            (None, [only]) => Ok(only.clone()),
            (None, []) => Err(CentralError::Import("it has no sheet".into())),
            (None, _) => {
                Err(CentralError::Import(format!("it has several sheets; say which one: {}", list())))
            }
        }
    }

    fn header(&mut self, _: &[String], columns: &Columns) -> Result<(), HeaderError> {
        columns.check()
    }

    fn row(&mut self, line: u64, _: &[Field<'_>], read: Result<Read, RowError>) -> ControlFlow<()> {
        self.batch.push((line, read));
        if self.batch.len() == BATCH { self.send() } else { ControlFlow::Continue(()) }
    }
}

#[cfg(test)]
#[path = "import_tests.rs"]
mod tests;
