//! Each cause, by the call that brings it about, against each thing that may rest on it.

use jiff::civil::date;

use super::*;
use crate::central::fleet::tests::joined_with_keys;
use crate::central::registry::By;
use crate::central::staff::{self, Role};
use crate::central::testing::{TestOffice, office, somebody};
use crate::central::{accounts, fleet, phone, registry, welcome};
use crate::person::Status;

const ALL: [Rests; 9] = [
    Rests::PhoneSession,
    Rests::OfficeSession,
    Rests::SignInOffer,
    Rests::Grant,
    Rests::ActivationCode,
    Rests::PasswordLink,
    Rests::AssistNonce,
    Rests::DeviceSession,
    Rests::DeviceNonce,
];

struct Scene {
    t: TestOffice,
    nip: Nip,
    device: String,
}

/// Somebody of the staff with one of everything, and a station at which it happened.
async fn scene() -> Scene {
    let t = office().await;
    let (device, _) = joined_with_keys(&t).await;
    let nip = somebody(&t).await;
    staff::put(&t.office, nip, Role::Desk).await.unwrap();
    phone::open(&t.office, nip, true, "").await.unwrap();
    staff::session_for_test(&t.office, nip).await;
    let person = registry::find(&t.office.store, nip).await.unwrap().unwrap();
    let (number, later) = (nip.as_u64() as i64, t.office.clock.now().as_second() + 600);
    let mut tx = t.office.store.write().await.unwrap();
    accounts::code_at_the_desk(&t.office, &mut tx, nip).await.unwrap();
    welcome::grant(&t.office, &mut tx, &device, &person).await.unwrap().unwrap();
    let made = [
        "INSERT INTO sign_in_offers (device_code_hash, user_code_hash, device_id, state, nip, interval_s,
             asked_at_ms, expires_at) VALUES ($1, $1, $2, 'approved', $3, 5, 0, $4)",
        "INSERT INTO assist_nonces (nonce_hash, device_id, nip, purpose, expires_at)
             VALUES ($1, $2, $3, 'assisted-sign-in', $4)",
    ];
    for statement in made {
        let query = sqlx::query(statement).bind(vec![7u8; 32]).bind(&device).bind(number).bind(later);
        query.execute(&mut *tx).await.unwrap();
    }
    for statement in [
        "INSERT INTO device_sessions (token_hash, device_id, expires_at) VALUES ($1, $2, $3)",
        "INSERT INTO nonces (nonce, device_id, expires_at) VALUES ($1, $2, $3)",
    ] {
        let query = sqlx::query(statement).bind(vec![8u8; 32]).bind(&device).bind(later);
        query.execute(&mut *tx).await.unwrap();
    }
    sqlx::query("INSERT INTO password_links (token_hash, nip, made_at, expires_at) VALUES ($1, $2, 0, $3)")
        .bind(vec![9u8; 32])
        .bind(number)
        .bind(later)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    Scene { t, nip, device }
}

impl Scene {
    async fn is_there(&self, rests: Rests) -> bool {
        let (by_person, sql) = match rests {
            Rests::PhoneSession => (true, "SELECT COUNT(*) FROM phone_sessions WHERE nip = $1"),
            Rests::OfficeSession => (true, "SELECT COUNT(*) FROM staff_sessions WHERE nip = $1"),
            Rests::SignInOffer => (true, "SELECT COUNT(*) FROM sign_in_offers WHERE nip = $1"),
            Rests::Grant => (true, "SELECT COUNT(*) FROM grants WHERE nip = $1"),
            Rests::ActivationCode => {
                (true, "SELECT COUNT(*) FROM accounts WHERE nip = $1 AND code_hash IS NOT NULL")
            }
            Rests::PasswordLink => {
                (true, "SELECT COUNT(*) FROM password_links WHERE nip = $1 AND expires_at > 0")
            }
            Rests::AssistNonce => (true, "SELECT COUNT(*) FROM assist_nonces WHERE nip = $1"),
            Rests::DeviceSession => (false, "SELECT COUNT(*) FROM device_sessions WHERE device_id = $1"),
            Rests::DeviceNonce => (false, "SELECT COUNT(*) FROM nonces WHERE device_id = $1"),
        };
        let query = sqlx::query_scalar(sql);
        let query = if by_person { query.bind(self.nip.as_u64() as i64) } else { query.bind(&self.device) };
        let count: i64 = query.fetch_one(self.t.office.store.pool()).await.unwrap();
        count > 0
    }

