//! Which database it is: a file of SQLite in the data folder, or PostgreSQL at an address. All that
//! differs between the two stands in this file; statements elsewhere are SQL that both share.

use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::sync::{Arc, Once};
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::pool::PoolConnection;
use sqlx::{Connection as _, Executor as _};
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::central::CentralError;

/// The database behind the server, whichever it is.
pub type Db = sqlx::Any;
/// A statement whose values are still being bound.
pub type Query<'q> = sqlx::query::Query<'q, Db, <Db as sqlx::Database>::Arguments>;

/// Where the database is.
#[derive(Clone, Debug)]
pub enum Place {
    /// `central.sqlite` in the data folder.
    Folder,
    Postgres(Box<AnyConnectOptions>),
}

impl Place {
    /// Reads the configuration's words: nothing, or `postgres://USER@HOST/NAME`. The password may come
    /// from a file. No message repeats the address: it may hold a password.
    pub fn read(address: &str, password_file: Option<&Path>) -> Result<Place, CentralError> {
        let wrong = |why: &str| CentralError::Config(format!("database: {why}"));
        if address.is_empty() {
            return Ok(Place::Folder);
        }
        if !address.starts_with("postgres://") && !address.starts_with("postgresql://") {
            return Err(wrong(
                "an address like postgres://USER@HOST/NAME, or nothing for SQLite in the folder",
            ));
        }
        let mut options =
            AnyConnectOptions::from_str(address).map_err(|_| wrong("this is no address of a database"))?;
        if let Some(file) = password_file {
            let secret = std::fs::read_to_string(file).map_err(|e| CentralError::io(file, e))?;
            let set = options.database_url.set_password(Some(secret.trim_end_matches(['\r', '\n'])));
            set.map_err(|()| wrong("an address without a host takes no password"))?;
        }
        Ok(Place::Postgres(Box::new(options)))
    }
}

/// The open database: connections, and the writers' turn.
#[derive(Clone)]
pub struct Database {
    pool: sqlx::Pool<Db>,
    /// Writers of this process stand in line here and not in the database: in the order in which
    /// they came, and without holding a connection that a reader could use.
    turn: Arc<Mutex<()>>,
    begin: &'static str,
    file: Option<PathBuf>,
}

/// What a writing transaction begins with: it takes the one writer's lock at once. Two that read first
/// and write later would otherwise have to be undone; and commits come in the order of the
/// locks, which the stations' cursors rest on.
///
/// The statement that deletes nothing costs no disk, and fails on a connection that may only read: SQLite opens
/// the file so while the disk takes no writing, and keeps the connection so once it does again.
const BEGIN_SQLITE: &str = "BEGIN IMMEDIATE; DELETE FROM counters WHERE 1 = 0";
/// The number is this program's own; the lock ends with the transaction.
const BEGIN_POSTGRES: &str = "BEGIN; SELECT pg_advisory_xact_lock(6310420842)";

/// How long a connection may take to show that no transaction is open on it.
const SETTLE: Duration = Duration::from_secs(30);

/// How long a connection may lie unused before it is asked whether it still holds.
const QUIET: Duration = Duration::from_secs(5);

impl Database {
    /// Opens the database of this place, with the file of SQLite where it is that one.
    pub async fn open(place: &Place, file: &Path) -> Result<Database, CentralError> {
        install();
        let turn = Arc::default();
        Ok(match place {
            Place::Folder => Database {
                pool: sqlite(file, "rw", 8).await?,
                turn,
                begin: BEGIN_SQLITE,
                file: Some(file.to_owned()),
            },
            Place::Postgres(options) => Database {
                pool: tended(16).connect_with(options.as_ref().clone()).await?,
                turn,
                begin: BEGIN_POSTGRES,
                file: None,
            },
        })
    }

    pub fn pool(&self) -> &sqlx::Pool<Db> {
        &self.pool
    }

