//! The verdicts, a row each.

use super::*;
use jiff::SignedDuration;

/// A desk, in good order until a test says otherwise.
struct Desk {
    trust: TrustList,
    list: Option<StatusList>,
    portrait: bool,
    clock: ClockTrust,
    now: Timestamp,
}

impl Desk {
    fn good() -> Self {
        Self {
            trust: trust(),
            list: Some(list(CardStatus::Valid, "2026-03-10T00:00:00Z")),
            portrait: false,
            clock: ClockTrust::Trusted,
            now: now(),
        }
    }

    fn with(status: CardStatus) -> Self {
        Self { list: Some(list(status, "2026-03-10T00:00:00Z")), ..Self::good() }
    }

    fn judge(&self, texts: &[&str]) -> Judgement {
        let codes: Vec<Code> = texts.iter().map(|text| parse(text)).collect();
        judge(&Evidence {
            codes: &codes,
            trust: &self.trust,
            status: self.list.as_ref(),
            live: None,
            record: self.portrait.then(opened),
            clock: self.clock,
            now: self.now,
            limits: AgeLimits::default(),
        })
    }

    fn says(&self, texts: &[&str], verdict: Verdict, reasons: &[Reason]) {
        let judgement = self.judge(texts);
        assert_eq!((judgement.verdict, judgement.reasons.as_slice()), (verdict, reasons));
    }
}

#[test]
fn a_genuine_card_in_force() {
    let desk = Desk::good();
    desk.says(&[&front()], Verdict::Valid, &[Reason::CompareTheFace]);
    desk.says(&[&back()], Verdict::Valid, &[]);
    desk.says(&[&front(), &back()], Verdict::Valid, &[]);
    desk.says(&[&front(), &front()], Verdict::Valid, &[Reason::CompareTheFace]);
    desk.says(&[&front(), "a bus ticket"], Verdict::Valid, &[Reason::CompareTheFace]);
    Desk { portrait: true, ..Desk::good() }.says(&[&front()], Verdict::Valid, &[]);

    let judgement = desk.judge(&[&front(), &back()]);
    let holder = judgement.holder.unwrap();
    assert_eq!((holder.name.as_str(), holder.nip, holder.serial), (NAME, nip(), serial(9)));
    assert_eq!(holder.issued_on, DAY_OF_ISSUE);
    assert_eq!(judgement.face_webp, Some(back_claims(NAME, serial(9)).face_webp));
}

#[test]
fn what_an_opened_record_says() {
    let with = |desk: &Desk, record| {
        let codes = [parse(&READY.front)];
        let judgement = judge(&Evidence {
            trust: &desk.trust,
            status: desk.list.as_ref(),
            clock: desk.clock,
            record: Some(record),
            ..evidence(&codes)
        });
        (judgement.verdict, judgement.reasons)
    };
    let good = Desk::good();
    assert_eq!(with(&good, opened()), (Verdict::Valid, vec![]));
    assert_eq!(
        with(&good, Record { portrait: false, ..opened() }),
        (Verdict::Valid, vec![Reason::CompareTheFace])
    );
    // The record is newer than the list: it knows that the holder left.
    let left = Record { in_service: Some(false), ..opened() };
    assert_eq!(with(&good, left), (Verdict::NoLongerValid, vec![Reason::NoLongerInForce]));
    // The list is newer than the record.
    let gone = Desk::with(CardStatus::NoLongerAsn);
    assert_eq!(with(&gone, opened()), (Verdict::NoLongerValid, vec![Reason::NoLongerInForce]));
    // Whether the day has come cannot be known without a clock; the doubt about the clock says so.
    let undated = Record { in_service: None, ..opened() };
    let desk = Desk { clock: ClockTrust::Untrusted, ..Desk::good() };
    assert_eq!(with(&desk, undated), (Verdict::Confirm, vec![Reason::ClockUntrusted]));
}

#[test]
fn what_the_status_list_says() {
    let front = front();
    let row = |status, verdict, reasons: &[Reason]| Desk::with(status).says(&[&front], verdict, reasons);
    row(CardStatus::Revoked, Verdict::NoLongerValid, &[Reason::NoLongerInForce]);
    row(CardStatus::NoLongerAsn, Verdict::NoLongerValid, &[Reason::NoLongerInForce]);
    row(CardStatus::Suspended, Verdict::Confirm, &[Reason::Suspended, Reason::CompareTheFace]);
    row(CardStatus::Unknown(13), Verdict::Confirm, &[Reason::StatusUnknown, Reason::CompareTheFace]);
    row(CardStatus::Replaced, Verdict::Valid, &[Reason::NewerCardExists, Reason::CompareTheFace]);
}

