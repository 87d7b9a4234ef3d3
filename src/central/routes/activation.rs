//! The page on which employees turn the office's activation code into a password: a plain form, the
//! same rules and the same throttle as the call behind it.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use maud::{Markup, html};

use super::answer::parameter;
use super::caller::Caller;
use super::form::decoded;
use crate::central::activation_words::{Fault, Words};
use crate::central::pages::{Page, Tongue, language};
use crate::central::{App, Refused, accounts, password};
use crate::lang::Lang;
use crate::person::Nip;
use crate::protocol::{Activate, ProblemCode};

/// What is shown again of a field: nobody's NIP or code is longer.
const LONGEST_SHOWN: usize = 40;

pub async fn show(RawQuery(query): RawQuery) -> Response {
    form(language(query.as_deref()), "", "", None).answer(StatusCode::OK)
}

pub async fn take(
    State(app): State<Arc<App>>,
    Caller(address): Caller,
    RawQuery(query): RawQuery,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let lang = language(query.as_deref());
    let body = match body {
        Ok(body) => body,
        Err(rejection) => return form(lang, "", "", Some(Fault::Unreadable)).answer(rejection.status()),
    };
    let Some(fields) = Fields::read(&body) else {
        return form(lang, "", "", Some(Fault::Unreadable)).answer(StatusCode::BAD_REQUEST);
    };
    let (nip, code) = (fields.nip.clone(), fields.code.clone());
    let Err(fault) = activate(&app, fields, address).await else { return done(lang).answer(StatusCode::OK) };
    let status = match fault {
        Fault::Nip | Fault::Differ | Fault::Weak(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Fault::Code => StatusCode::FORBIDDEN,
        Fault::Wait(_) => StatusCode::TOO_MANY_REQUESTS,
        Fault::Unreadable => StatusCode::BAD_REQUEST,
        Fault::Server => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let mut answer = form(lang, &nip, &code, Some(fault)).answer(status);
    if let Fault::Wait(seconds) = fault {
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

async fn activate(app: &App, fields: Fields, address: IpAddr) -> Result<(), Fault> {
    let nip = Nip::parse(&fields.nip).map_err(|_| Fault::Nip)?;
    if fields.password != fields.again {
        return Err(Fault::Differ);
    }
    // Asked here too, for the sentence that says which rule it is.
    password::check(&app.office, &fields.password, nip).map_err(Fault::Weak)?;
    let asked = Activate { nip, code: fields.code, password: fields.password };
    accounts::activate(app, asked, address).await.map_err(|refused| match refused {
        Refused::Problem(problem) => match (problem.code, problem.retry_after_s) {
            (ProblemCode::SlowDown, seconds) => Fault::Wait(seconds.unwrap_or(1)),
            _ => Fault::Code,
        },
        Refused::Server(error) => {
            tracing::error!(%error, "an activation failed");
            Fault::Server
        }
    })
}

struct Fields {
    nip: String,
    code: String,
    password: String,
    again: String,
}

impl Fields {
    /// The body of a form. `None`: it is none, or not in UTF-8. A field that is missing is empty.
    fn read(body: &[u8]) -> Option<Fields> {
        let body = std::str::from_utf8(body).ok()?;
        let field = |name: &str| match parameter(Some(body), name) {
            Some(value) => decoded(value),
            None => Some(String::new()),
        };
        Some(Fields {
            nip: field("nip")?,
            code: field("code")?,
            password: field("password")?,
            again: field("again")?,
        })
    }
}

fn form(lang: Lang, nip: &str, code: &str, fault: Option<Fault>) -> Page {
    let words = Words::of(lang);
    let shown = |text: &str| text.chars().take(LONGEST_SHOWN).collect::<String>();
    let other = lang.other();
    let label = |name: &str, label: &str, hint: &str| {
        html! { label for=(name) { (label) span.hint id={ (name) "-hint" } { (hint) } } }
    };
    let password = |name: &str, text: &str, hint: &str| {
        html! {
            (label(name, text, hint))
            input id=(name) name=(name) aria-describedby={ (name) "-hint" } required type="password"
                autocomplete="new-password";
        }
    };
    let main = html! {
        h1 { (words.heading) }
        @if let Some(fault) = fault {
            div.alert role="alert" {
                p { (fault.sentence(lang)) span.second lang=(other.tag()) { (fault.sentence(other)) } }
            }
        }
        p { (words.intro) }
        form method="post" action={ "/aktivasi?lang=" (lang.tag()) } {
            (label("nip", "NIP", words.nip_hint))
            input id="nip" name="nip" aria-describedby="nip-hint" required inputmode="numeric"
                autocomplete="username" value=(shown(nip));
            (label("code", words.code, words.code_hint))
            input id="code" name="code" aria-describedby="code-hint" required autocapitalize="characters"
                autocomplete="one-time-code" spellcheck="false" value=(shown(code));
            (password("password", words.password, words.password_hint))
            (password("again", words.again, words.again_hint))
            button type="submit" { (words.button) }
        }
        p.quiet { (words.note) }
    };
    page(lang, main, Tongue::Link("/aktivasi".into()))
}

fn done(lang: Lang) -> Page {
    let words = Words::of(lang);
    let main = html! {
        h1 { (words.done) }
        p { (words.next) }
        p { a.button href={ "/masuk?lang=" (lang.tag()) } { (lang.pick("Masuk", "Sign In")) } }
    };
    page(lang, main, Tongue::Stays)
}

fn page(lang: Lang, main: Markup, tongue: Tongue) -> Page {
    Page { lang, title: "Anjungan", tongue, script: None, worker: None, main }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_browsers_write_it() {
        let fields = Fields::read(b"nip=1+2&code=a%2Db&password=%C3%A9%26%3D%2B&again=x&other=%zz").unwrap();
        assert_eq!((fields.nip.as_str(), fields.code.as_str()), ("1 2", "a-b"));
        assert_eq!((fields.password.as_str(), fields.again.as_str()), ("\u{e9}&=+", "x"));
        assert_eq!(Fields::read(b"").unwrap().code, "");
        for broken in [&b"nip=%"[..], b"nip=%1", b"nip=%zz", b"nip=%ff", b"nip=\xff", b"code=%+1"] {
            assert!(Fields::read(broken).is_none());
        }
    }

    #[test]
    fn what_was_typed_comes_back_escaped_and_cut_and_passwords_never() {
        let page = form(Lang::En, "\"><script>", &"x".repeat(200), Some(Fault::Code));
        let main = page.main.into_string();
        assert!(!main.contains("<script>") && main.contains("&quot;&gt;&lt;script&gt;"));
        assert!(!main.contains(&"x".repeat(LONGEST_SHOWN + 1)));
        assert_eq!(main.matches("value=").count(), 2);
    }
}
