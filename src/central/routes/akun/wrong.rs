//! `Data saya keliru`, and what the office answered.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use maud::{Markup, html};

use super::{Own, acted, shown};
use crate::central::help::corrections;
use crate::central::routes::masuk::see;
use crate::central::routes::notice::alert;
use crate::central::{App, CentralError};
use crate::lang::Lang;
use crate::protocol::{Correction, WrongField};

pub async fn show(State(app): State<Arc<App>>, parts: Parts) -> Response {
    shown(&app, &parts, async |own| Ok(page(&app, own, StatusCode::OK, false).await?)).await
}

pub async fn report(State(app): State<Arc<App>>, parts: Parts, body: Bytes) -> Response {
    acted(&app, &parts, &body, async |own, fields| {
        let ticked: Vec<_> =
            WrongField::ALL.into_iter().filter(|field| fields.get(field.word()) == "ya").collect();
        if ticked.is_empty() {
            return Ok(page(&app, own, StatusCode::UNPROCESSABLE_ENTITY, true).await?);
        }
        corrections::file(&app.office, own.session.nip, &ticked, None).await?;
        Ok(see("/akun/keliru", own.lang()))
    })
    .await
}

async fn page(app: &App, own: &Own, status: StatusCode, none: bool) -> Result<Response, CentralError> {
    let (lang, person) = (own.lang(), &own.person);
    let reports = corrections::of(&app.office, own.session.nip).await?;
    let held = |field: WrongField| match field {
        WrongField::Name => person.name.clone(),
        WrongField::Nip => person.nip.grouped(),
        WrongField::Body => person.body.clone(),
        WrongField::Unit => person.unit.clone(),
        WrongField::Status | WrongField::Photo => String::new(),
    };
    let main = html! {
        h1 { (lang.pick("Data saya keliru", "My data are wrong")) }
        @if none {
            (alert("Belum ada yang dicentang. Mohon pilih yang keliru.",
                "Nothing is ticked yet. Please choose what is wrong.", lang))
        }
        @for report in &reports { (report_box(report, lang)) }
        p { (lang.pick(
            "Centang yang keliru. Kantor memeriksa, dan jawabannya tampil di sini.",
            "Tick what is wrong. The office looks into it, and its answer stands here."
        )) }
        form.ticks method="post" action=(own.link("/akun/keliru")) {
            (own.proof(app))
            @for field in WrongField::ALL {
                label for=(field.word()) {
                    input type="checkbox" id=(field.word()) name=(field.word()) value="ya";
                    span { (field_word(field, lang)) span.hint { (held(field)) } }
                }
            }
            button type="submit" { (lang.pick("Kirim ke Kantor", "Send to the Office")) }
        }
    };
    Ok(own.page(Some("/akun/keliru"), &main).answer_installable(status))
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
