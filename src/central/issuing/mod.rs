//! From an accepted photo to a signed card.
//!
//! [`outbox`] takes what stations owe the server, each item once, and [`parts`] what is too large for one
//! call; [`acceptance`] opens what a station accepted and [`by_phone`] takes what a person accepted on their
//! phone; [`making`] makes the issue, [`draw`] gives it its numbers; [`issues`] reads issues back;
//! [`decisions`] suspends and revokes them.

mod acceptance;
mod by_phone;
mod decisions;
mod draw;
mod issues;
mod making;
mod outbox;
mod parts;

pub use by_phone::{MOST_A_DAY, NoCard, accept_by_phone, may_accept};
pub use decisions::{
    Decision, IssueLine, LONGEST_REASON, decide, entitled, is_suspended, of_person as issues_of,
};
pub use issues::{by_serial, front_code, issued_since, live_status, newest_of, pick_up};
pub use outbox::{InFlight, Kept, is_item_id, keep, take, take_all};
pub use parts::{Part, take_part};

#[cfg(test)]
mod tests;
