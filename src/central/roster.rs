//! Sealed records for the stations: one a person, sealed again whenever the person, the portrait
//! or the cards change, and handed out as deltas.

use jiff::civil::Date;
use sqlx::{AssertSqlSafe, Row as _};

use super::keys::epoch;
use super::storage::{self, Store, Tx};
use super::{CentralError, Office, portrait, registry};
use crate::clock::os_random;
use crate::credential::{Code, parse};
use crate::person::{Employee, Status, card_holds};
use crate::protocol::{Blob, OpenRecord, RosterPage};
use crate::sealed::{EpochKey, LookUp, RecordId, SealedRecord, open_by_epoch, seal_record};

/// Records in one page at most.
pub const PAGE: i64 = 500;
/// A page ends early here: with portraits, 500 records would be more than a desk's line likes.
const PAGE_BYTES: usize = 2 * 1024 * 1024;

/// Seals the record of this person anew, with a wrap for each live card and one for the epoch,
/// and gives it the next change number. `picture` is the one for the record where it is at hand;
/// otherwise it is made from the newest card's photo.
pub async fn reseal(
    office: &Office,
    tx: &mut Tx,
    person: &Employee,
    picture: Option<Vec<u8>>,
) -> Result<(), CentralError> {
    let nip = person.nip.as_u64() as i64;
    let record_id: String = sqlx::query_scalar("SELECT record_id FROM people WHERE nip = $1")
        .bind(nip)
        .fetch_one(&mut **tx)
        .await?;
    let cards = sqlx::query(
        "SELECT front_code, photo_hash FROM issues
         WHERE nip = $1 AND state IN ('live', 'replaced') ORDER BY issued_at DESC, face_serial DESC",
    )
    .bind(nip)
    .fetch_all(&mut **tx)
    .await?;
    let signatures = signatures(&cards)?;
    let picture = match (picture, cards.first()) {
        (Some(picture), _) => Some(Blob(picture)),
        (None, Some(card)) => Some(Blob(record_picture(&office.store, card.try_get("photo_hash")?).await?)),
        (None, None) => None,
    };
    let signatures: Vec<&[u8]> = signatures.iter().map(Vec::as_slice).collect();
    write(office, tx, person, record_id, &signatures, picture).await
}

/// Seals the first records of people who are new, and so have no card yet, under these ids.
pub async fn seal_first(
    office: &Office,
    tx: &mut Tx,
    people: &[Employee],
    ids: Vec<String>,
) -> Result<(), CentralError> {
    let (today, epoch) = (office.today(), epoch::key(office).await?);
    let first = storage::several_ever(tx, "roster", people.len(), office.known_now()).await?;
    let sql = format!(
        "INSERT INTO roster_records (record_id, nip, change_no, version, sealed_on, sealed, epoch) VALUES {}",
        storage::rows_of_places(people.len(), 7)
    );
    let mut insert = sqlx::query(AssertSqlSafe(sql));
    for ((person, id), change_no) in people.iter().zip(ids).zip(first..) {
        let sealed = sealed(person, today, id.clone(), change_no, &[], None, &epoch)?;
        insert = insert
            .bind(id)
            .bind(person.nip.as_u64() as i64)
            .bind(change_no)
            .bind(change_no)
            .bind(today.to_string())
            .bind(sealed)
            .bind(i64::from(epoch.epoch()));
    }
    insert.execute(&mut **tx).await?;
    Ok(())
}

