//! Finding people: by number, or by a part of the name.

use jiff::civil::Date;
use serde::Serialize;

use super::nip_from;
use super::people::Row;
use crate::central::storage::Store;
use crate::central::{CentralError, Office};
use crate::person::{Employee, Nip, Status};

/// People on one page.
pub const PAGE: i64 = 50;

/// A person in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonLine {
    /// Random: what stands in addresses instead of the NIP.
    pub record: String,
    pub nip: Nip,
    pub name: String,
    pub unit: String,
    pub status: Status,
    /// The state of the newest card, if there is one.
    pub card: Option<String>,
}

/// A page of people, by name, and whether there are more.
pub async fn search(store: &Store, asked: &str, page: i64) -> Result<(Vec<PersonLine>, bool), CentralError> {
    let (first, last, name) = wanted(asked);
    let rows: Vec<(String, i64, String, String, String, Option<String>)> = sqlx::query_as(
        "SELECT p.record_id, p.nip, p.name, p.unit, p.status,
             (SELECT i.state FROM issues i WHERE i.nip = p.nip ORDER BY i.issued_at DESC, i.face_serial DESC LIMIT 1)
         FROM people p WHERE p.nip BETWEEN $1 AND $2 AND LOWER(p.name) LIKE $3 ESCAPE '!'
         ORDER BY p.name, p.nip LIMIT $4 OFFSET $5",
    )
    .bind(first)
    .bind(last)
    .bind(name)
    .bind(PAGE + 1)
    .bind(PAGE * page.clamp(0, 100_000))
    .fetch_all(store.pool())
    .await?;
    let more = rows.len() as i64 > PAGE;
    let lines = rows.into_iter().take(PAGE as usize).map(|(record, nip, name, unit, status, card)| {
        let status = Status::parse(&status).ok_or(CentralError::Stored("a status"))?;
        Ok(PersonLine { record, nip: nip_from(nip)?, name, unit, status, card })
    });
    Ok((lines.collect::<Result<_, CentralError>>()?, more))
}

/// Digits are the start of a NIP, anything else a part of a name: the range of numbers, and the
/// pattern of the name.
fn wanted(asked: &str) -> (i64, i64, String) {
    let digits: String = asked.chars().filter(|c| !c.is_whitespace() && *c != '.').take(19).collect();
    if !digits.is_empty() && digits.len() <= 18 && digits.bytes().all(|b| b.is_ascii_digit()) {
        let open = 10_i64.pow(18 - digits.len() as u32);
        // 18 digits fit.
        let first = digits.parse::<i64>().unwrap_or(0) * open;
        return (first, first + (open - 1), "%".to_owned());
    }
    let mut pattern = String::from("%");
    for c in asked.trim().chars().take(60).flat_map(char::to_lowercase) {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    if pattern.len() > 1 {
        pattern.push('%');
    }
    (0, i64::MAX, pattern)
}

/// The person whom an address names.
pub async fn by_record(store: &Store, record: &str) -> Result<Option<Nip>, CentralError> {
    let nip: Option<i64> = sqlx::query_scalar("SELECT nip FROM people WHERE record_id = $1")
        .bind(record)
        .fetch_optional(store.pool())
        .await?;
    nip.map(nip_from).transpose()
}

/// The name under which addresses and the journal speak of somebody.
pub async fn record_of(store: &Store, nip: Nip) -> Result<Option<String>, CentralError> {
    Ok(sqlx::query_scalar("SELECT record_id FROM people WHERE nip = $1")
        .bind(nip.as_u64() as i64)
        .fetch_optional(store.pool())
        .await?)
}

/// How somebody is called today.
pub async fn name_of(store: &Store, record: &str) -> Result<Option<String>, CentralError> {
    Ok(sqlx::query_scalar("SELECT name FROM people WHERE record_id = $1")
        .bind(record)
        .fetch_optional(store.pool())
        .await?)
}

/// Somebody in a list for another system.
pub struct Listed {
    pub record: String,
    pub person: Employee,
}

/// Everybody whose record comes after this one, so many at a time.
pub async fn listed(store: &Store, after: &str, limit: i64) -> Result<Vec<Listed>, CentralError> {
    #[derive(sqlx::FromRow)]
    struct Line {
        record_id: String,
        #[sqlx(flatten)]
        person: Row,
    }
    let rows: Vec<Line> = sqlx::query_as(
        "SELECT record_id, nip, name, status, status_since, tmt, contract_end, body, unit, position, karpeg
         FROM people WHERE record_id > $1 ORDER BY record_id LIMIT $2",
    )
    .bind(after)
    .bind(limit)
    .fetch_all(store.pool())
    .await?;
    rows.into_iter()
        .map(|line| Ok(Listed { record: line.record_id, person: line.person.person()? }))
        .collect()
}

/// Of one unit: how many are in service, and how many of them hold a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct UnitLine {
    pub unit: String,
    pub people: i64,
    pub with_card: i64,
}

/// All units, those with the most people without a card first.
pub async fn units(office: &Office) -> Result<Vec<UnitLine>, CentralError> {
    let today: Date = office.today();
    Ok(sqlx::query_as(
        "SELECT p.unit AS unit, COUNT(*) AS people,
             COUNT(CASE WHEN EXISTS (SELECT 1 FROM issues i WHERE i.nip = p.nip AND i.state = 'live')
                   THEN 1 END) AS with_card
         FROM people p
         WHERE p.status = 'active' AND p.tmt IS NOT NULL AND (p.contract_end IS NULL OR p.contract_end >= $1)
         GROUP BY p.unit
         ORDER BY COUNT(*) - COUNT(CASE WHEN EXISTS (SELECT 1 FROM issues i WHERE i.nip = p.nip AND i.state = 'live')
                   THEN 1 END) DESC, p.unit",
    )
    .bind(today.to_string())
    .fetch_all(office.store.pool())
    .await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::central::registry::put_all;
    use crate::central::testing::office;
    use crate::person::sample;

    #[tokio::test]
    async fn people_are_found_by_number_and_by_name_and_signs_are_just_signs() {
        let t = office().await;
        let people = sample::people(3, 120, t.office.today());
        put_all(&t.office, &people).await.unwrap();
        let store = &t.office.store;
        let found = async |asked: &str| search(store, asked, 0).await.unwrap().0;
        let one = &people[7];
        assert_eq!(found(&one.nip.to_string()).await[0].nip, one.nip);
        assert_eq!(found(&one.nip.grouped()).await.len(), 1);
        let start = &one.nip.to_string()[..6];
        assert!(found(start).await.iter().all(|line| line.nip.to_string().starts_with(start)));
        let part: String = one.name.chars().skip(1).take(5).collect();
        assert!(found(&part.to_uppercase()).await.iter().any(|line| line.nip == one.nip), "{part}");
        for odd in ["%", "_", "!", "' OR 1=1 --", "\"", "1234567890123456789012"] {
            assert!(found(odd).await.is_empty(), "{odd}");
        }
        let (first, more) = search(store, "", 0).await.unwrap();
        let (third, end) = search(store, "", 2).await.unwrap();
        assert!((first.len(), more) == (PAGE as usize, true) && (third.len(), end) == (20, false));
        assert_eq!(by_record(store, &first[0].record).await.unwrap(), Some(first[0].nip));
        assert_eq!(by_record(store, "x").await.unwrap(), None);
        let units = units(&t.office).await.unwrap();
        assert!(units.iter().all(|unit| unit.with_card == 0 && unit.people > 0));
    }
}
