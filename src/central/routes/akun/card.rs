//! `Kartu ASN Virtual`: what the person holds and what it counts for, upright and lying, to look at,
//! to save and to print.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use maud::{Markup, html};

use super::{Own, shown, with_script};
use crate::card::Orientation;
use crate::central::help::faces::{self, Sheet};
use crate::central::issuing::{self, IssueLine, MOST_A_DAY, NoCard};
use crate::central::pages::{APP_SCRIPT, card as card_page};
use crate::central::routes::download::file;
use crate::central::routes::notice::{self, alert};
use crate::central::{App, CentralError, reviews};
use crate::credential::Verdict;
use crate::lang::Lang;
use crate::person::{Employee, Refusal, card_holds, eligibility};

/// What a person holds today.
pub enum Held {
    Card(IssueLine),
    /// For a while no good.
    Suspended(IssueLine),
    Revoked(IssueLine),
    /// The holder is PNS or PPPK no more.
    Ended,
    /// None yet; with the rule, where one says so.
    None(Option<Refusal>),
}

impl Held {
    pub async fn of(app: &App, person: &Employee) -> Result<Held, CentralError> {
        let (today, lines) = (app.office.today(), issuing::issues_of(&app.office, person.nip).await?);
        let Some(newest) = lines.first().cloned() else {
            return Ok(Held::None(eligibility(person, today).err()));
        };
        if !card_holds(person, today) {
            return Ok(Held::Ended);
        }
        let first = |state: &str| lines.iter().find(|line| line.state == state).cloned();
        // What the office has suspended is the right to a card, whichever card it was at.
        Ok(match (first("suspended"), first("live")) {
            (Some(suspended), _) => Held::Suspended(suspended),
            (None, Some(live)) => Held::Card(live),
            (None, None) => Held::Revoked(newest),
        })
    }

    /// Why the office asks for another photo, if it does.
    pub async fn asked_again(&self, app: &App) -> Result<Option<String>, CentralError> {
        match self {
            Held::Card(line) | Held::Suspended(line) => {
                reviews::asked_again(&app.office.store, &line.serial).await
            }
            Held::Revoked(_) | Held::Ended | Held::None(_) => Ok(None),
        }
    }

    /// In a few words, for the menu.
    pub fn word(&self, lang: Lang) -> &'static str {
        match self {
            Held::Card(_) => lang.pick("Berlaku. Lihat, unduh, cetak", "Valid. Look, download, print"),
            Held::Suspended(_) => lang.pick("Ditangguhkan", "Suspended"),
            Held::Revoked(_) => lang.pick("Dicabut", "Revoked"),
            Held::Ended => lang.pick("Tidak berlaku lagi", "No longer valid"),
            Held::None(_) => lang.pick("Belum ada", "None yet"),
        }
    }
}

/// Upright for the phone, lying for paper.
pub(super) fn orientation(own: &Own, usual: Orientation) -> Orientation {
    match own.visitor.parameter("bentuk").as_str() {
        "tegak" => Orientation::Portrait,
        "mendatar" => Orientation::Landscape,
        _ => usual,
    }
}

pub(super) fn word(orientation: Orientation) -> &'static str {
    match orientation {
        Orientation::Portrait => "tegak",
        Orientation::Landscape => "mendatar",
    }
}

pub async fn show(State(app): State<Arc<App>>, parts: Parts) -> Response {
    shown(&app, &parts, async |own| {
        let (lang, held) = (own.lang(), Held::of(&app, &own.person).await?);
        let shape = orientation(own, Orientation::Portrait);
        let asked = held.asked_again(&app).await?;
        let main = html! {
            h1 { "Kartu ASN Virtual" }
            @if own.visitor.parameter("baru") == "1" {
                div.card role="status" { p { strong { (lang.pick(
                    "Selesai. Kartu baru sudah terbit. Kartu sebelumnya, bila ada, ditandai sudah diganti.",
                    "Done. The new card is issued. The one before, if there was one, is marked replaced."
                )) } } }
            }
            (state(&held, lang))
            @if let Some(why) = &asked { (another_photo(why, lang)) }
            @if !matches!(held, Held::Ended | Held::Suspended(_) | Held::None(Some(_))) {
                a.button.other[!matches!(held, Held::None(_))] href=(own.link("/akun/foto")) {
                    (lang.pick("Perbarui Foto", "Update Photo"))
                }
            }
            @if let Held::Card(line) = &held {
                (faces_of(own, shape, &line.serial))
                h2 { (lang.pick("Cetak", "Print")) }
                p.quiet { (lang.pick(
                    "Ukuran sebenarnya, 85,6 × 54 mm. Cetak pada skala 100 %.",
                    "True size, 85.6 × 54 mm. Print at a scale of 100 %."
                )) }
                a.button.other href=(own.link(&format!("/akun/cetak?bentuk={}", word(shape)))) { (lang.pick("Cetak", "Print")) }
                a.button.other download href={ "/akun/kartu/kartu-" (word(shape)) ".pdf" } {
                    (lang.pick("Unduh PDF", "Download PDF"))
                }
            }
        };
        let path = format!("/akun/kartu?bentuk={}", word(shape));
        Ok(own.page(Some(&path), &main).answer_installable(StatusCode::OK))
    })
    .await
}

