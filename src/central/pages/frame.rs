//! The frame around every page, and the headers that let nothing else in.

use std::borrow::Cow;

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use maud::{DOCTYPE, Markup, html};

use super::app;
use super::assets::{Asset, STYLE};
use crate::lang::Lang;

/// The way to the other language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tongue {
    /// This page, asked for again; `&` and `?` are taken care of.
    Link(Cow<'static, str>),
    /// The page says everything in both, and its script shows the other.
    Here,
    /// It cannot be asked for again, as an answer to a form.
    Stays,
}

/// One page.
pub struct Page {
    pub lang: Lang,
    /// Stands in the strip and in the browser's title.
    pub title: &'static str,
    pub tongue: Tongue,
    /// Script of this page, if it needs one.
    pub script: Option<&'static Asset>,
    /// What that script starts beside itself.
    pub worker: Option<&'static Asset>,
    pub main: Markup,
}

/// What a page may load: files of this server, nothing that stands in the page itself. A form goes
/// back to this server or nowhere.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; worker-src 'self'; \
                      img-src 'self' data:; connect-src 'self'; manifest-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

impl Page {
    pub fn answer(self, status: StatusCode) -> Response {
        (status, headers(), self.html(false).into_string()).into_response()
    }

    /// The same for a page of the app that phones may put among their own.
    pub fn answer_installable(self, status: StatusCode) -> Response {
        (status, headers(), self.html(true).into_string()).into_response()
    }

    fn html(&self, installable: bool) -> Markup {
        let Page { lang, title, tongue, script, worker, main } = self;
        html! {
            (DOCTYPE)
            html lang=(lang.tag()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="robots" content="noindex, nofollow";
                    meta name="color-scheme" content="light";
                    title { (title) }
                    @if installable { (app::head()) }
                    // No browser has to ask for one.
                    @else { link rel="icon" href="data:,"; }
                    link rel="stylesheet" href=(STYLE.path());
                    @if let Some(script) = script { script src=(script.path()) defer {} }
                }
                body data-worker=[worker.map(Asset::path)] {
                    header.strip {
                        div {
                            strong { (title) }
                            @match tongue {
                                Tongue::Link(path) => {
                                    @let other = lang.other();
                                    @let join = if path.contains('?') { "&" } else { "?" };
                                    nav {
                                        a href={ (path) (join) "lang=" (other.tag()) } lang=(other.tag())
                                            hreflang=(other.tag()) {
                                            (other.pick("Bahasa Indonesia", "English"))
                                        }
                                    }
                                }
                                Tongue::Here => {
                                    nav {
                                        a href={ "?lang=" (lang.other().tag()) } data-tongue {
                                            span.only-id lang="en" { "English" }
                                            span.only-en lang="id" { "Bahasa Indonesia" }
                                        }
                                    }
                                }
                                Tongue::Stays => {}
                            }
                        }
                    }
                    main { (main) }
                }
            }
        }
    }
}

/// Of every page: nobody keeps it, indexes it, frames it, or learns from where somebody came.
fn headers() -> [(HeaderName, HeaderValue); 6] {
    [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow")),
    ]
}

/// A part of a page that a script puts in its place, with the same headers.
pub fn part(status: StatusCode, main: Markup) -> Response {
    (status, headers(), main.into_string()).into_response()
}

/// The language that a query asks for (`lang=en`); Indonesian where it asks for none.
pub fn language(query: Option<&str>) -> Lang {
    let asked = query.and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("lang=")));
    asked.and_then(|tag| tag.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(tongue: Tongue) -> String {
        let main = html! { p { "<script>" } };
        Page { lang: Lang::Id, title: "Anjungan", tongue, script: Some(&STYLE), worker: None, main }
            .html(false)
            .into_string()
    }

    #[test]
    fn what_comes_from_outside_is_escaped_and_nothing_stands_inline() {
        let html = page(Tongue::Link("/aktivasi".into()));
        assert!(html.contains("<p>&lt;script&gt;</p>"), "{html}");
        assert!(!html.contains("<style") && !html.contains(" style=") && !html.contains("<script>"));
        assert!(html.contains("href=\"/aktivasi?lang=en\""), "{html}");
        assert!(page(Tongue::Link("/a?b=c".into())).contains("/a?b=c&amp;lang=en"));
        assert!(!page(Tongue::Stays).contains("lang=en") && page(Tongue::Here).contains("?lang=en"));
    }

    #[test]
    fn the_policy_lets_nothing_in_from_elsewhere() {
        for word in ["unsafe", "http:", "https:", "*"] {
            assert!(!POLICY.contains(word), "{word}");
        }
    }

    #[test]
    fn a_language_is_asked_for_by_its_tag() {
        assert_eq!(language(Some("a=b&lang=en")), Lang::En);
        for query in [None, Some(""), Some("lang=fr"), Some("xlang=en")] {
            assert_eq!(language(query), Lang::Id);
        }
    }
}
