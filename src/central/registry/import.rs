//! A file into the registry, row by row: memory grows with the people in the file and not with the file,
//! every row is told with its line and what came of it, and no good row is lost for a bad neighbour.
//!
//! It is read up to three times: for what it says as a whole ([`Survey`]), for whether it would empty
//! values that are known, and to take it in.

use std::io::{BufReader, Read as IoRead, Seek};
use std::ops::ControlFlow;

use tokio::sync::mpsc;

use super::changes::{By, differing};
use super::columns::{Columns, HeaderError};
use super::faults::RowError;
use super::people::{many_in_tx, put_new};
use super::report::{ImportReport, Outcome, RowReport};
use super::row::{self, Field, Read, Rules};
use super::source::{Asked, See, Tally, unreadable, walk};
use super::survey::Survey;
use super::undo::Kept;
use super::{meanings, missing, put};
use crate::central::codes::random_id;
use crate::central::storage::{Tx, audit};
use crate::central::{CentralError, Office};
use crate::person::{Employee, Nip};

/// Rows in one transaction: a writer elsewhere waits no longer than this takes.
const BATCH: usize = 500;
/// Batches that are read ahead of the database.
const AHEAD: usize = 2;

/// What is to be done with a file.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub asked: Asked,
    /// Says what would happen, and puts nobody in.
    pub dry_run: bool,
    /// Values that are known may be emptied where the file has empty cells.
    pub allow_emptying: bool,
    /// Refused rows are told with their fields.
    pub keep_rows: bool,
    /// Who does it.
    pub actor: String,
}

struct Row {
    line: u64,
    read: Result<Read, RowError>,
    fields: Vec<String>,
    /// A word for a status that nobody has given a meaning.
    word: Option<String>,
}

/// Imports a file. `tell` hears of each row, with what is counted up to it. An error is one of the
/// whole file (it cannot be read, its first row names no columns) or of the database; rows that were
/// committed before it stay.
pub async fn import<R: IoRead + Seek + Send + 'static>(
    office: &Office,
    input: BufReader<R>,
    mut plan: Plan,
    mut tell: impl FnMut(&RowReport, &ImportReport),
) -> Result<ImportReport, CentralError> {
    let said = std::mem::take(&mut plan.asked.meanings);
    plan.asked.rules = rules(office);
    plan.asked.rules.meanings = meanings::kept(&office.store).await?;
    plan.asked.rules.meanings.extend(said.iter().map(|(word, status)| (super::words::plain(word), *status)));
    let (survey, input) = surveyed(input, plan.asked.clone()).await?;
    plan.asked.rules = survey.rules(&plan.asked.rules);
    let passed_over = survey.columns.passed_over(&survey.names);
    let begun = || ImportReport {
        names: survey.names.clone(),
        passed_over: passed_over.clone(),
        ..ImportReport::default()
    };

    let mut input = input;
    let mut withheld = false;
    if !plan.dry_run && !plan.allow_emptying {
        // Would it empty what is known? Nothing is taken before somebody has said that it may.
        let rehearsal = Plan { dry_run: true, keep_rows: false, ..plan.clone() };
        let (tried, back) =
            pass(office, input, &rehearsal, begun(), None, &mut |_: &RowReport, _: &ImportReport| {}).await?;
        input = back;
        withheld = tried.empties() > 0;
    }
    let plan = Plan { dry_run: plan.dry_run || withheld, ..plan };
    let mut kept = (!plan.dry_run).then(|| Kept::new(random_id(), plan.actor.clone()));
    if kept.is_some() {
        let mut tx = office.store.write().await?;
        meanings::keep(office, &mut tx, &plan.actor, &said).await?;
        tx.commit().await?;
    }
    let (mut report, _) = pass(office, input, &plan, begun(), kept.as_mut(), &mut tell).await?;
    report.withheld = withheld;
    missing::count(office, &survey, &mut report).await?;
    if let Some(kept) = kept {
        let mut tx = office.store.write().await?;
        audit(&mut tx, office.clock.now(), &plan.actor, "import", &kept.id).await?;
        tx.commit().await?;
    }
    Ok(report)
}

