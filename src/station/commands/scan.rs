//! Station: `anjungan scan`.

use std::path::{Path, PathBuf};

use clap::Args;
use data_encoding::HEXLOWER;

use super::codes::{larger, picture};
use super::{Answer, CommandError, Place};
use crate::clock::{SharedClock, thread_cpu};
use crate::credential::Verdict;
use crate::scan::{self, Budget, Luma};
use crate::session::Finding;
use crate::station::desk::{self, Desk};
use crate::station::time_trust::TimeTrust;
use crate::store::{IdentityStore, ListStore, SqliteStore};

#[derive(Args)]
pub struct Scan {
    /// The pictures.
    #[arg(required = true)]
    images: Vec<PathBuf>,
    /// A JSON object a line.
    #[arg(long)]
    json: bool,
    /// Judge the card in each picture with the keys and lists of this station.
    #[arg(long)]
    verify: bool,
    #[command(flatten)]
    place: Place,
}

impl Scan {
    pub fn run(self, clock: &SharedClock) -> Result<Answer, CommandError> {
        let mut desk = if self.verify { Some(self.desk(clock)?) } else { None };
        let mut answer = Answer::Yes;
        let mut unreadable = false;
        for path in &self.images {
            let picture = match picture(path) {
                Ok(picture) => picture,
                Err(error) => {
                    eprintln!("{error}");
                    unreadable = true;
                    continue;
                }
            };
            let before = thread_cpu();
            let read = |picture| {
                let luma = image::DynamicImage::ImageRgb8(picture).into_luma8();
                scan::read(Luma::from(&luma), &Budget::new(Budget::STILL, &thread_cpu))
            };
            let enlarged = larger(&picture);
            let mut found = read(picture);
            if let Some(enlarged) = enlarged.filter(|_| found.is_empty()) {
                found = read(enlarged);
            }
            let decode_ms = thread_cpu().saturating_sub(before).as_secs_f64() * 1e3;
            let texts: Vec<String> = found.iter().map(scan::Found::text).collect();
            let finding = desk.as_mut().map(|desk| desk.look(&texts, false));
            let good = match &finding {
                Some(finding) => finding.judgement.verdict == Verdict::Valid,
                None => !found.is_empty(),
            };
            if !good {
                answer = Answer::No;
            }
            if self.json {
                let codes: Vec<_> = found
                    .iter()
                    .map(|code| serde_json::json!({ "text": code.text(), "bytes": HEXLOWER.encode(&code.bytes) }))
                    .collect();
                let mut line = serde_json::json!({
                    "path": path.display().to_string(), "codes": codes, "decode_ms": decode_ms,
                });
                if let Some(finding) = &finding {
                    line["verdict"] = serde_json::to_value(finding.judgement.verdict)?;
                    line["reasons"] = serde_json::to_value(&finding.judgement.reasons)?;
                }
                println!("{line}");
            } else {
                say(path, &texts, finding.as_ref());
            }
        }
        if unreadable {
            return Err("not every picture could be read".into());
        }
        Ok(answer)
    }

    fn desk(&self, clock: &SharedClock) -> Result<Desk<SqliteStore>, CommandError> {
        let config = self.place.load_for_anybody()?;
        let database = crate::station::database(&config);
        if !database.exists() {
            return Err(format!(
                "{}: no station has joined here; see anjungan provision",
                database.display()
            )
            .into());
        }
        let store = SqliteStore::open(database, clock.now())?.store;
        let limits = desk::limits(&config.limits);
        let time = TimeTrust::of_this_machine(clock.now(), store.clock_floor()?);
        let enrolled = store.identity()?.map(|identity| identity.enrolled.utc_offset_hours);
        let hours = config.utc_offset_hours.or(enrolled).unwrap_or(7);
        Ok(Desk::new(store, clock.clone(), time, limits, hours))
    }
}

fn say(path: &Path, texts: &[String], finding: Option<&Finding>) {
    match finding {
        Some(finding) => {
            let verdict = serde_json::to_value(finding.judgement.verdict).unwrap_or_default();
            println!("{}: {}", path.display(), verdict.as_str().unwrap_or_default());
        }
        None if texts.is_empty() => println!("{}: no code", path.display()),
        None => texts.iter().for_each(|text| println!("{}: {text}", path.display())),
    }
}
