//! What a printer may do with a job, each in simulated time: the following ends, in time, and says nothing untrue.

use super::*;
use crate::clock::{Clock, ManualClock};
use jiff::Timestamp;
use std::cell::Cell;
use std::sync::Arc;
use std::sync::mpsc::channel;

/// How the printer stands from a second on.
#[derive(Clone)]
struct Scene {
    from: u64,
    /// `None`: no answer.
    phase: Option<JobPhase>,
    impressions: Option<u32>,
    begun: bool,
    stopped: bool,
    reason: &'static str,
}

fn scene(from: u64, phase: JobPhase) -> Scene {
    let begun = !matches!(phase, JobPhase::Waiting);
    Scene { from, phase: Some(phase), impressions: Some(0), begun, stopped: false, reason: "none" }
}

fn silence(from: u64) -> Scene {
    Scene { phase: None, ..scene(from, JobPhase::Processing) }
}

/// What it does with a job that is taken back.
#[derive(Clone, Copy, PartialEq)]
enum Cancelling {
    Obeys,
    Ignores,
    /// It had just finished.
    TooLate,
}

struct Play {
    clock: ManualClock,
    scenes: Vec<Scene>,
    cancelling: Cancelling,
    cancelled: Cell<bool>,
    resumed: Cell<u32>,
    /// Starts again when told to.
    resumes: bool,
}

impl Play {
    fn of(scenes: Vec<Scene>) -> Play {
        Play {
            clock: ManualClock::at(Timestamp::UNIX_EPOCH),
            scenes,
            cancelling: Cancelling::Obeys,
            cancelled: Cell::new(false),
            resumed: Cell::new(0),
            resumes: true,
        }
    }

    fn now(&self) -> Scene {
        let seconds = self.clock.monotonic().as_secs();
        self.scenes.iter().rev().find(|scene| scene.from <= seconds).unwrap().clone()
    }

    /// Follows with documents that were answered so.
    fn follow(&self, documents: Vec<Result<(), Trouble>>, counts: bool, leaves: u64) -> (End, Watcher) {
        let clock: SharedClock = Arc::new(self.clock.clone());
        let (told, sending) = channel();
        for answer in documents {
            told.send(answer).unwrap();
        }
        drop(told);
        let mut watcher = Watcher { clock: self.clock.clone(), leaves, said: Vec::new() };
        let following = Following { queue: self, clock: &clock, id: 7, sides: 2, counts, sending };
        (following.run(&mut watcher), watcher)
    }

    fn run(&self) -> (End, Watcher) {
        self.follow(vec![Ok(())], false, u64::MAX)
    }

    fn seconds(&self) -> u64 {
        self.clock.monotonic().as_secs()
    }
}

impl Queue for Play {
    fn job(&self, id: i32) -> Result<JobView, Trouble> {
        assert_eq!(id, 7);
        let scene = self.now();
        let Some(mut phase) = scene.phase else {
            self.clock.advance(Duration::from_secs(3));
            return Err(Trouble::Silent("no answer".to_owned()));
        };
        match self.cancelling {
            Cancelling::Obeys if self.cancelled.get() => phase = JobPhase::Canceled,
            Cancelling::TooLate if self.cancelled.get() => phase = JobPhase::Completed,
            _ => {}
        }
        Ok(JobView {
            phase,
            reasons: "odd".to_owned(),
            impressions: scene.impressions,
            processed: scene.begun,
        })
    }

    fn printer(&self) -> Result<Takes, Trouble> {
        let scene = self.now();
        let stopped = scene.stopped && !(self.resumes && self.resumed.get() > 0);
        Ok(Takes::standing(stopped, scene.reason))
    }

    fn cancel(&self, _: i32) -> Result<(), Trouble> {
        self.cancelled.set(true);
        Ok(())
    }

    fn resume(&self) -> Result<(), Trouble> {
        self.resumed.set(self.resumed.get() + 1);
        Ok(())
    }

    fn rest(&self, how_long: Duration) {
        self.clock.advance(how_long);
    }
}

struct Watcher {
    clock: ManualClock,
    leaves: u64,
    said: Vec<(u64, Progress)>,
}

impl Watcher {
    fn words(&self) -> Vec<Progress> {
        self.said.iter().map(|(_, progress)| *progress).collect()
    }
}

