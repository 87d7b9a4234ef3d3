//! A screen that has just come takes no press: the finger that comes down on it was meant for the one before.
//!
//! The one place for it, whatever presses: a finger, a mouse, the keypad, Return on a keyboard. Letters and digits of
//! a real keyboard count at once; whoever types without looking, and a hand scanner, are quicker than a screen.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::mem::discriminant;
use std::time::Duration;

use super::{Event, Fault, Kept, Key, LinkStage, PhotoStage, Session, Step, trouble};

/// How long a screen takes no press after it came. The second tap of a double tap comes within 300 ms.
pub const SETTLING: Duration = Duration::from_millis(400);

/// When the present screen came.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Settling {
    /// `None` until the first screen has been left.
    since: Option<Duration>,
}

impl Settling {
    pub fn begin(&mut self, now: Duration) {
        self.since = Some(now);
    }

    pub fn until(self) -> Option<Duration> {
        self.since.map(|since| since + SETTLING)
    }
}

impl Session {
    /// When presses count again; in the past where they do already.
    pub fn settled_at(&self) -> Duration {
        self.settling.until().unwrap_or_default()
    }

    /// Does this press come too early to have been meant for what is on the screen?
    pub(super) fn is_too_early(&self, event: &Event, now: Duration) -> bool {
        if now >= self.settled_at() {
            return false;
        }
        match event {
            Event::Tap(_) | Event::ScreenKey(_) | Event::Touched(..) => true,
            Event::Key(Key::Enter) => !self.ends_a_code(now),
            _ => false,
        }
    }

    /// Return is the last key of a hand scanner.
    fn ends_a_code(&self, now: Duration) -> bool {
        match &self.step {
            Step::Check(step) => step.types_a_code(now),
            Step::Counter(step) => step.types_a_code(now),
            _ => false,
        }
    }

    /// What is on the screen, as far as a press may mean another thing there.
    pub(super) fn face(&self) -> u64 {
        let mut face = DefaultHasher::new();
        self.step.name().hash(&mut face);
        (self.look.large_text, self.lang.tag()).hash(&mut face);
        match &self.step {
            Step::SignIn(step) => discriminant(&step.field).hash(&mut face),
            Step::StaffSignIn(step) => discriminant(&step.field).hash(&mut face),
            Step::Assisted(step) => (discriminant(&step.field), step.given.is_some()).hash(&mut face),
            Step::Photo(step) => match step.stage {
                // The camera opens and looks, counts and takes: the buttons are the same for each two.
                PhotoStage::Invite => 0_u8,
                PhotoStage::Live { .. } => 1,
                PhotoStage::Countdown { .. } | PhotoStage::Cutting { .. } => 2,
            }
            .hash(&mut face),
            Step::Report(step) => discriminant(&step.stage).hash(&mut face),
            Step::Issued(step) => matches!(step.link, LinkStage::Closed).hash(&mut face),
            Step::Printing(step) => discriminant(&step.state).hash(&mut face),
            Step::Check(step) => {
                (step.hint(), step.shown.as_ref().map(|shown| &shown.finding.about)).hash(&mut face);
            }
            Step::Counter(step) => {
                (step.typing, step.hint()).hash(&mut face);
                if let Some(answer) = &step.answer {
                    answer.seen.about().hash(&mut face);
                    answer.seen.verdict().map(super::visit::DeskVerdict::code).hash(&mut face);
                    matches!(answer.kept, Kept::Yes(_)).hash(&mut face);
                }
            }
            // A list that has just come has lines where there were none.
            Step::Visitors(step) => step.lines.is_some().hash(&mut face),
            Step::Prints(step) => {
                step.lines.is_some().hash(&mut face);
                let asks = step.question.as_ref();
                asks.map(|question| (question.line.id.as_str(), question.spoiled)).hash(&mut face);
            }
            Step::Studio(step) => discriminant(&step.stage).hash(&mut face),
            _ => {}
        }
        face.finish()
    }

    /// What is said to have gone wrong. It may push the buttons to other places.
    pub(super) fn told(&self) -> Option<Fault> {
        trouble::shown(&self.step).or(match &self.step {
            Step::Phone(step) => step.fault,
            Step::Assisted(step) => step.fault,
            Step::Report(step) => step.fault,
            Step::StaffSignIn(step) => step.fault,
            Step::Counter(step) => step.fault,
            Step::Visitors(step) => step.fault,
            Step::Prints(step) => step.fault,
            Step::Studio(step) => step.fault,
            _ => None,
        })
    }

