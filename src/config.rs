//! Configuration files: how a TOML file becomes a struct, and what a station's file may say.
//!
//! Floor 0, like the clock: it reads a file and knows nothing of the house above. A mistake is
//! answered with the file, the line and the key, because the person who made it is a technician
//! at a desk with nothing but a text editor.

use std::path::{Path, PathBuf};

use jiff::civil::Time;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::lang::Lang;

/// Why a configuration cannot be used. Each text names the file.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{path}: cannot be read: {source}", path = path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    /// A syntax mistake, an unknown key, a value of the wrong kind.
    #[error("{path}, line {line}: {message}", path = path.display())]
    Line { path: PathBuf, line: usize, message: String },
    /// The file is well formed, but a value cannot be meant.
    #[error("{path}: {key}: {message}", path = path.display())]
    Value { path: PathBuf, key: &'static str, message: String },
}

/// Reads a TOML file into `T`. Structs that use `deny_unknown_fields` get their typing mistakes
/// named with the line and, where one is near, the key that was probably meant.
pub fn load<T: DeserializeOwned>(path: impl AsRef<Path>) -> Result<T, ConfigError> {
    let path = path.as_ref();
    let text = std::fs::read_to_string(path)
        .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
    parse(path, &text)
}

/// Which file holds a program's configuration: the one that the command line names; without one the package's
/// (`/etc/anjungan/…`), unless the command line names another data folder than that file does. None: the built-in
/// values, for a demonstration or a test. `data_of` reads the data folder out of a file.
pub fn place<E>(
    named: Option<&Path>,
    packaged: &Path,
    data: Option<&Path>,
    data_of: impl Fn(&Path) -> Result<PathBuf, E>,
) -> Result<Option<PathBuf>, E> {
    if let Some(named) = named {
        return Ok(Some(named.to_owned()));
    }
    if !packaged.exists() {
        return Ok(None);
    }
    let own = match data {
        None => true,
        Some(folder) => {
            let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
            real(&data_of(packaged)?) == real(folder)
        }
    };
    Ok(own.then(|| packaged.to_owned()))
}

/// Like [`load`], on text that is there already; `path` only names it in an error.
pub fn parse<T: DeserializeOwned>(path: &Path, text: &str) -> Result<T, ConfigError> {
    toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start).min(text.len());
        ConfigError::Line {
            path: path.to_owned(),
            line: text.as_bytes()[..start].split(|byte| *byte == b'\n').count(),
            message: explain(error.message(), line_at(text, start)),
        }
    })
}

/// The line of `text` that holds byte `at`.
fn line_at(text: &str, at: usize) -> &str {
    let bytes = text.as_bytes();
    let start = bytes[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |found| found + 1);
    let end = bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |found| at + found);
    // Both ends are beside a line feed or at an end of the text, so they are on a boundary.
    text.get(start..end).unwrap_or("")
}

/// Says in one line what is wrong, with the key where the parser's own message leaves it out.
fn explain(message: &str, line: &str) -> String {
    let message = message.split('\n').next().unwrap_or("").trim();
    if let Some(key) = quoted(message, "unknown field `") {
        let known: Vec<&str> = message
            .split_once("expected")
            .map_or("", |(_, rest)| rest)
            .split('`')
            .skip(1)
            .step_by(2)
            .collect();
        return match nearest(key, &known) {
            Some(meant) => format!("there is no key '{key}'; did you mean '{meant}'?"),
            None => format!("there is no key '{key}'; known here: {}", known.join(", ")),
        };
    }
    match line.split_once('=') {
        Some((key, _)) if !key.trim().is_empty() && !key.contains('#') => {
            format!("{}: {message}", key.trim())
        }
        _ => message.to_owned(),
    }
}

fn quoted<'a>(text: &'a str, opening: &str) -> Option<&'a str> {
    text.split_once(opening)?.1.split('`').next()
}

/// The known word within two typing mistakes (one, in words up to four letters).
fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let allowed = if word.chars().count() <= 4 { 1 } else { 2 };
    known
        .iter()
        .map(|candidate| (distance(word, candidate), *candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance in characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// Which way the station faces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// `Mandiri`: faces the employee.
    #[default]
    Mandiri,
    /// `Meja Petugas`: faces the clerk.
    MejaPetugas,
}

impl Profile {
    #[must_use]
    pub fn other(self) -> Profile {
        match self {
            Profile::Mandiri => Profile::MejaPetugas,
            Profile::MejaPetugas => Profile::Mandiri,
        }
    }

    /// The word in files.
    pub fn word(self) -> &'static str {
        match self {
            Profile::Mandiri => "mandiri",
            Profile::MejaPetugas => "meja-petugas",
        }
    }

    pub fn parse(word: &str) -> Option<Profile> {
        [Profile::Mandiri, Profile::MejaPetugas].into_iter().find(|profile| profile.word() == word)
    }
}

