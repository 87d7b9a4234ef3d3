//! What an office sets for its central server: a TOML file, or flags for a first try.
//!
//! Three values have no default, because they stand on every card for thirty years: the host, the
//! issuer, and the place that a found card goes to.

use std::net::IpAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::CentralError;
use super::environment;
use super::mail::MailConfig;
use super::retention::Retention;
use super::serving::TlsConfig;
use super::storage::Place;
use crate::credential::IssuerId;

/// The file in the data folder that is read where the package has none and no other is named.
const OWN_FILE: &str = "central.toml";
/// The package's configuration.
const PACKAGED: &str = "/etc/anjungan/central.toml";

/// Every key but those three has a default, so that the file of a small office is short.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CentralConfig {
    /// The file that this was read from, where there was one.
    #[serde(skip)]
    pub source: Option<PathBuf>,
    /// Address and port to listen on. Port 0 takes a free one.
    pub listen: String,
    /// Where the database is: `postgres://USER@HOST/NAME`. Empty: SQLite, in the data folder.
    pub database: String,
    /// A file with the password of that database, where the address has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database_password_file: Option<PathBuf>,
    /// The folder of database, keys and photos.
    #[serde(skip_serializing)]
    pub data: PathBuf,
    /// The address in the codes. It outlives the server behind it: cards live thirty years.
    pub host: String,
    /// Where phones reach the pages of this server, `https://…` without a slash at the end. Empty:
    /// `https://` and the host.
    pub public_url: String,
    /// 7 WIB, 8 WITA, 9 WIT: whose day it is.
    pub utc_offset_hours: i8,
    /// Where a found card goes, as it stands on the card's back.
    pub return_to: String,
    /// Addresses of proxies whose `X-Forwarded-For` is believed: those that stand before this server
    /// and write the header themselves. From anybody else it is ignored.
    pub proxies: Vec<IpAddr>,
    /// A file with the token that `/metrics` asks for from other machines. Without it, it answers this
    /// machine alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics_token_file: Option<PathBuf>,
    /// However often a phone comes by, `Ingat Saya` ends so many days after the sign-in.
    pub remember_days: u16,
    pub issuer: IssuerConfig,
    /// How letters go out, for forgotten passwords.
    pub mail: MailConfig,
    pub keys: KeysConfig,
    pub tls: TlsConfig,
    pub retention: Retention,
}

/// The office that issues.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IssuerConfig {
    /// Short: it stands in every code. Digits, capitals or `-`.
    pub id: String,
    pub name: String,
    /// The employing bodies that its cards may name, spelled as in the office's lists. Empty: it
    /// takes whatever the lists name, and the trust list says which those are.
    pub bodies: Vec<String>,
    /// The first and the last sequence number that it may print on a card's face, of each year.
    /// Two issuers share none.
    pub first_number: u32,
    pub last_number: u32,
}

/// The server's keys.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeysConfig {
    /// A file with the passphrase that the keys are sealed under, where no systemd credential
    /// `anjungan-keys` gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passphrase_file: Option<PathBuf>,
    /// How long one key signs before the next one begins. Its cards stay valid after that.
    pub signing_days: u16,
    /// How long before its first day a key stands in the trust list.
    pub announce_days: u16,
    /// How long the one before may go on signing.
    pub overlap_days: u16,
}

impl Default for KeysConfig {
    /// A quarter: a key that must be revoked takes three months of cards with it, not thirty years.
    fn default() -> Self {
        KeysConfig { passphrase_file: None, signing_days: 90, announce_days: 14, overlap_days: 7 }
    }
}

impl Default for CentralConfig {
    fn default() -> Self {
        CentralConfig {
            source: None,
            listen: "127.0.0.1:8420".into(),
            database: String::new(),
            database_password_file: None,
            data: "/var/lib/anjungan-central".into(),
            host: String::new(),
            public_url: String::new(),
            utc_offset_hours: 7,
            return_to: String::new(),
            proxies: Vec::new(),
            metrics_token_file: None,
            remember_days: 180,
            issuer: IssuerConfig::default(),
            mail: MailConfig::default(),
            keys: KeysConfig::default(),
            tls: TlsConfig::default(),
            retention: Retention::default(),
        }
    }
}

