//! Items that come in parts.

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use super::*;
use crate::central::retention;
use crate::protocol::{OutboxPart, PartTaken};

/// A written item, and what a station says of it.
struct Written {
    id: String,
    bytes: Vec<u8>,
    sha256: String,
}

impl Written {
    fn of(item: &OutboxItem) -> Written {
        let bytes = serde_json::to_vec(item).unwrap();
        Written { id: item.id.clone(), sha256: HEXLOWER.encode(&Sha256::digest(&bytes)), bytes }
    }

    fn part(&self, offset: usize, length: usize) -> Part<'_> {
        let bytes = &self.bytes[offset..(offset + length).min(self.bytes.len())];
        Part {
            id: &self.id,
            sha256: &self.sha256,
            size: self.bytes.len() as u64,
            offset: offset as u64,
            bytes,
        }
    }
}

impl Desk {
    async fn part(&self, part: &Part<'_>) -> Result<PartTaken, Refused> {
        take_part(&self.t.office, &self.app.in_flight, &self.device, part).await
    }

    async fn have(&self, part: &Part<'_>) -> u64 {
        let taken = self.part(part).await.unwrap();
        assert!(taken.answer.is_none());
        taken.have
    }

    /// Rows that uploads hold: (uploads, parts).
    async fn held(&self) -> (i64, i64) {
        let count = async |sql: &'static str| -> i64 {
            sqlx::query_scalar(sql).fetch_one(self.t.office.store.pool()).await.unwrap()
        };
        (count("SELECT COUNT(*) FROM outbox_uploads").await, count("SELECT COUNT(*) FROM outbox_parts").await)
    }

    async fn written(&self, id: &str) -> Written {
        Written::of(&self.item(id, &self.grant().await, &grainy(), CODE))
    }
}

/// A portrait that a PNG does not make small: a flat colour with a little grain, the background clear.
fn grainy() -> Vec<u8> {
    let mut seed = 1_u32;
    let picture = image::RgbaImage::from_fn(300, 400, |x, _| {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        let grain = seed.to_le_bytes().map(|byte| 120 + byte % 8);
        image::Rgba(if (30..270).contains(&x) { [grain[0], grain[1], grain[2], 255] } else { [0; 4] })
    });
    let mut png = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut png, image::ImageFormat::Png).unwrap();
    png.into_inner()
}

fn malformed(answer: Result<PartTaken, Refused>) -> bool {
    matches!(answer, Err(Refused::Problem(problem)) if problem.code == ProblemCode::Malformed)
}

#[tokio::test]
async fn an_item_in_parts_is_taken_as_one_in_a_call_and_every_repeat_is_harmless() {
    let desk = desk().await;
    let whole = desk.written("ITEM-0001").await;
    let step = whole.bytes.len() / 3 + 1;
    assert!(step > OutboxPart::LEAST, "the sample is large enough");
    assert_eq!(desk.have(&whole.part(0, 0)).await, 0, "a question");
    for _ in 0..2 {
        assert_eq!(desk.have(&whole.part(0, step)).await, step as u64);
    }
    assert_eq!(desk.have(&whole.part(2 * step, step)).await, step as u64, "it does not follow");
    assert_eq!(desk.have(&whole.part(0, 0)).await, step as u64, "after a start of the station");
    assert_eq!(desk.have(&whole.part(step, step)).await, 2 * step as u64);
    let mut cards = Vec::new();
    for part in
        [whole.part(2 * step, step), whole.part(2 * step, step), whole.part(0, 0), whole.part(0, step)]
    {
        match desk.part(&part).await.unwrap().answer {
            Some(OutboxAnswer::Issued(issue)) => cards.push(issue.serial),
            other => panic!("{other:?}"),
        }
    }
    assert!(cards.iter().all(|serial| *serial == cards[0]), "{cards:?}");
    assert_eq!(desk.held().await, (0, 0), "nothing of it stays");
    // The same item in one call: its first answer.
    let item = serde_json::from_slice(&whole.bytes).unwrap();
    assert!(matches!(desk.take(item).await, Ok(OutboxAnswer::Issued(issue)) if issue.serial == cards[0]));
}

