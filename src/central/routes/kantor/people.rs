//! Finding somebody. What was typed comes in a body, so it stands in no address and no proxy's log.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use maud::{Markup, html};

use super::{Work, acted, shown};
use crate::central::registry::{self, PersonLine};
use crate::central::staff::Area;
use crate::central::{App, CentralError};
use crate::lang::Lang;
use crate::person::Status;

pub async fn show(State(app): State<Arc<App>>, parts: Parts) -> Response {
    shown(&app, &parts, Some(Area::People), async |work| {
        let main = list(&app, work, "", 0).await?;
        Ok(work.page(StatusCode::OK, Some("/kantor/orang"), &main))
    })
    .await
}

pub async fn search(State(app): State<Arc<App>>, parts: Parts, body: Bytes) -> Response {
    acted(&app, &parts, &body, Some(Area::People), async |work, fields| {
        let page = fields.get("halaman").parse().unwrap_or(0);
        let main = list(&app, work, &fields.get("cari"), page).await?;
        Ok(work.page(StatusCode::OK, None, &main))
    })
    .await
}

async fn list(app: &App, work: &Work, asked: &str, page: i64) -> Result<Markup, CentralError> {
    let lang = work.lang();
    let asked: String = asked.chars().take(60).collect();
    let page = page.clamp(0, 100_000);
    let (people, more) = registry::search(&app.office.store, &asked, page).await?;
    let turn = |to: i64, word: &str| {
        work.form(
            app,
            "/kantor/orang",
            &html! {
                input type="hidden" name="cari" value=(asked);
                button.other type="submit" name="halaman" value=(to) { (word) }
            },
        )
    };
    Ok(html! {
        h1 { (lang.pick("Orang", "People")) }
        (work.form(app, "/kantor/orang", &html! {
            label for="cari" {
                (lang.pick("Cari NIP atau nama", "Find a NIP or a name"))
                span.hint id="cari-hint" { (lang.pick("Awal NIP, atau bagian nama", "The start of a NIP, or a part of a name")) }
            }
            div.line {
                input id="cari" name="cari" type="search" value=(asked) aria-describedby="cari-hint" autocomplete="off"
                    maxlength="60";
                button type="submit" { (lang.pick("Cari", "Find")) }
            }
        }))
        @if people.is_empty() {
            p role="status" { (lang.pick("Tidak ada yang cocok.", "Nobody fits.")) }
        } @else {
            (table(work, &people))
        }
        @if page > 0 || more {
            div.line {
                @if page > 0 { (turn(page - 1, lang.pick("Sebelumnya", "Before"))) }
                @if more { (turn(page + 1, lang.pick("Berikutnya", "Next"))) }
            }
        }
    })
}

fn table(work: &Work, people: &[PersonLine]) -> Markup {
    let lang = work.lang();
    let [name, unit, status, card] = [
        lang.pick("Nama", "Name"),
        lang.pick("Unit kerja", "Work unit"),
        lang.pick("Status", "Status"),
        lang.pick("Kartu", "Card"),
    ];
    html! {
        table {
            thead { tr { @for word in ["NIP", name, unit, status, card] { th scope="col" { (word) } } } }
            tbody {
                @for line in people {
                    tr {
                        td.number data-label="NIP" { (line.nip.grouped()) }
                        td data-label=(name) {
                            a href=(work.link(&format!("/kantor/orang/{}", line.record))) { (line.name) }
                        }
                        td data-label=(unit) { (line.unit) }
                        td data-label=(status) { (status_word(line.status, lang)) }
                        td data-label=(card) {
                            (line.card.as_deref().map_or(lang.pick("Belum ada", "None yet"), |state| state_word(state, lang)))
                        }
                    }
                }
            }
        }
    }
}

pub fn status_word(status: Status, lang: Lang) -> &'static str {
    match status {
        Status::Candidate => lang.pick("CPNS", "CPNS (candidate)"),
        Status::Active => lang.pick("Aktif", "In service"),
        Status::Retired => lang.pick("Pensiun", "Retired"),
        Status::Resigned => lang.pick("Mengundurkan diri", "Resigned"),
        Status::Dismissed => lang.pick("Diberhentikan", "Dismissed"),
        Status::Deceased => lang.pick("Meninggal dunia", "Deceased"),
        Status::ContractEnded => lang.pick("Kontrak berakhir", "Contract ended"),
    }
}

pub fn state_word(state: &str, lang: Lang) -> &'static str {
    match state {
        "live" => lang.pick("Berlaku", "Valid"),
        "replaced" => lang.pick("Diganti yang baru", "Replaced by a newer one"),
        "suspended" => lang.pick("Ditangguhkan", "Suspended"),
        _ => lang.pick("Dicabut", "Revoked"),
    }
}
