//! The phone's page in a real browser: from the QR code on a card's PNG to the holder's data.
//!
//! With `ANJUNGAN_PAGES=DIR` it leaves a picture of every page at two widths there.
#![cfg(all(feature = "central", feature = "station"))]

mod browser;
mod central_station;

use std::path::PathBuf;

use anjungan::card::{self, CardData, Codes, Orientation, Side};
use anjungan::person::sample;
use anjungan::protocol::{Issue, SignIn, SignedIn};
use anjungan::scan::{self, Luma};
use browser::Browser;
use central_station::{Server, Station, portrait};

const SMALL: (u32, u32) = (360, 720);
const WIDE: (u32, u32) = (1440, 900);

/// A server that knows one card, and the card.
fn issued() -> (Server, Issue) {
    let server = Server::new();
    let file = server.data.path().join("credentials.csv");
    let path = file.to_str().unwrap();
    server.command(&["sample", "--count", "10", "--seed", "3", "--credentials", path, "--active", "9"], 0);
    let text = std::fs::read_to_string(&file).unwrap();
    let (nip, password) = text.lines().nth(sample::ACTIVE_PNS).unwrap().split_once(',').unwrap();
    let server = server.start_talking();
    let station = Station::enrol(&server);
    let asked = SignIn { nip: nip.parse().unwrap(), password: password.to_owned() };
    let signed_in: SignedIn = station.post("sign-in", &asked).unwrap();
    let item = station.acceptance("ITEM-0001", &signed_in.grant.unwrap(), &portrait(), "BCDF-GHJK");
    let issue = station.issued(&item);
    (server, issue)
}

/// What the camera of a phone reads off the front of the card as it is printed.
fn read_off_the_card(issue: &Issue) -> String {
    let data = CardData {
        kind: issue.nip.kind(),
        name: issue.name.clone(),
        nip: issue.nip,
        body: issue.body.clone(),
        unit: issue.unit.clone(),
        face_serial: Some(issue.face_serial.clone()),
        issued_on: Some(issue.issued_on),
        photo: Some(image::load_from_memory(&issue.photo_png.0).unwrap().to_rgba8()),
        codes: Some(Codes { front: issue.front_code.clone(), back: issue.back_code.clone() }),
        return_to: issue.return_to.clone(),
    };
    let templates = card::Templates::builtin();
    let png = card::png(&data, Orientation::Landscape, Side::Front, &templates).unwrap();
    let grey = image::load_from_memory(&png).unwrap().to_luma8();
    let found = scan::read(Luma::from(&grey), &scan::Budget::unlimited());
    assert_eq!(found.len(), 1);
    found[0].text()
}

/// The link, at this server's own address instead of the office's.
fn at(server: &Server, link: &str) -> String {
    let path = link.find("/V/").unwrap();
    format!("{}{}", server.base(), &link[path..])
}

fn keep(browser: &Browser, name: &str) {
    if let Some(dir) = std::env::var_os("ANJUNGAN_PAGES") {
        browser.picture(&PathBuf::from(dir).join(format!("{name}.png")));
    }
}

/// Once as it is, once in English.
fn keep_both(browser: &Browser, name: &str) {
    keep(browser, &format!("{name}-id"));
    browser.run("document.documentElement.lang = 'en'");
    keep(browser, &format!("{name}-en"));
    browser.run("document.documentElement.lang = 'id'");
}