impl Default for IssuerConfig {
    fn default() -> Self {
        IssuerConfig {
            id: String::new(),
            name: String::new(),
            bodies: Vec::new(),
            first_number: 1,
            last_number: 9_999_999,
        }
    }
}

/// What the command line says over the file.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    pub config: Option<PathBuf>,
    pub data: Option<PathBuf>,
    pub host: Option<String>,
}

impl CentralConfig {
    /// An office that does not exist, for demonstrations and tests.
    pub fn example() -> CentralConfig {
        CentralConfig {
            host: "KARTU.EXAMPLE".into(),
            return_to: "BKPSDM, Jalan Contoh No. 1".into(),
            issuer: IssuerConfig {
                id: "6201".into(),
                name: "BKPSDM Kabupaten Contoh".into(),
                ..IssuerConfig::default()
            },
            ..CentralConfig::default()
        }
    }

    /// The file that the flags name; without one, `central.toml` in the folder of `--data`, then the package's file (see
    /// [`crate::config::place`]), then `central.toml` in the usual data folder. The environment goes over it, and the
    /// other flags over that.
    pub fn load(flags: &Flags) -> Result<CentralConfig, CentralError> {
        CentralConfig::load_from(flags, Path::new(PACKAGED))
    }

    fn load_from(flags: &Flags, packaged: &Path) -> Result<CentralConfig, CentralError> {
        let folder = flags.data.clone().unwrap_or_else(|| CentralConfig::default().data);
        let own = folder.join(OWN_FILE);
        let named =
            flags.config.clone().or_else(|| (flags.data.is_some() && own.exists()).then(|| own.clone()));
        let found = crate::config::place(named.as_deref(), packaged, flags.data.as_deref(), |path| {
            read(path).map(|config| config.data)
        })?;
        let source = found.or_else(|| own.exists().then(|| own.clone()));
        let mut config = match &source {
            Some(path) if *path == own => CentralConfig { data: folder, ..read(path)? },
            Some(path) => read(path)?,
            None => CentralConfig::default(),
        };
        config = environment::over(config, std::env::vars())?;
        config.source = source;
        config.data = flags.data.clone().unwrap_or(config.data);
        config.host = flags.host.clone().unwrap_or(config.host);
        Ok(config)
    }

    /// As [`CentralConfig::load`]; in a data folder that is still empty it first writes the made-up
    /// office there, so that the commands that follow find it without being told.
    pub fn load_or_make_up(flags: &Flags) -> Result<CentralConfig, CentralError> {
        let config = CentralConfig::load(flags)?;
        let file = config.data.join(OWN_FILE);
        let chosen = flags.config.is_some() || config.source.is_some() || file.exists();
        if chosen || config.data.join("central.sqlite").exists() {
            return Ok(config);
        }
        let made_up = CentralConfig::example();
        let host = if config.host.is_empty() { made_up.host } else { config.host };
        let made_up = CentralConfig { data: config.data, host, ..made_up };
        made_up.check()?;
        let text = toml::to_string(&made_up).map_err(|e| CentralError::Config(e.to_string()))?;
        let text = format!("# An office that does not exist, written by `anjungan-central sample`.\n{text}");
        std::fs::create_dir_all(&made_up.data).map_err(|e| CentralError::io(&made_up.data, e))?;
        let mut new = std::fs::OpenOptions::new();
        let written = new.write(true).create_new(true).mode(0o600).open(&file);
        written
            .and_then(|mut out| std::io::Write::write_all(&mut out, text.as_bytes()))
            .map_err(|e| CentralError::io(&file, e))?;
        // Read back: what the environment says goes over it, and belongs into no file.
        CentralConfig::load(flags)
    }

