//! Station: `anjungan provision`.

use std::path::{Path, PathBuf};

use clap::Args;
use zeroize::Zeroizing;

use super::{Answer, CommandError, Place, picture};
use crate::clock::{SharedClock, os_random};
use crate::protocol::ProblemCode;
use crate::provision::{JoinError, Link, Terms, join};
use crate::station::scanner::codes_in;
use crate::store::SqliteStore;
use crate::sync::{Roots, SyncError};

#[derive(Args)]
pub struct Provision {
    /// The server's address, the joining link URL#CODE, or a picture of its QR code.
    #[arg(value_name = "URL|QR-IMAGE")]
    target: String,
    /// The one-time code, where the address comes without it.
    #[arg(long)]
    code: Option<String>,
    /// The first staff PIN, 6 to 12 digits. Without it the PIN is read from standard input.
    #[arg(long, env = "ANJUNGAN_PIN", hide_env_values = true)]
    pin: Option<String>,
    /// Join as another device although accepted cards still wait here under the former one: the server
    /// will not take them any more.
    #[arg(long)]
    leave_waiting: bool,
    #[command(flatten)]
    place: Place,
}

impl Provision {
    pub fn run(self, clock: &SharedClock) -> Result<Answer, CommandError> {
        let config = self.place.load()?;
        let link = self.link()?;
        if link.is_in_the_clear() {
            eprintln!(
                "note: {} is not https; whoever listens on the way can join in its place",
                link.central_url
            );
        }
        let pin = Zeroizing::new(if let Some(pin) = self.pin {
            pin
        } else {
            eprintln!("PIN of the first staff member (6 to 12 digits):");
            let mut typed = String::new();
            std::io::stdin().read_line(&mut typed)?;
            typed.trim().to_owned()
        });
        let mut store = SqliteStore::open(crate::station::database(&config), clock.now())?.store;
        let roots = Roots::load(config.central_ca.as_deref()).map_err(SyncError::from)?;
        let terms = Terms { roots, leave_waiting: self.leave_waiting, ..Terms::default() };
        match join(&link, &pin, &mut store, clock, &terms, &mut os_random()) {
            Ok(done) => {
                eprintln!("Joined as {} ({}), device {}.", done.station_name, done.place, done.device_id);
                if done.orphaned > 0 {
                    eprintln!("{} items that wait here belong to the former device.", done.orphaned);
                }
                eprintln!("Staff code, shown this once; with the PIN it opens what this station keeps:");
                println!("{}", *done.staff_code);
                Ok(Answer::Yes)
            }
            // The server understood and said no: another code is the way, not another try.
            Err(JoinError::Server(SyncError::Refused(problem))) if problem.code == ProblemCode::BadCode => {
                eprintln!(
                    "{}: the one-time code is wrong, used or too old; ask for a new one",
                    link.central_url
                );
                Ok(Answer::No)
            }
            Err(error @ JoinError::WouldOrphan { .. }) => {
                eprintln!("{error}; where the former place is gone for good: --leave-waiting");
                Ok(Answer::No)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn link(&self) -> Result<Link, CommandError> {
        if let Some(code) = &self.code {
            return Ok(Link::new(&self.target, code)?);
        }
        if self.target.starts_with("http://") || self.target.starts_with("https://") {
            return Ok(Link::parse(&self.target)?);
        }
        let path = PathBuf::from(&self.target);
        link_in(&path)
    }
}

fn link_in(path: &Path) -> Result<Link, CommandError> {
    let codes = codes_in(&picture(path)?);
    match codes.as_slice() {
        [code] => Ok(Link::parse(code)?),
        [] => Err(format!("{}: no QR code in this picture", path.display()).into()),
        _ => Err(format!("{}: several QR codes in this picture; show one", path.display()).into()),
    }
}
