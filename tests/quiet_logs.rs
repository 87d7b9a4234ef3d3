//! What both programs say of people while everything happens that can happen to one: nothing. They say all they
//! can (`debug`), and what they said is searched for every name, number, password, address and code.
#![cfg(all(feature = "central", feature = "station"))]

mod central_station;
mod common;
mod letters;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anjungan::clock::SystemClock;
use anjungan::person::sample::ACTIVE_PNS as ACTIVE;
use common::{PIN, Station};
use serde_json::Value;
use totp_rs::Builder;

const ADDRESS: &str = "sri.wahyuni@surel.example";
const WRONG: &str = "bukan-kata-sandinya";
const CHOSEN: &str = "anggrek di jendela timur";

/// A browser without a screen: it keeps cookies and sends the proof of the last form.
struct Pages<'a> {
    server: &'a central_station::Server,
    agent: ureq::Agent,
    jar: BTreeMap<String, String>,
    proof: String,
}

impl Pages<'_> {
    fn new(server: &central_station::Server) -> Pages<'_> {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
        Pages { server, agent, jar: BTreeMap::new(), proof: String::new() }
    }

    fn cookies(&self) -> String {
        let pairs: Vec<String> = self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    fn open(&mut self, path: &str) -> String {
        let request =
            self.agent.get(format!("{}{path}", self.server.base())).header("cookie", self.cookies());
        let answer = request.call().unwrap();
        self.read(answer)
    }

    fn send(&mut self, path: &str, fields: &[(&str, &str)]) -> String {
        let escaped = |text: &str| {
            let escape = |byte: u8| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
                _ => format!("%{byte:02X}"),
            };
            text.bytes().map(escape).collect::<String>()
        };
        let proof = [("bukti", self.proof.as_str())];
        let pairs = proof.iter().chain(fields).map(|(name, value)| format!("{name}={}", escaped(value)));
        let body = pairs.collect::<Vec<_>>().join("&");
        let request = self
            .agent
            .post(format!("{}{path}", self.server.base()))
            .header("cookie", self.cookies())
            .header("content-type", "application/x-www-form-urlencoded");
        let answer = request.send(body).unwrap();
        self.read(answer)
    }

    fn read(&mut self, mut answer: ureq::http::Response<ureq::Body>) -> String {
        for cookie in answer.headers().get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.jar.insert(name.to_owned(), value.to_owned());
        }
        let page = answer.body_mut().read_to_string().unwrap();
        if let Some(after) = page.split("name=\"bukti\" value=\"").nth(1) {
            after.split('"').next().unwrap().clone_into(&mut self.proof);
        }
        page
    }
}

/// Runs a station's command that says all it can; what it said is added to this file.
fn talking(mut command: Command, log: &Path) -> bool {
    let file = fs::OpenOptions::new().create(true).append(true).open(log).unwrap();
    command
        .env("ANJUNGAN_LOG", "debug")
        .env("ANJUNGAN_PIN", PIN)
        .stderr(file)
        .output()
        .unwrap()
        .status
        .success()
}

fn code(otpauth: &str) -> String {
    let secret = otpauth.split("secret=").nth(1).unwrap().split('&').next().unwrap();
    let bytes = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    let totp = Builder::new().with_secret(<[u8; 20]>::try_from(bytes).unwrap()).build().unwrap();
    totp.generate(SystemClock::shared().now().as_second() as u64).to_string()
}

/// Everything that must stand in no log, under a word that may.
struct Private(Vec<(String, String)>);

impl Private {
    /// The people's names and numbers.
    fn of(people: &[(String, String)]) -> Private {
        let mut private = Private(Vec::new());
        for (nip, name) in people {
            private.add("a NIP", nip);
            let groups = format!("{} {} {} {}", &nip[..8], &nip[8..14], &nip[14..15], &nip[15..]);
            private.add("a NIP in groups", &groups);
            private.add("a name", name);
        }
        private
    }

    fn add(&mut self, what: &str, text: &str) {
        assert!(text.len() >= 6, "{what} is too short to be searched for");
        self.0.push((what.to_owned(), text.to_owned()));
    }

    fn found_in(&self, log: &str) -> Vec<&str> {
        // Without the moment at the beginning: its digits may be anything.
        let small: String =
            log.lines().filter_map(|line| line.split_once(' ')).map(|(_, said)| said).collect();
        let small = small.to_lowercase();
        let found = self.0.iter().filter(|(_, text)| small.contains(&text.to_lowercase()));
        found.map(|(what, _)| what.as_str()).collect()
    }
}

/// The made-up people: NIP and name.
fn people(folder: &Path, server: &central_station::Server) -> Vec<(String, String)> {
    let file = folder.join("people.csv");
    server.command(&["export", file.to_str().unwrap()], 0);
    let mut rows = csv::Reader::from_path(file).unwrap();
    let titles = rows.headers().unwrap().clone();
    let at = |title: &str| titles.iter().position(|known| known == title).expect(title);
    let (nip, name) = (at("nip"), at("nama"));
    rows.records().map(|row| row.unwrap()).map(|row| (row[nip].to_owned(), row[name].to_owned())).collect()
}