    /// What a missing or wrong value would only show much later, on a card.
    pub fn check(&self) -> Result<IssuerId, CentralError> {
        let missing: Vec<&str> = [
            (&self.host, "  host = \"KARTU.KANTOR.GO.ID\"   # stands in every code: --host, or in the file"),
            (&self.return_to, "  return_to = \"BKPSDM, Jalan ...\"   # where a found card goes"),
            (
                &self.issuer.id,
                "  [issuer] id = \"6201\"   # the issuing office, short: digits, capitals or -",
            ),
            (&self.issuer.name, "  [issuer] name = \"BKPSDM Kabupaten ...\""),
        ]
        .into_iter()
        .filter(|(value, _)| value.trim().is_empty())
        .map(|(_, line)| line)
        .collect();
        if !missing.is_empty() {
            return Err(CentralError::Config(format!(
                "the cards need what only the office knows. Write into {}:\n{}\n\
                 For a try with made-up people, `anjungan-central sample --data NEWFOLDER` makes up an office as well.",
                self.source.clone().unwrap_or_else(|| self.data.join(OWN_FILE)).display(),
                missing.join("\n")
            )));
        }
        if !(-12..=14).contains(&self.utc_offset_hours) {
            return Err(CentralError::Config("utc_offset_hours: no place is that far from UTC".into()));
        }
        if self.host.contains(['/', '#', ' ']) {
            return Err(CentralError::Config(format!("host: '{}' is not a host name", self.host)));
        }
        let url = &self.public_url;
        if !url.is_empty() && !url.starts_with("https://") && !url.starts_with("http://") {
            return Err(CentralError::Config(format!("public_url: '{url}' is not an address")));
        }
        let KeysConfig { signing_days, announce_days, overlap_days, .. } = self.keys;
        if signing_days == 0 || announce_days >= signing_days || overlap_days >= signing_days {
            return Err(CentralError::Config(
                "keys: signing_days must be longer than announce_days and overlap_days".into(),
            ));
        }
        if !(1..=366).contains(&self.remember_days) {
            return Err(CentralError::Config("remember_days: between 1 and 366".into()));
        }
        self.place()?;
        self.tls.check()?;
        self.retention.check()?;
        self.metrics_token()?;
        let numbers = self.issuer.first_number..=self.issuer.last_number;
        if numbers.is_empty() || !(1..=9_999_999).contains(numbers.start()) || *numbers.end() > 9_999_999 {
            return Err(CentralError::Config("issuer: the numbers must lie between 1 and 9999999".into()));
        }
        IssuerId::parse(&self.issuer.id).map_err(|e| CentralError::Config(format!("issuer.id: {e}")))
    }

    /// The token of `/metrics`, where there is one.
    pub fn metrics_token(&self) -> Result<Option<String>, CentralError> {
        let Some(file) = &self.metrics_token_file else { return Ok(None) };
        let token = std::fs::read_to_string(file).map_err(|e| CentralError::io(file, e))?.trim().to_owned();
        if token.len() < 16 {
            return Err(CentralError::Config("metrics_token_file: a token of 16 letters or more".into()));
        }
        Ok(Some(token))
    }

    /// Where the database is.
    pub fn place(&self) -> Result<Place, CentralError> {
        Place::read(&self.database, self.database_password_file.as_deref())
    }

    /// The page on which employees turn their activation code into a password.
    pub fn activation_page(&self) -> String {
        self.page("/aktivasi")
    }

    /// The address of one of this server's pages, as phones reach it.
    pub fn page(&self, path: &str) -> String {
        match self.public_url.trim_end_matches('/') {
            "" => format!("https://{}{path}", self.host.to_ascii_lowercase()),
            url => format!("{url}{path}"),
        }
    }
}

