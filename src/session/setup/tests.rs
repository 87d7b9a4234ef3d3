//! The two stages, step by step, with what can go wrong in each.

use std::time::Duration;

use super::*;
use crate::session::{Clerk, CodeText, Fault, Key, Secret, Session, Ticket};
use crate::turn::{TouchMap, Turn};

const S: Duration = Duration::from_secs(1);

/// A session of a station that is set up so, with what it asks for.
struct Bench {
    session: Session,
    effects: Vec<Effect>,
    now: Duration,
}

impl Bench {
    fn of(fitting: Fitting) -> Bench {
        let (session, effects) = Session::new(Lang::Id, S).with_fitting(fitting, S);
        Bench { session, effects, now: S }
    }

    /// Out of its box.
    fn new() -> Bench {
        Bench::of(Fitting { joined: None, ..fitting(Chosen::default()) })
    }

    /// A press waits until the screen takes it, as a person does who has seen it.
    fn send(mut self, event: Event) -> Bench {
        if self.session.is_too_early(&event, self.now) {
            self.now = self.session.settled_at();
        }
        let (session, effects) = self.session.step(event, self.now);
        (self.session, self.effects) = (session, effects);
        self
    }

    fn tap(self, tap: Tap) -> Bench {
        self.send(Event::Tap(tap))
    }

    fn types(self, text: &str) -> Bench {
        text.chars().fold(self, |bench, c| bench.send(Event::Key(Key::Char(c))))
    }

    fn name(&self) -> &'static str {
        self.session.step.name()
    }

    fn page(&self) -> &Page {
        let Step::Setup(setup) = &self.session.step else { panic!("{:?}", self.session.step) };
        &setup.page
    }

    /// The ticket of the last question of this kind.
    fn ticket(&self, of: impl Fn(&Effect) -> Option<Ticket>) -> Ticket {
        self.effects.iter().find_map(of).unwrap_or_else(|| panic!("{:?}", self.effects))
    }

    fn kept(&self) -> &Chosen {
        let kept = self.effects.iter().find_map(|effect| match effect {
            Effect::KeepSetup(chosen) => Some(chosen.as_ref()),
            _ => None,
        });
        kept.unwrap_or_else(|| panic!("nothing was kept: {:?}", self.effects))
    }

    fn starts_anew(&self) -> bool {
        self.effects.iter().any(|effect| matches!(effect, Effect::StartAnew))
    }

    fn joining(self) -> Bench {
        let bench = Bench::of(Fitting {
            joined: None,
            ..fitting(Chosen { done: vec![SetupStep::Language, SetupStep::Network], ..Chosen::default() })
        });
        drop(self);
        let ticket = bench.ticket(read_code);
        let link = CodeText("https://kantor.example/#BCDF-GHJK".into());
        bench.send(Event::CodeRead(ticket, link)).types("582917").tap(Tap::Continue)
    }

    fn staff_in(self) -> Bench {
        let bench = self.tap(Tap::Staff).types("bcdfghjklm").types("582917").tap(Tap::Continue);
        let ticket = bench.ticket(|effect| match effect {
            Effect::StaffUnlock { ticket, .. } => Some(*ticket),
            _ => None,
        });
        bench.send(Event::StaffOpened(ticket, Ok(Clerk { id: "petugas-1".into(), name: String::new() })))
    }
}

fn fitting(chosen: Chosen) -> Fitting {
    Fitting {
        chosen,
        joined: Some(("Lobi 1".into(), "Lobi".into())),
        turns: true,
        glass: true,
        face: "v4l:///dev/video0".into(),
        printer: None,
        ..Fitting::default()
    }
}

fn keys() -> ShownKeys {
    ShownKeys {
        fingerprint: "ABCD EFGH IJKL MNOP QRST UVWX".into(),
        page: "https://kantor.example/kantor/kunci/ABCDEFGHIJKLMNOPQRSTUVWX".into(),
    }
}

fn noted(waiting: bool) -> JoinedNote {
    JoinedNote {
        staff_code: Secret::from("BCDFG-HJKLM"),
        name: "Lobi 1".into(),
        place: "Lobi".into(),
        keys: keys(),
        waiting,
    }
}

