//! A station for tests: as small as one can be and still speak version 1 of the protocol.

#![allow(dead_code, reason = "each journey uses a part of it")]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use anjungan::clock::{os_random, random_bytes};
use anjungan::credential::{
    CardStatus, Code, KeyPair, ListId, SignedTime, StatusList, TrustList, parse, sign_assertion,
};
use anjungan::protocol::{
    Acceptance, AcceptedPhoto, AskNonce, BASE, Blob, DeviceSession, Enrol, Enrolled, Issue, Nonce,
    OpenSession, OutboxAnswer, OutboxItem, OutboxKind, Problem, RosterPage,
};
use anjungan::sealed::{EpochKey, SealedRecord, StationKeys, WrappedEpoch, unwrap_epoch};
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

type Answer<T> = Result<T, (u16, Problem)>;

const OFFICE: &str =
    "host = \"KARTU.CONTOH.GO.ID\"\nreturn_to = \"BKPSDM\"\n[issuer]\nid = \"6201\"\nname = \"BKPSDM\"\n";

/// The real binary, with a folder and a database of its own.
pub struct Server {
    pub data: tempfile::TempDir,
    database: String,
    child: Option<Child>,
    pub base: String,
}

impl Server {
    pub fn new() -> Server {
        let data = tempfile::tempdir().unwrap();
        Server { data, database: new_database(), child: None, base: String::new() }
    }

    /// The program, told where the database is as an operator may tell it.
    pub fn binary(&self) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_anjungan-central"));
        if !self.database.is_empty() {
            program.env("ANJUNGAN_CENTRAL_DATABASE", &self.database);
        }
        program
    }

    /// Runs a command on the server's folder, expects this exit code, returns what it printed.
    pub fn command(&self, args: &[&str], expected: i32) -> String {
        let output = self.binary().args(args).arg("--data").arg(self.folder()).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(expected), "{args:?}: {told}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a command that must fail; what it told on standard error.
    pub fn refused(&self, args: &[&str]) -> String {
        let output = self.binary().args(args).arg("--data").arg(self.folder()).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    /// Sends a form as a browser does, without a device.
    pub fn post_form(&self, path: &str, body: &str) -> (u16, String) {
        let url = format!("{}{path}", self.base);
        let kind = "application/x-www-form-urlencoded";
        let mut answer = agent().post(url).header("content-type", kind).send(body).unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    }

    /// Answers a GET with this header's value.
    pub fn header(&self, path: &str, name: &str) -> String {
        let answer = agent().get(format!("{}{path}", self.base)).call().unwrap();
        answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    }

    /// The status of a GET with one more header.
    pub fn header_of(&self, path: &str, (name, value): (&str, &str)) -> u16 {
        agent().get(format!("{}{path}", self.base)).header(name, value).call().unwrap().status().as_u16()
    }

    /// What a real office writes down before its first command.
    pub fn set_up(&self) {
        std::fs::create_dir_all(self.folder()).unwrap();
        std::fs::write(self.folder().join("central.toml"), OFFICE).unwrap();
    }

    pub fn folder(&self) -> std::path::PathBuf {
        self.data.path().join("data")
    }

    pub fn start(self) -> Server {
        let mut program = self.binary();
        self.start_as(&mut program)
    }

    /// Starts it so that it says everything it can say; see [`Server::log`].
    pub fn start_talking(self) -> Server {
        let file = std::fs::File::create(self.data.path().join("log")).unwrap();
        let mut program = self.binary();
        self.start_as(program.env("ANJUNGAN_LOG", "trace").stderr(file))
    }

    /// Starts it with these variables in its environment.
    pub fn start_with(self, variables: &[(&str, &std::path::Path)]) -> Server {
        let mut program = self.binary();
        program.envs(variables.iter().copied());
        self.start_as(&mut program)
    }

    /// What a server that was started talking has said.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.data.path().join("log")).unwrap()
    }

    fn start_as(mut self, program: &mut Command) -> Server {
        let mut child = program
            .args(["serve", "--listen", "127.0.0.1:0", "--host", "KARTU.EXAMPLE", "--data"])
            .arg(self.folder())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        line.trim()
            .strip_prefix("listening on ")
            .expect("the line that says ready")
            .clone_into(&mut self.base);
        self.child = Some(child);
        self
    }

    /// The power goes: no signal that could be handled, and the same folder afterwards.
    pub fn power_cut(mut self) -> Server {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        self.start()
    }

    /// Ends the process as a power cut does; the folder stays.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Starts again after [`Server::kill`], and how long it took until it was ready.
    #[allow(clippy::disallowed_methods, reason = "a figure that is printed, not judged")]
    pub fn again(self) -> (Server, std::time::Duration) {
        let began = std::time::Instant::now();
        let server = self.start();
        (server, began.elapsed())
    }

    /// The ids of all outbox items that have an answer, read from the database itself.
    pub fn outbox_ids(&self) -> Vec<String> {
        let address = if self.database.is_empty() {
            format!("sqlite://{}/central.sqlite", self.folder().display())
        } else {
            self.database.clone()
        };
        sqlx::any::install_default_drivers();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let pool = sqlx::AnyPool::connect(&address).await.unwrap();
            sqlx::query_scalar("SELECT id FROM outbox_items").fetch_all(&pool).await.unwrap()
        })
    }

    /// The number of its process.
    pub fn pid(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// Path from the root, without a device.
    pub fn get(&self, path: &str) -> (u16, String) {
        let mut answer = agent().get(format!("{}{path}", self.base)).call().unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    }

    /// Its address, without a slash at the end.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The id of the key that signs today.
    pub fn signing_key(&self) -> String {
        let out = self.command(&["key", "list", "--json"], 0);
        let lines = out.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let signing = lines.into_iter().find(|line| line["state"] == "signing").unwrap();
        signing["kid"].as_str().unwrap().to_owned()
    }

    /// A caller without a session.
    pub fn anonymous(&self) -> Station {
        Station::new(&self.base)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        // As systemd does; a server that does not stop by itself fails the test.
        let stopped = Command::new("sh").args(["-c", &format!("kill {}", child.id())]).status();
        let status = child.wait();
        if !std::thread::panicking() {
            assert!(stopped.unwrap().success() && status.unwrap().success(), "a graceful stop");
        }
    }
}

