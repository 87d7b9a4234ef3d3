//! What the server takes from a station that was revoked, and what staff make of it.

use super::quarantine::Decided;
use super::*;
use crate::central::issuing::InFlight;
use crate::central::testing::{TestOffice, office, somebody};
use crate::central::{accounts, fleet, issuing, password, portrait};
use crate::clock::os_random;
use crate::credential::{KeyPair, Serial, Verdict, sign_assertion, sign_wiped};
use crate::protocol::{Acceptance, AcceptedPhoto, Blob, Looked, OutboxItem, OutboxKind, SignIn};

const PASSWORD: &str = "melati di beranda";

/// The key that `fleet::tests::joined` joins with.
fn key() -> KeyPair {
    KeyPair::from_secret([9; 32])
}

struct Gone {
    t: TestOffice,
    device: String,
}

/// A station that joined and was revoked.
async fn gone() -> Gone {
    let t = office().await;
    let device = fleet::tests::joined(&t).await;
    fleet::revoke(&t.office, "admin", &device).await.unwrap();
    Gone { t, device }
}

fn look(id: &str) -> LeftItem {
    let serial: Serial = "AAAAAAAAAAAAAAAA".parse().unwrap();
    let kind = OutboxKind::Looked(Looked { serial, verdict: Verdict::Valid });
    left(&OutboxItem { id: id.into(), happened_at: jiff::Timestamp::UNIX_EPOCH, kind }, "looked")
}

fn left(item: &OutboxItem, kind: &str) -> LeftItem {
    LeftItem {
        id: item.id.clone(),
        kind: kind.into(),
        happened_at: item.happened_at,
        body: serde_json::to_string(item).unwrap(),
        reason: None,
    }
}

impl Gone {
    async fn proof(&self) -> OpenSession {
        let nonce = nonce(&self.t.office, &self.device).await.unwrap().nonce;
        let signature = sign_assertion(&key(), &self.device, &nonce.0).unwrap().into();
        OpenSession { device_id: self.device.clone(), nonce, signature }
    }

    async fn hand_over(&self, items: Vec<LeftItem>, bounds: Bounds) -> Result<HandedOver, Refused> {
        take(&self.t.office, &HandOver { proof: self.proof().await, items }, bounds).await
    }

    async fn ask(&self, items: &[&str], bounds: Bounds) -> Result<Ordered, Refused> {
        let items = items.iter().map(|&id| id.to_owned()).collect();
        let asked = AskWipe { proof: self.proof().await, challenge: Blob(vec![5; 32]), items };
        order(&self.t.office, &asked, bounds).await
    }

    async fn waiting(&self) -> Vec<String> {
        let held = held(&self.t.office, Some(&self.device), false).await.unwrap();
        held.into_iter().map(|item| item.id).collect()
    }
}

fn code<T>(answer: Result<T, Refused>) -> ProblemCode {
    match answer {
        Err(Refused::Problem(problem)) => problem.code,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("this should have been refused"),
    }
}

#[tokio::test]
async fn only_a_revoked_station_is_heard_and_only_by_its_own_signature() {
    let t = office().await;
    let device = fleet::tests::joined(&t).await;
    assert_eq!(code(nonce(&t.office, &device).await), ProblemCode::NotFound, "it goes on as before");
    assert_eq!(code(nonce(&t.office, "NOWHERE").await), ProblemCode::UnknownDevice);
    let (waits, _) = fleet::new_device(&t.office, "admin", "Meja 2", "Lobi").await.unwrap();
    fleet::revoke(&t.office, "admin", &waits).await.unwrap();
    assert_eq!(code(nonce(&t.office, &waits).await), ProblemCode::UnknownDevice, "it never joined");
    fleet::revoke(&t.office, "admin", &device).await.unwrap();
    let gone = Gone { t, device };
    // A nonce serves once, and a wrong signature opens nothing.
    let proof = gone.proof().await;
    let hand_over = HandOver { proof: proof.clone(), items: vec![look("item-001")] };
    take(&gone.t.office, &hand_over, BOUNDS).await.unwrap();
    assert_eq!(code(take(&gone.t.office, &hand_over, BOUNDS).await), ProblemCode::DeviceSession);
    let mut forged = gone.proof().await;
    forged.signature =
        sign_assertion(&KeyPair::from_secret([8; 32]), &gone.device, &forged.nonce.0).unwrap().into();
    let hand_over = HandOver { proof: forged, items: vec![look("item-002")] };
    assert_eq!(code(take(&gone.t.office, &hand_over, BOUNDS).await), ProblemCode::DeviceSession);
    // What it may sign for here opens no session.
    assert_eq!(
        code(fleet::open_session(&gone.t.office, &gone.proof().await).await),
        ProblemCode::UnknownDevice
    );
    assert_eq!(gone.waiting().await, ["item-001"]);
}

