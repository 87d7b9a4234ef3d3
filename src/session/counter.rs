//! `Meja Petugas`: the clerk's own screen. A card held to the camera or a number typed gives a
//! verdict; a decision or Return writes the visitor down, and the next one may come.
//!
//! A verdict belongs to the codes that it was made of: others replace it at once. The visitor whose verdict has to go
//! is not lost by that: the clerk has some seconds to hold the card there again, then the visit is written down as it
//! is, without a decision ([`waiting`](super::waiting)).

use std::time::Duration;

use super::check::sound_of;
use super::sight::{About, Hint, Presence, PutAway};
use super::visit::{Decision, DeskVerdict, Facts, NumberFinding, Visit, VisitLine};
use super::waiting::Waiting;
use super::wedge::{CodeText, Wedge};
use super::{
    Cx, Effect, Event, Fault, Finding, Key, PickUp, Role, Secret, Sound, StaffGoal, StaffHome, Step, Tap,
    Ticket,
};

/// How long a verdict stands that nobody did anything about: a number's, or that of a card which stays in view.
pub const STANDS: Duration = Duration::from_secs(120);

/// How long it stands once it is written down.
pub const STANDS_KEPT: Duration = Duration::from_secs(20);

/// Nobody types any more, so long after the last key.
const TYPES: Duration = Duration::from_secs(3);

/// How long the screen goes on asking for another code once the wrong ones have left.
const HINT_STANDS: Duration = Duration::from_secs(4);

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

    /// The codes that it belongs to; a number has none.
    pub(super) fn about(&self) -> Option<&About> {
        match self {
            Seen::Card(finding) => Some(&finding.about),
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
    /// When the card was there last. `None`: a number, of which nobody knows.
    presence: Option<Presence>,
    since: Duration,
}

impl Answer {
    /// The card has left the picture: the verdict is of before.
    pub fn is_past(&self, now: Duration) -> bool {
        self.presence.is_some_and(|presence| presence.is_past(now))
    }

    /// What is written down of this visitor. `None` where there is no verdict to write down.
    pub(super) fn visit(&self, decision: Option<Decision>, clerk: &str) -> Option<Visit> {
        let verdict = self.seen.verdict()?;
        let holder = match &self.seen {
            Seen::Card(finding) => finding.judgement.holder.as_ref(),
            Seen::Number(_) => None,
        };
        let facts = self.seen.facts();
        Some(Visit {
            name: holder.map(|h| h.name.clone()).or(facts.map(|f| f.name.clone())).unwrap_or_default(),
            nip: holder.map(|h| h.nip).or(facts.map(|f| f.nip)),
            host: self.host.expose().trim().to_owned(),
            verdict,
            decision,
            serial: holder.map(|holder| holder.serial.to_string()),
            clerk: clerk.to_owned(),
        })
    }

    /// Is this a verdict about these codes?
    pub(super) fn is_about(&self, about: &About) -> bool {
        self.seen.about() == Some(about)
    }
}

/// What the keys of the screen write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Typing {
    Host,
    Number,
}

#[derive(Debug)]
pub struct Counter {
    pub(super) camera: Ticket,
    /// A code of a hand scanner that is being looked at.
    hand: Option<Ticket>,
    pub number: Secret,
    pub answer: Option<Answer>,
    pub state: DeskState,
    pub fault: Option<Fault>,
    /// The keys of the screen are open.
    pub typing: Option<Typing>,
    /// The last key, while somebody may go on typing.
    last_key: Option<Duration>,
    /// The scan camera was told to wait.
    paused: bool,
    /// What is asked for instead of a verdict, and when there was cause for it last.
    hint: Option<(Hint, Duration)>,
    /// What the camera saw last.
    in_view: Option<About>,
    waiting: Waiting,
    asked: Option<Ticket>,
    wedge: Wedge,
    put_away: Option<PutAway>,
}

impl Counter {
    pub(super) fn start(cx: &mut Cx) -> Counter {
        let camera = cx.ticket();
        cx.emit(Effect::OpenCamera { ticket: camera, role: Role::Scan });
        cx.emit(Effect::ReadDesk { ticket: camera });
        let clerk = cx.duty.clerk().map(|clerk| clerk.id.clone()).unwrap_or_default();
        Counter {
            camera,
            hand: None,
            number: Secret::default(),
            answer: None,
            state: DeskState::default(),
            fault: None,
            typing: None,
            last_key: None,
            paused: false,
            hint: None,
            in_view: None,
            waiting: Waiting::new(clerk),
            asked: None,
            wedge: Wedge::default(),
            put_away: None,
        }
    }

    /// Is a number being looked up?
    pub fn is_looking(&self) -> bool {
        self.asked.is_some()
    }

    /// Return would end the code of a hand scanner now.
    pub(super) fn types_a_code(&self, now: Duration) -> bool {
        self.wedge.is_whole(now)
    }

    /// What the screen asks for instead of showing a verdict.
    pub fn hint(&self) -> Option<Hint> {
        self.hint.map(|(hint, _)| hint).filter(|_| self.answer.is_none())
    }

