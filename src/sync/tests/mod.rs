//! Sync against a stub of the server, with real signatures and a real database.

mod approval;
mod bad_servers;
mod batches;
mod certificates;
mod changes_of_keys;
mod clocks;
mod leaving;
mod proxies;
mod rounds;
mod thin_lines;

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::date;
use tempfile::TempDir;

use super::stub::{Reply, Request, Stub};
use super::{Syncer, Timeouts};
use crate::clock::{Clock, CorrectedClock, ManualClock, os_random};
use crate::credential::{
    CardStatus, ClockReset, Issuer, IssuerId, IssuerKey, KeyPair, ListId, SignedTime, SigningKey, StatusList,
    TrustList, WipeOrder, verify_assertion, verify_wiped,
};
use crate::person::Nip;
use crate::protocol::{
    Acceptance, AskWipe, Blob, DeviceSession, Enrolled, EpochWrap, HandOver, HandedOver, Issue, LeftItem,
    Nonce, OpenSession, Ordered, OutboxAnswer, OutboxAnswers, OutboxBatch, OutboxItem, OutboxKind, PartTaken,
    PrintOutcome, Printed, Problem, ProblemCode, RosterPage, Standing, Wiped,
};
use crate::sealed::{Index, RecordId, SealedRecord, StaffEnvelope, StaffParams};
use crate::store::{Identity, IdentityStore, SqliteStore, secrets};

pub const HOST: &str = "KANTOR.EXAMPLE";

pub fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

