//! The trust list that this server gives out. A server of its own signs one with its own root: its
//! issuer, the issuer's keys, the bodies it names. Where several issuers stand under one root, that
//! root is elsewhere, and the list is [`shared`]: signed there, taken in here, handed on as it is.

mod commands;
pub mod shared;

use std::time::Duration;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

pub use commands::{TrustCommand, run as trust_command};

use super::documents::{self, Document};
use super::keys::signing;
use super::{CentralError, Office, storage};
use crate::credential::{Issuer, IssuerKey, SerialRange, TrustList};

/// Signed again after a day even if nothing changed: a desk goes by the list's age.
const RENEW_AFTER: Duration = Duration::from_hours(24);

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
    signing::register_first(office, &mut tx).await?;
    tx.commit().await?;
    Ok(())
}

/// The root that stations pin today.
pub async fn root_public(office: &Office) -> Result<[u8; 32], CentralError> {
    match shared::held(office).await? {
        Some(shared) => Ok(shared.root_public),
        None => Ok(office.keys.root()?.public()),
    }
}

/// The signed list.
pub async fn list(office: &Office) -> Result<Document, CentralError> {
    if let Some(shared) = shared::held(office).await? {
        return Ok(Document::of(shared.signed));
    }
    let root = office.keys.root()?;
    // The bodies follow from the people where the configuration names none.
    let (roster, keys) =
        (storage::current(&office.store, "roster").await?, storage::current(&office.store, "keys").await?);
    let state = format!("{roster} {keys} {}", office.today());
    let now = office.clock.now();
    documents::get(office, "trust", &state, RENEW_AFTER, async || {
        let issuers = vec![issuer(office).await?];
        let text = serde_json::to_vec(&issuers).map_err(|_| CentralError::Stored("the trust list"))?;
        let sign = move |version: i64, last: Option<Timestamp>| {
            let issued_at = last.map_or(now, |last| last.max(now));
            let list = TrustList { version: version as u64, issued_at, issuers };
            Ok(list.sign(root)?)
        };
        // Under another root the old bytes prove nothing, whatever they say.
        let hash = Sha256::new_with_prefix(root.public()).chain_update(text).finalize();
        Ok((hash.to_vec(), sign))
    })
    .await
}

/// Reads a list that this server gives out.
pub async fn read(office: &Office, bytes: &[u8]) -> Result<TrustList, CentralError> {
    Ok(TrustList::verify(bytes, &root_public(office).await?, None)?)
}

/// What this server's issuer is, as it stands in a trust list.
pub async fn issuer(office: &Office) -> Result<Issuer, CentralError> {
    let config = &office.config.issuer;
    let keys: Vec<IssuerKey> = signing::all(office).await?.iter().map(signing::Key::entry).collect();
    let bodies = if config.bodies.is_empty() {
        sqlx::query_scalar("SELECT DISTINCT body FROM people ORDER BY body")
            .fetch_all(office.store.pool())
            .await?
    } else {
        config.bodies.clone()
    };
    let this_year = office.today().year();
    let first_year = keys.iter().map(|key| key.from.year()).min().unwrap_or(this_year);
    // A list may be in use over the turn of a year.
    let face_serials = (first_year..=this_year + 1)
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
