//! Journeys through the whole thing: the real server, real stations on a headless display whose
//! buttons are pressed by their words, a network that goes, and power that is cut.

mod common;

use common::{Central, Network, Running, Station, run, wait_until};

/// The first made-up person is an active PNS, see `person::sample`.
const ACTIVE: usize = 0;
const CANDIDATE: usize = 2;

#[test]
fn from_sign_in_to_a_card_that_another_desk_finds_valid() {
    let central = Central::start(10);
    let first = Station::join(&central, &central.url, "Satu", "demo:", "demo:");
    run(&mut first.card(&central.people[ACTIVE]));
    assert_eq!(central.issues(&central.people[ACTIVE].0), 1);
    assert!(first.summary()["outcome"]["face_serial"].as_str().unwrap().starts_with('A'));

    let shown = format!("shown:{}", first.out().join("card-landscape-front.png").display());
    let second = Station::join(&central, &central.url, "Dua", "demo:", &shown);
    run(&mut second.guided("check"));
    let verdict: serde_json::Value =
        serde_json::from_slice(&std::fs::read(second.out().join("verdict.json")).unwrap()).unwrap();
    assert_eq!(verdict["verdict"], "valid", "{verdict}");
    assert_eq!(verdict["portrait"], true, "the scan opened its own person's record");

    // The same through the technician's command, from the station's own keys and lists. A machine
    // whose clock nobody confirmed says so, and calls nothing a forgery because of it.
    let front = first.out().join("card-landscape-front.png");
    let out = common::anjungan()
        .args(["scan", "--json", "--verify"])
        .arg("--data")
        .arg(second.data())
        .arg(front)
        .output()
        .unwrap();
    let facts: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    match facts["verdict"].as_str().unwrap() {
        "valid" => assert_eq!(out.status.code(), Some(0)),
        "confirm" => assert_eq!(facts["reasons"], serde_json::json!(["clock-untrusted"])),
        other => panic!("{other}: {facts}"),
    }
}

#[test]
fn a_candidate_is_told_the_rule_and_gets_no_card() {
    let central = Central::start(10);
    let station = Station::join(&central, &central.url, "Satu", "demo:", "demo:");
    let out = station.card(&central.people[CANDIDATE]).output().unwrap();
    assert_eq!(out.status.code(), Some(2), "the walk cannot go on");
    let said = String::from_utf8_lossy(&out.stderr);
    assert!(said.contains("Kartu belum dapat diterbitkan"), "{said}");
    assert_eq!(central.issues(&central.people[CANDIDATE].0), 0);
}

#[test]
fn a_network_that_goes_after_the_preview_ends_in_a_pick_up_code_and_later_in_a_card() {
    let central = Central::start(10);
    let network = Network::to(&central.url);
    let station = Station::join(&central, &network.url, "Satu", "demo:", "demo:");
    let person = &central.people[ACTIVE];

    let mut walk = Running::spawn(station.card(person));
    assert!(walk.until("review-portrait-drawn"), "the walk came to the preview");
    network.cut();
    assert!(walk.ends_well());
    let summary = station.summary();
    let code = summary["outcome"]["pick_up"].as_str().expect("a pick-up code").to_owned();
    assert_eq!(central.issues(&person.0), 0);
    assert_eq!(station.acceptances(), (1, 0));

    network.mend();
    let kiosk = station.kiosk();
    wait_until("the card to be made", || central.issues(&person.0) == 1);
    wait_until("the station to know", || station.acceptances() == (0, 1));
    kiosk.cut_power();

    // Another station of the office hands the card out.
    let other = Station::join(&central, &central.url, "Dua", "demo:", "demo:");
    run(other.guided("pick-up").args(["--code", &code]));
    assert!(other.paper().metadata().unwrap().len() > 10_000, "the slip was printed");
    assert_eq!(central.issues(&person.0), 1);
}

/// Whether the station has said that the photo is accepted when the power goes.
#[derive(Clone, Copy, PartialEq)]
enum Said {
    Nothing,
    /// The button is pressed; the disk may or may not have it yet.
    NotYet,
    Accepted,
}

/// Cuts the power at a step, switches on again, and counts cards.
fn power_cut_at(step: &str, said: Said) {
    let central = Central::start(10);
    let station = Station::join(&central, &central.url, "Satu", "demo:", "demo:");
    let person = &central.people[ACTIVE];
    let mut walk = Running::spawn(station.card(person));
    assert!(walk.until(step), "the walk came to {step}");
    walk.cut_power();

    let (kept, issued) = station.acceptances();
    let accepted = kept + issued;
    match said {
        Said::Nothing => assert_eq!(accepted, 0, "at {step}"),
        Said::NotYet => assert!(accepted <= 1, "at {step}"),
        Said::Accepted => assert_eq!(accepted, 1, "at {step}: what was said is on the disk"),
    }
    let kiosk = station.kiosk();
    if accepted == 1 {
        wait_until("the accepted card to arrive", || station.acceptances() == (0, 1));
    } else {
        // What never was accepted must not turn into a card by itself.
        std::thread::sleep(std::time::Duration::from_secs(3));
    }
    // The station asks its jobs of yesterday soon after it starts, not before.
    wait_until("no job to wait for nobody", || station.open_jobs() == 0);
    kiosk.cut_power();
    assert_eq!(central.issues(&person.0), accepted, "at {step}: every accepted card once, no other");
    let slips = station.paper().metadata().map_or(0, |file| file.len());
    // One slip of this person has some 78 kB.
    assert!(slips < 120_000, "at {step}: not printed twice");
}

#[test]
fn power_cut_while_signing_in() {
    power_cut_at("sign-in-password-typed", Said::Nothing);
}

#[test]
fn power_cut_before_the_photo() {
    power_cut_at("photo-invite", Said::Nothing);
}

#[test]
fn power_cut_during_the_countdown() {
    power_cut_at("photo-countdown", Said::Nothing);
}

#[test]
fn power_cut_at_the_preview() {
    power_cut_at("review-landscape-again", Said::Nothing);
}

#[test]
fn power_cut_right_after_the_acceptance() {
    power_cut_at("accepting", Said::NotYet);
}

#[test]
fn power_cut_the_moment_the_photo_is_said_to_be_kept() {
    power_cut_at("kept", Said::Accepted);
}

#[test]
fn power_cut_when_the_card_is_issued() {
    power_cut_at("issued", Said::Accepted);
}

#[test]
fn power_cut_while_printing() {
    power_cut_at("printing", Said::Accepted);
}

#[test]
fn power_cut_at_the_end() {
    power_cut_at("done", Said::Accepted);
}
