//! A trust list of several issuers: each hands in what it is, the root signs one list of all, each
//! takes it in and gives it out. And the way from one root to the next.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::central::storage::{self, audit};
use crate::central::{CentralError, Office};
use crate::credential::{Issuer, KeyPair, TrustList, sign_handover, verify_handover};

/// The list that this server gives out for another root.
pub struct Shared {
    pub root_public: [u8; 32],
    pub signed: Vec<u8>,
}

impl Shared {
    pub fn list(&self) -> Result<TrustList, CentralError> {
        Ok(TrustList::verify(&self.signed, &self.root_public, None)?)
    }
}

pub async fn held(office: &Office) -> Result<Option<Shared>, CentralError> {
    let row: Option<(Vec<u8>, Vec<u8>)> =
        sqlx::query_as("SELECT root_public, signed FROM shared_trust WHERE id = 'list'")
            .fetch_optional(office.store.pool())
            .await?;
    row.map(|(root, signed)| {
        let root_public = root.try_into().map_err(|_| CentralError::Stored("the root of the trust list"))?;
        Ok(Shared { root_public, signed })
    })
    .transpose()
}

/// All hand-overs, in no order that matters.
pub async fn handovers(office: &Office) -> Result<Vec<Vec<u8>>, CentralError> {
    Ok(sqlx::query_scalar("SELECT signed FROM root_handovers ORDER BY added_at, id")
        .fetch_all(office.store.pool())
        .await?)
}

/// Puts the issuers into one list and signs it, after looking for what no list may hold.
pub fn sign(root: &KeyPair, issuers: Vec<Issuer>, now: Timestamp) -> Result<Vec<u8>, CentralError> {
    let bad = |what: String| Err(CentralError::Argument(what));
    let mut ranges: BTreeMap<&str, (&str, &Issuer)> = BTreeMap::new();
    for issuer in &issuers {
        if issuer.keys.is_empty() || issuer.bodies.is_empty() {
            return bad(format!("issuer {}: it names no key or no body", issuer.id));
        }
        for range in &issuer.face_serials {
            // Serials have one length, so texts compare as numbers do.
            let before = ranges.range(..=range.last.as_str()).next_back();
            if let Some((_, (last, other))) = before
                && *last >= range.first.as_str()
            {
                return bad(format!(
                    "issuers {} and {} both may print serials from {} on: give one of them another range",
                    other.id, issuer.id, range.first
                ));
            }
            ranges.insert(&range.first, (&range.last, issuer));
        }
    }
    // As everywhere: later in time is a higher version, whatever was lost.
    let version = u64::try_from(now.as_second()).unwrap_or(1);
    Ok(TrustList { version, issued_at: now, issuers }.sign(root)?)
}

/// Takes in a signed list. `root` is whom it must be from: where that is another root than before,
/// either the server's own root signs the hand-over, or `handover` is one that was signed earlier.
pub async fn import(
    office: &Office,
    signed: &[u8],
    root: Option<[u8; 32]>,
    handover: Option<Vec<u8>>,
) -> Result<TrustList, CentralError> {
    let refuse = |what: &str| CentralError::Argument(what.to_owned());
    let held = held(office).await?;
    let before = match (&held, office.keys.root()) {
        (Some(held), _) => Some(held.root_public),
        (None, Ok(own)) => Some(own.public()),
        (None, Err(_)) => None,
    };
    let mut handover = handover;
    let root = match (&handover, root, before) {
        (Some(bytes), _, Some(before)) => verify_handover(bytes, &before)
            .map_err(|_| refuse("the hand-over is not from the root that the stations hold"))?,
        // The file of the former root is gone, and no list ever came: the hand-over itself says to whom.
        (Some(_), Some(root), None) | (None, Some(root), _) => root,
        (None, None, Some(before)) => before,
        (_, None, None) => return Err(refuse("name the root with --root")),
    };
    if handover.is_none() && before.is_some_and(|before| before != root) {
        handover = match (&held, office.keys.root()) {
            (None, Ok(own)) => Some(sign_handover(own, &root)),
            _ => return Err(refuse("stations hold another root; give its hand-over with --handover")),
        };
    }
    let list = TrustList::verify(signed, &root, None)?;
    if let Some(held) = &held
        && held.list().is_ok_and(|held| list.version < held.version)
    {
        return Err(refuse("the list is older than the one that stations hold"));
    }
    let own = list.issuer(&office.issuer).ok_or_else(|| refuse("the list does not name this issuer"))?;
    if !own.host.eq_ignore_ascii_case(&office.config.host) {
        return Err(refuse("the list names another host for this issuer"));
    }
    let now = office.clock.now();
    let mut tx = office.store.write().await?;
    sqlx::query(
        "INSERT INTO shared_trust (id, root_public, version, signed, imported_at)
         VALUES ('list', $1, $2, $3, $4)
         ON CONFLICT (id) DO UPDATE SET root_public = $1, version = $2, signed = $3, imported_at = $4",
    )
    .bind(root.to_vec())
    .bind(i64::try_from(list.version).map_err(|_| refuse("the version of the list"))?)
    .bind(signed)
    .bind(now.as_second())
    .execute(&mut *tx)
    .await?;
    if let Some(bytes) = handover {
        sqlx::query(
            "INSERT INTO root_handovers (id, signed, added_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING",
        )
        .bind(HEXLOWER.encode(&Sha256::digest(&bytes)[..16]))
        .bind(bytes)
        .bind(now.as_second())
        .execute(&mut *tx)
        .await?;
    }
    storage::next(&mut tx, "keys").await?;
    audit(&mut tx, now, "admin", "trust-import", &HEXLOWER.encode(&root[..8])).await?;
    tx.commit().await?;
    Ok(list)
}

#[cfg(test)]
#[path = "shared_tests.rs"]
mod tests;
