//! `Ganti Kata Sandi` on the phone.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use maud::html;

use super::{Out, Own, acted, shown};
use crate::central::App;
use crate::central::routes::notice;
use crate::central::routes::secret::{self, No};

pub async fn show(State(app): State<Arc<App>>, parts: Parts) -> Response {
    shown(&app, &parts, async |own| Ok(form(&app, own, None, StatusCode::OK))).await
}

pub async fn change(State(app): State<Arc<App>>, parts: Parts, body: Bytes) -> Response {
    acted(&app, &parts, &body, async |own, fields| {
        let refused = |no| Ok(form(&app, own, Some(no), StatusCode::UNPROCESSABLE_ENTITY));
        let nip = own.session.nip;
        let new = match secret::read(&app.office, fields, nip) {
            Ok(new) => new,
            Err(no) => return refused(no),
        };
        if let Err(no) = secret::change(&app, &own.visitor, nip, fields.get("lama"), new).await? {
            return refused(no);
        }
        app.studio.forget(&own.session.series);
        let (title, text) = secret::done(own.lang());
        let mut answer = notice::done(own.lang(), title, text);
        own.visitor.sign_out(&mut answer);
        answer.extensions_mut().insert(Out);
        Ok(answer)
    })
    .await
}

fn form(app: &App, own: &Own, no: Option<No>, status: StatusCode) -> Response {
    let lang = own.lang();
    let main = html! {
        h1 { (lang.pick("Ganti Kata Sandi", "Change Password")) }
        form method="post" action=(own.link("/akun/sandi")) {
            (own.proof(app))
            (secret::fields(lang, no))
            button type="submit" { (lang.pick("Ganti Kata Sandi", "Change Password")) }
        }
    };
    let path = (status == StatusCode::OK).then_some("/akun/sandi");
    own.page(path, &main).answer_installable(status)
}
