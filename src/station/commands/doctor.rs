//! Station: `anjungan doctor`.

use clap::Args;

use super::{Answer, CommandError, Place};
use crate::clock::SharedClock;
use crate::station::doctor::{Verdict, examine, parts};

#[derive(Args)]
pub struct Doctor {
    /// One object a line: {"part","verdict","said","next"}.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

impl Doctor {
    /// The answer is no where a part is at fault.
    pub fn run(self, clock: &SharedClock) -> Result<Answer, CommandError> {
        let config = self.place.load()?;
        let mut answer = Answer::Yes;
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
        }
        Ok(answer)
    }
}
