//! Station: `anjungan kiosk` and `anjungan guided`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Answer, CommandError, Place};
use crate::clock::SharedClock;
use crate::config::DisplayKind;
use crate::lang::Lang;
use crate::station::{self, guided};

#[derive(Args)]
pub struct Kiosk {
    #[command(flatten)]
    place: Place,
    /// Shows every component of the screens in all its states instead, without devices or data.
    #[arg(long)]
    gallery: bool,
}

impl Kiosk {
    pub fn run(self, clock: &SharedClock) -> Result<Answer, CommandError> {
        if self.gallery {
            station::gallery(&self.place.load()?, clock)?;
            return Ok(Answer::Yes);
        }
        station::run(&self.place.load()?, clock, None, station::Begin::Visit)?;
        Ok(Answer::Yes)
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum Way {
    /// Sign in, photo, card, print.
    Card,
    /// Fetch a card with a pick-up code.
    PickUp,
    /// Hold a card to the scan camera.
    Check,
    /// Call staff, sign in by phone, sign in with a clerk (PIN in ANJUNGAN_PIN).
    Help,
    /// At a desk: answer a station's call.
    Answer,
    /// Stand before the live picture, to measure what that costs.
    Live,
}

#[derive(Args)]
pub struct Guided {
    #[command(flatten)]
    place: Place,
    /// Which way to walk.
    #[arg(value_enum)]
    way: Way,
    /// Where the pictures and facts go.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Whose card: the employee number.
    #[arg(long, required_if_eq("way", "card"))]
    nip: Option<String>,
    /// File whose first line is the password.
    #[arg(long, value_name = "FILE", required_if_eq("way", "card"))]
    password_file: Option<PathBuf>,
    /// The pick-up code of an earlier visit.
    #[arg(long, required_if_eq("way", "pick-up"))]
    code: Option<String>,
    /// A clerk's staff code.
    #[arg(long, required_if_eq("way", "help"))]
    staff_code: Option<String>,
    /// Whose call is answered.
    #[arg(long, required_if_eq("way", "answer"))]
    station: Option<String>,
    /// How long to stand before the live picture (30 without it), or to hold a card up after its first verdict (1).
    #[arg(long)]
    seconds: Option<u64>,
    #[arg(long, default_value = "id")]
    lang: Lang,
    /// Writes beside each picture where its buttons are, for a finger on another machine's glass.
    #[arg(long)]
    places: bool,
}

impl Guided {
    pub fn run(self, clock: &SharedClock) -> Result<Answer, CommandError> {
        let mut config = self.place.load()?;
        config.display.kind = DisplayKind::Headless;
        let password = match &self.password_file {
            None => None,
            Some(file) => {
                let text =
                    std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
                text.lines().next().map(str::to_owned)
            }
        };
        let person = (self.nip, password);
        let way = match self.way {
            Way::Check => guided::Way::Check { seconds: self.seconds.unwrap_or(1) },
            Way::Help => guided::Way::Help {
                nip: person.0.ok_or("--nip is missing")?,
                staff_code: self.staff_code.ok_or("--staff-code is missing")?,
                pin: std::env::var("ANJUNGAN_PIN").map_err(|_| "ANJUNGAN_PIN is missing")?,
            },
            Way::Answer => guided::Way::Answer { station: self.station.ok_or("--station is missing")? },
            Way::PickUp => guided::Way::PickUp { code: self.code.ok_or("--code is missing")? },
            Way::Card | Way::Live => {
                let (Some(nip), Some(password)) = person else {
                    return Err("--nip and --password-file are missing".into());
                };
                match self.way {
                    Way::Live => guided::Way::Live { nip, password, seconds: self.seconds.unwrap_or(30) },
                    _ => guided::Way::Card { nip, password },
                }
            }
        };
        std::fs::create_dir_all(&self.out)?;
        station::run(
            &config,
            clock,
            Some(guided::Guide::new(way, self.out, self.lang).with_places(self.places)),
            station::Begin::Visit,
        )?;
        Ok(Answer::Yes)
    }
}
