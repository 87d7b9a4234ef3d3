//! A sealed record: one person of the roster, as store and sync carry it without reading it.

use std::fmt;

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::secret::{self, Key};
use super::{EpochKey, Index, LookUp, SealedError, bytes};

/// The name of a record: opaque, the same in all its versions, without meaning for a person.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RecordId(pub String);

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A record that opens with one of its holder's cards or with the epoch key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedRecord {
    pub id: RecordId,
    /// Grows with every change; bound to what is sealed, so an older content cannot be put under a
    /// newer number.
    pub version: u64,
    #[serde(with = "bytes")]
    pub ciphertext: Vec<u8>,
    pub wraps: Vec<Wrap>,
    pub indexes: Vec<Index>,
}

/// The record's data key, wrapped for somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "for", rename_all = "kebab-case")]
pub enum Wrap {
    /// For a card in use; `tag` is [`card_tag`] of its signature.
    Card {
        #[serde(with = "bytes")]
        tag: [u8; 16],
        #[serde(with = "bytes")]
        wrapped: Vec<u8>,
    },
    /// For whoever holds the key of this epoch.
    Epoch {
        epoch: u32,
        #[serde(with = "bytes")]
        wrapped: Vec<u8>,
    },
}

/// Finds the records that a card opens, without opening them. Derived from the signature of the
/// front code, from which nobody comes back to it or to the card's key.
pub fn card_tag(signature: &[u8]) -> [u8; 16] {
    *secret::derive(signature, &secret::context("anjungan/card-tag/1", &[]))
}

/// Seals a record for the cards in use (by the signatures of their front codes), the epoch, and
/// the numbers under which it can be looked up.
pub fn seal_record(
    plain: &[u8],
    id: RecordId,
    version: u64,
    card_signatures: &[&[u8]],
    epoch: &EpochKey,
    look_ups: &[LookUp],
    rng: &mut impl CryptoRng,
) -> Result<SealedRecord, SealedError> {
    let data_key = secret::random_key(rng);
    let ciphertext = secret::seal(&data_key, &content(&id, version), plain, rng)?;
    let mut wraps = Vec::with_capacity(card_signatures.len() + 1);
    for signature in card_signatures {
        let tag = card_tag(signature);
        let binding = for_card(&id, version, &tag);
        let key = card_key(signature, &binding);
        let wrapped = secret::seal(&key, &binding, data_key.as_ref(), rng)?;
        wraps.push(Wrap::Card { tag, wrapped });
    }
    let binding = for_epoch(&id, version, epoch.epoch());
    let key = epoch.wrapping_key(&binding);
    let wrapped = secret::seal(&key, &binding, data_key.as_ref(), rng)?;
    wraps.push(Wrap::Epoch { epoch: epoch.epoch(), wrapped });
    let indexes = look_ups.iter().map(|look_up| epoch.index(look_up)).collect();
    Ok(SealedRecord { id, version, ciphertext, wraps, indexes })
}

/// Opens the record of the person whose card was scanned, with the signature of its front code.
///
/// The signature should have been verified before: a record proves nothing about a code.
pub fn open_by_card(record: &SealedRecord, signature: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealedError> {
    let tag = card_tag(signature);
    let binding = for_card(&record.id, record.version, &tag);
    let wrapped = record.wraps.iter().find_map(|wrap| match wrap {
        Wrap::Card { tag: other, wrapped } if *other == tag => Some(wrapped),
        _ => None,
    });
    let key = card_key(signature, &binding);
    open(record, &key, &binding, wrapped)
}

/// Opens a record of the region.
pub fn open_by_epoch(record: &SealedRecord, epoch: &EpochKey) -> Result<Zeroizing<Vec<u8>>, SealedError> {
    let binding = for_epoch(&record.id, record.version, epoch.epoch());
    let wrapped = record.wraps.iter().find_map(|wrap| match wrap {
        Wrap::Epoch { epoch: number, wrapped } if *number == epoch.epoch() => Some(wrapped),
        _ => None,
    });
    let key = epoch.wrapping_key(&binding);
    open(record, &key, &binding, wrapped)
}

fn open(
    record: &SealedRecord,
    key: &Key,
    binding: &[u8],
    wrapped: Option<&Vec<u8>>,
) -> Result<Zeroizing<Vec<u8>>, SealedError> {
    let wrapped = wrapped.ok_or(SealedError::NotForThisKey)?;
    let data_key = secret::open_key(key, binding, wrapped)?;
    secret::open(&data_key, &content(&record.id, record.version), &record.ciphertext)
}

/// A card's own key for one record in one version.
fn card_key(signature: &[u8], binding: &[u8]) -> Key {
    secret::derive(signature, binding)
}

fn content(id: &RecordId, version: u64) -> Vec<u8> {
    secret::context("anjungan/record/1", &[id.0.as_bytes(), &version.to_be_bytes()])
}

fn for_card(id: &RecordId, version: u64, tag: &[u8; 16]) -> Vec<u8> {
    secret::context("anjungan/card-wrap/1", &[id.0.as_bytes(), &version.to_be_bytes(), tag])
}

fn for_epoch(id: &RecordId, version: u64, epoch: u32) -> Vec<u8> {
    let (version, epoch) = (version.to_be_bytes(), epoch.to_be_bytes());
    secret::context("anjungan/epoch-wrap/1", &[id.0.as_bytes(), &version, &epoch])
}
