//! The roster: sealed records of a region's people, as deltas.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Blob;
use crate::person::{Employee, Nip, Status};
use crate::sealed::SealedRecord;

/// A page of changes. A station asks again with `cursor` until `more` is false.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RosterPage {
    pub records: Vec<SealedRecord>,
    /// Ids of records that a station must forget.
    pub removed: Vec<String>,
    /// Opaque; say it in the next request.
    pub cursor: String,
    pub more: bool,
    /// The epoch that records are sealed for now; a station that holds an earlier key asks for this
    /// one (`GET epoch`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<u32>,
}

/// What a sealed record holds once it is open (JSON inside the ciphertext).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenRecord {
    pub nip: Nip,
    pub name: String,
    pub status: Status,
    pub status_since: Option<Date>,
    /// Of a PNS the TMT PNS, of a PPPK the start of the contract.
    pub tmt: Option<Date>,
    /// Of a PPPK: the last day of the contract, so that a desk without a network sees its end come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract_end: Option<Date>,
    pub body: String,
    pub unit: String,
    pub position: String,
    pub karpeg: Option<String>,
    /// A small portrait (WebP, background flattened) to compare the person with.
    pub portrait_webp: Option<Blob>,
}

impl OpenRecord {
    pub fn of(person: &Employee, portrait_webp: Option<Blob>) -> OpenRecord {
        OpenRecord {
            nip: person.nip,
            name: person.name.clone(),
            status: person.status,
            status_since: person.status_since,
            tmt: person.tmt,
            contract_end: person.contract_end,
            body: person.body.clone(),
            unit: person.unit.clone(),
            position: person.position.clone(),
            karpeg: person.karpeg.clone(),
            portrait_webp,
        }
    }
}