    /// The file of SQLite, where it is that one.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    pub async fn write(&self) -> Result<Tx, CentralError> {
        let turn = self.turn.clone().lock_owned().await;
        Ok(self.start(self.begin, Some(turn)).await?)
    }

    /// A transaction that sees one moment however long it reads.
    pub async fn moment(&self) -> Result<Tx, CentralError> {
        let begin =
            if self.file.is_some() { "BEGIN" } else { "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" };
        Ok(self.start(begin, None).await?)
    }

    /// Begins a transaction on the first connection that is of use; those that are of none are closed. After a fault
    /// all of them may be, so there are as many tries as connections, and one.
    async fn start(
        &self,
        begin: &'static str,
        mut turn: Option<OwnedMutexGuard<()>>,
    ) -> Result<Tx, sqlx::Error> {
        let mut tries = self.pool.size();
        loop {
            let mut tx = Tx { connection: Some(self.pool.acquire().await?), turn };
            let Err(error) = tx.execute(begin).await else { return Ok(tx) };
            // Another process writes: the connection is in order, and the next one would wait as long.
            if is_busy(&error) {
                return Err(error);
            }
            tracing::warn!(%error, "a connection is discarded");
            turn = tx.turn.take();
            tx.discard();
            if tries == 0 {
                return Err(error);
            }
            tries -= 1;
        }
    }

    /// How much room the database takes on its disk, in bytes.
    pub async fn size(&self) -> Result<u64, CentralError> {
        if let Some(file) = &self.file {
            let of = |file: &Path| std::fs::metadata(file).map_or(0, |data| data.len());
            return Ok(of(file) + of(&file.with_extension("sqlite-wal")));
        }
        let size: i64 =
            sqlx::query_scalar("SELECT pg_database_size(current_database())").fetch_one(&self.pool).await?;
        Ok(size.max(0) as u64)
    }
}

/// A transaction. Dropped without a commit, it never was.
///
/// The library's own is not used: it counts how deep a connection is in transactions, and the count stays wrong
/// for good where a fault ended the transaction (SQLite rolls back by itself when the disk is full). Here a
/// connection returns to the pool only after a COMMIT that worked, or once it was shown that no transaction is open
/// on it; any other is closed.
pub struct Tx {
    /// `None` only while it is being dropped.
    connection: Option<PoolConnection<Db>>,
    /// The writers' turn, where it writes: handed on once the connection is in order.
    turn: Option<OwnedMutexGuard<()>>,
}

/// What holds by the way `connection` is used.
const HELD: &str = "a transaction holds its connection until it ends";

impl Tx {
    pub async fn commit(mut self) -> Result<(), sqlx::Error> {
        // Where this fails or is given up on the way, the transaction is still open for `drop`.
        self.execute("COMMIT").await?;
        self.connection = None;
        Ok(())
    }

    pub async fn rollback(mut self) -> Result<(), sqlx::Error> {
        if let Some(connection) = self.connection.take() {
            settle(connection).await;
        }
        Ok(())
    }

    /// Closes the connection, whatever state it is in.
    fn discard(mut self) {
        if let Some(connection) = self.connection.take() {
            drop(connection.detach());
        }
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        let turn = self.turn.take();
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => {
                runtime.spawn(async move {
                    settle(connection).await;
                    drop(turn);
                });
            }
            Err(_) => drop(connection.detach()),
        }
    }
}

/// Ends what is open on a connection and gives it back to the pool; closes one of which that cannot be shown.
async fn settle(mut connection: PoolConnection<Db>) {
    let ended = tokio::time::timeout(SETTLE, ends(&mut connection)).await;
    if !ended.unwrap_or(false) {
        tracing::warn!("a connection whose transaction could not be ended is discarded");
        drop(connection.detach());
    }
}

/// Rolls back. `true`: no transaction is open.
async fn ends(connection: &mut PoolConnection<Db>) -> bool {
    // SQLite may have rolled back by itself, and then has nothing to roll back. A transaction begins only where
    // none is open; neither of the two statements touches the disk.
    connection.execute("ROLLBACK").await.is_ok() || connection.execute("BEGIN; ROLLBACK").await.is_ok()
}

/// Does another connection hold SQLite's lock?
fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    // The lowest byte of SQLite's number is the kind. PostgreSQL's codes have five places.
    code.is_some_and(|code| code.len() < 5 && code.parse::<u32>().is_ok_and(|code| code & 0xff == 5))
}

impl Deref for Tx {
    type Target = <Db as sqlx::Database>::Connection;

