//! Fetches the sealed roster in pages, each stored together with its cursor.

use super::client::{Weight, escaped};
use super::{Client, SyncError};
use crate::protocol::{ProblemCode, RosterPage};
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
    Ok(page.more)
}

fn page(client: &Client, cursor: Option<&str>) -> Result<RosterPage, SyncError> {
    let path = match cursor {
        Some(cursor) => format!("roster?after={}", escaped(cursor)),
        None => "roster".to_owned(),
    };
    client.as_device(|token| client.get(&path, Some(token), Weight::Transfer))
}
