//! A person before the screen, with made-up workers behind it.

use std::cell::RefCell;
use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use anjungan::clock::{Clock, ManualClock, SharedClock};
use anjungan::credential::{Judgement, Verdict};
use anjungan::display::{self, DisplayKind};
use anjungan::lang::Lang;
use anjungan::person::{Employee, Nip, Status};
use anjungan::photo::Advice;
use anjungan::protocol::{Blob, Issue, SignedIn};
use anjungan::session::print_job::{JobState, Share};
use anjungan::session::{
    About, Drawing, Effect, Event, Finding, Offer, PhoneNews, Portrait, SETTLING, Secret, Session,
    SignedInBox, Step, Tap, Ticket,
};
use anjungan::station::screens::{self, App};
use i_slint_backend_testing::{ElementHandle, ElementQuery};
use image::{Rgba, RgbaImage};
use jiff::civil::date;
use slint::platform::{Key, PointerEventButton, WindowEvent};
use slint::{ComponentHandle, LogicalPosition, SharedString};

pub const NIP: &str = "197402152001122001";
pub const PASSWORD: &str = "Rahasia9";
const NAME: &str = "Kusumaningtyas";
const CODE: &str = "BCDFGHJK";
const PRINT: &str = "P-7KQ2";
const PHONE: &str = "NPQR-STVW";

/// What must not stay anywhere in the window.
pub const SECRETS: [&str; 10] =
    [NIP, "19740215 200112", "1974••••", PASSWORD, "•••", NAME, CODE, "BCDF-GHJK", PRINT, PHONE];

/// Where a visit can be, in the order of the way.
pub const PLACES: [&str; 12] = [
    "choice",
    "NIP",
    "password",
    "my card",
    "photo guide",
    "live",
    "countdown",
    "review",
    "issued",
    "done",
    "pick-up code",
    "verdict",
];

pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % most.max(1)
    }
}

pub struct Walker {
    app: App,
    clock: ManualClock,
    session: Option<Session>,
    /// What was pressed, on its way to the session.
    pressed: Rc<RefCell<VecDeque<Event>>>,
    /// Tickets that were handed out, for answers that come late.
    tickets: Vec<Ticket>,
    /// Nobody answers while this is set.
    deaf: bool,
}

impl Walker {
    pub fn new(width: u32, height: u32) -> Walker {
        let clock = ManualClock::at("2026-03-02T03:24:00Z".parse().unwrap());
        let shared: SharedClock = Arc::new(clock.clone());
        display::select(DisplayKind::Headless { width, height }, &shared).unwrap();
        let app = App::new().unwrap();
        app.show().unwrap();
        screens::set_station(&app, "Lobi", "10.24");
        screens::set_diagonal(&app, None);
        let pressed: Rc<RefCell<VecDeque<Event>>> = Rc::default();
        let out = Rc::clone(&pressed);
        screens::wire(&app, move |event| out.borrow_mut().push_back(event));
        let session = Some(Session::new(Lang::Id, clock.monotonic()));
        let mut walker = Walker { app, clock, session, pressed, tickets: Vec::new(), deaf: false };
        walker.send(Event::Tick);
        walker
    }

    pub fn step(&self) -> &Step {
        &self.session.as_ref().unwrap().step
    }

    /// One event and everything that follows from it.
    /// A press waits until the screen takes it, as a person does who has seen it.
    pub fn send(&mut self, event: Event) {
        if event.is_touch() {
            self.clock.advance(SETTLING);
        }
        let mut waiting = VecDeque::from([event]);
        loop {
            waiting.extend(self.pressed.borrow_mut().drain(..));
            let Some(event) = waiting.pop_front() else { break };
            let now = self.clock.monotonic();
            let (session, effects) = self.session.take().unwrap().step(event, now);
            screens::show(&self.app, &session, now);
            self.session = Some(session);
            for effect in effects {
                if matches!(effect, Effect::Forget) {
                    screens::forget(&self.app);
                }
                waiting.extend(self.answer(effect));
            }
        }
        display::refresh();
    }