    fn deref(&self) -> &Self::Target {
        self.connection.as_ref().expect(HELD)
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.connection.as_mut().expect(HELD)
    }
}

/// A file of SQLite that nobody writes meanwhile.
pub async fn read_only(file: &Path) -> Result<sqlx::Pool<Db>, CentralError> {
    install();
    let pool = AnyPoolOptions::new().max_connections(1);
    Ok(pool.connect_with(at(file, "mode=ro&immutable=true")?).await?)
}

/// A file of SQLite with one connection, safe against a power cut.
pub async fn sqlite(file: &Path, mode: &str, connections: u32) -> Result<sqlx::Pool<Db>, CentralError> {
    install();
    // Connections stay: where the disk is full, a new one could not even read.
    let pool = tended(connections).idle_timeout(None).max_lifetime(None).after_connect(|connection, _| {
        Box::pin(async move {
            // An import of another process holds the writer's lock for one batch at a time, well
            // below this wait.
            let settings = "PRAGMA busy_timeout = 20000; PRAGMA journal_mode = WAL; \
                            PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON";
            connection.execute(settings).await.map(drop)
        })
    });
    Ok(pool.connect_with(at(file, &format!("mode={mode}"))?).await?)
}

fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(sqlx::any::install_default_drivers);
}

/// Connections that are asked whether they hold only after a pause: to ask before each statement
/// would double the way to the database.
fn tended(connections: u32) -> AnyPoolOptions {
    AnyPoolOptions::new().max_connections(connections).test_before_acquire(false).before_acquire(
        |connection, told| {
            Box::pin(async move { Ok(told.idle_for < QUIET || connection.ping().await.is_ok()) })
        },
    )
}

fn at(file: &Path, asked: &str) -> Result<AnyConnectOptions, CentralError> {
    let file = std::path::absolute(file).map_err(|e| CentralError::io(file, e))?;
    // What means something in an address is written as its number.
    let name: String = file
        .as_os_str()
        .as_encoded_bytes()
        .iter()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                char::from(*byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect();
    Ok(AnyConnectOptions::from_str(&format!("sqlite://{name}?{asked}"))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_and_its_password_is_never_told() {
        assert!(matches!(Place::read("", None).unwrap(), Place::Folder));
        for wrong in ["mysql://a:rahasia@b/c", "central.sqlite", "postgres://a:rahasia@[b/c"] {
            let told = Place::read(wrong, None).unwrap_err().to_string();
            assert!(told.contains("database") && !told.contains("rahasia"), "{told}");
        }
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("secret");
        std::fs::write(&file, "a b/c@d\n").unwrap();
        let Place::Postgres(options) = Place::read("postgres://kantor@db/anjungan", Some(&file)).unwrap()
        else {
            panic!("PostgreSQL")
        };
        assert_eq!(options.database_url.as_str(), "postgres://kantor:a%20b%2Fc%40d@db/anjungan");
        assert!(Place::read("postgres://kantor@db/anjungan", Some(&dir.path().join("none"))).is_err());
    }

    #[tokio::test]
    async fn a_folder_may_have_any_name() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("data ?#%25 kantor é");
        std::fs::create_dir(&folder).unwrap();
        let file = folder.join("central.sqlite");
        let pool = sqlite(&file, "rwc", 1).await.unwrap();
        sqlx::query("CREATE TABLE a (b BIGINT)").execute(&pool).await.unwrap();
        pool.close().await;
        assert!(file.exists());
    }

    #[tokio::test]
    async fn the_file_is_set_to_survive_a_power_cut() {
        let dir = tempfile::tempdir().unwrap();
        let pool = sqlite(&dir.path().join("central.sqlite"), "rwc", 8).await.unwrap();
        let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&pool).await.unwrap();
        let sync: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&pool).await.unwrap();
        let keys: i64 = sqlx::query_scalar("PRAGMA foreign_keys").fetch_one(&pool).await.unwrap();
        let wait: i64 = sqlx::query_scalar("PRAGMA busy_timeout").fetch_one(&pool).await.unwrap();
        assert_eq!((mode.as_str(), sync, keys, wait), ("wal", 2, 1, 20_000));
    }
}
