//! Sends what is owed, in order, one at a time. A repeat is harmless: the item's id says so.

use super::client::Weight;
use super::{Client, Next, SyncError};
use crate::protocol::{Issue, OutboxAnswer, OutboxItem, OutboxKind, ProblemCode};
use crate::store::Store;

/// A card that was made because of something this station sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedItem {
    pub outbox_id: String,
    pub issue: Issue,
}

/// An item that was parked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedItem {
    pub outbox_id: String,
    pub reason: String,
}

/// So many times an item is sent before a refusal that is not a [`OutboxAnswer::Rejected`] parks
/// it: a body that was cut on its way is "malformed" too, and a proxy may not find the path.
const PATIENCE: u32 = 3;

/// What one round did.
#[derive(Debug, Default)]
pub(super) struct Sent {
    pub issued: Vec<IssuedItem>,
    pub noted: u32,
    pub refused: Vec<RefusedItem>,
}

/// Sends until the queue is empty or something is in the way; what was done until then stands in
/// `sent` either way.
pub(super) fn send(client: &Client, store: &mut dyn Store, sent: &mut Sent) -> Result<(), SyncError> {
    while let Some(head) = store.outbox_head()? {
        let item = match head.item {
            Ok(item) => item,
            Err(why) => {
                park(client, store, &head.id, format!("cannot be read here: {why}"), sent)?;
                continue;
            }
        };
        store.outbox_trying(&head.id, client.clock.now())?;
        match post(client, &item) {
            Ok(OutboxAnswer::Issued(issue)) => {
                if !matches!(item.kind, OutboxKind::Acceptance(_)) {
                    return Err(odd("a card for something that asked for none"));
                }
                store.outbox_answered(&head.id, Some(&issue.serial), client.clock.now())?;
                sent.issued.push(IssuedItem { outbox_id: head.id, issue: *issue });
            }
            Ok(OutboxAnswer::Noted) => {
                if matches!(item.kind, OutboxKind::Acceptance(_)) {
                    return Err(odd("an acceptance noted without a card"));
                }
                store.outbox_answered(&head.id, None, client.clock.now())?;
                sent.noted += 1;
            }
            Ok(OutboxAnswer::Rejected { reason }) => park(client, store, &head.id, reason, sent)?,
            Err(SyncError::Refused(problem))
                if is_about_the_item(problem.code) && head.attempts + 1 >= PATIENCE =>
            {
                park(client, store, &head.id, problem.to_string(), sent)?;
            }
            Err(other) => return Err(other),
        }
    }
    Ok(())
}

fn post(client: &Client, item: &OutboxItem) -> Result<OutboxAnswer, SyncError> {
    client.as_device(|token| client.post("outbox", item, Some(token), Weight::Transfer))?.json()
}

/// A refusal that the same item would meet for ever, while others may pass. What concerns the
/// device or the server is not the item's fault, and nothing is parked for it.
fn is_about_the_item(code: ProblemCode) -> bool {
    matches!(
        code,
        ProblemCode::Malformed
            | ProblemCode::WrongCredentials
            | ProblemCode::BadCode
            | ProblemCode::NotFound
            | ProblemCode::NotActivated
    )
}

fn park(
    client: &Client,
    store: &mut dyn Store,
    id: &str,
    reason: String,
    sent: &mut Sent,
) -> Result<(), SyncError> {
    tracing::warn!(id, reason, "an item is parked");
    store.park(id, &reason, client.clock.now())?;
    sent.refused.push(RefusedItem { outbox_id: id.to_owned(), reason });
    Ok(())
}

fn odd(why: &str) -> SyncError {
    let error = SyncError::Garbage { status: 200, why: why.to_owned() };
    debug_assert_eq!(error.next(), Next::Retry, "nothing is given up because a server is odd");
    error
}
