//! A unit's report for its head: a PDF, made when it is asked for.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use maud::{Markup, html};

use super::{Work, acted, attached, shown};
use crate::central::registry::{self, UnitLine};
use crate::central::staff::Area;
use crate::central::{App, CentralError, report};
use crate::lang::Lang;

pub async fn show(State(app): State<Arc<App>>, parts: Parts) -> Response {
    shown(&app, &parts, Some(Area::People), async |work| {
        let main = page(&app, work).await?;
        Ok(work.page(StatusCode::OK, Some("/kantor/laporan"), &main))
    })
    .await
}

pub async fn make(State(app): State<Arc<App>>, parts: Parts, body: Bytes) -> Response {
    acted(&app, &parts, &body, Some(Area::People), async |work, fields| {
        let report = report::of_unit(&app.office, &fields.get("unit")).await?;
        let name = report::file_name(&report.unit, report.day);
        let pdf = report::pdf(&app.office, &work.session.record, report, work.lang()).await?;
        Ok(attached("application/pdf", &name, pdf))
    })
    .await
}

async fn page(app: &App, work: &Work) -> Result<Markup, CentralError> {
    let lang = work.lang();
    let units = paths(&registry::units(&app.office).await?);
    Ok(html! {
        h1 { (lang.pick("Laporan per unit kerja", "Reports by work unit")) }
        p { (lang.pick(
            "Untuk kepala unit: siapa yang belum memiliki kartu dan mengapa, menurut keadaan hari ini. PDF dengan nama dan NIP; mohon dibagikan kepada yang berhak saja.",
            "For the head of a unit: who has no card yet and why, as it is today. A PDF with names and NIPs; please give it to those entitled only."
        )) }
        @if units.is_empty() { p { (lang.pick("Daftar pegawai masih kosong.", "The registry is empty.")) } } @else {
            (work.form(app, "/kantor/laporan", &html! {
                label for="unit" {
                    (lang.pick("Unit kerja", "Work unit"))
                    span.hint id="unit-hint" { (lang.pick("Termasuk semua unit di bawahnya", "With all units below it")) }
                }
                select id="unit" name="unit" aria-describedby="unit-hint" {
                    @for unit in &units { option value=(unit.path) { (shown_as(unit, lang)) } }
                }
                button type="submit" { (lang.pick("Unduh laporan (PDF)", "Download the report (PDF)")) }
            }))
        }
        p.quiet { (lang.pick("Untuk semua unit sekaligus, tiap bulan, di server: ", "For all units at once, every month, on the server: "))
            code { "anjungan-central report --all FOLDER" } }
    })
}

/// A unit that may be chosen, with everybody below it.
struct Choice {
    path: String,
    lacking: i64,
}

/// Every unit and every level above one, in the order of the tree.
fn paths(lines: &[UnitLine]) -> Vec<Choice> {
    let mut all = std::collections::BTreeMap::<Vec<&str>, i64>::new();
    for line in lines {
        let levels: Vec<&str> = report::levels(&line.unit).collect();
        for depth in levels.len().min(1)..=levels.len() {
            *all.entry(levels[..depth].to_vec()).or_default() += line.people - line.with_card;
        }
    }
    all.into_iter().map(|(levels, lacking)| Choice { path: levels.join(" / "), lacking }).collect()
}

fn shown_as(unit: &Choice, lang: Lang) -> String {
    let name =
        if unit.path.is_empty() { lang.pick("(tanpa unit kerja)", "(no work unit)") } else { &unit.path };
    format!("{name} – {} {}", unit.lacking, lang.pick("belum punya kartu", "without a card"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_can_be_chosen_and_counts_those_below_it() {
        let line = |unit: &str, people| UnitLine { unit: unit.into(), people, with_card: 1 };
        let all =
            paths(&[line("Dinas A / Bidang 1", 4), line("Dinas A", 2), line("", 3), line("Dinas B", 1)]);
        let short: Vec<_> = all.iter().map(|unit| (unit.path.as_str(), unit.lacking)).collect();
        assert_eq!(short, [("", 2), ("Dinas A", 4), ("Dinas A / Bidang 1", 3), ("Dinas B", 0)]);
        assert!(shown_as(&all[0], Lang::En).starts_with("(no work unit) – 2"));
    }
}
