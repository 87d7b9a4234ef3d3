//! A technician sets the station up: `Di bengkel`, until it has joined and prints; `Di lokasi`, until it stands in
//! its lobby and has told the office how. A file a step; each can be broken off and is taken up again.

mod approval;
mod camera;
mod chosen;
mod clock;
mod corners;
mod join;
mod network;
mod printer;
mod report;
#[cfg(test)]
mod tests;
mod turning;

pub use approval::{ApprovalPage, ShownKeys};
pub use camera::{CameraPage, FoundCamera};
pub use chosen::{Chosen, Fitting, SetupStep};
pub use clock::{ClockPage, TimeNote};
pub use corners::{Corners, MARKS, TRIAL};
pub use join::{JoinPage, JoinStage, JoinedNote, LinkField, host_of};
pub use network::{NetworkPage, NetworkState, Wifi, WifiStage};
pub use printer::{FoundPrinter, PrinterPage, TestPrint};
pub use report::{Commissioned, PartState, ReportPage};
pub use turning::Turning;

use super::{Cx, Effect, Event, StaffGoal, Step, Studio, Tap, duty};
use crate::lang::Lang;

/// Lines of a list on one page.
pub const SETUP_LINES: usize = 4;

#[derive(Debug)]
pub struct Setup {
    pub page: Page,
}

#[derive(Debug)]
pub enum Page {
    Language,
    Network(NetworkPage),
    Join(Box<JoinPage>),
    Approval(ApprovalPage),
    Clock(ClockPage),
    Printer(PrinterPage),
    Turning(Turning),
    Corners(Corners),
    Camera(Box<CameraPage>),
    Report(ReportPage),
    /// What was chosen is on its way to the disk; then the screen starts anew with it.
    Anew,
}

/// Where a page leads.
enum Go {
    Stay(Page),
    /// The step is done.
    On,
    Back,
    /// The step is done, and counts only after a new start.
    Anew,
}

impl Setup {
    /// Before anybody has touched anything: a picture on trial, a station that has joined nobody, or one that waits
    /// for approval.
    pub(super) fn due(cx: &mut Cx) -> Option<Step> {
        if cx.fitting.trial().is_some() {
            return Some(Setup::at(SetupStep::Touch, cx));
        }
        match cx.fitting.bench() {
            Some(step) => Some(Setup::at(step, cx)),
            None if cx.fitting.unapproved().is_some() => Some(Setup::unapproved(ApprovalPage::Alone)),
            None => None,
        }
    }

    /// The page that says what is waited for.
    pub(super) fn unapproved(page: ApprovalPage) -> Step {
        Step::Setup(Setup { page: Page::Approval(page) })
    }

    /// Does the screen stand still until the approval?
    pub(super) fn waits(&self) -> bool {
        matches!(self.page, Page::Approval(ApprovalPage::Alone))
    }

    /// A step from its beginning.
    pub(super) fn at(step: SetupStep, cx: &mut Cx) -> Step {
        let page = match step {
            SetupStep::Language => Page::Language,
            SetupStep::Network => Page::Network(NetworkPage::start(cx)),
            SetupStep::Join => Page::Join(Box::new(JoinPage::start(cx))),
            SetupStep::Clock => Page::Clock(ClockPage::start(cx)),
            SetupStep::Printer => Page::Printer(PrinterPage::start(cx)),
            SetupStep::Turn => Page::Turning(Turning::start(cx)),
            SetupStep::Touch => Page::Corners(Corners::start(cx)),
            SetupStep::Camera => Page::Camera(Box::new(CameraPage::start(cx))),
            SetupStep::Plate => return Step::Studio(Box::new(Studio::in_setup(cx))),
            SetupStep::Report => Page::Report(ReportPage::start(cx)),
        };
        Step::Setup(Setup { page })
    }

    /// The step that the page belongs to; none while the screen starts anew, or waits for approval.
    pub fn step_of(&self) -> Option<SetupStep> {
        Some(match self.page {
            Page::Language => SetupStep::Language,
            Page::Network(_) => SetupStep::Network,
            Page::Join(_) | Page::Approval(ApprovalPage::Bench) => SetupStep::Join,
            Page::Clock(_) => SetupStep::Clock,
            Page::Printer(_) => SetupStep::Printer,
            Page::Turning(_) => SetupStep::Turn,
            Page::Corners(_) => SetupStep::Touch,
            Page::Camera(_) => SetupStep::Camera,
            Page::Report(_) => SetupStep::Report,
            Page::Approval(ApprovalPage::Alone) | Page::Anew => return None,
        })
    }

