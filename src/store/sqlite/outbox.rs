//! Outbox and acceptances in SQLite.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::{SqliteStore, millis, moment};
use crate::protocol::{OutboxItem, OutboxKind};
use crate::store::{
    AcceptanceState, KeptAcceptance, OutboxCounts, OutboxStore, ParkedItem, QueuedItem, StoreError,
};

/// Puts an item at the end of the queue. `false`: it was there already, word for word or answered.
pub(super) fn append(tx: &Transaction<'_>, item: &OutboxItem) -> Result<bool, StoreError> {
    let body = serde_json::to_string(item).map_err(|error| StoreError::bad_row("outbox", error))?;
    let held: Option<Option<String>> =
        tx.query_row("SELECT body FROM outbox WHERE id = ?1", [&item.id], |row| row.get(0)).optional()?;
    match held {
        Some(Some(held)) if held != body => {
            return Err(StoreError::Conflict { what: "outbox item", id: item.id.clone() });
        }
        Some(_) => return Ok(false),
        None => {}
    }
    let kind = match item.kind {
        OutboxKind::Acceptance(_) => "acceptance",
        OutboxKind::Printed(_) => "printed",
        OutboxKind::Looked(_) => "looked",
        OutboxKind::Audit(_) => "audit",
        OutboxKind::Commissioned(_) => "commissioned",
    };
    tx.execute(
        "INSERT INTO outbox (id, seq, kind, body, state, happened_at)
         VALUES (?1, (SELECT coalesce(max(seq), 0) + 1 FROM outbox), ?2, ?3, 'queued', ?4)",
        params![item.id, kind, body, millis(item.happened_at)],
    )?;
    Ok(true)
}

/// Refuses a step on an item that is not in the state it starts from.
fn changed(tx: &Transaction<'_>, id: &str, rows: usize) -> Result<(), StoreError> {
    if rows == 1 {
        return Ok(());
    }
    let state: Option<String> =
        tx.query_row("SELECT state FROM outbox WHERE id = ?1", [id], |row| row.get(0)).optional()?;
    Err(match state {
        Some(state) => StoreError::WrongState { what: "outbox item", id: id.to_owned(), state },
        None => StoreError::Absent { what: "outbox item", id: id.to_owned() },
    })
}

impl OutboxStore for SqliteStore {
    fn accept(&mut self, item: &OutboxItem) -> Result<(), StoreError> {
        if !matches!(item.kind, OutboxKind::Acceptance(_)) {
            return Err(StoreError::WrongState {
                what: "outbox item",
                id: item.id.clone(),
                state: "not an acceptance".into(),
            });
        }
        self.write(|tx| {
            if append(tx, item)? {
                tx.execute(
                    "INSERT INTO acceptances (outbox_id, state, accepted_at, changed_at)
                     VALUES (?1, 'kept', ?2, ?2)",
                    params![item.id, millis(item.happened_at)],
                )?;
            }
            Ok(())
        })
    }

    fn enqueue(&mut self, item: &OutboxItem) -> Result<(), StoreError> {
        if matches!(item.kind, OutboxKind::Acceptance(_)) {
            return self.accept(item);
        }
        self.write(|tx| append(tx, item).map(|_| ()))
    }

    fn outbox_head(&self) -> Result<Option<QueuedItem>, StoreError> {
        Ok(self.outbox_heads(1, usize::MAX)?.pop())
    }

    fn outbox_heads(&self, most: usize, bytes: usize) -> Result<Vec<QueuedItem>, StoreError> {
        let mut query = self
            .conn
            .prepare("SELECT id, attempts, body FROM outbox WHERE state = 'queued' ORDER BY seq LIMIT ?1")?;
        let mut rows = query.query([i64::try_from(most).unwrap_or(i64::MAX)])?;
        let (mut heads, mut size) = (Vec::new(), 0);
        while let Some(row) = rows.next()? {
            let body: String = row.get(2)?;
            size += body.len();
            if size > bytes && !heads.is_empty() {
                break;
            }
            heads.push(QueuedItem {
                id: row.get(0)?,
                attempts: row.get(1)?,
                item: serde_json::from_str(&body).map_err(|error| error.to_string()),
            });
        }
        Ok(heads)
    }