    /// After an event: another face, or something that went wrong, is to be seen before it is touched.
    pub(super) fn settle(&mut self, before: (u64, Option<Fault>), now: Duration) {
        let fault = self.told();
        if self.face() != before.0 || (fault.is_some() && fault != before.1) {
            self.settling.begin(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::Visit;
    use super::super::{Effect, Look, Tap};
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// The session as it is, with no waiting of the harness.
    fn at_once(visit: &mut Visit, event: Event) {
        let session = std::mem::replace(&mut visit.session, Session::new(crate::lang::Lang::Id, visit.now));
        (visit.session, visit.effects) = session.step(event, visit.now);
    }

    #[test]
    fn the_second_tap_of_a_double_tap_does_nothing() {
        for press in [Event::Tap(Tap::MyCard), Event::ScreenKey(Key::Char('1')), Event::Key(Key::Enter)] {
            let mut visit = Visit::new();
            visit.tap(Tap::Start);
            visit.now += SETTLING.saturating_sub(MS);
            at_once(&mut visit, press);
            assert!(matches!(visit.session.step, Step::Choose) && visit.effects.is_empty());
        }
        let mut visit = Visit::new();
        visit.tap(Tap::Start);
        visit.now += SETTLING;
        at_once(&mut visit, Event::Tap(Tap::MyCard));
        assert!(matches!(visit.session.step, Step::Phone(_)));
    }

    #[test]
    fn a_dialog_that_opens_or_closes_is_a_change_of_screen() {
        let mut visit = Visit::new();
        visit.now += SETTLING;
        at_once(&mut visit, Event::Covered);
        at_once(&mut visit, Event::Tap(Tap::Start));
        assert!(matches!(visit.session.step, Step::Attract));
    }

    #[test]
    fn a_fault_that_has_just_come_is_seen_before_anything_is_pressed() {
        let mut visit = Visit::new();
        visit.tap(Tap::Start).tap(Tap::MyCard).tap(Tap::WithNip).keys("1968").tap(Tap::Continue);
        assert!(visit.session.told().is_some());
        at_once(&mut visit, Event::Tap(Tap::Back));
        assert!(matches!(visit.session.step, Step::SignIn(_)));
        visit.tap(Tap::Staff).tap(Tap::Back);
        assert!(!matches!(visit.session.step, Step::SignIn(_)));
    }

    #[test]
    fn larger_words_move_the_buttons_too() {
        let mut visit = Visit::new();
        visit.tap(Tap::LargeText);
        at_once(&mut visit, Event::Tap(Tap::LargeText));
        assert_eq!(visit.session.look, Look { large_text: true, high_contrast: false });
    }

    #[test]
    fn letters_of_a_real_keyboard_are_never_lost() {
        let mut visit = Visit::new();
        visit.tap(Tap::Start).tap(Tap::MyCard).tap(Tap::WithNip);
        at_once(&mut visit, Event::Key(Key::Char('1')));
        let Step::SignIn(step) = &visit.session.step else { panic!() };
        assert_eq!(step.nip.expose(), "1");
    }

    #[test]
    fn a_press_that_came_too_early_still_says_that_somebody_is_there() {
        let mut visit = Visit::new();
        visit.tap(Tap::Start).after(super::super::IDLE);
        assert!(visit.session.warning_left(visit.now).is_some());
        at_once(&mut visit, Event::Covered);
        at_once(&mut visit, Event::Tap(Tap::Home));
        assert!(visit.session.warning_left(visit.now).is_none());
        assert!(matches!(visit.session.step, Step::Choose));
    }

    #[test]
    fn a_hand_scanner_that_types_as_the_screen_changes_is_read() {
        let mut visit = Visit::new();
        visit.tap(Tap::Start).tap(Tap::CheckCard);
        for c in "HTTPS://K.EXAMPLE/V/ABC#DEF".chars() {
            visit.now += 3 * MS;
            at_once(&mut visit, Event::Key(Key::Char(c)));
        }
        assert!(visit.now < visit.session.settled_at());
        at_once(&mut visit, Event::Key(Key::Enter));
        assert!(matches!(visit.effects.as_slice(), [Effect::Look { .. }]));
    }
}
