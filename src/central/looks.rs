//! Who looked at a person's card, for that person: what stations wrote into their chains, and what
//! the server noted itself.

use jiff::Timestamp;

use super::staff::{Role, Session};
use super::storage::audit;
use super::{CentralError, Office};
use crate::person::Nip;

/// As many as a person reads.
const MOST: i64 = 50;
/// The same clerk who comes back to the same person within this time has not looked a second time.
const ONE_LOOK_S: i64 = 15 * 60;

/// What was seen, or done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// The card was held to a station's camera.
    Checked,
    /// Somebody at a desk typed the number.
    LookedUp,
    /// A clerk took the card, with a KTP beside it.
    Accepted,
    NotAccepted,
    /// Staff saw the card's picture in the list of prints.
    PrintSeen,
    /// Somebody scanned the code with a phone and saw the holder's data.
    Scanned,
    /// Staff opened the person's page at the office: data and photos.
    PageSeen,
    /// Staff looked at the photo alone.
    PhotoSeen,
}

impl Sight {
    fn of(action: &str) -> Option<Sight> {
        Some(match action {
            "look-valid"
            | "look-confirm"
            | "look-no-longer-valid"
            | "look-not-genuine"
            | "look: valid"
            | "look: confirm"
            | "look: no-longer-valid"
            | "look: not-genuine" => Sight::Checked,
            "look-up" => Sight::LookedUp,
            "accepted" => Sight::Accepted,
            "not-accepted" => Sight::NotAccepted,
            "print-seen" => Sight::PrintSeen,
            "page: data shown" => Sight::Scanned,
            _ if action.starts_with(PERSON) => Sight::PageSeen,
            _ if action.starts_with(PHOTO) => Sight::PhotoSeen,
            _ => return None,
        })
    }
}

/// One look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    pub at: Timestamp,
    pub sight: Sight,
    /// Name and place of the station; `None` for a phone, of which nothing is kept.
    pub station: Option<(String, String)>,
    /// Was a clerk signed in at the station?
    pub clerk: bool,
    /// As what somebody worked with the office's pages. Never who.
    pub office: Option<Role>,
}

/// How the journal begins where staff look; the role follows, as it was then.
const PERSON: &str = "page: person seen by ";
const PHOTO: &str = "page: photo seen by ";

const RECENT: &str =
    "SELECT 1 FROM audit WHERE subject = $1 AND actor = $2 AND action IN ($3, $4) AND at > $5 LIMIT 1";

/// What of a person staff open at the office.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// Their page, with data and photos.
    Page,
    Photo,
}

/// Notes that staff looked at somebody, so that they can read it.
pub async fn note(
    office: &Office,
    staff: &Session,
    opened: Opened,
    record: &str,
) -> Result<(), CentralError> {
    let (role, now) = (staff.role.word(), office.clock.now());
    let (page, photo) = (format!("{PERSON}{role}"), format!("{PHOTO}{role}"));
    // Whoever has the page open has its photos before them too.
    let (action, same) = match opened {
        Opened::Page => (&page, &page),
        Opened::Photo => (&photo, &page),
    };
    let recent = || {
        sqlx::query_scalar::<_, i64>(RECENT)
            .bind(record)
            .bind(&staff.record)
            .bind(action)
            .bind(same)
            .bind(now.as_second() - ONE_LOOK_S)
    };
    if recent().fetch_optional(office.store.pool()).await?.is_some() {
        return Ok(());
    }
    let mut tx = office.store.write().await?;
    // Two pictures of one page are asked for at once.
    if recent().fetch_optional(&mut *tx).await?.is_some() {
        return Ok(());
    }
    audit(&mut tx, now, &staff.record, action, record).await?;
    tx.commit().await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    at_ms: i64,
    actor: String,
    action: String,
    name: Option<String>,
    place: Option<String>,
}