#[tokio::test]
async fn parts_that_make_another_whole_begin_anew() {
    let desk = desk().await;
    let whole = desk.written("ITEM-0001").await;
    let mut bent = Written { bytes: whole.bytes.clone(), id: whole.id.clone(), sha256: whole.sha256.clone() };
    let middle = bent.bytes.len() / 2;
    bent.bytes[middle] ^= 1;
    let length = whole.bytes.len();
    assert_eq!(desk.have(&bent.part(0, length)).await, 0);
    assert_eq!(desk.held().await, (0, 0));
    assert!(desk.part(&whole.part(0, length)).await.unwrap().answer.is_some());
}

#[tokio::test]
async fn what_is_no_item_or_another_one_is_refused_and_goes() {
    let desk = desk().await;
    let sound = desk.written("ITEM-0001").await;
    let odd = |id: &str, bytes: &[u8]| Written {
        id: id.into(),
        sha256: HEXLOWER.encode(&Sha256::digest(bytes)),
        bytes: bytes.to_vec(),
    };
    for whole in [odd("ITEM-0002", b"{}"), odd("ITEM-0002", &sound.bytes)] {
        assert!(malformed(desk.part(&whole.part(0, usize::MAX / 2)).await));
        assert_eq!(desk.held().await, (0, 0));
    }
}

#[tokio::test]
async fn a_station_holds_the_room_of_one_item_for_a_day() {
    let desk = desk().await;
    let (first, second) = (desk.written("ITEM-0001").await, desk.written("ITEM-0002").await);
    desk.have(&first.part(0, 8 * 1024)).await;
    desk.have(&second.part(0, 8 * 1024)).await;
    assert_eq!(desk.held().await, (1, 1), "another item takes the room of the first");
    // The same item, written otherwise: none of the former bytes is taken for its own.
    let other = Written { sha256: "0".repeat(64), id: second.id.clone(), bytes: second.bytes.clone() };
    assert_eq!(desk.have(&other.part(8 * 1024, 8 * 1024)).await, 0);
    desk.have(&second.part(0, 8 * 1024)).await;
    // Another station's parts are its own.
    let neighbour = fleet::tests::joined(&desk.t).await;
    let part = second.part(8 * 1024, 8 * 1024);
    let taken = take_part(&desk.t.office, &desk.app.in_flight, &neighbour, &part).await.unwrap();
    assert_eq!(taken.have, 0);
    desk.t.advance(23 * 3600);
    retention::run(&desk.t.office, false).await.unwrap();
    assert_eq!(desk.held().await, (2, 1));
    desk.t.advance(2 * 3600);
    retention::run(&desk.t.office, false).await.unwrap();
    assert_eq!(desk.held().await, (0, 0));
    assert_eq!(desk.have(&second.part(0, 0)).await, 0, "and it begins anew");
}

#[tokio::test]
async fn crumbs_oversizes_and_nonsense_are_refused() {
    let desk = desk().await;
    let whole = desk.written("ITEM-0001").await;
    let size = whole.bytes.len() as u64;
    let good = || whole.part(0, OutboxPart::LEAST);
    let bad = [
        whole.part(0, OutboxPart::LEAST - 1),
        Part { size: OutboxPart::WHOLE as u64 + 1, ..good() },
        Part { size: 0, ..whole.part(0, 0) },
        Part { offset: size - 1, ..good() },
        Part { offset: u64::MAX, ..good() },
        Part { id: "ITEM", ..good() },
        Part { id: "ITEM 0001", ..good() },
        Part { sha256: "", ..good() },
        Part { sha256: &whole.sha256[1..], ..good() },
        Part { sha256: &"X".repeat(64), ..good() },
    ];
    for part in bad {
        assert!(malformed(desk.part(&part).await));
    }
    assert_eq!(desk.held().await, (0, 0));
    assert_eq!(desk.have(&good()).await, OutboxPart::LEAST as u64);
    assert_eq!(desk.have(&Part { size: OutboxPart::WHOLE as u64, ..good() }).await, OutboxPart::LEAST as u64);
}
