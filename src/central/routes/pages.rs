//! What anybody with a phone sees: the page behind a card's front code. What proves the card
//! stands after `#` in that link and never comes here, so the page answers for the number only.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::answer::Refusal;
use crate::central::{App, issuing, storage, words};
use crate::credential::{CardStatus, Serial};
use crate::lang::Lang;

/// Is the server up, and does its database answer?
pub async fn healthz(State(app): State<Arc<App>>) -> Result<&'static str, Refusal> {
    storage::current(&app.office.store, "roster").await?;
    Ok("ok\n")
}

pub async fn card(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Refusal> {
    let serial = path.ok().and_then(|Path(serial)| Serial::parse(&serial).ok());
    let status = match serial {
        Some(serial) => issuing::live_status(&app.office, serial).await?,
        None => None,
    };
    let code = if status.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
    // No script, no picture, no font, no frame: one style sheet, which stands in the page.
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
    ];
    Ok((code, headers, page(status)).into_response())
}

/// Nothing of the request stands in the page, so nothing has to be escaped.
fn page(status: Option<CardStatus>) -> String {
    let tone = match status {
        Some(CardStatus::Valid | CardStatus::Replaced) => "#0f766e",
        Some(CardStatus::Suspended | CardStatus::Unknown(_)) => "#b45309",
        _ => "#4b5563",
    };
    let section = |lang: Lang| {
        let (head, text) = words::page_words(status, lang);
        let limits = words::page_limits(lang);
        let level = lang.pick("h1", "h2");
        let tag = lang.tag();
        format!("<section lang=\"{tag}\"><{level}>{head}</{level}><p>{text}</p><p>{limits}</p></section>")
    };
    format!(
        "<!doctype html>\n<html lang=\"id\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex, nofollow\"><title>Kartu ASN Virtual</title><style>\
         body{{margin:0 auto;padding:24px 16px;max-width:36rem;font:1.125rem/1.5 sans-serif;color:#14213d;background:#fafbfc}}\
         header{{font-weight:bold;border-bottom:4px solid {tone};padding-bottom:8px}}\
         h1,h2{{line-height:1.25;font-size:1.5rem}}h2{{font-size:1.25rem}}section+section{{border-top:1px solid #cbd5e1}}\
         </style></head><body><header>Kartu ASN Virtual</header><main>{}{}</main></body></html>\n",
        section(Lang::Id),
        section(Lang::En)
    )
}
