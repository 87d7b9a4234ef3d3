//! Faults at every byte of a job: the printer vanishes, runs out, stalls, jams, or the program is killed; in simulated time.
//! What the queue says is held against what lies on the paper.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use image::{GrayImage, Luma};
use jiff::Timestamp;
use tempfile::TempDir;

use super::*;
use crate::clock::{Clock, ManualClock};
use crate::printing::simulated::{Bench, Breakdown, Killed, Machine, Piece, Trouble};
use crate::printing::{OnPaper, Paper, Receipt, Says};

/// No screen may stand still longer, unless it says what is being waited for.
const PATIENCE: Duration = Duration::from_secs(15);

/// Something like a slip: ink in every row, no two rows alike.
fn slip() -> &'static GrayImage {
    static SLIP: OnceLock<GrayImage> = OnceLock::new();
    SLIP.get_or_init(|| {
        GrayImage::from_fn(384, 700, |x, y| {
            let mixed = (x / 8 * 7 + y * 31) ^ (y << 3) ^ (x * y % 13);
            Luma([if mixed % 3 == 0 || x < 2 { 0 } else { 255 }])
        })
    })
}

fn rows() -> &'static Vec<Vec<u8>> {
    static ROWS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    ROWS.get_or_init(|| {
        slip()
            .rows()
            .map(|row| {
                let dots: Vec<bool> = row.map(|p| p[0] < 128).collect();
                dots.chunks(8)
                    .map(|byte| byte.iter().fold(0, |bits, dot| bits << 1 | u8::from(*dot)))
                    .collect()
            })
            .collect()
    })
}

/// How many whole slips lie on the paper, however it was cut.
fn whole_slips(paper: &[Piece]) -> usize {
    let whole = rows();
    paper
        .iter()
        .map(|piece| {
            let starts = piece.rows.iter().enumerate().filter(|(_, row)| **row == whole[0]);
            starts.filter(|(at, _)| piece.rows[*at..].starts_with(whole)).count()
        })
        .sum()
}

/// The person: stands there until some moment, and remembers every screen.
struct Watcher {
    bench: Bench,
    clock: ManualClock,
    leaves_at: Duration,
    seen: Vec<(Duration, JobState)>,
}

impl Follower for Watcher {
    fn stands(&mut self, state: JobState) {
        self.seen.push((self.clock.monotonic(), state));
    }

    fn wants(&mut self) -> bool {
        self.clock.monotonic() < self.leaves_at
    }

    fn rest(&mut self, how_long: Duration) {
        self.bench.wait(how_long);
    }
}

/// Chance that is the same every time (splitmix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit.max(1)
    }

    fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }
}

const TROUBLES: [Trouble; 8] = [
    Trouble::PaperOut,
    Trouble::CoverOpen,
    Trouble::Offline,
    Trouble::HeadHot,
    Trouble::CutterJam,
    Trouble::Hangs,
    Trouble::Unplugged,
    Trouble::NoPower,
];

/// What happens in one run.
#[derive(Clone, Copy, Debug)]
struct Plan {
    numbers: bool,
    trouble: Option<Breakdown>,
    killed_after: Option<usize>,
    leaves_after: Option<Duration>,
    spare: bool,
}

impl Plan {
    fn of(seed: u64, bytes: usize) -> Plan {
        let mut chance = Chance(seed);
        let anywhere = |chance: &mut Chance| chance.below(bytes as u64 + 400) as usize;
        let seconds = |chance: &mut Chance, most: u64| Duration::from_secs(1 + chance.below(most));
        let kill = chance.one_in(5);
        let trouble = (!kill || chance.one_in(2)).then(|| Breakdown {
            after: anywhere(&mut chance),
            what: TROUBLES[chance.below(8) as usize],
            mended_after: (!chance.one_in(4)).then(|| seconds(&mut chance, 90)),
        });
        Plan {
            numbers: !chance.one_in(3),
            trouble,
            killed_after: kill.then(|| anywhere(&mut chance)),
            leaves_after: chance.one_in(4).then(|| seconds(&mut chance, 60)),
            spare: chance.one_in(6),
        }
    }

    fn name(&self) -> String {
        match (self.trouble, self.killed_after) {
            (_, Some(_)) => "killed".to_owned(),
            (Some(breakdown), None) => format!("{:?}", breakdown.what),
            (None, None) => "nothing".to_owned(),
        }
    }
}

struct Field {
    folder: TempDir,
    store: SqliteStore,
}

use crate::store::SqliteStore;