impl Witness for Watcher {
    fn progress(&mut self, progress: Progress) {
        self.said.push((self.clock.monotonic().as_secs(), progress));
    }

    fn point_of_no_return(&mut self, _: &str) -> bool {
        true
    }

    fn is_wanted(&mut self) -> bool {
        self.clock.monotonic().as_secs() < self.leaves
    }
}

fn side(side: u32) -> Progress {
    Progress::Side { side, of: 2 }
}

#[test]
fn both_sides_are_counted_to_the_end() {
    let play = Play::of(vec![
        scene(0, JobPhase::Waiting),
        scene(2, JobPhase::Processing),
        Scene { impressions: Some(1), ..scene(20, JobPhase::Processing) },
        Scene { impressions: Some(2), ..scene(40, JobPhase::Completed) },
    ]);
    let (end, watcher) = play.run();
    assert_eq!(end, End::Completed { counts: true });
    assert_eq!(watcher.words(), [Progress::Connecting, side(1), side(2)]);
    assert!(!play.cancelled.get());
}

#[test]
fn a_job_given_up_by_its_queue_ends_with_the_reason_and_is_taken_out_of_it() {
    // As CUPS does when a filter fails: the job stands still for ever, the printer waits for others.
    for (counts, may_be_whole) in [(false, true), (true, false)] {
        let play = Play::of(vec![scene(0, JobPhase::Processing), scene(2, JobPhase::Stopped)]);
        let (end, _) = play.follow(vec![Ok(())], counts, u64::MAX);
        let End::Broken { fault, may_be_whole: may, detail } = end else { panic!("{end:?}") };
        assert_eq!((fault, may), (PrinterFault::Other, may_be_whole));
        assert!(detail.contains("odd"), "{detail}");
        assert!(play.cancelled.get() && play.seconds() < 15, "{}", play.seconds());
    }
}

#[test]
fn what_is_known_of_an_aborted_job_depends_on_why() {
    for (reason, impressions, fault, may_be_whole) in [
        ("media-empty-report", Some(0), PrinterFault::PaperOut, false),
        ("cover-open-report", Some(0), PrinterFault::CoverOpen, false),
        ("media-empty-error", Some(2), PrinterFault::PaperOut, true),
        ("media-jam-error", Some(0), PrinterFault::Jam, true),
        ("media-jam-error", Some(1), PrinterFault::Jam, false),
        ("none", Some(0), PrinterFault::Other, true),
        ("none", None, PrinterFault::Other, true),
    ] {
        let play = Play::of(vec![
            scene(0, JobPhase::Processing),
            Scene { impressions, reason, ..scene(3, JobPhase::Aborted) },
        ]);
        let (end, _) = play.run();
        assert_eq!(end, broken(fault, may_be_whole, "odd"), "{reason} {impressions:?}");
    }
    let never_begun = Scene { begun: false, ..scene(0, JobPhase::Aborted) };
    let play = Play::of(vec![Scene { impressions: None, ..never_begun }]);
    assert_eq!(play.run().0, broken(PrinterFault::Other, false, "odd"));
}

#[test]
fn a_printer_that_needs_cards_is_waited_for_and_goes_on() {
    let empty = Scene { reason: "media-needed-warning", ..scene(3, JobPhase::Processing) };
    let full = Scene { impressions: Some(1), ..scene(90, JobPhase::Processing) };
    let play = Play::of(vec![
        scene(0, JobPhase::Processing),
        empty.clone(),
        full,
        Scene { impressions: Some(2), ..scene(100, JobPhase::Completed) },
    ]);
    let (end, watcher) = play.run();
    assert_eq!(end, End::Completed { counts: true });
    assert_eq!(watcher.words(), [side(1), Progress::Paused(PrinterFault::PaperOut), side(2)]);

    let play = Play::of(vec![scene(0, JobPhase::Processing), empty]);
    let (end, _) = play.follow(vec![Ok(())], false, 20);
    assert_eq!(end, broken(PrinterFault::PaperOut, false, "nobody waits any more"));
    assert!(play.cancelled.get() && play.seconds() < 35);
}

