//! What the desk learns about a person, and what it writes down of a visit.

use std::sync::Arc;

use image::RgbaImage;
use serde::{Deserialize, Serialize};

use crate::credential::Verdict;
use crate::lang::Lang;
use crate::person::Nip;

/// What an opened record says of its person; for staff alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Facts {
    pub nip: Nip,
    pub name: String,
    pub body: String,
    pub unit: String,
    pub position: String,
}

/// Personal data is not for logs.
impl std::fmt::Debug for Facts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Facts(..)")
    }
}

/// What the region's data say about a number that a clerk typed: a KARPEG's, or a NIP.
#[derive(Clone)]
pub enum NumberFinding {
    /// It stands there, and its holder is in service.
    Matches { facts: Facts, portrait: Option<Arc<RgbaImage>> },
    /// It stands there, and counts no longer.
    NoLonger { facts: Facts },
    /// It does not stand in the data of this office. Says nothing about other offices.
    NotHere,
}

impl std::fmt::Debug for NumberFinding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            NumberFinding::Matches { .. } => "Matches(..)",
            NumberFinding::NoLonger { .. } => "NoLonger(..)",
            NumberFinding::NotHere => "NotHere",
        })
    }
}

/// What the desk was told, as the visitor log keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeskVerdict {
    Valid,
    Confirm,
    NoLongerValid,
    NotGenuine,
    NumberMatches,
    NumberNotHere,
}

impl DeskVerdict {
    pub fn of_card(verdict: Verdict) -> Option<DeskVerdict> {
        match verdict {
            Verdict::Valid => Some(DeskVerdict::Valid),
            Verdict::Confirm => Some(DeskVerdict::Confirm),
            Verdict::NoLongerValid => Some(DeskVerdict::NoLongerValid),
            Verdict::NotGenuine => Some(DeskVerdict::NotGenuine),
            Verdict::NoCode => None,
        }
    }

    pub fn of_number(finding: &NumberFinding) -> DeskVerdict {
        match finding {
            NumberFinding::Matches { .. } => DeskVerdict::NumberMatches,
            NumberFinding::NoLonger { .. } => DeskVerdict::NoLongerValid,
            NumberFinding::NotHere => DeskVerdict::NumberNotHere,
        }
    }

    /// The clerk decides, with the KTP in hand.
    pub fn needs_decision(self) -> bool {
        matches!(self, DeskVerdict::Confirm | DeskVerdict::NumberNotHere)
    }

    /// The word that stands large.
    pub fn word(self, lang: Lang) -> &'static str {
        match self {
            DeskVerdict::Valid => Verdict::Valid.word(lang),
            DeskVerdict::Confirm => Verdict::Confirm.word(lang),
            DeskVerdict::NoLongerValid => Verdict::NoLongerValid.word(lang),
            DeskVerdict::NotGenuine => Verdict::NotGenuine.word(lang),
            DeskVerdict::NumberMatches => lang.pick("NOMOR COCOK DENGAN DATA", "NUMBER MATCHES THE RECORDS"),
            DeskVerdict::NumberNotHere => lang.pick("TIDAK ADA DI DATA INI", "NOT IN THESE RECORDS"),
        }
    }

    /// The code in files.
    pub fn code(self) -> &'static str {
        match self {
            DeskVerdict::Valid => "valid",
            DeskVerdict::Confirm => "confirm",
            DeskVerdict::NoLongerValid => "no-longer-valid",
            DeskVerdict::NotGenuine => "not-genuine",
            DeskVerdict::NumberMatches => "number-matches",
            DeskVerdict::NumberNotHere => "number-not-here",
        }
    }
}

/// What a clerk decided where the verdict left it to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    AcceptedWithKtp,
    NotAccepted,
}

impl Decision {
    pub fn code(self) -> &'static str {
        match self {
            Decision::AcceptedWithKtp => "accepted-with-ktp",
            Decision::NotAccepted => "not-accepted",
        }
    }

    pub fn word(self, lang: Lang) -> &'static str {
        match self {
            Decision::AcceptedWithKtp => lang.pick("Diterima dengan KTP", "Accepted with KTP"),
            Decision::NotAccepted => lang.pick("Tidak diterima", "Not accepted"),
        }
    }
}

/// One visit as it is written down. Sealed on the disk.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// Empty where the card named nobody.
    pub name: String,
    pub nip: Option<Nip>,
    /// Whom they see, as the clerk typed it; may be empty.
    pub host: String,
    pub verdict: DeskVerdict,
    pub decision: Option<Decision>,
    /// Of the card that was shown.
    pub serial: Option<String>,
    /// Who wrote it down.
    pub clerk: String,
}

impl std::fmt::Debug for Visit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Visit({:?}, {:?})", self.verdict, self.decision)
    }
}

/// A visit with its place in the log, in the words of the station's own day.
#[derive(Clone, PartialEq, Eq)]
pub struct VisitLine {
    pub id: String,
    /// `02-03-2026`
    pub day: String,
    /// `10.24`
    pub time: String,
    pub visit: Visit,
}

impl std::fmt::Debug for VisitLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "VisitLine({} {})", self.day, self.time)
    }
}

impl VisitLine {
    /// Does it have all the words that are searched for? In name, number, host or day.
    pub fn has(&self, search: &str) -> bool {
        let nip = self.visit.nip.map(|nip| nip.as_u64().to_string()).unwrap_or_default();
        let text = format!("{} {nip} {} {} {}", self.visit.name, self.visit.host, self.day, self.time)
            .to_lowercase();
        search.to_lowercase().split_whitespace().all(|word| text.contains(word))
    }
}
