//! `Periksa Kartu Tamu`: the live camera looks for a card, and the verdict fills the screen.

use std::sync::Arc;
use std::time::Duration;

use image::RgbaImage;
use jiff::civil::DateTime;

use super::wedge::{CodeText, Wedge};
use super::{Cx, Effect, Event, Facts, Role, Sound, Step, Tap, Ticket};
use crate::credential::{Judgement, Reason, Verdict};

/// How long a verdict stands before the camera looks for the next card.
pub const VERDICT_STANDS: Duration = Duration::from_secs(30);

/// How long the screen says that a code is none of a card's.
const OTHER_STANDS: Duration = Duration::from_secs(4);

/// What the desk learns about a card that was held to the camera.
#[derive(Clone)]
pub struct Finding {
    pub judgement: Judgement,
    /// The holder's face, from the back code or from the opened record.
    pub portrait: Option<Arc<RgbaImage>>,
    /// How old the status list is that was asked.
    pub status: Option<ListAge>,
    /// What the opened record says; only where staff are signed in.
    pub facts: Option<Facts>,
}

/// What a verdict says about the age of its status list, in the station's own days and hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListAge {
    pub hours: u64,
    /// When the office signed it.
    pub from: DateTime,
    /// Until when a desk relies on it.
    pub until: DateTime,
}

impl std::fmt::Debug for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Finding({:?})", self.judgement.verdict)
    }
}

/// What is heard with a verdict.
pub(super) fn sound_of(verdict: Verdict) -> Sound {
    match verdict {
        Verdict::Valid => Sound::Good,
        Verdict::Confirm | Verdict::NoCode => Sound::Attention,
        Verdict::NoLongerValid => Sound::Ended,
        Verdict::NotGenuine => Sound::Bad,
    }
}

#[derive(Debug)]
pub struct Check {
    ticket: Ticket,
    pub finding: Option<(Box<Finding>, Duration)>,
    /// Until when the screen says that what was shown is not a card's code.
    other_until: Option<Duration>,
    wedge: Wedge,
}

impl Check {
    pub(super) fn start(cx: &mut Cx) -> Check {
        let ticket = cx.ticket();
        cx.emit(Effect::OpenCamera { ticket, role: Role::Scan });
        Check { ticket, finding: None, other_until: None, wedge: Wedge::default() }
    }

    pub(super) fn step(mut self, event: Event, cx: &mut Cx) -> Step {
        match event {
            Event::Scanned(ticket, finding) if ticket == self.ticket => {
                if finding.judgement.reasons.contains(&Reason::OtherCode) {
                    self.other_until = Some(cx.now + OTHER_STANDS);
                }
                // The same card seen again says nothing new; turned round it may show a face.
                if finding.judgement.verdict == Verdict::NoCode || !self.is_news(&finding) {
                    return Step::Check(self);
                }
                self.other_until = None;
                cx.emit(Effect::Sound(sound_of(finding.judgement.verdict)));
                self.finding = Some((finding, cx.now));
            }
            // A hand scanner types what it read.
            Event::Key(key) => {
                if let Some(text) = self.wedge.key(key, cx.now) {
                    cx.emit(Effect::Look { ticket: self.ticket, text: CodeText(text) });
                }
            }
            Event::Tap(Tap::Continue) => self.finding = None,
            Event::Tick if self.has_stood_long(cx.now) => self.finding = None,
            Event::Tap(Tap::Back) => {
                cx.emit(Effect::CloseCameras);
                return Step::Choose;
            }
            _ => {}
        }
        Step::Check(self)
    }

    /// Was the last code shown none of a card?
    pub fn says_other(&self, now: Duration) -> bool {
        self.finding.is_none() && self.other_until.is_some_and(|until| now < until)
    }

    fn has_stood_long(&self, now: Duration) -> bool {
        self.finding.as_ref().is_some_and(|(_, since)| now.saturating_sub(*since) >= VERDICT_STANDS)
    }

