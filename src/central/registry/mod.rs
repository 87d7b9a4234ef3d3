//! The employees of the region: read from the office's lists, kept, and sealed for the stations.

mod columns;
mod export;
mod import;
mod lines;
mod people;
mod row;
mod search;
mod text;

pub use export::export;
pub use import::import;
pub use people::{Change, Row as PersonRow, find, in_tx, nip_from, put, put_all, put_email, turn_of_day};
pub use search::{PersonLine, UnitLine, by_record, search, units};
