//! The person's session: what the station's screen is a function of.
//!
//! [`Session::step`] is pure: a session and an event in, a session and effects out. Each step of
//! the way is a variant of [`Step`] that carries only what that step owns, so a photo cannot
//! outlive its session by accident. A worker carries the effects out and sends the results back
//! as events; a tick is an event like any other. Time is the monotonic time since some fixed
//! moment, handed in.
//!
//! Two more machines stand apart, because they outlive a visit: the [`staff`] session and the
//! persisted [`print_job`]. A visit holds a print job's id and nothing else of it.

mod accepting;
mod alerts;
mod assisted;
mod call;
mod check;
mod counter;
#[cfg(test)]
mod counter_tests;
mod dark;
mod duty;
mod effect;
mod event;
mod fault;
mod forgot;
mod idle;
mod issued;
mod look;
mod my_card;
mod names;
mod phone;
mod photo_step;
mod pick_up;
pub mod print_job;
mod printing;
mod prints;
mod report;
mod review;
mod secret;
mod settling;
mod setup;
mod sight;
mod sign_in;
pub mod staff;
mod staff_home;
mod staff_sign_in;
#[cfg(test)]
mod staff_tests;
mod studio;
#[cfg(test)]
mod tests;
mod trouble;
mod visit;
mod visitors;
mod waiting;
mod wedge;

use std::time::Duration;

pub use accepting::Accepting;
pub use alerts::{Alert, Alerts};
pub use assisted::{AssistField, Assisted, GivenCode, NewPassword};
pub use call::Calling;
pub use check::{Check, Finding, ListAge, Shown};
pub use counter::{Answer, Counter, DeskState, Kept, Seen, Typing};
pub use dark::LIT;
pub use duty::{Clerk, Duty, StaffGoal};
pub use effect::{Effect, Role, Sound};
pub use event::{Event, Key, SignedInBox, Tap};
pub use fault::Fault;
pub use forgot::Forgot;
pub use idle::{IDLE, WARNING};
pub use issued::{Issued, LinkStage};
pub use look::Look;
pub use my_card::MyCard;
pub use phone::{Offer, PhoneNews, PhoneSignIn};
pub use photo_step::{COUNTDOWN, PhotoStage, PhotoStep, allows_shot};
pub use pick_up::{CODE_LENGTH, CODE_LETTERS, PickUp};
pub use printing::Printing;
pub use prints::{LINES as PRINT_LINES, PrintAnswer, PrintLine, PrintState, Prints, Question, askable};
pub use report::{Report, Reporting};
pub use review::{Drawing, Portrait, Review, card_of_issue};
pub use secret::Secret;
pub use settling::SETTLING;
pub use setup::{
    ApprovalPage, CameraPage, Chosen, ClockPage, Commissioned, Corners, Fitting, FoundCamera, FoundPrinter,
    JoinPage, JoinStage, JoinedNote, LinkField, MARKS, NetworkPage, NetworkState, Page, PartState,
    PrinterPage, ReportPage, SETUP_LINES, Setup, SetupStep, ShownKeys, TRIAL, TestPrint, TimeNote, Turning,
    Wifi, WifiStage, host_of,
};
pub use sight::{ABSENT, About, CLEARED, Hint, Presence};
pub use sign_in::{Field, SignIn};
pub use staff_home::StaffHome;
pub use staff_sign_in::{PIN_LENGTH, STAFF_CODE_LENGTH, StaffField, StaffSignIn};
pub use studio::{PlateState, Reading, STEP_ASIDE, Studio, StudioStage};
pub use visit::{Decision, DeskVerdict, Facts, NumberFinding, Visit, VisitLine};
pub use visitors::{LINES as VISITOR_LINES, Visitors};
pub use wedge::CodeText;

use crate::config::Profile;
use crate::lang::Lang;
use crate::person::Refusal;
use crate::protocol::{CallState, DeskCall};
use dark::Night;
use idle::Idle;
use settling::Settling;

/// How long a closing screen stands before the station is free for the next person.
pub const CLOSING: Duration = Duration::from_secs(20);

/// How long a pick-up code stands to be written down: longer than a farewell, and not so long that
/// the next person reads it.
pub const READING: Duration = Duration::from_secs(60);

