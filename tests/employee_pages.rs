//! The employee's pages in a real browser, from the activation code to a card of one's own photo,
//! and what happens when the office takes it back.
//!
//! With `ANJUNGAN_PAGES=DIR` it leaves a picture of every page at two widths there.
#![cfg(feature = "central")]

mod browser;
mod central_station;
mod employee;
mod letters;

use std::path::Path;
use std::time::Duration;

use anjungan::clock::SystemClock;
use anjungan::person::{Nip, sample};
use anjungan::protocol::{AskSignIn, SignInAnswer, SignInOffer};
use browser::Browser;
use central_station::Station;
use employee::{
    Office, PASSWORD, SIZE, SMALL, complaints, drawn, images_are_there, keep, keep_both, looked, newest,
};

#[test]
fn from_an_activation_code_to_a_card_with_ones_own_photo_until_the_office_revokes_it() {
    let office = Office::new("");
    let folder = tempfile::tempdir().unwrap();
    let station = Station::enrol(&office.server);
    let nip = &office.people[sample::ACTIVE_PNS].0;
    let code = office.server.command(&["--json", "user", "reset", nip], 0);
    let code: serde_json::Value = serde_json::from_str(&code).unwrap();
    let code = code["code"].as_str().unwrap();

    let phone = Browser::start(SMALL.0, SMALL.1);
    activates(&office, &phone, nip, code);
    signs_in(&office, &phone, nip);
    takes_a_photo(&office, &phone, folder.path());
    looks_at_the_card(&office, &phone);
    let (serial, state) = newest(&office, nip);
    assert_eq!(state, "live");
    looked(&station, &serial);
    reads_what_is_theirs(&office, &phone);

    // The office revokes the card.
    let revoke = ["issue", "decide", "revoke", &serial, "--reason", "Foto bukan pemegang"];
    office.server.command(&revoke, 0);
    office.open(&phone, "/akun/kartu");
    phone.until("TIDAK BERLAKU LAGI");
    assert!(phone.text().contains("mencabut") && phone.text_of(".faces").is_none());
    keep_both(&phone, "card-revoked");
    assert_eq!(newest(&office, nip), (serial.clone(), "revoked".to_owned()));

    // A second phone is signed in, and then all are out.
    let other = Browser::start(SMALL.0, SMALL.1);
    office.sign_in(&other, nip, PASSWORD);
    other.until("Layanan Lainnya");
    office.open(&phone, "/akun/ponsel");
    phone.until("ponsel ini");
    phone.click("form[action*='keluar-semua'] button");
    phone.until("Kata sandi Anjungan");
    office.open(&other, "/akun/kartu");
    other.until("Kata sandi Anjungan");
    for browser in [&phone, &other] {
        assert_eq!(complaints(browser), Vec::<String>::new());
    }
    office.says_nothing_of(&[nip, &serial, PASSWORD, code]);
}

/// With a slip first.
fn activates(office: &Office, phone: &Browser, nip: &str, code: &str) {
    office.open(phone, "/aktivasi");
    keep_both(phone, "activate");
    let activate = |again: &str| {
        phone.run("document.querySelectorAll('input').forEach(i => i.value = '')");
        for (field, text) in [("#nip", nip), ("#code", code), ("#password", PASSWORD), ("#again", again)] {
            phone.write(field, text);
        }
        phone.click("main form button");
    };
    activate("melati di taman");
    phone.until("tidak sama");
    keep(phone, "activate-differ");
    activate(PASSWORD);
    phone.until("Masuk");
    keep(phone, "activate-done");
}

/// And comes to the card that is not there yet.
fn signs_in(office: &Office, phone: &Browser, nip: &str) {
    office.open(phone, "/");
    phone.until("Kata sandi Anjungan");
    keep_both(phone, "sign-in");
    office.sign_in(phone, nip, "bukan ini dia");
    phone.until("belum cocok");
    keep(phone, "sign-in-again");
    phone.write("#sandi", PASSWORD);
    phone.click("#ingat");
    phone.click("main form button");
    phone.until("Layanan Lainnya");
    keep_both(phone, "services");
    assert_eq!(
        phone.run(
            "return document.querySelector('link[rel=manifest]').href.endsWith('/manifest.webmanifest')"
        ),
        true
    );
    phone.click(".ways a[href*='/akun/kartu']");
    phone.until("Belum ada kartu");
    keep_both(phone, "card-none");
    phone.click("a[href*='/akun/foto']");
    phone.until("Panduan foto");
    images_are_there(phone);
    keep_both(phone, "photo");
}

