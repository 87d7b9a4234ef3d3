//! `/masuk`: a phone signs in, and approves a station's code after seeing which station it is.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};

use super::again;
use super::form::{Fields, Visitor};
use super::gate::Gate;
use super::notice::{self, alert};
use crate::central::help::offers::{self, Offered};
use crate::central::pages::{Page, Tongue};
use crate::central::{App, Refused, entering, phone, slow_down};
use crate::lang::Lang;
use crate::person::Nip;
use crate::protocol::{Problem, ProblemCode};

/// What is shown again of a typed code: none is longer.
const LONGEST_CODE: usize = 12;

pub async fn show(State(app): State<Arc<App>>, parts: Parts) -> Response {
    let visitor = Visitor::of(&app.office, &parts);
    match shown(&app, &visitor).await {
        Ok(answer) => visitor.keep(answer),
        Err(refused) => notice::refused(visitor.lang, refused),
    }
}

async fn shown(app: &App, visitor: &Visitor) -> Result<Response, Refused> {
    let code = visitor.parameter("k");
    let Some(session) = visitor.session(&app.office).await? else {
        return Ok(first_form(app, visitor, &code)?.answer(StatusCode::OK));
    };
    let mut answer = if code.is_empty() {
        see("/akun", visitor.lang)
    } else {
        approval(app, visitor, session.nip, &code, &again::field(&session, visitor.lang, None)).await?
    };
    renew(visitor, &mut answer, &session);
    Ok(answer)
}

