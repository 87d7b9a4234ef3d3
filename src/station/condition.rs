//! Station: how this station is, for whoever looks after many. The screen's thread leaves its alerts here; the thread
//! that syncs makes a report of them. Nothing in it is of a person.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::time::Duration;

use crate::protocol::{PaperState, PartState, StationState};
use crate::session::{Alert, Alerts};
use crate::store::OutboxCounts;

/// A report goes out so often even if nothing changed: it also says that the station is alive.
pub const AT_LEAST: Duration = Duration::from_secs(300);

/// What the threads know together. Clones share it.
#[derive(Clone, Default)]
pub struct Condition {
    alerts: Arc<AtomicU16>,
    /// The screen is black at this moment.
    dark: Arc<AtomicBool>,
    /// The printer answers questions about its paper.
    paper_is_told: Arc<AtomicBool>,
}

impl Condition {
    pub fn put(&self, alerts: Alerts, dark: bool) {
        self.alerts.store(alerts.bits(), Ordering::Relaxed);
        self.dark.store(dark, Ordering::Relaxed);
    }

    pub fn paper_is_told(&self, told: bool) {
        self.paper_is_told.store(told, Ordering::Relaxed);
    }

    /// The report of this moment.
    pub fn report(&self, of: &Facts, outbox: OutboxCounts, clock_trusted: bool) -> StationState {
        let alerts = Alerts::from_bits(self.alerts.load(Ordering::Relaxed));
        let raised = |alert| alerts.is_raised(alert);
        StationState {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            camera: if raised(Alert::Camera) || raised(Alert::ScanCamera) {
                PartState::Away
            } else {
                PartState::Ready
            },
            printer: match of.has_printer {
                false => PartState::None,
                true if raised(Alert::Printer) => PartState::Faulty,
                true => PartState::Ready,
            },
            paper: if !of.has_printer {
                PaperState::Unknown
            } else if raised(Alert::Paper) {
                PaperState::Out
            } else if raised(Alert::PaperLow) {
                PaperState::Low
            } else if self.paper_is_told.load(Ordering::Relaxed) {
                PaperState::Enough
            } else {
                PaperState::Unknown
            },
            disk_free_mib: rustix::fs::statvfs(&of.data_dir)
                .ok()
                .map(|disk| disk.f_bavail * disk.f_frsize / 1024 / 1024),
            clock_trusted,
            outbox: outbox.queued,
            parked: outbox.parked,
            screen_on: !self.dark.load(Ordering::Relaxed),
        }
    }
}

/// What does not change while the station runs.
#[derive(Clone, Debug)]
pub struct Facts {
    pub has_printer: bool,
    pub data_dir: PathBuf,
}

/// Which reports are worth sending.
#[derive(Default)]
pub struct Sent {
    last: Option<(StationState, Duration)>,
}

impl Sent {
    /// The free space of a disk always changes a little, and that alone is no news.
    pub fn is_news(&self, state: &StationState, now: Duration) -> bool {
        let Some((last, at)) = &self.last else { return true };
        let plain = |state: &StationState| StationState { disk_free_mib: None, ..state.clone() };
        now.saturating_sub(*at) >= AT_LEAST || plain(last) != plain(state)
    }

    pub fn note(&mut self, state: StationState, now: Duration) {
        self.last = Some((state, now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alerts_of_the_screen_become_the_words_of_the_report() {
        let folder = tempfile::tempdir().unwrap();
        let facts = Facts { has_printer: true, data_dir: folder.path().to_owned() };
        let condition = Condition::default();
        let now = |facts: &Facts| condition.report(facts, OutboxCounts { queued: 2, parked: 1 }, false);
        let quiet = now(&facts);
        assert_eq!(
            (quiet.camera, quiet.printer, quiet.paper),
            (PartState::Ready, PartState::Ready, PaperState::Unknown)
        );
        assert_eq!((quiet.outbox, quiet.parked, quiet.clock_trusted), (2, 1, false));
        assert!(quiet.disk_free_mib.is_some());
        condition.paper_is_told(true);
        assert_eq!(now(&facts).paper, PaperState::Enough);
        let mut alerts = Alerts::default();
        alerts.set(Alert::Camera, true);
        alerts.set(Alert::PaperLow, true);
        assert!(now(&facts).screen_on);
        condition.clone().put(alerts, true);
        assert!(!now(&facts).screen_on);
        assert_eq!((now(&facts).camera, now(&facts).paper), (PartState::Away, PaperState::Low));
        let none = Facts { has_printer: false, ..facts };
        assert_eq!((now(&none).printer, now(&none).paper), (PartState::None, PaperState::Unknown));
    }

    #[test]
    fn a_report_goes_out_when_something_changed_and_now_and_then_besides() {
        let condition = Condition::default();
        let facts = Facts { has_printer: true, data_dir: "/".into() };
        let state = |queued| condition.report(&facts, OutboxCounts { queued, parked: 0 }, true);
        let mut sent = Sent::default();
        assert!(sent.is_news(&state(0), Duration::ZERO));
        sent.note(state(0), Duration::ZERO);
        let fuller = StationState { disk_free_mib: Some(7), ..state(0) };
        assert!(!sent.is_news(&fuller, Duration::from_secs(60)));
        assert!(sent.is_news(&state(1), Duration::from_secs(60)));
        assert!(sent.is_news(&state(0), AT_LEAST));
    }
}
