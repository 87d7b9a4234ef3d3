//! CBOR as this module signs and reads it: one form only (RFC 8949, 4.2.1), so that two readers
//! cannot see two documents in the same bytes.

use ciborium::Value;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::CredentialError;

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

/// An entry of a map with text keys.
pub(super) fn entry<'a>(map: &'a Value, key: &str) -> Option<&'a Value> {
    map.as_map()?.iter().find(|(k, _)| k.as_text() == Some(key)).map(|(_, value)| value)
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
