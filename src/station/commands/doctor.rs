//! Station: `anjungan doctor`.

use std::path::PathBuf;

use clap::Args;

use super::{Answer, CommandError, Place};
use crate::clock::SharedClock;
use crate::privileges::Keep;
use crate::station::doctor::{Verdict, bundle, examine, parts};

#[derive(Args)]
pub struct Doctor {
    /// One object a line: {"part","verdict","said","next"}.
    #[arg(long)]
    json: bool,
    /// Writes what support needs into this file (tar.gz); nothing of the people served is in it.
    #[arg(long, value_name = "FILE")]
    bundle: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

impl Doctor {
    /// The answer is no where a part is at fault.
    pub fn run(self, clock: &SharedClock) -> Result<Answer, CommandError> {
        let config = self.place.load(Keep::Nothing)?;
        let mut answer = Answer::Yes;
        let mut findings = Vec::new();
        for finding in examine(&parts(&config, clock)) {
            if finding.verdict == Verdict::Fault {
                answer = Answer::No;
            }
            if self.json {
                println!("{}", serde_json::to_string(&finding)?);
            } else {
                println!("{:<14} {:<10} {}", finding.part, finding.verdict.word(), finding.said);
                if !finding.next.is_empty() {
                    println!("{:<25} {}", "", finding.next);
                }
            }
            findings.push(finding);
        }
        if let Some(file) = &self.bundle {
            let missing = bundle::write(file, &config, &findings, clock)
                .map_err(|error| format!("{}: {error}", file.display()))?;
            for lack in missing {
                eprintln!("not in it: {lack}");
            }
            eprintln!("written: {}", file.display());
        }
        Ok(answer)
    }
}
