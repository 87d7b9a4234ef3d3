//! Stations that are prepared together: a list comes in, a file and a sheet of labels go out, once; then the
//! page says how many of them are ready.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use maud::{Markup, html};
use zeroize::Zeroizing;

use super::condition::age;
use super::{Work, acted, attached, failed, moment, names, shown};
use crate::central::approval::{Standing, beforehand};
use crate::central::batch::{self, Handout, LARGEST, ListFault, Made};
use crate::central::fleet::DeviceLine;
use crate::central::routes::form::Fields;
use crate::central::routes::masuk::see;
use crate::central::routes::multipart::{self, UploadError};
use crate::central::routes::notice;
use crate::central::staff::Area;
use crate::central::{App, CentralError, Refused};
use crate::lang::Lang;

const GONE: CentralError = CentralError::NotFound("these codes were shown once and are not kept");
const NO_BATCH: CentralError = CentralError::NotFound("no such batch");
/// While stations join, the page looks again by itself.
const AGAIN: (HeaderName, HeaderValue) = (HeaderName::from_static("refresh"), HeaderValue::from_static("60"));

/// A list comes in.
pub async fn make(State(app): State<Arc<App>>, parts: Parts, body: Body) -> Response {
    let work = match Work::begin(&app, &parts, Some(Area::Stations)).await {
        Ok(work) => work,
        Err(answer) => return answer,
    };
    let may = |so_far: &multipart::Uploaded| {
        let fields = Fields::read(format!("bukti={}", so_far.get("bukti")).as_bytes());
        fields.is_some_and(|fields| work.visitor.made(&app.office, &fields))
    };
    let mut list = Vec::new();
    let taken = match multipart::take(&parts.headers, body, LARGEST, may, &mut list).await {
        Ok(taken) => taken,
        Err(UploadError::Refused) => return work.visitor.keep(notice::foreign(work.lang())),
        Err(UploadError::TooLarge) => return refused(&work, &ListFault::Many),
        Err(UploadError::Form | UploadError::Disk) => {
            return failed(&work, CentralError::Argument("the file did not arrive whole".into()).into());
        }
    };
    let wanted = match batch::read(&list) {
        Ok(wanted) => wanted,
        Err(fault) => return refused(&work, &fault),
    };
    let answer = async {
        match batch::make(&app.office, &work.session.record, taken.get("kelompok"), wanted).await? {
            Ok(made) => handed_out(&app, &work, &made).await,
            Err(fault) => Ok(refused(&work, &fault)),
        }
    };
    answer.await.unwrap_or_else(|error| failed(&work, error.into()))
}

/// How far a batch is.
pub async fn show(State(app): State<Arc<App>>, Path(id): Path<String>, parts: Parts) -> Response {
    shown(&app, &parts, Some(Area::Stations), async |work| {
        let name = batch::batch_name(&app.office, &id).await?.ok_or(NO_BATCH)?;
        let stations = batch::stations_of(&app.office, &id).await?;
        let waits = stations.iter().any(|one| one.enrolled_at.is_none() && one.revoked_at.is_none());
        let moves = waits || stations.iter().any(|one| one.standing() == Standing::Unapproved);
        let main = html! {
            h1 { (name) }
            (ready(&stations, work.lang()))
            (super::approvals::waiting(&app, work, &stations))
            (table(&app, work, &stations))
            @if waits { (renewal(&app, work, &id)) }
            (word(&app, work, &id, waits).await?)
            p { a href=(work.link("/kantor/anjungan")) { (work.lang().pick("Semua Anjungan", "All stations")) } }
        };
        let mut answer = work.page(StatusCode::OK, Some(&format!("/kantor/kelompok/{id}")), &main);
        if moves {
            answer.headers_mut().insert(AGAIN.0, AGAIN.1);
        }
        Ok(answer)
    })
    .await
}

/// An administrator approves a batch before its stations join, or takes that back.
pub async fn beforehand(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    parts: Parts,
    body: Bytes,
) -> Response {
    acted(&app, &parts, &body, Some(Area::Approval), async |work, fields| {
        let (office, actor) = (&app.office, &work.session.record);
        match fields.get("putusan").as_str() {
            "setuju" => beforehand::give(office, actor, &id).await?,
            "tarik" => beforehand::withdraw(office, actor, &id).await?,
            _ => return Err(CentralError::Argument("no such decision".into()).into()),
        }
        Ok(see(&format!("/kantor/kelompok/{id}"), work.lang()))
    })
    .await
}

