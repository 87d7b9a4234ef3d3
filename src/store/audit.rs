//! Who looked at whom, in a chain that shows if something is taken out of it.

use jiff::Timestamp;

use super::StoreError;
use crate::protocol::{AuditAction, AuditEntry};

pub trait AuditStore {
    /// Adds a link to the station's chain and puts it into the outbox as `item_id`, in one
    /// transaction.
    fn audit(
        &mut self,
        item_id: &str,
        actor: &str,
        action: AuditAction,
        subject: &str,
        now: Timestamp,
    ) -> Result<AuditEntry, StoreError>;

    /// What is held of the chain, oldest first.
    fn audit_chain(&self) -> Result<Vec<AuditEntry>, StoreError>;
}
