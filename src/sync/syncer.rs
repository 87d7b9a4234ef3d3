//! Does everything that is due, once, and says what came of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rand_core::CryptoRng;

use super::client::Weight;
use super::forgetting::Forgetting;
use super::outbox::Sent;
use super::plan::{Intervals, Known, Operation, plan};
use super::time::TimeCheck;
use super::{
    Client, Desk, IssuedItem, Next, RefusedItem, Roots, SyncError, Timeouts, backoff, leaving, lists, outbox,
    roster, time,
};
use crate::clock::{Clock, CorrectedClock};
use crate::credential::{ClockTrust, IssuerId, KeyPair, ListId, TrustList};
use crate::protocol::{Enrolled, ProblemCode, Standing};
use crate::store::{Farewell, Identity, OutboxCounts, PageApplied, Store, secrets};

/// How often a plan is made anew in one run: a fresh trust list names lists to fetch.
const ROUNDS: u32 = 3;

/// A clock that runs on by itself strays by a few seconds a day; after a month without a signed
/// answer nobody knows by how much, or whether somebody set it.
pub const CLOCK_LIMIT: Duration = Duration::from_hours(30 * 24);

/// What one run did.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "what was and what was not, each by itself")]
pub struct SyncReport {
    /// Did the server answer anything sensible? `None`: there was nothing to ask.
    pub online: Option<bool>,
    /// The server does not know this device any more: it was revoked. Staff must hear of it.
    pub revoked: bool,
    /// No administrator has approved this station's keys yet. Nothing is lost: what is owed waits here.
    pub waiting: bool,
    /// The server ordered it, signed: everything that was owed is handed over, and the store is empty.
    pub wiped: bool,
    pub clock_trusted: bool,
    pub time: Option<TimeCheck>,
    /// Cards that were made in this run.
    pub issued: Vec<IssuedItem>,
    /// Items that were parked in this run.
    pub refused: Vec<RefusedItem>,
    pub outbox: OutboxCounts,
    pub roster: PageApplied,
    /// A trust list was taken in this run.
    pub trust_changed: bool,
    pub errors: Vec<(Operation, SyncError)>,
    /// How long to wait before the next run, unless something wakes the worker.
    pub next_in: Duration,
}

/// The monotonic time of each thing's last success.
#[derive(Default)]
struct Done {
    time: Option<Duration>,
    trust: Option<Duration>,
    roster: Option<Duration>,
    roster_unfinished: bool,
    standing: Option<Duration>,
    lists: BTreeMap<ListId, Duration>,
}

/// A station's side of sync. One for each station, on a thread of its own.
pub struct Syncer {
    client: Client,
    store: Box<dyn Store>,
    clock: Arc<CorrectedClock>,
    rng: Box<dyn CryptoRng + Send>,
    own: Option<IssuerId>,
    root_public: [u8; 32],
    time_public: [u8; 32],
    trust: Option<TrustList>,
    pub intervals: Intervals,
    clock_trusted: bool,
    /// No administrator has approved this station's keys yet; on the disk as well.
    waiting: bool,
    clock_limit: Duration,
    done: Done,
    forgetting: Forgetting,
    memory: time::Memory,
    failures: u32,
    /// What is left of a station that was wiped.
    farewell: Option<Farewell>,
}

impl Syncer {
    /// For a station that has joined; `central_url` overrides the address it joined with.
    pub fn new(
        store: Box<dyn Store>,
        clock: Arc<CorrectedClock>,
        rng: Box<dyn CryptoRng + Send>,
        central_url: Option<&str>,
        timeouts: Timeouts,
    ) -> Result<Syncer, SyncError> {
        let identity = store.identity()?.ok_or(SyncError::NotJoined)?;
        let secret = secrets::read::<32>(&store.keys_dir(), &identity.device_key)?;
        let url = central_url.unwrap_or(&identity.central_url);
        let client = Client::new(url, clock.clone(), timeouts)?
            .with_device(&identity.enrolled.device_id, KeyPair::from_secret(*secret));
        let (root_public, time_public) = pinned(&identity)?;
        let trust = lists::held(store.as_ref(), &root_public)?;
        time::raise_to_floor(store.as_ref(), &clock)?;
        let memory = time::Memory::load(store.as_ref())?;
        Ok(Syncer {
            client,
            store,
            clock,
            rng,
            own: IssuerId::parse(&identity.enrolled.issuer).ok(),
            root_public,
            time_public,
            trust,
            intervals: Intervals::default(),
            clock_trusted: false,
            waiting: identity.enrolled.waiting,
            clock_limit: CLOCK_LIMIT,
            done: Done::default(),
            forgetting: Forgetting::default(),
            memory,
            failures: 0,
            farewell: None,
        })
    }

