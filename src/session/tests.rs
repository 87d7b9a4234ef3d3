//! A table of the transitions that matter, and properties that hold in every order of events.

use std::sync::{Arc, Weak};

use image::RgbaImage;
use jiff::civil::date;
use proptest::prelude::*;

use super::event::SignedInBox;
use super::print_job::{JobState, Share};
use super::*;
use crate::card::Orientation;
use crate::credential::{Judgement, Verdict};
use crate::person::{Employee, Nip, NipError, Status};
use crate::photo::Advice;
use crate::protocol::{Blob, Issue, SignedIn};

const S: Duration = Duration::from_secs(1);
const NIP: &str = "197402152001122001";

fn employee() -> Employee {
    Employee {
        nip: Nip::parse(NIP).unwrap(),
        name: "Sri Wahyuni".into(),
        status: Status::Active,
        status_since: None,
        tmt: Some(date(2003, 1, 1)),
        contract_end: None,
        body: "Pemerintah Kabupaten Contoh".into(),
        unit: "Dinas Kesehatan".into(),
        position: "Analis".into(),
        karpeg: None,
    }
}

fn issue() -> Issue {
    let mut png = Vec::new();
    let photo = RgbaImage::new(3, 4);
    photo.write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
    Issue {
        serial: "ABCDEFGHIJKLMNOP".into(),
        face_serial: "A20260000001".into(),
        issued_on: date(2026, 1, 1),
        nip: employee().nip,
        name: employee().name,
        body: employee().body,
        unit: employee().unit,
        front_code: "HTTPS://X/V/Y#Z".into(),
        back_code: "ABC".into(),
        return_to: "Kantor".into(),
        photo_png: Blob(png),
    }
}

fn signed_in(issue: Option<Issue>, refusal: Option<Refusal>) -> Box<SignedInBox> {
    let grant = refusal.is_none().then(|| "grant".to_owned());
    Box::new(SignedInBox(SignedIn { employee: employee(), grant, refusal, issue, corrections: Vec::new() }))
}

fn portrait() -> (Portrait, Weak<RgbaImage>) {
    let photo = Arc::new(RgbaImage::new(3, 4));
    let weak = Arc::downgrade(&photo);
    (Portrait { photo, used_plate: true }, weak)
}

fn drawing() -> Drawing {
    Drawing { front: Arc::new(RgbaImage::new(1, 1)), back: Arc::new(RgbaImage::new(1, 1)) }
}

fn printed(ticket: Ticket, state: JobState) -> Event {
    Event::PrintJob { ticket, print_id: "1".into(), state }
}

fn finding(verdict: Verdict) -> Box<Finding> {
    let judgement = Judgement { verdict, reasons: Vec::new(), holder: None, face_webp: None };
    let about = About::Codes(vec![CodeText(verdict.code().into())]);
    Box::new(Finding { judgement, about, portrait: None, status: None, facts: None })
}

/// A session with a clock, and the effects of its last event.
pub(super) struct Visit {
    pub session: Session,
    pub now: Duration,
    pub effects: Vec<Effect>,
}

impl Visit {
    pub(super) fn new() -> Visit {
        Visit { session: Session::new(Lang::Id, Duration::ZERO), now: Duration::ZERO, effects: Vec::new() }
    }

    /// A press waits until the screen takes it, as a person does who has seen it.
    pub(super) fn send(&mut self, event: Event) -> &mut Self {
        if self.session.is_too_early(&event, self.now) {
            self.now = self.session.settled_at();
        }
        let session = std::mem::replace(&mut self.session, Session::new(Lang::Id, self.now));
        (self.session, self.effects) = session.step(event, self.now);
        self
    }

    pub(super) fn tap(&mut self, tap: Tap) -> &mut Self {
        self.send(Event::Tap(tap))
    }

