//! A clerk and a queue: scan, decide, write down, next.

use super::tests::Visit;
use super::*;
use crate::config::Profile;
use crate::credential::{Holder, IssuerId, Judgement, Reason, Serial, Verdict};

const S: Duration = Duration::from_secs(1);

fn finding(serial: u8, verdict: Verdict) -> Box<Finding> {
    let holder = Holder {
        name: "Sri Wahyuni".into(),
        nip: "197402152001122001".parse().unwrap(),
        issued_on: jiff::civil::date(2026, 3, 1),
        serial: Serial::from_bytes([serial; 10]),
        issuer: IssuerId::parse("6201").unwrap(),
    };
    let reasons = if verdict == Verdict::Confirm { vec![Reason::StatusStale] } else { Vec::new() };
    let about = About::card(&holder.issuer, holder.serial);
    let judgement = Judgement { verdict, reasons, holder: Some(holder), face_webp: None };
    Box::new(Finding { judgement, about, portrait: None, status: None, facts: None })
}

/// A verdict about a code that names nobody.
fn code(text: &str, verdict: Verdict, reasons: &[Reason]) -> Box<Finding> {
    let judgement = Judgement { verdict, reasons: reasons.to_vec(), holder: None, face_webp: None };
    let about = About::Codes(vec![CodeText(text.into())]);
    Box::new(Finding { judgement, about, portrait: None, status: None, facts: None })
}

impl Visit {
    fn at_the_desk() -> Visit {
        let mut visit = Visit::new();
        let session = std::mem::replace(&mut visit.session, Session::new(Lang::Id, Duration::ZERO));
        visit.session = session.with_duty(Duty::new(Profile::MejaPetugas, staff::Tries::default()));
        visit.keys("bcdfghjklm").keys("582917").tap(Tap::Continue);
        let ticket = visit.ticket();
        visit.send(Event::StaffOpened(ticket, Ok(Clerk { id: "petugas-1".into(), name: String::new() })));
        visit
    }

    fn counter(&self) -> &Counter {
        match &self.session.step {
            Step::Counter(counter) => counter,
            other => panic!("{other:?}"),
        }
    }

    fn scans(&mut self, serial: u8, verdict: Verdict) -> &mut Self {
        let camera = self.counter().camera;
        self.send(Event::Scanned(camera, finding(serial, verdict)))
    }

    fn sees(&mut self, finding: Box<Finding>) -> &mut Self {
        let camera = self.counter().camera;
        self.send(Event::Scanned(camera, finding))
    }

    fn holds(&mut self) -> &mut Self {
        let camera = self.counter().camera;
        self.send(Event::StillThere(camera))
    }

    fn answer(&self) -> &Answer {
        self.counter().answer.as_ref().expect("a verdict")
    }

    /// The visit that is handed in.
    fn handed_in(&self) -> Option<(Ticket, super::Visit)> {
        self.effects.iter().find_map(|effect| match effect {
            Effect::KeepVisit { ticket, visit } => Some((*ticket, (**visit).clone())),
            _ => None,
        })
    }

    fn is_kept(&mut self) -> &mut Self {
        let (ticket, visit) = self.handed_in().expect("a visit is handed in");
        let line = VisitLine { id: "1".into(), day: "02-03-2026".into(), time: "10.24".into(), visit };
        self.send(Event::VisitKept(ticket, Ok(Box::new(line))))
    }
}

#[test]
fn the_desk_opens_its_camera_and_its_list_at_once() {
    let visit = Visit::at_the_desk();
    assert!(visit.effects.iter().any(|e| matches!(e, Effect::OpenCamera { role: Role::Scan, .. })));
    assert!(visit.effects.iter().any(|e| matches!(e, Effect::ReadDesk { .. })));
}

