//! Grants, repeats and days, on a clock that the test moves.

use jiff::civil::date;

use super::*;
use crate::central::testing::{TestOffice, office};
use crate::central::{
    App, CentralError, Refused, accounts, fleet, password, portrait, registry, roster, status,
};
use crate::clock::os_random;
use crate::credential::{CardStatus, Code, Kid, Serial, StatusList, TrustList, Verdict, parse};
use crate::person::{Employee, Nip, Refusal, Status};
use crate::protocol::{
    Acceptance, AcceptedPhoto, Issue, Looked, OpenRecord, OutboxAnswer, OutboxAnswers, OutboxBatch,
    OutboxItem, OutboxKind, PickUp, ProblemCode, SignIn,
};
use crate::sealed::open_by_card;

mod parts;

const PASSWORD: &str = "melati di beranda";
const CODE: &str = "LMNP-QRST";

fn person() -> Employee {
    Employee {
        nip: Nip::parse("199001012023211005").unwrap(),
        name: "Bayu Pratama, S.Pd.".into(),
        status: Status::Active,
        status_since: None,
        tmt: Some(date(2023, 3, 1)),
        contract_end: Some(date(2026, 3, 5)),
        body: "Pemerintah Kabupaten Contoh".into(),
        unit: "Dinas Pendidikan".into(),
        position: "Guru".into(),
        karpeg: None,
    }
}

struct Desk {
    t: TestOffice,
    app: App,
    device: String,
}

async fn desk() -> Desk {
    let t = office().await;
    registry::put_all(&t.office, &[person()]).await.unwrap();
    accounts::give_password(&t.office, person().nip, password::hash_now(PASSWORD).unwrap()).await.unwrap();
    let device = fleet::tests::joined(&t).await;
    Desk { app: t.app(), t, device }
}

impl Desk {
    async fn grant(&self) -> String {
        let asked = SignIn { nip: person().nip, password: PASSWORD.into() };
        accounts::sign_in(&self.app, &self.device, asked).await.unwrap().grant.unwrap()
    }

    fn item(&self, id: &str, grant: &str, png: &[u8], code: &str) -> OutboxItem {
        let public = self.t.office.keys.portrait_public;
        let accepted = AcceptedPhoto { grant: grant.into(), pick_up_code: code.into(), png: png.to_vec() };
        let sealed = Acceptance::seal(&accepted, id, &public, &mut os_random()).unwrap();
        OutboxItem {
            id: id.into(),
            happened_at: self.t.office.clock.now(),
            kind: OutboxKind::Acceptance(sealed),
        }
    }

    async fn take(&self, item: OutboxItem) -> Result<OutboxAnswer, Refused> {
        take(&self.app.office, &self.app.in_flight, &self.device, item).await
    }

    async fn take_all(&self, items: Vec<serde_json::Value>) -> Result<OutboxAnswers, Refused> {
        take_all(&self.app.office, &self.app.in_flight, &self.device, OutboxBatch { items }).await
    }

    async fn issued(&self, id: &str) -> Issue {
        let item = self.item(id, &self.grant().await, &portrait::tests::drawn(300, 400), CODE);
        match self.take(item).await.unwrap() {
            OutboxAnswer::Issued(issue) => *issue,
            other => panic!("{other:?}"),
        }
    }

    async fn reason(&self, item: OutboxItem) -> String {
        match self.take(item).await.unwrap() {
            OutboxAnswer::Rejected { reason } => reason,
            other => panic!("{other:?}"),
        }
    }

    async fn entry(&self, issue: &Issue) -> CardStatus {
        let office = &self.t.office;
        let Code::Front(front) = parse(&issue.front_code) else { panic!("a front code") };
        let trust = crate::central::trust::list(office).await.unwrap();
        let trust = TrustList::verify(&trust.bytes, &office.keys.root().unwrap().public(), None).unwrap();
        let kid: &Kid = &front.kid;
        let bytes =
            status::list(office, front.issuer.as_str(), &kid.to_string()).await.unwrap().unwrap().bytes;
        let sub = parse(&issue.front_code).list().unwrap().sub(&office.config.host);
        StatusList::verify(&bytes, &trust, &sub, None).unwrap().get(front.claims.status_index).unwrap()
    }
}