/// Where the picture goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DisplayKind {
    #[default]
    Window,
    Linuxkms,
    Headless,
}

/// The display; the size counts for a window and for the headless one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DisplayConfig {
    pub kind: DisplayKind,
    pub width: u32,
    pub height: u32,
    /// Of the glass, corner to corner: what makes millimetres of pixels. None: what the display
    /// says of itself, or the usual size for so many pixels.
    pub diagonal_inches: Option<f32>,
    /// From when until when the screen is black while nobody is there, at the station's place. None: never.
    pub dark_from: Option<Time>,
    pub dark_until: Option<Time>,
}

impl DisplayConfig {
    /// Is this an hour of the night? The hours may go past midnight.
    pub fn is_dark_at(&self, time: Time) -> bool {
        match (self.dark_from, self.dark_until) {
            (Some(from), Some(until)) if from <= until => (from..until).contains(&time),
            (Some(from), Some(until)) => time >= from || time < until,
            _ => false,
        }
    }
}

impl Default for DisplayConfig {
    fn default() -> Self {
        DisplayConfig {
            kind: DisplayKind::Window,
            width: 1280,
            height: 800,
            diagonal_inches: None,
            dark_from: None,
            dark_until: None,
        }
    }
}

/// Cameras by role, as URIs. One device may hold both roles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CameraConfig {
    pub face: String,
    /// None: the `face` camera reads codes too.
    pub scan: Option<String>,
}

impl Default for CameraConfig {
    fn default() -> Self {
        CameraConfig { face: "v4l:///dev/video0".into(), scan: None }
    }
}

/// How long the station waits for a person, and how old what it knows may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitConfig {
    /// Seconds without a touch before the warning.
    pub idle_seconds: u32,
    /// Seconds of the warning, with a visible countdown.
    pub warn_seconds: u32,
    /// A status list older than this makes a verdict "to be confirmed". Three days: a desk that was
    /// cut off over a weekend still answers.
    pub status_hours: u32,
    /// A trust list older than this does the same.
    pub trust_days: u32,
    /// A clock whose last signed answer is older than this is not relied on any more, unless the
    /// machine has one of its own that is kept right.
    pub clock_days: u32,
    /// Seconds between two rounds of sync when nothing wakes it.
    pub sync_seconds: u32,
    /// Seconds that a print waits for its printer to be mended, while its person waits too.
    pub print_seconds: u32,
    /// Days after which a visit is forgotten.
    pub visit_days: u32,
}

impl Default for LimitConfig {
    fn default() -> Self {
        LimitConfig {
            idle_seconds: 120,
            warn_seconds: 45,
            status_hours: 72,
            trust_days: 90,
            clock_days: 30,
            sync_seconds: 60,
            print_seconds: 300,
            visit_days: 30,
        }
    }
}

/// What the station plays and says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SoundConfig {
    /// Where signals go: `auto`, `none`, `alsa:DEVICE` or `dir:PATH`.
    pub device: String,
    /// Of the signals, in percent.
    pub volume: u8,
    /// The device of the headphones' socket. Speech goes there and nowhere else; None: no speech.
    pub headphones: Option<String>,
}

impl Default for SoundConfig {
    fn default() -> Self {
        SoundConfig { device: "auto".into(), volume: 70, headphones: None }
    }
}

/// What a station's file may say. Every key has a default; [`StationConfig::EXAMPLE`] shows all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StationConfig {
    /// The file that this was read from, where there was one.
    #[serde(skip)]
    pub source: Option<PathBuf>,
    /// Where the station keeps its database and its keys.
    pub data_dir: PathBuf,
    pub profile: Profile,
    /// The language that the first screen starts in.
    pub language: Lang,
    /// Overrides the offset that the station was enrolled with: 7 WIB, 8 WITA, 9 WIT.
    pub utc_offset_hours: Option<i8>,
    /// Overrides the address that the station was enrolled with.
    pub central: Option<String>,
    /// PEM of the office's own certificate authority, where the server's certificate is from it.
    /// None: the authorities that browsers know.
    pub central_ca: Option<PathBuf>,
    /// None: nothing is printed here; cards are fetched elsewhere.
    pub printer: Option<String>,
    /// Takes over while `printer` cannot print.
    pub printer_spare: Option<String>,
    /// A folder of card templates that the office edited itself.
    pub templates: Option<PathBuf>,
    /// Where staff save the visitor log. None: it cannot be saved from the screen.
    pub export_dir: Option<PathBuf>,
    /// Who sets the network: `nmcli:`, `simulated:` or `none:`.
    pub network: String,
    pub display: DisplayConfig,
    pub cameras: CameraConfig,
    pub limits: LimitConfig,
    pub sound: SoundConfig,
}