/// The office would like another photo: why, and what that means.
pub(super) fn another_photo(why: &str, lang: Lang) -> Markup {
    html! {
        div.alert role="status" {
            p { strong { (lang.pick("Kantor meminta foto baru", "The office asks for another photo")) } ": " (why) }
            p { (lang.pick(
                "Kartu yang ada tidak berubah karenanya. Foto baru dapat diambil di sini atau di Anjungan.",
                "The card you have is not changed by this. A new photo can be taken here or at a station."
            )) }
        }
    }
}

/// The way to the card's other shape.
pub(super) fn turn(own: &Own, page: &str, shape: Orientation) -> Markup {
    let lang = own.lang();
    let turn = |to: Orientation, name: &str| {
        html! {
            a href=(own.link(&format!("{page}?bentuk={}", word(to)))) aria-current=[(to == shape).then_some("true")] { (name) }
        }
    };
    html! {
        nav.turn aria-label=(lang.pick("Bentuk kartu", "Shape of the card")) {
            (turn(Orientation::Portrait, lang.pick("Tegak", "Portrait")))
            (turn(Orientation::Landscape, lang.pick("Mendatar", "Landscape")))
        }
    }
}

/// A side of a card. `version` keeps a browser from showing another card's picture.
pub(super) fn face(path: &str, shape: Orientation, version: &str, label: &str, caption: &Markup) -> Markup {
    let (width, height) = shape.pixels();
    html! {
        figure class=(word(shape)) {
            img src={ (path) "?v=" (version) } alt=(label) width=(width) height=(height);
            figcaption { (caption) }
        }
    }
}

fn faces_of(own: &Own, shape: Orientation, version: &str) -> Markup {
    let lang = own.lang();
    let side = |side: &str, label: &str| {
        let path = format!("/akun/kartu/{side}-{}.png", word(shape));
        let save = html! { a.button download href=(path) { (lang.pick("Unduh", "Download")) " – " (label) } };
        face(&path, shape, version, label, &save)
    };
    html! {
        (turn(own, "/akun/kartu", shape))
        div.faces {
            (side("depan", lang.pick("sisi depan", "front")))
            (side("belakang", lang.pick("sisi belakang", "back")))
        }
    }
}

/// The word, the sign and the colour that a desk would show, and what to do.
fn state(held: &Held, lang: Lang) -> Markup {
    let facts = |line: &IssueLine| {
        html! { p.quiet {
            (lang.pick("Nomor seri ", "Serial ")) (line.face_serial) " · " (lang.pick("terbit ", "issued "))
            (line.issued_on.parse().map_or_else(|_| line.issued_on.clone(), |day| lang.long_date(day)))
        } }
    };
    let verdict = |verdict: Verdict, word: Option<&str>, why: &str| {
        html! {
            div class={ "verdict " (verdict.code()) } role="status" {
                h2 { (card_page::sign(verdict)) span { (word.unwrap_or(verdict.word(lang))) } }
                p { (why) }
            }
        }
    };
    match held {
        Held::Card(line) => html! {
            p.good { (card_page::sign(Verdict::Valid)) strong { (Verdict::Valid.word(lang)) } }
            (facts(line))
        },
        Held::Suspended(line) => html! {
            (verdict(Verdict::Confirm, Some(lang.pick("DITANGGUHKAN", "SUSPENDED")), lang.pick(
                "Kantor menangguhkan kartu ini untuk sementara. Mohon hubungi petugas.",
                "The office has suspended this card for a while. Please see the staff."
            )))
            (facts(line))
        },
        Held::Revoked(line) => html! {
            (verdict(Verdict::NoLongerValid, None, lang.pick(
                "Kantor mencabut kartu ini. Cetakannya tidak berlaku lagi. Mohon hubungi petugas, atau perbarui foto untuk kartu baru.",
                "The office has revoked this card. Prints of it are no longer valid. Please see the staff, or update your photo for a new card."
            )))
            (facts(line))
        },
        Held::Ended => html! {
            (verdict(Verdict::NoLongerValid, None, &Refusal::NoLongerAsn.sentence(lang)))
            p { (Refusal::NoLongerAsn.next(lang)) }
        },
        Held::None(Some(refusal)) => html! {
            div.alert { p { (refusal.sentence(lang)) } p { (refusal.next(lang)) } }
        },
        Held::None(None) => html! {
            p { (lang.pick(
                "Belum ada kartu. Unggah foto di sini, atau berfoto di Anjungan kantor.",
                "There is no card yet. Upload a photo here, or have it taken at an office's station."
            )) }
        },
    }
}

