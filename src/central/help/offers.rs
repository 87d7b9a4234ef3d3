//! Sign-in by phone (RFC 8628): a station offers, a phone that has signed in approves, the station
//! asks and gets the person, once.

use sqlx::Row as _;

use crate::central::codes::{code_hash, letters, new_token, token_hash};
use crate::central::registry::{self, nip_from};
use crate::central::storage::audit;
use crate::central::{CentralError, Office, Refused, slow_down, welcome};
use crate::person::Nip;
use crate::protocol::{Problem, ProblemCode, SignInAnswer, SignInOffer};

/// Seconds that an offer stands: RFC 8628 leaves it open; a person has to find the phone first.
pub const LIFE_S: i64 = 600;
/// Seconds between two questions, and what one that comes too early adds for good.
const INTERVAL_S: i64 = 5;
/// A question may be this much early: lines and clocks are uneven.
const EARLY_MS: i64 = 500;
/// Offers of one station that may stand at a time; it shows one.
const MOST_OFFERS: i64 = 4;
const PURPOSE: &str = "sign-in";

/// What a phone is asked to approve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    pub station: String,
    pub place: String,
    /// `XXXX-XXXX`, to be compared with the screen.
    pub user_code: String,
}

/// A fresh offer for this station.
pub async fn offer(office: &Office, device_id: &str) -> Result<SignInOffer, Refused> {
    let now = office.clock.now();
    let (device_code, user_code) = (new_token(), grouped(&letters(8)));
    let mut tx = office.store.write().await?;
    sqlx::query("DELETE FROM sign_in_offers WHERE expires_at <= $1")
        .bind(now.as_second())
        .execute(&mut *tx)
        .await?;
    let open: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM sign_in_offers WHERE device_id = $1")
        .bind(device_id)
        .fetch_one(&mut *tx)
        .await?;
    if open >= MOST_OFFERS {
        return Err(slow_down(std::time::Duration::from_secs(INTERVAL_S as u64)).into());
    }
    sqlx::query(
        "INSERT INTO sign_in_offers (device_code_hash, user_code_hash, device_id, state, interval_s,
             asked_at_ms, expires_at)
         VALUES ($1, $2, $3, 'waiting', $4, $5, $6)",
    )
    .bind(token_hash(&device_code))
    .bind(code_hash(&office.keys.code, PURPOSE, &user_code))
    .bind(device_id)
    .bind(INTERVAL_S)
    .bind(0)
    .bind(now.as_second() + LIFE_S)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    let page = office.config.page("/masuk");
    Ok(SignInOffer {
        url: format!("{page}?k={user_code}"),
        page,
        forgot_page: office.config.page("/lupa"),
        device_code,
        user_code,
        expires_in_s: LIFE_S as u64,
        interval_s: INTERVAL_S as u64,
    })
}

/// Has the phone said anything? An approval is handed out once.
pub async fn ask(office: &Office, device_id: &str, device_code: &str) -> Result<SignInAnswer, Refused> {
    let now = office.clock.now();
    let hash = token_hash(device_code);
    let mut tx = office.store.write().await?;
    let found = sqlx::query(
        "SELECT state, nip, interval_s, asked_at_ms FROM sign_in_offers
         WHERE device_code_hash = $1 AND device_id = $2 AND expires_at > $3",
    )
    .bind(&hash)
    .bind(device_id)
    .bind(now.as_second())
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = found else { return Ok(SignInAnswer::ExpiredToken) };
    let (state, interval, asked): (String, i64, i64) =
        (row.try_get("state")?, row.try_get("interval_s")?, row.try_get("asked_at_ms")?);
    let now_ms = now.as_millisecond();
    let early = now_ms < asked + interval * 1000 - EARLY_MS;
    let interval = if early { interval + INTERVAL_S } else { interval };
    sqlx::query("UPDATE sign_in_offers SET asked_at_ms = $2, interval_s = $3 WHERE device_code_hash = $1")
        .bind(&hash)
        .bind(now_ms)
        .bind(interval)
        .execute(&mut *tx)
        .await?;
    if early {
        tx.commit().await?;
        return Ok(SignInAnswer::SlowDown { interval_s: interval as u64 });
    }
    match state.as_str() {
        "denied" => {
            remove(&mut tx, &hash).await?;
            tx.commit().await?;
            Ok(SignInAnswer::AccessDenied)
        }
        "approved" => {
            let nip = nip_from(row.try_get::<Option<i64>, _>("nip")?.unwrap_or_default())?;
            remove(&mut tx, &hash).await?;
            let person = registry::in_tx(&mut tx, nip).await?;
            let person = person.ok_or(CentralError::Stored("the person of an approval"))?;
            let grant = welcome::grant(office, &mut tx, device_id, &person).await?;
            welcome::note(office, &mut tx, device_id, "sign-in-by-phone", nip).await?;
            tx.commit().await?;
            Ok(SignInAnswer::SignedIn(Box::new(welcome::signed_in(office, device_id, person, grant).await?)))
        }
        state => {
            tx.commit().await?;
            Ok(SignInAnswer::AuthorizationPending { opened: state == "opened" })
        }
    }
}

