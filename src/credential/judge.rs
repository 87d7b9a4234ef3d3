//! From codes, lists and clock to a verdict. Pure: the same evidence always gives the same word.
//!
//! Two kinds of doubt are kept apart. Whether a code is *genuine* depends on signature and trust
//! list alone, so no wrong clock can ever turn a good card red. Whether it still *holds* depends on
//! the status list and on knowing how old that list is; where that is not known, the answer is
//! [`Verdict::Confirm`] and says why.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, tz::Offset};
use serde::{Deserialize, Serialize};

use super::{
    CardStatus, Code, CredentialError, IssuerId, Kid, ListId, Reason, Serial, StatusList, TrustList,
};
use crate::person::Nip;

/// May `now` be believed?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClockTrust {
    /// Confirmed by a signed answer, or by a clock that ran on since.
    Trusted,
    /// A machine without a battery clock, just switched on.
    Untrusted,
}

/// How old a list may be before a desk has to say "as far as known".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgeLimits {
    pub status: SignedDuration,
    pub trust: SignedDuration,
}

impl Default for AgeLimits {
    /// Three days for the status list: a desk that was cut off over a weekend still answers. 90
    /// days for the trust list, which changes with offices and keys.
    fn default() -> Self {
        Self { status: SignedDuration::from_hours(72), trust: SignedDuration::from_hours(90 * 24) }
    }
}

/// Everything a judgement rests on.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// All codes in view.
    pub codes: &'a [Code],
    pub trust: &'a TrustList,
    /// The verified list for the card in view, see [`Code::list`]; one for another issuer or key
    /// counts as none.
    pub status: Option<&'a StatusList>,
    /// What the office's own server has said of this card since that list, where it was asked. Nobody signed it, so it
    /// can take away and never give.
    pub live: Option<(Serial, CardStatus)>,
    /// The record of the holder that this card opened, where the desk has one. It also says that the
    /// office made this code: a withdrawn key proves nothing any more, and with the record the card is
    /// to be confirmed.
    pub record: Option<Record<'a>>,
    pub clock: ClockTrust,
    pub now: Timestamp,
    pub limits: AgeLimits,
}

/// What an opened record says beside the card: it comes from the holder's own office and may be newer than any list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// Whom it is about.
    pub nip: Nip,
    /// The employing body.
    pub body: &'a str,
    /// Is the holder PNS or PPPK on this day? `None` where that hangs on a clock nobody trusts.
    pub in_service: Option<bool>,
    /// It holds a face to compare.
    pub portrait: bool,
}

/// The answer, in the words of the project's screens and files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    Valid,
    Confirm,
    NoLongerValid,
    NotGenuine,
    NoCode,
}

/// Whom a genuine code names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    pub name: String,
    pub nip: Nip,
    pub issued_on: Date,
    pub serial: Serial,
    pub issuer: IssuerId,
}

/// A verdict and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    pub verdict: Verdict,
    /// The gravest first; empty where a card is plainly valid with a portrait to compare.
    pub reasons: Vec<Reason>,
    /// Only for one genuine card: a name from an altered code is nobody's name.
    pub holder: Option<Holder>,
    /// The face from a genuine back code.
    pub face_webp: Option<Vec<u8>>,
}

/// A code whose signature held.
struct Genuine<'a> {
    holder: Holder,
    kid: Kid,
    status_index: u64,
    face_webp: Option<&'a [u8]>,
    /// Its key is withdrawn: somebody else may have signed it.
    withdrawn: bool,
}

