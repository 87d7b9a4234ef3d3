//! What came out of the printers, and what did not: found by outcome, by card and by station.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use maud::{Markup, html};

use super::{Work, moment, shown};
use crate::central::fleet::{self, DeviceLine};
use crate::central::prints::{self, COUNTED_DAYS, Outcome, PrintLine, PrintSearch};
use crate::central::staff::Area;
use crate::central::{App, CentralError};
use crate::lang::Lang;

pub async fn show(State(app): State<Arc<App>>, parts: Parts) -> Response {
    shown(&app, &parts, Some(Area::Prints), async |work| {
        let main = page(&app, work).await?;
        Ok(work.page(StatusCode::OK, Some("/kantor/cetakan"), &main))
    })
    .await
}

async fn page(app: &App, work: &Work) -> Result<Markup, CentralError> {
    let lang = work.lang();
    let text = |name: &str| work.visitor.parameter(name).trim().chars().take(64).collect::<String>();
    let (number, station) = (text("nomor"), text("anjungan"));
    let outcome = Outcome::parse(&text("hasil"));
    let asked =
        PrintSearch { outcome, number: &number, station: &station, before: text("sebelum").parse().ok() };
    let (lines, more) = prints::search(&app.office, &asked).await?;
    let counts = prints::counts(&app.office).await?;
    let stations = fleet::devices(&app.office).await?;
    Ok(html! {
        h1 { (lang.pick("Cetakan", "Prints")) }
        p { (COUNTED_DAYS) " " (lang.pick("hari terakhir:", "days until now:")) }
        div.numbers { @for (outcome, count) in Outcome::ALL.into_iter().zip(counts) {
            div { strong { (count) } span { (word(outcome, lang)) } }
        } }
        (filter(work, &asked, &stations))
        @if lines.is_empty() { p role="status" { (lang.pick("Tidak ada cetakan yang cocok.", "No print fits.")) } }
        @else { (table(app, work, &lines)) }
        @if let Some(last) = lines.last().filter(|_| more) {
            form method="get" action="/kantor/cetakan" {
                input type="hidden" name="lang" value=(lang.tag());
                input type="hidden" name="hasil" value=(outcome.map_or("", Outcome::word));
                input type="hidden" name="nomor" value=(number);
                input type="hidden" name="anjungan" value=(station);
                button.other type="submit" name="sebelum" value=(last.happened_at) { (lang.pick("Yang lebih lama", "Older ones")) }
            }
        }
        (explained(lang))
    })
}

fn filter(work: &Work, asked: &PrintSearch, stations: &[DeviceLine]) -> Markup {
    let lang = work.lang();
    html! {
        form method="get" action="/kantor/cetakan" {
            input type="hidden" name="lang" value=(lang.tag());
            div.pairs {
            div { label for="hasil" { (lang.pick("Hasil", "Outcome")) }
            select id="hasil" name="hasil" {
                option value="" { (lang.pick("Semua", "All")) }
                @for outcome in Outcome::ALL {
                    option value=(outcome.word()) selected[asked.outcome == Some(outcome)] { (word(outcome, lang)) }
                }
            }
            }
            div { label for="anjungan" { (lang.pick("Anjungan", "Station")) }
            select id="anjungan" name="anjungan" {
                option value="" { (lang.pick("Semua", "All")) }
                @for one in stations {
                    option value=(one.id) selected[asked.station == one.id] { (one.name) ", " (one.place) }
                }
            }
            }
            div { label for="nomor" {
                (lang.pick("Nomor seri kartu atau nomor cetakan", "Serial of a card, or number of a print"))
                span.hint id="nomor-hint" { (lang.pick("Seperti tertulis di kartu, misalnya A20260000001", "As it stands on the card, for example A20260000001")) }
            }
            input id="nomor" name="nomor" value=(asked.number) aria-describedby="nomor-hint" autocomplete="off" maxlength="64";
            } }
            button.other type="submit" { (lang.pick("Saring", "Filter")) }
        }
    }
}