/// With `ANJUNGAN_TEST_DATABASE=postgres://USER@HOST`, a new database on that server; otherwise SQLite in
/// the data folder.
fn new_database() -> String {
    let Ok(server) = std::env::var("ANJUNGAN_TEST_DATABASE") else { return String::new() };
    let name = HEXLOWER.encode(&random_bytes::<8>());
    let address = format!("{}/test_{name}", server.trim_end_matches('/'));
    sqlx::any::install_default_drivers();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(<sqlx::Any as sqlx::migrate::MigrateDatabase>::create_database(&address)).unwrap();
    address
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).build().into()
}

pub struct Station {
    base: String,
    agent: ureq::Agent,
    pub code: String,
    pub device_id: String,
    secret: [u8; 32],
    keys: StationKeys,
    enrolled: Option<Enrolled>,
    token: String,
}

impl Station {
    fn new(base: &str) -> Station {
        Station {
            base: format!("{base}{BASE}"),
            agent: agent(),
            code: String::new(),
            device_id: String::new(),
            secret: random_bytes(),
            keys: StationKeys::generate(&mut os_random()).unwrap(),
            enrolled: None,
            token: String::new(),
        }
    }

    /// Joins with a code of its own, is approved, and opens a session.
    pub fn enrol(server: &Server) -> Station {
        let out = server.command(&["device", "new", "--name", "Meja 1", "--place", "Lobi", "--json"], 0);
        let code =
            serde_json::from_str::<serde_json::Value>(&out).unwrap()["code"].as_str().unwrap().to_owned();
        let mut station = Station::try_enrol(server, &code).unwrap();
        station.approved(server);
        station
    }

    /// An administrator approves it; it opens a session, and fetches the region's key.
    pub fn approved(&mut self, server: &Server) {
        server.command(&["device", "approve", &self.device_id], 0);
        self.open();
        self.enrolled.as_mut().unwrap().epoch = self.get("epoch").unwrap();
    }

    /// Opens a session.
    pub fn open(&mut self) {
        self.token = self.open_with(&self.nonce(), &self.device_id).unwrap().token;
    }

    pub fn try_enrol(server: &Server, code: &str) -> Answer<Station> {
        let mut station = Station::new(&server.base);
        let asked = Enrol {
            code: code.into(),
            device_public: station.key().public().to_vec().into(),
            sealing_public: station.keys.public.to_vec().into(),
            version: "test".into(),
            board_serial: None,
        };
        let enrolled: Enrolled = station.post("enrol", &asked)?;
        code.clone_into(&mut station.code);
        station.device_id.clone_from(&enrolled.device_id);
        station.enrolled = Some(enrolled);
        Ok(station)
    }