    /// What the workers would say.
    #[allow(clippy::needless_pass_by_value, reason = "an effect is carried out once")]
    fn answer(&mut self, effect: Effect) -> Vec<Event> {
        let answers = match effect {
            Effect::SignIn { ticket, .. } => {
                vec![Event::SignedIn(ticket, Ok(Box::new(SignedInBox(signed_in()))))]
            }
            Effect::OfferSignIn { ticket } => vec![Event::Phone(ticket, PhoneNews::Offered(offer()))],
            Effect::OpenCamera { ticket, .. } => vec![Event::Advice(ticket, Advice::Ready)],
            Effect::Shoot { ticket } => {
                let portrait = Portrait { photo: Arc::new(picture(60, 80)), used_plate: true };
                vec![Event::Cut(ticket, Ok(portrait))]
            }
            Effect::Draw { ticket, .. } => vec![Event::Drawn(ticket, Ok(drawing()))],
            Effect::Accept { ticket, .. } => vec![
                Event::Kept(ticket, Ok(Secret::from(CODE))),
                Event::Issued(ticket, Ok(Box::new(issue()))),
            ],
            Effect::PickUp { ticket, .. } => vec![Event::PickedUp(ticket, Ok(Box::new(issue())))],
            Effect::Print { ticket, .. } => [JobState::Sending(Share::default()), JobState::Printed]
                .map(|state| Event::PrintJob { ticket, print_id: PRINT.into(), state })
                .into(),
            _ => Vec::new(),
        };
        for event in &answers {
            if let Some(ticket) = ticket(event) {
                self.tickets.push(ticket);
            }
        }
        if self.deaf { Vec::new() } else { answers }
    }

    /// Lets time pass in ticks, as a station does.
    pub fn wait(&mut self, time: Duration) {
        let turn = Duration::from_millis(200).max(time / 400);
        let end = self.clock.monotonic() + time;
        while self.clock.monotonic() < end {
            self.clock.advance(turn);
            self.send(Event::Tick);
        }
        self.look();
    }

    /// Brings the picture up to date, twice: what changed may change what is laid out.
    fn look(&self) {
        display::refresh();
        self.clock.advance(Duration::from_millis(20));
        display::refresh();
    }

    /// From the first screen to one of [`PLACES`].
    pub fn reach(&mut self, place: usize) -> String {
        self.deaf = false;
        self.send(Event::Tap(Tap::Home));
        self.press("Mulai");
        let name = PLACES[place];
        match name {
            "pick-up code" => {
                self.press("Ambil Kartu");
                self.keys("BCDFGHJK");
            }
            "verdict" => {
                self.press("Periksa Kartu Tamu");
                let ticket = *self.tickets.last().unwrap();
                self.send(Event::Scanned(ticket, finding(Verdict::Valid)));
            }
            _ => {
                let way: [&dyn Fn(&mut Walker); 9] = [
                    &|walker| {
                        walker.press("Kartu Saya");
                        if walker.has("Masuk dengan NIP") {
                            walker.press("Masuk dengan NIP");
                        }
                        walker.keys(&NIP[..17]);
                    },
                    &|walker| {
                        walker.keys(&NIP[17..]);
                        walker.press("Lanjut");
                        walker.keys(PASSWORD);
                    },
                    &|walker| walker.press("Masuk"),
                    &|walker| walker.press("Ambil Foto"),
                    &|walker| walker.press("Mulai"),
                    &|walker| walker.press("Ambil Foto"),
                    &|walker| walker.wait(Duration::from_secs(4)),
                    &|walker| walker.press("Gunakan Foto Ini"),
                    &|walker| walker.press("Cetak"),
                ];
                for go in &way[..place] {
                    go(self);
                }
            }
        }
        self.look();
        name.to_owned()
    }