    fn is_news(&self, finding: &Finding) -> bool {
        let Some((shown, _)) = &self.finding else { return true };
        let serial = |finding: &Finding| finding.judgement.holder.as_ref().map(|holder| holder.serial);
        serial(shown) != serial(finding)
            || shown.judgement.verdict != finding.judgement.verdict
            || (shown.portrait.is_none() && finding.portrait.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::Visit;
    use super::super::{CodeText, Key};
    use super::*;
    use crate::credential::{Holder, IssuerId, Serial};

    fn finding(verdict: Verdict, reasons: &[Reason], serial: Option<u8>) -> Event {
        let holder = serial.map(|serial| Holder {
            name: "Sri Wahyuni".into(),
            nip: "197402152001122001".parse().unwrap(),
            issued_on: jiff::civil::date(2026, 3, 1),
            serial: Serial::from_bytes([serial; 10]),
            issuer: IssuerId::parse("6201").unwrap(),
        });
        let judgement = Judgement { verdict, reasons: reasons.to_vec(), holder, face_webp: None };
        Event::Scanned(
            Ticket::default(),
            Box::new(Finding { judgement, portrait: None, status: None, facts: None }),
        )
    }

    fn checking() -> (Visit, Ticket) {
        let mut visit = Visit::new();
        visit.tap(Tap::Start).tap(Tap::CheckCard);
        let Some(Effect::OpenCamera { ticket, .. }) = visit.effects.last() else { panic!("a camera") };
        let ticket = *ticket;
        (visit, ticket)
    }

    fn see(visit: &mut Visit, ticket: Ticket, event: Event) {
        let Event::Scanned(_, finding) = event else { panic!("a finding") };
        visit.send(Event::Scanned(ticket, finding));
    }

    fn step(visit: &Visit) -> &Check {
        let Step::Check(check) = &visit.session.step else { panic!("the check") };
        check
    }

    fn sounds(visit: &Visit) -> usize {
        visit.effects.iter().filter(|effect| matches!(effect, Effect::Sound(_))).count()
    }

    #[test]
    fn a_code_from_a_hand_scanner_is_looked_at_and_keys_of_a_hand_are_not() {
        let (mut visit, ticket) = checking();
        for c in "HTTPS://K.EXAMPLE/V/ABC#DEF".chars() {
            visit.now += Duration::from_millis(3);
            visit.send(Event::Key(Key::Char(c)));
            assert!(visit.effects.is_empty());
        }
        visit.send(Event::Key(Key::Enter));
        let [Effect::Look { ticket: asked, text }] = visit.effects.as_slice() else { panic!("a look") };
        assert_eq!((*asked, text), (ticket, &CodeText("HTTPS://K.EXAMPLE/V/ABC#DEF".into())));
        assert!(!format!("{:?}", visit.effects).contains("ABC"), "not for logs");
        for c in "HTTPS://K.EXAMPLE/V/".chars() {
            visit.now += Duration::from_millis(250);
            visit.send(Event::Key(Key::Char(c)));
        }
        visit.send(Event::Key(Key::Enter));
        assert!(visit.effects.is_empty());
    }

    #[test]
    fn the_same_code_twice_is_one_scan_and_another_card_is_another() {
        let (mut visit, ticket) = checking();
        see(&mut visit, ticket, finding(Verdict::Valid, &[], Some(1)));
        assert_eq!(sounds(&visit), 1);
        see(&mut visit, ticket, finding(Verdict::Valid, &[], Some(1)));
        assert_eq!(sounds(&visit), 0);
        see(&mut visit, ticket, finding(Verdict::Valid, &[], Some(2)));
        assert_eq!(sounds(&visit), 1);
        see(&mut visit, ticket, finding(Verdict::Confirm, &[Reason::SeveralCards], None));
        assert_eq!(sounds(&visit), 1, "two at once are neither of the two");
        see(&mut visit, ticket, finding(Verdict::Valid, &[], Some(1)));
        assert_eq!(sounds(&visit), 1);
    }

    #[test]
    fn a_code_of_something_else_is_said_for_a_moment_and_never_over_a_verdict() {
        let (mut visit, ticket) = checking();
        see(&mut visit, ticket, finding(Verdict::NoCode, &[Reason::OtherCode], None));
        assert!(step(&visit).says_other(visit.now) && sounds(&visit) == 0);
        assert!(!step(&visit).says_other(visit.now + OTHER_STANDS));
        see(&mut visit, ticket, finding(Verdict::Valid, &[], Some(1)));
        see(&mut visit, ticket, finding(Verdict::NoCode, &[Reason::OtherCode], None));
        assert!(!step(&visit).says_other(visit.now) && step(&visit).finding.is_some());
    }
}
