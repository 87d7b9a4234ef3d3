//! Station: the thread that syncs, and what it tells the screen and the server of it.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::condition::{Condition, Facts, Sent};
use super::engine::post;
use super::leaving::remove_plates;
use super::time_trust::TimeTrust;
use crate::clock::{Clock, CorrectedClock};
use crate::credential::ClockTrust;
use crate::session::{Alert, Event, Fault, Ticket};
use crate::store::{ListStore, OutboxStore, SqliteStore};
use crate::sync::{Desk, SyncReport, Syncer};

/// Who waits for which outbox item.
pub type Waiting = Arc<Mutex<BTreeMap<String, Ticket>>>;

pub fn lock(waiting: &Waiting) -> std::sync::MutexGuard<'_, BTreeMap<String, Ticket>> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The thread that syncs: when it is woken, and every now and then.
pub struct SyncLoop {
    pub desk: Desk,
    pub condition: Condition,
    pub facts: Facts,
    pub sent: Sent,
    pub syncer: Syncer,
    pub woken: Receiver<()>,
    pub waiting: Waiting,
    pub time: TimeTrust,
    pub clock: Arc<CorrectedClock>,
    /// None: the floor cannot be asked for, so the system's clock is not taken.
    pub store: Option<SqliteStore>,
    pub rest: Duration,
    /// It was said that this station has wiped itself.
    pub gone: bool,
}

impl SyncLoop {
    pub fn run(mut self) {
        loop {
            let report = self.syncer.run_once();
            // After a fault the pause grows as sync says; desks must not knock in step.
            let rest = if report.errors.is_empty() { report.next_in.min(self.rest) } else { report.next_in };
            let heard = report.online == Some(true) && !report.wiped && !report.waiting;
            self.tell(report);
            if heard {
                self.tell_condition();
            }
            match self.woken.recv_timeout(rest) {
                Ok(()) => while self.woken.try_recv().is_ok() {},
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn tell_condition(&mut self) {
        let Some(Ok(outbox)) = self.store.as_ref().map(OutboxStore::outbox_counts) else { return };
        let trusted = self.time.now() == ClockTrust::Trusted;
        let (state, now) = (self.condition.report(&self.facts, outbox, trusted), self.clock.monotonic());
        if !self.sent.is_news(&state, now) {
            return;
        }
        match self.desk.tell_state(&state) {
            Ok(()) => self.sent.note(state, now),
            Err(error) => tracing::debug!(%error, "the server was not told how the station is"),
        }
    }

    fn tell(&mut self, report: SyncReport) {
        self.time.signed(report.clock_trusted);
        if let Some(Ok(floor)) = self.store.as_ref().map(ListStore::clock_floor) {
            self.time.ask_again(&self.clock, floor);
        }
        let trusted = self.time.now() == ClockTrust::Trusted;
        post(Event::Alert(Alert::ClockUntrusted, !trusted));
        if let Some(online) = report.online {
            post(Event::Alert(Alert::Offline, !online));
        }
        if !report.wiped {
            post(Event::Alert(Alert::NotJoined, report.revoked));
        } else if !self.gone {
            self.gone = true;
            remove_plates(&self.facts.data_dir);
            post(Event::Broken(Fault::Removed));
        }
        if !report.wiped {
            post(Event::Approval(!report.waiting));
        }
        let mut waiting = lock(&self.waiting);
        for item in report.issued {
            if let Some(ticket) = waiting.remove(&item.outbox_id) {
                post(Event::Issued(ticket, Ok(Box::new(item.issue))));
            }
        }
        for item in report.refused {
            if let Some(ticket) = waiting.remove(&item.outbox_id) {
                post(Event::Issued(ticket, Err(Fault::Rejected)));
            }
        }
        // Still owed and the network is gone: nobody has to stand here and wait for it.
        if report.online == Some(false) {
            for (_, ticket) in std::mem::take(&mut *waiting) {
                post(Event::Issued(ticket, Err(Fault::Offline)));
            }
        }
    }
}
