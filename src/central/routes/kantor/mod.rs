//! `/kantor`: the office's pages, for staff who are signed in with a second factor. HTML without a
//! script; what names a person travels in bodies, never in an address.

#[cfg(test)]
mod approval_tests;
mod approvals;
mod batches;
mod commissioned;
mod condition;
mod corrections;
mod door;
mod history;
mod home;
mod impor;
mod impor_last;
mod impor_result;
mod impor_words;
mod journal;
mod leavings;
mod names;
mod people;
mod person;
mod photos;
mod plots;
mod prints;
mod reports;
#[cfg(test)]
mod rights_tests;
mod said;
mod secret;
mod stations;
mod systems;
mod units;

use std::sync::Arc;

use axum::Router;
use axum::extract::MatchedPath;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use maud::{Markup, html};

use super::form::{Fields, Visitor, cookie, cookie_name, is_secure};
use super::masuk::see;
use super::notice;
use crate::central::pages::{Page, Tongue};
use crate::central::staff::rights::{self, Gate, Right};
use crate::central::staff::{self, Area, Session};
use crate::central::{App, CentralError, Refused};
use crate::lang::Lang;
use crate::person::Nip;

/// For an address that the table does not know.
const NOBODYS: Right = Right { method: "", path: "", gate: Gate::Phone, touch: rights::Touch::Account };

/// What a page that names this part asks of the table.
fn gate(area: Option<Area>) -> Gate {
    area.map_or(Gate::Staff, Gate::Part)
}

const COOKIE: &str = "anjungan_kantor";

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/kantor", get(home::show))
        .route("/kantor/grafik", get(plots::show))
        .route("/kantor/masuk", get(door::show).post(door::take))
        .route("/kantor/keluar", post(door::leave))
        .route("/kantor/sandi", get(secret::show).post(secret::change))
        .route("/kantor/orang", get(people::show).post(people::search))
        .route("/kantor/orang/{record}", get(person::show))
        .route("/kantor/orang/{record}/foto/{serial}", get(person::photo))
        .route("/kantor/orang/{record}/kartu", post(person::decide))
        .route("/kantor/orang/{record}/akun", post(person::account))
        .route("/kantor/orang/{record}/status", post(history::status))
        .route("/kantor/impor", get(impor::show))
        .route("/kantor/impor/terakhir", get(impor_last::show).post(impor_last::undo))
        .route("/kantor/impor/{id}", get(impor::one).post(impor::act))
        .route("/kantor/impor/{id}/ditolak.csv", get(impor::refused))
        .route("/kantor/sistem", get(systems::show).post(systems::make))
        .route("/kantor/sistem/{id}", post(systems::revoke))
        .route("/kantor/anjungan", get(stations::show).post(stations::make))
        .route("/kantor/anjungan/{id}", post(stations::change))
        .route("/kantor/kunci/{keys}", get(approvals::show).post(approvals::decide))
        .route("/kantor/kelompok/{id}", get(batches::show).post(batches::renew))
        .route("/kantor/kelompok/{id}/persetujuan", post(batches::beforehand))
        .route("/kantor/kelompok/{id}/{file}", get(batches::fetch))
        .route("/kantor/cetakan", get(prints::show))
        .route("/kantor/laporan", get(reports::show).post(reports::make))
        .route("/kantor/koreksi", get(corrections::show).post(corrections::close))
        .route("/kantor/foto", get(photos::show))
        .route("/kantor/foto/{serial}", get(photos::one).post(photos::decide))
        .route("/kantor/catatan", get(journal::show))
}

/// What takes longer than a form, and is larger.
pub fn uploads() -> Router<Arc<App>> {
    Router::new()
        .route("/kantor/impor/berkas", post(impor::take))
        .route("/kantor/kelompok", post(batches::make))
}

/// Somebody of the staff at work.
struct Work {
    visitor: Visitor,
    session: Session,
    /// The table's line for what is asked.
    right: &'static Right,
}

impl Work {
    /// Who asks for this page. `Err`: the way in, or the word that it is not theirs.
    async fn begin(app: &App, parts: &Parts, area: Option<Area>) -> Result<Work, Response> {
        let visitor = Visitor::of(&app.office, parts);
        let held = cookie(&parts.headers, &cookie_name(is_secure(&app.office), COOKIE)).unwrap_or_default();
        let session = match staff::find(&app.office, held).await {
            Ok(Some(session)) => session,
            Ok(None) => return Err(see("/kantor/masuk", visitor.lang)),
            Err(error) => return Err(notice::refused(visitor.lang, error.into())),
        };
        let path = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
        // What the table does not know, or knows otherwise than the page itself, nobody may.
        let known = rights::right(parts.method.as_str(), path).filter(|right| right.gate == gate(area));
        let work = Work { visitor, session, right: known.unwrap_or(&NOBODYS) };
        if work.right.lets_in(work.session.role) {
            return Ok(work);
        }
        let main = html! {
            h1 { (work.lang().pick("Bukan bagian Anda", "Not your part")) }
            p { (work.lang().pick(
                "Halaman ini dikerjakan petugas lain. Mohon hubungi administrator kantor.",
                "This page belongs to somebody else's work. Please ask the office's administrator."
            )) }
        };
        Err(work.page(StatusCode::FORBIDDEN, None, &main))
    }

    fn lang(&self) -> Lang {
        self.visitor.lang
    }

