//! Photos to review: each beside the one before. The card counts meanwhile; what is said here changes
//! what its holder is asked, not the card.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use maud::{Markup, html};

use super::people::state_word;
use super::{Work, acted, moment, names, shown};
use crate::central::issuing::IssueLine;
use crate::central::looks::{self, Opened};
use crate::central::reviews::{self, LONGEST_REASON, Opinion, Photo, Review, Waiting};
use crate::central::routes::masuk::see;
use crate::central::staff::Area;
use crate::central::{App, CentralError};
use crate::lang::Lang;

pub async fn show(State(app): State<Arc<App>>, parts: Parts) -> Response {
    shown(&app, &parts, Some(Area::Photos), async |work| {
        let main = list(&app, work).await?;
        Ok(work.page(StatusCode::OK, Some("/kantor/foto"), &main))
    })
    .await
}

/// One photo. To open it is a look, which its person can read.
pub async fn one(State(app): State<Arc<App>>, Path(serial): Path<String>, parts: Parts) -> Response {
    shown(&app, &parts, Some(Area::Photos), async |work| {
        let photo = reviews::photo(&app.office, &serial).await?;
        looks::note(&app.office, &work.session, Opened::Photo, &photo.record).await?;
        let main = page(&app, work, &photo).await?;
        Ok(work.page(StatusCode::OK, Some(&format!("/kantor/foto/{serial}")), &main))
    })
    .await
}

/// Good, or another one; and on to the next that waits.
pub async fn decide(
    State(app): State<Arc<App>>,
    Path(serial): Path<String>,
    parts: Parts,
    body: Bytes,
) -> Response {
    acted(&app, &parts, &body, Some(Area::Photos), async |work, fields| {
        let opinion = Opinion::parse(&fields.get("putusan"))
            .ok_or_else(|| CentralError::Argument("no such decision".into()))?;
        let seen = fields.get("terakhir").parse().unwrap_or(-1);
        let (actor, reason) = (&work.session.record, fields.get("alasan"));
        reviews::review(&app.office, actor, &serial, opinion, &reason, seen).await?;
        let next = match opinion {
            Opinion::Good => reviews::next(&app.office.store).await?,
            // Whether the card should count meanwhile is the next question about this one.
            Opinion::Again => Some(serial.clone()),
        };
        let path = next.map_or("/kantor/foto".to_owned(), |serial| format!("/kantor/foto/{serial}"));
        Ok(see(&path, work.lang()))
    })
    .await
}

async fn list(app: &App, work: &Work) -> Result<Markup, CentralError> {
    let lang = work.lang();
    let (waiting, count) = reviews::waiting(&app.office.store).await?;
    Ok(html! {
        h1 { (lang.pick("Foto untuk ditinjau", "Photos to review")) }
        p { (lang.pick(
            "Foto berlaku begitu pegawai memakainya. Di sini petugas melihatnya sesudahnya, di samping foto sebelumnya.",
            "A photo counts as soon as its person uses it. Here staff look at it afterwards, beside the one before."
        )) }
        @if let Some(first) = waiting.first() {
            p { strong { (count) } " " (lang.pick("foto menunggu.", "photos wait.")) }
            p { a.button href=(work.link(&format!("/kantor/foto/{}", first.serial))) {
                (lang.pick("Tinjau yang terlama", "Review the oldest"))
            } }
            (table(app, work, &waiting))
            @if count > waiting.len() as i64 {
                p.quiet { (count - waiting.len() as i64) " "
                    (lang.pick("lagi tampil sesudah ini.", "more follow after these.")) }
            }
        } @else {
            p role="status" { (lang.pick("Tidak ada foto yang menunggu.", "No photo waits.")) }
        }
    })
}

fn table(app: &App, work: &Work, waiting: &[Waiting]) -> Markup {
    let lang = work.lang();
    let [since, name, unit, before] = [
        lang.pick("Sejak", "Since"),
        lang.pick("Nama", "Name"),
        lang.pick("Unit kerja", "Work unit"),
        lang.pick("Foto sebelumnya", "Photo before"),
    ];
    html! {
        table {
            thead { tr { @for word in [since, name, unit, before] { th scope="col" { (word) } } } }
            tbody { @for one in waiting { tr {
                td.number data-label=(since) { (moment(app, one.issued_at)) }
                td data-label=(name) { a href=(work.link(&format!("/kantor/foto/{}", one.serial))) { (one.name) } }
                td data-label=(unit) { (one.unit) }
                td data-label=(before) {
                    @if one.before > 0 { (lang.pick("Ada", "Yes")) } @else { (lang.pick("Belum ada", "None")) }
                }
            } } }
        }
    }
}