#[test]
fn a_printer_that_falls_silent_is_named_and_given_up_in_time() {
    let play = Play::of(vec![scene(0, JobPhase::Processing), silence(5)]);
    let (end, watcher) = play.run();
    assert_eq!(end, broken(PrinterFault::Unreachable, true, "no answer"));
    let (at, last) = watcher.said.last().unwrap();
    assert_eq!(*last, Progress::Paused(PrinterFault::Unreachable));
    assert!(*at <= 5 + 10 && play.seconds() <= 5 + 15, "{at} {}", play.seconds());
    // One that comes back in time is followed on.
    let play = Play::of(vec![scene(0, JobPhase::Processing), silence(5), scene(11, JobPhase::Completed)]);
    assert_eq!(play.run().0, End::Completed { counts: false });
}

#[test]
fn what_has_begun_is_not_begun_anew_by_the_queue() {
    let again = Scene { begun: true, stopped: true, reason: "paused", ..scene(4, JobPhase::Waiting) };
    let play = Play::of(vec![scene(0, JobPhase::Processing), again]);
    let (end, _) = play.run();
    assert!(matches!(end, End::Broken { fault: PrinterFault::Offline, may_be_whole: true, .. }), "{end:?}");
    assert!(play.cancelled.get());
    assert_eq!(play.resumed.get(), 0, "or it would come out once more");
}

#[test]
fn a_queue_that_stands_still_for_no_reason_is_started() {
    let paused = Scene { stopped: true, reason: "paused", ..scene(0, JobPhase::Waiting) };
    let play = Play::of(vec![
        paused.clone(),
        Scene { begun: true, ..scene(6, JobPhase::Processing) },
        scene(9, JobPhase::Completed),
    ]);
    assert_eq!(play.run().0, End::Completed { counts: false });
    assert_eq!(play.resumed.get(), 1);
    // Not while something is wrong; and who leaves takes the job along.
    let open = Scene { reason: "cover-open-error", ..paused };
    let play = Play::of(vec![open]);
    let (end, watcher) = play.follow(vec![Ok(())], false, 30);
    assert_eq!(end, broken(PrinterFault::CoverOpen, false, "nobody waits any more"));
    assert_eq!(watcher.words(), [Progress::Paused(PrinterFault::CoverOpen)]);
    assert_eq!(play.resumed.get(), 0);
}

#[test]
fn nothing_is_followed_for_ever() {
    let play = Play::of(vec![scene(0, JobPhase::Processing)]);
    let (end, _) = play.run();
    assert!(matches!(end, End::Broken { fault: PrinterFault::Other, may_be_whole: true, .. }), "{end:?}");
    assert!((180..200).contains(&play.seconds()), "{}", play.seconds());
    // A job that never gets its turn says that it waits, and goes with its person.
    let play = Play::of(vec![scene(0, JobPhase::Waiting)]);
    let (end, watcher) = play.follow(vec![Ok(())], false, 40);
    assert_eq!(end, broken(PrinterFault::Offline, false, "nobody waits any more"));
    assert_eq!(watcher.words(), [Progress::Connecting, Progress::Paused(PrinterFault::Offline)]);
    assert!(watcher.said[1].0 < 15);
}

#[test]
fn documents_that_are_refused_or_lost_end_the_job() {
    let play = Play::of(vec![scene(0, JobPhase::Waiting)]);
    let refused = vec![Err(Trouble::Refused("too large".to_owned()))];
    assert_eq!(play.follow(refused, false, u64::MAX).0, End::Refused("too large".to_owned()));
    assert!(play.cancelled.get());

    let play = Play::of(vec![scene(0, JobPhase::Waiting)]);
    let lost = vec![Err(Trouble::Silent("no answer".to_owned()))];
    let (end, _) = play.follow(lost, false, u64::MAX);
    assert_eq!(end, broken(PrinterFault::Unreachable, false, "the document did not arrive"));
    assert!(play.cancelled.get() && play.seconds() < 15);
}

#[test]
fn taking_back_may_come_too_late_or_to_nothing() {
    let empty = Scene { reason: "media-needed", ..scene(0, JobPhase::Processing) };
    let late = Play { cancelling: Cancelling::TooLate, ..Play::of(vec![empty.clone()]) };
    assert_eq!(late.follow(vec![Ok(())], false, 20).0, End::Completed { counts: false });
    let deaf = Play { cancelling: Cancelling::Ignores, ..Play::of(vec![empty]) };
    let (end, _) = deaf.follow(vec![Ok(())], false, 20);
    assert_eq!(end, broken(PrinterFault::PaperOut, true, "nobody waits any more"), "it may still come out");
}
