//! What the stations said of their prints: which came out, which did not, and which nobody knows of.

use super::{CentralError, Office};

/// Prints on a page.
const PAGE: usize = 50;
/// The counts are of so many days.
pub const COUNTED_DAYS: i64 = 30;

/// What became of a print, as the protocol says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Printed,
    Sent,
    Failed,
    Spoiled,
    Unknown,
}

impl Outcome {
    /// Those that somebody has to look at come first.
    pub const ALL: [Outcome; 5] =
        [Outcome::Unknown, Outcome::Spoiled, Outcome::Failed, Outcome::Sent, Outcome::Printed];

    /// As it is kept.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Printed => "printed",
            Outcome::Sent => "sent",
            Outcome::Failed => "failed",
            Outcome::Spoiled => "spoiled",
            Outcome::Unknown => "unknown",
        }
    }

    pub fn parse(word: &str) -> Option<Outcome> {
        Outcome::ALL.into_iter().find(|outcome| outcome.word() == word)
    }
}

/// One print.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PrintLine {
    pub id: String,
    pub face_serial: String,
    /// Whose card it is: the name under which addresses speak of somebody.
    pub record: String,
    pub name: String,
    pub station: String,
    pub place: String,
    pub outcome: String,
    pub happened_at: i64,
    /// What a clerk said who looked, the last word; from the station's chain.
    pub clerk: Option<String>,
}

/// What is asked for; an empty word asks for everything.
#[derive(Default)]
pub struct PrintSearch<'a> {
    pub outcome: Option<Outcome>,
    /// A card's serial, as it stands on its face or in its code; or the number of a print.
    pub number: &'a str,
    /// The id of a station.
    pub station: &'a str,
    /// Prints up to this second.
    pub before: Option<i64>,
}

/// Prints, the newest first, and whether there are more.
pub async fn search(
    office: &Office,
    asked: &PrintSearch<'_>,
) -> Result<(Vec<PrintLine>, bool), CentralError> {
    let number = asked.number.trim().to_uppercase();
    let mut lines: Vec<PrintLine> = sqlx::query_as(
        "SELECT t.id, i.face_serial, p.record_id AS record, p.name, d.name AS station, d.place,
             t.outcome, t.happened_at,
             (SELECT c.action FROM audit_chain c WHERE c.subject = t.id AND c.device_id = t.device_id
                AND c.action IN ('print-came-out', 'print-not-out', 'print-spoiled')
              ORDER BY c.arrival DESC LIMIT 1) AS clerk
         FROM prints t JOIN issues i ON i.serial = t.serial JOIN people p ON p.nip = i.nip
             JOIN devices d ON d.id = t.device_id
         WHERE t.happened_at <= $1 AND ($2 = '' OR t.outcome = $2) AND ($3 = '' OR t.device_id = $3)
           AND ($4 = '' OR t.serial = $4 OR i.face_serial = $4 OR UPPER(t.id) = $4)
         ORDER BY t.happened_at DESC, t.id LIMIT $5",
    )
    .bind(asked.before.unwrap_or(i64::MAX))
    .bind(asked.outcome.map_or("", Outcome::word))
    .bind(asked.station)
    .bind(number)
    .bind(PAGE as i64 + 1)
    .fetch_all(office.store.pool())
    .await?;
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    Ok((lines, more))
}

/// How many prints of the last days ended how, in the order of [`Outcome::ALL`].
pub async fn counts(office: &Office) -> Result<[i64; 5], CentralError> {
    let rows: Vec<(String, i64)> =
        sqlx::query_as("SELECT outcome, COUNT(*) FROM prints WHERE happened_at > $1 GROUP BY outcome")
            .bind(office.clock.now().as_second() - COUNTED_DAYS * 24 * 3600)
            .fetch_all(office.store.pool())
            .await?;
    Ok(Outcome::ALL
        .map(|outcome| rows.iter().find(|(word, _)| word == outcome.word()).map_or(0, |(_, count)| *count)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::central::fleet::tests::joined;
    use crate::central::issuing::{self, accept_by_phone};
    use crate::central::portrait::tests::drawn;
    use crate::central::testing::{office, somebody};
    use crate::protocol::{AuditAction, AuditEntry, OutboxItem, OutboxKind, PrintOutcome, Printed};

    #[tokio::test]
    async fn prints_are_found_by_outcome_card_and_station() {
        let t = office().await;
        let (nip, app) = (somebody(&t).await, t.app());
        let serial = accept_by_phone(&t.office, nip, drawn(300, 400)).await.unwrap().unwrap();
        let (first, second) = (joined(&t).await, joined(&t).await);
        let send = async |device: &str, n: usize, kind: OutboxKind| {
            let item = OutboxItem { id: format!("PRINT-{n:04}"), happened_at: t.office.clock.now(), kind };
            issuing::take(&app.office, &app.in_flight, device, item).await.unwrap();
        };
        for (n, (device, outcome)) in [
            (&first, PrintOutcome::Printed),
            (&first, PrintOutcome::Unknown),
            (&second, PrintOutcome::Spoiled),
            (&second, PrintOutcome::Printed),
        ]
        .into_iter()
        .enumerate()
        {
            t.advance(60);
            let printed = Printed { print_id: format!("p{n}"), serial: serial.clone(), outcome };
            send(device, n, OutboxKind::Printed(printed)).await;
        }
        // The last one was left behind, and a clerk has handed it over.
        let entry = AuditEntry::after(None, t.office.clock.now(), "K", AuditAction::PrintCameOut, "p3");
        send(&second, 9, OutboxKind::Audit(entry)).await;

        let found = async |asked: PrintSearch<'_>| -> Vec<String> {
            search(&t.office, &asked).await.unwrap().0.into_iter().map(|line| line.id).collect()
        };
        assert_eq!(found(PrintSearch::default()).await, ["p3", "p2", "p1", "p0"]);
        assert_eq!(
            found(PrintSearch { outcome: Some(Outcome::Printed), ..PrintSearch::default() }).await,
            ["p3", "p0"]
        );
        assert_eq!(found(PrintSearch { station: &first, ..PrintSearch::default() }).await, ["p1", "p0"]);
        let (lines, more) = search(&t.office, &PrintSearch::default()).await.unwrap();
        assert!(!more && lines[0].clerk.as_deref() == Some("print-came-out") && lines[1].clerk.is_none());
        let face = lines[0].face_serial.to_lowercase();
        assert_eq!(found(PrintSearch { number: &face, ..PrintSearch::default() }).await.len(), 4);
        assert_eq!(found(PrintSearch { number: &serial, ..PrintSearch::default() }).await.len(), 4);
        assert_eq!(found(PrintSearch { number: " P2 ", ..PrintSearch::default() }).await, ["p2"]);
        for odd in ["%", "' OR 1=1 --", "_"] {
            assert!(found(PrintSearch { number: odd, ..PrintSearch::default() }).await.is_empty());
        }
        let before = Some(lines[1].happened_at);
        assert_eq!(found(PrintSearch { before, ..PrintSearch::default() }).await, ["p2", "p1", "p0"]);
        assert_eq!(counts(&t.office).await.unwrap(), [1, 1, 0, 0, 2]);
        t.advance(31 * 86_400);
        assert_eq!(counts(&t.office).await.unwrap(), [0; 5]);
    }
}
