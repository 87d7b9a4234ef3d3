//! From an accepted photo to a signed card.
//!
//! [`outbox`] takes what stations owe the server, each item once; [`acceptance`] makes the issue;
//! [`draw`] gives it its numbers; [`issues`] reads issues back;
//! [`decisions`] suspends and revokes them.

mod acceptance;
mod decisions;
mod draw;
mod issues;
mod outbox;

pub use decisions::{Decision, IssueLine, LONGEST_REASON, decide, of_person as issues_of};
pub use issues::{by_serial, front_code, issued_since, live_status, newest_of, pick_up};
pub use outbox::{InFlight, Kept, keep, take};

#[cfg(test)]
mod tests;
