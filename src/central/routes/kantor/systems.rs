//! Other systems: who has a key for the API, a key for one more, and the end of one.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use maud::{Markup, html};

use super::condition::age;
use super::{Work, acted, shown};
use crate::central::clients::{self, ClientLine, Scope};
use crate::central::routes::masuk::see;
use crate::central::staff::Area;
use crate::central::{App, CentralError};
use crate::lang::Lang;

pub async fn show(State(app): State<Arc<App>>, parts: Parts) -> Response {
    shown(&app, &parts, Some(Area::Systems), async |work| {
        let main = page(&app, work).await?;
        Ok(work.page(StatusCode::OK, Some("/kantor/sistem"), &main))
    })
    .await
}

/// A key for one more; shown this once.
pub async fn make(State(app): State<Arc<App>>, parts: Parts, body: Bytes) -> Response {
    acted(&app, &parts, &body, Some(Area::Systems), async |work, fields| {
        let lang = work.lang();
        let scope = Scope::parse(&fields.get("hak"))
            .ok_or_else(|| CentralError::Argument("no such scope".into()))?;
        let name = fields.get("nama");
        let (_, key) = clients::new_client(&app.office, &work.session.record, &name, scope).await?;
        let main = html! {
            h1 { (lang.pick("Kunci untuk ", "Key for ")) (name) }
            p.key { code { (key) } }
            p { (lang.pick(
                "Kunci ini hanya tampil sekali. Sistem itu menyertakannya pada setiap permintaan: ",
                "This key is shown this once. That system sends it with every request: "
            )) code { "Authorization: Bearer …" } }
            p { a href="/api/v1/openapi.json" { (lang.pick("Yang dapat diminta (OpenAPI)", "What can be asked (OpenAPI)")) } }
            p { a.button.other href=(work.link("/kantor/sistem")) { (lang.pick("Kembali", "Back")) } }
        };
        Ok(work.page(StatusCode::OK, None, &main))
    })
    .await
}

pub async fn revoke(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    parts: Parts,
    body: Bytes,
) -> Response {
    acted(&app, &parts, &body, Some(Area::Systems), async |work, _| {
        clients::revoke(&app.office, &work.session.record, &id).await?;
        Ok(see("/kantor/sistem", work.lang()))
    })
    .await
}

async fn page(app: &App, work: &Work) -> Result<Markup, CentralError> {
    let lang = work.lang();
    let clients = clients::list(&app.office).await?;
    Ok(html! {
        h1 { (lang.pick("Sistem lain", "Other systems")) }
        p { (lang.pick(
            "Sistem kepegawaian dapat membaca dan mengubah data lewat API. Setiap sistem punya kuncinya sendiri, dan setiap permintaannya tercatat.",
            "Personnel systems can read and change data through the API. Each system has a key of its own, and each of its requests is in the journal."
        )) }
        @if !clients.is_empty() { (table(app, work, &clients)) }
        h2 { (lang.pick("Kunci baru", "A new key")) }
        (work.form(app, "/kantor/sistem", &html! {
            label for="nama" { (lang.pick("Nama sistem", "The system's name")) span.hint { (lang.pick("Misalnya SIMPEG", "For example SIMPEG")) } }
            input id="nama" name="nama" required maxlength="60" autocomplete="off";
            label for="hak" { (lang.pick("Boleh", "May")) }
            select id="hak" name="hak" {
                @for scope in [Scope::Read, Scope::Write] { option value=(scope.word()) { (scope_word(scope, lang)) } }
            }
            button type="submit" { (lang.pick("Buat kunci", "Make a key")) }
        }))
    })
}

fn table(app: &App, work: &Work, clients: &[ClientLine]) -> Markup {
    let (lang, now) = (work.lang(), app.office.clock.now().as_second());
    let [name, may, used, act] = [
        lang.pick("Nama", "Name"),
        lang.pick("Boleh", "May"),
        lang.pick("Terakhir dipakai", "Last used"),
        lang.pick("Tindakan", "Actions"),
    ];
    html! {
        table {
            thead { tr { @for word in [name, may, used, act] { th scope="col" { (word) } } } }
            tbody { @for one in clients { tr {
                td data-label=(name) { (one.name) }
                td data-label=(may) { (Scope::parse(&one.scope).map_or("–", |scope| scope_word(scope, lang))) }
                td data-label=(used) { (one.used_at.map_or_else(|| lang.pick("Belum pernah", "Never").to_owned(), |at| age(now - at, lang))) }
                td data-label=(act) {
                    @if one.revoked_at.is_some() { (lang.pick("Kunci dicabut", "Key revoked")) } @else {
                        details {
                            summary { (lang.pick("Cabut…", "Revoke…")) }
                            p { (lang.pick("Sistem ini langsung tidak dapat masuk lagi.", "This system is out at once.")) }
                            (work.form(app, &format!("/kantor/sistem/{}", one.id), &html! {
                                button type="submit" { (lang.pick("Cabut kunci ini", "Revoke this key")) }
                            }))
                        }
                    }
                }
            } } }
        }
    }
}

fn scope_word(scope: Scope, lang: Lang) -> &'static str {
    match scope {
        Scope::Read => lang.pick("membaca", "read"),
        Scope::Write => lang.pick("membaca dan mengubah", "read and change"),
    }
}
