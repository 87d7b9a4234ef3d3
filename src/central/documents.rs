//! Signed documents that go out unchanged until they have to change: the status list and the
//! trust list. What was signed last is kept in the database, so that dates and versions never go
//! back over a restart, and in memory, so that most requests sign nothing.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use tokio::sync::Mutex;

use super::{CentralError, Office};

/// Bytes as they go out, and the tag by which a station asks whether they changed.
#[derive(Clone, Debug)]
pub struct Document {
    pub bytes: Arc<Vec<u8>>,
    pub etag: String,
}

impl Document {
    /// Bytes that are given out as they are.
    pub fn of(bytes: Vec<u8>) -> Document {
        let etag = format!("\"{}\"", HEXLOWER.encode(&Sha256::digest(&bytes)[..16]));
        Document { bytes: Arc::new(bytes), etag }
    }
}

struct Kept {
    /// What the document was built from: while this stays, nothing is built.
    state: String,
    signed_at: Timestamp,
    document: Document,
}

/// The documents in memory.
#[derive(Default)]
pub struct Documents(Mutex<HashMap<String, Kept>>);

#[derive(sqlx::FromRow)]
struct Row {
    version: i64,
    content_hash: Vec<u8>,
    signed: Vec<u8>,
    signed_at: i64,
}

/// The document of this name. `state` says what it is built from; `build` returns a hash of its
/// content and a function that signs it as a version and no earlier than the last time.
pub async fn get<S>(
    office: &Office,
    name: &str,
    state: &str,
    renew_after: Duration,
    build: impl AsyncFnOnce() -> Result<(Vec<u8>, S), CentralError>,
) -> Result<Document, CentralError>
where
    S: FnOnce(i64, Option<Timestamp>) -> Result<Vec<u8>, CentralError>,
{
    let (now, doubt) = (office.clock.now(), office.clock_doubt());
    // A clock that jumped back must not make a document look fresh for years.
    let fresh = |at: Timestamp| {
        let age = now.duration_since(at);
        age.abs() < SignedDuration::try_from(renew_after).unwrap_or(SignedDuration::ZERO)
    };
    // Held while building: two that ask at once get the same bytes.
    let mut kept = office.documents.0.lock().await;
    if let Some(kept) = kept.get(name)
        && (doubt.is_some() || (kept.state == state && fresh(kept.signed_at)))
    {
        return Ok(kept.document.clone());
    }
    let last: Option<Row> = sqlx::query_as(
        "SELECT version, content_hash, signed, signed_at FROM signed_documents WHERE name = $1",
    )
    .bind(name)
    .fetch_optional(office.store.pool())
    .await?;
    // No date is signed that may be wrong: what was signed last goes on.
    if let Some(doubt) = doubt {
        return last.map(|row| Document::of(row.signed)).ok_or(CentralError::Clock(doubt));
    }
    let (hash, sign) = build().await?;
    let last_at = last.as_ref().and_then(|row| Timestamp::from_second(row.signed_at).ok());
    let (bytes, signed_at) = match (last, last_at) {
        (Some(row), Some(at)) if row.content_hash == hash && fresh(at) => (row.signed, at),
        (last, last_at) => {
            // Stations take no version below the one they hold, and a database restored from a
            // backup does not know what was signed after it. So a version is also no less than the
            // seconds since 1970: later in time is higher, whatever was lost.
            let version = last.map_or(1, |row| row.version + 1).max(now.as_second());
            let bytes = sign(version, last_at)?;
            let at = last_at.map_or(now, |last| last.max(now));
            let mut tx = office.store.write().await?;
            sqlx::query(
                "INSERT INTO signed_documents (name, version, content_hash, signed, signed_at)
                 VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (name) DO UPDATE
                 SET version = $2, content_hash = $3, signed = $4, signed_at = $5",
            )
            .bind(name)
            .bind(version)
            .bind(&hash)
            .bind(&bytes)
            .bind(at.as_second())
            .execute(&mut *tx)
            .await?;
            tx.commit().await?;
            (bytes, at)
        }
    };
    let document = Document::of(bytes);
    kept.insert(name.to_owned(), Kept { state: state.to_owned(), signed_at, document: document.clone() });
    Ok(document)
}

/// Forgets what is kept in memory, as a restart does.
#[cfg(test)]
pub async fn forget(office: &Office) {
    office.documents.0.lock().await.clear();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::central::testing::office;
    use crate::central::trust;
    use crate::credential::TrustList;

    #[tokio::test]
    async fn versions_go_on_after_a_restore() {
        let t = office().await;
        let root = t.office.keys.root().unwrap().public();
        let version = async || {
            let bytes = trust::list(&t.office).await.unwrap().bytes;
            TrustList::verify(&bytes, &root, None).unwrap().version
        };
        let first = version().await;
        assert_eq!(first, t.office.clock.now().as_second() as u64);
        let backup: Row =
            sqlx::query_as("SELECT version, content_hash, signed, signed_at FROM signed_documents")
                .fetch_one(t.office.store.pool())
                .await
                .unwrap();
        for _ in 0..3 {
            t.advance(24 * 3600);
            assert!(version().await > first);
        }
        let held = version().await;
        // The backup comes back, and with it a server that knows nothing of the versions since.
        sqlx::query(
            "UPDATE signed_documents SET version = $1, content_hash = $2, signed = $3, signed_at = $4",
        )
        .bind(backup.version)
        .bind(backup.content_hash)
        .bind(backup.signed)
        .bind(backup.signed_at)
        .execute(t.office.store.pool())
        .await
        .unwrap();
        t.office.documents.0.lock().await.clear();
        t.advance(1);
        assert!(version().await > held);
    }
}
