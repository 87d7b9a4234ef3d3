//! The phones that are signed in, and signing them out.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use maud::{Markup, html};

use super::{Out, Own, acted, moment, shown};
use crate::central::App;
use crate::central::phone::{self, SessionLine};
use crate::central::routes::masuk::see;

pub async fn show(State(app): State<Arc<App>>, parts: Parts) -> Response {
    shown(&app, &parts, async |own| {
        let (lang, lines) = (own.lang(), phone::of(&app.office, own.session.nip).await?);
        let main = html! {
            h1 { (lang.pick("Ponsel yang masuk", "Phones signed in")) }
            p { (lang.pick(
                "Ponsel dan peramban yang sedang masuk sebagai Bapak/Ibu. Anjungan di kantor tidak termasuk: di sana sesi berakhir sendiri.",
                "Phones and browsers that are signed in as you. Stations in the office are not among them: there a session ends by itself."
            )) }
            @for line in &lines { (line_box(&app, own, line)) }
            p { a href=(own.link("/akun/sandi")) { (lang.pick("Ganti Kata Sandi", "Change Password")) } }
            form method="post" action=(own.link("/akun/keluar-semua")) {
                (own.proof(&app))
                button type="submit" { (lang.pick("Keluar dari Semua Ponsel", "Sign Out of All Phones")) }
            }
        };
        Ok(own.page(Some("/akun/ponsel"), &main).answer_installable(StatusCode::OK))
    })
    .await
}

fn line_box(app: &App, own: &Own, line: &SessionLine) -> Markup {
    let lang = own.lang();
    let since = moment(app, jiff::Timestamp::from_second(line.created_at).unwrap_or_default());
    let name = if line.name.is_empty() { lang.pick("Peramban", "Browser") } else { &line.name };
    html! {
        div.card {
            p {
                strong { (name) @if line.series == own.session.series { " – " (lang.pick("ponsel ini", "this phone")) } }
                br;
                span.quiet {
                    (lang.pick("Masuk sejak ", "Signed in since ")) (since)
                    @if line.remember { " – " (lang.pick("Ingat Saya", "Remember Me")) }
                }
            }
            form method="post" action=(own.link("/akun/keluar")) {
                (own.proof(app))
                input type="hidden" name="ponsel" value=(line.series);
                button.other type="submit" { (lang.pick("Keluarkan", "Sign Out")) }
            }
        }
    }
}

/// Signs a phone out: this one, or another of the same person.
pub async fn sign_out(State(app): State<Arc<App>>, parts: Parts, body: Bytes) -> Response {
    acted(&app, &parts, &body, async |own, fields| {
        let asked = fields.get("ponsel");
        let series = if asked.is_empty() { own.session.series.clone() } else { asked };
        if phone::end_own(&app.office, own.session.nip, &series).await? {
            app.studio.forget(&series);
        }
        Ok(if series == own.session.series { out(own) } else { see("/akun/ponsel", own.lang()) })
    })
    .await
}

pub async fn sign_out_all(State(app): State<Arc<App>>, parts: Parts, body: Bytes) -> Response {
    acted(&app, &parts, &body, async |own, _| {
        for series in phone::end_all(&app.office, own.session.nip).await? {
            app.studio.forget(&series);
        }
        Ok(out(own))
    })
    .await
}

/// The way in, for a phone that keeps nothing of the session any more.
fn out(own: &Own) -> Response {
    let mut answer = see("/masuk", own.lang());
    own.visitor.sign_out(&mut answer);
    answer.extensions_mut().insert(Out);
    answer
}