    pub fn nonce(&self) -> Nonce {
        self.try_nonce().unwrap()
    }

    pub fn try_nonce(&self) -> Answer<Nonce> {
        self.post("device/nonce", &AskNonce { device_id: self.device_id.clone() })
    }

    pub fn open_with(&self, nonce: &Nonce, device_id: &str) -> Answer<DeviceSession> {
        self.post("device/session", &self.assertion(nonce, device_id))
    }

    pub fn key(&self) -> KeyPair {
        KeyPair::from_secret(self.secret)
    }

    /// What opens a session with this nonce.
    pub fn assertion(&self, nonce: &Nonce, device_id: &str) -> OpenSession {
        let signature = sign_assertion(&self.key(), device_id, &nonce.nonce.0).unwrap().into();
        OpenSession { device_id: device_id.into(), nonce: nonce.nonce.clone(), signature }
    }

    pub fn token(&self) -> String {
        self.token.clone()
    }

    /// The same station, at the server's new port.
    pub fn moved_to(&mut self, server: &Server) {
        self.base = format!("{}{BASE}", server.base);
    }

    pub fn root_public(&self) -> [u8; 32] {
        self.enrolled.as_ref().unwrap().root_public.array().unwrap()
    }

    /// The region's key, as a signed-in clerk has it.
    pub fn epoch(&self) -> EpochKey {
        let wrap = &self.enrolled.as_ref().unwrap().epoch;
        let wrapped = WrappedEpoch { epoch: wrap.epoch, sealed: wrap.wrapped.0.clone() };
        unwrap_epoch(&wrapped, self.keys.private()).unwrap()
    }

    pub fn acceptance(&self, id: &str, grant: &str, png: &[u8], pick_up: &str) -> OutboxItem {
        let public = self.enrolled.as_ref().unwrap().portrait_public.array().unwrap();
        let (grant, pick_up_code) = (grant.to_owned(), pick_up.to_owned());
        let accepted = AcceptedPhoto { grant, pick_up_code, png: png.to_vec() };
        let sealed = Acceptance::seal(&accepted, id, &public, &mut os_random()).unwrap();
        OutboxItem { id: id.into(), happened_at: Timestamp::UNIX_EPOCH, kind: OutboxKind::Acceptance(sealed) }
    }

    pub fn outbox(&self, item: &OutboxItem) -> OutboxAnswer {
        self.post("outbox", item).unwrap()
    }

    /// Sends an item to a server that may go away meanwhile.
    pub fn try_outbox(&self, item: &OutboxItem) -> bool {
        let url = format!("{}/outbox", self.base);
        let bearer = format!("Bearer {}", self.token);
        let answer =
            self.agent.post(url).header("authorization", bearer).send(serde_json::to_vec(item).unwrap());
        answer.is_ok_and(|answer| answer.status().as_u16() == 200)
    }

    pub fn issued(&self, item: &OutboxItem) -> Issue {
        match self.outbox(item) {
            OutboxAnswer::Issued(issue) => *issue,
            other => panic!("{other:?}"),
        }
    }

    /// All pages after this cursor.
    pub fn roster(&self, after: &str) -> Vec<SealedRecord> {
        let mut page: RosterPage = self.get(&format!("roster?after={after}")).unwrap();
        let mut records = page.records;
        while page.more {
            page = self.get(&format!("roster?after={}", page.cursor)).unwrap();
            records.append(&mut page.records);
        }
        records
    }

    pub fn cursor_before_last(&self) -> String {
        let page: RosterPage = self.get("roster").unwrap();
        (page.cursor.parse::<u64>().unwrap() - 1).to_string()
    }

    pub fn time(&self) -> Timestamp {
        let nonce = random_bytes::<16>();
        let signed: Blob = self.get(&format!("time?nonce={}", HEXLOWER.encode(&nonce))).unwrap();
        let public = self.enrolled.as_ref().unwrap().time_public.array().unwrap();
        SignedTime::verify(&signed.0, &public, &nonce).unwrap()
    }

    pub fn status_path(&self) -> String {
        let trust = TrustList::verify(&self.bytes("trust").1, &self.root_public(), None).unwrap();
        format!("status/{}/{}", trust.issuers[0].id, trust.issuers[0].keys[0].kid)
    }

