//! `Perbarui Foto`: choose or take a photo with the guide beside it, look at the card that comes of
//! it, and take it or try again.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use maud::{Markup, html};

use super::card::{face, no_card, orientation, turn, word};
use super::{Own, acted, link, shown, with_script};
use crate::card::Orientation;
use crate::central::help::faces::{Sheet, draw_before_issue};
use crate::central::issuing::{accept_by_phone, may_accept};
use crate::central::pages::photo_words::{self, Remark};
use crate::central::pages::{APP_SCRIPT, EXAMPLE};
use crate::central::routes::again;
use crate::central::routes::download::file;
use crate::central::routes::form::Visitor;
use crate::central::routes::masuk::{renew, see};
use crate::central::routes::notice::{self, alert};
use crate::central::routes::upload::{self, Parts as FormParts, Unread};
use crate::central::studio::{Developed, LARGEST, LIFE};
use crate::central::{App, CentralError, Refused, slow_down};
use crate::lang::Lang;
use crate::protocol::Problem;

/// Where a form's address carries a file's fields besides: proof, boundaries, names.
const FORM: usize = 64 * 1024;

pub async fn show(State(app): State<Arc<App>>, parts: Parts) -> Response {
    shown(&app, &parts, async |own| Ok(page(&app, own, None, StatusCode::OK).await?)).await
}

/// The address that a photo is sent to, asked for by hand.
pub async fn again() -> Response {
    see("/akun/foto", Lang::Id)
}

/// A photo comes in. Who it is and whether there is room is asked before the body is read.
pub async fn send(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let visitor = Visitor::of(&app.office, &parts);
    let lang = visitor.lang;
    let answer = async {
        let own = match Own::begin(&app, visitor).await? {
            Ok(own) => own,
            Err(way_in) => return Ok(way_in),
        };
        let name = format!("photo {}", own.session.nip.as_u64());
        app.crowds.ask(&name, app.office.clock.monotonic()).map_err(slow_down)?;
        let mut answer = sent(&app, &own, &parts, body).await?;
        renew(&own.visitor, &mut answer, &own.session);
        Ok::<_, Refused>(own.visitor.keep(answer))
    };
    answer.await.unwrap_or_else(|refused| notice::refused(lang, refused))
}

async fn sent(app: &App, own: &Own, parts: &Parts, body: axum::body::Body) -> Result<Response, Refused> {
    let refused = async |say: Say<'_>, status: StatusCode| page(app, own, Some(say), status).await;
    let Some(seat) = app.studio.seat(own.session.nip) else {
        let mut answer = refused(Say::Busy, StatusCode::TOO_MANY_REQUESTS).await?;
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(20));
        return Ok(answer);
    };
    let body = match upload::whole(body, LARGEST + FORM).await {
        Ok(body) => body,
        Err(Unread::TooLarge) => {
            return Ok(refused(Say::Remark(photo_words::too_large()), StatusCode::PAYLOAD_TOO_LARGE).await?);
        }
        Err(Unread::Broken) => return Ok(refused(Say::Broken, StatusCode::BAD_REQUEST).await?),
    };
    let form = FormParts::read(&parts.headers, &body);
    let Some(form) = form.filter(|form| own.visitor.proved(&app.office, form.text("bukti"))) else {
        return Ok(notice::foreign(own.lang()));
    };
    // From the camera, or from what the phone holds: whichever was chosen.
    let picture = [form.get("kamera"), form.get("foto")].into_iter().find(|file| !file.is_empty());
    let Some(picture) = picture.map(<[u8]>::to_vec) else {
        return Ok(refused(Say::Nothing, StatusCode::UNPROCESSABLE_ENTITY).await?);
    };
    drop(body);
    if may_accept(&app.office, &own.person).await?.is_some() {
        return Ok(page(app, own, None, StatusCode::FORBIDDEN).await?);
    }
    let remark = match app.studio.develop(&app.office, seat, &own.session.series, picture).await? {
        Developed::Photo => return Ok(see("/akun/foto/lihat", own.lang())),
        Developed::Refused(reasons) => reasons.first().map(|reason| photo_words::of_reason(*reason)),
        Developed::Unreadable(error) => Some(photo_words::of_file(&error)),
    };
    Ok(page(app, own, remark.map(Say::Remark), StatusCode::UNPROCESSABLE_ENTITY).await?)
}

/// What is said above the form.
enum Say<'a> {
    Remark(Remark),
    Busy,
    Broken,
    Nothing,
    Words(&'a Markup),
}

