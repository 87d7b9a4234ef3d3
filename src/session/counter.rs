//! `Meja Petugas`: the clerk's own screen. A card held to the camera or a number typed gives a
//! verdict; a decision or Return writes the visitor down, and the next one may come.

use std::time::Duration;

use super::check::sound_of;
use super::visit::{Decision, DeskVerdict, Facts, NumberFinding, Visit, VisitLine};
use super::wedge::{CodeText, Wedge};
use super::{
    Cx, Effect, Event, Fault, Finding, Key, PickUp, Role, Secret, StaffGoal, StaffHome, Step, Tap, Ticket,
};
use crate::credential::Verdict;

/// How long a verdict that nobody did anything about stands.
pub const STANDS: Duration = Duration::from_secs(120);

/// How long it stands once it is written down.
pub const STANDS_KEPT: Duration = Duration::from_secs(20);

/// A card that stays in view after the clerk is done with it is no new visitor.
const STILL_THERE: Duration = Duration::from_secs(3);

/// Letters in the name of whom a visitor sees.
const LONGEST_HOST: usize = 60;

/// Letters in a number: a NIP as people write it has 21.
const LONGEST_NUMBER: usize = 24;

/// What the screen of a clerk knows beside the verdict.
#[derive(Debug, Default)]
pub struct DeskState {
    /// Today's visitors, newest first.
    pub today: Vec<VisitLine>,
    /// Prints whose end somebody has to say.
    pub questions: u32,
}

/// What is before the clerk.
#[derive(Debug)]
pub enum Seen {
    Card(Box<Finding>),
    Number(Box<NumberFinding>),
}

impl Seen {
    pub fn verdict(&self) -> Option<DeskVerdict> {
        match self {
            Seen::Card(finding) => DeskVerdict::of_card(finding.judgement.verdict),
            Seen::Number(finding) => Some(DeskVerdict::of_number(finding)),
        }
    }

    /// What an opened record adds.
    pub fn facts(&self) -> Option<&Facts> {
        match self {
            Seen::Card(finding) => finding.facts.as_ref(),
            Seen::Number(finding) => match &**finding {
                NumberFinding::Matches { facts, .. } | NumberFinding::NoLonger { facts } => Some(facts),
                NumberFinding::NotHere => None,
            },
        }
    }

    fn serial(&self) -> Option<String> {
        match self {
            Seen::Card(finding) => finding.judgement.holder.as_ref().map(|holder| holder.serial.to_string()),
            Seen::Number(_) => None,
        }
    }
}

/// How far the writing down has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    No,
    Going(Ticket),
    /// On the disk, with this decision.
    Yes(Option<Decision>),
}

#[derive(Debug)]
pub struct Answer {
    pub seen: Seen,
    /// Whom the visitor sees.
    pub host: Secret,
    pub kept: Kept,
    since: Duration,
}

#[derive(Debug)]
pub struct Counter {
    pub(super) camera: Ticket,
    pub number: Secret,
    pub answer: Option<Answer>,
    pub state: DeskState,
    pub fault: Option<Fault>,
    asked: Option<Ticket>,
    wedge: Wedge,
    /// The card that the clerk was done with, and when it was seen last.
    done_with: Option<(Option<String>, Verdict, Duration)>,
}

impl Counter {
    pub(super) fn start(cx: &mut Cx) -> Counter {
        let camera = cx.ticket();
        cx.emit(Effect::OpenCamera { ticket: camera, role: Role::Scan });
        cx.emit(Effect::ReadDesk { ticket: camera });
        Counter {
            camera,
            number: Secret::default(),
            answer: None,
            state: DeskState::default(),
            fault: None,
            asked: None,
            wedge: Wedge::default(),
            done_with: None,
        }
    }

    /// Is a number being looked up?
    pub fn is_looking(&self) -> bool {
        self.asked.is_some()
    }

