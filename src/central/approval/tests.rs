//! Who is in, who is out, and on whose word.

use super::*;
use crate::central::Refused;
use crate::central::fleet::tests::{asks, joined, session_of, waiting_at};
use crate::central::testing::{TestOffice, office};
use crate::credential::KeyPair;
use crate::protocol::{Enrol, EpochWrap, ProblemCode};

fn code_of<T>(answer: Result<T, Refused>) -> ProblemCode {
    match answer {
        Err(Refused::Problem(problem)) => problem.code,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("this should have been refused"),
    }
}

async fn line(t: &TestOffice, id: &str) -> DeviceLine {
    named(&t.office, id).await.unwrap().unwrap()
}

async fn may_work(t: &TestOffice, token: &str) -> Result<String, Refused> {
    fleet::device_of(&t.office, token, t.office.clock.now()).await
}

async fn journal(t: &TestOffice, id: &str) -> Vec<(String, String)> {
    sqlx::query_as(
        "SELECT action, actor FROM audit WHERE subject = $1 AND action LIKE 'device-%' ORDER BY at, id",
    )
    .bind(id)
    .fetch_all(t.office.store.pool())
    .await
    .unwrap()
}

#[tokio::test]
async fn a_station_gets_the_regions_key_and_a_working_session_by_approval_alone() {
    let t = office().await;
    let id = waiting_at(&t, "Lobi").await;
    let token = session_of(&t, &id).await;
    let refused = may_work(&t, &token).await;
    assert!(matches!(&refused, Err(Refused::Problem(problem)) if problem.retry_after_s.is_some()));
    assert_eq!(code_of(refused), ProblemCode::NotApproved);
    let keys = line(&t, &id).await.fingerprint().unwrap();
    let elsewhere = Fingerprint::of(&[1; 32], &[2; 32]);
    assert!(matches!(approve(&t.office, "A", elsewhere).await, Err(CentralError::NotFound(_))));
    assert!(matches!(reject(&t.office, "A", elsewhere).await, Err(CentralError::NotFound(_))));
    assert_eq!(approve(&t.office, "A", keys).await.unwrap().id, id);
    assert_eq!(may_work(&t, &token).await.unwrap(), id, "the session that it has, at once");
    let approved = line(&t, &id).await;
    assert_eq!((approved.standing(), approved.approved_by.as_deref()), (Standing::Joined, Some("A")));
    assert!(matches!(approve(&t.office, "B", keys).await, Err(CentralError::NotFound(_))), "once");
    assert!(
        matches!(reject(&t.office, "B", keys).await, Err(CentralError::NotFound(_))),
        "revoking is for that"
    );
    assert!(journal(&t, &id).await.contains(&("device-approve".into(), "A".into())));
}

#[tokio::test]
async fn joining_again_with_another_key_takes_the_approval_back() {
    let t = office().await;
    let id = joined(&t).await;
    let token = session_of(&t, &id).await;
    assert!(may_work(&t, &token).await.is_ok());
    let before = line(&t, &id).await.fingerprint().unwrap();
    let code = fleet::new_code(&t.office, "admin", &id).await.unwrap();
    assert!(may_work(&t, &token).await.is_ok(), "until the code is used");
    let enrolled = fleet::enrol(&t.office, &asks(&code)).await.unwrap();
    assert!(enrolled.waiting && enrolled.epoch.epoch == EpochWrap::NONE);
    assert_eq!(code_of(may_work(&t, &token).await), ProblemCode::DeviceSession);
    let again = session_of(&t, &id).await;
    assert_eq!(code_of(may_work(&t, &again).await), ProblemCode::NotApproved);
    let now = line(&t, &id).await;
    assert_eq!((now.standing(), now.enrolments), (Standing::Unapproved, 2));
    // The administrator's page was open all the while: its word was about other keys.
    assert!(approve(&t.office, "A", before).await.is_err());
    assert_eq!(code_of(may_work(&t, &again).await), ProblemCode::NotApproved);
    approve(&t.office, "A", now.fingerprint().unwrap()).await.unwrap();
    assert!(may_work(&t, &again).await.is_ok());
}

