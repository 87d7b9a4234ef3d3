//! Lists from elsewhere: uploaded, looked at, tried, taken in. The file lies on the server for an hour
//! at most; what becomes of it is shown while it goes on.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};

use super::impor_result::{questions, result};
use super::impor_words::{counts, explained, preview_table};
use super::{Work, acted, failed, impor_last, moment, said, shown};
use crate::central::imports::{Ended, Job, LARGEST, Progress};
use crate::central::registry::{
    Asked, Column, Mapping, Place, Plan, Preview, RowError, UndoPlan, kept_meanings, plain_word, undo_plan,
};
use crate::central::routes::form::Fields;
use crate::central::routes::masuk::see;
use crate::central::routes::multipart::{self, UploadError};
use crate::central::routes::notice;
use crate::central::staff::Area;
use crate::central::{App, CentralError, Refused};
use crate::lang::Lang;
use crate::person::Status;

/// Words that are given a meaning at a time.
const WORDS: usize = 200;

const GONE: CentralError = CentralError::NotFound("this list is not there any more");

pub async fn show(State(app): State<Arc<App>>, parts: Parts) -> Response {
    shown(&app, &parts, Some(Area::Lists), async |work| {
        let main = choose(&app, work, undo_plan(&app.office).await?.as_ref());
        Ok(work.page(StatusCode::OK, Some("/kantor/impor"), &main))
    })
    .await
}

/// A list comes in. Nothing of it is read before the form has shown that a page of ours made it.
pub async fn take(State(app): State<Arc<App>>, parts: Parts, body: Body) -> Response {
    let work = match Work::begin(&app, &parts, Some(Area::Lists)).await {
        Ok(work) => work,
        Err(answer) => return answer,
    };
    let (id, mut file) = match app.imports.room() {
        Ok(room) => room,
        Err(error) => return failed(&work, error.into()),
    };
    let may = |so_far: &multipart::Uploaded| {
        let fields = Fields::read(format!("bukti={}", so_far.get("bukti")).as_bytes());
        fields.is_some_and(|fields| work.visitor.made(&app.office, &fields))
    };
    let taken = multipart::take(&parts.headers, body, LARGEST, may, &mut file).await;
    let refused = match taken {
        Ok(taken) if taken.bytes > 0 => {
            let job = app.imports.keep(&id, taken.file_name);
            return see(&format!("/kantor/impor/{}", job.id), work.lang());
        }
        Err(UploadError::Refused) => {
            app.imports.discard(&id);
            return work.visitor.keep(notice::foreign(work.lang()));
        }
        Err(UploadError::TooLarge) => CentralError::Argument("the file is larger than 128 MB".into()),
        Ok(_) | Err(UploadError::Form) => CentralError::Argument("the file did not arrive whole".into()),
        Err(UploadError::Disk) => CentralError::Worker,
    };
    app.imports.discard(&id);
    failed(&work, refused.into())
}

/// One list: its columns and first rows, or how far it is, or what came of it.
pub async fn one(State(app): State<Arc<App>>, Path(id): Path<String>, parts: Parts) -> Response {
    shown(&app, &parts, Some(Area::Lists), async |work| {
        let job = app.imports.find(&id).ok_or(GONE)?;
        let progress = job.progress();
        let main = if progress.running {
            under_way(work, &job, &progress)
        } else {
            let asked = Asked { sheet: chosen(&progress, work), ..progress.asked.clone() };
            let seen = looked(&app, &job, asked).await?;
            html! {
                h1 { (work.lang().pick("Masukkan daftar pegawai", "Take in a list of employees")) span.second { (job.name) } }
                @if let Some(ended) = &progress.ended { (result(work, &job, &progress, ended)) }
                @match seen {
                    Ok(seen) => (settings(&app, work, &job, &progress, &seen)),
                    Err(why) => {
                        div.alert role="alert" { p { (said::file_fault(&why, work.lang())) } }
                        (discard(&app, work, &job))
                    }
                }
            }
        };
        let mut answer = work.page(StatusCode::OK, Some(&format!("/kantor/impor/{id}")), &main);
        if progress.running {
            answer.headers_mut().insert(HeaderName::from_static("refresh"), HeaderValue::from_static("2"));
        }
        Ok(answer)
    })
    .await
}

