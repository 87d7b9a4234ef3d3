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
mod check;
mod counter;
#[cfg(test)]
mod counter_tests;
mod duty;
mod effect;
mod event;
mod fault;
mod idle;
mod issued;
mod my_card;
mod photo_step;
mod pick_up;
pub mod print_job;
mod printing;
mod prints;
mod review;
mod secret;
mod sign_in;
pub mod staff;
mod staff_home;
mod staff_sign_in;
#[cfg(test)]
mod staff_tests;
mod studio;
#[cfg(test)]
mod tests;
mod visit;
mod visitors;
mod wedge;

use std::time::Duration;

pub use accepting::Accepting;
pub use alerts::{Alert, Alerts};
pub use check::{Check, Finding, ListAge};
pub use counter::{Answer, Counter, DeskState, Kept, Seen};
pub use duty::{Clerk, Duty, StaffGoal};
pub use effect::{Effect, Role, Sound};
pub use event::{Event, Key, SignedInBox, Tap};
pub use fault::Fault;
pub use idle::{IDLE, WARNING};
pub use issued::Issued;
pub use my_card::MyCard;
pub use photo_step::{COUNTDOWN, PhotoStage, PhotoStep, allows_shot};
pub use pick_up::{CODE_LENGTH, CODE_LETTERS, PickUp};
pub use printing::Printing;
pub use prints::{LINES as PRINT_LINES, PrintAnswer, PrintLine, PrintState, Prints, Question, askable};
pub use review::{Drawing, Portrait, Review, card_of_issue};
pub use secret::Secret;
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
use idle::Idle;

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
    pub step: Step,
    pub alerts: Alerts,
    /// Somebody was called to help, and the screen says so.
    pub called: bool,
    /// The staff session.
    pub duty: Duty,
    /// How the station speaks when nobody has chosen.
    home_lang: Lang,
    idle: Idle,
    tickets: u64,
}

/// Where in the visit the person is, and what that step owns.
#[derive(Debug)]
pub enum Step {
    Attract,
    Choose,
    SignIn(SignIn),
    Refused {
        refusal: Refusal,
    },
    MyCard(Box<MyCard>),
    Photo(Box<PhotoStep>),
    Review(Box<Review>),
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
            step: Step::Attract,
            alerts: Alerts::default(),
            called: false,
            duty: Duty::default(),
            home_lang: lang,
            idle: Idle::new(now),
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

    /// One event. Returns the session after it and what is to be done about it.
    #[must_use]
    pub fn step(mut self, event: Event, now: Duration) -> (Session, Vec<Effect>) {
        if event.is_touch() {
            self.idle.touched(now);
            self.duty.touched(now);
        }
        match event {
            Event::Alert(alert, raised) => {
                self.alerts.set(alert, raised);
                return (self, Vec::new());
            }
            Event::Tap(Tap::Language) => {
                self.lang = self.lang.other();
                return (self, Vec::new());
            }
            Event::Tap(Tap::StillHere) => return (self, Vec::new()),
            Event::Tap(Tap::CallStaff) => {
                self.called = true;
                return (self, vec![Effect::CallStaff]);
            }
            Event::Tap(Tap::Home) => return self.go_home(now),
            Event::Tap(Tap::SignOut) => {
                let open = self.duty.leave(now);
                let (session, closing) = self.go_home(now);
                return (session, open.then_some(Effect::StaffLock).into_iter().chain(closing).collect());
            }
            // Half an hour without a touch: staff are out, whatever stands on the screen.
            Event::Tick if self.duty.tick(now) => {
                let (session, closing) = self.go_home(now);
                return (session, std::iter::once(Effect::StaffLock).chain(closing).collect());
            }
            Event::Tick if !self.is_patient() && self.idle.is_over(now) => return self.go_home(now),
            // A call from the first screen is not the next person's.
            Event::Tick if self.at_rest() && self.idle.quiet_for(now) >= READING => self.called = false,
            _ => {}
        }
        let was_home = matches!(self.step, Step::Attract);
        let mut cx = Cx { now, effects: Vec::new(), tickets: &mut self.tickets, duty: &mut self.duty };
        let step = match self.step {
            Step::Attract => attract(&event, &mut cx),
            Step::Choose => choose(&event, &mut cx),
            Step::SignIn(step) => step.step(event, &mut cx),
            Step::Refused { refusal } => match event {
                Event::Tap(Tap::Back | Tap::Continue) => Step::Attract,
                _ => Step::Refused { refusal },
            },
            Step::MyCard(step) => step.step(event, &mut cx),
            Step::Photo(step) => step.step(event, &mut cx),
            Step::Review(step) => step.step(event, &mut cx),
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
            Step::Trouble { fault } => match event {
                Event::Tap(Tap::Back | Tap::Continue) => Step::Attract,
                _ => Step::Trouble { fault },
            },
        };
        let effects = cx.effects;
        // A clerk's way back is to their desk.
        self.step = match step {
            Step::Choose if self.duty.at_the_desk() => Step::Attract,
            step => step,
        };
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
        self.at_rest() || (self.duty.at_the_desk() && desk)
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
        match self.duty.profile {
            Profile::Mandiri => Step::Attract,
            Profile::MejaPetugas => {
                let mut cx =
                    Cx { now, effects: Vec::new(), tickets: &mut self.tickets, duty: &mut self.duty };
                let step = duty::for_staff(StaffGoal::Home, &mut cx);
                effects.append(&mut cx.effects);
                step
            }
        }
    }

    /// Everything of the person goes; what was accepted is on disk already, and a print job has
    /// a life of its own.
    fn go_home(mut self, now: Duration) -> (Session, Vec<Effect>) {
        let mut effects = vec![Effect::CloseCameras, Effect::Forget];
        // A screen that faces the public is never left with staff signed in.
        if !self.duty.at_the_desk() && self.duty.leave(now) {
            effects.push(Effect::StaffLock);
        }
        self.step = self.home(&mut effects, now);
        self.lang = if self.duty.at_the_desk() { self.lang } else { self.home_lang };
        self.called = false;
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
        Event::Tap(Tap::MyCard) => Step::SignIn(SignIn::default()),
        Event::Tap(Tap::CheckCard) => Step::Check(Check::start(cx)),
        Event::Tap(Tap::PickUp) => Step::PickUp(PickUp::default()),
        Event::Tap(Tap::Back) => Step::Attract,
        _ => Step::Choose,
    }
}