    pub(super) fn keys(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.send(Event::Key(Key::Char(c)));
        }
        self
    }

    pub(super) fn after(&mut self, wait: Duration) -> &mut Self {
        self.now += wait;
        self.send(Event::Tick)
    }

    /// The ticket of the last request.
    pub(super) fn ticket(&self) -> Ticket {
        Ticket(self.session.tickets)
    }

    fn reach_sign_in(&mut self) -> &mut Self {
        self.tap(Tap::Start).tap(Tap::MyCard).tap(Tap::WithNip)
    }

    fn reach_my_card(&mut self, issue: Option<Issue>) -> &mut Self {
        self.reach_sign_in().keys(NIP).tap(Tap::Continue).keys("kata sandi").tap(Tap::Continue);
        let ticket = self.ticket();
        self.send(Event::SignedIn(ticket, Ok(signed_in(issue, None))))
    }

    fn reach_review(&mut self) -> Weak<RgbaImage> {
        self.reach_my_card(None).tap(Tap::Continue).tap(Tap::CameraOn);
        let ticket = self.ticket();
        self.send(Event::Advice(ticket, Advice::Ready)).tap(Tap::Shoot).after(COUNTDOWN);
        let (portrait, weak) = portrait();
        let ticket = self.ticket();
        self.send(Event::Cut(ticket, Ok(portrait)));
        weak
    }

    fn reach_accepting(&mut self) -> Weak<RgbaImage> {
        let weak = self.reach_review();
        let ticket = self.ticket();
        self.send(Event::Drawn(ticket, Ok(drawing()))).tap(Tap::UseThisPhoto);
        weak
    }

    fn reach_issued(&mut self) -> &mut Self {
        self.reach_accepting();
        let ticket = self.ticket();
        self.send(Event::Kept(ticket, Ok(Secret::from("BCDFGHJK"))));
        self.send(Event::Issued(ticket, Ok(Box::new(issue()))))
    }
}

#[test]
fn the_main_way_from_attract_to_a_printed_card() {
    let mut visit = Visit::new();
    let photo = visit.reach_review();
    assert!(matches!(visit.session.step, Step::Review(_)));
    assert!(photo.upgrade().is_some());
    let ticket = visit.ticket();
    visit.send(Event::Drawn(ticket, Ok(drawing()))).tap(Tap::UseThisPhoto);
    assert!(matches!(visit.effects.as_slice(), [Effect::Accept { .. }]));
    visit.effects.clear();
    assert!(photo.upgrade().is_none(), "the photo went with the acceptance and nothing else keeps it");
    let ticket = visit.ticket();
    visit.send(Event::Kept(ticket, Ok(Secret::from("BCDFGHJK"))));
    visit.send(Event::Issued(ticket, Ok(Box::new(issue()))));
    assert!(matches!(visit.session.step, Step::Issued(_)));
    visit.tap(Tap::Print);
    assert!(matches!(visit.effects.as_slice(), [Effect::Print { .. }]));
    let ticket = visit.ticket();
    visit.send(printed(ticket, JobState::Sending(Share::default()))).send(printed(ticket, JobState::Printed));
    assert!(matches!(visit.session.step, Step::Done { ending: Ending::Printed, .. }));
    visit.after(CLOSING);
    assert!(matches!(visit.session.step, Step::Attract));
    assert!(visit.effects.iter().any(|effect| matches!(effect, Effect::Forget)));
}

#[test]
fn a_refused_person_learns_the_rule() {
    let mut visit = Visit::new();
    visit.reach_sign_in().keys(NIP).tap(Tap::Continue).keys("x").tap(Tap::Continue);
    let ticket = visit.ticket();
    visit.send(Event::SignedIn(ticket, Ok(signed_in(None, Some(Refusal::Candidate)))));
    assert!(matches!(visit.session.step, Step::Refused { refusal: Refusal::Candidate }));
    visit.tap(Tap::Continue);
    assert!(matches!(visit.session.step, Step::Attract));
}