/// Marks a request, so that an answer that comes too late finds nobody waiting for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// A visit to the station.
#[derive(Debug)]
pub struct Session {
    pub lang: Lang,
    pub look: Look,
    pub step: Step,
    pub alerts: Alerts,
    /// The staff session.
    pub duty: Duty,
    /// How the station is set up.
    pub fitting: Fitting,
    /// How far a call for staff has come.
    pub calling: Calling,
    /// At a desk: who calls, the oldest first.
    pub desk_calls: Vec<DeskCall>,
    /// How the station speaks when nobody has chosen.
    home_lang: Lang,
    idle: Idle,
    night: Night,
    settling: Settling,
    tickets: u64,
}

/// Where in the visit the person is, and what that step owns.
#[derive(Debug)]
pub enum Step {
    Attract,
    Choose,
    Phone(PhoneSignIn),
    SignIn(SignIn),
    Assisted(Assisted),
    Forgot(Forgot),
    Refused {
        refusal: Refusal,
    },
    MyCard(Box<MyCard>),
    Photo(Box<PhotoStep>),
    Review(Box<Review>),
    Report(Box<Report>),
    Accepting(Box<Accepting>),
    Issued(Box<Issued>),
    Printing(Box<Printing>),
    /// The card comes later. `code` fetches it; `None` where signing in again is the way.
    Later {
        code: Option<Secret>,
        fault: Fault,
        until: Duration,
    },
    Done {
        ending: Ending,
        until: Duration,
    },
    PickUp(PickUp),
    Check(Check),
    StaffSignIn(StaffSignIn),
    StaffHome(StaffHome),
    /// The technician's page of camera and clean plate.
    Studio(Box<Studio>),
    Counter(Box<Counter>),
    Visitors(Box<Visitors>),
    Prints(Box<Prints>),
    /// A technician sets the station up.
    Setup(Setup),
    /// The station cannot serve anybody now.
    OutOfOrder {
        fault: Fault,
    },
    /// What went wrong, with no way on but back.
    Trouble {
        fault: Fault,
    },
}

impl Step {
    /// Belongs to the clerk, not to a visit.
    pub fn is_the_clerks_own(&self) -> bool {
        matches!(
            self,
            Step::StaffSignIn(_)
                | Step::StaffHome(_)
                | Step::Studio(_)
                | Step::Counter(_)
                | Step::Visitors(_)
                | Step::Prints(_)
                | Step::Setup(_)
        )
    }
}

/// How a visit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The printer said that the card is on paper.
    Printed,
    /// The printer has everything and does not say what became of it.
    Sent,
    /// Nobody asked for a print.
    NotPrinted,
}

/// What a step needs of its surroundings while it decides.
struct Cx<'a> {
    now: Duration,
    effects: Vec<Effect>,
    tickets: &'a mut u64,
    duty: &'a mut Duty,
    fitting: &'a mut Fitting,
}

impl Cx<'_> {
    fn ticket(&mut self) -> Ticket {
        *self.tickets += 1;
        Ticket(*self.tickets)
    }

    fn emit(&mut self, effect: Effect) {
        self.effects.push(effect);
    }
}

impl Session {
    pub fn new(lang: Lang, now: Duration) -> Session {
        Session {
            lang,
            look: Look::default(),
            step: Step::Attract,
            alerts: Alerts::default(),
            duty: Duty::default(),
            fitting: Fitting::default(),
            calling: Calling::Nobody,
            desk_calls: Vec::new(),
            home_lang: lang,
            idle: Idle::new(now),
            night: Night::default(),
            settling: Settling::default(),
            tickets: 0,
        }
    }

    /// With other patience than [`IDLE`] and [`WARNING`].
    #[must_use]
    pub fn with_patience(mut self, idle: Duration, warning: Duration) -> Session {
        self.idle.patience(idle, warning);
        self
    }

    /// With what is known of the staff at this station, and facing its way.
    #[must_use]
    pub fn with_duty(mut self, duty: Duty) -> Session {
        self.duty = duty;
        // Nobody is signed in yet, so nothing is asked of the workers.
        self.step = self.home(&mut Vec::new(), Duration::ZERO);
        self
    }

    /// With how the station is set up. Where a technician has to do something first, the session begins with that.
    #[must_use]
    pub fn with_fitting(mut self, fitting: Fitting, now: Duration) -> (Session, Vec<Effect>) {
        self.fitting = fitting;
        let mut effects = Vec::new();
        self.step = self.home(&mut effects, now);
        (self, effects)
    }

