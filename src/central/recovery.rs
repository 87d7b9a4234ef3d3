//! `Lupa Kata Sandi`: a link by mail, good once and for half an hour. Whether a number is known, and
//! whether there is an address for it, is never said.

use std::net::IpAddr;

use super::codes::{new_token, token_hash};
use super::hasher::Lane;
use super::lookup::neighbourhood;
use super::mail::Letter;
use super::registry::nip_from;
use super::storage::audit;
use super::{App, CentralError, Office, Refused, accounts, password, slow_down, welcome};
use crate::person::Nip;
use crate::protocol::{Problem, ProblemCode};

pub const LIFE_S: i64 = 30 * 60;
/// Letters to one person an hour: a mailbox is not for others to fill.
const MOST_LETTERS: i64 = 3;

/// Asks for a link. The answer is the same whoever is asked for, and as quick: all that depends on
/// the number comes after it.
pub fn ask(app: &App, nip: Nip, address: IpAddr, worked: bool) -> Result<(), Refused> {
    // By who asks, not by who is asked for: nobody can use up another's turn. And not by the office's
    // one address for a browser that has `worked` (a captcha).
    if !worked {
        let now = app.office.clock.monotonic();
        app.crowds.ask_from(&crowd(address), &neighbourhood(address), now).map_err(slow_down)?;
    }
    if !app.mailer.is_off() {
        let (office, mailer) = (app.office.clone(), app.mailer.clone());
        tokio::spawn(async move {
            let sent = match link(&office, nip).await {
                Ok(Some(letter)) => tokio::task::spawn_blocking(move || mailer.send(&letter))
                    .await
                    .unwrap_or(Err(CentralError::Worker)),
                Ok(None) => Ok(()),
                Err(error) => Err(error),
            };
            if let Err(error) = sent {
                tracing::error!(%error, "a letter is not sent");
            }
        });
    }
    Ok(())
}

/// The name under which requests from one line are counted.
fn crowd(address: IpAddr) -> String {
    format!("forgot {}", neighbourhood(address))
}

/// Whether a browser at this address must do the proof of work before it may ask.
pub fn needs_work(app: &App, address: IpAddr) -> bool {
    app.crowds.is_used_up(&crowd(address), app.office.clock.monotonic())
}

/// A fresh link in a letter; `None` where there is nobody to write to, or they were written to enough.
async fn link(office: &Office, nip: Nip) -> Result<Option<Letter>, CentralError> {
    let (now, number) = (office.clock.now(), nip.as_u64() as i64);
    let to: Option<String> = sqlx::query_scalar("SELECT email FROM contacts WHERE nip = $1")
        .bind(number)
        .fetch_optional(office.store.pool())
        .await?;
    let Some(to) = to else { return Ok(None) };
    let mut tx = office.store.write().await?;
    let hour_ago = now.as_second() - 3600;
    // Kept for an hour though good for half of it: they count the letters.
    sqlx::query("DELETE FROM password_links WHERE made_at <= $1").bind(hour_ago).execute(&mut *tx).await?;
    let recent: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM password_links WHERE nip = $1")
        .bind(number)
        .fetch_one(&mut *tx)
        .await?;
    if recent >= MOST_LETTERS {
        return Ok(None);
    }
    let token = new_token();
    sqlx::query("INSERT INTO password_links (token_hash, nip, made_at, expires_at) VALUES ($1, $2, $3, $4)")
        .bind(token_hash(&token))
        .bind(number)
        .bind(now.as_second())
        .bind(now.as_second() + LIFE_S)
        .execute(&mut *tx)
        .await?;
    let record = welcome::record_of(&mut tx, nip).await?;
    audit(&mut tx, now, "page", "password-link", &record).await?;
    tx.commit().await?;
    Ok(Some(letter(to, &office.config.page(&format!("/lupa/{token}")))))
}

/// Whose link this is, while it is good.
pub async fn whose(app: &App, token: &str) -> Result<Option<Nip>, CentralError> {
    let nip: Option<i64> =
        sqlx::query_scalar("SELECT nip FROM password_links WHERE token_hash = $1 AND expires_at > $2")
            .bind(token_hash(token))
            .bind(app.office.clock.now().as_second())
            .fetch_optional(app.office.store.pool())
            .await?;
    nip.map(nip_from).transpose()
}