impl Field {
    fn new() -> Field {
        // In memory where the machine has such a place: what is tested is order, not the disk.
        let folder = match std::path::Path::new("/dev/shm") {
            shm if shm.is_dir() => TempDir::new_in(shm).unwrap(),
            _ => TempDir::new().unwrap(),
        };
        let store =
            SqliteStore::open(folder.path().join("station.sqlite"), Timestamp::UNIX_EPOCH).unwrap().store;
        Field { folder, store }
    }

    fn queue(&self, benches: &[&Bench], clock: &ManualClock) -> PrintQueue<SqliteStore> {
        let clock: SharedClock = Arc::new(clock.clone());
        let devices = benches
            .iter()
            .map(|bench| Device {
                printer: Box::new(Receipt::new(
                    Box::new((*bench).clone()),
                    Paper { dots: 384, ..Paper::default() },
                    None,
                    clock.clone(),
                )),
                offset: Offset::default(),
            })
            .collect();
        PrintQueue { store: self.store.beside().unwrap(), devices, clock, patience: Duration::from_secs(300) }
    }
}

fn a_job() -> PrintJob {
    PrintJob {
        print_id: "p".to_owned(),
        title: "Kartu".to_owned(),
        sides: Vec::new(),
        pdf: Vec::new(),
        receipt: OnPaper::Picture(slip().clone()),
    }
}

fn order(id: &str) -> Order<'static> {
    Order {
        id: id.to_owned(),
        print_id: format!("print-{id}"),
        serial: None,
        options: "{}".to_owned(),
        sealed_picture: vec![1],
        draw: &|_| Ok(a_job()),
    }
}

/// One job from order to end, held against the paper. Says what became of it.
fn one(field: &mut Field, seed: u64) -> (Plan, &'static str) {
    let bytes = crate::printing::raster_bytes(slip()).len();
    let plan = Plan::of(seed, bytes);
    let clock = ManualClock::at(Timestamp::UNIX_EPOCH);
    let bench = Bench::new(Machine::new(plan.numbers), clock.clone());
    let spare = Bench::new(Machine::new(true), clock.clone());
    if let Some(breakdown) = plan.trouble {
        bench.with(|machine| machine.plan(breakdown));
    }
    if let Some(bytes) = plan.killed_after {
        bench.kill_after(bytes);
    }
    let benches: Vec<&Bench> = if plan.spare { vec![&bench, &spare] } else { vec![&bench] };
    let mut watcher = Watcher {
        bench: bench.clone(),
        clock: clock.clone(),
        leaves_at: plan.leaves_after.unwrap_or(Duration::MAX),
        seen: Vec::new(),
    };
    let id = format!("job-{seed}");
    let mut queue = field.queue(&benches, &clock);
    let told = catch_unwind(AssertUnwindSafe(|| queue.run(&order(&id), &mut watcher)));
    drop(queue);
    let at_the_end = clock.monotonic();
    if let Err(panic) = &told {
        assert!(panic.downcast_ref::<Killed>().is_some(), "seed {seed} panicked by itself");
        // The program starts anew, and the printer may have been mended meanwhile.
        bench.wait(Duration::from_secs(20));
        field.queue(&benches, &clock).settle().unwrap();
    }
    // Somebody mends everything, and an hour goes by: nothing more may come out for nobody.
    bench.wait(Duration::from_secs(20));
    let before_mending = bench.with(|machine| whole_slips(machine.paper()));
    bench.with(Machine::mend);
    bench.wait(Duration::from_secs(3600));
    let whole = bench.with(|machine| whole_slips(machine.paper()))
        + spare.with(|machine| whole_slips(machine.paper()));

    let job = field.store.job(&id).unwrap();
    // A program that was killed before the job was written down owes nothing.
    let state = job.as_ref().map(|job| job.state);
    match state {
        Some(store::JobState::Printed) => assert_eq!(whole, 1, "seed {seed} {plan:?}: said printed"),
        Some(store::JobState::Failed) => assert_eq!(whole, 0, "seed {seed} {plan:?}: said failed"),
        Some(store::JobState::Unknown) => assert!(whole <= 1, "seed {seed} {plan:?}: {whole} slips"),
        other => panic!("seed {seed} {plan:?}: the job stands at {other:?}"),
    }
    assert!(before_mending <= whole);
    if let Ok(told) = told {
        let same = matches!(
            (told, state),
            (JobState::Printed, Some(store::JobState::Printed))
                | (JobState::Failed(_), Some(store::JobState::Failed))
                | (JobState::Unknown, Some(store::JobState::Unknown))
        );
        assert!(same, "seed {seed} {plan:?}: the screen says {told:?}, the disk {state:?}");
        watcher.seen.push((at_the_end, told));
    }
    for pair in watcher.seen.windows(2) {
        let [(since, state), (until, next)] = pair else { continue };
        if !matches!(state, JobState::Waiting(_)) {
            let stood = until.saturating_sub(*since);
            assert!(stood <= PATIENCE, "seed {seed} {plan:?}: {state:?} stood {stood:?} before {next:?}");
        }
    }
    // The question, if there is one, is answered, so that the next run begins with none.
    if state == Some(store::JobState::Unknown) {
        let end = JobEnd::Failed { cause: "staff looked" };
        field.store.end_job(&id, end, None, Timestamp::UNIX_EPOCH).unwrap();
    }
    (plan, state.map_or("none", store::JobState::word))
}

