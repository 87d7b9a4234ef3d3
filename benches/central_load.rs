//! What the central server bears: stations asking about cards, a new station, and every station of a region
//! coming back at once. Made-up people, a server of its own in a temporary folder, bounded in time.
//!
//!     cargo bench --no-default-features --features central --bench central_load
//!
//! `ANJUNGAN_LOAD` shrinks it: `people=1000,stations=50,seconds=2`. `import=1000000` adds an import.

#![allow(clippy::disallowed_methods, reason = "a load program measures time")]

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use anjungan::credential::{KeyPair, Serial, Verdict, sign_assertion};
use anjungan::protocol::{
    AskNonce, BASE, DeviceSession, Looked, Nonce, OpenSession, OutboxItem, OutboxKind, RosterPage,
};
use jiff::Timestamp;
use sqlx::Row as _;

const KEY: [u8; 32] = [7; 32];
const SERIAL: &str = "ABCDEFGHJKLMNPQR";
const OFFICE: &str =
    "host = \"KARTU.EXAMPLE\"\nreturn_to = \"BKPSDM\"\n[issuer]\nid = \"6201\"\nname = \"BKPSDM\"\n";

/// One connection that is kept open.
struct Line {
    stream: BufReader<TcpStream>,
    host: String,
}

impl Line {
    fn open(host: &str) -> Line {
        let stream = loop {
            match TcpStream::connect(host) {
                Ok(stream) => break stream,
                Err(_) => std::thread::sleep(Duration::from_millis(50)),
            }
        };
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        Line { stream: BufReader::new(stream), host: host.to_owned() }
    }

    /// The status, what `Retry-After` says, and the body.
    fn ask(&mut self, method: &str, path: &str, token: &str, body: &[u8]) -> (u16, Option<u64>, Vec<u8>) {
        let mut head = format!("{method} {BASE}{path} HTTP/1.1\r\nhost: {}\r\n", self.host);
        if !token.is_empty() {
            write!(head, "authorization: Bearer {token}\r\n").unwrap();
        }
        write!(head, "content-length: {}\r\n\r\n", body.len()).unwrap();
        let mut message = head.into_bytes();
        message.extend_from_slice(body);
        self.stream.get_mut().write_all(&message).unwrap();
        let (mut status, mut length, mut retry) = (0, 0, None);
        let mut line = String::new();
        loop {
            line.clear();
            self.stream.read_line(&mut line).unwrap();
            let text = line.trim_end().to_ascii_lowercase();
            if let Some(rest) = text.strip_prefix("http/1.1 ") {
                status = rest[..3].parse().unwrap();
            } else if let Some(value) = text.strip_prefix("content-length: ") {
                length = value.parse().unwrap();
            } else if let Some(value) = text.strip_prefix("retry-after: ") {
                retry = value.parse().ok();
            } else if text.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).unwrap();
        (status, retry, body)
    }

    /// Asks until it is let in, as stations do; counts how often it was told to wait.
    fn patiently(&mut self, ask: (&str, &str, &str, &[u8]), waits: &AtomicU64) -> Vec<u8> {
        loop {
            let (status, retry, body) = self.ask(ask.0, ask.1, ask.2, ask.3);
            match (status, retry) {
                (200..=299, _) => return body,
                (429, Some(seconds)) => {
                    waits.fetch_add(1, Ordering::Relaxed);
                    std::thread::sleep(Duration::from_secs(seconds));
                }
                _ => panic!("{} {}: {status} {}", ask.0, ask.1, String::from_utf8_lossy(&body)),
            }
        }
    }

    fn session(&mut self, device: &str, waits: &AtomicU64) -> String {
        let asked = serde_json::to_vec(&AskNonce { device_id: device.into() }).unwrap();
        let nonce: Nonce =
            serde_json::from_slice(&self.patiently(("POST", "/device/nonce", "", &asked), waits)).unwrap();
        let signature = sign_assertion(&KeyPair::from_secret(KEY), device, &nonce.nonce.0).unwrap().into();
        let asked = OpenSession { device_id: device.into(), nonce: nonce.nonce, signature };
        let asked = serde_json::to_vec(&asked).unwrap();
        let session = self.patiently(("POST", "/device/session", "", &asked), waits);
        serde_json::from_slice::<DeviceSession>(&session).unwrap().token
    }

    /// All pages after a cursor: how many records, and the last cursor.
    fn walk(&mut self, token: &str, after: &str, waits: &AtomicU64) -> (usize, String) {
        let (mut cursor, mut records) = (after.to_owned(), 0);
        loop {
            let path = format!("/roster?after={cursor}");
            let body = self.patiently(("GET", &path, token, b""), waits);
            let page: RosterPage = serde_json::from_slice(&body).unwrap();
            records += page.records.len();
            cursor = page.cursor;
            if !page.more {
                return (records, cursor);
            }
        }
    }
}

