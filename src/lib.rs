//! Anjungan: a card station for the front desks of government offices, and its central server.
//!
//! Imports go down. Floor 1 holds the rules and the pure work on pixels and bytes, floor 2 the
//! state machines, floor 3 the devices, floor 4 what uses the store, floor 5 the two programs.
//! ARCHITECTURE.md tells the whole; `tests/house.rs` keeps it true.

// Floor 0: what everything else may use.
pub mod clock;
pub mod config;
pub mod lang;

// Floor 1: no I/O, no clock, no randomness.
pub mod credential;
pub mod person;
pub mod protocol;
pub mod sealed;
#[cfg(feature = "station")]
pub mod photo;
#[cfg(feature = "station")]
pub mod scan;

pub mod card;

// Floor 2: state machines.
#[cfg(feature = "station")]
pub mod session;

// Floor 3: devices and what the station keeps.
#[cfg(feature = "station")]
pub mod camera;
