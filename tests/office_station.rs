//! The office decides on its pages, in a real browser, and a station that is far from its next status list
//! says so at the next card: the whole line, real server, real station, real sync.
#![cfg(all(feature = "central", feature = "station"))]

mod browser;
mod central_station;
mod common;
mod office;

use std::path::Path;
use std::time::Duration;

use anjungan::clock::SystemClock;
use anjungan::person::{Nip, sample};
use browser::Browser;
use common::{Central, Network, Running, Station, run, wait_until};
use office::WIDE;
use serde_json::Value;

/// Signs an administrator in, and opens the page of the person who holds this card.
fn administrator(central: &Central, who: &(String, String), holder: &str) -> Browser {
    let put = central.command(&["--json", "staff", "put", &who.0, "--role", "administrator"]);
    let put: Value = serde_json::from_str(&put).unwrap();
    let desk = Browser::start(WIDE.0, WIDE.1);
    desk.open(&format!("{}/kantor", central.url));
    desk.until("Masuk petugas kantor");
    for (field, text) in [("#nip", &who.0), ("#sandi", &who.1)] {
        desk.write(field, text);
    }
    desk.write("#kode", &office::code(put["otpauth"].as_str().unwrap(), 0));
    desk.click("main form button");
    desk.until("Ringkasan");
    desk.open(&format!("{}/kantor/orang", central.url));
    desk.write("#cari", holder);
    desk.click("main form button");
    desk.until(&holder.parse::<Nip>().unwrap().grouped());
    desk.click("td a");
    desk.until("KARPEG");
    desk
}

/// What an administrator presses on a person's page, with a reason.
fn decide(desk: &Browser, word: &str, then: &str) {
    desk.run(&format!(
        "document.querySelectorAll('.issue details').forEach(d => d.open = d.innerText.startsWith({word:?}))"
    ));
    desk.write("details[open] input[name=alasan]", "Foto bukan pemegang kartu");
    desk.click("details[open] button");
    desk.until(then);
}

/// A station before whose camera nothing is yet. It has its lists by the time this returns.
fn looking(station: &Station) -> Running {
    let mut walk = station.guided("check");
    // Held up for a while: the verdict that stands in the end is the one that counts.
    walk.args(["--seconds", "10"]);
    let mut walk = Running::spawn(walk);
    assert!(walk.until("check-looking"), "the walk came to the camera");
    let rows = |table: &str| -> i64 {
        let sql = format!("SELECT count(*) FROM {table}");
        station.database().query_row(&sql, [], |row| row.get(0)).unwrap_or(0)
    };
    wait_until("the status list to be there", || rows("status_lists") > 0);
    wait_until("the roster to be there", || rows("roster") > 0);
    walk
}

/// Holds the card up, and reads what stands on the screen.
fn held_up(station: &Station, walk: Running, card: &Path, place: &Path) -> Value {
    // Whole, or not there.
    let part = place.with_extension("part");
    std::fs::copy(card, &part).unwrap();
    std::fs::rename(part, place).unwrap();
    assert!(walk.ends_well(), "the walk ended with a verdict");
    serde_json::from_slice(&std::fs::read(station.out().join("verdict.json")).unwrap()).unwrap()
}

#[test]
fn what_an_administrator_decides_is_seen_at_a_station_with_the_next_card() {
    let central = Central::start(10);
    let holder = &central.people[sample::ACTIVE_PNS];
    let first = Station::join(&central, &central.url, "Satu", "demo:", "demo:");
    run(&mut first.card(holder));
    let card = first.out().join("card-landscape-front.png");
    let folder = tempfile::tempdir().unwrap();
    let joined = |name: &str, url: &str| {
        let place = folder.path().join(format!("{name}.png"));
        let station = Station::join(&central, url, name, "demo:", &format!("shown:{}", place.display()));
        (station, place)
    };
    let desk = administrator(&central, &central.people[sample::ACTIVE_PPPK], &holder.0);

    // Suspended: amber at a station whose list is from before.
    let (second, place) = joined("Dua", &central.url);
    let walk = looking(&second);
    decide(&desk, "Tangguhkan", "Ditangguhkan");
    let seen = held_up(&second, walk, &card, &place);
    assert_eq!(seen["verdict"], "confirm", "{seen}");
    assert!(seen["reasons"].as_array().unwrap().contains(&"suspended".into()), "{seen}");
    decide(&desk, "Pulihkan", "Berlaku");

    // Two stations have the card's good status on their disks; then it is revoked.
    let network = Network::to(&central.url);
    let ((third, third_place), (fourth, fourth_place)) =
        (joined("Tiga", &central.url), joined("Empat", &network.url));
    let (third_walk, fourth_walk) = (looking(&third), looking(&fourth));
    network.cut();
    decide(&desk, "Cabut", "Dicabut");
    let clock = SystemClock::shared();
    let revoked = clock.monotonic();
    let seen = held_up(&third, third_walk, &card, &third_place);
    assert!(clock.monotonic() < revoked + Duration::from_mins(1), "within a minute");
    assert_eq!(seen["verdict"], "no-longer-valid", "grey at once: {seen}");
    // What made it grey is the server's word: without a network the list, which is a few minutes old, has the say.
    let seen = held_up(&fourth, fourth_walk, &card, &fourth_place);
    assert_eq!(seen["verdict"], "valid", "{seen}");
    // And once it is back, with its next lists.
    network.mend();
    std::fs::remove_file(&fourth_place).unwrap();
    let walk = looking(&fourth);
    let seen = held_up(&fourth, walk, &card, &fourth_place);
    assert_eq!(seen["verdict"], "no-longer-valid", "{seen}");
    let complaints = desk.log();
    assert!(complaints.is_empty(), "{complaints:?}");
}