    /// One event. Returns the session after it and what is to be done about it.
    #[must_use]
    pub fn step(mut self, event: Event, now: Duration) -> (Session, Vec<Effect>) {
        let dark = self.is_dark(now);
        if event.is_touch() {
            self.idle.touched(now);
            self.duty.touched(now);
            if dark {
                self.settling.begin(now);
                return (self, Vec::new());
            }
        }
        if self.is_too_early(&event, now) {
            return (self, Vec::new());
        }
        let event = match event {
            Event::ScreenKey(key) => Event::Key(key),
            Event::Covered => {
                self.settling.begin(now);
                return (self, Vec::new());
            }
            event => event,
        };
        let before = (self.face(), self.told());
        let (mut session, effects) = self.act(event, now);
        session.settle(before, now);
        (session, effects)
    }

    #[allow(clippy::too_many_lines, reason = "what counts at every step, then a line a step")]
    fn act(mut self, event: Event, now: Duration) -> (Session, Vec<Effect>) {
        if let Event::PrintJob { state, .. } = &event {
            self.night.printing = !state.is_over();
        }
        match event {
            Event::Dark(hours) => {
                self.night.hours = hours;
                return (self, Vec::new());
            }
            Event::Alert(alert, raised) => {
                self.alerts.set(alert, raised);
                if let (Alert::Camera, true, Step::Photo(photo)) = (alert, raised, &mut self.step) {
                    photo.camera_gone();
                }
                return (self, Vec::new());
            }
            Event::Approval(approved) => return self.hear_approval(approved, now),
            Event::Tap(Tap::Language) => {
                self.lang = self.lang.other();
                return (self, Vec::new());
            }
            Event::Tap(Tap::LargeText) => {
                self.look.large_text = !self.look.large_text;
                return (self, Vec::new());
            }
            Event::Tap(Tap::HighContrast) => {
                self.look.high_contrast = !self.look.high_contrast;
                return (self, Vec::new());
            }
            Event::Tap(Tap::StillHere) => return (self, Vec::new()),
            Event::Tap(Tap::CallStaff) => return self.call_staff(),
            Event::Call(ticket, news) => {
                self.calling.heard(ticket, news);
                return (self, Vec::new());
            }
            Event::DeskCalls(calls) => return self.rung(calls),
            Event::Tap(Tap::AnswerCall) => return self.mark_call(CallState::Coming),
            Event::Tap(Tap::FinishCall) => return self.mark_call(CallState::Ended),
            // Somebody is at the phone: the screen waits for them.
            Event::Phone(ticket, PhoneNews::Opened) if matches!(&self.step, Step::Phone(step) if step.ticket == ticket) =>
            {
                self.idle.touched(now);
            }
            Event::Broken(fault) => {
                // Whatever staff had opened closes with it.
                let mut effects = self.leave_desk(now);
                effects.extend(self.duty.leave(now).then_some(Effect::StaffLock));
                let (mut session, closing) = self.go_home(now);
                session.step = Step::OutOfOrder { fault };
                effects.extend(closing);
                return (session, effects);
            }
            // Nothing but a new start leads out of it.
            _ if matches!(self.step, Step::OutOfOrder { .. }) => return (self, Vec::new()),
            Event::Tap(Tap::Home) => return self.go_home(now),
            Event::Tap(Tap::SignOut) => {
                let mut effects = self.leave_desk(now);
                effects.extend(self.duty.leave(now).then_some(Effect::StaffLock));
                let (session, closing) = self.go_home(now);
                effects.extend(closing);
                return (session, effects);
            }
            // Half an hour without a touch: staff are out, whatever stands on the screen.
            Event::Tick if self.duty.tick(now) => {
                let mut effects = self.leave_desk(now);
                effects.push(Effect::StaffLock);
                let (session, closing) = self.go_home(now);
                effects.extend(closing);
                return (session, effects);
            }
            Event::Tick if !self.is_patient() && self.idle.is_over(now) => return self.go_home(now),
            // A call from the first screen is not the next person's.
            Event::Tick if self.at_rest() && self.idle.quiet_for(now) >= 3 * READING => {
                self.calling = Calling::Nobody;
                self.lang = self.home_lang;
                self.look = Look::default();
            }
            // Nor is a language or a look, and sooner.
            Event::Tick if self.at_rest() && self.idle.quiet_for(now) >= READING => {
                self.lang = self.home_lang;
                self.look = Look::default();
            }
            _ => {}
        }
        let was_home = matches!(self.step, Step::Attract);
        let fault = trouble::shown(&self.step);
        let language = self.fitting.chosen.language;
        let mut cx = Cx {
            now,
            effects: Vec::new(),
            tickets: &mut self.tickets,
            duty: &mut self.duty,
            fitting: &mut self.fitting,
        };
        let step = match self.step {
            Step::Attract => attract(&event, &mut cx),
            Step::Choose => choose(&event, &mut cx),
            Step::Phone(step) => step.step(event, &mut cx),
            Step::SignIn(step) => step.step(event, &mut cx),
            Step::Assisted(step) => step.step(event, &mut cx),
            Step::Forgot(step) => step.step(&event),
            Step::Refused { refusal } => match event {
                Event::Tap(Tap::Back | Tap::Continue) => Step::Attract,
                _ => Step::Refused { refusal },
            },
            Step::MyCard(step) => step.step(event, &mut cx),
            Step::Photo(step) => step.step(event, &mut cx),
            Step::Review(step) => step.step(event, &mut cx),
            Step::Report(step) => step.step(event, &mut cx),
            Step::Accepting(step) => step.step(event, &mut cx),
            Step::Issued(step) => step.step(event, &mut cx),
            Step::Printing(step) => step.step(event, &mut cx),
            Step::Later { code, fault, until } => match event {
                Event::Tap(Tap::Back | Tap::Continue) => Step::Attract,
                Event::Tick if now >= until => Step::Attract,
                _ => Step::Later { code, fault, until },
            },
            Step::Done { ending, until } => match event {
                Event::Tap(Tap::Back | Tap::Continue) => Step::Attract,
                Event::Tick if now >= until => Step::Attract,
                _ => Step::Done { ending, until },
            },
            Step::PickUp(step) => step.step(event, &mut cx),
            Step::Check(step) => step.step(event, &mut cx),
            Step::StaffSignIn(step) => step.step(event, &mut cx),
            Step::StaffHome(step) => step.step(event, &mut cx),
            Step::Studio(step) => step.step(event, &mut cx),
            Step::Counter(step) => step.step(event, &mut cx),
            Step::Visitors(step) => step.step(event, &mut cx),
            Step::Prints(step) => step.step(event, &mut cx),
            Step::Setup(step) => step.step(event, &mut cx),
            Step::OutOfOrder { fault } => Step::OutOfOrder { fault },
            Step::Trouble { fault } => match event {
                Event::Tap(Tap::Back | Tap::Continue) => Step::Attract,
                _ => Step::Trouble { fault },
            },
        };
        let mut effects = cx.effects;
        if self.fitting.chosen.language != language
            && let Some(chosen) = self.fitting.chosen.language
        {
            (self.lang, self.home_lang) = (chosen, chosen);
        }
        // A clerk's way back is to their desk.
        self.step = match step {
            Step::Choose if self.duty.at_the_desk() => Step::Attract,
            step => step,
        };
        self.night.printing |= effects.iter().any(|effect| matches!(effect, Effect::Print { .. }));
        let now_shown = trouble::shown(&self.step);
        if now_shown.is_some() && now_shown != fault {
            effects.push(Effect::Sound(Sound::Trouble));
        }
        if matches!(self.step, Step::Attract) && !was_home {
            let (session, closing) = self.go_home(now);
            return (session, effects.into_iter().chain(closing).collect());
        }
        (self, effects)
    }

