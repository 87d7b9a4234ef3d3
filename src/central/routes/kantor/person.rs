//! One person: who they are, their cards and what was decided about them, their account.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};

use super::people::{state_word, status_word};
use super::{Work, acted, shown};
use crate::central::issuing::{Decision, IssueLine, LONGEST_REASON, decide as decide_card, issues_of};
use crate::central::looks::{self, Opened};
use crate::central::routes::masuk::see;
use crate::central::staff::rights::Verdict;
use crate::central::staff::{self, Area};
use crate::central::{App, CentralError, Refused, accounts, registry};
use crate::lang::Lang;
use crate::person::{Employee, Nip, eligibility};

const NOBODY: CentralError = CentralError::NotFound("nobody in the registry has this address");

pub async fn show(State(app): State<Arc<App>>, Path(record): Path<String>, parts: Parts) -> Response {
    shown(&app, &parts, Some(Area::People), async |work| {
        let nip = nip_of(&app, &record).await?;
        looks::note(&app.office, &work.session, Opened::Page, &record).await?;
        let main = page(&app, work, &record, nip).await?;
        Ok(work.page(StatusCode::OK, Some(&format!("/kantor/orang/{record}")), &main))
    })
    .await
}

/// The portrait of one of this person's cards.
pub async fn photo(
    State(app): State<Arc<App>>,
    Path((record, serial)): Path<(String, String)>,
    parts: Parts,
) -> Response {
    shown(&app, &parts, Some(Area::People), async |work| {
        let nip = nip_of(&app, &record).await?;
        let cards = issues_of(&app.office, nip).await?;
        let card = cards.into_iter().find(|card| card.serial == serial).ok_or(NOBODY)?;
        looks::note(&app.office, &work.session, Opened::Photo, &record).await?;
        let png = app.office.store.photo(&card.photo_hash).await?;
        let kept = [
            (header::CONTENT_TYPE, HeaderValue::from_static("image/png")),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        ];
        Ok((kept, png).into_response())
    })
    .await
}

/// Suspends, resumes or revokes a card.
pub async fn decide(
    State(app): State<Arc<App>>,
    Path(record): Path<String>,
    parts: Parts,
    body: Bytes,
) -> Response {
    acted(&app, &parts, &body, Some(Area::Cards), async |work, fields| {
        let nip = nip_of(&app, &record).await?;
        let serial = fields.get("kartu");
        if !issues_of(&app.office, nip).await?.iter().any(|card| card.serial == serial) {
            return Err(Refused::Server(NOBODY));
        }
        let decision = Decision::parse(&fields.get("putusan"))
            .ok_or_else(|| CentralError::Argument("no such decision".into()))?;
        decide_card(&app.office, &work.session.record, &serial, decision, &fields.get("alasan")).await?;
        Ok(see(&format!("/kantor/orang/{record}"), work.lang()))
    })
    .await
}

/// A code with which this person sets a password; shown this once.
pub async fn account(
    State(app): State<Arc<App>>,
    Path(record): Path<String>,
    parts: Parts,
    body: Bytes,
) -> Response {
    acted(&app, &parts, &body, Some(Area::People), async |work, fields| {
        let (lang, nip) = (work.lang(), nip_of(&app, &record).await?);
        work.touch(&app, nip, fields).await?;
        let reset = fields.get("ganti") == "ya";
        let code = accounts::new_code_for(&app.office, &work.session.record, nip, reset).await?;
        let main = html! {
            h1 { (lang.pick("Kode aktivasi", "Activation code")) }
            p.code { (code) }
            p { (lang.pick(
                "Kode ini hanya tampil sekali dan berlaku 30 hari. Berikan kepada pegawai yang KTP-nya sudah dilihat; ia membuat kata sandi di:",
                "This code is shown this once and is good for 30 days. Give it to the employee whose KTP you have seen; they set a password at:"
            )) }
            p { strong { (app.office.config.activation_page()) } }
            p { a.button.other href=(work.link(&format!("/kantor/orang/{record}"))) { (lang.pick("Kembali", "Back")) } }
        };
        Ok(work.page(StatusCode::OK, None, &main))
    })
    .await
}

pub async fn nip_of(app: &App, record: &str) -> Result<Nip, CentralError> {
    registry::by_record(&app.office.store, record).await?.ok_or(NOBODY)
}

async fn page(app: &App, work: &Work, record: &str, nip: Nip) -> Result<Markup, CentralError> {
    let lang = work.lang();
    let person = registry::find(&app.office.store, nip).await?.ok_or(NOBODY)?;
    let cards = issues_of(&app.office, nip).await?;
    let has_password = accounts::has_password(&app.office, nip).await?;
    let verdict = staff::verdict(&app.office, &work.session, "/kantor/orang/{record}/akun", nip).await?;
    Ok(html! {
        h1 { (person.name) }
        (facts(&person, lang))
        @if work.session.role.may(Area::Cards) { (super::history::status_form(app, work, record, &person, verdict == Verdict::WithFactor)) }
        @if let Err(refusal) = eligibility(&person, app.office.today()) {
            div.alert { p { (refusal.sentence(lang)) } }
        }
        h2 { (lang.pick("Kartu", "Cards")) }
        @if cards.is_empty() { p { (lang.pick("Belum ada.", "None yet.")) } }
        @for card in &cards { (card_box(app, work, record, card)) }
        h2 { (lang.pick("Akun", "Account")) }
        @match verdict {
            Verdict::No => { p { (lang.pick("Akun petugas hanya diurus administrator.", "Accounts of staff are for administrators alone.")) } }
            verdict => (account_box(app, work, record, has_password, verdict == Verdict::WithFactor)),
        }
        (super::history::list(app, work, nip).await?)
    })
}