#[test]
fn a_short_nip_stays_and_says_so() {
    let mut visit = Visit::new();
    visit.reach_sign_in().keys("19740215").tap(Tap::Continue);
    let Step::SignIn(step) = &visit.session.step else { panic!() };
    assert_eq!(step.fault, Some(Fault::Nip(NipError::Length(8))));
    assert_eq!(step.field, Field::Nip);
}

#[test]
fn a_nip_pasted_with_spaces_is_taken() {
    let mut visit = Visit::new();
    visit.reach_sign_in().keys("19740215 200112 2 001").tap(Tap::Continue);
    let Step::SignIn(step) = &visit.session.step else { panic!() };
    assert_eq!((step.field, step.fault), (Field::Password, None));
}

#[test]
fn a_wrong_password_is_typed_anew_and_a_lost_network_is_not_its_fault() {
    let mut visit = Visit::new();
    visit.reach_sign_in().keys(NIP).tap(Tap::Continue).keys("x").tap(Tap::Continue);
    let ticket = visit.ticket();
    visit.send(Event::SignedIn(ticket, Err(Fault::Offline)));
    let Step::SignIn(step) = &visit.session.step else { panic!() };
    assert_eq!((step.password.count(), step.fault), (1, Some(Fault::Offline)));
    visit.tap(Tap::Continue);
    let ticket = visit.ticket();
    visit.send(Event::SignedIn(ticket, Err(Fault::WrongCredentials)));
    let Step::SignIn(step) = &visit.session.step else { panic!() };
    assert_eq!((step.password.count(), step.fault), (0, Some(Fault::WrongCredentials)));
}

#[test]
fn an_answer_that_comes_too_late_finds_nobody() {
    let mut visit = Visit::new();
    visit.reach_sign_in().keys(NIP).tap(Tap::Continue).keys("x").tap(Tap::Continue);
    let ticket = visit.ticket();
    visit.tap(Tap::Home).reach_sign_in();
    visit.send(Event::SignedIn(ticket, Ok(signed_in(None, None))));
    assert!(matches!(visit.session.step, Step::SignIn(_)));
}

#[test]
fn a_network_that_goes_after_acceptance_ends_in_a_pick_up_code() {
    let mut visit = Visit::new();
    visit.reach_accepting();
    let ticket = visit.ticket();
    visit.after(60 * S);
    assert!(matches!(visit.session.step, Step::Accepting(_)), "not on disk yet: no promise is made");
    visit.send(Event::Kept(ticket, Ok(Secret::from("BCDFGHJK"))));
    visit.send(Event::Issued(ticket, Err(Fault::Offline)));
    let Step::Later { code: Some(code), .. } = &visit.session.step else { panic!() };
    assert_eq!(code.expose(), "BCDFGHJK");
}

#[test]
fn a_server_that_is_silent_is_waited_for_only_so_long() {
    let mut visit = Visit::new();
    visit.reach_accepting();
    let ticket = visit.ticket();
    visit.send(Event::Kept(ticket, Ok(Secret::from("BCDFGHJK")))).after(accepting::PATIENCE);
    assert!(matches!(visit.session.step, Step::Later { code: Some(_), .. }));
}

#[test]
fn a_full_disk_is_said_and_nothing_is_promised() {
    let mut visit = Visit::new();
    visit.reach_accepting();
    let ticket = visit.ticket();
    visit.send(Event::Kept(ticket, Err(Fault::DiskFull)));
    assert!(matches!(visit.session.step, Step::Trouble { fault: Fault::DiskFull }));
}

#[test]
fn a_printer_that_says_nothing_ends_the_visit_without_a_promise() {
    let mut visit = Visit::new();
    visit.reach_issued().tap(Tap::Print);
    let ticket = visit.ticket();
    visit.send(printed(ticket, JobState::Sent));
    assert!(matches!(visit.session.step, Step::Done { ending: Ending::Sent, .. }));
}

