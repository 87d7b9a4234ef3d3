//! The numbers of a new issue: a random serial and status index, and the next number for people.

use jiff::civil::Date;
use rand_core::Rng as _;

use crate::central::storage::{self, Tx};
use crate::central::{CentralError, Office};
use crate::clock::{os_random, random_bytes};
use crate::credential::{Kid, Serial};
use crate::person::Kind;

/// What one issue is known by.
pub struct Drawn {
    pub serial: Serial,
    pub face_serial: String,
    pub status_index: u64,
}

/// Longest list: 2^23 cards of one key. By then a new key is overdue.
const MOST_ENTRIES: i64 = 1 << 23;

/// For a card that this key signs.
#[allow(clippy::similar_names, reason = "kid is the standard's own word")]
pub async fn draw(
    office: &Office,
    tx: &mut Tx,
    kind: Kind,
    today: Date,
    kid: &Kid,
) -> Result<Drawn, CentralError> {
    Ok(Drawn {
        serial: Serial::from_bytes(random_bytes()),
        face_serial: face_serial(office, tx, kind, today).await?,
        status_index: status_index(office, tx, kid).await? as u64,
    })
}

/// `A` for PNS, `B` for PPPK; the year; seven digits in sequence from the issuer's range.
async fn face_serial(office: &Office, tx: &mut Tx, kind: Kind, today: Date) -> Result<String, CentralError> {
    let letter = match kind {
        Kind::Pns => 'A',
        Kind::Pppk => 'B',
    };
    let year = today.year();
    let issuer = &office.config.issuer;
    let nth = storage::next(tx, &format!("face {} {letter} {year}", issuer.id)).await?;
    let number = i64::from(issuer.first_number) + nth - 1;
    if number > i64::from(issuer.last_number) {
        return Err(CentralError::Config("issuer.last_number: all numbers of this year are used".into()));
    }
    Ok(format!("{letter}{year:04}{number:07}"))
}

/// A place in the status list that no issue ever had. Random, so that it tells nobody when the
/// card was made; the list grows before it is half full, so few draws are needed.
async fn status_index(office: &Office, tx: &mut Tx, kid: &Kid) -> Result<i64, CentralError> {
    let (issuer, kid) = (office.issuer.as_str(), kid.to_string());
    let (length, used): (i64, i64) = sqlx::query_as(
        "SELECT k.list_length, (SELECT COUNT(*) FROM issues i WHERE i.issuer = k.issuer AND i.kid = k.kid)
         FROM issuer_keys k WHERE k.issuer = $1 AND k.kid = $2",
    )
    .bind(issuer)
    .bind(&kid)
    .fetch_one(&mut **tx)
    .await?;
    let length = if used * 2 >= length && length < MOST_ENTRIES {
        sqlx::query("UPDATE issuer_keys SET list_length = $3 WHERE issuer = $1 AND kid = $2")
            .bind(issuer)
            .bind(&kid)
            .bind(length * 2)
            .execute(&mut **tx)
            .await?;
        length * 2
    } else {
        length
    };
    for _ in 0..200 {
        // Lengths are powers of two, so the remainder is even.
        let index = (os_random().next_u64() % length as u64) as i64;
        let taken: Option<i64> =
            sqlx::query_scalar("SELECT 1 FROM issues WHERE issuer = $1 AND kid = $2 AND status_index = $3")
                .bind(issuer)
                .bind(&kid)
                .bind(index)
                .fetch_optional(&mut **tx)
                .await?;
        if taken.is_none() {
            return Ok(index);
        }
    }
    Err(CentralError::Config("the status list of this key is full: a new issuer key is needed".into()))
}
