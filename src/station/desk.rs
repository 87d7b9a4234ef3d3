//! Station: what a desk makes of the codes in view, with what it has at hand. Works without a
//! network: keys, status lists and sealed records lie in the store.

use std::sync::Arc;

use data_encoding::HEXLOWER;
use image::RgbaImage;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::clerk::facts_of;
use super::time_trust::TimeTrust;
use crate::clock::{SharedClock, day, offset, random_bytes};
use crate::credential::{
    AgeLimits, CardStatus, ClockTrust, Code, Evidence, Judgement, ListId, Reason, Record, Serial, StatusList,
    TrustList, Verdict, judge, parse,
};
use crate::person::Status;
use crate::protocol::{AuditAction, Looked, OpenRecord};
use crate::sealed::{card_tag, open_by_card};
use crate::session::{About, Finding, ListAge};
use crate::store::{AuditStore, IdentityStore, ListStore, RosterStore, StoreError};

/// Judges cards from the station's own store.
pub struct Desk<S> {
    store: S,
    clock: SharedClock,
    time: TimeTrust,
    limits: AgeLimits,
    utc_offset_hours: i8,
    trust: Option<(u64, TrustList)>,
    lists: Vec<(ListId, Timestamp, StatusList)>,
    heard: Vec<Heard>,
}

/// What the office's server said of a card, until a list comes that is newer than the one held then.
struct Heard {
    serial: Serial,
    status: CardStatus,
    /// When that list was made; `None` until the card is judged with it.
    under: Option<Timestamp>,
}

/// Cards that the server spoke against, at a time. Lists come every few minutes.
const MOST_HEARD: usize = 200;

impl<S: IdentityStore + ListStore + RosterStore> Desk<S> {
    /// `utc_offset_hours` is that of the station's place: days and hours that people read are its own.
    pub fn new(
        store: S,
        clock: SharedClock,
        time: TimeTrust,
        limits: AgeLimits,
        utc_offset_hours: i8,
    ) -> Desk<S> {
        Desk {
            store,
            clock,
            time,
            limits,
            utc_offset_hours,
            trust: None,
            lists: Vec::new(),
            heard: Vec::new(),
        }
    }

    /// Judges the texts of all codes in view. A fault of the store is no fault of the card: it
    /// makes the verdict one to be confirmed, never red.
    /// `staff`: somebody of the staff is signed in and sees what the opened record says.
    pub fn look(&mut self, texts: &[String], staff: bool) -> Finding {
        let codes: Vec<Code> = texts.iter().map(|text| parse(text)).collect();
        if let Err(error) = self.refresh(&codes) {
            tracing::error!(%error, "the lists cannot be read; judging with those at hand");
        }
        let opened = codes.iter().find_map(|code| self.record(code));
        let portrait = opened
            .as_ref()
            .and_then(|record| record.portrait_webp.as_ref())
            .and_then(|webp| picture(&webp.0));
        let now = self.clock.now();
        let clock = self.time.now();
        let record = opened.as_ref().map(|record| Record {
            nip: record.nip,
            body: &record.body,
            in_service: in_service(record, day(now, self.utc_offset_hours), clock),
            portrait: portrait.is_some(),
        });
        let live = codes.iter().find_map(|code| self.said_of(code));
        let status = codes.iter().find_map(Code::list).and_then(|id| self.held(&id));
        let judgement = match &self.trust {
            Some((_, trust)) => judge(&Evidence {
                codes: &codes,
                trust,
                status,
                live,
                record,
                clock,
                now,
                limits: self.limits,
            }),
            // Without a trust list there is no signer to know: that is the station's lack.
            None if codes.iter().any(is_ours) => Judgement {
                verdict: Verdict::Confirm,
                reasons: vec![Reason::TrustListStale],
                holder: None,
                face_webp: None,
            },
            None => judge(&Evidence {
                codes: &codes,
                trust: &TrustList { version: 0, issued_at: now, issuers: Vec::new() },
                status: None,
                live: None,
                record: None,
                clock,
                now,
                limits: self.limits,
            }),
        };
        // A picture is only shown of somebody whose code proved genuine, and only their own.
        let portrait = portrait.filter(|_| !judgement.reasons.contains(&Reason::RecordDiffers));
        let portrait = judgement
            .holder
            .as_ref()
            .and(portrait.or_else(|| judgement.face_webp.as_deref().and_then(picture)));
        let status = status.and_then(|list| self.age(list, now));
        // Nothing of a record without a holder whose code proved genuine, and only their own.
        let differs = judgement.reasons.contains(&Reason::RecordDiffers);
        let facts = opened.filter(|_| staff && judgement.holder.is_some() && !differs).map(facts_of);
        let about = About::of(&judgement, &codes, texts);
        Finding { judgement, about, portrait: portrait.map(Arc::new), status, facts }
    }