#[test]
fn a_list_that_is_missing_old_or_about_other_cards() {
    let back = back();
    let missing = &[Reason::StatusMissing];
    Desk { list: None, ..Desk::good() }.says(&[&back], Verdict::Confirm, missing);
    // Never verified: nobody's word.
    let unsigned = Some(StatusList::new(10_000));
    Desk { list: unsigned, ..Desk::good() }.says(&[&back], Verdict::Confirm, missing);
    // Too short for this card's index.
    let short = StatusList::new(10).sign(&office(), &sub(), now(), None, None).unwrap();
    let short = StatusList::verify(&short, &trust(), &sub(), None).ok();
    Desk { list: short, ..Desk::good() }.says(&[&back], Verdict::Confirm, missing);
    // The neighbour's list.
    let neighbour = key(2, "6301");
    let id = ListId { issuer: issuer_id("6301"), kid: neighbour.kid().clone() };
    let sub = id.sub("kartu.example.id");
    let other = StatusList::new(10_000).sign(&neighbour, &sub, now(), None, None).unwrap();
    let other = StatusList::verify(&other, &trust(), &sub, None).ok();
    assert!(other.is_some());
    Desk { list: other, ..Desk::good() }.says(&[&back], Verdict::Confirm, missing);
    // Three days and an hour old.
    let old = Some(list(CardStatus::Valid, "2026-03-07T01:00:00Z"));
    Desk { list: old, ..Desk::good() }.says(&[&back], Verdict::Confirm, &[Reason::StatusStale]);
    // Old, and the card already revoked in it: that does not get better.
    let revoked = Some(list(CardStatus::Revoked, "2026-03-03T00:00:00Z"));
    Desk { list: revoked, ..Desk::good() }.says(&[&back], Verdict::NoLongerValid, &[Reason::NoLongerInForce]);
}

#[test]
fn no_clock_however_wrong_makes_a_genuine_card_red_or_a_bad_one_green() {
    let (front, back) = (front(), back());
    let altered = front.replace("BEEQSCIJBEEQSCIJ", &serial(8).to_string());
    for year in ["1970-01-01", "2020-01-01", "2026-03-10", "2060-01-01"] {
        for clock in [ClockTrust::Trusted, ClockTrust::Untrusted] {
            for list in [None, Desk::good().list] {
                let now = format!("{year}T00:00:00Z").parse().unwrap();
                let desk = Desk { list, clock, now, ..Desk::good() };
                let verdict = desk.judge(&[&front, &back]).verdict;
                assert!(matches!(verdict, Verdict::Valid | Verdict::Confirm), "{year} {clock:?}");
                assert_eq!(desk.judge(&[&altered]).verdict, Verdict::NotGenuine);
                let sure = clock == ClockTrust::Trusted && year == "2026-03-10" && desk.list.is_some();
                assert_eq!(verdict == Verdict::Valid, sure, "{year} {clock:?}");
            }
        }
    }
    let desk = Desk { clock: ClockTrust::Untrusted, ..Desk::good() };
    desk.says(&[&back], Verdict::Confirm, &[Reason::ClockUntrusted]);
    let desk = Desk { clock: ClockTrust::Untrusted, ..Desk::with(CardStatus::Revoked) };
    desk.says(&[&back], Verdict::NoLongerValid, &[Reason::NoLongerInForce]);
    // The card was issued today in Jayapura, where today begins nine hours before UTC.
    let now = "2026-02-28T15:30:00Z".parse().unwrap();
    let fresh = Some(list(CardStatus::Valid, "2026-02-28T15:00:00Z"));
    let trust = TrustList { issued_at: now, ..trust() };
    Desk { now, list: fresh, trust, ..Desk::good() }.says(&[&back], Verdict::Valid, &[]);
    let now = now - SignedDuration::from_hours(24);
    Desk { now, ..Desk::good() }.says(&[&back], Verdict::Confirm, &[Reason::FromTheFuture]);
}