/// The newest looks at a person's cards and record.
pub async fn at(office: &Office, nip: Nip) -> Result<Vec<Look>, CentralError> {
    let number = nip.as_u64() as i64;
    // A station's clock may run ahead; nothing happened after it was heard of.
    let chained: Vec<Row> = sqlx::query_as(
        "SELECT CASE WHEN c.at_ms > c.received_at * 1000 THEN c.received_at * 1000 ELSE c.at_ms END AS at_ms,
             c.actor, c.action, d.name, d.place
         FROM audit_chain c JOIN devices d ON d.id = c.device_id
         WHERE c.subject IN (SELECT serial FROM issues WHERE nip = $1
                             UNION SELECT record_id FROM people WHERE nip = $1)
           AND c.action IN ('look-valid', 'look-confirm', 'look-no-longer-valid', 'look-not-genuine', 'look-up',
                            'accepted', 'not-accepted', 'print-seen')
         ORDER BY c.at_ms DESC LIMIT $2",
    )
    .bind(number)
    .bind(MOST)
    .fetch_all(office.store.pool())
    .await?;
    let noted: Vec<Row> = sqlx::query_as(
        "SELECT a.at * 1000 AS at_ms, a.actor, a.action, d.name, d.place
         FROM audit a LEFT JOIN devices d ON d.id = a.actor
         WHERE a.subject IN (SELECT serial FROM issues WHERE nip = $1
                             UNION SELECT record_id FROM people WHERE nip = $1)
           AND (a.action IN ('page: data shown', 'look: valid', 'look: confirm', 'look: no-longer-valid',
                             'look: not-genuine')
                OR a.action LIKE 'page: person seen by %' OR a.action LIKE 'page: photo seen by %')
         ORDER BY a.at DESC LIMIT $2",
    )
    .bind(number)
    .bind(MOST)
    .fetch_all(office.store.pool())
    .await?;
    let mut looks: Vec<Look> = chained
        .into_iter()
        .map(|row| (row, true))
        .chain(noted.into_iter().map(|row| (row, false)))
        .filter_map(|(row, chained)| {
            Some(Look {
                at: Timestamp::from_millisecond(row.at_ms).ok()?,
                sight: Sight::of(&row.action)?,
                station: row.name.zip(row.place),
                clerk: chained && row.actor != crate::protocol::AuditEntry::PUBLIC,
                office: row.action.rsplit_once(" by ").and_then(|(_, role)| Role::parse(role)),
            })
        })
        .collect();
    looks.sort_by_key(|look| std::cmp::Reverse(look.at));
    looks.truncate(MOST as usize);
    Ok(looks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::central::fleet::tests::joined;
    use crate::central::testing::{office, somebody};
    use crate::central::{issuing, lookup, portrait, welcome};
    use crate::credential::Serial;
    use crate::protocol::{AuditAction, AuditEntry, ChainEnd, OutboxItem, OutboxKind};

    #[tokio::test]
    async fn a_holder_reads_who_looked_at_their_card_and_no_other_ones_looks() {
        let t = office().await;
        let (nip, device, app) = (somebody(&t).await, joined(&t).await, t.app());
        let photo = portrait::tests::drawn(300, 400);
        let serial = issuing::accept_by_phone(&t.office, nip, photo).await.unwrap().unwrap();
        let mut tx = t.office.store.write().await.unwrap();
        let record = welcome::record_of(&mut tx, nip).await.unwrap();
        tx.rollback().await.unwrap();
        let mut end = None;
        let looks = [
            (AuditEntry::PUBLIC, AuditAction::LookValid, serial.as_str()),
            ("clerk", AuditAction::LookUp, &record),
            ("clerk", AuditAction::LookUp, "somebody else"),
            ("clerk", AuditAction::VisitorsRead, ""),
        ];
        for (n, (actor, action, subject)) in looks.into_iter().enumerate() {
            // The station's clock runs an hour ahead.
            let ahead = t.office.clock.now() + jiff::SignedDuration::from_hours(1);
            let entry = AuditEntry::after(end.as_ref(), ahead, actor, action, subject);
            end = Some(ChainEnd { seq: entry.seq, hash: entry.digest() });
            let kind = OutboxKind::Audit(entry);
            let item = OutboxItem { id: format!("LOOK-000{n}"), happened_at: ahead, kind };
            issuing::take(&app.office, &app.in_flight, &device, item).await.unwrap();
            t.advance(60);
        }
        lookup::holder(&t.office, serial.parse::<Serial>().unwrap()).await.unwrap().unwrap();
        let now = t.office.clock.now();
        let seen = at(&t.office, nip).await.unwrap();
        let short: Vec<_> =
            seen.iter().map(|look| (look.sight, look.clerk, look.station.is_some())).collect();
        assert_eq!(
            short,
            [(Sight::Scanned, false, false), (Sight::LookedUp, true, true), (Sight::Checked, false, true)]
        );
        assert_eq!(seen[1].station, Some(("Meja 1".into(), "Lobi".into())));
        assert!(seen.iter().all(|look| look.at <= now), "nothing lies ahead");
        assert!(seen.iter().all(|look| look.office.is_none()));

        // Staff at the office: by their role, once for one sitting, the page with its photos as one.
        let staff = Session::for_test(Role::Desk, "CLERK");
        for (wait, opened) in [
            (0, Opened::Photo),
            (60, Opened::Photo),
            (60, Opened::Page),
            (60, Opened::Photo),
            (60, Opened::Page),
        ] {
            t.advance(wait);
            note(&t.office, &staff, opened, &record).await.unwrap();
        }
        note(&t.office, &Session::for_test(Role::Administrator, "OTHER"), Opened::Page, &record)
            .await
            .unwrap();
        t.advance(ONE_LOOK_S as u64 + 1);
        note(&t.office, &staff, Opened::Page, &record).await.unwrap();
        let seen = at(&t.office, nip).await.unwrap();
        let mut office: Vec<_> =
            seen.iter().filter_map(|look| Some((look.at, look.sight, look.office?))).collect();
        office.sort_by_key(|(at, _, role)| (*at, role.word()));
        let short: Vec<_> = office.iter().map(|(_, sight, role)| (*sight, *role)).collect();
        assert_eq!(
            short,
            [
                (Sight::PhotoSeen, Role::Desk),
                (Sight::PageSeen, Role::Desk),
                (Sight::PageSeen, Role::Administrator),
                (Sight::PageSeen, Role::Desk)
            ]
        );
        let nobody = "198003102005011003".parse().unwrap();
        assert_eq!(at(&t.office, nobody).await.unwrap(), []);
    }
}
