//! A batch that is approved before its stations join: off unless an administrator says so, by the serial number of
//! each board, and once for each. Whoever copies the batch file has codes and serial numbers together, and joins as
//! one of its stations: the file has to be kept as a key is until all have joined. The administrator can take the
//! word back at any time.

use jiff::Timestamp;

use crate::central::batch::plain;
use crate::central::storage::{Tx, audit};
use crate::central::{CentralError, Office};

/// Who approved a batch beforehand, and when.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Word {
    pub approved_at: i64,
    pub approved_by: String,
}

/// The word that counts for a batch at this moment.
pub async fn word(office: &Office, batch: &str) -> Result<Option<Word>, CentralError> {
    Ok(sqlx::query_as(
        "SELECT approved_at, approved_by FROM device_batches WHERE id = $1 AND approved_at IS NOT NULL",
    )
    .bind(batch)
    .fetch_optional(office.store.pool())
    .await?)
}

/// Approves the stations of a batch that are still to join.
pub async fn give(office: &Office, actor: &str, batch: &str) -> Result<(), CentralError> {
    put(office, actor, batch, Some(office.clock.now())).await
}

/// Takes the word back: stations that join from now on wait like all others. Those that joined stay.
pub async fn withdraw(office: &Office, actor: &str, batch: &str) -> Result<(), CentralError> {
    put(office, actor, batch, None).await
}

async fn put(office: &Office, actor: &str, batch: &str, at: Option<Timestamp>) -> Result<(), CentralError> {
    let now = office.clock.now();
    let mut tx = office.store.write().await?;
    let done = sqlx::query("UPDATE device_batches SET approved_at = $2, approved_by = $3 WHERE id = $1")
        .bind(batch)
        .bind(at.map(Timestamp::as_second))
        .bind(at.map(|_| actor))
        .execute(&mut *tx)
        .await?;
    if done.rows_affected() == 0 {
        return Err(CentralError::NotFound("no such batch"));
    }
    match at {
        Some(_) => audit(&mut tx, now, actor, "batch-approve", batch).await?,
        None => audit(&mut tx, now, actor, "batch-withdraw", batch).await?,
    }
    tx.commit().await?;
    Ok(())
}

/// Spends the word for a station that has just joined with this serial number of its board. `false`: it waits for
/// an administrator.
pub async fn spend(
    tx: &mut Tx,
    device_id: &str,
    board_serial: Option<&str>,
    now: Timestamp,
) -> Result<bool, CentralError> {
    let Some(presented) = board_serial.map(plain).filter(|serial| !serial.is_empty()) else {
        return Ok(false);
    };
    // The first time that anything joins in its place: a second joining is decided about by a person.
    let meant: Option<(String, String)> = sqlx::query_as(
        "SELECT d.board_serial, b.id FROM devices d JOIN device_batches b ON b.id = d.batch_id
         WHERE d.id = $1 AND b.approved_at IS NOT NULL AND d.approval_used_at IS NULL AND d.enrolments = 1
           AND d.board_serial IS NOT NULL AND d.revoked_at IS NULL",
    )
    .bind(device_id)
    .fetch_optional(&mut **tx)
    .await?;
    let Some((_, batch)) = meant.filter(|(serial, _)| plain(serial) == presented) else { return Ok(false) };
    let by = format!("batch {batch}");
    sqlx::query("UPDATE devices SET approved_at = $2, approved_by = $3, approval_used_at = $2 WHERE id = $1")
        .bind(device_id)
        .bind(now.as_second())
        .bind(&by)
        .execute(&mut **tx)
        .await?;
    audit(tx, now, &by, "device-approve", device_id).await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::central::approval::{Standing, named};
    use crate::central::batch::{Made, make, read, renew};
    use crate::central::fleet;
    use crate::central::fleet::tests::asks;
    use crate::central::testing::{TestOffice, office};
    use crate::protocol::{Enrol, EpochWrap};

    const LIST: &[u8] = b"name,place,serial\nA,Lobi,00a1\nB,Lobi,a2\nC,Aula,a3\nD,Aula,a4\n";

    async fn joins(t: &TestOffice, made: &Made, at: usize, serial: Option<&str>) -> (Standing, bool) {
        let asked = Enrol { board_serial: serial.map(str::to_owned), ..asks(&made.handed[at].code) };
        let enrolled = fleet::enrol(&t.office, &asked).await.unwrap();
        assert_eq!(enrolled.waiting, enrolled.epoch.epoch == EpochWrap::NONE);
        (named(&t.office, &enrolled.device_id).await.unwrap().unwrap().standing(), enrolled.waiting)
    }

    #[tokio::test]
    async fn the_word_is_off_counts_once_for_each_board_and_can_be_taken_back() {
        let t = office().await;
        let made = make(&t.office, "STAFF", "", read(LIST).unwrap()).await.unwrap().ok().unwrap();
        assert!(word(&t.office, &made.id).await.unwrap().is_none(), "off by itself");
        assert_eq!(joins(&t, &made, 0, Some("a1")).await, (Standing::Unapproved, true));
        give(&t.office, "ADMIN", &made.id).await.unwrap();
        assert_eq!(word(&t.office, &made.id).await.unwrap().unwrap().approved_by, "ADMIN");
        // Who joined before the word waits on; who is another board, or says none, waits too.
        let first = named(&t.office, &made.handed[0].device_id).await.unwrap().unwrap();
        assert_eq!(first.standing(), Standing::Unapproved);
        assert_eq!(joins(&t, &made, 1, Some("000A2")).await, (Standing::Joined, false), "as a board says it");
        assert_eq!(joins(&t, &made, 2, Some("a2")).await, (Standing::Unapproved, true), "another board");

        // The same board a second time.
        let again = fleet::new_code(&t.office, "admin", &made.handed[1].device_id).await.unwrap();
        let asked = Enrol { board_serial: Some("a2".into()), ..asks(&again) };
        assert!(fleet::enrol(&t.office, &asked).await.unwrap().waiting);

        // Withdrawn: the last one waits, also with a new code.
        withdraw(&t.office, "ADMIN", &made.id).await.unwrap();
        assert!(word(&t.office, &made.id).await.unwrap().is_none());
        let renewed = renew(&t.office, "STAFF", &made.id).await.unwrap();
        assert_eq!(renewed.handed.len(), 1);
        assert_eq!(joins(&t, &renewed, 0, Some("a4")).await, (Standing::Unapproved, true));
        for none in [give(&t.office, "A", "NOWHERE").await, withdraw(&t.office, "A", "NOWHERE").await] {
            assert!(matches!(none, Err(CentralError::NotFound(_))));
        }
    }

    #[tokio::test]
    async fn a_batch_counts_for_no_station_that_joins_without_its_number_or_outside_of_it() {
        let t = office().await;
        let made = make(&t.office, "STAFF", "", read(LIST).unwrap()).await.unwrap().ok().unwrap();
        give(&t.office, "ADMIN", &made.id).await.unwrap();
        for (at, serial) in [(0, None), (1, Some("")), (2, Some("000"))] {
            assert_eq!(joins(&t, &made, at, serial).await, (Standing::Unapproved, true), "{serial:?}");
        }
        let (_, code) = fleet::new_device(&t.office, "admin", "Meja 9", "Lobi").await.unwrap();
        let asked = Enrol { board_serial: Some("a4".into()), ..asks(&code) };
        assert!(fleet::enrol(&t.office, &asked).await.unwrap().waiting);
    }
}