    /// The same, for a server whose certificate an office's own authority vouches for. Before
    /// [`desk`](Self::desk).
    pub fn with_roots(mut self, roots: &Roots) -> Result<Syncer, SyncError> {
        self.client = self.client.with_roots(roots)?;
        Ok(self)
    }

    /// How long a signed answer about the time is relied on; [`CLOCK_LIMIT`] otherwise.
    #[must_use]
    pub fn with_clock_limit(mut self, limit: Duration) -> Syncer {
        self.clock_limit = limit;
        self
    }

    /// The calls for a person's session. They run beside a sync.
    pub fn desk(&self) -> Desk {
        Desk::new(self.client.clone())
    }

    /// The verified trust list that is held.
    pub fn trust(&self) -> Option<&TrustList> {
        self.trust.as_ref()
    }

    /// Has a signed answer confirmed the clock since this program started?
    pub fn clock_trust(&self) -> ClockTrust {
        if self.clock_trusted { ClockTrust::Trusted } else { ClockTrust::Untrusted }
    }

    /// Asks for the time now, whatever else is due.
    pub fn ask_time(&mut self) -> Result<TimeCheck, SyncError> {
        let mut report = SyncReport::default();
        self.carry_out(&Operation::Time, &mut report)?;
        report.time.ok_or(SyncError::NotJoined)
    }

    /// What the server says the time is, proven by the pinned key. Changes nothing.
    pub fn said_time(&mut self) -> Result<Timestamp, SyncError> {
        let mut nonce = [0; 16];
        self.rng.fill_bytes(&mut nonce);
        time::signed(&self.client, self.clock.as_ref(), &self.time_public, nonce)
    }

    /// Takes the server's time by a clerk's word, also where it lies before one that was proven.
    pub fn take_said_time(&mut self) -> Result<TimeCheck, SyncError> {
        let said = self.said_time()?;
        let check = time::take_back(self.store.as_mut(), &self.clock, &mut self.memory, said)?;
        self.clock_trusted = true;
        self.done.time = Some(self.clock.monotonic());
        Ok(check)
    }

