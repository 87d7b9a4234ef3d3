//! Who looked at my card.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use maud::html;

use super::{moment, shown};
use crate::central::App;
use crate::central::looks::{self, Look, Sight};
use crate::central::staff::Role;
use crate::lang::Lang;

pub async fn show(State(app): State<Arc<App>>, parts: Parts) -> Response {
    shown(&app, &parts, async |own| {
        let (lang, looks) = (own.lang(), looks::at(&app.office, own.session.nip).await?);
        let main = html! {
            h1 { (lang.pick("Siapa melihat kartu saya", "Who looked at my card")) }
            p { (lang.pick(
                "Setiap kali kartu atau data Bapak/Ibu dibuka di Anjungan, lewat kode QR-nya, atau oleh petugas kantor, itu dicatat. Terbaru di atas.",
                "Each time your card or data are opened at a station, by the QR code or by the office's staff, it is noted. Newest first."
            )) }
            @if looks.is_empty() { p.card { (lang.pick("Belum ada yang melihat.", "Nobody has looked yet.")) } }
            @else {
                ol.looks {
                    @for look in &looks {
                        li.card {
                            p { strong { (what(look.sight, lang)) } }
                            p { (place(look, lang)) br; span.quiet { (moment(&app, look.at)) } }
                        }
                    }
                }
            }
            p.quiet { (lang.pick(
                "Dari ponsel yang memindai kode QR tidak dicatat milik siapa. Bila ada yang tidak wajar, mohon lapor kepada petugas.",
                "Of a phone that scans the QR code nobody notes whose it is. If something looks odd, please tell the staff."
            )) }
        };
        Ok(own.page(Some("/akun/dilihat"), &main).answer_installable(StatusCode::OK))
    })
    .await
}

fn what(sight: Sight, lang: Lang) -> &'static str {
    match sight {
        Sight::Checked => lang.pick("Kartu diperiksa", "The card was checked"),
        Sight::LookedUp => lang.pick("Data dicari dengan nomor", "The data were looked up by number"),
        Sight::Accepted => lang.pick("Kartu diterima dengan KTP", "The card was accepted with the KTP"),
        Sight::NotAccepted => lang.pick("Kartu belum diterima", "The card was not accepted"),
        Sight::PrintSeen => lang.pick("Gambar cetakan dilihat petugas", "Staff saw the picture of a print"),
        Sight::Scanned => lang.pick("Data dibuka dari kode QR", "The data were opened from the QR code"),
        Sight::PageSeen => {
            lang.pick("Data dan foto dibuka di kantor", "Data and photo were opened at the office")
        }
        Sight::PhotoSeen => lang.pick("Foto ditinjau di kantor", "The photo was looked at at the office"),
    }
}

fn place(look: &Look, lang: Lang) -> String {
    if let Some(role) = look.office {
        return match role {
            Role::Administrator => lang.pick("Administrator kantor", "An administrator of the office"),
            Role::Desk => lang.pick("Petugas meja kantor", "A desk clerk of the office"),
            Role::Technician => lang.pick("Teknisi kantor", "A technician of the office"),
        }
        .to_owned();
    }
    match &look.station {
        Some((name, place)) => {
            let who = if look.clerk {
                lang.pick("oleh petugas", "by a clerk")
            } else {
                lang.pick("di layar umum", "at the public screen")
            };
            format!("{name}, {place} – {who}")
        }
        None => lang.pick("Sebuah ponsel", "A phone").to_owned(),
    }
}