async fn write(
    office: &Office,
    tx: &mut Tx,
    person: &Employee,
    record_id: String,
    signatures: &[&[u8]],
    picture: Option<Blob>,
) -> Result<(), CentralError> {
    let nip = person.nip.as_u64() as i64;
    let today = office.today();
    // The stations remember it: as their cursor, and as the version below which they go back to
    // nothing.
    let change_no = storage::next_ever(tx, "roster", office.known_now()).await?;
    let epoch = epoch::key(office).await?;
    let sealed = sealed(person, today, record_id.clone(), change_no, signatures, picture, &epoch)?;
    sqlx::query(
        "INSERT INTO roster_records (record_id, nip, change_no, version, sealed_on, sealed, epoch)
         VALUES ($1, $2, $3, $3, $4, $5, $6)
         ON CONFLICT (record_id) DO UPDATE
         SET change_no = $3, version = $3, sealed_on = $4, sealed = $5, epoch = $6",
    )
    .bind(record_id)
    .bind(nip)
    .bind(change_no)
    .bind(today.to_string())
    .bind(sealed)
    .bind(i64::from(epoch.epoch()))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A person's record as the stations get it, in JSON.
fn sealed(
    person: &Employee,
    today: Date,
    record_id: String,
    change_no: i64,
    signatures: &[&[u8]],
    picture: Option<Blob>,
    epoch: &EpochKey,
) -> Result<String, CentralError> {
    let plain = serde_json::to_vec(&OpenRecord::of(&as_of(person, today), picture))
        .map_err(|_| CentralError::Stored("a record"))?;
    let sealed: SealedRecord = seal_record(
        &plain,
        RecordId(record_id),
        change_no as u64,
        signatures,
        epoch,
        &look_ups(person),
        &mut os_random(),
    )?;
    serde_json::to_string(&sealed).map_err(|_| CentralError::Stored("a record"))
}

/// Stations forget the record of this person.
pub async fn forget(office: &Office, tx: &mut Tx, nip: i64) -> Result<(), CentralError> {
    let change_no = storage::next_ever(tx, "roster", office.clock.now()).await?;
    sqlx::query("UPDATE roster_records SET nip = NULL, sealed = NULL, change_no = $2 WHERE nip = $1")
        .bind(nip)
        .bind(change_no)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Seals a record again for the epoch of today, as it is: what it says does not change.
pub async fn rewrap(office: &Office, tx: &mut Tx, record_id: &str) -> Result<(), CentralError> {
    let bad = || CentralError::Stored("a sealed record");
    let (nip, sealed, epoch): (i64, String, i64) =
        sqlx::query_as("SELECT nip, sealed, epoch FROM roster_records WHERE record_id = $1")
            .bind(record_id)
            .fetch_one(&mut **tx)
            .await?;
    let former: SealedRecord = serde_json::from_str(&sealed).map_err(|_| bad())?;
    let former_key = epoch::numbered(office, u32::try_from(epoch).map_err(|_| bad())?)?;
    let plain = open_by_epoch(&former, &former_key)?;
    let person = registry::in_tx(tx, registry::nip_from(nip)?).await?.ok_or_else(bad)?;
    let cards = sqlx::query(
        "SELECT front_code FROM issues WHERE nip = $1 AND state IN ('live', 'replaced')
         ORDER BY issued_at DESC, face_serial DESC",
    )
    .bind(nip)
    .fetch_all(&mut **tx)
    .await?;
    let signatures = signatures(&cards)?;
    let signatures: Vec<&[u8]> = signatures.iter().map(Vec::as_slice).collect();
    let change_no = storage::next_ever(tx, "roster", office.known_now()).await?;
    let key = epoch::key(office).await?;
    let id = RecordId(record_id.to_owned());
    let (version, look_ups) = (change_no as u64, look_ups(&person));
    let sealed = seal_record(&plain, id, version, &signatures, &key, &look_ups, &mut os_random())?;
    let sealed = serde_json::to_string(&sealed).map_err(|_| bad())?;
    sqlx::query(
        "UPDATE roster_records SET change_no = $2, version = $2, sealed = $3, epoch = $4 WHERE record_id = $1",
    )
    .bind(record_id)
    .bind(change_no)
    .bind(sealed)
    .bind(i64::from(key.epoch()))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What opens a record: the signatures of these cards. A replaced card still proves who its holder
/// is, so it is among them; a revoked or suspended one may be in other hands, and is not.
fn signatures(cards: &[<storage::Db as sqlx::Database>::Row]) -> Result<Vec<Vec<u8>>, CentralError> {
    cards.iter().map(|card| front_signature(&card.try_get::<String, _>("front_code")?)).collect()
}

fn look_ups(person: &Employee) -> Vec<LookUp<'_>> {
    let karpeg = person.karpeg.as_deref().map(LookUp::Karpeg);
    std::iter::once(LookUp::Nip(person.nip.as_u64())).chain(karpeg).collect()
}

/// Once a contract is over, the record says so by its status too.
fn as_of(person: &Employee, today: Date) -> Employee {
    let mut person = person.clone();
    if person.status == Status::Active && !card_holds(&person, today) {
        person.status = Status::ContractEnded;
        person.status_since = person.contract_end.and_then(|end| end.tomorrow().ok());
    }
    person
}

/// The 64 bytes that open a record: the signature in the text of a front code.
pub fn front_signature(front_code: &str) -> Result<Vec<u8>, CentralError> {
    match parse(front_code) {
        Code::Front(front) => Ok(front.signature().to_vec()),
        _ => Err(CentralError::Stored("the front code of an issue")),
    }
}

async fn record_picture(store: &Store, hash: String) -> Result<Vec<u8>, CentralError> {
    let png = store.photo(&hash).await?;
    tokio::task::spawn_blocking(move || {
        portrait::record_of(&png).map_err(|_| CentralError::Stored("a photo"))
    })
    .await
    .map_err(|_| CentralError::Worker)?
}

/// What changed after this cursor (none: everything), a page of it. `None`: this server has not
/// come that far, so the cursor is from before it was restored, or from another one. The station
/// then walks the whole roster again; an empty page would leave it with what it has for ever.
pub async fn page(store: &Store, after: i64) -> Result<Option<RosterPage>, CentralError> {
    if after > storage::current(store, "roster").await? {
        return Ok(None);
    }
    let rows = sqlx::query(
        "SELECT record_id, change_no, sealed FROM roster_records WHERE change_no > $1
         ORDER BY change_no LIMIT $2",
    )
    .bind(after)
    .bind(PAGE + 1)
    .fetch_all(store.pool())
    .await?;
    let more = rows.len() as i64 > PAGE;
    let epoch = u32::try_from(storage::current(store, epoch::COUNTER).await?.max(1)).ok();
    let mut page =
        RosterPage { records: Vec::new(), removed: Vec::new(), cursor: after.to_string(), more, epoch };
    let mut bytes = 0;
    for row in rows.iter().take(PAGE as usize) {
        if bytes > PAGE_BYTES {
            page.more = true;
            break;
        }
        match row.try_get::<Option<String>, _>("sealed")? {
            Some(sealed) => {
                bytes += sealed.len();
                let record = serde_json::from_str(&sealed);
                page.records.push(record.map_err(|_| CentralError::Stored("a sealed record"))?);
            }
            None => page.removed.push(row.try_get("record_id")?),
        }
        page.cursor = row.try_get::<i64, _>("change_no")?.to_string();
    }
    Ok(Some(page))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::central::registry::put_all;
    use crate::central::testing::office;
    use crate::person::sample;

    #[tokio::test]
    async fn pages_follow_each_other_and_hold_every_change_once() {
        let t = office().await;
        let people = sample::people(1, 620, t.office.today());
        put_all(&t.office, &people).await.unwrap();
        let page = async |after| super::page(&t.office.store, after).await.unwrap().unwrap();
        let first = page(0).await;
        assert!((first.records.len() as i64, first.more) == (PAGE, true));
        let cursor: i64 = first.cursor.parse().unwrap();
        let second = page(cursor).await;
        assert_eq!((second.records.len(), second.more), (120, false));
        let key = epoch::key(&t.office).await.unwrap();
        let mut found: Vec<_> = first
            .records
            .iter()
            .chain(&second.records)
            .map(|record| {
                let plain = open_by_epoch(record, &key).unwrap();
                serde_json::from_slice::<OpenRecord>(&plain).unwrap().nip
            })
            .collect();
        let mut expected: Vec<_> = people.iter().map(|person| person.nip).collect();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected);

        // One change: one record, found by its index as well, the older one gone.
        let mut changed = people[0].clone();
        changed.unit = "Dinas Lain".into();
        put_all(&t.office, &[changed.clone(), people[1].clone()]).await.unwrap();
        let cursor: i64 = second.cursor.parse().unwrap();
        let delta = page(cursor).await;
        assert_eq!(delta.records.len(), 1);
        let index = key.index(&LookUp::Nip(changed.nip.as_u64()));
        assert!(delta.records[0].indexes.contains(&index));
        assert!(delta.records[0].version > second.records[0].version);
        let none = page(delta.cursor.parse().unwrap()).await;
        assert_eq!((none.records.len(), none.cursor), (0, delta.cursor.clone()));

        // A record that stations must forget.
        sqlx::query("UPDATE roster_records SET sealed = NULL WHERE record_id = $1")
            .bind(&delta.records[0].id.0)
            .execute(t.office.store.pool())
            .await
            .unwrap();
        let gone = page(cursor).await;
        assert_eq!((gone.records.len(), gone.removed), (0, vec![delta.records[0].id.0.clone()]));
    }

    #[tokio::test]
    async fn a_cursor_from_before_a_restore_is_refused_and_later_changes_are_newer() {
        let t = office().await;
        let people = sample::people(1, 20, t.office.today());
        put_all(&t.office, &people[..10]).await.unwrap();
        let backed_up = storage::current(&t.office.store, "roster").await.unwrap();
        t.advance(60);
        put_all(&t.office, &people[10..]).await.unwrap();
        let lost = page(&t.office.store, backed_up).await.unwrap().unwrap();
        assert_eq!(lost.records.len(), 10);
        let held: i64 = lost.cursor.parse().unwrap();

        // The database of a minute ago comes back.
        let mut tx = t.office.store.write().await.unwrap();
        sqlx::query("DELETE FROM roster_records WHERE change_no > $1")
            .bind(backed_up)
            .execute(&mut *tx)
            .await
            .unwrap();
        sqlx::query("DELETE FROM people WHERE nip NOT IN (SELECT nip FROM roster_records)")
            .execute(&mut *tx)
            .await
            .unwrap();
        sqlx::query("UPDATE counters SET value = $1 WHERE name = 'roster'")
            .bind(backed_up)
            .execute(&mut *tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert!(page(&t.office.store, held).await.unwrap().is_none());
        assert!(page(&t.office.store, backed_up).await.unwrap().unwrap().records.is_empty());

        // What changes from here on is newer than anything a station can hold.
        t.advance(1);
        let changed = Employee { unit: "Dinas Lain".into(), ..people[0].clone() };
        put_all(&t.office, &[changed]).await.unwrap();
        let delta = page(&t.office.store, held).await.unwrap().unwrap();
        assert!(delta.records.len() == 1 && delta.records[0].version as i64 > held);
    }
}
