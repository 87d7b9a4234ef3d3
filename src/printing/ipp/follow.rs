//! Follows a job at its printer to an end, and comes to an end itself: whatever the printer does or leaves undone, each wait
//! is bounded and the screen is told what is being waited for.
//!
//! A job that has begun is never left to be begun anew by the queue: what came out the first time may be a whole card.

use super::super::{PrinterFault, Progress, Witness};
use super::client::Trouble;
use super::takes::{JobPhase, JobView, Takes};
use crate::clock::SharedClock;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::Duration;

/// Between two looks at a job.
pub const GLANCE: Duration = Duration::from_millis(400);
/// So long the printer may be silent before the screen says so.
const QUIET: Duration = Duration::from_secs(4);
/// So long before nobody can say what becomes of the job.
const SILENT: Duration = Duration::from_secs(10);
/// The same while a document is going out: small printers answer nothing else meanwhile.
const SILENT_WHILE_SENDING: Duration = Duration::from_secs(60);
/// Between two tries to start a stopped queue.
const RESTARTING: Duration = Duration::from_secs(3);
/// So long a job may stand still, at a printer that does not, before it counts as given up.
const GIVEN_UP: Duration = Duration::from_secs(3);
/// So long a job may wait for its turn before the screen says so.
const TURN: Duration = Duration::from_secs(10);
/// So long nothing at all may change. A card printer that warms up first takes a minute and a half.
const STUCK: Duration = Duration::from_secs(180);
/// So long a job that was taken back may take to end.
const ENDING: Duration = Duration::from_secs(3);

/// What a job is asked about.
pub trait Queue {
    fn job(&self, id: i32) -> Result<JobView, Trouble>;
    fn printer(&self) -> Result<Takes, Trouble>;
    fn cancel(&self, id: i32) -> Result<(), Trouble>;
    fn resume(&self) -> Result<(), Trouble>;
    /// Lets time pass.
    fn rest(&self, how_long: Duration);
}

/// How a job came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    Completed {
        /// The printer counted sides on the way, so its count can be believed.
        counts: bool,
    },
    /// It did not take the document.
    Refused(String),
    Broken {
        fault: PrinterFault,
        /// `false`: known not to be whole.
        may_be_whole: bool,
        detail: String,
    },
}

/// A job that was made, and whose documents are going out.
pub struct Following<'a, Q> {
    pub queue: &'a Q,
    pub clock: &'a SharedClock,
    pub id: i32,
    pub sides: u32,
    /// The printer is known to count the sides that it has printed: then a zero means none.
    pub counts: bool,
    /// What it answered to each document; ends with the last.
    pub sending: Receiver<Result<(), Trouble>>,
}

/// How far the following has come.
struct Course {
    /// When the printer last answered.
    heard: Duration,
    /// When something last changed, and how it stood then.
    moved: Duration,
    stood: Option<(JobView, String)>,
    printer: Takes,
    restarted: Option<Duration>,
    shown: Option<Progress>,
    /// Documents are still going out.
    sending: bool,
    /// The answer to one of them never came.
    lost: bool,
}

impl Course {
    fn say(&mut self, progress: Progress, witness: &mut dyn Witness) {
        if self.shown.replace(progress) != Some(progress) {
            witness.progress(progress);
        }
    }
}