#[tokio::test]
async fn a_grant_lives_two_weeks_and_what_counts_is_the_day_it_comes_in() {
    let desk = desk().await;
    let png = portrait::tests::drawn(300, 400);
    let grant = desk.grant().await;
    // Accepted while the contract ran, handed in after its end.
    desk.t.advance(4 * 24 * 3600);
    let reason = desk.reason(desk.item("ITEM-0001", &grant, &png, CODE)).await;
    assert!(reason.starts_with("not-eligible: "), "{reason}");
    // A longer contract, but the grant is too old by then.
    let longer = Employee { contract_end: Some(date(2028, 3, 5)), ..person() };
    registry::put_all(&desk.t.office, &[longer]).await.unwrap();
    let at_the_last = desk.item("ITEM-0002", &grant, &png, CODE);
    desk.t.advance(10 * 24 * 3600);
    assert!(desk.reason(at_the_last).await.starts_with("grant-expired: "));
}

#[tokio::test]
async fn a_contract_that_ends_ends_the_card_on_that_day_without_a_list() {
    let desk = desk().await;
    let issue = desk.issued("ITEM-0001").await;
    assert_eq!(desk.entry(&issue).await, CardStatus::Valid);
    let serial = crate::credential::Serial::parse(&issue.serial).unwrap();
    assert_eq!(live_status(&desk.t.office, serial).await.unwrap(), Some(CardStatus::Valid));
    desk.t.advance(4 * 24 * 3600);
    assert_eq!(desk.entry(&issue).await, CardStatus::NoLongerAsn);
    assert_eq!(live_status(&desk.t.office, serial).await.unwrap(), Some(CardStatus::NoLongerAsn));
    registry::turn_of_day(&desk.t.office).await.unwrap();
    let page = roster::page(&desk.t.office.store, 0).await.unwrap().unwrap();
    let signature = roster::front_signature(&issue.front_code).unwrap();
    let plain = open_by_card(&page.records[0], &signature).unwrap();
    let record: OpenRecord = serde_json::from_slice(&plain).unwrap();
    assert_eq!((record.status, record.status_since), (Status::ContractEnded, Some(date(2026, 3, 6))));
    assert!(record.portrait_webp.is_some());
}

#[tokio::test]
async fn a_list_is_signed_again_after_an_hour_and_its_date_never_goes_back() {
    let desk = desk().await;
    let office = &desk.t.office;
    let kid = crate::central::keys::signing::signer(office).await.unwrap().kid().to_string();
    let list = async || status::list(office, "6201", &kid).await.unwrap().unwrap();
    let first = list().await;
    desk.t.advance(3599);
    assert_eq!(list().await.etag, first.etag);
    desk.issued("ITEM-0001").await;
    assert_eq!(list().await.etag, first.etag, "a card that holds changes nothing");
    desk.t.advance(1);
    assert_ne!(list().await.etag, first.etag);
    assert!(status::list(office, "6201", "ffffffff").await.unwrap().is_none());
    assert!(status::list(office, "9999", &kid).await.unwrap().is_none());
}

#[tokio::test]
async fn a_card_that_is_being_made_is_not_ready_yet() {
    let desk = desk().await;
    let code = PickUp { code: "bcdf ghjk".into() };
    let refused = async || match pick_up(&desk.app, &desk.device, &code).await {
        Err(Refused::Problem(problem)) => (problem.code, problem.retry_after_s.is_some()),
        other => panic!("{other:?}"),
    };
    assert_eq!(refused().await, (ProblemCode::NotFound, false));
    let hash = issues::pick_up_hash(&desk.t.office, "BCDFGHJK");
    let under_way = desk.app.in_flight.note(&hash);
    assert_eq!(refused().await, (ProblemCode::NotReady, true));
    drop(under_way);
}

