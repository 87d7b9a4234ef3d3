//! Every screen with made-up people: each scene is a visit driven through its real events.

mod setup;

use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;

use anjungan::card::{self, CardData, Orientation, Side, Templates};
use anjungan::credential::{Holder, IssuerId, Judgement, Reason, Serial, Verdict};
use anjungan::lang::Lang;
use anjungan::person::{Employee, Nip, Refusal, Status};
use anjungan::photo::{Advice, Measures, Staleness, gauges};
use anjungan::protocol::{CallState, Correction, DeskCall, Issue, SignedIn, WrongField};
use anjungan::session::print_job::{JobState, Share};
use anjungan::session::{
    Alert, COUNTDOWN, Clerk, Decision, DeskState, DeskVerdict, Drawing, Effect, Event, Facts, Fault, Finding,
    IDLE, Key, ListAge, NewPassword, NumberFinding, Offer, PhoneNews, PlateState, Portrait, PrintLine,
    Reading, Role, STEP_ASIDE, Secret, Session, SignedInBox, Tap, Ticket, VisitLine,
};
use image::{ImageFormat, RgbImage, RgbaImage, imageops};
use jiff::civil::date;
use resvg::{tiny_skia, usvg};

/// What a scene needs beside the session.
pub struct Scene {
    pub name: &'static str,
    pub session: Session,
    pub now: Duration,
    pub camera: Option<Role>,
    /// What stood there just before.
    pub before: Option<Session>,
    /// The label that is touched before the picture.
    pub touch: Option<&'static str>,
}

/// A status list of this morning.
fn list_age() -> ListAge {
    ListAge { hours: 5, from: date(2026, 3, 10).at(9, 5, 0, 0), until: date(2026, 3, 17).at(9, 5, 0, 0) }
}

/// Pictures that the scenes share: drawn once.
pub struct Props {
    pub person: RgbImage,
    pub held_card: RgbImage,
    photo: Arc<RgbaImage>,
    drawings: [Drawing; 2],
    issue: Issue,
}

const NIP: &str = "197402152001122001";
const NAME: &str = "Dra. Hj. Sri Wahyuni Kusumaningtyas Prawirodirdjo, M.Si.";

/// Sixty characters with titles, and three; a unit of ninety.
const LONGEST: &str = "Prof. Dr. H. Muhammad Abdurrahman Wirahadikusumah, M.Sc.Ed.S";
const SHORTEST: &str = "Eka";
const LONG_UNIT: &str =
    "Sub Bagian Perencanaan, Evaluasi dan Pelaporan Badan Kepegawaian Pengembangan SDM Daerah K";

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
        position: "Analis Kepegawaian".into(),
        karpeg: None,
    }
}

fn facts() -> Facts {
    let Employee { nip, name, body, unit, position, .. } = employee();
    Facts { nip, name, body, unit, position }
}

fn visit_line(
    name: &str,
    time: &str,
    host: &str,
    verdict: DeskVerdict,
    decision: Option<Decision>,
) -> VisitLine {
    let visit = anjungan::session::Visit {
        name: name.into(),
        nip: (!name.is_empty()).then(|| employee().nip),
        host: host.into(),
        verdict,
        decision,
        serial: None,
        clerk: "petugas-1".into(),
    };
    VisitLine { id: time.into(), day: "02-03-2026".into(), time: time.into(), visit }
}

fn drawn(svg: &str) -> RgbaImage {
    let tree = usvg::Tree::from_str(svg, &usvg::Options::default()).unwrap();
    let size = tree.size().to_int_size();
    let mut pixmap = tiny_skia::Pixmap::new(size.width(), size.height()).unwrap();
    resvg::render(&tree, tiny_skia::Transform::identity(), &mut pixmap.as_mut());
    let pixels = pixmap.pixels().iter().flat_map(|pixel| {
        let pixel = pixel.demultiply();
        [pixel.red(), pixel.green(), pixel.blue(), pixel.alpha()]
    });
    RgbaImage::from_raw(size.width(), size.height(), pixels.collect()).unwrap()
}

