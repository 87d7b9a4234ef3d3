//! A verdict for a phone: the same judgement as a desk's, with this moment's status instead of a
//! list's.

use super::Lookup;
use crate::central::{CentralError, Office, issuing};
use crate::credential::{AgeLimits, CardStatus, ClockTrust, Evidence, Reason, Serial, Verdict, judge, parse};

/// What the page says first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub verdict: Verdict,
    /// The gravest first.
    pub reasons: Vec<Reason>,
}

impl Answer {
    /// May the holder's data follow? Only of a card that proves its holder: one that is suspended
    /// or over may be in other hands.
    pub fn leads_on(&self) -> bool {
        self.verdict == Verdict::Valid
    }
}

/// Judges the code with this serial and what stands after `#` in its link.
pub async fn verdict(
    office: &Office,
    lookup: &Lookup,
    serial: Serial,
    signed: &str,
) -> Result<Answer, CentralError> {
    let text = format!("HTTPS://{}/V/{serial}#{signed}", office.config.host.to_ascii_uppercase());
    let trust = lookup.trust(office).await?;
    let judged = judge(&Evidence {
        codes: &[parse(&text)],
        trust: &trust,
        status: None,
        live: None,
        record: None,
        // The server's own; and both lists are asked about at this moment, not by their age.
        clock: ClockTrust::Trusted,
        now: office.clock.now(),
        limits: AgeLimits::default(),
    });
    // This very code, to the letter, was made here: that proves it also where its key is withdrawn.
    let made_here = issuing::front_code(office, serial).await?.as_deref() == Some(text.as_str());
    let withdrawn = judged.reasons.contains(&Reason::KeyRevoked);
    if judged.holder.is_none() && !(withdrawn && made_here) {
        // A text that is no code of ours at all came from a link that was cut or changed.
        let reasons = if judged.reasons.is_empty() || judged.verdict == Verdict::NoCode {
            vec![Reason::Damaged]
        } else {
            judged.reasons
        };
        return Ok(Answer { verdict: Verdict::NotGenuine, reasons });
    }
    let entry = issuing::live_status(office, serial).await?;
    let (verdict, reasons) = match entry {
        Some(CardStatus::Revoked | CardStatus::NoLongerAsn) => {
            (Verdict::NoLongerValid, vec![Reason::NoLongerInForce])
        }
        _ if withdrawn => (Verdict::Confirm, vec![Reason::KeyRevoked]),
        Some(CardStatus::Valid) => (Verdict::Valid, vec![]),
        Some(CardStatus::Replaced) => (Verdict::Valid, vec![Reason::NewerCardExists]),
        Some(CardStatus::Suspended) => (Verdict::Confirm, vec![Reason::Suspended]),
        Some(CardStatus::Unknown(_)) => (Verdict::Confirm, vec![Reason::StatusUnknown]),
        None => (Verdict::Confirm, vec![Reason::StatusMissing]),
    };
    Ok(Answer { verdict, reasons })
}