#[test]
fn a_valid_card_is_one_return_and_the_next_card_needs_none() {
    let mut visit = Visit::at_the_desk();
    visit.scans(1, Verdict::Valid).keys("Kepala Dinas").send(Event::Key(Key::Enter));
    let (_, handed) = visit.handed_in().unwrap();
    assert_eq!((handed.host.as_str(), handed.decision), ("Kepala Dinas", None));
    assert_eq!((handed.verdict, handed.clerk.as_str()), (DeskVerdict::Valid, "petugas-1"));
    assert_eq!(handed.serial, Some(Serial::from_bytes([1; 10]).to_string()));
    assert!(matches!(visit.counter().answer.as_ref().unwrap().kept, Kept::Going(_)), "not said too early");
    visit.is_kept();
    assert_eq!(visit.counter().answer.as_ref().unwrap().kept, Kept::Yes(None));
    assert_eq!(visit.counter().state.today.len(), 1);
    visit.scans(2, Verdict::Valid);
    assert_eq!(visit.counter().answer.as_ref().unwrap().kept, Kept::No);
}

#[test]
fn amber_is_written_down_with_a_decision_or_not_at_all() {
    for decision in [Decision::AcceptedWithKtp, Decision::NotAccepted] {
        let mut visit = Visit::at_the_desk();
        visit.scans(1, Verdict::Confirm).send(Event::Key(Key::Enter));
        assert!(visit.handed_in().is_none());
        assert_eq!(visit.counter().fault, Some(Fault::DecideFirst));
        visit.tap(Tap::Decide(decision));
        assert_eq!(visit.handed_in().unwrap().1.decision, Some(decision));
        visit.tap(Tap::Decide(decision));
        assert!(visit.handed_in().is_none(), "once");
    }
    let mut visit = Visit::at_the_desk();
    visit.scans(1, Verdict::Valid).tap(Tap::Decide(Decision::NotAccepted));
    assert!(visit.handed_in().is_none(), "a verdict that is plain leaves nothing to decide");
}

#[test]
fn a_decision_that_could_not_be_written_down_is_not_called_recorded() {
    let mut visit = Visit::at_the_desk();
    visit.scans(1, Verdict::Confirm).tap(Tap::Decide(Decision::AcceptedWithKtp));
    let (ticket, _) = visit.handed_in().unwrap();
    visit.send(Event::VisitKept(ticket, Err(Fault::DiskFull)));
    assert_eq!(visit.counter().answer.as_ref().unwrap().kept, Kept::No);
    assert_eq!(visit.counter().fault, Some(Fault::DiskFull));
    visit.tap(Tap::Decide(Decision::AcceptedWithKtp)).is_kept();
    assert_eq!(visit.counter().answer.as_ref().unwrap().kept, Kept::Yes(Some(Decision::AcceptedWithKtp)));
}

#[test]
fn a_card_that_stays_in_view_is_no_new_visitor() {
    let mut visit = Visit::at_the_desk();
    visit.scans(1, Verdict::Valid).tap(Tap::Continue).is_kept().tap(Tap::Continue);
    for _ in 0..5 {
        visit.after(S).scans(1, Verdict::Valid);
        assert!(visit.counter().answer.is_none());
    }
    visit.after(4 * S).scans(1, Verdict::Valid);
    assert!(visit.counter().answer.is_some(), "taken away and shown again");
}

#[test]
fn a_typed_number_is_looked_up_by_return() {
    let mut visit = Visit::at_the_desk();
    visit.keys("m 123456").send(Event::Key(Key::Enter));
    let asked = visit.effects.iter().find_map(|effect| match effect {
        Effect::LookUp { ticket, number } => Some((*ticket, number.expose().to_owned())),
        _ => None,
    });
    let (ticket, number) = asked.unwrap();
    assert_eq!(number, "M 123456");
    visit.send(Event::NumberLooked(ticket, Ok(Box::new(NumberFinding::NotHere))));
    assert!(visit.counter().number.is_empty());
    visit.tap(Tap::Decide(Decision::AcceptedWithKtp));
    assert_eq!(visit.handed_in().unwrap().1.verdict, DeskVerdict::NumberNotHere);
    visit.is_kept().keys("1");
    assert!(visit.counter().answer.is_none() && visit.counter().number.expose() == "1");
}

