//! What an office sets for its central server: a TOML file, or flags for a first try.

use std::path::PathBuf;

use serde::Deserialize;

use super::CentralError;
use crate::credential::IssuerId;

/// Every key has a default, so that the file of a small office is short.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CentralConfig {
    /// Address and port to listen on. Port 0 takes a free one.
    pub listen: String,
    /// The folder of database, keys and photos.
    pub data: PathBuf,
    /// The address in the codes. It outlives the server behind it: cards live thirty years.
    pub host: String,
    /// 7 WIB, 8 WITA, 9 WIT: whose day it is.
    pub utc_offset_hours: i8,
    /// Where a found card goes, as it stands on the card's back.
    pub return_to: String,
    pub issuer: IssuerConfig,
}

/// The office that issues.
#[derive(Clone, Debug, Deserialize)]
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

impl Default for CentralConfig {
    fn default() -> Self {
        CentralConfig {
            listen: "127.0.0.1:8420".into(),
            data: "/var/lib/anjungan-central".into(),
            host: "KARTU.EXAMPLE".into(),
            utc_offset_hours: 7,
            return_to: "BKPSDM, Jalan Contoh No. 1".into(),
            issuer: IssuerConfig::default(),
        }
    }
}

impl Default for IssuerConfig {
    fn default() -> Self {
        IssuerConfig {
            id: "6201".into(),
            name: "BKPSDM Kabupaten Contoh".into(),
            bodies: Vec::new(),
            first_number: 1,
            last_number: 9_999_999,
        }
    }
}

impl CentralConfig {
    /// What a wrong value would only show much later, on a card.
    pub fn check(&self) -> Result<IssuerId, CentralError> {
        if !(-12..=14).contains(&self.utc_offset_hours) {
            return Err(CentralError::Config("utc_offset_hours: no place is that far from UTC".into()));
        }
        if self.host.is_empty() || self.host.contains(['/', '#', ' ']) {
            return Err(CentralError::Config(format!("host: '{}' is not a host name", self.host)));
        }
        let numbers = self.issuer.first_number..=self.issuer.last_number;
        if numbers.is_empty() || !(1..=9_999_999).contains(numbers.start()) || *numbers.end() > 9_999_999 {
            return Err(CentralError::Config("issuer: the numbers must lie between 1 and 9999999".into()));
        }
        IssuerId::parse(&self.issuer.id).map_err(|e| CentralError::Config(format!("issuer.id: {e}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_hold_and_a_typo_does_not() {
        assert!(CentralConfig::default().check().is_ok());
        assert!(toml::from_str::<CentralConfig>("lissten = \"x\"").is_err());
        let config: CentralConfig = toml::from_str("[issuer]\nid = \"a b\"").unwrap();
        assert!(config.check().unwrap_err().to_string().contains("issuer.id"));
        let config: CentralConfig = toml::from_str("utc_offset_hours = 99").unwrap();
        assert!(config.check().is_err());
    }
}