#[test]
fn neither_program_says_anything_of_anybody() {
    let (port, told) = letters::sink();
    let server = central_station::Server::new();
    let folder = server.data.path().to_owned();
    let credentials = folder.join("credentials.csv");
    let path = credentials.to_str().unwrap();
    server.command(&["sample", "--count", "10", "--seed", "1", "--credentials", path, "--active", "6"], 0);
    letters::configure(&server, &letters::settings(port));
    let text = fs::read_to_string(&credentials).unwrap();
    let signs_in: Vec<(String, String)> =
        text.lines().filter_map(|line| line.split_once(',')).map(|(a, b)| (a.into(), b.into())).collect();
    let known = people(&folder, &server);

    let mut private = Private::of(&known);
    for (_, password) in &signs_in {
        private.add("a password", password);
    }
    for (what, text) in [("an address", ADDRESS), ("a wrong password", WRONG), ("a chosen password", CHOSEN)]
    {
        private.add(what, text);
    }
    private.add("a PIN", PIN);

    let server = server.start_talking();
    let joining = server.command(&["--json", "device", "new", "--name", "Satu", "--place", "Lobi"], 0);
    let joining: Value = serde_json::from_str(&joining).unwrap();
    let one_time = joining["code"].as_str().unwrap();
    let station = Station::join_with(server.base(), one_time, "demo:", "demo:");
    server.command(&["device", "approve", joining["device_id"].as_str().unwrap()], 0);
    private.add("a code to join", one_time);
    private.add("a staff code", &station.staff_code);

    // At the station: a wrong password, then sign-in, photo, card, print.
    let log = folder.join("station.log");
    let (person, another) = (&signs_in[ACTIVE], &signs_in[1]);
    assert!(!talking(station.card(&(person.0.clone(), WRONG.into())), &log));
    assert!(talking(station.card(person), &log));
    let summary = station.summary();
    let face_serial = summary["outcome"]["face_serial"].as_str().expect("a card").to_owned();
    private.add("a number on a card", &face_serial);
    // Another desk looks at it, with a clerk and by phone.
    let front = station.out().join("card-landscape-front.png");
    let shown = format!("shown:{}", front.display());
    let second = server.command(&["--json", "device", "new", "--name", "Dua", "--place", "Lobi"], 0);
    let second: Value = serde_json::from_str(&second).unwrap();
    let desk = Station::join_with(server.base(), second["code"].as_str().unwrap(), "demo:", &shown);
    server.command(&["device", "approve", second["device_id"].as_str().unwrap()], 0);
    private.add("another code to join", second["code"].as_str().unwrap());
    assert!(talking(desk.guided("check"), &log));
    let verdict: Value = serde_json::from_slice(&fs::read(desk.out().join("verdict.json")).unwrap()).unwrap();
    assert_eq!(verdict["verdict"], "valid", "{verdict}");

    // A new account, by a page; wrong codes and right ones; a forgotten password by letter.
    let newcomer = &another.0;
    let reset: Value =
        serde_json::from_str(&server.command(&["--json", "user", "reset", newcomer], 0)).unwrap();
    let activation = reset["code"].as_str().unwrap();
    private.add("an activation code", activation);
    private.add("an activation code as it is typed", &activation.replace('-', ""));
    let mut phone = Pages::new(&server);
    let fields = |code| [("nip", newcomer.as_str()), ("code", code), ("password", CHOSEN), ("again", CHOSEN)];
    phone.send("/aktivasi", &fields("BCDF-GHJK-LMNP"));
    assert!(phone.send("/aktivasi", &fields(activation)).contains("/masuk"));
    phone.open("/masuk");
    phone.send("/masuk", &[("nip", newcomer), ("sandi", WRONG)]);
    phone.send("/masuk", &[("nip", newcomer), ("sandi", CHOSEN), ("ingat", "ya")]);
    assert!(phone.open("/akun").contains("/akun/kartu"), "signed in");
    for page in ["/akun/kartu", "/akun/keliru", "/akun/dilihat", "/akun/ponsel"] {
        phone.open(page);
    }
    server.command(&["user", "email", &another.0, ADDRESS], 0);
    let mut forgot = Pages::new(&server);
    forgot.open("/lupa");
    forgot.send("/lupa", &[("nip", &another.0)]);
    let link = letters::link(&told.recv().unwrap());
    private.add("a link in a letter", link.split('?').next().unwrap().rsplit('/').next().unwrap());
    forgot.open(&link);

    // The office searches for people and reads the journal.
    let put: Value = serde_json::from_str(
        &server.command(&["--json", "staff", "put", &another.0, "--role", "administrator"], 0),
    )
    .unwrap();
    let otpauth = put["otpauth"].as_str().unwrap();
    private.add("a second factor", otpauth.split("secret=").nth(1).unwrap().split('&').next().unwrap());
    let mut office = Pages::new(&server);
    office.open("/kantor/masuk");
    office.send("/kantor/masuk", &[("nip", &another.0), ("sandi", CHOSEN), ("kode", "000000")]);
    office.send("/kantor/masuk", &[("nip", &another.0), ("sandi", CHOSEN), ("kode", &code(otpauth))]);
    assert!(office.open("/kantor/orang").contains("name=\"cari\""), "signed in");
    let (nip, name) = known.iter().find(|(nip, _)| *nip == person.0).unwrap();
    for asked in [nip, name] {
        assert!(office.send("/kantor/orang", &[("cari", asked)]).contains(name.as_str()), "found");
    }
    for page in ["/kantor", "/kantor/catatan", "/kantor/anjungan", "/kantor/koreksi"] {
        office.open(page);
    }

    let logs: [(&str, PathBuf); 2] = [("the station", log), ("the server", folder.join("log"))];
    for (who, file) in logs {
        let said = fs::read_to_string(&file).unwrap();
        assert!(said.lines().count() >= 10, "{who} said too little for a search to mean anything:\n{said}");
        assert!(private.found_in(&said).is_empty(), "{who} speaks of {:?}", private.found_in(&said));
        // The search finds what is there.
        let leaked = format!("{said}\n2026 signed in: {name}");
        assert_eq!(private.found_in(&leaked), ["a name"]);
    }
}