/// Whether the batch is approved beforehand, with what that risks; for an administrator, the way to change it.
async fn word(app: &App, work: &Work, id: &str, waits: bool) -> Result<Markup, CentralError> {
    let (lang, may) = (work.lang(), work.session.role.may(Area::Approval));
    let path = format!("/kantor/kelompok/{id}/persetujuan");
    let risk = lang.pick(
        "Siapa pun yang menyalin berkas kelompok dapat bergabung sebagai salah satu Anjungannya dan melihat data pegawai. \
         Berlaku sekali untuk tiap nomor seri papan. Simpan berkas itu seperti kunci, dan tarik kembali setelah semua bergabung.",
        "Whoever copies the batch file can join as one of its stations and see data of employees. \
         It counts once for each board's serial number. Keep that file as you keep a key, and withdraw this once all have joined.",
    );
    let approved = beforehand::word(&app.office, id).await?;
    let by = match &approved {
        Some(approved) => names::actor(app, &approved.approved_by, lang).await?,
        None => String::new(),
    };
    Ok(match approved {
        Some(approved) => html! {
            div.alert role="status" {
                p { strong { (lang.pick("Disetujui di muka", "Approved beforehand")) } " · " (by) " · " (moment(app, approved.approved_at)) }
                p { (risk) }
                @if may { (work.form(app, &path, &html! {
                    button type="submit" name="putusan" value="tarik" { (lang.pick("Tarik kembali", "Withdraw")) }
                })) }
            }
        },
        None if may && waits => html! {
            details {
                summary { (lang.pick("Setujui di muka…", "Approve beforehand…")) }
                p { (risk) }
                (work.form(app, &path, &html! {
                    button.other type="submit" name="putusan" value="setuju" {
                        (lang.pick("Setujui di muka menurut nomor seri", "Approve beforehand by serial number"))
                    }
                }))
            }
        },
        None => html! {},
    })
}

/// New codes for those that have not joined.
pub async fn renew(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    parts: Parts,
    body: Bytes,
) -> Response {
    acted(&app, &parts, &body, Some(Area::Stations), async |work, _| {
        let made = batch::renew(&app.office, &work.session.record, &id).await?;
        Ok(handed_out(&app, work, &made).await?)
    })
    .await
}

/// The file or the sheet, for whoever has just made them.
pub async fn fetch(
    State(app): State<Arc<App>>,
    Path((id, file)): Path<(String, String)>,
    parts: Parts,
) -> Response {
    shown(&app, &parts, Some(Area::Stations), async |work| {
        let now = app.office.clock.monotonic();
        let handout = app.handouts.find(&id, &work.session.record, now).ok_or(GONE)?;
        match file.as_str() {
            "label.pdf" => Ok(attached("application/pdf", "label-anjungan.pdf", handout.labels.to_vec())),
            "anjungan-batch.toml" => {
                Ok(attached("application/toml", "anjungan-batch.toml", handout.file.as_bytes().to_vec()))
            }
            _ => Err(Refused::Server(GONE)),
        }
    })
    .await
}