#[tokio::test]
async fn guessing_pick_up_codes_is_slow_and_holds_nobody_up_for_long() {
    let desk = desk().await;
    desk.issued("ITEM-0001").await;
    let typed = async |code: &str| match pick_up(&desk.app, &desk.device, &PickUp { code: code.into() }).await
    {
        Ok(_) => Ok(()),
        Err(Refused::Problem(problem)) => Err((problem.code, problem.retry_after_s)),
        Err(error) => panic!("{error}"),
    };
    // For an hour, as often as the station lets them.
    let mut tried = 0;
    for _ in 0..3_600 {
        tried += usize::from(typed("BCDFGHJK").await == Err((ProblemCode::NotFound, None)));
        desk.t.advance(1);
    }
    assert!((600..800).contains(&tried), "{tried}");
    // As bad as it gets: whoever guesses has just had their try.
    let waits = loop {
        if let Err((ProblemCode::SlowDown, Some(seconds))) = typed("BCDFGHJK").await {
            break seconds;
        }
    };
    desk.t.advance(waits);
    assert_eq!(typed("LMNPQRST").await, Ok(()));
}

#[tokio::test]
async fn a_card_that_its_holder_has_no_more_is_not_picked_up() {
    let desk = desk().await;
    let accepted = async |id: &str, code: &str| {
        let item = desk.item(id, &desk.grant().await, &portrait::tests::drawn(300, 400), code);
        desk.take(item).await.unwrap();
    };
    let picked_up = async |code: &str| {
        desk.t.advance(3600);
        match pick_up(&desk.app, &desk.device, &PickUp { code: code.into() }).await {
            Ok(issue) => Ok(issue.name),
            Err(Refused::Problem(problem)) => Err(problem.code),
            Err(error) => panic!("{error}"),
        }
    };
    accepted("ITEM-0001", "BCDFGHJK").await;
    assert_eq!(picked_up("BCDFGHJK").await, Ok(person().name));
    // A newer photo: the older card is not printed any more.
    accepted("ITEM-0002", "LMNPQRST").await;
    assert_eq!(picked_up("BCDFGHJK").await, Err(ProblemCode::NotFound));
    assert_eq!(picked_up("LMNPQRST").await, Ok(person().name));
    // Somebody left since: the same answer as for a code that nobody has.
    let left = Employee { status: Status::Retired, status_since: Some(date(2026, 3, 1)), ..person() };
    registry::put_all(&desk.t.office, &[left]).await.unwrap();
    assert_eq!(picked_up("LMNPQRST").await, Err(ProblemCode::NotFound));
}

#[tokio::test]
async fn indexes_are_drawn_without_a_repeat_and_the_list_grows_in_time() {
    let desk = desk().await;
    sqlx::query("UPDATE issuer_keys SET list_length = 4").execute(desk.t.office.store.pool()).await.unwrap();
    let mut seen = std::collections::HashSet::new();
    for n in 0..6 {
        let issue = desk.issued(&format!("ITEM-000{n}")).await;
        let Code::Front(front) = parse(&issue.front_code) else { panic!("a front code") };
        assert!(seen.insert(front.claims.status_index));
        assert_eq!(issue.face_serial, format!("B2026000000{}", n + 1));
    }
    let length: i64 = sqlx::query_scalar("SELECT list_length FROM issuer_keys")
        .fetch_one(desk.t.office.store.pool())
        .await
        .unwrap();
    assert_eq!(length, 16);
    let live: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM issues WHERE state = 'live'")
        .fetch_one(desk.t.office.store.pool())
        .await
        .unwrap();
    assert_eq!(live, 1);
}