fn sweep(seeds: impl Iterator<Item = u64>) -> BTreeMap<(String, &'static str), u32> {
    std::panic::set_hook(Box::new(|info| {
        if info.payload().downcast_ref::<Killed>().is_none() {
            eprintln!("{info}");
        }
    }));
    let mut field = Field::new();
    let mut counts = BTreeMap::new();
    for seed in seeds {
        let (plan, word) = one(&mut field, seed);
        *counts.entry((plan.name(), word)).or_default() += 1;
    }
    drop(field.folder);
    counts
}

/// The table of docs/printing.md: what happened, and how many prints ended how.
fn tell(counts: &BTreeMap<(String, &'static str), u32>) {
    let names: BTreeSet<&String> = counts.keys().map(|(name, _)| name).collect();
    println!("| | printed | failed | unknown |\n| --- | --- | --- | --- |");
    for name in names {
        let of = |word| counts.get(&(name.clone(), word)).copied().unwrap_or_default();
        println!("| {name} | {} | {} | {} |", of("printed"), of("failed"), of("unknown"));
    }
}

#[test]
fn whatever_happens_no_slip_comes_out_twice_and_nothing_untrue_is_said() {
    let counts = sweep(0..160);
    tell(&counts);
    assert_eq!(counts.values().sum::<u32>(), 160);
    assert!(counts.keys().any(|(_, word)| *word == "printed"));
    assert!(counts.keys().any(|(_, word)| *word == "failed"));
}

/// Six thousand runs; prints the table of docs/printing.md.
#[test]
#[ignore = "takes minutes; scripts/test --long"]
fn the_same_six_thousand_times() {
    let counts = sweep(1_000..7_000);
    tell(&counts);
    assert_eq!(counts.values().sum::<u32>(), 6_000);
}

#[test]
fn a_refilled_roll_lets_the_job_go_on_once_and_the_journal_tells_it() {
    let field = Field::new();
    let clock = ManualClock::at(Timestamp::UNIX_EPOCH);
    let bench = Bench::new(Machine::new(true), clock.clone());
    let mended_after = Some(Duration::from_secs(40));
    bench.with(|machine| machine.plan(Breakdown { after: 9_000, what: Trouble::PaperOut, mended_after }));
    let mut watcher =
        Watcher { bench: bench.clone(), clock: clock.clone(), leaves_at: Duration::MAX, seen: Vec::new() };
    let state = field.queue(&[&bench], &clock).run(&order("j"), &mut watcher);
    assert_eq!(state, JobState::Printed);
    assert_eq!(bench.with(|machine| whole_slips(machine.paper())), 1);
    assert!(watcher.seen.iter().any(|(_, state)| *state == JobState::Waiting(Fault::Paper)));
    let words: Vec<&str> = field.store.journal("j").unwrap().iter().map(|line| line.state.word()).collect();
    assert_eq!(words, ["queued", "sending", "queued", "sending", "sending", "printed"]);
}

/// The journal in docs/printing.md is this job's.
#[test]
fn a_job_cut_off_in_its_last_band_is_a_question_and_its_journal_says_so() {
    let mut field = Field::new();
    let clock = ManualClock::at("2026-11-22T03:14:07Z".parse().unwrap());
    let bench = Bench::new(Machine::new(true), clock.clone());
    let script = crate::printing::raster_bytes(slip()).len();
    // With what the questions and numbers add, this lies in the last band.
    bench.kill_after(script + 1_600);
    let mut watcher =
        Watcher { bench: bench.clone(), clock: clock.clone(), leaves_at: Duration::MAX, seen: Vec::new() };
    let mut queue = field.queue(&[&bench], &clock);
    let killed = catch_unwind(AssertUnwindSafe(|| queue.run(&order("j"), &mut watcher)));
    assert!(killed.unwrap_err().downcast_ref::<Killed>().is_some());
    bench.wait(Duration::from_secs(38));
    let mut queue = field.queue(&[&bench], &clock);
    assert_eq!(queue.settle().unwrap(), 1, "one question");
    assert_eq!(field.store.job("j").unwrap().unwrap().state, store::JobState::Unknown);
    bench.wait(Duration::from_secs(95));
    let now = clock.now();
    field.store.end_job("j", JobEnd::Printed, None, now).unwrap();
    let journal = field.store.journal("j").unwrap();
    for line in &journal {
        let at = line.at.strftime("%H:%M:%S%.3f");
        println!("{at}  {:<9} {}", line.state.word(), line.cause.as_deref().unwrap_or_default());
    }
    let words: Vec<&str> = journal.iter().map(|line| line.state.word()).collect();
    assert_eq!(words, ["queued", "sending", "sending", "unknown", "printed"]);
    assert!(bench.with(|machine| whole_slips(machine.paper())) <= 1);
}

#[test]
fn who_leaves_takes_the_job_along() {
    let field = Field::new();
    let clock = ManualClock::at(Timestamp::UNIX_EPOCH);
    let bench = Bench::new(Machine::new(true), clock.clone());
    bench.with(|machine| machine.break_down(Trouble::CoverOpen));
    let leaves_at = Duration::from_secs(8);
    let mut watcher = Watcher { bench: bench.clone(), clock: clock.clone(), leaves_at, seen: Vec::new() };
    let state = field.queue(&[&bench], &clock).run(&order("j"), &mut watcher);
    assert_eq!(state, JobState::Failed(Fault::Cover));
    bench.with(Machine::mend);
    bench.wait(Duration::from_secs(3600));
    assert!(bench.with(|machine| machine.paper().iter().all(|piece| piece.rows.is_empty())));
    assert_eq!(field.store.job("j").unwrap().unwrap().cause.as_deref(), Some("dropped: nobody waits"));
}

#[test]
fn the_second_printer_takes_over() {
    let field = Field::new();
    let clock = ManualClock::at(Timestamp::UNIX_EPOCH);
    let first = Bench::new(Machine::new(true), clock.clone());
    let second = Bench::new(Machine::new(false), clock.clone());
    first.with(|machine| machine.break_down(Trouble::NoPower));
    let mut watcher =
        Watcher { bench: first.clone(), clock: clock.clone(), leaves_at: Duration::MAX, seen: Vec::new() };
    let state = field.queue(&[&first, &second], &clock).run(&order("j"), &mut watcher);
    assert_eq!(state, JobState::Printed);
    assert_eq!(second.with(|machine| whole_slips(machine.paper())), 1);
    assert!(clock.monotonic() < PATIENCE);
}

#[test]
fn a_roll_holds_thirty_slips() {
    let field = Field::new();
    let clock = ManualClock::at(Timestamp::UNIX_EPOCH);
    let bench = Bench::new(Machine::new(true), clock.clone());
    // Of the longest kind that the simulated roll is measured for.
    bench.with(|machine| machine.set_paper(30 * (700 + 126) + 10));
    let mut queue = field.queue(&[&bench], &clock);
    for n in 0..30 {
        let leaves_at = clock.monotonic() + Duration::from_secs(60);
        let mut watcher = Watcher { bench: bench.clone(), clock: clock.clone(), leaves_at, seen: Vec::new() };
        assert_eq!(queue.run(&order(&format!("j{n}")), &mut watcher), JobState::Printed, "{n}");
    }
    let leaves_at = clock.monotonic() + Duration::from_secs(5);
    let mut watcher = Watcher { bench: bench.clone(), clock: clock.clone(), leaves_at, seen: Vec::new() };
    assert_eq!(queue.run(&order("j30"), &mut watcher), JobState::Failed(Fault::Paper));
    assert_eq!(bench.with(|machine| whole_slips(machine.paper())), 30);
}

#[test]
fn a_printer_without_a_word_is_sent_to_and_said_so() {
    let field = Field::new();
    let clock = ManualClock::at(Timestamp::UNIX_EPOCH);
    let bench = Bench::new(Machine::new(false), clock.clone());
    let mut queue = field.queue(&[], &clock);
    let shared: SharedClock = Arc::new(clock.clone());
    let paper = Paper { dots: 384, ..Paper::default() };
    let printer = Receipt::new(Box::new(bench.clone()), paper, Some(Says::Nothing), shared);
    queue.devices.push(Device { printer: Box::new(printer), offset: Offset::default() });
    let mut watcher = Watcher { bench, clock, leaves_at: Duration::MAX, seen: Vec::new() };
    assert_eq!(queue.run(&order("j"), &mut watcher), JobState::Sent);
    assert_eq!(field.store.job("j").unwrap().unwrap().state, store::JobState::Sent);
}