/// What of it is secret, this once.
async fn handed_out(app: &App, work: &Work, made: &Made) -> Result<Response, CentralError> {
    let (lang, office) = (work.lang(), &app.office);
    let labels = batch::labels(office, made, lang).await?;
    let file = batch::file(office, &made.handed)?;
    let owner = work.session.record.clone();
    let handout = Handout { owner, labels: Zeroizing::new(labels), file: Zeroizing::new(file) };
    app.handouts.keep(&made.id, handout, office.clock.monotonic());
    let to = |file: &str| format!("/kantor/kelompok/{}/{file}", made.id);
    let [name, place, staff_code] = [
        lang.pick("Nama", "Name"),
        lang.pick("Tempat", "Place"),
        lang.pick("Kode petugas pertama", "First staff code"),
    ];
    let main = html! {
        h1 { (made.name) span.second { (made.handed.len()) " " (lang.pick("Anjungan", "stations")) } }
        div.alert role="status" { p { (lang.pick(
            "Tampil sekali ini saja. Unduh keduanya sekarang: dalam 15 menit hilang dari server. Kodenya berlaku 24 jam, sekali pakai.",
            "Shown this once. Download both now: in 15 minutes they are gone from the server. The codes are good for 24 hours, once."
        )) } }
        p { a.button href=(to("label.pdf")) download { (lang.pick("Unduh lembar label (PDF)", "Download the sheet of labels (PDF)")) } }
        p.quiet { (lang.pick(
            "Satu label satu Anjungan: kode QR untuk kameranya, dan kode yang dapat diketik.",
            "A label a station: a QR code for its camera, and a code to type."
        )) }
        p { a.button.other href=(to("anjungan-batch.toml")) download { (lang.pick("Unduh berkas kelompok", "Download the batch file")) } }
        p.quiet { (lang.pick(
            "Satu berkas untuk semua kartu SD: tiap Anjungan bergabung sendiri menurut nomor seri papannya.",
            "One file for all boot partitions: each station joins by itself, by the serial number of its board."
        )) }
        h2 { (lang.pick("Untuk kantor", "For the office")) }
        p { (lang.pick(
            "Kode petugas dan PIN pertama dari Anjungan yang bergabung dengan berkas kelompok. Cetak halaman ini dan simpan; jangan ditempel.",
            "First staff code and PIN of stations that join by the batch file. Print this page and keep it; do not put it up."
        )) }
        table {
            thead { tr { @for word in [name, place, staff_code, "PIN"] { th scope="col" { (word) } } } }
            tbody { @for one in &made.handed { tr {
                td data-label=(name) { (one.name) }
                td data-label=(place) { (one.place) }
                td.number data-label=(staff_code) { (one.staff_code) }
                td.number data-label="PIN" { (one.pin) }
            } } }
        }
        p { a href=(work.link(&format!("/kantor/kelompok/{}", made.id))) {
            (lang.pick("Lihat siapa yang sudah siap", "See which are ready"))
        } }
    };
    Ok(work.page(StatusCode::OK, None, &main))
}

/// On the page of stations: the batches, and a list for a new one.
pub async fn list(app: &App, work: &Work) -> Result<Markup, CentralError> {
    let lang = work.lang();
    let batches = batch::batches(&app.office).await?;
    Ok(html! {
        h2 { (lang.pick("Kelompok", "Batches")) }
        @if batches.is_empty() { p { (lang.pick("Belum ada.", "None yet.")) } }
        @else { ul { @for one in &batches { li {
            a href=(work.link(&format!("/kantor/kelompok/{}", one.id))) { (one.name) }
            ": " (one.ready) " " (lang.pick("dari", "of")) " " (one.stations) " " (lang.pick("siap", "ready"))
            span.quiet { " · " (moment(app, one.made_at)) }
        } } } }
        details {
            summary { (lang.pick("Kelompok baru dari daftar…", "A new batch from a list…")) }
            p { (lang.pick(
                "CSV dengan kolom nama, tempat, dan seri (nomor seri papan); paling banyak 200 baris.",
                "A CSV with the columns name, place and serial (of the board); at most 200 lines."
            )) }
            form method="post" action=(work.link("/kantor/kelompok")) enctype="multipart/form-data" {
                input type="hidden" name="bukti" value=(work.visitor.proof(&app.office));
                label for="kelompok" {
                    (lang.pick("Nama kelompok", "Name of the batch"))
                    span.hint id="kelompok-hint" { (lang.pick("Boleh kosong", "May be empty")) }
                }
                input id="kelompok" name="kelompok" maxlength="60" autocomplete="off" aria-describedby="kelompok-hint";
                label for="daftar" { (lang.pick("Daftar", "List")) }
                input id="daftar" name="daftar" type="file" required accept=".csv,.txt";
                button type="submit" { (lang.pick("Buat kode dan label", "Make codes and labels")) }
            }
        }
    })
}

fn ready(stations: &[DeviceLine], lang: Lang) -> Markup {
    let counted = stations.iter().filter(|one| one.revoked_at.is_none());
    let all = counted.clone().count();
    let joined = counted.filter(|one| one.standing() == Standing::Joined).count();
    let said = format!("{joined} {} {all} {}", lang.pick("dari", "of"), lang.pick("siap", "ready"));
    html! {
        p.ready role="status" { strong { (said) } }
        progress value=(joined) max=(all.max(1)) aria-label=(said) {}
    }
}

