//! What became of a station that was revoked: whether it has wiped itself, and what it had owed and handed
//! over, for the office to take or to throw away.

use maud::{Markup, html};

use super::Work;
use super::condition::age;
use crate::central::fleet::DeviceLine;
use crate::central::leaving::{self, Decided, Held};
use crate::central::{App, CentralError, Refused};
use crate::lang::Lang;

/// The form's field, and its values.
pub const FIELD: &str = "kiriman";
const TAKE: &str = "terima";
const DISCARD: &str = "buang";

/// How it went, as its state on the page of stations.
pub fn shown(station: &DeviceLine, now: i64, lang: Lang) -> Markup {
    let gone = station.wiped_at.map(|at| age(now - at, lang));
    html! {
        (lang.pick("Dicabut", "Revoked"))
        ul.condition {
            @match (gone, station.enrolled_at) {
                (Some(when), _) => li.quiet { (lang.pick("Datanya sudah dihapus, ", "Its data is wiped, ")) (when) },
                (None, Some(_)) => li.amiss { (lang.pick(
                    "Belum melapor bahwa datanya sudah dihapus",
                    "Has not said yet that its data is wiped"
                )) },
                // It never joined: there was nothing on it.
                (None, None) => {},
            }
        }
    }
}

/// What waits for a decision, and the two that there are.
pub fn waiting(app: &App, work: &Work, station: &DeviceLine, held: &[Held]) -> Markup {
    let lang = work.lang();
    let mine: Vec<_> = held.iter().filter(|item| item.device_id == station.id).collect();
    if mine.is_empty() {
        return html! { "–" };
    }
    let path = format!("/kantor/anjungan/{}", station.id);
    let now = app.office.clock.now().as_second();
    let photos = mine.iter().filter(|item| item.kind == "acceptance").count();
    let oldest = mine.iter().map(|item| item.happened_at).min().map_or(0, |at| now - at);
    html! {
        details {
            summary { (mine.len()) " " (lang.pick("kiriman menunggu putusan…", "items to decide about…")) }
            p {
                (lang.pick("Foto yang disetujui pegawai: ", "Photos that employees accepted: ")) (photos) ". "
                (lang.pick("Catatan lain: ", "Other records: ")) (mine.len() - photos) ". "
                (lang.pick("Yang tertua: ", "The oldest: "))
                (age(oldest, lang)) "."
            }
            p { (lang.pick(
                "Terima bila Anjungan ini dicabut karena rusak atau pindah: kartu dari foto itu lalu diterbitkan. \
                 Buang bila Anjungan ini dicuri atau dipakai orang lain.",
                "Take them if the station was revoked because it broke or moved: the cards of those photos are \
                 then made. Throw them away if it was stolen or used by somebody else."
            )) }
            (work.form(app, &path, &html! {
                button type="submit" name=(FIELD) value=(TAKE) { (lang.pick("Terima semua", "Take them all")) }
            }))
            (work.form(app, &path, &html! {
                button.other type="submit" name=(FIELD) value=(DISCARD) { (lang.pick("Buang semua", "Throw them all away")) }
            }))
        }
    }
}

/// Carries out what was decided, and says what came of it.
pub async fn decide(app: &App, work: &Work, device: &str, decision: &str) -> Result<Markup, Refused> {
    let (office, actor, lang) = (&app.office, &work.session.record, work.lang());
    let came = match decision {
        TAKE => {
            let Decided { issued, noted, rejected } = leaving::release(office, actor, device, None).await?;
            html! {
                h1 { (lang.pick("Kiriman diterima", "Items taken")) }
                ul {
                    li { (issued) " " (lang.pick("kartu diterbitkan", "cards made")) }
                    li { (noted) " " (lang.pick("catatan disimpan", "records kept")) }
                    li { (rejected) " " (lang.pick("ditolak", "rejected")) }
                }
            }
        }
        DISCARD => {
            let count = leaving::discard(office, actor, device, None).await?;
            html! {
                h1 { (lang.pick("Kiriman dibuang", "Items thrown away")) }
                p { (count) " " (lang.pick("kiriman dihapus dari server.", "items are deleted from the server.")) }
            }
        }
        _ => return Err(CentralError::Argument("no such decision".into()).into()),
    };
    Ok(html! {
        (came)
        p { a.button.other href=(work.link("/kantor/anjungan")) { (lang.pick("Kembali", "Back")) } }
    })
}
