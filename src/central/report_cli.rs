//! `report`: who of a unit has no card yet, as files for the heads of units.

use std::path::PathBuf;

use serde_json::json;

use super::commands::{CONSOLE, keep, new_file, open, say};
use super::{CentralConfig, CentralError, Office, report};
use crate::lang::Lang;

/// `report --unit UNIT FILE`, `report --all FOLDER`: who has no card yet, as a PDF for each unit's head
#[derive(clap::Args)]
pub struct Report {
    /// The unit, with everything below it; a path is written `Dinas / Bidang`
    #[arg(long, required_unless_present = "all", conflicts_with = "all")]
    unit: Option<String>,
    /// One file for each unit of the first level, named by month and unit; a former one of the month is replaced
    #[arg(long)]
    all: bool,
    /// The file, or with --all the folder
    to: PathBuf,
    /// Words in English
    #[arg(long)]
    english: bool,
}

impl Report {
    pub async fn run(self, config: CentralConfig, as_json: bool) -> Result<u8, CentralError> {
        let office = open(config).await?;
        let done = self.write(&office, as_json).await;
        office.store.close().await;
        match done {
            Err(CentralError::NotFound(why)) => {
                eprintln!("{why}");
                Ok(1)
            }
            other => other.map(|()| 0),
        }
    }

    async fn write(&self, office: &Office, as_json: bool) -> Result<(), CentralError> {
        let lang = if self.english { Lang::En } else { Lang::Id };
        let units = match &self.unit {
            Some(unit) => vec![unit.clone()],
            None => report::first_levels(office).await?,
        };
        let mut used = std::collections::BTreeSet::new();
        for unit in units {
            let made = report::of_unit(office, &unit).await?;
            let path = if self.all {
                std::fs::create_dir_all(&self.to).map_err(|e| CentralError::io(&self.to, e))?;
                // Units whose names differ in signs alone still get a file each.
                let mut name = report::file_name(&made.unit, made.day);
                while !used.insert(name.clone()) {
                    name = format!("{}-{}.pdf", name.trim_end_matches(".pdf"), used.len());
                }
                self.to.join(name)
            } else {
                self.to.clone()
            };
            let facts = json!({ "unit": made.unit, "file": path, "people": made.people,
                "with_card": made.with_card, "without": made.lines.len() });
            let without = made.lines.len();
            let pdf = report::pdf(office, CONSOLE, made, lang).await?;
            let part = path.with_extension("pdf.part");
            let _ = std::fs::remove_file(&part);
            keep(&mut new_file(&part)?, &pdf, &part)?;
            std::fs::rename(&part, &path).map_err(|e| CentralError::io(&path, e))?;
            if as_json {
                say(&facts.to_string());
            } else {
                say(&format!("{}  {without} without a card  {unit}", path.display()));
            }
        }
        Ok(())
    }
}