/// What the server knows and does, for a test to change.
pub struct Office {
    pub now: Mutex<Timestamp>,
    pub trust: Mutex<Vec<u8>>,
    pub status: Mutex<Option<Vec<u8>>>,
    /// Hand-overs of roots.
    pub roots: Mutex<Vec<Vec<u8>>>,
    /// The region's key, where a station asks for it.
    pub epoch: Mutex<Option<EpochWrap>>,
    pub roster: Mutex<Vec<RosterPage>>,
    /// Answers that come before the good ones, by path.
    pub instead: Mutex<Vec<(&'static str, Reply)>>,
    pub sessions: AtomicU32,
    pub session_ended: AtomicBool,
    /// Ids in the order in which they were taken; a repeat is not taken twice.
    pub taken: Mutex<Vec<String>>,
    /// An administrator said that stations may take a time back.
    pub resets: AtomicBool,
    /// What a station that left handed over.
    pub quarantine: Mutex<Vec<LeftItem>>,
    /// Stations that said they were empty.
    pub wiped: Mutex<Vec<String>>,
    pub revoked: AtomicBool,
    /// An administrator has approved the station.
    pub approved: AtomicBool,
    /// Signs the order to wipe; another one is no server of this station.
    pub orders: Mutex<KeyPair>,
    /// A proxy before it takes no larger body.
    pub most_body: AtomicUsize,
    /// So many parts more are answered; the next is lost. 0: all are.
    pub cut_after: AtomicUsize,
    /// What came of an item in parts.
    pub upload: Mutex<(String, Vec<u8>)>,
    /// Happens at the station while the server signs the order.
    pub meanwhile: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

pub fn root() -> KeyPair {
    KeyPair::from_secret([1; 32])
}

pub fn time_key() -> KeyPair {
    KeyPair::from_secret([2; 32])
}

pub fn issuer_key() -> SigningKey {
    SigningKey::from_secret([3; 32], issuer())
}

pub fn issuer() -> IssuerId {
    IssuerId::parse("6201").unwrap()
}

pub fn list_id() -> ListId {
    ListId { issuer: issuer(), kid: issuer_key().kid().clone() }
}

pub fn trust_list(version: u64) -> Vec<u8> {
    let office = Issuer {
        id: issuer(),
        name: "Kantor Contoh".into(),
        bodies: vec!["Pemerintah Kabupaten Contoh".into()],
        host: HOST.into(),
        face_serials: vec![],
        keys: vec![IssuerKey::new(issuer_key().public(), date(2020, 1, 1))],
    };
    TrustList { version, issued_at: at(0), issuers: vec![office] }.sign(&root()).unwrap()
}

pub fn status_list(iat: i64) -> Vec<u8> {
    let mut list = StatusList::new(64);
    list.set(5, CardStatus::Revoked).unwrap();
    list.sign(&issuer_key(), &list_id().sub(HOST), at(iat), None, None).unwrap()
}

pub fn issue(serial: &str) -> Issue {
    Issue {
        serial: serial.into(),
        face_serial: "A20260000001".into(),
        issued_on: date(2026, 11, 22),
        nip: Nip::parse("197402152001122001").unwrap(),
        name: "Sri Wahyuni".into(),
        body: "Pemerintah Kabupaten Contoh".into(),
        unit: "Dinas Kesehatan".into(),
        front_code: "F".into(),
        back_code: "B".into(),
        return_to: "Kantor".into(),
        photo_png: Blob(vec![9; 100]),
    }
}

pub fn problem(status: u16, code: ProblemCode) -> Reply {
    Reply::json(status, &Problem::new(code, "because"))
}

impl Office {
    pub fn open() -> (Arc<Office>, Stub) {
        let office = Arc::new(Office {
            now: Mutex::new(at(1000)),
            trust: Mutex::new(trust_list(1)),
            status: Mutex::new(Some(status_list(10))),
            roots: Mutex::default(),
            epoch: Mutex::default(),
            roster: Mutex::new(vec![pages().remove(0), pages().remove(1)]),
            instead: Mutex::default(),
            sessions: AtomicU32::new(0),
            session_ended: AtomicBool::new(false),
            taken: Mutex::default(),
            resets: AtomicBool::new(false),
            quarantine: Mutex::default(),
            wiped: Mutex::default(),
            revoked: AtomicBool::new(false),
            approved: AtomicBool::new(true),
            orders: Mutex::new(time_key()),
            most_body: AtomicUsize::new(usize::MAX),
            cut_after: AtomicUsize::new(0),
            upload: Mutex::default(),
            meanwhile: Mutex::default(),
        });
        let answering = office.clone();
        (office, Stub::new(move |request| answering.answer(request)))
    }

    pub fn instead(&self, path: &'static str, reply: Reply) {
        self.instead.lock().unwrap().push((path, reply));
    }

    fn answer(&self, request: &Request) -> Reply {
        if request.body.len() > self.most_body.load(Ordering::SeqCst) {
            let page = b"<html><h1>413 Request Entity Too Large</h1></html>".to_vec();
            return Reply::Whole { status: 413, etag: None, body: page };
        }
        let path = request.path.strip_prefix("/api/v1/").unwrap();
        let mut instead = self.instead.lock().unwrap();
        if let Some(found) = instead.iter().position(|(prefix, _)| path.starts_with(prefix)) {
            return instead.remove(found).1;
        }
        drop(instead);
        let (route, query) = path.split_once('?').unwrap_or((path, ""));
        let revoked = self.revoked.load(Ordering::SeqCst);
        let authorised = !revoked
            && request.header("authorization") == Some(&format!("Bearer {}", self.token()))
            && !self.session_ended.load(Ordering::SeqCst);
        match route {
            "time" => {
                let nonce = query.strip_prefix("nonce=").unwrap();
                let nonce = data_encoding::HEXLOWER.decode(nonce.as_bytes()).unwrap();
                let now = *self.now.lock().unwrap();
                Reply::json(200, &Blob(SignedTime::sign(&time_key(), &nonce, now).unwrap()))
            }
            "time/reset" if self.resets.load(Ordering::SeqCst) => {
                let nonce = query.strip_prefix("nonce=").unwrap();
                let nonce = data_encoding::HEXLOWER.decode(nonce.as_bytes()).unwrap();
                let now = *self.now.lock().unwrap();
                Reply::json(200, &Blob(ClockReset::sign(&time_key(), &nonce, now).unwrap()))
            }
            _ if route.starts_with("leave/") => self.leave(route, request),
            _ if route.starts_with("device") && self.revoked.load(Ordering::SeqCst) => {
                problem(403, ProblemCode::UnknownDevice)
            }
            "device/nonce" => Reply::json(200, &Nonce { nonce: Blob(vec![5; 32]) }),
            "device/session" => {
                let open: OpenSession = serde_json::from_slice(&request.body).unwrap();
                verify_assertion(&open.signature.0, &device_key().public(), "device-1", &[5; 32]).unwrap();
                self.sessions.fetch_add(1, Ordering::SeqCst);
                self.session_ended.store(false, Ordering::SeqCst);
                Reply::json(200, &DeviceSession { token: self.token(), expires_in_s: 3600 })
            }
            "roots" => {
                let roots: Vec<Blob> = self.roots.lock().unwrap().iter().cloned().map(Blob).collect();
                Reply::json(200, &roots)
            }
            "trust" => conditional(request, &self.trust.lock().unwrap()),
            _ if route.starts_with("status/") => match &*self.status.lock().unwrap() {
                Some(list) if *route == format!("status/6201/{}", list_id().kid) => {
                    conditional(request, list)
                }
                _ => problem(404, ProblemCode::NotFound),
            },
            _ if !authorised => problem(401, ProblemCode::DeviceSession),
            "device" => {
                let approved = self.approved.load(Ordering::SeqCst);
                Reply::json(200, &Standing { device_id: "device-1".into(), approved })
            }
            _ if !self.approved.load(Ordering::SeqCst) => {
                let mut refused = Problem::new(ProblemCode::NotApproved, "not yet");
                refused.retry_after_s = Some(30);
                Reply::json(403, &refused)
            }
            "outbox" => match self.take(&serde_json::from_slice(&request.body).unwrap()) {
                Ok(answer) => Reply::json(200, &answer),
                Err(refused) => Reply::json(400, &refused),
            },
            "outbox/part" => self.take_part(query, &request.body),
            "outbox/batch" => self.take_all(&serde_json::from_slice(&request.body).unwrap()),
            "roster" => {
                let position = query.strip_prefix("after=c").map_or(0, |n| n.parse().unwrap());
                let roster = self.roster.lock().unwrap();
                Reply::json(200, &roster.get(position).cloned().unwrap_or_else(|| end(position)))
            }
            "epoch" => Reply::json(200, self.epoch.lock().unwrap().as_ref().unwrap()),
            "pick-up" => Reply::json(200, &issue("PICKED")),
            _ => problem(404, ProblemCode::NotFound),
        }
    }

    fn token(&self) -> String {
        format!("token-{}", self.sessions.load(Ordering::SeqCst))
    }

    fn take(&self, item: &OutboxItem) -> Result<OutboxAnswer, Problem> {
        if item.id.contains("bad") {
            return Ok(OutboxAnswer::Rejected { reason: "no such grant".into() });
        }
        if item.id.contains("odd") {
            return Err(Problem::new(ProblemCode::Malformed, "not this one"));
        }
        let mut taken = self.taken.lock().unwrap();
        if !taken.contains(&item.id) {
            taken.push(item.id.clone());
        }
        Ok(match item.kind {
            OutboxKind::Acceptance(_) => {
                OutboxAnswer::Issued(Box::new(issue(&format!("SERIAL-{}", item.id))))
            }
            OutboxKind::Printed(_)
            | OutboxKind::Looked(_)
            | OutboxKind::Audit(_)
            | OutboxKind::Commissioned(_) => OutboxAnswer::Noted,
        })
    }

    fn take_part(&self, query: &str, bytes: &[u8]) -> Reply {
        let asked = |name: &str| {
            let pair = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
            pair.unwrap().to_owned()
        };
        if self.cut_after.load(Ordering::SeqCst) > 0 && self.cut_after.fetch_sub(1, Ordering::SeqCst) == 1 {
            return Reply::Close;
        }
        let (id, size) = (asked("id"), asked("size").parse::<usize>().unwrap());
        let mut upload = self.upload.lock().unwrap();
        if upload.0 != id {
            *upload = (id, Vec::new());
        }
        if asked("offset").parse() == Ok(upload.1.len()) {
            upload.1.extend_from_slice(bytes);
        }
        let whole =
            (upload.1.len() == size).then(|| serde_json::from_slice::<OutboxItem>(&upload.1).unwrap());
        match whole.map(|item| self.take(&item)) {
            Some(Err(refused)) => Reply::json(400, &refused),
            answer => {
                let answer = answer.map(Result::unwrap);
                Reply::json(200, &PartTaken { have: upload.1.len() as u64, answer })
            }
        }
    }

    fn take_all(&self, batch: &OutboxBatch) -> Reply {
        let mut told = OutboxAnswers { answers: vec![], problem: None };
        for item in &batch.items {
            match self.take(&serde_json::from_value(item.clone()).unwrap()) {
                Ok(answer) => told.answers.push(answer),
                Err(refused) => {
                    told.problem = Some(refused);
                    break;
                }
            }
        }
        Reply::json(200, &told)
    }

    fn leave(&self, route: &str, request: &Request) -> Reply {
        let proven = |proof: &OpenSession| {
            verify_assertion(&proof.signature.0, &device_key().public(), "device-1", &[6; 32]).unwrap();
        };
        let body = &request.body;
        match route {
            _ if !self.revoked.load(Ordering::SeqCst) => problem(404, ProblemCode::NotFound),
            "leave/nonce" => Reply::json(200, &Nonce { nonce: Blob(vec![6; 32]) }),
            "leave/items" => {
                let asked: HandOver = serde_json::from_slice(body).unwrap();
                proven(&asked.proof);
                let mut held = self.quarantine.lock().unwrap();
                let kept = asked.items.iter().map(|item| item.id.clone()).collect();
                for item in asked.items {
                    if !held.iter().any(|known| known.id == item.id) {
                        held.push(item);
                    }
                }
                Reply::json(200, &HandedOver { kept })
            }
            "leave/wipe" => {
                let asked: AskWipe = serde_json::from_slice(body).unwrap();
                proven(&asked.proof);
                if let Some(meanwhile) = self.meanwhile.lock().unwrap().take() {
                    meanwhile();
                }
                let key = self.orders.lock().unwrap();
                let order = WipeOrder::sign(&key, "device-1", &asked.challenge.0, &asked.items).unwrap();
                Reply::json(200, &Ordered { order: order.into() })
            }
            _ => {
                let told: Wiped = serde_json::from_slice(body).unwrap();
                let public = device_key().public();
                verify_wiped(&told.statement.0, &public, "device-1", &told.challenge.0).unwrap();
                self.wiped.lock().unwrap().push(told.device_id);
                Reply::Whole { status: 204, etag: None, body: vec![] }
            }
        }
    }
}

fn conditional(request: &Request, body: &[u8]) -> Reply {
    let etag = format!("\"{}-{}\"", body.len(), body.iter().map(|byte| u64::from(*byte)).sum::<u64>());
    if request.header("if-none-match") == Some(&etag) {
        return Reply::Whole { status: 304, etag: Some(etag), body: vec![] };
    }
    Reply::Whole { status: 200, etag: Some(etag), body: body.to_vec() }
}

fn end(position: usize) -> RosterPage {
    RosterPage { records: vec![], removed: vec![], cursor: format!("c{position}"), more: false, epoch: None }
}

fn pages() -> Vec<RosterPage> {
    let record = |n: u8| SealedRecord {
        id: RecordId(format!("r{n}")),
        version: 1,
        ciphertext: vec![n],
        wraps: vec![],
        indexes: vec![Index { epoch: 1, tag: [n; 16] }],
    };
    let page = |n: u8, more| RosterPage {
        records: vec![record(2 * n), record(2 * n + 1)],
        removed: vec![],
        cursor: format!("c{}", n + 1),
        more,
        epoch: None,
    };
    vec![page(0, true), page(1, false)]
}

pub fn device_key() -> KeyPair {
    KeyPair::from_secret([4; 32])
}

/// A station that has joined the stub.
pub struct Desk {
    _dir: TempDir,
    pub store: SqliteStore,
    pub base: ManualClock,
    pub clock: Arc<CorrectedClock>,
    pub syncer: Syncer,
}

pub fn acceptance(id: &str) -> OutboxItem {
    let kind = OutboxKind::Acceptance(Acceptance { sealed: Blob(vec![7; 3000]) });
    OutboxItem { id: id.into(), happened_at: at(1), kind }
}

pub fn printed(id: &str) -> OutboxItem {
    let (print_id, serial) = (format!("print-{id}"), "S".to_owned());
    let kind = OutboxKind::Printed(Printed { print_id, serial, outcome: PrintOutcome::Printed });
    OutboxItem { id: id.into(), happened_at: at(2), kind }
}

pub fn timeouts() -> Timeouts {
    Timeouts {
        connect: Duration::from_secs(2),
        answer: Duration::from_secs(2),
        quiet: Duration::from_secs(2),
        transfer: Duration::from_secs(10),
    }
}

impl Desk {
    pub fn at(url: &str) -> Desk {
        Desk::of(&identity(url), timeouts())
    }

    /// The same, of a station whose keys nobody has approved.
    pub fn waiting_at(url: &str) -> Desk {
        let identity = identity(url);
        let waiting = Identity { enrolled: Enrolled { waiting: true, ..identity.enrolled }, ..identity };
        Desk::of(&waiting, timeouts())
    }

    pub fn with(url: &str, timeouts: Timeouts) -> Desk {
        Desk::of(&identity(url), timeouts)
    }

    fn of(identity: &Identity, timeouts: Timeouts) -> Desk {
        let dir = tempfile::tempdir().unwrap();
        let mut store = SqliteStore::open(dir.path().join("station.db"), at(0)).unwrap().store;
        secrets::write(&store.keys_dir(), "device.key", &[4; 32]).unwrap();
        store.put_identity(identity).unwrap();
        let base = ManualClock::at(at(0));
        let clock = Arc::new(CorrectedClock::new(Arc::new(base.clone())));
        let syncer = Syncer::new(
            Box::new(store.beside().unwrap()),
            clock.clone(),
            Box::new(os_random()),
            None,
            timeouts,
        )
        .unwrap();
        Desk { _dir: dir, store, base, clock, syncer }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

pub fn identity(url: &str) -> Identity {
    Identity {
        central_url: url.to_owned(),
        enrolled: Enrolled {
            device_id: "device-1".into(),
            station_name: "Meja 1".into(),
            place: "Lobi".into(),
            utc_offset_hours: 7,
            issuer: "6201".into(),
            root_public: Blob(root().public().to_vec()),
            time_public: Blob(time_key().public().to_vec()),
            portrait_public: Blob(vec![3; 32]),
            epoch: EpochWrap { epoch: 1, wrapped: Blob(vec![4; 80]) },
            waiting: false,
        },
        device_key: "device.key".into(),
        sealing_public: [5; 32],
        staff_envelope: StaffEnvelope {
            params: StaffParams::LEAST,
            salt: [6; 16],
            public: [5; 32],
            sealed: vec![8; 60],
        },
        joined_at: at(0),
    }
}
