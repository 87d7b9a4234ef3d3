//! The stations: which there are, when each was last heard of, a code for one that joins, and the way
//! out for one that is lost.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use maud::{Markup, PreEscaped, html};
use qrcode::QrCode;
use qrcode::render::svg;

use super::condition::{self, age};
use super::{Work, acted, shown};
use super::{approvals, commissioned, leavings};
use crate::central::approval::Standing;
use crate::central::commissioning;
use crate::central::condition::{Condition, all};
use crate::central::fleet::{self, DeviceLine};
use crate::central::leaving::{Held, held};
use crate::central::routes::masuk::see;
use crate::central::staff::Area;
use crate::central::{App, CentralError, Refused};
use crate::clock::offset;
use crate::protocol::Commissioning;

pub async fn show(State(app): State<Arc<App>>, parts: Parts) -> Response {
    shown(&app, &parts, Some(Area::Stations), async |work| {
        let main = page(&app, work).await?;
        Ok(work.page(StatusCode::OK, Some("/kantor/anjungan"), &main))
    })
    .await
}

/// Room for a new station, and its code.
pub async fn make(State(app): State<Arc<App>>, parts: Parts, body: Bytes) -> Response {
    acted(&app, &parts, &body, Some(Area::Stations), async |work, fields| {
        let tidy = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let (name, place) = (tidy(fields.get("nama")), tidy(fields.get("tempat")));
        for text in [&name, &place] {
            if text.is_empty() || text.chars().count() > 60 || text.chars().any(char::is_control) {
                return Err(Refused::Server(CentralError::Argument(
                    "name and place have 1 to 60 characters each".into(),
                )));
            }
        }
        let (_, code) = fleet::new_device(&app.office, &work.session.record, &name, &place).await?;
        Ok(work.page(StatusCode::OK, None, &code_page(&app, work, &name, &place, &code)))
    })
    .await
}

/// A code for one that joins again, the end of one, or what becomes of what one left.
pub async fn change(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    parts: Parts,
    body: Bytes,
) -> Response {
    acted(&app, &parts, &body, Some(Area::Stations), async |work, fields| {
        if fields.get("cabut") == "ya" {
            fleet::revoke(&app.office, &work.session.record, &id).await?;
            return Ok(see("/kantor/anjungan", work.lang()));
        }
        let decision = fields.get(leavings::FIELD);
        if !decision.is_empty() {
            let main = leavings::decide(&app, work, &id, &decision).await?;
            return Ok(work.page(StatusCode::OK, None, &main));
        }
        let known = fleet::devices(&app.office).await?.into_iter().find(|station| station.id == id);
        let station = known.ok_or(CentralError::NotFound("no such station"))?;
        let code = fleet::new_code(&app.office, &work.session.record, &id).await?;
        Ok(work.page(StatusCode::OK, None, &code_page(&app, work, &station.name, &station.place, &code)))
    })
    .await
}

async fn page(app: &App, work: &Work) -> Result<Markup, CentralError> {
    let lang = work.lang();
    let stations = fleet::devices(&app.office).await?;
    let conditions = all(&app.office).await?;
    let reports = commissioning::all(&app.office).await?;
    let left = held(&app.office, None, false).await?;
    let count = |of: &[Standing]| stations.iter().filter(|one| of.contains(&one.standing())).count();
    let (joined, unapproved) = (count(&[Standing::Joined]), count(&[Standing::Unapproved]));
    let waiting = count(&[Standing::Waiting, Standing::Rejected]);
    Ok(html! {
        h1 { (lang.pick("Anjungan", "Stations")) }
        p { (joined) " " (lang.pick("bergabung", "joined")) ", " (waiting) " "
            (lang.pick("menunggu bergabung", "waiting to join"))
            @if unapproved > 0 { ", " (unapproved) " " (lang.pick("menunggu persetujuan", "waiting for approval")) }
            "." }
        (approvals::waiting(app, work, &stations))
        @if !stations.is_empty() { (table(app, work, &stations, &conditions, &reports, &left)) }
        (super::batches::list(app, work).await?)
        h2 { (lang.pick("Anjungan baru", "A new station")) }
        (work.form(app, "/kantor/anjungan", &html! {
            label for="nama" { (lang.pick("Nama", "Name")) span.hint { (lang.pick("Misalnya Lobi 1", "For example Lobby 1")) } }
            input id="nama" name="nama" required maxlength="60" autocomplete="off";
            label for="tempat" {
                (lang.pick("Tempat", "Place"))
                span.hint { (lang.pick(
                    "Panggilan petugas sampai ke meja petugas di tempat yang sama.",
                    "Calls for staff go to the desks of the same place."
                )) }
            }
            input id="tempat" name="tempat" required maxlength="60" autocomplete="off";
            button type="submit" { (lang.pick("Buat kode bergabung", "Make a code to join")) }
        }))
    })
}

