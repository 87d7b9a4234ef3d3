//! Another password for somebody who is signed in: the one of now, and twice the new one. On the phone's
//! pages, and on those of the office with the second factor.

use maud::{Markup, html};

use super::form::{Fields, Visitor};
use super::notice::alert;
use crate::central::activation_words::Fault;
use crate::central::entering::{self, Asker};
use crate::central::{App, Office, Refused, accounts, password};
use crate::lang::Lang;
use crate::person::Nip;
use crate::protocol::ProblemCode;

/// Why it is not changed.
#[derive(Clone, Copy)]
pub enum No {
    Fault(Fault),
    /// The password of now is another one.
    Old,
}

/// Both new ones are the same, and strong enough.
pub fn read(office: &Office, fields: &Fields, nip: Nip) -> Result<String, No> {
    let new = fields.get("baru");
    if new != fields.get("ulang") {
        return Err(No::Fault(Fault::Differ));
    }
    password::check(office, &new, nip).map_err(|weak| No::Fault(Fault::Weak(weak)))?;
    Ok(new)
}

/// Changes it. What was open with the old one ends, this page's own session too.
pub async fn change(
    app: &App,
    visitor: &Visitor,
    nip: Nip,
    old: String,
    new: String,
) -> Result<Result<(), No>, Refused> {
    let asker = Asker { mark: visitor.known(), browser: "", address: visitor.address, worked: false };
    match entering::by_phone_from(app, nip, old, asker).await {
        Ok(_) => {}
        Err(Refused::Problem(problem)) => {
            return Ok(Err(match (problem.code, problem.retry_after_s) {
                (ProblemCode::SlowDown, seconds) => No::Fault(Fault::Wait(seconds.unwrap_or(1))),
                _ => No::Old,
            }));
        }
        Err(other) => return Err(other),
    }
    accounts::change_password(app, nip, new).await?;
    Ok(Ok(()))
}

pub fn fields(lang: Lang, no: Option<No>) -> Markup {
    let field = |name: &str, word: &str, hint: &str, kind: &str| {
        html! {
            label for=(name) { (word) span.hint id={ (name) "-hint" } { (hint) } }
            input id=(name) name=(name) type="password" required autocomplete=(kind)
                aria-describedby={ (name) "-hint" };
        }
    };
    html! {
        @match no {
            Some(No::Fault(fault)) => (alert(&fault.sentence(Lang::Id), &fault.sentence(Lang::En), lang)),
            Some(No::Old) => (alert(
                "Kata sandi sekarang belum cocok. Tidak ada yang diubah.",
                "The password of now does not match. Nothing was changed.",
                lang,
            )),
            None => {}
        }
        (field("lama", lang.pick("Kata sandi sekarang", "Password of now"),
            lang.pick("Yang dipakai untuk masuk", "The one you sign in with"), "current-password"))
        (field("baru", lang.pick("Kata sandi baru", "New password"), lang.pick(
            "Paling sedikit 10 karakter, tanpa NIP dan tanggal lahir.",
            "At least 10 characters, without NIP and date of birth."
        ), "new-password"))
        (field("ulang", lang.pick("Ulangi kata sandi baru", "Repeat the new password"),
            lang.pick("Agar tidak ada salah ketik", "So that no slip of the finger stays"), "new-password"))
    }
}

/// What is said once it is done.
pub fn done(lang: Lang) -> (&'static str, &'static str) {
    (
        lang.pick("Kata sandi sudah diganti", "Your password is changed"),
        lang.pick(
            "Semua ponsel dan peramban yang masuk dengan kata sandi lama sudah keluar. Silakan masuk kembali.",
            "All phones and browsers that were signed in with the old password are signed out. Please sign in again.",
        ),
    )
}
