//! Fetches the trust list and the status lists. Each is verified before it is stored, and none
//! goes back.

use super::client::{Fetched, Weight};
use super::{Client, SyncError};
use crate::credential::{CredentialError, IssuerId, ListId, StatusList, TrustList, follow_handovers};
use crate::protocol::{Blob, Enrolled, ProblemCode};
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
    root_public: &mut [u8; 32],
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
            let verified = match TrustList::verify(&bytes, root_public, at_least) {
                Err(CredentialError::BadSignature) if follow(client, store, root_public)? => {
                    TrustList::verify(&bytes, root_public, at_least)
                }
                other => other,
            };
            let list = verified.map_err(untrusted("the trust list"))?;
            let fetched_at = client.clock.now();
            store.put_trust(&HeldTrust { version: list.version, bytes, etag, fetched_at })?;
            Ok(Some(list))
        }
    }
}

/// Another root signs the list: looks whether the one that is pinned handed over to it, and pins the
/// last of the way. What any of the documents says counts only under the root before it.
fn follow(client: &Client, store: &mut dyn Store, root_public: &mut [u8; 32]) -> Result<bool, SyncError> {
    let Ok(documents) = client.get::<Vec<Blob>>("roots", None, Weight::Short) else { return Ok(false) };
    let documents: Vec<Vec<u8>> = documents.into_iter().map(|Blob(bytes)| bytes).collect();
    let Some(next) = follow_handovers(*root_public, &documents) else { return Ok(false) };
    let Some(identity) = store.identity()? else { return Ok(false) };
    store.put_enrolled(&Enrolled { root_public: next.into(), ..identity.enrolled })?;
    tracing::warn!("the root of the trust list handed over to another one, which is pinned from now on");
    *root_public = next;
    Ok(true)
}

/// Fetches one status list if it changed: from the own server, and where that has none, from the
/// issuer's. An issuer that does not answer is no fault of this station.
pub(super) fn status(
    client: &Client,
    store: &mut dyn Store,
    trust: &TrustList,
    id: &ListId,
    own: Option<&IssuerId>,
) -> Result<(), SyncError> {
    let what = "a status list";
    let issuer = trust.issuer(&id.issuer).ok_or(CredentialError::UnknownSigner).map_err(untrusted(what))?;
    let sub = id.sub(&issuer.host);
    // One that is held and no longer verifies (its key was withdrawn) counts as none.
    let held = store
        .status_list(&id.issuer, &id.kid)?
        .filter(|held| StatusList::verify(&held.bytes, trust, &sub, None).is_ok());
    let path = format!("status/{}/{}", id.issuer, id.kid);
    let etag = held.as_ref().and_then(|held| held.etag.as_deref());
    let mut elsewhere = false;
    let fetched = match client.fetch(&path, etag) {
        Err(error) if error.code() == Some(ProblemCode::NotFound) && own != Some(&id.issuer) => {
            match client.fetch_elsewhere(&sub, etag) {
                Ok(fetched) => {
                    elsewhere = true;
                    fetched
                }
                Err(error) => {
                    tracing::warn!(issuer = %id.issuer, %error, "the status list of another issuer");
                    return Ok(());
                }
            }
        }
        other => other?,
    };
    match fetched {
        Fetched::NotModified => store.touch_status(&id.issuer, &id.kid, client.clock.now())?,
        Fetched::Body { bytes, etag } => {
            let not_before = held.map(|held| held.iat);
            let list = match StatusList::verify(&bytes, trust, &sub, not_before) {
                Err(error) if elsewhere => {
                    tracing::warn!(issuer = %id.issuer, %error, "the status list of another issuer");
                    return Ok(());
                }
                other => other.map_err(untrusted(what))?,
            };
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
