//! From the pixels of real frames to what stands on the screen: whatever is held before the camera and in whatever
//! order, a verdict, a face and a decision are those of the code that was there last.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, LazyLock};

use image::{ImageEncoder as _, Rgb, RgbaImage};
use jiff::civil::date;
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::clock::ManualClock;
use crate::config::Profile;
use crate::credential::{
    AgeLimits, BackClaims, FrontClaims, Issuer, IssuerId, IssuerKey, KeyPair, ListId, SerialRange,
    SigningKey, StatusList, TrustList, Verdict, sign_back, sign_front,
};
use crate::lang::Lang;
use crate::session::{
    About, Clerk, Decision, Duty, Effect, Finding, Hint, Kept, Key, SETTLING, Seen as Answered, Session,
    Step, Tap, Visit, VisitLine,
};
use crate::station::clerk::testing::{joined, morning};
use crate::station::time_trust::TimeTrust;
use crate::store::{HeldStatus, HeldTrust, IdentityStore as _, ListStore as _};

const HOST: &str = "kartu.kabupaten-abc.go.id";

/// What may be before the camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Held {
    Nothing,
    /// A code that is there and cannot be read.
    Smudged,
    Front(u8),
    Back(u8),
    BothSides(u8),
    /// A link of BKN's own.
    Link(u8),
    /// A code of ours that was cut off.
    Damaged,
    /// Somebody changed a letter of it.
    Altered,
    Hello,
    /// A card beside a poster's code.
    FrontAndHello(u8),
    TwoCards,
    TwoLinks,
}

const ALL: [Held; 17] = [
    Held::Nothing,
    Held::Smudged,
    Held::Front(1),
    Held::Front(2),
    Held::Back(1),
    Held::Back(2),
    Held::BothSides(1),
    Held::Link(1),
    Held::Link(2),
    Held::Damaged,
    Held::Altered,
    Held::Hello,
    Held::FrontAndHello(2),
    Held::TwoCards,
    Held::TwoLinks,
    Held::Front(1),
    Held::Link(1),
];

impl Held {
    fn texts(self) -> Vec<String> {
        let codes = &*CODES;
        let front = |n: u8| codes.fronts[usize::from(n) - 1].clone();
        let back = |n: u8| codes.backs[usize::from(n) - 1].clone();
        let link = |n: u8| format!("https://asndigital.bkn.go.id/kartu?x={n}");
        let hello = || "hello".to_owned();
        match self {
            Held::Nothing | Held::Smudged => Vec::new(),
            Held::Front(n) => vec![front(n)],
            Held::Back(n) => vec![back(n)],
            Held::BothSides(n) => vec![front(n), back(n)],
            Held::Link(n) => vec![link(n)],
            Held::Damaged => vec![front(1)[..front(1).len() / 2].to_owned()],
            Held::Altered => {
                let whole = front(1);
                let last = if whole.ends_with('A') { "B" } else { "A" };
                // Not the last letter, whose low bits may be padding.
                let at = whole.len() - 6;
                vec![format!("{}{last}{}", &whole[..at], &whole[at + 1..])]
            }
            Held::Hello => vec![hello()],
            Held::FrontAndHello(n) => vec![front(n), hello()],
            Held::TwoCards => vec![front(1), front(2)],
            Held::TwoLinks => vec![link(1), link(2)],
        }
    }

    /// The verdict that may stand on the screen while this is there, and about what; `None`: none at all.
    fn verdict(self) -> Option<(Verdict, About)> {
        let text = || About::Codes(vec![CodeText(self.texts()[0].clone())]);
        let card = |n: u8| About::card(&issuer(), serial(n));
        match self {
            Held::Front(n) | Held::Back(n) | Held::BothSides(n) | Held::FrontAndHello(n) => {
                Some((Verdict::Valid, card(n)))
            }
            Held::Link(_) => Some((Verdict::Confirm, text())),
            Held::Damaged | Held::Altered => Some((Verdict::NotGenuine, text())),
            Held::Nothing | Held::Smudged | Held::Hello | Held::TwoCards | Held::TwoLinks => None,
        }
    }

