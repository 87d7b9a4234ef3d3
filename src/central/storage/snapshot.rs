//! The whole database as one file of SQLite, whichever database it is: what a backup holds. So a backup of
//! either can be restored into either.

use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use sqlx::{AssertSqlSafe, Row as _};

use super::database::{Database, Db, Query, read_only, sqlite};
use super::{MIGRATIONS, Place, Store, Tx, places, rows_of_places};
use crate::central::CentralError;

type Connection = <Db as sqlx::Database>::Connection;

/// Rows read and written at a time.
const BATCH: usize = 500;

/// What a snapshot says of itself.
pub struct Told {
    pub people: u64,
    pub cards: u64,
    /// The photos that it names.
    pub photos: Vec<String>,
}

impl Store {
    /// Copies the whole database, as it is at one moment, into a new file. The server goes on meanwhile.
    pub async fn snapshot(&self, file: &Path) -> Result<(), CentralError> {
        let made = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
        made.map_err(|e| CentralError::io(file, e))?;
        if self.database.file().is_some() {
            sqlx::query("VACUUM INTO $1")
                .bind(file.to_string_lossy().into_owned())
                .execute(self.pool())
                .await?;
            return Ok(());
        }
        let out = sqlite(file, "rw", 1).await?;
        MIGRATIONS.run(&out).await?;
        let mut from = self.database.moment().await?;
        let mut into = out.begin().await?;
        let tables = tables(&mut into).await?;
        for table in &tables {
            table.copy(&mut from, &mut into).await?;
        }
        into.commit().await?;
        from.rollback().await?;
        // One file, without the journal beside it.
        sqlx::query("PRAGMA journal_mode = DELETE").execute(&out).await?;
        out.close().await;
        Ok(())
    }

    /// What stands in a snapshot.
    pub async fn told(file: &Path) -> Result<Told, CentralError> {
        let pool = read_only(file).await?;
        let told = async {
            let count = async |sql: &'static str| -> Result<u64, sqlx::Error> {
                let count: i64 = sqlx::query_scalar(sql).fetch_one(&pool).await?;
                Ok(count as u64)
            };
            Ok(Told {
                people: count("SELECT COUNT(*) FROM people").await?,
                cards: count("SELECT COUNT(*) FROM issues").await?,
                photos: sqlx::query_scalar("SELECT hash FROM photos ORDER BY hash").fetch_all(&pool).await?,
            })
        };
        let told = told.await;
        pool.close().await;
        told
    }

    /// Looks through a whole snapshot for damage; what stands in it.
    pub async fn check(file: &Path) -> Result<Told, CentralError> {
        let pool = read_only(file).await?;
        let found: Result<String, _> = sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&pool).await;
        pool.close().await;
        if found? != "ok" {
            return Err(CentralError::Stored("the database of the backup"));
        }
        Store::told(file).await
    }

    /// Puts a snapshot into PostgreSQL, where nothing may be yet. It is there once what is returned is
    /// committed.
    pub async fn fill(place: &Place, file: &Path) -> Result<Tx, CentralError> {
        let database = Database::open(place, file).await?;
        MIGRATIONS.run(database.pool()).await?;
        // A backup of an earlier version becomes one of this version first.
        let from = sqlite(file, "rw", 1).await?;
        MIGRATIONS.run(&from).await?;
        let mut from = from.begin().await?;
        let mut into = database.write().await?;
        let tables = tables(&mut from).await?;
        for table in &tables {
            let sql = format!("SELECT 1 FROM {} LIMIT 1", table.name);
            if sqlx::query(AssertSqlSafe(sql)).fetch_optional(&mut *into).await?.is_some() {
                return Err(CentralError::Argument(
                    "a server's data is in this database already; restore into an empty one".into(),
                ));
            }
        }
        for table in &tables {
            table.copy(&mut from, &mut into).await?;
        }
        Ok(into)
    }
}

