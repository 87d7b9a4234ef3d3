//! The thief: a whole data folder of a station that was in use, every key that lies in it, and all the
//! time in the world. No card, no staff code, no way to the server.
#![cfg(all(feature = "central", feature = "station"))]

mod common;

use std::fs;
use std::path::Path;

use anjungan::person::sample;
use anjungan::protocol::{OutboxItem, OutboxKind};
use anjungan::sealed::{
    EpochKey, SealedRecord, StaffSecret, StationKeys, WrappedEpoch, open_by_card, open_by_epoch,
    open_private, unwrap_epoch,
};
use anjungan::store::{Identity, IdentityStore as _, SqliteStore};
use common::{Central, Network, PIN, Running, Station, run, wait_until};
use data_encoding::{BASE32_NOPAD, BASE64, BASE64URL_NOPAD, HEXLOWER};
use jiff::Timestamp;

/// How pictures begin: PNG, JPEG, and WebP's own part of its head.
const PICTURES: [&[u8]; 3] = [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0\x00\x10JFIF", b"WEBPVP8"];

fn files(folder: &Path, into: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            files(&entry.path(), into);
        } else if let Ok(bytes) = fs::read(entry.path()) {
            into.push((entry.path().display().to_string(), bytes));
        }
    }
}

/// Bytes as text, one character each: the library's search in text is quick also in a debug build.
fn latin(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

fn holds(text: &str, wanted: &[u8]) -> bool {
    text.contains(&latin(wanted))
}

/// A word in every dress in which something could have written it down.
fn dresses(word: &str) -> Vec<Vec<u8>> {
    let bytes = word.as_bytes();
    // A run of base64 inside a longer one starts at one of three places; its ends are not its own.
    let inner = |skip: usize| {
        let cut = &bytes[skip.min(bytes.len())..];
        let text = BASE64.encode(&cut[..cut.len() / 3 * 3]);
        text.into_bytes()
    };
    let mut all = vec![
        bytes.to_vec(),
        word.to_uppercase().into_bytes(),
        HEXLOWER.encode(bytes).into_bytes(),
        BASE64URL_NOPAD.encode(bytes).into_bytes(),
        BASE32_NOPAD.encode(bytes).into_bytes(),
        word.encode_utf16().flat_map(u16::to_le_bytes).collect(),
    ];
    all.extend([inner(0), inner(1), inner(2)].into_iter().filter(|run| run.len() >= 8));
    all
}

/// A station that was in use: one person's card made and printed, a second one accepted while the
/// network was down and still waiting to be sent, a visitor's card looked at.
fn in_use(central: &Central) -> (Station, String) {
    let network = Network::to(&central.url);
    let first = Station::join(central, &network.url, "Satu", "demo:", "demo:");
    run(&mut first.card(&central.people[0]));
    let shown = format!("shown:{}", first.out().join("card-landscape-front.png").display());
    first.scans(&shown);
    run(&mut first.guided("check"));
    let mut walk = Running::spawn(first.card(&central.people[sample::ACTIVE_PPPK]));
    let there = walk.until("review-portrait-drawn");
    network.cut();
    if there {
        assert!(walk.ends_well());
        let code = first.summary()["outcome"]["pick_up"].as_str().unwrap_or_default().to_owned();
        assert_eq!(first.acceptances().0, 1, "an accepted portrait waits in the outbox");
        return (first, code);
    }
    panic!("the second person came to the preview");
}

#[test]
fn a_stolen_station_leaks_nobody() {
    let central = Central::start(10);
    let (station, pick_up) = in_use(&central);
    let mut stolen = Vec::new();
    files(&station.data(), &mut stolen);
    assert!(stolen.len() >= 2, "a database and a key: {:?}", stolen.iter().map(|f| &f.0).collect::<Vec<_>>());

    // 1. Nothing that names anybody, in any dress, and no picture.
    let names = central.names();
    assert_eq!(names.len(), 10);
    let mut words: Vec<String> =
        names.iter().flat_map(|(nip, name)| [nip.clone(), grouped(nip), name.clone()]).collect();
    words.extend(central.people.iter().map(|(_, password)| password.clone()));
    words.extend([
        pick_up.clone(),
        pick_up.replace('-', ""),
        station.staff_code.clone(),
        station.staff_code.replace('-', ""),
    ]);
    for (path, bytes) in &stolen {
        let bytes = &latin(bytes);
        for word in words.iter().filter(|word| word.len() >= 6) {
            for dress in dresses(word) {
                assert!(
                    !holds(bytes, &dress),
                    "{path} holds '{word}' as {:?}",
                    String::from_utf8_lossy(&dress)
                );
            }
        }
        for head in PICTURES {
            assert!(!holds(bytes, head), "{path} holds a picture");
        }
        // NIPs as a number.
        for (nip, _) in &names {
            let number: u64 = nip.parse().unwrap();
            assert!(!holds(bytes, &number.to_be_bytes()) && !holds(bytes, &number.to_le_bytes()), "{path}");
        }
    }

    // 2. Everything of the length of a key that lies there opens nothing.
    let store =
        SqliteStore::open(station.data().join("station.sqlite"), Timestamp::UNIX_EPOCH).unwrap().store;
    let identity = store.identity().unwrap().unwrap();
    let database = station.database();
    let records = records(&database);
    assert_eq!(records.len(), 10, "the region's roster is there");
    let sealed = waiting(&database);
    assert_eq!(sealed.len(), 1, "what waits in the outbox is there");
    let mut tried = 0;
    for key in candidates(&station, &identity, &database) {
        tried += 1;
        assert!(
            StationKeys::from_private(&key).is_ok_and(|keys| keys.public != identity.sealing_public),
            "the private key lies about"
        );
        assert!(unwrap_epoch(&wrapped(&identity), &key).is_err());
        for record in records.iter().take(2) {
            assert!(
                open_by_epoch(record, &EpochKey::from_secret(identity.enrolled.epoch.epoch, key)).is_err()
            );
            assert!(open_by_card(record, &key).is_err());
        }
        for item in &sealed {
            let OutboxKind::Acceptance(acceptance) = &item.kind else { continue };
            assert!(acceptance.open(&item.id, &key).is_err());
        }
    }
    assert!(tried > 500, "{tried} keys were tried");

    // 3. Guessing: the PIN alone is not enough, nor the code without it.
    let guess = StaffSecret::generate(&mut anjungan::clock::os_random());
    assert!(open_private(&identity.staff_envelope, &guess, PIN).is_err());
    assert!(anjungan::provision::unlock(&identity, &station.staff_code, "000001").is_err());
    // And the clerk whose station it was opens it, so the tests above tried the right doors.
    let clerk = anjungan::provision::unlock(&identity, &station.staff_code, PIN).unwrap();
    for record in &records {
        let plain = open_by_epoch(record, &clerk.epoch).unwrap();
        assert!(names.iter().any(|(_, name)| holds(&latin(&plain), name.as_bytes())));
    }
}

/// The region gets another key without anybody joining again, and who has the former one is left behind.
#[test]
fn after_a_station_is_lost_the_others_go_on_under_another_key() {
    let central = Central::start(10);
    let kept = Station::join(&central, &central.url, "Satu", "demo:", "demo:");
    let lost = Station::join(&central, &central.url, "Dua", "demo:", "demo:");
    let open = |station: &Station| {
        let store =
            SqliteStore::open(station.data().join("station.sqlite"), Timestamp::UNIX_EPOCH).unwrap().store;
        let identity = store.identity().unwrap().unwrap();
        (
            identity.enrolled.epoch.epoch,
            anjungan::provision::unlock(&identity, &station.staff_code, PIN).unwrap(),
        )
    };
    let synced = |station: &Station, epoch: u32| {
        let kiosk = station.kiosk();
        wait_until("the roster under this epoch", || {
            let held = records(&station.database());
            held.len() == 10
                && held.iter().all(|record| record.indexes.iter().all(|index| index.epoch == epoch))
                && epoch_held(station) == epoch
        });
        kiosk.cut_power();
    };
    synced(&kept, 1);
    synced(&lost, 1);
    let (_, former) = open(&lost);

    central.command(&["device", "revoke", &central.device("Dua")]);
    synced(&kept, 2);
    let (epoch, clerk) = open(&kept);
    assert_eq!(epoch, 2);
    for record in records(&kept.database()) {
        open_by_epoch(&record, &clerk.epoch).unwrap();
        assert!(open_by_epoch(&record, &former.epoch).is_err(), "the lost station's key opens nothing new");
    }
}

/// Which epoch key the station holds, sealed.
fn epoch_held(station: &Station) -> u32 {
    let sql = "SELECT enrolled FROM identity";
    let text: String = station.database().query_row(sql, [], |row| row.get(0)).unwrap();
    let enrolled: anjungan::protocol::Enrolled = serde_json::from_str(&text).unwrap();
    enrolled.epoch.epoch
}

fn grouped(nip: &str) -> String {
    nip.parse::<anjungan::person::Nip>().unwrap().grouped()
}

fn wrapped(identity: &Identity) -> WrappedEpoch {
    let epoch = &identity.enrolled.epoch;
    WrappedEpoch { epoch: epoch.epoch, sealed: epoch.wrapped.0.clone() }
}

fn records(database: &rusqlite::Connection) -> Vec<SealedRecord> {
    let mut query = database.prepare("SELECT sealed FROM roster").unwrap();
    let rows = query.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
    rows.map(|row| serde_json::from_slice(&row.unwrap()).unwrap()).collect()
}

/// Every text and blob of every table but the roster.
fn cells(database: &rusqlite::Connection) -> Vec<Vec<u8>> {
    let mut tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").unwrap();
    let tables: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().flatten().collect();
    let mut cells = Vec::new();
    for table in tables.iter().filter(|table| !table.starts_with("roster")) {
        let mut query = database.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
        let columns = query.column_count();
        let mut rows = query.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..columns {
                match row.get_ref(column).unwrap() {
                    rusqlite::types::ValueRef::Blob(bytes) | rusqlite::types::ValueRef::Text(bytes) => {
                        cells.push(bytes.to_vec());
                    }
                    _ => {}
                }
            }
        }
    }
    cells
}

