//! `anjungan-central key …`, as people type it.

use clap::Subcommand;
use jiff::civil::Date;
use serde_json::json;

use super::{KeyLine, epoch, list, passphrase, signing};
use crate::central::commands::{open, say};
use crate::central::{CentralConfig, CentralError, Office};
use crate::credential::Kid;

/// The server's keys. A running server goes by a change at once.
#[derive(Subcommand)]
pub enum KeyCommand {
    /// Names, purposes, public halves; of signing keys their state and days
    List,
    /// Makes the next signing key and announces it in the trust list
    New {
        /// Its first day, YYYY-MM-DD; without it, when the announcement has had its time
        #[arg(long, conflicts_with = "now")]
        from: Option<Date>,
        /// It signs from today on
        #[arg(long)]
        now: bool,
    },
    /// Ends a signing key today; its cards stay valid
    Retire { kid: String },
    /// Withdraws a signing key that others may have; cards under it count only where something else
    /// proves them
    Revoke { kid: String },
    /// A new key for the region's sealed records: after a station was lost or staff left
    Epoch,
    /// Seals the key files under the passphrase of the configuration or the systemd credential
    Seal,
}

/// Carries one out; the exit code (1: an answer of "no").
pub async fn run(config: CentralConfig, command: KeyCommand, as_json: bool) -> Result<u8, CentralError> {
    let passphrase = match command {
        KeyCommand::Seal => passphrase(config.keys.passphrase_file.as_deref())?,
        _ => None,
    };
    let office = open(config).await?;
    let answer = carry_out(&office, command, passphrase.as_ref().map(|text| text.as_slice()), as_json).await;
    office.store.close().await;
    match answer {
        Ok(()) => Ok(0),
        Err(CentralError::NotFound(why)) => {
            eprintln!("{why}");
            Ok(1)
        }
        Err(error) => Err(error),
    }
}

async fn carry_out(
    office: &Office,
    command: KeyCommand,
    passphrase: Option<&[u8]>,
    as_json: bool,
) -> Result<(), CentralError> {
    match command {
        KeyCommand::List => {
            for line in list(office).await? {
                tell(&line, as_json);
            }
        }
        KeyCommand::New { from, now } => {
            let today = office.today();
            let from = match (from, now) {
                (Some(day), _) if day < today => {
                    return Err(CentralError::Argument("--from: that day has passed".into()));
                }
                (Some(day), _) => day,
                (None, true) => today,
                (None, false) => signing::announced(office)?,
            };
            let kid = signing::new(office, from).await?;
            tell_new(&kid, from, as_json);
        }
        KeyCommand::Retire { kid } => {
            signing::retire(office, &read(&kid)?).await?;
            say(&format!("{kid} signs no more after today; its cards stay valid"));
        }
        KeyCommand::Revoke { kid } => {
            let next = signing::revoke(office, &read(&kid)?).await?;
            say(&format!("{kid} is revoked"));
            if let Some(next) = next {
                tell_new(&next, office.today(), as_json);
            }
        }
        KeyCommand::Epoch => {
            let (epoch, records) = epoch::advance(office, "key epoch").await?;
            say(&if as_json {
                json!({ "epoch": epoch, "records": records }).to_string()
            } else {
                format!("epoch {epoch}: {records} records sealed again")
            });
        }
        KeyCommand::Seal => {
            let passphrase = passphrase.ok_or_else(|| {
                CentralError::Argument(
                    "give the passphrase in the file of keys.passphrase_file, or as the systemd credential \
                     anjungan-keys"
                        .into(),
                )
            })?;
            let count = office.keys.seal(passphrase)?;
            say(&format!("{count} keys are sealed; start the server again, with the passphrase"));
        }
    }
    Ok(())
}

fn read(kid: &str) -> Result<Kid, CentralError> {
    Kid::parse(kid).map_err(|_| CentralError::Argument(format!("'{kid}' is no key id; see key list")))
}

fn tell_new(kid: &Kid, from: Date, as_json: bool) {
    say(&if as_json {
        json!({ "kid": kid.to_string(), "from": from }).to_string()
    } else {
        format!("{kid} signs from {from} on")
    });
}

fn tell(line: &KeyLine, as_json: bool) {
    if as_json {
        return say(&serde_json::to_string(line).unwrap_or_default());
    }
    let days = match (line.from, line.until) {
        (Some(from), Some(until)) => format!("  {from} to {until}"),
        (Some(from), None) => format!("  from {from}"),
        _ => String::new(),
    };
    say(&format!(
        "{:16} {:8} {}{days}  {}{}",
        line.name,
        line.state.unwrap_or("in use"),
        line.public.as_deref().unwrap_or("(secret only)"),
        line.purpose,
        if line.sealed { "" } else { "  [file not sealed]" }
    ));
}
