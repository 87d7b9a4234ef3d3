//! The status list of an issuer's key: one entry an issue, saying what became of the card.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use super::documents::{self, Document};
use super::keys::signing;
use super::registry::PersonRow;
use super::storage::{self, Tx};
use super::{CentralError, Office};
use crate::credential::{CardStatus, Kid, ListId, StatusList};
use crate::person::card_holds;

/// Signed again after this long even if nothing changed: a desk goes by the list's age.
const RENEW_AFTER: Duration = Duration::from_hours(1);
/// The list says of itself that it ends here; a desk's own limit is much shorter.
const LIFE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Notes that an entry of some list changed.
pub async fn changed(tx: &mut Tx) -> Result<(), CentralError> {
    storage::next(tx, "status").await.map(|_| ())
}

/// What a card's entry is: by its own state, and by whether its holder still is ASN.
pub fn entry(state: &str, holder_is_asn: bool) -> Result<CardStatus, CentralError> {
    Ok(match (state, holder_is_asn) {
        ("revoked", _) => CardStatus::Revoked,
        (_, false) => CardStatus::NoLongerAsn,
        ("suspended", true) => CardStatus::Suspended,
        ("replaced", true) => CardStatus::Replaced,
        ("live", true) => CardStatus::Valid,
        _ => return Err(CentralError::Stored("the state of an issue")),
    })
}

#[derive(sqlx::FromRow)]
struct Row {
    status_index: i64,
    state: String,
    #[sqlx(flatten)]
    person: PersonRow,
}

/// The signed list, or `None` where the issuer has no such key.
///
/// The same bytes go out until an entry changes or an hour has passed, so their ETag stays.
pub async fn list(office: &Office, issuer: &str, kid: &str) -> Result<Option<Document>, CentralError> {
    let Ok(kid) = Kid::parse(kid) else { return Ok(None) };
    if issuer != office.issuer.as_str() {
        return Ok(None);
    }
    let keys = signing::all(office).await?;
    let Some(key) = keys.into_iter().find(|key| key.kid == kid) else { return Ok(None) };
    // A list about the cards of any key, retired ones too, is signed with the one of today.
    let signer = signing::signer(office).await?;
    let name = format!("status/{issuer}/{kid}");
    let now = office.clock.now();
    // A day may change entries by itself: retirements and contracts' ends that lay ahead.
    let state =
        format!("{} {} {}", storage::current(&office.store, "status").await?, signer.kid(), office.today());
    documents::get(office, &name, &state, RENEW_AFTER, async || {
        let list = build(office, &key).await?;
        let hash = Sha256::new_with_prefix(&office.config.host)
            .chain_update(signer.public())
            .chain_update(list.len().to_be_bytes())
            .chain_update(digest(&list))
            .finalize();
        let sign = move |_version: i64, last: Option<Timestamp>| {
            let iat = last.map_or(now, |last| last.max(now));
            let id = ListId { issuer: office.issuer.clone(), kid };
            Ok(list.sign(
                &signer,
                &id.sub(&office.config.host),
                iat,
                Some(iat.saturating_add(LIFE).map_err(|_| CentralError::Stored("the clock"))?),
                Some(SignedDuration::try_from(RENEW_AFTER).unwrap_or(SignedDuration::ZERO)),
            )?)
        };
        Ok((hash.to_vec(), sign))
    })
    .await
    .map(Some)
}

async fn build(office: &Office, key: &signing::Key) -> Result<StatusList, CentralError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT i.status_index, i.state, p.nip, p.name, p.status, p.status_since, p.tmt, p.contract_end,
             p.body, p.unit, p.position, p.karpeg
         FROM issues i JOIN people p ON p.nip = i.nip WHERE i.issuer = $1 AND i.kid = $2",
    )
    .bind(office.issuer.as_str())
    .bind(key.kid.to_string())
    .fetch_all(office.store.pool())
    .await?;
    let today = office.today();
    let mut list = StatusList::new(key.list_length as usize);
    for row in rows {
        let status = entry(&row.state, card_holds(&row.person.person()?, today))?;
        list.set(row.status_index as u64, status)?;
    }
    Ok(list)
}

/// What the list says, whatever bytes it is signed into.
fn digest(list: &StatusList) -> Vec<u8> {
    let mut hash = Sha256::new();
    for index in 0..list.len() as u64 {
        if let Some(status) = list.get(index).filter(|status| *status != CardStatus::Valid) {
            hash.update(index.to_be_bytes());
            hash.update([status.bits()]);
        }
    }
    hash.finalize().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_graver_entry_wins() {
        assert_eq!(entry("live", true).unwrap(), CardStatus::Valid);
        assert_eq!(entry("replaced", true).unwrap(), CardStatus::Replaced);
        assert_eq!(entry("suspended", true).unwrap(), CardStatus::Suspended);
        for state in ["live", "replaced", "suspended"] {
            assert_eq!(entry(state, false).unwrap(), CardStatus::NoLongerAsn);
        }
        assert_eq!(entry("revoked", false).unwrap(), CardStatus::Revoked);
        assert!(entry("?", true).is_err());
    }
}
