//! Station: `anjungan kiosk` and `anjungan guided`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::{Answer, CommandError, PACKAGED, Place};
use crate::clock::SharedClock;
use crate::config::{ConfigError, DisplayKind, StationConfig};
use crate::lang::Lang;
use crate::privileges::{Keep, become_owner_of};
use crate::provision::setup;
use crate::session::{Chosen, SetupStep};
use crate::station::{self, guided};
use crate::turn::Turn;

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
            station::gallery(&self.place.load(Keep::Nothing)?, clock)?;
            return Ok(Answer::Yes);
        }
        let config = match self.place.read(Path::new(PACKAGED)) {
            Ok(config) => config,
            Err(error) => return Err(self.misconfigured(&error, clock)),
        };
        become_owner_of(&config.data_dir, Keep::Nothing)?;
        if config.display.kind == DisplayKind::Linuxkms
            && let Some(rotation) =
                Rotation::of_this_start().otherwise(&setup::load_or_begin(&config.data_dir))
        {
            return Err(start_anew(Some(&rotation)));
        }
        match station::run(&config, clock, None, station::Begin::Visit)? {
            station::Ended::Done => Ok(Answer::Yes),
            station::Ended::Anew => Err(start_anew(None)),
        }
    }
}

impl Kiosk {
    /// Shows what is wrong until the file is right, and starts anew. Returns only where that cannot be done.
    fn misconfigured(self, error: &ConfigError, clock: &SharedClock) -> CommandError {
        eprintln!("anjungan: {error}");
        let config = of_display(self.place.config.as_deref(), std::env::var("SLINT_BACKEND").ok().as_deref());
        let place = self.place;
        match station::misconfigured(&config, &error.to_string(), clock, move || {
            place.read(Path::new(PACKAGED)).is_ok()
        }) {
            Ok(()) => start_anew(None),
            Err(screen) => format!("{error}; and no screen to say so: {screen}").into(),
        }
    }
}

/// What a file that is wrong somewhere says about display and language. Where it says nothing, the unit's toolkit
/// tells which display there is.
fn of_display(file: Option<&Path>, backend: Option<&str>) -> StationConfig {
    let text = file.and_then(|file| std::fs::read_to_string(file).ok()).unwrap_or_default();
    let said = |key: &str| {
        text.lines().find_map(|line| {
            let (name, value) = line.split_once('=')?;
            (name.trim() == key).then(|| value.trim().trim_start_matches('"').split('"').next())?
        })
    };
    let mut config = StationConfig::default();
    config.display.kind = match said("kind") {
        Some("linuxkms") => DisplayKind::Linuxkms,
        Some("headless") => DisplayKind::Headless,
        Some("window") => DisplayKind::Window,
        _ if backend.is_some_and(|backend| backend.starts_with("linuxkms")) => DisplayKind::Linuxkms,
        _ => DisplayKind::Window,
    };
    if said("language") == Some("en") {
        config.language = Lang::En;
    }
    config
}

/// How the console's toolkit is told to turn the picture: as it begins, and never after. In degrees.
const ROTATION: &str = "SLINT_KMS_ROTATION";

/// What the unit said of it, handed on from one of the station's own new starts to the next.
const UNIT_ROTATION: &str = "ANJUNGAN_UNIT_ROTATION";

/// How the picture is turned, and how it is turned where nobody chose.
struct Rotation {
    now: String,
    unit: String,
}

impl Rotation {
    fn of_this_start() -> Rotation {
        let now = std::env::var(ROTATION).unwrap_or_else(|_| Turn::None.degrees().to_string());
        Rotation { unit: std::env::var(UNIT_ROTATION).unwrap_or_else(|_| now.clone()), now }
    }

    /// The picture is to be turned another way than it is.
    fn otherwise(self, chosen: &Chosen) -> Option<Rotation> {
        let said = chosen.turn != Turn::None || chosen.trial.is_some() || chosen.has_done(SetupStep::Turn);
        let wanted = if said { chosen.turn.degrees().to_string() } else { self.unit.clone() };
        (wanted != self.now).then_some(Rotation { now: wanted, unit: self.unit })
    }
}

