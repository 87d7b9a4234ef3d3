//! Many stations at once: room and a code for each, the one file that a technician copies onto all their boot
//! partitions, a sheet of labels, and each station's first staff code and PIN for the office. What is
//! secret in it is shown once; the database keeps hashes.

mod handouts;
mod list;
mod progress;

use serde::Serialize;

use super::codes::{letters, random_id};
use super::paper::{self, Label};
use super::storage::{Tx, audit};
use super::{CentralError, Office, fleet};
use crate::clock::{offset, random_bytes};
use crate::lang::Lang;
use crate::protocol::{Batch, BatchEntry};

pub use handouts::{Handout, Handouts};
pub use list::{LARGEST, ListFault, Wanted, plain, read};
pub use progress::{batch_name, batches, stations_of};

/// Digits of a first PIN.
const PIN_DIGITS: usize = 8;

/// What the office is told of one station, once.
#[derive(Clone, Serialize)]
pub struct Handed {
    pub device_id: String,
    pub name: String,
    pub place: String,
    pub serial: String,
    /// The one-time code to join; in the file and on the label.
    #[serde(skip)]
    pub code: String,
    pub staff_code: String,
    pub pin: String,
}

/// A batch that was made, with what is shown once.
pub struct Made {
    pub id: String,
    pub name: String,
    pub handed: Vec<Handed>,
}

/// Makes room for every station of the list, or for none.
pub async fn make(
    office: &Office,
    actor: &str,
    name: &str,
    wanted: Vec<Wanted>,
) -> Result<Result<Made, ListFault>, CentralError> {
    let (id, now) = (random_id(), office.clock.now());
    let name = named(office, name)?;
    let mut tx = office.store.write().await?;
    sqlx::query("INSERT INTO device_batches (id, name, made_by, made_at) VALUES ($1, $2, $3, $4)")
        .bind(&id)
        .bind(&name)
        .bind(actor)
        .bind(now.as_second())
        .execute(&mut *tx)
        .await?;
    let mut handed = Vec::with_capacity(wanted.len());
    let known = boards(&mut tx).await?;
    for Wanted { name, place, serial } in wanted {
        if known.contains(&list::plain(&serial)) {
            return Ok(Err(ListFault::Known(serial)));
        }
        let (device_id, code) = fleet::room_in(office, &mut tx, actor, &name, &place).await?;
        sqlx::query("UPDATE devices SET batch_id = $2, board_serial = $3 WHERE id = $1")
            .bind(&device_id)
            .bind(&id)
            .bind(&serial)
            .execute(&mut *tx)
            .await?;
        handed.push(hand(device_id, name, place, serial, code));
    }
    audit(&mut tx, now, actor, "device-batch", &id).await?;
    tx.commit().await?;
    Ok(Ok(Made { id, name, handed }))
}

/// New codes for those of a batch that have not joined: the former ones, and the sheet with them, are void.
pub async fn renew(office: &Office, actor: &str, id: &str) -> Result<Made, CentralError> {
    let name = batch_name(office, id).await?.ok_or(CentralError::NotFound("no such batch"))?;
    let now = office.clock.now();
    let mut tx = office.store.write().await?;
    let waiting: Vec<(String, String, String, String)> = sqlx::query_as(
        "SELECT id, name, place, board_serial FROM devices
         WHERE batch_id = $1 AND enrolled_at IS NULL AND revoked_at IS NULL ORDER BY name, id",
    )
    .bind(id)
    .fetch_all(&mut *tx)
    .await?;
    if waiting.is_empty() {
        return Err(CentralError::NotFound("every station of this batch has joined"));
    }
    let mut handed = Vec::with_capacity(waiting.len());
    for (device_id, name, place, serial) in waiting {
        let code = fleet::code_in(office, &mut tx, actor, &device_id).await?;
        handed.push(hand(device_id, name, place, serial, code));
    }
    audit(&mut tx, now, actor, "device-batch", id).await?;
    tx.commit().await?;
    Ok(Made { id: id.to_owned(), name, handed })
}

/// The file for the boot partitions.
pub fn file(office: &Office, handed: &[Handed]) -> Result<String, CentralError> {
    let entry = |one: &Handed| BatchEntry {
        serial: Some(one.serial.clone()),
        name: one.name.clone(),
        code: one.code.clone(),
        staff_code: one.staff_code.clone(),
        pin: one.pin.clone(),
    };
    let batch = Batch { central: office.config.page(""), station: handed.iter().map(entry).collect() };
    toml::to_string(&batch).map_err(|_| CentralError::Stored("the batch file"))
}

/// The sheet of labels, a PDF.
pub async fn labels(office: &Office, made: &Made, lang: Lang) -> Result<Vec<u8>, CentralError> {
    let until = offset(office.config.utc_offset_hours).to_datetime(office.clock.now() + fleet::CODE_LIFE);
    let until = until.strftime("%d-%m-%Y %H.%M").to_string();
    let label = |one: &Handed| Label {
        name: one.name.clone(),
        place: one.place.clone(),
        serial: one.serial.clone(),
        code: one.code.clone(),
        link: fleet::join_link(office, &one.code),
    };
    let (all, name): (Vec<Label>, _) = (made.handed.iter().map(label).collect(), made.name.clone());
    let _permit = office.workers.acquire().await.map_err(|_| CentralError::Worker)?;
    let drawn = tokio::task::spawn_blocking(move || paper::labels(&all, &name, &until, lang)).await;
    drawn.map_err(|_| CentralError::Worker)?.map_err(|_| CentralError::Stored("what a label is drawn from"))
}

