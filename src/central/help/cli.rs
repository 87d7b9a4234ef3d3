//! The commands of the office's desk work: accounts, and reports of wrong data.

use clap::Subcommand;

use super::corrections;
use crate::central::commands::{CONSOLE, answer_of, open, say, user};
use crate::central::issuing::{self, Decision};
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

/// `issue …`
#[derive(Subcommand)]
pub enum Issue {
    /// Shows the cards of an employee, the newest first
    List { nip: String },
    /// Suspends a card for a while, makes a suspended one good again, or revokes one for good
    Decide {
        #[arg(value_enum)]
        decision: Decision,
        /// The serial in the code, as `issue list` shows it
        serial: String,
        /// One line, at most 200 characters
        #[arg(long)]
        reason: String,
    },
}

impl Issue {
    pub async fn run(self, config: CentralConfig, as_json: bool) -> Result<u8, CentralError> {
        match self {
            Issue::List { nip } => {
                let nip = Nip::parse(&nip).map_err(|e| CentralError::Argument(format!("NIP: {e}")))?;
                let office = open(config).await?;
                let cards = issuing::issues_of(&office, nip).await?;
                office.store.close().await;
                for card in &cards {
                    if as_json {
                        say(&serde_json::to_string(card).unwrap_or_default());
                        continue;
                    }
                    let reason = card.reason.as_deref().unwrap_or("-");
                    say(&format!(
                        "{}  {}  {}  {:9}  {reason}",
                        card.serial, card.face_serial, card.issued_on, card.state
                    ));
                }
                Ok(u8::from(cards.is_empty()))
            }
            Issue::Decide { decision, serial, reason } => {
                let office = open(config).await?;
                let done = issuing::decide(&office, CONSOLE, &serial, decision, &reason).await;
                office.store.close().await;
                answer_of(done.map(|()| format!("{serial}: {}", decision.word())))
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
