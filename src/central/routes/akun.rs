//! `/akun`: what a signed-in person has here on the phone: the card, reports of wrong data, and the
//! phones that are signed in.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use maud::{Markup, html};

use super::download::{card_sheets, file};
use super::form::{Fields, Visitor};
use super::masuk::{renew, see};
use super::notice;
use crate::central::help::corrections;
use crate::central::help::faces::{self, Sheet};
use crate::central::pages::{Page, Tongue};
use crate::central::phone::{self, PhoneSession, SessionLine};
use crate::central::{App, CentralError, Refused, issuing, registry};
use crate::clock::offset;
use crate::lang::Lang;
use crate::person::{card_holds, eligibility};
use crate::protocol::{Correction, Issue, WrongField};

pub async fn show(State(app): State<Arc<App>>, parts: Parts) -> Response {
    let visitor = Visitor::of(&app.office, &parts);
    let answer = async {
        let Some(session) = visitor.session(&app.office).await? else {
            return Ok(see("/masuk", visitor.lang));
        };
        let mut answer = page(&app, &visitor, &session).await?.answer(StatusCode::OK);
        renew(&visitor, &mut answer, &session);
        Ok::<_, CentralError>(visitor.keep(answer))
    };
    answer.await.unwrap_or_else(|error| notice::refused(visitor.lang, error.into()))
}

/// A face of the person's own card.
pub async fn sheet(State(app): State<Arc<App>>, Path(name): Path<String>, parts: Parts) -> Response {
    let visitor = Visitor::of(&app.office, &parts);
    let drawn = async {
        let (Some(sheet), Some(session)) = (Sheet::parse(&name), visitor.session(&app.office).await?) else {
            return Ok(None);
        };
        match own_card(&app, session.nip).await? {
            Some(issue) => Ok(Some((sheet, faces::draw(&app.office, issue, sheet).await?))),
            None => Ok::<_, CentralError>(None),
        }
    };
    match drawn.await {
        Ok(Some((sheet, bytes))) => file(sheet, &name, bytes),
        Ok(None) => notice::gone(
            visitor.lang,
            "Kartu ini tidak ada, atau ponsel ini belum masuk.",
            "There is no such card, or this phone is not signed in.",
        ),
        Err(error) => notice::refused(visitor.lang, error.into()),
    }
}

/// `Data saya keliru`.
pub async fn report(State(app): State<Arc<App>>, parts: Parts, body: Bytes) -> Response {
    act(&app, &parts, &body, async |session, fields| {
        let ticked: Vec<_> =
            WrongField::ALL.into_iter().filter(|field| fields.get(field.word()) == "ya").collect();
        if !ticked.is_empty() {
            corrections::file(&app.office, session.nip, &ticked, None).await?;
        }
        Ok(false)
    })
    .await
}

/// Signs a phone out: this one, or another of the same person.
pub async fn sign_out(State(app): State<Arc<App>>, parts: Parts, body: Bytes) -> Response {
    act(&app, &parts, &body, async |session, fields| {
        let asked = fields.get("ponsel");
        let series = if asked.is_empty() { session.series.clone() } else { asked };
        phone::end_own(&app.office, session.nip, &series).await?;
        Ok(series == session.series)
    })
    .await
}

/// Does what a form of ours asks, for whoever is signed in; then shows the page again, or the way in
/// where that phone is out now.
async fn act(
    app: &App,
    parts: &Parts,
    body: &[u8],
    does: impl AsyncFnOnce(&PhoneSession, &Fields) -> Result<bool, Refused>,
) -> Response {
    let visitor = Visitor::of(&app.office, parts);
    let Some(fields) = Fields::read(body).filter(|fields| visitor.made(&app.office, fields)) else {
        return visitor.keep(notice::foreign(visitor.lang));
    };
    let answer = async {
        let Some(session) = visitor.session(&app.office).await? else {
            return Ok(see("/masuk", visitor.lang));
        };
        let out = does(&session, &fields).await?;
        let mut answer = see(if out { "/masuk" } else { "/akun" }, visitor.lang);
        if out {
            visitor.sign_out(&mut answer);
        } else {
            renew(&visitor, &mut answer, &session);
        }
        Ok::<_, Refused>(answer)
    };
    answer.await.unwrap_or_else(|refused| notice::refused(visitor.lang, refused))
}