    /// The server has said this of a card. `true`: it speaks against it, and whatever stands on the screen must be
    /// judged again.
    pub fn heard(&mut self, serial: Serial, status: CardStatus) -> bool {
        self.heard.retain(|known| known.serial != serial);
        let against = matches!(status, CardStatus::Revoked | CardStatus::Suspended | CardStatus::NoLongerAsn);
        if against {
            if self.heard.len() >= MOST_HEARD {
                self.heard.remove(0);
            }
            self.heard.push(Heard { serial, status, under: None });
        }
        against
    }

    /// The card that the server may be asked about: one of its own that seems to hold.
    pub fn to_ask(&self, finding: &Finding) -> Option<Serial> {
        let holder = finding.judgement.holder.as_ref()?;
        let open = matches!(finding.judgement.verdict, Verdict::Valid | Verdict::Confirm);
        let identity = self.store.identity().ok()??;
        (open && identity.enrolled.issuer == holder.issuer.as_str()).then_some(holder.serial)
    }

    /// What the server said of the card with this code, where no newer list has come since.
    fn said_of(&mut self, code: &Code) -> Option<(Serial, CardStatus)> {
        let (serial, list) = (code.serial()?, code.list()?);
        let made = self.held(&list).and_then(StatusList::iat);
        let index = self.heard.iter().position(|known| known.serial == serial)?;
        let known = &mut self.heard[index];
        if known.under.is_none() {
            known.under = made;
        }
        if made > known.under {
            self.heard.remove(index);
            return None;
        }
        Some((serial, known.status))
    }

    /// How old a verified list is, in the station's own days and hours.
    fn age(&self, list: &StatusList, now: Timestamp) -> Option<ListAge> {
        let here = |at| offset(self.utc_offset_hours).to_datetime(at);
        let from = list.iat()?;
        Some(ListAge {
            hours: u64::try_from(now.duration_since(from).as_hours()).unwrap_or(0),
            from: here(from),
            until: here(list.good_until(self.limits.status)?),
        })
    }

    fn held(&self, id: &ListId) -> Option<&StatusList> {
        self.lists.iter().find(|(held, _, _)| held == id).map(|(_, _, list)| list)
    }

    /// Takes newer lists from the store, where sync has put some.
    fn refresh(&mut self, codes: &[Code]) -> Result<(), StoreError> {
        if let (Some(held), Some(identity)) = (self.store.trust()?, self.store.identity()?)
            && self.trust.as_ref().is_none_or(|(version, _)| *version < held.version)
        {
            let root = identity.enrolled.root_public.array::<32>().unwrap_or_default();
            match TrustList::verify(&held.bytes, &root, None) {
                Ok(list) => self.trust = Some((held.version, list)),
                Err(error) => tracing::error!(%error, "the stored trust list does not verify"),
            }
        }
        let Some((_, trust)) = &self.trust else { return Ok(()) };
        for id in codes.iter().filter_map(Code::list) {
            let Some(held) = self.store.status_list(&id.issuer, &id.kid)? else { continue };
            if self.lists.iter().any(|(known, iat, _)| *known == id && *iat >= held.iat) {
                continue;
            }
            let Some(issuer) = trust.issuer(&id.issuer) else { continue };
            match StatusList::verify(&held.bytes, trust, &id.sub(&issuer.host), None) {
                Ok(list) => {
                    self.lists.retain(|(known, _, _)| *known != id);
                    self.lists.push((id, held.iat, list));
                }
                Err(error) => tracing::error!(%error, "a stored status list does not verify"),
            }
        }
        Ok(())
    }

