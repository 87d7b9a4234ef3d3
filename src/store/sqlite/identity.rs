//! Identity in SQLite.

use std::path::PathBuf;

use rusqlite::{OptionalExtension, params};

use super::{SqliteStore, leaving, millis, moment, roster};
use crate::protocol::Enrolled;
use crate::store::{Identity, IdentityStore, StoreError};

impl IdentityStore for SqliteStore {
    fn identity(&self) -> Result<Option<Identity>, StoreError> {
        let row = self
            .conn
            .query_row(
                "SELECT central_url, enrolled, device_key, sealing_public, staff_envelope, joined_at
                 FROM identity WHERE id = 'station'",
                [],
                |row| {
                    Ok((
                        row.get::<_, String>(0)?,
                        row.get::<_, String>(1)?,
                        row.get::<_, String>(2)?,
                        row.get::<_, Vec<u8>>(3)?,
                        row.get::<_, String>(4)?,
                        moment(row, 5)?,
                    ))
                },
            )
            .optional()?;
        let Some((central_url, enrolled, device_key, sealing_public, envelope, joined_at)) = row else {
            return Ok(None);
        };
        Ok(Some(Identity {
            central_url,
            enrolled: serde_json::from_str(&enrolled)
                .map_err(|error| StoreError::bad_row("identity", error))?,
            device_key,
            sealing_public: sealing_public
                .try_into()
                .map_err(|_| StoreError::bad_row("identity", "the sealing key has not 32 bytes"))?,
            staff_envelope: serde_json::from_str(&envelope)
                .map_err(|error| StoreError::bad_row("identity", error))?,
            joined_at,
        }))
    }

    fn put_identity(&mut self, identity: &Identity) -> Result<(), StoreError> {
        let json = |value| value_to_json(value, "identity");
        let enrolled = json(serde_json::to_string(&identity.enrolled))?;
        let envelope = json(serde_json::to_string(&identity.staff_envelope))?;
        // An identity that cannot be read counts as another one: everything pinned under it goes.
        let same_root = self
            .identity()
            .ok()
            .flatten()
            .is_some_and(|held| held.enrolled.root_public == identity.enrolled.root_public);
        self.write(|tx| {
            tx.execute("DELETE FROM identity", [])?;
            tx.execute(
                "INSERT INTO identity (id, central_url, device_id, enrolled, device_key, sealing_public,
                                       staff_envelope, joined_at)
                 VALUES ('station', ?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![
                    identity.central_url,
                    identity.enrolled.device_id,
                    enrolled,
                    identity.device_key,
                    identity.sealing_public,
                    envelope,
                    millis(identity.joined_at),
                ],
            )?;
            // The staff of before hold envelopes of a key that is gone.
            tx.execute("DELETE FROM staff", [])?;
            leaving::forget_farewell(tx)?;
            // The floor of before may be what made somebody join again. The server's word now is worth more: an
            // administrator gave the one-time code.
            tx.execute("DELETE FROM clock_floor", [])?;
            if !same_root {
                tx.execute("DELETE FROM trust_list", [])?;
                tx.execute("DELETE FROM status_lists", [])?;
            }
            roster::restart(tx)
        })
    }

    fn put_enrolled(&mut self, enrolled: &Enrolled) -> Result<(), StoreError> {
        let text = value_to_json(serde_json::to_string(enrolled), "identity")?;
        let same_root =
            self.identity()?.is_some_and(|held| held.enrolled.root_public == enrolled.root_public);
        self.write(|tx| {
            tx.execute("UPDATE identity SET enrolled = ?1 WHERE id = 'station'", [text])?;
            if !same_root {
                tx.execute("DELETE FROM trust_list", [])?;
                tx.execute("DELETE FROM status_lists", [])?;
            }
            Ok(())
        })
    }

    fn keys_dir(&self) -> PathBuf {
        self.path.with_file_name("keys")
    }
}

fn value_to_json(json: serde_json::Result<String>, table: &'static str) -> Result<String, StoreError> {
    json.map_err(|error| StoreError::bad_row(table, error))
}
