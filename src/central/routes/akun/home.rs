//! `Layanan Lainnya`: where a signed-in person chooses what to do.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use maud::{Markup, html};

use super::card::{Held, another_photo};
use super::{bare, shown};
use crate::central::App;
use crate::central::pages::icons;

pub async fn show(State(app): State<Arc<App>>, parts: Parts) -> Response {
    shown(&app, &parts, async |own| {
        let (lang, held) = (own.lang(), Held::of(&app, &own.person).await?);
        let asked = held.asked_again(&app).await?;
        let way = |path: &str, icon: Markup, name: &str, hint: &str| {
            html! { li { a href=(own.link(path)) { (icon) span { strong { (name) } span.hint { (hint) } } } } }
        };
        let main = html! {
            h1 { (lang.pick("Layanan Lainnya", "Other Services")) }
            p { (own.person.name) br; span.quiet.number { "NIP " (own.person.nip.grouped()) } }
            @if let Some(why) = &asked { (another_photo(why, lang)) }
            ul.ways {
                (way("/akun/kartu", icons::id_card(), "Kartu ASN Virtual", held.word(lang)))
                (way("/akun/foto", icons::camera(), lang.pick("Perbarui Foto", "Update Photo"),
                    lang.pick("Foto baru, kartu baru", "A new photo, a new card")))
                (way("/akun/keliru", icons::attention(), lang.pick("Data saya keliru", "My data are wrong"),
                    lang.pick("Laporkan, dan baca jawaban kantor", "Report it, and read the office's answer")))
                (way("/akun/dilihat", icons::eye(), lang.pick("Siapa melihat kartu saya", "Who looked at my card"),
                    lang.pick("Kapan, di mana, dan untuk apa", "When, where, and what for")))
                (way("/akun/ponsel", icons::smartphone(), lang.pick("Ponsel yang masuk", "Phones signed in"),
                    lang.pick("Keluarkan yang bukan milik sendiri", "Sign out any that is not yours")))
            }
            form method="post" action=(own.link("/akun/keluar")) {
                (own.proof(&app))
                button.other type="submit" { (lang.pick("Keluar", "Sign Out")) }
            }
        };
        Ok(bare(lang, Some("/akun"), main).answer_installable(StatusCode::OK))
    })
    .await
}
