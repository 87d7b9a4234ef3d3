//! Forms that come back to this server: their fields, the browser they come from, and the proof that
//! a page of ours made them.

use std::net::IpAddr;

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::answer::parameter;
use super::caller;
use crate::central::codes::new_token;
use crate::central::entering::Asker;
use crate::central::pages::language;
use crate::central::{CentralError, Office, phone};
use crate::credential::Serial;
use crate::lang::Lang;

/// Cookies of the pages. Their names say nothing that their values do not.
const SESSION: &str = "anjungan_masuk";
const BROWSER: &str = "anjungan_formulir";
const KNOWN: &str = "anjungan_kenal";
/// A mark of a known browser is kept for a year.
const KNOWN_S: i64 = 365 * 24 * 3600;

/// Who asks for a page.
pub struct Visitor {
    pub lang: Lang,
    pub query: String,
    pub address: IpAddr,
    /// Of this browser; the forms in it are bound to it.
    browser: String,
    new_browser: bool,
    known: String,
    /// What the browser calls itself, brought down to two words.
    pub device: String,
    /// The whole session cookie.
    cookie: String,
    /// May cookies be sent over encrypted lines alone?
    secure: bool,
    /// Does the browser say that the request comes from another site?
    foreign: bool,
}

/// The name of a cookie: with the prefix that ties it to this host and to encrypted lines, where the
/// public address is one. Without encryption browsers take no such name.
pub fn cookie_name(secure: bool, name: &str) -> String {
    if secure { format!("__Host-{name}") } else { name.to_owned() }
}

/// Are this server's pages reached over encrypted lines?
pub fn is_secure(office: &Office) -> bool {
    office.config.page("").starts_with("https://")
}

/// The fields of a form.
pub struct Fields(String);

impl Visitor {
    pub fn of(office: &Office, parts: &Parts) -> Visitor {
        let headers = &parts.headers;
        let query = parts.uri.query().unwrap_or_default().to_owned();
        let secure = is_secure(office);
        let own = |name: &str| cookie(headers, &cookie_name(secure, name));
        let held = own(BROWSER).filter(|value| value.len() == 43).map(str::to_owned);
        Visitor {
            lang: language(Some(&query)),
            address: caller::of(office, parts),
            new_browser: held.is_none(),
            browser: held.unwrap_or_else(new_token),
            known: own(KNOWN).unwrap_or_default().to_owned(),
            device: phone::named(
                headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default(),
            ),
            cookie: own(SESSION).unwrap_or_default().to_owned(),
            secure,
            foreign: !matches!(
                headers.get("sec-fetch-site").map(HeaderValue::as_bytes),
                None | Some(b"same-origin" | b"none")
            ),
            query,
        }
    }

    pub fn parameter(&self, name: &str) -> String {
        parameter(Some(&self.query), name).and_then(decoded).unwrap_or_default()
    }

    /// The phone's session, if it is signed in.
    pub async fn session(&self, office: &Office) -> Result<Option<phone::PhoneSession>, CentralError> {
        if self.cookie.is_empty() { Ok(None) } else { phone::find(office, &self.cookie).await }
    }

    /// This browser, as the limits of signing in know it.
    pub fn asker(&self, worked: bool) -> Asker<'_> {
        Asker { mark: &self.known, browser: &self.browser, address: self.address, worked }
    }

    pub fn known(&self) -> &str {
        &self.known
    }

    /// What the forms of this page carry.
    pub fn proof(&self, office: &Office) -> String {
        phone::form_proof(office, &self.browser)
    }

    /// What a captcha of this browser is bound to: it opens no other browser's form.
    pub fn subject(&self, office: &Office) -> Serial {
        let digest = Sha256::digest(self.proof(office));
        Serial::from_bytes(std::array::from_fn(|i| digest[i]))
    }

    /// Did a page of ours, in this browser, make this form?
    pub fn made(&self, office: &Office, fields: &Fields) -> bool {
        self.proved(office, &fields.get("bukti"))
    }

    /// The same for a form that was read in another way.
    pub fn proved(&self, office: &Office, given: &str) -> bool {
        let right = self.proof(office);
        !self.foreign && !self.new_browser && bool::from(right.as_bytes().ct_eq(given.as_bytes()))
    }

    /// The answer with the cookie that its forms are bound to.
    pub fn keep(&self, mut answer: Response) -> Response {
        if self.new_browser {
            self.set(&mut answer, BROWSER, &self.browser, None, "Strict");
        }
        answer
    }

    /// Signs the phone in; `life_s`: how long it keeps the cookie, or as long as the browser runs.
    /// Lax: a code that is scanned opens the page from another program.
    pub fn sign_in(&self, answer: &mut Response, cookie: &str, life_s: Option<i64>) {
        self.set(answer, SESSION, cookie, life_s, "Lax");
    }

    pub fn sign_out(&self, answer: &mut Response) {
        self.set(answer, SESSION, "", Some(0), "Lax");
    }

    pub fn know(&self, answer: &mut Response, mark: &str) {
        self.set(answer, KNOWN, mark, Some(KNOWN_S), "Strict");
    }

    /// Any cookie of these pages: for this server alone, out of reach of scripts.
    pub fn set(&self, answer: &mut Response, name: &str, value: &str, life_s: Option<i64>, same_site: &str) {
        let life = life_s.map(|life| format!("; Max-Age={life}")).unwrap_or_default();
        let secure = if self.secure { "; Secure" } else { "" };
        let name = cookie_name(self.secure, name);
        let text = format!("{name}={value}; Path=/; HttpOnly; SameSite={same_site}{life}{secure}");
        if let Ok(value) = HeaderValue::from_str(&text) {
            answer.headers_mut().append(header::SET_COOKIE, value);
        }
    }
}

impl Fields {
    /// `None`: not in UTF-8, so no form.
    pub fn read(body: &[u8]) -> Option<Fields> {
        std::str::from_utf8(body).ok().map(|text| Fields(text.to_owned()))
    }

    /// A field that is missing or cannot be read is empty.
    pub fn get(&self, name: &str) -> String {
        parameter(Some(&self.0), name).and_then(decoded).unwrap_or_default()
    }
}

/// A value of `application/x-www-form-urlencoded`: `+` is a blank, `%XX` a byte.
pub fn decoded(value: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                (digit()? * 16 + digit()?) as u8
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|line| line.split(';')).find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_browsers_write_it() {
        let fields = Fields::read(b"a=1+2&b=a%2Db&c=%C3%A9%26%3D%2B&d=%zz").unwrap();
        assert_eq!((fields.get("a"), fields.get("b")), ("1 2".into(), "a-b".into()));
        assert_eq!(
            (fields.get("c"), fields.get("d"), fields.get("e")),
            ("\u{e9}&=+".into(), String::new(), String::new())
        );
        assert!(Fields::read(b"\xff").is_none());
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("xa=1; a=2; b="));
        assert_eq!(
            (cookie(&headers, "a"), cookie(&headers, "b"), cookie(&headers, "c")),
            (Some("2"), Some(""), None)
        );
    }
}
