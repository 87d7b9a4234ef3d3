//! `Gunakan Foto Ini` on a person's own phone: the same card as a station's acceptance makes, without
//! an outbox and a pick-up code.

use crate::central::codes::random_id;
use crate::central::storage::Tx;
use crate::central::{CentralError, Office, registry, welcome};
use crate::clock::random_bytes;
use crate::person::{Employee, Nip, Refusal, eligibility};

use super::decisions::{entitled, is_suspended};
use super::making::{Making, keep_photo, make, prepare, undrawable};

/// Cards that one person may make in a day, wherever: each takes a number that is never given again.
pub const MOST_A_DAY: i64 = 5;
const DAY_S: i64 = 24 * 3600;

/// Why no card is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoCard {
    /// The rules give this person none today.
    Rule(Refusal),
    /// [`MOST_A_DAY`] were made since yesterday.
    Enough,
    /// The picture is none that a card can carry.
    Picture,
    /// The name, the body or the unit holds a letter that no card can draw.
    Letter(char),
}

/// Whether this person could accept a photo now: asked before they take the trouble of one.
pub async fn may_accept(office: &Office, person: &Employee) -> Result<Option<NoCard>, CentralError> {
    if let Err(refusal) = eligibility(person, office.today()) {
        return Ok(Some(NoCard::Rule(refusal)));
    }
    if is_suspended(&office.store, person.nip).await? {
        return Ok(Some(NoCard::Rule(Refusal::Suspended)));
    }
    if let Some(letter) = undrawable(person) {
        return Ok(Some(NoCard::Letter(letter)));
    }
    let made: i64 = sqlx::query_scalar(RECENT)
        .bind(person.nip.as_u64() as i64)
        .bind(office.clock.now().as_second() - DAY_S)
        .fetch_one(office.store.pool())
        .await?;
    Ok((made >= MOST_A_DAY).then_some(NoCard::Enough))
}

const RECENT: &str = "SELECT COUNT(*) FROM issues WHERE nip = $1 AND issued_at > $2";

/// Makes the card; its serial.
pub async fn accept_by_phone(
    office: &Office,
    nip: Nip,
    png: Vec<u8>,
) -> Result<Result<String, NoCard>, CentralError> {
    // Asked before the photo is written down: what is refused leaves nothing behind.
    let person = registry::find(&office.store, nip).await?.ok_or(NOBODY)?;
    if let Some(no) = may_accept(office, &person).await? {
        return Ok(Err(no));
    }
    let Ok(portrait) = prepare(office, png).await? else { return Ok(Err(NoCard::Picture)) };
    let photo_hash = keep_photo(office, &portrait).await?;
    let mut tx = office.store.write().await?;
    // And again, for what has changed meanwhile.
    let person = match holder(office, &mut tx, nip).await? {
        Ok(person) => person,
        Err(no) => return Ok(Err(no)),
    };
    let record = welcome::record_of(&mut tx, nip).await?;
    let item_id = format!("phone-{}", random_id());
    // Nobody waits for this card with a code: its place is taken by what no code leads to.
    let nobodys = random_bytes::<32>();
    let making = Making { actor: &record, item_id: &item_id, code_hash: &nobodys, photo_hash: &photo_hash };
    let serial = make(office, &mut tx, &making, &person, portrait).await?;
    tx.commit().await?;
    Ok(Ok(serial))
}

const NOBODY: CentralError = CentralError::Stored("the person of a session");

