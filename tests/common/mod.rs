//! What the journeys share: the real server on a free port, stations with folders of their own, and
//! a network that can be cut.

#![allow(dead_code, reason = "each journey uses a part of it")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tempfile::TempDir;

pub const HOST: &str = "KARTU.CONTOH.GO.ID";
pub const PIN: &str = "493817";

/// The central server as a process of its own, with made-up people.
pub struct Central {
    pub url: String,
    data: TempDir,
    process: Child,
    /// NIP and password of people who may sign in.
    pub people: Vec<(String, String)>,
}

impl Central {
    pub fn start(people: usize) -> Central {
        let data = TempDir::new().unwrap();
        let credentials = data.path().join("people.csv");
        let count = people.max(10).to_string();
        run(central(data.path())
            .args(["sample", "--seed", "1", "--count", &count, "--active", &count])
            .arg("--credentials")
            .arg(&credentials));
        let people = std::fs::read_to_string(credentials)
            .unwrap()
            .lines()
            .map(|line| {
                let (nip, password) = line.split_once(',').unwrap();
                (nip.to_owned(), password.to_owned())
            })
            .collect();
        let (process, url) = serve(data.path());
        Central { url, data, process, people }
    }

    /// A one-time code for a new station.
    pub fn code(&self, name: &str) -> String {
        let out = central(self.data.path())
            .args(["device", "new", "--json", "--name", name, "--place", "Lobi"])
            .output()
            .unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        let facts: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
        facts["code"].as_str().unwrap().to_owned()
    }

    /// An administrator's word that the station with this name is the office's own.
    pub fn approve(&self, name: &str) {
        self.command(&["device", "approve", &self.device(name)]);
    }

    /// What was noted, in order.
    pub fn audit(&self) -> Vec<String> {
        let database = self.data.path().join("central.sqlite");
        let connection = rusqlite::Connection::open(database).unwrap();
        let mut all = connection.prepare("SELECT action FROM audit ORDER BY at, id").unwrap();
        let lines = all.query_map([], |row| row.get(0)).unwrap();
        lines.map(Result::unwrap).collect()
    }

    /// How stations were left by their technicians, as they said it.
    pub fn reports(&self) -> Vec<String> {
        let connection = rusqlite::Connection::open(self.data.path().join("central.sqlite")).unwrap();
        let mut all = connection.prepare("SELECT report FROM device_reports ORDER BY at").unwrap();
        let lines = all.query_map([], |row| row.get(0)).unwrap();
        lines.map(Result::unwrap).collect()
    }

    /// Runs a command on the server's folder while it serves.
    pub fn command(&self, args: &[&str]) -> String {
        run(central(self.data.path()).args(args))
    }

    /// The id of the station with this name.
    pub fn device(&self, name: &str) -> String {
        let lines = self.command(&["device", "list", "--json"]);
        let lines = lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let device = lines.into_iter().find(|line| line["name"] == name).expect("a station of this name");
        device["id"].as_str().unwrap().to_owned()
    }

