//! Anjungan: a card station for the front desks of government offices, and its central server.
//!
//! Imports go down. Floor 1 holds the rules and the pure work on pixels and bytes, floor 2 the
//! state machines, floor 3 the devices, floor 4 what uses the store, floor 5 the two programs.
//! ARCHITECTURE.md tells the whole; `tests/house.rs` keeps it true.

// Floor 0: what everything else may use.
pub mod clock;
pub mod config;
pub mod lang;
pub mod manual;
pub mod privileges;
pub mod turn;

// Floor 1: no I/O, no clock, no randomness.
pub mod card;
pub mod credential;
pub mod person;
pub mod photo;
pub mod protocol;
#[cfg(feature = "station")]
pub mod scan;
pub mod sealed;

// Floor 2: state machines.
#[cfg(feature = "station")]
pub mod session;

// Floor 3: devices, and what the station keeps.
#[cfg(feature = "station")]
pub mod camera;
#[cfg(feature = "station")]
pub mod display;
#[cfg(feature = "station")]
pub mod network;
#[cfg(feature = "station")]
pub mod printing;
#[cfg(feature = "station")]
pub mod sound;
#[cfg(feature = "station")]
pub mod store;

// Floor 4: what uses the store.
#[cfg(feature = "station")]
pub mod provision;
#[cfg(feature = "station")]
pub mod sync;

// Floor 5: the two programs.
#[cfg(feature = "central")]
pub mod central;
#[cfg(feature = "station")]
pub mod station;
