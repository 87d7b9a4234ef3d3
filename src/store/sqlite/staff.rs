//! The staff of a station in SQLite.

use rusqlite::params;

use super::{SqliteStore, millis, moment};
use crate::store::{StaffMember, StaffStore, StoreError};

impl StaffStore for SqliteStore {
    fn staff(&self) -> Result<Vec<StaffMember>, StoreError> {
        let mut query =
            self.conn.prepare("SELECT id, name, tag, envelope, added_at FROM staff ORDER BY added_at, id")?;
        let rows = query.query_map([], |row| {
            let envelope: String = row.get(3)?;
            Ok((row.get(0)?, row.get(1)?, row.get::<_, u8>(2)?, envelope, moment(row, 4)?))
        })?;
        rows.map(|row| {
            let (id, name, tag, envelope, added_at) = row?;
            let envelope =
                serde_json::from_str(&envelope).map_err(|error| StoreError::bad_row("staff", error))?;
            Ok(StaffMember { id, name, tag, envelope, added_at })
        })
        .collect()
    }

    fn add_staff(&mut self, member: &StaffMember) -> Result<(), StoreError> {
        let envelope =
            serde_json::to_string(&member.envelope).map_err(|error| StoreError::bad_row("staff", error))?;
        self.write(|tx| {
            let rows = tx.execute(
                "INSERT INTO staff (id, name, tag, envelope, added_at) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO NOTHING",
                params![member.id, member.name, member.tag, envelope, millis(member.added_at)],
            )?;
            match rows {
                1 => Ok(()),
                _ => Err(StoreError::Conflict { what: "staff member", id: member.id.clone() }),
            }
        })
    }

    fn remove_staff(&mut self, id: &str) -> Result<bool, StoreError> {
        self.write(|tx| Ok(tx.execute("DELETE FROM staff WHERE id = ?1", [id])? == 1))
    }
}