    fn outbox_trying(&mut self, id: &str, now: Timestamp) -> Result<(), StoreError> {
        self.write(|tx| {
            let rows = tx.execute(
                "UPDATE outbox SET attempts = attempts + 1, last_try_at = ?2
                 WHERE id = ?1 AND state = 'queued'",
                params![id, millis(now)],
            )?;
            changed(tx, id, rows)
        })
    }

    fn outbox_answered(&mut self, id: &str, serial: Option<&str>, now: Timestamp) -> Result<(), StoreError> {
        self.write(|tx| {
            let rows = tx.execute(
                "UPDATE outbox SET state = 'answered', body = NULL, reason = NULL, answered_at = ?2
                 WHERE id = ?1 AND state = 'queued'",
                params![id, millis(now)],
            )?;
            changed(tx, id, rows)?;
            if let Some(serial) = serial {
                tx.execute(
                    "UPDATE acceptances SET state = 'issued', serial = ?2, changed_at = ?3
                     WHERE outbox_id = ?1",
                    params![id, serial, millis(now)],
                )?;
            }
            Ok(())
        })
    }

    fn park(&mut self, id: &str, reason: &str, now: Timestamp) -> Result<(), StoreError> {
        self.write(|tx| {
            let rows = tx.execute(
                "UPDATE outbox SET state = 'parked', reason = ?2 WHERE id = ?1 AND state = 'queued'",
                params![id, reason],
            )?;
            changed(tx, id, rows)?;
            tx.execute(
                "UPDATE acceptances SET state = 'refused', changed_at = ?2 WHERE outbox_id = ?1",
                params![id, millis(now)],
            )?;
            Ok(())
        })
    }

    fn parked(&self) -> Result<Vec<ParkedItem>, StoreError> {
        let mut query = self.conn.prepare(
            "SELECT id, kind, reason, happened_at FROM outbox WHERE state = 'parked' ORDER BY seq",
        )?;
        let rows = query.query_map([], |row| {
            Ok(ParkedItem {
                id: row.get(0)?,
                kind: row.get(1)?,
                reason: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
                happened_at: moment(row, 3)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn unpark(&mut self, id: &str, now: Timestamp) -> Result<(), StoreError> {
        self.write(|tx| {
            let rows = tx.execute(
                "UPDATE outbox SET state = 'queued', reason = NULL WHERE id = ?1 AND state = 'parked'",
                [id],
            )?;
            changed(tx, id, rows)?;
            tx.execute(
                "UPDATE acceptances SET state = 'kept', changed_at = ?2 WHERE outbox_id = ?1",
                params![id, millis(now)],
            )?;
            Ok(())
        })
    }

    fn outbox_counts(&self) -> Result<OutboxCounts, StoreError> {
        Ok(self.conn.query_row(
            "SELECT (SELECT count(*) FROM outbox WHERE state = 'queued'),
                    (SELECT count(*) FROM outbox WHERE state = 'parked')",
            [],
            |row| Ok(OutboxCounts { queued: row.get(0)?, parked: row.get(1)? }),
        )?)
    }

    fn acceptance(&self, outbox_id: &str) -> Result<Option<KeptAcceptance>, StoreError> {
        let sql = "SELECT outbox_id, state, serial, accepted_at FROM acceptances WHERE outbox_id = ?1";
        self.conn.query_row(sql, [outbox_id], acceptance).optional()?.transpose()
    }
}

fn acceptance(row: &Row<'_>) -> rusqlite::Result<Result<KeptAcceptance, StoreError>> {
    let state = match row.get::<_, String>(1)?.as_str() {
        "kept" => AcceptanceState::Kept,
        "issued" => AcceptanceState::Issued,
        "refused" => AcceptanceState::Refused,
        other => return Ok(Err(StoreError::bad_row("acceptances", format!("no state '{other}'")))),
    };
    Ok(Ok(KeptAcceptance {
        outbox_id: row.get(0)?,
        state,
        serial: row.get(2)?,
        accepted_at: moment(row, 3)?,
    }))
}