struct Server {
    folder: tempfile::TempDir,
    /// Of PostgreSQL; empty: SQLite.
    database: String,
}

impl Server {
    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_anjungan-central"));
        if !self.database.is_empty() {
            command.env("ANJUNGAN_CENTRAL_DATABASE", &self.database);
        }
        command.env("ANJUNGAN_LOG", "error").arg("--data").arg(self.folder.path());
        command
    }

    fn run(&self, args: &[&str]) -> String {
        let output = self.command().args(args).output().unwrap();
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn start(&self) -> (Child, String) {
        let mut child =
            self.command().args(["serve", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        (child, line.trim().strip_prefix("listening on http://").unwrap().to_owned())
    }

    fn address(&self) -> String {
        if self.database.is_empty() {
            format!("sqlite://{}/central.sqlite", self.folder.path().display())
        } else {
            self.database.clone()
        }
    }

    /// Stations that have joined, and one card: put in behind the server's back, to save a thousand commands.
    async fn put_in(&self, stations: usize) {
        let pool = sqlx::AnyPool::connect(&self.address()).await.unwrap();
        let key = KeyPair::from_secret(KEY).public().to_vec();
        let mut tx = pool.begin().await.unwrap();
        for n in 0..stations {
            sqlx::query(
                "INSERT INTO devices (id, name, place, utc_offset_hours, device_public, sealing_public,
                     created_at, enrolled_at, approved_at) VALUES ($1, $1, 'Lobi', 7, $2, $2, 1, 1, 1)",
            )
            .bind(format!("STATION-{n}"))
            .bind(key.clone())
            .execute(&mut *tx)
            .await
            .unwrap();
        }
        let row = sqlx::query("SELECT issuer, kid FROM issuer_keys").fetch_one(&mut *tx).await.unwrap();
        let nip: i64 = sqlx::query_scalar("SELECT nip FROM people ORDER BY nip DESC LIMIT 1")
            .fetch_one(&mut *tx)
            .await
            .unwrap();
        sqlx::query(
            "INSERT INTO issues (serial, face_serial, issuer, kid, status_index, state, nip, name, body, unit,
                 photo_hash, issued_on, issued_at, return_to, front_code, back_code, item_id, pick_up_hash)
             VALUES ($1, 'A', $2, $3, 1, 'live', $4, 'X', 'X', 'X', 'X', '2026-01-01', 1, 'X', 'X', 'X', 'X', $5)",
        )
        .bind(SERIAL)
        .bind(row.get::<String, _>("issuer"))
        .bind(row.get::<String, _>("kid"))
        .bind(nip)
        .bind(vec![0_u8])
        .execute(&mut *tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
        pool.close().await;
    }
}

/// The most memory that a process had, in MiB.
fn peak(id: u32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// 32 connections ask for one card, over and over.
fn status_checks(host: &str, seconds: u64) {
    let waits = AtomicU64::new(0);
    let token = Line::open(host).session("STATION-0", &waits);
    let until = Instant::now() + Duration::from_secs(seconds);
    let path = format!("/card/{SERIAL}");
    let began = Instant::now();
    let mut took: Vec<Duration> = std::thread::scope(|scope| {
        let lines: Vec<_> = (0..32)
            .map(|_| {
                scope.spawn(|| {
                    let (mut line, mut took) = (Line::open(host), Vec::new());
                    while Instant::now() < until {
                        let one = Instant::now();
                        let (status, _, body) = line.ask("GET", &path, &token, b"");
                        assert_eq!((status, body.as_slice()), (200, &br#"{"state":"valid"}"#[..]));
                        took.push(one.elapsed());
                    }
                    took
                })
            })
            .collect();
        lines.into_iter().flat_map(|line| line.join().unwrap()).collect()
    });
    let rate = took.len() as f64 / began.elapsed().as_secs_f64();
    took.sort_unstable();
    let at = |part: usize| took[took.len() * part / 1000].as_secs_f64() * 1e3;
    println!(
        "status checks at 32 connections: {rate:.0} a second, median {:.1} ms, p99 {:.1} ms",
        at(500),
        at(990)
    );
}

/// Every station opens a session, hands in what it noted meanwhile, and fetches what changed.
fn coming_back(host: &str, stations: usize, cursor: &str, changed: usize) {
    let (waits, start) = (Arc::new(AtomicU64::new(0)), Arc::new(Barrier::new(stations + 1)));
    let threads: Vec<_> = (0..stations)
        .map(|n| {
            let (host, cursor) = (host.to_owned(), cursor.to_owned());
            let (waits, start) = (waits.clone(), start.clone());
            let work = move || {
                start.wait();
                let mut line = Line::open(&host);
                let token = line.session(&format!("STATION-{n}"), &waits);
                for item in 0..5 {
                    let looked = Looked { serial: serial(), verdict: Verdict::Valid };
                    let item = OutboxItem {
                        id: format!("ITEM-{n}-{item}-LOAD"),
                        happened_at: Timestamp::UNIX_EPOCH,
                        kind: OutboxKind::Looked(looked),
                    };
                    let body = serde_json::to_vec(&item).unwrap();
                    line.patiently(("POST", "/outbox", &token, &body), &waits);
                }
                line.patiently(("GET", "/trust", "", b""), &waits);
                let (records, _) = line.walk(&token, &cursor, &waits);
                assert_eq!(records, changed);
            };
            std::thread::Builder::new().stack_size(256 * 1024).spawn(work).unwrap()
        })
        .collect();
    start.wait();
    let began = Instant::now();
    for thread in threads {
        thread.join().unwrap();
    }
    println!(
        "{stations} stations come back, {changed} records each and 5 items from each: {:.1} s, told to wait {} times",
        began.elapsed().as_secs_f64(),
        waits.load(Ordering::Relaxed)
    );
}

fn serial() -> Serial {
    SERIAL.parse().unwrap()
}

/// People with numbers that are none of anybody's, as an office's list.
fn list(file: &Path, count: usize, unit: &str) {
    let mut out = std::io::BufWriter::new(std::fs::File::create(file).unwrap());
    writeln!(out, "nip,nama,status,tmt,instansi,unit,jabatan").unwrap();
    for n in 0..count {
        let (day, month, year) = (1 + n % 28, 1 + n / 28 % 12, 1960 + n / 336 % 40);
        let (start, order) = (year + 24, n / 13_440);
        let nip =
            format!("{year}{month:02}{day:02}{start}{month:02}{}{:03}", 1 + order / 999 % 2, 1 + order % 999);
        writeln!(
            out,
            "{nip},Nama Contoh {n},aktif,{start}-{month:02}-01,Pemkab Contoh,{unit} {},Analis",
            n % 40
        )
        .unwrap();
    }
    out.flush().unwrap();
}

/// A whole country's list, into a server that has nobody yet.
fn import_of(many: usize) {
    let server = Server { folder: tempfile::tempdir().unwrap(), database: String::new() };
    std::fs::write(server.folder.path().join("central.toml"), OFFICE).unwrap();
    let file = server.folder.path().join("people.csv");
    list(&file, many, "Dinas Lain");
    let began = Instant::now();
    let mut child = server.command().arg("import").arg(&file).stdout(Stdio::null()).spawn().unwrap();
    let mut most = 0;
    let ended = loop {
        match child.try_wait().unwrap() {
            Some(ended) => break ended,
            None => most = most.max(peak(child.id())),
        }
        std::thread::sleep(Duration::from_millis(200));
    };
    assert!(ended.success(), "the import ended with {ended}");
    println!(
        "import of {many} on SQLite: {:.1} s, memory at its most {most} MiB",
        began.elapsed().as_secs_f64()
    );
}

fn main() {
    let asked = std::env::var("ANJUNGAN_LOAD").unwrap_or_default();
    let asked = |name: &str, usual: usize| {
        let pair = asked.split(',').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        pair.map_or(usual, |value| value.parse().expect(name))
    };
    let (people, stations) = (asked("people", 12_000), asked("stations", 1_000));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    sqlx::any::install_default_drivers();
    let database = std::env::var("ANJUNGAN_TEST_DATABASE").map_or_else(
        |_| String::new(),
        |server| {
            let address = format!("{}/load_{}", server.trim_end_matches('/'), std::process::id());
            let made = <sqlx::Any as sqlx::migrate::MigrateDatabase>::create_database(&address);
            runtime.block_on(made).unwrap();
            address
        },
    );
    println!("on {}", if database.is_empty() { "SQLite" } else { "PostgreSQL" });
    let server = Server { folder: tempfile::tempdir().unwrap(), database };
    std::fs::write(server.folder.path().join("central.toml"), OFFICE).unwrap();
    let file = server.folder.path().join("people.csv");
    list(&file, people, "Dinas");
    let began = Instant::now();
    let told = server.run(&["import", file.to_str().unwrap()]);
    println!("import of {people}: {:.1} s ({})", began.elapsed().as_secs_f64(), told.trim());
    let (mut child, host) = server.start();
    runtime.block_on(server.put_in(stations));

    status_checks(&host, asked("seconds", 10) as u64);
    let waits = AtomicU64::new(0);
    let mut line = Line::open(&host);
    let token = line.session("STATION-0", &waits);
    let began = Instant::now();
    let (records, cursor) = line.walk(&token, "", &waits);
    assert_eq!(records, people);
    println!("a new station's first {records} records: {:.2} s", began.elapsed().as_secs_f64());

    let changed = people / 100;
    list(&file, changed, "Dinas Baru");
    server.run(&["import", file.to_str().unwrap()]);
    coming_back(&host, stations, &cursor, changed);
    println!("the server's memory at its most: {} MiB", peak(child.id()));
    child.kill().unwrap();
    child.wait().unwrap();

    let many = asked("import", 0);
    if many > 0 {
        import_of(many);
    }
}