    /// Does what is due. Never fails as a whole: what went wrong stands in the report, what worked
    /// stays done.
    pub fn run_once(&mut self) -> SyncReport {
        let mut report = SyncReport::default();
        let mut wait = None;
        if self.farewell.is_some() {
            self.see_off(&mut report);
            report.next_in = self.paused(&report, wait);
            return report;
        }
        let since = self.done.time.map(|at| self.clock.monotonic().saturating_sub(at));
        if since.is_some_and(|since| since > self.clock_limit) {
            self.clock_trusted = false;
        }
        if self.clock_trusted
            && let Err(error) = time::follow(self.store.as_mut(), &self.clock)
        {
            report.errors.push((Operation::Time, error.into()));
        }
        'rounds: for _ in 0..ROUNDS {
            let planned = match self.known() {
                Ok(known) => plan(&known, &self.intervals),
                Err(error) => {
                    report.errors.push((Operation::Outbox, error));
                    break;
                }
            };
            let mut progress = false;
            for operation in planned {
                // What an earlier operation of this plan was told holds for these too.
                if self.waiting && matches!(operation, Operation::Outbox | Operation::Roster) {
                    continue;
                }
                // What failed in this run is not tried again in the next round.
                if report.errors.iter().any(|(failed, _)| *failed == operation) {
                    continue;
                }
                match self.carry_out(&operation, &mut report) {
                    Ok(()) => {
                        report.online = Some(true);
                        progress = true;
                    }
                    // No fault: the next plan asks only whether it still is so.
                    Err(error) if error.code() == Some(ProblemCode::NotApproved) => {
                        report.online = Some(true);
                        self.hear_approval(false, &mut report);
                    }
                    Err(error) => {
                        let stop = self.fell_over(&operation, &error, &mut report, &mut wait);
                        report.errors.push((operation, error));
                        if stop {
                            break 'rounds;
                        }
                    }
                }
            }
            if !progress {
                break;
            }
        }
        self.forgetting.run(self.store.as_mut(), &self.clock, self.clock_trusted);
        if report.revoked {
            match self.leave() {
                Ok(farewell) => {
                    self.farewell = Some(farewell);
                    report.errors.clear();
                    self.see_off(&mut report);
                }
                // Nobody ordered it, or it could not be done: everything stays, and is tried again.
                Err(error) => tracing::warn!(%error, "this station stays as it is"),
            }
        }
        report.next_in = self.paused(&report, wait);
        report.clock_trusted = self.clock_trusted;
        report.waiting = self.waiting;
        report.outbox = self.store.outbox_counts().unwrap_or_default();
        report
    }

    /// Notes an error. `true`: the other operations would meet the same.
    fn fell_over(
        &mut self,
        operation: &Operation,
        error: &SyncError,
        report: &mut SyncReport,
        wait: &mut Option<Duration>,
    ) -> bool {
        tracing::warn!(?operation, %error, "sync");
        if let Next::RetryAfter(at_least) = error.next() {
            *wait = Some(wait.unwrap_or_default().max(at_least));
        }
        if matches!(error, SyncError::Refused(_)) {
            report.online = Some(true);
        }
        if error.code() == Some(ProblemCode::UnknownDevice) {
            report.revoked = true;
            return true;
        }
        if error.is_offline() {
            report.online = Some(false);
            return true;
        }
        // A list that the server does not have, or that does not hold, is asked for again when it
        // would be due, not at every turn.
        if let Operation::Status(id) = operation {
            self.done.lists.insert(id.clone(), self.clock.monotonic());
        }
        false
    }

    /// Keeps what the server says about the approval, so that the next start knows it too.
    fn hear_approval(&mut self, approved: bool, report: &mut SyncReport) {
        if self.waiting != approved {
            return;
        }
        self.waiting = !approved;
        let kept = self.store.identity().and_then(|held| match held {
            Some(identity) => {
                self.store.put_enrolled(&Enrolled { waiting: self.waiting, ..identity.enrolled })
            }
            None => Ok(()),
        });
        if let Err(error) = kept {
            report.errors.push((Operation::Standing, error.into()));
        }
        if approved {
            tracing::info!("an administrator has approved this station");
        } else {
            tracing::warn!("this station waits until an administrator approves its keys");
        }
    }

    fn leave(&mut self) -> Result<Farewell, SyncError> {
        let identity = self.store.identity()?.ok_or(SyncError::NotJoined)?;
        leaving::leave(&self.client, self.store.as_mut(), &identity, &self.time_public, self.rng.as_mut())
    }

    /// Ends the wipe, and tells the server; what does not work is done in the next run.
    fn see_off(&mut self, report: &mut SyncReport) {
        let Some(farewell) = &self.farewell else { return };
        report.wiped = true;
        let (store, client) = (self.store.as_mut(), &self.client);
        let done = leaving::go(client, store, farewell);
        match done {
            Ok(left) => self.farewell = Some(left),
            Err(error) => report.errors.push((Operation::Standing, error)),
        }
    }

    fn paused(&mut self, report: &SyncReport, wait: Option<Duration>) -> Duration {
        self.failures = if report.errors.is_empty() { 0 } else { self.failures.saturating_add(1) };
        self.pause(wait)
    }

    fn pause(&mut self, wait: Option<Duration>) -> Duration {
        let mut bits = [0; 4];
        self.rng.fill_bytes(&mut bits);
        let pause = match self.failures {
            0 => self.intervals.roster.min(self.intervals.status).min(Duration::from_secs(30)),
            failures => backoff::pause(failures, backoff::jitter(u32::from_le_bytes(bits))),
        };
        pause.max(wait.unwrap_or_default())
    }

    fn known(&self) -> Result<Known, SyncError> {
        let now = self.clock.monotonic();
        let age = |done: Option<Duration>| done.map(|done| now.saturating_sub(done));
        let mut named: Vec<ListId> = self.trust.iter().flat_map(lists_of).collect();
        // The own region's list first: most visitors are its people.
        named.sort_by_key(|id| (Some(&id.issuer) != self.own.as_ref(), id.clone()));
        Ok(Known {
            clock_trusted: self.clock_trusted,
            time_age: age(self.done.time),
            queued: self.store.outbox_counts()?.queued,
            trust_age: age(self.done.trust),
            lists: named.into_iter().map(|id| (id.clone(), age(self.done.lists.get(&id).copied()))).collect(),
            roster_age: age(self.done.roster),
            roster_unfinished: self.done.roster_unfinished,
            standing_age: age(self.done.standing),
            waiting: self.waiting,
        })
    }

    fn carry_out(&mut self, operation: &Operation, report: &mut SyncReport) -> Result<(), SyncError> {
        let store = self.store.as_mut();
        match operation {
            Operation::Time => {
                let rng = &mut self.rng;
                let nonce = || {
                    let mut nonce = [0; 16];
                    rng.fill_bytes(&mut nonce);
                    nonce
                };
                let listed = self.trust.as_ref().map(|list| list.issued_at);
                let (public, memory) = (&self.time_public, &mut self.memory);
                let check = time::check(&self.client, store, &self.clock, public, memory, listed, nonce)?;
                self.clock_trusted = check.trusted;
                self.done.time = Some(self.clock.monotonic());
                report.time = Some(check);
            }
            Operation::Outbox => {
                send(&self.client, store, report)?;
                self.done.standing = Some(self.clock.monotonic());
            }
            Operation::Standing => {
                let asked = self
                    .client
                    .as_device(|token| self.client.get::<Standing>("device", Some(token), Weight::Short));
                // A server before this was asked does not know the path; it knew the station all the same.
                if !matches!(&asked, Err(error) if error.code() == Some(ProblemCode::NotFound)) {
                    let approved = asked?.approved;
                    self.hear_approval(approved, report);
                }
                self.done.standing = Some(self.clock.monotonic());
            }
            Operation::Trust => {
                let fresh = lists::trust(&self.client, store, &mut self.root_public, self.trust.as_ref())?;
                self.done.trust = Some(self.clock.monotonic());
                if let Some(list) = fresh {
                    self.trust = Some(list);
                    report.trust_changed = true;
                }
            }
            Operation::Status(id) => {
                if let Some(trust) = &self.trust {
                    lists::status(&self.client, store, trust, id, self.own.as_ref())?;
                    self.done.lists.insert(id.clone(), self.clock.monotonic());
                }
            }
            Operation::Roster => {
                self.done.roster_unfinished = true;
                while roster::step(&self.client, store, &mut report.roster)? {
                    // A long walk does not keep anybody waiting who accepted a card meanwhile.
                    let failed = report.errors.iter().any(|(failed, _)| *failed == Operation::Outbox);
                    if !failed && store.outbox_counts()?.queued > 0 {
                        match send(&self.client, store, report) {
                            Err(error) if !error.is_offline() => {
                                report.errors.push((Operation::Outbox, error));
                            }
                            other => other?,
                        }
                    }
                }
                self.done.roster_unfinished = false;
                self.done.roster = Some(self.clock.monotonic());
                self.done.standing = self.done.roster;
            }
        }
        Ok(())
    }
}

/// Sends what is owed; what worked before an error stands in the report all the same.
fn send(client: &Client, store: &mut dyn Store, report: &mut SyncReport) -> Result<(), SyncError> {
    let mut sent = Sent::default();
    let outcome = outbox::send(client, store, &mut sent);
    report.issued.append(&mut sent.issued);
    report.refused.append(&mut sent.refused);
    outcome
}

/// Every list that a trust list names; a withdrawn key has none that would hold.
fn lists_of(trust: &TrustList) -> Vec<ListId> {
    let of = |issuer: &crate::credential::Issuer| {
        let keys = issuer.keys.iter().filter(|key| !key.revoked);
        keys.map(|key| ListId { issuer: issuer.id.clone(), kid: key.kid.clone() }).collect::<Vec<_>>()
    };
    trust.issuers.iter().flat_map(of).collect()
}

fn pinned(identity: &Identity) -> Result<([u8; 32], [u8; 32]), SyncError> {
    let root = identity.enrolled.root_public.array();
    let time = identity.enrolled.time_public.array();
    root.zip(time).ok_or(SyncError::NotJoined)
}
