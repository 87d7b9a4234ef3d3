//! The employees of the region: read from the office's lists, kept, and sealed for the stations.

mod changes;
mod cli;
mod columns;
mod csv_rows;
mod days;
mod export;
mod faults;
mod guard;
mod import;
mod letters;
mod lines;
mod meanings;
mod missing;
mod people;
mod preview;
mod refused;
mod report;
mod row;
mod search;
mod sheet;
mod source;
mod survey;
mod text;
mod undo;
mod words;

pub use changes::{By, ChangeLine, of as changes_of};
#[cfg(test)]
mod properties;

pub use cli::{Import, ImportUndo, export_to};
pub use columns::{Column, Columns, Mapping, Place};
pub use export::export;
pub use faults::RowError;
pub use import::{Plan, import, rules};
pub use letters::undrawable;
pub use meanings::kept as kept_meanings;
pub use people::{
    Change, Row as PersonRow, change_status, find, in_tx, nip_from, put, put_all, put_email, turn_of_day,
};
pub use preview::{Preview, PreviewRow, preview};
pub use refused::RefusedRows;
pub use report::{ImportReport, Outcome};
pub use row::{Field, Form, Rules, read as read_row};
pub use search::{Listed, PersonLine, UnitLine, by_record, listed, name_of, record_of, search, units};
pub use source::Asked;
pub use undo::{UndoPlan, plan as undo_plan, undo};
pub use words::plain as plain_word;
