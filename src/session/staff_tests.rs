//! Staff signing in and out at the station, by every way there is.

use super::staff::{CodePlace, Tries};
use super::tests::Visit;
use super::*;
use crate::config::Profile;

const S: Duration = Duration::from_secs(1);

fn clerk() -> Clerk {
    Clerk { id: "petugas-1".into(), name: "Rina".into() }
}

impl Visit {
    fn code_and_pin(&mut self) -> &mut Self {
        self.keys("bcdfg-hjklm").keys("582917").tap(Tap::Continue)
    }

    fn answers(&mut self, result: Result<Clerk, Fault>) -> &mut Self {
        let ticket = self.ticket();
        self.send(Event::StaffOpened(ticket, result))
    }

    fn staff_in(&mut self) -> &mut Self {
        self.tap(Tap::Staff).code_and_pin().answers(Ok(clerk()))
    }

    /// For the code that [`code_and_pin`](Self::code_and_pin) types.
    fn wait_left(&self) -> Option<Duration> {
        self.session.duty.wait_left("BCDFGHJKLM", self.now)
    }

    fn locked(&self) -> bool {
        self.effects.iter().any(|effect| matches!(effect, Effect::StaffLock))
    }

    fn asks(&self) -> bool {
        self.effects.iter().any(|effect| matches!(effect, Effect::StaffUnlock { .. }))
    }
}

#[test]
fn a_whole_code_leads_to_the_pin_and_both_open_the_staff_page() {
    let mut visit = Visit::new();
    visit.tap(Tap::Staff).keys("bcdfghjkl");
    assert!(matches!(&visit.session.step, Step::StaffSignIn(step) if step.field == StaffField::Code));
    visit.keys("m");
    assert!(matches!(&visit.session.step, Step::StaffSignIn(step) if step.field == StaffField::Pin));
    visit.keys("582917").tap(Tap::Continue);
    assert!(visit.asks());
    visit.answers(Ok(clerk()));
    assert!(matches!(visit.session.step, Step::StaffHome(_)));
    assert_eq!(visit.session.duty.clerk().map(|clerk| clerk.name.as_str()), Some("Rina"));
    visit.tap(Tap::SignOut);
    assert!(visit.locked() && !visit.session.duty.is_signed_in());
    assert!(matches!(visit.session.step, Step::Attract));
}

#[test]
fn a_hand_scanner_types_the_code_and_its_return_hands_nothing_in() {
    let mut visit = Visit::new();
    visit.tap(Tap::Staff).keys("STAF:ABCDEFGHIJKLMNOPQRSTUVWXYZ234567").send(Event::Key(Key::Enter));
    let Step::StaffSignIn(step) = &visit.session.step else { panic!("{:?}", visit.session.step) };
    assert_eq!((step.field, step.fault, step.code.count()), (StaffField::Pin, None, 37));
    assert!(!visit.asks());
    // What is no staff code does not get in: vowels, digits, a card's code.
    let mut visit = Visit::new();
    visit.tap(Tap::Staff).keys("AEIOU1234://-");
    assert!(matches!(&visit.session.step, Step::StaffSignIn(step) if step.is_empty()));
}

#[test]
fn five_wrong_tries_and_then_the_wait_doubles() {
    let mut visit = Visit::new();
    visit.tap(Tap::Staff).keys("bcdfghjklm");
    for tries in 1..=6 {
        visit.after(60 * S).keys("000000").tap(Tap::Continue).answers(Err(Fault::StaffWrong));
        let wait = visit.wait_left();
        assert_eq!(wait, [(5, 15 * S), (6, 30 * S)].iter().find(|(at, _)| *at == tries).map(|(_, s)| *s));
        let Step::StaffSignIn(step) = &visit.session.step else { panic!() };
        assert_eq!((step.fault, step.pin.count(), step.code.count()), (Some(Fault::StaffWrong), 0, 10));
    }
    visit.after(29 * S).keys("582917").tap(Tap::Continue);
    assert!(!visit.asks(), "nothing is tried while the wait lasts");
    visit.after(S).tap(Tap::Continue);
    assert!(visit.asks());
    visit.answers(Ok(clerk()));
    assert!(visit.session.duty.is_signed_in());
}