    pub(super) fn step(mut self, event: Event, cx: &mut Cx) -> Step {
        match event {
            Event::Scanned(ticket, finding) if ticket == self.camera => self.scanned(finding, cx),
            Event::DeskRead(ticket, result) if ticket == self.camera => match result {
                Ok(state) => self.state = *state,
                Err(fault) => self.fault = Some(fault),
            },
            Event::NumberLooked(ticket, result) if self.asked == Some(ticket) => {
                self.asked = None;
                self.number = Secret::default();
                match result {
                    Ok(finding) => self.show(Seen::Number(finding), cx),
                    Err(fault) => self.fault = Some(fault),
                }
            }
            Event::VisitKept(ticket, result) => self.kept(ticket, result, cx.now),
            Event::Key(key) => match self.wedge.key(key, cx.now).filter(|text| is_a_code(text)) {
                Some(text) => self.read_by_hand(text, cx),
                None => self.key(key, cx),
            },
            Event::Tap(Tap::Continue) => self.key(Key::Enter, cx),
            Event::Tap(Tap::Decide(decision)) => self.keep(Some(decision), cx),
            Event::Tap(Tap::Back) => {
                self.fault = None;
                self.number = Secret::default();
                self.dismiss(cx.now);
            }
            Event::Tap(Tap::Staff) => return leave(Step::StaffHome(StaffHome), cx),
            Event::Tap(Tap::Prints) => return leave(StaffGoal::Prints.open(cx), cx),
            Event::Tap(Tap::Visitors) => return leave(StaffGoal::Visitors.open(cx), cx),
            Event::Tap(Tap::PickUp) => return leave(Step::PickUp(PickUp::default()), cx),
            Event::Tick if self.has_stood_long(cx.now) => self.dismiss(cx.now),
            _ => {}
        }
        Step::Counter(Box::new(self))
    }

    fn scanned(&mut self, finding: Box<Finding>, cx: &mut Cx) {
        let verdict = finding.judgement.verdict;
        if verdict == Verdict::NoCode {
            return;
        }
        let serial = finding.judgement.holder.as_ref().map(|holder| holder.serial.to_string());
        if let Some((done, word, last)) = &mut self.done_with
            && *done == serial
            && *word == verdict
            && cx.now.saturating_sub(*last) < STILL_THERE
        {
            *last = cx.now;
            return;
        }
        self.done_with = None;
        if let Some(answer) = &mut self.answer
            && let Seen::Card(shown) = &mut answer.seen
            && shown.judgement.verdict == verdict
            && shown.judgement.holder.as_ref().map(|holder| holder.serial.to_string()) == serial
        {
            // The same card; turned round it may show a face.
            if shown.portrait.is_none() && finding.portrait.is_some() {
                *shown = finding;
            }
            return;
        }
        cx.emit(Effect::Sound(sound_of(verdict)));
        self.show(Seen::Card(finding), cx);
    }

    fn show(&mut self, seen: Seen, cx: &mut Cx) {
        self.fault = None;
        self.answer = Some(Answer { seen, host: Secret::default(), kept: Kept::No, since: cx.now });
    }

    #[allow(clippy::match_same_arms, reason = "what is being written down stands before the rest")]
    fn key(&mut self, key: Key, cx: &mut Cx) {
        self.fault = None;
        match (&mut self.answer, key) {
            (Some(answer), Key::Char(c)) if answer.kept == Kept::No => {
                if answer.host.count() < LONGEST_HOST && !(c == ' ' && answer.host.is_empty()) {
                    answer.host.push(c);
                }
            }
            (Some(answer), Key::Erase) if answer.kept == Kept::No => answer.host.pop(),
            (Some(answer), Key::Enter) => match answer.kept {
                Kept::No => self.keep(None, cx),
                Kept::Going(_) => {}
                Kept::Yes(_) => self.dismiss(cx.now),
            },
            (Some(Answer { kept: Kept::Going(_), .. }), _) => {}
            (_, Key::Char(c)) => {
                self.dismiss(cx.now);
                if self.number.count() < LONGEST_NUMBER && self.asked.is_none() {
                    self.number.push(c.to_ascii_uppercase());
                }
            }
            (_, Key::Erase) => self.number.pop(),
            (None, Key::Enter) => self.look_up(cx),
            (_, Key::Focus(_)) => {}
        }
    }

