//! The two languages of the station: Indonesian first, English second.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A language that every sentence of the station exists in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lang {
    #[default]
    Id,
    En,
}

impl Lang {
    /// The tag of BCP 47, which is also the name of the translation's folder.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::Id => "id",
            Lang::En => "en",
        }
    }

    #[must_use]
    pub fn other(self) -> Lang {
        match self {
            Lang::Id => Lang::En,
            Lang::En => Lang::Id,
        }
    }

    /// One of two sentences, by language.
    pub fn pick<'a>(self, id: &'a str, en: &'a str) -> &'a str {
        match self {
            Lang::Id => id,
            Lang::En => en,
        }
    }

    /// `3 Maret 1968`, `3 March 1968`.
    pub fn long_date(self, day: Date) -> String {
        let (id, en) = MONTHS[usize::from(day.month().unsigned_abs()).clamp(1, 12) - 1];
        format!("{} {} {}", day.day(), self.pick(id, en), day.year())
    }
}

const MONTHS: [(&str, &str); 12] = [
    ("Januari", "January"),
    ("Februari", "February"),
    ("Maret", "March"),
    ("April", "April"),
    ("Mei", "May"),
    ("Juni", "June"),
    ("Juli", "July"),
    ("Agustus", "August"),
    ("September", "September"),
    ("Oktober", "October"),
    ("November", "November"),
    ("Desember", "December"),
];

impl std::str::FromStr for Lang {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "id" => Ok(Lang::Id),
            "en" => Ok(Lang::En),
            other => Err(format!("'{other}' is not a language here: use id or en")),
        }
    }
}
