//! The office at work, in a real browser: photos are reviewed beside the one before, a batch of stations is
//! prepared, prints are looked through, a unit's head gets a report. Each page at two widths, with a script in
//! every field that somebody may fill.
//!
//! With `ANJUNGAN_PAGES=DIR` it leaves a picture of every page there.
#![cfg(feature = "central")]

mod browser;
mod central_station;
mod office;

use std::path::Path;

use anjungan::clock::SystemClock;
use anjungan::credential::sign_wiped;
use anjungan::person::sample;
use anjungan::protocol::{
    AskNonce, Blob, HandOver, HandedOver, Issue, LeftItem, Nonce, OutboxAnswer, OutboxItem, OutboxKind,
    PrintOutcome, Printed, SignIn, SignedIn, Wiped,
};
use browser::Browser;
use central_station::{Station, portrait};
use office::{Office, SMALL, WIDE, code, keep, office, sign_in, staff};

const SCRIPT: &str = "<img src=x onerror=\"window.harm=1\"><script>window.harm=1</script>";

/// What each page must be: harmless, whole at both widths, and its fields told by name.
fn both(browser: &Browser, name: &str) {
    for (size, width) in [(SMALL, "360"), (WIDE, "1440")] {
        browser.resize(size);
        assert_eq!(browser.run("return window.harm === undefined"), true, "{name}: a script has run");
        let nameless = browser.run(
            "return [...document.querySelectorAll('input:not([type=hidden]), select, textarea, button, summary, a, img, progress')]
               .filter(e => !(e.labels && e.labels.length) && !e.getAttribute('aria-label') && !e.getAttribute('alt') && !e.textContent.trim()
                 && e.offsetParent !== null)
               .map(e => e.outerHTML)",
        );
        assert_eq!(nameless, serde_json::json!([]), "{name}");
        assert_eq!(browser.run("return document.querySelectorAll('h1').length"), 1, "{name}");
        keep(browser, &format!("office-{name}-{width}"));
    }
}

/// One person's card, by a station.
fn card(office: &Office, who: &(String, String), id: &str) -> Issue {
    let asked = SignIn { nip: who.0.parse().unwrap(), password: who.1.clone() };
    let signed_in: SignedIn = office.station.post("sign-in", &asked).unwrap();
    let item = office.station.acceptance(id, &signed_in.grant.unwrap(), &portrait(), "BCDF-GHJK");
    office.station.issued(&item)
}

fn at(office: &Office, browser: &Browser, path: &str) {
    browser.open(&format!("{}{path}", office.server.base()));
}

/// A page as this browser gets it: status and text.
fn fetched(browser: &Browser, path: &str) -> (u64, String) {
    let answer = browser.run(&format!(
        "const r = new XMLHttpRequest(); r.open('GET', '{path}', false); r.send(); return [r.status, r.responseText]"
    ));
    (answer[0].as_u64().unwrap(), answer[1].as_str().unwrap().to_owned())
}

/// Every part of the page can be come to by the keyboard alone.
fn reached_by_tab(browser: &Browser, css: &str) {
    browser.run("document.activeElement.blur()");
    for _ in 0..80 {
        browser.tab();
        if browser.run(&format!("return document.activeElement.matches({css:?})")) == true {
            return;
        }
    }
    panic!("{css} is not reached by the keyboard");
}

fn complaints(browser: &Browser) -> Vec<String> {
    browser.log().into_iter().filter(|line| !line.contains("status of 40")).collect()
}