/// What the batch is called; by its day where nobody says.
fn named(office: &Office, name: &str) -> Result<String, CentralError> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() {
        return Ok(format!("Kelompok {}", office.today().strftime("%d-%m-%Y")));
    }
    if name.chars().count() > 60 || name.chars().any(char::is_control) {
        return Err(CentralError::Argument("a batch's name has at most 60 characters".into()));
    }
    Ok(name)
}

/// Boards that a station of this server stands on.
async fn boards(tx: &mut Tx) -> Result<std::collections::BTreeSet<String>, CentralError> {
    let all: Vec<String> = sqlx::query_scalar(
        "SELECT board_serial FROM devices WHERE board_serial IS NOT NULL AND revoked_at IS NULL",
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(all.iter().map(|serial| list::plain(serial)).collect())
}

fn hand(device_id: String, name: String, place: String, serial: String, code: String) -> Handed {
    Handed { device_id, name, place, serial, code, staff_code: staff_code(), pin: pin() }
}

/// As a station makes one: `XXXXX-XXXXX`.
fn staff_code() -> String {
    let text = letters(10);
    format!("{}-{}", &text[..5], &text[5..])
}

/// Random digits that a station takes: neither a repeated block nor a run.
fn pin() -> String {
    loop {
        let digits: Vec<u8> = random_bytes::<32>()
            .into_iter()
            .filter(|byte| *byte < 250)
            .map(|byte| byte % 10)
            .take(PIN_DIGITS)
            .collect();
        let kinds: std::collections::BTreeSet<u8> = digits.iter().copied().collect();
        let step = |pair: &[u8]| (pair[1] + 10 - pair[0]) % 10;
        let runs = digits.windows(2).all(|pair| step(pair) == step(&digits));
        // More kinds of digits than a repeated block of three can have.
        if digits.len() == PIN_DIGITS && kinds.len() > 3 && !runs {
            return digits.iter().map(|digit| char::from(b'0' + digit)).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::central::testing::{TestOffice, approved, office};
    use crate::protocol::Enrol;
    use crate::sealed::StationKeys;

    const LIST: &[u8] = b"name,place,serial\nLobi 1,Lobi,00a1\nLobi 2,Lobi,a2\nMeja <b>,Aula,a3\n";

    async fn made(t: &TestOffice) -> Made {
        make(&t.office, "STAFF", "", read(LIST).unwrap()).await.unwrap().ok().unwrap()
    }

    async fn joins(t: &TestOffice, code: &str) -> bool {
        let keys = StationKeys::generate(&mut crate::clock::os_random()).unwrap();
        let asked = Enrol {
            code: code.into(),
            device_public: crate::credential::KeyPair::from_secret(random_bytes()).public().to_vec().into(),
            sealing_public: keys.public.to_vec().into(),
            version: "test".into(),
            board_serial: None,
        };
        let Ok(joined) = fleet::enrol(&t.office, &asked).await else { return false };
        approved(t, &joined.device_id).await;
        true
    }

    #[tokio::test]
    async fn a_batch_is_made_whole_or_not_and_its_page_says_who_is_ready() {
        let t = office().await;
        let first = made(&t).await;
        assert_eq!((first.handed.len(), first.name.as_str()), (3, "Kelompok 02-03-2026"));
        let again = make(&t.office, "STAFF", "x", read(LIST).unwrap()).await.unwrap();
        assert!(again.is_err_and(|fault| fault == ListFault::Known("00a1".into())), "the boards are taken");
        assert_eq!(batches(&t.office).await.unwrap().len(), 1, "and nothing of it was made");
        assert_eq!(fleet::devices(&t.office).await.unwrap().len(), 3);
        assert!(make(&t.office, "STAFF", &"x".repeat(61), read(LIST).unwrap()).await.is_err());

        assert!(joins(&t, &first.handed[1].code).await);
        let line = batches(&t.office).await.unwrap().remove(0);
        assert_eq!((line.ready, line.stations), (1, 3));
        let file: Batch = toml::from_str(&file(&t.office, &first.handed).unwrap()).unwrap();
        assert_eq!(file.station[2].serial.as_deref(), Some("a3"));

        // The day is over: new codes for the two that wait; the former are void.
        t.advance(fleet::CODE_LIFE.as_secs() as u64 + 1);
        let second = renew(&t.office, "STAFF", &first.id).await.unwrap();
        let serials: Vec<_> = second.handed.iter().map(|one| one.serial.as_str()).collect();
        assert_eq!(serials, ["00a1", "a3"]);
        assert!(!joins(&t, &first.handed[0].code).await);
        for one in &second.handed {
            assert!(joins(&t, &one.code).await);
        }
        assert_eq!(batches(&t.office).await.unwrap()[0].ready, 3);
        assert!(
            renew(&t.office, "STAFF", &first.id).await.is_err() && renew(&t.office, "x", "no").await.is_err()
        );

        // Where one is revoked, its board may join anew, and it counts no more.
        let id = &first.handed[0].device_id;
        fleet::revoke(&t.office, "STAFF", id).await.unwrap();
        assert_eq!(batches(&t.office).await.unwrap()[0].stations, 2);
        let one = read(b"name,place,serial\nLobi 1,Lobi,A1\n").unwrap();
        assert!(make(&t.office, "STAFF", "", one).await.unwrap().is_ok());
    }

    #[test]
    fn first_codes_and_pins_are_such_as_stations_take() {
        for _ in 0..200 {
            let pin = pin();
            assert_eq!(pin.len(), PIN_DIGITS);
            #[cfg(feature = "station")]
            assert_eq!(crate::provision::check_pin(&pin), Ok(()), "{pin}");
            let code = staff_code();
            assert_eq!(code.len(), 11);
            #[cfg(feature = "station")]
            assert!(crate::provision::staff_secret(&code).is_some(), "{code}");
        }
    }
}
