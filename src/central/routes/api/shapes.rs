//! What the API says and takes.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::central::issuing::IssueLine;
use crate::central::registry::{Column, Columns, Field, Form, Listed, Mapping, RowError, Rules, read_row};
use crate::person::{Employee, Status};

/// What somebody is at present.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PersonStatus {
    Candidate,
    Active,
    Retired,
    Resigned,
    Dismissed,
    Deceased,
    ContractEnded,
}

impl PersonStatus {
    pub fn status(self) -> Status {
        match self {
            PersonStatus::Candidate => Status::Candidate,
            PersonStatus::Active => Status::Active,
            PersonStatus::Retired => Status::Retired,
            PersonStatus::Resigned => Status::Resigned,
            PersonStatus::Dismissed => Status::Dismissed,
            PersonStatus::Deceased => Status::Deceased,
            PersonStatus::ContractEnded => Status::ContractEnded,
        }
    }

    fn of(status: Status) -> PersonStatus {
        match status {
            Status::Candidate => PersonStatus::Candidate,
            Status::Active => PersonStatus::Active,
            Status::Retired => PersonStatus::Retired,
            Status::Resigned => PersonStatus::Resigned,
            Status::Dismissed => PersonStatus::Dismissed,
            Status::Deceased => PersonStatus::Deceased,
            Status::ContractEnded => PersonStatus::ContractEnded,
        }
    }
}

/// Somebody of the registry.
#[derive(Serialize, ToSchema)]
pub struct Person {
    /// Random; names this person in addresses.
    pub record: String,
    /// 18 digits.
    pub nip: String,
    pub name: String,
    pub status: PersonStatus,
    #[schema(value_type = Option<String>, format = Date)]
    pub status_since: Option<Date>,
    #[schema(value_type = Option<String>, format = Date)]
    pub tmt: Option<Date>,
    #[schema(value_type = Option<String>, format = Date)]
    pub contract_end: Option<Date>,
    pub body: String,
    pub unit: String,
    pub position: String,
    pub karpeg: Option<String>,
}

impl Person {
    pub fn of(record: String, person: Employee) -> Person {
        Person {
            record,
            nip: person.nip.to_string(),
            name: person.name,
            status: PersonStatus::of(person.status),
            status_since: person.status_since,
            tmt: person.tmt,
            contract_end: person.contract_end,
            body: person.body,
            unit: person.unit,
            position: person.position,
            karpeg: person.karpeg,
        }
    }
}

/// An employee, as other systems say it. What is not said is empty.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonData {
    /// 18 digits.
    #[schema(example = "197402152001122001", max_length = 40)]
    pub nip: String,
    /// With titles, as it stands on the card.
    #[schema(max_length = 150, min_length = 1)]
    pub name: String,
    pub status: PersonStatus,
    /// The first day on which the status counts.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub status_since: Option<Date>,
    /// TMT PNS, or the start of a PPPK's contract.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub tmt: Option<Date>,
    /// Of a PPPK only.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub contract_end: Option<Date>,
    /// The employing body.
    #[schema(max_length = 200, min_length = 1)]
    pub body: String,
    #[serde(default)]
    #[schema(max_length = 200)]
    pub unit: String,
    #[serde(default)]
    #[schema(max_length = 200)]
    pub position: String,
    #[serde(default)]
    #[schema(max_length = 200)]
    pub karpeg: Option<String>,
}

impl PersonData {
    /// By the same rules as a row of a list.
    pub fn employee(&self, rules: &Rules) -> Result<Employee, RowError> {
        let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
        let texts = Column::KEPT.map(|column| match column {
            Column::Nip => self.nip.clone(),
            Column::Name => self.name.clone(),
            Column::Status => self.status.status().word().to_owned(),
            Column::StatusSince => day(self.status_since),
            Column::Tmt => day(self.tmt),
            Column::ContractEnd => day(self.contract_end),
            Column::Body => self.body.clone(),
            Column::Unit => self.unit.clone(),
            Column::Position => self.position.clone(),
            Column::Karpeg => self.karpeg.clone().unwrap_or_default(),
            Column::Kind | Column::TitleBefore | Column::TitleAfter => String::new(),
        });
        let fields = texts.map(|text| Field { text: text.into(), form: Form::Text });
        let header = Column::KEPT.map(|column| column.word().to_owned());
        let columns = Columns::guess(&header, &Mapping::default()).map_err(|_| RowError::NoName)?;
        read_row(&fields, &columns, rules).map(|read| read.person)
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FindPerson {
    /// 18 digits; blanks, dots and hyphens between them are passed over.
    #[schema(example = "197402152001122001")]
    pub nip: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeStatus {
    pub status: PersonStatus,
    /// The first day on which it counts.
    #[schema(value_type = String, format = Date)]
    pub since: Date,
}

/// A page of people, by the order in which they came.
#[derive(Serialize, ToSchema)]
pub struct People {
    pub people: Vec<Person>,
    /// For the next page; none: this was the last.
    pub next: Option<String>,
}

impl From<Listed> for Person {
    fn from(listed: Listed) -> Person {
        Person::of(listed.record, listed.person)
    }
}

/// What became of somebody who was put in.
#[derive(Serialize, ToSchema)]
pub struct PutPerson {
    pub record: String,
    pub change: PutChange,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PutChange {
    New,
    Changed,
    Same,
}

/// One card made for one person.
#[derive(Serialize, ToSchema)]
pub struct Card {
    /// Random; stands in the card's codes.
    pub serial: String,
    /// Stands on the card's face.
    pub face_serial: String,
    pub state: CardState,
    /// A day, YYYY-MM-DD.
    pub issued_on: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CardState {
    Valid,
    /// Still proves who its holder is; there is a newer one.
    Replaced,
    Suspended,
    Revoked,
    /// The holder is no longer ASN.
    HolderLeft,
}

impl Card {
    pub fn of(line: IssueLine) -> Card {
        let state = match line.state.as_str() {
            "live" => CardState::Valid,
            "replaced" => CardState::Replaced,
            "suspended" => CardState::Suspended,
            _ => CardState::Revoked,
        };
        Card { serial: line.serial, face_serial: line.face_serial, state, issued_on: line.issued_on }
    }
}

#[derive(Serialize, ToSchema)]
pub struct Cards {
    pub cards: Vec<Card>,
}

/// What stations and phones are told of a card at this moment.
#[derive(Serialize, ToSchema)]
pub struct StateOfCard {
    pub serial: String,
    pub state: CardState,
}