impl<Q: Queue> Following<'_, Q> {
    pub fn run(self, witness: &mut dyn Witness) -> End {
        let now = self.clock.monotonic();
        let mut course = Course {
            heard: now,
            moved: now,
            stood: None,
            printer: Takes::default(),
            restarted: None,
            shown: None,
            sending: true,
            lost: false,
        };
        loop {
            let end = self.documents(&mut course).or_else(|| self.look(&mut course, witness));
            if let Some(end) = end {
                return end;
            }
            self.queue.rest(GLANCE);
        }
    }

    /// What became of the documents so far.
    fn documents(&self, course: &mut Course) -> Option<End> {
        loop {
            match self.sending.try_recv() {
                Ok(Ok(())) => {}
                Ok(Err(Trouble::Refused(why))) => {
                    let _ = self.queue.cancel(self.id);
                    return Some(End::Refused(why));
                }
                // Nothing of it is there.
                Ok(Err(Trouble::Busy(why))) => {
                    let _ = self.queue.cancel(self.id);
                    return Some(broken(PrinterFault::Offline, false, why));
                }
                // The answer may be lost and the document there: the job itself says.
                Ok(Err(Trouble::Silent(why))) => {
                    tracing::warn!(job = self.id, why, "no answer to a document");
                    course.lost = true;
                }
                Err(TryRecvError::Empty) => return None,
                Err(TryRecvError::Disconnected) => {
                    course.sending = false;
                    return None;
                }
            }
        }
    }

    /// One look at the job; its end, where it has come to one.
    fn look(&self, course: &mut Course, witness: &mut dyn Witness) -> Option<End> {
        let answer = self.queue.job(self.id);
        let now = self.clock.monotonic();
        let job = match answer {
            Ok(job) => job,
            Err(Trouble::Refused(why)) => return Some(broken(PrinterFault::Other, true, why)),
            Err(Trouble::Busy(why) | Trouble::Silent(why)) => return self.unheard(course, now, why, witness),
        };
        course.heard = now;
        match job.phase {
            JobPhase::Completed => return Some(completed(&job)),
            JobPhase::Canceled | JobPhase::Aborted => {
                let printer = self.queue.printer().ok();
                let fault = printer.and_then(|takes| takes.complaint).unwrap_or(PrinterFault::Other);
                return Some(broken(fault, self.may_be_whole(&job, fault), job.reasons));
            }
            JobPhase::Waiting | JobPhase::Processing | JobPhase::Stopped => {}
        }
        if let Ok(printer) = self.queue.printer() {
            course.printer = printer;
        }
        let stands = Some((job.clone(), course.printer.reasons.clone()));
        if course.stood != stands {
            (course.stood, course.moved) = (stands, now);
        }
        if let Some((fault, why)) = given_up(&job, course, now) {
            return Some(self.take_back(fault, &why));
        }
        self.goes_on(&job, course, now, witness)
    }

    /// No answer: says so, and gives up in time.
    fn unheard(
        &self,
        course: &mut Course,
        now: Duration,
        why: String,
        witness: &mut dyn Witness,
    ) -> Option<End> {
        let quiet = now.saturating_sub(course.heard);
        if quiet > if course.sending { SILENT_WHILE_SENDING } else { SILENT } {
            return Some(broken(PrinterFault::Unreachable, true, why));
        }
        if quiet <= QUIET {
            return None;
        }
        course.say(Progress::Paused(PrinterFault::Unreachable), witness);
        let wanted = witness.is_wanted();
        (!wanted).then(|| self.take_back(PrinterFault::Unreachable, "nobody waits any more"))
    }

    /// The job is on its way, or stands still for a while: tells the screen, and starts a queue that stands still for no
    /// reason that is left.
    fn goes_on(
        &self,
        job: &JobView,
        course: &mut Course,
        now: Duration,
        witness: &mut dyn Witness,
    ) -> Option<End> {
        let still_for = now.saturating_sub(course.moved);
        let (stopped, fault) = (course.printer.stopped, course.printer.fault);
        let waits = job.phase == JobPhase::Waiting && still_for > TURN;
        if !(stopped || waits || fault.is_some() || job.phase == JobPhase::Stopped) {
            let side = (job.impressions.unwrap_or(0) + 1).min(self.sides.max(1));
            let progress =
                if job.began() { Progress::Side { side, of: self.sides } } else { Progress::Connecting };
            course.say(progress, witness);
            return None;
        }
        course.say(Progress::Paused(fault.unwrap_or(PrinterFault::Offline)), witness);
        let again = course.restarted.is_none_or(|at| now.saturating_sub(at) > RESTARTING);
        if stopped && fault.is_none() && again {
            course.restarted = Some(now);
            if let Err(why) = self.queue.resume() {
                tracing::warn!(job = self.id, %why, "the queue stands still and cannot be started");
            }
        }
        // What still moves comes out: taking it back would only spoil a card.
        let moves = job.phase == JobPhase::Processing && !stopped && still_for <= TURN;
        let wanted = moves || witness.is_wanted();
        (!wanted).then(|| self.take_back(fault.unwrap_or(PrinterFault::Offline), "nobody waits any more"))
    }

    /// Takes a job back, so that it does not come out an hour later for nobody.
    fn take_back(&self, fault: PrinterFault, why: &str) -> End {
        let _ = self.queue.cancel(self.id);
        let until = self.clock.monotonic() + ENDING;
        loop {
            match self.queue.job(self.id) {
                Ok(job) if job.phase == JobPhase::Completed => return completed(&job),
                Ok(job) if job.is_over() => return broken(fault, self.may_be_whole(&job, fault), why),
                // It stands in the queue still and may come out any time.
                _ if self.clock.monotonic() > until => return broken(fault, true, why),
                _ => self.queue.rest(GLANCE),
            }
        }
    }

    /// Whether a job that ended badly may lie there as a whole card.
    fn may_be_whole(&self, job: &JobView, fault: PrinterFault) -> bool {
        // Queues count a zero also where they do not count. It is believed of a printer that has counted before, and of one
        // that says what kept the card from coming out.
        let explained =
            matches!(fault, PrinterFault::PaperOut | PrinterFault::CoverOpen | PrinterFault::Supplies);
        job.began()
            && match job.impressions {
                None => true,
                Some(0) => !(self.counts || explained),
                Some(printed) => printed >= self.sides,
            }
    }
}

/// Whether a job that has not ended never will by itself, and why.
fn given_up(job: &JobView, course: &Course, now: Duration) -> Option<(PrinterFault, String)> {
    let still_for = now.saturating_sub(course.moved);
    let printer = &course.printer;
    let explained = printer.stopped || printer.fault.is_some();
    match job.phase {
        JobPhase::Waiting if job.began() => {
            Some((printer.fault.unwrap_or(PrinterFault::Offline), "it would be begun anew".to_owned()))
        }
        JobPhase::Waiting if course.lost && !course.sending && still_for > TURN => {
            Some((PrinterFault::Unreachable, "the document did not arrive".to_owned()))
        }
        JobPhase::Stopped if !explained && still_for > GIVEN_UP => {
            Some((PrinterFault::Other, format!("{} {}", job.reasons, printer.message)))
        }
        _ if !explained && still_for > STUCK => {
            Some((PrinterFault::Other, "nothing has moved for minutes".to_owned()))
        }
        _ => None,
    }
}

fn completed(job: &JobView) -> End {
    // A count that is short at the end, as of a queue that never counts, is not to be believed.
    End::Completed { counts: job.impressions.is_some_and(|printed| printed > 0) }
}

fn broken(fault: PrinterFault, may_be_whole: bool, detail: impl Into<String>) -> End {
    End::Broken { fault, may_be_whole, detail: detail.into() }
}

#[cfg(test)]
#[path = "follow_tests.rs"]
mod tests;
