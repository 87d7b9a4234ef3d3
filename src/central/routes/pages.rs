//! What anybody with a phone sees: the page behind a card's front code. What proves the card
//! stands after `#` in that link and never comes here, so the page answers for the number only.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::html;

use super::answer::Refusal;
use crate::central::pages::{Page, Tongue};
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
    Ok(page(status).answer(code))
}

fn page(status: Option<CardStatus>) -> Page {
    let section = |lang: Lang| {
        let (head, text) = words::page_words(status, lang);
        html! {
            section lang=(lang.tag()) {
                @if lang == Lang::Id { h1 { (head) } } @else { h2 { (head) } }
                p { (text) }
                p { (words::page_limits(lang)) }
            }
        }
    };
    let main = html! { (section(Lang::Id)) (section(Lang::En)) };
    Page { lang: Lang::Id, title: "Kartu ASN Virtual", tongue: Tongue::Both, script: None, main }
}