    fn elements(&self) -> Vec<ElementHandle> {
        self.look();
        ElementQuery::from_root(&self.app).find_all()
    }

    fn touchables(&self) -> Vec<(String, LogicalPosition)> {
        self.look();
        let found = ElementQuery::from_root(&self.app).match_inherits("Touchable").find_all();
        let live = found.into_iter().filter(|element| element.accessible_enabled() != Some(false));
        live.map(|element| (element.accessible_label().unwrap_or_default().into(), centre(&element)))
            .collect()
    }

    /// The labels of what can be pressed now.
    pub fn buttons(&self) -> BTreeSet<String> {
        self.touchables().into_iter().map(|(label, _)| label).collect()
    }

    pub fn has(&self, label: &str) -> bool {
        self.buttons().contains(label)
    }

    /// What a person reads: texts and buttons, without the strip, the marks and the keys.
    pub fn texts(&self) -> Vec<String> {
        self.look();
        let mut texts = Vec::new();
        for element in ElementQuery::from_root(&self.app).find_all() {
            let kinds: Vec<SharedString> =
                element.type_name().into_iter().chain(element.bases().into_iter().flatten()).collect();
            let is = |name: &str| kinds.iter().any(|kind| kind == name);
            if is("KeyCap") || is("StripButton") || is("Marks") || is("Ruler") {
                continue;
            }
            let strip = element.absolute_position().y + element.size().height < 90.0;
            if (is("Touchable") || is("Text")) && !strip && element.size().width > 0.0 {
                texts.extend(
                    [element.accessible_label(), element.accessible_description()].into_iter().flatten(),
                );
            }
        }
        texts.into_iter().map(String::from).filter(|text| !text.is_empty()).collect()
    }

    fn place_of(&self, label: &str) -> LogicalPosition {
        let there = self.touchables();
        match there.iter().find(|(name, _)| name == label) {
            Some((_, at)) => *at,
            None => panic!("no '{label}' in {:?}", there.iter().map(|(name, _)| name).collect::<Vec<_>>()),
        }
    }

    pub fn press(&mut self, label: &str) {
        let at = self.place_of(label);
        self.touch(at);
    }

    /// A button of the strip, by the words it has at present.
    pub fn press_strip(&mut self, label: &str) {
        let label = if self.has(label) { label.to_owned() } else { "Bahasa Indonesia".to_owned() };
        self.press(&label);
    }

    fn event(&self, event: WindowEvent) {
        self.app.window().dispatch_event(event);
    }

    fn touch(&mut self, position: LogicalPosition) {
        self.clock.advance(SETTLING);
        let button = PointerEventButton::Left;
        self.event(WindowEvent::PointerMoved { position });
        self.event(WindowEvent::PointerPressed { position, button });
        self.event(WindowEvent::PointerReleased { position, button });
        self.event(WindowEvent::PointerExited);
        self.send(Event::Tick);
        self.look();
    }

    pub fn drag(&mut self, label: &str, by: f32) {
        let position = self.place_of(label);
        let to = LogicalPosition::new(position.x + by, position.y);
        self.drag_between(position, to);
    }

    fn drag_between(&mut self, position: LogicalPosition, to: LogicalPosition) {
        let button = PointerEventButton::Left;
        self.event(WindowEvent::PointerMoved { position });
        self.event(WindowEvent::PointerPressed { position, button });
        self.event(WindowEvent::PointerMoved { position: to });
        self.event(WindowEvent::PointerReleased { position: to, button });
        self.event(WindowEvent::PointerExited);
        self.send(Event::Tick);
        self.look();
    }

    fn anywhere(&self, dice: &mut Dice) -> LogicalPosition {
        let size = self.app.window().size().to_logical(self.app.window().scale_factor());
        LogicalPosition::new(dice.below(size.width as usize) as f32, dice.below(size.height as usize) as f32)
    }

