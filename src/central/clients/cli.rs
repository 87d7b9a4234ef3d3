//! `anjungan-central client …`

use clap::Subcommand;
use serde_json::json;

use super::Scope;
use crate::central::commands::{CONSOLE, answer_of, open, say};
use crate::central::{CentralConfig, CentralError};

/// Keys of other systems, for the API.
#[derive(Subcommand)]
pub enum ClientCommand {
    /// Makes a key and shows it once
    New {
        #[arg(long)]
        name: String,
        #[arg(long, value_enum)]
        scope: Scope,
    },
    /// Shows who has one, and when it was used last
    List,
    /// Takes a key back, at once and for good
    Revoke { id: String },
}

impl ClientCommand {
    pub async fn run(self, config: CentralConfig, as_json: bool) -> Result<u8, CentralError> {
        let office = open(config).await?;
        let answer = match self {
            ClientCommand::New { name, scope } => {
                let made = super::new_client(&office, CONSOLE, &name, scope).await;
                made.map(|(id, key)| {
                    if as_json {
                        return json!({ "id": id, "key": key }).to_string();
                    }
                    eprintln!(
                        "The key is shown this once. It goes into the header: Authorization: Bearer KEY"
                    );
                    format!("id: {id}\nkey: {key}")
                })
            }
            ClientCommand::Revoke { id } => {
                super::revoke(&office, CONSOLE, &id).await.map(|()| format!("{id} is revoked"))
            }
            ClientCommand::List => {
                for line in super::list(&office).await? {
                    if as_json {
                        say(&serde_json::to_string(&line).unwrap_or_default());
                        continue;
                    }
                    let state = match (line.revoked_at, line.used_at) {
                        (Some(_), _) => "revoked",
                        (None, Some(_)) => "in use",
                        (None, None) => "never used",
                    };
                    say(&format!("{}  {:5}  {state:10}  {}", line.id, line.scope, line.name));
                }
                office.store.close().await;
                return Ok(0);
            }
        };
        office.store.close().await;
        answer_of(answer)
    }
}
