//! The audit chain in SQLite.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use super::{SqliteStore, outbox, whole};
use crate::protocol::{AuditAction, AuditEntry, ChainEnd, OutboxItem, OutboxKind};
use crate::store::{AuditStore, StoreError};

const TABLE: &str = "audit_chain";

fn read(row: &Row<'_>) -> rusqlite::Result<Result<AuditEntry, StoreError>> {
    let word: String = row.get(3)?;
    let Some(action) = AuditAction::parse(&word) else {
        return Ok(Err(StoreError::bad_row(TABLE, format!("no action '{word}'"))));
    };
    Ok(Ok(AuditEntry {
        seq: row.get::<_, i64>(0)?.unsigned_abs(),
        at_ms: row.get(1)?,
        actor: row.get(2)?,
        action,
        subject: row.get(4)?,
        previous: row.get::<_, Vec<u8>>(5)?.into(),
        hash: row.get::<_, Vec<u8>>(6)?.into(),
    }))
}

impl AuditStore for SqliteStore {
    fn audit(
        &mut self,
        item_id: &str,
        actor: &str,
        action: AuditAction,
        subject: &str,
        now: Timestamp,
    ) -> Result<AuditEntry, StoreError> {
        self.write(|tx| {
            let last: Option<(i64, Vec<u8>)> = tx
                .query_row("SELECT seq, hash FROM audit_chain ORDER BY seq DESC LIMIT 1", [], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })
                .optional()?;
            let end = match last {
                Some((seq, hash)) => Some(ChainEnd {
                    seq: seq.unsigned_abs(),
                    hash: hash
                        .try_into()
                        .map_err(|_| StoreError::bad_row(TABLE, "a hash of another length"))?,
                }),
                None => None,
            };
            let entry = AuditEntry::after(end.as_ref(), now, actor, action, subject);
            tx.execute(
                "INSERT INTO audit_chain (seq, at, actor, action, subject, previous, hash)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![
                    whole(entry.seq, TABLE)?,
                    entry.at_ms,
                    entry.actor,
                    entry.action.word(),
                    entry.subject,
                    entry.previous.0,
                    entry.hash.0,
                ],
            )?;
            let kind = OutboxKind::Audit(entry.clone());
            outbox::append(tx, &OutboxItem { id: item_id.to_owned(), happened_at: now, kind })?;
            Ok(entry)
        })
    }

    fn audit_chain(&self) -> Result<Vec<AuditEntry>, StoreError> {
        let mut query = self.conn.prepare(
            "SELECT seq, at, actor, action, subject, previous, hash FROM audit_chain ORDER BY seq",
        )?;
        query.query_map([], read)?.collect::<Result<Result<Vec<_>, _>, _>>()?
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::OutboxStore;
    use crate::store::tests::at;

    #[test]
    fn entries_follow_from_each_other_also_by_way_of_another_connection_and_are_owed() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = SqliteStore::open(dir.path().join("station.db"), at(0)).unwrap().store;
        let mut beside = store.beside().unwrap();
        store.audit("item-0001", "petugas-1", AuditAction::LookValid, "SERIAL", at(1)).unwrap();
        beside.audit("item-0002", "public", AuditAction::LookConfirm, "SERIAL", at(2)).unwrap();
        store.audit("item-0003", "petugas-1", AuditAction::LookUpNone, "", at(3)).unwrap();
        let chain = store.audit_chain().unwrap();
        let mut end = None;
        for entry in &chain {
            entry.check(end.as_ref()).unwrap();
            end = Some(entry.end());
        }
        assert_eq!(chain.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [1, 2, 3]);
        let head = store.outbox_head().unwrap().unwrap().item.unwrap();
        let OutboxKind::Audit(owed) = head.kind else { panic!("an audit entry") };
        assert_eq!(owed, chain[0]);
        assert_eq!(store.outbox_counts().unwrap().queued, 3);
    }

    #[test]
    fn a_full_disk_leaves_neither_half() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = SqliteStore::open(dir.path().join("station.db"), at(0)).unwrap().store;
        store.faults().disk_full_after(0);
        let refused = store.audit("item-0001", "public", AuditAction::LookValid, "S", at(1));
        assert!(matches!(refused, Err(StoreError::Full)));
        store.faults().clear();
        assert!(store.audit_chain().unwrap().is_empty() && store.outbox_head().unwrap().is_none());
    }
}
