//! Why a row of a list is not taken.

use crate::person::NipError;

/// Why a row is not taken. Told beside the line's number to the person who has the file; the
/// texts repeat nothing of the row but the shape of a number and the code of a letter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowError {
    #[error("the row has {found} fields, the first row names {named}: cut off?")]
    Fields { found: usize, named: usize },
    #[error("two rows stand in one line, or a line end is missing")]
    Glued,
    #[error("the NIP is missing")]
    NoNip,
    #[error("NIP: {0}")]
    Nip(#[from] NipError),
    #[error("NIP: the spreadsheet has rounded the number; export its column as text")]
    Rounded,
    #[error("NIP: appointed at the age of {0}; a digit is wrong")]
    Age(i32),
    #[error("NIP: appointed in a year that lies ahead; a digit is wrong")]
    Ahead,
    #[error("the NIP of line {line}, {}", if *.name { "another name" } else { "with other data" })]
    Twice { line: u64, name: bool },
    #[error(
        "the NIP of line {0}, another name: a spreadsheet has rounded the number; export its column as text"
    )]
    RoundedTwice(u64),
    #[error("the name is missing")]
    NoName,
    #[error("the name has more than 150 bytes")]
    Name,
    #[error("{column}: no card can draw the letter U+{:04X}", u32::from(*.letter))]
    Letter { column: &'static str, letter: char },
    #[error("the status is missing")]
    NoStatus,
    #[error(
        "the {0} is not one of aktif, cpns, pensiun, berhenti, diberhentikan, meninggal, kontrak berakhir; say what the word means"
    )]
    Status(&'static str),
    #[error("the column of the status and that of the kind of employment say different things")]
    Disagree,
    #[error("{0}: not a date (write 2026-12-31 or 31-12-2026)")]
    Date(&'static str),
    #[error(
        "{column}: the day is written day first in line {day_first} and month first in line {month_first}; write 2026-12-31"
    )]
    DateOrder { column: &'static str, day_first: u64, month_first: u64 },
    #[error("the employing body (instansi) is missing")]
    NoBody,
    #[error("the issuer may not name this employing body")]
    Body,
    #[error("{0}: more than 200 characters")]
    Long(&'static str),
    #[error("a quote is opened and not closed")]
    Quote,
    #[error("the line is too long")]
    TooLong,
    #[error("{0}: the formula in this cell has failed")]
    Fault(&'static str),
}

impl RowError {
    /// The same for all rows that are wrong in this way: for counting them.
    pub fn kind(&self) -> RowError {
        match self {
            RowError::Fields { .. } => RowError::Fields { found: 0, named: 0 },
            RowError::Nip(NipError::Length(_)) => RowError::Nip(NipError::Length(0)),
            RowError::Nip(NipError::NotADigit(_)) => RowError::Nip(NipError::NotADigit(' ')),
            RowError::Age(_) => RowError::Age(0),
            RowError::Twice { name, .. } => RowError::Twice { line: 0, name: *name },
            RowError::RoundedTwice(_) => RowError::RoundedTwice(0),
            RowError::Letter { column, .. } => RowError::Letter { column, letter: ' ' },
            other => other.clone(),
        }
    }
}
