//! The file by which a batch of stations joins. The server writes it, a technician copies it onto the boot
//! partitions, and each station takes its own entry and wipes the file.

use serde::{Deserialize, Serialize};
use zeroize::Zeroize as _;

/// A file of entries, as TOML.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// The server's address, without a code.
    pub central: String,
    pub station: Vec<Entry>,
}

/// What one station needs to join.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Of the board. None: whatever station reads the file; only where it holds no other entry.
    pub serial: Option<String>,
    /// How the server calls the place; for the person who reads the file.
    #[serde(default)]
    pub name: String,
    /// One-time code to join.
    pub code: String,
    /// The first staff code, as it stands on the sheet that goes to the office.
    pub staff_code: String,
    /// The PIN that goes with it.
    pub pin: String,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.staff_code.zeroize();
        self.pin.zeroize();
    }
}