/// A bad one, a large one, one that is thrown away, and the one of the card.
fn takes_a_photo(office: &Office, phone: &Browser, folder: &Path) {
    // A dark photo: one thing to do, in both languages, and nothing of it is kept.
    let photos = office.server.data.path().join("data/photos");
    phone.write("#foto", drawn(folder, "gelap.jpg", SIZE, 8).to_str().unwrap());
    phone.click("main form button");
    phone.until("Gambar terlalu gelap");
    assert!(phone.text().contains("too dark") && phone.text().contains("F04"));
    keep(phone, "photo-refused");
    assert_eq!(std::fs::read_dir(&photos).unwrap().count(), 0);

    // One as large as a phone takes it: the script makes it small before it travels.
    phone.write("#foto", drawn(folder, "besar.jpg", 2400, 1).to_str().unwrap());
    for _ in 0..100 {
        if phone.run("return document.querySelector('[data-chosen] canvas') !== null") == true {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(phone.run("return document.querySelector('[data-chosen] canvas').width"), 2048);
    keep(phone, "photo-chosen");
    phone.write("#foto", drawn(folder, "foto.jpg", SIZE, 1).to_str().unwrap());
    phone.click("main form button");
    phone.until("Gunakan Foto Ini");
    images_are_there(phone);
    keep_both(phone, "preview");
    assert!(phone.text().contains("Latar dihapus dari gambar ini saja"));
    phone.click(".turn a:not([aria-current])");
    images_are_there(phone);
    keep_both(phone, "preview-lying");
    assert_eq!(std::fs::read_dir(&photos).unwrap().count(), 0, "undecided: in memory alone");

    // Try again, and then take it.
    phone.click("button[value=ulangi]");
    phone.until("Panduan foto");
    office.open(phone, "/akun/foto/lihat");
    phone.until("Panduan foto");
    phone.write("#foto", folder.join("foto.jpg").to_str().unwrap());
    phone.click("main form button");
    phone.until("Gunakan Foto Ini");
    phone.click("button[value=pakai]");
    phone.until("Kartu baru sudah terbit");
    images_are_there(phone);
    keep(phone, "card-new");
}

/// Upright, lying, and in true size for the printer.
fn looks_at_the_card(office: &Office, phone: &Browser) {
    office.open(phone, "/akun/kartu");
    phone.until("BERLAKU");
    images_are_there(phone);
    keep_both(phone, "card");
    phone.click(".turn a:not([aria-current])");
    images_are_there(phone);
    keep(phone, "card-lying");
    assert_eq!(std::fs::read_dir(office.server.data.path().join("data/photos")).unwrap().count(), 1);

    // Printed in true size.
    phone.click("a[href*='/akun/cetak']");
    phone.until("skala 100");
    images_are_there(phone);
    keep_both(phone, "print");
    let millimetres = phone.run(
        "return [...document.querySelectorAll('.true-size img')].map(i => i.getBoundingClientRect()).map(r => [Math.round(r.width / 96 * 254), Math.round(r.height / 96 * 254)])",
    );
    assert_eq!(millimetres, serde_json::json!([[856, 540], [856, 540]]), "tenths of a millimetre");
}

/// Who looked: a station's camera saw the card, and its holder reads where. The phones, and data that are wrong.
fn reads_what_is_theirs(office: &Office, phone: &Browser) {
    office.open(phone, "/akun/dilihat");
    phone.until("Kartu diperiksa");
    assert!(phone.text().contains("Meja 1, Lobi"), "{}", phone.text());
    keep_both(phone, "looks");

    // The phones, and data that are wrong.
    office.open(phone, "/akun/ponsel");
    phone.until("ponsel ini");
    keep_both(phone, "phones");
    office.open(phone, "/akun/keliru");
    phone.click("main form button");
    phone.until("Belum ada yang dicentang");
    phone.click("#unit");
    phone.click("main form button");
    phone.until("Jawaban kantor");
    keep_both(phone, "wrong-data");
}

#[test]
fn a_forgotten_password_comes_back_by_letter_and_the_phone_opens_a_station() {
    let (port, mail) = letters::sink();
    let office = Office::new(&letters::settings(port));
    let station = Station::enrol(&office.server);
    let nip = &office.people[sample::ACTIVE_PNS].0;
    office.server.command(&["user", "email", nip, "sri@kartu.example"], 0);

    let phone = Browser::start(SMALL.0, SMALL.1);
    office.open(&phone, "/masuk");
    phone.click("a[href*='/lupa']");
    phone.until("Lupa Kata Sandi");
    keep_both(&phone, "forgot");
    phone.write("#nip", &Nip::parse(nip).unwrap().grouped());
    phone.click("main form button");
    phone.until("Periksa surel");
    keep(&phone, "forgot-sent");
    let letter = mail.recv_timeout(Duration::from_secs(20)).unwrap();
    office.open(&phone, &letters::link(&letter));
    phone.until("Kata sandi baru");
    keep_both(&phone, "forgot-new");
    phone.write("#sandi", PASSWORD);
    phone.write("#ulang", PASSWORD);
    phone.click("main form button");
    phone.until("Kata sandi sudah diganti");
    keep(&phone, "forgot-done");
    office.open(&phone, &letters::link(&letter));
    phone.until("sudah dipakai");

    // The screen's code, scanned: sign in first, then see which station it is and where.
    let offer: SignInOffer = station.post("sign-in/offer", &()).unwrap();
    let path = &offer.url[offer.url.find("/masuk").unwrap()..];
    office.open(&phone, path);
    phone.until("Kode di layar Anjungan");
    keep_both(&phone, "station-sign-in");
    phone.write("#nip", nip);
    phone.write("#sandi", PASSWORD);
    phone.click("main form button");
    phone.until("Buka layar ini?");
    for word in ["Meja 1", "Lobi", &offer.user_code] {
        assert!(phone.text().contains(word), "{word}");
    }
    keep_both(&phone, "station-approve");
    phone.click("button[value=setuju]");
    phone.until("Disetujui");
    keep(&phone, "station-approved");
    let asked = AskSignIn { device_code: offer.device_code.clone() };
    let SignInAnswer::SignedIn(in_now) = station.post("sign-in/ask", &asked).unwrap() else {
        panic!("approved")
    };
    assert!(in_now.employee.nip.to_string() == *nip && in_now.grant.is_some());
    assert_eq!(complaints(&phone), Vec::<String>::new());
    office.says_nothing_of(&[nip, "sri@kartu.example", PASSWORD]);
}

#[test]
fn without_script_the_photo_goes_the_same_way_and_a_candidate_is_told_the_rule() {
    let office = Office::new("");
    let folder = tempfile::tempdir().unwrap();
    let (nip, password) = &office.people[sample::ACTIVE_PPPK];
    let phone = Browser::without_script(SMALL.0, SMALL.1);
    office.open(&phone, "/masuk");
    phone.write("#nip", nip);
    phone.write("#sandi", password);
    phone.press("main form button");
    phone.until("Layanan Lainnya");
    office.open(&phone, "/akun/foto");
    phone.press("main form button");
    phone.until("Belum ada foto yang dipilih");
    phone.write("#kamera", drawn(folder.path(), "foto.jpg", SIZE, 1).to_str().unwrap());
    phone.press("main form button");
    phone.until("Gunakan Foto Ini");
    phone.press("button[value=pakai]");
    phone.until("Kartu baru sudah terbit");
    assert_eq!(newest(&office, nip).1, "live");

    let (nip, password) = &office.people[sample::CANDIDATE];
    let other = Browser::start(SMALL.0, SMALL.1);
    office.sign_in(&other, nip, password);
    other.until("Layanan Lainnya");
    office.open(&other, "/akun/foto");
    other.until("CPNS");
    assert!(other.text_of("form[data-photo]").is_none());
    keep_both(&other, "photo-candidate");
    office.open(&other, "/akun/kartu");
    other.until("CPNS");
    keep_both(&other, "card-candidate");
}

#[test]
fn after_a_storm_from_the_office_a_new_phone_copies_digits_and_is_in() {
    let office = Office::new("");
    let who = &office.people[sample::ACTIVE_PNS];
    let storm = Browser::start(SMALL.0, SMALL.1);
    office.open(&storm, "/masuk");
    let today = anjungan::clock::day(SystemClock::shared().now(), 7);
    let numbers: Vec<String> = sample::people(9, 120, today).iter().map(|p| p.nip.to_string()).collect();
    // In small portions: a browser gives a script half a minute.
    let stopped = numbers.chunks(5).any(|some| {
        let tries = format!(
            "const proof = document.querySelector('[name=bukti]').value;
             return {some:?}.some(nip => {{
               const ask = new XMLHttpRequest();
               ask.open('POST', '/masuk', false);
               ask.setRequestHeader('content-type', 'application/x-www-form-urlencoded');
               ask.send(`bukti=${{proof}}&nip=${{nip}}&sandi=bukan-ini-dia`);
               return ask.status === 429;
             }});"
        );
        storm.run(&tries) == true
    });
    assert!(stopped, "it holds inside one office");

    let phone = Browser::start(SMALL.0, SMALL.1);
    office.open(&phone, "/masuk");
    phone.until("Kode keamanan");
    keep_both(&phone, "sign-in-code");
    let fill = |digits: &str| {
        phone.run("document.querySelectorAll('#nip, #sandi, #angka').forEach(i => i.value = '')");
        phone.write("#nip", &who.0);
        phone.write("#sandi", &who.1);
        phone.write("#angka", digits);
        phone.click("main form button");
    };
    fill("00000");
    phone.until("Angkanya belum sama");
    keep(&phone, "sign-in-code-again");
    let digits = phone.text_of("#digits").unwrap();
    fill(&digits);
    phone.until("Layanan Lainnya");
    assert_eq!(complaints(&phone), Vec::<String>::new());
    // And the next time this phone is known.
    phone.click("main > form button");
    phone.until("Kata sandi Anjungan");
    assert!(phone.text_of("#angka").is_none());
    office.sign_in(&phone, &who.0, &who.1);
    phone.until("Layanan Lainnya");

    let plain = Browser::without_script(SMALL.0, SMALL.1);
    office.open(&plain, "/masuk");
    plain.until("jaringan lain");
}