fn read_code(effect: &Effect) -> Option<Ticket> {
    if let Effect::ReadCode { ticket } = effect { Some(*ticket) } else { None }
}

fn network(effect: &Effect) -> Option<Ticket> {
    if let Effect::LookNetwork { ticket } = effect { Some(*ticket) } else { None }
}

fn commission(effect: &Effect) -> Option<Ticket> {
    if let Effect::Commission { ticket } = effect { Some(*ticket) } else { None }
}

#[test]
fn a_station_out_of_its_box_begins_with_the_language_and_nothing_leads_past_it() {
    let bench = Bench::new();
    assert_eq!(bench.name(), "setup-language");
    for tap in [Tap::Back, Tap::Home, Tap::Start, Tap::Staff, Tap::Continue, Tap::Skip, Tap::SignOut] {
        assert_eq!(Bench::new().tap(tap).name(), "setup-language", "{tap:?}");
    }
    let bench = bench.tap(Tap::Pick(1));
    assert_eq!((bench.session.lang, bench.name()), (Lang::En, "setup-network"));
    assert_eq!(bench.kept().language, Some(Lang::En));
    assert_eq!(bench.kept().done, [SetupStep::Language]);
}

#[test]
fn a_station_that_joined_by_a_file_has_no_bench_and_one_that_was_broken_off_goes_on() {
    assert_eq!(Bench::of(fitting(Chosen::default())).name(), "attract");
    let half =
        Chosen { done: vec![SetupStep::Language, SetupStep::Network, SetupStep::Join], ..Chosen::default() };
    assert_eq!(Bench::of(fitting(half)).name(), "setup-clock");
    let all = Chosen { done: SetupStep::BENCH.to_vec(), ..Chosen::default() };
    assert_eq!(Bench::of(fitting(all.clone())).name(), "attract");
    // A database that was lost takes the joining with it, and no record talks that away.
    assert_eq!(Bench::of(Fitting { joined: None, ..fitting(all) }).name(), "setup-join");
}

#[test]
fn nothing_times_out_on_the_bench() {
    let mut bench = Bench::new().tap(Tap::Pick(0));
    bench.now += 3600 * S;
    assert_eq!(bench.session.warning_left(bench.now), None);
    assert_eq!(bench.send(Event::Tick).name(), "setup-network");
}

#[test]
fn a_cable_shows_by_itself_and_only_a_way_out_leads_on() {
    let bench = Bench::new().tap(Tap::Pick(0));
    let ticket = bench.ticket(network);
    let bench =
        bench.send(Event::NetworkSeen(ticket, Ok(NetworkState { wired: Some(false), ..Default::default() })));
    let mut bench = bench.tap(Tap::Continue);
    assert_eq!(bench.name(), "setup-network", "no way leads out");
    bench.now += 3 * S;
    let bench = bench.send(Event::Tick);
    let ticket = bench.ticket(network);
    let state = NetworkState { wired: Some(true), wifi: None, out: true };
    let bench = bench.send(Event::NetworkSeen(ticket, Ok(state))).tap(Tap::Continue);
    assert_eq!(bench.name(), "setup-join");
}

#[test]
fn a_wrong_wifi_password_is_asked_for_again_and_a_short_one_goes_nowhere() {
    let bench = Bench::new().tap(Tap::Pick(0)).tap(Tap::Wifi);
    let ticket = bench.ticket(|effect| match effect {
        Effect::FindWifi { ticket } => Some(*ticket),
        _ => None,
    });
    let wifi = |name: &str, locked| Wifi { name: name.into(), signal: 50, locked };
    let found = vec![wifi("Kantor", true), wifi("Tamu", false)];
    let bench = bench.send(Event::WifiFound(ticket, Ok(found))).tap(Tap::Pick(0));
    let bench = bench.types("pendek").tap(Tap::Continue);
    let Page::Network(page) = bench.page() else { panic!() };
    assert_eq!(page.fault, Some(Fault::WifiPassword));
    let bench = bench.types("-cukup").tap(Tap::Continue);
    let join = |effect: &Effect| match effect {
        Effect::JoinWifi { ticket, name, password } => {
            assert_eq!((name.as_str(), password.expose()), ("Kantor", "pendek-cukup"));
            Some(*ticket)
        }
        _ => None,
    };
    let ticket = bench.ticket(join);
    let bench = bench.send(Event::WifiJoined(ticket, Err(Fault::WifiPassword)));
    let Page::Network(page) = bench.page() else { panic!() };
    let WifiStage::Password { wifi: asked, password } = &page.stage else { panic!("{page:?}") };
    assert!(asked.name == "Kantor" && password.is_empty());
    // Back to the list, and an open one needs no password.
    let bench = bench.tap(Tap::Back);
    let ticket = bench.ticket(|effect| match effect {
        Effect::FindWifi { ticket } => Some(*ticket),
        _ => None,
    });
    let bench = bench.send(Event::WifiFound(ticket, Ok(vec![wifi("Tamu", false)]))).tap(Tap::Pick(0));
    assert!(matches!(&bench.effects[..], [Effect::JoinWifi { name, .. }] if name == "Tamu"));
}

