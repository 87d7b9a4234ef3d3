//! Lists and other systems, in a real browser and over HTTP: a list that means harm is uploaded, tried
//! and taken in, and is text wherever it is shown; a system with a key reads and writes people.
#![cfg(feature = "central")]

mod browser;
mod central_station;
mod office;
mod workbook;

use std::io::Write as _;

use anjungan::person::sample;
use anjungan::protocol::{PaperState, PartState, StationState};
use browser::Browser;
use office::{Office, SMALL, WIDE, code, keep, office, sign_in, staff};
use serde_json::{Value, json};
use workbook::{Cell, book};

const SCRIPT: &str = "<img src=x onerror=\"window.harm=1\"><script>window.harm=1</script>";

/// Chooses a file on the page of lists, and sends it.
fn upload(browser: &Browser, office: &Office, file: &std::path::Path) {
    browser.open(&format!("{}/kantor/impor", office.server.base()));
    browser.until("Unggah dan lihat");
    browser.write("#berkas", file.to_str().unwrap());
    browser.click("main form button");
}

fn harmless(browser: &Browser, name: &str) {
    assert_eq!(browser.run("return window.harm === undefined"), true, "{name}: a script of the list has run");
    keep(browser, name);
}

#[test]
#[allow(clippy::too_many_lines, reason = "one journey, told in its order")]
fn a_list_with_script_in_every_field_is_tried_taken_in_and_stays_text() {
    let office = office();
    let admin = &office.people[sample::ACTIVE_PPPK];
    let otpauth = staff(&office, admin, "administrator");
    let desk = Browser::start(WIDE.0, WIDE.1);
    sign_in(&desk, &office, admin, &code(&otpauth, 0));
    desk.until("Ringkasan");

    let file = office.server.data.path().join("<b>daftar<script>.csv");
    let mut out = std::fs::File::create(&file).unwrap();
    // Quoted, so that the fields hold it whole.
    let field = format!("\"{}\"", SCRIPT.replace('"', "\"\""));
    writeln!(out, "Nomor,Pegawai,status,instansi,Bagian,jabatan,karpeg,{field}").unwrap();
    let short = "<script>window.harm=1</script>";
    writeln!(out, "197402152001122001,{short}Sri,aktif,{short},{short} / <b>x</b>,{field},{field},{field}")
        .unwrap();
    writeln!(out, "19740215200112200,{field},{field},{field},{field},{field},{field},{field}").unwrap();
    drop(out);
    upload(&desk, &office, &file);
    desk.until("Baris pertama");
    harmless(&desk, "office-list-1440");
    let path = desk.run("return location.pathname").as_str().unwrap().to_owned();

    // The names say neither the number nor the person: the page asks, and what is chosen counts.
    let choose = |column: &str, index: u32| {
        desk.run(&format!("document.querySelector('#kolom_{column}').value = '{index}'"));
    };
    choose("nip", 0);
    choose("nama", 1);
    choose("unit", 4);
    desk.click("button[value=coba]");
    desk.until("Hasil percobaan");
    desk.until("NIP berisi 17 angka");
    assert!(desk.text().contains("1\nakan baru") && desk.text().contains("1\nditolak"), "{}", desk.text());
    harmless(&desk, "office-list-tried-1440");
    let refused = desk.run(
        "const r = new XMLHttpRequest(); r.open('GET', location.pathname + '/ditolak.csv', false); r.send(); return r.responseText",
    );
    // The row as the file has it, with line and reason behind.
    let refused = refused.as_str().unwrap();
    assert!(refused.starts_with("Nomor,Pegawai,status,instansi,Bagian,jabatan,karpeg,"), "{refused}");
    assert!(refused.lines().next().unwrap().ends_with(",baris,alasan"), "{refused}");
    assert!(refused.ends_with(",3,\"NIP berisi 17 angka, seharusnya 18.\"\n"), "{refused}");
    assert!(refused.contains("\n19740215200112200,"), "{refused}");
    let people =
        office.server.command(&["export", office.server.data.path().join("a.csv").to_str().unwrap()], 0);
    assert!(people.contains("60 people"), "a try puts nobody in: {people}");
    desk.click("button[value=masukkan]");
    desk.until("Sudah dimasukkan");
    harmless(&desk, "office-list-taken-1440");

    // Wherever the person is shown, the script is text.
    desk.open(&format!("{}/kantor/orang", office.server.base()));
    desk.write("#cari", "19740215 200112 2 001");
    desk.click("main form button");
    desk.until(short);
    harmless(&desk, "office-list-people-1440");
    desk.run("document.querySelector('td a').click()");
    desk.until("KARPEG");
    assert!(desk.text().contains(SCRIPT), "position and KARPEG, as they are: {}", desk.text());
    desk.run("document.querySelectorAll('details').forEach(d => { if (d.innerText.includes('Ubah status')) d.open = true })");
    desk.run("document.querySelector('#status').value = 'retired'");
    desk.click("details[open] button");
    desk.until("Pensiun");
    desk.until("di halaman ini");
    harmless(&desk, "office-person-history-1440");
    for odd in ["' OR 1=1 --", "%'; DROP TABLE people; --", "\" UNION SELECT * FROM staff --", short] {
        desk.open(&format!("{}/kantor/orang", office.server.base()));
        desk.write("#cari", odd);
        desk.click("main form button");
        desk.until(if odd == short { "19740215 200112 2 001" } else { "Tidak ada yang cocok" });
        harmless(&desk, "office-list-search-1440");
    }
    for (page, words, name) in [
        ("kantor", "Belum punya kartu, per unit kerja", "office-units"),
        ("kantor/grafik", "Sebagai tabel", "office-plots"),
        ("kantor/catatan", "Daftar dimasukkan", "office-journal-words"),
        ("kantor/catatan?lang=en", "List taken in", "office-journal-words-en"),
        ("kantor/catatan?tindakan=%27%20OR%201%3D1%20--", "Tidak ada yang cocok", "office-journal-none"),
    ] {
        desk.open(&format!("{}/{page}", office.server.base()));
        desk.until(words);
        harmless(&desk, &format!("{name}-1440"));
    }

    // A number of 200 MB is refused in words, and so is a form that no page of ours has made.
    let large = office.server.data.path().join("besar.csv");
    std::fs::File::create(&large).unwrap().set_len(200_000_000).unwrap();
    upload(&desk, &office, &large);
    desk.until("lebih besar dari 128 MB");
    desk.open(&format!("{}/kantor/impor", office.server.base()));
    desk.run("document.querySelector('input[name=bukti]').value = 'x'");
    desk.write("#berkas", file.to_str().unwrap());
    desk.click("main form button");
    desk.until("Tidak ada yang diubah");
    let folder = office.server.data.path().join("data/imports");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 2, "the list and its refused rows, nothing else");

    let small = Browser::start(SMALL.0, SMALL.1);
    sign_in(&small, &office, admin, &code(&otpauth, 30));
    small.until("Ringkasan");
    for (page, words, name) in [
        ("kantor/impor", "Unggah dan lihat", "office-lists"),
        (path.trim_start_matches('/'), "Baris pertama", "office-list"),
        ("kantor", "per unit kerja", "office-units"),
        ("kantor/sistem", "Kunci baru", "office-systems"),
        ("kantor/grafik", "Sebagai tabel", "office-plots"),
        ("kantor/anjungan", "Anjungan baru", "office-stations-state"),
        ("kantor/catatan", "Daftar dimasukkan", "office-journal-words"),
    ] {
        small.open(&format!("{}/{page}", office.server.base()));
        small.until(words);
        harmless(&small, &format!("{name}-360"));
    }
    let log = office.server.log();
    assert!(!log.contains("197402152001122001") && !log.contains("window.harm"), "people in the log");
}