/// Judges what is in view. See the module's head for the order of things.
pub fn judge(evidence: &Evidence) -> Judgement {
    let mut genuine = Vec::new();
    let mut refused = Vec::new();
    let mut bkn_link = false;
    let mut other = false;
    for code in evidence.codes {
        match code {
            Code::BknLink(_) => bkn_link = true,
            Code::Other => other = true,
            code => match prove(code, evidence.trust) {
                Ok(card) => genuine.push(card),
                Err(reason) => refused.push(reason),
            },
        }
    }

    if !refused.is_empty() {
        let unknown = refused.contains(&Reason::UnknownSigner);
        if unknown && trust_is_old(evidence) {
            refused.push(Reason::TrustListStale);
        }
        return plain(Verdict::NotGenuine, refused);
    }
    if genuine.iter().any(|card| card.withdrawn && record(evidence, card).is_none()) {
        return plain(Verdict::NotGenuine, vec![Reason::KeyRevoked]);
    }
    let Some(first) = genuine.first() else {
        return match (bkn_link, other) {
            (true, _) => plain(Verdict::Confirm, vec![Reason::BknLink]),
            (false, true) => plain(Verdict::NoCode, vec![Reason::OtherCode]),
            (false, false) => plain(Verdict::NoCode, vec![Reason::NothingToRead]),
        };
    };
    let one_issue = genuine
        .iter()
        .all(|card| card.holder.serial == first.holder.serial && card.holder.issuer == first.holder.issuer);
    if bkn_link || !one_issue {
        return plain(Verdict::Confirm, vec![Reason::SeveralCards]);
    }
    let sides_agree = genuine.iter().all(|card| {
        card.holder == first.holder && card.kid == first.kid && card.status_index == first.status_index
    });
    if !sides_agree {
        return plain(Verdict::Confirm, vec![Reason::SidesDiffer]);
    }
    one_card(evidence, &genuine)
}

/// One genuine card, by one or both of its sides.
fn one_card(evidence: &Evidence, sides: &[Genuine]) -> Judgement {
    let card = &sides[0];
    let face_webp = sides.iter().find_map(|side| side.face_webp);
    let (verdict, mut reasons) = standing(evidence, card);
    // A face from a record about somebody else is no face to compare.
    let portrait = record(evidence, card).is_some_and(|record| record.portrait);
    if verdict != Verdict::NoLongerValid && face_webp.is_none() && !portrait {
        reasons.push(Reason::CompareTheFace);
    }
    Judgement {
        verdict,
        reasons,
        holder: Some(card.holder.clone()),
        face_webp: face_webp.map(<[u8]>::to_vec),
    }
}

/// The opened record, if it is about the holder of this card.
fn record<'a>(evidence: &Evidence<'a>, card: &Genuine) -> Option<Record<'a>> {
    evidence.record.filter(|record| record.nip == card.holder.nip)
}

/// What the opened record gives cause to doubt.
fn record_doubts(evidence: &Evidence, card: &Genuine) -> Option<Reason> {
    evidence.record?;
    let Some(record) = record(evidence, card) else { return Some(Reason::RecordDiffers) };
    // The code names an issuer; whom that issuer may speak for stands in the trust list.
    let issuer = evidence.trust.issuer(&card.holder.issuer)?;
    let theirs = issuer.bodies.iter().any(|body| body == record.body);
    (!theirs).then_some(Reason::BodyNotTheirs)
}

/// Does a genuine card still hold?
fn standing(evidence: &Evidence, card: &Genuine) -> (Verdict, Vec<Reason>) {
    let list = evidence.status.filter(|list| {
        list.id()
            .is_some_and(|id| *id == ListId { issuer: card.holder.issuer.clone(), kid: card.kid.clone() })
    });
    let entry = list.and_then(|list| list.get(card.status_index));
    let live = evidence.live.filter(|(serial, _)| *serial == card.holder.serial).map(|(_, status)| status);
    let mut doubts = Vec::new();
    if card.withdrawn {
        doubts.push(Reason::KeyRevoked);
    }
    match entry {
        // What was revoked stays so: an old list or a wrong clock cannot make it better.
        Some(CardStatus::Revoked | CardStatus::NoLongerAsn) => {
            return (Verdict::NoLongerValid, vec![Reason::NoLongerInForce]);
        }
        Some(CardStatus::Suspended) => doubts.push(Reason::Suspended),
        Some(CardStatus::Unknown(_)) => doubts.push(Reason::StatusUnknown),
        Some(CardStatus::Valid | CardStatus::Replaced) => {}
        None => doubts.push(Reason::StatusMissing),
    }
    match live {
        Some(CardStatus::Revoked | CardStatus::NoLongerAsn) => {
            return (Verdict::NoLongerValid, vec![Reason::NoLongerInForce]);
        }
        Some(CardStatus::Suspended) if entry != Some(CardStatus::Suspended) => doubts.push(Reason::Suspended),
        _ => {}
    }
    if record(evidence, card).is_some_and(|record| record.in_service == Some(false)) {
        return (Verdict::NoLongerValid, vec![Reason::NoLongerInForce]);
    }
    doubts.extend(record_doubts(evidence, card));
    match evidence.clock {
        ClockTrust::Untrusted => doubts.push(Reason::ClockUntrusted),
        ClockTrust::Trusted => doubts.extend(ages(evidence, card, list)),
    }
    let newer = entry == Some(CardStatus::Replaced);
    let verdict = if doubts.is_empty() { Verdict::Valid } else { Verdict::Confirm };
    if newer {
        doubts.push(Reason::NewerCardExists);
    }
    (verdict, doubts)
}

