//! `Periksa Kartu Tamu`: the live camera looks for a card, and the verdict fills the screen.

use std::sync::Arc;
use std::time::Duration;

use image::RgbaImage;
use jiff::civil::DateTime;

use super::sight::{About, Hint, Presence, PutAway};
use super::wedge::{CodeText, Wedge};
use super::{Cx, Effect, Event, Facts, Role, Sound, Step, Tap, Ticket};
use crate::credential::{Judgement, Reason, Verdict};

/// How long the screen goes on asking for another code once the wrong ones have left.
const HINT_STANDS: Duration = Duration::from_secs(4);

/// What the desk learns about a card that was held to the camera.
#[derive(Clone)]
pub struct Finding {
    pub judgement: Judgement,
    /// The code or the card that this is about, and nothing else.
    pub about: About,
    /// The holder's face, from the back code or from the opened record.
    pub portrait: Option<Arc<RgbaImage>>,
    /// How old the status list is that was asked.
    pub status: Option<ListAge>,
    /// What the opened record says; only where staff are signed in.
    pub facts: Option<Facts>,
}

impl Finding {
    /// The same card saying the same: a further side of it may still add a face.
    pub(super) fn says_the_same(&self, other: &Finding) -> bool {
        self.about == other.about
            && self.judgement.verdict == other.judgement.verdict
            && self.judgement.holder == other.judgement.holder
    }

    /// Takes what a further look at the same card brings. A face and a record that were found before stay: the side
    /// that is in view now may hold neither.
    pub(super) fn renew(&mut self, mut newer: Finding) {
        newer.portrait = self.portrait.take().or(newer.portrait);
        newer.facts = newer.facts.or(self.facts.take());
        if newer.portrait.is_some() {
            newer.judgement.reasons.retain(|reason| *reason != Reason::CompareTheFace);
        }
        *self = newer;
    }
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

/// A verdict on the screen.
#[derive(Debug)]
pub struct Shown {
    pub finding: Box<Finding>,
    pub presence: Presence,
}

#[derive(Debug)]
pub struct Check {
    ticket: Ticket,
    /// A code of a hand scanner that is being looked at.
    hand: Option<Ticket>,
    pub shown: Option<Shown>,
    /// What is asked for instead of a verdict, and when there was cause for it last.
    hint: Option<(Hint, Duration)>,
    put_away: Option<PutAway>,
    /// What the camera saw last.
    in_view: Option<About>,
    wedge: Wedge,
}

impl Check {
    pub(super) fn start(cx: &mut Cx) -> Check {
        let ticket = cx.ticket();
        cx.emit(Effect::OpenCamera { ticket, role: Role::Scan });
        Check {
            ticket,
            hand: None,
            shown: None,
            hint: None,
            put_away: None,
            in_view: None,
            wedge: Wedge::default(),
        }
    }

    pub(super) fn step(mut self, event: Event, cx: &mut Cx) -> Step {
        match event {
            Event::Scanned(ticket, finding) if ticket == self.ticket => {
                self.in_view = Some(finding.about.clone());
                self.scanned(finding, Presence::before_the_camera(cx.now), cx);
            }
            Event::Scanned(ticket, finding) if self.hand == Some(ticket) => {
                // Read once more by hand is meant, whatever was put away.
                self.put_away = None;
                self.scanned(finding, Presence::by_hand(cx.now), cx);
            }
            Event::StillThere(ticket) if ticket == self.ticket => self.still_there(cx.now),
            // A hand scanner types what it read.
            Event::Key(key) => {
                if let Some(text) = self.wedge.key(key, cx.now) {
                    let ticket = cx.ticket();
                    self.hand = Some(ticket);
                    cx.emit(Effect::Look { ticket, text: CodeText(text) });
                }
            }
            Event::Tap(Tap::Continue) => {
                self.put_away = self.shown.take().map(|shown| PutAway::new(shown.finding.about, cx.now));
            }
            Event::Tick => {
                self.shown.take_if(|shown| shown.presence.is_over(cx.now));
                self.hint.take_if(|(_, last)| cx.now.saturating_sub(*last) >= HINT_STANDS);
            }
            Event::Tap(Tap::Back) => {
                cx.emit(Effect::CloseCameras);
                return Step::Choose;
            }
            _ => {}
        }
        Step::Check(self)
    }

    fn scanned(&mut self, finding: Box<Finding>, presence: Presence, cx: &mut Cx) {
        if self.put_away.as_mut().is_some_and(|card| card.covers(&finding.about, cx.now)) {
            return;
        }
        self.put_away = None;
        let verdict = finding.judgement.verdict;
        if let Some(hint) = Hint::of(verdict, &finding.about) {
            // Another code is in view now: whatever was said of one before is not said of this.
            self.shown = None;
            if hint == Hint::OneCard && self.hint.is_none_or(|(before, _)| before != hint) {
                cx.emit(Effect::Sound(Sound::Attention));
            }
            self.hint = Some((hint, cx.now));
            return;
        }
        self.hint = None;
        match &mut self.shown {
            // The same card seen again says nothing new; turned round it may show a face.
            Some(shown) if shown.finding.says_the_same(&finding) => {
                shown.finding.renew(*finding);
                shown.presence = presence;
            }
            _ => {
                cx.emit(Effect::Sound(sound_of(verdict)));
                self.shown = Some(Shown { finding, presence });
            }
        }
    }

