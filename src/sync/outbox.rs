//! Sends what is owed, in order. A repeat is harmless: the item's id says so.

use std::sync::atomic::Ordering;

use serde::de::DeserializeOwned;

use super::client::Weight;
use super::sizes::{LEAST, MOST, Sizes};
use super::{Client, Next, SyncError, parts};
use crate::protocol::{Issue, OutboxAnswer, OutboxAnswers, OutboxBatch, OutboxItem, OutboxKind, ProblemCode};
use crate::store::{QueuedItem, Store};

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
/// `sent` either way. Several at a time, where the server takes them so: after an outage there are many, and
/// each would wait for its own answer.
pub(super) fn send(client: &Client, store: &mut dyn Store, sent: &mut Sent) -> Result<(), SyncError> {
    loop {
        let most = if client.one_by_one.load(Ordering::Relaxed) { 1 } else { OutboxBatch::MOST };
        let mut heads = store.outbox_heads(most, client.sized(Sizes::room))?;
        match heads.iter().take_while(|head| head.item.is_ok()).count() {
            0 if heads.is_empty() => return Ok(()),
            0 => {
                let head = heads.remove(0);
                let why = head.item.err().unwrap_or_default();
                park(client, store, &head.id, format!("cannot be read here: {why}"), sent)?;
            }
            1 => send_one(client, store, heads.remove(0), sent)?,
            readable => {
                heads.truncate(readable);
                send_several(client, store, heads, sent)?;
            }
        }
    }
}

fn send_one(
    client: &Client,
    store: &mut dyn Store,
    head: QueuedItem,
    sent: &mut Sent,
) -> Result<(), SyncError> {
    let Ok(item) = head.item else { return Ok(()) };
    store.outbox_trying(&head.id, client.clock.now())?;
    match carried(client, &item) {
        Ok(answer) => answered(client, store, &item, answer, sent),
        Err(error) => refused(client, store, (&head.id, head.attempts), error, sent),
    }
}

/// Brings one item to the server: whole where that gets through, otherwise in parts.
fn carried(client: &Client, item: &OutboxItem) -> Result<OutboxAnswer, SyncError> {
    let body = serde_json::to_vec(item).map_err(|_| odd("an item that cannot be written"))?;
    if body.len() > client.sized(Sizes::room)
        && let Some(answer) = in_parts(client, &item.id, &body)?
    {
        return Ok(answer);
    }
    match posted(client, "outbox", &body) {
        // A server that takes no parts cannot be helped; nobody says that anything is amiss with the item.
        Err(error @ SyncError::TooLarge { .. }) => match in_parts(client, &item.id, &body)? {
            Some(answer) => Ok(answer),
            None => Err(error),
        },
        other => other,
    }
}

/// `None`: the server takes no parts.
fn in_parts(client: &Client, id: &str, body: &[u8]) -> Result<Option<OutboxAnswer>, SyncError> {
    if client.whole_only.load(Ordering::Relaxed) {
        return Ok(None);
    }
    match parts::send(client, id, body) {
        Err(SyncError::Refused(problem)) if problem.code == ProblemCode::NotFound => {
            tracing::info!("the server takes no items in parts");
            client.whole_only.store(true, Ordering::Relaxed);
            Ok(None)
        }
        other => other.map(Some),
    }
}

/// One call with a written body; what became of it says how much may go in the next.
fn posted<T: DeserializeOwned>(client: &Client, path: &str, body: &[u8]) -> Result<T, SyncError> {
    let asked = client
        .as_device(|token| client.post_bytes(path, "application/json", body, Some(token), Weight::Transfer))
        .and_then(|answer| answer.json());
    client.sized(|sizes, now| match &asked {
        Ok(_) => sizes.went(body.len(), MOST),
        Err(SyncError::TooLarge { size }) => sizes.refused(*size, now),
        Err(error) if error.cut_short() => sizes.broke_off(body.len()),
        Err(_) => {}
    });
    asked
}

/// Sends what stands at the head of the queue in one call. An answer that is lost is asked for again: the
/// server knows each item by its id.
fn send_several(
    client: &Client,
    store: &mut dyn Store,
    heads: Vec<QueuedItem>,
    sent: &mut Sent,
) -> Result<(), SyncError> {
    let mut items = Vec::with_capacity(heads.len());
    let mut batch = OutboxBatch { items: Vec::with_capacity(heads.len()) };
    for head in heads {
        let Ok(item) = head.item else { continue };
        let written = serde_json::to_value(&item).map_err(|_| odd("an item that cannot be written"))?;
        batch.items.push(written);
        items.push((item, head.attempts));
    }
    let body = serde_json::to_vec(&batch).map_err(|_| odd("a batch that cannot be written"))?;
    let OutboxAnswers { answers, problem } = match posted(client, "outbox/batch", &body) {
        Ok(answers) => answers,
        // Fewer in the next call.
        Err(SyncError::TooLarge { size }) => {
            tracing::info!(size, "fewer items at a time");
            if size <= 2 * LEAST {
                client.one_by_one.store(true, Ordering::Relaxed);
            }
            return Ok(());
        }
        // A server that knows no batches: each by itself, which also says which one it is.
        Err(SyncError::Refused(problem)) if is_about_the_item(problem.code) => {
            tracing::info!(%problem, "the server takes items one by one");
            client.one_by_one.store(true, Ordering::Relaxed);
            return Ok(());
        }
        Err(other) => return Err(other),
    };
    // Fewer are well: the server stops where its answer grows long, and the rest has its turn next.
    if answers.len() > items.len() || (answers.is_empty() && problem.is_none()) {
        return Err(odd("another number of answers than of items"));
    }
    let count = answers.len();
    for ((item, _), answer) in items.iter().zip(answers) {
        answered(client, store, item, answer, sent)?;
    }
    match (problem, items.get(count)) {
        (Some(problem), Some((item, attempts))) => {
            store.outbox_trying(&item.id, client.clock.now())?;
            refused(client, store, (&item.id, *attempts), SyncError::Refused(problem), sent)
        }
        _ => Ok(()),
    }
}

/// What the server made of an item is written down.
fn answered(
    client: &Client,
    store: &mut dyn Store,
    item: &OutboxItem,
    answer: OutboxAnswer,
    sent: &mut Sent,
) -> Result<(), SyncError> {
    let is_acceptance = matches!(item.kind, OutboxKind::Acceptance(_));
    match answer {
        OutboxAnswer::Issued(_) if !is_acceptance => Err(odd("a card for something that asked for none")),
        OutboxAnswer::Issued(issue) => {
            store.outbox_answered(&item.id, Some(&issue.serial), client.clock.now())?;
            sent.issued.push(IssuedItem { outbox_id: item.id.clone(), issue: *issue });
            Ok(())
        }
        OutboxAnswer::Noted if is_acceptance => Err(odd("an acceptance noted without a card")),
        OutboxAnswer::Noted => {
            store.outbox_answered(&item.id, None, client.clock.now())?;
            sent.noted += 1;
            Ok(())
        }
        OutboxAnswer::Rejected { reason } => park(client, store, &item.id, reason, sent),
    }
}

/// An item that is refused too often is parked, and the next one has its turn; all else is in the way.
fn refused(
    client: &Client,
    store: &mut dyn Store,
    (id, attempts): (&str, u32),
    error: SyncError,
    sent: &mut Sent,
) -> Result<(), SyncError> {
    match error {
        SyncError::Refused(problem) if is_about_the_item(problem.code) && attempts + 1 >= PATIENCE => {
            park(client, store, id, problem.to_string(), sent)
        }
        other => Err(other),
    }
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