#[tokio::test]
async fn what_a_waiting_station_is_handed_when_it_joins_opens_no_record() {
    let t = office().await;
    crate::central::testing::somebody(&t).await;
    let keys = crate::sealed::StationKeys::generate(&mut crate::clock::os_random()).unwrap();
    let (_, code) = fleet::new_device(&t.office, "admin", "Meja 1", "Lobi").await.unwrap();
    let asked = Enrol { sealing_public: keys.public.to_vec().into(), ..asks(&code) };
    let enrolled = fleet::enrol(&t.office, &asked).await.unwrap();
    let wrapped =
        crate::sealed::WrappedEpoch { epoch: enrolled.epoch.epoch, sealed: enrolled.epoch.wrapped.0.clone() };
    // A station of before the approval takes it, and fetches another one with its first records.
    let key = crate::sealed::unwrap_epoch(&wrapped, keys.private()).unwrap();
    let page = crate::central::roster::page(&t.office.store, 0).await.unwrap().unwrap();
    assert!(page.epoch.unwrap() > key.epoch() && !page.records.is_empty());
    for record in &page.records {
        let renamed = crate::sealed::EpochKey::from_secret(page.epoch.unwrap(), *key.secret());
        for key in [&key, &renamed] {
            assert!(crate::sealed::open_by_epoch(record, key).is_err());
        }
    }
    let own = crate::central::keys::epoch::key(&t.office).await.unwrap();
    assert_ne!(own.secret(), key.secret());
}

#[tokio::test]
async fn keys_that_were_rejected_stay_out_and_their_place_takes_a_new_code() {
    let t = office().await;
    let id = waiting_at(&t, "Lobi").await;
    let token = session_of(&t, &id).await;
    let keys = line(&t, &id).await.fingerprint().unwrap();
    reject(&t.office, "A", keys).await.unwrap();
    assert_eq!(line(&t, &id).await.standing(), Standing::Rejected);
    assert_eq!(code_of(may_work(&t, &token).await), ProblemCode::DeviceSession);
    assert_eq!(code_of(fleet::nonce(&t.office, &id).await), ProblemCode::UnknownDevice);
    // It is not told to wipe itself: an honest one keeps what it owes.
    assert_eq!(code_of(crate::central::leaving::nonce(&t.office, &id).await), ProblemCode::UnknownDevice);
    assert!(approve(&t.office, "A", keys).await.is_err(), "a word that comes too late");
    assert!(journal(&t, &id).await.contains(&("device-reject".into(), "A".into())));

    let code = fleet::new_code(&t.office, "admin", &id).await.unwrap();
    let other = KeyPair::from_secret([10; 32]);
    let asked = Enrol { device_public: other.public().to_vec().into(), ..asks(&code) };
    fleet::enrol(&t.office, &asked).await.unwrap();
    let now = line(&t, &id).await;
    assert_eq!(now.standing(), Standing::Unapproved);
    approve(&t.office, "A", now.fingerprint().unwrap()).await.unwrap();
    assert_eq!(line(&t, &id).await.standing(), Standing::Joined);
}

#[tokio::test]
async fn stations_of_before_the_upgrade_are_approved_by_it_and_no_others() {
    let t = office().await;
    let (old, new) =
        (waiting_at(&t, "Lobi").await, fleet::new_device(&t.office, "a", "b", "c").await.unwrap().0);
    let migration = include_str!("../storage/migrations/0100_approval.sql");
    let upgrade = migration.rsplit("\n\n").next().unwrap().lines().filter(|line| !line.starts_with("--"));
    let upgrade: String = upgrade.collect::<Vec<_>>().join("\n");
    assert!(upgrade.starts_with("UPDATE devices SET approved_at"), "{upgrade}");
    sqlx::query(sqlx::AssertSqlSafe(upgrade)).execute(t.office.store.pool()).await.unwrap();
    assert_eq!(line(&t, &old).await.standing(), Standing::Joined);
    assert_eq!(line(&t, &new).await.standing(), Standing::Waiting);
}

#[tokio::test]
async fn a_station_is_named_by_its_id_or_by_its_fingerprint_as_people_type_it() {
    let t = office().await;
    let id = waiting_at(&t, "Lobi").await;
    let keys = line(&t, &id).await.fingerprint().unwrap();
    for text in [keys.to_string(), keys.plain().to_lowercase(), id.clone()] {
        assert_eq!(named(&t.office, &text).await.unwrap().unwrap().id, id, "{text}");
    }
    for text in ["", "NOWHERE", &keys.plain()[1..]] {
        assert!(named(&t.office, text).await.unwrap().is_none(), "{text}");
    }
    assert_eq!(waiting(&t.office).await.unwrap().len(), 1);
}
