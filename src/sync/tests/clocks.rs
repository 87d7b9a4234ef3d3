//! Wrong clocks at the server and at the station, in every order: no station is lost, and no floor goes back
//! without a proof.

use std::sync::atomic::Ordering;

use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;
use crate::store::{ListStore, NoteStore};
use crate::sync::time::{Memory, raise_to_floor, take, take_back};

const HOUR: u64 = 3600;
const DAY: i64 = 86_400;
const YEARS: i64 = 5 * 365 * DAY;

#[test]
fn a_server_five_years_ahead_for_one_sync_leaves_nothing_behind() {
    let (office, stub) = Office::open();
    let mut desk = Desk::at(&stub.url);
    assert!(desk.syncer.run_once().clock_trusted);
    *office.now.lock().unwrap() = at(1000 + YEARS);
    desk.base.advance(Duration::from_hours(1));
    let report = desk.syncer.run_once();
    assert!(!report.clock_trusted && !report.time.unwrap().trusted);
    assert_eq!(desk.now(), at(4600), "the station's own time goes on, and its certificates hold");
    assert!(desk.store.clock_floor().unwrap().unwrap() <= at(4600));
    *office.now.lock().unwrap() = at(4660);
    desk.base.advance(Duration::from_mins(1));
    assert!(desk.syncer.run_once().clock_trusted);
    assert_eq!(desk.now(), at(4660));
}

#[test]
fn a_station_that_starts_while_the_server_is_wrong_follows_it_nowhere() {
    let (office, stub) = Office::open();
    let mut desk = Desk::at(&stub.url);
    assert!(desk.syncer.run_once().clock_trusted);
    *office.now.lock().unwrap() = at(YEARS);
    let mut again = started(&desk, at(2000));
    assert!(!again.1.run_once().clock_trusted);
    assert_eq!(desk.store.clock_floor().unwrap(), Some(at(1000)));
    *office.now.lock().unwrap() = at(3000);
    assert!(again.1.run_once().clock_trusted);
    assert_eq!(again.0.now(), at(3000));
}

/// The station's program, started again by a machine whose clock shows this.
fn started(desk: &Desk, shows: Timestamp) -> (Arc<CorrectedClock>, Syncer) {
    let clock = Arc::new(CorrectedClock::new(Arc::new(ManualClock::at(shows))));
    let store = Box::new(desk.store.beside().unwrap());
    let syncer = Syncer::new(store, clock.clone(), Box::new(os_random()), None, timeouts()).unwrap();
    (clock, syncer)
}

#[test]
fn a_floor_that_is_wrong_goes_back_by_an_order_for_its_own_question_alone() {
    let (office, stub) = Office::open();
    let mut desk = Desk::at(&stub.url);
    desk.store.raise_clock_floor(at(YEARS)).unwrap();
    let forged = ClockReset::sign(&time_key(), &[0; 16], at(0)).unwrap();
    let answer = SignedTime::sign(&time_key(), &[0; 16], at(0)).unwrap();
    let stranger = ClockReset::sign(&root(), &[0; 16], at(0)).unwrap();
    for bytes in [forged, answer, stranger] {
        office.instead("time/reset", Reply::json(200, &Blob(bytes)));
        assert!(!desk.syncer.run_once().clock_trusted);
        assert_eq!(desk.store.clock_floor().unwrap(), Some(at(YEARS)));
    }
    assert!(!desk.syncer.run_once().clock_trusted, "nobody at the server has said so");
    office.resets.store(true, Ordering::SeqCst);
    assert!(desk.syncer.run_once().clock_trusted);
    assert_eq!((desk.now(), desk.store.clock_floor().unwrap()), (at(1000), Some(at(1000))));
    assert!(!desk.store.noted("clock").unwrap().is_empty());
}

#[test]
fn a_clerks_word_or_joining_again_takes_a_floor_back_as_well() {
    let (_office, stub) = Office::open();
    let mut desk = Desk::at(&stub.url);
    desk.store.raise_clock_floor(at(YEARS)).unwrap();
    assert!(!desk.syncer.run_once().clock_trusted);
    assert_eq!(desk.syncer.said_time().unwrap(), at(1000));
    assert_eq!(desk.store.clock_floor().unwrap(), Some(at(YEARS)), "to ask changes nothing");
    desk.syncer.take_said_time().unwrap();
    assert!(desk.syncer.run_once().clock_trusted);

    desk.store.raise_clock_floor(at(YEARS)).unwrap();
    desk.store.put_identity(&identity(&stub.url)).unwrap();
    let (clock, mut syncer) = started(&desk, at(0));
    assert!(syncer.run_once().clock_trusted);
    assert_eq!(clock.now(), at(1000));
}