#[tokio::test]
async fn a_full_disk_loses_nothing_and_spends_nothing() {
    let desk = desk().await;
    let grant = desk.grant().await;
    let item = desk.item("ITEM-0001", &grant, &portrait::tests::drawn(300, 400), CODE);
    // A folder that is gone fails as a full disk does: the photo cannot be kept.
    let photos = desk.t.office.config.data.join("photos");
    std::fs::rename(&photos, photos.with_extension("away")).unwrap();
    assert!(matches!(desk.take(item.clone()).await, Err(Refused::Server(_))));
    std::fs::rename(photos.with_extension("away"), &photos).unwrap();
    assert!(matches!(desk.take(item).await, Ok(OutboxAnswer::Issued(_))));
}

#[tokio::test]
async fn a_pick_up_code_opens_its_card_and_is_nowhere_kept_as_it_is() {
    let desk = desk().await;
    let issue = desk.issued("ITEM-0001").await;
    let typed = PickUp { code: "lmnp qrst".into() };
    assert_eq!(pick_up(&desk.app, &desk.device, &typed).await.unwrap(), issue);
    let kept: Vec<u8> = sqlx::query_scalar("SELECT pick_up_hash FROM issues")
        .fetch_one(desk.t.office.store.pool())
        .await
        .unwrap();
    let plain = |code: &str| <sha2::Sha256 as sha2::Digest>::digest(code).to_vec();
    assert!(kept != plain(CODE) && kept != plain("LMNPQRST"), "a hash without a key is as good as the code");
    // A code that anybody could guess gets no card, and the grant is not spent on it.
    let (grant, png) = (desk.grant().await, portrait::tests::drawn(300, 400));
    let short = desk.item("ITEM-0002", &grant, &png, "B--C");
    assert!(desk.reason(short).await.starts_with("pick-up-code: "));
    let good = desk.item("ITEM-0003", &grant, &png, "BCDF-GHJK");
    assert!(matches!(desk.take(good).await, Ok(OutboxAnswer::Issued(_))));
}

#[tokio::test]
async fn who_looked_is_noted_once_also_for_a_card_of_another_office() {
    let desk = desk().await;
    let issue = desk.issued("ITEM-0001").await;
    let ours = Serial::parse(&issue.serial).unwrap();
    let theirs = Serial::from_bytes([9; 10]);
    let happened_at = desk.t.office.clock.now();
    let item = |id: &str, serial, verdict| OutboxItem {
        id: id.into(),
        happened_at,
        kind: OutboxKind::Looked(Looked { serial, verdict }),
    };
    desk.t.advance(3600);
    for item in [
        item("LOOK-0001", ours, Verdict::Valid),
        item("LOOK-0001", ours, Verdict::Valid),
        item("LOOK-0002", theirs, Verdict::Confirm),
    ] {
        assert!(matches!(desk.take(item).await, Ok(OutboxAnswer::Noted)));
    }
    let noted: Vec<(i64, String, String, String)> = sqlx::query_as(
        "SELECT at, actor, action, subject FROM audit WHERE action LIKE 'look:%' ORDER BY action DESC",
    )
    .fetch_all(desk.t.office.store.pool())
    .await
    .unwrap();
    let row = |action: &str, serial: Serial| {
        (happened_at.as_second(), desk.device.clone(), action.to_owned(), serial.to_string())
    };
    assert_eq!(noted, [row("look: valid", ours), row("look: confirm", theirs)]);
}