async fn page(app: &App, work: &Work, photo: &Photo) -> Result<Markup, CentralError> {
    let lang = work.lang();
    let said = match &photo.last {
        Some(last) => Some((last, names::actor(app, &last.actor, lang).await?)),
        None => None,
    };
    let next = reviews::next(&app.office.store).await?.filter(|next| *next != photo.card.serial);
    let open = matches!(photo.card.state.as_str(), "live" | "suspended");
    Ok(html! {
        h1 { (photo.person.name) span.second { (photo.person.unit) } }
        @if let Some((last, by)) = &said { (told(app, work, photo, last, by)) }
        div.beside {
            (before(photo, lang))
            (side(photo, &photo.card, lang.pick("Foto baru", "The new photo"), lang))
        }
        @if open { (forms(app, work, photo)) } @else {
            p { (lang.pick("Kartu dengan foto ini: ", "The card with this photo: "))
                strong { (state_word(&photo.card.state, lang)) } ". "
                (lang.pick("Fotonya tidak perlu ditinjau lagi.", "Its photo needs no review any more.")) }
        }
        @if let (Some(next), Some(_)) = (&next, &photo.last) {
            p { a href=(work.link(&format!("/kantor/foto/{next}"))) { (lang.pick("Foto berikutnya", "The next photo")) } }
        }
        p { a href=(work.link("/kantor/foto")) { (lang.pick("Kembali ke daftar", "Back to the list")) } }
    })
}

/// What was said about it last, and by whom.
fn told(app: &App, work: &Work, photo: &Photo, last: &Review, by: &str) -> Markup {
    let lang = work.lang();
    let again = last.opinion == Opinion::Again.word();
    html! {
        div.card role="status" {
            p { strong {
                @if again { (lang.pick("Foto baru sudah diminta", "Another photo is asked for")) }
                @else { (lang.pick("Foto ini dinilai baik", "This photo was found good")) }
            } @if again { ": " (last.reason) } }
            p.quiet { (moment(app, last.at)) ", " (by) }
            @if again && photo.card.state == "live" {
                p { (lang.pick(
                    "Kartu tetap berlaku sampai ada yang baru.",
                    "The card stays valid until there is a new one."
                ))
                @if work.session.role.may(Area::Cards) {
                    " " a href=(work.link(&format!("/kantor/orang/{}", photo.record))) {
                        (lang.pick("Tangguhkan kartunya di halaman orang ini", "Suspend it on this person's page"))
                    }
                } @else {
                    " " (lang.pick(
                        "Bila fotonya bukan pemegang kartu, mohon hubungi administrator: kartu dapat ditangguhkan.",
                        "If it shows somebody else, please ask an administrator: the card can be suspended."
                    ))
                } }
            }
        }
    }
}

fn before(photo: &Photo, lang: Lang) -> Markup {
    let name = lang.pick("Foto sebelumnya", "The photo before");
    match &photo.before {
        Some(card) if photo.before_is_kept => side(photo, card, name, lang),
        Some(_) => none(
            name,
            lang.pick(
                "Sudah dihapus: foto kartu yang diganti disimpan terbatas.",
                "Deleted: photos of replaced cards are kept for a time only.",
            ),
        ),
        None => none(name, lang.pick("Belum ada foto sebelumnya.", "There is no photo before.")),
    }
}

fn none(name: &str, why: &str) -> Markup {
    html! { figure.photo { div.none { p { (why) } } figcaption { (name) } } }
}

fn side(photo: &Photo, card: &IssueLine, name: &str, lang: Lang) -> Markup {
    let day: Option<jiff::civil::Date> = card.issued_on.parse().ok();
    html! {
        figure.photo {
            img src={ "/kantor/orang/" (photo.record) "/foto/" (card.serial) } width="300" height="400" alt=(name);
            figcaption { (name) span.second { (day.map(|day| lang.long_date(day)).unwrap_or_default()) " · " (card.face_serial) } }
        }
    }
}

fn forms(app: &App, work: &Work, photo: &Photo) -> Markup {
    let lang = work.lang();
    let path = format!("/kantor/foto/{}", photo.card.serial);
    let seen = photo.last.as_ref().map_or(0, |last| last.no);
    html! {
        (work.form(app, &path, &html! {
            input type="hidden" name="terakhir" value=(seen);
            button type="submit" name="putusan" value="good" { (lang.pick("Foto baik", "The photo is good")) }
        }))
        details open[photo.last.is_none()] {
            summary { (lang.pick("Minta foto baru…", "Ask for another photo…")) }
            p { (lang.pick(
                "Pegawai membaca alasannya di ponselnya. Kartu tetap berlaku.",
                "The employee reads the reason on their phone. The card stays valid."
            )) }
            (work.form(app, &path, &html! {
                input type="hidden" name="terakhir" value=(seen);
                label for="alasan" {
                    (lang.pick("Alasan untuk pegawai", "Reason, for the employee"))
                    span.hint id="alasan-hint" { (lang.pick("Satu baris, misalnya: Bahu belum terlihat.", "One line, for example: the shoulders cannot be seen.")) }
                }
                input id="alasan" name="alasan" required maxlength=(LONGEST_REASON) autocomplete="off" aria-describedby="alasan-hint";
                button.other type="submit" name="putusan" value="again" { (lang.pick("Minta foto baru", "Ask for another photo")) }
            }))
        }
    }
}