#[test]
fn only_a_job_known_to_have_failed_can_be_printed_again() {
    let mut visit = Visit::new();
    visit.reach_issued().tap(Tap::Print);
    let ticket = visit.ticket();
    for state in [JobState::Queued, JobState::Sending(Share::default()), JobState::Unknown] {
        visit.send(printed(ticket, state)).tap(Tap::Print);
        assert!(visit.effects.is_empty(), "{state:?}");
    }
    visit.send(printed(ticket, JobState::Failed(Fault::Paper))).tap(Tap::Print);
    assert!(matches!(visit.effects.as_slice(), [Effect::Print { .. }]));
}

#[test]
fn a_print_that_failed_can_be_fetched_later() {
    let mut visit = Visit::new();
    visit.reach_issued().tap(Tap::Print);
    let ticket = visit.ticket();
    visit.send(printed(ticket, JobState::Failed(Fault::Paper))).tap(Tap::Later);
    assert!(matches!(visit.session.step, Step::Later { code: Some(_), fault: Fault::Paper, .. }));
}

#[test]
fn a_card_that_exists_is_printed_without_a_new_photo() {
    let mut visit = Visit::new();
    visit.reach_my_card(Some(issue())).tap(Tap::Continue);
    assert!(matches!(visit.session.step, Step::Issued(_)));
}

#[test]
fn the_picture_waits_for_the_countdown_and_for_a_face() {
    let mut visit = Visit::new();
    visit.reach_my_card(None).tap(Tap::Continue).tap(Tap::CameraOn).tap(Tap::Shoot);
    assert!(
        matches!(&visit.session.step, Step::Photo(step) if matches!(step.stage, PhotoStage::Live { .. }))
    );
    let ticket = visit.ticket();
    visit.send(Event::Advice(ticket, Advice::NoFace)).tap(Tap::Shoot);
    assert!(
        matches!(&visit.session.step, Step::Photo(step) if matches!(step.stage, PhotoStage::Live { .. }))
    );
    visit.send(Event::Advice(ticket, Advice::ComeCloser)).tap(Tap::Shoot).after(S);
    assert!(visit.effects.is_empty());
    visit.after(2 * S);
    assert!(visit.effects.iter().any(|effect| matches!(effect, Effect::Shoot { .. })));
}

#[test]
fn without_a_camera_nothing_that_was_said_of_its_picture_holds() {
    let mut visit = Visit::new();
    visit.reach_my_card(None).tap(Tap::Continue).tap(Tap::CameraOn);
    let ticket = visit.ticket();
    visit.send(Event::Advice(ticket, Advice::Ready)).send(Event::Alert(Alert::Camera, true)).tap(Tap::Shoot);
    let Step::Photo(step) = &visit.session.step else { panic!() };
    assert!(
        matches!(step.stage, PhotoStage::Live { advice: None, .. }),
        "no countdown for a camera that is not there"
    );
    // It is plugged in again, and looks at the same person.
    visit.send(Event::Alert(Alert::Camera, false)).send(Event::Advice(ticket, Advice::Ready)).tap(Tap::Shoot);
    let Step::Photo(step) = &visit.session.step else { panic!() };
    assert!(matches!(step.stage, PhotoStage::Countdown { .. }));
}

#[test]
fn a_photo_that_is_refused_opens_the_camera_again_with_the_reason() {
    let mut visit = Visit::new();
    visit.reach_my_card(None).tap(Tap::Continue).tap(Tap::CameraOn);
    let ticket = visit.ticket();
    visit.send(Event::Advice(ticket, Advice::Ready)).tap(Tap::Shoot).after(COUNTDOWN);
    let ticket = visit.ticket();
    visit.send(Event::Cut(ticket, Err(Fault::BackgroundUnclear)));
    let Step::Photo(step) = &visit.session.step else { panic!() };
    assert!(matches!(step.stage, PhotoStage::Live { fault: Some(Fault::BackgroundUnclear), .. }));
}

