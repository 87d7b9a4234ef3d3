//! What keeps people from standing before a dead end: other ways in, a call for staff, a report of
//! wrong data, a link for the phone.

pub mod assist;
pub mod calls;
#[allow(dead_code, reason = "the phone's page, which looks and decides, is not there yet")]
pub mod offers;