async fn holder(office: &Office, tx: &mut Tx, nip: Nip) -> Result<Result<Employee, NoCard>, CentralError> {
    let person = registry::in_tx(tx, nip).await?.ok_or(NOBODY)?;
    if let Err(refusal) = entitled(office, tx, &person).await? {
        return Ok(Err(NoCard::Rule(refusal)));
    }
    if let Some(letter) = undrawable(&person) {
        return Ok(Err(NoCard::Letter(letter)));
    }
    let made: i64 = sqlx::query_scalar(RECENT)
        .bind(nip.as_u64() as i64)
        .bind(office.clock.now().as_second() - DAY_S)
        .fetch_one(&mut **tx)
        .await?;
    Ok(if made >= MOST_A_DAY { Err(NoCard::Enough) } else { Ok(person) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::central::issuing::{issues_of, live_status, newest_of, pick_up};
    use crate::central::portrait::tests::drawn;
    use crate::central::storage::{AuditSearch, audit_lines};
    use crate::central::testing::{TestOffice, office, somebody};
    use crate::central::{fleet, issuing};
    use crate::credential::CardStatus;
    use crate::person::sample;
    use crate::protocol::PickUp;

    async fn accept(t: &TestOffice, nip: Nip) -> Result<String, NoCard> {
        accept_by_phone(&t.office, nip, drawn(300, 400)).await.unwrap()
    }

    fn photos(t: &TestOffice) -> usize {
        std::fs::read_dir(t.office.config.data.join("photos")).unwrap().count()
    }

    #[tokio::test]
    async fn a_card_by_phone_is_a_card_and_the_one_before_is_replaced() {
        let t = office().await;
        let (nip, app, device) = (somebody(&t).await, t.app(), fleet::tests::joined(&t).await);
        let (first, second) = (accept(&t, nip).await.unwrap(), accept(&t, nip).await.unwrap());
        let lines = issues_of(&t.office, nip).await.unwrap();
        let held: Vec<_> = lines.iter().map(|line| (line.serial.as_str(), line.state.as_str())).collect();
        assert_eq!(held, [(second.as_str(), "live"), (first.as_str(), "replaced")]);
        let issue = newest_of(&t.office.store, nip).await.unwrap().unwrap();
        assert!(issue.serial == second && issue.front_code.contains(&second));
        let status = async |serial: &str| live_status(&t.office, serial.parse().unwrap()).await.unwrap();
        assert_eq!(status(&first).await, Some(CardStatus::Replaced));
        assert_eq!(status(&second).await, Some(CardStatus::Valid));
        // The journal says who it was, without a name.
        let asked = AuditSearch { action: "issue", subject: "", before: None };
        let (lines, _) = audit_lines(&t.office.store, &asked).await.unwrap();
        let mut tx = t.office.store.write().await.unwrap();
        let record = welcome::record_of(&mut tx, nip).await.unwrap();
        tx.rollback().await.unwrap();
        assert!(lines.len() == 2 && lines.iter().all(|line| line.actor == record));
        // No pick-up code leads to it.
        for code in ["", "BCDF-GHJK"] {
            assert!(pick_up(&app, &device, &PickUp { code: code.into() }).await.is_err());
        }
    }

    #[tokio::test]
    async fn nobody_is_issued_a_card_that_nobody_can_draw() {
        let t = office().await;
        let nip = somebody(&t).await;
        let mut person = registry::find(&t.office.store, nip).await.unwrap().unwrap();
        for (name, letter) in [("Вира Contoh", 'В'), ("Nur\u{fffd}aini", '\u{fffd}')] {
            // As a list of before has left it.
            name.clone_into(&mut person.name);
            registry::put_all(&t.office, std::slice::from_ref(&person)).await.unwrap();
            let before = photos(&t);
            assert_eq!(accept(&t, nip).await, Err(NoCard::Letter(letter)));
            assert_eq!(photos(&t), before);
        }
        "Wira Contoh".clone_into(&mut person.name);
        registry::put_all(&t.office, &[person]).await.unwrap();
        accept(&t, nip).await.unwrap();
    }

    #[tokio::test]
    async fn enough_is_enough_for_a_day_and_a_candidate_gets_none() {
        let t = office().await;
        let nip = somebody(&t).await;
        for _ in 0..MOST_A_DAY {
            accept(&t, nip).await.unwrap();
        }
        assert_eq!(accept(&t, nip).await, Err(NoCard::Enough));
        t.advance(DAY_S as u64);
        accept(&t, nip).await.unwrap();
        let candidate = &sample::people(1, 10, t.office.today())[sample::CANDIDATE];
        registry::put_all(&t.office, std::slice::from_ref(candidate)).await.unwrap();
        let before = photos(&t);
        assert_eq!(accept(&t, candidate.nip).await, Err(NoCard::Rule(Refusal::Candidate)));
        let none = issuing::accept_by_phone(&t.office, nip, b"no picture".to_vec()).await.unwrap();
        assert_eq!((none, photos(&t)), (Err(NoCard::Picture), before), "nothing of it on the disk");
    }
}
