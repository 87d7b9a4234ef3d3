//! Once a day the station forgets what ended long ago.

use std::time::Duration;

use jiff::SignedDuration;

use crate::clock::{Clock, CorrectedClock};
use crate::store::Store;

/// Long enough for a question at the desk about a card of last month.
const KEPT: SignedDuration = SignedDuration::from_hours(60 * 24);
const EVERY: Duration = Duration::from_hours(24);

/// When this was last done, by the monotonic clock.
#[derive(Debug, Default)]
pub(super) struct Forgetting {
    done: Option<Duration>,
}

impl Forgetting {
    /// Forgets, where that is due. Only by a clock that is trusted: one that runs ahead would
    /// forget what is young.
    pub(super) fn run(&mut self, store: &mut dyn Store, clock: &CorrectedClock, trusted: bool) {
        let now = clock.monotonic();
        if !trusted || self.done.is_some_and(|done| now.saturating_sub(done) < EVERY) {
            return;
        }
        let Ok(before) = clock.now().checked_sub(KEPT) else { return };
        match store.prune(before) {
            Ok(0) => {}
            Ok(rows) => tracing::info!(rows, "forgot what ended long ago"),
            Err(error) => tracing::warn!(%error, "what is old could not be forgotten"),
        }
        self.done = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Desk, Office, acceptance, at};
    use super::*;
    use crate::store::OutboxStore;
    use crate::sync::stub::Reply;

    const DAY: i64 = 24 * 3600;

    fn knows(desk: &Desk) -> bool {
        desk.store.acceptance("item-001").unwrap().is_some()
    }

    #[test]
    fn an_answered_acceptance_is_forgotten_after_sixty_days_and_by_a_trusted_clock_only() {
        let (office, stub) = Office::open();
        let mut desk = Desk::at(&stub.url);
        desk.store.accept(&acceptance("item-001")).unwrap();
        desk.store.outbox_answered("item-001", Some("S"), at(0)).unwrap();
        for (day, kept) in [(59, true), (61, false)] {
            // Two days pass at the station as at the server: a server that is ahead of that is not believed.
            desk.base.advance(Duration::from_hours(48));
            *office.now.lock().unwrap() = at(day * DAY);
            desk.syncer.run_once();
            assert_eq!(knows(&desk), kept, "day {day}");
        }
    }

    #[test]
    fn a_clock_that_nobody_confirmed_forgets_nothing() {
        let (office, stub) = Office::open();
        let mut desk = Desk::at(&stub.url);
        desk.store.accept(&acceptance("item-001")).unwrap();
        desk.store.outbox_answered("item-001", Some("S"), at(0)).unwrap();
        desk.clock.set(at(400 * DAY));
        office.instead("time", Reply::Close);
        assert!(!desk.syncer.run_once().clock_trusted);
        assert!(knows(&desk));
    }
}