    /// The codes that were judged last are still before the camera.
    fn still_there(&mut self, now: Duration) {
        let Some(about) = &self.in_view else { return };
        if let Some(card) = &mut self.put_away {
            card.covers(about, now);
        }
        if let Some(shown) = self.shown.as_mut().filter(|shown| shown.finding.about == *about) {
            shown.presence.seen(now);
        }
        if let (Some((hint, last)), None) = (&mut self.hint, &self.shown) {
            let cause = match hint {
                Hint::OneCard => *about == About::SeveralCards,
                Hint::NoCard => matches!(about, About::Codes(_)),
            };
            if cause {
                *last = now;
            }
        }
    }

    /// Return would end the code of a hand scanner now.
    pub(super) fn types_a_code(&self, now: Duration) -> bool {
        self.wedge.is_whole(now)
    }

    /// What the screen asks for instead of showing a verdict.
    pub fn hint(&self) -> Option<Hint> {
        self.hint.map(|(hint, _)| hint).filter(|_| self.shown.is_none())
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
        let about = match &holder {
            _ if reasons.contains(&Reason::SeveralCards) => About::SeveralCards,
            Some(holder) => About::card(&holder.issuer, holder.serial),
            None => About::Codes(vec![CodeText(format!("{reasons:?}"))]),
        };
        let judgement = Judgement { verdict, reasons: reasons.to_vec(), holder, face_webp: None };
        Event::Scanned(
            Ticket::default(),
            Box::new(Finding { judgement, about, portrait: None, status: None, facts: None }),
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
        assert_ne!(*asked, ticket, "not what the camera saw");
        assert_eq!(text, &CodeText("HTTPS://K.EXAMPLE/V/ABC#DEF".into()));
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
        assert!(step(&visit).shown.is_none() && step(&visit).hint() == Some(Hint::OneCard));
        assert_eq!(sounds(&visit), 1, "two at once are neither of the two");
        see(&mut visit, ticket, finding(Verdict::Valid, &[], Some(1)));
        assert_eq!(sounds(&visit), 1);
    }

    #[test]
    fn a_code_of_something_else_takes_the_verdict_away_and_is_said_while_it_is_there() {
        let (mut visit, ticket) = checking();
        see(&mut visit, ticket, finding(Verdict::NoCode, &[Reason::OtherCode], None));
        assert!(step(&visit).hint() == Some(Hint::NoCard) && sounds(&visit) == 0);
        visit.after(HINT_STANDS / 2).send(Event::StillThere(ticket)).after(HINT_STANDS / 2);
        assert_eq!(step(&visit).hint(), Some(Hint::NoCard));
        visit.after(HINT_STANDS);
        assert_eq!(step(&visit).hint(), None);
        see(&mut visit, ticket, finding(Verdict::Valid, &[], Some(1)));
        see(&mut visit, ticket, finding(Verdict::NoCode, &[Reason::OtherCode], None));
        assert!(step(&visit).shown.is_none() && step(&visit).hint() == Some(Hint::NoCard));
    }

    #[test]
    fn red_after_red_says_its_own_reason() {
        let (mut visit, ticket) = checking();
        for reason in [Reason::Damaged, Reason::Altered, Reason::UnknownSigner] {
            see(&mut visit, ticket, finding(Verdict::NotGenuine, &[reason], None));
            assert_eq!(step(&visit).shown.as_ref().unwrap().finding.judgement.reasons, [reason]);
            assert_eq!(sounds(&visit), 1);
        }
    }

    #[test]
    fn a_verdict_whose_card_has_left_is_past_and_then_gone() {
        let (mut visit, ticket) = checking();
        let past = |visit: &Visit| step(visit).shown.as_ref().unwrap().presence.is_past(visit.now);
        see(&mut visit, ticket, finding(Verdict::Valid, &[], Some(1)));
        for _ in 0..100 {
            visit.after(Duration::from_millis(300)).send(Event::StillThere(ticket));
            assert!(!past(&visit), "held for half a minute it stands");
        }
        visit.after(Duration::from_secs(1));
        assert!(past(&visit));
        see(&mut visit, ticket, finding(Verdict::Valid, &[], Some(1)));
        assert!(!past(&visit) && sounds(&visit) == 0, "it is back");
        visit.after(Duration::from_secs(10));
        assert!(step(&visit).shown.is_none());
    }

    #[test]
    fn a_card_that_was_put_away_is_not_shown_again_while_it_stays() {
        let (mut visit, ticket) = checking();
        see(&mut visit, ticket, finding(Verdict::Valid, &[], Some(1)));
        visit.tap(Tap::Continue);
        for _ in 0..20 {
            visit.after(Duration::from_secs(1));
            see(&mut visit, ticket, finding(Verdict::Valid, &[], Some(1)));
            assert!(step(&visit).shown.is_none());
        }
        see(&mut visit, ticket, finding(Verdict::Valid, &[], Some(2)));
        assert!(step(&visit).shown.is_some());
    }

    #[test]
    fn the_front_after_the_back_keeps_the_face_and_does_not_ask_to_turn_the_card() {
        let (mut visit, ticket) = checking();
        let Event::Scanned(_, mut back) = finding(Verdict::Valid, &[], Some(1)) else { unreachable!() };
        back.portrait = Some(Arc::new(RgbaImage::new(3, 4)));
        visit.send(Event::Scanned(ticket, back));
        see(&mut visit, ticket, finding(Verdict::Valid, &[Reason::CompareTheFace], Some(1)));
        let shown = step(&visit).shown.as_ref().unwrap();
        assert!(shown.finding.portrait.is_some() && shown.finding.judgement.reasons.is_empty());
        see(&mut visit, ticket, finding(Verdict::Valid, &[Reason::CompareTheFace], Some(2)));
        assert!(
            step(&visit).shown.as_ref().unwrap().finding.portrait.is_none(),
            "another card, another face"
        );
    }
}
