//! Station: `anjungan clock`: the clocks that the station knows, and a clerk's word about them.

use std::sync::Arc;

use clap::{Args, Subcommand};

use super::staff::ask;
use super::{Answer, CommandError, Place};
use crate::clock::{CorrectedClock, SharedClock, os_random};
use crate::privileges::Keep;
use crate::provision::{UnlockError, open_as};
use crate::store::{IdentityStore, ListStore, SqliteStore, StaffStore};
use crate::sync::{Roots, SyncError, Syncer, Timeouts};

#[derive(Args)]
pub struct Clock {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Shows the machine's clock, the last time that was proven here, and the server's
    Show {
        /// One object
        #[arg(long)]
        json: bool,
    },
    /// Takes the server's time, also where it lies before one that was proven; asks for a code and PIN of the staff
    Confirm,
}

impl Clock {
    pub fn run(self, system: &SharedClock) -> Result<Answer, CommandError> {
        let config = self.place.load(Keep::Files)?;
        let store = SqliteStore::open(crate::station::database(&config), system.now())?.store;
        let Some(identity) = store.identity()? else {
            eprintln!("this station has not joined a server yet: anjungan provision");
            return Ok(Answer::No);
        };
        let (floor, staff) = (store.clock_floor()?, store.staff()?);
        let clock = Arc::new(CorrectedClock::new(system.clone()));
        let central = config.central.as_deref();
        let rng = Box::new(os_random());
        let roots = Roots::load(config.central_ca.as_deref()).map_err(SyncError::from)?;
        let mut syncer =
            Syncer::new(Box::new(store), clock, rng, central, Timeouts::default())?.with_roots(&roots)?;
        match self.what {
            What::Show { json } => {
                let server = syncer.said_time();
                let machine = system.now();
                if json {
                    let (server, why) = match server {
                        Ok(at) => (Some(at), None),
                        Err(error) => (None, Some(error.to_string())),
                    };
                    let facts = serde_json::json!({
                        "machine": machine, "proven": floor, "server": server, "server_error": why,
                    });
                    println!("{facts}");
                } else {
                    println!("machine      {machine}");
                    println!("last proven  {}", floor.map_or("never".to_owned(), |at| at.to_string()));
                    match server {
                        Ok(at) => println!("server       {at}"),
                        Err(error) => println!("server       {error}"),
                    }
                }
                Ok(Answer::Yes)
            }
            What::Confirm => {
                let server = syncer.said_time()?;
                eprintln!("The server says that it is {server}. Look at a clock: is that so?");
                let code = ask("Staff code of somebody who says so:")?;
                let pin = ask("Their PIN:")?;
                match open_as(&identity, &staff, &code, &pin) {
                    Ok(_) => {}
                    Err(error @ UnlockError::Wrong) => {
                        eprintln!("{error}");
                        return Ok(Answer::No);
                    }
                    Err(error) => return Err(error.into()),
                }
                let taken = syncer.take_said_time()?;
                println!("{}", taken.said);
                Ok(Answer::Yes)
            }
        }
    }
}