/// Portraits that wait to be sent.
fn waiting(database: &rusqlite::Connection) -> Vec<OutboxItem> {
    let items =
        cells(database).into_iter().filter_map(|cell| serde_json::from_slice::<OutboxItem>(&cell).ok());
    items.filter(|item| matches!(item.kind, OutboxKind::Acceptance(_))).collect()
}

/// All that could be a key: the files, and every run of 32 bytes of whatever is short.
fn candidates(station: &Station, identity: &Identity, database: &rusqlite::Connection) -> Vec<[u8; 32]> {
    let mut pieces: Vec<Vec<u8>> = cells(database).into_iter().filter(|cell| cell.len() < 4_000).collect();
    let mut keys = Vec::new();
    files(&station.data().join("keys"), &mut keys);
    assert!(!keys.is_empty(), "the device's own key is there");
    pieces.extend(keys.into_iter().map(|(_, bytes)| bytes));
    pieces.push(identity.staff_envelope.sealed.clone());
    pieces.push(identity.enrolled.epoch.wrapped.0.clone());
    // Bytes that stand in JSON as text.
    let texts: Vec<Vec<u8>> = pieces
        .iter()
        .filter_map(|piece| std::str::from_utf8(piece).ok())
        .flat_map(|text| {
            text.split(['"', ',', ':', '{', '}', '[', ']']).map(str::to_owned).collect::<Vec<_>>()
        })
        .filter(|word| word.len() >= 32)
        .filter_map(|word| {
            let word = word.as_bytes();
            let decoded = BASE64.decode(word).or_else(|_| BASE64URL_NOPAD.decode(word));
            decoded.or_else(|_| HEXLOWER.decode(word)).ok()
        })
        .collect();
    pieces.extend(texts);
    let mut found: Vec<[u8; 32]> =
        pieces.iter().flat_map(|piece| piece.windows(32)).map(|run| run.try_into().unwrap()).collect();
    found.sort_unstable();
    found.dedup();
    found
}