fn table(app: &App, work: &Work, lines: &[PrintLine]) -> Markup {
    let lang = work.lang();
    let [at, card, station, outcome, print] = [
        lang.pick("Waktu", "Time"),
        lang.pick("Kartu", "Card"),
        lang.pick("Anjungan", "Station"),
        lang.pick("Hasil", "Outcome"),
        lang.pick("Nomor cetakan", "Print"),
    ];
    html! {
        table {
            thead { tr { @for word in [at, card, station, outcome, print] { th scope="col" { (word) } } } }
            tbody { @for line in lines { tr {
                td.number data-label=(at) { (moment(app, line.happened_at)) }
                td data-label=(card) {
                    (line.face_serial)
                    // Whose it is, is for those who serve people.
                    @if work.session.role.may(Area::People) {
                        br; a href=(work.link(&format!("/kantor/orang/{}", line.record))) { (line.name) }
                    }
                }
                td data-label=(station) { (line.station) span.second { (line.place) } }
                td data-label=(outcome) {
                    @match Outcome::parse(&line.outcome) {
                        Some(known @ (Outcome::Unknown | Outcome::Spoiled)) => span.amiss { (word(known, lang)) },
                        Some(known) => (word(known, lang)),
                        None => (line.outcome),
                    }
                    @if let Some(said) = line.clerk.as_deref() { span.second { (clerk(said, lang)) } }
                }
                td data-label=(print) { span.quiet { (line.id) } }
            } } }
        }
    }
}

fn word(outcome: Outcome, lang: Lang) -> &'static str {
    match outcome {
        Outcome::Printed => lang.pick("Tercetak", "Printed"),
        Outcome::Sent => lang.pick("Terkirim ke pencetak", "Sent to the printer"),
        Outcome::Failed => lang.pick("Tidak tercetak", "Not printed"),
        Outcome::Spoiled => lang.pick("Rusak, dimusnahkan", "Spoiled, destroyed"),
        Outcome::Unknown => lang.pick("Belum diketahui", "Not known"),
    }
}

/// What somebody at the station said who looked.
fn clerk(said: &str, lang: Lang) -> &'static str {
    match said {
        "print-came-out" => {
            lang.pick("Petugas: keluar, atau diserahkan", "Clerk: it came out, or was handed over")
        }
        "print-spoiled" => lang.pick("Petugas: rusak, dimusnahkan", "Clerk: spoiled, destroyed"),
        _ => lang.pick("Petugas: tidak keluar", "Clerk: nothing came out"),
    }
}

/// What each word means for whoever reads the list.
fn explained(lang: Lang) -> Markup {
    let meaning = |outcome: Outcome| {
        match outcome {
        Outcome::Unknown => lang.pick(
            "Listrik atau sambungan putus pada bagian akhir. Petugas di Anjungan perlu melihat apa yang keluar dan menjawab di daftar cetakan; sampai itu, mungkin ada kartu yang tidak ada pemiliknya.",
            "Power or line broke off near the end. Staff at the station have to look at what came out and answer in the list of prints; until then there may be a card that nobody has.",
        ),
        Outcome::Spoiled => lang.pick(
            "Keluar tetapi tidak dapat dipakai; petugas menyatakan sudah memusnahkannya.",
            "It came out and could not be used; staff have said that they destroyed it.",
        ),
        Outcome::Failed => lang.pick(
            "Tidak ada yang keluar, atau yang keluar tidak utuh dan diulang.",
            "Nothing came out, or what came out was not whole and was begun anew.",
        ),
        Outcome::Sent => lang.pick(
            "Pencetak ini tidak melaporkan hasilnya. Kemungkinan besar tercetak.",
            "This printer does not say what became of it. Most likely it was printed.",
        ),
        Outcome::Printed => lang.pick(
            "Pencetak melaporkan selesai. Cetakan yang tertinggal diingatkan di Anjungan sampai petugas menyatakan menyerahkan atau memusnahkannya.",
            "The printer said that it is done. Of one that was left behind the station reminds staff until they say that they handed it over or destroyed it.",
        ),
    }
    };
    html! {
        details {
            summary { (lang.pick("Arti tiap hasil", "What each outcome means")) }
            dl { @for outcome in Outcome::ALL { div { dt { (word(outcome, lang)) } dd.plain { (meaning(outcome)) } } } }
        }
    }
}
