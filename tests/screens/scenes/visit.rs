//! A visit under way, driven through its real events.

use std::sync::Arc;
use std::time::Duration;

use anjungan::card::Orientation;
use anjungan::credential::{Holder, IssuerId, Judgement, Reason, Serial, Verdict};
use anjungan::lang::Lang;
use anjungan::person::{Employee, Refusal};
use anjungan::photo::{Advice, Measures, gauges};
use anjungan::protocol::{Issue, SignedIn};
use anjungan::session::print_job::JobState;
use anjungan::session::{
    About, COUNTDOWN, Clerk, Decision, DeskState, DeskVerdict, Effect, Event, Fault, Finding, Key, ListAge,
    NumberFinding, Offer, PhoneNews, PlateState, Portrait, PrintLine, Reading, Role, STEP_ASIDE, Secret,
    Session, SignedInBox, Tap, Ticket,
};
use jiff::civil::date;

use super::Scene;
use super::props::{LONG_UNIT, NAME, NIP, Props, employee, facts, visit_line};

/// A status list of this morning.
fn list_age() -> ListAge {
    ListAge { hours: 5, from: date(2026, 3, 10).at(9, 5, 0, 0), until: date(2026, 3, 17).at(9, 5, 0, 0) }
}

/// What a verdict is about in these scenes: everybody's card is the same one.
fn about(reasons: &[Reason], holder: Option<&Holder>) -> About {
    match holder {
        _ if reasons.contains(&Reason::SeveralCards) => About::SeveralCards,
        Some(holder) => About::card(&holder.issuer, holder.serial),
        None => About::Codes(Vec::new()),
    }
}

/// A visit under way.
pub(super) struct Visit<'a> {
    pub(super) props: &'a Props,
    pub(super) session: Session,
    pub(super) now: Duration,
    pub(super) camera: Option<Role>,
    pub(super) ticket: Ticket,
    /// Of the search beside another question.
    pub(super) search: Ticket,
    pub(super) orientation: Orientation,
}

impl<'a> Visit<'a> {
    pub(super) fn new(lang: Lang, props: &'a Props) -> Visit<'a> {
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

    /// A press waits until the screen takes it, as a person does who has seen it.
    pub(super) fn send(mut self, event: Event) -> Self {
        if event.is_touch() {
            self.now = self.now.max(self.session.settled_at());
        }
        let (session, effects) = self.session.step(event, self.now);
        self.session = session;
        self.carry(effects);
        self
    }

    pub(super) fn carry(&mut self, effects: Vec<Effect>) {
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
                | Effect::PauseScan { .. }
                | Effect::WithdrawOffer
                | Effect::KeepSetup(_)
                | Effect::StartAnew
                | Effect::UseCamera { .. }
                | Effect::Sound(_)
                | Effect::Forget => {}
            }
        }
    }

    pub(super) fn tap(self, tap: Tap) -> Self {
        self.send(Event::Tap(tap))
    }

    pub(super) fn types(self, text: &str) -> Self {
        text.chars().fold(self, |visit, c| visit.send(Event::Key(Key::Char(c))))
    }

    pub(super) fn later(mut self, by: Duration) -> Self {
        self.now += by;
        self.send(Event::Tick)
    }

    pub(super) fn with_nip(self) -> Self {
        self.tap(Tap::Start).tap(Tap::MyCard).tap(Tap::WithNip)
    }

    pub(super) fn phone(self) -> Self {
        let visit = self.tap(Tap::Start).tap(Tap::MyCard);
        let ticket = visit.ticket;
        let page = "https://kartu.contoh.go.id/masuk".to_owned();
        let user_code = "BCDF-GHJK".to_owned();
        let url = format!("{page}?k={user_code}");
        let forgot_page = "https://kartu.contoh.go.id/lupa".to_owned();
        visit.send(Event::Phone(ticket, PhoneNews::Offered(Offer { user_code, url, page, forgot_page })))
    }

    pub(super) fn assisted(self) -> Self {
        self.phone().tap(Tap::Assisted).types(NIP).tap(Tap::Continue)
    }

    pub(super) fn password(self) -> Self {
        self.with_nip().types(NIP).tap(Tap::Continue)
    }

    pub(super) fn signed_in(self, issue: Option<Issue>, refusal: Option<Refusal>) -> Self {
        let visit = self.password().types("rahasia").tap(Tap::Continue);
        let grant = refusal.is_none().then(|| "grant".to_owned());
        let answer = SignedIn { employee: employee(), grant, refusal, issue, corrections: Vec::new() };
        let ticket = visit.ticket;
        visit.send(Event::SignedIn(ticket, Ok(Box::new(SignedInBox(answer)))))
    }

    /// Somebody with this name, before the card that they hold. The picture of a card is that of
    /// the other scenes: how a name is set on it is measured where it is drawn.
    pub(super) fn named(self, name: &str) -> Self {
        let visit = self.password().types("rahasia").tap(Tap::Continue);
        let employee = Employee { name: name.into(), unit: LONG_UNIT.into(), ..employee() };
        let issue = Some(Issue { name: name.into(), unit: LONG_UNIT.into(), ..visit.props.issue.clone() });
        let grant = Some("grant".to_owned());
        let answer = SignedIn { employee, grant, refusal: None, issue, corrections: Vec::new() };
        let ticket = visit.ticket;
        visit.send(Event::SignedIn(ticket, Ok(Box::new(SignedInBox(answer))))).drawn()
    }

    pub(super) fn drawn(self) -> Self {
        let (ticket, drawing) = (self.ticket, self.props.drawing(self.orientation));
        self.send(Event::Drawn(ticket, Ok(drawing)))
    }