impl Props {
    pub fn new() -> Props {
        let person = drawn(include_str!("../../assets/demo/person.svg"));
        let mut frame = drawn(include_str!("../../assets/demo/backdrop.svg"));
        imageops::overlay(&mut frame, &person, 0, 0);
        // Head and shoulders in 3:4, as the cut gives them.
        let photo = imageops::thumbnail(&*imageops::crop_imm(&person, 280, 60, 675, 900), 600, 800);
        let mut png = Cursor::new(Vec::new());
        photo.write_to(&mut png, ImageFormat::Png).unwrap();
        let issue = Issue {
            serial: "MFRGGZDFMZTWQ2LK".into(),
            face_serial: "A20260000123".into(),
            issued_on: date(2026, 3, 2),
            nip: employee().nip,
            name: employee().name,
            body: employee().body,
            unit: employee().unit,
            front_code: format!("HTTPS://ASN.EXAMPLE.ID/V/MFRGGZDFMZTWQ2LK#{}", "A7".repeat(120)),
            back_code: "6BF".repeat(280),
            return_to: "BKPSDM Kabupaten Contoh, Jalan Merdeka 1".into(),
            photo_png: png.into_inner().into(),
        };
        let templates = Templates::builtin();
        let drawings = Orientation::ALL.map(|orientation| {
            let data = CardData {
                kind: issue.nip.kind(),
                name: issue.name.clone(),
                nip: issue.nip,
                body: issue.body.clone(),
                unit: issue.unit.clone(),
                face_serial: Some(issue.face_serial.clone()),
                issued_on: Some(issue.issued_on),
                photo: Some(photo.clone()),
                codes: Some(card::Codes { front: issue.front_code.clone(), back: issue.back_code.clone() }),
                return_to: issue.return_to.clone(),
            };
            let side = |side| Arc::new(card::render(&data, orientation, side, &templates).unwrap());
            Drawing { front: side(Side::Front), back: side(Side::Back) }
        });
        let mut held_card = RgbImage::from_pixel(1280, 960, image::Rgb([96, 88, 80]));
        let shown = image::DynamicImage::ImageRgba8((*drawings[0].front).clone()).into_rgb8();
        imageops::overlay(&mut held_card, &imageops::thumbnail(&shown, 640, 404), 320, 278);
        Props {
            person: image::DynamicImage::ImageRgba8(frame).into_rgb8(),
            held_card,
            photo: Arc::new(photo),
            drawings,
            issue,
        }
    }

    fn drawing(&self, orientation: Orientation) -> Drawing {
        match orientation {
            Orientation::Landscape => self.drawings[0].clone(),
            Orientation::Portrait => self.drawings[1].clone(),
        }
    }
}

/// A visit under way.
struct Visit<'a> {
    props: &'a Props,
    session: Session,
    now: Duration,
    camera: Option<Role>,
    ticket: Ticket,
    /// Of the search beside another question.
    search: Ticket,
    orientation: Orientation,
}