impl Say<'_> {
    fn markup(&self, lang: Lang) -> Markup {
        match self {
            Say::Remark(remark) => alert(&remark.sentence(Lang::Id), &remark.sentence(Lang::En), lang),
            Say::Busy => alert(
                "Studio foto sedang penuh, atau foto Bapak/Ibu yang tadi masih diperiksa. Mohon kirim lagi sebentar lagi.",
                "The photo studio is full, or your last photo is still being checked. Please send it again in a moment.",
                lang,
            ),
            Say::Broken => alert(
                "Foto tidak sampai seluruhnya. Mohon kirim lagi.",
                "The photo did not arrive whole. Please send it again.",
                lang,
            ),
            Say::Nothing => alert("Belum ada foto yang dipilih.", "No photo was chosen yet.", lang),
            Say::Words(words) => (*words).clone(),
        }
    }
}

async fn page(
    app: &App,
    own: &Own,
    say: Option<Say<'_>>,
    status: StatusCode,
) -> Result<Response, CentralError> {
    let lang = own.lang();
    let no = may_accept(&app.office, &own.person).await?;
    let waiting = app.studio.draft(&own.session.series, app.office.clock.monotonic()).is_some();
    let file = |name: &str, label: &str, hint: &str, capture: Option<&str>| {
        html! {
            label for=(name) { (label) span.hint id={ (name) "-hint" } { (hint) } }
            input id=(name) name=(name) type="file" accept="image/jpeg,image/png" capture=[capture]
                aria-describedby={ (name) "-hint" };
        }
    };
    let main = html! {
        h1 { (lang.pick("Perbarui Foto", "Update Photo")) }
        @if let Some(say) = &say { (say.markup(lang)) }
        @if let Some(no) = no { (no_card(no, lang)) } @else {
            @if waiting {
                div.card {
                    p { (lang.pick("Ada foto yang belum diputuskan.", "There is a photo that you have not decided about.")) }
                    a.button.other href=(own.link("/akun/foto/lihat")) { (lang.pick("Lihat Kartu", "View Card")) }
                }
            }
            (guide(lang))
            form data-photo method="post" enctype="multipart/form-data" action=(link("/akun/foto/kirim", lang)) {
                (own.proof(app))
                (file("kamera", lang.pick("Ambil Foto", "Take Photo"),
                    lang.pick("Membuka kamera ponsel ini", "Opens this phone's camera"), Some("user")))
                (file("foto", lang.pick("Pilih Foto", "Choose Photo"),
                    lang.pick("JPEG atau PNG, paling banyak 12 MB", "JPEG or PNG, at most 12 MB"), None))
                div.chosen data-chosen {}
                button type="submit" { (lang.pick("Lihat Kartu", "View Card")) }
                p.quiet data-busy hidden role="status" {
                    (lang.pick("Foto dikirim dan diperiksa. Mohon tunggu.", "The photo is being sent and checked. Please wait."))
                    progress {}
                }
            }
            p.quiet { (lang.pick(
                "Foto yang ditolak atau tidak dipakai tidak disimpan. Kartu baru terbit setelah Bapak/Ibu menekan Gunakan Foto Ini.",
                "A photo that is refused or not used is not kept. A new card is made once you press Use This Photo."
            )) }
        }
    };
    let path = (status == StatusCode::OK).then_some("/akun/foto");
    Ok(with_script(own.page(path, &main), &APP_SCRIPT).answer_installable(status))
}

/// The manual's guide, beside the form.
fn guide(lang: Lang) -> Markup {
    let rules = [
        (
            "Menghadap kamera, kepala tegak, bahu terlihat",
            "Facing the camera, head upright, shoulders visible",
        ),
        (
            "Mata terbuka dan terlihat; wajah bebas (jilbab boleh)",
            "Eyes open and visible; the face free (a jilbab is fine)",
        ),
        ("Cahaya merata dari depan, gambar tajam", "Even light from the front, a sharp picture"),
        ("Pakaian dinas, satu orang saja", "Official dress, one person alone"),
        (
            "Dinding polos di belakang, warnanya lain dari pakaian",
            "A plain wall behind, of another colour than the clothes",
        ),
    ];
    html! {
        section.guide {
            img src=(EXAMPLE.path()) alt=(lang.pick("Contoh: gambar orang menghadap kamera, kepala dan bahu terlihat", "Example: a drawn person facing the camera, head and shoulders visible")) width="150" height="200";
            div {
                h2 { (lang.pick("Panduan foto", "Photo guide")) }
                ul { @for (id, en) in rules { li { (lang.pick(id, en)) } } }
            }
        }
    }
}

/// `Lihat Kartu`: the card as it will be.
pub async fn preview(State(app): State<Arc<App>>, parts: Parts) -> Response {
    shown(&app, &parts, async |own| Ok(preview_of(&app, own, None))).await
}