    /// How long until everything of this person is cleared, once that is near.
    pub fn warning_left(&self, now: Duration) -> Option<Duration> {
        if self.is_patient() { None } else { self.idle.warning_left(now) }
    }

    /// No time-out of a visit: nobody is here, or a clerk before a screen of their own, whose
    /// time-out is the staff session's.
    fn is_patient(&self) -> bool {
        let desk = matches!(self.step, Step::Counter(_) | Step::StaffHome(_));
        // A technician looks at lamps and plugs for longer than a visitor looks at a screen.
        let broken = matches!(self.step, Step::OutOfOrder { .. } | Step::Setup(_));
        self.at_rest() || broken || (self.duty.at_the_desk() && desk)
    }

    fn at_rest(&self) -> bool {
        match &self.step {
            Step::Attract => true,
            Step::StaffSignIn(step) => self.duty.profile == Profile::MejaPetugas && step.is_empty(),
            _ => false,
        }
    }

    /// The first screen: that of the way the station faces.
    fn home(&mut self, effects: &mut Vec<Effect>, now: Duration) -> Step {
        let mut cx = Cx {
            now,
            effects: Vec::new(),
            tickets: &mut self.tickets,
            duty: &mut self.duty,
            fitting: &mut self.fitting,
        };
        let step = match (Setup::due(&mut cx), cx.duty.profile) {
            (Some(step), _) => step,
            (None, Profile::Mandiri) => Step::Attract,
            (None, Profile::MejaPetugas) => duty::for_staff(StaffGoal::Home, &mut cx),
        };
        effects.append(&mut cx.effects);
        step
    }