#[test]
fn a_hand_scanner_reads_a_card_and_leaves_nothing_in_the_fields() {
    let mut visit = Visit::at_the_desk();
    visit.keys("HTTPS://K.EXAMPLE/V/ABC#DEF").send(Event::Key(Key::Enter));
    let looks = |visit: &Visit| {
        visit
            .effects
            .iter()
            .find_map(|e| if let Effect::Look { ticket, .. } = e { Some(*ticket) } else { None })
    };
    assert!(looks(&visit).is_some() && visit.counter().number.is_empty());
    visit.scans(1, Verdict::Valid).keys("Umum");
    visit.after(S).keys("HTTPS://K.EXAMPLE/V/GHI#JKL").send(Event::Key(Key::Enter));
    let hand = looks(&visit).unwrap();
    assert!(visit.handed_in().is_none());
    assert_eq!(visit.answer().host.expose(), "Umum");
    visit.send(Event::Scanned(hand, finding(2, Verdict::Valid)));
    assert!(visit.answer().host.is_empty(), "the next visitor sees somebody else");
    visit.after(CLEARED);
    assert_eq!(visit.handed_in().unwrap().1.host, "Umum", "and the one before is not lost");
}

#[test]
fn nothing_of_a_person_outlives_the_staff_session() {
    let mut visit = Visit::at_the_desk();
    visit.scans(1, Verdict::Valid).keys("Kepala").tap(Tap::Continue).is_kept();
    visit.after(staff::STAFF_IDLE);
    let text = format!("{:?}", visit.session.step);
    assert!(matches!(&visit.session.step, Step::StaffSignIn(step) if step.is_empty()), "{text}");
    assert!(visit.effects.iter().any(|effect| matches!(effect, Effect::Forget)));
    assert!(visit.effects.iter().any(|effect| matches!(effect, Effect::CloseCameras)));
    // What comes too late finds nobody.
    visit.send(Event::Scanned(Ticket(1), finding(1, Verdict::Valid)));
    assert!(matches!(&visit.session.step, Step::StaffSignIn(_)));
}

#[test]
fn a_verdict_nobody_minds_goes_by_itself() {
    let mut visit = Visit::at_the_desk();
    visit.scans(1, Verdict::Valid);
    for _ in 1..counter::STANDS.as_secs() {
        visit.after(S).holds();
        assert!(visit.counter().answer.is_some());
    }
    visit.after(S);
    assert!(visit.counter().answer.is_none());
    assert_eq!(visit.handed_in().unwrap().1.name, "Sri Wahyuni", "it is written down as it is");
    visit.scans(1, Verdict::Valid);
    assert!(visit.counter().answer.is_none(), "the card lies there still");
}

#[test]
fn pages_of_the_desk_lead_back_to_it() {
    for page in [Tap::Prints, Tap::Visitors, Tap::PickUp, Tap::Staff] {
        let mut visit = Visit::at_the_desk();
        visit.tap(page);
        assert!(!matches!(visit.session.step, Step::Counter(_)), "{page:?}");
        assert!(visit.effects.iter().any(|effect| matches!(effect, Effect::CloseCameras)), "{page:?}");
        visit.tap(Tap::Back);
        assert!(matches!(visit.session.step, Step::Counter(_)), "{page:?}");
        assert!(visit.session.duty.is_signed_in());
    }
}

fn line(id: &str, state: PrintState) -> PrintLine {
    PrintLine {
        id: id.into(),
        print_id: format!("P-{id}"),
        serial: "SERIAL".into(),
        state,
        day: "02-03-2026".into(),
        time: "10.24".into(),
    }
}

