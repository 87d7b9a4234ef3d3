//! `anjungan-central import` and `export`.

use std::fs::File;
use std::io::BufReader;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::columns::{Column, Mapping};
use super::faults::RowError;
use super::import::Plan;
use super::meanings::pair;
use super::refused::RefusedRows;
use super::report::{ImportReport, Outcome, RowReport};
use super::source::Asked;
use super::{export, import, undo};
use crate::central::commands::{CONSOLE, open, say};
use crate::central::{CentralConfig, CentralError, Office};
use crate::person::Status;

/// `import FILE`
#[derive(clap::Args)]
pub struct Import {
    file: PathBuf,
    /// Which column is which, where the names do not say it: `nama=Nama Pegawai,karpeg=` (nothing
    /// behind the sign: leave it out). May stand several times
    #[arg(long = "map", value_name = "COLUMN=NAME,…")]
    maps: Vec<Mapping>,
    /// What a word for a status means: `Non Job=aktif`. Kept for the next list. May stand several times
    #[arg(long = "word", value_name = "WORD=STATUS", value_parser = pair)]
    words: Vec<(String, Status)>,
    /// The sheet of a workbook that has several
    #[arg(long)]
    sheet: Option<String>,
    /// Says what would happen, and puts nobody in
    #[arg(long)]
    dry_run: bool,
    /// Empties values that are known where the file has empty cells; without it, such a file is not taken
    #[arg(long)]
    allow_emptying: bool,
    /// Writes what came of every row into this file (CSV)
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Writes the refused rows into this file (CSV), as they are, with the reason: to be mended and sent again
    #[arg(long, value_name = "FILE")]
    refused: Option<PathBuf>,
    /// Writes who is in the registry and not in the list into this file (CSV)
    #[arg(long, value_name = "FILE")]
    missing: Option<PathBuf>,
}

impl Import {
    pub fn file(&self) -> &Path {
        &self.file
    }

    pub async fn run(self, config: CentralConfig, as_json: bool) -> Result<u8, CentralError> {
        let office = open(config).await?;
        let file = File::open(&self.file).map_err(|e| CentralError::io(&self.file, e))?;
        let mapping = Mapping(self.maps.into_iter().flat_map(|map| map.0).collect());
        let meanings = self.words.into_iter().collect();
        let asked = Asked { sheet: self.sheet, mapping, meanings, ..Asked::default() };
        let plan = Plan {
            asked,
            dry_run: self.dry_run,
            allow_emptying: self.allow_emptying,
            keep_rows: self.refused.is_some(),
            actor: CONSOLE.to_owned(),
        };
        let mut lines = self.report.as_deref().map(rows_file).transpose()?;
        let mut refused = self.refused.as_deref().map(new_file).transpose()?;
        let missing = self.missing.as_deref().map(new_file).transpose()?;
        let mut back = None;
        let mut written = Ok(());
        let told = import(&office, BufReader::with_capacity(256 * 1024, file), plan, |row, so_far| {
            if let Outcome::Refused(reason) = &row.outcome {
                if as_json {
                    say(&json!({ "line": row.line, "reason": reason.to_string() }).to_string());
                }
                eprintln!("line {}: {reason}", row.line);
                if written.is_ok()
                    && let Some(file) = refused.take()
                {
                    match RefusedRows::begin(file, &so_far.names, ["line", "reason"]) {
                        Ok(begun) => back = Some(begun),
                        Err(error) => written = Err(error),
                    }
                }
                if let (Some(back), Ok(())) = (&mut back, &written) {
                    written = back.row(row, RowError::to_string);
                }
            }
            if so_far.rows % 50_000 == 0 {
                eprintln!("{} rows so far", so_far.rows);
            }
            if let (Some(lines), Ok(())) = (&mut lines, &written) {
                written = lines.write_record(record(row));
            }
        })
        .await;
        office.store.close().await;
        let report = told?;
        let path = self.report.as_deref().or(self.refused.as_deref()).unwrap_or(&self.file);
        let ended = written.map_err(std::io::Error::from);
        let ended = ended.and_then(|()| lines.map_or(Ok(()), |mut lines| lines.flush()));
        let ended = ended.and_then(|()| back.map_or(Ok(()), |back| back.end().map(drop)));
        ended.map_err(|e| CentralError::io(path, e))?;
        if let (Some(out), Some(path)) = (missing, &self.missing) {
            missing_rows(out, &report).map_err(|e| CentralError::io(path, e.into()))?;
        }
        if as_json {
            say(&serde_json::to_string(&report).unwrap_or_default());
        } else {
            tell(&report);
        }
        Ok(u8::from(report.refused > 0 || report.withheld))
    }
}