#[test]
fn the_same_card_seen_again_is_one_scan() {
    let mut visit = Visit::new();
    visit.tap(Tap::Start).tap(Tap::CheckCard);
    let ticket = visit.ticket();
    visit.send(Event::Scanned(ticket, finding(Verdict::NoCode)));
    assert!(visit.effects.is_empty());
    visit.send(Event::Scanned(ticket, finding(Verdict::Valid)));
    assert!(matches!(visit.effects.as_slice(), [Effect::Sound(Sound::Good)]));
    visit.send(Event::Scanned(ticket, finding(Verdict::Valid)));
    assert!(visit.effects.is_empty());
    visit.after(CLEARED);
    assert!(matches!(&visit.session.step, Step::Check(check) if check.shown.is_none()));
}

#[test]
fn the_warning_counts_down_and_a_touch_stops_it() {
    let mut visit = Visit::new();
    visit.reach_sign_in().after(IDLE);
    assert_eq!(visit.session.warning_left(visit.now), Some(WARNING));
    visit.after(5 * S);
    assert_eq!(visit.session.warning_left(visit.now), Some(40 * S));
    visit.tap(Tap::StillHere);
    assert_eq!(visit.session.warning_left(visit.now), None);
    assert!(matches!(visit.session.step, Step::SignIn(_)));
}

#[test]
fn the_next_person_is_greeted_in_the_stations_language() {
    let mut visit = Visit::new();
    visit.tap(Tap::Start).tap(Tap::Language);
    assert_eq!(visit.session.lang, Lang::En);
    visit.tap(Tap::Home);
    assert_eq!(visit.session.lang, Lang::Id);
}

#[test]
fn a_look_is_for_one_visit() {
    let mut visit = Visit::new();
    visit.tap(Tap::LargeText).tap(Tap::HighContrast).tap(Tap::Start);
    assert_eq!(visit.session.look, Look { large_text: true, high_contrast: true });
    visit.tap(Tap::LargeText);
    assert!(!visit.session.look.large_text);
    visit.tap(Tap::Home);
    assert_eq!(visit.session.look, Look::default());
    // Chosen on the first screen by somebody who then walked away.
    visit.tap(Tap::LargeText).tap(Tap::Language).after(READING);
    assert_eq!((visit.session.look, visit.session.lang), (Look::default(), Lang::Id));
}

#[test]
fn a_part_that_ended_empties_the_screen_and_nothing_leads_on() {
    let mut visit = Visit::new();
    visit.reach_sign_in().keys(NIP);
    visit.send(Event::Broken(Fault::PartEnded));
    assert!(visit.effects.iter().any(|effect| matches!(effect, Effect::Forget)));
    for tap in [Tap::Start, Tap::Home, Tap::Back, Tap::Continue, Tap::StillHere] {
        visit.tap(tap);
        assert!(matches!(visit.session.step, Step::OutOfOrder { fault: Fault::PartEnded }));
    }
    visit.after(IDLE + WARNING);
    assert!(matches!(visit.session.step, Step::OutOfOrder { .. }));
    assert_eq!(visit.session.warning_left(visit.now), None, "there is nobody to warn");
}

#[test]
fn each_verdict_and_each_new_fault_is_heard_once() {
    let sounds = |visit: &Visit| -> Vec<Sound> {
        let sound = |effect: &Effect| if let Effect::Sound(sound) = effect { Some(*sound) } else { None };
        visit.effects.iter().filter_map(sound).collect()
    };
    for (verdict, sound) in [
        (Verdict::Valid, Sound::Good),
        (Verdict::Confirm, Sound::Attention),
        (Verdict::NoLongerValid, Sound::Ended),
        (Verdict::NotGenuine, Sound::Bad),
    ] {
        let mut visit = Visit::new();
        visit.tap(Tap::Start).tap(Tap::CheckCard);
        let ticket = visit.ticket();
        visit.send(Event::Scanned(ticket, finding(verdict)));
        assert_eq!(sounds(&visit), [sound]);
    }
    let mut visit = Visit::new();
    visit.reach_sign_in().keys("1968").tap(Tap::Continue);
    assert_eq!(sounds(&visit), [Sound::Trouble]);
    visit.after(S);
    assert_eq!(sounds(&visit), []);
}

