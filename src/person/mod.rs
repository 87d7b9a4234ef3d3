//! Who may have a card: employee numbers, employees, and the rules of eligibility and validity.
//!
//! Floor 1: no I/O, no clock, no randomness. The rules follow the circular letter on the Kartu
//! ASN Virtual; each has a test that names it.

mod eligibility;
mod employee;
mod nip;
pub mod sample;

pub use eligibility::{Refusal, card_holds, eligibility};
pub use employee::{Employee, Status};
pub use nip::{Kind, Nip, NipError, Sex};