    fn frame(self) -> &'static RgbImage {
        &FRAMES[&self]
    }
}

struct Codes {
    fronts: [String; 2],
    backs: [String; 2],
}

static CODES: LazyLock<Codes> = LazyLock::new(|| Codes {
    fronts: [1, 2].map(|n| {
        let claims = FrontClaims { nip: nip(n), name: name(n), issued_on: date(2026, 2, 1), status_index: 7 };
        sign_front(&office(), HOST, serial(n), &claims).unwrap()
    }),
    backs: [1, 2].map(|n| {
        let claims = BackClaims {
            serial: serial(n),
            nip: nip(n),
            name: name(n),
            issued_on: date(2026, 2, 1),
            status_index: 7,
            face_webp: face(n),
        };
        sign_back(&office(), &claims).unwrap()
    }),
});

static FRAMES: LazyLock<BTreeMap<Held, RgbImage>> =
    LazyLock::new(|| ALL.into_iter().map(|held| (held, frame(held))).collect());

/// Every face has a width of its own.
fn face(n: u8) -> Vec<u8> {
    let picture = RgbaImage::from_pixel(u32::from(n) + 5, 9, image::Rgba([40, 90, 120, 255]));
    let mut bytes = Vec::new();
    let encoder = image::codecs::webp::WebPEncoder::new_lossless(&mut bytes);
    encoder.write_image(&picture, picture.width(), 9, image::ExtendedColorType::Rgba8).unwrap();
    bytes
}

fn name(n: u8) -> String {
    ["Sri Wahyuni", "Budi Santoso"][usize::from(n) - 1].to_owned()
}

fn nip(n: u8) -> crate::person::Nip {
    ["197402152001122001", "198504172011032006"][usize::from(n) - 1].parse().unwrap()
}

fn serial(n: u8) -> Serial {
    Serial::from_bytes([n; 10])
}

fn issuer() -> IssuerId {
    IssuerId::parse("6201").unwrap()
}

fn office() -> SigningKey {
    SigningKey::from_secret([1; 32], issuer())
}

/// Up to two codes side by side on a grey ground, as a camera of few pixels sees them.
fn frame(held: Held) -> RgbImage {
    const SCALE: u32 = 3;
    let mut frame = RgbImage::from_pixel(600, 300, Rgb([170, 170, 170]));
    let texts = if held == Held::Smudged { Held::Front(1).texts() } else { held.texts() };
    for (place, text) in texts.iter().enumerate() {
        let code = qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::M).unwrap();
        let (modules, colours) = (code.width() as u32, code.to_colors());
        let side = (modules + 8) * SCALE;
        assert!(side <= 296, "a code of {modules} modules");
        // Alone in the middle, where the one before it was.
        let left = if texts.len() == 1 { (600 - side) / 2 } else { 300 * place as u32 + (300 - side) / 2 };
        let top = (300 - side) / 2;
        for y in 0..side {
            for x in 0..side {
                let module = |v: u32| (v / SCALE).checked_sub(4).filter(|&v| v < modules);
                let dark = match (module(x), module(y)) {
                    (Some(c), Some(r)) => colours[(r * modules + c) as usize] == qrcode::Color::Dark,
                    _ => false,
                };
                // A thumb over a third of it.
                let thumb = held == Held::Smudged && y > side / 2 && x > side / 4;
                let grey = if thumb {
                    120
                } else if dark {
                    20
                } else {
                    235
                };
                frame.put_pixel(left + x, top + y, Rgb([grey; 3]));
            }
        }
    }
    frame
}

