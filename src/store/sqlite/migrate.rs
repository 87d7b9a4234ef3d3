//! Numbered migrations, each in one transaction with the note that it has run.

use jiff::Timestamp;
use rusqlite::{Connection, TransactionBehavior, params};

use super::millis;
use crate::store::StoreError;

struct Migration {
    version: i64,
    name: &'static str,
    sql: &'static str,
}

/// In order, without gaps. A file that has landed is never edited; a test holds their checksums.
const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, name: "station", sql: include_str!("../migrations/0001_station.sql") },
    Migration {
        version: 2,
        name: "print journal",
        sql: include_str!("../migrations/0002_print_journal.sql"),
    },
    Migration { version: 3, name: "staff", sql: include_str!("../migrations/0003_staff.sql") },
];

/// Brings the schema up to date. A database of a newer program is left alone.
pub(super) fn up(conn: &mut Connection, now: Timestamp) -> Result<(), StoreError> {
    conn.execute_batch(
        "CREATE TABLE IF NOT EXISTS migrations (
            version BIGINT NOT NULL PRIMARY KEY,
            name    TEXT   NOT NULL,
            run_at  BIGINT NOT NULL
        )",
    )?;
    let known = MIGRATIONS.last().map_or(0, |migration| migration.version);
    let found: i64 =
        conn.query_row("SELECT coalesce(max(version), 0) FROM migrations", [], |row| row.get(0))?;
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    for migration in MIGRATIONS.iter().filter(|migration| migration.version > found) {
        let transaction = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(migration.sql)?;
        transaction.execute(
            "INSERT INTO migrations (version, name, run_at) VALUES (?1, ?2, ?3)",
            params![migration.version, migration.name, millis(now)],
        )?;
        transaction.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    /// The first 8 bytes of SHA-256 of each file that has landed.
    const LANDED: &[(i64, &str)] =
        &[(1, "9945e893b8ec90af"), (2, "a2793db96491b226"), (3, "e103673e1a46b9c6")];

    #[test]
    fn what_has_landed_is_never_edited() {
        for (position, migration) in MIGRATIONS.iter().enumerate() {
            assert_eq!(migration.version, position as i64 + 1, "numbered without gaps");
            let sum = data_encoding::HEXLOWER.encode(&Sha256::digest(migration.sql)[..8]);
            assert!(
                LANDED.contains(&(migration.version, sum.as_str())),
                "migration {} has checksum {sum}: write a new one instead of editing it",
                migration.version
            );
        }
    }

    #[test]
    fn a_newer_database_is_left_alone() {
        let mut conn = Connection::open_in_memory().unwrap();
        let now = Timestamp::UNIX_EPOCH;
        up(&mut conn, now).unwrap();
        up(&mut conn, now).unwrap();
        conn.execute("INSERT INTO migrations VALUES (99, 'later', 0)", []).unwrap();
        assert!(matches!(up(&mut conn, now), Err(StoreError::Newer { found: 99, known: 3 })));
    }
}
