//! `anjungan-central import` and `export`.

use std::fs::File;
use std::io::BufReader;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::columns::{Column, Mapping};
use super::import::{Outcome, Plan, RowReport};
use super::source::Asked;
use super::{export, import};
use crate::central::commands::{CONSOLE, open, say};
use crate::central::{CentralConfig, CentralError};

/// `import FILE`
#[derive(clap::Args)]
pub struct Import {
    file: PathBuf,
    /// Which column is which, where the names do not say it: `nama=Nama Pegawai,karpeg=` (nothing
    /// behind the sign: leave it out). May stand several times
    #[arg(long = "map", value_name = "COLUMN=NAME,…")]
    maps: Vec<Mapping>,
    /// The sheet of a workbook that has several
    #[arg(long)]
    sheet: Option<String>,
    /// Says what would happen, and puts nobody in
    #[arg(long)]
    dry_run: bool,
    /// Writes what came of every row into this file (CSV)
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

impl Import {
    pub fn file(&self) -> &Path {
        &self.file
    }

    pub async fn run(self, config: CentralConfig, as_json: bool) -> Result<u8, CentralError> {
        let office = open(config).await?;
        let file = File::open(&self.file).map_err(|e| CentralError::io(&self.file, e))?;
        let mapping = Mapping(self.maps.into_iter().flat_map(|map| map.0).collect());
        let asked = Asked { sheet: self.sheet, mapping, ..Asked::default() };
        let plan = Plan { asked, dry_run: self.dry_run, actor: CONSOLE.to_owned() };
        let mut lines = self.report.as_deref().map(rows_file).transpose()?;
        let mut written = Ok(());
        let told = import(&office, BufReader::with_capacity(256 * 1024, file), plan, |row, so_far| {
            if let Outcome::Refused(reason) = &row.outcome {
                if as_json {
                    say(&json!({ "line": row.line, "reason": reason.to_string() }).to_string());
                }
                eprintln!("line {}: {reason}", row.line);
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
        if let (Some(mut lines), Some(path)) = (lines, &self.report) {
            let ended = written.map_err(std::io::Error::from).and_then(|()| lines.flush());
            ended.map_err(|e| CentralError::io(path, e))?;
        }
        if as_json {
            say(&serde_json::to_string(&report).unwrap_or_default());
        } else {
            say(&format!(
                "{} rows: {} new, {} changed, {} as before, {} refused",
                report.rows, report.new, report.changed, report.same, report.refused
            ));
            if report.converted > 0 {
                say(&format!("{} rows were not UTF-8 and were read as Windows-1252", report.converted));
            }
        }
        Ok(u8::from(report.refused > 0))
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