#[test]
fn from_the_code_on_the_card_to_the_holders_data() {
    let (server, issue) = issued();
    let link = read_off_the_card(&issue);
    assert_eq!(link, issue.front_code);
    let url = at(&server, &link);
    let grouped = issue.nip.grouped();

    let phone = Browser::start(SMALL.0, SMALL.1);
    phone.open(&url);
    phone.until("BERLAKU");
    // Nothing about a person before the captcha.
    let html = phone.run("return document.documentElement.outerHTML");
    let html = html.as_str().unwrap();
    for private in [issue.name.as_str(), &grouped, &issue.nip.to_string(), &issue.body, &issue.face_serial] {
        assert!(!html.contains(private), "{private} before the captcha");
    }
    keep_both(&phone, "valid-360");

    // Wrong digits: told, and other digits.
    let first = phone.text_of("#digits").unwrap();
    phone.write("#angka", "00000");
    phone.click("form button");
    phone.until("Angkanya belum sama");
    let second = phone.text_of("#digits").unwrap();
    assert_ne!(first, second);
    keep_both(&phone, "captcha-again-360");
    // A screen reader's user types what is read out, with blanks between.
    phone.write("#angka", &second.chars().flat_map(|c| [c, ' ']).collect::<String>());
    phone.click("form button");
    phone.until(&issue.name);
    let page = phone.text();
    for fact in [grouped.as_str(), &issue.body, &issue.face_serial, "PNS aktif", "TMT PNS", "Tanggal terbit"]
    {
        assert!(page.contains(fact), "{fact} in:\n{page}");
    }
    keep_both(&phone, "data-360");
    // The other language is a touch away, and asks for no captcha again.
    phone.click("[data-tongue]");
    phone.until("The holder's data");
    assert!(phone.text().contains("PNS, in service") && !phone.text().contains("Data pemegang"));
    let overflow =
        phone.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth");
    assert_eq!(overflow, 0, "nothing sticks out of a small phone");
    let complaints: Vec<_> = phone.log().into_iter().filter(|line| !line.contains("status of 422")).collect();
    assert!(complaints.is_empty(), "no script, style or policy complains: {complaints:?}");
    // What stands after '#' went into no address that the browser asked for.
    let asked = phone.run("return performance.getEntries().map(entry => entry.name).join(' ')");
    let signed = link.split_once('#').unwrap().1;
    let asked = asked.as_str().unwrap().replace(&url, "");
    assert!(!asked.contains(signed), "{asked}");
    drop(phone);

    // A code that was changed by a letter, one that was cut, a number without a code.
    let wide = Browser::start(WIDE.0, WIDE.1);
    let (rest, last) = url.split_at(url.len() - 40);
    let changed =
        format!("{rest}{}", last.chars().map(|c| if c == 'A' { 'B' } else { 'A' }).collect::<String>());
    wide.open(&changed);
    wide.until("KODE TIDAK SAH");
    assert!(wide.text_of("form").is_none());
    keep_both(&wide, "not-genuine-1440");
    wide.open("about:blank");
    wide.open(url.split_once('#').unwrap().0);
    wide.until("tidak ikut terbaca");
    keep_both(&wide, "no-code-1440");
    wide.open(&url);
    wide.until("BERLAKU");
    keep_both(&wide, "valid-1440");
    drop(wide);

    let plain = Browser::without_script(SMALL.0, SMALL.1);
    plain.open(&url);
    plain.until("JavaScript");
    assert!(plain.text().contains("belum diperiksa") && !plain.text().contains("BERLAKU"));
    keep(&plain, "no-script-360-id");
    drop(plain);

    // The office withdraws the signing key: this very card is still on record, and no more than that.
    let kid = server.signing_key();
    server.command(&["key", "revoke", &kid], 0);
    let phone = Browser::start(SMALL.0, SMALL.1);
    phone.open(&url);
    phone.until("PERLU DIPASTIKAN");
    assert!(phone.text().contains("perlu diganti") && phone.text_of("form").is_none());
    keep_both(&phone, "confirm-360");

    // Its holder leaves.
    let row = format!(
        "nip;nama;status;sejak;instansi\n{};{};pensiun;2020-01-01;{}\n",
        issue.nip, issue.name, issue.body
    );
    let file = server.data.path().join("leaves.csv");
    std::fs::write(&file, row).unwrap();
    server.command(&["import", file.to_str().unwrap()], 0);
    phone.open("about:blank");
    phone.open(&url);
    phone.until("TIDAK BERLAKU LAGI");
    assert!(phone.text_of("form").is_none() && !phone.text().to_lowercase().contains("pensiun"));
    keep_both(&phone, "no-longer-valid-360");

    // Nothing of all this stands in what the server says when it says everything.
    let log = server.log();
    assert!(log.contains("DEBUG") && log.len() > 1_000, "it was talking");
    for private in
        [&issue.serial, &issue.name, &issue.nip.to_string(), &signed[..40].to_owned(), &issue.face_serial]
    {
        assert!(!log.contains(private.as_str()), "{private} in the log");
    }

    // The server goes away: not a word about the card's being wrong.
    phone.open("about:blank");
    phone.open(url.split_once('#').unwrap().0);
    phone.until("tidak ikut terbaca");
    drop(server);
    phone.run(&format!("history.replaceState(null, '', '#{signed}'); verdict()"));
    phone.until("Jaringan terputus");
    assert!(phone.text().contains("bukan berarti tidak sah"));
    keep_both(&phone, "offline-360");
}
