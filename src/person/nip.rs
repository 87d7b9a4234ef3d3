//! The NIP: an employee number of 18 digits that says birth, appointment, sex and kind.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Permanent civil servant, or employee on contract. Both hold the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Pns,
    Pppk,
}

impl Kind {
    pub fn label(self) -> &'static str {
        match self {
            Kind::Pns => "PNS",
            Kind::Pppk => "PPPK",
        }
    }

    /// What the number is called on a card of this kind.
    pub fn number_label(self) -> &'static str {
        match self {
            Kind::Pns => "NIP",
            Kind::Pppk => "NI PPPK",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    Male,
    Female,
}

/// A well-formed employee number.
///
/// PNS: birth `YYYYMMDD`, candidate appointment `YYYYMM`, sex, serial `001`–`999`.
/// PPPK: birth `YYYYMMDD`, year `YYYY`, two digits of 21 or more, sex, serial. So digits 13–14
/// tell the two apart: 01–12 is a PNS.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Nip(u64);

/// Why a text is no employee number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NipError {
    #[error("the number has {0} digits, it must have 18")]
    Length(usize),
    #[error("'{0}' is not a digit")]
    NotADigit(char),
    #[error("digits 1 to 8 are not a date of birth")]
    Birth,
    #[error("digits 9 to 12 are not a year after the birth")]
    Year,
    #[error("digits 13 and 14 are neither a month (PNS) nor 21 or more (PPPK)")]
    Month,
    #[error("digit 15 is neither 1 nor 2")]
    Sex,
    #[error("the serial, digits 16 to 18, is 000")]
    Serial,
}

impl Nip {
    /// Reads a number as people type it: digits, with spaces (also non-breaking ones), dots or
    /// hyphens between them.
    pub fn parse(text: &str) -> Result<Nip, NipError> {
        let mut value: u64 = 0;
        let mut digits = 0;
        for c in text.chars() {
            if c.is_whitespace() || c == '.' || c == '-' {
                continue;
            }
            let digit = c.to_digit(10).ok_or(NipError::NotADigit(c))?;
            digits += 1;
            if digits <= 18 {
                value = value * 10 + u64::from(digit);
            }
        }
        if digits != 18 {
            return Err(NipError::Length(digits));
        }
        Nip::from_u64(value)
    }

    /// The number that a credential carries as an integer.
    pub fn from_u64(value: u64) -> Result<Nip, NipError> {
        if value >= 10_u64.pow(18) {
            return Err(NipError::Length(19));
        }
        let nip = Nip(value);
        let birth = nip.birth_date().ok_or(NipError::Birth)?;
        if birth.year() < 1900 {
            return Err(NipError::Birth);
        }
        if i64::from(nip.appointment_year()) <= i64::from(birth.year()) || nip.appointment_year() > 2999 {
            return Err(NipError::Year);
        }
        match nip.digits(12, 2) {
            1..=12 | 21..=99 => {}
            _ => return Err(NipError::Month),
        }
        if !matches!(nip.digits(14, 1), 1 | 2) {
            return Err(NipError::Sex);
        }
        if nip.digits(15, 3) == 0 {
            return Err(NipError::Serial);
        }
        Ok(nip)
    }

    pub fn as_u64(self) -> u64 {
        self.0
    }

    pub fn kind(self) -> Kind {
        if self.digits(12, 2) <= 12 { Kind::Pns } else { Kind::Pppk }
    }

    pub fn sex(self) -> Sex {
        if self.digits(14, 1) == 1 { Sex::Male } else { Sex::Female }
    }

    /// The date of birth; a `Nip` always has one.
    pub fn birth(self) -> Date {
        self.birth_date().unwrap_or(Date::ZERO)
    }

    /// The year of the candidate appointment (PNS) or of the contract (PPPK).
    pub fn appointment_year(self) -> u16 {
        self.digits(8, 4)
    }

