//! The commands of the office's desk work: accounts, and reports of wrong data.

use clap::Subcommand;

use super::corrections;
use crate::central::commands::{answer_of, open, say, user};
use crate::central::{CentralConfig, CentralError, registry};
use crate::person::Nip;

/// `corrections …`
#[derive(Subcommand)]
pub enum Corrections {
    /// Shows what people reported as wrong and nobody has answered, the oldest first
    List {
        /// Answered ones too
        #[arg(long)]
        all: bool,
    },
    /// Answers a report; the person reads it at the next sign-in
    Close {
        number: String,
        /// One line, at most 300 characters
        #[arg(long)]
        answer: String,
    },
}

impl Corrections {
    pub async fn run(self, config: CentralConfig, as_json: bool) -> Result<u8, CentralError> {
        let office = open(config).await?;
        match self {
            Corrections::List { all } => {
                for line in corrections::list(&office.store, all).await? {
                    if as_json {
                        say(&serde_json::to_string(&line).unwrap_or_default());
                        continue;
                    }
                    let fields: Vec<_> = line.fields.iter().map(|field| field.word()).collect();
                    say(&format!(
                        "{}  {}  {}  {} ({})  {}",
                        line.number,
                        line.asked_at.strftime("%Y-%m-%d"),
                        line.nip,
                        line.name,
                        fields.join(", "),
                        line.answer.as_deref().unwrap_or("-")
                    ));
                }
                office.store.close().await;
                Ok(0)
            }
            Corrections::Close { number, answer } => {
                let done = corrections::close(&office, "admin", &number, &answer).await;
                office.store.close().await;
                answer_of(done.map(|()| format!("{number} is answered")))
            }
        }
    }
}

/// `user …`
#[derive(Subcommand)]
pub enum User {
    /// Prints an activation code for an employee without a password
    Add { nip: String },
    /// Takes the password away and prints a new activation code
    Reset { nip: String },
    /// Sets the address to which a link for a forgotten password goes
    Email { nip: String, address: String },
}

impl User {
    pub async fn run(self, config: CentralConfig, as_json: bool) -> Result<u8, CentralError> {
        match self {
            User::Add { nip } => user(config, &nip, false, as_json).await,
            User::Reset { nip } => user(config, &nip, true, as_json).await,
            User::Email { nip, address } => email(config, &nip, &address).await,
        }
    }
}

async fn email(config: CentralConfig, nip: &str, address: &str) -> Result<u8, CentralError> {
    let nip = Nip::parse(nip).map_err(|e| CentralError::Argument(format!("NIP: {e}")))?;
    let office = open(config).await?;
    let done = registry::put_email(&office, nip, address).await;
    office.store.close().await;
    answer_of(done.map(|()| "the address is kept".to_owned()))
}