    /// A word for each page, as [`Step::name`].
    pub(super) fn name(&self) -> &'static str {
        match &self.page {
            Page::Language => "setup-language",
            Page::Network(_) => "setup-network",
            Page::Join(page) => match page.stage {
                JoinStage::Look(_) | JoinStage::Type { .. } => "setup-join",
                JoinStage::Pin { .. } => "setup-pin",
                JoinStage::Joining { .. } => "setup-joining",
                JoinStage::Joined(_) => "setup-joined",
            },
            Page::Approval(_) => "setup-approval",
            Page::Clock(_) => "setup-clock",
            Page::Printer(_) => "setup-printer",
            Page::Turning(_) => "setup-turning",
            Page::Corners(_) => "setup-corners",
            Page::Camera(_) => "setup-camera",
            Page::Report(_) => "setup-report",
            Page::Anew => "setup-anew",
        }
    }

    pub(super) fn step(self, event: Event, cx: &mut Cx) -> Step {
        if let Page::Approval(page) = self.page {
            return page.step(&event, cx);
        }
        let Some(here) = self.step_of() else { return Step::Setup(self) };
        let go = match self.page {
            Page::Language => language(&event, cx),
            Page::Network(page) => page.step(event, cx),
            Page::Join(page) => page.step(event, cx),
            Page::Clock(page) => page.step(event, cx),
            Page::Printer(page) => page.step(event, cx),
            Page::Turning(page) => page.step(&event, cx),
            Page::Corners(page) => page.step(&event, cx),
            Page::Camera(page) => page.step(event, cx),
            Page::Report(page) => page.step(event),
            Page::Approval(_) | Page::Anew => return Step::Setup(self),
        };
        match go {
            Go::Stay(page) => Step::Setup(Setup { page }),
            Go::On => after(here, cx),
            Go::Back => before(here, cx),
            Go::Anew => anew(cx),
        }
    }
}

/// Keeps that a step is done, and goes to the next.
pub(super) fn after(step: SetupStep, cx: &mut Cx) -> Step {
    cx.fitting.chosen.note(step);
    match step {
        // The other workers learn what was chosen by starting anew.
        SetupStep::Printer => anew(cx),
        SetupStep::Report => {
            keep(cx);
            StaffGoal::back(cx)
        }
        // A picture that was turned was judged by whoever stood there; what follows is for staff alone.
        SetupStep::Touch => {
            keep(cx);
            duty::for_staff(StaffGoal::Lobby, cx)
        }
        SetupStep::Join if cx.fitting.unapproved().is_some() => {
            keep(cx);
            Setup::unapproved(ApprovalPage::Bench)
        }
        step => {
            keep(cx);
            let next = step.number();
            Setup::at(step.stage()[next], cx)
        }
    }
}

/// The step before; before the first one lies what staff can do, or nothing.
pub(super) fn before(step: SetupStep, cx: &mut Cx) -> Step {
    match step.number() {
        1 if step == SetupStep::Language => Step::Setup(Setup { page: Page::Language }),
        1 => StaffGoal::back(cx),
        number => Setup::at(step.stage()[number - 2], cx),
    }
}

fn anew(cx: &mut Cx) -> Step {
    keep(cx);
    cx.emit(Effect::StartAnew);
    Step::Setup(Setup { page: Page::Anew })
}

fn keep(cx: &mut Cx) {
    let chosen = Box::new(cx.fitting.chosen.clone());
    cx.emit(Effect::KeepSetup(chosen));
}

/// The first thing that is asked, in both languages at once.
fn language(event: &Event, cx: &mut Cx) -> Go {
    let lang = match event {
        Event::Tap(Tap::Pick(0)) => Lang::Id,
        Event::Tap(Tap::Pick(1)) => Lang::En,
        _ => return Go::Stay(Page::Language),
    };
    cx.fitting.chosen.language = Some(lang);
    Go::On
}

/// The lines of a list that its page shows.
fn shown<T>(list: &[T], page: usize) -> &[T] {
    let from = (page * SETUP_LINES).min(list.len());
    &list[from..(from + SETUP_LINES).min(list.len())]
}

/// A turned page, kept inside of the list.
fn turned(page: usize, tap: Tap, count: usize) -> usize {
    let last = count.saturating_sub(1) / SETUP_LINES;
    match tap {
        Tap::More => (page + 1).min(last),
        Tap::Less => page.saturating_sub(1),
        _ => page,
    }
}