#[test]
fn signers_that_are_unknown_withdrawn_or_out_of_their_days() {
    let red = Verdict::NotGenuine;
    let stranger = sign_front(&key(9, "6201"), HOST, serial(9), &front_claims(NAME)).unwrap();
    Desk::good().says(&[&stranger], red, &[Reason::UnknownSigner]);
    // The neighbour's key does not sign in our name.
    let neighbour = sign_front(&key(2, "6201"), HOST, serial(9), &front_claims(NAME)).unwrap();
    Desk::good().says(&[&neighbour], red, &[Reason::UnknownSigner]);

    let mut desk = Desk::good();
    desk.trust.issuers[0].keys[0].revoked = true;
    desk.says(&[&back()], red, &[Reason::KeyRevoked]);
    desk.says(&[&front(), &back()], red, &[Reason::KeyRevoked]);
    // A record that this code opened says that the office made it: no word of proof, but no red one.
    desk.portrait = true;
    desk.says(&[&front()], Verdict::Confirm, &[Reason::KeyRevoked]);
    let mut desk = Desk::good();
    desk.trust.issuers[0].keys[0].until = Some(date(2026, 2, 28));
    desk.says(&[&back()], red, &[Reason::KeyNotValidThen]);
    desk.trust.issuers[0].keys[0].until = Some(DAY_OF_ISSUE);
    desk.says(&[&back()], Verdict::Valid, &[]);

    // An old trust list: what it knows has to be confirmed, what it does not know says so.
    let old = || {
        let mut desk = Desk::good();
        desk.trust.issued_at = "2025-11-01T00:00:00Z".parse().unwrap();
        desk
    };
    old().says(&[&back()], Verdict::Confirm, &[Reason::TrustListStale]);
    old().says(&[&stranger], red, &[Reason::UnknownSigner, Reason::TrustListStale]);
}

#[test]
fn several_cards_in_view() {
    let desk = Desk::good();
    let other_back = sign_back(&office(), &back_claims(NAME, serial(8))).unwrap();
    let judgement = desk.judge(&[&front(), &other_back]);
    assert_eq!((judgement.verdict, judgement.reasons), (Verdict::Confirm, vec![Reason::SeveralCards]));
    assert_eq!((judgement.holder, judgement.face_webp), (None, None));
    desk.says(&[&front(), "https://a.bkn.go.id/x"], Verdict::Confirm, &[Reason::SeveralCards]);
    // One of them altered: that goes first.
    let altered = front().replace("BEEQSCIJBEEQSCIJ", &serial(7).to_string());
    desk.says(&[&altered, &other_back], Verdict::NotGenuine, &[Reason::Altered]);
    // One issue, two stories.
    let differs = sign_back(&office(), &back_claims("Budi", serial(9))).unwrap();
    desk.says(&[&front(), &differs], Verdict::Confirm, &[Reason::SidesDiffer]);
}

#[test]
fn what_is_no_code_of_ours() {
    let desk = Desk::good();
    desk.says(&[], Verdict::NoCode, &[Reason::NothingToRead]);
    desk.says(&["https://example.org/menu"], Verdict::NoCode, &[Reason::OtherCode]);
    desk.says(&["https://asndigital.bkn.go.id/k/1"], Verdict::Confirm, &[Reason::BknLink]);
    let damaged = "HTTPS://A.B/V/BEEQSCIJBEEQSCIJ#MFRGG";
    desk.says(&[damaged], Verdict::NotGenuine, &[Reason::Damaged]);
}

#[test]
fn what_the_server_says_of_a_card_takes_away_and_never_gives() {
    let with = |desk: &Desk, live| {
        let codes = [parse(&READY.front)];
        let judgement = judge(&Evidence {
            trust: &desk.trust,
            status: desk.list.as_ref(),
            clock: desk.clock,
            live: Some(live),
            ..evidence(&codes)
        });
        (judgement.verdict, judgement.reasons)
    };
    let (good, face) = (Desk::good(), vec![Reason::CompareTheFace]);
    let gone = (Verdict::NoLongerValid, vec![Reason::NoLongerInForce]);
    for status in [CardStatus::Revoked, CardStatus::NoLongerAsn] {
        assert_eq!(with(&good, (serial(9), status)), gone);
        assert_eq!(with(&good, (serial(8), status)), (Verdict::Valid, face.clone()), "another card");
    }
    let suspended = (Verdict::Confirm, vec![Reason::Suspended, Reason::CompareTheFace]);
    assert_eq!(with(&good, (serial(9), CardStatus::Suspended)), suspended);
    assert_eq!(with(&Desk::with(CardStatus::Suspended), (serial(9), CardStatus::Suspended)), suspended);
    for status in [CardStatus::Valid, CardStatus::Replaced, CardStatus::Unknown(9)] {
        assert_eq!(
            with(&Desk::with(CardStatus::Revoked), (serial(9), status)),
            gone,
            "an answer gives nothing back"
        );
        assert_eq!(with(&Desk::with(CardStatus::Suspended), (serial(9), status)), suspended);
        assert_eq!(with(&good, (serial(9), status)), (Verdict::Valid, face.clone()));
    }
}
