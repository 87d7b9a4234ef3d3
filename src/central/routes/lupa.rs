//! `/lupa`: a forgotten password. The answer to a number is the same for everybody.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use maud::{Markup, html};

use super::form::{Fields, Visitor};
use super::gate::Gate;
use super::notice::{self, alert};
use crate::central::activation_words::Fault;
use crate::central::pages::{Page, Tongue};
use crate::central::{App, Refused, password, recovery};
use crate::lang::Lang;
use crate::person::Nip;
use crate::protocol::ProblemCode;

pub async fn show(State(app): State<Arc<App>>, parts: Parts) -> Response {
    let visitor = Visitor::of(&app.office, &parts);
    let gate = Gate::before(&app, &visitor, recovery::needs_work(&app, visitor.address), None)
        .unwrap_or(Gate::open());
    visitor.keep(ask_form(&app, &visitor, None, &gate).answer(StatusCode::OK))
}

pub async fn take(State(app): State<Arc<App>>, parts: Parts, body: Bytes) -> Response {
    let visitor = Visitor::of(&app.office, &parts);
    let lang = visitor.lang;
    let Some(fields) = Fields::read(&body).filter(|fields| visitor.made(&app.office, fields)) else {
        return visitor.keep(notice::foreign(lang));
    };
    let needed = recovery::needs_work(&app, visitor.address);
    let Ok(nip) = Nip::parse(&fields.get("nip")) else {
        let gate = Gate::before(&app, &visitor, needed, None).unwrap_or(Gate::open());
        let form = ask_form(&app, &visitor, Some(Fault::Nip), &gate);
        return visitor.keep(form.answer(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let worked = match Gate::passed(&app, &visitor, needed, &fields) {
        Ok(worked) => worked,
        Err(failed) => {
            let gate = Gate::before(&app, &visitor, needed, failed).unwrap_or(Gate::open());
            let form = ask_form(&app, &visitor, None, &gate);
            return visitor.keep(form.answer(StatusCode::TOO_MANY_REQUESTS));
        }
    };
    if let Err(refused) = recovery::ask(&app, nip, visitor.address, worked) {
        return notice::refused(lang, refused);
    }
    let main = html! {
        h1 { (lang.pick("Periksa surel Bapak/Ibu", "Check your e-mail")) }
        p { (lang.pick(
            "Bila kantor mengenal NIP ini dan alamat surelnya, tautan untuk kata sandi baru sedang dikirim. Tautan berlaku 30 menit.",
            "If the office knows this NIP and an e-mail address for it, a link for a new password is on its way. It is good for 30 minutes."
        )) }
        p { (without_mail(lang)) }
    };
    page(lang, Tongue::Stays, main).answer(StatusCode::OK)
}

pub async fn link(State(app): State<Arc<App>>, Path(token): Path<String>, parts: Parts) -> Response {
    let visitor = Visitor::of(&app.office, &parts);
    match recovery::whose(&app, &token).await {
        Ok(Some(_)) => visitor.keep(new_form(&app, &visitor, &token, None).answer(StatusCode::OK)),
        Ok(None) => gone(visitor.lang),
        Err(error) => notice::refused(visitor.lang, error.into()),
    }
}

pub async fn redeem(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    parts: Parts,
    body: Bytes,
) -> Response {
    let visitor = Visitor::of(&app.office, &parts);
    let lang = visitor.lang;
    let Some(fields) = Fields::read(&body).filter(|fields| visitor.made(&app.office, fields)) else {
        return visitor.keep(notice::foreign(lang));
    };
    let again = |fault| {
        let form = new_form(&app, &visitor, &token, Some(fault));
        visitor.keep(form.answer(StatusCode::UNPROCESSABLE_ENTITY))
    };
    let (new, repeated) = (fields.get("sandi"), fields.get("ulang"));
    if new != repeated {
        return again(Fault::Differ);
    }
    match recovery::whose(&app, &token).await {
        Ok(Some(nip)) => {
            // Asked here too, for the sentence that says which rule it is.
            if let Err(weak) = password::check(&app.office, &new, nip) {
                return again(Fault::Weak(weak));
            }
        }
        Ok(None) => return gone(lang),
        Err(error) => return notice::refused(lang, error.into()),
    }
    match recovery::redeem(&app, &token, new).await {
        Ok(()) => notice::done(
            lang,
            lang.pick("Kata sandi sudah diganti", "Your password is changed"),
            lang.pick(
                "Silakan masuk di Anjungan atau di ponsel dengan kata sandi ini. Ponsel yang tadinya masuk harus masuk kembali.",
                "Please sign in at a station or on a phone with this password. Phones that were signed in must sign in again.",
            ),
        ),
        Err(Refused::Problem(problem)) if problem.code == ProblemCode::BadCode => gone(lang),
        Err(refused) => notice::refused(lang, refused),
    }
}

fn ask_form(app: &App, visitor: &Visitor, fault: Option<Fault>, gate: &Gate) -> Page {
    let lang = visitor.lang;
    let main = html! {
        h1 { (lang.pick("Lupa Kata Sandi", "Forgot Password")) }
        @if let Some(fault) = fault { (alert(&fault.sentence(Lang::Id), &fault.sentence(Lang::En), lang)) }
        @if app.mailer.is_off() {
            p { (lang.pick("Kantor ini belum mengirim surel.", "This office does not send e-mail yet.")) }
            p { (without_mail(lang)) }
        } @else {
            form method="post" action={ "/lupa?lang=" (lang.tag()) } data-challenge=[gate.challenge()] {
                input type="hidden" name="bukti" value=(visitor.proof(&app.office));
                label for="nip" {
                    "NIP"
                    span.hint id="nip-hint" { (lang.pick("18 angka", "18 digits")) }
                }
                input id="nip" name="nip" aria-describedby="nip-hint" required inputmode="numeric"
                    autocomplete="username" autofocus;
                (gate.fields(lang))
                button type="submit" { (lang.pick("Kirim Tautan", "Send Link")) }
            }
            p.quiet { (without_mail(lang)) }
        }
    };
    let (script, worker) = gate.scripts();
    Page { script, worker, ..page(lang, Tongue::Link("/lupa".into()), main) }
}

fn new_form(app: &App, visitor: &Visitor, token: &str, fault: Option<Fault>) -> Page {
    let lang = visitor.lang;
    let field = |name: &str, label: &str, hint: &str| {
        html! {
            label for=(name) { (label) span.hint id={ (name) "-hint" } { (hint) } }
            input id=(name) name=(name) aria-describedby={ (name) "-hint" } required type="password"
                autocomplete="new-password";
        }
    };
    let main = html! {
        h1 { (lang.pick("Kata sandi baru", "New password")) }
        @if let Some(fault) = fault { (alert(&fault.sentence(Lang::Id), &fault.sentence(Lang::En), lang)) }
        form method="post" action={ "/lupa/" (token) "?lang=" (lang.tag()) } {
            input type="hidden" name="bukti" value=(visitor.proof(&app.office));
            (field("sandi", lang.pick("Kata sandi Anjungan", "Anjungan password"), lang.pick(
                "Paling sedikit 10 karakter, tanpa NIP dan tanggal lahir.",
                "At least 10 characters, without NIP and date of birth."
            )))
            (field("ulang", lang.pick("Ulangi kata sandi", "Repeat the password"),
                lang.pick("Agar tidak ada salah ketik", "So that no slip of the finger stays")))
            button type="submit" { (lang.pick("Simpan Kata Sandi", "Save Password")) }
        }
    };
    page(lang, Tongue::Link(format!("/lupa/{token}").into()), main)
}

fn without_mail(lang: Lang) -> &'static str {
    lang.pick(
        "Tanpa surel: datanglah ke petugas Anjungan dengan KTP. Petugas memberi kode untuk halaman aktivasi.",
        "Without e-mail: come to the staff at a station with your identity card. They give you a code for the activation page.",
    )
}

fn gone(lang: Lang) -> Response {
    notice::gone(
        lang,
        "Tautan ini sudah dipakai atau lewat masanya. Mohon minta tautan baru.",
        "This link was used or has grown old. Please ask for a new one.",
    )
}

fn page(lang: Lang, tongue: Tongue, main: Markup) -> Page {
    Page { lang, title: "Anjungan", tongue, script: None, worker: None, main }
}
