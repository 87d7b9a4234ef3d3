//! One call to the server: bounded in time and size, with an error that says what happened.
//!
//! Over `https` every call but the one for the time judges the server's certificate, by the
//! station's own clock: see [`tls`](super::tls).

use std::io::ErrorKind;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use serde::{Serialize, de::DeserializeOwned};
use ureq::config::ConfigBuilder;
use ureq::http::{Response, StatusCode, header};
use ureq::tls::TlsConfig;
use ureq::typestate::AgentScope;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{ConnectProxyConnector, Connector as _};
use ureq::{Agent, RequestBuilder};

use super::device::{Device, Session};
use super::line::Lines;
use super::sizes::Sizes;
use super::tls::TlsByClock;
use super::{Roots, SyncError};
use crate::clock::SharedClock;
use crate::credential::KeyPair;
use crate::protocol::{BASE, OpenSession, PROOF_HEADER, Problem};

/// An answer without a picture in it.
const SMALL: u64 = 256 * 1024;
/// An issue, with its portrait.
const ISSUE: u64 = 16 * 1024 * 1024;
/// A page of the roster, a list.
const LARGE: u64 = 64 * 1024 * 1024;

/// How long a call may take.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    pub connect: Duration,
    /// A short call, as a whole: somebody waits for it.
    pub answer: Duration,
    /// A call that carries a picture or a page ends when no byte moved for this long: a slow line is no failure.
    pub quiet: Duration,
    /// Such a call as a whole, however steadily it trickles.
    pub transfer: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Timeouts {
            connect: Duration::from_secs(3),
            answer: Duration::from_secs(15),
            quiet: Duration::from_secs(30),
            transfer: Duration::from_mins(15),
        }
    }
}

/// Speaks to one server. Clones share connections and the device session.
#[derive(Clone)]
pub struct Client {
    agent: Agent,
    /// For [`get_unverified`](Self::get_unverified) alone.
    unverified: Agent,
    base: String,
    timeouts: Timeouts,
    pub(super) clock: SharedClock,
    pub(super) device: Option<Arc<Device>>,
    pub(super) session: Arc<Mutex<Option<Session>>>,
    /// The server said that it takes items one by one only.
    pub(super) one_by_one: Arc<AtomicBool>,
    /// The server said that it takes no item in parts.
    pub(super) whole_only: Arc<AtomicBool>,
    /// How much goes into one call.
    pub(super) sizes: Arc<Mutex<Sizes>>,
}

/// What a conditional fetch gave.
pub(super) enum Fetched {
    NotModified,
    Body { bytes: Vec<u8>, etag: Option<String> },
}

/// How much travels, and so how long it may take.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Short,
    Transfer,
}

impl Client {
    /// A client without a device session: it can ask for the time and the lists, and enrol.
    pub fn new(central_url: &str, clock: SharedClock, timeouts: Timeouts) -> Result<Client, SyncError> {
        let base = central_url.trim().trim_end_matches('/').to_owned();
        let host = base.strip_prefix("https://").or_else(|| base.strip_prefix("http://"));
        if host
            .is_none_or(|host| host.is_empty() || host.starts_with('/') || host.contains(char::is_whitespace))
        {
            return Err(SyncError::Address(central_url.to_owned()));
        }
        Ok(Client {
            agent: judging(&base, timeouts, &Roots::default(), &clock)?,
            unverified: settings(&base, timeouts)
                .tls_config(TlsConfig::builder().disable_verification(true).build())
                .build()
                .new_agent(),
            base,
            timeouts,
            clock,
            device: None,
            session: Arc::default(),
            one_by_one: Arc::default(),
            whole_only: Arc::default(),
            sizes: Arc::default(),
        })
    }

    /// The same client, believing the certificates that `roots` vouch for.
    pub fn with_roots(mut self, roots: &Roots) -> Result<Client, SyncError> {
        self.agent = judging(&self.base, self.timeouts, roots, &self.clock)?;
        Ok(self)
    }

    /// The same client, able to open device sessions.
    #[must_use]
    pub fn with_device(mut self, device_id: &str, key: KeyPair) -> Client {
        self.device = Some(Arc::new(Device { id: device_id.to_owned(), key }));
        self.session = Arc::default();
        self
    }

    pub fn central_url(&self) -> &str {
        &self.base
    }

