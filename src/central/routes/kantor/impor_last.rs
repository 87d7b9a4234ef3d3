//! The list that was taken in last: what taking it back would do, and taking it back.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use maud::{Markup, html};

use super::impor_result::grouped;
use super::{Work, acted, moment, names, shown};
use crate::central::registry::{self, UndoPlan};
use crate::central::routes::masuk::see;
use crate::central::staff::Area;
use crate::central::{App, CentralError};

pub const PATH: &str = "/kantor/impor/terakhir";

pub async fn show(State(app): State<Arc<App>>, parts: Parts) -> Response {
    shown(&app, &parts, Some(Area::Lists), async |work| {
        let plan = registry::undo_plan(&app.office).await?;
        let plan = plan.ok_or(CentralError::NotFound("no list was taken in yet"))?;
        let main = page(&app, work, &plan).await?;
        Ok(work.page(StatusCode::OK, Some(PATH), &main))
    })
    .await
}

pub async fn undo(State(app): State<Arc<App>>, parts: Parts, body: Bytes) -> Response {
    acted(&app, &parts, &body, Some(Area::Lists), async |work, fields| {
        registry::undo(&app.office, &work.session.record, &fields.get("daftar")).await?;
        Ok(see(PATH, work.lang()))
    })
    .await
}

async fn page(app: &App, work: &Work, plan: &UndoPlan) -> Result<Markup, CentralError> {
    let lang = work.lang();
    let who = names::actor(app, &plan.actor, lang).await?;
    Ok(html! {
        h1 { (lang.pick("Daftar yang terakhir dimasukkan", "The list that was taken in last")) }
        p { (moment(app, plan.at)) ", " (who) }
        @if let Some(at) = plan.undone_at {
            div.card role="status" { p { (lang.pick("Daftar ini sudah dibatalkan pada ", "This list was taken back on ")) (moment(app, at)) "." } }
        } @else {
            h2 { (lang.pick("Bila dibatalkan", "If it is taken back")) }
            div.numbers {
                div { strong { (grouped(plan.back, lang)) } span { (lang.pick("orang kembali seperti sebelumnya", "people as they were before")) } }
                div { strong { (grouped(plan.gone, lang)) } span { (lang.pick("orang baru dihapus lagi", "new people gone again")) } }
            }
            @if plan.in_the_way > 0 {
                div.alert { p { strong { (grouped(plan.in_the_way, lang)) } (lang.pick(
                    " orang di antaranya sudah berubah sesudah itu, atau sudah punya akun atau kartu. Daftar ini tidak dapat dibatalkan.",
                    " of them were changed since, or have an account or a card by now. This list cannot be taken back."
                )) } }
            } @else {
                (work.form(app, PATH, &html! {
                    input type="hidden" name="daftar" value=(plan.id);
                    button type="submit" { (lang.pick("Batalkan seluruh daftar ini", "Take all of this list back")) }
                }))
            }
        }
        p { a.button.other href=(work.link("/kantor/impor")) { (lang.pick("Kembali", "Back")) } }
    })
}