/// What this office takes from a list.
pub fn rules(office: &Office) -> Rules {
    Rules {
        bodies: office.config.issuer.bodies.clone(),
        utc_offset_hours: office.config.utc_offset_hours,
        today: Some(office.today()),
        ..Rules::default()
    }
}

async fn surveyed<R: IoRead + Seek + Send + 'static>(
    mut input: BufReader<R>,
    asked: Asked,
) -> Result<(Survey, BufReader<R>), CentralError> {
    let looking = tokio::task::spawn_blocking(move || {
        let mut survey = Survey::new(the_sheet, u64::MAX);
        walk(BufReader::new(&mut input), &asked, &mut survey)?;
        survey.columns.check()?;
        input.rewind().map_err(unreadable)?;
        Ok::<_, CentralError>((survey, input))
    });
    looking.await.map_err(|_| CentralError::Worker)?
}

/// One walk over all rows, with the database beside it.
async fn pass<R: IoRead + Seek + Send + 'static>(
    office: &Office,
    mut input: BufReader<R>,
    plan: &Plan,
    mut report: ImportReport,
    kept: Option<&mut Kept>,
    tell: &mut impl FnMut(&RowReport, &ImportReport),
) -> Result<(ImportReport, BufReader<R>), CentralError> {
    let (sender, mut batches) = mpsc::channel::<Vec<Row>>(AHEAD);
    let asked = plan.asked.clone();
    let keep_rows = plan.keep_rows;
    let reading = tokio::task::spawn_blocking(move || {
        let rules = asked.rules.clone();
        let columns = Columns(Vec::new());
        let mut feed = Feed { sender, batch: Vec::with_capacity(BATCH), rules, columns, keep_rows };
        let walked = walk(BufReader::with_capacity(64 * 1024, &mut input), &asked, &mut feed);
        // What is read so far goes on, also where the file breaks off.
        let _ = feed.send();
        input.rewind().map_err(unreadable)?;
        Ok::<_, CentralError>((walked?, input))
    });
    let mut taking = Taking { plan, kept, seen: std::collections::HashSet::new() };
    while let Some(batch) = batches.recv().await {
        taking.take(office, batch, &mut report, tell).await?;
    }
    let (tally, input): (Tally, _) = reading.await.map_err(|_| CentralError::Worker)??;
    let counted = report.new + report.changed + report.same + report.refused;
    if !tally.agrees() || tally.rows != report.rows || counted != report.rows {
        return Err(CentralError::Import(format!(
            "{} of its {} lines cannot be accounted for; what was taken in stays",
            tally.lines.abs_diff(tally.heading + tally.blank + tally.in_rows),
            tally.lines
        )));
    }
    Ok((report, input))
}

/// Rows into the database, a batch at a time.
struct Taking<'a> {
    plan: &'a Plan,
    kept: Option<&'a mut Kept>,
    /// Whose row has been: a row that says the same again changes nothing, in a try as in earnest.
    seen: std::collections::HashSet<Nip>,
}

