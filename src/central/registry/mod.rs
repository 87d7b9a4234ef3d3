//! The employees of the region: read from the office's lists, kept, and sealed for the stations.

mod changes;
mod cli;
mod columns;
mod csv_rows;
mod export;
mod guard;
mod import;
mod lines;
mod people;
mod preview;
mod row;
mod search;
mod sheet;
mod source;
mod text;

pub use changes::{By, ChangeLine, of as changes_of};
pub use cli::{Import, export_to};
pub use columns::{Column, Columns, Mapping, Place};
pub use export::export;
pub use import::{ImportReport, Outcome, Plan, import, rules};
pub use people::{
    Change, Row as PersonRow, change_status, find, in_tx, nip_from, put, put_all, put_email, turn_of_day,
};
pub use preview::{Preview, preview};
pub use row::{Field, Form, RowError, Rules, read as read_row};
pub use search::{Listed, PersonLine, UnitLine, by_record, listed, name_of, record_of, search, units};
pub use source::Asked;