/// A new password against the link. Every link and every phone of the person ends with it.
pub async fn redeem(app: &App, token: &str, new: String) -> Result<(), Refused> {
    let bad = || Problem::new(ProblemCode::BadCode, "the link is used or too old");
    let office = &app.office;
    let nip = whose(app, token).await?.ok_or_else(bad)?;
    password::check(&app.office, &new, nip)
        .map_err(|weak| Problem::new(ProblemCode::WeakPassword, weak.to_string()))?;
    let hash = app.hasher.hash(new, Lane::Known(token)).await?;
    let now = office.clock.now();
    let mut tx = office.store.write().await?;
    // Only while the link still stands: two at once cannot both set a password.
    let spent =
        sqlx::query("UPDATE password_links SET expires_at = 0 WHERE token_hash = $1 AND expires_at > $2")
            .bind(token_hash(token))
            .bind(now.as_second())
            .execute(&mut *tx)
            .await?;
    if spent.rows_affected() != 1 {
        return Err(bad().into());
    }
    sqlx::query("UPDATE password_links SET expires_at = 0 WHERE nip = $1")
        .bind(nip.as_u64() as i64)
        .execute(&mut *tx)
        .await?;
    accounts::put_password(&mut tx, nip, &hash, now).await?;
    let record = welcome::record_of(&mut tx, nip).await?;
    audit(&mut tx, now, &record, "password-by-link", &record).await?;
    tx.commit().await?;
    Ok(())
}

fn letter(to: String, link: &str) -> Letter {
    Letter {
        to,
        subject: "Kata sandi Anjungan / Anjungan password".into(),
        text: format!(
            "Bapak/Ibu,\n\nseseorang meminta kata sandi Anjungan yang baru untuk akun Bapak/Ibu. Bila itu Bapak/Ibu \
             sendiri, buka tautan ini dalam 30 menit:\n\n{link}\n\nBila bukan, abaikan surat ini: tidak ada yang \
             berubah.\n\n---\n\nSomebody asked for a new Anjungan password for your account. If it was you, open the \
             link within 30 minutes. If not, ignore this letter: nothing has changed.\n"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::central::mail::Mailer;
    use crate::central::testing::{office, somebody};
    use crate::central::{entering, phone, registry};
    use std::net::Ipv4Addr;
    use std::sync::Arc;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    async fn letters(app: &App, count: usize) -> Vec<Letter> {
        let Mailer::Memory(all) = app.mailer.as_ref() else { panic!("in memory") };
        for _ in 0..200 {
            if all.lock().unwrap().len() >= count {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        all.lock().unwrap().clone()
    }

    #[tokio::test]
    async fn a_link_sets_one_password_and_ends_the_phones() {
        let t = office().await;
        let nip = somebody(&t).await;
        let mut app = t.app();
        app.mailer = Arc::new(Mailer::Memory(std::sync::Mutex::default()));
        // Nobody, and somebody without an address: the same answer, and no letter.
        ask(&app, "198003102005011003".parse().unwrap(), HERE, false).unwrap();
        ask(&app, nip, HERE, false).unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        registry::put_email(&t.office, nip, "sri@kantor.go.id").await.unwrap();
        let session = phone::open(&t.office, nip, true, "").await.unwrap();
        ask(&app, nip, HERE, false).unwrap();
        let sent = letters(&app, 1).await;
        assert_eq!(sent.len(), 1);
        assert_eq!(sent[0].to, "sri@kantor.go.id");
        let token = sent[0].text.split("/lupa/").nth(1).unwrap().split_whitespace().next().unwrap();
        assert_eq!(whose(&app, token).await.unwrap(), Some(nip));
        let weak = redeem(&app, token, nip.to_string()).await;
        assert!(matches!(weak, Err(Refused::Problem(problem)) if problem.code == ProblemCode::WeakPassword));
        redeem(&app, token, "melati di beranda".into()).await.unwrap();
        assert!(redeem(&app, token, "mawar di beranda".into()).await.is_err(), "good once");
        assert_eq!(phone::find(&t.office, &session).await.unwrap(), None);
        let in_again = entering::by_phone(&app, nip, "melati di beranda".into(), "", HERE).await;
        assert_eq!(in_again.unwrap().nip, nip);
    }

    #[tokio::test]
    async fn a_mailbox_is_not_filled_and_an_old_link_is_none() {
        let t = office().await;
        let nip = somebody(&t).await;
        let mut app = t.app();
        app.mailer = Arc::new(Mailer::Memory(std::sync::Mutex::default()));
        registry::put_email(&t.office, nip, "sri@kantor.go.id").await.unwrap();
        for _ in 0..6 {
            ask(&app, nip, HERE, false).unwrap();
        }
        let sent = letters(&app, 3).await;
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        assert_eq!((sent.len(), letters(&app, 3).await.len()), (3, 3));
        t.advance(LIFE_S as u64);
        let token = sent[0].text.split("/lupa/").nth(1).unwrap().split_whitespace().next().unwrap();
        assert_eq!(whose(&app, token).await.unwrap(), None);
        assert!(redeem(&app, token, "melati di beranda".into()).await.is_err());
    }
}