    /// What the server says of this station's keys. Whoever is in the middle of something ends it first.
    fn hear_approval(mut self, approved: bool, now: Duration) -> (Session, Vec<Effect>) {
        let was_waiting = std::mem::replace(&mut self.fitting.waiting, !approved);
        let waits = matches!(&self.step, Step::Setup(setup) if setup.waits());
        if approved && waits || !approved && !was_waiting && self.at_rest() {
            return self.go_home(now);
        }
        (self, Vec::new())
    }

    /// One call at a time: while it is under way, the button only shows how far it is.
    fn call_staff(mut self) -> (Session, Vec<Effect>) {
        if !self.calling.is_free() {
            return (self, Vec::new());
        }
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        self.calling = Calling::Asking(ticket);
        (self, vec![Effect::CallStaff { ticket }])
    }

    /// The calls at this desk: what is new rings, and only then does the caller hear that it does.
    fn rung(mut self, calls: Vec<DeskCall>) -> (Session, Vec<Effect>) {
        let mut effects: Vec<Effect> = calls
            .iter()
            .filter(|call| call.state == CallState::Waiting)
            .map(|call| Effect::MarkCall { id: call.id.clone(), state: CallState::Ringing })
            .collect();
        if !effects.is_empty() {
            effects.push(Effect::Sound(Sound::Attention));
        }
        self.desk_calls = calls;
        (self, effects)
    }

    /// The clerk does something about the oldest call that it can be done about.
    fn mark_call(mut self, to: CallState) -> (Session, Vec<Effect>) {
        let open = |call: &&mut DeskCall| match to {
            CallState::Ended => call.state == CallState::Coming,
            _ => call.state < to,
        };
        let Some(call) = self.desk_calls.iter_mut().find(open) else { return (self, Vec::new()) };
        call.state = to;
        let effect = Effect::MarkCall { id: call.id.clone(), state: to };
        self.desk_calls.retain(|call| call.state != CallState::Ended);
        (self, vec![effect])
    }

    /// Visitors at the desk who are not written down yet: before the key that they are sealed with is closed.
    fn leave_desk(&mut self, now: Duration) -> Vec<Effect> {
        let Step::Counter(counter) = &mut self.step else { return Vec::new() };
        let mut cx = Cx {
            now,
            effects: Vec::new(),
            tickets: &mut self.tickets,
            duty: &mut self.duty,
            fitting: &mut self.fitting,
        };
        counter.left(&mut cx);
        cx.effects
    }

    /// Everything of the person goes; what was accepted is on disk already, and a print job has
    /// a life of its own.
    fn go_home(mut self, now: Duration) -> (Session, Vec<Effect>) {
        let mut effects = self.leave_desk(now);
        effects.extend([Effect::CloseCameras, Effect::Forget]);
        if let Step::Printing(printing) = &self.step {
            effects.push(printing.left());
        }
        // A screen that faces the public is never left with staff signed in.
        if !self.duty.at_the_desk() && self.duty.leave(now) {
            effects.push(Effect::StaffLock);
        }
        self.step = self.home(&mut effects, now);
        self.lang = if self.duty.at_the_desk() { self.lang } else { self.home_lang };
        self.look = Look::default();
        self.calling = Calling::Nobody;
        self.idle.touched(now);
        (self, effects)
    }
}

fn attract(event: &Event, cx: &mut Cx) -> Step {
    match event {
        Event::Tap(Tap::Start) => Step::Choose,
        Event::Tap(Tap::Staff) => duty::for_staff(StaffGoal::Home, cx),
        // By way of the alert that asks for it.
        Event::Tap(Tap::Studio) => duty::for_staff(StaffGoal::Studio, cx),
        Event::OpenStudio => Step::Studio(Box::new(Studio::start(cx))),
        _ => Step::Attract,
    }
}

fn choose(event: &Event, cx: &mut Cx) -> Step {
    match event {
        Event::Tap(Tap::MyCard) => Step::Phone(PhoneSignIn::start(cx)),
        Event::Tap(Tap::CheckCard) => Step::Check(Check::start(cx)),
        Event::Tap(Tap::PickUp) => Step::PickUp(PickUp::default()),
        Event::Tap(Tap::Back) => Step::Attract,
        _ => Step::Choose,
    }
}
