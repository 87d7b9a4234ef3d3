//! What happened on the last days, as bars, and as a table for whoever hears the page.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use jiff::ToSpan as _;
use jiff::civil::Date;
use maud::{Markup, html};

use super::{Work, shown};
use crate::central::App;
use crate::central::figures::{self, DAYS};

/// Of a drawing, in its own units: a bar and the room beside it, and the height.
const BAR: i64 = 24;
const HIGH: i64 = 120;

pub async fn show(State(app): State<Arc<App>>, parts: Parts) -> Response {
    shown(&app, &parts, None, async |work| {
        let lang = work.lang();
        let seen = figures::figures(&app.office).await?;
        let last = app.office.today();
        let main = html! {
            h1 { (lang.pick("Grafik 30 hari", "The last 30 days")) }
            (plot(work, last, lang.pick("Kartu diterbitkan", "Cards made"), &seen.issues))
            (plot(work, last, lang.pick("Kartu diperiksa di Anjungan", "Cards checked at stations"), &seen.checks))
            (plot(work, last, lang.pick("Gangguan Anjungan yang mulai", "Faults of stations that began"), &seen.faults))
        };
        Ok(work.page(StatusCode::OK, Some("/kantor/grafik"), &main))
    })
    .await
}

fn plot(work: &Work, last: Date, title: &str, counts: &[i64; DAYS]) -> Markup {
    let lang = work.lang();
    let most = counts.iter().copied().max().unwrap_or(0);
    let total: i64 = counts.iter().sum();
    let day = |at: usize| last.saturating_sub(((DAYS - 1 - at) as i64).days());
    let short = |at: usize| day(at).strftime("%d-%m").to_string();
    let said = format!(
        "{title}: {total} {}, {} {most}",
        lang.pick("seluruhnya", "in all"),
        lang.pick("terbanyak sehari", "at most in a day")
    );
    html! {
        h2 { (title) }
        p { strong { (total) } " " (lang.pick("dalam 30 hari; terbanyak sehari", "in 30 days; at most in a day")) " " strong { (most) } "." }
        svg.plot viewBox={ "0 0 " (DAYS as i64 * BAR) " " (HIGH + 2) } role="img" aria-label=(said) {
            @for (at, count) in counts.iter().enumerate() {
                // Something that happened once is seen, however high the others are.
                @let high = if *count == 0 { 0 } else { (count * HIGH / most.max(1)).max(3) };
                rect x=(at as i64 * BAR + 3) y=(HIGH - high) width=(BAR - 6) height=(high) {}
            }
            line x1="0" y1=(HIGH) x2=(DAYS as i64 * BAR) y2=(HIGH) {}
        }
        // Outside of the drawing, so that they stay as large as other words on a small screen.
        div.days aria-hidden="true" { @for at in [0, DAYS / 2, DAYS - 1] { span { (short(at)) } } }
        details {
            summary { (lang.pick("Sebagai tabel", "As a table")) }
            table {
                thead { tr { th scope="col" { (lang.pick("Hari", "Day")) } th.count scope="col" { (title) } } }
                tbody { @for (at, count) in counts.iter().enumerate().rev() { tr {
                    td data-label=(lang.pick("Hari", "Day")) { (lang.long_date(day(at))) }
                    td.count data-label=(title) { (count) }
                } } }
            }
        }
    }
}