fn table(app: &App, work: &Work, stations: &[DeviceLine]) -> Markup {
    let (lang, now) = (work.lang(), app.office.clock.now().as_second());
    let [name, place, serial, state, seen] = [
        lang.pick("Nama", "Name"),
        lang.pick("Tempat", "Place"),
        lang.pick("Seri papan", "Board"),
        lang.pick("Keadaan", "State"),
        lang.pick("Terakhir terdengar", "Last heard of"),
    ];
    html! {
        table {
            thead { tr { @for word in [name, place, serial, state, seen] { th scope="col" { (word) } } } }
            tbody { @for one in stations { tr {
                td data-label=(name) { (one.name) }
                td data-label=(place) { (one.place) }
                td data-label=(serial) { (one.board_serial.as_deref().unwrap_or("–")) }
                td data-label=(state) { (state_of(app, one, now, lang)) }
                td data-label=(seen) { (one.seen_at.map_or("–".to_owned(), |at| age(now - at, lang))) }
            } } }
        }
    }
}

fn state_of(app: &App, one: &DeviceLine, now: i64, lang: Lang) -> Markup {
    let code = one.code_expires_at.filter(|until| *until > now);
    match (one.standing(), code) {
        (Standing::Revoked | Standing::Wiped, _) => html! { (lang.pick("Dicabut", "Revoked")) },
        (Standing::Joined, _) => html! {
            (lang.pick("Bergabung ", "Joined ")) (moment(app, one.enrolled_at.unwrap_or_default()))
        },
        (Standing::Unapproved, _) => html! {
            span.amiss { (lang.pick("Bergabung, menunggu persetujuan", "Joined, waits for approval")) }
        },
        (Standing::Waiting | Standing::Rejected, Some(until)) => html! {
            (lang.pick("Menunggu; kode sampai ", "Waits; code until ")) (moment(app, until))
        },
        (Standing::Waiting, None) => html! { span.amiss { (lang.pick("Kode kedaluwarsa", "Code expired")) } },
        (Standing::Rejected, None) => html! { span.amiss { (lang.pick("Kunci ditolak", "Keys rejected")) } },
    }
}

fn renewal(app: &App, work: &Work, id: &str) -> Markup {
    let lang = work.lang();
    html! {
        details {
            summary { (lang.pick("Kode baru untuk yang belum bergabung…", "New codes for those that have not joined…")) }
            p { (lang.pick(
                "Label dan berkas yang lama tidak berlaku lagi bagi mereka. Yang sudah bergabung tidak berubah.",
                "Former labels and files are void for these. Nothing changes for those that have joined."
            )) }
            (work.form(app, &format!("/kantor/kelompok/{id}"), &html! {
                button type="submit" { (lang.pick("Buat kode dan label baru", "Make new codes and labels")) }
            }))
        }
    }
}

/// Nothing was made; what is wrong with the list, and in which line.
fn refused(work: &Work, fault: &ListFault) -> Response {
    let lang = work.lang();
    let main = html! {
        h1 { (lang.pick("Tidak ada yang dibuat", "Nothing was made")) }
        div.alert role="alert" { p { (sentence(fault, lang)) } }
        p { a.button.other href=(work.link("/kantor/anjungan")) { (lang.pick("Kembali", "Back")) } }
    };
    work.page(StatusCode::BAD_REQUEST, None, &main)
}

fn sentence(fault: &ListFault, lang: Lang) -> String {
    if lang == Lang::En {
        let text = fault.to_string();
        let mut letters = text.chars();
        let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
        return format!("{first}{}.", letters.as_str());
    }
    match fault {
        ListFault::Columns => {
            "Baris pertama harus memuat nama kolom: nama, tempat, dan seri. Simpan sebagai CSV UTF-8.".into()
        }
        ListFault::Line(line) => format!("Baris {line} tidak dapat dibaca."),
        ListFault::Field(line) => {
            format!("Baris {line}: nama, tempat, dan seri masing-masing berisi 1 sampai 60 karakter.")
        }
        ListFault::Changed(line) => format!(
            "Baris {line}: program tabel telah mengubah nomor serinya (1.00E+16). Ubah kolomnya menjadi teks, lalu tulis lagi nomor itu."
        ),
        ListFault::Form => "Daftar ini UTF-16 atau buku kerja. Simpan sebagai CSV UTF-8.".into(),
        ListFault::Twice(serial) => format!("Nomor seri {serial} tertulis dua kali."),
        ListFault::Empty => "Daftar ini tidak memuat satu Anjungan pun.".into(),
        ListFault::Many => "Satu kelompok memuat paling banyak 200 Anjungan.".into(),
        ListFault::Known(serial) => {
            format!(
                "Papan dengan nomor seri {serial} sudah dipakai Anjungan lain. Bila diganti, cabut dahulu yang lama."
            )
        }
    }
}