#[test]
fn a_list_is_counted_asked_about_and_taken_back_on_its_page() {
    let office = office();
    let admin = &office.people[sample::ACTIVE_PPPK];
    let otpauth = staff(&office, admin, "administrator");
    let desk = Browser::start(WIDE.0, WIDE.1);
    sign_in(&desk, &office, admin, &code(&otpauth, 0));
    desk.until("Ringkasan");
    let file = office.server.data.path().join("daftar.csv");
    let take = |text: &str| {
        std::fs::write(&file, text).unwrap();
        upload(&desk, &office, &file);
        desk.until("Baris pertama");
    };
    let head = "NIP,NAMA,STATUS KEPEGAWAIAN,KEDUDUKAN HUKUM,TMT PNS,UNIT KERJA,INSTANSI,NO HP";
    take(&format!(
        "{head}\n197402152001122001,Sri,PNS,Pensiun,3/1/2003,Dinas A,X,0\n197402152001122017,Citra,PNS,Non Job,12/31/2003,Dinas A,X,0\n"
    ));
    let text = desk.text();
    assert!(text.contains("Kolom yang tidak dipakai: NO HP.") && text.contains("= 1 Maret 2003"), "{text}");
    desk.click("button[value=coba]");
    desk.until("Arti kata");
    harmless(&desk, "office-list-words-1440");
    desk.run("document.querySelector('select[name=arti_0]').value = 'active'");
    desk.click("button[value=coba]");
    desk.until("2\nakan baru");
    desk.click("button[value=masukkan]");
    desk.until("Sudah dimasukkan");

    // Who comes back is counted, what would be emptied is asked for.
    take(&format!("{head}\n197402152001122001,Sri,PNS,Aktif,2003-03-01,,X,0\n"));
    desk.click("button[value=coba]");
    desk.until("Pensiun → Aktif: 1");
    desk.until("Ya, kosongkan data itu");
    harmless(&desk, "office-list-emptied-1440");
    desk.click("button[value=masukkan]");
    desk.until("Belum ada yang dimasukkan");
    desk.click("input[name=kosongkan]");
    desk.click("button[value=masukkan]");
    desk.until("Sudah dimasukkan");

    // Taken back as a whole.
    desk.open(&format!("{}/kantor/impor/terakhir", office.server.base()));
    desk.until("orang kembali seperti sebelumnya");
    harmless(&desk, "office-list-undo-1440");
    desk.click("main form button");
    desk.until("sudah dibatalkan");
    let export = office.server.data.path().join("sesudah.csv");
    office.server.command(&["export", export.to_str().unwrap()], 0);
    let after = std::fs::read_to_string(export).unwrap();
    assert!(after.contains("197402152001122001,Sri,retired,,2003-03-01,,X,Dinas A,,"), "{after}");
    assert!(after.contains("197402152001122017,Citra,active,,2003-12-31,,X,Dinas A,,"), "{after}");
}