fn read(path: &Path) -> Result<CentralConfig, CentralError> {
    crate::config::load(path).map_err(|e| CentralError::Config(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_holds_and_a_typo_does_not() {
        assert!(CentralConfig::example().check().is_ok());
        assert!(toml::from_str::<CentralConfig>("lissten = \"x\"").is_err());
        let wrong = |change: fn(&mut CentralConfig)| {
            let mut config = CentralConfig::example();
            change(&mut config);
            config.check().unwrap_err().to_string()
        };
        assert!(wrong(|config| config.issuer.id = "a b".into()).contains("issuer.id"));
        assert!(wrong(|config| config.utc_offset_hours = 99).contains("utc_offset_hours"));
        assert!(wrong(|config| config.host = "a/b".into()).contains("host"));
        assert!(wrong(|config| config.issuer.last_number = 0).contains("numbers"));
    }

    #[test]
    fn nothing_is_made_up_for_what_stands_on_a_card() {
        let told = CentralConfig::default().check().unwrap_err().to_string();
        for key in ["host =", "return_to =", "[issuer] id =", "[issuer] name =", "central.toml"] {
            assert!(told.contains(key), "{told}");
        }
        let config: CentralConfig =
            toml::from_str("host = \"A.GO.ID\"\nreturn_to = \"X\"\n[issuer]\nname = \"Y\"").unwrap();
        let told = config.check().unwrap_err().to_string();
        assert!(told.contains("[issuer] id =") && !told.contains("return_to ="), "{told}");
    }

    #[test]
    fn the_packages_file_counts_unless_another_folder_or_file_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let (packaged, data) = (dir.path().join("etc.toml"), dir.path().join("data"));
        std::fs::create_dir(&data).unwrap();
        let load = |config: Option<&Path>, data: Option<&Path>| {
            let flags = Flags {
                config: config.map(Path::to_owned),
                data: data.map(Path::to_owned),
                ..Flags::default()
            };
            let config = CentralConfig::load_from(&flags, &packaged).unwrap();
            (config.host, config.source, config.data)
        };
        std::fs::write(&packaged, format!("host = \"ETC\"\ndata = \"{}\"", data.display())).unwrap();
        let as_packaged = ("ETC".to_owned(), Some(packaged.clone()), data.clone());
        assert_eq!(load(None, None), as_packaged);
        assert_eq!(load(None, Some(&data)), as_packaged);
        assert_eq!(load(None, Some(&data.join("../data"))).0, "ETC");
        let elsewhere = dir.path().join("elsewhere");
        assert_eq!(load(None, Some(&elsewhere)), (String::new(), None, elsewhere));
        let named = dir.path().join("named.toml");
        std::fs::write(&named, "host = \"NAMED\"").unwrap();
        assert_eq!(load(Some(&named), Some(&data)), ("NAMED".to_owned(), Some(named.clone()), data.clone()));
        // A folder's own file stands before the package's.
        std::fs::write(data.join("central.toml"), "host = \"OWN\"").unwrap();
        assert_eq!(load(None, Some(&data)).0, "OWN");
        assert_eq!(load(None, None), as_packaged);
    }

    #[test]
    fn a_made_up_office_is_found_again_and_a_real_one_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let flags = |host: Option<&str>| Flags {
            data: Some(dir.path().join("d")),
            host: host.map(str::to_owned),
            ..Flags::default()
        };
        assert!(CentralConfig::load(&flags(None)).unwrap().check().is_err());
        let made_up = CentralConfig::load_or_make_up(&flags(Some("A.GO.ID"))).unwrap();
        assert_eq!(made_up.host, "A.GO.ID");
        let again = CentralConfig::load(&flags(None)).unwrap();
        assert_eq!((again.host.as_str(), again.data), ("A.GO.ID", dir.path().join("d")));
        assert!(CentralConfig::load(&flags(Some("B.GO.ID"))).unwrap().check().is_ok());

        // A folder in use without a file: its office is written down elsewhere.
        std::fs::remove_file(dir.path().join("d/central.toml")).unwrap();
        std::fs::write(dir.path().join("d/central.sqlite"), b"").unwrap();
        assert!(CentralConfig::load_or_make_up(&flags(None)).unwrap().check().is_err());
        assert!(!dir.path().join("d/central.toml").exists());
    }

    #[test]
    fn the_page_has_the_hosts_address() {
        assert_eq!(CentralConfig::example().activation_page(), "https://kartu.example/aktivasi");
    }
}
