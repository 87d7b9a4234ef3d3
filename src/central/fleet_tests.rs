//! How long codes, nonces and sessions live, on a clock that the test moves.

use super::*;
use crate::central::testing::{TestOffice, approved, office};
use crate::credential::{KeyPair, sign_assertion};
use crate::sealed::StationKeys;

pub fn key() -> KeyPair {
    KeyPair::from_secret([9; 32])
}

pub fn asks(code: &str) -> Enrol {
    Enrol {
        code: code.into(),
        device_public: key().public().to_vec().into(),
        sealing_public: StationKeys::generate(&mut os_random()).unwrap().public.to_vec().into(),
        version: "1.0\n".into(),
        board_serial: None,
    }
}

/// A station that has joined and is approved.
pub async fn joined(t: &TestOffice) -> String {
    joined_at(t, "Lobi").await
}

/// A station that has joined, at this place.
pub async fn joined_at(t: &TestOffice, place: &str) -> String {
    let id = waiting_at(t, place).await;
    approved(t, &id).await;
    id
}

/// A station that has joined, at this place, and waits for approval.
pub async fn waiting_at(t: &TestOffice, place: &str) -> String {
    let (_, code) = new_device(&t.office, "admin", "Meja 1", place).await.unwrap();
    enrol(&t.office, &asks(&code)).await.unwrap().device_id
}

/// The same, with the key pair that a clerk opens there.
pub async fn joined_with_keys(t: &TestOffice) -> (String, StationKeys) {
    let keys = StationKeys::generate(&mut os_random()).unwrap();
    let (_, code) = new_device(&t.office, "admin", "Meja 1", "Lobi").await.unwrap();
    let asked = Enrol { sealing_public: keys.public.to_vec().into(), ..asks(&code) };
    let id = enrol(&t.office, &asked).await.unwrap().device_id;
    approved(t, &id).await;
    (id, keys)
}

/// The bearer token of a station that has joined, is approved and has opened a session.
pub async fn in_session(t: &TestOffice) -> String {
    session_of(t, &joined(t).await).await
}

/// The bearer token of a session that this station opens, approved or not.
pub async fn session_of(t: &TestOffice, id: &str) -> String {
    open_session(&t.office, &signed_nonce(t, id).await).await.unwrap().token
}

fn code_of<T>(answer: Result<T, Refused>) -> ProblemCode {
    match answer {
        Err(Refused::Problem(problem)) => problem.code,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("this should have been refused"),
    }
}

async fn signed_nonce(t: &TestOffice, id: &str) -> OpenSession {
    let nonce = nonce(&t.office, id).await.unwrap().nonce;
    let signature = sign_assertion(&key(), id, &nonce.0).unwrap().into();
    OpenSession { device_id: id.into(), nonce, signature }
}

#[tokio::test]
async fn a_one_time_code_lives_a_day() {
    let t = office().await;
    let (id, code) = new_device(&t.office, "admin", "Meja 1", "Lobi").await.unwrap();
    t.advance(24 * 3600);
    assert_eq!(code_of(enrol(&t.office, &asks(&code)).await), ProblemCode::BadCode);
    assert_eq!(code_of(nonce(&t.office, &id).await), ProblemCode::UnknownDevice);
    let (_, code) = new_device(&t.office, "admin", "Meja 2", "Lobi").await.unwrap();
    t.advance(24 * 3600 - 1);
    // A key that is none does not spend the code.
    let bad = Enrol { sealing_public: vec![0; 31].into(), ..asks(&code) };
    assert_eq!(code_of(enrol(&t.office, &bad).await), ProblemCode::Malformed);
    assert_eq!(enrol(&t.office, &asks(&code)).await.unwrap().station_name, "Meja 2");
    assert_eq!(code_of(enrol(&t.office, &asks(&code)).await), ProblemCode::BadCode);
}

#[tokio::test]
async fn a_nonce_lives_a_minute_and_a_session_a_quarter_of_an_hour() {
    let t = office().await;
    let id = joined(&t).await;
    let late = signed_nonce(&t, &id).await;
    t.advance(60);
    assert_eq!(code_of(open_session(&t.office, &late).await), ProblemCode::DeviceSession);
    let asked = signed_nonce(&t, &id).await;
    t.advance(59);
    let session = open_session(&t.office, &asked).await.unwrap();
    let now = || t.office.clock.now();
    assert_eq!(device_of(&t.office, &session.token, now()).await.unwrap(), id);
    t.advance(15 * 60);
    assert_eq!(code_of(device_of(&t.office, &session.token, now()).await), ProblemCode::DeviceSession);
}

