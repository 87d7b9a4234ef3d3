//! Floor 4. How a station joins a central server, and how staff open what it keeps.
//!
//! The station makes its own keys; their secret halves never leave it. The device key lies in a
//! file that only the station's user may read. The sealing key is kept only inside an envelope
//! that a staff code and a PIN open together, so a stolen station opens nothing.

pub mod batch;
mod join;
mod link;
mod members;
mod pin;
pub mod setup;
mod staff;

pub use join::{JoinError, Joined, Terms, fingerprint, join};
pub use link::{Link, LinkError};
pub use members::{FIRST, MemberError, add_member, open_as};
pub use pin::{PinError, check_pin};
pub use staff::{UnlockError, Unlocked, new_staff_code, staff_secret, unlock};