/// A station that has joined, with lists that say all of its cards are in force.
fn worker(dir: &TempDir, clock: &ManualClock) -> (ScanWorker, Receiver<Event>, Lines) {
    let (mut store, _) = joined(dir);
    let root = KeyPair::from_secret([200; 32]);
    let mut identity = store.identity().unwrap().unwrap();
    identity.enrolled.root_public = root.public().to_vec().into();
    store.put_identity(&identity).unwrap();
    let trust = TrustList {
        version: 7,
        issued_at: morning(),
        issuers: vec![Issuer {
            id: issuer(),
            name: "BKPSDM Kabupaten Contoh".into(),
            bodies: vec!["Pemerintah Kabupaten Contoh".into()],
            host: HOST.into(),
            face_serials: vec![SerialRange { first: "A20260000001".into(), last: "A20260099999".into() }],
            keys: vec![IssuerKey::new(office().public(), date(2026, 1, 1))],
        }],
    };
    let held = HeldTrust { version: 7, bytes: trust.sign(&root).unwrap(), etag: None, fetched_at: morning() };
    store.put_trust(&held).unwrap();
    let id = ListId { issuer: issuer(), kid: office().kid().clone() };
    let bytes = StatusList::new(100).sign(&office(), &id.sub(HOST), morning(), None, None).unwrap();
    let status = HeldStatus {
        issuer: issuer(),
        kid: office().kid().clone(),
        bytes,
        etag: None,
        iat: morning(),
        fetched_at: morning(),
    };
    store.put_status(&status).unwrap();
    let shared: SharedClock = Arc::new(clock.clone());
    let time = TimeTrust::default();
    time.signed(true);
    let desk = Desk::new(store, Arc::clone(&shared), time, AgeLimits::default(), 7);
    let (asks, asked) = channel();
    let (say, heard) = channel();
    let (order, orders) = channel();
    let (tell, told) = channel();
    let worker = ScanWorker {
        uri: String::new(),
        orders,
        view: LiveView::new(crate::session::Role::Scan),
        desk,
        clock: shared,
        on_duty: OnDuty::default(),
        live: Live::new(asks, heard),
        post: Box::new(move |event| tell.send(event).unwrap()),
    };
    (worker, told, Lines(Box::new((asked, say, order))))
}