#[test]
fn a_photo_is_reviewed_beside_the_one_before_and_its_person_reads_why_and_who_looked() {
    let office = office();
    let (holder, other) = (&office.people[sample::ACTIVE_PNS], &office.people[sample::ACTIVE_PPPK]);
    let clerk = &office.people[5];
    let first = card(&office, holder, "ITEM-0001");
    let alone = card(&office, other, "ITEM-0002");
    let second = card(&office, holder, "ITEM-0003");
    let otpauth = staff(&office, clerk, "desk");
    let desk = Browser::start(WIDE.0, WIDE.1);
    sign_in(&desk, &office, clerk, &code(&otpauth, 0));
    desk.until("Ringkasan");
    assert!(desk.text().contains("2\nfoto menunggu ditinjau"), "{}", desk.text());
    at(&office, &desk, "/kantor/foto");
    desk.until("Tinjau yang terlama");
    assert!(desk.text().contains(&first.name) && desk.text().contains(&alone.name));
    both(&desk, "photos");

    // One without a photo before; it is good.
    at(&office, &desk, &format!("/kantor/foto/{}", alone.serial));
    desk.until("Belum ada foto sebelumnya");
    both(&desk, "photo-first");
    reached_by_tab(&desk, "button[value=good]");
    desk.click("button[value=good]");
    // And on to the next: both photos are there.
    desk.until("Foto baru");
    let shown = "return [...document.querySelectorAll('.beside img')].every(i => i.complete && i.naturalWidth === 600)";
    for _ in 0..50 {
        if desk.run(shown) == true {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    assert_eq!(desk.run("return document.querySelectorAll('.beside img').length"), 2);
    assert_eq!(desk.run(shown), true);
    both(&desk, "photo-beside");
    at(&office, &desk, &format!("/kantor/foto/{}?lang=en", second.serial));
    desk.until("The photo before");
    both(&desk, "photo-beside-en");

    // Another page of the same photo stays open; what it says afterwards is too late.
    let late = Browser::start(WIDE.0, WIDE.1);
    sign_in(&late, &office, clerk, &code(&otpauth, 30));
    late.until("Ringkasan");
    at(&office, &late, &format!("/kantor/foto/{}", second.serial));
    late.until("Minta foto baru");

    at(&office, &desk, &format!("/kantor/foto/{}", second.serial));
    desk.until("Minta foto baru");
    desk.write("#alasan", SCRIPT);
    desk.click("button[value=again]");
    desk.until("Foto baru sudah diminta");
    assert!(desk.text().contains(SCRIPT) && desk.text().contains("mohon hubungi administrator"));
    both(&desk, "photo-again");
    late.click("button[value=good]");
    late.until("Petugas lain sudah memutuskan");
    both(&late, "photo-late");
    at(&office, &desk, "/kantor/foto");
    desk.until("Tidak ada foto yang menunggu");
    both(&desk, "photos-none");
    let (status, page) = fetched(&desk, "/kantor/foto/AAAAAAAAAAAAAAAA");
    assert!(status == 404 && page.contains("Tidak ada kartu dengan foto ini"), "{status}");

    // The person reads why, on the way to their card, and who looked: as what, never who.
    let phone = Browser::start(SMALL.0, SMALL.1);
    at(&office, &phone, "/masuk");
    phone.write("#nip", &holder.0);
    phone.write("#sandi", &holder.1);
    phone.click("main form button");
    phone.until("Kantor meminta foto baru");
    assert!(phone.text().contains(SCRIPT));
    both(&phone, "akun-photo-again");
    phone.resize(SMALL);
    at(&office, &phone, "/akun/kartu");
    phone.until("Kantor meminta foto baru");
    assert!(phone.text().contains("BERLAKU") && phone.text().contains("Perbarui Foto"), "the card counts on");
    both(&phone, "akun-card-photo-again");
    at(&office, &phone, "/akun/dilihat");
    phone.until("Foto ditinjau di kantor");
    let text = phone.text();
    assert!(text.contains("Petugas meja kantor"), "{text}");
    let names = office.server.command(&["--json", "staff", "list"], 0);
    let clerk_name: serde_json::Value = serde_json::from_str(names.lines().next().unwrap()).unwrap();
    assert!(!text.contains(clerk_name["name"].as_str().unwrap()), "never who");
    assert_eq!(text.matches("Foto ditinjau di kantor").count(), 1, "one clerk in one sitting: {text}");
    both(&phone, "akun-looks");

    // A new photo ends it.
    card(&office, holder, "ITEM-0004");
    at(&office, &phone, "/akun");
    phone.until("Layanan Lainnya");
    assert!(!phone.text().contains("Kantor meminta foto baru"));
    for browser in [&desk, &late, &phone] {
        assert_eq!(complaints(browser), Vec::<String>::new());
    }
}

fn list(folder: &Path, text: &str) -> String {
    let file = folder.join("daftar.csv");
    std::fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

#[test]
fn a_batch_is_prepared_from_a_list_and_its_page_says_who_is_ready() {
    let office = office();
    let (technician, admin) = (&office.people[sample::ACTIVE_PNS], &office.people[sample::ACTIVE_PPPK]);
    let otpauth = staff(&office, technician, "technician");
    let folder = tempfile::tempdir().unwrap();
    let desk = Browser::start(WIDE.0, WIDE.1);
    sign_in(&desk, &office, technician, &code(&otpauth, 0));
    desk.until("Ringkasan");
    let upload = |text: &str| {
        at(&office, &desk, "/kantor/anjungan");
        desk.until("Kelompok");
        desk.run("document.querySelector('#daftar').closest('details').open = true");
        desk.write("#kelompok", "<b>Kecamatan</b> <script>");
        desk.write("#daftar", &list(folder.path(), text));
        desk.click("form[enctype] button");
    };
    // Bad lists, with the line; nothing is made.
    for (text, why) in [
        ("nama,tempat\nA,B\n", "Baris pertama harus memuat"),
        ("nama,tempat,seri\nA,B,1\nC,,2\n", "Baris 3"),
        ("nama,tempat,seri\nA,B,a1\nC,D,0A1\n", "tertulis dua kali"),
        ("\u{0}\u{1}PK", "Baris pertama harus memuat"),
    ] {
        upload(text);
        desk.until("Tidak ada yang dibuat");
        assert!(desk.text().contains(why), "{}", desk.text());
    }
    both(&desk, "batch-refused");
    at(&office, &desk, "/kantor/anjungan");
    desk.until("Kelompok baru dari daftar");
    desk.run("document.querySelector('#daftar').closest('details').open = true");
    both(&desk, "stations-batches");
    assert!(!office.server.command(&["device", "list"], 0).contains("waiting"));

    let short = "<script>window.harm=1</script>";
    upload(&format!(
        "nama;tempat;seri\n\"{short}\";\"<b>Aula</b> & ’kiri’\";\"<i>0001</i>\"\nMeja 2;Aula;a2\nMeja 3;Aula;a3\n"
    ));
    desk.until("Tampil sekali ini saja");
    assert!(desk.text().contains(short) && desk.text().contains("<b>Kecamatan</b> <script>"));
    both(&desk, "batch-made-script");
    reached_by_tab(&desk, "a[href$='label.pdf']");
    let path =
        desk.run("return document.querySelector('a[href$=\"anjungan-batch.toml\"]').getAttribute('href')");
    let path = path.as_str().unwrap().to_owned();
    let (status, file) = fetched(&desk, &path);
    let file: anjungan::protocol::Batch = toml::from_str(&file).unwrap();
    assert_eq!((status, file.station.len()), (200, 3));
    let labels = path.replace("anjungan-batch.toml", "label.pdf");
    assert!(fetched(&desk, &labels).1.starts_with("%PDF-"));
    let batch = path.trim_end_matches("/anjungan-batch.toml").to_owned();

    // Two join, by the codes of the file.
    for entry in &file.station[..2] {
        Station::try_enrol(&office.server, &entry.code).unwrap().approved(&office.server);
    }
    at(&office, &desk, &batch);
    desk.until("2 dari 3 siap");
    let text = desk.text();
    assert!(text.contains("Bergabung") && text.contains("Menunggu; kode sampai"), "{text}");
    both(&desk, "batch-script");
    at(&office, &desk, &format!("{batch}?lang=en"));
    desk.until("2 of 3 ready");
    both(&desk, "batch-en");
    at(&office, &desk, "/kantor/anjungan");
    desk.until("2 dari 3 siap");

    // New codes for the third; the code before is void.
    at(&office, &desk, &batch);
    desk.run("document.querySelectorAll('details').forEach(d => d.open = true)");
    desk.click("main details form button");
    desk.until("Tampil sekali ini saja");
    assert!(Station::try_enrol(&office.server, &file.station[2].code).is_err());
    let (_, renewed) = fetched(&desk, &path);
    let renewed: anjungan::protocol::Batch = toml::from_str(&renewed).unwrap();
    assert_eq!(renewed.station.len(), 1);
    Station::try_enrol(&office.server, &renewed.station[0].code).unwrap().approved(&office.server);
    at(&office, &desk, &batch);
    desk.until("3 dari 3 siap");

    prepared_on_the_server(&office, &desk, folder.path());

    // Nobody else is given the codes.
    let other = Browser::start(WIDE.0, WIDE.1);
    sign_in(&other, &office, admin, &code(&staff(&office, admin, "administrator"), 0));
    other.until("Ringkasan");
    for gone in [&path, &labels, &batch.replace("kelompok/", "kelompok/X")] {
        assert_eq!(fetched(&other, gone).0, 404, "{gone}");
    }
    at(&office, &other, &path);
    other.until("hanya tampil sekali");
    both(&other, "batch-gone");
    for browser in [&desk, &other] {
        assert_eq!(complaints(browser), Vec::<String>::new());
    }
    let log = office.server.log();
    for entry in file.station.iter().chain(&renewed.station) {
        assert!(!log.contains(&entry.code) && !log.contains(&entry.pin), "a code in the log");
    }
}

/// The same from the command line: both files, once; a board that is taken leaves nothing behind.
fn prepared_on_the_server(office: &Office, desk: &Browser, folder: &Path) {
    let lines: Vec<String> = ["Kecamatan Utara", "Kecamatan Selatan", "Kelurahan Baru"]
        .iter()
        .enumerate()
        .map(|(n, name)| format!("{name},Ruang pelayanan,10000000a1b2c3{n:02}\n"))
        .collect();
    let csv = list(folder, &format!("name,place,serial\n{}", lines.concat()));
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let make = |file: &str, labels: &str, code: i32| {
        let (file, labels) = (path(file), path(labels));
        let args =
            ["--json", "device", "batch", &csv, &file, "--labels", &labels, "--name", "Kecamatan 2026"];
        office.server.command(&args, code)
    };
    let told = make("a.toml", "a.pdf", 0);
    assert!(told.lines().count() == 3 && told.contains("\"pin\""), "{told}");
    assert!(std::fs::read(path("a.pdf")).unwrap().starts_with(b"%PDF-"));
    make("b.toml", "b.pdf", 2);
    make("a.toml", "c.pdf", 2);
    for none in ["b.toml", "b.pdf", "c.pdf"] {
        assert!(!folder.join(none).exists(), "{none} is left");
    }
    let file: anjungan::protocol::Batch =
        toml::from_str(&std::fs::read_to_string(path("a.toml")).unwrap()).unwrap();
    for entry in &file.station[..2] {
        Station::try_enrol(&office.server, &entry.code).unwrap().approved(&office.server);
    }
    at(office, desk, "/kantor/anjungan");
    desk.until("Kecamatan 2026");
    desk.run("[...document.querySelectorAll('li a')].find(a => a.innerText === 'Kecamatan 2026').click()");
    desk.until("2 dari 3 siap");
    both(desk, "batch");
}

#[test]
fn prints_are_looked_through_by_outcome_card_and_station() {
    let office = office();
    let holder = &office.people[sample::ACTIVE_PNS];
    let issue = card(&office, holder, "ITEM-0001");
    let outcomes = [
        PrintOutcome::Printed,
        PrintOutcome::Sent,
        PrintOutcome::Failed,
        PrintOutcome::Spoiled,
        PrintOutcome::Unknown,
    ];
    let now = SystemClock::shared().now();
    for n in 0..60_usize {
        let printed = Printed {
            print_id: if n == 4 { "<script>window.harm=1</script>".into() } else { format!("cetak-{n:03}") },
            serial: issue.serial.clone(),
            outcome: outcomes[n % 5],
        };
        let happened_at = now - jiff::SignedDuration::from_mins(n as i64);
        let item =
            OutboxItem { id: format!("PRINT-{n:04}"), happened_at, kind: OutboxKind::Printed(printed) };
        assert!(matches!(office.station.outbox(&item), OutboxAnswer::Noted));
    }
    let clerk = &office.people[sample::ACTIVE_PPPK];
    let desk = Browser::start(WIDE.0, WIDE.1);
    sign_in(&desk, &office, clerk, &code(&staff(&office, clerk, "desk"), 0));
    desk.until("Ringkasan");
    at(&office, &desk, "/kantor/cetakan");
    desk.until("Belum diketahui");
    let text = desk.text();
    assert!(text.contains(&issue.name) && text.contains("<script>window.harm=1</script>"), "{text}");
    both(&desk, "prints");
    desk.click("button[name=sebelum]");
    desk.until("cetak-059");
    let count = || desk.run("return document.querySelectorAll('tbody tr').length").as_u64().unwrap();
    // Looked for by outcome, in a form that needs no script, and by the number on the card's face.
    at(&office, &desk, "/kantor/cetakan?hasil=spoiled");
    desk.until("Rusak, dimusnahkan");
    assert_eq!(count(), 12);
    both(&desk, "prints-spoiled");
    at(&office, &desk, "/kantor/cetakan");
    desk.write("#nomor", &issue.face_serial.to_lowercase());
    desk.click("main form button");
    desk.until(&issue.face_serial);
    assert_eq!(count(), 50);
    for (odd, name) in
        [("%27%20OR%201=1%20--", "sql"), ("%3Cscript%3Ewindow.harm=1%3C/script%3E%22%27", "script")]
    {
        let query = if name == "sql" { "nomor" } else { "anjungan" };
        at(&office, &desk, &format!("/kantor/cetakan?{query}={odd}&hasil={odd}&sebelum={odd}"));
        desk.until("Tidak ada cetakan yang cocok");
        both(&desk, &format!("prints-{name}"));
    }
    at(&office, &desk, "/kantor/cetakan?lang=en");
    desk.until("Not known");
    desk.run("document.querySelectorAll('details').forEach(d => d.open = true)");
    both(&desk, "prints-en");

    // A technician sees prints and no names.
    let technician = &office.people[5];
    let plain = Browser::without_script(SMALL.0, SMALL.1);
    at(&office, &plain, "/kantor");
    plain.until("Masuk petugas kantor");
    for (field, text) in [("#nip", &technician.0), ("#sandi", &technician.1)] {
        plain.write(field, text);
    }
    plain.write("#kode", &code(&staff(&office, technician, "technician"), 0));
    plain.press("main form button");
    plain.until("Ringkasan");
    at(&office, &plain, "/kantor/cetakan");
    plain.until(&issue.face_serial);
    assert!(!plain.text().contains(&issue.name), "no names for a technician");
    assert_eq!(complaints(&desk), Vec::<String>::new());
}

/// What waits at a station that was revoked, handed over as it lay there.
fn handed_over(station: &Station, items: &[OutboxItem]) {
    let ask = AskNonce { device_id: station.device_id.clone() };
    let nonce: Nonce = station.post("leave/nonce", &ask).unwrap();
    let left = |item: &OutboxItem| LeftItem {
        id: item.id.clone(),
        kind: serde_json::to_value(&item.kind).unwrap()["kind"].as_str().unwrap().to_owned(),
        happened_at: item.happened_at,
        body: serde_json::to_string(item).unwrap(),
        reason: None,
    };
    let proof = station.assertion(&nonce, &station.device_id);
    let asked = HandOver { proof, items: items.iter().map(left).collect() };
    let kept: HandedOver = station.post("leave/items", &asked).unwrap();
    assert_eq!(kept.kept.len(), items.len());
}

#[test]
fn what_a_revoked_station_owed_is_taken_or_thrown_away_on_its_page() {
    let office = office();
    let (holder, technician) = (&office.people[sample::ACTIVE_PNS], &office.people[sample::ACTIVE_PPPK]);
    let desk = Browser::start(WIDE.0, WIDE.1);
    sign_in(&desk, &office, technician, &code(&staff(&office, technician, "technician"), 0));
    desk.until("Ringkasan");
    let open = |summary: &str| {
        desk.run(&format!(
            "document.querySelectorAll('details').forEach(d => d.open = d.innerText.trim().startsWith({summary:?}))"
        ));
    };
    let revoked = || {
        at(&office, &desk, "/kantor/anjungan");
        desk.until("Cabut…");
        open("Cabut…");
        desk.click("details[open] button[name=cabut]");
        desk.until("Belum melapor bahwa datanya sudah dihapus");
    };
    let held = |n: usize| {
        at(&office, &desk, "/kantor/anjungan");
        desk.until(&format!("{n} kiriman menunggu putusan"));
        open(&n.to_string());
    };
    let printed = |id: &str, serial: &str| OutboxItem {
        id: id.into(),
        happened_at: SystemClock::shared().now() - jiff::SignedDuration::from_hours(3),
        kind: OutboxKind::Printed(Printed {
            print_id: id.into(),
            serial: serial.into(),
            outcome: PrintOutcome::Printed,
        }),
    };

    // A desk that broke: what its people accepted becomes their cards.
    let issue = card(&office, holder, "ITEM-0001");
    let asked = SignIn { nip: holder.0.parse().unwrap(), password: holder.1.clone() };
    let signed_in: SignedIn = office.station.post("sign-in", &asked).unwrap();
    let accepted =
        office.station.acceptance("ITEM-0002", &signed_in.grant.unwrap(), &portrait(), "BCDF-GHJL");
    revoked();
    handed_over(&office.station, &[accepted, printed("PRINT-0001", &issue.serial)]);
    held(2);
    assert!(
        desk.text().contains("Foto yang disetujui pegawai: 1. Catatan lain: 1. Yang tertua: "),
        "{}",
        desk.text()
    );
    both(&desk, "station-left");
    at(&office, &desk, "/kantor/anjungan?lang=en");
    desk.until("2 items to decide about");
    open("2");
    both(&desk, "station-left-en");
    held(2);
    reached_by_tab(&desk, "details[open] button[value=terima]");
    desk.click("details[open] button[value=terima]");
    desk.until("1 kartu diterbitkan");
    assert!(
        desk.text().contains("1 catatan disimpan") && desk.text().contains("0 ditolak"),
        "{}",
        desk.text()
    );
    both(&desk, "station-left-taken");

    // Once it has wiped itself, its line says so.
    let (key, challenge) = (office.station.key(), [5; 32]);
    let statement = sign_wiped(&key, &office.station.device_id, &challenge).unwrap().into();
    let device_id = office.station.device_id.clone();
    let told = Wiped { device_id, challenge: Blob(challenge.to_vec()), statement };
    assert_eq!(office.station.post_empty("leave/wiped", &told), Ok(204));
    at(&office, &desk, "/kantor/anjungan");
    desk.until("Datanya sudah dihapus");

    // A stolen one: nothing of it is believed. Somebody else decides first, and this page says so.
    let stolen = Station::enrol(&office.server);
    revoked();
    handed_over(&stolen, &[printed("PRINT-0002", &issue.serial)]);
    held(1);
    office.server.command(&["device", "quarantine", "discard", &stolen.device_id], 0);
    desk.click("details[open] button[value=buang]");
    desk.until("Mungkin petugas lain sudah memutuskannya");
    handed_over(&stolen, &[printed("PRINT-0003", &issue.serial)]);
    held(1);
    desk.click("details[open] button[value=buang]");
    desk.until("1 kiriman dihapus dari server");
    at(&office, &desk, "/kantor/cetakan");
    desk.until("PRINT-0001");
    assert!(!desk.text().contains("PRINT-0002") && !desk.text().contains("PRINT-0003"), "{}", desk.text());
    assert_eq!(complaints(&desk), Vec::<String>::new());
}

#[test]
fn a_units_head_gets_a_report_from_the_page_and_from_the_command_line() {
    let office = office();
    let harm = "<script>window.harm=1</script>";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("people.csv");
    let text = format!(
        "nip,nama,status,tmt,instansi,unit\n197402152001122001,{harm}Sri,aktif,2003-01-01,X,Dinas {harm} / Bidang <b>\n\
         197402152001122002,Ñandú Ægir,cpns,,X,Dinas {harm}\n"
    );
    std::fs::write(&file, text).unwrap();
    office.server.command(&["import", file.to_str().unwrap()], 0);
    let clerk = &office.people[sample::ACTIVE_PPPK];
    let desk = Browser::start(WIDE.0, WIDE.1);
    sign_in(&desk, &office, clerk, &code(&staff(&office, clerk, "desk"), 0));
    desk.until("Ringkasan");
    both(&desk, "overview-script");
    desk.click("a[href*='/kantor/laporan']");
    desk.until("Laporan per unit kerja");
    assert!(desk.run("return document.querySelector('#unit').innerText").as_str().unwrap().contains(harm));
    both(&desk, "reports");
    reached_by_tab(&desk, "#unit");
    let post = |unit: &str| {
        let unit = serde_json::to_string(unit).unwrap();
        desk.run(&format!(
            "const r = new XMLHttpRequest(); r.open('POST', '/kantor/laporan', false);
             r.setRequestHeader('content-type', 'application/x-www-form-urlencoded');
             r.send('bukti=' + encodeURIComponent(document.querySelector('[name=bukti]').value) + '&unit=' + encodeURIComponent({unit}));
             return [r.status, r.getResponseHeader('content-disposition') || '', r.responseText.slice(0, 5)]"
        ))
    };
    let made = post(&format!("Dinas {harm}"));
    assert_eq!((made[0].as_u64(), made[2].as_str()), (Some(200), Some("%PDF-")), "{made}");
    let name = made[1].as_str().unwrap();
    assert!(
        name.starts_with("attachment; filename=\"laporan-")
            && name.ends_with("-dinas-script-window-harm-1-script.pdf\""),
        "{name}"
    );
    for none in ["tidak ada", "' OR 1=1 --", "\u{0}"] {
        assert_eq!(post(none)[0].as_u64(), Some(404), "{none}");
    }

    // On the server, for all units: a file each.
    let all = folder.path().join("laporan");
    let told = office.server.command(&["report", "--all", "--json", all.to_str().unwrap()], 0);
    let lines: Vec<serde_json::Value> =
        told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let files = std::fs::read_dir(&all).unwrap().count();
    assert_eq!(lines.len(), files);
    let ours = lines.iter().find(|line| line["unit"] == format!("Dinas {harm}")).unwrap();
    assert_eq!((ours["people"].as_u64(), ours["without"].as_u64()), (Some(2), Some(2)));
    assert!(std::fs::read(ours["file"].as_str().unwrap()).unwrap().starts_with(b"%PDF-"));
    let again = office.server.command(&["report", "--all", all.to_str().unwrap()], 0);
    assert_eq!((again.lines().count(), std::fs::read_dir(&all).unwrap().count()), (files, files), "replaced");
    let one = folder.path().join("one.pdf");
    office.server.command(&["report", "--unit", "tidak ada", one.to_str().unwrap()], 1);
    assert!(!one.exists());
    office
        .server
        .command(&["report", "--unit", &format!("Dinas {harm} / Bidang <b>"), one.to_str().unwrap()], 0);
    assert!(one.exists());
    assert_eq!(complaints(&desk), Vec::<String>::new());
}
