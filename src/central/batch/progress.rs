//! How far the batches are: which of their stations have joined.

use crate::central::fleet::{self, DeviceLine};
use crate::central::{CentralError, Office};

/// A batch in a list. Stations that were revoked are not counted; ready are those that joined and are approved.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct BatchLine {
    pub id: String,
    pub name: String,
    pub made_at: i64,
    pub stations: i64,
    pub ready: i64,
}

/// All batches, the newest first.
pub async fn batches(office: &Office) -> Result<Vec<BatchLine>, CentralError> {
    Ok(sqlx::query_as(
        "SELECT b.id, b.name, b.made_at, COUNT(d.id) AS stations, COUNT(d.approved_at) AS ready
         FROM device_batches b LEFT JOIN devices d ON d.batch_id = b.id AND d.revoked_at IS NULL
         GROUP BY b.id, b.name, b.made_at ORDER BY b.made_at DESC, b.id",
    )
    .fetch_all(office.store.pool())
    .await?)
}

/// What a batch is called.
pub async fn batch_name(office: &Office, id: &str) -> Result<Option<String>, CentralError> {
    Ok(sqlx::query_scalar("SELECT name FROM device_batches WHERE id = $1")
        .bind(id)
        .fetch_optional(office.store.pool())
        .await?)
}

/// The stations of a batch, by name.
pub async fn stations_of(office: &Office, id: &str) -> Result<Vec<DeviceLine>, CentralError> {
    let mut stations = fleet::devices_of(office, id).await?;
    stations.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
    Ok(stations)
}
