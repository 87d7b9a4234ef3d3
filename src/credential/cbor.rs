//! CBOR as this module signs and reads it: one form only (RFC 8949, 4.2.1), so that two readers
//! cannot see two documents in the same bytes.

use std::collections::BTreeMap;

use ciborium::Value;
use jiff::civil::Date;
use jiff::{Timestamp, tz::Offset};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::front::MAX_NAME_BYTES;
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
/// Deeper than any document of ours.
const MAX_DEPTH: usize = 12;

/// How the keys of a map have to stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// By their encoded bytes: what we write ourselves.
    Sorted,
    /// In any order: what others write, as the examples of the status list draft do.
    Any,
}

/// Decodes one item that fills `bytes` and stands in its shortest form: no indefinite lengths, no
/// long integers, no key twice.
pub(super) fn strict(bytes: &[u8], order: Order) -> Result<Value, CredentialError> {
    let mut rest = bytes;
    let value: Value = ciborium::de::from_reader_with_recursion_limit(&mut rest, MAX_DEPTH)
        .map_err(|_| CredentialError::NotCbor)?;
    if !rest.is_empty() {
        return Err(CredentialError::NotCbor);
    }
    // Writing the value again gives the shortest form; whatever differs was not in it.
    if encode(&value) != bytes {
        return Err(CredentialError::NotDeterministic);
    }
    check_keys(&value, order)?;
    Ok(value)
}

fn check_keys(value: &Value, order: Order) -> Result<(), CredentialError> {
    match value {
        Value::Array(items) => items.iter().try_for_each(|item| check_keys(item, order)),
        Value::Tag(_, inner) => check_keys(inner, order),
        Value::Map(entries) => {
            let mut keys: Vec<Vec<u8>> = entries.iter().map(|(key, _)| encode(key)).collect();
            if order == Order::Sorted && !keys.is_sorted() {
                return Err(CredentialError::NotDeterministic);
            }
            keys.sort_unstable();
            if keys.windows(2).any(|pair| pair[0] == pair[1]) {
                return Err(CredentialError::DuplicateKey);
            }
            entries.iter().try_for_each(|(key, value)| {
                check_keys(key, order)?;
                check_keys(value, order)
            })
        }
        _ => Ok(()),
    }
}

/// The bytes of a value, as it stands.
pub(super) fn encode(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing to a Vec cannot fail; a value that could not be written would be empty here and
    // refused by every reader.
    if ciborium::into_writer(value, &mut bytes).is_err() {
        bytes.clear();
    }
    bytes
}

/// The bytes of a value in its one deterministic form: maps sorted by their encoded keys.
pub(super) fn encode_sorted(mut value: Value) -> Vec<u8> {
    sort(&mut value);
    encode(&value)
}

fn sort(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(sort),
        Value::Tag(_, inner) => sort(inner),
        Value::Map(entries) => {
            for (_, value) in entries.iter_mut() {
                sort(value);
            }
            entries.sort_by_cached_key(|(key, _)| encode(key));
        }
        _ => {}
    }
}

/// A serde type in deterministic form.
pub(super) fn from_serde(value: &impl Serialize) -> Result<Vec<u8>, CredentialError> {
    Value::serialized(value).map(encode_sorted).map_err(|_| CredentialError::Shape("document"))
}

/// The reverse of [`from_serde`], as strict as [`strict`].
pub(super) fn to_serde<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CredentialError> {
    strict(bytes, Order::Sorted)?.deserialized().map_err(|_| CredentialError::Shape("document"))
}

/// Associated data: a label that says what kind of document this is, and what it is bound to.
pub(super) fn labelled(label: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut items = vec![Value::Text(label.to_owned())];
    items.extend(parts.iter().map(|part| Value::Bytes(part.to_vec())));
    encode(&Value::Array(items))
}

pub(super) fn at_most(what: &'static str, bytes: &[u8], max: usize) -> Result<(), CredentialError> {
    if bytes.len() > max {
        return Err(CredentialError::TooLong { what, len: bytes.len(), max });
    }
    Ok(())
}

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
        encode_sorted(Value::Map(entries.collect()))
    }

    pub fn decode(bytes: &[u8], order: Order) -> Result<Self, CredentialError> {
        Self::from_value(strict(bytes, order)?)
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
            .and_then(|status| entry(status, "status_list"))
            .and_then(|list| entry(list, "idx"))
            .and_then(Value::as_integer)
            .and_then(|index| index.try_into().ok())
            .ok_or(CredentialError::Shape("status"))
    }
}

/// An entry of a map with text keys.
pub(super) fn entry<'a>(map: &'a Value, key: &str) -> Option<&'a Value> {
    map.as_map()?.iter().find(|(k, _)| k.as_text() == Some(key)).map(|(_, value)| value)
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn midnight(day: Date) -> Result<u64, CredentialError> {
    let bad = CredentialError::Shape("day of issue");
    let midnight = Offset::UTC.to_timestamp(day.at(0, 0, 0, 0)).map_err(|_| bad.clone())?;
    u64::try_from(midnight.as_second()).map_err(|_| bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_one_form_is_read() {
        for (bytes, why) in [
            (&b"\x01\x02"[..], CredentialError::NotCbor), // bytes after the end
            (b"", CredentialError::NotCbor),              // nothing
            (b"\x42\x01", CredentialError::NotCbor),      // cut off
            (b"\x18\x01", CredentialError::NotDeterministic), // 1 in two bytes
            (b"\x9f\x01\xff", CredentialError::NotDeterministic), // array without a length
            (b"\x5f\x41\x01\xff", CredentialError::NotDeterministic), // string in pieces
            (b"\xa2\x02\x00\x01\x00", CredentialError::NotDeterministic), // keys out of order
            (b"\xa2\x01\x00\x01\x00", CredentialError::DuplicateKey),
            (b"\x81\xa2\x01\x00\x01\x00", CredentialError::DuplicateKey),
        ] {
            assert_eq!(strict(bytes, Order::Sorted), Err(why), "{bytes:02x?}");
        }
        assert!(strict(b"\xa2\x02\x00\x01\x00", Order::Any).is_ok());
        assert!(strict(b"\xa2\x01\x00\x02\x00", Order::Sorted).is_ok());
    }

    #[test]
    fn a_length_that_promises_too_much_and_a_deep_nest_are_errors_not_crashes() {
        assert!(strict(b"\x5b\xff\xff\xff\xff\xff\xff\xff\xff", Order::Any).is_err());
        assert!(strict(b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff", Order::Any).is_err());
        assert!(strict(&[0x81; 4000], Order::Any).is_err());
        assert!(strict(&[0xd2; 4000], Order::Any).is_err());
    }
}