async fn own_card(app: &App, nip: crate::person::Nip) -> Result<Option<Issue>, CentralError> {
    let person = registry::find(&app.office.store, nip).await?;
    if !person.is_some_and(|person| card_holds(&person, app.office.today())) {
        return Ok(None);
    }
    issuing::newest_of(&app.office.store, nip).await
}

async fn page(app: &App, visitor: &Visitor, session: &PhoneSession) -> Result<Page, CentralError> {
    let (office, lang) = (&app.office, visitor.lang);
    let person = registry::find(&office.store, session.nip).await?;
    let person = person.ok_or(CentralError::Stored("the person of a session"))?;
    let card = own_card(app, session.nip).await?;
    let reports = corrections::of(office, session.nip).await?;
    let phones = phone::of(office, session.nip).await?;
    let proof = visitor.proof(office);
    let main = html! {
        @match &card {
            Some(issue) => (card_sheets(lang, "/akun/kartu", &issue.name)),
            None => {
                h1 { "Kartu ASN Virtual" }
                p { (person.name) }
                @match eligibility(&person, office.today()) {
                    Err(refusal) => div.alert { p { (refusal.sentence(lang)) } p { (refusal.next(lang)) } },
                    Ok(()) => p { (lang.pick(
                        "Belum ada kartu. Silakan berfoto di Anjungan kantor.",
                        "There is no card yet. Please have your photo taken at an office's station."
                    )) },
                }
            }
        }
        h2 { (lang.pick("Data saya keliru", "My data are wrong")) }
        @for report in &reports { (report_box(report, lang)) }
        form method="post" action={ "/akun/keliru?lang=" (lang.tag()) } {
            input type="hidden" name="bukti" value=(proof);
            @for field in WrongField::ALL {
                label for=(field.word()) {
                    input type="checkbox" id=(field.word()) name=(field.word()) value="ya";
                    (field_word(field, lang))
                }
            }
            button.other type="submit" { (lang.pick("Kirim ke Kantor", "Send to the Office")) }
        }
        h2 { (lang.pick("Ponsel yang masuk", "Phones signed in")) }
        @for line in &phones { (phone_box(line, session, &proof, lang, office.config.utc_offset_hours)) }
    };
    Ok(Page {
        lang,
        title: "Anjungan",
        tongue: Tongue::Link("/akun".into()),
        script: None,
        worker: None,
        main,
    })
}

fn report_box(report: &Correction, lang: Lang) -> Markup {
    let fields: Vec<_> = report.fields.iter().map(|field| field_word(*field, lang)).collect();
    html! {
        div.card {
            dl {
                div { dt { (lang.pick("Nomor", "Number")) } dd { (report.number) } }
                div { dt { (lang.pick("Yang keliru", "What is wrong")) } dd { (fields.join(", ")) } }
                div {
                    dt { (lang.pick("Jawaban kantor", "The office's answer")) }
                    dd { (report.answer.as_deref().unwrap_or(lang.pick("Belum ada", "None yet"))) }
                }
            }
        }
    }
}

fn phone_box(line: &SessionLine, own: &PhoneSession, proof: &str, lang: Lang, hours: i8) -> Markup {
    let since = jiff::Timestamp::from_second(line.created_at).unwrap_or_default();
    let since = offset(hours).to_datetime(since).strftime("%d-%m-%Y %H.%M").to_string();
    let this = line.series == own.series;
    html! {
        div.card {
            p {
                (lang.pick("Masuk sejak ", "Signed in since ")) (since)
                @if this { " – " (lang.pick("ponsel ini", "this phone")) }
                @if line.remember { span.second { (lang.pick("Ingat Saya", "Remember Me")) } }
            }
            form method="post" action={ "/akun/keluar?lang=" (lang.tag()) } {
                input type="hidden" name="bukti" value=(proof);
                input type="hidden" name="ponsel" value=(line.series);
                button.other type="submit" { (lang.pick("Keluar", "Sign Out")) }
            }
        }
    }
}

/// What people call it.
pub fn field_word(field: WrongField, lang: Lang) -> &'static str {
    match field {
        WrongField::Name => lang.pick("Nama", "Name"),
        WrongField::Nip => "NIP",
        WrongField::Body => lang.pick("Instansi", "Employing body"),
        WrongField::Unit => lang.pick("Unit kerja", "Work unit"),
        WrongField::Status => lang.pick("Status kepegawaian", "Employment status"),
        WrongField::Photo => lang.pick("Foto", "Photo"),
    }
}
