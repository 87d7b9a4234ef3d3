//! `device quarantine …`: what revoked stations handed over, and what becomes of it.

use clap::Subcommand;

use super::{discard, held, release};
use crate::central::commands::{CONSOLE, answer_of, open, say};
use crate::central::{CentralConfig, CentralError};

#[derive(Subcommand)]
pub enum Quarantine {
    /// Shows what waits
    List {
        /// Of this station alone
        #[arg(long, value_name = "DEVICE-ID")]
        device: Option<String>,
        /// What was decided already, too
        #[arg(long)]
        all: bool,
    },
    /// Takes what a station handed over as if it had sent it before it was revoked
    Release {
        device: String,
        /// This item alone
        #[arg(long, value_name = "ITEM-ID")]
        item: Option<String>,
    },
    /// Deletes what a station handed over
    Discard {
        device: String,
        /// This item alone
        #[arg(long, value_name = "ITEM-ID")]
        item: Option<String>,
    },
}

impl Quarantine {
    pub async fn run(self, config: CentralConfig, as_json: bool) -> Result<u8, CentralError> {
        let office = open(config).await?;
        let answer = match self {
            Quarantine::List { device, all } => {
                let items = held(&office, device.as_deref(), all).await?;
                for item in &items {
                    if as_json {
                        say(&serde_json::to_string(item).unwrap_or_default());
                        continue;
                    }
                    let parked =
                        item.reason.as_ref().map(|why| format!(", parked: {why}")).unwrap_or_default();
                    let state = match (&item.decision, &item.outcome) {
                        (None, _) => "waits".to_owned(),
                        (Some(decision), None) => decision.clone(),
                        (Some(decision), Some(outcome)) => format!("{decision}, {outcome}"),
                    };
                    say(&format!(
                        "{}  {}  {}  {} bytes, {state}{parked}",
                        item.device_id, item.id, item.kind, item.bytes
                    ));
                }
                eprintln!("{} items", items.len());
                Ok(String::new())
            }
            Quarantine::Release { device, item } => {
                release(&office, CONSOLE, &device, item.as_deref()).await.map(|done| {
                    if as_json {
                        serde_json::to_string(&done).unwrap_or_default()
                    } else {
                        format!(
                            "{} cards made, {} noted, {} rejected",
                            done.issued, done.noted, done.rejected
                        )
                    }
                })
            }
            Quarantine::Discard { device, item } => {
                discard(&office, CONSOLE, &device, item.as_deref()).await.map(|count| {
                    if as_json { format!("{{\"discarded\":{count}}}") } else { format!("{count} discarded") }
                })
            }
        };
        office.store.close().await;
        match answer {
            Ok(text) if text.is_empty() => Ok(0),
            other => answer_of(other),
        }
    }
}
