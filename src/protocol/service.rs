//! What a signed-in person can ask for beside a card: a link to it for the phone, and a word to
//! the office where data are wrong.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::bounded;

/// What a person can tick. The office corrects it; nobody types personal data at the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WrongField {
    Name,
    Nip,
    Body,
    Unit,
    Status,
    Photo,
}

impl WrongField {
    pub const ALL: [WrongField; 6] = [
        WrongField::Name,
        WrongField::Nip,
        WrongField::Body,
        WrongField::Unit,
        WrongField::Status,
        WrongField::Photo,
    ];

    /// As it travels and is kept.
    pub fn word(self) -> &'static str {
        match self {
            WrongField::Name => "name",
            WrongField::Nip => "nip",
            WrongField::Body => "body",
            WrongField::Unit => "unit",
            WrongField::Status => "status",
            WrongField::Photo => "photo",
        }
    }

    pub fn parse(word: &str) -> Option<WrongField> {
        WrongField::ALL.into_iter().find(|field| field.word() == word)
    }
}

/// "Data saya keliru": which fields the person ticked. The office answers by the number.
#[derive(Clone, Serialize, Deserialize)]
pub struct Report {
    /// From the sign-in. Says whose data.
    pub grant: String,
    #[serde(deserialize_with = "bounded::list::<_, _, { Report::MOST }>")]
    pub fields: Vec<WrongField>,
}

impl Report {
    /// There are fewer fields than this.
    pub const MOST: usize = 16;
}

/// The office has it, under this number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reported {
    pub number: String,
}

/// A report of the person's own, as the next sign-in shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    pub number: String,
    pub fields: Vec<WrongField>,
    pub asked_at: Timestamp,
    /// `None`: the office has not answered yet.
    pub answer: Option<String>,
}

/// `Unduh`: a link to this card for the phone of the person who stands here.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AskDownload {
    pub serial: String,
}

/// Good for the first phone that opens it, and not for long.
#[derive(Clone, Serialize, Deserialize)]
pub struct DownloadLink {
    pub url: String,
    pub expires_in_s: u64,
}
