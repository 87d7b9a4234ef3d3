//! The office's pages in a real browser: an administrator signs in with a second factor, finds
//! somebody, revokes a card, answers a report, makes room for a station.
//!
//! With `ANJUNGAN_PAGES=DIR` it leaves a picture of every page at two widths there.
#![cfg(feature = "central")]

mod browser;
mod central_station;
mod office;

use anjungan::credential::{CardStatus, TrustList};
use anjungan::person::{Nip, sample};
use anjungan::protocol::{Report, Reported, SignIn, SignedIn, WrongField};
use browser::Browser;
use central_station::{Station, portrait};
use office::{SMALL, WIDE, code, keep, office, sign_in};

#[test]
fn an_administrator_revokes_a_card_and_phones_and_stations_see_it() {
    let office = office();
    let (holder, staff) = (&office.people[sample::ACTIVE_PNS], &office.people[sample::ACTIVE_PPPK]);
    let nip: Nip = holder.0.parse().unwrap();
    let asked = SignIn { nip, password: holder.1.clone() };
    let signed_in: SignedIn = office.station.post("sign-in", &asked).unwrap();
    let grant = signed_in.grant.unwrap();
    let item = office.station.acceptance("ITEM-0001", &grant, &portrait(), "BCDF-GHJK");
    let issue = office.station.issued(&item);
    let reported: Reported =
        office.station.post("report", &Report { grant, fields: vec![WrongField::Unit] }).unwrap();
    let put = office.server.command(&["--json", "staff", "put", &staff.0, "--role", "administrator"], 0);
    let put: serde_json::Value = serde_json::from_str(&put).unwrap();
    let otpauth = put["otpauth"].as_str().unwrap();

    let desk = Browser::start(WIDE.0, WIDE.1);
    sign_in(&desk, &office, staff, "000000");
    desk.until("belum cocok");
    keep(&desk, "office-sign-in-again-1440");
    sign_in(&desk, &office, staff, &code(otpauth, 0));
    desk.until("Ringkasan");
    assert!(desk.text().contains("1\npegawai punya kartu"), "{}", desk.text());
    keep(&desk, "office-overview-1440");

    // Found by a part of the name, and the search stands in no address.
    desk.open(&format!("{}/kantor/orang", office.server.base()));
    let part = issue.name.split_whitespace().find(|word| word.len() > 3 && !word.contains('.')).unwrap();
    desk.write("#cari", &part.to_lowercase());
    desk.click("main form button");
    desk.until(&issue.name);
    keep(&desk, "office-people-1440");
    let address = desk.run("return location.href");
    assert!(!address.as_str().unwrap().to_lowercase().contains(&part.to_lowercase()), "{address}");
    let link =
        format!("[...document.querySelectorAll('td a')].find(a => a.innerText === {:?}).click()", issue.name);
    desk.run(&link);
    desk.until("KARPEG");
    keep(&desk, "office-person-1440");
    let shown =
        desk.run("const i = document.querySelector('.issue img'); return i.complete && i.naturalWidth > 0");
    assert_eq!(shown, true, "the portrait is there");

    // Revoked, with a reason: the list that stations fetch says so at once.
    desk.run("document.querySelectorAll('details').forEach(d => { if (d.innerText.includes('Cabut')) d.open = true })");
    keep(&desk, "office-person-revoke-1440");
    desk.write("details[open] input[name=alasan]", "Foto bukan pemegang kartu");
    desk.click("details[open] button");
    desk.until("Dicabut");
    assert!(desk.text().contains("Foto bukan pemegang kartu"));
    keep(&desk, "office-person-revoked-1440");
    let trust =
        TrustList::verify(&office.station.bytes("trust").1, &office.station.root_public(), None).unwrap();
    assert_eq!(office.station.status_of(&trust, &issue), CardStatus::Revoked);

    // A report is answered and gone from the list.
    desk.open(&format!("{}/kantor/koreksi", office.server.base()));
    desk.until(&reported.number);
    keep(&desk, "office-corrections-1440");
    desk.write("input[name=jawaban]", "Unit kerja sudah diperbaiki.");
    desk.click("main form button");
    desk.until("Tidak ada yang menunggu");

    // Room for a station: its own camera reads the code off this page.
    desk.open(&format!("{}/kantor/anjungan", office.server.base()));
    desk.until("Meja 1");
    keep(&desk, "office-stations-1440");
    desk.write("#nama", "Lobi 2");
    desk.write("#tempat", "Lobi <b>utama</b>");
    desk.click("main > .office > form button");
    desk.until("anjungan provision");
    assert!(desk.text().contains("Lobi <b>utama</b>"), "text, not markup");
    keep(&desk, "office-station-code-1440");
    let typed = desk.text_of(".code").unwrap();
    assert!(Station::try_enrol(&office.server, &typed).is_ok());

    desk.open(&format!("{}/kantor/catatan", office.server.base()));
    desk.until("Kartu dicabut");
    keep(&desk, "office-journal-1440");
    let complaints: Vec<_> = desk.log().into_iter().filter(|line| !line.contains("status of 403")).collect();
    assert!(complaints.is_empty(), "{complaints:?}");

    // The same on a phone; the second sign-in needs the next code.
    let small = Browser::start(SMALL.0, SMALL.1);
    sign_in(&small, &office, staff, &code(otpauth, 30));
    small.until("Ringkasan");
    for (path, name) in [
        ("kantor", "overview"),
        ("kantor/orang", "people"),
        ("kantor/anjungan", "stations"),
        ("kantor/catatan", "journal"),
        ("kantor?lang=en", "overview-en"),
    ] {
        small.open(&format!("{}/{path}", office.server.base()));
        small.until("Anjungan · Kantor");
        keep(&small, &format!("office-{name}-360"));
    }

    // Who is staff no more is out, whatever the browser still holds.
    office.server.command(&["staff", "remove", &staff.0], 0);
    small.open(&format!("{}/kantor/orang", office.server.base()));
    small.until("Masuk petugas kantor");
    let log = office.server.log();
    for private in [&issue.name, &nip.to_string(), &issue.serial] {
        assert!(!log.contains(private.as_str()), "{private} in the log");
    }
}

