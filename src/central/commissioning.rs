//! How technicians left the stations: each report under the station's own signature, the last one for the page.

use std::collections::HashMap;

use jiff::Timestamp;

use super::issuing::{Kept, keep};
use super::storage::audit;
use super::words::Rejection;
use super::{CentralError, Office, limits};
use crate::credential::verify_commission;
use crate::protocol::{Commissioned, Commissioning, OutboxItem};

/// Takes a report that holds; one that does not is refused, and the station's staff see why.
pub async fn take(
    office: &Office,
    device_id: &str,
    item: &OutboxItem,
    told: &Commissioned,
) -> Result<Kept, CentralError> {
    let now = office.clock.now();
    let mut tx = office.store.write().await?;
    let public: Option<Vec<u8>> = sqlx::query_scalar("SELECT device_public FROM devices WHERE id = $1")
        .bind(device_id)
        .fetch_optional(&mut *tx)
        .await?
        .flatten();
    let public: Option<[u8; 32]> = public.and_then(|public| public.try_into().ok());
    let public = public.filter(|_| told.signed.0.len() <= limits::REPORT_BYTES);
    let read = public.and_then(|public| {
        let text = verify_commission(&told.signed.0, &public, device_id).ok()?;
        let report: Commissioning = serde_json::from_slice(&text).ok()?;
        fits(&report).then_some(())?;
        Some((report, String::from_utf8(text).ok()?))
    });
    let answer = match read {
        None => Kept::from(Rejection::CommissionSeal),
        Some((report, text)) => {
            sqlx::query(
                "INSERT INTO device_reports (item_id, device_id, at, received_at, signed, report)
                 VALUES ($1, $2, $3, $4, $5, $6)",
            )
            .bind(&item.id)
            .bind(device_id)
            // No later than now, whatever the station's clock says: the last one stands on the page.
            .bind(report.at.min(now).as_second())
            .bind(now.as_second())
            .bind(&told.signed.0)
            .bind(text)
            .execute(&mut *tx)
            .await?;
            sqlx::query(
                "DELETE FROM device_reports WHERE device_id = $1 AND item_id NOT IN
                 (SELECT item_id FROM device_reports WHERE device_id = $1
                  ORDER BY received_at DESC, at DESC, item_id DESC LIMIT $2)",
            )
            .bind(device_id)
            .bind(limits::REPORTS_KEPT as i64)
            .execute(&mut *tx)
            .await?;
            audit(&mut tx, now, device_id, "device-commissioned", device_id).await?;
            Kept::Noted
        }
    };
    keep(&mut tx, now, device_id, item, &answer).await?;
    tx.commit().await?;
    Ok(answer)
}

/// A report of ours is shorter by far.
fn fits(report: &Commissioning) -> bool {
    let short = |text: &str| text.len() <= limits::REPORT_TEXT;
    let all = |texts: &[&str]| texts.iter().all(|text| short(text));
    report.parts.len() <= limits::REPORT_PARTS
        && report.plates.len() <= limits::REPORT_PARTS
        && report.plates.iter().all(|plate| short(plate))
        && report.parts.iter().all(|found| all(&[&found.part, &found.verdict, &found.said]))
        && all(&[&report.version, &report.board, &report.camera])
        && report.serial.as_deref().is_none_or(short)
        && report.printer.as_deref().is_none_or(short)
}