/// The same, and why the last press did not count.
fn preview_of(app: &App, own: &Own, problem: Option<&Problem>) -> Response {
    let lang = own.lang();
    let Some(draft) = app.studio.draft(&own.session.series, app.office.clock.monotonic()) else {
        return see("/akun/foto", lang);
    };
    let shape = orientation(own, Orientation::Portrait);
    let front = lang.pick("sisi depan kartu dengan foto ini", "the card's front with this photo");
    let path = format!("/akun/foto/lihat/depan-{}.png", word(shape));
    let main = html! {
        h1 { (lang.pick("Lihat Kartu", "View Card")) }
        (turn(own, "/akun/foto/lihat", shape))
        div.faces { (face(&path, shape, &draft.id, front, &html! {})) }
        div.alert {
            p { (lang.pick(
                "Latar dihapus dari gambar ini saja, tanpa Foto latar kosong seperti di Anjungan. Mohon periksa tepi rambut, jilbab dan bahu.",
                "The background was removed from this picture alone, without a clean plate as at a station. Please look at the edge of hair, jilbab and shoulders."
            )) }
        }
        form method="post" action=(own.link("/akun/foto/lihat")) {
            (own.proof(app))
            input type="hidden" name="foto" value=(draft.id);
            (again::field(&own.session, lang, problem))
            button type="submit" name="putusan" value="pakai" { (lang.pick("Gunakan Foto Ini", "Use This Photo")) }
            button.other type="submit" name="putusan" value="ulangi" { (lang.pick("Ulangi", "Try Again")) }
        }
        p.quiet {
            (lang.pick("Kode QR dan nomor seri dibuat bersama kartu. Tanpa putusan, foto ini dihapus dalam ", "QR code and serial come with the card. Undecided, this photo is deleted within "))
            (LIFE.as_secs() / 60) (lang.pick(" menit.", " minutes."))
        }
    };
    let path = format!("/akun/foto/lihat?bentuk={}", word(shape));
    let status = if problem.is_some() { StatusCode::FORBIDDEN } else { StatusCode::OK };
    own.page(Some(&path), &main).answer_installable(status)
}

/// A face of that card.
pub async fn sheet(State(app): State<Arc<App>>, Path(name): Path<String>, parts: Parts) -> Response {
    shown(&app, &parts, async |own| {
        let draft = app.studio.draft(&own.session.series, app.office.clock.monotonic());
        let (Some(sheet @ Sheet::Png(..)), Some(draft)) = (Sheet::parse(&name), draft) else {
            return Ok(notice::gone(
                own.lang(),
                "Foto ini sudah diputuskan atau sudah dihapus.",
                "This photo was decided about or is deleted.",
            ));
        };
        let drawn = draw_before_issue(&app.office, own.person.clone(), draft.png, sheet).await?;
        Ok(file(sheet, &name, drawn))
    })
    .await
}

/// `Gunakan Foto Ini`, or `Ulangi`.
pub async fn decide(State(app): State<Arc<App>>, parts: Parts, body: Bytes) -> Response {
    acted(&app, &parts, &body, async |own, fields| {
        let lang = own.lang();
        // Asked before the photo is taken out of the studio: it waits for the right password.
        if fields.get("putusan") == "pakai"
            && let Some(problem) = again::proved(&app, &own.visitor, &own.session, fields).await?
        {
            return Ok(preview_of(&app, own, Some(&problem)));
        }
        let Some(draft) = app.studio.take(&own.session.series, &fields.get("foto")) else {
            let gone = alert(
                "Foto itu sudah diputuskan atau sudah dihapus.",
                "That photo was decided about or is deleted.",
                lang,
            );
            return Ok(page(&app, own, Some(Say::Words(&gone)), StatusCode::GONE).await?);
        };
        if fields.get("putusan") != "pakai" {
            return Ok(see("/akun/foto", lang));
        }
        match accept_by_phone(&app.office, own.session.nip, draft.png.to_vec()).await {
            Ok(Ok(_)) => Ok(see_new_card(lang)),
            Ok(Err(no)) => {
                let words = no_card(no, lang);
                Ok(page(&app, own, Some(Say::Words(&words)), StatusCode::UNPROCESSABLE_ENTITY).await?)
            }
            Err(error) => {
                // Not the photo's fault: it waits for another press.
                app.studio.put_back(&own.session.series, draft);
                Err(error.into())
            }
        }
    })
    .await
}

fn see_new_card(lang: Lang) -> Response {
    let mut answer = see("/akun/kartu", lang);
    if let Ok(place) = HeaderValue::from_str(&link("/akun/kartu?baru=1", lang)) {
        answer.headers_mut().insert(header::LOCATION, place);
    }
    answer
}