#[tokio::test]
async fn items_are_kept_in_their_order_once_and_the_order_to_wipe_is_for_them() {
    let gone = gone().await;
    let parked = LeftItem { reason: Some("no such grant".into()), ..look("item-002") };
    let first = gone.hand_over(vec![look("item-001"), parked], BOUNDS).await.unwrap();
    assert_eq!(first.kept, ["item-001", "item-002"]);
    let again = gone.hand_over(vec![look("item-002"), look("item-003")], BOUNDS).await.unwrap();
    assert_eq!(again.kept, ["item-002", "item-003"], "a repeat is kept, and kept once");
    assert_eq!(gone.waiting().await, ["item-001", "item-002", "item-003"]);
    let devices = fleet::devices(&gone.t.office).await.unwrap();
    assert_eq!((devices[0].quarantined, devices[0].wiped_at), (3, None));

    // Something that it names is not here: it must not go yet.
    assert_eq!(code(gone.ask(&["item-001", "item-004"], BOUNDS).await), ProblemCode::NotReady);
    let named = ["item-003", "item-001", "item-002"];
    let order = gone.ask(&named, BOUNDS).await.unwrap().order;
    let (public, named) = (gone.t.office.keys.time.public(), named.map(str::to_owned));
    WipeOrder::verify(&order.0, &public, &gone.device, &[5; 32], &named).unwrap();

    // It says that it is done: once is enough, and nobody else can.
    let told = |secret: [u8; 32]| Wiped {
        device_id: gone.device.clone(),
        challenge: Blob(vec![5; 32]),
        statement: sign_wiped(&KeyPair::from_secret(secret), &gone.device, &[5; 32]).unwrap().into(),
    };
    assert_eq!(code(wiped(&gone.t.office, &told([8; 32])).await), ProblemCode::DeviceSession);
    wiped(&gone.t.office, &told([9; 32])).await.unwrap();
    gone.t.advance(60);
    wiped(&gone.t.office, &told([9; 32])).await.unwrap();
    let devices = fleet::devices(&gone.t.office).await.unwrap();
    assert_eq!(devices[0].wiped_at, Some(gone.t.office.clock.now().as_second() - 60));
}

#[tokio::test]
async fn what_the_server_had_answered_before_is_not_kept_twice() {
    let t = office().await;
    let device = fleet::tests::joined(&t).await;
    let item: OutboxItem = serde_json::from_str(&look("item-001").body).unwrap();
    issuing::take(&t.office, &InFlight::default(), &device, item).await.unwrap();
    fleet::revoke(&t.office, "admin", &device).await.unwrap();
    let gone = Gone { t, device };
    let kept = gone.hand_over(vec![look("item-001")], BOUNDS).await.unwrap().kept;
    assert_eq!(kept, ["item-001"]);
    assert!(gone.waiting().await.is_empty(), "the answer was lost, not the item");
    gone.ask(&["item-001"], BOUNDS).await.unwrap();
}