#[test]
fn each_role_sees_its_own_part_and_a_foreign_form_changes_nothing() {
    let office = office();
    let staff = &office.people[sample::ACTIVE_PNS];
    let put = office.server.command(&["--json", "staff", "put", &staff.0, "--role", "technician"], 0);
    let put: serde_json::Value = serde_json::from_str(&put).unwrap();
    let browser = Browser::start(SMALL.0, SMALL.1);
    sign_in(&browser, &office, staff, &code(put["otpauth"].as_str().unwrap(), 0));
    browser.until("Ringkasan");
    let parts = browser.text_of(".parts").unwrap();
    assert!(parts.contains("Anjungan") && !parts.contains("Orang") && !parts.contains("Catatan"), "{parts}");
    for path in ["orang", "koreksi", "catatan"] {
        browser.open(&format!("{}/kantor/{path}", office.server.base()));
        browser.until("Bukan bagian Anda");
    }
    // A form without the proof of this browser.
    browser.open(&format!("{}/kantor/anjungan", office.server.base()));
    browser.run("document.querySelector('main > .office > form input[name=bukti]').value = 'x'");
    browser.write("#nama", "Lobi 9");
    browser.write("#tempat", "Lobi");
    browser.click("main > .office > form button");
    browser.until("Tidak ada yang diubah");
    assert!(!office.server.command(&["device", "list"], 0).contains("Lobi 9"));
    // Nobody without a session gets anything but the way in.
    let (status, page) = office.server.get("/kantor/orang");
    assert!(status == 303 || page.contains("Masuk petugas kantor"), "{status}");
}
