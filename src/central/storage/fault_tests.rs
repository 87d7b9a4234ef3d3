//! A disk that takes nothing, at each statement of a transaction, and what is left of it: SQLite's own limit of
//! pages stands for a full disk, `query_only` for one that may only be read. `tests/disk_faults.rs` does the same to
//! the whole program, with faults of the system's calls.

use sqlx::Executor as _;

use super::*;
use crate::central::testing;

/// Statements of the transaction that meets the fault.
const STATEMENTS: usize = 6;
/// What each of them writes: two pages and more.
const LARGE: usize = 12_000;

/// Says this to every connection that the pool may hold.
async fn to_all(store: &Store, sql: &str) {
    let mut all = Vec::new();
    for _ in 0..8 {
        all.push(store.pool().acquire().await.unwrap());
    }
    for connection in &mut all {
        connection.execute(sqlx::AssertSqlSafe(sql.to_owned())).await.unwrap();
    }
}

/// Writes a transaction of several rows; how many of its statements worked.
async fn write(store: &Store, key: &str) -> (usize, Result<(), CentralError>) {
    let mut done = 0;
    let work = async {
        let mut tx = store.write().await?;
        for number in 0..STATEMENTS {
            sqlx::query("INSERT INTO audit (id, at, actor, action, subject) VALUES ($1, 0, 'x', 'y', $2)")
                .bind(format!("{key}-{number}"))
                .bind("z".repeat(LARGE))
                .execute(&mut *tx)
                .await?;
            done += 1;
        }
        Ok(tx.commit().await?)
    };
    let outcome = work.await;
    (done, outcome)
}

async fn rows(store: &Store) -> i64 {
    sqlx::query_scalar("SELECT COUNT(*) FROM audit").fetch_one(store.pool()).await.unwrap()
}

/// Twice as many writers as the pool has connections, all of whom must get through.
async fn all_write(store: &Store, key: &str) {
    let mut writers = tokio::task::JoinSet::new();
    for number in 0..16 {
        let (store, key) = (store.clone(), format!("{key}-{number}"));
        writers.spawn(async move { write(&store, &key).await.1 });
    }
    while let Some(written) = writers.join_next().await {
        written.unwrap().unwrap();
    }
}

/// SQLite, whatever database the other tests use.
async fn sqlite() -> (Store, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    (Store::open(dir.path(), &Place::Folder).await.unwrap(), dir)
}

#[tokio::test]
async fn a_full_disk_at_any_statement_is_over_when_it_is_over() {
    let mut table = Vec::new();
    for room in 0..=(STATEMENTS * 3) {
        let (store, _dir) = sqlite().await;
        let pages: i64 = sqlx::query_scalar("PRAGMA page_count").fetch_one(store.pool()).await.unwrap();
        to_all(&store, &format!("PRAGMA max_page_count = {}", pages + room as i64)).await;
        let mut acknowledged = 0;
        // More tries than there are connections: each of them meets the fault.
        for number in 0..12 {
            let (done, outcome) = write(&store, &format!("full-{number}")).await;
            match outcome {
                Ok(()) => acknowledged += STATEMENTS as i64,
                Err(CentralError::Database(error)) => {
                    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
                    assert_eq!(code.as_deref(), Some("13"), "full, and nothing else: {error}");
                    table.push((room, done));
                }
                Err(other) => panic!("{other}"),
            }
            assert_eq!(rows(&store).await, acknowledged, "whole or not at all");
        }
        to_all(&store, "PRAGMA max_page_count = 1000000").await;
        all_write(&store, "after").await;
        assert_eq!(rows(&store).await, acknowledged + 16 * STATEMENTS as i64);
    }
    for statement in 0..STATEMENTS {
        let met = table.iter().filter(|(_, done)| *done == statement).count();
        eprintln!("full at statement {}: {met} times", statement + 1);
    }
    let places: std::collections::BTreeSet<usize> = table.iter().map(|(_, done)| *done).collect();
    assert!(places.len() >= 4, "the fault was met at several statements: {places:?}");
}

#[tokio::test]
async fn a_connection_that_may_only_read_is_replaced() {
    let (store, _dir) = sqlite().await;
    to_all(&store, "PRAGMA query_only = ON").await;
    // A connection that SQLite opened while the disk took no writing is such a one, for as long as it lives.
    for number in 0..12 {
        write(&store, &format!("read-only-{number}")).await.1.unwrap();
    }
    all_write(&store, "after").await;
}

#[tokio::test]
async fn a_writer_who_goes_away_leaves_nothing_open() {
    let (store, _dir) = testing::store().await;
    let before = rows(&store).await;
    // At each of the places where it waits: for its turn, a connection, each statement, the commit.
    for steps in 0..60 {
        let key = format!("gone-{steps}");
        let work = write(&store, &key);
        tokio::pin!(work);
        for _ in 0..steps {
            if futures_poll(work.as_mut()).await {
                break;
            }
            tokio::task::yield_now().await;
        }
    }
    all_write(&store, "after").await;
    let left = rows(&store).await - before;
    assert_eq!(left % STATEMENTS as i64, 0, "whole or not at all");
}

/// Polls once. `true`: it has ended.
async fn futures_poll<T>(mut work: std::pin::Pin<&mut impl Future<Output = T>>) -> bool {
    std::future::poll_fn(|context| std::task::Poll::Ready(work.as_mut().poll(context).is_ready())).await
}
