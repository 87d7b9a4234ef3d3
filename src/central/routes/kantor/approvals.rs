//! Stations that have joined and wait: their fingerprints, and an administrator's yes or no. The QR code on a
//! station's screen opens the page of its own keys.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use maud::{Markup, html};

use super::{Work, acted, moment, shown};
use crate::central::approval::{self, Standing};
use crate::central::fleet::DeviceLine;
use crate::central::routes::masuk::see;
use crate::central::staff::Area;
use crate::central::{App, CentralError};
use crate::protocol::Fingerprint;

/// The form's field, and its values.
const FIELD: &str = "putusan";
const APPROVE: &str = "setuju";
const REJECT: &str = "tolak";

/// The page of one station's keys.
pub async fn show(State(app): State<Arc<App>>, Path(keys): Path<String>, parts: Parts) -> Response {
    shown(&app, &parts, Some(Area::Stations), async |work| {
        let lang = work.lang();
        let keys = fingerprint(&keys)?;
        let station = approval::with_keys(&app.office, keys)
            .await?
            .ok_or(CentralError::NotFound("no station with this fingerprint waits for approval"))?;
        let main = html! {
            h1 { (lang.pick("Persetujuan Anjungan", "Approval of a station")) }
            @match station.standing() {
                Standing::Unapproved => (card(&app, work, &station, keys)),
                Standing::Joined => {
                    p { strong { (station.name) } " · " (station.place) }
                    p.code { (keys) }
                    p role="status" { (lang.pick("Sudah disetujui.", "Approved already.")) }
                }
                _ => { p { (lang.pick("Anjungan ini sudah dicabut.", "This station is revoked.")) } }
            }
            p { a href=(work.link("/kantor/anjungan")) { (lang.pick("Semua Anjungan", "All stations")) } }
        };
        let path = format!("{}{}", Fingerprint::PATH, keys.plain());
        Ok(work.page(StatusCode::OK, Some(&path), &main))
    })
    .await
}

/// An administrator's word.
pub async fn decide(
    State(app): State<Arc<App>>,
    Path(keys): Path<String>,
    parts: Parts,
    body: Bytes,
) -> Response {
    acted(&app, &parts, &body, Some(Area::Approval), async |work, fields| {
        let keys = fingerprint(&keys)?;
        let (office, actor) = (&app.office, &work.session.record);
        match fields.get(FIELD).as_str() {
            APPROVE => approval::approve(office, actor, keys).await?,
            REJECT => approval::reject(office, actor, keys).await?,
            _ => return Err(CentralError::Argument("no such decision".into()).into()),
        };
        Ok(see("/kantor/anjungan", work.lang()))
    })
    .await
}

fn fingerprint(text: &str) -> Result<Fingerprint, CentralError> {
    text.parse().map_err(|_| CentralError::Argument("not a fingerprint of a station's keys".into()))
}

/// All that wait, before the list of stations; nothing where none does.
pub fn waiting(app: &App, work: &Work, stations: &[DeviceLine]) -> Markup {
    let lang = work.lang();
    let all: Vec<_> = stations
        .iter()
        .filter(|one| one.standing() == Standing::Unapproved)
        .filter_map(|one| Some((one, one.fingerprint()?)))
        .collect();
    html! {
        @if !all.is_empty() {
            h2 { (lang.pick("Menunggu persetujuan", "Waiting for approval")) }
            @for (station, keys) in all { (card(app, work, station, keys)) }
        }
    }
}

/// One that waits: who it says it is, what its screen has to show, and the two answers.
fn card(app: &App, work: &Work, station: &DeviceLine, keys: Fingerprint) -> Markup {
    let lang = work.lang();
    let path = format!("{}{}", Fingerprint::PATH, keys.plain());
    html! {
        div.alert role="group" aria-label=(station.name) {
            p { strong { (station.name) } " · " (station.place) }
            p { (lang.pick("Bergabung ", "Joined ")) (moment(app, station.enrolled_at.unwrap_or_default())) "." }
            @if station.enrolments > 1 {
                p { (lang.pick(
                    "Bergabung lagi dengan kunci baru. Anjungan sebelumnya di tempat ini sudah terputus.",
                    "Joined again, with new keys. The station that was here before is out."
                )) }
            }
            p { (lang.pick(
                "Setujui hanya bila sidik kunci di layar Anjungan itu sama dengan ini:",
                "Approve it only if the fingerprint on that station's screen is the same as this:"
            )) }
            p.code { (keys) }
            @if work.session.role.may(Area::Approval) {
                (work.form(app, &path, &html! {
                    button type="submit" name=(FIELD) value=(APPROVE) { (lang.pick("Setujui", "Approve")) }
                    button.other type="submit" name=(FIELD) value=(REJECT) { (lang.pick("Tolak", "Reject")) }
                }))
                p.quiet { (lang.pick(
                    "Bila ditolak, kunci ini tidak pernah diterima lagi; Anjungan yang benar dapat bergabung dengan kode baru.",
                    "Once rejected, these keys are never taken again; the right station can join with a new code."
                )) }
            } @else {
                p.quiet { (lang.pick("Administrator yang menyetujui.", "An administrator approves it.")) }
            }
        }
    }
}
