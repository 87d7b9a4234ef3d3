//! What became of a person's data: a change of status with its day, and who changed what before.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::response::Response;
use jiff::ToSpan as _;
use jiff::civil::Date;
use maud::{Markup, html};

use super::people::status_word;
use super::{Work, acted, moment, said};
use crate::central::registry::{self, By, ChangeLine, Column};
use crate::central::routes::masuk::see;
use crate::central::staff::Area;
use crate::central::{App, CentralError, Office};
use crate::lang::Lang;
use crate::person::{Employee, Nip, Status};

/// Another status, from a day on. By administrators: cards end or hold again by it.
pub async fn status(
    State(app): State<Arc<App>>,
    Path(record): Path<String>,
    parts: Parts,
    body: Bytes,
) -> Response {
    acted(&app, &parts, &body, Some(Area::Cards), async |work, fields| {
        let nip = super::person::nip_of(&app, &record).await?;
        work.touch(&app, nip, fields).await?;
        let status = Status::parse(&fields.get("status"))
            .ok_or_else(|| CentralError::Argument("no such status".into()))?;
        let since = day(&app.office, &fields.get("sejak"))?;
        let by = By { actor: &work.session.record, way: "office" };
        registry::change_status(&app.office, nip, status, since, by).await?;
        Ok(see(&format!("/kantor/orang/{record}"), work.lang()))
    })
    .await
}

/// A day as a browser's field writes it.
fn day(office: &Office, text: &str) -> Result<Option<Date>, CentralError> {
    let wrong = || CentralError::Argument("this day cannot be: not a date, or too far away".into());
    if text.is_empty() {
        return Ok(None);
    }
    let day: Date = text.parse().map_err(|_| wrong())?;
    let last = office.today().checked_add(2.years()).map_err(|_| wrong())?;
    if (1950..).contains(&day.year()) && day <= last { Ok(Some(day)) } else { Err(wrong()) }
}

/// The form that does it.
pub fn status_form(app: &App, work: &Work, record: &str, person: &Employee, factor: bool) -> Markup {
    let lang = work.lang();
    html! {
        details {
            summary { (lang.pick("Ubah status…", "Change the status…")) }
            p { (lang.pick(
                "Kartu orang yang bukan ASN lagi tidak berlaku sejak hari itu, di semua Anjungan.",
                "The card of somebody who is no longer ASN is not valid from that day on, at all stations."
            )) }
            (work.form(app, &format!("/kantor/orang/{record}/status"), &html! {
                label for="status" { (lang.pick("Status", "Status")) }
                select id="status" name="status" {
                    @for status in Status::ALL {
                        option value=(status.word()) selected[status == person.status] { (status_word(status, lang)) }
                    }
                }
                label for="sejak" { (lang.pick("Sejak tanggal", "From this day on")) }
                input id="sejak" name="sejak" type="date" required value=(app.office.today());
                @if factor { (super::person::factor_field(lang)) }
                button type="submit" { (lang.pick("Ubah status", "Change the status")) }
            }))
        }
    }
}

/// What was changed, by whom and when.
pub async fn list(app: &App, work: &Work, nip: Nip) -> Result<Markup, CentralError> {
    let lang = work.lang();
    let changes = registry::changes_of(&app.office.store, nip).await?;
    let [at, what, before, after, who] = [
        lang.pick("Waktu", "Time"),
        lang.pick("Data", "Field"),
        lang.pick("Sebelumnya", "Before"),
        lang.pick("Sesudahnya", "After"),
        lang.pick("Oleh", "By"),
    ];
    let mut lines = Vec::with_capacity(changes.len());
    for change in changes {
        let by = super::names::actor(app, &change.actor, lang).await?;
        lines.push((change, by));
    }
    Ok(html! {
        h2 { (lang.pick("Riwayat data", "What was changed")) }
        @if lines.is_empty() {
            p { (lang.pick("Belum ada perubahan sejak dimasukkan.", "Nothing was changed since it was put in.")) }
        } @else {
            table {
                thead { tr { @for word in [at, what, before, after, who] { th scope="col" { (word) } } } }
                tbody { @for (change, by) in &lines { tr {
                    td.number data-label=(at) { (moment(app, change.at)) }
                    td data-label=(what) { (field(change, lang)) }
                    td data-label=(before) { (value(change, &change.before, lang)) }
                    td data-label=(after) { (value(change, &change.after, lang)) }
                    td data-label=(who) { (by) ", " (way(&change.way, lang)) }
                } } }
            }
        }
    })
}

fn field(change: &ChangeLine, lang: Lang) -> String {
    Column::parse(&change.field)
        .map_or_else(|| change.field.clone(), |column| said::column(column, lang).to_owned())
}

fn value(change: &ChangeLine, value: &str, lang: Lang) -> String {
    if value.is_empty() {
        return "–".to_owned();
    }
    let status = if change.field == Column::Status.word() { Status::parse(value) } else { None };
    let day: Option<Date> = value.parse().ok();
    match (status, day) {
        (Some(status), _) => status_word(status, lang).to_owned(),
        (None, Some(day)) => lang.long_date(day),
        (None, None) => value.to_owned(),
    }
}

fn way(way: &str, lang: Lang) -> &'static str {
    match way {
        "import" => lang.pick("lewat daftar", "by a list"),
        "undo" => lang.pick("daftar dibatalkan", "a list taken back"),
        "api" => lang.pick("lewat sistem lain", "by another system"),
        "office" => lang.pick("di halaman ini", "on this page"),
        _ => lang.pick("data contoh", "sample data"),
    }
}
