//! `anjungan-central staff …`

use clap::Subcommand;
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;

use super::Role;
use crate::central::commands::{answer_of, open, say};
use crate::central::{CentralConfig, CentralError};
use crate::person::Nip;

/// Who may work with the office's pages (`/kantor`).
#[derive(Subcommand)]
pub enum StaffCommand {
    /// Makes an employee staff, or gives them another role or a new second factor. Shows the second
    /// factor once, as a QR code for an authenticator app
    Put {
        nip: String,
        #[arg(long, value_enum)]
        role: Role,
    },
    /// Takes the role away
    Remove { nip: String },
    /// Shows who is staff
    List,
}

pub async fn run(config: CentralConfig, command: StaffCommand, as_json: bool) -> Result<u8, CentralError> {
    let number = |text: &str| Nip::parse(text).map_err(|e| CentralError::Argument(format!("NIP: {e}")));
    match command {
        StaffCommand::Put { nip, role } => {
            let nip = number(&nip)?;
            let office = open(config).await?;
            let put = super::put(&office, nip, role).await;
            let page = office.config.page("/kantor");
            office.store.close().await;
            answer_of(put.map(|address| shown(&address, &page, as_json)))
        }
        StaffCommand::Remove { nip } => {
            let nip = number(&nip)?;
            let office = open(config).await?;
            let removed = super::remove(&office, nip).await;
            office.store.close().await;
            answer_of(removed.map(|()| format!("{} is staff no more", nip.grouped())))
        }
        StaffCommand::List => {
            let office = open(config).await?;
            for member in super::list(&office).await? {
                if as_json {
                    say(&serde_json::to_string(&member).unwrap_or_default());
                } else {
                    say(&format!("{}  {:13}  {}", member.nip.grouped(), member.role.word(), member.name));
                }
            }
            office.store.close().await;
            Ok(0)
        }
    }
}

fn shown(address: &str, page: &str, as_json: bool) -> String {
    if as_json {
        return serde_json::json!({ "otpauth": address, "page": page }).to_string();
    }
    eprintln!(
        "For the person's authenticator app; shown this once. They sign in with NIP, Anjungan password and its six digits."
    );
    let code = QrCode::new(address).map(|code| code.render::<Dense1x2>().build()).unwrap_or_default();
    format!("{code}\n{address}\npage: {page}")
}