/// What a trusted clock says about the age of things.
fn ages(evidence: &Evidence, card: &Genuine, list: Option<&StatusList>) -> Vec<Reason> {
    /// A day of issue is the office's own, up to nine hours ahead of UTC.
    const TIME_ZONES: SignedDuration = SignedDuration::from_hours(14);
    /// Clocks of servers differ a little.
    const SKEW: SignedDuration = SignedDuration::from_mins(10);
    let now = evidence.now;
    let mut doubts = Vec::new();
    if let Some(list) = list {
        if list.is_stale(now, evidence.limits.status) {
            doubts.push(Reason::StatusStale);
        }
        if list.iat().is_some_and(|iat| iat.duration_since(now) > SKEW) {
            doubts.push(Reason::FromTheFuture);
        }
    }
    let issued = Offset::UTC.to_timestamp(card.holder.issued_on.at(0, 0, 0, 0));
    let ahead = issued.is_ok_and(|issued| issued.duration_since(now) > TIME_ZONES);
    if ahead && !doubts.contains(&Reason::FromTheFuture) {
        doubts.push(Reason::FromTheFuture);
    }
    if trust_is_old(evidence) {
        doubts.push(Reason::TrustListStale);
    }
    doubts
}

fn trust_is_old(evidence: &Evidence) -> bool {
    evidence.clock == ClockTrust::Trusted
        && evidence.now.duration_since(evidence.trust.issued_at) > evidence.limits.trust
}

/// Signature, key and day of one code. No clock takes part.
fn prove<'a>(code: &'a Code, trust: &TrustList) -> Result<Genuine<'a>, Reason> {
    let (holder, kid, status_index, face_webp) = match code {
        Code::Front(front) => (
            Holder {
                name: front.claims.name.clone(),
                nip: front.claims.nip,
                issued_on: front.claims.issued_on,
                serial: front.serial,
                issuer: front.issuer.clone(),
            },
            &front.kid,
            front.claims.status_index,
            None,
        ),
        Code::Back(back) => (
            Holder {
                name: back.claims.name.clone(),
                nip: back.claims.nip,
                issued_on: back.claims.issued_on,
                serial: back.claims.serial,
                issuer: back.issuer.clone(),
            },
            &back.kid,
            back.claims.status_index,
            Some(back.claims.face_webp.as_slice()),
        ),
        Code::BknLink(_) | Code::Damaged | Code::Other => return Err(Reason::Damaged),
    };
    let key = trust.key(&holder.issuer, kid).ok_or(Reason::UnknownSigner)?;
    match code {
        Code::Front(front) => front.verify(&key.public),
        Code::Back(back) => back.verify(&key.public),
        Code::BknLink(_) | Code::Damaged | Code::Other => Err(CredentialError::BadSignature),
    }
    .map_err(|_| Reason::Altered)?;
    let withdrawn = match key.check_day(holder.issued_on) {
        Ok(()) => false,
        Err(CredentialError::KeyRevoked) => true,
        Err(_) => return Err(Reason::KeyNotValidThen),
    };
    Ok(Genuine { holder, kid: kid.clone(), status_index, face_webp, withdrawn })
}

/// A judgement about no one card.
fn plain(verdict: Verdict, mut reasons: Vec<Reason>) -> Judgement {
    reasons.dedup();
    Judgement { verdict, reasons, holder: None, face_webp: None }
}