/// The person went another way: nobody can approve it any more.
pub async fn withdraw(office: &Office, device_id: &str, device_code: &str) -> Result<(), Refused> {
    let mut tx = office.store.write().await?;
    sqlx::query("DELETE FROM sign_in_offers WHERE device_code_hash = $1 AND device_id = $2")
        .bind(token_hash(device_code))
        .bind(device_id)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

async fn remove(tx: &mut crate::central::storage::Tx, hash: &[u8]) -> Result<(), CentralError> {
    sqlx::query("DELETE FROM sign_in_offers WHERE device_code_hash = $1")
        .bind(hash)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// What a typed code asks to approve. `None`: no such code, or one that is decided or too old. The
/// caller has proved who they are first, and counts wrong codes by that.
pub async fn look(office: &Office, typed: &str) -> Result<Option<Offered>, CentralError> {
    let now = office.clock.now().as_second();
    let hash = code_hash(&office.keys.code, PURPOSE, typed);
    let found: Option<(String, String)> = sqlx::query_as(
        "SELECT d.name, d.place FROM sign_in_offers o JOIN devices d ON d.id = o.device_id
         WHERE o.user_code_hash = $1 AND o.expires_at > $2 AND o.state IN ('waiting', 'opened')
             AND d.revoked_at IS NULL",
    )
    .bind(&hash)
    .bind(now)
    .fetch_optional(office.store.pool())
    .await?;
    let Some((station, place)) = found else { return Ok(None) };
    let mut tx = office.store.write().await?;
    sqlx::query("UPDATE sign_in_offers SET state = 'opened' WHERE user_code_hash = $1 AND state = 'waiting'")
        .bind(&hash)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    let user_code = grouped(&crate::central::codes::normal_code(typed));
    Ok(Some(Offered { station, place, user_code }))
}

/// The phone decides. `false`: there is nothing to decide any more.
pub async fn decide(office: &Office, typed: &str, nip: Nip, approve: bool) -> Result<bool, CentralError> {
    let now = office.clock.now();
    let mut tx = office.store.write().await?;
    let device: Option<String> = sqlx::query_scalar(
        "UPDATE sign_in_offers SET state = $3, nip = $4
         WHERE user_code_hash = $1 AND expires_at > $2 AND state IN ('waiting', 'opened')
         RETURNING device_id",
    )
    .bind(code_hash(&office.keys.code, PURPOSE, typed))
    .bind(now.as_second())
    .bind(if approve { "approved" } else { "denied" })
    .bind(approve.then(|| nip.as_u64() as i64))
    .fetch_optional(&mut *tx)
    .await?;
    if let Some(device) = &device {
        let actor = welcome::record_of(&mut tx, nip).await?;
        let action = if approve { "approve-station" } else { "deny-station" };
        audit(&mut tx, now, &actor, action, device).await?;
    }
    tx.commit().await?;
    Ok(device.is_some())
}

/// For a call that names something that is not there.
pub fn not_found(detail: &str) -> Refused {
    Problem::new(ProblemCode::NotFound, detail).into()
}

fn grouped(letters: &str) -> String {
    match letters.split_at_checked(4) {
        Some((first, rest)) if !rest.is_empty() => format!("{first}-{rest}"),
        _ => letters.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::central::fleet::tests::joined;
    use crate::central::testing::somebody;
    use crate::central::testing::{TestOffice, office};

    async fn waiting(t: &TestOffice, device: &str, offer: &SignInOffer) -> bool {
        match ask(&t.office, device, &offer.device_code).await.unwrap() {
            SignInAnswer::AuthorizationPending { opened } => opened,
            _ => panic!("nothing is decided"),
        }
    }

    #[tokio::test]
    async fn a_phone_approves_what_it_was_shown_and_the_station_gets_it_once() {
        let t = office().await;
        let (device, nip) = (joined(&t).await, somebody(&t).await);
        let offer = offer(&t.office, &device).await.unwrap();
        assert!(offer.user_code.len() == 9 && offer.url.ends_with(&offer.user_code));
        assert!(!waiting(&t, &device, &offer).await);
        let typed = offer.user_code.to_lowercase().replace('-', " ");
        let offered = look(&t.office, &typed).await.unwrap().unwrap();
        assert_eq!((offered.station.as_str(), offered.place.as_str()), ("Meja 1", "Lobi"));
        assert_eq!(offered.user_code, offer.user_code);
        t.advance(5);
        assert!(waiting(&t, &device, &offer).await, "the screen may wait longer: somebody is at it");
        assert!(decide(&t.office, &typed, nip, true).await.unwrap());
        assert!(!decide(&t.office, &typed, nip, false).await.unwrap(), "decided once");
        t.advance(5);
        let other = joined(&t).await;
        let foreign = ask(&t.office, &other, &offer.device_code).await.unwrap();
        assert!(matches!(foreign, SignInAnswer::ExpiredToken), "another station's code is nobody's");
        let SignInAnswer::SignedIn(answer) = ask(&t.office, &device, &offer.device_code).await.unwrap()
        else {
            panic!("approved")
        };
        assert!(answer.employee.nip == nip && answer.grant.is_some());
        t.advance(5);
        let replay = ask(&t.office, &device, &offer.device_code).await.unwrap();
        assert!(matches!(replay, SignInAnswer::ExpiredToken));
    }

    #[tokio::test]
    async fn who_asks_too_often_waits_longer_for_good() {
        let t = office().await;
        let device = joined(&t).await;
        let offer = offer(&t.office, &device).await.unwrap();
        let asked = async || ask(&t.office, &device, &offer.device_code).await.unwrap();
        assert!(matches!(asked().await, SignInAnswer::AuthorizationPending { .. }));
        t.advance(4);
        assert!(matches!(asked().await, SignInAnswer::SlowDown { interval_s: 10 }));
        t.advance(9);
        assert!(matches!(asked().await, SignInAnswer::SlowDown { interval_s: 15 }));
        t.advance(15);
        assert!(matches!(asked().await, SignInAnswer::AuthorizationPending { .. }));
    }

    #[tokio::test]
    async fn a_denial_an_old_code_and_a_withdrawn_one_open_nothing() {
        let t = office().await;
        let (device, nip) = (joined(&t).await, somebody(&t).await);
        let denied = offer(&t.office, &device).await.unwrap();
        assert!(decide(&t.office, &denied.user_code, nip, false).await.unwrap());
        let answer = ask(&t.office, &device, &denied.device_code).await.unwrap();
        assert!(matches!(answer, SignInAnswer::AccessDenied));
        let withdrawn = offer(&t.office, &device).await.unwrap();
        withdraw(&t.office, &device, &withdrawn.device_code).await.unwrap();
        assert_eq!(look(&t.office, &withdrawn.user_code).await.unwrap(), None);
        let old = offer(&t.office, &device).await.unwrap();
        t.advance(LIFE_S as u64);
        assert_eq!(look(&t.office, &old.user_code).await.unwrap(), None);
        assert!(!decide(&t.office, &old.user_code, nip, true).await.unwrap());
        let answer = ask(&t.office, &device, &old.device_code).await.unwrap();
        assert!(matches!(answer, SignInAnswer::ExpiredToken));
        for _ in 0..MOST_OFFERS {
            offer(&t.office, &device).await.unwrap();
        }
        assert!(offer(&t.office, &device).await.is_err(), "a station cannot fill the table");
    }
}