#[tokio::test]
async fn a_suspended_card_is_amber_until_it_is_good_again_and_a_revoked_one_stays_so() {
    let desk = desk().await;
    let issue = desk.issued("ITEM-0001").await;
    let office = &desk.t.office;
    let decide =
        async |decision, reason: &str| decide(office, "admin", &issue.serial, decision, reason).await;
    let Code::Front(front) = parse(&issue.front_code) else { panic!("a front code") };
    let opens = async || {
        let page = roster::page(&office.store, 0).await.unwrap().unwrap();
        open_by_card(page.records.last().unwrap(), front.signature()).is_ok()
    };
    assert!(opens().await);
    for odd in ["", "  ", "a\nb", &"x".repeat(201)] {
        assert!(matches!(decide(Decision::Revoke, odd).await, Err(CentralError::Argument(_))), "{odd:?}");
    }
    assert!(matches!(decide(Decision::Resume, "x").await, Err(CentralError::NotFound(_))));
    decide(Decision::Suspend, "Kartu hilang").await.unwrap();
    assert_eq!(desk.entry(&issue).await, CardStatus::Suspended);
    assert!(!opens().await, "it may be in other hands");
    assert!(newest_of(&office.store, person().nip).await.unwrap().is_none());
    decide(Decision::Resume, "Ditemukan").await.unwrap();
    assert_eq!(desk.entry(&issue).await, CardStatus::Valid);
    assert!(opens().await);
    desk.t.advance(60);
    let newer = desk.issued("ITEM-0002").await;
    assert_eq!(desk.entry(&issue).await, CardStatus::Replaced, "the newer one is the card");
    decide(Decision::Revoke, "Data keliru").await.unwrap();
    assert_eq!(desk.entry(&issue).await, CardStatus::Revoked);
    assert_eq!(desk.entry(&newer).await, CardStatus::Valid);
    for later in [Decision::Revoke, Decision::Suspend, Decision::Resume] {
        assert!(matches!(decide(later, "x").await, Err(CentralError::NotFound(_))), "{later:?}");
    }
    let cards = issues_of(office, person().nip).await.unwrap();
    assert_eq!((cards[0].state.as_str(), cards[1].state.as_str()), ("live", "revoked"));
    assert_eq!(cards[1].reason.as_deref(), Some("Data keliru"));
}

/// Suspension is of the person's right to a card: no way of getting one lifts it.
#[tokio::test]
async fn whoever_is_suspended_gets_no_card_by_any_way_until_the_office_lifts_it() {
    let desk = desk().await;
    let office = &desk.t.office;
    let issue = desk.issued("ITEM-0001").await;
    // Accepted at a station before, handed in after.
    let png = portrait::tests::drawn(300, 400);
    let early = desk.item("ITEM-0002", &desk.grant().await, &png, "BCDF-GHJK");
    decide(office, "admin", &issue.serial, Decision::Suspend, "Diperiksa").await.unwrap();
    let reason = desk.reason(early).await;
    assert!(reason.starts_with("not-eligible: ") && reason.contains("ditangguhkan"), "{reason}");
    // At a station: no grant, and the reason.
    let asked = SignIn { nip: person().nip, password: PASSWORD.into() };
    let told = accounts::sign_in(&desk.app, &desk.device, asked).await.unwrap();
    assert_eq!((told.grant, told.refusal, told.issue), (None, Some(Refusal::Suspended), None));
    // On a phone: before the photo is sent, and with it.
    assert_eq!(may_accept(office, &person()).await.unwrap(), Some(NoCard::Rule(Refusal::Suspended)));
    let by_phone = accept_by_phone(office, person().nip, png.clone()).await.unwrap();
    assert_eq!(by_phone, Err(NoCard::Rule(Refusal::Suspended)));
    // A pick-up code of before leads to nothing.
    desk.t.advance(3600);
    assert!(pick_up(&desk.app, &desk.device, &PickUp { code: CODE.into() }).await.is_err());
    // A list, another system, a new status and back: nothing of it is the office's decision.
    for person in [
        Employee { unit: "Dinas Lain".into(), ..person() },
        Employee { status: Status::Retired, ..person() },
        person(),
    ] {
        registry::put_all(office, &[person]).await.unwrap();
    }
    let list = format!("nip,nama,status,instansi\n{},Bayu Pratama,aktif,X\n", person().nip);
    let input = std::io::BufReader::new(std::io::Cursor::new(list.into_bytes()));
    let plan = registry::Plan { actor: "admin".into(), ..registry::Plan::default() };
    assert_eq!(registry::import(office, input, plan, |_, _| {}).await.unwrap().changed, 1);
    assert_eq!(desk.entry(&issue).await, CardStatus::Suspended);
    let by_phone = accept_by_phone(office, person().nip, png.clone()).await.unwrap();
    assert_eq!(by_phone, Err(NoCard::Rule(Refusal::Suspended)));
    let cards = issues_of(office, person().nip).await.unwrap();
    assert_eq!((cards.len(), cards[0].state.as_str()), (1, "suspended"));
    // Even a way that forgets to ask makes none.
    let portrait = making::prepare(office, png.clone()).await.unwrap().unwrap();
    let photo_hash = making::keep_photo(office, &portrait).await.unwrap();
    let made = making::Making { actor: "x", item_id: "ITEM-0009", code_hash: &[1], photo_hash: &photo_hash };
    let mut tx = office.store.write().await.unwrap();
    assert!(making::make(office, &mut tx, &made, &person(), portrait).await.is_err());
    tx.rollback().await.unwrap();
    // The office lifts it.
    decide(office, "admin", &issue.serial, Decision::Resume, "Selesai").await.unwrap();
    assert_eq!(desk.entry(&issue).await, CardStatus::Valid);
    assert!(accept_by_phone(office, person().nip, png).await.unwrap().is_ok());
    assert_eq!(desk.entry(&issue).await, CardStatus::Replaced);
}