    /// A hand scanner typed a card's code: what it left in the fields goes.
    fn read_by_hand(&mut self, text: String, cx: &mut Cx) {
        self.number = Secret::default();
        if let Some(answer) = &mut self.answer {
            for _ in text.chars() {
                answer.host.pop();
            }
        }
        cx.emit(Effect::Look { ticket: self.camera, text: CodeText(text) });
    }

    fn look_up(&mut self, cx: &mut Cx) {
        if self.number.is_empty() || self.asked.is_some() {
            return;
        }
        let ticket = cx.ticket();
        self.asked = Some(ticket);
        cx.emit(Effect::LookUp { ticket, number: self.number.clone() });
    }

    /// Hands the visit in to be written down. A verdict that leaves the decision to the clerk is
    /// not written down without one.
    fn keep(&mut self, decision: Option<Decision>, cx: &mut Cx) {
        let Some(answer) = &mut self.answer else { return };
        let Some(verdict) = answer.seen.verdict() else { return };
        if answer.kept != Kept::No {
            return;
        }
        if verdict.needs_decision() != decision.is_some() {
            self.fault = decision.is_none().then_some(Fault::DecideFirst);
            return;
        }
        let holder = match &answer.seen {
            Seen::Card(finding) => finding.judgement.holder.as_ref(),
            Seen::Number(_) => None,
        };
        let facts = answer.seen.facts();
        let visit = Visit {
            name: holder.map(|h| h.name.clone()).or(facts.map(|f| f.name.clone())).unwrap_or_default(),
            nip: holder.map(|h| h.nip).or(facts.map(|f| f.nip)),
            host: answer.host.expose().trim().to_owned(),
            verdict,
            decision,
            serial: answer.seen.serial(),
            clerk: cx.duty.clerk().map(|clerk| clerk.id.clone()).unwrap_or_default(),
        };
        let ticket = cx.ticket();
        answer.kept = Kept::Going(ticket);
        self.fault = None;
        cx.emit(Effect::KeepVisit { ticket, visit: Box::new(visit) });
    }

    fn kept(&mut self, ticket: Ticket, result: Result<Box<VisitLine>, Fault>, now: Duration) {
        let mine = self.answer.as_mut().filter(|answer| answer.kept == Kept::Going(ticket));
        match result {
            Ok(line) => {
                if let Some(answer) = mine {
                    answer.kept = Kept::Yes(line.visit.decision);
                    answer.since = now;
                }
                self.state.today.insert(0, *line);
            }
            Err(fault) => {
                if let Some(answer) = mine {
                    answer.kept = Kept::No;
                }
                self.fault = Some(fault);
            }
        }
    }

    fn dismiss(&mut self, now: Duration) {
        if let Some(Answer { seen: Seen::Card(finding), .. }) = &self.answer {
            let serial = finding.judgement.holder.as_ref().map(|holder| holder.serial.to_string());
            self.done_with = Some((serial, finding.judgement.verdict, now));
        }
        self.answer = None;
    }

    fn has_stood_long(&self, now: Duration) -> bool {
        self.answer.as_ref().is_some_and(|answer| {
            let stands = if matches!(answer.kept, Kept::Yes(_)) { STANDS_KEPT } else { STANDS };
            now.saturating_sub(answer.since) >= stands
        })
    }
}

/// A code of a card is a link or long; what is neither is a number that somebody reads out.
fn is_a_code(text: &str) -> bool {
    text.contains("://") || text.len() > LONGEST_NUMBER
}

fn leave(step: Step, cx: &mut Cx) -> Step {
    cx.emit(Effect::CloseCameras);
    step
}
