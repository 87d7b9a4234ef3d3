//! Station: `anjungan provision`.

use std::path::{Path, PathBuf};

use clap::Args;
use zeroize::Zeroizing;

use super::codes::{larger, picture};
use super::{Answer, CommandError, Place};
use crate::clock::{SharedClock, os_random};
use crate::privileges::Keep;
use crate::protocol::ProblemCode;
use crate::provision::{JoinError, Link, Terms, batch, join};
use crate::station::scanner::codes_in;
use crate::store::SqliteStore;
use crate::sync::{Roots, SyncError};

#[derive(Args)]
pub struct Provision {
    /// The server's address, the joining link URL#CODE, or a picture of its QR code.
    #[arg(value_name = "URL|QR-IMAGE", required_unless_present_any = ["batch", "erase"])]
    target: Option<String>,
    /// The one-time code, where the address comes without it.
    #[arg(long)]
    code: Option<String>,
    /// The first staff PIN, 6 to 12 digits. Without it the PIN is read from standard input.
    #[arg(long, env = "ANJUNGAN_PIN", hide_env_values = true)]
    pin: Option<String>,
    /// A file for many stations: this one takes the entry with the serial number of its board.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["target", "code"])]
    batch: Option<PathBuf>,
    /// Wipes such a file, once it was used.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["target", "code", "batch"])]
    erase: Option<PathBuf>,
    /// Join as another device although accepted cards still wait here under the former one: the server
    /// will not take them any more.
    #[arg(long)]
    leave_waiting: bool,
    #[command(flatten)]
    place: Place,
}

impl Provision {
    pub fn run(self, clock: &SharedClock) -> Result<Answer, CommandError> {
        if let Some(file) = &self.erase {
            batch::erase(file)?;
            return Ok(Answer::Yes);
        }
        let config = self.place.load(Keep::Files)?;
        let own = match &self.batch {
            None => None,
            Some(file) => match batch::own(&batch::load(file)?, batch::board_serial().as_deref()) {
                Ok(own) => Some(own),
                // The file is for other stations, or this entry cannot be meant: trying again helps nobody.
                Err(error) => {
                    eprintln!("{}: {error}", file.display());
                    return Ok(Answer::No);
                }
            },
        };
        let (link, pin, staff_code) = match own {
            Some(own) => (own.link, own.pin, Some(own.staff_code)),
            None => (self.link()?, self.pin()?, None),
        };
        if link.is_in_the_clear() {
            eprintln!(
                "note: {} is not https; whoever listens on the way can join in its place",
                link.central_url
            );
        }
        let mut store = SqliteStore::open(crate::station::database(&config), clock.now())?.store;
        let roots = Roots::load(config.central_ca.as_deref()).map_err(SyncError::from)?;
        let known = staff_code.is_some();
        let terms = Terms {
            roots,
            staff_code,
            board_serial: self.batch.as_ref().and_then(|_| batch::board_serial()),
            leave_waiting: self.leave_waiting,
            ..Terms::default()
        };
        match join(&link, &pin, &mut store, clock, &terms, &mut os_random()) {
            Ok(done) => {
                eprintln!("Joined as {} ({}), device {}.", done.station_name, done.place, done.device_id);
                if done.orphaned > 0 {
                    eprintln!("{} items that wait here belong to the former device.", done.orphaned);
                }
                eprintln!("Fingerprint of its keys: {}", done.fingerprint);
                if done.waiting {
                    eprintln!(
                        "It waits until an administrator has approved this fingerprint: {}",
                        done.fingerprint.page(&link.central_url)
                    );
                }
                // A code that stands on a sheet already belongs into no log.
                if !known {
                    eprintln!("Staff code, shown this once; with the PIN it opens what this station keeps:");
                    println!("{}", *done.staff_code);
                }
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

    fn pin(&self) -> Result<Zeroizing<String>, CommandError> {
        if let Some(pin) = &self.pin {
            return Ok(Zeroizing::new(pin.clone()));
        }
        eprintln!("PIN of the first staff member (6 to 12 digits):");
        let mut typed = String::new();
        std::io::stdin().read_line(&mut typed)?;
        Ok(Zeroizing::new(typed.trim().to_owned()))
    }

    fn link(&self) -> Result<Link, CommandError> {
        let target = self.target.as_deref().unwrap_or_default();
        if let Some(code) = &self.code {
            return Ok(Link::new(target, code)?);
        }
        if target.starts_with("http://") || target.starts_with("https://") {
            return Ok(Link::parse(target)?);
        }
        link_in(Path::new(target))
    }
}

fn link_in(path: &Path) -> Result<Link, CommandError> {
    let picture = picture(path)?;
    let mut codes = codes_in(&picture);
    if let Some(enlarged) = larger(&picture).filter(|_| codes.is_empty()) {
        codes = codes_in(&enlarged);
    }
    match codes.as_slice() {
        [code] => Ok(Link::parse(code)?),
        [] => Err(format!("{}: no QR code in this picture", path.display()).into()),
        _ => Err(format!("{}: several QR codes in this picture; show one", path.display()).into()),
    }
}