/// This very program again, in the same process: systemd goes on watching it. Returns only if that fails; then the
/// program ends with the error, and systemd starts it.
fn start_anew(rotation: Option<&Rotation>) -> CommandError {
    let program = match std::env::current_exe() {
        Ok(program) => program,
        Err(error) => return error.into(),
    };
    let mut again = std::process::Command::new(program);
    again.args(std::env::args_os().skip(1));
    // Asked for anew at its start.
    if let Some(Rotation { now, unit }) = rotation {
        again.env(ROTATION, now).env(UNIT_ROTATION, unit);
    }
    tracing::info!("the screen starts anew");
    std::os::unix::process::CommandExt::exec(&mut again).into()
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
    /// A technician's way at the bench, from the language to the test print (PIN in ANJUNGAN_PIN).
    Bench,
    /// A technician's way in the lobby, to the report (PIN in ANJUNGAN_PIN).
    Lobby,
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
        let mut config = self.place.load(Keep::Nothing)?;
        config.display.kind = DisplayKind::Headless;
        let password = match &self.password_file {
            None => None,
            Some(file) => {
                let text =
                    std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
                text.lines().next().map(str::to_owned)
            }
        };
        let pin = || std::env::var("ANJUNGAN_PIN").map_err(|_| "ANJUNGAN_PIN is missing");
        let person = (self.nip, password);
        let way = match self.way {
            Way::Check => guided::Way::Check { seconds: self.seconds.unwrap_or(1) },
            Way::Bench => guided::Way::Bench { pin: pin()? },
            Way::Lobby => guided::Way::Lobby {
                staff_code: self.staff_code.ok_or("--staff-code is missing")?,
                pin: pin()?,
            },
            Way::Help => guided::Way::Help {
                nip: person.0.ok_or("--nip is missing")?,
                staff_code: self.staff_code.ok_or("--staff-code is missing")?,
                pin: pin()?,
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The rotations of the starts that follow, the first being the unit's.
    fn next(from: Rotation, chosen: &Chosen) -> Rotation {
        let (now, unit) = (from.now.clone(), from.unit.clone());
        from.otherwise(chosen).unwrap_or(Rotation { now, unit })
    }

    #[test]
    fn a_picture_on_trial_is_turned_and_comes_back_as_the_unit_has_it() {
        for unit in ["0", "180"] {
            let begun = Rotation { now: unit.into(), unit: unit.into() };
            let nobody_chose = Chosen::default();
            let begun = next(begun, &nobody_chose);
            assert_eq!(begun.now, unit);
            let trial =
                next(begun, &Chosen { turn: Turn::Right, trial: Some(Turn::None), ..Chosen::default() });
            assert_eq!(trial.now, "90");
            let back = next(trial, &nobody_chose);
            assert_eq!((back.now.as_str(), back.unit.as_str()), (unit, unit));
        }
    }

    #[test]
    fn a_file_that_is_wrong_still_says_where_its_screen_is() {
        let folder = tempfile::tempdir().unwrap();
        let of = |text: &str, backend: Option<&str>| {
            let file = folder.path().join("station.toml");
            std::fs::write(&file, text).unwrap();
            let config = of_display(Some(&file), backend);
            (config.display.kind, config.language)
        };
        let broken = "language = \"en\"\ncammeras = 1\n[display]\nkind = \"headless\" # here\n[[[";
        assert_eq!(of(broken, None), (DisplayKind::Headless, Lang::En));
        assert_eq!(of("kind = 7", Some("linuxkms-software")), (DisplayKind::Linuxkms, Lang::Id));
        assert_eq!(of("kind = \"window\"", Some("linuxkms")), (DisplayKind::Window, Lang::Id));
        assert_eq!(of_display(None, None).display.kind, DisplayKind::Window);
        assert_eq!(
            of_display(Some(Path::new("/none")), Some("linuxkms")).display.kind,
            DisplayKind::Linuxkms
        );
    }

    #[test]
    fn who_chose_that_nothing_is_turned_is_believed_before_the_unit() {
        let chosen = Chosen { done: vec![SetupStep::Turn], ..Chosen::default() };
        let unit = || Rotation { now: "180".into(), unit: "180".into() };
        assert_eq!(next(unit(), &chosen).now, "0");
    }
}