impl<'a> Visit<'a> {
    fn new(lang: Lang, props: &'a Props) -> Visit<'a> {
        let now = Duration::from_secs(1000);
        Visit {
            props,
            session: Session::new(lang, now),
            now,
            camera: None,
            ticket: Ticket::default(),
            search: Ticket::default(),
            orientation: Orientation::Landscape,
        }
    }

    fn send(mut self, event: Event) -> Self {
        let (session, effects) = self.session.step(event, self.now);
        self.session = session;
        self.carry(effects);
        self
    }

    fn carry(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::OpenCamera { ticket, role } => (self.ticket, self.camera) = (ticket, Some(role)),
                Effect::Study { ticket } => (self.ticket, self.camera) = (ticket, Some(Role::Face)),
                Effect::ReadCode { ticket } => (self.ticket, self.camera) = (ticket, Some(Role::Scan)),
                Effect::FindCameras { ticket } => self.search = ticket,
                Effect::CloseCameras => self.camera = None,
                Effect::Draw { ticket, orientation, .. } => {
                    (self.ticket, self.orientation) = (ticket, orientation);
                }
                Effect::SignIn { ticket, .. }
                | Effect::Shoot { ticket }
                | Effect::TakePlate { ticket }
                | Effect::Accept { ticket, .. }
                | Effect::Print { ticket, .. }
                | Effect::PickUp { ticket, .. }
                | Effect::Look { ticket, .. }
                | Effect::StaffUnlock { ticket, .. }
                | Effect::LookUp { ticket, .. }
                | Effect::KeepVisit { ticket, .. }
                | Effect::ReadVisits { ticket }
                | Effect::ReadPrints { ticket }
                | Effect::OfferSignIn { ticket }
                | Effect::Assist { ticket, .. }
                | Effect::Report { ticket, .. }
                | Effect::Download { ticket, .. }
                | Effect::LookNetwork { ticket }
                | Effect::FindWifi { ticket }
                | Effect::JoinWifi { ticket, .. }
                | Effect::Join { ticket, .. }
                | Effect::AskTime { ticket }
                | Effect::FindPrinters { ticket }
                | Effect::TestPrint { ticket, .. }
                | Effect::Commission { ticket }
                | Effect::CallStaff { ticket } => self.ticket = ticket,
                Effect::ReadDesk { .. }
                | Effect::ExportVisits { .. }
                | Effect::OpenPrint { .. }
                | Effect::AnswerPrint { .. }
                | Effect::StaffLock
                | Effect::LeavePrint { .. }
                | Effect::KeepProfile(_)
                | Effect::MarkCall { .. }
                | Effect::WithdrawOffer
                | Effect::KeepSetup(_)
                | Effect::StartAnew
                | Effect::UseCamera { .. }
                | Effect::Sound(_)
                | Effect::Forget => {}
            }
        }
    }

    fn tap(self, tap: Tap) -> Self {
        self.send(Event::Tap(tap))
    }

    fn types(self, text: &str) -> Self {
        text.chars().fold(self, |visit, c| visit.send(Event::Key(Key::Char(c))))
    }

    fn later(mut self, by: Duration) -> Self {
        self.now += by;
        self.send(Event::Tick)
    }

    fn with_nip(self) -> Self {
        self.tap(Tap::Start).tap(Tap::MyCard).tap(Tap::WithNip)
    }

    fn phone(self) -> Self {
        let visit = self.tap(Tap::Start).tap(Tap::MyCard);
        let ticket = visit.ticket;
        let page = "https://kartu.contoh.go.id/masuk".to_owned();
        let user_code = "BCDF-GHJK".to_owned();
        let url = format!("{page}?k={user_code}");
        let forgot_page = "https://kartu.contoh.go.id/lupa".to_owned();
        visit.send(Event::Phone(ticket, PhoneNews::Offered(Offer { user_code, url, page, forgot_page })))
    }

    fn assisted(self) -> Self {
        self.phone().tap(Tap::Assisted).types(NIP).tap(Tap::Continue)
    }

    fn password(self) -> Self {
        self.with_nip().types(NIP).tap(Tap::Continue)
    }

    fn signed_in(self, issue: Option<Issue>, refusal: Option<Refusal>) -> Self {
        let visit = self.password().types("rahasia").tap(Tap::Continue);
        let grant = refusal.is_none().then(|| "grant".to_owned());
        let answer = SignedIn { employee: employee(), grant, refusal, issue, corrections: Vec::new() };
        let ticket = visit.ticket;
        visit.send(Event::SignedIn(ticket, Ok(Box::new(SignedInBox(answer)))))
    }

    /// Somebody with this name, before the card that they hold. The picture of a card is that of
    /// the other scenes: how a name is set on it is measured where it is drawn.
    fn named(self, name: &str) -> Self {
        let visit = self.password().types("rahasia").tap(Tap::Continue);
        let employee = Employee { name: name.into(), unit: LONG_UNIT.into(), ..employee() };
        let issue = Some(Issue { name: name.into(), unit: LONG_UNIT.into(), ..visit.props.issue.clone() });
        let grant = Some("grant".to_owned());
        let answer = SignedIn { employee, grant, refusal: None, issue, corrections: Vec::new() };
        let ticket = visit.ticket;
        visit.send(Event::SignedIn(ticket, Ok(Box::new(SignedInBox(answer))))).drawn()
    }

    fn drawn(self) -> Self {
        let (ticket, drawing) = (self.ticket, self.props.drawing(self.orientation));
        self.send(Event::Drawn(ticket, Ok(drawing)))
    }

    fn live(self, advice: Option<Advice>) -> Self {
        let visit = self.signed_in(None, None).tap(Tap::UpdatePhoto).tap(Tap::CameraOn);
        let ticket = visit.ticket;
        match advice {
            Some(advice) => visit.send(Event::Advice(ticket, advice)),
            None => visit,
        }
    }

    fn cutting(self) -> Self {
        self.live(Some(Advice::Ready)).tap(Tap::Shoot).later(COUNTDOWN)
    }

    fn review(self) -> Self {
        let visit = self.cutting();
        let portrait = Portrait { photo: Arc::clone(&visit.props.photo), used_plate: true };
        let ticket = visit.ticket;
        visit.send(Event::Cut(ticket, Ok(portrait)))
    }

    fn accepting(self) -> Self {
        self.review().drawn().tap(Tap::UseThisPhoto)
    }

    fn kept(self) -> Self {
        let visit = self.accepting();
        let ticket = visit.ticket;
        visit.send(Event::Kept(ticket, Ok(Secret::from("BCDFGHJK"))))
    }

    fn issued(self) -> Self {
        let visit = self.kept();
        let (ticket, issue) = (visit.ticket, visit.props.issue.clone());
        visit.send(Event::Issued(ticket, Ok(Box::new(issue))))
    }

    fn printing(self, state: JobState) -> Self {
        let visit = self.issued().drawn().tap(Tap::Print);
        let ticket = visit.ticket;
        visit.send(Event::PrintJob { ticket, print_id: "P-7KQ2".into(), state })
    }

    fn checked(self, verdict: Verdict, reasons: &[Reason], holder: bool, portrait: bool) -> Self {
        self.checked_with(NAME, verdict, reasons, holder, portrait)
    }

    fn checked_with(
        self,
        name: &str,
        verdict: Verdict,
        reasons: &[Reason],
        holder: bool,
        portrait: bool,
    ) -> Self {
        let visit = self.tap(Tap::Start).tap(Tap::CheckCard);
        let holder = holder.then(|| Holder {
            name: name.into(),
            nip: employee().nip,
            issued_on: date(2026, 3, 2),
            serial: Serial::parse("MFRGGZDFMZTWQ2LK").unwrap(),
            issuer: IssuerId::parse("6201").unwrap(),
        });
        let judgement = Judgement { verdict, reasons: reasons.to_vec(), holder, face_webp: None };
        let portrait = portrait.then(|| Arc::clone(&visit.props.photo));
        let finding = Finding { judgement, portrait, status: Some(list_age()), facts: None };
        let ticket = visit.ticket;
        visit.send(Event::Scanned(ticket, Box::new(finding)))
    }

    fn staff_pin(self) -> Self {
        self.tap(Tap::Staff).types("bcdfghjklm").types("582917")
    }

    fn staff_answer(self, result: Result<Clerk, Fault>) -> Self {
        let visit = self.tap(Tap::Continue);
        let ticket = visit.ticket;
        visit.send(Event::StaffOpened(ticket, result))
    }

    fn staff_in(self) -> Self {
        self.staff_pin().staff_answer(Ok(Clerk { id: "petugas-1".into(), name: "Rina Marlina".into() }))
    }

    /// The technician's page, with a face of good measures but for its light.
    fn studio(self, plate: PlateState) -> Self {
        let measures = Measures {
            faces: 1,
            eye_distance: 138.2,
            t_share: 0.214,
            eyes_x: 0.512,
            eyes_y: 0.398,
            roll: -1.3,
            mesh: true,
            yaw: 4.2,
            pitch: -7.9,
            lid_gap: 0.083,
            eye_opening: 0.071,
            mouth_gap: 0.012,
            luminance: 0.447,
            overexposed: 0.002,
            underexposed: 0.113,
            balance: 0.31,
            sharpness: 0.087,
            ..Measures::default()
        };
        let visit = self.staff_in().tap(Tap::Studio);
        let (ticket, gauges) = (visit.ticket, gauges(&measures));
        let advice = Advice::UnevenLight;
        visit.send(Event::Reading(ticket, Box::new(Reading { advice, gauges, plate })))
    }

    fn plate_taken(self, result: Result<(), Fault>) -> Self {
        let visit = self.studio(PlateState::Missing).tap(Tap::TakePlate).later(STEP_ASIDE);
        let ticket = visit.ticket;
        visit.send(Event::PlateTaken(ticket, result))
    }

    fn desk(self) -> Self {
        let visit = self.staff_in().tap(Tap::SwitchProfile);
        let camera = visit.ticket;
        let today = [
            ("Budi Santoso, S.E.", "10.12", "Kepala Dinas", DeskVerdict::Valid, None),
            ("", "09.58", "", DeskVerdict::NumberNotHere, Some(Decision::AcceptedWithKtp)),
            (NAME, "09.41", "Bagian Umum", DeskVerdict::Confirm, Some(Decision::NotAccepted)),
        ]
        .map(|(name, time, host, verdict, decision)| visit_line(name, time, host, verdict, decision))
        .to_vec();
        visit.send(Event::DeskRead(camera, Ok(Box::new(DeskState { today, questions: 1 }))))
    }

    fn desk_scans(self, verdict: Verdict, reasons: &[Reason], holder: bool, portrait: bool) -> Self {
        let visit = self.desk();
        let holder = holder.then(|| Holder {
            name: NAME.into(),
            nip: employee().nip,
            issued_on: date(2026, 3, 2),
            serial: Serial::parse("MFRGGZDFMZTWQ2LK").unwrap(),
            issuer: IssuerId::parse("6201").unwrap(),
        });
        let facts = holder.is_some().then(facts);
        let judgement = Judgement { verdict, reasons: reasons.to_vec(), holder, face_webp: None };
        let portrait = portrait.then(|| Arc::clone(&visit.props.photo));
        let finding = Finding { judgement, portrait, status: Some(list_age()), facts };
        let ticket = visit.ticket;
        visit.send(Event::Scanned(ticket, Box::new(finding)))
    }

    fn desk_number(self, finding: NumberFinding) -> Self {
        let visit = self.desk().types("M 123456").tap(Tap::Continue);
        let ticket = visit.ticket;
        visit.send(Event::NumberLooked(ticket, Ok(Box::new(finding))))
    }

    fn visit_kept(self, decision: Option<Decision>) -> Self {
        let verdict = if decision.is_some() { DeskVerdict::Confirm } else { DeskVerdict::Valid };
        let line = visit_line(NAME, "10.24", "Kepala Dinas", verdict, decision);
        let ticket = self.ticket;
        self.send(Event::VisitKept(ticket, Ok(Box::new(line))))
    }

    fn prints(self) -> Self {
        use anjungan::session::PrintState::{Failed, LeftBehind, Printed, Queued, Spoiled, Unknown};
        let visit = self.staff_in().tap(Tap::Prints);
        let lines = [Printed, Queued, Unknown, Failed, Spoiled, LeftBehind];
        let lines = lines.iter().zip(1..).map(|(state, n)| PrintLine {
            id: n.to_string(),
            print_id: format!("7f3a91c2d4e8b05{n}"),
            serial: "MFRGGZDFMZTWQ2LK".into(),
            state: *state,
            day: "02-03-2026".into(),
            time: format!("10.0{n}"),
        });
        let (ticket, lines) = (visit.ticket, lines.collect());
        visit.send(Event::PrintsRead(ticket, Ok(lines)))
    }

    fn print_question(self) -> Self {
        let visit = self.prints().tap(Tap::Pick(0));
        let (ticket, picture) =
            (visit.ticket, Arc::clone(&visit.props.drawing(Orientation::Landscape).front));
        visit.send(Event::PrintOpened(ticket, Ok(picture)))
    }

    fn visitors(self) -> Self {
        let visit = self.staff_in().tap(Tap::Visitors);
        let lines = (0..8)
            .map(|n| {
                visit_line(
                    if n % 2 == 0 { NAME } else { "Budi Santoso, S.E." },
                    &format!("10.{n}0"),
                    "Kepala Dinas",
                    DeskVerdict::Valid,
                    None,
                )
            })
            .collect();
        let ticket = visit.ticket;
        visit.send(Event::VisitsRead(ticket, Ok(lines)))
    }

    fn scene(self, name: &'static str) -> Scene {
        Scene { name, session: self.session, now: self.now, camera: self.camera, before: None, touch: None }
    }
}

