//! The journal: who did what. Subjects are serials, records and numbers, never names.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use maud::{Markup, html};

use super::{Work, moment, names, said, shown};
use crate::central::staff::Area;
use crate::central::storage::{self, AuditLine, AuditSearch};
use crate::central::{App, CentralError};

pub async fn show(State(app): State<Arc<App>>, parts: Parts) -> Response {
    shown(&app, &parts, Some(Area::Journal), async |work| {
        let main = page(&app, work).await?;
        Ok(work.page(StatusCode::OK, Some("/kantor/catatan"), &main))
    })
    .await
}

async fn page(app: &App, work: &Work) -> Result<Markup, CentralError> {
    let lang = work.lang();
    let text = |name: &str| work.visitor.parameter(name).trim().chars().take(60).collect::<String>();
    let (action, subject) = (text("tindakan"), text("tentang"));
    let before = text("sebelum").parse().ok();
    let asked = AuditSearch { action: &action, subject: &subject, before };
    let (lines, more) = storage::audit_lines(&app.office.store, &asked).await?;
    Ok(html! {
        h1 { (lang.pick("Catatan", "Journal")) }
        form method="get" action="/kantor/catatan" {
            input type="hidden" name="lang" value=(lang.tag());
            label for="tindakan" { (lang.pick("Tindakan", "Action")) }
            select id="tindakan" name="tindakan" {
                option value="" { (lang.pick("Semua", "All")) }
                @for (word, id, en) in said::ACTIONS {
                    option value=(word) selected[action == *word] { (lang.pick(id, en)) }
                }
            }
            label for="tentang" {
                (lang.pick("Oleh atau tentang", "By or about"))
                span.hint { (lang.pick("Nomor seri kartu, nomor laporan, atau id Anjungan", "A card's serial, a report's number, or a station's id")) }
            }
            input id="tentang" name="tentang" value=(subject) autocomplete="off" maxlength="60";
            button.other type="submit" { (lang.pick("Saring", "Filter")) }
        }
        @if lines.is_empty() { p role="status" { (lang.pick("Tidak ada yang cocok.", "Nothing fits.")) } } @else { (table(app, work, &lines).await?) }
        @if let Some(last) = lines.last().filter(|_| more) {
            form method="get" action="/kantor/catatan" {
                input type="hidden" name="lang" value=(lang.tag());
                input type="hidden" name="tindakan" value=(action);
                input type="hidden" name="tentang" value=(subject);
                button.other type="submit" name="sebelum" value=(last.at) { (lang.pick("Yang lebih lama", "Older ones")) }
            }
        }
    })
}

async fn table(app: &App, work: &Work, lines: &[AuditLine]) -> Result<Markup, CentralError> {
    let lang = work.lang();
    let [at, actor, action, subject] = [
        lang.pick("Waktu", "Time"),
        lang.pick("Oleh", "By"),
        lang.pick("Tindakan", "Action"),
        lang.pick("Tentang", "About"),
    ];
    // A page speaks of a few, many times.
    let (mut actors, mut subjects) = (HashMap::new(), HashMap::new());
    for line in lines {
        if !actors.contains_key(&line.actor) {
            actors.insert(line.actor.clone(), names::actor(app, &line.actor, lang).await?);
        }
        if !subjects.contains_key(&line.subject) {
            subjects.insert(line.subject.clone(), names::subject(app, work, &line.subject).await?);
        }
    }
    Ok(html! {
        table {
            thead { tr { @for word in [at, actor, action, subject] { th scope="col" { (word) } } } }
            tbody {
                @for line in lines {
                    tr {
                        td.number data-label=(at) { (moment(app, line.at)) }
                        td data-label=(actor) { (actors[&line.actor]) }
                        td data-label=(action) { (said::action(&line.action, lang)) }
                        td data-label=(subject) { (subjects[&line.subject]) }
                    }
                }
            }
        }
    })
}