/// Tries it, takes it in, or throws it away.
pub async fn act(State(app): State<Arc<App>>, Path(id): Path<String>, parts: Parts, body: Bytes) -> Response {
    acted(&app, &parts, &body, Some(Area::Lists), async |work, fields| {
        let job = app.imports.find(&id).ok_or(GONE)?;
        let action = fields.get("aksi");
        if action == "buang" {
            app.imports.discard(&id);
            return Ok(see("/kantor/impor", work.lang()));
        }
        let asked = asked(fields);
        if let Err(why) = looked(&app, &job, asked.clone()).await? {
            return Err(Refused::Server(CentralError::Import(why)));
        }
        let plan = Plan {
            asked,
            dry_run: action != "masukkan",
            allow_emptying: fields.get("kosongkan") == "ya",
            keep_rows: true,
            actor: work.session.record.clone(),
        };
        let (words, reason) = words_of(work.lang());
        job.run(&app.office, plan, words, reason);
        Ok(see(&format!("/kantor/impor/{id}"), work.lang()))
    })
    .await
}

/// The rows that were refused, as a CSV for whoever mends the list.
pub async fn refused(State(app): State<Arc<App>>, Path(id): Path<String>, parts: Parts) -> Response {
    shown(&app, &parts, Some(Area::Lists), async |_| {
        let job = app.imports.find(&id).ok_or(GONE)?;
        let bytes = tokio::task::spawn_blocking(move || job.refused()).await;
        let bytes = bytes.map_err(|_| CentralError::Worker)?.map_err(|_| GONE)?;
        let kept = [
            (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
            (
                header::CONTENT_DISPOSITION,
                HeaderValue::from_static("attachment; filename=\"baris-ditolak.csv\""),
            ),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        ];
        Ok((kept, bytes).into_response())
    })
    .await
}

fn words_of(lang: Lang) -> ([&'static str; 2], fn(&RowError) -> String) {
    match lang {
        Lang::Id => (["baris", "alasan"], |why| said::row_fault(why, Lang::Id)),
        Lang::En => (["line", "reason"], |why| said::row_fault(why, Lang::En)),
    }
}

/// What the form says about the file: a sheet, and for each column where it stands.
fn asked(fields: &Fields) -> Asked {
    let sheet = Some(fields.get("lembar")).filter(|name| !name.is_empty());
    let places = Column::ALL.into_iter().map(|column| {
        let place =
            fields.get(&format!("kolom_{}", column.word())).parse().map_or(Place::Nowhere, Place::Index);
        (column, place)
    });
    // What words mean, as it is asked below the first rows.
    let word = |i: usize| {
        let status = Status::parse(&fields.get(&format!("arti_{i}")))?;
        let word = plain_word(&fields.get(&format!("kata_{i}")));
        (!word.is_empty()).then_some((word, status))
    };
    let meanings = (0..WORDS).filter_map(word).collect();
    Asked { sheet, mapping: Mapping(places.collect()), meanings, ..Asked::default() }
}

/// The sheet that was chosen in the address, or in the last run.
fn chosen(progress: &Progress, work: &Work) -> Option<String> {
    Some(work.visitor.parameter("lembar")).filter(|name| !name.is_empty()).or(progress.asked.sheet.clone())
}

/// The beginning of the list; what is wrong with the whole of it is for people to read.
async fn looked(
    app: &App,
    job: &Arc<Job>,
    mut asked: Asked,
) -> Result<Result<Preview, String>, CentralError> {
    asked.rules.meanings = kept_meanings(&app.office.store).await?;
    let (job, office) = (job.clone(), app.office.clone());
    let seen = tokio::task::spawn_blocking(move || job.preview(&office, asked)).await;
    match seen.map_err(|_| CentralError::Worker)? {
        Ok(seen) => Ok(Ok(seen)),
        Err(CentralError::Import(why)) => Ok(Err(why)),
        Err(error) => Err(error),
    }
}

fn choose(app: &App, work: &Work, last: Option<&UndoPlan>) -> Markup {
    let lang = work.lang();
    let waiting = app.imports.all();
    html! {
        h1 { (lang.pick("Masukkan daftar pegawai", "Take in a list of employees")) }
        p { (lang.pick(
            "CSV atau XLSX, paling besar 128 MB. Sesudah diunggah, Anda melihat isinya dan mencobanya dahulu; belum ada yang berubah sampai Anda menekan Masukkan.",
            "CSV or XLSX, 128 MB at most. Once uploaded, you see what is in it and try it first; nothing changes until you press Take in."
        )) }
        form method="post" action=(work.link("/kantor/impor/berkas")) enctype="multipart/form-data" {
            input type="hidden" name="bukti" value=(work.visitor.proof(&app.office));
            label for="berkas" { (lang.pick("Berkas", "File")) span.hint id="berkas-hint" { (lang.pick("Baris pertama berisi nama kolom", "The first row names the columns")) } }
            input id="berkas" name="berkas" type="file" required accept=".csv,.txt,.xlsx" aria-describedby="berkas-hint";
            button type="submit" { (lang.pick("Unggah dan lihat", "Upload and look")) }
        }
        @if !waiting.is_empty() {
            h2 { (lang.pick("Menunggu", "Waiting")) }
            ul { @for job in &waiting {
                li { a href=(work.link(&format!("/kantor/impor/{}", job.id))) { (job.name) } }
            } }
        }
        @if let Some(last) = last {
            h2 { (lang.pick("Terakhir dimasukkan", "Taken in last")) }
            p { (moment(app, last.at)) " " a href=(work.link(impor_last::PATH)) { (lang.pick("Lihat atau batalkan…", "Look at it or take it back…")) } }
        }
    }
}

fn under_way(work: &Work, job: &Job, progress: &Progress) -> Markup {
    let lang = work.lang();
    html! {
        h1 {
            @if progress.dry_run { (lang.pick("Daftar sedang dicoba", "The list is being tried")) }
            @else { (lang.pick("Daftar sedang dimasukkan", "The list is being taken in")) }
            span.second { (job.name) }
        }
        // No end is known before the file is read to it: a count that grows, and no bar that guesses.
        div role="status" { (counts(&progress.so_far, progress.dry_run, lang)) }
        p.quiet { (lang.pick("Halaman ini memperbarui diri tiap 2 detik. Anda boleh menutupnya; pekerjaan berlanjut.",
            "This page renews itself every 2 seconds. You may close it; the work goes on.")) }
    }
}

fn settings(app: &App, work: &Work, job: &Job, progress: &Progress, seen: &Preview) -> Markup {
    let lang = work.lang();
    let tried = matches!(&progress.ended, Some(Ended::Done(report)) if progress.dry_run || report.withheld);
    let path = format!("/kantor/impor/{}", job.id);
    html! {
        @if seen.sheets.len() > 1 {
            form method="get" action=(path) {
                input type="hidden" name="lang" value=(lang.tag());
                label for="lembar" { (lang.pick("Lembar", "Sheet")) }
                div.line {
                    select id="lembar" name="lembar" {
                        @for name in &seen.sheets { option value=(name) selected[*name == seen.sheet] { (name) } }
                    }
                    button.other type="submit" { (lang.pick("Lihat lembar ini", "Look at this sheet")) }
                }
            }
        }
        h2 { (lang.pick("Kolom", "Columns")) }
        (work.form(app, &path, &html! {
            input type="hidden" name="lembar" value=(seen.sheet);
            div.pairs { @for column in Column::ALL { (choice(column, seen, lang)) } }
            (preview_table(seen, lang))
            (questions(progress, lang))
            button.other[tried] type="submit" name="aksi" value="coba" {
                (lang.pick("Coba dahulu, tanpa mengubah apa pun", "Try it first, without changing anything"))
            }
            @if tried {
                button type="submit" name="aksi" value="masukkan" { (lang.pick("Masukkan", "Take in")) }
            }
        }))
        (discard(app, work, job))
    }
}

fn discard(app: &App, work: &Work, job: &Job) -> Markup {
    work.form(app, &format!("/kantor/impor/{}", job.id), &html! {
        button.other type="submit" name="aksi" value="buang" { (work.lang().pick("Buang berkas ini", "Discard this file")) }
    })
}

fn choice(column: Column, seen: &Preview, lang: Lang) -> Markup {
    let id = format!("kolom_{}", column.word());
    let found = seen.columns.iter().position(|known| *known == Some(column));
    html! {
        div {
            label for=(id) { (said::column(column, lang)) @if column.needed() { " *" } span.hint { (explained(column, lang)) } }
            select id=(id) name=(id) required[column.needed()] {
                option value="" { (lang.pick("– tidak ada –", "– none –")) }
                @for (index, name) in seen.header.iter().enumerate() {
                    option value=(index) selected[found == Some(index)] {
                        @if name.trim().is_empty() { (lang.pick("Kolom", "Column")) " " (index + 1) } @else { (name) }
                    }
                }
            }
        }
    }
}
