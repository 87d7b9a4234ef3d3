//! Who of a unit still lacks a card, and why: for the unit's head, once a month.

use jiff::civil::Date;

use super::registry::PersonRow;
use super::storage::audit;
use super::{CentralError, Office, paper};
use crate::lang::Lang;
use crate::person::{Employee, Refusal, eligibility};

/// Why somebody has no card that holds today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// The rules give this person none yet.
    Rule(Refusal),
    /// No photo was ever accepted. `account`: the person has a password.
    NoPhoto {
        account: bool,
    },
    Suspended,
    Revoked,
}

impl Lack {
    /// As it stands in the report.
    pub fn words(self, lang: Lang) -> String {
        match self {
            Lack::Rule(Refusal::Candidate) => {
                lang.pick("CPNS: kartu sejak TMT PNS", "CPNS: a card from the TMT PNS on").to_owned()
            }
            Lack::Rule(Refusal::NotYet { from }) => {
                format!("{} {}", lang.pick("Pengangkatan mulai", "Appointed from"), lang.long_date(from))
            }
            Lack::Rule(Refusal::NoStartDate | Refusal::NoLongerAsn) => {
                lang.pick("TMT belum tercatat", "No TMT on record").to_owned()
            }
            Lack::NoPhoto { account: true } => lang.pick("Belum ada foto", "No photo yet").to_owned(),
            Lack::NoPhoto { account: false } => {
                lang.pick("Belum ada foto; akun belum aktif", "No photo yet; no account yet").to_owned()
            }
            Lack::Suspended | Lack::Rule(Refusal::Suspended) => {
                lang.pick("Kartu ditangguhkan", "Card suspended").to_owned()
            }
            Lack::Revoked => {
                lang.pick("Kartu dicabut; perlu foto baru", "Revoked; needs a new photo").to_owned()
            }
        }
    }
}

/// Somebody of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub person: Employee,
    pub lack: Lack,
}

/// What a unit's head reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitReport {
    /// The unit with everything below it.
    pub unit: String,
    pub day: Date,
    /// In service, of this unit or below it.
    pub people: usize,
    pub with_card: usize,
    /// Cards made in this month, until this day.
    pub made: i64,
    /// By sub-unit, then by name.
    pub lines: Vec<Line>,
}

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    person: PersonRow,
    newest: Option<String>,
    live: i64,
    account: i64,
}

/// The levels of a unit's path.
pub fn levels(path: &str) -> impl Iterator<Item = &str> {
    path.split(" / ").map(str::trim).filter(|level| !level.is_empty())
}

/// All units of the first level, as they are called.
pub async fn first_levels(office: &Office) -> Result<Vec<String>, CentralError> {
    let units: Vec<String> = sqlx::query_scalar("SELECT DISTINCT unit FROM people ORDER BY unit")
        .fetch_all(office.store.pool())
        .await?;
    let mut first: Vec<String> =
        units.iter().map(|unit| levels(unit).next().unwrap_or_default().to_owned()).collect();
    first.sort();
    first.dedup();
    Ok(first)
}

/// Everybody of a unit and below it who has no card that holds. An empty name: those without a unit.
pub async fn of_unit(office: &Office, unit: &str) -> Result<UnitReport, CentralError> {
    let (day, asked) = (office.today(), levels(unit).collect::<Vec<_>>());
    let all: Vec<String> = sqlx::query_scalar("SELECT DISTINCT unit FROM people ORDER BY unit")
        .fetch_all(office.store.pool())
        .await?;
    let within = |path: &String| {
        let mut path = levels(path);
        if asked.is_empty() {
            path.next().is_none()
        } else {
            asked.iter().all(|level| path.next() == Some(level))
        }
    };
    let units: Vec<String> = all.into_iter().filter(within).collect();
    if units.is_empty() {
        return Err(CentralError::NotFound("no such unit"));
    }
    let first_of_month = day.first_of_month().to_string();
    let mut report =
        UnitReport { unit: asked.join(" / "), day, people: 0, with_card: 0, made: 0, lines: Vec::new() };
    for unit in units {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT p.nip, p.name, p.status, p.status_since, p.tmt, p.contract_end, p.body, p.unit, p.position,
                 p.karpeg,
                 (SELECT i.state FROM issues i WHERE i.nip = p.nip
                  ORDER BY i.issued_at DESC, i.face_serial DESC LIMIT 1) AS newest,
                 (SELECT COUNT(*) FROM issues i WHERE i.nip = p.nip AND i.state = 'live') AS live,
                 (SELECT COUNT(*) FROM accounts a WHERE a.nip = p.nip AND a.password_hash IS NOT NULL) AS account
             FROM people p WHERE p.unit = $1 ORDER BY p.name, p.nip",
        )
        .bind(&unit)
        .fetch_all(office.store.pool())
        .await?;
        for row in rows {
            let person = row.person.person()?;
            let rule = eligibility(&person, day).err();
            // Who left is in nobody's unit any more.
            if rule == Some(Refusal::NoLongerAsn) {
                continue;
            }
            report.people += 1;
            if row.live > 0 {
                report.with_card += 1;
                continue;
            }
            let lack = match (rule, row.newest.as_deref()) {
                (Some(rule), _) => Lack::Rule(rule),
                (None, Some("suspended")) => Lack::Suspended,
                (None, Some(_)) => Lack::Revoked,
                (None, None) => Lack::NoPhoto { account: row.account > 0 },
            };
            report.lines.push(Line { person, lack });
        }
        report.made += sqlx::query_scalar::<_, i64>(
            "SELECT COUNT(*) FROM issues i JOIN people p ON p.nip = i.nip WHERE p.unit = $1 AND i.issued_on >= $2",
        )
        .bind(&unit)
        .bind(&first_of_month)
        .fetch_one(office.store.pool())
        .await?;
    }
    Ok(report)
}

/// The report as a PDF, with a line in the journal: it names people.
pub async fn pdf(
    office: &Office,
    actor: &str,
    report: UnitReport,
    lang: Lang,
) -> Result<Vec<u8>, CentralError> {
    let (office_name, unit) = (office.config.issuer.name.clone(), report.unit.clone());
    let permit = office.workers.acquire().await.map_err(|_| CentralError::Worker)?;
    let drawn = tokio::task::spawn_blocking(move || paper::unit_report(&report, &office_name, lang)).await;
    drop(permit);
    let pdf = drawn.map_err(|_| CentralError::Worker)?;
    let pdf = pdf.map_err(|_| CentralError::Stored("what a report is drawn from"))?;
    let mut tx = office.store.write().await?;
    audit(&mut tx, office.clock.now(), actor, "report", &unit).await?;
    tx.commit().await?;
    Ok(pdf)
}

/// What its file is called: the month and the unit, in letters that every system takes.
pub fn file_name(unit: &str, day: Date) -> String {
    let mut name = String::new();
    for c in unit.chars().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' | '0'..='9' => name.push(c),
            _ if name.ends_with('-') || name.is_empty() => {}
            _ => name.push('-'),
        }
    }
    let name: String = name.chars().take(60).collect();
    let name = match name.trim_matches('-') {
        "" => "unit",
        name => name,
    };
    format!("laporan-{}-{name}.pdf", day.strftime("%Y-%m"))
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
