//! What the pages for people say when there is only one thing to say: done, refused, not now.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use maud::{Markup, html};

use crate::central::Refused;
use crate::central::pages::{Page, Tongue};
use crate::lang::Lang;
use crate::protocol::ProblemCode;

/// What went wrong, in the language of the page and, smaller, in the other one.
pub fn alert(id: &str, en: &str, lang: Lang) -> Markup {
    let other = lang.other();
    html! {
        div.alert role="alert" {
            p { (lang.pick(id, en)) span.second lang=(other.tag()) { (other.pick(id, en)) } }
        }
    }
}

/// How long to wait, in both languages.
pub fn wait(seconds: u64) -> (String, String) {
    let (count, id, en) =
        if seconds < 60 { (seconds, "detik", "s") } else { (seconds.div_ceil(60), "menit", "min") };
    (
        format!("Sudah beberapa kali dicoba. Mohon tunggu {count} {id}, lalu coba lagi."),
        format!("There were several tries. Please wait for {count} {en}, then try again."),
    )
}

/// One heading and one sentence.
pub fn done(lang: Lang, heading: &str, sentence: &str) -> Response {
    let main = html! { h1 { (heading) } p { (sentence) } };
    page(lang, main).answer(StatusCode::OK)
}

/// A form that no page of ours in this browser has made, or one that was open for too long.
pub fn foreign(lang: Lang) -> Response {
    let main = html! {
        h1 { (lang.pick("Mohon ulangi", "Please try again")) }
        (alert(
            "Halaman ini sudah terlalu lama terbuka, atau dibuka dari tempat lain. Tidak ada yang diubah.",
            "This page was open for too long, or was opened from elsewhere. Nothing was changed.",
            lang,
        ))
        p { a.button href={ "/masuk?lang=" (lang.tag()) } { (lang.pick("Ke halaman Masuk", "To the sign-in page")) } }
    };
    page(lang, main).answer(StatusCode::FORBIDDEN)
}

/// A page that is not there, or not any more.
pub fn gone(lang: Lang, id: &str, en: &str) -> Response {
    let main = html! { h1 { (lang.pick("Tidak ada lagi", "Not there any more")) } (alert(id, en, lang)) };
    page(lang, main).answer(StatusCode::NOT_FOUND)
}

pub fn refused(lang: Lang, refused: Refused) -> Response {
    let (status, id, en, retry) = match refused {
        Refused::Problem(problem) if problem.code == ProblemCode::SlowDown => {
            let seconds = problem.retry_after_s.unwrap_or(1);
            let (id, en) = wait(seconds);
            (StatusCode::TOO_MANY_REQUESTS, id, en, Some(seconds))
        }
        Refused::Problem(_) => (
            StatusCode::FORBIDDEN,
            "Ini tidak dapat dilakukan. Mohon mulai kembali.".to_owned(),
            "This cannot be done. Please start again.".to_owned(),
            None,
        ),
        Refused::Server(error) => {
            tracing::error!(%error, "a page failed");
            (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Maaf, ada gangguan di Server Kantor. Mohon coba lagi sebentar lagi.".to_owned(),
                "Sorry, there is a fault at the central server. Please try again in a moment.".to_owned(),
                None,
            )
        }
    };
    let main = html! { h1 { (lang.pick("Belum berhasil", "Not done")) } (alert(&id, &en, lang)) };
    let mut answer = page(lang, main).answer(status);
    if let Some(seconds) = retry {
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

fn page(lang: Lang, main: Markup) -> Page {
    Page { lang, title: "Anjungan", tongue: Tongue::Stays, script: None, main }
}