/// What a column holds, of the three that the schema knows.
#[derive(Clone, Copy)]
enum Kind {
    Integer,
    Text,
    Bytes,
}

struct Column {
    name: String,
    kind: Kind,
    in_key: bool,
}

struct Table {
    name: String,
    columns: Vec<Column>,
}

/// The tables, those that others refer to before the others. The schema is asked of SQLite, which is on
/// one side of every copy.
async fn tables(sqlite: &mut Connection) -> Result<Vec<Table>, CentralError> {
    let bad = || CentralError::Stored("the schema of the database");
    let mut names: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'
         AND name <> '_sqlx_migrations' ORDER BY name",
    )
    .fetch_all(&mut *sqlite)
    .await?;
    let mut tables: Vec<Table> = Vec::new();
    while !names.is_empty() {
        let before = names.len();
        for name in std::mem::take(&mut names) {
            let needs: Vec<String> = sqlx::query_scalar("SELECT \"table\" FROM pragma_foreign_key_list($1)")
                .bind(&name)
                .fetch_all(&mut *sqlite)
                .await?;
            if needs.iter().any(|need| *need != name && !tables.iter().any(|table| table.name == *need)) {
                names.push(name);
                continue;
            }
            let columns: Vec<(String, String, i64)> =
                sqlx::query_as("SELECT name, type, pk FROM pragma_table_info($1) ORDER BY cid")
                    .bind(&name)
                    .fetch_all(&mut *sqlite)
                    .await?;
            let columns = columns.into_iter().map(|(name, kind, key)| {
                let kind = match kind.as_str() {
                    "BIGINT" => Kind::Integer,
                    "TEXT" => Kind::Text,
                    "BYTEA" => Kind::Bytes,
                    _ => return Err(bad()),
                };
                Ok(Column { name, kind, in_key: key > 0 })
            });
            tables.push(Table { name, columns: columns.collect::<Result<_, _>>()? });
        }
        if names.len() == before {
            return Err(bad());
        }
    }
    Ok(tables)
}

impl Table {
    /// Copies every row, in the order of the key: memory does not grow with the table.
    async fn copy(&self, from: &mut Connection, into: &mut Connection) -> Result<(), CentralError> {
        let names: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
        let key: Vec<&Column> = self.columns.iter().filter(|column| column.in_key).collect();
        let key_names = key.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ");
        let select = format!("SELECT {} FROM {}", names.join(", "), self.name);
        let first = format!("{select} ORDER BY {key_names} LIMIT {BATCH}");
        let after = format!(
            "{select} WHERE ({key_names}) > ({}) ORDER BY {key_names} LIMIT {BATCH}",
            places(1, key.len())
        );
        let mut rows = sqlx::query(AssertSqlSafe(first)).fetch_all(&mut *from).await?;
        while let Some(last) = rows.last() {
            let many = rows_of_places(rows.len(), names.len());
            let sql = format!("INSERT INTO {} ({}) VALUES {many}", self.name, names.join(", "));
            let mut insert = sqlx::query(AssertSqlSafe(sql));
            for row in &rows {
                for column in &self.columns {
                    insert = bound(insert, row, column)?;
                }
            }
            insert.execute(&mut *into).await?;
            if rows.len() < BATCH {
                break;
            }
            let mut next = sqlx::query(AssertSqlSafe(after.clone()));
            for column in &key {
                next = bound(next, last, column)?;
            }
            rows = next.fetch_all(&mut *from).await?;
        }
        Ok(())
    }
}

fn bound<'q>(
    query: Query<'q>,
    row: &<Db as sqlx::Database>::Row,
    column: &Column,
) -> Result<Query<'q>, CentralError> {
    let name = column.name.as_str();
    Ok(match column.kind {
        Kind::Integer => query.bind(row.try_get::<Option<i64>, _>(name)?),
        Kind::Text => query.bind(row.try_get::<Option<String>, _>(name)?),
        Kind::Bytes => query.bind(row.try_get::<Option<Vec<u8>>, _>(name)?),
    })
}