/// What came of a file, for whoever runs the command.
fn tell(report: &ImportReport) {
    say(&format!(
        "{} rows: {} new, {} changed, {} as before, {} refused",
        report.rows, report.new, report.changed, report.same, report.refused
    ));
    if report.converted > 0 {
        say(&format!(
            "{} rows were in another encoding (Windows-1252, or read as that before) and were put right",
            report.converted
        ));
    }
    for moved in &report.moves {
        say(&format!("{} → {}: {}", moved.from.word(), moved.to.word(), moved.count));
    }
    for (column, count) in &report.fields {
        say(&format!("{column} changes: {count}"));
    }
    if report.still_gone > 0 {
        say(&format!("{} have left and are named only by what they were; they stay so", report.still_gone));
    }
    for reason in &report.reasons {
        say(&format!("{} refused, first in line {}: {}", reason.count, reason.line, reason.error));
    }
    for (word, count) in &report.words {
        say(&format!("'{word}' has no meaning yet ({count} rows); say it with --word '{word}=STATUS'"));
    }
    if !report.passed_over.is_empty() {
        say(&format!("columns passed over: {}", report.passed_over.join(", ")));
    }
    if report.missing > 0 {
        say(&format!("{} in the registry are not in this list; they stay as they are", report.missing));
    }
    for (column, count) in &report.emptied {
        say(&format!("{column}: {count} values that are known have an empty cell"));
    }
    if report.withheld {
        say("nothing was taken in: it would empty these values; --allow-emptying takes it in all the same");
    }
}

fn missing_rows(out: File, report: &ImportReport) -> Result<(), csv::Error> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["nip", "nama", "unit"])?;
    for person in &report.missing_people {
        csv.write_record([&person.nip.to_string(), &person.name, &person.unit])?;
    }
    Ok(csv.flush()?)
}

/// `import-undo [--yes]`
#[derive(clap::Args)]
pub struct ImportUndo {
    /// Takes it back; without it, the command only says what it would do
    #[arg(long)]
    yes: bool,
}

impl ImportUndo {
    pub async fn run(self, config: CentralConfig, as_json: bool) -> Result<u8, CentralError> {
        let office = open(config).await?;
        let told = self.work(&office, as_json).await;
        office.store.close().await;
        told
    }

    async fn work(&self, office: &Office, as_json: bool) -> Result<u8, CentralError> {
        let Some(plan) = undo::plan(office).await? else {
            say("no list was taken in yet");
            return Ok(1);
        };
        if as_json {
            say(&serde_json::to_string(&plan).unwrap_or_default());
        } else {
            let at = jiff::Timestamp::from_second(plan.at).unwrap_or_default();
            say(&format!(
                "the list of {at}: {} people back to what they were, {} whom it brought gone",
                plan.back, plan.gone
            ));
        }
        if plan.undone_at.is_some() {
            say("this list was taken back already");
            return Ok(1);
        }
        if plan.in_the_way > 0 {
            say(&format!(
                "{} of them were changed since, or have an account or a card by now: it cannot be taken back",
                plan.in_the_way
            ));
            return Ok(1);
        }
        if self.yes {
            undo::undo(office, CONSOLE, &plan.id).await?;
            say("taken back");
        }
        Ok(0)
    }
}

/// A new file, readable for its owner alone.
fn new_file(path: &Path) -> Result<File, CentralError> {
    let out = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    out.map_err(|e| CentralError::io(path, e))
}

fn rows_file(path: &Path) -> Result<csv::Writer<File>, CentralError> {
    let mut lines = csv::Writer::from_writer(new_file(path)?);
    let headed = lines.write_record(["line", "outcome", "why"]);
    headed.map_err(|e| CentralError::io(path, e.into()))?;
    Ok(lines)
}

fn record(row: &RowReport) -> [String; 3] {
    let (outcome, why) = match &row.outcome {
        Outcome::New => ("new", String::new()),
        Outcome::Changed(columns) => {
            ("changed", columns.iter().map(|column: &Column| column.word()).collect::<Vec<_>>().join(" "))
        }
        Outcome::Same => ("same", String::new()),
        Outcome::Refused(reason) => ("refused", reason.to_string()),
    };
    [row.line.to_string(), outcome.to_owned(), why]
}

/// `export FILE`: readable for its owner alone, and never over another file.
pub async fn export_to(config: CentralConfig, file: &Path) -> Result<u8, CentralError> {
    let office = open(config).await?;
    let out = new_file(file)?;
    let count = export(&office, std::io::BufWriter::new(&out)).await;
    office.store.close().await;
    let count = count?;
    out.sync_all().map_err(|e| CentralError::io(file, e))?;
    say(&format!("{count} people"));
    Ok(0)
}
