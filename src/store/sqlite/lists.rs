//! Trust list, status lists and the clock's floor in SQLite.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use super::{SqliteStore, millis, moment, whole};
use crate::credential::{IssuerId, Kid};
use crate::store::{HeldStatus, HeldTrust, ListStore, StoreError};

fn read_status(row: &Row<'_>) -> rusqlite::Result<Result<HeldStatus, StoreError>> {
    let (issuer, kid): (String, String) = (row.get(0)?, row.get(1)?);
    let (Ok(issuer), Ok(kid)) = (IssuerId::parse(&issuer), Kid::parse(&kid)) else {
        return Ok(Err(StoreError::bad_row("status_lists", format!("no list is named {issuer}/{kid}"))));
    };
    Ok(Ok(HeldStatus {
        issuer,
        kid,
        bytes: row.get(2)?,
        etag: row.get(3)?,
        iat: moment(row, 4)?,
        fetched_at: moment(row, 5)?,
    }))
}

impl ListStore for SqliteStore {
    fn trust(&self) -> Result<Option<HeldTrust>, StoreError> {
        let held = self
            .conn
            .query_row("SELECT version, bytes, etag, fetched_at FROM trust_list", [], |row| {
                Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?, moment(row, 3)?))
            })
            .optional()?;
        held.map(|(version, bytes, etag, fetched_at)| {
            let version = u64::try_from(version).map_err(|error| StoreError::bad_row("trust_list", error))?;
            Ok(HeldTrust { version, bytes, etag, fetched_at })
        })
        .transpose()
    }

    fn put_trust(&mut self, list: &HeldTrust) -> Result<(), StoreError> {
        let version = whole(list.version, "trust_list")?;
        self.write(|tx| {
            let rows = tx.execute(
                "INSERT INTO trust_list (id, version, bytes, etag, fetched_at)
                 VALUES ('trust', ?1, ?2, ?3, ?4)
                 ON CONFLICT (id) DO UPDATE SET version = excluded.version, bytes = excluded.bytes,
                     etag = excluded.etag, fetched_at = excluded.fetched_at
                 WHERE excluded.version >= trust_list.version",
                params![version, list.bytes, list.etag, millis(list.fetched_at)],
            )?;
            if rows == 1 { Ok(()) } else { Err(StoreError::GoesBack("trust list")) }
        })
    }

    fn touch_trust(&mut self, now: Timestamp) -> Result<(), StoreError> {
        self.write(|tx| {
            tx.execute("UPDATE trust_list SET fetched_at = ?1", [millis(now)])?;
            Ok(())
        })
    }

    fn status_list(&self, issuer: &IssuerId, kid: &Kid) -> Result<Option<HeldStatus>, StoreError> {
        let sql = "SELECT issuer, kid, bytes, etag, iat, fetched_at FROM status_lists
                   WHERE issuer = ?1 AND kid = ?2";
        self.conn
            .query_row(sql, params![issuer.as_str(), kid.to_string()], read_status)
            .optional()?
            .transpose()
    }

    fn status_lists(&self) -> Result<Vec<HeldStatus>, StoreError> {
        let mut query = self.conn.prepare(
            "SELECT issuer, kid, x'', etag, iat, fetched_at FROM status_lists ORDER BY issuer, kid",
        )?;
        query.query_map([], read_status)?.collect::<Result<Result<Vec<_>, _>, _>>()?
    }

    fn put_status(&mut self, list: &HeldStatus) -> Result<(), StoreError> {
        self.write(|tx| {
            let rows = tx.execute(
                "INSERT INTO status_lists (issuer, kid, bytes, etag, iat, fetched_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (issuer, kid) DO UPDATE SET bytes = excluded.bytes, etag = excluded.etag,
                     iat = excluded.iat, fetched_at = excluded.fetched_at
                 WHERE excluded.iat >= status_lists.iat",
                params![
                    list.issuer.as_str(),
                    list.kid.to_string(),
                    list.bytes,
                    list.etag,
                    millis(list.iat),
                    millis(list.fetched_at)
                ],
            )?;
            if rows == 1 { Ok(()) } else { Err(StoreError::GoesBack("status list")) }
        })
    }

    fn touch_status(&mut self, issuer: &IssuerId, kid: &Kid, now: Timestamp) -> Result<(), StoreError> {
        self.write(|tx| {
            tx.execute(
                "UPDATE status_lists SET fetched_at = ?3 WHERE issuer = ?1 AND kid = ?2",
                params![issuer.as_str(), kid.to_string(), millis(now)],
            )?;
            Ok(())
        })
    }

    fn clock_floor(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.conn.query_row("SELECT floor_at FROM clock_floor", [], |row| moment(row, 0)).optional()?)
    }

    fn raise_clock_floor(&mut self, floor: Timestamp) -> Result<Timestamp, StoreError> {
        self.write(|tx| {
            tx.execute(
                "INSERT INTO clock_floor (id, floor_at) VALUES ('floor', ?1)
                 ON CONFLICT (id) DO UPDATE SET floor_at = excluded.floor_at
                 WHERE excluded.floor_at > clock_floor.floor_at",
                [millis(floor)],
            )?;
            Ok(tx.query_row("SELECT floor_at FROM clock_floor", [], |row| moment(row, 0))?)
        })
    }

    fn reset_clock_floor(&mut self, floor: Timestamp) -> Result<(), StoreError> {
        self.write(|tx| {
            tx.execute(
                "INSERT INTO clock_floor (id, floor_at) VALUES ('floor', ?1)
                 ON CONFLICT (id) DO UPDATE SET floor_at = excluded.floor_at",
                [millis(floor)],
            )?;
            Ok(())
        })
    }
}