/// The last report of each station that has one, by its id.
pub async fn all(office: &Office) -> Result<HashMap<String, Commissioning>, CentralError> {
    let rows: Vec<(String, String, i64)> = sqlx::query_as(
        "SELECT device_id, report, received_at FROM device_reports
         ORDER BY CASE WHEN at > received_at THEN received_at ELSE at END, received_at, item_id",
    )
    .fetch_all(office.store.pool())
    .await?;
    // A later one takes the place of the one before.
    rows.into_iter()
        .map(|(id, text, received_at)| {
            let bad = || CentralError::Stored("a commissioning report");
            let mut report: Commissioning = serde_json::from_str(&text).map_err(|_| bad())?;
            report.at = report.at.min(Timestamp::from_second(received_at).map_err(|_| bad())?);
            Ok((id, report))
        })
        .collect()
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::central::fleet::tests::{joined, key};
    use crate::central::testing::office;
    use crate::credential::{KeyPair, sign_commission};
    use crate::protocol::{OutboxKind, PartFound};

    pub fn report(at: Timestamp) -> Commissioning {
        let found = |part: &str, verdict: &str, said: &str| PartFound {
            part: part.into(),
            verdict: verdict.into(),
            said: said.into(),
        };
        Commissioning {
            at,
            version: "1.0".into(),
            board: "Raspberry Pi 5 Model B".into(),
            serial: Some("a1b2".into()),
            display: (720, 1280),
            turn: 90,
            touch: [0, 1, 0, -1, 0, 1],
            touch_checked: true,
            camera: "v4l:///dev/video0".into(),
            printer: Some("escpos+file:/dev/usb/lp0".into()),
            plates: vec!["plate-red.png".into()],
            clock_trusted: true,
            disk_free_mib: Some(9_000),
            parts: vec![
                found("disk", "well", "9000 MB free"),
                found("backdrop", "attention", "the light changed"),
            ],
        }
    }

    fn item(id: &str, report: &Commissioning, key: &KeyPair, device: &str) -> (OutboxItem, Commissioned) {
        let signed = sign_commission(key, device, serde_json::to_vec(report).unwrap()).into();
        let told = Commissioned { signed };
        let kind = OutboxKind::Commissioned(told.clone());
        (OutboxItem { id: id.into(), happened_at: report.at, kind }, told)
    }

    #[tokio::test]
    async fn a_report_is_kept_under_its_signature_and_the_last_one_stands() {
        let t = office().await;
        let id = joined(&t).await;
        let now = t.office.clock.now();
        let first = report(now);
        let later = Commissioning { turn: 0, ..first.clone() };
        let first = Commissioning { at: now - jiff::SignedDuration::from_secs(60), ..first };
        for (name, report) in [("report-2", &later), ("report-1", &first)] {
            let (item, told) = item(name, report, &key(), &id);
            assert!(matches!(take(&t.office, &id, &item, &told).await.unwrap(), Kept::Noted));
        }
        assert_eq!(all(&t.office).await.unwrap()[&id], later, "the later one, though it came first");
        let kept: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM device_reports")
            .fetch_one(t.office.store.pool())
            .await
            .unwrap();
        assert_eq!(kept, 2);
    }

    #[tokio::test]
    async fn a_report_of_the_year_9999_does_not_stay_on_top_and_few_are_kept() {
        let t = office().await;
        let id = joined(&t).await;
        let late = Commissioning {
            at: "9999-12-30T00:00:00Z".parse().unwrap(),
            turn: 180,
            ..report(t.office.clock.now())
        };
        let send = async |name: String, report: &Commissioning| {
            let (item, told) = item(&name, report, &key(), &id);
            take(&t.office, &id, &item, &told).await.unwrap()
        };
        send("report-0".into(), &late).await;
        assert_eq!(all(&t.office).await.unwrap()[&id].at, t.office.clock.now(), "no later than it came");
        for n in 1..=limits::REPORTS_KEPT + 3 {
            t.advance(1);
            let report = Commissioning { turn: n as u16, ..report(t.office.clock.now()) };
            assert!(matches!(send(format!("report-{n}"), &report).await, Kept::Noted));
        }
        assert_eq!(usize::from(all(&t.office).await.unwrap()[&id].turn), limits::REPORTS_KEPT + 3);
        let kept: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM device_reports")
            .fetch_one(t.office.store.pool())
            .await
            .unwrap();
        assert_eq!(kept, limits::REPORTS_KEPT as i64);
    }

    #[tokio::test]
    async fn another_key_another_device_and_words_that_are_none_are_refused() {
        let t = office().await;
        let id = joined(&t).await;
        let told = report(t.office.clock.now());
        let stranger = KeyPair::from_secret([77; 32]);
        for (name, key, device) in [("report-1", &stranger, id.as_str()), ("report-2", &key(), "another")] {
            let (item, told) = item(name, &told, key, device);
            let Kept::Rejected { reason } = take(&t.office, &id, &item, &told).await.unwrap() else {
                panic!("{name} was taken")
            };
            assert!(reason.starts_with("commission-seal:"), "{reason}");
        }
        let signed = sign_commission(&key(), &id, b"no report".to_vec()).into();
        let (item, _) = item("report-3", &told, &key(), &id);
        let told = Commissioned { signed };
        assert!(matches!(take(&t.office, &id, &item, &told).await.unwrap(), Kept::Rejected { .. }));
        assert!(all(&t.office).await.unwrap().is_empty());
    }
}