    /// `GET`, with an answer in JSON.
    pub(super) fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        token: Option<&str>,
        weight: Weight,
    ) -> Result<T, SyncError> {
        let mut request = self.paced(self.agent.get(self.url(path)), weight);
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let got = read(request.call(), if weight == Weight::Short { SMALL } else { LARGE })?;
        json(got.status, &success(got)?)
    }

    /// `GET` of an answer that proves itself, from whoever gives it: a station whose clock stands
    /// in 1970 takes every certificate for one of the future, and has to learn the time
    /// nonetheless. Nothing secret goes out this way, and of what comes back nothing is believed
    /// that no pinned key signed over this very question; a refusal least of all.
    pub(super) fn get_unverified<T: DeserializeOwned>(&self, path: &str) -> Result<T, SyncError> {
        let got = read(self.paced(self.unverified.get(self.url(path)), Weight::Short).call(), SMALL)?;
        json(got.status, &success(got)?)
    }

    /// `GET` of a document that is fetched again only when it changed.
    pub(super) fn fetch(&self, path: &str, etag: Option<&str>) -> Result<Fetched, SyncError> {
        let mut request = self.paced(self.agent.get(self.url(path)), Weight::Transfer);
        if let Some(etag) = etag {
            request = request.header(header::IF_NONE_MATCH, etag);
        }
        fetched(request.call())
    }

    /// The same from an issuer's own server, by the whole address that its list names. The list proves
    /// itself and nothing secret goes out, so whose certificate it is does not matter; and a region
    /// that is down must not hold up this station for long.
    pub(super) fn fetch_elsewhere(&self, url: &str, etag: Option<&str>) -> Result<Fetched, SyncError> {
        let mut request = self.paced(self.unverified.get(url), Weight::Short);
        if let Some(etag) = etag {
            request = request.header(header::IF_NONE_MATCH, etag);
        }
        fetched(request.call())
    }

    /// `POST` of JSON; the answer is the body of a success, perhaps empty.
    pub(super) fn post(
        &self,
        path: &str,
        body: &impl Serialize,
        token: Option<&str>,
        weight: Weight,
    ) -> Result<Answer, SyncError> {
        let header = token.map(|token| (header::AUTHORIZATION.as_str(), format!("Bearer {token}")));
        self.post_with(path, "application/json", &written(body)?, header, weight)
    }

    /// The same of a station that was revoked: it proves itself before its body is read.
    pub(super) fn post_proven(
        &self,
        path: &str,
        body: &impl Serialize,
        proof: &OpenSession,
    ) -> Result<Answer, SyncError> {
        let proof = BASE64URL_NOPAD.encode(&written(proof)?);
        let header = Some((PROOF_HEADER, proof));
        self.post_with(path, "application/json", &written(body)?, header, Weight::Transfer)
    }

    /// `POST` of what is written already.
    pub(super) fn post_bytes(
        &self,
        path: &str,
        kind: &str,
        body: &[u8],
        token: Option<&str>,
        weight: Weight,
    ) -> Result<Answer, SyncError> {
        let header = token.map(|token| (header::AUTHORIZATION.as_str(), format!("Bearer {token}")));
        self.post_with(path, kind, body, header, weight)
    }

    fn post_with(
        &self,
        path: &str,
        kind: &str,
        body: &[u8],
        header: Option<(&str, String)>,
        weight: Weight,
    ) -> Result<Answer, SyncError> {
        let mut request = self.paced(self.agent.post(self.url(path)), weight).content_type(kind);
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        let got = read(request.send(body), if weight == Weight::Short { SMALL } else { ISSUE })?;
        // Whoever says it: neither a proxy's page nor the server's own word is about what the body says.
        match got.status {
            StatusCode::PAYLOAD_TOO_LARGE => return Err(SyncError::TooLarge { size: body.len() }),
            StatusCode::REQUEST_TIMEOUT => return Err(SyncError::TimedOut("HTTP 408".into())),
            _ => {}
        }
        Ok(Answer { status: got.status, body: success(got)? })
    }

    /// The times that a call may take, by what it carries.
    fn paced<B>(&self, request: RequestBuilder<B>, weight: Weight) -> RequestBuilder<B> {
        let Timeouts { answer, quiet, transfer, .. } = self.timeouts;
        let config = request.config();
        match weight {
            Weight::Short => config.timeout_global(Some(answer)).build(),
            Weight::Transfer => config
                .timeout_global(Some(transfer))
                .timeout_recv_response(None)
                .timeout_per_read(Some(quiet))
                .timeout_per_write(Some(quiet))
                .build(),
        }
    }

    /// What is learned about sizes, with the time it is learned at.
    pub(super) fn sized<T>(&self, learn: impl FnOnce(&mut Sizes, Duration) -> T) -> T {
        let now = self.clock.monotonic();
        learn(&mut self.sizes.lock().unwrap_or_else(PoisonError::into_inner), now)
    }

    fn url(&self, path: &str) -> String {
        format!("{}{BASE}/{path}", self.base)
    }

    pub(super) fn forget_session(&self) {
        *self.session.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

fn written(value: &impl Serialize) -> Result<Vec<u8>, SyncError> {
    serde_json::to_vec(value)
        .map_err(|error| SyncError::Garbage { status: 0, why: format!("cannot be written: {error}") })
}

/// An agent that believes the certificates `roots` vouch for at the time `clock` says it is.
fn judging(base: &str, timeouts: Timeouts, roots: &Roots, clock: &SharedClock) -> Result<Agent, SyncError> {
    let tls = TlsByClock::new(roots.store(), clock.clone())
        .map_err(|error| SyncError::Unreachable(error.to_string()))?;
    let connector = ().chain(ConnectProxyConnector::default()).chain(Lines).chain(tls);
    Ok(Agent::with_parts(settings(base, timeouts).build(), connector, DefaultResolver::default()))
}

fn settings(base: &str, timeouts: Timeouts) -> ConfigBuilder<AgentScope> {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        // A redirect would carry a bearer token or a password somewhere else.
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_connect(Some(timeouts.connect))
        .timeout_recv_response(Some(timeouts.answer))
        .user_agent(concat!("anjungan/", env!("CARGO_PKG_VERSION")));
    let host = base.split_once("://").map_or(base, |(_, host)| host);
    if host.starts_with("127.") || host.starts_with("localhost") { config.proxy(None) } else { config }
}

/// The body of a success.
pub(super) struct Answer {
    status: StatusCode,
    body: Vec<u8>,
}

impl Answer {
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, SyncError> {
        json(self.status, &self.body)
    }

    /// There was nothing to say. A network's login page says something to everybody, with a status of success.
    pub(super) fn nothing(self) -> Result<(), SyncError> {
        if self.status == StatusCode::NO_CONTENT && self.body.is_empty() {
            return Ok(());
        }
        Err(SyncError::Garbage { status: self.status.as_u16(), why: "more than nothing was said".into() })
    }
}

/// What came back, read to its end.
struct Got {
    status: StatusCode,
    /// `Retry-After` in seconds; a date would be of somebody else's clock.
    after: Option<Duration>,
    body: Vec<u8>,
}

fn fetched(answer: Result<Response<ureq::Body>, ureq::Error>) -> Result<Fetched, SyncError> {
    let etag = answer
        .as_ref()
        .ok()
        .and_then(|answer| answer.headers().get(header::ETAG)?.to_str().ok().map(str::to_owned));
    let got = read(answer, LARGE)?;
    if got.status == StatusCode::NOT_MODIFIED {
        return Ok(Fetched::NotModified);
    }
    Ok(Fetched::Body { bytes: success(got)?, etag })
}

fn json<T: DeserializeOwned>(status: StatusCode, body: &[u8]) -> Result<T, SyncError> {
    // The parser's own text may quote the body, and with it a person: the place is enough.
    serde_json::from_slice(body).map_err(|error| SyncError::Garbage {
        status: status.as_u16(),
        why: format!("not the JSON of version 1, line {} column {}", error.line(), error.column()),
    })
}

fn read(answer: Result<Response<ureq::Body>, ureq::Error>, at_most: u64) -> Result<Got, SyncError> {
    let mut answer = answer.map_err(|error| explain(0, &error))?;
    let status = answer.status();
    let after =
        answer.headers().get(header::RETRY_AFTER).and_then(|said| said.to_str().ok()?.trim().parse().ok());
    let body = answer.body_mut().with_config().limit(at_most).read_to_vec();
    let body = body.map_err(|error| explain(status.as_u16(), &error))?;
    Ok(Got { status, after: after.map(Duration::from_secs), body })
}

fn success(got: Got) -> Result<Vec<u8>, SyncError> {
    let Got { status, after, body } = got;
    if status.is_success() {
        return Ok(body);
    }
    if let Ok(problem) = serde_json::from_slice::<Problem>(&body) {
        return Err(SyncError::Refused(problem));
    }
    // A proxy's word. It knows nothing of what was asked, only how things are with it.
    if let Some(after) = after {
        return Err(SyncError::Busy { status: status.as_u16(), after });
    }
    if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
        return Err(SyncError::Server { status: status.as_u16() });
    }
    Err(SyncError::Garbage { status: status.as_u16(), why: "a refusal without a reason".into() })
}

