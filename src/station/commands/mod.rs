//! Station: the technician's commands. Results go to standard output, everything else to standard
//! error; the answer says how the program exits.

mod card;
mod clock;
mod codes;
mod doctor;
mod kiosk;
mod photo;
mod plate;
mod print;
mod provision;
mod scan;
mod staff;
mod touch;

use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};

use crate::clock::SharedClock;
use crate::config::{ConfigError, StationConfig};
use crate::privileges::{Keep, PrivilegeError, become_owner_of};
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
    /// The clocks: the machine's, the last proven one, the server's; a clerk confirms the server's.
    Clock(clock::Clock),
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
            Command::Clock(clocks) => clocks.run(clock),
            Command::TouchRule(rule) => rule.run(),
            Command::Pages { folder } => {
                crate::manual::write(<Cli as clap::CommandFactory>::command(), &folder)?;
                Ok(Answer::Yes)
            }
        }
    }
}

/// The package's configuration.
const PACKAGED: &str = "/etc/anjungan/station.toml";

/// Where the station's configuration and data are.
#[derive(clap::Args)]
struct Place {
    /// The station's configuration file. Without it, /etc/anjungan/station.toml, unless --data names another folder than
    /// that file does.
    #[arg(long, value_name = "FILE", env = "ANJUNGAN_CONFIG")]
    config: Option<PathBuf>,
    /// The station's data folder; overrides the configuration.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

impl Place {
    /// Reads the configuration, and where root runs the command becomes the user that the data folder belongs to.
    fn load(&self, keep: Keep) -> Result<StationConfig, CommandError> {
        let config = self.read(Path::new(PACKAGED))?;
        become_owner_of(&config.data_dir, keep)?;
        Ok(config)
    }

    /// As [`Place::load`], for commands that also serve where no station is: only root changes its user, and a data
    /// folder that is somebody else's is no reason to refuse.
    fn load_for_anybody(&self) -> Result<StationConfig, CommandError> {
        let config = self.read(Path::new(PACKAGED))?;
        match become_owner_of(&config.data_dir, Keep::Files) {
            Err(PrivilegeError::OtherUser { .. }) | Ok(()) => Ok(config),
            Err(error) => Err(error.into()),
        }
    }

    fn read(&self, packaged: &Path) -> Result<StationConfig, ConfigError> {
        let source = crate::config::place(self.config.as_deref(), packaged, self.data.as_deref(), |path| {
            StationConfig::load(path).map(|config| config.data_dir)
        })?;
        let mut config = match &source {
            Some(path) => StationConfig::load(path)?,
            None => StationConfig::default(),
        };
        if let Some(data) = &self.data {
            config.data_dir.clone_from(data);
        }
        config.source = source;
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
