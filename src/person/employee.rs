//! An employee as the registry knows one.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Kind, Nip};

/// What an employee is at present. The day since when stands beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// CPNS: appointed as a candidate, not yet as PNS.
    Candidate,
    Active,
    Retired,
    Resigned,
    Dismissed,
    Deceased,
    ContractEnded,
}

impl Status {
    pub const ALL: [Status; 7] = [
        Status::Candidate,
        Status::Active,
        Status::Retired,
        Status::Resigned,
        Status::Dismissed,
        Status::Deceased,
        Status::ContractEnded,
    ];

    /// The word in import files and databases.
    pub fn word(self) -> &'static str {
        match self {
            Status::Candidate => "candidate",
            Status::Active => "active",
            Status::Retired => "retired",
            Status::Resigned => "resigned",
            Status::Dismissed => "dismissed",
            Status::Deceased => "deceased",
            Status::ContractEnded => "contract-ended",
        }
    }

    /// Reads the word, or the Indonesian one that offices write in their lists.
    pub fn parse(text: &str) -> Option<Status> {
        let text = text.trim().to_lowercase();
        let indonesian = match text.as_str() {
            "cpns" | "calon" => Some(Status::Candidate),
            "aktif" | "pns" | "pppk" => Some(Status::Active),
            "pensiun" => Some(Status::Retired),
            "mengundurkan diri" | "berhenti" => Some(Status::Resigned),
            "diberhentikan" => Some(Status::Dismissed),
            "meninggal" | "meninggal dunia" => Some(Status::Deceased),
            "kontrak berakhir" => Some(Status::ContractEnded),
            _ => None,
        };
        indonesian.or_else(|| Status::ALL.into_iter().find(|s| s.word() == text))
    }
}

/// One employee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Employee {
    pub nip: Nip,
    /// With titles, as it is printed: `Dra. Siti Nur'aini, M.Si.`
    pub name: String,
    pub status: Status,
    /// The first day on which `status` counts. A retirement may lie ahead.
    pub status_since: Option<Date>,
    /// TMT PNS, or the contract's start for a PPPK. `None` while an appointment is not complete.
    pub tmt: Option<Date>,
    /// Last day of a PPPK's contract.
    pub contract_end: Option<Date>,
    /// Employing body (instansi).
    pub body: String,
    /// Work unit (unit kerja).
    pub unit: String,
    pub position: String,
    /// Number of the older printed card, where one was given out.
    pub karpeg: Option<String>,
}

impl Employee {
    pub fn kind(&self) -> Kind {
        self.nip.kind()
    }
}