    /// A scan opens its own person: the record whose key the front code's signature unwraps.
    fn record(&self, code: &Code) -> Option<OpenRecord> {
        let Code::Front(front) = code else { return None };
        let records = self.store.records_by_card(&card_tag(front.signature())).unwrap_or_else(|error| {
            tracing::error!(%error, "the roster cannot be read");
            Vec::new()
        });
        records.iter().find_map(|record| {
            let plain = open_by_card(record, front.signature()).ok()?;
            serde_json::from_slice(&plain)
                .inspect_err(|error| tracing::error!(%error, "an opened record cannot be read"))
                .ok()
        })
    }
}

impl<S: AuditStore> Desk<S> {
    /// Notes for the server that somebody was shown whose card this is. `noted` is what was noted
    /// of this look at the screen so far: a card that stays in view is one look, not one a frame.
    /// A note that cannot be kept is told to the technician; the verdict stands without it.
    pub fn note_look(&mut self, finding: &Finding, actor: &str, noted: &mut Vec<Looked>) {
        let Some(holder) = &finding.judgement.holder else { return };
        let looked = Looked { serial: holder.serial, verdict: finding.judgement.verdict };
        if noted.contains(&looked) {
            return;
        }
        let action = match looked.verdict {
            Verdict::Valid => AuditAction::LookValid,
            Verdict::Confirm => AuditAction::LookConfirm,
            Verdict::NoLongerValid => AuditAction::LookNoLongerValid,
            Verdict::NotGenuine => AuditAction::LookNotGenuine,
            Verdict::NoCode => return,
        };
        let item = HEXLOWER.encode(&random_bytes::<16>());
        match self.store.audit(&item, actor, action, &looked.serial.to_string(), self.clock.now()) {
            Ok(_) => noted.push(looked),
            Err(error) => tracing::error!(%error, "a look at a card is not noted"),
        }
    }
}

/// The limits of a station's configuration.
pub fn limits(config: &crate::config::LimitConfig) -> AgeLimits {
    AgeLimits {
        status: SignedDuration::from_hours(i64::from(config.status_hours)),
        trust: SignedDuration::from_hours(i64::from(config.trust_days) * 24),
    }
}

/// Is the holder of an opened record PNS or PPPK today? A day that lies ahead, or not, hangs on the clock.
pub(super) fn in_service(record: &OpenRecord, today: Date, clock: ClockTrust) -> Option<bool> {
    match (record.status, record.status_since) {
        (Status::Active | Status::Candidate, _) => Some(true),
        // Without a day, the office has said that it is so: it counts at once.
        (_, None) => Some(false),
        (_, Some(_)) if clock == ClockTrust::Untrusted => None,
        (_, Some(since)) => Some(today < since),
    }
}

pub(super) fn picture(webp: &[u8]) -> Option<RgbaImage> {
    image::load_from_memory_with_format(webp, image::ImageFormat::WebP)
        .ok()
        .map(image::DynamicImage::into_rgba8)
}

