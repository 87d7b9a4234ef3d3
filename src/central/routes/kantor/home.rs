//! The overview: what waits for somebody, and who still has no card.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use maud::{Markup, html};

use super::{Work, shown};
use crate::central::approval::Standing;
use crate::central::help::corrections;
use crate::central::registry::{self, UnitLine};
use crate::central::staff::Area;
use crate::central::{App, CentralError, fleet, issuing, reviews};

/// A station that was not heard of for so long is out of reach: it opens a session every quarter of an hour.
const SILENT_S: i64 = 3600;

pub async fn show(State(app): State<Arc<App>>, parts: Parts) -> Response {
    shown(&app, &parts, None, async |work| {
        let main = overview(&app, work).await?;
        Ok(work.page(StatusCode::OK, Some("/kantor"), &main))
    })
    .await
}

async fn overview(app: &App, work: &Work) -> Result<Markup, CentralError> {
    let (office, lang, role) = (&app.office, work.lang(), work.session.role);
    let now = office.clock.now().as_second();
    let stations = fleet::devices(office).await?;
    let in_use: Vec<_> = stations.iter().filter(|one| one.standing() == Standing::Joined).collect();
    let unapproved = stations.iter().filter(|one| one.standing() == Standing::Unapproved).count();
    let silent = in_use.iter().filter(|one| one.seen_at.is_none_or(|at| now - at > SILENT_S)).count();
    let units = registry::units(office).await?;
    let people: i64 = units.iter().map(|unit| unit.people).sum();
    let with_card: i64 = units.iter().map(|unit| unit.with_card).sum();
    let open = corrections::list(&office.store, false).await?.len();
    let photos = reviews::count(&office.store).await?;
    let week = issuing::issued_since(&office.store, now - 7 * 24 * 3600).await?;
    Ok(html! {
        h1 { (lang.pick("Ringkasan", "Overview")) }
        @if let Some(doubt) = office.clock_doubt() {
            p.notice role="alert" {
                (lang.pick("Jam server diragukan: menunjukkan ", "The server's clock is in doubt: it shows "))
                (shown_time(doubt.shows)) "; "
                (lang.pick("yang terakhir diketahui ", "the last known time is ")) (shown_time(doubt.known)) ". "
                (lang.pick(
                    "Kartu, daftar, dan waktu tidak ditandatangani sampai jam dibetulkan, atau dipastikan dengan ",
                    "No card, list or time is signed until the clock is set right, or confirmed with "))
                code { "anjungan-central clock confirm" } "."
            }
        }
        div.numbers {
            (number(with_card, lang.pick("pegawai punya kartu", "employees have a card")))
            (number(people - with_card, lang.pick("belum punya kartu", "have no card yet")))
            (number(week, lang.pick("kartu dalam 7 hari", "cards in 7 days")))
            (number(in_use.len() as i64 - silent as i64, lang.pick("Anjungan terhubung", "stations in touch")))
            (number(silent as i64, lang.pick("Anjungan tidak terdengar sejam lebih", "stations not heard of for an hour")))
            (number(photos, lang.pick("foto menunggu ditinjau", "photos wait for a review")))
            (number(open as i64, lang.pick("laporan data keliru menunggu", "reports of wrong data wait")))
        }
        @if unapproved > 0 && role.may(Area::Approval) {
            p { a href=(work.link("/kantor/anjungan")) {
                (unapproved) " " (lang.pick("Anjungan menunggu persetujuan", "stations wait for approval"))
            } }
        }
        p { a href=(work.link("/kantor/grafik")) { (lang.pick("Grafik 30 hari", "The last 30 days")) } }
        @if role.may(Area::People) {
            p { a href=(work.link("/kantor/laporan")) {
                (lang.pick("Laporan per unit kerja (PDF)", "Reports by work unit (PDF)"))
            } }
            (units_table(work, &units))
        }
    })
}

fn shown_time(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

fn number(value: i64, word: &str) -> Markup {
    html! { div { strong { (value) } span { (word) } } }
}

fn units_table(work: &Work, units: &[UnitLine]) -> Markup {
    let lang = work.lang();
    html! {
        h2 { (lang.pick("Belum punya kartu, per unit kerja", "No card yet, by work unit")) }
        @if units.is_empty() {
            p { (lang.pick("Daftar pegawai masih kosong.", "The registry is empty."))
                @if work.session.role.may(Area::Lists) {
                    " " a href=(work.link("/kantor/impor")) { (lang.pick("Masukkan daftar", "Take in a list")) }
                }
            }
        } @else { (super::units::tree(units, lang)) }
    }
}