    /// Passes where this session may do to this person what the page does, with its own second factor
    /// where the table asks for it.
    async fn touch(&self, app: &App, nip: Nip, fields: &Fields) -> Result<(), Refused> {
        staff::touch(app, &self.session, self.right, nip, &fields.get("kode")).await
    }

    /// One of these pages, in the language of this one.
    fn link(&self, path: &str) -> String {
        format!("{path}?lang={}", self.lang().tag())
    }

    /// A form that comes back to this server, from this browser alone.
    fn form(&self, app: &App, path: &str, fields: &Markup) -> Markup {
        html! {
            form method="post" action=(self.link(path)) {
                input type="hidden" name="bukti" value=(self.visitor.proof(&app.office));
                (fields)
            }
        }
    }

    /// `path`: where the same page is asked for again, in the other language; none for an answer.
    fn page(&self, status: StatusCode, path: Option<&str>, main: &Markup) -> Response {
        let lang = self.lang();
        let parts = [
            ("/kantor", lang.pick("Ringkasan", "Overview"), None),
            ("/kantor/orang", lang.pick("Orang", "People"), Some(Area::People)),
            ("/kantor/foto", lang.pick("Foto", "Photos"), Some(Area::Photos)),
            ("/kantor/koreksi", lang.pick("Data keliru", "Wrong data"), Some(Area::Corrections)),
            ("/kantor/anjungan", lang.pick("Anjungan", "Stations"), Some(Area::Stations)),
            ("/kantor/cetakan", lang.pick("Cetakan", "Prints"), Some(Area::Prints)),
            ("/kantor/impor", lang.pick("Daftar", "Lists"), Some(Area::Lists)),
            ("/kantor/sistem", lang.pick("Sistem lain", "Systems"), Some(Area::Systems)),
            ("/kantor/catatan", lang.pick("Catatan", "Journal"), Some(Area::Journal)),
        ];
        let main = html! {
            div.office {
                nav.parts aria-label=(lang.pick("Bagian", "Parts")) {
                    @for (to, word, area) in parts {
                        @if area.is_none_or(|area| self.session.role.may(area)) {
                            a href=(self.link(to)) aria-current=[(path == Some(to)).then_some("page")] { (word) }
                        }
                    }
                    a href=(self.link("/kantor/masuk")) { (self.session.name) }
                }
                (main)
            }
        };
        let tongue = path.map_or(Tongue::Stays, |path| Tongue::Link(path.to_owned().into()));
        let page = Page { lang, title: "Anjungan · Kantor", tongue, script: None, worker: None, main };
        self.visitor.keep(page.answer(status))
    }
}

/// Shows a page.
async fn shown(
    app: &App,
    parts: &Parts,
    area: Option<Area>,
    build: impl AsyncFnOnce(&Work) -> Result<Response, Refused>,
) -> Response {
    match Work::begin(app, parts, area).await {
        Ok(work) => build(&work).await.unwrap_or_else(|refused| failed(&work, refused)),
        Err(answer) => answer,
    }
}

/// Does what a form asks, for whoever is signed in and may.
async fn acted(
    app: &App,
    parts: &Parts,
    body: &[u8],
    area: Option<Area>,
    does: impl AsyncFnOnce(&Work, &Fields) -> Result<Response, Refused>,
) -> Response {
    let work = match Work::begin(app, parts, area).await {
        Ok(work) => work,
        Err(answer) => return answer,
    };
    let Some(fields) = Fields::read(body).filter(|fields| work.visitor.made(&app.office, fields)) else {
        return work.visitor.keep(notice::foreign(work.lang()));
    };
    does(&work, &fields).await.unwrap_or_else(|refused| failed(&work, refused))
}

/// What a person at the office can read and mend is said in its own words.
fn failed(work: &Work, refused: Refused) -> Response {
    let lang = work.lang();
    let (status, why) = match refused {
        Refused::Server(CentralError::NotFound(why)) => (StatusCode::NOT_FOUND, said::refusal(why, lang)),
        Refused::Server(CentralError::Forbidden(why)) => (StatusCode::FORBIDDEN, said::refusal(why, lang)),
        Refused::Server(CentralError::Argument(why)) => (StatusCode::BAD_REQUEST, said::refusal(&why, lang)),
        Refused::Server(CentralError::Import(why)) => (StatusCode::BAD_REQUEST, said::file_fault(&why, lang)),
        other => return notice::refused(lang, other),
    };
    let main = html! {
        h1 { (lang.pick("Tidak dilakukan", "Not done")) }
        div.alert role="alert" { p { (why) } }
    };
    work.page(status, None, &main)
}

/// A file for the disk of whoever asked, and for no cache on the way.
fn attached(kind: &'static str, name: &str, bytes: Vec<u8>) -> Response {
    let shown = format!("attachment; filename=\"{name}\"");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_str(&shown).unwrap_or(HeaderValue::from_static("attachment")),
        ),
    ];
    (headers, bytes).into_response()
}

/// A day and a time as people of the office write them.
fn moment(app: &App, seconds: i64) -> String {
    let at = jiff::Timestamp::from_second(seconds).unwrap_or_default();
    let hours = app.office.config.utc_offset_hours;
    crate::clock::offset(hours).to_datetime(at).strftime("%d-%m-%Y %H.%M").to_string()
}
