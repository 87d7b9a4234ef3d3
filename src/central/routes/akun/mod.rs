//! `/akun`: what a signed-in person has here on the phone, in the manual's order: `Layanan Lainnya`,
//! `Kartu ASN Virtual`, `Perbarui Foto`, `Unduh`, `Cetak`; and what is theirs to know: their reports,
//! their phones, who looked at their card.

mod card;
mod home;
mod looks;
mod phones;
mod photo;
mod secret;
mod wrong;

use std::sync::Arc;

use axum::Router;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{get, post};
use maud::{Markup, html};

use super::form::{Fields, Visitor};
use super::masuk::{renew, see};
use super::notice;
use crate::central::pages::{Asset, Page, Tongue};
use crate::central::phone::PhoneSession;
use crate::central::{App, CentralError, Refused, registry};
use crate::clock::offset;
use crate::lang::Lang;
use crate::person::Employee;
pub use wrong::field_word;

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/akun", get(home::show))
        .route("/akun/kartu", get(card::show))
        .route("/akun/kartu/{sheet}", get(card::sheet))
        .route("/akun/cetak", get(card::print))
        .route("/akun/foto", get(photo::show))
        .route("/akun/foto/lihat", get(photo::preview).post(photo::decide))
        .route("/akun/foto/lihat/{sheet}", get(photo::sheet))
        .route("/akun/keliru", get(wrong::show).post(wrong::report))
        .route("/akun/dilihat", get(looks::show))
        .route("/akun/ponsel", get(phones::show))
        .route("/akun/sandi", get(secret::show).post(secret::change))
        .route("/akun/keluar", post(phones::sign_out))
        .route("/akun/keluar-semua", post(phones::sign_out_all))
}

/// What takes a file, and so takes longer than the rest.
pub fn uploads() -> Router<Arc<App>> {
    Router::new().route("/akun/foto/kirim", get(photo::again).post(photo::send))
}

/// A person, signed in on their own phone.
struct Own {
    visitor: Visitor,
    session: PhoneSession,
    person: Employee,
}

impl Own {
    /// Who asks. `Err`: the way in.
    async fn begin(app: &App, visitor: Visitor) -> Result<Result<Own, Response>, CentralError> {
        let Some(session) = visitor.session(&app.office).await? else {
            return Ok(Err(visitor.keep(see("/masuk", visitor.lang))));
        };
        let person = registry::find(&app.office.store, session.nip).await?;
        let person = person.ok_or(CentralError::Stored("the person of a session"))?;
        Ok(Ok(Own { visitor, session, person }))
    }

    fn lang(&self) -> Lang {
        self.visitor.lang
    }

    /// A page below `Layanan Lainnya`; `path` is its own, where it can be asked for again.
    fn page(&self, path: Option<&str>, main: &Markup) -> Page {
        let main = html! {
            p.back { a href=(self.link("/akun")) { "‹ " (self.lang().pick("Layanan Lainnya", "Other Services")) } }
            (main)
        };
        bare(self.lang(), path, main)
    }

    /// A path of ours in the language of this page.
    fn link(&self, path: &str) -> String {
        link(path, self.lang())
    }

    /// A form's address and what it carries.
    fn proof(&self, app: &App) -> Markup {
        html! { input type="hidden" name="bukti" value=(self.visitor.proof(&app.office)); }
    }
}

/// Marks an answer after which this phone is signed out: it gets no new cookie with it.
#[derive(Clone)]
struct Out;

fn bare(lang: Lang, path: Option<&str>, main: Markup) -> Page {
    let tongue = path.map_or(Tongue::Stays, |path| Tongue::Link(path.to_owned().into()));
    Page { lang, title: "Anjungan", tongue, script: None, worker: None, main }
}

fn with_script(mut page: Page, script: &'static Asset) -> Page {
    page.script = Some(script);
    page
}

fn link(path: &str, lang: Lang) -> String {
    let join = if path.contains('?') { '&' } else { '?' };
    format!("{path}{join}lang={}", lang.tag())
}

/// Shows a page to whoever is signed in, and everybody else the way in.
async fn shown(
    app: &App,
    parts: &Parts,
    does: impl AsyncFnOnce(&Own) -> Result<Response, Refused>,
) -> Response {
    let visitor = Visitor::of(&app.office, parts);
    let lang = visitor.lang;
    let answer = async {
        let own = match Own::begin(app, visitor).await? {
            Ok(own) => own,
            Err(way_in) => return Ok(way_in),
        };
        let mut answer = does(&own).await?;
        if answer.extensions().get::<Out>().is_none() {
            renew(&own.visitor, &mut answer, &own.session);
        }
        Ok::<_, Refused>(own.visitor.keep(answer))
    };
    answer.await.unwrap_or_else(|refused| notice::refused(lang, refused))
}

/// Does what a form of ours asks, for whoever is signed in.
async fn acted(
    app: &App,
    parts: &Parts,
    body: &[u8],
    does: impl AsyncFnOnce(&Own, &Fields) -> Result<Response, Refused>,
) -> Response {
    let visitor = Visitor::of(&app.office, parts);
    let Some(fields) = Fields::read(body).filter(|fields| visitor.made(&app.office, fields)) else {
        return visitor.keep(notice::foreign(visitor.lang));
    };
    shown(app, parts, async |own| does(own, &fields).await).await
}

/// A moment as the office's clock shows it.
fn moment(app: &App, at: jiff::Timestamp) -> String {
    offset(app.office.config.utc_offset_hours).to_datetime(at).strftime("%d-%m-%Y %H.%M").to_string()
}
