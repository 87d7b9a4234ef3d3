//! Where the central server keeps things: one database, and photos as files beside it.
//!
//! What differs between SQLite and PostgreSQL stands in [`database`] and [`snapshot`]. The statements
//! elsewhere are SQL that both share, with `$n`, checked at run time.

mod database;
#[cfg(test)]
mod fault_tests;
mod photos;
mod places;
mod snapshot;

pub use database::{Db, Place, Query, Tx};

use database::Database;
use photos::Photos;
pub use photos::{is_photo, try_folder};
pub use places::{places, rows_of_places};

use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use jiff::Timestamp;

use super::CentralError;
use super::codes::random_id;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("src/central/storage/migrations");

/// The open database and the folder of photos.
#[derive(Clone)]
pub struct Store {
    database: Database,
    photos: Photos,
}

impl Store {
    /// Opens (or makes) the folder of photos and the database, and brings its schema up to date.
    pub async fn open(dir: &Path, place: &Place) -> Result<Store, CentralError> {
        // Whoever may read the folder above: database and photos are for their owner only. The
        // files that SQLite puts beside the database take its mode.
        let (photos, file) = (dir.join("photos"), dir.join("central.sqlite"));
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&photos);
        made.map_err(|e| CentralError::io(&photos, e))?;
        if matches!(place, Place::Folder) {
            let made = std::fs::OpenOptions::new().append(true).create(true).mode(0o600).open(&file);
            made.map_err(|e| CentralError::io(&file, e))?;
        }
        let database = Database::open(place, &file).await?;
        MIGRATIONS.run(database.pool()).await?;
        Ok(Store { database, photos: Photos::open(&photos)? })
    }

    /// For statements that only read.
    pub fn pool(&self) -> &sqlx::Pool<Db> {
        self.database.pool()
    }

    /// A transaction that will write. There is one writer at a time.
    pub async fn write(&self) -> Result<Tx, CentralError> {
        self.database.write().await
    }

    /// Writes a row and commits it.
    pub async fn try_row(&self, now: Timestamp) -> Result<(), CentralError> {
        let mut tx = self.write().await?;
        sqlx::query(
            "INSERT INTO readiness (id, tried_at) VALUES ('row', $1)
             ON CONFLICT (id) DO UPDATE SET tried_at = $1",
        )
        .bind(now.as_second())
        .execute(&mut *tx)
        .await?;
        Ok(tx.commit().await?)
    }

    /// How much room the database takes, in bytes.
    pub async fn size(&self) -> Result<u64, CentralError> {
        self.database.size().await
    }

    /// Ends all connections; what is committed is on the disk.
    pub async fn close(&self) {
        self.pool().close().await;
    }
}

/// Adds one to a counter and returns its new value; the first is 1. Inside a transaction, so
/// that values come in the order of the commits and none is left out.
pub async fn next(tx: &mut Tx, name: &str) -> Result<i64, CentralError> {
    Ok(sqlx::query_scalar(
        "INSERT INTO counters (name, value) VALUES ($1, 1)
         ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value",
    )
    .bind(name)
    .fetch_one(&mut **tx)
    .await?)
}

/// Takes a counter on to a value that was never given out, not even by a database that was lost:
/// one more than the last, and no less than the microseconds since 1970. Somebody else remembers
/// these values, and a database restored from a backup does not know the newest of them; the clock
/// goes on meanwhile. Microseconds because an import counts ten thousand times in a second and would
/// run ahead of any coarser clock.
pub async fn next_ever(tx: &mut Tx, name: &str, now: Timestamp) -> Result<i64, CentralError> {
    several_ever(tx, name, 1, now).await
}

/// As many such values, one after the other. Returns the first.
pub async fn several_ever(
    tx: &mut Tx,
    name: &str,
    count: usize,
    now: Timestamp,
) -> Result<i64, CentralError> {
    let (floor, more) = (now.as_microsecond().max(1), count.max(1) as i64 - 1);
    let last: i64 = sqlx::query_scalar(
        "INSERT INTO counters (name, value) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE
         SET value = CASE WHEN counters.value + $3 < $2 THEN $2 ELSE counters.value + $3 END RETURNING value",
    )
    .bind(name)
    .bind(floor + more)
    .bind(more + 1)
    .fetch_one(&mut **tx)
    .await?;
    Ok(last - more)
}

/// The value of a counter; 0 before its first use.
pub async fn current(store: &Store, name: &str) -> Result<i64, CentralError> {
    let value: Option<i64> = sqlx::query_scalar("SELECT value FROM counters WHERE name = $1")
        .bind(name)
        .fetch_optional(store.pool())
        .await?;
    Ok(value.unwrap_or(0))
}