    async fn leave(&self, status: Status) {
        let by = By { actor: "admin", way: "office" };
        let since = Some(date(2026, 3, 1));
        registry::change_status(&self.t.office, self.nip, status, since, by).await.unwrap();
    }
}

/// The calls that bring each cause about. The import and the API go through the registry's one `put`.
const CALLS: [(&str, Cause); 8] = [
    ("a new code", Cause::NewCode),
    ("a new password", Cause::NewPassword),
    ("dismissal", Cause::Left),
    ("retirement", Cause::Left),
    ("death", Cause::Left),
    ("another role", Cause::Role),
    ("no role", Cause::Role),
    ("a revoked station", Cause::StationRevoked),
];

#[tokio::test]
async fn whatever_rests_on_it_ends_with_it_and_nothing_else() {
    for (call, cause) in CALLS {
        let scene = scene().await;
        for rests in ALL {
            assert!(scene.is_there(rests).await, "{rests:?} before {call}");
        }
        let (office, nip) = (&scene.t.office, scene.nip);
        match call {
            "a new code" => drop(accounts::new_code_for(office, "admin", nip, true).await.unwrap()),
            "a new password" => accounts::give_password(office, nip, "hash".into()).await.unwrap(),
            "dismissal" => scene.leave(Status::Dismissed).await,
            "retirement" => scene.leave(Status::Retired).await,
            "death" => scene.leave(Status::Deceased).await,
            "another role" => drop(staff::put(office, nip, Role::Technician).await.unwrap()),
            "no role" => staff::remove(office, nip).await.unwrap(),
            _ => fleet::revoke(office, "admin", &scene.device).await.unwrap(),
        }
        let meant: Vec<Rests> = ends(cause).collect();
        for rests in ALL {
            assert_eq!(!scene.is_there(rests).await, meant.contains(&rests), "{rests:?} after {call}");
        }
    }
}

/// Whoever left is no longer staff at work, also where a day brought it about and nobody a call.
#[tokio::test]
async fn an_office_session_of_somebody_who_left_opens_nothing() {
    let scene = scene().await;
    let cookie = staff::session_for_test(&scene.t.office, scene.nip).await;
    assert!(staff::find(&scene.t.office, &cookie).await.unwrap().is_some());
    let mut tx = scene.t.office.store.write().await.unwrap();
    sqlx::query("UPDATE people SET status = $2, status_since = '2026-03-01' WHERE nip = $1")
        .bind(scene.nip.as_u64() as i64)
        .bind(Status::Retired.word())
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert!(staff::find(&scene.t.office, &cookie).await.unwrap().is_none());
}

/// A contract that runs out ends what its person had open, without a list that says so.
#[tokio::test]
async fn a_day_that_ends_a_contract_ends_the_phones() {
    let t = office().await;
    let people = crate::person::sample::people(5, 200, t.office.today());
    let today = t.office.today();
    let over = |person: &crate::person::Employee| {
        person.contract_end.is_some_and(|end| end >= today) && crate::person::card_holds(person, today)
    };
    let mut person = people.into_iter().find(over).unwrap();
    person.contract_end = Some(today);
    registry::put_all(&t.office, std::slice::from_ref(&person)).await.unwrap();
    let cookie = phone::open(&t.office, person.nip, true, "").await.unwrap();
    registry::turn_of_day(&t.office).await.unwrap();
    assert!(phone::find(&t.office, &cookie).await.unwrap().is_some(), "the last day");
    t.advance(24 * 3600);
    assert_eq!(registry::turn_of_day(&t.office).await.unwrap(), 1);
    assert!(phone::find(&t.office, &cookie).await.unwrap().is_none());
}