impl Default for StationConfig {
    fn default() -> Self {
        StationConfig {
            source: None,
            data_dir: "/var/lib/anjungan".into(),
            profile: Profile::Mandiri,
            language: Lang::Id,
            utc_offset_hours: None,
            central: None,
            central_ca: None,
            printer: None,
            printer_spare: None,
            templates: None,
            export_dir: None,
            network: "nmcli:".into(),
            display: DisplayConfig::default(),
            cameras: CameraConfig::default(),
            limits: LimitConfig::default(),
            sound: SoundConfig::default(),
        }
    }
}

impl StationConfig {
    /// A file that says everything there is to say.
    pub const EXAMPLE: &str = include_str!("config.example.toml");

    /// Reads and checks a station's file.
    pub fn load(path: impl AsRef<Path>) -> Result<StationConfig, ConfigError> {
        let path = path.as_ref();
        let config: StationConfig = load(path)?;
        config.check(path)?;
        Ok(config)
    }

    /// Refuses values that parse but cannot be meant. `path` names the file in the error.
    pub fn check(&self, path: &Path) -> Result<(), ConfigError> {
        let refuse = |key, message: String| Err(ConfigError::Value { path: path.to_owned(), key, message });
        if let Some(hours) = self.utc_offset_hours
            && !(-12..=14).contains(&hours)
        {
            return refuse("utc_offset_hours", format!("{hours} is no offset of a place on earth"));
        }
        if self.limits.warn_seconds < 20 {
            return refuse("limits.warn_seconds", "a warning must last at least 20 seconds".into());
        }
        if self.limits.idle_seconds < 20 {
            return refuse("limits.idle_seconds", "people need at least 20 seconds".into());
        }
        if !(1..=3650).contains(&self.limits.visit_days) {
            return refuse("limits.visit_days", "must be 1 to 3650".into());
        }
        if self.limits.sync_seconds == 0 {
            return refuse("limits.sync_seconds", "must be at least 1".into());
        }
        if !(320..=7680).contains(&self.display.width) || !(320..=7680).contains(&self.display.height) {
            return refuse(
                "display",
                format!("{}x{} is no size of a screen", self.display.width, self.display.height),
            );
        }
        if let Some(inches) = self.display.diagonal_inches
            && !(3.0..=100.0).contains(&inches)
        {
            return refuse("display.diagonal_inches", format!("{inches} inches is no size of a screen"));
        }
        if self.display.dark_from.is_some() != self.display.dark_until.is_some() {
            return refuse("display.dark_from", "goes with dark_until: both or neither".into());
        }
        if self.sound.volume > 100 {
            return refuse("sound.volume", format!("{} percent is too loud; 0 to 100", self.sound.volume));
        }
        if self.sound.headphones.as_deref().is_some_and(|device| !device.contains(':')) {
            let message = "must name a device, such as alsa:plughw:1: what is spoken is private";
            return refuse("sound.headphones", message.into());
        }
        for (key, uri) in [
            ("network", Some(&self.network)),
            ("cameras.face", Some(&self.cameras.face)),
            ("cameras.scan", self.cameras.scan.as_ref()),
            ("printer", self.printer.as_ref()),
            ("printer_spare", self.printer_spare.as_ref()),
        ] {
            if uri.is_some_and(|uri| !uri.contains(':')) {
                return refuse(key, "must be a URI, such as v4l:///dev/video0 or dir:PATH".into());
            }
        }
        if let Some(url) = &self.central
            && !url.starts_with("http://")
            && !url.starts_with("https://")
        {
            return refuse("central", "must start with https:// or http://".into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fails(text: &str) -> String {
        let path = Path::new("station.toml");
        match parse::<StationConfig>(path, text).and_then(|config| config.check(path)) {
            Ok(()) => panic!("took {text:?}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn the_documented_example_is_a_good_file_and_names_every_key() {
        let path = Path::new("example");
        let config: StationConfig = parse(path, StationConfig::EXAMPLE).unwrap();
        config.check(path).unwrap();
        assert_eq!(config.cameras.scan.as_deref(), Some("v4l:///dev/video2"));
        // A key that is added and not documented fails here.
        let complete = toml::to_string(&StationConfig {
            utc_offset_hours: Some(7),
            central: Some(String::new()),
            central_ca: Some(PathBuf::new()),
            printer: Some(String::new()),
            printer_spare: Some(String::new()),
            templates: Some(PathBuf::new()),
            export_dir: Some(PathBuf::new()),
            sound: SoundConfig { headphones: Some("alsa:plughw:1".into()), ..SoundConfig::default() },
            display: DisplayConfig {
                diagonal_inches: Some(7.0),
                dark_from: Some(Time::midnight()),
                dark_until: Some(Time::midnight()),
                ..DisplayConfig::default()
            },
            cameras: CameraConfig { face: String::new(), scan: Some(String::new()) },
            ..StationConfig::default()
        })
        .unwrap();
        for key in complete.lines().filter_map(|line| line.split_once(" = ")).map(|(key, _)| key) {
            let said =
                StationConfig::EXAMPLE.lines().any(|line| line.trim_start().starts_with(&format!("{key} =")));
            assert!(said, "the example does not show '{key}'");
        }
    }

    #[test]
    fn an_empty_file_is_the_defaults() {
        let config: StationConfig = parse(Path::new("x"), "").unwrap();
        assert_eq!(config, StationConfig::default());
        assert_eq!((config.limits.idle_seconds, config.limits.warn_seconds), (120, 45));
    }

    #[test]
    fn a_typing_mistake_is_named_with_its_line_and_the_key_that_was_meant() {
        let said = fails("language = \"id\"\n\n[limits]\nidle_second = 90\n");
        assert_eq!(said, "station.toml, line 4: there is no key 'idle_second'; did you mean 'idle_seconds'?");
        let said = fails("colour = \"red\"\n");
        assert!(said.starts_with("station.toml, line 1: there is no key 'colour'; known here: data_dir,"));
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_named_with_its_line_and_key() {
        let said = fails("# a comment\n[limits]\nidle_seconds = \"long\"\n");
        assert!(said.starts_with("station.toml, line 3: idle_seconds: invalid type"), "{said}");
        let said = fails("language = \"fr\"\n");
        assert!(said.starts_with("station.toml, line 1: language: unknown variant `fr`"), "{said}");
    }

    #[test]
    fn broken_syntax_is_named_with_its_line() {
        for (text, line) in [("language = \n", 1), ("[display\nwidth = 1\n", 1), ("a = 1\nb = = 2\n", 2)] {
            let said = fails(text);
            assert!(said.starts_with(&format!("station.toml, line {line}: ")), "{said}");
        }
    }

    #[test]
    fn values_that_cannot_be_meant_are_refused() {
        assert!(fails("utc_offset_hours = 70\n").contains("utc_offset_hours"));
        assert!(fails("[limits]\nwarn_seconds = 5\n").contains("at least 20"));
        assert!(fails("printer = \"lp0\"\n").contains("printer"));
        assert!(fails("central = \"server\"\n").contains("central"));
        assert!(fails("[sound]\nvolume = 101\n").contains("volume"));
        assert!(fails("[sound]\nheadphones = \"auto\"\n").contains("headphones"));
        assert!(fails("[display]\nwidth = 3\n").contains("display"));
        assert!(fails("[display]\ndark_from = \"19:00\"\n").contains("both or neither"));
        assert!(fails("[display]\ndark_from = \"25:00\"\ndark_until = \"06:00\"\n").contains("line 2"));
        assert!(fails("network = \"nmcli\"\n").contains("network"));
    }

    #[test]
    fn a_missing_file_and_one_that_is_no_text_are_named() {
        let dir = tempfile::tempdir().unwrap();
        let missing = dir.path().join("none.toml");
        assert!(StationConfig::load(&missing).unwrap_err().to_string().contains("none.toml"));
        let odd = dir.path().join("odd.toml");
        std::fs::write(&odd, [0xff, 0xfe, 0x00]).unwrap();
        assert!(StationConfig::load(&odd).unwrap_err().to_string().contains("odd.toml"));
    }

    #[test]
    fn the_night_may_go_past_midnight() {
        let at = |hour| Time::constant(hour, 30, 0, 0);
        let hours = |from, until| DisplayConfig {
            dark_from: Some(at(from)),
            dark_until: Some(at(until)),
            ..DisplayConfig::default()
        };
        let night = |config: DisplayConfig| {
            [5, 6, 12, 18, 19, 23].map(|hour| config.is_dark_at(Time::constant(hour, 45, 0, 0)))
        };
        assert_eq!(night(hours(18, 6)), [true, false, false, true, true, true]);
        assert_eq!(night(hours(12, 19)), [false, false, true, true, false, false]);
        assert_eq!(night(DisplayConfig::default()), [false; 6]);
    }

    #[test]
    fn distances() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("printer", "pritner"), 2);
        assert_eq!(distance("same", "same"), 0);
        assert_eq!(nearest("zz", &["a", "b"]), None);
    }
}
