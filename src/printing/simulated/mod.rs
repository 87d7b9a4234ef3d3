//! Receipt printers that are not there: one [`Machine`] that answers, prints row by row on a roll that ends, and fails on
//! command, behind a socket of this machine or on a line within the program.

mod inside;
mod machine;
mod tcp;

pub use inside::{Bench, Killed};
pub use machine::{Breakdown, Machine, Piece, SLIPS_ON_A_ROLL, Trouble};
pub use tcp::SimulatedPrinter;
