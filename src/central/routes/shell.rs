//! What the pages for people share: the frame, the one style sheet, and headers that let nothing
//! else in. No script, no picture, no font.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use data_encoding::BASE64;
use sha2::{Digest as _, Sha256};

use crate::lang::Lang;

/// The colour of the line under the heading. Words say the same: colour alone says nothing.
#[derive(Clone, Copy)]
pub enum Tone {
    Plain,
    Caution,
    Over,
}

/// One page.
pub struct Page {
    pub lang: Lang,
    pub tone: Tone,
    pub title: &'static str,
    /// Whatever stands beside the title; HTML.
    pub aside: &'static str,
    /// HTML. Whoever writes it escapes what came from outside, see [`escape`].
    pub main: String,
    /// Whether it holds a form that comes back to this server.
    pub form: bool,
}

/// Near-white ground, deep navy text, one deep teal; large enough for a thumb. 16 px in the fields:
/// below that, some phones zoom in at a touch.
const STYLE: &str = "\
*{box-sizing:border-box}\
body{margin:0 auto;padding:24px 16px;max-width:36rem;font:1.125rem/1.5 sans-serif;color:#14213d;background:#fafbfc}\
header{display:flex;justify-content:space-between;gap:16px;font-weight:bold;border-bottom:4px solid;padding-bottom:8px}\
.plain header{border-color:#0f766e}.caution header{border-color:#b45309}.over header{border-color:#4b5563}\
header a{font-weight:normal;color:#0f766e}\
h1,h2{line-height:1.25;font-size:1.5rem}h2{font-size:1.25rem}section+section{border-top:1px solid #cbd5e1}\
label{display:block;margin-top:16px;font-weight:bold}\
.hint{display:block;font-size:1rem;font-weight:normal;color:#475569}\
input{display:block;width:100%;min-height:48px;margin-top:8px;padding:8px 16px;font:inherit;font-variant-numeric:tabular-nums;\
color:inherit;background:#fff;border:2px solid #64748b;border-radius:8px}\
button{width:100%;min-height:56px;margin-top:24px;padding:8px 16px;font:inherit;font-weight:bold;color:#fff;background:#0f766e;\
border:0;border-radius:8px}\
input:focus,button:focus,a:focus{outline:4px solid #14213d;outline-offset:2px}\
.alert{margin-top:16px;padding:8px 16px;background:#fff;border:2px solid #b45309;border-left-width:8px;border-radius:8px}\
.alert p{margin:8px 0}.second{font-size:1rem;color:#475569}";

impl Page {
    pub fn answer(self, status: StatusCode) -> Response {
        let forms = if self.form { "'self'" } else { "'none'" };
        let style = BASE64.encode(&Sha256::digest(STYLE));
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action {forms}; \
             frame-ancestors 'none'"
        );
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (
                header::CONTENT_SECURITY_POLICY,
                HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'")),
            ),
            (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow")),
        ];
        (status, headers, self.html()).into_response()
    }

    fn html(&self) -> String {
        let Page { lang, tone, title, aside, main, .. } = self;
        let class = match tone {
            Tone::Plain => "plain",
            Tone::Caution => "caution",
            Tone::Over => "over",
        };
        format!(
            "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <meta name=\"robots\" content=\"noindex, nofollow\"><title>{title}</title>\
             <style>{STYLE}</style></head><body class=\"{class}\"><header><span>{title}</span>{aside}</header>\
             <main>{main}</main></body></html>\n",
            lang.tag()
        )
    }
}

/// A text as it may stand in HTML, between tags and between quotes.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_came_from_outside_is_html() {
        assert_eq!(escape("<a href='x' b=\"&\">"), "&lt;a href=&#39;x&#39; b=&quot;&amp;&quot;&gt;");
    }

    #[test]
    fn the_style_is_the_one_that_the_policy_lets_in() {
        let page = Page {
            lang: Lang::Id,
            tone: Tone::Plain,
            title: "x",
            aside: "",
            main: String::new(),
            form: false,
        };
        let html = page.html();
        let style = html.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
        let hash = BASE64.encode(&Sha256::digest(style));
        let answer = page.answer(StatusCode::OK);
        let policy = answer.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains(&format!("'sha256-{hash}'")) && policy.contains("form-action 'none'"));
    }
}