    /// As it is written: `19680303 198911 2 001`.
    pub fn grouped(self) -> String {
        let text = self.to_string();
        format!("{} {} {} {}", &text[..8], &text[8..14], &text[14..15], &text[15..])
    }

    /// As it stands on a screen that others can see, once entered: `1968•••• •••••• • 001`.
    pub fn masked(self) -> String {
        let text = self.to_string();
        format!("{}•••• •••••• • {}", &text[..4], &text[15..])
    }

    fn birth_date(self) -> Option<Date> {
        let (year, month, day) = (self.digits(0, 4), self.digits(4, 2), self.digits(6, 2));
        Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
    }

    /// `count` digits (at most four) from position `at`, counted from the left.
    fn digits(self, at: u32, count: u32) -> u16 {
        let value = self.0 / 10_u64.pow(18 - at - count) % 10_u64.pow(count);
        u16::try_from(value).unwrap_or(u16::MAX)
    }
}

impl fmt::Display for Nip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:018}", self.0)
    }
}

/// Personal data does not belong in logs, so the debug form is masked.
impl fmt::Debug for Nip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Nip({})", self.masked())
    }
}

impl FromStr for Nip {
    type Err = NipError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Nip::parse(text)
    }
}

impl TryFrom<String> for Nip {
    type Error = NipError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Nip::parse(&text)
    }
}

impl From<Nip> for String {
    fn from(nip: Nip) -> String {
        nip.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_pns_number_says_who_it_is() {
        let nip = Nip::parse("197402152001122001").unwrap();
        assert_eq!(nip.kind(), Kind::Pns);
        assert_eq!(nip.sex(), Sex::Female);
        assert_eq!(nip.birth(), date(1974, 2, 15));
        assert_eq!(nip.appointment_year(), 2001);
        assert_eq!(nip.grouped(), "19740215 200112 2 001");
        assert_eq!(nip.masked(), "1974•••• •••••• • 001");
    }

    #[test]
    fn digits_13_and_14_tell_a_pppk() {
        assert_eq!(Nip::parse("199001012023211005").unwrap().kind(), Kind::Pppk);
        assert_eq!(Nip::parse("199001012023121005").unwrap().kind(), Kind::Pns);
    }

    #[test]
    fn people_type_spaces_and_paste_odd_ones() {
        let plain = Nip::parse("197402152001122001");
        assert_eq!(Nip::parse(" 19740215 200112 2 001 "), plain);
        assert_eq!(
            Nip::parse("19740215\u{a0}200112\u{2009}2 2001\n".replace("2 2001", "2 001").as_str()),
            plain
        );
        assert_eq!(Nip::parse("19740215-200112-2-001"), plain);
    }

    #[test]
    fn each_mistake_has_its_own_error() {
        assert_eq!(Nip::parse("19740215200112200"), Err(NipError::Length(17)));
        assert_eq!(Nip::parse("1974021520011220011"), Err(NipError::Length(19)));
        assert_eq!(Nip::parse(""), Err(NipError::Length(0)));
        assert_eq!(Nip::parse("19740215200112200A"), Err(NipError::NotADigit('A')));
        assert_eq!(Nip::parse("197402302001122001"), Err(NipError::Birth));
        assert_eq!(Nip::parse("197413152001122001"), Err(NipError::Birth));
        assert_eq!(Nip::parse("197402151973122001"), Err(NipError::Year));
        assert_eq!(Nip::parse("197402152001132001"), Err(NipError::Month));
        assert_eq!(Nip::parse("197402152001202001"), Err(NipError::Month));
        assert_eq!(Nip::parse("197402152001123001"), Err(NipError::Sex));
        assert_eq!(Nip::parse("197402152001122000"), Err(NipError::Serial));
        assert_eq!(Nip::from_u64(u64::MAX), Err(NipError::Length(19)));
    }

    #[test]
    fn a_log_line_does_not_carry_the_number() {
        let nip = Nip::parse("197402152001122001").unwrap();
        assert!(!format!("{nip:?}").contains("19740215"));
    }
}