    /// What the status list says of this card, verified as a desk does it.
    pub fn status_of(&self, trust: &TrustList, issue: &Issue) -> CardStatus {
        let Code::Front(front) = parse(&issue.front_code) else { panic!("a front code") };
        let id = ListId { issuer: front.issuer.clone(), kid: front.kid.clone() };
        let host = &trust.issuer(&front.issuer).unwrap().host;
        let bytes = self.bytes(&format!("status/{}/{}", front.issuer, front.kid)).1;
        let list = StatusList::verify(&bytes, trust, &id.sub(host), None).unwrap();
        list.get(front.claims.status_index).unwrap()
    }

    pub fn get<T: DeserializeOwned>(&self, path: &str) -> Answer<T> {
        self.raw("GET", path, b"").map(|bytes| serde_json::from_slice(&bytes).unwrap())
    }

    pub fn post<B: Serialize, T: DeserializeOwned>(&self, path: &str, body: &B) -> Answer<T> {
        let body = serde_json::to_vec(body).unwrap();
        self.raw("POST", path, &body).map(|bytes| serde_json::from_slice(&bytes).unwrap())
    }

    pub fn post_empty<B: Serialize>(&self, path: &str, body: &B) -> Answer<u16> {
        let (status, bytes) = self.send("POST", path, &serde_json::to_vec(body).unwrap());
        if status < 400 { Ok(status) } else { Err((status, serde_json::from_slice(&bytes).unwrap())) }
    }

    /// Every refusal must be a problem in JSON: anything else fails the test here.
    pub fn raw(&self, method: &str, path: &str, body: &[u8]) -> Answer<Vec<u8>> {
        let (status, bytes) = self.send(method, path, body);
        if status < 400 {
            return Ok(bytes);
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Err((status, serde_json::from_slice(&bytes).unwrap_or_else(|e| panic!("{path}: {e}: {text}"))))
    }

    fn send(&self, method: &str, path: &str, body: &[u8]) -> (u16, Vec<u8>) {
        let url = format!("{}/{path}", self.base);
        let bearer = format!("Bearer {}", self.token);
        let mut answer = if method == "GET" {
            self.agent.get(url).header("authorization", bearer).call().unwrap()
        } else {
            self.agent.post(url).header("authorization", bearer).send(body).unwrap()
        };
        let bytes = answer.body_mut().with_config().limit(64 << 20).read_to_vec().unwrap();
        (answer.status().as_u16(), bytes)
    }

    /// A document and its tag.
    pub fn bytes(&self, path: &str) -> (String, Vec<u8>) {
        let mut answer = self.agent.get(format!("{}/{path}", self.base)).call().unwrap();
        assert_eq!(answer.status().as_u16(), 200);
        let etag = answer.headers().get("etag").unwrap().to_str().unwrap().to_owned();
        (etag, answer.body_mut().read_to_vec().unwrap())
    }

    /// How a document is packed for a caller who takes gzip.
    pub fn encoding_of(&self, path: &str) -> Option<String> {
        let url = format!("{}/{path}", self.base);
        let answer = self.agent.get(url).header("accept-encoding", "gzip").call().unwrap();
        answer.headers().get("content-encoding").map(|value| value.to_str().unwrap().to_owned())
    }

    pub fn conditional(&self, path: &str, etag: &str) -> u16 {
        let url = format!("{}/{path}", self.base);
        self.agent.get(url).header("if-none-match", etag).call().unwrap().status().as_u16()
    }
}

/// A drawn person on transparency, 600 by 800.
pub fn portrait() -> Vec<u8> {
    let photo = image::RgbaImage::from_fn(600, 800, |x, y| {
        let (dx, dy) = (x as f32 / 600.0 - 0.5, y as f32 / 800.0);
        let head = (dx / 0.24).powi(2) + ((dy - 0.42) / 0.26).powi(2) < 1.0;
        let body = (dx / 0.48).powi(2) + ((dy - 1.05) / 0.38).powi(2) < 1.0;
        match (head, body) {
            (true, _) => image::Rgba([190, 140 + (dx * 80.0) as u8, 110, 255]),
            (false, true) => image::Rgba([150, 130, 80, 255]),
            (false, false) => image::Rgba([0, 0, 0, 0]),
        }
    });
    let mut png = std::io::Cursor::new(Vec::new());
    photo.write_to(&mut png, image::ImageFormat::Png).unwrap();
    png.into_inner()
}