    pub fn touch_anywhere(&mut self, dice: &mut Dice) {
        let at = self.anywhere(dice);
        self.touch(at);
    }

    pub fn drag_anywhere(&mut self, dice: &mut Dice) {
        let (from, to) = (self.anywhere(dice), self.anywhere(dice));
        self.drag_between(from, to);
    }

    /// A second finger comes down before the first one is up.
    pub fn two_fingers(&mut self, dice: &mut Dice) {
        let button = PointerEventButton::Left;
        let (first, second) = (self.anywhere(dice), self.anywhere(dice));
        self.event(WindowEvent::PointerPressed { position: first, button });
        self.event(WindowEvent::PointerPressed { position: second, button });
        self.event(WindowEvent::PointerReleased { position: first, button });
        self.event(WindowEvent::PointerReleased { position: second, button });
        self.event(WindowEvent::PointerExited);
        self.send(Event::Tick);
    }

    pub fn press_any(&mut self, dice: &mut Dice) {
        let there = self.touchables();
        if let Some((_, at)) = there.get(dice.below(there.len())) {
            self.touch(*at);
        }
    }

    pub fn keys(&mut self, text: &str) {
        self.clock.advance(SETTLING);
        for c in text.chars() {
            let text = match c {
                '\n' => SharedString::from(Key::Return),
                '\u{8}' => SharedString::from(Key::Backspace),
                '\t' => SharedString::from(Key::Tab),
                c => SharedString::from(c),
            };
            self.event(WindowEvent::KeyPressed { text: text.clone() });
            self.event(WindowEvent::KeyReleased { text });
        }
        self.send(Event::Tick);
        self.look();
    }

    /// A card before the camera, also where nobody asked for one.
    pub fn hold_a_card(&mut self, dice: &mut Dice) {
        let verdicts =
            [Verdict::Valid, Verdict::Confirm, Verdict::NoLongerValid, Verdict::NotGenuine, Verdict::NoCode];
        let verdict = verdicts[dice.below(verdicts.len())];
        let last = self.tickets.last().copied().unwrap_or_default();
        self.send(Event::Scanned(last, finding(verdict)));
    }

    /// An answer to something that was asked long ago.
    pub fn late_answer(&mut self, dice: &mut Dice) {
        let Some(ticket) = self.tickets.get(dice.below(self.tickets.len())).copied() else { return };
        self.send(match dice.below(5) {
            0 => Event::SignedIn(ticket, Ok(Box::new(SignedInBox(signed_in())))),
            1 => Event::Cut(ticket, Ok(Portrait { photo: Arc::new(picture(6, 8)), used_plate: true })),
            2 => Event::Drawn(ticket, Ok(drawing())),
            3 => Event::Issued(ticket, Ok(Box::new(issue()))),
            _ => Event::PrintJob { ticket, print_id: PRINT.into(), state: JobState::Printed },
        });
    }

    /// The labels of what has the focus: its ring is an element of its own.
    pub fn focused(&self) -> BTreeSet<String> {
        let rings: Vec<LogicalPosition> =
            self.elements().iter().filter(|element| is_a(element, "FocusRing")).map(centre).collect();
        let near = |at: &LogicalPosition| {
            rings.iter().any(|ring| (ring.x - at.x).abs() < 1.0 && (ring.y - at.y).abs() < 1.0)
        };
        self.touchables().into_iter().filter(|(_, at)| near(at)).map(|(label, _)| label).collect()
    }

    /// Every property of every view and every word of every element, as one text.
    pub fn state(&self) -> String {
        let mut all: Vec<String> = screens::window_state(&self.app)
            .into_iter()
            .map(|(name, value)| format!("{name} = {value}"))
            .collect();
        for element in self.elements() {
            let said = [
                element.accessible_label(),
                element.accessible_value(),
                element.accessible_description(),
                element.accessible_placeholder_text(),
            ];
            all.extend(said.into_iter().flatten().map(String::from));
        }
        all.join("\n")
    }

