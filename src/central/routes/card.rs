//! The page behind a card's front code. The signed part of the code comes in a body, from the page's
//! script; neither it nor the path is logged.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

use super::answer::{Refusal, parameter};
use super::caller::Caller;
use crate::central::lookup::{self, Answer, neighbourhood};
use crate::central::pages::{card, language};
use crate::central::{App, CentralError};
use crate::credential::{Reason, Serial, Verdict};

type SerialPath = Result<Path<String>, PathRejection>;

/// The same for every card and for what is none: the answer says nothing about the number.
pub async fn show(RawQuery(query): RawQuery) -> Response {
    card::empty(language(query.as_deref())).answer(StatusCode::OK)
}

/// `kode`: what stands after `#` in the link.
pub async fn verdict(
    State(app): State<Arc<App>>,
    Caller(address): Caller,
    path: SerialPath,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refusal> {
    let now = app.office.clock.monotonic();
    if let Err(wait) = app.lookup.verdicts.take(&neighbourhood(address), now) {
        return Ok(slow(card::wait(None, wait.as_secs().max(1)), wait.as_secs()));
    }
    let Some((serial, answer)) = judged(&app, path, field(&body, "kode")).await? else {
        return Ok(card::verdict(NOBODY, &damaged(), None));
    };
    let asked =
        if answer.leads_on() { Some(app.lookup.captcha.ask(serial, app.office.clock.now())?) } else { None };
    Ok(card::verdict(serial, &answer, asked.as_ref()))
}

/// `kode` as above, `angka` the digits as typed, `bukti` the captcha's work.
pub async fn holder(
    State(app): State<Arc<App>>,
    Caller(address): Caller,
    path: SerialPath,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refusal> {
    let (now, moment) = (app.office.clock.monotonic(), app.office.clock.now());
    let lookup = &app.lookup;
    if let Err(wait) = lookup.verdicts.take(&neighbourhood(address), now) {
        return Ok(slow(card::wait(None, wait.as_secs().max(1)), wait.as_secs()));
    }
    let Some((serial, answer)) = judged(&app, path, field(&body, "kode")).await? else {
        return Ok(card::verdict(NOBODY, &damaged(), None));
    };
    if !answer.leads_on() {
        return Ok(card::verdict(serial, &answer, None));
    }
    let digits = field(&body, "angka").replace(['+', ' '], "");
    if let Err(failed) = lookup.captcha.check(serial, &digits, field(&body, "bukti"), moment) {
        let asked = lookup.captcha.ask(serial, moment)?;
        return Ok(card::again(serial, &answer, &asked, failed));
    }
    // Only who passed the captcha counts: a card is not locked by those who did not.
    let limits = [(&lookup.addresses, neighbourhood(address)), (&lookup.cards, serial.to_string())];
    for (limit, name) in limits {
        if let Err(wait) = limit.take(&name, now) {
            return Ok(slow(card::wait(Some(&answer), wait.as_secs().max(1)), wait.as_secs()));
        }
    }
    let shown = lookup::holder(&app.office, serial).await?;
    let shown = shown.ok_or(CentralError::Stored("the issue of a card"))?;
    Ok(card::holder(&answer, &shown))
}

/// For an address without a serial in it; no card has it.
const NOBODY: Serial = Serial::from_bytes([0; 10]);

fn damaged() -> Answer {
    Answer { verdict: Verdict::NotGenuine, reasons: vec![Reason::Damaged] }
}

async fn judged(app: &App, path: SerialPath, signed: &str) -> Result<Option<(Serial, Answer)>, CentralError> {
    let serial = path.ok().and_then(|Path(serial)| Serial::parse(&serial).ok());
    let Some(serial) = serial else { return Ok(None) };
    Ok(Some((serial, lookup::verdict(&app.office, &app.lookup, serial, signed).await?)))
}

/// A field of a form. Those of this page are base32, digits and base64url, so nothing in them is
/// escaped but blanks between digits; what is missing or unreadable is empty, and refused as such.
fn field<'a>(body: &'a Result<Bytes, BytesRejection>, name: &str) -> &'a str {
    let body = body.as_ref().ok().and_then(|body| std::str::from_utf8(body).ok());
    parameter(body, name).unwrap_or_default()
}

fn slow(mut response: Response, seconds: u64) -> Response {
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
    response
}
