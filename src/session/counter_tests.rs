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
    let judgement = Judgement { verdict, reasons, holder: Some(holder), face_webp: None };
    Box::new(Finding { judgement, portrait: None, status: None, facts: None })
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
    let looks = |visit: &Visit| visit.effects.iter().any(|e| matches!(e, Effect::Look { .. }));
    assert!(looks(&visit) && visit.counter().number.is_empty());
    visit.scans(1, Verdict::Valid).keys("Umum");
    visit.after(S).keys("HTTPS://K.EXAMPLE/V/GHI#JKL").send(Event::Key(Key::Enter));
    assert!(looks(&visit) && visit.handed_in().is_none());
    assert_eq!(visit.counter().answer.as_ref().unwrap().host.expose(), "Umum");
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
    visit.scans(1, Verdict::Valid).after(counter::STANDS.saturating_sub(S));
    assert!(visit.counter().answer.is_some());
    visit.after(S);
    assert!(visit.counter().answer.is_none());
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