    pub fn assert_nothing_is_left(&self, after: &str) {
        let state = self.state();
        for secret in SECRETS {
            let line = state.lines().find(|line| line.contains(secret));
            assert!(line.is_none(), "after {after}: {line:?}");
        }
        for line in state.lines().filter(|line| line.contains("= image ")) {
            assert!(line.ends_with("image 0x0"), "after {after}: {line}");
        }
        assert!(state.contains("SignInView.nip = \"\""), "the state says nothing of the views");
    }
}

fn is_a(element: &ElementHandle, name: &str) -> bool {
    element.type_name().is_some_and(|it| it == name)
}

fn centre(element: &ElementHandle) -> LogicalPosition {
    let (at, size) = (element.absolute_position(), element.size());
    LogicalPosition::new(at.x + size.width / 2.0, at.y + size.height / 2.0)
}

fn ticket(event: &Event) -> Option<Ticket> {
    match event {
        Event::SignedIn(ticket, _)
        | Event::Advice(ticket, _)
        | Event::Cut(ticket, _)
        | Event::Drawn(ticket, _)
        | Event::Kept(ticket, _)
        | Event::Issued(ticket, _)
        | Event::PickedUp(ticket, _)
        | Event::PrintJob { ticket, .. } => Some(*ticket),
        _ => None,
    }
}

fn picture(width: u32, height: u32) -> RgbaImage {
    RgbaImage::from_fn(width, height, |x, y| Rgba([(x * 3) as u8, (y * 5) as u8, 90, 255]))
}

fn drawing() -> Drawing {
    Drawing { front: Arc::new(picture(506, 319)), back: Arc::new(picture(506, 319)) }
}

fn offer() -> Offer {
    let page = "https://kartu.contoh.go.id/masuk".to_owned();
    let user_code = PHONE.to_owned();
    let url = format!("{page}?k={user_code}");
    Offer { user_code, url, page, forgot_page: "https://kartu.contoh.go.id/lupa".to_owned() }
}

fn employee() -> Employee {
    Employee {
        nip: Nip::parse(NIP).unwrap(),
        name: NAME.into(),
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

fn signed_in() -> SignedIn {
    SignedIn {
        employee: employee(),
        grant: Some("grant".into()),
        refusal: None,
        issue: None,
        corrections: Vec::new(),
    }
}

fn issue() -> Issue {
    let mut png = std::io::Cursor::new(Vec::new());
    picture(30, 40).write_to(&mut png, image::ImageFormat::Png).unwrap();
    Issue {
        serial: "MFRGGZDFMZTWQ2LK".into(),
        face_serial: "A20260000123".into(),
        issued_on: date(2026, 3, 2),
        nip: employee().nip,
        name: employee().name,
        body: employee().body,
        unit: employee().unit,
        front_code: "HTTPS://ASN.EXAMPLE.ID/V/MFRGGZDFMZTWQ2LK#A7A7".into(),
        back_code: "6BF6BF".into(),
        return_to: "BKPSDM".into(),
        photo_png: Blob(png.into_inner()),
    }
}

fn finding(verdict: Verdict) -> Box<Finding> {
    use anjungan::credential::{Holder, IssuerId, Serial};
    let holder = Some(Holder {
        name: NAME.into(),
        nip: employee().nip,
        issued_on: date(2026, 3, 2),
        serial: Serial::parse("MFRGGZDFMZTWQ2LK").unwrap(),
        issuer: IssuerId::parse("6201").unwrap(),
    });
    let about = holder.as_ref().map(|holder| About::card(&holder.issuer, holder.serial)).unwrap();
    let judgement = Judgement { verdict, reasons: Vec::new(), holder, face_webp: None };
    Box::new(Finding {
        judgement,
        about,
        portrait: Some(Arc::new(picture(60, 80))),
        status: None,
        facts: None,
    })
}
