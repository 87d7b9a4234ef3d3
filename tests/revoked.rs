//! A station is revoked while something waits on it: the real server, a real station, a network that was gone.
#![cfg(all(feature = "central", feature = "station"))]

mod common;

use std::fs;
use std::path::Path;

use common::{Central, Network, Running, Station, wait_until};

const ACTIVE: usize = 0;

/// Every file of the folder, read as it lies there.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.append(&mut files(&path));
        } else {
            found.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
    found
}

fn told(central: &Central, name: &str) -> serde_json::Value {
    let lines = central.command(&["--json", "device", "list"]);
    let mut lines = lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    lines.find(|line| line["name"] == name).unwrap()
}

#[test]
fn what_was_accepted_is_not_lost_and_the_station_ends_empty() {
    let central = Central::start(10);
    let network = Network::to(&central.url);
    let station = Station::join(&central, &network.url, "Satu", "demo:", "demo:");
    let person = &central.people[ACTIVE];
    // Somebody accepts a photo while the network is gone.
    let mut walk = Running::spawn(station.card(person));
    assert!(walk.until("review-portrait-drawn"), "the walk came to the preview");
    network.cut();
    assert!(walk.ends_well());
    let code = station.summary()["outcome"]["pick_up"].as_str().expect("a pick-up code").to_owned();
    fs::write(station.data().join("plate.png"), b"an empty backdrop").unwrap();
    // Of the sealed portrait and of the device's key, as they lie on the disk.
    let body: String = station
        .database()
        .query_row("SELECT body FROM outbox WHERE kind = 'acceptance'", [], |row| row.get(0))
        .unwrap();
    // Two places of it: one of them lies within a page of the database.
    let middle = body.len() / 2;
    let portrait = [&body.as_bytes()[middle..middle + 64], &body.as_bytes()[middle + 512..middle + 576]];
    let key = files(&station.data().join("keys")).pop().expect("a device key").1;
    let holds = |bytes: &[u8]| {
        files(&station.data()).iter().any(|(_, file)| file.windows(bytes.len()).any(|part| part == bytes))
    };
    assert!(portrait.iter().any(|part| holds(part)) && holds(&key), "the search works");

    central.command(&["device", "revoke", &central.device("Satu")]);
    let log = station.data().with_file_name("kiosk.log");
    let kiosk = || {
        let mut command = common::anjungan();
        command.arg("kiosk").arg("--config").arg(station.config());
        command.env("ANJUNGAN_LOG", "debug").stderr(fs::File::create(&log).unwrap());
        Running::spawn(command)
    };
    // With the network gone, it keeps what it has.
    let running = kiosk();
    wait_until("the station to look for the server", || {
        fs::read_to_string(&log).unwrap().contains("sync operation=")
    });
    assert_eq!(station.acceptances(), (1, 0));
    network.mend();
    wait_until("the station to have wiped itself", || told(&central, "Satu")["wiped_at"].is_i64());
    assert!(!portrait.iter().any(|part| holds(part)) && !holds(&key), "nothing is left");
    let left: Vec<String> = files(&station.data()).into_iter().map(|(name, _)| name).collect();
    assert!(left.iter().all(|name| name.contains("station.sqlite")), "{left:?}");
    wait_until("the screen", || fs::read_to_string(&log).unwrap().contains("out-of-order"));
    running.cut_power();
    assert_eq!(central.issues(&person.0), 0, "nothing was acted on");
    assert!(told(&central, "Satu")["quarantined"].as_i64().unwrap() >= 1);

    // It says so again after the next start, and stays.
    let again = kiosk();
    wait_until("the screen after a restart", || fs::read_to_string(&log).unwrap().contains("out-of-order"));
    drop(again);

    // The office releases what an honest desk owed: the card is made, and its code fetches it elsewhere.
    let id = central.device("Satu");
    central.command(&["device", "quarantine", "release", &id]);
    assert_eq!(central.issues(&person.0), 1);
    assert_eq!(told(&central, "Satu")["quarantined"], 0);
    let other = Station::join(&central, &central.url, "Dua", "demo:", "demo:");
    let mut fetch = other.guided("pick-up");
    fetch.args(["--code", &code]);
    common::run(&mut fetch);

    // The machine may join again, and is a station like any other.
    common::run(
        common::anjungan()
            .args(["provision", &central.url, "--code", &central.code("Tiga")])
            .arg("--data")
            .arg(station.data())
            .env("ANJUNGAN_PIN", common::PIN),
    );
    central.approve("Tiga");
    common::run(&mut station.card(person));
    assert_eq!(central.issues(&person.0), 2);
}
