//! Every screen with made-up people: each scene is a visit driven through its real events.

mod props;
mod setup;
mod visit;

use std::sync::Arc;
use std::time::Duration;

use anjungan::card::Orientation;
use anjungan::credential::{Reason, Verdict};
use anjungan::lang::Lang;
use anjungan::person::Refusal;
use anjungan::photo::{Advice, Staleness};
use anjungan::protocol::{CallState, Correction, DeskCall, SignedIn, WrongField};
use anjungan::session::print_job::{JobState, Share};
use anjungan::session::{
    ABSENT, Alert, Decision, Event, Fault, IDLE, Key, NewPassword, NumberFinding, PhoneNews, PlateState,
    Role, Secret, Session, SignedInBox, Tap,
};

pub use props::Props;
use props::{LONGEST, NIP, SHORTEST, employee, facts};
use visit::Visit;

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
        new().checked(Verdict::Valid, &[], true, true).later(ABSENT).scene("check-past"),
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
        new().desk().tap(Tap::TypeNumber).scene("desk-keys"),
        new().desk_scans(Verdict::Confirm, &[Reason::StatusStale], true, true).tap(Tap::TypeHost).scene("desk-keys-host"),
        new().desk_scans(Verdict::Valid, &[], true, true).later(ABSENT).scene("desk-past"),
        new().desk_scans(Verdict::Confirm, &[Reason::SeveralCards], false, false).scene("desk-several"),
        new().desk_scans(Verdict::NoCode, &[Reason::OtherCode], false, false).scene("desk-other-code"),
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
