//! The page behind a card's front code: an empty frame with a script, which fills it with the parts
//! below. Both languages stand in every part; the style sheet shows one.

use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};

use super::assets::{CARD_SCRIPT, WORKER};
use super::card_words::{self as words, Pair};
use super::frame::{self, Page, Tongue};
use super::signs;
use crate::central::lookup::{Answer, Asked, Failed, Shown};
use crate::credential::{Serial, Verdict};
use crate::lang::Lang;
use crate::person::Kind;

/// One text in both languages.
fn t((id, en): Pair) -> Markup {
    html! { span.only-id lang="id" { (id) } span.only-en lang="en" { (en) } }
}

/// What a phone gets first: it says nothing about any card, so it is the same for all of them.
pub fn empty(lang: Lang) -> Page {
    let main = html! {
        noscript {
            div.verdict.waiting { h1 { (t(words::NO_SCRIPT)) } p { (t(words::NO_SCRIPT_WHY)) } }
            p { (t(words::NO_SCRIPT_DO)) }
        }
        div.verdict.waiting id="waiting" data-part hidden role="status" { h1 { (t(words::WAITING)) } }
        div id="no-code" data-part hidden {
            div.verdict.waiting { h1 { (t(words::NO_CODE)) } p { (t(words::NO_CODE_WHY)) } }
            p { (t(words::NO_CODE_DO)) }
        }
        div id="offline" data-part hidden {
            div.verdict.waiting role="alert" { h1 { (t(words::OFFLINE)) } p { (t(words::OFFLINE_DO)) } }
            button id="again" type="button" { (t(words::AGAIN)) }
        }
    };
    Page {
        lang,
        title: "Kartu ASN Virtual",
        tongue: Tongue::Here,
        script: Some(&CARD_SCRIPT),
        worker: Some(&WORKER),
        main,
    }
}

/// The verdict, and with one that leads on the captcha before the holder's data.
pub fn verdict(serial: Serial, answer: &Answer, asked: Option<&Asked>) -> Response {
    let form = html! { @if let Some(asked) = asked { (captcha(serial, asked, None)) } };
    frame::part(StatusCode::OK, html! { (judgement(answer)) (form) })
}

/// The captcha again, with the verdict above it and what was wrong.
pub fn again(serial: Serial, answer: &Answer, asked: &Asked, failed: Failed) -> Response {
    let main = html! { (judgement(answer)) (captcha(serial, asked, Some(failed))) };
    frame::part(StatusCode::UNPROCESSABLE_ENTITY, main)
}

/// Too many looks: when to come again.
pub fn wait(answer: Option<&Answer>, seconds: u64) -> Response {
    let minutes = seconds.div_ceil(60);
    let main = html! {
        @if let Some(answer) = answer { (judgement(answer)) }
        div.alert role="alert" tabindex="-1" data-focus {
            p {
                span.only-id lang="id" { (words::WAIT.0) " (" (minutes) " menit)." }
                span.only-en lang="en" { (words::WAIT.1) " (" (minutes) " min)." }
            }
        }
    };
    frame::part(StatusCode::TOO_MANY_REQUESTS, main)
}

/// The holder's data, as in the manual.
pub fn holder(answer: &Answer, shown: &Shown) -> Response {
    let person = &shown.person;
    let pns = person.kind() == Kind::Pns;
    let fact = |name: Pair, value: Markup| html! { div { dt { (t(name)) } dd { (value) } } };
    let main = html! {
        (judgement(answer))
        section.card {
            h2 tabindex="-1" data-focus { (t(words::DATA)) }
            dl {
                (fact(words::NAME, html! { (person.name) }))
                (fact(if pns { words::NIP } else { words::NIP_PPPK }, html! { (person.nip.grouped()) }))
                @if let Some(from) = person.tmt {
                    (fact(if pns { words::TMT } else { words::CONTRACT }, day(from)))
                }
                (fact(words::BODY, html! { (person.body) }))
                (fact(words::STATUS, t(if pns { words::ACTIVE_PNS } else { words::ACTIVE_PPPK })))
                (fact(words::SERIAL, html! { (shown.face_serial) }))
                (fact(words::ISSUED, day(shown.issued_on)))
            }
        }
        p.quiet { (t(words::NOTED)) }
    };
    frame::part(StatusCode::OK, main)
}

fn judgement(answer: &Answer) -> Markup {
    let (why, what_to_do) = words::sentences(answer);
    let word = (answer.verdict.word(Lang::Id), answer.verdict.word(Lang::En));
    html! {
        div class={ "verdict " (answer.verdict.code()) } role="status" {
            h1 { (sign(answer.verdict)) span { (t(word)) } }
            p { (t(why)) }
        }
        p { (t(what_to_do)) }
    }
}

fn captcha(serial: Serial, asked: &Asked, failed: Option<Failed>) -> Markup {
    let spoken = asked.digits.chars().map(String::from).collect::<Vec<_>>().join(" ");
    html! {
        section.card {
            h2 { (t(words::DATA)) }
            @if let Some(failed) = failed {
                div.alert role="alert" { p { (t(words::failed(failed))) } }
            }
            p { (t(words::DATA_WHY)) }
            form method="post" action={ "/V/" (serial) "/pemegang" } data-challenge=(asked.challenge)
                autocomplete="off" {
                label for="angka" { (t(words::DIGITS)) }
                // Digits as text: read aloud one by one, and as large as the phone's own setting makes them.
                p.digits id="digits" aria-label=(spoken) role="img" { (asked.digits) }
                input id="angka" name="angka" inputmode="numeric" maxlength="12" required
                    aria-describedby="digits angka-hint" data-focus[failed.is_some()];
                span.hint id="angka-hint" { (t(words::DIGITS_HINT)) }
                button type="submit" { (t(words::SHOW)) }
                p.quiet data-busy hidden role="status" { (t(words::BUSY)) progress {} }
                div.alert data-trouble hidden role="alert" { p { (t(words::TROUBLE)) } }
            }
        }
    }
}

/// A shape for each verdict, so that colour never stands alone.
pub fn sign(verdict: Verdict) -> Markup {
    match verdict {
        Verdict::Valid => signs::check(),
        Verdict::Confirm => signs::attention(),
        Verdict::NotGenuine => signs::cross(),
        Verdict::NoLongerValid | Verdict::NoCode => signs::minus(),
    }
}

/// A day as people of both languages read it.
fn day(day: jiff::civil::Date) -> Markup {
    html! {
        time datetime=(day.to_string()) {
            span.only-id lang="id" { (Lang::Id.long_date(day)) }
            span.only-en lang="en" { (Lang::En.long_date(day)) }
        }
    }
}