    /// Nothing is scanned while somebody types: a card that lies there must not take the verdict, or the letters, away.
    pub fn is_paused(&self) -> bool {
        self.paused
    }

    pub(super) fn step(mut self, event: Event, cx: &mut Cx) -> Step {
        match event {
            Event::Scanned(ticket, finding) if ticket == self.camera && !self.paused => {
                self.in_view = Some(finding.about.clone());
                self.scanned(finding, Presence::before_the_camera(cx.now), cx);
            }
            Event::Scanned(ticket, finding) if self.hand == Some(ticket) => {
                // Read by hand is meant, whatever was put away or is being typed.
                (self.hand, self.put_away) = (None, None);
                self.scanned(finding, Presence::by_hand(cx.now), cx);
            }
            Event::StillThere(ticket) if ticket == self.camera && !self.paused => self.still_there(cx.now),
            Event::DeskRead(ticket, result) if ticket == self.camera => match result {
                Ok(state) => self.state = *state,
                Err(fault) => self.fault = Some(fault),
            },
            Event::NumberLooked(ticket, result) if self.asked == Some(ticket) => {
                self.asked = None;
                self.number = Secret::default();
                match result {
                    Ok(finding) => {
                        self.set_aside(cx);
                        self.show(Seen::Number(finding), None, cx.now);
                    }
                    Err(fault) => self.fault = Some(fault),
                }
            }
            Event::VisitKept(ticket, result) => self.kept(ticket, result, cx.now),
            Event::Key(key) => {
                if let Some(text) = self.wedge.key(key, cx.now).filter(|text| is_a_code(text)) {
                    self.read_by_hand(text, cx);
                } else {
                    self.last_key = Some(cx.now);
                    self.key(key, cx);
                }
            }
            Event::Tap(Tap::Continue) => {
                if self.typing == Some(Typing::Number) {
                    self.typing = None;
                }
                self.key(Key::Enter, cx);
            }
            Event::Tap(Tap::Decide(decision)) => self.keep(Some(decision), cx),
            Event::Tap(Tap::TypeHost) if self.answer.as_ref().is_some_and(|it| it.kept == Kept::No) => {
                self.typing = Some(Typing::Host);
            }
            Event::Tap(Tap::TypeNumber) => {
                // The letters are the number's, so the visitor before waits.
                self.set_aside(cx);
                self.typing = Some(Typing::Number);
            }
            Event::Tap(Tap::TypingDone | Tap::Back) if self.typing.is_some() => {
                (self.typing, self.last_key) = (None, None);
            }
            Event::Tap(Tap::Back) => {
                self.fault = None;
                self.number = Secret::default();
                self.dismiss(cx.now);
            }
            Event::Tap(Tap::Staff) => return self.leave(Step::StaffHome(StaffHome), cx),
            Event::Tap(Tap::Prints) => return self.leave(StaffGoal::Prints.open(cx), cx),
            Event::Tap(Tap::Visitors) => return self.leave(StaffGoal::Visitors.open(cx), cx),
            Event::Tap(Tap::PickUp) => return self.leave(Step::PickUp(PickUp::default()), cx),
            Event::Tick => self.tick(cx),
            _ => {}
        }
        self.pause(cx);
        Step::Counter(Box::new(self))
    }

    fn scanned(&mut self, finding: Box<Finding>, presence: Presence, cx: &mut Cx) {
        if self.put_away.as_mut().is_some_and(|card| card.covers(&finding.about, cx.now)) {
            return;
        }
        self.put_away = None;
        // A number that is still being looked up is no longer what the clerk waits for.
        self.asked = None;
        let verdict = finding.judgement.verdict;
        if let Some(hint) = Hint::of(verdict, &finding.about) {
            self.set_aside(cx);
            if hint == Hint::OneCard && self.hint.is_none_or(|(before, _)| before != hint) {
                cx.emit(Effect::Sound(Sound::Attention));
            }
            self.hint = Some((hint, cx.now));
            return;
        }
        self.hint = None;
        if let Some(answer) = &mut self.answer
            && let Seen::Card(shown) = &mut answer.seen
            && shown.about == finding.about
        {
            if shown.says_the_same(&finding) {
                // The same card; turned round it may show a face.
                shown.renew(*finding);
                answer.presence = Some(presence);
                return;
            }
            // The same card, and another word about it: what was written down was written down of the word before.
            if answer.kept == Kept::No {
                cx.emit(Effect::Sound(sound_of(verdict)));
                (*shown, answer.presence) = (finding, Some(presence));
                return;
            }
        }
        cx.emit(Effect::Sound(sound_of(verdict)));
        self.set_aside(cx);
        let before = self.waiting.take(&finding.about);
        self.show(Seen::Card(finding), Some(presence), cx.now);
        if let (Some(before), Some(answer)) = (before, &mut self.answer) {
            answer.host = before.host;
        }
    }