#[test]
fn the_question_about_a_print_comes_first_and_spoiled_wants_its_destruction_said() {
    let mut visit = Visit::at_the_desk();
    visit.tap(Tap::Prints);
    let ticket = visit.ticket();
    let lines = vec![line("a", PrintState::Failed), line("b", PrintState::Unknown)];
    visit.send(Event::PrintsRead(ticket, Ok(lines))).tap(Tap::Pick(0));
    assert!(visit.effects.iter().any(|e| matches!(e, Effect::OpenPrint { id, .. } if id == "b")));
    let answer = |visit: &Visit| {
        visit.effects.iter().find_map(|effect| match effect {
            Effect::AnswerPrint { answer, .. } => Some(*answer),
            _ => None,
        })
    };
    visit.tap(Tap::Destroyed);
    assert_eq!(answer(&visit), None, "nobody has said that it is spoiled");
    visit.tap(Tap::Spoiled);
    assert_eq!(answer(&visit), None);
    visit.tap(Tap::Destroyed);
    assert_eq!(answer(&visit), Some(PrintAnswer::Spoiled));
    let ticket = visit.ticket();
    visit.send(Event::PrintAnswered(ticket, Ok(())));
    assert!(matches!(&visit.session.step, Step::Prints(prints) if prints.lines.is_none()), "read anew");
    // One that failed is no question.
    let ticket = visit.ticket();
    visit.send(Event::PrintsRead(ticket, Ok(vec![line("a", PrintState::Failed)]))).tap(Tap::Pick(0));
    assert!(matches!(&visit.session.step, Step::Prints(prints) if prints.question.is_none()));
}

#[test]
fn of_a_print_that_was_left_behind_is_asked_what_became_of_it() {
    for (taps, meant) in [
        (&[Tap::CameOut][..], PrintAnswer::HandedOver),
        (&[Tap::NotOut, Tap::Spoiled, Tap::Destroyed], PrintAnswer::Spoiled),
    ] {
        let mut visit = Visit::at_the_desk();
        visit.tap(Tap::Prints);
        let ticket = visit.ticket();
        let lines = vec![line("a", PrintState::Failed), line("b", PrintState::LeftBehind)];
        visit.send(Event::PrintsRead(ticket, Ok(lines))).tap(Tap::Pick(0));
        assert!(!visit.effects.iter().any(|e| matches!(e, Effect::OpenPrint { .. })), "its picture is gone");
        for tap in taps {
            visit.tap(*tap);
        }
        let answer = visit.effects.iter().find_map(|effect| match effect {
            Effect::AnswerPrint { answer, id, .. } => Some((*answer, id.as_str())),
            _ => None,
        });
        assert_eq!(answer, Some((meant, "b")));
    }
}

#[test]
fn the_visitor_log_is_searched_as_one_types() {
    let mut visit = Visit::at_the_desk();
    visit.tap(Tap::Visitors);
    let ticket = visit.ticket();
    let lines = ["Sri Wahyuni", "Budi Santoso"]
        .map(|name| VisitLine {
            id: name.into(),
            day: "02-03-2026".into(),
            time: "10.24".into(),
            visit: super::Visit {
                name: name.into(),
                nip: None,
                host: "Kepala Dinas".into(),
                verdict: DeskVerdict::Valid,
                decision: None,
                serial: None,
                clerk: "petugas-1".into(),
            },
        })
        .to_vec();
    visit.send(Event::VisitsRead(ticket, Ok(lines))).keys("DINAS sri");
    let Step::Visitors(step) = &visit.session.step else { panic!() };
    assert_eq!(step.found().iter().map(|line| line.id.as_str()).collect::<Vec<_>>(), ["Sri Wahyuni"]);
    visit.tap(Tap::Export);
    let ids = visit.effects.iter().find_map(|e| match e {
        Effect::ExportVisits { ids, .. } => Some(ids.clone()),
        _ => None,
    });
    assert_eq!(ids, Some(vec!["Sri Wahyuni".to_owned()]), "what is searched for is what is saved");
}

