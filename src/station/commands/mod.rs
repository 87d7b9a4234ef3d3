//! Station: the technician's commands. Results go to standard output, everything else to standard
//! error; the answer says how the program exits.

mod card;
mod doctor;
mod kiosk;
mod photo;
mod plate;
mod print;
mod provision;
mod scan;
mod staff;
mod touch;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::clock::SharedClock;
use crate::config::{ConfigError, StationConfig};
use crate::provision::setup;

pub use print::test_print;

/// A card station for the front desks of government offices.
#[derive(Parser)]
#[command(
    name = "anjungan",
    version,
    after_help = "Exit codes: 0 done or yes, 1 an answer of no, 2 misuse or a failure."
)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Opens the station's screen.
    Kiosk(kiosk::Kiosk),
    /// Walks through the main job by touch, on a headless display, and leaves pictures of it.
    Guided(kiosk::Guided),
    /// Reads the QR codes in pictures, and judges them with --verify.
    Scan(scan::Scan),
    /// Cuts a person out of a picture, or checks one for the card.
    #[command(subcommand)]
    Photo(photo::Photo),
    /// The empty backdrop (clean plate): takes it, or says whether it still fits.
    #[command(subcommand)]
    Plate(plate::Plate),
    /// Draws a card.
    Card(card::Card),
    /// Prints a file, a test print, or lists the printers that are found.
    Print(print::Print),
    /// Checks every part of the station and says what to do about it.
    Doctor(doctor::Doctor),
    /// Joins a central server with a one-time code.
    Provision(provision::Provision),
    /// Who the staff of this station are: add, list, remove.
    Staff(staff::Staff),
    /// Writes the udev rule that brings touches to where a turned picture shows them. For root.
    #[command(hide = true)]
    TouchRule(touch::TouchRule),
    /// Writes manual pages and shell completions; for whoever makes packages.
    #[command(hide = true)]
    Pages { folder: PathBuf },
}

/// How a command ended without failing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Yes,
    No,
}

/// What kept a command from answering.
pub type CommandError = Box<dyn std::error::Error + Send + Sync>;

impl Cli {
    /// Does what the arguments ask for.
    pub fn run(self, clock: &SharedClock) -> Result<Answer, CommandError> {
        match self.command {
            Command::Kiosk(kiosk) => kiosk.run(clock),
            Command::Guided(guided) => guided.run(clock),
            Command::Scan(scan) => scan.run(clock),
            Command::Photo(photo) => photo.run(clock),
            Command::Plate(plate) => plate.run(),
            Command::Card(card) => card.run(clock),
            Command::Print(print) => print.run(clock),
            Command::Doctor(doctor) => doctor.run(clock),
            Command::Provision(provision) => provision.run(clock),
            Command::Staff(staff) => staff.run(clock),
            Command::TouchRule(rule) => rule.run(),
            Command::Pages { folder } => {
                crate::manual::write(<Cli as clap::CommandFactory>::command(), &folder)?;
                Ok(Answer::Yes)
            }
        }
    }
}

/// Where the station's configuration and data are.
#[derive(clap::Args)]
struct Place {
    /// The station's configuration file.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The station's data folder; overrides the configuration.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

impl Place {
    fn load(&self) -> Result<StationConfig, ConfigError> {
        let mut config = match &self.config {
            Some(path) => StationConfig::load(path)?,
            None => StationConfig::default(),
        };
        if let Some(data) = &self.data {
            config.data_dir.clone_from(data);
        }
        // What a technician chose at the screen stands before the file.
        let chosen = setup::load_or_begin(&config.data_dir);
        setup::overlay(&mut config, &chosen);
        Ok(config)
    }
}

/// Reads a picture file; the error names it.
fn picture(path: &std::path::Path) -> Result<image::RgbImage, CommandError> {
    let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    crate::photo::decode(&bytes).map_err(|error| format!("{}: {error}", path.display()).into())
}