impl Taking<'_> {
    async fn take(
        &mut self,
        office: &Office,
        batch: Vec<Row>,
        report: &mut ImportReport,
        tell: &mut impl FnMut(&RowReport, &ImportReport),
    ) -> Result<(), CentralError> {
        let mut told = Vec::with_capacity(batch.len());
        let mut tx = office.store.write().await?;
        let nips: Vec<Nip> =
            batch.iter().filter_map(|row| Some(row.read.as_ref().ok()?.person.nip)).collect();
        let known = many_in_tx(&mut tx, &nips).await?;
        // Put in together: a statement for each would take five times as long.
        let mut new = Vec::new();
        let mut changed = Vec::new();
        for Row { line, read, fields, word } in batch {
            if let Some(word) = word {
                report.word(&word);
            }
            let outcome = match read {
                Err(reason) => Outcome::Refused(reason),
                Ok(read) => {
                    report.converted += u64::from(read.converted);
                    let before = known.get(&read.person.nip);
                    let outcome = self.one(office, &mut tx, read, before, report, (&mut new, &mut changed));
                    outcome.await?
                }
            };
            let fields = if matches!(outcome, Outcome::Refused(_)) { fields } else { Vec::new() };
            told.push(RowReport { line, outcome, fields });
        }
        if let Some(kept) = &mut self.kept {
            put_new(office, &mut tx, &new).await?;
            kept.note(office, &mut tx, &new, &changed).await?;
        }
        tx.commit().await?;
        // Told once it is so.
        for row in &told {
            report.count(row);
            tell(row, report);
        }
        Ok(())
    }

    async fn one(
        &mut self,
        office: &Office,
        tx: &mut Tx,
        read: Read,
        before: Option<&Employee>,
        report: &mut ImportReport,
        (new, changed): (&mut Vec<Employee>, &mut Vec<(Employee, Employee)>),
    ) -> Result<Outcome, CentralError> {
        let nip = read.person.nip;
        let Some(before) = before else {
            if read.person.body.is_empty() {
                return Ok(Outcome::Refused(RowError::NoBody));
            }
            // Rows of one number that differ were refused before: this one says the same again.
            if !self.seen.insert(nip) {
                return Ok(Outcome::Same);
            }
            new.push(read.person);
            return Ok(Outcome::New);
        };
        if !self.seen.insert(nip) {
            return Ok(Outcome::Same);
        }
        let over = read.over(before);
        report.still_gone += u64::from(over.still_gone);
        for column in over.emptied {
            *report.emptied.entry(column.word()).or_default() += 1;
        }
        if over.person == *before {
            return Ok(Outcome::Same);
        }
        if over.person.status != before.status {
            report.moved(before.status, over.person.status);
        }
        let columns = differing(before, &over.person);
        if self.kept.is_some() {
            let by = By { actor: &self.plan.actor, way: "import" };
            put(office, tx, &over.person, Some(before.clone()), by).await?;
            changed.push((before.clone(), over.person));
        }
        Ok(Outcome::Changed(columns))
    }
}

/// Reads on its own thread, and hands rows on in batches.
struct Feed {
    sender: mpsc::Sender<Vec<Row>>,
    batch: Vec<Row>,
    rules: Rules,
    columns: Columns,
    keep_rows: bool,
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

    fn word(&self, fields: &[Field<'_>], error: &RowError) -> Option<String> {
        let RowError::Status(word) = error else { return None };
        let column = super::Column::parse(word)?;
        let text = &fields.get(self.columns.place(column)?)?.text;
        let plain = super::words::plain(&super::letters::folded(text).0);
        (1..=super::words::LONGEST).contains(&plain.chars().count()).then_some(plain)
    }
}

impl See for Feed {
    fn sheets(&mut self, names: &[String], asked: Option<&str>) -> Result<String, CentralError> {
        the_sheet(names, asked)
    }

    fn header(&mut self, _: &[String], columns: &Columns) -> Result<(), HeaderError> {
        self.columns = columns.clone();
        columns.check()
    }

    fn row(&mut self, line: u64, fields: &[Field<'_>], read: Result<Read, RowError>) -> ControlFlow<()> {
        let read = read.and_then(|read| {
            row::among_all(read.person.nip, line, &self.rules)?;
            Ok(read)
        });
        let word = read.as_ref().err().and_then(|error| self.word(fields, error));
        // Of a row that reads well, for it may be refused yet.
        let fields = if self.keep_rows {
            fields.iter().map(|field| field.text.clone().into_owned()).collect()
        } else {
            Vec::new()
        };
        self.batch.push(Row { line, read, fields, word });
        if self.batch.len() == BATCH { self.send() } else { ControlFlow::Continue(()) }
    }
}

/// The sheet that is asked for, or the only one.
fn the_sheet(names: &[String], asked: Option<&str>) -> Result<String, CentralError> {
    let list = || names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ");
    match (asked, names) {
        (Some(asked), _) if names.iter().any(|name| name == asked) => Ok(asked.to_owned()),
        (Some(asked), _) => {
            Err(CentralError::Import(format!("it has no sheet '{asked}'; its sheets: {}", list())))
        }
        (None, [only]) => Ok(only.clone()),
        (None, []) => Err(CentralError::Import("it has no sheet".into())),
        (None, _) => Err(CentralError::Import(format!("it has several sheets; say which one: {}", list()))),
    }
}

#[cfg(test)]
#[path = "import_tests.rs"]
mod tests;