#[tokio::test]
async fn a_station_that_joins_again_keeps_its_id_and_loses_its_sessions() {
    let t = office().await;
    let id = joined(&t).await;
    let session = open_session(&t.office, &signed_nonce(&t, &id).await).await.unwrap();
    let code = new_code(&t.office, "admin", &id).await.unwrap();
    let now = || t.office.clock.now();
    assert_eq!(device_of(&t.office, &session.token, now()).await.unwrap(), id, "until the code is used");
    let other_key = KeyPair::from_secret([10; 32]);
    let asked = Enrol { device_public: other_key.public().to_vec().into(), ..asks(&code) };
    let enrolled = enrol(&t.office, &asked).await.unwrap();
    assert_eq!((enrolled.device_id.as_str(), enrolled.station_name.as_str()), (id.as_str(), "Meja 1"));
    assert_eq!(code_of(device_of(&t.office, &session.token, now()).await), ProblemCode::DeviceSession);
    let old = signed_nonce(&t, &id).await;
    assert_eq!(code_of(open_session(&t.office, &old).await), ProblemCode::DeviceSession, "the former key");
    assert_eq!(code_of(enrol(&t.office, &asked).await), ProblemCode::BadCode);
    revoke(&t.office, "admin", &id).await.unwrap();
    for id in [id.as_str(), "NOWHERE"] {
        assert!(matches!(new_code(&t.office, "admin", id).await, Err(CentralError::NotFound(_))));
    }
}

#[tokio::test]
async fn a_wrong_signature_stores_nothing_and_a_right_one_counts_once() {
    let t = office().await;
    let id = joined(&t).await;
    let stored = async || -> i64 {
        sqlx::query_scalar("SELECT COUNT(*) FROM nonces").fetch_one(t.office.store.pool()).await.unwrap()
    };
    let right = signed_nonce(&t, &id).await;
    let mut forged = right.clone();
    forged.signature = sign_assertion(&KeyPair::from_secret([8; 32]), &id, &right.nonce.0).unwrap().into();
    assert_eq!(code_of(open_session(&t.office, &forged).await), ProblemCode::DeviceSession);
    assert_eq!(stored().await, 0);
    open_session(&t.office, &right).await.unwrap();
    assert_eq!(code_of(open_session(&t.office, &right).await), ProblemCode::DeviceSession, "used");
    assert_eq!(stored().await, 1);
    // A nonce that is not ours, or is made to last.
    for change in [0, 20, 30] {
        let mut nonce = signed_nonce(&t, &id).await.nonce.0;
        nonce[change] ^= 1;
        let signature = sign_assertion(&key(), &id, &nonce).unwrap().into();
        let asked = OpenSession { device_id: id.clone(), nonce: nonce.into(), signature };
        assert_eq!(code_of(open_session(&t.office, &asked).await), ProblemCode::DeviceSession, "{change}");
    }
    t.advance(61);
    open_session(&t.office, &signed_nonce(&t, &id).await).await.unwrap();
    assert_eq!(stored().await, 1, "what is too old goes");
}

#[tokio::test]
async fn neither_codes_nor_tokens_lie_in_the_database() {
    let t = office().await;
    let (_, code) = new_device(&t.office, "admin", "Meja 1", "Lobi").await.unwrap();
    let id = joined(&t).await;
    let session = open_session(&t.office, &signed_nonce(&t, &id).await).await.unwrap();
    let file = t.office.config.data.join("snapshot");
    t.office.store.snapshot(&file).await.unwrap();
    let bytes = std::fs::read(file).unwrap();
    let plain = super::super::codes::normal_code(&code);
    for secret in [code.as_bytes(), plain.as_bytes(), session.token.as_bytes()] {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret));
    }
    assert!(bytes.windows(id.len()).any(|window| window == id.as_bytes()), "the search works");
}

#[tokio::test]
async fn who_asks_for_nonces_fills_no_table_and_keeps_no_station_out() {
    let t = office().await;
    let id = joined(&t).await;
    for _ in 0..2_000 {
        nonce(&t.office, &id).await.unwrap();
    }
    let stored: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM nonces").fetch_one(t.office.store.pool()).await.unwrap();
    assert_eq!(stored, 0);
    open_session(&t.office, &signed_nonce(&t, &id).await).await.unwrap();
}