/// Why no photo can be taken now.
pub(super) fn no_card(no: NoCard, lang: Lang) -> Markup {
    match no {
        NoCard::Rule(refusal) => html! {
            div.alert role="alert" { p { (refusal.sentence(lang)) } p { (refusal.next(lang)) } }
        },
        NoCard::Enough => alert(
            &format!(
                "Dalam sehari kartu dapat dibuat {MOST_A_DAY} kali, dan itu sudah tercapai. Mohon coba lagi besok."
            ),
            &format!("A card can be made {MOST_A_DAY} times a day, and it was. Please try again tomorrow."),
            lang,
        ),
        NoCard::Letter(letter) => alert(
            &format!(
                "Nama atau instansi Bapak/Ibu berisi huruf yang tidak dapat dicetak pada kartu (U+{:04X}). Mohon hubungi petugas agar datanya diperbaiki.",
                u32::from(letter)
            ),
            &format!(
                "Your name or office holds a letter that no card can carry (U+{:04X}). Please ask the staff to mend it.",
                u32::from(letter)
            ),
            lang,
        ),
        NoCard::Picture => alert(
            "Dari gambar ini belum dapat dibuat kartu. Mohon pilih foto lain. (F08)",
            "No card can be made of this picture. Please choose another photo. (F08)",
            lang,
        ),
    }
}

/// A face of the person's own card.
pub async fn sheet(State(app): State<Arc<App>>, Path(name): Path<String>, parts: Parts) -> Response {
    shown(&app, &parts, async |own| {
        let (Some(sheet), Held::Card(line)) = (Sheet::parse(&name), Held::of(&app, &own.person).await?)
        else {
            return Ok(no_such_card(own.lang()));
        };
        match issuing::by_serial(&app.office.store, &line.serial).await? {
            Some(issue) => Ok(file(sheet, &name, faces::draw(&app.office, issue, sheet).await?)),
            None => Ok(no_such_card(own.lang())),
        }
    })
    .await
}

fn no_such_card(lang: Lang) -> Response {
    notice::gone(
        lang,
        "Kartu ini tidak ada, atau tidak berlaku lagi.",
        "There is no such card, or it is no longer valid.",
    )
}

/// Both sides in true size on one sheet of paper, for the phone's own way of printing.
pub async fn print(State(app): State<Arc<App>>, parts: Parts) -> Response {
    shown(&app, &parts, async |own| {
        let (lang, shape) = (own.lang(), orientation(own, Orientation::Landscape));
        let Held::Card(line) = Held::of(&app, &own.person).await? else { return Ok(no_such_card(lang)) };
        let shape_word = word(shape);
        let face = |side: &str, label: &str| {
            html! { img class=(shape_word) src={ "/akun/kartu/" (side) "-" (shape_word) ".png?v=" (line.serial) } alt=(label); }
        };
        let main = html! {
            h1 { (lang.pick("Cetak", "Print")) }
            p { (lang.pick(
                "Pilih skala 100 % dan kertas A4. Gunting pada garis tepi, lalu tempel kedua sisi.",
                "Choose a scale of 100 % and A4 paper. Cut along the edge and glue both sides together."
            )) }
            button data-print hidden type="button" { (lang.pick("Cetak", "Print")) }
            a.button.other download href={ "/akun/kartu/kartu-" (shape_word) ".pdf" } {
                (lang.pick("Unduh PDF", "Download PDF"))
            }
            div.true-size {
                (face("depan", lang.pick("sisi depan", "front")))
                (face("belakang", lang.pick("sisi belakang", "back")))
            }
        };
        let path = format!("/akun/cetak?bentuk={shape_word}");
        Ok(with_script(own.page(Some(&path), &main), &APP_SCRIPT).answer_installable(StatusCode::OK))
    })
    .await
}