#[test]
fn joining_takes_the_pin_twice_and_is_on_the_disk_before_the_server_is_asked() {
    let bench = Bench::new().joining();
    assert_eq!(bench.name(), "setup-pin");
    let bench = bench.types("582918").tap(Tap::Continue);
    let Page::Join(page) = bench.page() else { panic!() };
    assert_eq!(page.fault, Some(Fault::PinDiffers));
    let bench = bench.types("582917").tap(Tap::Continue).types("582917").tap(Tap::Continue);
    assert_eq!(bench.name(), "setup-joining");
    let [Effect::KeepSetup(kept), Effect::Join { ticket, link, pin }] = &bench.effects[..] else {
        panic!("{:?}", bench.effects)
    };
    assert!(kept.code_unread, "before the server is asked");
    assert_eq!((link.expose(), pin.expose()), ("https://kantor.example/#BCDF-GHJK", "582917"));
    let ticket = *ticket;
    let bench = bench.send(Event::Joined(ticket, Ok(Box::new(noted(true)))));
    assert_eq!(bench.name(), "setup-joined");
    // The code stands until somebody says that they have it.
    let bench = bench.tap(Tap::Back).tap(Tap::Home);
    assert_eq!(bench.session.step.name(), "setup-join", "home is the bench, and its first open step");
    let Page::Join(page) = bench.page() else { panic!() };
    assert_eq!(page.fault, Some(Fault::StaffCodeLost), "it went from the screen unread");
}

#[test]
fn once_the_staff_code_is_noted_the_step_is_done() {
    let bench = Bench::new().joining().types("582917").tap(Tap::Continue);
    let ticket = bench.ticket(|effect| match effect {
        Effect::Join { ticket, .. } => Some(*ticket),
        _ => None,
    });
    let bench = bench.send(Event::Joined(ticket, Ok(Box::new(noted(false))))).tap(Tap::Continue);
    assert_eq!(bench.name(), "setup-clock", "approved beforehand");
    assert!(!bench.kept().code_unread && bench.kept().has_done(SetupStep::Join));
}

#[test]
fn a_station_that_waits_for_approval_says_so_and_the_bench_goes_on() {
    let bench = Bench::new().joining().types("582917").tap(Tap::Continue);
    let ticket = bench.ticket(|effect| match effect {
        Effect::Join { ticket, .. } => Some(*ticket),
        _ => None,
    });
    let bench = bench.send(Event::Joined(ticket, Ok(Box::new(noted(true))))).tap(Tap::Continue);
    assert_eq!(bench.name(), "setup-approval");
    assert!(bench.kept().has_done(SetupStep::Join), "a power cut here costs nothing");
    assert_eq!(bench.session.fitting.unapproved(), Some(&keys()));
    // Nothing but the way on leads out of it.
    let bench = bench.tap(Tap::Back).tap(Tap::Staff).send(Event::Tick);
    assert_eq!(bench.name(), "setup-approval");
    assert_eq!(bench.tap(Tap::Continue).name(), "setup-clock");
}

