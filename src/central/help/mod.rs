//! What keeps people from standing before a dead end: other ways in, a call for staff, a report of
//! wrong data, a link for the phone.

pub mod assist;
pub mod calls;
pub mod cli;
pub mod corrections;
pub mod downloads;
pub mod faces;
pub mod offers;