/// The other ends of the worker's lines, held open.
struct Lines(#[allow(dead_code, reason = "held, not used")] Box<dyn std::any::Any>);

/// A desk: camera, worker, session, and whoever presses.
struct Place {
    clock: ManualClock,
    worker: ScanWorker,
    told: Receiver<Event>,
    looking: Looking,
    noted: Vec<Looked>,
    session: Option<Session>,
    /// Visits on their way to the disk.
    going: Vec<(Ticket, Visit)>,
    /// What was before the camera when it saw a code last, and when.
    last: Option<(Held, Duration)>,
    /// The decision that was pressed for what stands there.
    decided: Option<About>,
    /// The last two frames held codes of two cards.
    two: u32,
    _lines: Lines,
    _dir: TempDir,
}

impl Place {
    fn new(profile: Profile) -> Place {
        let dir = tempfile::tempdir().unwrap();
        let clock = ManualClock::at(morning());
        let (worker, told, lines) = worker(&dir, &clock);
        let now = worker.clock.monotonic();
        let session = Session::new(Lang::Id, now)
            .with_duty(Duty::new(profile, crate::session::staff::Tries::default()));
        let mut place = Place {
            clock,
            worker,
            told,
            looking: Looking::new(Ticket::default(), true),
            noted: Vec::new(),
            session: Some(session),
            going: Vec::new(),
            last: None,
            decided: None,
            two: 0,
            _lines: lines,
            _dir: dir,
        };
        match profile {
            Profile::MejaPetugas => {
                for c in "bcdfghjklm582917".chars() {
                    place.send(Event::Key(Key::Char(c)));
                }
                place.press(Tap::Continue);
            }
            Profile::Mandiri => {
                place.press(Tap::Start);
                place.press(Tap::CheckCard);
            }
        }
        place
    }

    fn now(&self) -> Duration {
        self.worker.clock.monotonic()
    }

    fn session(&self) -> &Session {
        self.session.as_ref().unwrap()
    }

    fn send(&mut self, event: Event) {
        let now = self.now();
        let (session, effects) = self.session.take().unwrap().step(event, now);
        self.session = Some(session);
        for effect in effects {
            match effect {
                Effect::OpenCamera { ticket, .. } => self.looking = Looking::new(ticket, true),
                Effect::PauseScan { paused } => self.looking.pause(paused),
                Effect::KeepVisit { ticket, visit } => self.going.push((ticket, *visit)),
                Effect::StaffUnlock { ticket, .. } => {
                    self.send(Event::StaffOpened(ticket, Ok(Clerk { id: "p".into(), name: String::new() })));
                }
                _ => {}
            }
        }
    }

    /// A press that counts.
    fn press(&mut self, tap: Tap) {
        let wait = self.session().settled_at().saturating_sub(self.now());
        self.clock.advance(wait);
        self.send(Event::Tap(tap));
    }

    /// One frame, and a tick after it.
    fn see(&mut self, held: Held, after: Duration) {
        self.clock.advance(after);
        let mut looking = std::mem::replace(&mut self.looking, Looking::new(Ticket::default(), true));
        self.worker.look_at(held.frame(), &mut looking, &mut self.noted);
        self.looking = looking;
        while let Ok(event) = self.told.try_recv() {
            self.send(event);
        }
        self.send(Event::Tick);
        if !held.texts().is_empty() {
            self.last = Some((held, self.now()));
        }
        self.two = if matches!(held, Held::TwoCards | Held::TwoLinks) { self.two + 1 } else { 0 };
    }

    /// Verdict, past, decision.
    fn shown(&self) -> Option<(&Finding, bool, Option<Kept>)> {
        let now = self.now();
        match &self.session().step {
            Step::Check(check) => {
                check.shown.as_ref().map(|shown| (&*shown.finding, shown.presence.is_past(now), None))
            }
            Step::Counter(counter) => counter.answer.as_ref().map(|answer| {
                let Answered::Card(finding) = &answer.seen else { panic!("nobody typed a number") };
                (&**finding, answer.is_past(now), Some(answer.kept))
            }),
            other => panic!("{}", other.name()),
        }
    }

    fn hint(&self) -> Option<Hint> {
        match &self.session().step {
            Step::Check(check) => check.hint(),
            Step::Counter(counter) => counter.hint(),
            _ => None,
        }
    }

    /// What must be true after every frame.
    fn assert_true(&mut self) {
        let shown = self.shown().map(|(finding, past, kept)| {
            let face = finding.portrait.as_ref().map(|face| face.width());
            (finding.judgement.verdict, finding.about.clone(), face, past, kept)
        });
        let Some((verdict, about, face, past, kept)) = shown else {
            self.decided = None;
            return;
        };
        let (last, at) = self.last.expect("a verdict before any code");
        match last {
            // Two cards are told from one at the second look at the latest.
            Held::TwoCards | Held::TwoLinks => assert!(self.two < 2, "a verdict for one of two cards"),
            _ => {
                let (expected, of) = last.verdict().unwrap_or_else(|| panic!("{verdict:?} after {last:?}"));
                assert_eq!((verdict, &about), (expected, &of), "{last:?} was there last");
                if let Some(face) = face {
                    let n = match last {
                        Held::Front(n) | Held::Back(n) | Held::BothSides(n) | Held::FrontAndHello(n) => n,
                        other => panic!("a face with {other:?}"),
                    };
                    assert_eq!(face, u32::from(n) + 5, "the face of somebody else");
                }
            }
        }
        let absent = self.now().saturating_sub(at);
        assert!(past || absent < Duration::from_secs(1), "not past after {absent:?}");
        assert!(absent < Duration::from_secs(10), "still there after {absent:?}");
        if let Some(kept) = kept {
            if self.decided.as_ref().is_some_and(|decided| *decided != about) {
                self.decided = None;
            }
            // What needs a decision is written down with one, and with that of its own card.
            if verdict == Verdict::Confirm && kept != Kept::No {
                assert_eq!(self.decided.as_ref(), Some(&about), "decided of another card");
            }
        }
    }

    /// The clerk decides on what stands there now.
    fn decide(&mut self) {
        let before = self.going.len();
        self.press(Tap::Decide(Decision::AcceptedWithKtp));
        let with_decision: Vec<_> =
            self.going[before..].iter().filter(|(_, visit)| visit.decision.is_some()).collect();
        let about = self.shown().map(|(finding, ..)| finding.about.clone());
        if let [(_, visit)] = with_decision.as_slice() {
            assert_eq!(visit.verdict.code(), "confirm");
            self.decided = about;
        }
    }

    /// The disk has taken what was on its way.
    fn kept(&mut self) {
        for (ticket, visit) in std::mem::take(&mut self.going) {
            let line = VisitLine { id: String::new(), day: String::new(), time: String::new(), visit };
            self.send(Event::VisitKept(ticket, Ok(Box::new(line))));
        }
    }
}

const FRAME: Duration = Duration::from_millis(100);

/// Each thing that can be held, for a second: what it says is what it is, on both screens.
#[test]
fn everything_that_is_held_says_its_own() {
    for profile in [Profile::MejaPetugas, Profile::Mandiri] {
        for held in ALL {
            let mut place = Place::new(profile);
            for _ in 0..12 {
                place.see(held, FRAME);
                place.assert_true();
            }
            let shown = place.shown().map(|(finding, ..)| (finding.judgement.verdict, finding.about.clone()));
            assert_eq!(shown, held.verdict(), "{profile:?} {held:?}");
            let hint = match held {
                Held::TwoCards | Held::TwoLinks => Some(Hint::OneCard),
                Held::Hello => Some(Hint::NoCard),
                _ => None,
            };
            assert_eq!(place.hint(), hint, "{profile:?} {held:?}");
            for _ in 0..12 {
                place.see(Held::Nothing, Duration::from_secs(1));
                place.assert_true();
            }
            assert!(place.shown().is_none() && place.hint().is_none());
        }
    }
}

/// What was seen in a real window: green stays while another thing is held up.
#[test]
fn each_thing_after_each_other_takes_its_place_at_once() {
    for first in ALL {
        let mut place = Place::new(Profile::MejaPetugas);
        for second in ALL {
            for held in [first, first, second, second] {
                place.see(held, FRAME);
                place.assert_true();
            }
        }
    }
}

#[test]
fn a_press_on_one_card_is_never_a_decision_on_the_next() {
    let mut place = Place::new(Profile::MejaPetugas);
    for n in [1, 2, 1] {
        for _ in 0..3 {
            place.see(Held::Link(n), SETTLING / 4);
            place.assert_true();
        }
        // Too early for a person who saw another card a moment ago.
        place.send(Event::Tap(Tap::Decide(Decision::AcceptedWithKtp)));
        assert!(place.going.iter().all(|(_, visit)| visit.decision.is_none()));
    }
}

#[derive(Clone, Debug)]
enum Act {
    Hold(Held, u8, u16),
    Decide,
    Next,
    Kept,
}

fn act() -> impl Strategy<Value = Act> {
    let hold = (0..ALL.len(), 1..4_u8, prop_oneof![30..200_u16, 500..1500_u16])
        .prop_map(|(held, frames, pause)| Act::Hold(ALL[held], frames, pause));
    prop_oneof![8 => hold, 1 => Just(Act::Decide), 1 => Just(Act::Next), 1 => Just(Act::Kept)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 200, ..ProptestConfig::default() })]

    /// No order of frames and presses shows a verdict, a face or a decision for another code than the last one in view.
    #[test]
    fn what_stands_there_is_of_what_was_there_last(
        desk in any::<bool>(),
        acts in proptest::collection::vec(act(), 1..20),
    ) {
        let mut place = Place::new(if desk { Profile::MejaPetugas } else { Profile::Mandiri });
        for act in acts {
            match act {
                Act::Hold(held, frames, pause) => {
                    for _ in 0..frames {
                        place.see(held, Duration::from_millis(pause.into()));
                        place.assert_true();
                    }
                }
                Act::Decide => place.decide(),
                Act::Next => place.press(Tap::Continue),
                Act::Kept => place.kept(),
            }
        }
    }
}