fn facts(person: &Employee, lang: Lang) -> Markup {
    let day = |day: Option<jiff::civil::Date>| day.map_or("–".to_owned(), |day| lang.long_date(day));
    let line = |name: &str, value: &str| html! { div { dt { (name) } dd { (value) } } };
    html! {
        div.card {
            dl {
                (line("NIP", &person.nip.grouped()))
                (line(lang.pick("Status", "Status"), status_word(person.status, lang)))
                (line(lang.pick("Sejak", "Since"), &day(person.status_since)))
                (line("TMT", &day(person.tmt)))
                @if person.contract_end.is_some() {
                    (line(lang.pick("Akhir kontrak", "Contract ends"), &day(person.contract_end)))
                }
                (line(lang.pick("Instansi", "Employing body"), &person.body))
                (line(lang.pick("Unit kerja", "Work unit"), &person.unit))
                (line(lang.pick("Jabatan", "Position"), &person.position))
                (line("KARPEG", person.karpeg.as_deref().unwrap_or("–")))
            }
        }
    }
}

fn card_box(app: &App, work: &Work, record: &str, card: &IssueLine) -> Markup {
    let lang = work.lang();
    let issued: Option<jiff::civil::Date> = card.issued_on.parse().ok();
    let choices = [
        (
            Decision::Suspend,
            lang.pick("Tangguhkan…", "Suspend…"),
            lang.pick(
                "Sementara tidak berlaku, misalnya hilang. Sampai dipulihkan atau dicabut, pegawai ini tidak dapat membuat kartu baru.",
                "Not valid for a while, for example lost. Until it is made good or revoked, this person can make no new card.",
            ),
        ),
        (
            Decision::Resume,
            lang.pick("Pulihkan…", "Make good again…"),
            lang.pick("Kartu berlaku lagi.", "The card is valid again."),
        ),
        (
            Decision::Revoke,
            lang.pick("Cabut…", "Revoke…"),
            lang.pick(
                "Untuk selamanya. Tidak bisa dibatalkan. Pegawai ini dapat membuat kartu baru dengan foto baru.",
                "For good. It cannot be undone. The person can make a new card with a new photo.",
            ),
        ),
    ];
    html! {
        div.card.issue {
            img src={ "/kantor/orang/" (record) "/foto/" (card.serial) } width="90" height="120" loading="lazy"
                alt=(lang.pick("Foto pada kartu", "Photo on the card"));
            div {
                p.state { strong { (state_word(&card.state, lang)) }
                    @if let Some(reason) = &card.reason { " – " (reason) } }
                @if work.session.role.may(Area::Photos) {
                    p { a href=(work.link(&format!("/kantor/foto/{}", card.serial))) { (lang.pick("Tinjau fotonya", "Review its photo")) } }
                }
                p { (card.face_serial) span.second { (issued.map(|day| lang.long_date(day)).unwrap_or_default()) } }
                @if work.session.role.may(Area::Cards) {
                    @for (decision, word, means) in choices {
                        @if decision.applies_to(&card.state) {
                            details {
                                summary { (word) }
                                (work.form(app, &format!("/kantor/orang/{record}/kartu"), &html! {
                                    input type="hidden" name="kartu" value=(card.serial);
                                    input type="hidden" name="putusan" value=(decision.word());
                                    label {
                                        (lang.pick("Alasan", "Reason"))
                                        span.hint { (means) }
                                        input name="alasan" required maxlength=(LONGEST_REASON) autocomplete="off";
                                    }
                                    button type="submit" { (word.trim_end_matches('…')) }
                                }))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn account_box(app: &App, work: &Work, record: &str, has_password: bool, factor: bool) -> Markup {
    let lang = work.lang();
    let path = format!("/kantor/orang/{record}/akun");
    html! {
        @if has_password {
            p { (lang.pick("Sudah punya kata sandi.", "Has a password.")) }
            details {
                summary { (lang.pick("Ganti kata sandi…", "Replace the password…")) }
                p { (lang.pick(
                    "Kata sandi lama langsung tidak berlaku, dan semua ponselnya keluar.",
                    "The old password ends at once, and all of the person's phones are signed out."
                )) }
                (work.form(app, &path, &html! {
                    @if factor { (factor_field(lang)) }
                    button type="submit" name="ganti" value="ya" { (lang.pick("Buat kode baru", "Make a new code")) }
                }))
            }
        } @else {
            p { (lang.pick("Belum punya kata sandi.", "Has no password yet.")) }
            (work.form(app, &path, &html! {
                @if factor { (factor_field(lang)) }
                button.other type="submit" { (lang.pick("Buat kode aktivasi", "Make an activation code")) }
            }))
        }
    }
}

/// Where somebody of the staff gives their second factor once more.
pub fn factor_field(lang: Lang) -> Markup {
    html! {
        label {
            (lang.pick("Kode dari aplikasi autentikator Anda", "Code from your own authenticator app"))
            span.hint { (lang.pick("6 angka; ini akun petugas", "6 digits; this is an account of staff")) }
            input name="kode" required inputmode="numeric" autocomplete="one-time-code" maxlength="7";
        }
    }
}
