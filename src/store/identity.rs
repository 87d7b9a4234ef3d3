//! Who this station is, once it has joined a server.

use std::path::PathBuf;

use jiff::Timestamp;

use super::StoreError;
use crate::protocol::Enrolled;
use crate::sealed::StaffEnvelope;

/// What joining gave. The device's secret key is not in here but in a file, see
/// [`secrets`](super::secrets); the sealing key's secret half exists only inside the envelope.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The server's address, without a slash at the end.
    pub central_url: String,
    pub enrolled: Enrolled,
    /// Name of the file in the folder of keys that holds the device's Ed25519 secret.
    pub device_key: String,
    /// X25519: print jobs' pictures are sealed to it, and the server seals the epoch key to it.
    pub sealing_public: [u8; 32],
    pub staff_envelope: StaffEnvelope,
    pub joined_at: Timestamp,
}

pub trait IdentityStore {
    /// `None`: this station has not joined yet.
    fn identity(&self) -> Result<Option<Identity>, StoreError>;

    /// Joins, or joins again. Outbox, acceptances, print jobs and events stay; what another server
    /// signed (trust list, status lists) goes where the pinned root is another one, and the roster
    /// is walked from its start again. The clock's floor goes: the time is proven anew.
    fn put_identity(&mut self, identity: &Identity) -> Result<(), StoreError>;

    /// What the server said again of a station that stays who it is: another epoch key, another root.
    /// Lists that another root signed go.
    fn put_enrolled(&mut self, enrolled: &Enrolled) -> Result<(), StoreError>;

    /// The folder for secret files beside the database.
    fn keys_dir(&self) -> PathBuf;
}
