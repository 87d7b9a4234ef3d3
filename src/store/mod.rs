//! Floor 3. What a station keeps: its identity, what it owes the server, the print queue, the
//! sealed roster, the lists that verdicts rest on.
//!
//! [`Store`] is what the floors above see, one trait an area; [`SqliteStore`] is the part that
//! does it. A simulated failure is the real part with a [`Faults`] handle that somebody turned
//! on, so what is tested is the transaction that is really rolled back.
//!
//! Every change is one transaction, and a function returns once that is on the disk (WAL,
//! `synchronous=FULL`): what it returned `Ok` for survives a power cut.

mod audit;
mod error;
mod faults;
mod identity;
mod jobs;
mod leaving;
mod lists;
mod notes;
mod outbox;
mod prune;
mod roster;
pub mod secrets;
mod sqlite;
mod staff;
#[cfg(test)]
mod tests;
mod visits;

pub use audit::AuditStore;
pub use error::StoreError;
pub use faults::Faults;
pub use identity::{Identity, IdentityStore};
pub use jobs::{JobEnd, JobState, JobStore, JournalLine, NewJob, PrintJob};
pub use leaving::{Farewell, LeavingStore};
pub use lists::{HeldStatus, HeldTrust, ListStore};
pub use notes::{Event, NoteStore};
pub use outbox::{AcceptanceState, KeptAcceptance, OutboxCounts, OutboxStore, ParkedItem, QueuedItem};
pub use prune::PruneStore;
pub use roster::{PageApplied, RosterState, RosterStore};
pub use sqlite::{Opened, Salvaged, SetAside, SqliteStore};
pub use staff::{StaffMember, StaffStore};
pub use visits::{SealedVisit, VisitStore};

/// Everything a station keeps.
pub trait Store:
    IdentityStore
    + OutboxStore
    + JobStore
    + RosterStore
    + ListStore
    + NoteStore
    + PruneStore
    + LeavingStore
    + Send
{
}

impl<T> Store for T where
    T: IdentityStore
        + OutboxStore
        + JobStore
        + RosterStore
        + ListStore
        + NoteStore
        + PruneStore
        + LeavingStore
        + Send
{
}
