//! Fetches the sealed roster in pages, each stored together with its cursor.

use super::client::{Weight, escaped};
use super::{Client, SyncError};
use crate::protocol::{Enrolled, EpochWrap, ProblemCode, RosterPage};
use crate::store::{PageApplied, Store};

/// Fetches and stores one page. Returns whether there are more.
pub(super) fn step(
    client: &Client,
    store: &mut dyn Store,
    total: &mut PageApplied,
) -> Result<bool, SyncError> {
    let cursor = store.roster_state()?.cursor;
    let page = match page(client, cursor.as_deref()) {
        // The server does not know the cursor any more (it was restored, or it is another one).
        Err(SyncError::Refused(problem))
            if cursor.is_some() && matches!(problem.code, ProblemCode::Malformed | ProblemCode::NotFound) =>
        {
            tracing::warn!(%problem, "the roster is walked from its start again");
            store.restart_roster()?;
            return Ok(true);
        }
        other => other?,
    };
    if page.more && cursor.as_deref() == Some(page.cursor.as_str()) {
        return Err(SyncError::Garbage { status: 200, why: "a roster that does not get on".into() });
    }
    let applied = store.apply_roster_page(&page, client.clock.now())?;
    total.stored += applied.stored;
    total.kept += applied.kept;
    total.removed += applied.removed;
    // The key of a new epoch comes last: until then the one that is held opens what is held.
    if !page.more
        && let Some(epoch) = page.epoch
    {
        renew_epoch(client, store, epoch)?;
    }
    Ok(page.more)
}

/// Fetches the region's key where the server's records are sealed for a later epoch than the key
/// that is held. It is sealed to this station; who has no staff code opens nothing with it.
fn renew_epoch(client: &Client, store: &mut dyn Store, epoch: u32) -> Result<(), SyncError> {
    let Some(identity) = store.identity()?.filter(|held| held.enrolled.epoch.epoch < epoch) else {
        return Ok(());
    };
    let fresh: EpochWrap = client.as_device(|token| client.get("epoch", Some(token), Weight::Short))?;
    if fresh.epoch < epoch {
        return Err(SyncError::Garbage {
            status: 200,
            why: "an epoch key that is older than its records".into(),
        });
    }
    tracing::info!(epoch = fresh.epoch, "the region has a new key");
    store.put_enrolled(&Enrolled { epoch: fresh, ..identity.enrolled })?;
    Ok(())
}

fn page(client: &Client, cursor: Option<&str>) -> Result<RosterPage, SyncError> {
    let path = match cursor {
        Some(cursor) => format!("roster?after={}", escaped(cursor)),
        None => "roster".to_owned(),
    };
    client.as_device(|token| client.get(&path, Some(token), Weight::Transfer))
}
