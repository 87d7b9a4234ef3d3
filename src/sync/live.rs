//! What became of a card, asked at this moment.

use super::client::Weight;
use super::{Desk, SyncError};
use crate::credential::Serial;
use crate::protocol::{CardState, LiveCard};

impl Desk {
    /// The office's word on one of its own cards. `Refused` with `NotFound` for a card of another office.
    pub fn card(&self, serial: Serial) -> Result<CardState, SyncError> {
        let path = format!("card/{serial}");
        let call = |token: &str| self.client.get::<LiveCard>(&path, Some(token), Weight::Short);
        Ok(self.client.as_device(call)?.state)
    }
}
