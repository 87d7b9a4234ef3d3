//! `Masuk dibantu petugas`: a clerk who has seen the KTP lets one person in, once, or gives a code
//! for a new password. The proof is a nonce that only the clerk's code and PIN can open.

use data_encoding::HEXLOWER;

use super::offers::not_found;
use crate::central::codes::token_hash;
use crate::central::storage::audit;
use crate::central::{CentralError, Office, Refused, accounts, registry, slow_down, staff, welcome};
use crate::clock::{os_random, random_bytes};
use crate::protocol::{AskAssist, Assist, AssistChallenge, AssistPurpose, Assisted, Problem, ProblemCode};

/// Opening the envelope takes a clerk's station a second or two.
const NONCE_LIFE_S: i64 = 60;
const MOST_NONCES: i64 = 10;

const fn word(purpose: AssistPurpose) -> &'static str {
    match purpose {
        AssistPurpose::SignIn => "assisted-sign-in",
        AssistPurpose::NewPassword => "assisted-new-password",
    }
}

/// A challenge for this station, person and purpose. Whether the NIP is known is not said here.
pub async fn challenge(
    office: &Office,
    device_id: &str,
    asked: &AskAssist,
) -> Result<AssistChallenge, Refused> {
    let now = office.clock.now().as_second();
    let mut tx = office.store.write().await?;
    let public: Option<Vec<u8>> = sqlx::query_scalar("SELECT sealing_public FROM devices WHERE id = $1")
        .bind(device_id)
        .fetch_optional(&mut *tx)
        .await?
        .flatten();
    let public: [u8; 32] =
        public.and_then(|key| key.try_into().ok()).ok_or(CentralError::Stored("the key of a device"))?;
    sqlx::query("DELETE FROM assist_nonces WHERE expires_at <= $1").bind(now).execute(&mut *tx).await?;
    let open: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM assist_nonces WHERE device_id = $1")
        .bind(device_id)
        .fetch_one(&mut *tx)
        .await?;
    if open >= MOST_NONCES {
        return Err(slow_down(std::time::Duration::from_secs(NONCE_LIFE_S as u64)).into());
    }
    let nonce = random_bytes::<32>();
    sqlx::query(
        "INSERT INTO assist_nonces (nonce_hash, device_id, nip, purpose, expires_at)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(token_hash(&HEXLOWER.encode(&nonce)))
    .bind(device_id)
    .bind(asked.nip.as_u64() as i64)
    .bind(word(asked.purpose))
    .bind(now + NONCE_LIFE_S)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(AssistChallenge::seal(&nonce, device_id, asked, &public, &mut os_random())
        .map_err(CentralError::from)?)
}

/// The opened nonce against what it was asked for. It is spent either way.
pub async fn assist(office: &Office, device_id: &str, asked: &Assist) -> Result<Assisted, Refused> {
    let now = office.clock.now();
    let mut tx = office.store.write().await?;
    let spent = sqlx::query(
        "DELETE FROM assist_nonces
         WHERE nonce_hash = $1 AND device_id = $2 AND nip = $3 AND purpose = $4 AND expires_at > $5",
    )
    .bind(token_hash(&HEXLOWER.encode(&asked.nonce.0)))
    .bind(device_id)
    .bind(asked.nip.as_u64() as i64)
    .bind(word(asked.purpose))
    .bind(now.as_second())
    .execute(&mut *tx)
    .await?;
    if spent.rows_affected() != 1 {
        let detail = "no clerk's key has opened this, or it is used or too old";
        return Err(Problem::new(ProblemCode::BadCode, detail).into());
    }
    let actor = match asked.staff.as_deref().map(tidy).filter(|name| !name.is_empty()) {
        Some(name) => format!("{device_id} staff {name}"),
        None => format!("{device_id} staff"),
    };
    let Some(person) = registry::in_tx(&mut tx, asked.nip).await? else {
        // The clerk has the KTP in hand and should learn that this number is not in the registry.
        audit(&mut tx, now, &actor, word(asked.purpose), "nobody").await?;
        tx.commit().await?;
        return Err(not_found("nobody in the registry has this NIP"));
    };
    let record = welcome::record_of(&mut tx, asked.nip).await?;
    // Whoever opens such an account opens the office's pages: no clerk's word and no station is enough for that.
    if staff::is_member(&mut tx, asked.nip).await? {
        audit(&mut tx, now, &actor, "assist-refused", &record).await?;
        tx.commit().await?;
        let detail = "an account of staff is opened with its own password, or by an administrator";
        return Err(Problem::new(ProblemCode::StaffAccount, detail).into());
    }
    match asked.purpose {
        AssistPurpose::SignIn => {
            let grant = welcome::grant(office, &mut tx, device_id, &person).await?;
            audit(&mut tx, now, &actor, word(asked.purpose), &record).await?;
            tx.commit().await?;
            Ok(Assisted::SignedIn(Box::new(welcome::signed_in(office, device_id, person, grant).await?)))
        }
        AssistPurpose::NewPassword => {
            let (code, expires_in_s) = accounts::code_at_the_desk(office, &mut tx, asked.nip).await?;
            audit(&mut tx, now, &actor, word(asked.purpose), &record).await?;
            tx.commit().await?;
            Ok(Assisted::NewPassword { code, page: office.config.activation_page(), expires_in_s })
        }
    }
}

/// A name for the audit line: what a station says is not believed to be short or clean.
fn tidy(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric() || " .-".contains(*c)).take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::central::fleet::tests::joined_with_keys;
    use crate::central::testing::{office, somebody};

    #[tokio::test]
    async fn a_clerks_key_lets_one_person_in_once_and_leaves_a_line() {
        let t = office().await;
        let (device, keys) = joined_with_keys(&t).await;
        let nip = somebody(&t).await;
        let asked = AskAssist { nip, purpose: AssistPurpose::SignIn };
        let sealed = challenge(&t.office, &device, &asked).await.unwrap();
        let nonce = sealed.open(&device, &asked, &keys).unwrap().to_vec();
        let answer = |purpose, nonce: &[u8]| Assist {
            nip,
            purpose,
            nonce: nonce.to_vec().into(),
            staff: Some("Rina <b>".into()),
        };
        let bad = async |asked: &Assist| match assist(&t.office, &device, asked).await {
            Err(Refused::Problem(problem)) => problem.code,
            _ => panic!("refused"),
        };
        assert_eq!(bad(&answer(AssistPurpose::SignIn, &[0; 32])).await, ProblemCode::BadCode);
        assert_eq!(bad(&answer(AssistPurpose::NewPassword, &nonce)).await, ProblemCode::BadCode);
        let Ok(Assisted::SignedIn(signed_in)) =
            assist(&t.office, &device, &answer(AssistPurpose::SignIn, &nonce)).await
        else {
            panic!("let in")
        };
        assert!(signed_in.employee.nip == nip && signed_in.grant.is_some());
        assert_eq!(bad(&answer(AssistPurpose::SignIn, &nonce)).await, ProblemCode::BadCode, "a replay");
        let lines: Vec<(String, String)> =
            sqlx::query_as("SELECT actor, subject FROM audit WHERE action = 'assisted-sign-in'")
                .fetch_all(t.office.store.pool())
                .await
                .unwrap();
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].0, format!("{device} staff Rina b"));
        assert!(!lines[0].1.contains(&nip.to_string()), "no NIP in the audit");
    }

    #[tokio::test]
    async fn an_account_of_staff_is_never_opened_at_a_station() {
        let t = office().await;
        let (device, keys) = joined_with_keys(&t).await;
        let nip = somebody(&t).await;
        let ask = async |purpose| {
            let asked = AskAssist { nip, purpose };
            let sealed = challenge(&t.office, &device, &asked).await.unwrap();
            let nonce = sealed.open(&device, &asked, &keys).unwrap().to_vec().into();
            assist(&t.office, &device, &Assist { nip, purpose, nonce, staff: None }).await
        };
        for role in [staff::Role::Administrator, staff::Role::Desk, staff::Role::Technician] {
            staff::put(&t.office, nip, role).await.unwrap();
            for purpose in [AssistPurpose::SignIn, AssistPurpose::NewPassword] {
                match ask(purpose).await {
                    Err(Refused::Problem(problem)) => assert_eq!(problem.code, ProblemCode::StaffAccount),
                    _ => panic!("{role:?} {purpose:?}: refused"),
                }
            }
        }
        let count = async |table: &str| -> i64 {
            let sql = format!("SELECT COUNT(*) FROM {table}");
            let count = sqlx::query_scalar(sqlx::AssertSqlSafe(sql));
            count.fetch_one(t.office.store.pool()).await.unwrap()
        };
        assert_eq!((count("grants").await, count("accounts WHERE code_hash IS NOT NULL").await), (0, 0));
        assert_eq!(count("audit WHERE action = 'assist-refused'").await, 6, "each try is noted");
        // An employee like all others again.
        staff::remove(&t.office, nip).await.unwrap();
        assert!(ask(AssistPurpose::SignIn).await.is_ok() && ask(AssistPurpose::NewPassword).await.is_ok());
    }

    #[tokio::test]
    async fn an_old_challenge_and_an_unknown_person_are_refused() {
        let t = office().await;
        let (device, keys) = joined_with_keys(&t).await;
        let nip = somebody(&t).await;
        let ask = async |nip, wait| {
            let asked = AskAssist { nip, purpose: AssistPurpose::SignIn };
            let sealed = challenge(&t.office, &device, &asked).await.unwrap();
            let nonce = sealed.open(&device, &asked, &keys).unwrap().to_vec().into();
            t.advance(wait);
            let asked = Assist { nip, purpose: AssistPurpose::SignIn, nonce, staff: None };
            match assist(&t.office, &device, &asked).await {
                Err(Refused::Problem(problem)) => problem.code,
                _ => panic!("refused"),
            }
        };
        assert_eq!(ask(nip, NONCE_LIFE_S as u64).await, ProblemCode::BadCode);
        assert_eq!(ask("199912312024211001".parse().unwrap(), 0).await, ProblemCode::NotFound);
    }
}