fn table(
    app: &App,
    work: &Work,
    stations: &[DeviceLine],
    told: &HashMap<String, Condition>,
    reports: &HashMap<String, Commissioning>,
    left: &[Held],
) -> Markup {
    let here = offset(app.office.config.utc_offset_hours);
    let (lang, now) = (work.lang(), app.office.clock.now().as_second());
    let [name, place, state, seen, version, act] = [
        lang.pick("Nama", "Name"),
        lang.pick("Tempat", "Place"),
        lang.pick("Keadaan", "State"),
        lang.pick("Terakhir terdengar", "Last heard of"),
        lang.pick("Versi", "Version"),
        lang.pick("Tindakan", "Actions"),
    ];
    html! {
        table {
            thead { tr { @for word in [name, place, state, seen, version, act] { th scope="col" { (word) } } } }
            tbody {
                @for one in stations {
                    tr {
                        td data-label=(name) { (one.name) }
                        td data-label=(place) { (one.place) }
                        td data-label=(state) {
                            @match one.standing() {
                                Standing::Revoked | Standing::Wiped => (leavings::shown(one, now, lang)),
                                Standing::Waiting => (lang.pick("Menunggu bergabung", "Waiting to join")),
                                Standing::Rejected => (lang.pick(
                                    "Kuncinya ditolak; menunggu kode baru",
                                    "Its keys were rejected; waits for a new code"
                                )),
                                Standing::Unapproved => span.amiss {
                                    (lang.pick("Menunggu persetujuan", "Waiting for approval"))
                                },
                                Standing::Joined => (condition::shown(told.get(&one.id), now, lang)),
                            }
                            @if let Some(report) = reports.get(&one.id) { (commissioned::shown(report, here, lang)) }
                        }
                        td data-label=(seen) { (one.seen_at.map_or("–".to_owned(), |at| age(now - at, lang))) }
                        td data-label=(version) { (one.version.as_deref().unwrap_or("–")) }
                        td data-label=(act) {
                            @if one.revoked_at.is_none() { (actions(app, work, one)) }
                            @else { (leavings::waiting(app, work, one, left)) }
                        }
                    }
                }
            }
        }
    }
}

fn actions(app: &App, work: &Work, station: &DeviceLine) -> Markup {
    let lang = work.lang();
    let path = format!("/kantor/anjungan/{}", station.id);
    html! {
        details {
            summary { (lang.pick("Kode bergabung lagi…", "Code to join again…")) }
            p { (lang.pick(
                "Untuk Anjungan yang diperbaiki atau berganti disk. Riwayatnya tetap.",
                "For a station that was repaired or has a new disk. Its history stays."
            )) }
            (work.form(app, &path, &html! { button.other type="submit" { (lang.pick("Buat kode", "Make a code")) } }))
        }
        details {
            summary { (lang.pick("Cabut…", "Revoke…")) }
            p { (lang.pick(
                "Bila hilang atau dicuri. Langsung terputus dan tidak bisa dibatalkan; kunci wilayah diganti.",
                "If it is lost or stolen. It is out at once, for good; the region gets a new key."
            )) }
            (work.form(app, &path, &html! {
                button type="submit" name="cabut" value="ya" { (lang.pick("Cabut Anjungan ini", "Revoke this station")) }
            }))
        }
    }
}

/// The code on paper or on the screen: a station's own camera reads it.
fn code_page(app: &App, work: &Work, name: &str, place: &str, code: &str) -> Markup {
    let lang = work.lang();
    let link = fleet::join_link(&app.office, code);
    let drawn = QrCode::new(&link).map(|qr| qr.render::<svg::Color>().min_dimensions(240, 240).build());
    // The renderer writes an XML header, which has no place in a page.
    let drawn = drawn.unwrap_or_default();
    let svg = drawn.find("<svg").map(|at| &drawn[at..]).unwrap_or_default();
    html! {
        h1 { (name) span.second { (place) } }
        div.qr { (PreEscaped(svg)) }
        p.code { (code) }
        p { (lang.pick(
            "Tunjukkan kode ini kepada kamera Anjungan, atau ketik: ",
            "Show this code to the station's camera, or type: "
        )) code { "anjungan provision '" (link) "'" } }
        p.quiet { (lang.pick("Tampil sekali ini saja, berlaku 24 jam, sekali pakai.", "Shown this once, good for 24 hours, once.")) }
        p { a.button.other href=(work.link("/kantor/anjungan")) { (lang.pick("Kembali", "Back")) } }
    }
}