    pub(super) fn live(self, advice: Option<Advice>) -> Self {
        let visit = self.signed_in(None, None).tap(Tap::UpdatePhoto).tap(Tap::CameraOn);
        let ticket = visit.ticket;
        match advice {
            Some(advice) => visit.send(Event::Advice(ticket, advice)),
            None => visit,
        }
    }

    pub(super) fn cutting(self) -> Self {
        self.live(Some(Advice::Ready)).tap(Tap::Shoot).later(COUNTDOWN)
    }

    pub(super) fn review(self) -> Self {
        let visit = self.cutting();
        let portrait = Portrait { photo: Arc::clone(&visit.props.photo), used_plate: true };
        let ticket = visit.ticket;
        visit.send(Event::Cut(ticket, Ok(portrait)))
    }

    pub(super) fn accepting(self) -> Self {
        self.review().drawn().tap(Tap::UseThisPhoto)
    }

    pub(super) fn kept(self) -> Self {
        let visit = self.accepting();
        let ticket = visit.ticket;
        visit.send(Event::Kept(ticket, Ok(Secret::from("BCDFGHJK"))))
    }

    pub(super) fn issued(self) -> Self {
        let visit = self.kept();
        let (ticket, issue) = (visit.ticket, visit.props.issue.clone());
        visit.send(Event::Issued(ticket, Ok(Box::new(issue))))
    }

    pub(super) fn printing(self, state: JobState) -> Self {
        let visit = self.issued().drawn().tap(Tap::Print);
        let ticket = visit.ticket;
        visit.send(Event::PrintJob { ticket, print_id: "P-7KQ2".into(), state })
    }

    pub(super) fn checked(self, verdict: Verdict, reasons: &[Reason], holder: bool, portrait: bool) -> Self {
        self.checked_with(NAME, verdict, reasons, holder, portrait)
    }

    pub(super) fn checked_with(
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
        let about = about(reasons, holder.as_ref());
        let judgement = Judgement { verdict, reasons: reasons.to_vec(), holder, face_webp: None };
        let portrait = portrait.then(|| Arc::clone(&visit.props.photo));
        let finding = Finding { judgement, about, portrait, status: Some(list_age()), facts: None };
        let ticket = visit.ticket;
        visit.send(Event::Scanned(ticket, Box::new(finding)))
    }

    pub(super) fn staff_pin(self) -> Self {
        self.tap(Tap::Staff).types("bcdfghjklm").types("582917")
    }

    pub(super) fn staff_answer(self, result: Result<Clerk, Fault>) -> Self {
        let visit = self.tap(Tap::Continue);
        let ticket = visit.ticket;
        visit.send(Event::StaffOpened(ticket, result))
    }

    pub(super) fn staff_in(self) -> Self {
        self.staff_pin().staff_answer(Ok(Clerk { id: "petugas-1".into(), name: "Rina Marlina".into() }))
    }

    /// The technician's page, with a face of good measures but for its light.
    pub(super) fn studio(self, plate: PlateState) -> Self {
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

    pub(super) fn plate_taken(self, result: Result<(), Fault>) -> Self {
        let visit = self.studio(PlateState::Missing).tap(Tap::TakePlate).later(STEP_ASIDE);
        let ticket = visit.ticket;
        visit.send(Event::PlateTaken(ticket, result))
    }

    pub(super) fn desk(self) -> Self {
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

    pub(super) fn desk_scans(
        self,
        verdict: Verdict,
        reasons: &[Reason],
        holder: bool,
        portrait: bool,
    ) -> Self {
        let visit = self.desk();
        let holder = holder.then(|| Holder {
            name: NAME.into(),
            nip: employee().nip,
            issued_on: date(2026, 3, 2),
            serial: Serial::parse("MFRGGZDFMZTWQ2LK").unwrap(),
            issuer: IssuerId::parse("6201").unwrap(),
        });
        let facts = holder.is_some().then(facts);
        let about = about(reasons, holder.as_ref());
        let judgement = Judgement { verdict, reasons: reasons.to_vec(), holder, face_webp: None };
        let portrait = portrait.then(|| Arc::clone(&visit.props.photo));
        let finding = Finding { judgement, about, portrait, status: Some(list_age()), facts };
        let ticket = visit.ticket;
        visit.send(Event::Scanned(ticket, Box::new(finding)))
    }

    pub(super) fn desk_number(self, finding: NumberFinding) -> Self {
        let visit = self.desk().types("M 123456").tap(Tap::Continue);
        let ticket = visit.ticket;
        visit.send(Event::NumberLooked(ticket, Ok(Box::new(finding))))
    }

    pub(super) fn visit_kept(self, decision: Option<Decision>) -> Self {
        let verdict = if decision.is_some() { DeskVerdict::Confirm } else { DeskVerdict::Valid };
        let line = visit_line(NAME, "10.24", "Kepala Dinas", verdict, decision);
        let ticket = self.ticket;
        self.send(Event::VisitKept(ticket, Ok(Box::new(line))))
    }

    pub(super) fn prints(self) -> Self {
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

    pub(super) fn print_question(self) -> Self {
        let visit = self.prints().tap(Tap::Pick(0));
        let (ticket, picture) =
            (visit.ticket, Arc::clone(&visit.props.drawing(Orientation::Landscape).front));
        visit.send(Event::PrintOpened(ticket, Ok(picture)))
    }

    pub(super) fn visitors(self) -> Self {
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

    pub(super) fn scene(self, name: &'static str) -> Scene {
        Scene { name, session: self.session, now: self.now, camera: self.camera, before: None, touch: None }
    }
}
