//! Station: `anjungan staff`: the members of the staff at this station.

use std::io::BufRead as _;

use clap::{Args, Subcommand};
use zeroize::Zeroizing;

use super::{Answer, CommandError, Place};
use crate::clock::{SharedClock, os_random};
use crate::privileges::Keep;
use crate::provision::{FIRST, UnlockError, add_member, open_as};
use crate::sealed::StaffParams;
use crate::store::{IdentityStore, NoteStore, SqliteStore, StaffStore};

#[derive(Args)]
pub struct Staff {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Adds somebody: asks for a code and PIN of the staff, then for the new PIN; prints the new code
    Add {
        #[arg(long)]
        name: String,
    },
    /// Shows who the staff are
    List {
        /// One object a line
        #[arg(long)]
        json: bool,
    },
    /// From now on their code opens nothing here
    Remove { id: String },
}

impl Staff {
    pub fn run(self, clock: &SharedClock) -> Result<Answer, CommandError> {
        let config = self.place.load(Keep::Files)?;
        let mut store = SqliteStore::open(crate::station::database(&config), clock.now())?.store;
        let Some(identity) = store.identity()? else {
            eprintln!("this station has not joined a server yet: anjungan provision");
            return Ok(Answer::No);
        };
        match self.what {
            What::Add { name } => {
                let code = ask("Staff code of somebody who is there already:")?;
                let pin = ask("Their PIN:")?;
                let open = match open_as(&identity, &store.staff()?, &code, &pin) {
                    Ok((_, _, open)) => open,
                    Err(error @ UnlockError::Wrong) => {
                        eprintln!("{error}");
                        return Ok(Answer::No);
                    }
                    Err(error) => return Err(error.into()),
                };
                let new_pin = ask(&format!("PIN of {name} (6 to 12 digits):"))?;
                let params = StaffParams::default();
                let (id, code) = add_member(
                    &mut store,
                    &identity,
                    clock,
                    &open,
                    &name,
                    &new_pin,
                    params,
                    &mut os_random(),
                )?;
                eprintln!("{name} is {id}. Their code, shown this once:");
                println!("{}", *code);
            }
            What::List { json } => {
                let first = (FIRST.to_owned(), String::new());
                let others = store.staff()?.into_iter().map(|member| (member.id, member.name));
                for (id, name) in std::iter::once(first).chain(others) {
                    if json {
                        println!("{}", serde_json::json!({ "id": id, "name": name }));
                    } else {
                        println!("{id}  {name}");
                    }
                }
            }
            What::Remove { id } => {
                if !store.remove_staff(&id)? {
                    eprintln!("there is no {id}; {FIRST} goes when the station joins again");
                    return Ok(Answer::No);
                }
                store.note("staff-removed", &id, clock.now())?;
            }
        }
        Ok(Answer::Yes)
    }
}

/// A line of standard input, wiped when it goes.
pub(super) fn ask(question: &str) -> Result<Zeroizing<String>, CommandError> {
    eprintln!("{question}");
    let mut line = Zeroizing::new(String::with_capacity(128));
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(Zeroizing::new(line.trim().to_owned()))
}