#[test]
fn nobody_is_served_before_the_approval_and_then_the_screen_goes_on_by_itself() {
    let waits = || Bench::of(Fitting { keys: Some(keys()), waiting: true, ..fitting(Chosen::default()) });
    let bench = waits();
    assert_eq!(bench.name(), "setup-approval");
    let bench = bench.tap(Tap::Start).tap(Tap::Continue).tap(Tap::Home).send(Event::Approval(false));
    assert_eq!(bench.name(), "setup-approval");
    let mut bench = bench;
    bench.now += Duration::from_secs(48 * 3600);
    let bench = bench.send(Event::Tick);
    assert_eq!(bench.name(), "setup-approval", "however long it takes");
    let bench = bench.send(Event::Approval(true));
    assert_eq!((bench.name(), bench.session.fitting.unapproved()), ("attract", None));
    assert_eq!(bench.tap(Tap::Start).name(), "choose");

    // Staff have their own way meanwhile, and come back to it.
    let bench = waits().staff_in();
    assert_eq!(bench.name(), "staff-home");
    let bench = bench.tap(Tap::Home);
    assert_eq!(bench.name(), "setup-approval");
    // The word comes while staff are at something: they end it first.
    let bench = waits().staff_in().send(Event::Approval(true));
    assert_eq!(bench.name(), "staff-home");
    assert_eq!(bench.tap(Tap::Home).name(), "attract");

    // One that was at work hears that it waits again: at rest at once, a visit first.
    let works = || Bench::of(Fitting { keys: Some(keys()), ..fitting(Chosen::default()) });
    assert_eq!(works().send(Event::Approval(false)).name(), "setup-approval");
    let bench = works().tap(Tap::Start).send(Event::Approval(false));
    assert_eq!(bench.name(), "choose");
    assert_eq!(bench.tap(Tap::Home).name(), "setup-approval");
    // Where there is nothing to show, nothing is shown.
    assert_eq!(Bench::of(fitting(Chosen::default())).send(Event::Approval(false)).name(), "attract");
}

#[test]
fn a_used_code_needs_another_one_and_a_network_that_is_down_does_not() {
    let refused = |fault| {
        let bench = Bench::new().joining().types("582917").tap(Tap::Continue);
        let ticket = bench.ticket(|effect| match effect {
            Effect::Join { ticket, .. } => Some(*ticket),
            _ => None,
        });
        bench.send(Event::Joined(ticket, Err(fault)))
    };
    assert!(!refused(Fault::JoinCodeUsed).kept().code_unread);
    assert_eq!(refused(Fault::JoinCodeUsed).name(), "setup-join");
    assert_eq!(refused(Fault::Offline).name(), "setup-pin");
    assert_eq!(refused(Fault::PinWeak).name(), "setup-pin");
}

#[test]
fn a_code_can_be_typed_and_other_codes_are_told_apart() {
    let bench = Bench::new().joining().tap(Tap::Back).tap(Tap::Back);
    let ticket = bench.ticket(read_code);
    let bench = bench.send(Event::CodeRead(ticket, CodeText("https://example.com/kartu".into())));
    let Page::Join(page) = bench.page() else { panic!() };
    assert_eq!(page.fault, Some(Fault::NoJoinCode));
    let bench = bench.tap(Tap::TypeCode).tap(Tap::Continue);
    let Page::Join(page) = bench.page() else { panic!() };
    assert_eq!(page.fault, Some(Fault::AddressShape));
    let bench = bench.types("kantor.example").tap(Tap::Continue).types("bcdf-ghjk").tap(Tap::Continue);
    let Page::Join(page) = bench.page() else { panic!() };
    let JoinStage::Pin { link, .. } = &page.stage else { panic!("{page:?}") };
    assert_eq!(link.expose(), "https://kantor.example#BCDF-GHJK");
    assert_eq!(host_of("https://kantor.example:8443/asn/#X"), Some("kantor.example:8443"));
    for none in ["https://kantor.example/", "https:///#X", "kantor.example#X", "https://a/#"] {
        assert_eq!(host_of(none), None, "{none}");
    }
}