#[test]
fn what_a_visit_holds_is_not_for_logs() {
    let mut visit = Visit::new();
    visit.reach_sign_in().keys(NIP).tap(Tap::Continue).keys("rahasia9");
    let said = format!("{:?} {:?}", visit.session, Event::Key(Key::Char('r')));
    assert!(!said.contains(NIP) && !said.contains("rahasia9") && !said.contains("'r'"), "{said}");
    let _photo = visit.reach_review();
    let said = format!("{:?}", visit.session);
    assert!(!said.contains(NIP) && !said.contains("grant"), "{said}");
}

/// What can happen, without tickets and pictures: those are made when it is played.
#[derive(Clone, Debug)]
enum Play {
    Tap(u8),
    Key(char),
    Enter,
    Wait(u16),
    SignedIn(bool, bool),
    Advice(bool),
    Cut(bool),
    Drawn(bool),
    Kept(bool),
    Issued(bool),
    Job(u8),
    PickedUp(bool),
    Scanned(u8),
    Alert(u8, bool),
}

const TAPS: [Tap; 29] = [
    Tap::Start,
    Tap::Language,
    Tap::Home,
    Tap::Back,
    Tap::Continue,
    Tap::StillHere,
    Tap::CallStaff,
    Tap::MyCard,
    Tap::CheckCard,
    Tap::PickUp,
    Tap::UpdatePhoto,
    Tap::CameraOn,
    Tap::Shoot,
    Tap::Retake,
    Tap::Orient(Orientation::Portrait),
    Tap::Orient(Orientation::Landscape),
    Tap::UseThisPhoto,
    Tap::Print,
    Tap::Finish,
    Tap::Later,
    Tap::AnswerCall,
    Tap::FinishCall,
    Tap::WithNip,
    Tap::Assisted,
    Tap::Forgot,
    Tap::WrongData,
    Tap::Tick(crate::protocol::WrongField::Name),
    Tap::Download,
    Tap::SkipDownload,
];

fn play() -> impl Strategy<Value = Play> {
    prop_oneof![
        6 => (0..29_u8).prop_map(Play::Tap),
        2 => prop_oneof![Just('1'), Just('B'), Just('é')].prop_map(Play::Key),
        1 => Just(Play::Enter),
        2 => (0..50_u16).prop_map(Play::Wait),
        3 => (any::<bool>(), any::<bool>()).prop_map(|(ok, has)| Play::SignedIn(ok, has)),
        3 => any::<bool>().prop_map(Play::Advice),
        3 => any::<bool>().prop_map(Play::Cut),
        3 => any::<bool>().prop_map(Play::Drawn),
        2 => any::<bool>().prop_map(Play::Kept),
        2 => any::<bool>().prop_map(Play::Issued),
        2 => (0..6_u8).prop_map(Play::Job),
        1 => any::<bool>().prop_map(Play::PickedUp),
        1 => (0..5_u8).prop_map(Play::Scanned),
        1 => (0..8_u8, any::<bool>()).prop_map(|(alert, raised)| Play::Alert(alert, raised)),
    ]
}

