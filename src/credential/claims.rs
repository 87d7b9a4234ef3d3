//! The claims of a CWT (RFC 8392): what front, back and status list say, by number.

use std::collections::BTreeMap;

use ciborium::Value;
use jiff::civil::Date;
use jiff::{Timestamp, tz::Offset};

use super::cbor::{self, Order};
use super::{CredentialError, IssuerId};
use crate::person::Nip;

/// CWT claim keys (RFC 8392, IANA registry), and one for private use.
const ISS: i64 = 1;
const IAT: i64 = 6;
const IDENTITY: i64 = 169;
const STATUS: i64 = 65_535;
const NIP: i64 = -65_537;
/// Claim 169, key 4: full name.
const NAME: i64 = 4;
const DAY: i64 = 24 * 60 * 60;
/// A name in a code, in bytes of UTF-8. The longest real names have 60 characters and titles.
const MAX_NAME_BYTES: usize = 150;

/// A name that may stand in a code: some characters, none of them a control character.
pub(super) fn name(name: &str) -> Result<Value, CredentialError> {
    if name.trim().is_empty() || name.len() > MAX_NAME_BYTES || name.chars().any(char::is_control) {
        return Err(CredentialError::Name { max: MAX_NAME_BYTES });
    }
    Ok(Value::Text(name.to_owned()))
}

/// A map with integer keys. Keys that a reader does not know are left alone: a desk of today has
/// to read the cards of a later year.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Claims(BTreeMap<i64, Value>);

impl Claims {
    /// What front and back have in common.
    pub fn new(issuer: &IssuerId, issued_on: Date, index: u64, nip: Nip) -> Result<Self, CredentialError> {
        let status = Value::Map(vec![(text("idx"), Value::from(index))]);
        Ok(Self(BTreeMap::from([
            (ISS, text(issuer.as_str())),
            (IAT, Value::from(midnight(issued_on)?)),
            (STATUS, Value::Map(vec![(text("status_list"), status)])),
            (NIP, Value::from(nip.as_u64())),
        ])))
    }

    /// Adds Claim 169.
    pub fn with_identity(mut self, entries: Vec<(i64, Value)>) -> Self {
        let entries = entries.into_iter().map(|(key, value)| (Value::from(key), value));
        self.0.insert(IDENTITY, Value::Map(entries.collect()));
        self
    }

    pub fn encode(self) -> Vec<u8> {
        let entries = self.0.into_iter().map(|(key, value)| (Value::from(key), value));
        cbor::encode_sorted(Value::Map(entries.collect()))
    }

    pub fn decode(bytes: &[u8], order: Order) -> Result<Self, CredentialError> {
        Self::from_value(cbor::strict(bytes, order)?)
    }

    fn from_value(value: Value) -> Result<Self, CredentialError> {
        let bad = || CredentialError::Shape("claims");
        let entries = value.into_map().map_err(|_| bad())?;
        entries
            .into_iter()
            .map(|(key, value)| {
                let key = key.as_integer().and_then(|key| i64::try_from(key).ok());
                key.map(|key| (key, value)).ok_or_else(bad)
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    pub fn value(&self, key: i64) -> Option<&Value> {
        self.0.get(&key)
    }

    pub fn uint(&self, key: i64) -> Option<u64> {
        self.value(key)?.as_integer()?.try_into().ok()
    }

    pub fn text(&self, key: i64) -> Option<&str> {
        self.value(key)?.as_text()
    }

    pub fn bytes(&self, key: i64) -> Option<&[u8]> {
        self.value(key)?.as_bytes().map(Vec::as_slice)
    }

    /// Claim 169.
    pub fn identity(&self) -> Result<Self, CredentialError> {
        let value = self.value(IDENTITY).cloned();
        value.map_or(Err(CredentialError::Shape("identity")), Self::from_value)
    }

    pub fn issuer(&self) -> Result<IssuerId, CredentialError> {
        IssuerId::parse(self.text(ISS).unwrap_or_default())
    }

    pub fn nip(&self) -> Result<Nip, CredentialError> {
        let nip = self.uint(NIP).and_then(|nip| Nip::from_u64(nip).ok());
        nip.ok_or(CredentialError::Shape("NIP"))
    }

    /// The name, of the identity map.
    pub fn name(&self) -> Result<String, CredentialError> {
        let text = self.text(NAME).unwrap_or_default();
        name(text)?;
        Ok(text.to_owned())
    }

    /// The day of issue: a midnight in UTC and nothing between two.
    pub fn issued_on(&self) -> Result<Date, CredentialError> {
        self.uint(IAT)
            .and_then(|seconds| i64::try_from(seconds).ok())
            .filter(|seconds| seconds % DAY == 0)
            .and_then(|seconds| Timestamp::from_second(seconds).ok())
            .map(|midnight| Offset::UTC.to_datetime(midnight).date())
            .ok_or(CredentialError::Shape("day of issue"))
    }

    pub fn status_index(&self) -> Result<u64, CredentialError> {
        self.value(STATUS)
            .and_then(|status| cbor::entry(status, "status_list"))
            .and_then(|list| cbor::entry(list, "idx"))
            .and_then(Value::as_integer)
            .and_then(|index| index.try_into().ok())
            .ok_or(CredentialError::Shape("status"))
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn midnight(day: Date) -> Result<u64, CredentialError> {
    let bad = CredentialError::Shape("day of issue");
    let midnight = Offset::UTC.to_timestamp(day.at(0, 0, 0, 0)).map_err(|_| bad.clone())?;
    u64::try_from(midnight.as_second()).map_err(|_| bad)
}