#[test]
fn the_only_printer_is_chosen_by_itself_and_what_was_chosen_counts_from_a_new_start_on() {
    let done = vec![SetupStep::Language, SetupStep::Network, SetupStep::Join, SetupStep::Clock];
    let bench = Bench::of(fitting(Chosen { done, ..Chosen::default() }));
    let ticket = bench.ticket(|effect| match effect {
        Effect::FindPrinters { ticket } => Some(*ticket),
        _ => None,
    });
    let printer = FoundPrinter { uri: "escpos+file:/dev/usb/lp0".into(), called: String::new() };
    let bench = bench.send(Event::PrintersFound(ticket, vec![printer])).tap(Tap::TestPrint);
    let ticket = bench.ticket(|effect| match effect {
        Effect::TestPrint { ticket, .. } => Some(*ticket),
        _ => None,
    });
    // While it prints nothing else is taken.
    let bench = bench.tap(Tap::Continue).send(Event::TestPrinted(ticket, Err(Fault::Paper)));
    let Page::Printer(page) = bench.page() else { panic!() };
    assert_eq!(page.test, Some(TestPrint::Failed(Fault::Paper)));
    let bench = bench.tap(Tap::Continue);
    assert_eq!(bench.kept().printer.as_deref(), Some("escpos+file:/dev/usb/lp0"));
    assert!(bench.starts_anew() && bench.name() == "setup-anew");
    assert_eq!(bench.kept().done, SetupStep::BENCH);
    // Whatever is pressed until then.
    assert_eq!(bench.tap(Tap::Back).tap(Tap::Home).name(), "attract");
}

#[test]
fn the_lobby_lies_behind_code_and_pin() {
    let done = Chosen { done: SetupStep::BENCH.to_vec(), ..Chosen::default() };
    assert_eq!(Bench::of(fitting(done.clone())).tap(Tap::Setup).name(), "attract");
    let bench = Bench::of(fitting(done)).staff_in().tap(Tap::Setup);
    assert_eq!(bench.name(), "setup-turning");
    assert_eq!(bench.tap(Tap::Back).name(), "staff-home");
}

fn at_the_corners(chosen: Chosen) -> Bench {
    let done = [SetupStep::BENCH.to_vec(), chosen.done.clone()].concat();
    Bench::of(fitting(Chosen { done, ..chosen }))
}

fn touches(bench: Bench, map: TouchMap) -> Bench {
    MARKS.into_iter().fold(bench, |bench, mark| {
        let (x, y) = map.apply(mark);
        bench.send(Event::Touched(x, y))
    })
}

#[test]
fn a_turned_picture_is_on_trial_and_comes_back_if_nobody_touches_it() {
    let chosen = Chosen { done: SetupStep::BENCH.to_vec(), ..Chosen::default() };
    let bench = Bench::of(fitting(chosen)).staff_in().tap(Tap::Setup).tap(Tap::Pick(1)).tap(Tap::Continue);
    assert_eq!((bench.kept().turn, bench.kept().trial), (Turn::Right, Some(Turn::None)));
    assert!(bench.starts_anew());
    let kept = bench.kept().clone();
    // After the new start nobody is signed in, and the marks stand there all the same.
    let mut bench = Bench::of(fitting(kept.clone()));
    assert_eq!(bench.name(), "setup-corners");
    bench.now += TRIAL;
    let bench = bench.send(Event::Tick);
    assert_eq!((bench.kept().turn, bench.kept().trial, bench.starts_anew()), (Turn::None, None, true));
    // With the marks met it stays, and what follows is for staff.
    let bench = touches(Bench::of(fitting(kept)), TouchMap::default()).tap(Tap::Continue);
    assert_eq!((bench.kept().turn, bench.kept().trial), (Turn::Right, None));
    assert!(bench.kept().has_done(SetupStep::Turn) && bench.kept().has_done(SetupStep::Touch));
    assert_eq!(bench.name(), "staff-sign-in");
    assert_eq!(bench.tap(Tap::Home).name(), "attract");
}

#[test]
fn touches_that_land_elsewhere_turn_the_glass_and_those_that_fit_nothing_are_asked_again() {
    let trial = || Chosen { turn: Turn::Right, trial: Some(Turn::None), ..Chosen::default() };
    let mounted = Turn::Over.touch();
    let bench = touches(at_the_corners(trial()), mounted);
    assert!(bench.starts_anew());
    assert_eq!(bench.kept().touch_map(), Turn::Right.touch().then(mounted));
    assert_eq!(bench.kept().trial, Some(Turn::None), "still on trial");
    let bench = MARKS.iter().fold(at_the_corners(trial()), |bench, _| bench.send(Event::Touched(0.5, 0.5)));
    let Page::Corners(page) = bench.page() else { panic!() };
    assert!(page.fault == Some(Fault::TouchElsewhere) && page.touched.is_empty() && !bench.starts_anew());
    // A display that is touched through a desktop is turned there.
    let mut plain = at_the_corners(trial());
    plain.session.fitting.glass = false;
    let bench = touches(plain, mounted);
    assert!(!bench.starts_anew());
}

