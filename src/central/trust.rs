//! The trust list that this server gives out: its issuer, the issuer's keys, the bodies it names.

use std::str::FromStr as _;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use sha2::{Digest as _, Sha256};

use super::documents::{self, Document};
use super::{CentralError, Office, storage};
use crate::credential::{Issuer, IssuerKey, Kid, SerialRange, TrustList};

/// Signed again after a day even if nothing changed: a desk goes by the list's age.
const RENEW_AFTER: Duration = Duration::from_hours(24);
/// Entries of a new key's status list. A third byte in the code's index would hold no more.
const FIRST_LENGTH: i64 = 1 << 16;

#[derive(sqlx::FromRow)]
struct KeyRow {
    kid: String,
    public_key: Vec<u8>,
    from_day: String,
    until_day: Option<String>,
    revoked_at: Option<i64>,
}

/// Writes the issuer of the configuration and its key into the database.
pub async fn register(office: &Office) -> Result<(), CentralError> {
    let issuer = &office.config.issuer;
    let bodies = serde_json::to_string(&issuer.bodies).map_err(|_| CentralError::Stored("bodies"))?;
    let mut tx = office.store.write().await?;
    sqlx::query(
        "INSERT INTO issuers (id, name, host, bodies) VALUES ($1, $2, $3, $4)
         ON CONFLICT (id) DO UPDATE SET name = $2, host = $3, bodies = $4",
    )
    .bind(&issuer.id)
    .bind(&issuer.name)
    .bind(&office.config.host)
    .bind(bodies)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "INSERT INTO issuer_keys (issuer, kid, public_key, from_day, list_length)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (issuer, kid) DO NOTHING",
    )
    .bind(&issuer.id)
    .bind(office.keys.issuer.kid().to_string())
    .bind(office.keys.issuer.public().to_vec())
    .bind(office.today().to_string())
    .bind(FIRST_LENGTH)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// The signed list.
pub async fn list(office: &Office) -> Result<Document, CentralError> {
    // The bodies follow from the people where the configuration names none.
    let state = format!("{} {}", storage::current(&office.store, "roster").await?, office.today());
    let now = office.clock.now();
    documents::get(office, "trust", &state, RENEW_AFTER, async || {
        let issuers = vec![issuer(office).await?];
        let text = serde_json::to_vec(&issuers).map_err(|_| CentralError::Stored("the trust list"))?;
        let sign = move |version: i64, last: Option<Timestamp>| {
            let issued_at = last.map_or(now, |last| last.max(now));
            let list = TrustList { version: version as u64, issued_at, issuers };
            Ok(list.sign(&office.keys.root)?)
        };
        // Under another root the old bytes prove nothing, whatever they say.
        let hash = Sha256::new_with_prefix(office.keys.root.public()).chain_update(text).finalize();
        Ok((hash.to_vec(), sign))
    })
    .await
}

async fn issuer(office: &Office) -> Result<Issuer, CentralError> {
    let config = &office.config.issuer;
    let rows: Vec<KeyRow> = sqlx::query_as(
        "SELECT kid, public_key, from_day, until_day, revoked_at FROM issuer_keys
         WHERE issuer = $1 ORDER BY from_day, kid",
    )
    .bind(&config.id)
    .fetch_all(office.store.pool())
    .await?;
    let keys = rows.into_iter().map(key).collect::<Result<Vec<_>, _>>()?;
    let bodies = if config.bodies.is_empty() {
        sqlx::query_scalar("SELECT DISTINCT body FROM people ORDER BY body")
            .fetch_all(office.store.pool())
            .await?
    } else {
        config.bodies.clone()
    };
    let this_year = office.today().year();
    let first_year = keys.iter().map(|key| key.from.year()).min().unwrap_or(this_year);
    let face_serials = (first_year..=this_year)
        .flat_map(|year| {
            ['A', 'B'].map(|letter| SerialRange {
                first: format!("{letter}{year:04}{:07}", config.first_number),
                last: format!("{letter}{year:04}{:07}", config.last_number),
            })
        })
        .collect();
    let host = office.config.host.clone();
    Ok(Issuer { id: office.issuer.clone(), name: config.name.clone(), bodies, host, face_serials, keys })
}

fn key(row: KeyRow) -> Result<IssuerKey, CentralError> {
    let bad = CentralError::Stored("a key of the issuer");
    let day = |text: &str| Date::from_str(text).map_err(|_| CentralError::Stored("a day of a key"));
    let Ok(public) = <[u8; 32]>::try_from(row.public_key) else { return Err(bad) };
    if Kid::parse(&row.kid).ok() != Some(Kid::of(&public)) {
        return Err(bad);
    }
    Ok(IssuerKey {
        until: row.until_day.as_deref().map(day).transpose()?,
        revoked: row.revoked_at.is_some(),
        ..IssuerKey::new(public, day(&row.from_day)?)
    })
}
