//! The staff of a station, beside the one who was there when it joined.

use jiff::Timestamp;

use super::StoreError;
use crate::sealed::StaffEnvelope;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffMember {
    /// Stands in the audit log.
    pub id: String,
    pub name: String,
    /// Finds the envelope of a code without trying all of them.
    pub tag: u8,
    /// The station's private key under this member's code and PIN.
    pub envelope: StaffEnvelope,
    pub added_at: Timestamp,
}

pub trait StaffStore {
    /// In the order in which they were added.
    fn staff(&self) -> Result<Vec<StaffMember>, StoreError>;

    fn add_staff(&mut self, member: &StaffMember) -> Result<(), StoreError>;

    /// From now on their code opens nothing. `false`: there was nobody of this id.
    fn remove_staff(&mut self, id: &str) -> Result<bool, StoreError>;
}