fn explain(status: u16, error: &ureq::Error) -> SyncError {
    match error {
        ureq::Error::Timeout(step @ (ureq::Timeout::Resolve | ureq::Timeout::Connect)) => {
            SyncError::Unreachable(format!("no connection in time ({step})"))
        }
        ureq::Error::Timeout(step) => SyncError::TimedOut(format!("{step:?}")),
        ureq::Error::Io(io) if io.kind() == ErrorKind::TimedOut => SyncError::TimedOut(io.to_string()),
        ureq::Error::Io(io)
            if matches!(
                io.kind(),
                ErrorKind::BrokenPipe
                    | ErrorKind::ConnectionReset
                    | ErrorKind::ConnectionAborted
                    | ErrorKind::UnexpectedEof
                    | ErrorKind::WriteZero
            ) =>
        {
            SyncError::BrokeOff(io.to_string())
        }
        ureq::Error::BodyExceedsLimit(limit) => {
            SyncError::Garbage { status, why: format!("an answer of more than {limit} bytes") }
        }
        ureq::Error::Protocol(_) | ureq::Error::LargeResponseHeader(..) | ureq::Error::Decompress(..) => {
            SyncError::Garbage { status, why: error.to_string() }
        }
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => SyncError::Address(error.to_string()),
        _ => SyncError::Unreachable(error.to_string()),
    }
}

/// Text for a place in a query: everything but unreserved characters is escaped (RFC 3986).
pub(super) fn escaped(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}