#[test]
fn what_the_glass_is_off_by_itself_stays_when_the_picture_turns() {
    let mirrored = TouchMap { swap: false, flip_x: true, flip_y: false };
    let chosen = Chosen { done: SetupStep::BENCH.to_vec(), touch: Some(mirrored), ..Chosen::default() };
    let bench = Bench::of(fitting(chosen)).staff_in().tap(Tap::Setup).tap(Tap::Pick(2)).tap(Tap::Continue);
    assert_eq!(bench.kept().touch_map(), mirrored.then(Turn::Over.touch()));
    let mut back = Bench::of(fitting(bench.kept().clone()));
    back.now += TRIAL;
    assert_eq!(back.send(Event::Tick).kept().touch_map(), mirrored);
}

#[test]
fn the_camera_in_use_is_kept_only_where_another_one_was_chosen() {
    let done = [SetupStep::BENCH.to_vec(), vec![SetupStep::Turn, SetupStep::Touch]].concat();
    let at =
        || Bench::of(fitting(Chosen { done: done.clone(), ..Chosen::default() })).staff_in().tap(Tap::Setup);
    assert_eq!(at().name(), "setup-camera");
    assert_eq!(at().tap(Tap::Continue).kept().face, None);
    let bench = at();
    let ticket = bench.ticket(|effect| match effect {
        Effect::FindCameras { ticket } => Some(*ticket),
        _ => None,
    });
    let camera = |n: u32| FoundCamera { uri: format!("v4l:///dev/video{n}"), called: String::new() };
    let bench = bench.send(Event::CamerasFound(ticket, vec![camera(0), camera(2)])).tap(Tap::OtherCamera);
    assert!(
        bench.effects.iter().any(|e| matches!(e, Effect::UseCamera { uri } if uri == "v4l:///dev/video2"))
    );
    let bench = bench.tap(Tap::Continue);
    assert_eq!(bench.kept().face.as_deref(), Some("v4l:///dev/video2"));
    assert_eq!(bench.name(), "studio", "the clean plate comes next");
    let bench = bench.tap(Tap::Back);
    assert_eq!(bench.name(), "setup-camera");
}

#[test]
fn the_lobby_ends_in_a_report_and_begins_anew_the_next_time() {
    let done = [SetupStep::BENCH.to_vec(), SetupStep::LOBBY[..3].to_vec()].concat();
    let bench = Bench::of(fitting(Chosen { done, ..Chosen::default() })).staff_in().tap(Tap::Setup);
    assert_eq!(bench.name(), "studio");
    let bench = bench.tap(Tap::Continue);
    let ticket = bench.ticket(commission);
    let bench = bench.tap(Tap::Continue);
    assert_eq!(bench.name(), "setup-report", "not before it is written");
    let report = Commissioned { parts: vec![("disk".into(), PartState::Well)], sent: false };
    let bench = bench.send(Event::Commissioned(ticket, Ok(Box::new(report)))).tap(Tap::Continue);
    assert_eq!(bench.name(), "staff-home");
    assert!(bench.kept().has_done(SetupStep::Report));
    assert_eq!(bench.tap(Tap::Setup).name(), "setup-turning");
}

#[test]
fn a_report_that_cannot_be_kept_is_no_end() {
    let done = [SetupStep::BENCH.to_vec(), SetupStep::LOBBY[..4].to_vec()].concat();
    let bench = Bench::of(fitting(Chosen { done, ..Chosen::default() })).staff_in().tap(Tap::Setup);
    let ticket = bench.ticket(commission);
    let bench = bench.send(Event::Commissioned(ticket, Err(Fault::DiskFull))).tap(Tap::Continue);
    assert_eq!(bench.name(), "setup-report");
    assert_eq!(bench.tap(Tap::Back).name(), "studio");
}
