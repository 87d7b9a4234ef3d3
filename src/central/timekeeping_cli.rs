//! `clock …`: what the server thinks of its clock, and an administrator's word about it.

use clap::Subcommand;
use serde_json::json;

use super::commands::{CONSOLE, open, say};
use super::timekeeping::{self, RESET_DAYS};
use super::{CentralConfig, CentralError, Office};

/// The server's clock: see it, confirm it, and let stations take back a time that was wrong
#[derive(Subcommand)]
pub enum ClockCommand {
    /// Shows the clock and what there is against it; 1: it is in doubt
    Show,
    /// Says that this machine's clock is right, though it jumped: after months without power, after an old backup
    Confirm,
    /// Lets stations that hold a later time take this server's, for 30 days
    ResetStations {
        /// Ends it now
        #[arg(long)]
        off: bool,
    },
}

impl ClockCommand {
    pub async fn run(self, config: CentralConfig, as_json: bool) -> Result<u8, CentralError> {
        let office = open(config).await?;
        let answer = match self {
            ClockCommand::Show => Ok(()),
            ClockCommand::Confirm => timekeeping::confirm(&office, CONSOLE).await,
            ClockCommand::ResetStations { off } => {
                timekeeping::reset_stations(&office, CONSOLE, !off).await.map(drop)
            }
        };
        let told = match answer {
            Ok(()) => tell(&office, as_json).await,
            Err(error) => Err(error),
        };
        office.store.close().await;
        told
    }
}

async fn tell(office: &Office, as_json: bool) -> Result<u8, CentralError> {
    let (now, doubt) = (office.clock.now(), office.clock_doubt());
    let resets = timekeeping::resets_until(office).await?;
    if as_json {
        let facts = json!({
            "clock": now, "in_doubt": doubt.is_some(), "known": doubt.map(|doubt| doubt.known),
            "stations_reset_until": resets,
        });
        say(&facts.to_string());
    } else {
        say(&format!("clock {}", now.strftime("%Y-%m-%d %H:%M:%S UTC")));
        match &doubt {
            None => say("believed"),
            Some(doubt) => say(&doubt.to_string()),
        }
        if let Some(until) = resets {
            let until = until.strftime("%Y-%m-%d %H:%M UTC");
            say(&format!(
                "stations may take back a later time until {until} ({RESET_DAYS} days from the word)"
            ));
        }
    }
    Ok(u8::from(doubt.is_some()))
}
