//! Signing in to the office's pages, and out.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use maud::html;

use super::{COOKIE, acted};
use crate::central::pages::{Page, Tongue};
use crate::central::routes::form::{Fields, Visitor, cookie, cookie_name, is_secure};
use crate::central::routes::gate::Gate;
use crate::central::routes::masuk::{needs_work, see};
use crate::central::routes::notice::{self, alert};
use crate::central::staff::{self, Role};
use crate::central::{App, Refused, entering, phone};
use crate::lang::Lang;
use crate::person::Nip;
use crate::protocol::{Problem, ProblemCode};

pub async fn show(State(app): State<Arc<App>>, parts: Parts) -> Response {
    let visitor = Visitor::of(&app.office, &parts);
    let held = cookie(&parts.headers, &cookie_name(is_secure(&app.office), COOKIE)).unwrap_or_default();
    let answer = match staff::find(&app.office, held).await {
        Ok(Some(session)) => signed_in(&app, &visitor, &session),
        Ok(None) => {
            let needed = visitor.known().is_empty()
                && entering::needs_work(&app, None, visitor.known(), visitor.address);
            form(
                &app,
                &visitor,
                "",
                None,
                &Gate::before(&app, &visitor, needed, None).unwrap_or(Gate::open()),
            )
        }
        Err(error) => return notice::refused(visitor.lang, error.into()),
    };
    visitor.keep(answer.answer(StatusCode::OK))
}

pub async fn take(State(app): State<Arc<App>>, parts: Parts, body: Bytes) -> Response {
    let visitor = Visitor::of(&app.office, &parts);
    let Some(fields) = Fields::read(&body).filter(|fields| visitor.made(&app.office, fields)) else {
        return visitor.keep(notice::foreign(visitor.lang));
    };
    let typed = fields.get("nip");
    let needed = needs_work(&app, &visitor, &fields);
    let worked = match Gate::passed(&app, &visitor, needed, &fields) {
        Ok(worked) => worked,
        Err(failed) => {
            let gate = Gate::before(&app, &visitor, needed, failed).unwrap_or(Gate::open());
            let form = form(&app, &visitor, &typed, None, &gate);
            return visitor.keep(form.answer(StatusCode::TOO_MANY_REQUESTS));
        }
    };
    let tried = async {
        let nip = Nip::parse(&typed).map_err(|_| Problem::new(ProblemCode::WrongCredentials, "not a NIP"))?;
        let (password, code) = (fields.get("sandi"), fields.get("kode"));
        let token = staff::sign_in_from(&app, nip, password, &code, visitor.asker(worked)).await?;
        Ok::<_, Refused>((nip, token))
    };
    match tried.await {
        Ok((nip, token)) => {
            let mut answer = see("/kantor", visitor.lang);
            visitor.set(&mut answer, COOKIE, &token, None, "Strict");
            visitor.know(&mut answer, &phone::staff_mark(&app.office, nip));
            visitor.keep(answer)
        }
        Err(Refused::Problem(problem)) => {
            let status = match problem.code {
                ProblemCode::SlowDown => StatusCode::TOO_MANY_REQUESTS,
                _ => StatusCode::FORBIDDEN,
            };
            let needed = needs_work(&app, &visitor, &fields);
            let gate = Gate::before(&app, &visitor, needed, None).unwrap_or(Gate::open());
            let mut answer = form(&app, &visitor, &typed, Some(&problem), &gate).answer(status);
            if let Some(seconds) = problem.retry_after_s {
                answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            visitor.keep(answer)
        }
        Err(refused) => notice::refused(visitor.lang, refused),
    }
}

pub async fn leave(State(app): State<Arc<App>>, parts: Parts, body: Bytes) -> Response {
    acted(&app, &parts, &body, None, async |work, _| {
        staff::close(&app.office, &work.session).await?;
        let mut answer = see("/kantor/masuk", work.lang());
        work.visitor.set(&mut answer, COOKIE, "", Some(0), "Strict");
        Ok(answer)
    })
    .await
}

fn form(app: &App, visitor: &Visitor, nip: &str, problem: Option<&Problem>, gate: &Gate) -> Page {
    let lang = visitor.lang;
    let nip: String = nip.chars().take(40).collect();
    let main = html! {
        h1 { (lang.pick("Masuk petugas kantor", "Office sign-in")) }
        @if let Some(problem) = problem {
            @match (problem.code, problem.retry_after_s) {
                (ProblemCode::SlowDown, Some(seconds)) => {
                    @let (id, en) = notice::wait(seconds);
                    (alert(&id, &en, lang))
                }
                _ => (alert(
                    "NIP, kata sandi, atau kode belum cocok. Kode berganti tiap 30 detik dan berlaku sekali; mohon tunggu kode berikutnya.",
                    "NIP, password or code do not fit. The code changes every 30 seconds and counts once; please wait for the next one.",
                    lang,
                )),
            }
        }
        form method="post" action={ "/kantor/masuk?lang=" (lang.tag()) } data-challenge=[gate.challenge()] {
            input type="hidden" name="bukti" value=(visitor.proof(&app.office));
            label for="nip" { "NIP" span.hint id="nip-hint" { (lang.pick("18 angka", "18 digits")) } }
            input id="nip" name="nip" value=(nip) aria-describedby="nip-hint" required inputmode="numeric"
                autocomplete="username" autofocus;
            label for="sandi" { (lang.pick("Kata sandi Anjungan", "Anjungan password")) }
            input id="sandi" name="sandi" type="password" required autocomplete="current-password";
            label for="kode" {
                (lang.pick("Kode dari aplikasi autentikator", "Code from the authenticator app"))
                span.hint id="kode-hint" { (lang.pick("6 angka", "6 digits")) }
            }
            input id="kode" name="kode" aria-describedby="kode-hint" required inputmode="numeric"
                autocomplete="one-time-code" maxlength="7";
            (gate.fields(lang))
            button type="submit" { (lang.pick("Masuk", "Sign In")) }
        }
        p.quiet { (lang.pick(
            "Belum punya kode? Administrator membuatnya di server: anjungan-central staff put NIP --role …",
            "No code yet? The administrator makes one on the server: anjungan-central staff put NIP --role …"
        )) }
    };
    let (script, worker) = gate.scripts();
    Page { script, worker, ..page(lang, main) }
}

fn signed_in(app: &App, visitor: &Visitor, session: &staff::Session) -> Page {
    let lang = visitor.lang;
    let main = html! {
        h1 { (session.name) }
        p { (role_word(session.role, lang)) }
        p { a.button href={ "/kantor?lang=" (lang.tag()) } { (lang.pick("Ke halaman kantor", "To the office's pages")) } }
        p { a href={ "/kantor/sandi?lang=" (lang.tag()) } { (lang.pick("Ganti kata sandi", "Change the password")) } }
        form method="post" action={ "/kantor/keluar?lang=" (lang.tag()) } {
            input type="hidden" name="bukti" value=(visitor.proof(&app.office));
            button.other type="submit" { (lang.pick("Keluar", "Sign Out")) }
        }
    };
    page(lang, main)
}

fn page(lang: Lang, main: maud::Markup) -> Page {
    let tongue = Tongue::Link("/kantor/masuk".into());
    Page { lang, title: "Anjungan · Kantor", tongue, script: None, worker: None, main }
}

fn role_word(role: Role, lang: Lang) -> &'static str {
    match role {
        Role::Administrator => lang.pick("Administrator", "Administrator"),
        Role::Desk => lang.pick("Petugas meja", "Desk"),
        Role::Technician => lang.pick("Teknisi", "Technician"),
    }
}