#[test]
fn a_workbook_is_looked_at_sheet_by_sheet_and_a_station_says_how_it_is() {
    let office = office();
    let state = StationState {
        version: "2.0".into(),
        camera: PartState::Ready,
        printer: PartState::Faulty,
        paper: PaperState::Out,
        disk_free_mib: Some(51_200),
        clock_trusted: true,
        outbox: 2,
        parked: 1,
        screen_on: true,
    };
    assert_eq!(office.station.post_empty("state", &state).unwrap(), 204);
    assert_eq!(office.station.post_empty("state", &"how are you").unwrap_err().0, 400);
    assert_eq!(office.server.anonymous().post_empty("state", &state).unwrap_err().0, 401);

    let admin = &office.people[sample::ACTIVE_PPPK];
    let otpauth = staff(&office, admin, "administrator");
    let desk = Browser::start(WIDE.0, WIDE.1);
    sign_in(&desk, &office, admin, &code(&otpauth, 0));
    desk.until("Ringkasan");
    desk.open(&format!("{}/kantor/anjungan", office.server.base()));
    desk.until("terganggu");
    let text = desk.text().to_lowercase();
    for words in ["printer terganggu", "kertas habis", "kamera siap", "ruang disk 50 gib", "1 ditolak server"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
    keep(&desk, "office-stations-state-1440");

    let text = |text: &str| Cell::Text(text.into());
    let rows = |nip: Cell| {
        let names = ["NIP", "Nama", "Status", "Instansi"].map(text).to_vec();
        vec![names, vec![nip, text("Sri"), text("aktif"), text("X")]]
    };
    let file = office.server.data.path().join("daftar.xlsx");
    let sheets = [
        ("Lama", rows(Cell::Number("197402152001122001".into()))),
        ("Baru", rows(text("197402152001122001"))),
    ];
    std::fs::write(&file, book(&sheets)).unwrap();
    upload(&desk, &office, &file);
    desk.until("NIP tersimpan sebagai bilangan");
    keep(&desk, "office-sheet-1440");
    desk.run("document.querySelector('#lembar').value = 'Baru'");
    desk.click("main form button");
    desk.until("Baris pertama");
    assert!(!desk.text().contains("NIP tersimpan"), "{}", desk.text());
    desk.click("button[value=coba]");
    desk.until("Hasil percobaan");
    desk.click("button[value=masukkan]");
    desk.until("Sudah dimasukkan");
    assert!(desk.text().contains("1\nbaru"), "{}", desk.text());

    // A key for another system, once.
    desk.open(&format!("{}/kantor/sistem", office.server.base()));
    desk.write("#nama", "SIMPEG");
    desk.click("main > .office > form button");
    desk.until("hanya tampil sekali");
    keep(&desk, "office-system-key-1440");
    let key = desk.text_of(".key").unwrap();
    assert_eq!(ask(&office, "GET", "people?limit=1", &key, None).0, 200);
    desk.open(&format!("{}/kantor/sistem", office.server.base()));
    desk.until("baru saja");
    keep(&desk, "office-systems-1440");
    desk.run("document.querySelector('td details').open = true");
    desk.click("td details button");
    desk.until("Kunci dicabut");
    assert_eq!(ask(&office, "GET", "people?limit=1", &key, None).0, 401);
    let complaints = desk.log();
    assert!(complaints.is_empty(), "{complaints:?}");
}

fn ask(office: &Office, method: &str, path: &str, key: &str, body: Option<&Value>) -> (u16, Value) {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let url = format!("{}/api/v1/{path}", office.server.base());
    let bearer = format!("Bearer {key}");
    let sent = match (method, body) {
        ("GET", _) => agent.get(url).header("authorization", bearer).call(),
        ("PUT", Some(body)) => agent.put(url).header("authorization", bearer).send_json(body),
        (_, Some(body)) => agent.post(url).header("authorization", bearer).send_json(body),
        _ => panic!("{method} without a body"),
    };
    let mut answer = sent.unwrap();
    (answer.status().as_u16(), answer.body_mut().read_json().unwrap())
}

#[test]
fn another_system_reads_and_writes_people_within_its_key() {
    let office = office();
    let made = |scope: &str| {
        let out =
            office.server.command(&["--json", "client", "new", "--name", "SIMPEG", "--scope", scope], 0);
        let made: Value = serde_json::from_str(&out).unwrap();
        (made["id"].as_str().unwrap().to_owned(), made["key"].as_str().unwrap().to_owned())
    };
    let ((_, reads), (id, writes)) = (made("read"), made("write"));

    // Everybody, page by page, and none twice.
    let (mut seen, mut after) = (std::collections::BTreeSet::new(), String::new());
    loop {
        let (status, page) = ask(&office, "GET", &format!("people?limit=25&after={after}"), &reads, None);
        assert_eq!(status, 200, "{page}");
        for person in page["people"].as_array().unwrap() {
            assert!(seen.insert(person["record"].as_str().unwrap().to_owned()));
        }
        let Some(next) = page["next"].as_str() else { break };
        next.clone_into(&mut after);
    }
    assert_eq!(seen.len(), 60);

    let nip = "197402152001122001";
    let person = json!({ "nip": nip, "name": "Sri", "status": "active", "tmt": "2003-01-01", "body": "X" });
    assert_eq!(ask(&office, "PUT", "people", &reads, Some(&person)).0, 403);
    assert_eq!(ask(&office, "PUT", "people", "none", Some(&person)).0, 401);
    let (status, put) = ask(&office, "PUT", "people", &writes, Some(&person));
    assert_eq!((status, put["change"].as_str()), (200, Some("new")));
    assert_eq!(ask(&office, "PUT", "people", &writes, Some(&person)).1["change"], "same");
    let record = put["record"].as_str().unwrap();
    for (field, value) in
        [("nip", json!("123")), ("name", json!("")), ("body", json!("\u{0}")), ("karpegg", json!("x"))]
    {
        let mut wrong = person.clone();
        wrong[field] = value;
        let (status, fault) = ask(&office, "PUT", "people", &writes, Some(&wrong));
        assert_eq!((status, fault["code"].as_str()), (422, Some("invalid")), "{field}: {fault}");
    }
    let (status, found) =
        ask(&office, "POST", "people/find", &reads, Some(&json!({ "nip": "19740215 200112 2 001" })));
    assert_eq!((status, found["record"].as_str()), (200, Some(record)));
    let change = json!({ "status": "retired", "since": "2026-01-01" });
    let (status, changed) = ask(&office, "POST", &format!("people/{record}/status"), &writes, Some(&change));
    assert_eq!(
        (status, changed["status"].as_str(), changed["status_since"].as_str()),
        (200, Some("retired"), Some("2026-01-01"))
    );
    assert_eq!(ask(&office, "GET", &format!("people/{record}"), &reads, None).1["status"], "retired");
    assert_eq!(ask(&office, "GET", &format!("people/{record}/issues"), &reads, None).1["cards"], json!([]));
    assert_eq!(ask(&office, "GET", "people/%27%20OR%201=1", &reads, None).0, 404);
    assert_eq!(ask(&office, "GET", "cards/AAAAAAAAAAAAAAAA", &reads, None).0, 404);
    assert_eq!(ask(&office, "GET", "people?limit=9999", &reads, None).0, 400);

    // Somebody who asks without end is told to wait; whoever else asks is not.
    let busy =
        (0..400).map(|_| ask(&office, "GET", "cards/x", &writes, None).0).find(|status| *status == 429);
    assert_eq!(busy, Some(429));
    assert_eq!(ask(&office, "GET", "cards/x", &reads, None).0, 404);
    office.server.command(&["client", "revoke", &id], 0);
    assert_eq!(ask(&office, "GET", "people", &writes, None).0, 401);
    assert!(office.server.command(&["client", "list"], 0).contains("revoked"));
}
