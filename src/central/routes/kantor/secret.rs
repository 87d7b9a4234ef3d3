//! Another password for somebody of the staff, with their second factor.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use maud::html;

use super::{COOKIE, Work, acted, shown};
use crate::central::App;
use crate::central::routes::notice;
use crate::central::routes::secret::{self, No};
use crate::central::staff;

pub async fn show(State(app): State<Arc<App>>, parts: Parts) -> Response {
    shown(&app, &parts, None, async |work| Ok(form(&app, work, None, StatusCode::OK))).await
}

pub async fn change(State(app): State<Arc<App>>, parts: Parts, body: Bytes) -> Response {
    acted(&app, &parts, &body, None, async |work, fields| {
        let refused = |no| Ok(form(&app, work, Some(no), StatusCode::UNPROCESSABLE_ENTITY));
        let nip = work.session.nip;
        let new = match secret::read(&app.office, fields, nip) {
            Ok(new) => new,
            Err(no) => return refused(no),
        };
        staff::confirm(&app, &work.session, &fields.get("kode")).await?;
        if let Err(no) = secret::change(&app, &work.visitor, nip, fields.get("lama"), new).await? {
            return refused(no);
        }
        let (title, text) = secret::done(work.lang());
        let mut answer = notice::done(work.lang(), title, text);
        work.visitor.set(&mut answer, COOKIE, "", Some(0), "Strict");
        Ok(answer)
    })
    .await
}

fn form(app: &App, work: &Work, no: Option<No>, status: StatusCode) -> Response {
    let lang = work.lang();
    let main = html! {
        h1 { (lang.pick("Ganti kata sandi", "Change the password")) }
        (work.form(app, "/kantor/sandi", &html! {
            (secret::fields(lang, no))
            (super::person::factor_field(lang))
            button type="submit" { (lang.pick("Ganti kata sandi", "Change the password")) }
        }))
    };
    work.page(status, (status == StatusCode::OK).then_some("/kantor/sandi"), &main)
}