#[derive(Clone, Debug)]
enum Step {
    /// Time goes by at a station that runs.
    Pass(u64),
    /// The server's clock is off by so much from now on.
    Server(i64),
    Sync,
    /// Off for so long; its clock then stands still, or is off by so much.
    Restart(u64, Option<i64>),
    Rejoin,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let off = || {
        prop_oneof![
            3 => Just(0i64),
            1 => -2 * YEARS..2 * YEARS,
            1 => -40 * DAY..40 * DAY,
            1 => -2 * 3600..2 * 3600i64,
        ]
    };
    let step = prop_oneof![
        3 => (0..30 * HOUR).prop_map(Step::Pass),
        3 => off().prop_map(Step::Server),
        6 => Just(Step::Sync),
        2 => (0..120 * 24 * HOUR, proptest::option::of(off())).prop_map(|(time, off)| Step::Restart(time, off)),
        1 => Just(Step::Rejoin),
    ];
    proptest::collection::vec(step, 1..30)
}

/// A station without its network: what it makes of answers, and the true time beside it.
struct Played {
    dir: TempDir,
    store: SqliteStore,
    machine: ManualClock,
    clock: CorrectedClock,
    memory: Memory,
    now: Timestamp,
    server_off: i64,
}

fn plus(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_secs(seconds)).unwrap()
}

impl Played {
    fn new() -> Played {
        let dir = tempfile::tempdir().unwrap();
        let mut store = SqliteStore::open(dir.path().join("station.db"), at(0)).unwrap().store;
        store.put_identity(&identity("http://localhost")).unwrap();
        let machine = ManualClock::at(at(0));
        let clock = CorrectedClock::new(Arc::new(machine.clone()));
        Played { dir, store, machine, clock, memory: Memory::default(), now: at(0), server_off: 0 }
    }

    fn pass(&mut self, seconds: u64) {
        self.machine.advance(Duration::from_secs(seconds));
        self.now = plus(self.now, seconds as i64);
    }

    /// `true`: the clock may be believed.
    fn sync(&mut self) -> bool {
        let said = plus(self.now, self.server_off);
        take(&mut self.store, &self.clock, &mut self.memory, None, said).unwrap().trusted
    }

    fn restart(&mut self, seconds: u64, off: Option<i64>) {
        let stood = self.machine.now();
        self.now = plus(self.now, seconds as i64);
        self.machine = ManualClock::at(off.map_or(stood, |off| plus(self.now, off)));
        self.clock = CorrectedClock::new(Arc::new(self.machine.clone()));
        self.store = SqliteStore::open(self.dir.path().join("station.db"), at(0)).unwrap().store;
        raise_to_floor(&self.store, &self.clock).unwrap();
        self.memory = Memory::load(&self.store).unwrap();
    }

    fn floor(&self) -> Option<Timestamp> {
        self.store.clock_floor().unwrap()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_order_of_wrong_clocks_loses_a_station(steps in steps()) {
        let mut station = Played::new();
        for step in steps {
            let (before, mut proof) = (station.floor(), false);
            match step {
                Step::Pass(seconds) => station.pass(seconds),
                Step::Server(off) => station.server_off = off,
                Step::Sync => {
                    if station.sync() {
                        let said = plus(station.now, station.server_off);
                        prop_assert!(station.clock.now() >= said, "what is trusted is what was signed");
                    }
                }
                Step::Restart(seconds, off) => station.restart(seconds, off),
                Step::Rejoin => {
                    station.store.put_identity(&identity("http://localhost")).unwrap();
                    station.restart(0, Some(0));
                    proof = true;
                }
            }
            prop_assert!(proof || station.floor() >= before, "a floor goes back by a proof alone");
        }
        // The clocks are right again. Hours of syncs, and where the floor itself is wrong, one word of somebody.
        station.server_off = 0;
        let wrong = station.floor().is_some_and(|floor| floor > station.now);
        let mut syncs = 0;
        while !station.sync() && syncs < 8 {
            station.pass(HOUR);
            syncs += 1;
        }
        if !station.sync() {
            prop_assert!(wrong, "nobody had to say anything");
            let now = station.now;
            take_back(&mut station.store, &station.clock, &mut station.memory, now).unwrap();
            prop_assert!(station.sync());
        }
        let off = station.clock.now().duration_since(station.now).abs();
        prop_assert!(off <= SignedDuration::from_mins(2), "the right time: {off:?}");
    }
}