fn to_event(play: &Play, ticket: Ticket, photos: &mut Vec<Weak<RgbaImage>>) -> Event {
    match *play {
        Play::Tap(at) => Event::Tap(TAPS[usize::from(at)]),
        Play::Key(c) => Event::Key(Key::Char(c)),
        Play::Enter => Event::Key(Key::Enter),
        Play::Wait(_) => Event::Tick,
        Play::SignedIn(false, _) => Event::SignedIn(ticket, Err(Fault::Offline)),
        Play::SignedIn(true, has) => Event::SignedIn(ticket, Ok(signed_in(has.then(issue), None))),
        Play::Advice(ready) => Event::Advice(ticket, if ready { Advice::Ready } else { Advice::NoFace }),
        Play::Cut(false) => Event::Cut(ticket, Err(Fault::NoFace)),
        Play::Cut(true) => {
            let (portrait, weak) = portrait();
            photos.push(weak);
            Event::Cut(ticket, Ok(portrait))
        }
        Play::Drawn(ok) => Event::Drawn(ticket, if ok { Ok(drawing()) } else { Err(Fault::CardPicture) }),
        Play::Kept(ok) => {
            Event::Kept(ticket, if ok { Ok(Secret::from("BCDFGHJK")) } else { Err(Fault::DiskFull) })
        }
        Play::Issued(ok) => {
            Event::Issued(ticket, if ok { Ok(Box::new(issue())) } else { Err(Fault::Offline) })
        }
        Play::Job(state) => printed(
            ticket,
            [
                JobState::Queued,
                JobState::Sending(Share::default()),
                JobState::Printed,
                JobState::Failed(Fault::Paper),
                JobState::Unknown,
                JobState::Sent,
            ][usize::from(state)],
        ),
        Play::PickedUp(ok) => {
            Event::PickedUp(ticket, if ok { Ok(Box::new(issue())) } else { Err(Fault::CodeUnknown) })
        }
        Play::Scanned(verdict) => Event::Scanned(
            ticket,
            finding(
                [
                    Verdict::Valid,
                    Verdict::Confirm,
                    Verdict::NoLongerValid,
                    Verdict::NotGenuine,
                    Verdict::NoCode,
                ][usize::from(verdict)],
            ),
        ),
        Play::Alert(alert, raised) => Event::Alert(Alert::ALL[usize::from(alert)], raised),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// No order of events panics; idle always comes home; no photo outlives its visit; nothing
    /// prints without a press on print; nothing is handed in without a press on "use this photo".
    #[test]
    fn whatever_happens(start in 0..5_u8, plays in proptest::collection::vec(play(), 0..120)) {
        let mut visit = Visit::new();
        let mut photos = Vec::new();
        match start {
            0 => {}
            1 => { visit.reach_my_card(None); }
            2 => { photos.push(visit.reach_review()); }
            3 => { photos.push(visit.reach_accepting()); }
            _ => { visit.reach_issued(); }
        }
        for play in plays {
            if let Play::Wait(seconds) = play {
                visit.now += Duration::from_secs(u64::from(seconds));
            }
            let asked_to_print = matches!(play, Play::Tap(17));
            let accepted = matches!(play, Play::Tap(16));
            let ticket = visit.ticket();
            let event = to_event(&play, ticket, &mut photos);
            visit.send(event);
            let prints = visit.effects.iter().any(|effect| matches!(effect, Effect::Print { .. }));
            let accepts = visit.effects.iter().any(|effect| matches!(effect, Effect::Accept { .. }));
            prop_assert!(!prints || asked_to_print);
            prop_assert!(!accepts || accepted);
            visit.effects.clear();
            if matches!(visit.session.step, Step::Attract) {
                prop_assert!(photos.iter().all(|photo| photo.upgrade().is_none()));
            }
            // Where a photo is shown there is one; everywhere else there is none.
            let alive = photos.iter().filter(|photo| photo.upgrade().is_some()).count();
            prop_assert_eq!(alive, usize::from(match &visit.session.step {
                Step::Review(_) => true,
                Step::Report(step) => step.holds_photo(),
                _ => false,
            }));
        }
        visit.after(IDLE + WARNING);
        prop_assert!(matches!(visit.session.step, Step::Attract));
        prop_assert!(photos.iter().all(|photo| photo.upgrade().is_none()));
    }
}