#[tokio::test]
async fn a_batch_is_answered_in_its_order_and_a_repeat_of_it_does_nothing_again() {
    let desk = desk().await;
    let (grant, png) = (desk.grant().await, portrait::tests::drawn(300, 400));
    let look = |id: &str| {
        let kind =
            OutboxKind::Looked(Looked { serial: Serial::from_bytes([9; 10]), verdict: Verdict::Valid });
        OutboxItem { id: id.into(), happened_at: desk.t.office.clock.now(), kind }
    };
    let json = |item: &OutboxItem| serde_json::to_value(item).unwrap();
    let card = desk.item("ITEM-0002", &grant, &png, CODE);
    let spent = desk.item("ITEM-0003", &grant, &png, CODE);
    let batch = vec![json(&look("ITEM-0001")), json(&card), json(&spent), json(&look("ITEM-0004"))];
    let words = |told: &OutboxAnswers| {
        let word = |answer: &OutboxAnswer| match answer {
            OutboxAnswer::Issued(issue) => issue.serial.clone(),
            OutboxAnswer::Noted => "noted".to_owned(),
            OutboxAnswer::Rejected { reason } => reason.clone(),
        };
        told.answers.iter().map(word).collect::<Vec<_>>()
    };
    let first = desk.take_all(batch.clone()).await.unwrap();
    assert!(first.problem.is_none());
    let told = words(&first);
    assert!(told[0] == "noted" && told[2].starts_with("grant-used: ") && told[3] == "noted", "{told:?}");
    assert_eq!(words(&desk.take_all(batch).await.unwrap()), told, "the same answers, card and all");
    let cards = issues_of(&desk.t.office, person().nip).await.unwrap();
    assert_eq!((cards.len(), &cards[0].serial), (1, &told[1]));

    // What cannot be read ends it there; what came before is answered, what comes after is not looked at.
    let odd =
        serde_json::json!({ "id": "ITEM-0006", "happened_at": "2026-01-01T00:00:00Z", "kind": "dance" });
    let cut = desk.take_all(vec![json(&look("ITEM-0005")), odd, json(&look("ITEM-0007"))]).await.unwrap();
    assert_eq!(words(&cut), ["noted"]);
    assert_eq!(cut.problem.unwrap().code, ProblemCode::Malformed);
    let ids: Vec<String> = sqlx::query_scalar("SELECT id FROM outbox_items ORDER BY id")
        .fetch_all(desk.t.office.store.pool())
        .await
        .unwrap();
    assert_eq!(ids, ["ITEM-0001", "ITEM-0002", "ITEM-0003", "ITEM-0004", "ITEM-0005"]);
    let many = (0..51).map(|n| json(&look(&format!("MANY-{n:04}")))).collect();
    assert!(
        matches!(desk.take_all(many).await, Err(Refused::Problem(p)) if p.code == ProblemCode::Malformed)
    );
}
