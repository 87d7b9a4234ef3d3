//! Floor 4. A station and its central server: what is owed goes up, what verdicts rest on comes down.
//!
//! - [`Client`] carries one call and says what went wrong; [`Desk`] is the calls that a person
//!   waits for.
//! - [`Syncer::run_once`] does everything that is due, by a pure [`plan`](plan::plan), and returns
//!   a [`SyncReport`]. The thread that calls it again and again belongs to the station.
//!
//! Nothing here reads a clock of its own: waiting is measured with the monotonic time of the
//! clock that was handed in.

pub mod backoff;
mod client;
mod desk;
mod device;
mod error;
pub mod floor;
mod forgetting;
mod help;
mod leaving;
mod line;
mod lists;
mod live;
mod outbox;
mod parts;
pub mod pick_up;
pub mod plan;
pub mod probe;
mod roots;
mod roster;
mod sizes;
mod syncer;
pub mod time;
mod tls;

#[cfg(test)]
pub(crate) mod stub;
#[cfg(test)]
mod tests;

pub use client::{Client, Timeouts};
pub use desk::Desk;
pub use error::{Next, SyncError};
pub use leaving::see_off;
pub use outbox::{IssuedItem, RefusedItem};
pub use roots::{Roots, RootsError};
pub use syncer::{SyncReport, Syncer};