/// Every alert with its sentence open, and every fault on the screens that can show it.
pub fn troubles(lang: Lang, props: &Props) -> Vec<Scene> {
    let new = || Visit::new(lang, props);
    let mut all = Vec::new();
    // What only staff are told never stands in the strip.
    for alert in Alert::ALL.into_iter().filter(|alert| !alert.is_for_staff()) {
        let visit = new().send(Event::Alert(alert, true)).tap(Tap::Start);
        all.push(Scene { touch: Some(alert.label(lang)), ..visit.scene(alert.label(lang)) });
    }
    for fault in Fault::ALL.iter().copied() {
        let name = fault.code();
        all.push(new().send(Event::Broken(fault)).scene(name));
        match name.as_bytes()[0] {
            b'F' => {
                let visit = new().cutting();
                let ticket = visit.ticket;
                let visit = visit.send(Event::Cut(ticket, Err(fault)));
                let ticket = visit.ticket;
                all.push(visit.send(Event::Advice(ticket, Advice::BackdropNotFree)).scene(name));
            }
            b'A' | b'N' => {
                let visit = new().password().types("rahasia").tap(Tap::Continue);
                let ticket = visit.ticket;
                all.push(visit.send(Event::SignedIn(ticket, Err(fault))).scene(name));
            }
            b'R' => all.push(new().printing(JobState::Failed(fault)).scene(name)),
            _ => {}
        }
    }
    all
}

