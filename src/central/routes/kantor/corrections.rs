//! Reports of wrong data, and the office's answers.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use maud::{Markup, html};

use super::{Work, acted, moment, shown};
use crate::central::help::corrections::{self, CorrectionLine, LONGEST_ANSWER};
use crate::central::routes::akun::field_word;
use crate::central::routes::masuk::see;
use crate::central::staff::Area;
use crate::central::{App, CentralError};

pub async fn show(State(app): State<Arc<App>>, parts: Parts) -> Response {
    shown(&app, &parts, Some(Area::Corrections), async |work| {
        let main = page(&app, work).await?;
        Ok(work.page(StatusCode::OK, Some("/kantor/koreksi"), &main))
    })
    .await
}

pub async fn close(State(app): State<Arc<App>>, parts: Parts, body: Bytes) -> Response {
    acted(&app, &parts, &body, Some(Area::Corrections), async |work, fields| {
        let (number, answer) = (fields.get("nomor"), fields.get("jawaban"));
        corrections::close(&app.office, &work.session.record, &number, &answer).await?;
        Ok(see("/kantor/koreksi", work.lang()))
    })
    .await
}

async fn page(app: &App, work: &Work) -> Result<Markup, CentralError> {
    let lang = work.lang();
    let lines = corrections::list(&app.office.store, false).await?;
    Ok(html! {
        h1 { (lang.pick("Data keliru", "Wrong data")) }
        @if lines.is_empty() { p { (lang.pick("Tidak ada yang menunggu.", "Nothing waits.")) } }
        @for line in &lines { (report(app, work, line)) }
    })
}

fn report(app: &App, work: &Work, line: &CorrectionLine) -> Markup {
    let lang = work.lang();
    let fields: Vec<_> = line.fields.iter().map(|field| field_word(*field, lang)).collect();
    html! {
        div.card {
            dl {
                div { dt { (lang.pick("Nomor", "Number")) } dd { (line.number) } }
                div { dt { (lang.pick("Sejak", "Since")) } dd { (moment(app, line.asked_at.as_second())) } }
                div { dt { (lang.pick("Nama", "Name")) } dd { (line.name) } }
                div { dt { "NIP" } dd { (line.nip.grouped()) } }
                div { dt { (lang.pick("Unit kerja", "Work unit")) } dd { (line.unit) } }
                div { dt { (lang.pick("Yang keliru", "What is wrong")) } dd { (fields.join(", ")) } }
            }
            (work.form(app, "/kantor/koreksi", &html! {
                input type="hidden" name="nomor" value=(line.number);
                label {
                    (lang.pick("Jawaban untuk pegawai", "Answer to the employee"))
                    span.hint { (lang.pick("Satu baris; tampil saat ia masuk berikutnya.", "One line; shown when they sign in next.")) }
                    input name="jawaban" required maxlength=(LONGEST_ANSWER) autocomplete="off";
                }
                button type="submit" { (lang.pick("Jawab dan tutup", "Answer and close")) }
            }))
        }
    }
}