fn is_ours(code: &Code) -> bool {
    matches!(code, Code::Front(_) | Code::Back(_) | Code::Damaged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::credential::{Holder, IssuerId, Serial};
    use crate::protocol::OutboxKind;
    use crate::store::{OutboxStore, SqliteStore};

    #[test]
    fn what_the_server_says_against_a_card_is_kept_until_it_says_otherwise() {
        let dir = tempfile::tempdir().unwrap();
        let clock = ManualClock::at(Timestamp::from_second(1_800_000_000).unwrap());
        let store = SqliteStore::open(dir.path().join("station.db"), Timestamp::UNIX_EPOCH).unwrap().store;
        let mut desk = Desk::new(store, Arc::new(clock), TimeTrust::default(), AgeLimits::default(), 7);
        let serial = |n| Serial::from_bytes([n; 10]);
        assert!(desk.heard(serial(1), CardStatus::Suspended));
        assert!(desk.heard(serial(1), CardStatus::Revoked), "the last word");
        assert_eq!((desk.heard.len(), desk.heard[0].status), (1, CardStatus::Revoked));
        for good in [CardStatus::Valid, CardStatus::Replaced, CardStatus::Unknown(9)] {
            assert!(!desk.heard(serial(2), good));
        }
        assert!(!desk.heard(serial(1), CardStatus::Valid) && desk.heard.is_empty());
        for n in 0..=255 {
            desk.heard(serial(n), CardStatus::NoLongerAsn);
        }
        assert_eq!((desk.heard.len(), desk.heard[0].serial), (MOST_HEARD, serial(56)), "the oldest go");
    }

    #[test]
    fn a_card_in_view_is_one_look_and_a_code_without_a_holder_none() {
        let dir = tempfile::tempdir().unwrap();
        let clock = ManualClock::at(Timestamp::from_second(1_800_000_000).unwrap());
        let store = SqliteStore::open(dir.path().join("station.db"), Timestamp::UNIX_EPOCH).unwrap().store;
        let beside = store.beside().unwrap();
        let mut desk = Desk::new(beside, Arc::new(clock), TimeTrust::default(), AgeLimits::default(), 7);
        let finding = |serial: Option<u8>, verdict| Finding {
            about: About::SeveralCards,
            judgement: Judgement {
                verdict,
                reasons: Vec::new(),
                holder: serial.map(|serial| Holder {
                    name: "Sri Wahyuni".into(),
                    nip: "197402152001122001".parse().unwrap(),
                    issued_on: jiff::civil::date(2026, 3, 1),
                    serial: Serial::from_bytes([serial; 10]),
                    issuer: IssuerId::parse("6201").unwrap(),
                }),
                face_webp: None,
            },
            portrait: None,
            status: None,
            facts: None,
        };
        let queued = || store.outbox_counts().unwrap().queued;
        let mut noted = Vec::new();
        for _ in 0..10 {
            desk.note_look(&finding(Some(1), Verdict::Confirm), "public", &mut noted);
        }
        assert_eq!(queued(), 1);
        desk.note_look(&finding(None, Verdict::NotGenuine), "public", &mut noted);
        assert_eq!(queued(), 1, "nobody's data was shown");
        desk.note_look(&finding(Some(1), Verdict::Valid), "public", &mut noted);
        desk.note_look(&finding(Some(2), Verdict::Valid), "public", &mut noted);
        desk.note_look(&finding(Some(1), Verdict::Confirm), "public", &mut noted);
        assert_eq!(queued(), 3);
        desk.note_look(&finding(Some(1), Verdict::Confirm), "public", &mut Vec::new());
        assert_eq!(queued(), 4, "the next visit looks anew");
        let head = store.outbox_head().unwrap().unwrap().item.unwrap();
        assert_eq!(head.happened_at, Timestamp::from_second(1_800_000_000).unwrap());
        let OutboxKind::Audit(look) = head.kind else { panic!("a look") };
        assert_eq!((look.action, look.actor.as_str()), (AuditAction::LookConfirm, "public"));
        assert_eq!(look.subject, Serial::from_bytes([1; 10]).to_string());
        // A full disk costs the note, and the next frame tries again.
        store.faults().disk_full_after(0);
        desk.note_look(&finding(Some(3), Verdict::Valid), "public", &mut noted);
        store.faults().clear();
        assert_eq!(queued(), 4);
        desk.note_look(&finding(Some(3), Verdict::Valid), "public", &mut noted);
        assert_eq!(queued(), 5);
    }
}
