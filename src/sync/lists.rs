//! Fetches the trust list and the status lists. Each is verified before it is stored, and none
//! goes back.

use super::client::Fetched;
use super::{Client, SyncError};
use crate::credential::{CredentialError, ListId, StatusList, TrustList};
use crate::store::{HeldStatus, HeldTrust, Store};

fn untrusted(what: &'static str) -> impl Fn(CredentialError) -> SyncError {
    move |source| SyncError::Untrusted { what, source }
}

/// The trust list that is held, verified again: what lies on a disk may have been changed there.
pub(super) fn held(store: &dyn Store, root_public: &[u8; 32]) -> Result<Option<TrustList>, SyncError> {
    let Some(held) = store.trust()? else { return Ok(None) };
    match TrustList::verify(&held.bytes, root_public, None) {
        Ok(list) => Ok(Some(list)),
        Err(error) => {
            tracing::error!(%error, "the trust list that is held does not hold");
            Ok(None)
        }
    }
}

/// Fetches the trust list if it changed. `current` is the verified list that is held.
pub(super) fn trust(
    client: &Client,
    store: &mut dyn Store,
    root_public: &[u8; 32],
    current: Option<&TrustList>,
) -> Result<Option<TrustList>, SyncError> {
    let etag = match current {
        Some(_) => store.trust()?.and_then(|held| held.etag),
        // Without one that holds, a "not modified" would be of no use.
        None => None,
    };
    match client.fetch("trust", etag.as_deref())? {
        Fetched::NotModified => {
            store.touch_trust(client.clock.now())?;
            Ok(None)
        }
        Fetched::Body { bytes, etag } => {
            let at_least = current.map(|list| list.version);
            let list =
                TrustList::verify(&bytes, root_public, at_least).map_err(untrusted("the trust list"))?;
            let fetched_at = client.clock.now();
            store.put_trust(&HeldTrust { version: list.version, bytes, etag, fetched_at })?;
            Ok(Some(list))
        }
    }
}

/// Fetches one status list if it changed.
pub(super) fn status(
    client: &Client,
    store: &mut dyn Store,
    trust: &TrustList,
    id: &ListId,
) -> Result<(), SyncError> {
    let what = "a status list";
    let issuer = trust.issuer(&id.issuer).ok_or(CredentialError::UnknownSigner).map_err(untrusted(what))?;
    let sub = id.sub(&issuer.host);
    // One that is held and no longer verifies (its key was withdrawn) counts as none.
    let held = store
        .status_list(&id.issuer, &id.kid)?
        .filter(|held| StatusList::verify(&held.bytes, trust, &sub, None).is_ok());
    let path = format!("status/{}/{}", id.issuer, id.kid);
    match client.fetch(&path, held.as_ref().and_then(|held| held.etag.as_deref()))? {
        Fetched::NotModified => store.touch_status(&id.issuer, &id.kid, client.clock.now())?,
        Fetched::Body { bytes, etag } => {
            let not_before = held.map(|held| held.iat);
            let list = StatusList::verify(&bytes, trust, &sub, not_before).map_err(untrusted(what))?;
            store.put_status(&HeldStatus {
                issuer: id.issuer.clone(),
                kid: id.kid.clone(),
                bytes,
                etag,
                iat: list.iat().ok_or(CredentialError::Shape("iat")).map_err(untrusted(what))?,
                fetched_at: client.clock.now(),
            })?;
        }
    }
    Ok(())
}