    /// The codes that were judged last are still before the camera.
    fn still_there(&mut self, now: Duration) {
        let Some(about) = &self.in_view else { return };
        if let Some(card) = &mut self.put_away {
            card.covers(about, now);
        }
        match &mut self.answer {
            Some(answer) if answer.is_about(about) => {
                if let Some(presence) = &mut answer.presence {
                    presence.seen(now);
                }
            }
            Some(_) => {}
            None => {
                if let Some((_, last)) = &mut self.hint {
                    *last = now;
                }
            }
        }
    }

    fn show(&mut self, seen: Seen, presence: Option<Presence>, now: Duration) {
        (self.fault, self.hint, self.typing) = (None, None, None);
        self.answer = Some(Answer { seen, host: Secret::default(), kept: Kept::No, presence, since: now });
    }

    /// Another verdict takes the place: the visitor of this one waits to be written down, since their card may be back in
    /// a moment. A number's does not come back by itself.
    fn set_aside(&mut self, cx: &mut Cx) {
        let at_once = self.answer.as_ref().is_some_and(|answer| answer.presence.is_none());
        self.put_aside(at_once, cx);
    }

    fn put_aside(&mut self, at_once: bool, cx: &mut Cx) {
        if let Some(answer) = self.answer.take() {
            if self.typing == Some(Typing::Host) {
                self.typing = None;
            }
            self.waiting.add(answer, at_once, cx);
        }
    }

    fn tick(&mut self, cx: &mut Cx) {
        self.hint.take_if(|(_, last)| cx.now.saturating_sub(*last) >= HINT_STANDS);
        if !self.paused {
            let over = |answer: &Answer| answer.presence.is_some_and(|presence| presence.is_over(cx.now));
            if self.answer.as_ref().is_some_and(over) {
                self.put_aside(true, cx);
            } else if self.has_stood_long(cx.now) {
                self.put_away_at(cx.now);
                self.put_aside(true, cx);
            }
        }
        self.waiting.tick(cx);
    }

    /// Tells the camera when somebody begins and ends to type. What is typed about has not aged meanwhile.
    fn pause(&mut self, cx: &mut Cx) {
        let begun = match &self.answer {
            Some(answer) => answer.kept == Kept::No && !answer.host.is_empty(),
            None => !self.number.is_empty(),
        };
        let types = self.last_key.is_some_and(|last| cx.now.saturating_sub(last) < TYPES);
        let paused = self.typing.is_some() || self.asked.is_some() || (begun && types);
        if paused == self.paused {
            return;
        }
        self.paused = paused;
        if let Some(Answer { presence: Some(presence), .. }) = &mut self.answer {
            presence.seen(cx.now);
        }
        cx.emit(Effect::PauseScan { paused });
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
            (before, Key::Char(c)) => {
                if before.is_some() {
                    self.dismiss(cx.now);
                }
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
        let ticket = cx.ticket();
        (self.hand, self.last_key) = (Some(ticket), None);
        cx.emit(Effect::Look { ticket, text: CodeText(text) });
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
        let Some(visit) = answer.visit(decision, self.waiting.clerk()) else { return };
        let ticket = cx.ticket();
        answer.kept = Kept::Going(ticket);
        (self.fault, self.typing, self.last_key) = (None, None, None);
        cx.emit(Effect::KeepVisit { ticket, visit: Box::new(visit) });
    }

    fn kept(&mut self, ticket: Ticket, result: Result<Box<VisitLine>, Fault>, now: Duration) {
        let mine = self.answer.as_mut().filter(|answer| answer.kept == Kept::Going(ticket));
        match result {
            Ok(line) => {
                if let Some(answer) = mine {
                    answer.kept = Kept::Yes(line.visit.decision);
                    answer.since = now;
                } else {
                    self.waiting.kept(ticket);
                }
                self.state.today.insert(0, *line);
            }
            Err(fault) => {
                if let Some(answer) = mine {
                    answer.kept = Kept::No;
                } else {
                    self.waiting.not_kept(ticket, now);
                }
                self.fault = Some(fault);
            }
        }
    }

    /// The clerk is done with what is before them. What is still being written down goes on being so.
    fn dismiss(&mut self, now: Duration) {
        self.put_away_at(now);
        if let Some(answer) = self.answer.take_if(|answer| matches!(answer.kept, Kept::Going(_))) {
            self.waiting.await_word(answer);
        }
        self.answer = None;
        self.typing = None;
    }

    /// The card before the camera is no new visitor while it stays there.
    fn put_away_at(&mut self, now: Duration) {
        if let Some(about) = self.answer.as_ref().and_then(|answer| answer.seen.about()) {
            self.put_away = Some(PutAway::new(about.clone(), now));
        }
    }

    /// Whoever is not written down yet is, as this screen goes.
    pub(super) fn left(&mut self, cx: &mut Cx) {
        self.set_aside(cx);
        self.waiting.hand_in_all(cx);
    }

    fn leave(mut self, step: Step, cx: &mut Cx) -> Step {
        self.left(cx);
        cx.emit(Effect::CloseCameras);
        step
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