#[test]
fn wrong_codes_of_a_stranger_hold_up_no_clerk() {
    let mut visit = Visit::new();
    for _ in 0..13 {
        visit.after(3600 * S).tap(Tap::Staff).keys("zzzzzzzzzz").keys("000000").tap(Tap::Continue);
        visit.answers(Err(Fault::StaffWrong)).tap(Tap::Home);
    }
    assert!(visit.session.duty.wait_left("ZZZZZZZZZZ", visit.now).is_some());
    visit.staff_in();
    assert!(visit.session.duty.is_signed_in(), "the clerk's own code does not wait");
}

#[test]
fn the_wait_of_before_a_restart_begins_anew() {
    let mut seven = Tries::default();
    seven.put(CodePlace::of("BCDFGHJKLM"), 7, Duration::ZERO);
    let mut visit = Visit::new();
    let session = std::mem::replace(&mut visit.session, Session::new(Lang::Id, Duration::ZERO));
    visit.session = session.with_duty(Duty::new(Profile::Mandiri, seven));
    visit.tap(Tap::Staff).code_and_pin();
    assert!(!visit.asks());
    assert_eq!(visit.session.duty.wait_left("BCDFGHJKLM", Duration::ZERO), Some(60 * S));
}

#[test]
fn walking_away_from_a_try_counts_as_a_wrong_one_and_closes_what_it_opens() {
    let mut visit = Visit::new();
    for _ in 0..5 {
        visit.tap(Tap::Staff).code_and_pin();
        assert!(visit.asks());
        let ticket = visit.ticket();
        visit.tap(Tap::Home);
        assert!(visit.locked());
        visit.send(Event::StaffOpened(ticket, Ok(clerk())));
        assert!(!visit.session.duty.is_signed_in(), "an answer that comes too late finds nobody");
    }
    assert_eq!(visit.wait_left(), Some(15 * S));
}

#[test]
fn a_key_that_does_not_open_costs_no_try() {
    let mut visit = Visit::new();
    visit.tap(Tap::Staff).keys("bcdfghjklm");
    for _ in 0..9 {
        visit.keys("582917").tap(Tap::Continue).answers(Err(Fault::StaffJoinAgain));
    }
    assert_eq!(visit.wait_left(), None);
}

#[test]
fn half_formed_codes_and_pins_are_said_and_not_tried() {
    let mut visit = Visit::new();
    visit.tap(Tap::Staff).keys("bcd").send(Event::Key(Key::Enter));
    assert!(matches!(&visit.session.step, Step::StaffSignIn(s) if s.fault == Some(Fault::StaffCodeShape)));
    visit.keys("fghjklm").keys("58291").send(Event::Key(Key::Enter));
    assert!(matches!(&visit.session.step, Step::StaffSignIn(s) if s.fault == Some(Fault::StaffPinShape)));
    assert!(!visit.asks());
}

#[test]
fn a_screen_for_the_public_is_never_left_with_staff_signed_in() {
    for leave in [Tap::Home, Tap::Back, Tap::SignOut] {
        let mut visit = Visit::new();
        visit.staff_in().tap(leave);
        assert!(!visit.session.duty.is_signed_in() && visit.locked(), "{leave:?}");
    }
    let mut visit = Visit::new();
    visit.staff_in().after(IDLE + WARNING);
    assert!(!visit.session.duty.is_signed_in() && visit.locked());
}

#[test]
fn staff_turn_the_station_and_stay_signed_in_only_before_their_own_screen() {
    let mut visit = Visit::new();
    visit.staff_in().tap(Tap::SwitchProfile);
    let kept = visit.effects.iter().any(|e| matches!(e, Effect::KeepProfile(Profile::MejaPetugas)));
    assert!(kept && visit.session.duty.at_the_desk());
    assert!(!matches!(visit.session.step, Step::Attract));
    visit.after(staff::STAFF_IDLE.saturating_sub(S));
    assert!(visit.session.duty.is_signed_in(), "a desk is quiet for a while");
    visit.after(S);
    assert!(!visit.session.duty.is_signed_in() && visit.locked());
    assert!(matches!(&visit.session.step, Step::StaffSignIn(step) if step.is_empty()));
    visit.code_and_pin().answers(Ok(clerk()));
    assert!(visit.session.duty.at_the_desk());
}
