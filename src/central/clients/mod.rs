//! Other systems that may read or write people through the API: each with a key of its own.

mod cli;

use clap::ValueEnum;
use serde::Serialize;

use super::codes::{new_token, random_id, token_hash};
use super::storage::audit;
use super::{CentralError, Office};

pub use cli::ClientCommand;

/// How often it is written down that a key is in use.
const NOTED_EVERY_S: i64 = 60;

/// What a key opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// People and the state of cards.
    Read,
    /// The same, and changes to people.
    Write,
}

impl Scope {
    pub fn word(self) -> &'static str {
        match self {
            Scope::Read => "read",
            Scope::Write => "write",
        }
    }

    pub fn parse(word: &str) -> Option<Scope> {
        Scope::value_variants().iter().copied().find(|scope| scope.word() == word)
    }
}

/// A line of `client list`.
#[derive(Clone, Debug, Serialize, sqlx::FromRow)]
pub struct ClientLine {
    pub id: String,
    pub name: String,
    pub scope: String,
    pub created_at: i64,
    pub used_at: Option<i64>,
    pub revoked_at: Option<i64>,
}

/// Another system, by its key.
#[derive(Clone, Debug)]
pub struct Client {
    pub id: String,
    pub scope: Scope,
}

/// A key for another system: its id, and the key, which is shown this once.
pub async fn new_client(
    office: &Office,
    actor: &str,
    name: &str,
    scope: Scope,
) -> Result<(String, String), CentralError> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name.chars().count() > 60 || name.chars().any(char::is_control) {
        return Err(CentralError::Argument("a client's name has 1 to 60 characters".into()));
    }
    let (id, key, now) = (random_id(), new_token(), office.clock.now());
    let mut tx = office.store.write().await?;
    sqlx::query(
        "INSERT INTO api_clients (id, name, scope, key_hash, created_at, created_by)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&id)
    .bind(name)
    .bind(scope.word())
    .bind(token_hash(&key))
    .bind(now.as_second())
    .bind(actor)
    .execute(&mut *tx)
    .await?;
    audit(&mut tx, now, actor, "api-key-new", &id).await?;
    tx.commit().await?;
    Ok((id, key))
}

/// From this moment the key opens nothing.
pub async fn revoke(office: &Office, actor: &str, id: &str) -> Result<(), CentralError> {
    let now = office.clock.now();
    let mut tx = office.store.write().await?;
    let done = sqlx::query("UPDATE api_clients SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL")
        .bind(id)
        .bind(now.as_second())
        .execute(&mut *tx)
        .await?;
    if done.rows_affected() == 0 {
        return Err(CentralError::NotFound("no such client, or its key is revoked already"));
    }
    audit(&mut tx, now, actor, "api-key-revoke", id).await?;
    tx.commit().await?;
    Ok(())
}

/// All of them, the oldest first.
pub async fn list(office: &Office) -> Result<Vec<ClientLine>, CentralError> {
    Ok(sqlx::query_as(
        "SELECT id, name, scope, created_at, used_at, revoked_at FROM api_clients ORDER BY created_at, id",
    )
    .fetch_all(office.store.pool())
    .await?)
}

pub async fn name_of(office: &Office, id: &str) -> Result<Option<String>, CentralError> {
    Ok(sqlx::query_scalar("SELECT name FROM api_clients WHERE id = $1")
        .bind(id)
        .fetch_optional(office.store.pool())
        .await?)
}

/// Whose key this is; nobody's where it was revoked.
pub async fn find(office: &Office, key: &str) -> Result<Option<Client>, CentralError> {
    let row: Option<(String, String, Option<i64>)> = sqlx::query_as(
        "SELECT id, scope, used_at FROM api_clients WHERE key_hash = $1 AND revoked_at IS NULL",
    )
    .bind(token_hash(key))
    .fetch_optional(office.store.pool())
    .await?;
    let Some((id, scope, used_at)) = row else { return Ok(None) };
    let now = office.clock.now().as_second();
    if used_at.is_none_or(|at| now - at >= NOTED_EVERY_S) {
        let mut tx = office.store.write().await?;
        sqlx::query("UPDATE api_clients SET used_at = $2 WHERE id = $1")
            .bind(&id)
            .bind(now)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
    }
    let scope = Scope::parse(&scope).ok_or(CentralError::Stored("a scope"))?;
    Ok(Some(Client { id, scope }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::central::testing::office;

    #[tokio::test]
    async fn a_key_opens_until_it_is_revoked_and_lies_nowhere() {
        let t = office().await;
        let (id, key) = new_client(&t.office, "admin", "  SIMPEG\tdaerah ", Scope::Write).await.unwrap();
        let client = find(&t.office, &key).await.unwrap().unwrap();
        assert_eq!((client.id.as_str(), client.scope), (id.as_str(), Scope::Write));
        assert!(find(&t.office, "x").await.unwrap().is_none());
        let line = &list(&t.office).await.unwrap()[0];
        assert!(line.name == "SIMPEG daerah" && line.used_at.is_some());
        let hash: Vec<u8> = sqlx::query_scalar("SELECT key_hash FROM api_clients")
            .fetch_one(t.office.store.pool())
            .await
            .unwrap();
        assert!(!hash.windows(8).any(|part| part == &key.as_bytes()[..8]));
        revoke(&t.office, "admin", &id).await.unwrap();
        assert!(find(&t.office, &key).await.unwrap().is_none());
        assert!(matches!(revoke(&t.office, "admin", &id).await, Err(CentralError::NotFound(_))));
        assert!(new_client(&t.office, "admin", " ", Scope::Read).await.is_err());
    }
}