    /// NIP and name of everybody.
    pub fn names(&self) -> Vec<(String, String)> {
        let connection = rusqlite::Connection::open(self.data.path().join("central.sqlite")).unwrap();
        let mut query = connection.prepare("SELECT nip, name FROM people").unwrap();
        let rows = query.query_map([], |row| Ok((row.get::<_, i64>(0)?.to_string(), row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    }

    /// How many cards were ever made for a person.
    pub fn issues(&self, nip: &str) -> i64 {
        let database = std::fs::read_dir(self.data.path())
            .unwrap()
            .flatten()
            .map(|entry| entry.path())
            .find(|path| path.extension().is_some_and(|e| e == "sqlite" || e == "db"))
            .expect("the server's database");
        let connection = rusqlite::Connection::open(database).unwrap();
        let nip: i64 = nip.parse().unwrap();
        connection.query_row("SELECT count(*) FROM issues WHERE nip = ?1", [nip], |row| row.get(0)).unwrap()
    }
}

impl Drop for Central {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn central(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_anjungan-central"));
    command.arg("--data").arg(data).args(["--host", HOST]);
    command
}

fn serve(data: &Path) -> (Child, String) {
    let mut process =
        central(data).args(["serve", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(process.stdout.take().unwrap());
    out.read_line(&mut line).unwrap();
    let url = line.trim().strip_prefix("listening on ").expect(&line).to_owned();
    // Whatever it says later must not fill the pipe.
    std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
    (process, url)
}

/// A station that has joined, with a folder and a configuration of its own.
pub struct Station {
    folder: TempDir,
    /// What its first clerk was told, once.
    pub staff_code: String,
}

impl Station {
    pub fn join(central: &Central, url: &str, name: &str, face: &str, scan: &str) -> Station {
        let station = Station::join_with(url, &central.code(name), face, scan);
        central.approve(name);
        station
    }

    /// The same, with a one-time code of whichever server, and not approved there.
    pub fn join_with(url: &str, code: &str, face: &str, scan: &str) -> Station {
        let folder = TempDir::new().unwrap();
        let mut station = Station { folder, staff_code: String::new() };
        let data = station.data();
        let told = run(anjungan()
            .args(["provision", url, "--code", code])
            .arg("--data")
            .arg(&data)
            .env("ANJUNGAN_PIN", PIN));
        told.trim().clone_into(&mut station.staff_code);
        let text = format!(
            "data_dir = \"{}\"\nprinter = \"escpos+file:{}\"\n\n[display]\nkind = \"headless\"\n\n\
             [cameras]\nface = \"{face}\"\nscan = \"{scan}\"\n\n[limits]\nsync_seconds = 1\n",
            data.display(),
            station.paper().display()
        );
        std::fs::write(station.config(), text).unwrap();
        station
    }

    /// Lets its scan camera see something else from now on.
    pub fn scans(&self, scan: &str) {
        let text = std::fs::read_to_string(self.config()).unwrap();
        let line = text.lines().find(|line| line.starts_with("scan = ")).unwrap().to_owned();
        std::fs::write(self.config(), text.replace(&line, &format!("scan = \"{scan}\""))).unwrap();
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn config(&self) -> PathBuf {
        self.folder.path().join("station.toml")
    }

    /// Where its printer's bytes go.
    pub fn paper(&self) -> PathBuf {
        self.folder.path().join("paper.escpos")
    }

    pub fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    /// Walks the main way; the words of the steps come on standard output.
    pub fn card(&self, (nip, password): &(String, String)) -> Command {
        let file = self.folder.path().join("password");
        std::fs::write(&file, password).unwrap();
        let mut command = self.guided("card");
        command.args(["--nip", nip]).arg("--password-file").arg(file);
        command
    }

    pub fn guided(&self, way: &str) -> Command {
        let mut command = anjungan();
        command.args(["guided", way]).arg("--config").arg(self.config()).arg("--out").arg(self.out());
        command
    }

    /// The screen as it stands in a lobby, nobody before it.
    pub fn kiosk(&self) -> Running {
        let mut command = anjungan();
        command.arg("kiosk").arg("--config").arg(self.config());
        Running::spawn(command)
    }

    pub fn summary(&self) -> serde_json::Value {
        serde_json::from_slice(&std::fs::read(self.out().join("summary.json")).unwrap()).unwrap()
    }

    /// What is written down of acceptances: (kept, issued).
    pub fn acceptances(&self) -> (i64, i64) {
        let count = |what: &str| -> i64 {
            let sql = format!("SELECT count(*) FROM acceptances WHERE state = '{what}'");
            self.database().query_row(&sql, [], |row| row.get(0)).unwrap()
        };
        (count("kept"), count("issued"))
    }

    /// Prints that still wait for a printer.
    pub fn open_jobs(&self) -> i64 {
        let sql = "SELECT count(*) FROM print_jobs WHERE state IN ('queued', 'sending')";
        self.database().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    pub fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.data().join("station.sqlite")).unwrap()
    }
}

pub fn anjungan() -> Command {
    Command::new(env!("CARGO_BIN_EXE_anjungan"))
}

/// Runs to the end and must succeed.
pub fn run(command: &mut Command) -> String {
    let out = command.output().unwrap();
    assert!(out.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).into_owned()
}

/// A process whose lines are read as they come, and that does not outlive the test.
pub struct Running {
    process: Child,
    lines: BufReader<ChildStdout>,
}

impl Running {
    pub fn spawn(mut command: Command) -> Running {
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap());
        Running { process, lines }
    }

    /// Reads until this line. `false`: the process ended without it.
    pub fn until(&mut self, wanted: &str) -> bool {
        let mut line = String::new();
        loop {
            line.clear();
            if self.lines.read_line(&mut line).unwrap_or(0) == 0 {
                return false;
            }
            if line.trim() == wanted {
                return true;
            }
        }
    }

    /// SIGKILL, as a power cut would.
    pub fn cut_power(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Reads until a line that begins so; the rest of it.
    pub fn until_word(&mut self, wanted: &str) -> Option<String> {
        let mut line = String::new();
        loop {
            line.clear();
            if self.lines.read_line(&mut line).unwrap_or(0) == 0 {
                return None;
            }
            if let Some(rest) = line.trim().strip_prefix(wanted) {
                return Some(rest.trim().to_owned());
            }
        }
    }

    pub fn ends_well(mut self) -> bool {
        let mut rest = String::new();
        let _ = self.lines.read_to_string(&mut rest);
        self.process.wait().unwrap().success()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Waits for something that happens in another process; a journey that hangs is cut by nextest.
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..600 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("waited a minute for {what}");
}

/// A way to the server that can be cut and mended.
pub struct Network {
    pub url: String,
    cut: Arc<AtomicBool>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Network {
    pub fn to(server: &str) -> Network {
        let target = server.strip_prefix("http://").unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let cut = Arc::new(AtomicBool::new(false));
        let open: Arc<Mutex<Vec<TcpStream>>> = Arc::default();
        let (is_cut, kept) = (Arc::clone(&cut), Arc::clone(&open));
        std::thread::spawn(move || {
            for near in listener.incoming().flatten() {
                if is_cut.load(Ordering::SeqCst) {
                    continue;
                }
                let Ok(far) = TcpStream::connect(&target) else { continue };
                for (from, to) in [(&near, &far), (&far, &near)] {
                    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    std::thread::spawn(move || {
                        let mut buffer = [0; 16 * 1024];
                        while let Ok(count @ 1..) = from.read(&mut buffer) {
                            if to.write_all(&buffer[..count]).is_err() {
                                break;
                            }
                        }
                        let _ = to.shutdown(Shutdown::Both);
                    });
                }
                kept.lock().unwrap().extend([near, far]);
            }
        });
        Network { url, cut, open }
    }

    pub fn cut(&self) {
        self.cut.store(true, Ordering::SeqCst);
        for stream in self.open.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    pub fn mend(&self) {
        self.cut.store(false, Ordering::SeqCst);
    }
}
