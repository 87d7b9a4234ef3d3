//! Who looked at a person's card, for that person: what stations wrote into their chains, and what
//! the server noted itself.

use jiff::Timestamp;

use super::{CentralError, Office};
use crate::person::Nip;

/// As many as a person reads.
const MOST: i64 = 50;

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
         WHERE a.subject IN (SELECT serial FROM issues WHERE nip = $1)
           AND a.action IN ('page: data shown', 'look: valid', 'look: confirm', 'look: no-longer-valid',
                            'look: not-genuine')
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
        let nobody = "198003102005011003".parse().unwrap();
        assert_eq!(at(&t.office, nobody).await.unwrap(), []);
    }
}