/// NIP and password, and the code that the screen shows, if a screen is to be approved.
pub async fn take(State(app): State<Arc<App>>, parts: Parts, body: Bytes) -> Response {
    let visitor = Visitor::of(&app.office, &parts);
    let Some(fields) = Fields::read(&body).filter(|fields| visitor.made(&app.office, fields)) else {
        return visitor.keep(notice::foreign(visitor.lang));
    };
    match taken(&app, &visitor, &fields).await {
        Ok(answer) => visitor.keep(answer),
        Err(Refused::Problem(problem)) => {
            let status = match problem.code {
                ProblemCode::SlowDown => StatusCode::TOO_MANY_REQUESTS,
                _ => StatusCode::FORBIDDEN,
            };
            let needed = needs_work(&app, &visitor, &fields);
            let gate = Gate::before(&app, &visitor, needed, None).unwrap_or(Gate::open());
            let form =
                sign_in_form(&app, &visitor, &fields.get("k"), &fields.get("nip"), Some(&problem), &gate);
            let mut answer = form.answer(status);
            if let Some(seconds) = problem.retry_after_s {
                answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            visitor.keep(answer)
        }
        Err(refused) => notice::refused(visitor.lang, refused),
    }
}

async fn taken(app: &App, visitor: &Visitor, fields: &Fields) -> Result<Response, Refused> {
    let nip = Nip::parse(&fields.get("nip"))
        .map_err(|_| Problem::new(ProblemCode::WrongCredentials, "not a NIP"))?;
    let needed = needs_work(app, visitor, fields);
    let worked = match Gate::passed(app, visitor, needed, fields) {
        Ok(worked) => worked,
        Err(failed) => {
            let gate = Gate::before(app, visitor, needed, failed)?;
            let form = sign_in_form(app, visitor, &fields.get("k"), &fields.get("nip"), None, &gate);
            return Ok(form.answer(StatusCode::TOO_MANY_REQUESTS));
        }
    };
    let person = entering::by_phone_from(app, nip, fields.get("sandi"), visitor.asker(worked)).await?;
    let remember = fields.get("ingat") == "ya";
    let cookie = phone::open(&app.office, person.nip, remember, &visitor.device).await?;
    let code = fields.get("k");
    let mut answer = if code.is_empty() {
        see("/akun", visitor.lang)
    } else {
        approval(app, visitor, person.nip, &code, &html! {}).await?
    };
    visitor.sign_in(&mut answer, &cookie, remember.then_some(phone::REMEMBERED_S));
    visitor.know(&mut answer, &phone::mark_after(&app.office, person.nip, visitor.known()));
    Ok(answer)
}

/// Whether this browser must do the proof of work before this form is looked at.
pub fn needs_work(app: &App, visitor: &Visitor, fields: &Fields) -> bool {
    entering::needs_work(app, Nip::parse(&fields.get("nip")).ok(), visitor.known(), visitor.address)
}

/// The decision. Who decides is the phone's session, never the form.
pub async fn decide(State(app): State<Arc<App>>, parts: Parts, body: Bytes) -> Response {
    let visitor = Visitor::of(&app.office, &parts);
    let Some(fields) = Fields::read(&body).filter(|fields| visitor.made(&app.office, fields)) else {
        return visitor.keep(notice::foreign(visitor.lang));
    };
    match decided(&app, &visitor, &fields).await {
        Ok(answer) => visitor.keep(answer),
        Err(refused) => notice::refused(visitor.lang, refused),
    }
}

async fn decided(app: &App, visitor: &Visitor, fields: &Fields) -> Result<Response, Refused> {
    let (code, lang) = (fields.get("k"), visitor.lang);
    let Some(session) = visitor.session(&app.office).await? else {
        return Ok(first_form(app, visitor, &code)?.answer(StatusCode::OK));
    };
    let approve = fields.get("putusan") == "setuju";
    if approve && let Some(problem) = again::proved(app, visitor, &session, fields).await? {
        let field = again::field(&session, lang, Some(&problem));
        let mut answer = approval(app, visitor, session.nip, &code, &field).await?;
        if answer.status().is_success() {
            *answer.status_mut() = StatusCode::FORBIDDEN;
        }
        renew(visitor, &mut answer, &session);
        return Ok(answer);
    }
    // Counted with the codes that were looked up: a form can name any code.
    let name = format!("code {}", session.nip.as_u64());
    let asked_at = app.office.clock.monotonic();
    app.phones.ask(&name, asked_at).map_err(slow_down)?;
    let decided = offers::decide(&app.office, &code, session.nip, approve).await?;
    if decided {
        app.phones.refund(&name, asked_at);
    }
    let mut answer = if !decided {
        unknown_code(visitor.lang, &code, StatusCode::GONE)
    } else if approve {
        notice::done(
            lang,
            lang.pick("Disetujui", "Approved"),
            lang.pick(
                "Silakan lanjutkan di layar Anjungan. Layar itu terbuka dalam beberapa detik.",
                "Please go on at the station's screen. It opens within seconds.",
            ),
        )
    } else {
        notice::done(
            lang,
            lang.pick("Ditolak", "Declined"),
            lang.pick(
                "Tidak ada yang masuk dengan nama Bapak/Ibu. Bila ada yang meminta kode ini melalui telepon atau pesan, mohon laporkan kepada petugas.",
                "Nobody has signed in as you. If somebody asked for this code by phone or message, please tell the staff.",
            ),
        )
    };
    renew(visitor, &mut answer, &session);
    Ok(answer)
}

pub fn renew(visitor: &Visitor, answer: &mut Response, session: &phone::PhoneSession) {
    if let Some(cookie) = &session.renewed {
        visitor.sign_in(answer, cookie, Some(phone::REMEMBERED_S));
    }
}

/// Which station, where, and which code stands on it: before anything is approved. Wrong codes are
/// counted by person: whoever guesses has signed in first.
async fn approval(
    app: &App,
    visitor: &Visitor,
    nip: Nip,
    code: &str,
    again: &Markup,
) -> Result<Response, Refused> {
    let name = format!("code {}", nip.as_u64());
    let asked_at = app.office.clock.monotonic();
    app.phones.ask(&name, asked_at).map_err(slow_down)?;
    let Some(offered) = offers::look(&app.office, code).await? else {
        return Ok(unknown_code(visitor.lang, code, StatusCode::NOT_FOUND));
    };
    app.phones.refund(&name, asked_at);
    let tongue = with_code(&offered.user_code);
    Ok(page(visitor.lang, tongue, approval_form(app, visitor, &offered, again)).answer(StatusCode::OK))
}

fn approval_form(app: &App, visitor: &Visitor, offered: &Offered, again: &Markup) -> Markup {
    let lang = visitor.lang;
    html! {
        h1 { (lang.pick("Buka layar ini?", "Open this screen?")) }
        div.card {
            dl {
                div { dt { (lang.pick("Anjungan", "Station")) } dd { (offered.station) } }
                div { dt { (lang.pick("Tempat", "Place")) } dd { (offered.place) } }
                div { dt { (lang.pick("Kode di layar", "Code on the screen")) } dd.code { (offered.user_code) } }
            }
        }
        div.alert {
            p { (lang.pick(
                "Setujui hanya bila Bapak/Ibu berdiri di depan layar itu sekarang dan kodenya sama.",
                "Approve only if you stand before that screen now and its code is the same."
            )) }
        }
        form method="post" action={ "/masuk/putusan?lang=" (lang.tag()) } {
            input type="hidden" name="bukti" value=(visitor.proof(&app.office));
            input type="hidden" name="k" value=(offered.user_code);
            (again)
            button type="submit" name="putusan" value="setuju" { (lang.pick("Setujui", "Approve")) }
            button.other type="submit" name="putusan" value="tolak" {
                (lang.pick("Bukan Saya", "Not Me"))
            }
        }
    }
}

fn unknown_code(lang: Lang, code: &str, status: StatusCode) -> Response {
    let main = html! {
        h1 { (lang.pick("Kode tidak berlaku lagi", "This code is not good any more")) }
        (alert(
            "Kode di layar sudah lewat masanya, sudah dipakai, atau keliru ketik. Mohon lihat kode di layar.",
            "The code has grown old, was used, or was mistyped. Please look at the screen.",
            lang,
        ))
        form method="get" action="/masuk" {
            input type="hidden" name="lang" value=(lang.tag());
            (code_field(lang, code))
            button type="submit" { (lang.pick("Lanjut", "Continue")) }
        }
    };
    page(lang, Tongue::Stays, main).answer(status)
}

fn code_field(lang: Lang, code: &str) -> Markup {
    let code: String = code.chars().take(LONGEST_CODE).collect();
    html! {
        label for="k" {
            (lang.pick("Kode di layar Anjungan", "Code on the station's screen"))
            span.hint id="k-hint" { "XXXX-XXXX" }
        }
        input id="k" name="k" value=(code) aria-describedby="k-hint" autocomplete="off"
            autocapitalize="characters" spellcheck="false" maxlength="12";
    }
}

/// The form for a browser that has not tried yet; one that is known may be held up by nobody.
fn first_form(app: &App, visitor: &Visitor, code: &str) -> Result<Page, Refused> {
    let needed =
        visitor.known().is_empty() && entering::needs_work(app, None, visitor.known(), visitor.address);
    let gate = Gate::before(app, visitor, needed, None)?;
    Ok(sign_in_form(app, visitor, code, "", None, &gate))
}

fn sign_in_form(
    app: &App,
    visitor: &Visitor,
    code: &str,
    nip: &str,
    problem: Option<&Problem>,
    gate: &Gate,
) -> Page {
    let lang = visitor.lang;
    let nip: String = nip.chars().take(40).collect();
    let main = html! {
        h1 { (lang.pick("Masuk", "Sign in")) }
        @if let Some(problem) = problem { (problem_alert(problem, lang)) }
        form method="post" action={ "/masuk?lang=" (lang.tag()) } data-challenge=[gate.challenge()] {
            input type="hidden" name="bukti" value=(visitor.proof(&app.office));
            @if !code.is_empty() || visitor.query.contains("k=") { (code_field(lang, code)) }
            label for="nip" {
                "NIP"
                span.hint id="nip-hint" { (lang.pick("18 angka", "18 digits")) }
            }
            input id="nip" name="nip" value=(nip) aria-describedby="nip-hint" required inputmode="numeric"
                autocomplete="username" autofocus;
            label for="sandi" {
                (lang.pick("Kata sandi Anjungan", "Anjungan password"))
                span.hint id="sandi-hint" {
                    (lang.pick("Bukan kata sandi layanan lain", "Not that of another service"))
                }
            }
            input id="sandi" name="sandi" type="password" aria-describedby="sandi-hint" required
                autocomplete="current-password";
            label for="ingat" {
                input id="ingat" name="ingat" type="checkbox" value="ya";
                (lang.pick("Ingat Saya", "Remember Me"))
                span.hint {
                    (lang.pick("Hanya di ponsel milik sendiri.", "On your own phone only."))
                }
            }
            (gate.fields(lang))
            button type="submit" { (lang.pick("Masuk", "Sign In")) }
        }
        p { a href={ "/lupa?lang=" (lang.tag()) } { (lang.pick("Lupa Kata Sandi", "Forgot Password")) } }
        p { a href={ "/aktivasi?lang=" (lang.tag()) } {
            (lang.pick("Punya kode aktivasi dari petugas?", "Do you have an activation code from the staff?"))
        } }
    };
    let (script, worker) = gate.scripts();
    Page { script, worker, ..page(lang, with_code(code), main) }
}

fn problem_alert(problem: &Problem, lang: Lang) -> Markup {
    match (problem.code, problem.retry_after_s) {
        (ProblemCode::SlowDown, Some(seconds)) => {
            let (id, en) = notice::wait(seconds);
            alert(&id, &en, lang)
        }
        _ => alert(
            "NIP atau kata sandi belum cocok, atau akun belum diaktifkan. Mohon coba lagi, atau pilih Lupa Kata Sandi.",
            "NIP or password do not match, or the account is not activated. Please try again, or choose Forgot Password.",
            lang,
        ),
    }
}

fn page(lang: Lang, tongue: Tongue, main: Markup) -> Page {
    Page { lang, title: "Anjungan", tongue, script: None, worker: None, main }
}

/// The way to the other language takes the screen's code along.
fn with_code(code: &str) -> Tongue {
    let code: String =
        code.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(LONGEST_CODE).collect();
    if code.is_empty() {
        return Tongue::Link("/masuk".into());
    }
    Tongue::Link(format!("/masuk?k={code}").into())
}

/// To another page of ours, in the same language.
pub fn see(path: &str, lang: Lang) -> Response {
    let to = match lang {
        Lang::Id => path.to_owned(),
        Lang::En => format!("{path}?lang=en"),
    };
    let place = HeaderValue::from_str(&to).unwrap_or(HeaderValue::from_static("/"));
    (
        StatusCode::SEE_OTHER,
        [(header::LOCATION, place), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))],
    )
        .into_response()
}