#[test]
fn the_second_card_of_bkn_does_not_show_what_was_decided_of_the_first() {
    let mut visit = Visit::at_the_desk();
    let bkn = |n: u8| code(&format!("https://asn.bkn.go.id/{n}"), Verdict::Confirm, &[Reason::BknLink]);
    visit.sees(bkn(1)).tap(Tap::Decide(Decision::AcceptedWithKtp)).is_kept();
    assert_eq!(visit.answer().kept, Kept::Yes(Some(Decision::AcceptedWithKtp)));
    visit.sees(bkn(2));
    assert_eq!(visit.answer().kept, Kept::No);
    // The same with the first one still on its way to the disk.
    visit.tap(Tap::Decide(Decision::NotAccepted));
    let (going, second) = visit.handed_in().unwrap();
    visit.sees(bkn(3));
    let line = VisitLine { id: "2".into(), day: String::new(), time: String::new(), visit: second };
    visit.send(Event::VisitKept(going, Ok(Box::new(line))));
    assert_eq!(visit.answer().kept, Kept::No, "the word was about the card before");
    assert_eq!(visit.counter().state.today.len(), 2);
}

#[test]
fn a_decision_that_is_pressed_as_the_card_changes_goes_nowhere() {
    let mut visit = Visit::at_the_desk();
    visit.scans(1, Verdict::Confirm);
    visit.now += SETTLING;
    visit.scans(2, Verdict::Confirm);
    visit.now += Duration::from_millis(200);
    let session = std::mem::replace(&mut visit.session, Session::new(Lang::Id, visit.now));
    let press = Event::Tap(Tap::Decide(Decision::AcceptedWithKtp));
    (visit.session, visit.effects) = session.step(press, visit.now);
    assert!(visit.handed_in().is_none());
    visit.tap(Tap::Decide(Decision::AcceptedWithKtp));
    assert_eq!(visit.handed_in().unwrap().1.serial, Some(Serial::from_bytes([2; 10]).to_string()));
}

#[test]
fn red_after_red_and_two_cards_and_a_poster() {
    let mut visit = Visit::at_the_desk();
    for reason in [Reason::Damaged, Reason::Altered] {
        visit.sees(code(&format!("{reason:?}"), Verdict::NotGenuine, &[reason]));
        let Seen::Card(shown) = &visit.answer().seen else { panic!() };
        assert_eq!(shown.judgement.reasons, [reason]);
    }
    let mut two = code("", Verdict::Confirm, &[Reason::SeveralCards]);
    two.about = About::SeveralCards;
    visit.sees(two);
    assert!(visit.counter().answer.is_none() && visit.counter().hint() == Some(Hint::OneCard));
    visit.tap(Tap::Decide(Decision::AcceptedWithKtp));
    assert!(visit.handed_in().is_none(), "two cards offer nothing to decide");
    visit.scans(1, Verdict::Valid).sees(code("hello", Verdict::NoCode, &[Reason::OtherCode]));
    assert!(visit.counter().answer.is_none() && visit.counter().hint() == Some(Hint::NoCard));
}

#[test]
fn a_verdict_whose_card_has_left_is_past_then_gone_and_its_visitor_written_down() {
    let mut visit = Visit::at_the_desk();
    visit.scans(1, Verdict::Valid).after(S);
    assert!(visit.answer().is_past(visit.now));
    visit.holds();
    assert!(!visit.answer().is_past(visit.now));
    visit.after(CLEARED.saturating_sub(S));
    assert!(visit.counter().answer.is_some() && visit.handed_in().is_none());
    visit.after(S);
    assert!(visit.counter().answer.is_none());
    let (_, handed) = visit.handed_in().unwrap();
    assert_eq!((handed.name.as_str(), handed.decision), ("Sri Wahyuni", None));
}

#[test]
fn the_card_that_comes_back_is_the_same_visitor() {
    let mut visit = Visit::at_the_desk();
    visit.scans(1, Verdict::Valid).keys("Bagian Umum").after(4 * S);
    visit.scans(2, Verdict::Valid).after(S).scans(1, Verdict::Valid);
    assert_eq!(visit.answer().host.expose(), "Bagian Umum");
    visit.send(Event::Key(Key::Enter));
    assert_eq!(visit.handed_in().unwrap().1.host, "Bagian Umum");
    visit.is_kept();
    let mut serials = Vec::new();
    for _ in 0..20 {
        visit.after(S);
        serials.extend(visit.handed_in().and_then(|(_, visit)| visit.serial));
    }
    assert_eq!(serials, [Serial::from_bytes([2; 10]).to_string()], "the other one, once");
}

