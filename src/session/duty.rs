//! Who of the staff is signed in here, which way the station faces, and the one way to what is for
//! staff alone: [`for_staff`].

use std::time::Duration;

use super::staff::{CodePlace, Staff, StaffEvent, Tries};
use super::{Counter, Cx, Prints, Setup, StaffHome, StaffSignIn, Step, Studio, Visitors};
use crate::config::Profile;

/// A member of the staff, as the station knows one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clerk {
    /// Stands in the audit log; says nothing about the person by itself.
    pub id: String,
    /// As the staff wrote it; may be empty.
    pub name: String,
}

/// The staff session as the screen sees it. What the staff code opened is with a worker.
#[derive(Debug, Default)]
pub struct Duty {
    pub profile: Profile,
    clerk: Option<Clerk>,
    state: Staff,
    tries: Tries,
}

impl Duty {
    /// As a station starts: with the wrong tries of before, whose waits begin anew. A restart must
    /// not be a way round them, and a clock that jumps none either.
    pub fn new(profile: Profile, tries: Tries) -> Duty {
        Duty { profile, clerk: None, state: Staff::default(), tries }
    }

    pub fn clerk(&self) -> Option<&Clerk> {
        self.clerk.as_ref()
    }

    pub fn is_signed_in(&self) -> bool {
        self.clerk.is_some()
    }

    /// What is left of the wait after wrong tries with this code.
    pub fn wait_left(&self, code: &str, now: Duration) -> Option<Duration> {
        match self.state {
            Staff::SignedOut => self.tries.wait_left(CodePlace::of(code), now),
            _ => None,
        }
    }

    /// Does the clerk stand here by themselves, before a screen that faces them?
    pub fn at_the_desk(&self) -> bool {
        self.is_signed_in() && self.profile == Profile::MejaPetugas
    }

    pub(super) fn hand_in(&mut self, code: &str, now: Duration) -> bool {
        self.step(StaffEvent::HandIn(CodePlace::of(code)), now);
        matches!(self.state, Staff::Checking { .. })
    }

    pub(super) fn opened(&mut self, clerk: Clerk, now: Duration) {
        self.step(StaffEvent::Opened, now);
        if matches!(self.state, Staff::SignedIn { .. }) {
            self.clerk = Some(clerk);
        }
    }

    pub(super) fn wrong(&mut self, now: Duration) {
        self.step(StaffEvent::Wrong, now);
    }

    /// The code could not be tried at all.
    pub(super) fn not_tried(&mut self, now: Duration) {
        self.step(StaffEvent::NotTried, now);
    }

    pub(super) fn touched(&mut self, now: Duration) {
        self.step(StaffEvent::Touch, now);
    }

    /// Signs out, if anybody is. A code that is still being tried counts as a wrong one: walking
    /// away must not be a way to try for nothing. `true`: the worker must close what it opened.
    pub(super) fn leave(&mut self, now: Duration) -> bool {
        let open = self.state != Staff::SignedOut;
        match self.state {
            Staff::Checking { .. } => self.wrong(now),
            _ => self.step(StaffEvent::SignOut, now),
        }
        open
    }

    /// Half an hour has passed without a touch.
    pub(super) fn tick(&mut self, now: Duration) -> bool {
        let was_in = self.is_signed_in();
        self.step(StaffEvent::Tick, now);
        was_in && !self.is_signed_in()
    }

    fn step(&mut self, event: StaffEvent, now: Duration) {
        self.state = self.state.step(event, &mut self.tries, now);
        if !matches!(self.state, Staff::SignedIn { .. }) {
            self.clerk = None;
        }
    }
}

/// What is for staff alone. A new page for staff is a new goal: say here what it opens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StaffGoal {
    /// What staff can do at this station.
    #[default]
    Home,
    /// The technician's page of camera and clean plate.
    Studio,
    /// The visitor log.
    Visitors,
    /// The print queue, its history and its questions.
    Prints,
    /// `Di lokasi`: setting the station up in its lobby.
    Lobby,
}

impl StaffGoal {
    /// Staff are signed in: what they wanted.
    pub(super) fn open(self, cx: &mut Cx) -> Step {
        match self {
            StaffGoal::Home if cx.duty.at_the_desk() => Step::Counter(Box::new(Counter::start(cx))),
            StaffGoal::Home => Step::StaffHome(StaffHome),
            StaffGoal::Studio => Step::Studio(Box::new(Studio::start(cx))),
            StaffGoal::Visitors => Step::Visitors(Box::new(Visitors::start(cx))),
            StaffGoal::Prints => Step::Prints(Box::new(Prints::start(cx))),
            StaffGoal::Lobby => Setup::at(cx.fitting.lobby(), cx),
        }
    }

    /// The way back from a page of the staff: to the desk, or to what staff can do here.
    pub(super) fn back(cx: &mut Cx) -> Step {
        if cx.duty.at_the_desk() { Step::Attract } else { StaffGoal::Home.open(cx) }
    }

    /// Nobody signed in after all: where the way back leads.
    pub(super) fn leave(self) -> Step {
        match self {
            StaffGoal::Home
            | StaffGoal::Studio
            | StaffGoal::Visitors
            | StaffGoal::Prints
            | StaffGoal::Lobby => Step::Attract,
        }
    }
}

/// The one way to what is for staff alone: at once where staff are signed in, otherwise by way of
/// their code and PIN.
pub(super) fn for_staff(goal: StaffGoal, cx: &mut Cx) -> Step {
    if cx.duty.is_signed_in() { goal.open(cx) } else { Step::StaffSignIn(StaffSignIn::new(goal)) }
}
