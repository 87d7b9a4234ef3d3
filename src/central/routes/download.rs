//! `/u/…`: where a station's `Unduh` lands. The link opens at a press of a button, not by being
//! looked at: programs that preview links must not use it up.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};

use super::form::{Fields, Visitor, cookie, cookie_name, is_secure};
use super::masuk::see;
use super::notice;
use crate::central::codes::new_token;
use crate::central::help::downloads;
use crate::central::help::faces::{self, Sheet};
use crate::central::pages::{Page, Tongue};
use crate::central::{App, CentralError};
use crate::lang::Lang;
use crate::protocol::Issue;

/// Binds the link to the phone that opened it.
const PHONE: &str = "anjungan_unduh";

fn phone_cookie(app: &App) -> String {
    cookie_name(is_secure(&app.office), PHONE)
}
const LIFE_S: i64 = 40 * 60;

pub async fn show(State(app): State<Arc<App>>, Path(token): Path<String>, parts: Parts) -> Response {
    let visitor = Visitor::of(&app.office, &parts);
    let answer = async {
        let phone = cookie(&parts.headers, &phone_cookie(&app)).unwrap_or_default();
        if let Some(issue) = downloads::card(&app.office, &token, phone).await? {
            return Ok(page(visitor.lang, &token, &issue).answer(StatusCode::OK));
        }
        if downloads::waits(&app.office, &token).await? {
            return Ok(visitor.keep(before(&app, &visitor, &token)));
        }
        Ok::<_, CentralError>(gone(visitor.lang))
    };
    answer.await.unwrap_or_else(|error| notice::refused(visitor.lang, error.into()))
}

pub async fn open(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    parts: Parts,
    body: Bytes,
) -> Response {
    let visitor = Visitor::of(&app.office, &parts);
    if !Fields::read(&body).is_some_and(|fields| visitor.made(&app.office, &fields)) {
        return visitor.keep(notice::foreign(visitor.lang));
    }
    let held =
        cookie(&parts.headers, &phone_cookie(&app)).filter(|phone| !phone.is_empty()).map(str::to_owned);
    let phone = held.unwrap_or_else(new_token);
    match downloads::open(&app.office, &token, &phone).await {
        Ok(true) => {
            let mut answer = see(&format!("/u/{token}"), visitor.lang);
            visitor.set(&mut answer, PHONE, &phone, Some(LIFE_S), "Lax");
            answer
        }
        Ok(false) => gone(visitor.lang),
        Err(error) => notice::refused(visitor.lang, error.into()),
    }
}

/// One face, or both as a PDF.
pub async fn sheet(
    State(app): State<Arc<App>>,
    Path((token, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let Some(sheet) = Sheet::parse(&name) else { return gone(Lang::Id) };
    let phone = cookie(&headers, &phone_cookie(&app)).unwrap_or_default();
    let drawn = async {
        match downloads::card(&app.office, &token, phone).await? {
            Some(issue) => faces::draw(&app.office, issue, sheet).await.map(Some),
            None => Ok::<_, CentralError>(None),
        }
    };
    match drawn.await {
        Ok(Some(bytes)) => file(sheet, &name, bytes),
        Ok(None) => gone(Lang::Id),
        Err(error) => notice::refused(Lang::Id, error.into()),
    }
}

/// A picture shows itself where a page asks for it, and is saved where a person follows the link.
pub fn file(sheet: Sheet, name: &str, bytes: Vec<u8>) -> Response {
    let shown = format!("inline; filename=\"kartu-asn-{name}\"");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(sheet.kind())),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_str(&shown).unwrap_or(HeaderValue::from_static("inline")),
        ),
    ];
    (StatusCode::OK, headers, bytes).into_response()
}

fn before(app: &App, visitor: &Visitor, token: &str) -> Response {
    let lang = visitor.lang;
    let main = html! {
        h1 { (lang.pick("Kartu ASN Virtual", "Kartu ASN Virtual")) }
        p { (lang.pick(
            "Tautan ini membuka satu kartu di satu ponsel saja, selama setengah jam.",
            "This link opens one card on one phone only, for half an hour."
        )) }
        form method="post" action={ "/u/" (token) "?lang=" (lang.tag()) } {
            input type="hidden" name="bukti" value=(visitor.proof(&app.office));
            button type="submit" { (lang.pick("Buka kartu di ponsel ini", "Open the card on this phone")) }
        }
    };
    frame(lang, token, main).answer(StatusCode::OK)
}

fn page(lang: Lang, token: &str, issue: &Issue) -> Page {
    frame(lang, token, card_sheets(lang, &format!("/u/{token}"), &issue.name))
}

/// Front and back to look at and to save, and both for paper.
fn card_sheets(lang: Lang, base: &str, name: &str) -> Markup {
    let face = |file: &str, label: &str| {
        html! {
            figure {
                img src={ (base) "/" (file) } alt=(label);
                figcaption {
                    a.button download href={ (base) "/" (file) } { (lang.pick("Unduh", "Download")) " – " (label) }
                }
            }
        }
    };
    html! {
        h1 { (lang.pick("Kartu ASN Virtual", "Kartu ASN Virtual")) }
        p { (name) }
        (face("depan-tegak.png", lang.pick("sisi depan", "front")))
        (face("belakang-tegak.png", lang.pick("sisi belakang", "back")))
        h2 { (lang.pick("Untuk dicetak", "For printing")) }
        p.quiet { (lang.pick(
            "Kedua sisi dalam ukuran sebenarnya, 85,6 × 54 mm. Cetak pada skala 100 %.",
            "Both sides in true size, 85.6 × 54 mm. Print at a scale of 100 %."
        )) }
        a.button.other download href={ (base) "/kartu-mendatar.pdf" } { "PDF – " (lang.pick("mendatar", "landscape")) }
        a.button.other download href={ (base) "/kartu-tegak.pdf" } { "PDF – " (lang.pick("tegak", "portrait")) }
    }
}

fn frame(lang: Lang, token: &str, main: Markup) -> Page {
    let tongue = Tongue::Link(format!("/u/{token}").into());
    Page { lang, title: "Anjungan", tongue, script: None, worker: None, main }
}

fn gone(lang: Lang) -> Response {
    notice::gone(
        lang,
        "Tautan ini sudah dipakai di ponsel lain atau sudah lewat masanya. Mohon minta tautan baru di Anjungan.",
        "This link was used on another phone or has grown old. Please ask for a new one at the station.",
    )
}