/// Notes who did what. `subject` is a serial, a record id or a device id, never a name.
pub async fn audit(
    tx: &mut Tx,
    now: Timestamp,
    actor: &str,
    action: &str,
    subject: &str,
) -> Result<(), CentralError> {
    sqlx::query("INSERT INTO audit (id, at, actor, action, subject) VALUES ($1, $2, $3, $4, $5)")
        .bind(random_id())
        .bind(now.as_second())
        .bind(actor)
        .bind(action)
        .bind(subject)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// A line of the journal.
#[derive(Debug, sqlx::FromRow)]
pub struct AuditLine {
    pub at: i64,
    pub actor: String,
    pub action: String,
    pub subject: String,
}

/// What of the journal is asked for; an empty word asks for everything.
pub struct AuditSearch<'a> {
    pub action: &'a str,
    /// Who did it, or what it was done to.
    pub subject: &'a str,
    /// Lines up to this second.
    pub before: Option<i64>,
}

/// Lines of the journal, the newest first, and whether there are more.
pub async fn audit_lines(
    store: &Store,
    asked: &AuditSearch<'_>,
) -> Result<(Vec<AuditLine>, bool), CentralError> {
    const PAGE: usize = 100;
    let mut lines: Vec<AuditLine> = sqlx::query_as(
        "SELECT at, actor, action, subject FROM audit
         WHERE at <= $1 AND ($2 = '' OR action = $2) AND ($3 = '' OR actor = $3 OR subject = $3)
         ORDER BY at DESC, id LIMIT $4",
    )
    .bind(asked.before.unwrap_or(i64::MAX))
    .bind(asked.action)
    .bind(asked.subject)
    .bind(PAGE as i64 + 1)
    .fetch_all(store.pool())
    .await?;
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    Ok((lines, more))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::central::testing;

    #[tokio::test]
    async fn a_counter_starts_at_one_and_a_rolled_back_value_is_given_again() {
        let (store, _dir) = testing::store().await;
        assert_eq!(current(&store, "c").await.unwrap(), 0);
        let mut tx = store.write().await.unwrap();
        assert_eq!(next(&mut tx, "c").await.unwrap(), 1);
        tx.rollback().await.unwrap();
        let mut tx = store.write().await.unwrap();
        assert_eq!(next(&mut tx, "c").await.unwrap(), 1);
        assert_eq!(next(&mut tx, "c").await.unwrap(), 2);
        tx.commit().await.unwrap();
        assert_eq!(current(&store, "c").await.unwrap(), 2);
    }

    #[tokio::test]
    async fn a_restored_counter_gives_out_nothing_twice() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let (store, _dir) = testing::store().await;
        let mut tx = store.write().await.unwrap();
        let backed_up = next_ever(&mut tx, "c", at(1_000)).await.unwrap();
        assert_eq!(next_ever(&mut tx, "c", at(1_000)).await.unwrap(), backed_up + 1);
        assert_eq!(
            next_ever(&mut tx, "c", at(900)).await.unwrap(),
            backed_up + 2,
            "a clock that jumped back"
        );
        assert_eq!(several_ever(&mut tx, "c", 3, at(900)).await.unwrap(), backed_up + 3);
        assert_eq!(next_ever(&mut tx, "c", at(900)).await.unwrap(), backed_up + 6);
        let later = at(1_000).as_microsecond() + 500;
        let some = several_ever(&mut tx, "d", 3, at(1_000)).await.unwrap();
        assert_eq!(some, at(1_000).as_microsecond());
        assert_eq!(
            next_ever(&mut tx, "d", Timestamp::from_microsecond(later).unwrap()).await.unwrap(),
            later
        );
        let mut lost = 0;
        for _ in 0..500 {
            lost = next_ever(&mut tx, "c", at(1_001)).await.unwrap();
        }
        sqlx::query("UPDATE counters SET value = $1").bind(backed_up).execute(&mut *tx).await.unwrap();
        assert!(next_ever(&mut tx, "c", at(1_002)).await.unwrap() > lost);
    }

    #[tokio::test]
    async fn the_files_are_for_their_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), &Place::Folder).await.unwrap();
        let mut tx = store.write().await.unwrap();
        next(&mut tx, "c").await.unwrap();
        tx.commit().await.unwrap();
        for name in ["central.sqlite", "central.sqlite-wal", "photos"] {
            let mode = std::fs::metadata(dir.path().join(name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{name}");
        }
    }

    #[test]
    fn the_migrations_hold_to_the_sql_that_both_databases_share() {
        let words = ["AUTOINCREMENT", "WITHOUT ROWID", "DATETIME", " BLOB", "PRAGMA", "STRICT", "BIGSERIAL"];
        for migration in MIGRATIONS.iter() {
            let sql = migration.sql.as_str().to_uppercase();
            for word in words {
                assert!(!sql.contains(word), "{}: {word}", migration.version);
            }
        }
    }
}