#[tokio::test]
async fn a_thief_fills_no_disk_and_a_station_is_not_kept_waiting_for_it() {
    let gone = gone().await;
    let few = Bounds { items: 2, bytes: 1 << 20 };
    let kept = gone.hand_over(vec![look("item-001"), look("item-002"), look("item-003")], few).await.unwrap();
    assert_eq!(kept.kept, ["item-001", "item-002"], "the third is not named, so it is not held");
    gone.ask(&["item-001", "item-002", "item-003"], few).await.unwrap();
    let small = Bounds { items: 100, bytes: 200 };
    let large = LeftItem { body: "x".repeat(400), ..look("item-004") };
    assert!(gone.hand_over(vec![large], small).await.unwrap().kept.is_empty());
    let many: Vec<LeftItem> = (0..51).map(|n| look(&format!("item-{n:03}"))).collect();
    assert_eq!(code(gone.hand_over(many, BOUNDS).await), ProblemCode::Malformed);
    for bad in [
        LeftItem { id: "../../etc".into(), ..look("item-005") },
        LeftItem { kind: String::new(), ..look("item-005") },
        LeftItem { body: "a\0b".into(), ..look("item-005") },
    ] {
        assert_eq!(code(gone.hand_over(vec![bad], BOUNDS).await), ProblemCode::Malformed);
    }
}

#[tokio::test]
async fn staff_release_or_discard_and_the_content_goes_with_the_decision() {
    let t = office().await;
    let nip = somebody(&t).await;
    accounts::give_password(&t.office, nip, password::hash_now(PASSWORD).unwrap()).await.unwrap();
    let device = fleet::tests::joined(&t).await;
    let app = t.app();
    let grant = accounts::sign_in(&app, &device, SignIn { nip, password: PASSWORD.into() }).await.unwrap();
    let accepted = AcceptedPhoto {
        grant: grant.grant.unwrap(),
        pick_up_code: "LMNP-QRST".into(),
        png: portrait::tests::drawn(300, 400),
    };
    let public = t.office.keys.portrait_public;
    let sealed = Acceptance::seal(&accepted, "item-card", &public, &mut os_random()).unwrap();
    let kind = OutboxKind::Acceptance(sealed);
    let card = OutboxItem { id: "item-card".into(), happened_at: t.office.clock.now(), kind };
    fleet::revoke(&t.office, "admin", &device).await.unwrap();
    let gone = Gone { t, device };
    let odd = LeftItem { body: "{\"from\":\"another version\"}".into(), ..look("item-odd") };
    let items = vec![look("item-001"), left(&card, "acceptance"), odd, look("item-004"), look("item-005")];
    gone.hand_over(items, BOUNDS).await.unwrap();
    let office = &gone.t.office;
    assert!(issuing::newest_of(&office.store, nip).await.unwrap().is_none(), "nothing is acted on before");

    assert_eq!(discard(office, "admin", &gone.device, Some("item-005")).await.unwrap(), 1);
    assert!(matches!(
        discard(office, "admin", &gone.device, Some("item-005")).await,
        Err(CentralError::NotFound(_))
    ));
    assert!(matches!(release(office, "admin", "NOWHERE", None).await, Err(CentralError::NotFound(_))));
    let done = release(office, "admin", &gone.device, None).await.unwrap();
    assert_eq!(done, Decided { issued: 1, noted: 2, rejected: 1 });
    assert!(issuing::newest_of(&office.store, nip).await.unwrap().is_some(), "the card is made after all");
    assert!(gone.waiting().await.is_empty());
    let all = held(office, None, true).await.unwrap();
    let told: Vec<_> = all
        .iter()
        .map(|item| (item.id.as_str(), item.decision.as_deref().unwrap(), item.outcome.as_deref()))
        .collect();
    assert_eq!(told[0], ("item-001", "released", Some("noted")));
    assert!(told[1].2.unwrap().starts_with("issued "), "{told:?}");
    assert!(told[2].2.unwrap().starts_with("rejected: "), "{told:?}");
    assert_eq!(told[4], ("item-005", "discarded", None));
    let bodies: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM quarantine WHERE body IS NOT NULL")
        .fetch_one(office.store.pool())
        .await
        .unwrap();
    assert_eq!(bodies, 0);
}

#[tokio::test]
async fn what_nobody_decides_about_goes_after_its_days() {
    let gone = gone().await;
    gone.hand_over(vec![look("item-001")], BOUNDS).await.unwrap();
    gone.t.advance(89 * 86_400);
    crate::central::retention::run(&gone.t.office, false).await.unwrap();
    assert_eq!(gone.waiting().await.len(), 1);
    gone.t.advance(2 * 86_400);
    crate::central::retention::run(&gone.t.office, false).await.unwrap();
    assert!(gone.waiting().await.is_empty());
}
