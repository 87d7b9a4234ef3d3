//! From an accepted photo to a signed card.
//!
//! [`outbox`] takes what stations owe the server, each item once; [`acceptance`] makes the issue;
//! [`draw`] gives it its numbers; [`issues`] reads issues back.

mod acceptance;
mod draw;
mod issues;
mod outbox;

pub use issues::{by_serial, live_status, newest_of, pick_up};
pub use outbox::{InFlight, take};

#[cfg(test)]
mod tests;
