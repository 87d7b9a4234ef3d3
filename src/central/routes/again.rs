//! The second look at a phone that was signed in a while ago: the password once more, before what
//! cannot be taken back.

use maud::{Markup, html};

use super::form::{Fields, Visitor};
use super::notice::{self, alert};
use crate::central::entering::{self, Asker};
use crate::central::phone::{self, PhoneSession};
use crate::central::{App, Refused};
use crate::lang::Lang;
use crate::protocol::{Problem, ProblemCode};

/// The field of the form, where this session has to prove itself again.
pub fn field(session: &PhoneSession, lang: Lang, problem: Option<&Problem>) -> Markup {
    if session.fresh {
        return html! {};
    }
    html! {
        @if let Some(problem) = problem {
            @match (problem.code, problem.retry_after_s) {
                (ProblemCode::SlowDown, Some(seconds)) => {
                    @let (id, en) = notice::wait(seconds);
                    (alert(&id, &en, lang))
                }
                _ => (alert(
                    "Kata sandi belum cocok. Mohon coba lagi.",
                    "The password does not match. Please try again.",
                    lang,
                )),
            }
        }
        label for="sandi" {
            (lang.pick("Kata sandi Anjungan", "Anjungan password"))
            span.hint id="sandi-hint" {
                (lang.pick("Ponsel ini sudah lama masuk", "This phone signed in a while ago"))
            }
        }
        input id="sandi" name="sandi" type="password" aria-describedby="sandi-hint"
            autocomplete="current-password";
    }
}

/// Lets a session pass that proved itself a moment ago, or does so with this form. `Some`: it does not.
pub async fn proved(
    app: &App,
    visitor: &Visitor,
    session: &PhoneSession,
    fields: &Fields,
) -> Result<Option<Problem>, Refused> {
    if session.fresh {
        return Ok(None);
    }
    let asker = Asker { mark: visitor.known(), browser: "", address: visitor.address, worked: false };
    match entering::by_phone_from(app, session.nip, fields.get("sandi"), asker).await {
        Ok(_) => {
            phone::proved(&app.office, &session.series).await?;
            Ok(None)
        }
        Err(Refused::Problem(problem)) => Ok(Some(problem)),
        Err(other) => Err(other),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::central::accounts;
    use crate::central::fleet::tests::joined_with_keys;
    use crate::central::help::offers;
    use crate::central::password;
    use crate::central::routes::asking::start;
    use crate::central::testing::{office, somebody};

    const PASSWORD: &str = "melati di beranda";

    #[tokio::test]
    async fn a_phone_that_signed_in_a_while_ago_opens_no_screen_without_the_password() {
        let t = office().await;
        let (device, _) = joined_with_keys(&t).await;
        let nip = somebody(&t).await;
        accounts::give_password(&t.office, nip, password::hash_now(PASSWORD).unwrap()).await.unwrap();
        let cookie = phone::open(&t.office, nip, true, "").await.unwrap();
        let asking = start(Arc::new(t.app())).await;
        let decide = async |code: &str, secret: &str| {
            let body = format!("k={code}&putusan=setuju&sandi={}", secret.replace(' ', "+"));
            asking.ask("POST", "/masuk/putusan", &[("anjungan_masuk", &cookie)], &body).await
        };
        let offer = offers::offer(&t.office, &device).await.unwrap();
        assert!(decide(&offer.user_code, "").await.starts_with("HTTP/1.1 200"), "a moment after signing in");
        t.advance(540);
        let offer = offers::offer(&t.office, &device).await.unwrap();
        t.advance(60);
        let renewed = phone::find(&t.office, &cookie).await.unwrap().unwrap();
        assert!(!renewed.fresh);
        for wrong in ["", "bukan ini"] {
            let answer = decide(&offer.user_code, wrong).await;
            assert!(answer.starts_with("HTTP/1.1 403") && answer.contains("name=\"sandi\""), "{answer}");
        }
        assert!(offers::look(&t.office, &offer.user_code).await.unwrap().is_some(), "it still waits");
        let answer = decide(&offer.user_code, PASSWORD).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(phone::find(&t.office, &cookie).await.unwrap().unwrap().fresh);
    }

    #[tokio::test]
    async fn whoever_is_signed_in_changes_the_password_with_the_one_of_now_and_all_else_ends() {
        let t = office().await;
        let nip = somebody(&t).await;
        accounts::give_password(&t.office, nip, password::hash_now(PASSWORD).unwrap()).await.unwrap();
        let cookie = phone::open(&t.office, nip, true, "").await.unwrap();
        let other = phone::open(&t.office, nip, true, "").await.unwrap();
        let asking = start(Arc::new(t.app())).await;
        let change =
            async |body: &str| asking.ask("POST", "/akun/sandi", &[("anjungan_masuk", &cookie)], body).await;
        for (body, why) in [
            ("lama=bukan+ini&baru=kenanga+di+teras&ulang=kenanga+di+teras", "the old one"),
            ("lama=melati+di+beranda&baru=kenanga+di+teras&ulang=kenanga", "not the same"),
            ("lama=melati+di+beranda&baru=pendek&ulang=pendek", "weak"),
        ] {
            assert!(change(body).await.starts_with("HTTP/1.1 422"), "{why}");
        }
        assert!(phone::find(&t.office, &other).await.unwrap().is_some());
        let answer = change("lama=melati+di+beranda&baru=kenanga+di+teras&ulang=kenanga+di+teras").await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        for gone in [&cookie, &other] {
            assert!(phone::find(&t.office, gone).await.unwrap().is_none());
        }
        let here = std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
        let app = t.app();
        assert!(entering::by_phone(&app, nip, "kenanga di teras".into(), "", here).await.is_ok());
        assert!(entering::by_phone(&app, nip, PASSWORD.into(), "", here).await.is_err());
    }
}