#[test]
fn nothing_is_scanned_while_somebody_types_and_the_verdict_waits() {
    let mut visit = Visit::at_the_desk();
    let told = |visit: &Visit| {
        visit
            .effects
            .iter()
            .find_map(|e| if let Effect::PauseScan { paused } = e { Some(*paused) } else { None })
    };
    visit.scans(1, Verdict::Valid).tap(Tap::TypeHost);
    assert_eq!(told(&visit), Some(true));
    visit.after(60 * S).scans(2, Verdict::NotGenuine);
    assert_eq!(visit.answer().seen.verdict(), Some(DeskVerdict::Valid));
    assert!(!visit.answer().is_past(visit.now) || visit.counter().is_paused());
    for c in "Camat".chars() {
        visit.send(Event::ScreenKey(Key::Char(c)));
    }
    visit.tap(Tap::TypingDone);
    assert_eq!(told(&visit), Some(false));
    assert!(!visit.answer().is_past(visit.now), "it has not aged meanwhile");
    visit.scans(2, Verdict::NotGenuine).after(CLEARED);
    assert_eq!(visit.handed_in().unwrap().1.host, "Camat");
    // A real keyboard, and a number.
    let mut visit = Visit::at_the_desk();
    visit.keys("1974");
    assert!(visit.counter().is_paused());
    visit.scans(1, Verdict::Valid);
    assert!(visit.counter().answer.is_none() && visit.counter().number.expose() == "1974");
    visit.after(TYPES_NO_MORE);
    assert_eq!(told(&visit), Some(false));
}

/// Longer than anybody pauses between two keys.
const TYPES_NO_MORE: Duration = Duration::from_secs(4);

#[test]
fn whoever_is_not_written_down_is_before_the_key_closes() {
    for end in [Tap::SignOut, Tap::Home, Tap::Staff, Tap::Prints] {
        let mut visit = Visit::at_the_desk();
        visit.scans(1, Verdict::Valid).keys("Camat").after(TYPES_NO_MORE).scans(2, Verdict::Confirm);
        assert!(visit.answer().host.is_empty());
        visit.after(S).tap(end);
        let at = |wanted: fn(&Effect) -> bool| visit.effects.iter().position(wanted);
        let kept = visit.effects.iter().filter(|e| matches!(e, Effect::KeepVisit { .. })).count();
        assert_eq!(kept, 2, "{end:?}");
        if let Some(lock) = at(|e| matches!(e, Effect::StaffLock)) {
            assert!(at(|e| matches!(e, Effect::KeepVisit { .. })).unwrap() < lock);
        }
    }
    let mut visit = Visit::at_the_desk();
    visit.scans(1, Verdict::Valid).after(staff::STAFF_IDLE);
    assert!(visit.handed_in().is_some(), "and when half an hour has gone by");
}

#[test]
fn a_visitor_whom_the_disk_did_not_take_is_tried_again() {
    let mut visit = Visit::at_the_desk();
    visit.scans(1, Verdict::Valid).after(S).scans(2, Verdict::Valid).after(CLEARED);
    let (ticket, handed) = visit.handed_in().unwrap();
    visit.send(Event::VisitKept(ticket, Err(Fault::DiskFull)));
    assert_eq!(visit.counter().fault, Some(Fault::DiskFull));
    visit.after(S);
    assert!(visit.handed_in().is_none_or(|(_, other)| other != handed), "not at once");
    let mut again = false;
    for _ in 0..10 {
        visit.after(S);
        again |= visit.handed_in().is_some_and(|(_, other)| other == handed);
    }
    assert!(again);
}