/// All of them, in the order of a visit.
#[allow(clippy::too_many_lines, reason = "a list of scenes")]
pub fn all(lang: Lang, props: &Props) -> Vec<Scene> {
    let new = || Visit::new(lang, props);
    let paper = || new().send(Event::Alert(Alert::Paper, true));
    let close = lang.pick("Kertas habis", "Out of paper");
    let wrong_password = {
        let visit = new().password().types("rahasia").tap(Tap::Continue);
        let ticket = visit.ticket;
        visit.send(Event::SignedIn(ticket, Err(Fault::WrongCredentials)))
    };
    let not_found = {
        let visit = new().tap(Tap::Start).tap(Tap::PickUp).types("BCDFGHJK").tap(Tap::Continue);
        let ticket = visit.ticket;
        visit.send(Event::PickedUp(ticket, Err(Fault::CodeUnknown)))
    };
    let again = {
        let visit = new().cutting();
        let ticket = visit.ticket;
        let visit = visit.send(Event::Cut(ticket, Err(Fault::BackgroundUnclear)));
        let ticket = visit.ticket;
        visit.send(Event::Advice(ticket, Advice::Ready))
    };
    let turn_the_cloth = {
        let visit = new().cutting();
        let ticket = visit.ticket;
        let visit = visit.send(Event::Cut(ticket, Err(Fault::TurnToBlue)));
        let ticket = visit.ticket;
        visit.send(Event::Advice(ticket, Advice::Ready))
    };
    let no_disk = {
        let visit = new().accepting();
        let ticket = visit.ticket;
        visit.send(Event::Kept(ticket, Err(Fault::DiskFull)))
    };
    let call = |news: Result<(CallState, u32), Fault>, name| {
        let visit = new().tap(Tap::Start).tap(Tap::CallStaff);
        let ticket = visit.ticket;
        let visit = visit.send(Event::Call(ticket, news));
        let label = visit.session.calling.label(lang);
        Scene { touch: Some(label), ..visit.scene(name) }
    };
    let reported = |result: Result<String, Fault>, name| {
        let visit = new().signed_in(None, None).tap(Tap::WrongData).tap(Tap::Tick(WrongField::Name));
        let visit = visit.tap(Tap::Continue);
        let ticket = visit.ticket;
        visit.send(Event::Reported(ticket, result)).scene(name)
    };
    let issue = || Some(props.issue.clone());
    vec![
        new().scene("attract"),
        new().send(Event::Alert(Alert::NotJoined, true)).scene("attract-alert"),
        Scene { touch: Some(close), ..paper().tap(Tap::Start).scene("choose-alert-open") },
        new().tap(Tap::Start).scene("choose"),
        paper().tap(Tap::Start).tap(Tap::CallStaff).scene("choose-alert-called"),
        new().tap(Tap::Start).tap(Tap::MyCard).scene("phone-waiting"),
        new().phone().scene("phone"),
        {
            let visit = new().phone();
            let ticket = visit.ticket;
            visit.send(Event::Phone(ticket, PhoneNews::Opened)).scene("phone-opened")
        },
        {
            let visit = new().phone();
            let ticket = visit.ticket;
            visit.send(Event::SignedIn(ticket, Err(Fault::PhoneDenied))).scene("phone-denied")
        },
        new().with_nip().types("197402").tap(Tap::Forgot).scene("forgot-offline"),
        new().phone().tap(Tap::WithNip).tap(Tap::Forgot).scene("forgot"),
        new().phone().tap(Tap::Assisted).types("19740215200112200").scene("assisted-nip"),
        new().assisted().types("BCDFGHJK").scene("assisted-code"),
        new().assisted().types("BCDFGHJKLM").tap(Tap::Continue).types("493").scene("assisted-pin"),
        {
            let visit =
                new().assisted().types("BCDFGHJKLM").tap(Tap::Continue).types("493817").tap(Tap::Continue);
            let ticket = visit.ticket;
            visit.send(Event::SignedIn(ticket, Err(Fault::StaffWrong))).scene("assisted-wrong")
        },
        {
            let visit = new().with_nip().types(NIP).tap(Tap::Forgot).tap(Tap::Assisted);
            let visit = visit.types("BCDFGHJKLM").tap(Tap::Continue).types("493817").tap(Tap::Continue);
            let ticket = visit.ticket;
            let page = "https://kartu.contoh.go.id/aktivasi".to_owned();
            let new = NewPassword { code: Secret::from("BCDF-GHJK-LMNP"), page };
            visit.send(Event::NewPassword(ticket, Ok(new))).scene("new-password-given")
        },
        call(Ok((CallState::Waiting, 0)), "call-unheard"),
        call(Ok((CallState::Ringing, 1)), "call-ringing"),
        call(Ok((CallState::Coming, 1)), "call-coming"),
        call(Err(Fault::Offline), "call-failed"),
        Scene {
            touch: Some("Lobi Timur"),
            ..new()
                .tap(Tap::Start)
                .send(Event::DeskCalls(vec![DeskCall {
                    id: "1".into(),
                    station: "Lobi Timur".into(),
                    state: CallState::Ringing,
                    age_s: 130,
                }]))
                .scene("desk-call")
        },
        new().with_nip().scene("nip-empty"),
        new().with_nip().types("19740215200112200").scene("nip-typed"),
        paper().with_nip().types("19740215").tap(Tap::Continue).scene("nip-fault"),
        new().password().scene("password-empty"),
        new().password().types("rahasia-sekali").scene("password-typed"),
        wrong_password.scene("password-wrong"),
        new().password().types("rahasia").tap(Tap::Continue).scene("password-waiting"),
        new().password().types("rah").later(IDLE + Duration::from_secs(8)).scene("idle-warning"),
        new().signed_in(None, Some(Refusal::Candidate)).scene("refused"),
        new().signed_in(None, None).scene("my-card-none"),
        new().signed_in(issue(), None).scene("my-card-drawing"),
        new().signed_in(issue(), None).drawn().scene("my-card"),
        new().signed_in(issue(), None).drawn().tap(Tap::WrongData).scene("report-empty"),
        new().review().drawn().tap(Tap::WrongData).tap(Tap::Tick(WrongField::Unit)).scene("report-ticked"),
        reported(Ok("2026-BCDFGH".into()), "report-sent"),
        reported(Err(Fault::Offline), "report-offline"),
        {
            let visit = new().with_nip().types(NIP).tap(Tap::Continue).types("rahasia").tap(Tap::Continue);
            let corrections = vec![Correction {
                number: "2026-BCDFGH".into(),
                fields: vec![WrongField::Unit],
                asked_at: "2026-02-20T03:00:00Z".parse().unwrap(),
                answer: Some("Unit kerja sudah kami perbarui menjadi Dinas Kesehatan. Silakan ambil foto baru agar kartu memuat unit yang benar.".into()),
            }];
            let grant = Some("grant".to_owned());
            let answer = SignedIn { employee: employee(), grant, refusal: None, issue: None, corrections };
            let ticket = visit.ticket;
            let visit = visit.send(Event::SignedIn(ticket, Ok(Box::new(SignedInBox(answer)))));
            visit.tap(Tap::WrongData).scene("report-answered")
        },
        new().named(LONGEST).scene("my-card-longest-name"),
        new().named(SHORTEST).scene("my-card-shortest-name"),
        new().signed_in(None, None).tap(Tap::UpdatePhoto).scene("photo-invite"),
        Scene { camera: None, ..new().live(None).scene("photo-opening") },
        new().live(Some(Advice::ComeCloser)).scene("photo-closer"),
        new().live(Some(Advice::FaceCutOff)).scene("photo-cut-off"),
        new().live(Some(Advice::Ready)).scene("photo-ready"),
        again.scene("photo-again"),
        turn_the_cloth.scene("photo-turn-the-cloth"),
        new()
            .live(Some(Advice::Ready))
            .tap(Tap::Shoot)
            .later(Duration::from_millis(400))
            .scene("photo-countdown"),
        Scene {
            before: Some(new().live(Some(Advice::Ready)).session),
            camera: Some(Role::Face),
            ..new().cutting().scene("photo-cutting")
        },
        new().review().scene("review-drawing"),
        new().review().drawn().scene("review-lying"),
        new().review().drawn().tap(Tap::Orient(Orientation::Portrait)).drawn().scene("review-upright"),
        new().accepting().scene("accepting"),
        new().kept().scene("accepting-kept"),
        new().issued().drawn().scene("issued-lying"),
        new().issued().drawn().tap(Tap::Orient(Orientation::Portrait)).drawn().scene("issued-upright"),
        Scene {
            touch: Some(lang.pick("Belakang", "Reverse")),
            ..new().issued().drawn().scene("issued-back")
        },
        new().issued().drawn().tap(Tap::Download).scene("download-waiting"),
        {
            let visit = new().issued().drawn().tap(Tap::Download);
            let ticket = visit.ticket;
            let url = format!("https://kartu.contoh.go.id/u/{}", "A".repeat(43));
            visit.send(Event::Link(ticket, Ok(url))).scene("download-open")
        },
        {
            let visit = new().issued().drawn().tap(Tap::Download);
            let ticket = visit.ticket;
            visit.send(Event::Link(ticket, Err(Fault::Offline))).scene("download-offline")
        },
        new().printing(JobState::Queued).scene("printing-queued"),
        new().printing(JobState::Sending(Share { percent: 62, ..Share::default() })).scene("printing"),
        new().printing(JobState::Sending(Share { percent: 0, side: 2, sides: 2 })).scene("printing-back"),
        new().printing(JobState::Waiting(Fault::Paper)).scene("printing-paper"),
        new().printing(JobState::Waiting(Fault::Cover)).scene("printing-cover"),
        new().printing(JobState::Waiting(Fault::PrinterOffline)).scene("printing-offline"),
        new().printing(JobState::Waiting(Fault::PrinterHot)).scene("printing-hot"),
        new().printing(JobState::Waiting(Fault::PrinterJam)).scene("printing-jam"),
        new().printing(JobState::Waiting(Fault::PrinterSupplies)).scene("printing-supplies"),
        new().printing(JobState::Failed(Fault::PrinterTrouble)).scene("printing-failed"),
        new().printing(JobState::Unknown).scene("printing-unknown"),
        new().kept().tap(Tap::Later).scene("later"),
        new().printing(JobState::Printed).scene("done-printed"),
        new().printing(JobState::Sent).scene("done-sent"),
        new().issued().drawn().tap(Tap::Finish).scene("done-later"),
        new().tap(Tap::Start).tap(Tap::PickUp).scene("pick-up-empty"),
        new().tap(Tap::Start).tap(Tap::PickUp).types("BCDFG").scene("pick-up-typed"),
        not_found.scene("pick-up-unknown"),
        new().tap(Tap::Start).tap(Tap::CheckCard).scene("check-look"),
        new().checked(Verdict::Valid, &[], true, true).scene("check-valid-portrait"),
        new().checked(Verdict::Valid, &[Reason::CompareTheFace], true, false).scene("check-valid-bare"),
        new()
            .checked(Verdict::Valid, &[Reason::NewerCardExists, Reason::CompareTheFace], true, false)
            .scene("check-valid-newer"),
        new()
            .checked_with(LONGEST, Verdict::Confirm, &[Reason::StatusStale], true, true)
            .scene("check-longest-name"),
        new().checked(Verdict::Confirm, &[Reason::StatusStale], true, true).scene("check-confirm-stale"),
        new().checked(Verdict::Confirm, &[Reason::BknLink], false, false).scene("check-confirm-bkn"),
        new().checked(Verdict::Confirm, &[Reason::SeveralCards], false, false).scene("check-several"),
        new()
            .checked(Verdict::Confirm, &[Reason::StatusMissing], true, true)
            .scene("check-confirm-elsewhere"),
        new().checked(Verdict::NoCode, &[Reason::OtherCode], false, false).scene("check-other-code"),
        new().checked(Verdict::NoLongerValid, &[Reason::NoLongerInForce], true, false).scene("check-ended"),
        new().checked(Verdict::NotGenuine, &[Reason::Altered], false, false).scene("check-not-genuine"),
        no_disk.scene("trouble"),
        new().password().send(Event::Broken(Fault::PartEnded)).scene("out-of-order"),
        new().tap(Tap::Staff).scene("staff-code"),
        new().tap(Tap::Staff).types("bcdf").tap(Tap::Continue).scene("staff-code-fault"),
        new().staff_pin().scene("staff-pin"),
        new().staff_pin().tap(Tap::Continue).scene("staff-pin-waiting"),
        new().staff_pin().staff_answer(Err(Fault::StaffWrong)).scene("staff-wrong"),
        (0..5)
            .fold(new().staff_pin(), |visit, _| visit.types("582917").staff_answer(Err(Fault::StaffWrong)))
            .scene("staff-wait"),
        Scene {
            touch: Some(lang.pick("Latar foto berubah", "Backdrop has changed")),
            ..new().send(Event::Alert(Alert::Backdrop, true)).scene("attract-backdrop-changed")
        },
        new().studio(PlateState::Holds).scene("studio"),
        new().studio(PlateState::Stale(Staleness::CameraMoved)).scene("studio-moved"),
        new()
            .studio(PlateState::Holds)
            .tap(Tap::TakePlate)
            .later(Duration::from_millis(400))
            .scene("studio-aside"),
        new().plate_taken(Err(Fault::PlateSomebody)).scene("studio-somebody"),
        new().plate_taken(Ok(())).scene("studio-taken"),
        new().staff_in().scene("staff-home"),
        new().desk().tap(Tap::Staff).scene("staff-home-desk"),
        new().desk().scene("desk-look"),
        new().desk().types("M 1234").scene("desk-typed"),
        new().desk_scans(Verdict::Valid, &[], true, true).types("Kepala Dinas").scene("desk-valid"),
        new()
            .desk_scans(Verdict::Valid, &[], true, true)
            .tap(Tap::Continue)
            .visit_kept(None)
            .scene("desk-valid-kept"),
        new().desk_scans(Verdict::Confirm, &[Reason::StatusStale], true, true).scene("desk-confirm"),
        new()
            .desk_scans(Verdict::Confirm, &[Reason::StatusStale], true, true)
            .send(Event::Key(Key::Enter))
            .scene("desk-confirm-undecided"),
        new()
            .desk_scans(Verdict::Confirm, &[Reason::BknLink], false, false)
            .tap(Tap::Decide(Decision::AcceptedWithKtp))
            .visit_kept(Some(Decision::AcceptedWithKtp))
            .scene("desk-confirm-kept"),
        new().desk_scans(Verdict::NoLongerValid, &[Reason::NoLongerInForce], true, false).scene("desk-ended"),
        new().desk_scans(Verdict::NotGenuine, &[Reason::Altered], false, false).scene("desk-not-genuine"),
        new()
            .desk_number(NumberFinding::Matches { facts: facts(), portrait: Some(Arc::clone(&props.photo)) })
            .scene("desk-number"),
        new().desk_number(NumberFinding::NotHere).scene("desk-number-not-here"),
        Scene {
            touch: Some(lang.pick("NIP atau nomor KARPEG", "NIP or KARPEG number")),
            ..new().desk().scene("desk-keys")
        },
        new().visitors().scene("staff-visitors"),
        new().visitors().types("zzz").scene("staff-visitors-none"),
        Scene { touch: Some(lang.pick("Ketik", "Type")), ..new().visitors().scene("staff-visitors-keys") },
        new().prints().scene("staff-prints"),
        new().print_question().scene("staff-print-question"),
        new().print_question().tap(Tap::Spoiled).scene("staff-print-spoiled"),
        new().prints().tap(Tap::Pick(1)).scene("staff-print-left"),
    ]
    .into_iter()
    .chain(setup::scenes(lang, props))
    .collect()
}
